"""A partner's answer to a change or cancellation: yes, no, or in part. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hub.domain.change_settling import (
    CUT_SHORT,
    PART,
    SHIPPED,
    SILENCE,
    WITHDRAWN,
    Said,
    declined_hold,
    has_words,
    reopened,
    settle,
)
from hub.domain.exchange import Problem, Purpose, Severity, Where
from hub.domain.facts import Change, Effect, Stuck
from hub.domain.hearing import (
    AskedLines,
    Heard,
    Subject,
    heard,
    line_of,
    problem_only,
    units,
    unknown_line,
)
from hub.domain.messages import Answer, ChangeResponse, OrderResponseLine, ProductId
from hub.domain.orders import (
    Ask,
    ChangeKind,
    ChangeState,
    FulfillmentLine,
    Order,
    OrderChange,
)
from hub.domain.renamed import booked_instead, named_otherwise

_YES = (Answer.ACCEPTED, Answer.CHANGED)

GONE_BEFORE, SENT_AFTER_ALL = "shipped-before", "not-asked-any-more"
UNUSED = frozenset({GONE_BEFORE, SENT_AFTER_ALL})
"""The codes of a yes to give back what the partner itself told as shipped, or as sent by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Word:
    """What a paper says of one asked line: how many units are given back and how many not."""

    line: FulfillmentLine
    yes: int
    no: int
    path: str = ""
    products: Sequence[ProductId] = ()

    @property
    def what(self) -> dict[str, object]:
        """What is compared with an earlier paper."""
        return {"yes": self.yes, "no": self.no}


def change_answered(
    subject: Subject, message: ChangeResponse, *, key: str, now: datetime
) -> Change:
    """Take in an answer to a change; what it says of other lines is a problem, the rest counts.

    A late answer outweighs the silence that was taken for one, as a yes does the no it replaces. An
    answer told again does nothing, nor does a no to an ask that a shipment has ended. A yes to that
    is not used either: it contradicts the shipment, which is told to whoever said it and a person.
    """
    order = subject.order
    found = _meant(order, subject.fulfillment_id, message)
    if isinstance(found, Problem):
        return problem_only(order, found)
    owner, ask = found
    words, problems = _words(subject, ask, message)
    change = Change(order=order, problems=tuple(problems))
    agreed = _agreed(message, words) if has_words(owner, ask) else None
    said = [(f"{ask.id}/{word.line.id}", word.what) for word in words]
    if agreed is not None:
        said.append((ask.id, {"agreed": agreed}))
    verdicts = _heard(subject, ask, said)
    wrong = _wrong(subject, message, (owner, ask), words, said, verdicts)
    if wrong is not None:
        return change.then(problem_only(order, wrong))
    if _overtaken(ask, words, verdicts):
        # Not noted: should the shipment be taken back, the same answer must count then.
        good = agreed is True or any(word.yes for word in words)
        cleared = Change(order=order, cleared=(declined_hold(ask.id),))
        return change.then(_denied(order, ask) if good else cleared)
    effects = tuple(
        Effect(business_key=key, subject=what[0], ordinal=ordinal, what=what[1])
        for what, (verdict, ordinal) in zip(said, verdicts, strict=True)
        if verdict is not Heard.BEFORE
    )
    if not effects:
        return change
    change = change.then(Change(order=order, effects=effects))
    before = ask.reason == SILENCE or bool(subject.effects)
    if ask.state is ChangeState.REQUESTED:  # what this very paper did before is not done twice
        pairs = zip(words, verdicts, strict=False)  # what is agreed beside units is last
        words = [word for word, (verdict, _) in pairs if verdict is not Heard.BEFORE]
    return change.then(_settled(order, owner, ask, words, agreed=agreed, told=before, now=now))


def _heard(
    subject: Subject, ask: Ask, said: Sequence[tuple[str, Mapping[str, object]]]
) -> list[tuple[Heard, int]]:
    """What of an answer is new: of units that wait again, whatever was answered of them before.

    An answer says something of all units of a line that were asked for: where some of them wait
    all the same, a shipment that was taken back has had them asked for once more. The very paper
    that answered before, settled again, says nothing of those.
    """
    waiting = ask.lines if ask.state is ChangeState.REQUESTED else ()
    anew = {f"{ask.id}/{one.fulfillment_line_id}" for one in waiting}
    spoken = [
        (about, ordinal)
        for (about, ordinal), what in subject.effects.items()
        if about in anew and (what.get("yes") or what.get("no"))
    ]
    effects = {place: what for place, what in subject.effects.items() if place not in spoken}
    mine = {about for about, what in subject.own if what.get("yes") or what.get("no")} & anew
    return [
        (Heard.BEFORE, 0)
        if about in mine
        else (verdict, ordinal + sum(about == one for one, _ in spoken))
        for (verdict, ordinal), (about, _) in zip(heard(effects, said), said, strict=True)
    ]


