"""What the customer was promised of each partner's part, on which evidence, and what came of it.

A promise is made when a partner is asked and moved by a new row with its reason; the newest of a
kind stands. Worse news moves it later. Better news takes a delay back, though never to before the
day first agreed on or before today: what arrives earlier than promised needs no promise. Pure; a
partner's working time is handed in.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from hub.domain.arrivals import (
    AGREED,
    CARRIER,
    SHIPPED,
    Aim,
    Terms,
    arrival,
    parcel_aims,
    parcels,
)
from hub.domain.facts import Change, Fact, FactKind
from hub.domain.messages import Progress
from hub.domain.names import Names
from hub.domain.orders import (
    Evidence,
    FulfillmentOrder,
    Order,
    Promise,
    PromiseKind,
)
from hub.domain.pieces import in_two, put_off, still_later
from hub.domain.promise_rows import RESOURCED, history, is_late, predecessor
from hub.domain.status import to_arrive

PLACED, CHANGED = "placed", "changed"
BACKORDERED, RESCHEDULED, SOONER = "backordered", "rescheduled", "sooner"
NO_ANSWER, NOT_SHIPPED = "no_answer", "not_shipped"
REASONS = frozenset(
    (
        *(PLACED, RESOURCED, CHANGED, BACKORDERED, RESCHEDULED, SOONER),
        *(NO_ANSWER, NOT_SHIPPED, SHIPPED, CARRIER),
    )
)

_EITHER_WAY = frozenset({RESOURCED, CHANGED, CARRIER})
"""What moves a promise to a later day and to an earlier one alike."""

_SAID = {
    FactKind.LINES_CONFIRMED: Evidence.ANSWER,
    FactKind.LINES_BACKORDERED: Evidence.ANSWER,
    FactKind.PROGRESS_REPORTED: Evidence.REPORT,
}
_SILENT = {FactKind.RESPONSE_OVERDUE: NO_ANSWER, FactKind.SHIPMENT_OVERDUE: NOT_SHIPPED}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One part of an order after a change, with what was said of it."""

    before: Order | None
    order: Order
    part: FulfillmentOrder
    facts: Sequence[Fact]
    terms: Terms
    names: Names
    now: datetime

    @property
    def method(self) -> str:
        """The ship method that stands."""
        return self.order.group(self.part.group_id).method_final

    @property
    def today(self) -> date:
        """What day it is at the partner's."""
        return self.terms.day_of(self.now)


def promised(
    before: Order | None,
    change: Change,
    *,
    terms: Mapping[str, Terms],
    names: Names,
    now: datetime,
) -> Change:
    """Return the change with the promises that follow from it made and moved, and told as facts.

    `before` is None for a new order. Parts of partners that `terms` does not name stay as they are.
    """
    said = change.facts
    for part in change.order.fulfillments:
        if part.partner not in terms:
            continue
        case = _Case(
            before=before,
            order=change.order,
            part=part,
            facts=[fact for fact in said if fact.body.get("fulfillment") == part.id],
            terms=terms[part.partner],
            names=names,
            now=now,
        )
        if change.order.promise(part.id, PromiseKind.SHIP_BY) is None:
            change = change.then(_made(case))
        else:
            change = change.then(_moved(case))
    return change


# --- made --------------------------------------------------------------------------------------


def _made(case: _Case) -> Change:
    """Promise a part that was not promised yet; one of which nothing is open needs no promise."""
    part, terms = case.part, case.terms
    if not _open(part):
        return Change(order=case.order)
    usual = terms.day_of(terms.begun(part.created_at))
    ship_on = terms.day_of(part.ship_by) if part.ship_by else usual
    evidence = Evidence.STOCK_DATE if ship_on > usual else Evidence.CALENDAR
    former = predecessor(case.order, part)
    reason = RESOURCED if former else PLACED
    leave = Aim(day=ship_on, evidence=evidence, reason=reason)
    arrive = replace(leave, day=terms.arrival(ship_on, method=case.method))
    order, ship = _with(case, case.order, PromiseKind.SHIP_BY, leave)
    order, deliver = _with(case, order, PromiseKind.DELIVER_BY, arrive)
    body = {"fulfillment": part.id, "ship_by": str(ship.day), "deliver_by": str(deliver.day)}
    facts = [Fact(kind=FactKind.PROMISE_MADE, body=body)]
    for one in (ship, deliver):
        rows = history(order, former, one.kind, gone_at=case.now) if former else ()
        if rows and _is_news(rows, one.day):
            facts.append(_of_these(case.order, former, part, _told(one, rows[-1].day)))
    return Change(order=order, facts=tuple(facts))


