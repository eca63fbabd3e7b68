"""Steps 6 and 7 for one message: by its kind it is held against an order, kept, or noted.

Messages on a purchase order are decided by `hub.domain.rules`; the others have a file each.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from hub.domain import rules
from hub.domain.change_rows import needs_source
from hub.domain.exchange import Problem
from hub.domain.messages import (
    Advice,
    CarrierEvent,
    ChangeResponse,
    Invoice,
    Message,
    OrderReport,
    OrderResponse,
    ShipNotice,
    StockReport,
)
from hub.domain.names import Names
from hub.domain.rules import Spoken, Subject
from hub.domain.stock import DAY_ONLY
from hub.flow.advising import take_advice
from hub.flow.applied import Applied
from hub.flow.changing import resource_backorders
from hub.flow.delivering import take_event
from hub.flow.invoicing import checked, take_invoice
from hub.flow.orders import UNITS, remember
from hub.flow.parts import Parts
from hub.flow.receiving import input_of
from hub.flow.sourcing import source
from hub.store import DocumentRow, Transaction

NOTHING_USED = ("unknown-order", rules.TAKES_BACK)


def joined(messages: Sequence[Message]) -> list[Message]:
    """Return one message for each purchase order: what one paper says in pieces is one event."""
    whole: dict[tuple[type, str], Message] = {}
    for place, message in enumerate(messages):
        if isinstance(message, Advice | StockReport | CarrierEvent | Invoice):
            whole[type(message), f"#{place}"] = message
            continue
        key = (type(message), message.number)
        whole[key] = _with(whole.get(key), message)
    return list(whole.values())


def _with(former: Message | None, message: Message) -> Message:
    """Return a message with what came of it before, or itself."""
    match former, message:
        case ShipNotice(), ShipNotice():
            return replace(former, parcels=(*former.parcels, *message.parcels))
        case OrderResponse(), OrderResponse():
            return replace(former, lines=(*former.lines, *message.lines))
        case OrderReport(), OrderReport():
            return replace(former, lines=(*former.lines, *message.lines))
    return message


def in_zone(message: Spoken, zone: str) -> Spoken:
    """Return a message whose time of day is the partner's own, where the paper names no zone.

    A day without a time (midnight) gets `DAY_ONLY`, lest it be the day before at the customer's.
    """
    if not isinstance(message, ShipNotice) or message.shipped_at is None:
        return message
    if message.shipped_at.tzinfo is not None:
        return message
    here = message.shipped_at.replace(tzinfo=ZoneInfo(zone))
    if here.time() == time():
        here = datetime.combine(here.date(), DAY_ONLY, tzinfo=here.tzinfo)
    return replace(message, shipped_at=here)


def take(
    tx: Transaction,
    parts: Parts,
    row: DocumentRow,
    message: Message,
    *,
    now: datetime,
    names: Names,
) -> Applied:
    """Take in one message of a document; what cannot be used of it are problems."""
    match message:
        case OrderResponse() | ShipNotice() | ChangeResponse() | OrderReport():
            local = in_zone(message, parts.partners.get(row.partner).calendar.zone)
            return _on_order(tx, parts, row, local, now=now, names=names)
        case Invoice():
            return take_invoice(tx, parts, row, message, now=now, names=names)
        case Advice():
            return take_advice(tx, parts, row, message, now=now, names=names)
        case CarrierEvent():
            return take_event(tx, parts, row, message, now=now, names=names)
        case _:
            problem = Problem(code="not-for-us", text=f"a {row.set_id} is not for us to receive")
            return Applied(problems=[problem], used=False)


def _on_order(
    tx: Transaction,
    parts: Parts,
    row: DocumentRow,
    message: Spoken,
    *,
    now: datetime,
    names: Names,
) -> Applied:
    found = tx.orders.for_purchase_order(partner=row.partner, number=message.number)
    key = rules.business_key(row.partner, message)
    applied = Applied(key=key, purpose=str(message.purpose), number=message.number)
    if found is None:
        return replace(applied, problems=[_unknown(row.partner, message.number)], used=False)
    order, fulfillment_id = found
    subject = Subject(
        order=order,
        fulfillment_id=fulfillment_id,
        effects=tx.exchange.effects(business_key=key),
        names=names,
        unit_word=lambda unit: parts.maps.word(UNITS, unit),
    )
    change = rules.apply(subject, message, now=now)
    if isinstance(message, ShipNotice):  # an invoice that came first may fit now
        change = change.then(checked(tx, parts, change.order, fulfillment_id))
    if isinstance(message, OrderResponse | OrderReport):
        change = resource_backorders(tx, parts, change, fulfillment_id, names=names, now=now)
    if needs_source(order, change.order):
        change = change.then(source(tx, parts, change.order, names=names, now=now))
    remember(
        tx,
        parts,
        order,
        change,
        at=now,
        input_id=input_of(row.transmission_id),
        document_id=row.id,
        names=names,
    )
    answered = _answered_set(parts, row.partner, message)
    for sent in tx.exchange.sent_for(fulfillment_id) if answered else ():
        if sent.set_id == answered:
            tx.exchange.stamp(sent.id, answered_at=now, answered_by=row.id)
    used = not any(problem.code in NOTHING_USED for problem in change.problems)
    return replace(
        applied,
        problems=change.problems,
        used=used,
        order_id=order.id,
        fulfillment_id=fulfillment_id,
    )


def _answered_set(parts: Parts, partner: str, message: Spoken) -> str:
    """The set of ours that a message answers: an order's or a change's."""
    route = parts.routes.get(partner)
    if route is None:
        return ""
    if isinstance(message, OrderResponse):
        return route.set_id
    return route.change_set if isinstance(message, ChangeResponse) else ""


def _unknown(partner: str, number: str) -> Problem:
    return Problem(
        code="unknown-order",
        text=f"{partner} was never sent a purchase order {number!r}; "
        "check the number with the partner",
    )
