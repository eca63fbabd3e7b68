"""When those pieces of a part arrive that were not put off, where others were.

The part's own promise is of the last that comes. What was not put off keeps the day that was agreed
on until something is said of it; then it has a promise of its own, told as a move of those goods
alone. Pure; the partner's working time is handed in.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from hub.domain.arrivals import AGREED, Aim, Terms, arrival, parcel_aims
from hub.domain.facts import Change, Fact, FactKind
from hub.domain.names import Names
from hub.domain.orders import Evidence, FulfillmentOrder, Order, Promise, PromiseKind
from hub.domain.pieces import in_two, put_off, still_later, waits
from hub.domain.promise_rows import next_history
from hub.domain.promises import (
    RESCHEDULED,
    by_news,
    day_meant,
    is_backorder,
    why,
)
from hub.domain.status import to_arrive


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One part before and after a change, with what was said of it."""

    before: Order
    former: FulfillmentOrder
    order: Order
    part: FulfillmentOrder
    facts: tuple[Fact, ...]
    terms: Terms
    now: datetime


def with_next_arrival(
    before: Order | None,
    change: Change,
    *,
    terms: Mapping[str, Terms],
    names: Names,
    now: datetime,
) -> Change:
    """Return the change with the days of pieces that were not put off, and facts of their moves.

    It comes after the promises were moved and `next_due` was set. Facts of a part of which some
    was put off name the goods that they are about. Parts of partners that `terms` does not name
    stay as they are, and so does a new order, of which nobody has said anything.
    """
    was = {part.id: part for part in before.fulfillments} if before else {}
    for part in change.order.fulfillments:
        if before is None or part.id not in was or part.partner not in terms:
            continue
        case = _Case(
            before=before,
            former=was[part.id],
            order=change.order,
            part=part,
            facts=tuple(one for one in change.facts if one.body.get("fulfillment") == part.id),
            terms=terms[part.partner],
            now=now,
        )
        order = _promised(case, names)
        change = _told(replace(case, order=order), replace(change, order=order))
    return change


# --- promised ----------------------------------------------------------------------------------


def _promised(case: _Case, names: Names) -> Order:
    """The order with one promise more where the day moves."""
    rows = next_history(case.order, case.part)
    aim = _aim(case, rows[-1].day) if rows else None
    if aim is None:
        return case.order
    agreed = [one.day for one in rows if one.evidence in AGREED]
    today = case.terms.day_of(case.now)
    day = by_news(rows[-1].day, aim.day, agreed=agreed[-1], today=today)
    if day is None or day == rows[-1].day:
        return case.order
    promise = Promise(
        id=names.new("pro"),
        fulfillment_id=case.part.id,
        kind=PromiseKind.DELIVER_NEXT_BY,
        due=case.terms.end_of(day),
        day=day,
        evidence=aim.evidence,
        reason=why(aim.reason, sooner=day < rows[-1].day),
        made_at=case.now,
    )
    return replace(case.order, promises=(*case.order.promises, promise))


def _aim(case: _Case, standing: date) -> Aim | None:
    """When the last piece arrives that was not put off; None where one day counts for all.

    Nothing that the change leaves as it was is later than what is `standing` or stood before.
    """
    part, late = case.part, put_off(case.part)
    sooner = to_arrive(case.order, part) - late
    if not late or not sooner or (part.next_due is None and waits(part)):
        return None
    stood = _stood(case)
    aims = parcel_aims(case.before, case.order, part, terms=case.terms, stood=stood)
    aims += [_said(day) for day in _reported(case, sooner)]
    if part.next_due is not None:
        leaves = day_meant(case.order, part.id, part.next_due, terms=case.terms)
        day = arrival(case.order, part, leaves, terms=case.terms)
        same = part.next_due == case.former.next_due and not _goes_otherwise(case)
        aims.append(_said(min(day, standing) if same else day))
    return max(aims, key=lambda aim: aim.day, default=None)


def _stood(case: _Case) -> date:
    """By when those pieces were to arrive before the change."""
    was = in_two(case.before, case.former, to_arrive(case.before, case.former))
    whole = case.before.promise(case.part.id, PromiseKind.DELIVER_BY)
    return was.day if was else whole.day if whole else date.max


def _goes_otherwise(case: _Case) -> bool:
    """Whether the change is one of the method by which it is sent."""
    group = case.part.group_id
    return case.before.group(group).method_final != case.order.group(group).method_final


def _said(day: date) -> Aim:
    return Aim(day=day, evidence=Evidence.ANSWER, reason=RESCHEDULED)


def _reported(case: _Case, sooner: Counter[str]) -> Iterator[date]:
    """The days at the door that the partner just named for them."""
    lines = {line.line_id for line in case.part.lines if sooner[line.line_id]}
    for fact in case.facts:
        day = fact.body.get("delivery_on")
        if isinstance(day, str) and fact.body.get("line") in lines and not is_backorder(fact):
            yield date.fromisoformat(day)


# --- told --------------------------------------------------------------------------------------


def _told(case: _Case, change: Change) -> Change:
    """The change whose moves of the day of arrival name the goods, of a part that is or was in two.

    What was never put off never had the day of the rest.
    """
    coming = to_arrive(case.order, case.part)
    was = in_two(case.before, case.former, to_arrive(case.before, case.former))
    stands = in_two(case.order, case.part, coming)
    former = case.before.promise(case.part.id, PromiseKind.DELIVER_BY)
    whole = case.order.promise(case.part.id, PromiseKind.DELIVER_BY)
    if former is None or whole is None or (was is None and stands is None):
        return change
    kept = still_later(was, case.former, case.part) if was else Counter()
    late = stands.later if stands else kept & coming
    facts = tuple(_naming(case, fact, late) for fact in change.facts)
    stood, moved = (was.rows[-1] if was else former), (stands.rows[-1] if stands else whole)
    sooner = coming - late
    if stood.day == moved.day or not sooner:
        return replace(change, facts=facts)
    body = {
        "fulfillment": case.part.id,
        "kind": PromiseKind.DELIVER_BY.value,
        "from": stood.day.isoformat(),
        "to": moved.day.isoformat(),
        "reason": why(moved.reason, sooner=moved.day < stood.day),
        "lines": _rows(sooner),
    }
    return replace(change, facts=(*facts, Fact(kind=FactKind.PROMISE_MOVED, body=body)))


def _naming(case: _Case, fact: Fact, units: Counter[str]) -> Fact:
    """A move of the part's day of arrival as one of these units."""
    kind, of = fact.body.get("kind"), fact.body.get("fulfillment")
    if fact.kind is not FactKind.PROMISE_MOVED or kind != PromiseKind.DELIVER_BY.value:
        return fact
    return replace(fact, body={**fact.body, "lines": _rows(units)}) if of == case.part.id else fact


def _rows(units: Counter[str]) -> list[dict[str, object]]:
    return [{"line": line, "quantity": count} for line, count in units.items() if count]