def _of_these(
    order: Order, former: FulfillmentOrder | None, part: FulfillmentOrder, moved: Fact
) -> Fact:
    """A move that names the goods, where the part that lost them brings others of the same."""
    if former is None or not to_arrive(order, former):
        return moved
    lines = [{"line": one.line_id, "quantity": one.buckets.open} for one in part.lines]
    return replace(moved, body={**moved.body, "lines": lines})


def _is_news(rows: Sequence[Promise], day: date) -> bool:
    """Whether a day is later than that of the part before, or takes a delay of that part back."""
    return rows[-1].day < day or (day < rows[-1].day and is_late(rows))


# --- moved -------------------------------------------------------------------------------------


def _moved(case: _Case) -> Change:
    """Move what a change moves of a part's promises: first when it ships, then when it arrives."""
    aims = _ship_aims(case)
    change = _follow(case, PromiseKind.SHIP_BY, aims)
    moved = aims[0] if change.facts else None
    case = replace(case, order=change.order, part=change.order.fulfillment(case.part.id))
    return change.then(_follow(case, PromiseKind.DELIVER_BY, _door_aims(case, moved)))


def _follow(case: _Case, kind: PromiseKind, aims: Sequence[Aim]) -> Change:
    """Move one promise to the first of these aims, if that is news."""
    standing = case.order.promise(case.part.id, kind)
    if standing is None or not aims:
        return Change(order=case.order)
    day = _settled(case, standing, aims[0])
    if day is None or day == standing.day:
        return Change(order=_in_step(case, kind))
    reason = why(aims[0].reason, sooner=day < standing.day)
    evidence = Evidence.REST if _is_rest(case) else aims[0].evidence
    aim = Aim(day=day, evidence=evidence, reason=reason)
    order, promise = _with(case, case.order, kind, aim)
    return Change(order=order, facts=(_told(promise, standing.day),))


def _is_rest(case: _Case) -> bool:
    """Whether all that was put off just left the part, and nothing else was said of the others."""
    before = case.before
    parts = before.fulfillments if before else ()
    former = next((one for one in parts if one.id == case.part.id), None)
    if before is None or former is None or put_off(case.part):
        return False
    was = in_two(before, former, to_arrive(before, former))
    return was is not None and not still_later(was, former, case.part)


def why(reason: str, *, sooner: bool) -> str:
    """Return why a promise moves that way: good news has its own word, which explains no delay."""
    if sooner:
        return reason if reason in _EITHER_WAY else SOONER
    return RESCHEDULED if reason == SOONER else reason


def _settled(case: _Case, standing: Promise, aim: Aim) -> date | None:
    """Where the promise goes: later by news, back to what was agreed, anywhere by our own change.

    None when news names a day that is over: it says nothing of when.
    """
    if aim.evidence is Evidence.CHANGE:
        return max(aim.day, case.today)
    own = [one for one in case.order.promises if one.fulfillment_id == case.part.id]
    agreed = [one.day for one in own if one.kind is standing.kind and one.evidence in AGREED]
    return by_news(standing.day, aim.day, agreed=agreed[-1], today=case.today)


def by_news(standing: date, aim: date, *, agreed: date, today: date) -> date | None:
    """Return where news of a day moves a promise: later, or back to what was agreed.

    None when it names a later day that is over: that says nothing of when.
    """
    if aim > standing:
        return aim if aim >= today else None
    return min(standing, max(aim, agreed, today))


def _ship_aims(case: _Case) -> list[Aim]:
    """What a change says of the day on which an open part leaves; at most one aim."""
    standing = case.order.promise(case.part.id, PromiseKind.SHIP_BY)
    if standing is None or not _open(case.part):
        return []
    if case.part.ship_by is not None and case.part.ship_by != standing.due:
        day = case.terms.day_of(case.part.ship_by)
        return [Aim(day=day, evidence=Evidence.CHANGE, reason=CHANGED)]
    unsaid = any(fact.kind is FactKind.ANSWER_VOIDED for fact in case.facts)
    if unsaid and not any(line.buckets.backordered for line in case.part.lines):
        return [Aim(day=date.min, evidence=Evidence.ANSWER, reason=RESCHEDULED)]
    for fact in case.facts:
        if fact.kind in _SILENT:
            day = case.terms.day_of(case.terms.begun(case.now))
            later = max(day, standing.day)  # silence is never good news
            return [Aim(day=later, evidence=Evidence.SILENCE, reason=_SILENT[fact.kind])]
    return _said_aims(case, standing) or _left_aims(case)


