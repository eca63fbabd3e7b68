"""Which shipments a customer was mailed of, and what came in place of one since. Pure.

A mail of parcels is a fact that names the shipments of which it said that they left, and those of
which it said that they did not. A shipment told otherwise keeps its name.
"""

from collections.abc import Iterable, Mapping

from hub.domain.orders import Order, Shipment

LEFT, STAYED = "shipments", "taken_back"
"""Under which a mail, owed or sent, names what left, and what did not leave after all."""


def mailed(mails: Iterable[Mapping[str, object]]) -> frozenset[str]:
    """Return the shipments that the customer takes for sent by our mails, told of oldest first.

    A mail is the body of its fact. Those of an older version do not name their parcels.
    """
    found: set[str] = set()
    for mail in mails:
        found |= _ids(mail.get(LEFT))
        found -= _ids(mail.get(STAYED))
    return frozenset(found)


def _ids(value: object) -> set[str]:
    return {str(one) for one in value} if isinstance(value, list | tuple) else set()


def told_before(order: Order, shipment: Shipment, told: Iterable[str]) -> tuple[Shipment, ...]:
    """Return what was taken back of a shipment's name and had been told, oldest first.

    That may be the shipment itself, and is nothing for one of which no mail has spoken.
    """
    known = set(told)
    found = [
        one for one in order.voided if one.id in known and is_same(one, shipment) and one.voided_at
    ]
    return tuple(sorted(found, key=lambda one: one.voided_at or one.shipped_at))


def is_same(one: Shipment, other: Shipment) -> bool:
    """Say whether two shipments are words of one, told at different times."""
    return (one.fulfillment_id, one.name) == (other.fulfillment_id, other.name)
