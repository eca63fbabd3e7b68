"""When what leaves next of a part is due, where some of it leaves later than the rest.

A part has one promise, and the latest day wins it. Pieces that nobody put off keep the day that
stood for them: their partner is held to it until they left. Pure; the partner's days are handed in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from hub.domain.arrivals import AGREED, Terms
from hub.domain.facts import Change, Fact, FactKind
from hub.domain.orders import Evidence, FulfillmentOrder, Order, PromiseKind
from hub.domain.promises import is_backorder

_SAID = frozenset({FactKind.LINES_CONFIRMED, FactKind.PROGRESS_REPORTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One part after a change, and as it was before."""

    order: Order
    part: FulfillmentOrder
    former: FulfillmentOrder | None
    is_changed: bool
    facts: tuple[Fact, ...]
    terms: Terms
    now: datetime


def with_next_due(
    before: Order | None, change: Change, *, terms: Mapping[str, Terms], now: datetime
) -> Change:
    """Return the change with `next_due` of each part as it follows from its promises.

    It comes after the promises were moved. Parts of partners that `terms` does not name stay as
    they are.
    """
    order = change.order
    was = {part.id: part for part in before.fulfillments} if before else {}
    for part in order.fulfillments:
        if part.partner not in terms:
            continue
        case = _Case(
            order=order,
            part=part,
            former=was.get(part.id),
            is_changed=_asked_otherwise(before, order, part),
            facts=tuple(one for one in change.facts if one.body.get("fulfillment") == part.id),
            terms=terms[part.partner],
            now=now,
        )
        due = _next_due(case)
        if due != part.next_due:
            order = order.with_fulfillment(replace(part, next_due=due))
    return replace(change, order=order)


def _asked_otherwise(before: Order | None, order: Order, part: FulfillmentOrder) -> bool:
    """Whether it was we who just named another day, for all that is open."""
    standing = order.promise(part.id, PromiseKind.SHIP_BY)
    was = before.promise(part.id, PromiseKind.SHIP_BY) if before else None
    return standing is not None and standing != was and standing.evidence is Evidence.CHANGE


def _next_due(case: _Case) -> datetime | None:
    """The moment, where it is before that of the part; None where one day counts for all."""
    part, former = case.part, case.former
    if part.ship_by is None or case.is_changed or not (_sooner(part) and _later(part)):
        return None
    stood = former.due if former is not None and _sooner(former) else None
    due = stood or case.terms.end_of(max(_agreed(case), case.terms.day_of(case.now)))
    if named := _named(case):
        due = max(due, case.terms.end_of(named))
    return due if due < part.ship_by else None


def _agreed(case: _Case) -> date:
    """The day that was last agreed on for the part."""
    return max(
        (
            (one.made_at, one.day)
            for one in case.order.promises
            if one.fulfillment_id == case.part.id
            and one.kind is PromiseKind.SHIP_BY
            and one.evidence in AGREED
        ),
        default=(case.now, date.min),
    )[1]


def _named(case: _Case) -> date | None:
    """The latest day that the partner just named for pieces that it did not put off."""
    lines = {line.line_id for line in case.part.lines if line.buckets.open}
    days = [
        date.fromisoformat(day)
        for fact in case.facts
        if fact.kind in _SAID and not is_backorder(fact) and fact.body.get("line") in lines
        if isinstance(day := fact.body.get("ships_on"), str)
    ]
    return max(days, default=None)


def _sooner(part: FulfillmentOrder) -> bool:
    return any(line.buckets.open > line.buckets.backordered for line in part.lines)


def _later(part: FulfillmentOrder) -> bool:
    return any(line.buckets.open and line.buckets.backordered for line in part.lines)