def _left_aims(case: _Case) -> list[Aim]:
    """The day of the pieces that were not put off, once they are all that is left."""
    former = {one.id: one for one in case.before.fulfillments} if case.before else {}
    due = former[case.part.id].next_due if case.part.id in former else None
    if due is None or any(one.buckets.open and one.buckets.backordered for one in case.part.lines):
        return []
    day = day_meant(case.order, case.part.id, due, terms=case.terms)
    return [Aim(day=day, evidence=Evidence.ANSWER, reason=RESCHEDULED)]


def _said_aims(case: _Case, standing: Promise) -> list[Aim]:
    """What the partner says: its latest day; earlier ones count if it spoke of all that is open."""
    wanted = {line.line_id for line in case.part.lines if line.buckets.open}
    said = [one for one in case.facts if one.kind in _SAID and one.body.get("line") in wanted]
    dated = [(day, fact) for fact in said if (day := _day(fact, "ships_on"))]
    if not said:
        return []
    last, by = max(dated, key=lambda one: one[0], default=(standing.day, said[-1]))
    aim = Aim(
        day=last,
        evidence=_SAID[by.kind],
        reason=BACKORDERED if is_backorder(by) else RESCHEDULED,
    )
    if last > standing.day:
        return [aim]
    if not _spoke_of_all(wanted, said):
        return []
    day = last if dated else date.min  # a plain yes: as first agreed
    return [replace(aim, day=day, reason=RESCHEDULED)]


def _spoke_of_all(wanted: Collection[object], said: Sequence[Fact]) -> bool:
    """Whether a paper says of every open line when it goes, or plainly that it goes."""
    spoken = {
        fact.body.get("line")
        for fact in said
        if fact.kind is FactKind.LINES_CONFIRMED or _day(fact, "ships_on")
    }
    unclear = any(is_backorder(fact) and not _day(fact, "ships_on") for fact in said)
    return not unclear and spoken.issuperset(wanted)


def is_backorder(fact: Fact) -> bool:
    """Say whether a fact tells that a partner sends units later than it was asked to."""
    return (
        fact.kind is FactKind.LINES_BACKORDERED
        or fact.body.get("progress") == Progress.BACKORDERED.value
    )


def _door_aims(case: _Case, ship: Aim | None) -> list[Aim]:
    """What a change says of the day at the customer's door: the last of what is still to come.

    Nothing unless the day of leaving, the method, a parcel or a report gives cause, or all that had
    not left was taken from the part.
    """
    on_the_way = any(parcels(case.order, case.part.id))
    asked_otherwise = _goes_otherwise(case)
    reported = [day for fact in case.facts if (day := _day(fact, "delivery_on"))]
    news = _parcel_news(case)
    if not (ship or asked_otherwise or reported or news or _emptied(case)):
        return []
    standing = case.order.promise(case.part.id, PromiseKind.DELIVER_BY)
    stood = standing.day if standing else date.max
    aims = parcel_aims(case.before, case.order, case.part, terms=case.terms, stood=stood)
    aims += [Aim(day=day, evidence=Evidence.REPORT, reason=RESCHEDULED) for day in reported]
    aims += _open_aims(case, ship)
    if asked_otherwise and not on_the_way:
        aims = [replace(aim, evidence=Evidence.CHANGE, reason=CHANGED) for aim in aims]
    return sorted(aims, key=lambda aim: aim.day, reverse=True)[:1]


