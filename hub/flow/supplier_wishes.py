"""What orders are asked to be instead, as questions to whoever ships them: nobody answered yet."""

from collections.abc import Collection, Iterator

from hub.domain.change_settling import find_ask
from hub.domain.exchange import Purpose
from hub.domain.orders import ChangeKind, Order
from hub.flow.partner_work import Asked, asked_of
from hub.flow.parts import Parts
from hub.store import Transaction


def wishes(
    tx: Transaction, parts: Parts, partner: str, numbers: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """Return what speaks against shipping these purchase orders, by number; of most nothing does.

    It is what the pages of these orders ask: papers that lie with the partner, and no others.
    """
    now = parts.now()
    waiting = tx.shelves.changing_of(partner=partner, numbers=numbers)
    orders = tx.orders.several({one.order for one in waiting})
    found: dict[str, tuple[str, ...]] = {}
    for one in waiting:
        order = orders[one.order]
        part = order.fulfillment(one.part)
        asked = asked_of(tx, parts, order, part, now)
        told = dict.fromkeys(text for each in asked for text in _questions(order, each))
        if told:
            found[part.number] = tuple(told)
    return found


def _questions(order: Order, asked: Asked) -> Iterator[str]:
    message = asked.message
    if find_ask(order, asked.ask.id)[0].kind is ChangeKind.RESOURCING:
        yield _FROM_OTHERS
    elif message.purpose is Purpose.CANCEL:
        yield _NOTHING
    elif not message.lines and message.ship_to is None:
        yield _OTHERWISE
    else:
        yield from (_FEWER,) if message.lines else ()
        yield from (_TO_ANOTHER,) if message.ship_to is not None else ()


_NOTHING = "the customer wants to cancel this order: did it leave all the same?"
_FEWER = "the customer wants fewer pieces of this order: did these leave all the same?"
_TO_ANOTHER = "the customer wants this order at another address: did it leave all the same?"
_OTHERWISE = "the customer wants to change this order: did it leave all the same?"
_FROM_OTHERS = "we asked whether others may send a part of this order: did it leave all the same?"
