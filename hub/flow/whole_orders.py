"""What a supplier is asked to change or cancel by the order itself, whole (cXML update, delete).

Its page says so: `changes: {by: order}`. One paper answers orders and changes then; which of them
it means is told by the paper of ours that it names (cXML payloadID).
"""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.domain import asking
from hub.domain.change_papers import person_of
from hub.domain.change_settling import find_ask
from hub.domain.exchange import Purpose
from hub.domain.messages import ChangeResponse, OrderResponse, PurchaseOrder
from hub.domain.orders import Order
from hub.domain.warehouse_orders import asked_before, asked_method, with_wishes
from hub.domain.whole_orders import as_it_is_to_stand, change_answer
from hub.flow.changing import asked_change
from hub.flow.parts import Parts
from hub.partners import Channel
from hub.store import DocumentRow, Transaction, WaitingDuty


def order_change(
    tx: Transaction, parts: Parts, channel: Channel, duty: WaitingDuty, now: datetime
) -> tuple[PurchaseOrder, str] | None:
    """Return the order as it is to stand with what a duty asks, and the part it is of.

    All that was asked before and waits is in it as well: the last paper is the one that counts. An
    order of which nothing is to come is repeated as it stood. None when it was settled meanwhile
    and nothing is left to ask.
    """
    order = tx.orders.load(duty.order_id or "")
    wanted = asked_change(tx, parts, channel.partner, order, duty.subject, now)
    if wanted is None:
        return None
    change, part_id = wanted
    asks = asked_before(order, duty.subject)
    _, ask = find_ask(order, duty.subject)
    message = _composed(tx, parts, channel, order, part_id, asks, now)
    purpose = Purpose.REPLACE
    if not message.lines:
        message = _composed(tx, parts, channel, order, part_id, (), now)
        purpose = Purpose.CANCEL
    first = _first(tx, part_id)
    asked = replace(
        with_wishes(message, method=asked_method(order, asks)),
        purpose=purpose,
        change=str(ask.number),
        refers_to=first.number if first else "",
        ship_by=change.ship_by or message.ship_by,
    )
    return asked, part_id


def _composed(
    tx: Transaction,
    parts: Parts,
    channel: Channel,
    order: Order,
    part_id: str,
    asks: tuple[str, ...],
    now: datetime,
) -> PurchaseOrder:
    partner = parts.partners.get(channel.partner)
    group = order.group(order.fulfillment(part_id).group_id)
    people = [person for ask_id in asks if (person := person_of(order, ask_id))]
    part = order.fulfillment(part_id)
    zone = ZoneInfo(partner.calendar.zone)
    message = asking.compose(
        as_it_is_to_stand(order, part_id, asks),
        fulfillment_id=part_id,
        words=tx.people.get(people[-1] if people else group.person_id),
        voice=parts.voice(order.brand),
        kinds=partner.products,
        now=now.astimezone(zone),
    )
    return replace(message, ordered_on=part.created_at.astimezone(zone).date())


def _first(tx: Transaction, part_id: str) -> DocumentRow | None:
    """Return the paper by which a part was asked for at first, the oldest."""
    papers = [row for row in tx.exchange.sent_for(part_id) if not change_of(row)]
    return min(papers, key=lambda row: row.at, default=None)


def change_of(paper: DocumentRow) -> str:
    """Return which change of its order a paper of ours asks for, empty for none."""
    first = f"{paper.partner}/{paper.set_id}/{paper.order_number}"
    key = paper.business_key
    return key.removeprefix(f"{first}/") if key.startswith(f"{first}/") else ""


def named(tx: Transaction, message: OrderResponse, fulfillment_id: str) -> DocumentRow | None:
    """Return the paper of ours that an answer names, None when it names none of them."""
    papers = tx.exchange.sent_for(fulfillment_id) if message.refers_to else ()
    return next((row for row in papers if row.number == message.refers_to), None)


def told_apart(
    tx: Transaction, parts: Parts, partner: str, message: OrderResponse, fulfillment_id: str
) -> OrderResponse | ChangeResponse:
    """Return an answer as that to a change, where it names the paper that asked for one."""
    if not one_for_both(parts, partner):
        return message
    paper = named(tx, message, fulfillment_id)
    change = change_of(paper) if paper else ""
    return change_answer(message, change) if change else message


def one_for_both(parts: Parts, partner: str) -> bool:
    """Say whether one paper of a partner answers both its orders and their changes."""
    route = parts.routes.get(partner)
    return route is not None and route.partner.changes_by == "order"


def answers(parts: Parts, partner: str, message: object, paper: DocumentRow) -> bool:
    """Say whether a message answers that paper: an order and its changes may be of one set."""
    if not one_for_both(parts, partner):
        return True
    change = change_of(paper)
    return message.change == change if isinstance(message, ChangeResponse) else not change
