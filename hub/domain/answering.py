"""A partner's answer to a purchase order: what it will send, later or not at all. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hub.domain.exchange import Problem, Purpose, Where
from hub.domain.facts import Change, Effect, Fact, FactKind
from hub.domain.hearing import (
    AskedLines,
    Heard,
    Subject,
    heard,
    line_of,
    other_unit,
    problem_only,
    said_otherwise,
    set_buckets,
    units,
    unknown_line,
)
from hub.domain.messages import Answer, LineAnswer, OrderResponse, OrderResponseLine, ProductId
from hub.domain.orders import Buckets, FulfillmentLine, FulfillmentOrder, Order
from hub.domain.renamed import booked_instead, named_otherwise

WHOLE = "whole"
"""The place of what a paper says of every line that it does not list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """Everything a paper says of one line, in our units; None means all that is open."""

    line: FulfillmentLine
    answers: tuple[tuple[LineAnswer, int | None], ...]
    path: str
    products: Sequence[ProductId] = ()

    @property
    def what(self) -> dict[str, object]:
        """What is compared with an earlier paper."""
        rows = [
            [str(answer.answer), answer.quantity, str(answer.ships_on or "")]
            for answer, _ in self.answers
        ]
        return {"answers": rows}

    def total(self, answer: Answer) -> int | None:
        """The units that got this answer; None where it was not given."""
        counted = [
            self.line.buckets.open if quantity is None else quantity
            for said, quantity in self.answers
            if _meaning(said.answer) is answer
        ]
        return sum(counted) if counted else None


def _meaning(answer: Answer) -> Answer:
    """A line accepted with changes is accepted; what changed is compared when it is invoiced."""
    return Answer.ACCEPTED if answer is Answer.CHANGED else answer


def answered(subject: Subject, message: OrderResponse, *, key: str) -> Change:
    """Take in an answer; lines that cannot be used are problems, the others count."""
    part = subject.order.fulfillment(subject.fulfillment_id)
    change = Change(order=subject.order)
    said, problems = _by_line(subject, part, message)
    for problem in problems:
        change = change.then(problem_only(change.order, problem))
    contents = [(one.line.id, one.what) for one in said]
    verdicts = heard(subject.effects, contents)
    named = [(one.line, one.products) for one in said]
    instead = booked_instead(subject, contents, verdicts, named)
    for one, (verdict, ordinal), gone in zip(said, verdicts, instead, strict=True):
        if verdict is Heard.BEFORE:
            continue
        if gone is not None and one.path != WHOLE:
            problem = named_otherwise(gone, one.line, one.path)
            change = change.then(problem_only(change.order, problem))
            continue
        if verdict is Heard.OTHERWISE and message.purpose is not Purpose.REPLACE:
            change = change.then(problem_only(change.order, said_otherwise(one.path)))
            continue
        effect = Effect(business_key=key, subject=one.line.id, ordinal=ordinal, what=one.what)
        done = _answer(change.order, part.id, one)
        former = _former(change.order, done.order, part.id, effect)
        change = change.then(replace(done, effects=(effect, *former)))
    return change


BEFORE = "/before"
"""Behind a line's id: the subject of the effect that keeps how the line stood before an answer."""


def _former(before: Order, after: Order, fulfillment_id: str, effect: Effect) -> tuple[Effect, ...]:
    """What an answer that is taken back has to bring back; nothing of a line first spoken of."""
    was = line_of(before, fulfillment_id, effect.subject).buckets
    declined = line_of(after, fulfillment_id, effect.subject).buckets.rejected - was.rejected
    if not (was.accepted or was.backordered or declined):
        return ()
    what = {"accepted": was.accepted, "backordered": was.backordered, "declined": declined}
    return (replace(effect, subject=effect.subject + BEFORE, what=what),)


def _by_line(
    subject: Subject, part: FulfillmentOrder, message: OrderResponse
) -> tuple[list[_Said], list[Problem]]:
    """Everything said of one line together: partners name a line once for each date or answer."""
    asked = AskedLines(part, subject.called)
    said: dict[str, _Said] = {}
    problems: list[Problem] = []
    for index, row in enumerate(_listed(part, message)):
        path = f"lines[{index}]"
        line = asked.meant(row.number, row.products)
        if line is None:
            problems.append(unknown_line(asked, row.number, row.products, path))
            continue
        counted = [(answer, _counted(subject, line, row, answer)) for answer in row.answers]
        if any(answer.quantity is not None and units is None for answer, units in counted):
            problems.append(other_unit(line, row.unit or row.answers[0].unit, path))
            continue
        if _rejects_none(row.answers):
            problems.append(_none_rejected(line, row, path))
            continue
        former = said.get(line.id)
        answers = (*(former.answers if former else ()), *counted)
        products = (*(former.products if former else ()), *row.products)
        said[line.id] = _Said(line=line, answers=answers, path=path, products=products)
    if not message.lines and message.whole is Answer.CHANGED:
        problems.append(_NOT_HOW)
    unlisted = _unlisted(part, message, said) if message.lines and not problems else []
    return [*said.values(), *unlisted], problems


def _rejects_none(answers: Sequence[LineAnswer]) -> bool:
    """Whether a line is rejected and nothing of it: a zero beside other quantities is fine."""
    rejected = any(one.answer is Answer.REJECTED for one in answers)
    return rejected and all(one.quantity == 0 for one in answers)


