"""What follows from a change of an order by itself: promises made and moved, things awaited."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.domain.facts import Change, Fact, FactKind, Watch, WatchKind
from hub.domain.messages import OrderResponse
from hub.domain.names import Names
from hub.domain.next_arrival import with_next_arrival
from hub.domain.next_due import with_next_due
from hub.domain.orders import Evidence, FulfillmentLine, FulfillmentOrder, Order, PromiseKind
from hub.domain.promises import promised
from hub.flow.parts import DESK, Parts
from hub.partners import Channel, Partner
from hub.store import DocumentRow

ONE_DAY = timedelta(days=1)
LAST_SECOND = time(23, 59, 59)

_ANSWERS = frozenset(
    {
        FactKind.LINES_CONFIRMED,
        FactKind.LINES_BACKORDERED,
        FactKind.LINES_DECLINED,
        FactKind.PROGRESS_REPORTED,
        FactKind.ORDER_SHIPPED,
    }
)
"""What ends the waiting for a partner's answer: who works on it or ships it has read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerTerms:
    """A partner's page as promises read it."""

    partner: Partner

    def day_of(self, moment: datetime) -> date:
        """Return the day on which a moment is at the partner's."""
        return moment.astimezone(ZoneInfo(self.partner.calendar.zone)).date()

    def end_of(self, day: date) -> datetime:
        """Return the last second of a day at the partner's, in UTC."""
        zone = ZoneInfo(self.partner.calendar.zone)
        return datetime.combine(day, LAST_SECOND, tzinfo=zone).astimezone(UTC)

    def begun(self, now: datetime) -> datetime:
        """Return by when the partner ships what it begins with now: cut-off and limit count."""
        calendar = self.partner.calendar
        return calendar.add(calendar.begins(now), self.partner.limits.ship)

    def ship_by(self, now: datetime) -> datetime:
        """Return until when the partner has for what it begins with now: a day is meant, whole."""
        return self.end_of(self.day_of(self.begun(now)))

    def arrival(self, left_on: date, *, method: str) -> date:
        """Return the day at the door: so many of the partner's working days after leaving."""
        day = left_on
        for _ in range(self.partner.transit_days(method)):
            day += ONE_DAY
            while not self.partner.calendar.works_on(day):
                day += ONE_DAY
        return day


def followed(
    parts: Parts, before: Order | None, change: Change, *, names: Names, now: datetime
) -> Change:
    """Return the change with the promises and watches that follow from it.

    `before` is None for a new order. A partner without a page is left as it is.
    """
    if before is not None and change.order == before and not change.facts:
        return change
    names_asked = {part.partner for part in change.order.fulfillments}
    terms = {name: found for name in names_asked if (found := _terms(parts, name))}
    after = promised(before, change, terms=terms, names=names, now=now)
    after = with_next_due(before, after, terms=terms, now=now)
    after = with_next_arrival(before, after, terms=terms, names=names, now=now)
    if before is None:
        return after  # nothing is awaited of whom nothing has reached yet
    ended, watches = _awaited(before, after)
    watches += _awaited_again(parts, before, after, now)
    return replace(
        after,
        ended=(*after.ended, *ended),
        watches=(*after.watches, *watches),
        cleared=(*after.cleared, *_no_longer_late(before, after.order)),
    )


def _terms(parts: Parts, name: str) -> PartnerTerms | None:
    try:
        return PartnerTerms(partner=parts.partners.get(name))
    except KeyError:  # its page was taken away while its orders are under way
        return None


def _awaited(before: Order, change: Change) -> tuple[list[str], list[Watch]]:
    """Whose waiting is over, and what is awaited until another moment than before."""
    ended: list[str] = []
    watches: list[Watch] = []
    was = {part.id: part for part in before.fulfillments}
    for part in change.order.fulfillments:
        former = was.get(part.id)
        if former is None or not is_open(former):
            continue
        if not is_open(part):
            ended += [response_hold(part.id), shipment_hold(part.id)]
            continue
        if any(fact.kind in _ANSWERS for fact in _facts_of(change, part)):
            ended.append(response_hold(part.id))
        if part.due != former.due and not _moved_by_silence(change.order, part):
            ended.append(shipment_hold(part.id))
            watches.extend(_shipment(change.order, part))
    return ended, watches


def _awaited_again(parts: Parts, before: Order, change: Change, now: datetime) -> list[Watch]:
    """What is awaited once more: goods that were said to have left, an answer taken back."""
    watches: list[Watch] = []
    was = {part.id: part for part in before.fulfillments}
    for part in change.order.fulfillments:
        kinds = {fact.kind for fact in _facts_of(change, part)}
        former = was.get(part.id)
        if former is None or not is_open(part):
            continue
        if FactKind.SHIPMENT_VOIDED in kinds and not is_open(former):
            watches.extend(_shipment(change.order, part))
        if FactKind.ANSWER_VOIDED in kinds:
            watches.extend(_shipment(change.order, part) if not is_open(former) else ())
            watches.extend(_answer(parts, change.order, part, now))
    return watches


