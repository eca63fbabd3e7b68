"""An answer to a purchase order is taken back: its lines are as they were before it. Pure.

Only for a short time, and only while no later paper of the partner spoke of it. What it refused
and somebody else is asked for by now, or a customer cancelled, stays refused; the rest of the
answer is taken back all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hub.domain.answering import BEFORE
from hub.domain.change_rows import open_asks, sourceless_cleared
from hub.domain.change_settling import GONE
from hub.domain.exchange import Problem, Where
from hub.domain.facts import Change, Effect, Fact, FactKind
from hub.domain.hearing import line_of, set_buckets
from hub.domain.orders import Buckets, ChangeKind, FulfillmentLine, Order
from hub.domain.voiding import UNDO

NOT_UNDONE = "answer-stands"
NO_ANSWER = "unknown-answer"
REFUSALS = frozenset({NOT_UNDONE, NO_ANSWER})
"""The codes of problems that leave an answer as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Former:
    """How a line stood before the answer, and how many open units the answer declined."""

    accepted: int
    backordered: int
    declined: int

    def back(self, buckets: Buckets, *, unsourced: int) -> Buckets:
        """Return a line's buckets without the answer, but for units that others are asked for."""
        free = min(self.declined, unsourced)
        buckets = buckets.cancel(-free)
        kept = buckets.ordered - buckets.cancelled
        later = min(self.backordered, kept)
        return replace(
            buckets,
            accepted=min(self.accepted, kept - later),
            backordered=later,
            rejected=buckets.rejected - free,
        )


def against(
    order: Order,
    fulfillment_id: str,
    effects: Sequence[Effect],
    *,
    answered_at: datetime,
    later: bool,
    now: datetime,
) -> Problem | None:
    """Return what forbids taking an answer back, None for nothing.

    `effects` are what the answer did; `later` whether the partner told something of this purchase
    order since.
    """
    if now >= answered_at + UNDO:
        minutes = int(UNDO.total_seconds() // 60)
        return _stands(f"it was given more than {minutes} minutes ago")
    if later:
        return _stands("something was told of this purchase order since")
    if any(ask.fulfillment_id == fulfillment_id for _, ask in open_asks(order)):
        return _stands("you are being asked to give units of it back: answer that instead")
    asks = (ask for change in order.changes for ask in change.asks)
    if any(ask.fulfillment_id == fulfillment_id and ask.reason == GONE for ask in asks):
        return _stands("a change that you were asked for was settled by it")
    if _frees_late(order, fulfillment_id, effects, answered_at):
        return Problem(code=NOT_UNDONE, text=_ANEW, where=Where(path="document"))
    refused = any(_former(effects, effect).declined for effect in _lines(effects))
    if refused and unanswered(order, fulfillment_id, effects, key="").order == order:
        return _stands("what you declined is asked of somebody else already, or cancelled")
    return None


_ANEW = (
    "the answer cannot be taken back: by it you are not asked any more whether others may send "
    "what was late. Answer the order anew: what you say then counts instead"
)


def _frees_late(
    order: Order, fulfillment_id: str, effects: Sequence[Effect], answered_at: datetime
) -> bool:
    """Whether units would be late again that the partner was asked about, until this answer.

    Nobody would be asked for them, and no watch would look at them.
    """
    asked = any(
        ask.fulfillment_id == fulfillment_id
        for change in order.changes
        if change.kind is ChangeKind.RESOURCING
        if change.decided_at is not None and change.decided_at >= answered_at
        for ask in change.asks
    )
    if not asked:
        return False
    former = unanswered(order, fulfillment_id, effects, key="").order
    lines = order.fulfillment(fulfillment_id).lines
    return any(_late(line_of(former, fulfillment_id, line.id)) > _late(line) for line in lines)


def _late(line: FulfillmentLine) -> int:
    return min(line.buckets.backordered, line.buckets.open)


def unanswered(order: Order, fulfillment_id: str, effects: Sequence[Effect], *, key: str) -> Change:
    """Return the change that takes an answer back as far as it goes; nothing may forbid it."""
    change = Change(order=order)
    for effect in _lines(effects):
        line = line_of(change.order, fulfillment_id, effect.subject)
        unsourced = change.order.unsourced(change.order.line(line.line_id))
        buckets = _former(effects, effect).back(line.buckets, unsourced=unsourced)
        body = {"fulfillment": fulfillment_id, "line": line.line_id}
        change = change.then(
            Change(
                order=set_buckets(change.order, fulfillment_id, line.id, buckets),
                facts=(Fact(kind=FactKind.ANSWER_VOIDED, body=body),),
                effects=(
                    Effect(
                        business_key=key, subject=line.id, ordinal=0, what={"turn": "unanswered"}
                    ),
                ),
            )
        )
    return replace(change, cleared=sourceless_cleared(order, change.order))


def unknown(answer: str) -> Problem:
    """Return the problem of an answer that is none of this purchase order's."""
    return Problem(
        code=NO_ANSWER,
        text="no answer to this purchase order is kept under that name; send the `document` that "
        "you got for it",
        where=Where(path="document", value=answer[:99]),
    )


def _stands(why: str) -> Problem:
    return Problem(
        code=NOT_UNDONE,
        text=f"the answer cannot be taken back: {why}. Ask the operator to put it right",
        where=Where(path="document"),
    )


def _lines(effects: Sequence[Effect]) -> list[Effect]:
    return [one for one in effects if "answers" in one.what]


def _former(effects: Sequence[Effect], effect: Effect) -> "_Former":
    wanted = (effect.subject + BEFORE, effect.ordinal)
    what = next((one.what for one in effects if (one.subject, one.ordinal) == wanted), {})
    return _Former(
        accepted=_units(what.get("accepted")),
        backordered=_units(what.get("backordered")),
        declined=_units(what.get("declined")),
    )


def _units(value: object) -> int:
    return value if isinstance(value, int) else 0