def _wrong(
    subject: Subject,
    message: ChangeResponse,
    meant: tuple[OrderChange, Ask],
    words: Sequence[_Word],
    said: Sequence[tuple[str, Mapping[str, object]]],
    verdicts: Sequence[tuple[Heard, int]],
) -> Problem | None:
    """Why a paper is not used: it came before with other contents, or its names meant others."""
    otherwise = any(verdict is Heard.OTHERWISE for verdict, _ in verdicts)
    if otherwise and message.purpose is not Purpose.REPLACE:
        return _answered_before(*meant)
    heard_of = len(words)  # what is agreed beside units, if anything, is last and names no line
    named = [(word.line, word.products) for word in words]
    instead = booked_instead(subject, said[:heard_of], verdicts[:heard_of], named)
    for word, before in zip(words, instead, strict=True):
        if before is not None:
            return named_otherwise(before, word.line, word.path)
    return None


def _answered_before(owner: OrderChange, ask: Ask) -> Problem:
    """Return the problem of an answer to what was answered otherwise before, with the way out."""
    if ask.state is ChangeState.REQUESTED or owner.kind is ChangeKind.RESOURCING:
        way = "The first one counts; tell the operator if it is to be otherwise"
    elif ask.state is ChangeState.CONFIRMED:
        way = (
            "It was agreed to, and the customer hears of that: what was given back must not leave. "
            "If it has left all the same, tell the operator"
        )
    else:
        way = (
            "It was too late for it, and the customer hears of that: the order goes on. If it can "
            "be stopped after all, hold it back and have it asked once more, by the customer on "
            "the order's page or by the operator: that can be answered with yes"
        )
    return Problem(
        code="answered-otherwise-before",
        text=f"change {ask.number} was answered otherwise before; this answer was not used. {way}",
    )


def _overtaken(ask: Ask, words: Sequence[_Word], verdicts: Sequence[tuple[Heard, int]]) -> bool:
    """Whether no answer ended what is answered, all of an ask or its rest, but another paper.

    The partner told it as shipped, or that it sends itself what it was to leave to others.
    """
    if ask.state is ChangeState.REQUESTED:
        return False
    if ask.reason == WITHDRAWN:
        return not _is_late(ask, words)
    if ask.reason != PART:
        return ask.reason == SHIPPED
    told = zip(words, verdicts, strict=False)  # what is agreed beside units is last
    return any(word.line.buckets.shipped and verdict is Heard.NEW for word, (verdict, _) in told)


def _is_late(ask: Ask, words: Sequence[_Word]) -> bool:
    """Whether all that was asked of the lines spoken of is sent late, for whatever reason by now.

    What was put off anew can be given back as if it had never been said to be on time.
    """
    late = {
        word.line.id: min(word.line.buckets.backordered, word.line.buckets.open) for word in words
    }
    asked = [one for one in ask.lines if one.fulfillment_line_id in late]
    return bool(asked) and all(late[one.fulfillment_line_id] >= one.quantity for one in asked)


def _denied(order: Order, ask: Ask) -> Change:
    """Refuse a yes that says otherwise than the partner's own papers; a person finds out."""
    part = order.fulfillment(ask.fulfillment_id)
    sends = ask.reason == WITHDRAWN
    counts = "It counts as coming from this partner." if sends else "The shipment counts."
    does = "said to send itself" if sends else "told as shipped"
    stuck = Stuck(
        hold=declined_hold(ask.id),
        kind="change-agreed-late",
        partner=part.partner,
        text=f"{part.partner} agrees to change {ask.number} of purchase order {part.number}, which "
        f"it {does} before: only one of the two is true. {counts}",
        next_step="Call the partner. If it does not send the goods, it takes back what it told "
        f"before, or answers anew; if it does, close this. See `hub orders show {order.number}`.",
    )
    return Change(order=order, problems=(_SENT if sends else _LEFT,), stuck=(stuck,))


_LEFT = Problem(
    code=GONE_BEFORE,
    text="it was told as shipped before it was said to be stopped: that was not used, and the "
    "shipment counts. If it did not leave, take the shipment back first, by Undo the shipment or "
    "It did not leave on the order's page; the change is asked again then",
    severity=Severity.WARNING,
)
_SENT = Problem(
    code=SENT_AFTER_ALL,
    text="it is not asked any more whether others may send it: by what was said since, nothing of "
    "it is late. That counts; if it does not leave, answer the order anew",
    severity=Severity.WARNING,
)


def _settled(
    order: Order,
    owner: OrderChange,
    ask: Ask,
    words: Sequence[_Word],
    *,
    agreed: bool | None,
    told: bool,
    now: datetime,
) -> Change:
    """Settle an open ask, or one that was decided otherwise before this answer came.

    `told` says that silence or an earlier answer decided it, and no rejected order by itself.
    """
    yes = {word.line.id: word.yes for word in words if word.yes}
    no = {word.line.id: word.no for word in words if word.no}
    good = bool(yes) or agreed is True
    if ask.state is not ChangeState.REQUESTED:
        # Of an ask that silence cut short, the words are for the rest: that was declined.
        agreed_to = ask.state is ChangeState.CONFIRMED and ask.reason not in CUT_SHORT
        if good is agreed_to:
            return Change(order=order, cleared=(declined_hold(ask.id),))
        if not good:
            return Change(order=order, stuck=(_too_late(order, ask),) if told else ())
        order = reopened(order, ask)
    by = "answer" if good else "refused"
    change = settle(order, ask.id, Said(by=by, confirmed=yes, declined=no, agreed=agreed), now=now)
    return replace(change, cleared=(*change.cleared, declined_hold(ask.id)))


