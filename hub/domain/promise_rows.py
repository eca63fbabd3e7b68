"""What was promised of a part in turn, read from the rows that are kept of it. Pure.

Pieces of a part may be put off and then leave it, to the customer's wish or to another partner.
Nothing was ever put off of the pieces that stay: the days of those that went are not theirs.
"""

from collections.abc import Sequence
from datetime import datetime

from hub.domain.arrivals import AGREED
from hub.domain.orders import ChangeKind, Evidence, FulfillmentOrder, Order, Promise, PromiseKind

RESOURCED = "resourced"
_OF_ALL = AGREED | {Evidence.REST}
"""What a promise of all pieces that a part has rests on; other news may be of some alone."""


def predecessor(order: Order, part: FulfillmentOrder) -> FulfillmentOrder | None:
    """Return the part that lost units to this one: its partner declined, or we took them back."""
    wanted = {line.line_id for line in part.lines}
    taken = {
        ask.fulfillment_id
        for change in order.changes
        if change.kind is ChangeKind.RESOURCING
        for ask in change.asks
    }
    for former in reversed(order.fulfillments):
        lost = any(
            line.line_id in wanted and (line.buckets.rejected or former.id in taken)
            for line in former.lines
        )
        if lost and former.created_at < part.created_at:
            return former
    return None


def history(
    order: Order, part: FulfillmentOrder, kind: PromiseKind, *, gone_at: datetime | None = None
) -> tuple[Promise, ...]:
    """Return what was promised of a part in turn, beginning with the part it took over from.

    With `gone_at` it is what was promised of the pieces that left the part at that moment.
    """
    own = _own(order, part, kind)
    former = predecessor(order, part) if own and own[0].reason == RESOURCED else None
    before = history(order, former, kind, gone_at=own[0].made_at) if former else ()
    if gone_at is None:
        return (*before, *_of_what_stays(order, part, own))
    stood = [one for one in own if one.made_at <= gone_at and not _is_rest(one, gone_at)]
    return (*before, *_of_what_stays(order, part, stood))


def next_history(order: Order, part: FulfillmentOrder) -> tuple[Promise, ...]:
    """Return what was promised in turn of those pieces of a part that were never put off.

    It begins as the part's own: while nothing else was said of them, what was agreed stands.
    """
    return _never_put_off(order, part, history(order, part, PromiseKind.DELIVER_BY))


def _own(order: Order, part: FulfillmentOrder, kind: PromiseKind) -> list[Promise]:
    return [one for one in order.promises if one.fulfillment_id == part.id and one.kind is kind]


def _is_rest(one: Promise, at: datetime) -> bool:
    return one.evidence is Evidence.REST and one.made_at == at


def _of_what_stays(
    order: Order, part: FulfillmentOrder, rows: Sequence[Promise]
) -> tuple[Promise, ...]:
    """The part's own rows without the days of pieces that left it."""
    rest = max((n for n, one in enumerate(rows) if one.evidence is Evidence.REST), default=None)
    if rest is None:
        return tuple(rows)
    stayed = _of_what_stays(order, part, rows[:rest])
    return (*_never_put_off(order, part, stayed, until=rows[rest].made_at), *rows[rest:])


def _never_put_off(
    order: Order,
    part: FulfillmentOrder,
    rows: Sequence[Promise],
    *,
    until: datetime | None = None,
) -> tuple[Promise, ...]:
    """What these rows, and promises of their own, say of the pieces that were not put off."""
    last = max((n for n, one in enumerate(rows) if one.evidence in _OF_ALL), default=None)
    if last is None:
        return ()
    kept = tuple(rows[: last + 1])
    if kept[-1].kind is PromiseKind.SHIP_BY:
        return kept
    own = (
        one
        for one in _own(order, part, PromiseKind.DELIVER_NEXT_BY)
        if one.made_at >= kept[-1].made_at and (until is None or one.made_at < until)
    )
    return (*kept, *own)


def is_late(rows: Sequence[Promise]) -> bool:
    """Say whether what stands is later than what was last agreed on with the customer."""
    agreed = [one for one in rows if one.evidence in AGREED and one.reason != RESOURCED]
    return bool(agreed) and rows[-1].day > agreed[-1].day
