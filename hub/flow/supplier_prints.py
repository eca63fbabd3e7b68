"""What a supplier can print paper of: its open orders as far as paper shows them, no further."""

from hub.flow.partner_work import Work, asked_of
from hub.flow.parts import Parts


def printable(parts: Parts, partner: str, *, limit: int) -> tuple[Work, ...]:
    """Return what still has to leave, the longest due first, for a list to print from.

    Only the order, the part, the people in it and what the customer asks of it are read: what was
    answered, shipped and may be done is left empty, because paper says nothing of it. Of a brand
    that is no more, none.
    """
    now = parts.now()
    with parts.store.read() as tx:
        given = tx.shelves.urgent(partner=partner, limit=limit, now=now)
        orders = tx.orders.several([one.order for one in given])
        lying = [
            (order, order.fulfillment(one.part))
            for one in given
            if (order := orders[one.order]).brand in parts.brands
        ]
        words = tx.people.several([order.group(part.group_id).person_id for order, part in lying])
        asked = {part.id: tuple(asked_of(tx, parts, order, part, now)) for order, part in lying}
    zone = parts.partners.get(partner).calendar.zone
    return tuple(
        Work(
            order=order,
            part=part,
            words=words.get(order.group(part.group_id).person_id),
            voice=parts.voice(order.brand),
            zone=zone,
            asked=asked[part.id],
            shipments=(),
            answer=None,
            actions=(),
        )
        for order, part in lying
    )