def _too_late(order: Order, ask: Ask) -> Stuck:
    part = order.fulfillment(ask.fulfillment_id)
    why = "its silence was taken for a yes" if ask.reason == SILENCE else "it had said yes"
    return Stuck(
        hold=declined_hold(ask.id),
        kind="change-declined-late",
        partner=part.partner,
        text=f"{part.partner} declines change {ask.number} of purchase order {part.number} after "
        f"{why}: it may ship what is cancelled here.",
        next_step="Call the partner; if the goods come, their ship notice opens an exception that "
        f"decides the money. See `hub orders show {order.number}`.",
    )


def _meant(
    order: Order, fulfillment_id: str, message: ChangeResponse
) -> tuple[OrderChange, Ask] | Problem:
    """The ask that is answered: by its number, else the only one that waits."""
    asks = [
        (change, ask)
        for change in order.changes
        for ask in change.asks
        if ask.fulfillment_id == fulfillment_id
    ]
    number = message.change.strip().lstrip("0")
    named = [pair for pair in asks if str(pair[1].number) == number]
    if named:
        return named[0]
    waiting = [pair for pair in asks if pair[1].state is ChangeState.REQUESTED]
    if not waiting:  # a late answer, or one told again
        waiting = asks[-1:]
    if len(waiting) == 1 and (not number or waiting[0][1].state is ChangeState.REQUESTED):
        return waiting[0]
    known = ", ".join(str(ask.number) for _, ask in asks) or "none"
    return Problem(
        code="unknown-change",
        text=f"the answer names change {message.change or '(none)'} of purchase order "
        f"{message.number}, which has {known}; ask the partner which change it means",
        where=Where(path="change", value=message.change[:99]),
    )


def _words(
    subject: Subject, ask: Ask, message: ChangeResponse
) -> tuple[list[_Word], list[Problem]]:
    """Return what is said of each asked line; of a line that was not asked nothing counts."""
    lines = AskedLines(subject.order.fulfillment(subject.fulfillment_id), subject.called)
    asked = {one.fulfillment_line_id: one.quantity for one in ask.lines}
    words: dict[str, _Word] = {}
    problems: list[Problem] = []
    for index, row in enumerate(message.lines):
        path = f"lines[{index}]"
        line = lines.meant(row.number, row.products)
        if line is None:
            problems.append(unknown_line(lines, row.number, row.products, path))
        elif line.id in asked:
            yes, no = _counted(subject, line.id, asked[line.id], row, message.whole)
            former = words.get(line.id)
            yes += former.yes if former else 0
            no += former.no if former else 0
            yes = min(yes, asked[line.id])
            no = min(no, asked[line.id] - yes)
            products = (*(former.products if former else ()), *row.products)
            words[line.id] = _Word(line=line, yes=yes, no=no, path=path, products=products)
    if message.whole is not None:
        for line_id, quantity in asked.items():
            if line_id not in words:
                good = message.whole in _YES
                yes, no = (quantity, 0) if good else (0, quantity)
                line = line_of(subject.order, subject.fulfillment_id, line_id)
                words[line_id] = _Word(line=line, yes=yes, no=no)
    if not words and not problems and message.whole is None and not message.lines:
        text = "the answer says neither yes nor no; ask the partner what it does"
        problems.append(Problem(code="says-nothing", text=text))
    return list(words.values()), problems


def _counted(
    subject: Subject, line_id: str, asked: int, row: OrderResponseLine, whole: Answer | None
) -> tuple[int, int]:
    """Units given back and not.

    One word is for the whole change of the line, whatever quantity stands with it: partners write
    the new total there, or the difference. Only yes and no together share the units.
    """
    good = [answer for answer in row.answers if answer.answer in _YES]
    bad = [answer for answer in row.answers if answer.answer not in _YES]
    if good and bad:
        line = next(
            one
            for one in subject.order.fulfillment(subject.fulfillment_id).lines
            if one.id == line_id
        )
        refused = sum(
            units(subject, line, answer.quantity or 0, answer.unit or row.unit) or 0
            for answer in bad
        )
        refused = min(refused or asked, asked)
        return asked - refused, refused
    word = good[0].answer if good else bad[0].answer if bad else row.whole or whole
    if word is None:
        return 0, 0
    return (asked, 0) if word in _YES else (0, asked)


def _agreed(message: ChangeResponse, words: Sequence[_Word]) -> bool | None:
    """The answer to what is not units: the paper's verdict, else that of its lines."""
    said = [answer.answer for row in message.lines for answer in row.answers]
    said += [row.whole for row in message.lines if row.whole is not None]
    if message.whole is not None:
        return message.whole in _YES
    if said:
        return all(answer in _YES for answer in said)
    return None if not words else all(not word.no for word in words)