def _open_aims(case: _Case, ship: Aim | None) -> list[Aim]:
    """When what has not left yet arrives, if it leaves as promised."""
    standing = case.order.promise(case.part.id, PromiseKind.SHIP_BY)
    if standing is None or not _open(case.part):
        return []
    day = case.terms.arrival(standing.day, method=case.method)
    if not _goes_otherwise(case):
        day = arrival(case.order, case.part, standing.day, terms=case.terms)
        door = case.order.promise(case.part.id, PromiseKind.DELIVER_BY)
        if door is not None and ship is None and _had_open(case):
            day = min(day, door.day)  # it was of these goods, too, and nothing is said of them
    if day < case.today and _taken_back(case):
        return []  # it is overdue: no day is better than the one that stands
    if ship is None and standing.evidence in (*AGREED, Evidence.REST):  # all else is in order
        return [Aim(day=day, evidence=Evidence.SHIPMENT, reason=RESCHEDULED)]
    why = ship or standing
    return [Aim(day=day, evidence=why.evidence, reason=why.reason)]


def _parcel_news(case: _Case) -> bool:
    """Whether a parcel of the part is new, taken back, or expected on another day than before."""
    before = dict(parcels(case.before, case.part.id))
    return _taken_back(case) or any(
        key not in before or before[key][1].expected_on != package.expected_on
        for key, (_, package) in parcels(case.order, case.part.id)
    )


def _taken_back(case: _Case) -> bool:
    """Whether the partner takes back that it shipped."""
    return any(fact.kind is FactKind.SHIPMENT_VOIDED for fact in case.facts)


def _emptied(case: _Case) -> bool:
    """Whether the last open units just left the part, to the customer or to another partner."""
    return _had_open(case) and not _open(case.part)


def _had_open(case: _Case) -> bool:
    """Whether units of the part were open before."""
    parts = case.before.fulfillments if case.before else ()
    return any(_open(one) for one in parts if one.id == case.part.id)


def _goes_otherwise(case: _Case) -> bool:
    """Whether the method by which the part is sent is another than before."""
    groups = case.before.groups if case.before else ()
    before = (one.method_final for one in groups if one.id == case.part.group_id)
    return any(method != case.method for method in before)


# --- rows --------------------------------------------------------------------------------------


def _with(case: _Case, order: Order, kind: PromiseKind, aim: Aim) -> tuple[Order, Promise]:
    """The order with one promise more; what its partner is asked by follows it."""
    promise = Promise(
        id=case.names.new("pro"),
        fulfillment_id=case.part.id,
        kind=kind,
        due=case.terms.end_of(aim.day),
        day=aim.day,
        evidence=aim.evidence,
        reason=aim.reason,
        made_at=case.now,
    )
    after = replace(order, promises=(*order.promises, promise))
    return _in_step(replace(case, order=after), kind), promise


def _in_step(case: _Case, kind: PromiseKind) -> Order:
    """The order whose part is to ship by what is promised; a day more or less is no other order."""
    part = case.order.fulfillment(case.part.id)
    standing = case.order.promise(part.id, PromiseKind.SHIP_BY)
    if kind is not PromiseKind.SHIP_BY or standing is None or part.ship_by == standing.due:
        return case.order
    return case.order.with_fulfillment(replace(part, ship_by=standing.due))


def _told(promise: Promise, was: date) -> Fact:
    body = {
        "fulfillment": promise.fulfillment_id,
        "kind": promise.kind.value,
        "from": was.isoformat(),
        "to": promise.day.isoformat(),
        "reason": promise.reason,
    }
    return Fact(kind=FactKind.PROMISE_MOVED, body=body)


def _day(fact: Fact, key: str) -> date | None:
    value = fact.body.get(key)
    return date.fromisoformat(value) if isinstance(value, str) else None


def _open(part: FulfillmentOrder) -> int:
    return sum(line.buckets.open for line in part.lines)


# --- read --------------------------------------------------------------------------------------


def day_meant(order: Order, fulfillment_id: str, moment: datetime, *, terms: Terms) -> date:
    """Return the day at whose end a kept moment of a part is, in the zone its partner had then.

    Its partner may have another zone by now. A promise made in the same zone tells: the moment is
    whole days from it, but for the hour by which clocks change.
    """
    day = terms.day_of(moment)
    own = [one for one in order.promises if one.fulfillment_id == fulfillment_id]
    if not own or terms.end_of(day) == moment:
        return next((one.day for one in own if one.due == moment), day)
    near = min(own, key=lambda one: abs(moment - one.due - _whole_days(moment, one)))
    return near.day + _whole_days(moment, near)


def _whole_days(moment: datetime, promise: Promise) -> timedelta:
    return timedelta(days=round((moment - promise.due) / timedelta(days=1)))