def _none_rejected(line: FulfillmentLine, row: OrderResponseLine, path: str) -> Problem:
    return Problem(
        code="rejects-none",
        text=f"line {line.number} is rejected with a quantity of zero, which declines nothing; ask "
        "the partner to leave the quantity out for all that is open, or to say how many",
        where=Where(path=path, value=row.products[0].value[:99] if row.products else ""),
    )


_NOT_HOW = Problem(
    code="changed-not-how",
    text="the answer says that the order was changed and not what; ask the partner what it will "
    "send",
)


def _unlisted(
    part: FulfillmentOrder, message: OrderResponse, said: Mapping[str, _Said]
) -> list[_Said]:
    """What the answer as a whole says of lines that it does not list and nobody spoke of yet."""
    if message.whole is None or message.whole is Answer.CHANGED:
        return []
    return [
        _Said(line=line, answers=((LineAnswer(answer=message.whole), None),), path=WHOLE)
        for line in part.lines
        if line.id not in said and line.buckets.open and not _spoken_of(line.buckets)
    ]


def _spoken_of(buckets: Buckets) -> bool:
    return bool(buckets.accepted or buckets.backordered or buckets.rejected)


def _counted(
    subject: Subject, line: FulfillmentLine, row: OrderResponseLine, answer: LineAnswer
) -> int | None:
    if answer.quantity is None:
        return None
    return units(subject, line, answer.quantity, answer.unit or row.unit)


def _listed(part: FulfillmentOrder, message: OrderResponse) -> Sequence[OrderResponseLine]:
    if message.lines:
        # A line without answers has one for all of it, where it says so.
        return [
            replace(row, answers=(LineAnswer(answer=row.whole),))
            if row.whole is not None and not row.answers
            else row
            for row in message.lines
        ]
    if message.whole is None or message.whole is Answer.CHANGED:
        return ()
    return [
        OrderResponseLine(
            number=line.number,
            products=line.products,
            answers=(LineAnswer(answer=message.whole),),
        )
        for line in part.lines
    ]


def _answer(order: Order, fulfillment_id: str, said: _Said) -> Change:
    line = line_of(order, fulfillment_id, said.line.id)
    accepted, backordered = said.total(Answer.ACCEPTED), said.total(Answer.BACKORDERED)
    rejected = said.total(Answer.REJECTED) or 0
    declined = min(rejected, line.buckets.open)
    buckets = stated(line.buckets.cancel(declined), accepted, backordered)
    buckets = replace(buckets, rejected=buckets.rejected + declined)
    after = set_buckets(order, fulfillment_id, line.id, buckets)
    total = (accepted or 0) + (backordered or 0) + rejected
    problems = (_too_much(line, total, said.path),) if total > line.buckets.ordered else ()
    return Change(order=after, facts=_facts(fulfillment_id, said), problems=problems)


def stated(buckets: Buckets, accepted: int | None, backordered: int | None) -> Buckets:
    """Return a line's buckets after a word on it; None leaves that part of it unsaid.

    The newest word counts: what is accepted now is no backorder any more, and the reverse. What
    has left was accepted by leaving: a word on no more than is open is of that alone, a word on
    more is of the whole line.
    """
    gone, still = buckets.shipped, buckets.open
    if accepted is None and backordered is None:
        kept = min(buckets.accepted, gone + still)
        waits = min(buckets.backordered, gone + still - kept)
        return replace(buckets, accepted=kept, backordered=waits)
    if accepted is not None and accepted + (backordered or 0) > still:
        accepted = max(0, accepted - gone)
    yes = min(accepted, still) if accepted is not None else None
    later = min(backordered, still - (yes or 0)) if backordered is not None else None
    if yes is None:
        yes = min(max(0, buckets.accepted - gone), still - (later or 0))
    if later is None:
        later = min(buckets.backordered, still - yes)
    return replace(buckets, accepted=gone + yes, backordered=later)


def _too_much(line: FulfillmentLine, total: int, path: str) -> Problem:
    return Problem(
        code="answered-too-much",
        text=f"line {line.number} asks for {line.buckets.ordered} and {total} are answered; "
        "what was asked for was counted. Ask the partner what it will send",
        where=Where(path=path, value=line.products[0].value if line.products else ""),
    )


_TOLD = {
    Answer.ACCEPTED: FactKind.LINES_CONFIRMED,
    Answer.BACKORDERED: FactKind.LINES_BACKORDERED,
    Answer.REJECTED: FactKind.LINES_DECLINED,
}


def _facts(fulfillment_id: str, said: _Said) -> tuple[Fact, ...]:
    dates = {
        kind: [
            answer.ships_on.isoformat()
            for answer, _ in said.answers
            if _meaning(answer.answer) is kind and answer.ships_on
        ]
        for kind in _TOLD
    }
    return tuple(
        Fact(
            kind=fact,
            body={
                "fulfillment": fulfillment_id,
                "line": said.line.line_id,
                "quantity": quantity,
                "ships_on": max(dates[kind], default=None),
            },
        )
        for kind, fact in _TOLD.items()
        if (quantity := said.total(kind)) is not None
    )
