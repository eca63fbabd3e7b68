"""Steps 6 and 7 for one message: by its kind it is held against an order, kept, or noted.

Messages on a purchase order are decided by `hub.domain.rules`; the others have a file each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from hub.domain import rules
from hub.domain.change_answers import UNUSED
from hub.domain.change_rows import needs_source
from hub.domain.exchange import Problem, Purpose, Severity, Where
from hub.domain.facts import Change
from hub.domain.messages import (
    Advice,
    Answer,
    CarrierEvent,
    ChangeResponse,
    Invoice,
    Message,
    OrderReport,
    OrderResponse,
    Parcel,
    ShipNotice,
    StockReport,
)
from hub.domain.names import Names
from hub.domain.orders import ChangeState, FulfillmentOrder, Order
from hub.domain.renamed import NAMED_OTHERWISE
from hub.domain.rules import Spoken
from hub.domain.shipping import packed
from hub.domain.stock import DAY_ONLY
from hub.domain.voiding import REFUSALS
from hub.domain.voids import AnswerVoid
from hub.domain.warehouse import StockAdjustment, TransferReceipt, WarehouseAdvice
from hub.domain.warehouse_orders import advised_otherwise, ship_notice, shorts
from hub.flow.advising import take_advice
from hub.flow.applied import Applied
from hub.flow.backordering import late_told, names_days, resource_backorders
from hub.flow.changing import followed_up
from hub.flow.delivering import take_event
from hub.flow.invoicing import checked, take_invoice
from hub.flow.naming import Called
from hub.flow.orders import UNITS, remember
from hub.flow.parts import POSTED, Parts
from hub.flow.reasking import answer_awaited_anew, asked_anew
from hub.flow.receiving import input_of
from hub.flow.refused import kept_back, may_be_undone, refused_hold
from hub.flow.subjects import subject_of, takes_back, whole_name
from hub.flow.unanswering import take_answer_void
from hub.flow.warehouse_stock import TAKES_BACK, book_shipments, take_moving
from hub.flow.whole_orders import answers, named, one_for_both, told_apart
from hub.store import DocumentRow, Transaction

NOTHING_USED = frozenset({"unknown-order", rules.TAKES_BACK, *REFUSALS})


_ALONE = Advice | StockReport | CarrierEvent | Invoice | StockAdjustment | TransferReceipt
"""What is never one event with another message of its paper."""


def joined(messages: Sequence[Message]) -> list[Message]:
    """Return one message for each purchase order: what one paper says in pieces is one event."""
    whole: dict[tuple[type, str], Message] = {}
    for place, message in enumerate(messages):
        if isinstance(message, _ALONE):
            whole[type(message), f"#{place}"] = message
            continue
        if isinstance(message, ShipNotice):
            message = packed(message)
        # A table tells of several shipments of one order, each an event of its own.
        notice = f"\n{message.notice}" if isinstance(message, ShipNotice) else ""
        key = (type(message), message.number + notice)
        whole[key] = _with(whole.get(key), message)
    return list(whole.values())


def _with(former: Message | None, message: Message) -> Message:
    """Return a message with what came of it before, or itself."""
    match former, message:
        case ShipNotice(), ShipNotice():
            return replace(former, parcels=_boxed(former.parcels, message.parcels))
        case OrderResponse(), OrderResponse():
            return replace(former, lines=(*former.lines, *message.lines))
        case OrderReport(), OrderReport():
            return replace(former, lines=(*former.lines, *message.lines))
    return message


def _boxed(former: Sequence[Parcel], further: Sequence[Parcel]) -> tuple[Parcel, ...]:
    """Return parcels with those told further on; a table tells each line of a box in a row."""
    boxes = list(former)
    for parcel in further:
        named = parcel.tracking or parcel.label
        same = [n for n, box in enumerate(boxes) if named and _box(box) == _box(parcel)]
        if same:
            boxes[same[0]] = replace(parcel, lines=(*boxes[same[0]].lines, *parcel.lines))
        else:
            boxes.append(parcel)
    return tuple(boxes)


def _box(parcel: Parcel) -> tuple[str, str]:
    return parcel.tracking, parcel.label


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
        case AnswerVoid():
            return take_answer_void(tx, parts, row, message, now=now, names=names)
        case WarehouseAdvice():
            return _on_advice(tx, parts, row, message, now=now, names=names)
        case TransferReceipt() | StockAdjustment():
            return take_moving(tx, parts, row, message, now=now, names=names)
        case Invoice():
            return take_invoice(tx, parts, row, message, now=now, names=names)
        case Advice():
            return take_advice(tx, parts, row, message, now=now, names=names)
        case CarrierEvent():
            return take_event(tx, parts, row, message, now=now, names=names)
        case _:
            problem = Problem(code="not-for-us", text=f"a {row.set_id} is not for us to receive")
            return Applied(problems=[problem], used=False)


def _of_which(
    tx: Transaction, parts: Parts, partner: str, message: OrderResponse, found: tuple[Order, str]
) -> bool:
    """Whether a no may be to the order or to a change, and the partner has one paper for both.

    Taken for the order it would end what the partner ships, taken for the change the reverse. Of
    who hears of changes by the order itself a yes is not clear either, if it names no paper.
    """
    order, fulfillment_id = found
    asked = any(
        ask.fulfillment_id == fulfillment_id and ask.state is ChangeState.REQUESTED
        for change in order.changes
        for ask in change.asks
    )
    two_papers = any(
        parts.maps.page(channel.maps[set_id]).message is ChangeResponse
        for channel in parts.partners.get(partner).channels
        for set_id in channel.receives
        if set_id in channel.maps
    )
    if one_for_both(parts, partner):
        whole = message.whole is not None and not message.lines
        return whole and asked and named(tx, message, fulfillment_id) is None
    refuses = message.whole is Answer.REJECTED and not message.lines
    return refuses and asked and not two_papers


_EITHER = Problem(
    code="order-or-change",
    text="the partner answers, and a change of the order is asked: nobody knows to which. Ask the "
    "partner, and put the order right by hand",
)


def _on_order(
    tx: Transaction,
    parts: Parts,
    row: DocumentRow,
    message: Spoken,
    *,
    now: datetime,
    names: Names,
    event: str = "",
) -> Applied:
    found = tx.orders.for_purchase_order(partner=row.partner, number=message.number)
    if isinstance(message, OrderResponse) and found is not None:
        message = told_apart(tx, parts, row.partner, message, found[1])
    message = whole_name(found, message)
    key = _event_key(row, message) + event
    applied = Applied(key=key, purpose=str(message.purpose), number=message.number)
    if found is None:
        return replace(applied, problems=[_unknown(row.partner, message.number)], used=False)
    order, fulfillment_id = found
    if isinstance(message, OrderResponse) and _of_which(tx, parts, row.partner, message, found):
        return replace(applied, problems=[_EITHER], used=False)
    subject = subject_of(tx, parts, row, found, message, key=key, names=names)
    if event:  # only a part of a paper: what it does not name, the others may
        subject = replace(subject, own=())
    change = rules.apply(subject, message, now=now, key=key)
    if isinstance(message, ShipNotice):  # an invoice that came first may fit now
        change = change.then(checked(tx, parts, change.order, fulfillment_id))
        change = asked_anew(tx, parts, change, names=names, now=now)
        change = answer_awaited_anew(tx, parts, change, fulfillment_id)
    before = order
    if may_be_undone(row, message):
        waits = tx.watches.find(refused_hold(fulfillment_id)) is not None
        if waits or names_days(change, fulfillment_id) or needs_source(order, change.order):
            change = change.then(kept_back(change.order, fulfillment_id, now=now))
            before = change.order
    elif isinstance(message, OrderResponse | OrderReport):
        late = late_told(parts, change, fulfillment_id)
        change = resource_backorders(
            tx, parts, change, fulfillment_id, beyond=late, names=names, now=now
        )
    change = followed_up(tx, parts, before, change, names=names, now=now)
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
    _stamp_answered(tx, parts, row, message, fulfillment_id, now)
    return replace(
        applied,
        problems=change.problems,
        used=_is_used(row, message, change),
        order_id=order.id,
        fulfillment_id=fulfillment_id,
    )


def _stamp_answered(
    tx: Transaction,
    parts: Parts,
    row: DocumentRow,
    message: Spoken,
    fulfillment_id: str,
    now: datetime,
) -> None:
    answered = _answered_set(parts, row.partner, message)
    for sent in tx.exchange.sent_for(fulfillment_id) if answered else ():
        if sent.set_id == answered and answers(parts, row.partner, message, sent):
            tx.exchange.stamp(sent.id, answered_at=now, answered_by=row.id)


def _is_used(row: DocumentRow, message: Spoken, change: Change) -> bool:
    """Whether anything of a message counts."""
    if any(problem.code in NOTHING_USED for problem in change.problems):
        return False
    if change.effects or (row.syntax != POSTED and not takes_back(message)):
        return True
    return not any(  # who asks is told so
        one.severity is Severity.ERROR or one.code in UNUSED for one in change.problems
    )


def _on_advice(
    tx: Transaction,
    parts: Parts,
    row: DocumentRow,
    message: WarehouseAdvice,
    *,
    now: datetime,
    names: Names,
) -> Applied:
    """What left, then what was picked short; both in the one transaction of the paper."""
    found = tx.orders.for_purchase_order(partner=row.partner, number=message.number)
    if found is None:
        problems = [_unknown(row.partner, message.number)]
        return Applied(number=message.number, problems=problems, used=False)
    before, part_id = found
    if message.purpose is not Purpose.ORIGINAL:  # what the warehouse booked is not taken back
        return Applied(number=message.number, problems=[TAKES_BACK], used=False)
    partner = parts.partners.get(row.partner)
    done = Applied(number=message.number, order_id=before.id, fulfillment_id=part_id)
    called = Called(tx, row.partner)
    otherwise = _otherwise(tx, row, message, before.fulfillment(part_id), called)
    notice = ship_notice(message, before.fulfillment(part_id), called)
    if notice is not None:
        local = in_zone(notice, partner.calendar.zone)
        done = _on_order(tx, parts, row, local, now=now, names=names)
    refused = any(one.code == NAMED_OTHERWISE for one in done.problems)
    if refused or otherwise is not None:
        book_shipments(tx, partner, before, part_id, row=row, now=now)
        why = [] if refused or otherwise is None else [otherwise]
        return replace(done, problems=(*done.problems, *why))
    response, warnings = shorts(
        message,
        tx.orders.load(before.id),
        part_id,
        unit_word=lambda unit: parts.maps.word(UNITS, unit),
        backorder=partner.warehouse.short == "backorder",
        called=called,
    )
    if response is not None:
        event = f"/{message.notice}"
        more = _on_order(tx, parts, row, response, now=now, names=names, event=event)
        done = replace(
            more,
            key=done.key or more.key,
            problems=(*done.problems, *more.problems, *warnings),
            used=done.used or more.used,
        )
    book_shipments(tx, partner, before, part_id, row=row, now=now)
    return done


def _otherwise(
    tx: Transaction,
    row: DocumentRow,
    message: WarehouseAdvice,
    part: FulfillmentOrder,
    called: Mapping[str, str],
) -> Problem | None:
    """What was picked under a name that was said anew since the very paper was booked."""
    did = tx.exchange.effects_of(row.id) if row.attempts else ()
    return advised_otherwise(message, part, called, {one.subject for one in did}) if did else None


def _event_key(row: DocumentRow, message: Spoken) -> str:
    """What makes two papers one event; every posted answer is one of its own: the newest counts."""
    key = rules.business_key(row.partner, message)
    own = row.syntax == POSTED and isinstance(message, OrderResponse)
    return f"{key}/{row.transmission_id}" if own else key


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
        where=Where(path="number", value=number[:99]),
    )
