"""What a warehouse is asked to change or cancel: the whole order as it is to stand (X12 940 R, F).

Until it picks it is asked, then it is too late (`hub.flow.changing.terms_of`). It has no paper to
say yes with: a shipping advice shows what it did, or silence is taken as its page says.
"""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.domain import asking
from hub.domain.change_papers import person_of
from hub.domain.change_settling import find_ask
from hub.domain.exchange import Purpose
from hub.domain.messages import PurchaseOrder, PurchaseOrderChange
from hub.domain.orders import Order
from hub.domain.warehouse import WarehouseOrder
from hub.domain.warehouse_orders import (
    as_asked,
    asked_before,
    asked_method,
    warehouse_order,
    with_wishes,
)
from hub.flow.changing import asked_change
from hub.flow.parts import Parts
from hub.partners import Channel
from hub.store import DocumentRow, Transaction, WaitingDuty


def warehouse_change(
    tx: Transaction, parts: Parts, channel: Channel, duty: WaitingDuty, now: datetime
) -> tuple[WarehouseOrder, str] | None:
    """Return the order as it is to stand with what a duty asks, and the part it is of.

    All that was asked before and waits is in it as well: the last paper is the one that counts.
    None when it was settled meanwhile and nothing is left to ask.
    """
    order = tx.orders.load(duty.order_id or "")
    wanted = asked_change(tx, parts, channel.partner, order, duty.subject, now)
    if wanted is None:
        return None
    change, part_id = wanted
    asks = asked_before(order, duty.subject)
    _, ask = find_ask(order, duty.subject)
    stands = as_asked(order, asks)
    partner = parts.partners.get(channel.partner)
    group = order.group(order.fulfillment(part_id).group_id)
    message = asking.compose(
        stands,
        fulfillment_id=part_id,
        words=tx.people.get(_person(order, asks) or group.person_id),
        voice=parts.voice(order.brand),
        kinds=partner.products,
        now=now.astimezone(ZoneInfo(partner.calendar.zone)),
    )
    message = with_wishes(message, method=asked_method(order, asks))
    if change.ship_by is not None:
        message = replace(message, ship_by=change.ship_by)
    purpose = Purpose.REPLACE if message.lines else Purpose.CANCEL
    return warehouse_order(message, purpose=purpose, change=str(ask.number)), part_id


def _person(order: Order, asks: tuple[str, ...]) -> str:
    """Whose words the last of these asks carries, empty when none does."""
    people = [person for ask_id in asks if (person := person_of(order, ask_id))]
    return people[-1] if people else ""


def is_change(parts: Parts, channel: Channel, document: DocumentRow) -> bool:
    """Say whether a paper of ours asks to change an order: one set may be for both."""
    name = channel.maps.get(document.set_id)
    if name is None:
        return False
    message = parts.maps.page(name).message
    first = f"{channel.partner}/{document.set_id}/{document.order_number}"
    is_second = message in (WarehouseOrder, PurchaseOrder) and document.business_key != first
    return message is PurchaseOrderChange or is_second
