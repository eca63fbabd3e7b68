"""One duty turned into a paper that fits the wire: compose, translate, clean.

Receipts, orders, changes and transfers; what becomes of the paper is `hub.flow.outbound`.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.domain import asking
from hub.domain.exchange import Paper, Problem
from hub.domain.facts import DutyKind
from hub.domain.messages import Message, PurchaseOrder, PurchaseOrderChange
from hub.domain.orders import FulfillmentState
from hub.domain.warehouse import WarehouseOrder
from hub.domain.warehouse_orders import warehouse_order
from hub.flow.changing import change_paper
from hub.flow.parts import Parts
from hub.flow.transfers import transfer_paper
from hub.flow.warehouse_changes import warehouse_change
from hub.flow.whole_orders import order_change
from hub.partners import Channel
from hub.store import Transaction, WaitingDuty


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One duty turned into a paper that fits the wire."""

    duty: WaitingDuty
    paper: Paper
    number: str
    order_id: str | None
    fulfillment_id: str | None
    business_key: str


def write_letter(
    tx: Transaction, parts: Parts, channel: Channel, duty: WaitingDuty, now: datetime
) -> tuple[Letter | None, tuple[Problem, ...]]:
    """Compose and translate what a duty owes; None when nothing is left to say.

    Problems say what cannot be said, errors that it must not leave.
    """
    fmt = parts.formats[channel.format]
    if duty.kind is DutyKind.RECEIPT:
        rows = duty.body["paper"]
        receipt = tuple(tuple(segment) for segment in rows) if isinstance(rows, list) else ()
        paper, problems = fmt.clean(receipt, set_id=duty.set_id, profile=channel.profile)
        return _letter_of(duty, paper, f"receipt/{duty.subject}", ""), problems
    if duty.kind is DutyKind.CHANGE:
        return _change(tx, parts, channel, duty, now)
    if duty.kind is DutyKind.TRANSFER:
        sent = transfer_paper(tx, parts, channel, duty.subject)
        return _written(parts, channel, duty, sent, sent.number)
    partner = parts.partners.get(channel.partner)
    order = tx.orders.load(duty.order_id or "")
    part = order.fulfillment(duty.subject)
    if part.state is FulfillmentState.CANCELLED:
        return None, ()
    message = asking.compose(
        order,
        fulfillment_id=part.id,
        words=tx.people.get(order.group(part.group_id).person_id),
        voice=parts.voice(order.brand),
        kinds=partner.products,
        now=now.astimezone(ZoneInfo(partner.calendar.zone)),
    )
    ours = parts.maps.page(channel.maps[duty.set_id]).message is WarehouseOrder
    asked = warehouse_order(message) if ours else message
    letter, problems = _written(parts, channel, duty, asked, part.number)
    return replace(letter, fulfillment_id=part.id), problems


def _written(
    parts: Parts, channel: Channel, duty: WaitingDuty, message: Message, number: str, more: str = ""
) -> tuple[Letter, tuple[Problem, ...]]:
    """Write a message by the channel's page; `number` and `more` name its event."""
    fmt = parts.formats[channel.format]
    writing = parts.maps.page(channel.maps[duty.set_id]).write(message)
    paper, problems = fmt.clean(writing.paper, set_id=duty.set_id, profile=channel.profile)
    key = f"{channel.partner}/{duty.set_id}/{number}{more}"
    return _letter_of(duty, paper, key, number), (*writing.problems, *problems)


def _change(
    tx: Transaction, parts: Parts, channel: Channel, duty: WaitingDuty, now: datetime
) -> tuple[Letter | None, tuple[Problem, ...]]:
    """Write what a partner is asked to change; nothing when it was settled meanwhile."""
    said = parts.maps.page(channel.maps[duty.set_id]).message
    asked: tuple[WarehouseOrder | PurchaseOrder | PurchaseOrderChange, str] | None
    if said is WarehouseOrder:
        asked = warehouse_change(tx, parts, channel, duty, now)
    elif said is PurchaseOrder:
        asked = order_change(tx, parts, channel, duty, now)
    else:
        asked = change_paper(tx, parts, channel, duty, now)
    if asked is None:
        return None, ()
    message, fulfillment_id = asked
    if isinstance(message, PurchaseOrderChange):
        duty = replace(duty, set_id=_set_for(parts, channel, duty.set_id, message))
    more = f"/{message.change}"
    letter, problems = _written(parts, channel, duty, message, message.number, more)
    return replace(letter, fulfillment_id=fulfillment_id), problems


def _set_for(parts: Parts, channel: Channel, usual: str, change: PurchaseOrderChange) -> str:
    """The set that says this change: some standards have another paper for a cancellation."""
    pages = {
        set_id: parts.maps.page(channel.maps[set_id])
        for set_id in channel.sends
        if set_id in channel.maps
    }
    own = (
        set_id
        for set_id, page in pages.items()
        if page.message is PurchaseOrderChange and page.purpose == change.purpose
    )
    return next(own, usual)


def _letter_of(duty: WaitingDuty, paper: Paper, key: str, number: str) -> Letter:
    return Letter(
        duty=duty,
        paper=paper,
        number=number,
        order_id=duty.order_id,
        fulfillment_id=None,
        business_key=key,
    )