def _no_longer_late(before: Order, after: Order) -> Iterator[str]:
    """Yield the holds of lines that waited for new stock and do not any more, whatever came."""
    waited = {line.id for part in before.fulfillments for line in part.lines if _waits(line)}
    for part in after.fulfillments:
        for line in part.lines:
            if line.id in waited and not _waits(line):
                yield backorder_hold(line.id)


def _waits(line: FulfillmentLine) -> bool:
    return bool(line.buckets.backordered and line.buckets.open)


def _facts_of(change: Change, part: FulfillmentOrder) -> Iterator[Fact]:
    return (fact for fact in change.facts if fact.body.get("fulfillment") == part.id)


def _moved_by_silence(order: Order, part: FulfillmentOrder) -> bool:
    """A date that we only guess since nobody spoke is not awaited: it rang once for that."""
    standing = order.promise(part.id, PromiseKind.SHIP_BY)
    return standing is not None and standing.evidence is Evidence.SILENCE


def is_open(part: FulfillmentOrder) -> bool:
    """Say whether a partner still owes units of its part."""
    return any(line.buckets.open for line in part.lines)


# --- what is awaited once a paper lies with the partner ----------------------------------------


def awaited(
    parts: Parts, channel: Channel, document: DocumentRow, order: Order, *, now: datetime
) -> tuple[Watch, ...]:
    """Return what is awaited of a partner that has just been delivered a paper on an order.

    A receipt where the channel has receipts; on a purchase order also the answer, where the
    partner sends answers, and the goods.
    """
    partner = parts.partners.get(channel.partner)
    watches = list(_receipt(partner, channel, document, order, now))
    route = parts.routes.get(partner.id)
    part = next((one for one in order.fulfillments if one.id == document.fulfillment_id), None)
    if route is None or part is None or not is_open(part) or document.set_id != route.set_id:
        return tuple(watches)
    return (*watches, *_answer(parts, order, part, now), *_shipment(order, part))


def unanswered(
    parts: Parts, order: Order, part: FulfillmentOrder, *, since: datetime
) -> tuple[Watch, ...]:
    """Return the answer that is awaited of a part that lies with its partner since then.

    Nothing for a partner that sends no answers, and of which something was said already.
    """
    return tuple(_answer(parts, order, part, since))


def _answer(parts: Parts, order: Order, part: FulfillmentOrder, now: datetime) -> Iterator[Watch]:
    """The answer to a purchase order of which nothing was said yet."""
    partner = parts.partners.get(part.partner)
    spoken = any(line.buckets.accepted or line.buckets.backordered for line in part.lines)
    if not spoken and answers(parts, partner):
        yield Watch(
            hold=response_hold(part.id),
            kind=WatchKind.RESPONSE,
            partner=partner.id,
            subject=part.id,
            due_at=partner.calendar.add(now, partner.limits.response),
            order_id=order.id,
        )


def _receipt(
    partner: Partner, channel: Channel, document: DocumentRow, order: Order, now: datetime
) -> Iterator[Watch]:
    if document.valid is None and getattr(channel.profile, "receipts", False):
        yield Watch(
            hold=receipt_hold(document.id),
            kind=WatchKind.RECEIPT,
            partner=partner.id,
            subject=document.id,
            due_at=partner.calendar.add(now, partner.limits.receipt),
            order_id=order.id,
        )


def _shipment(order: Order, part: FulfillmentOrder) -> Iterator[Watch]:
    if part.due is not None:
        yield Watch(
            hold=shipment_hold(part.id),
            kind=WatchKind.SHIPMENT,
            partner=part.partner,
            subject=part.id,
            due_at=part.due,
            order_id=order.id,
        )


def answers(parts: Parts, partner: Partner) -> bool:
    """Say whether a partner sends answers to purchase orders on any of its channels."""
    return any(channel.transport == DESK for channel in partner.channels) or any(
        parts.maps.page(channel.maps[set_id]).message is OrderResponse
        for channel in partner.channels
        for set_id in channel.receives
        if set_id in channel.maps
    )


def receipt_hold(document_id: str) -> str:
    """Return what a missing receipt of one of our papers is held under."""
    return f"overdue-receipt:{document_id}"


def response_hold(fulfillment_id: str) -> str:
    """Return what a missing answer to a purchase order is held under."""
    return f"overdue-response:{fulfillment_id}"


def shipment_hold(fulfillment_id: str) -> str:
    """Return what a missing ship notice is held under."""
    return f"overdue-shipment:{fulfillment_id}"


def backorder_hold(fulfillment_line_id: str) -> str:
    """Return what a backorder beyond the promise is held under, while nobody else can fill it."""
    return f"backorder:{fulfillment_line_id}"
