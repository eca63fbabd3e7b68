"""What the rules read beside a partner's message; what only few papers ask for is read for them."""

from dataclasses import replace

from hub.domain.exchange import Purpose
from hub.domain.messages import ShipNotice
from hub.domain.names import Names
from hub.domain.orders import Order
from hub.domain.posted import PostedSet
from hub.domain.rules import Spoken, Subject
from hub.domain.voiding import called
from hub.flow.invoicing import invoiced
from hub.flow.naming import Called, Ever
from hub.flow.orders import UNITS
from hub.flow.parts import POSTED, Parts
from hub.store import DocumentRow, Transaction

BY_POST = "posted/"
"""Begins the key of a delivery that was posted here; copies of it have another."""
BY_KEY = "key:"
"""Begins what an API key is kept as, where it is told who said something."""


def takes_back(message: Spoken) -> bool:
    """Say whether a message is a notice about an earlier notice of the same shipment."""
    return isinstance(message, ShipNotice) and message.purpose is not Purpose.ORIGINAL


def whole_name(found: tuple[Order, str] | None, message: Spoken) -> Spoken:
    """Return a notice about an earlier one with the whole name of the shipment that it means."""
    if found is None or not isinstance(message, ShipNotice) or not message.notice:
        return message
    return (
        replace(message, notice=called(*found, message.notice)) if takes_back(message) else message
    )


def subject_of(
    tx: Transaction,
    parts: Parts,
    row: DocumentRow,
    found: tuple[Order, str],
    message: Spoken,
    *,
    key: str,
    names: Names,
) -> Subject:
    """Return the order and part that a message speaks of, with what was heard of them before."""
    order, fulfillment_id = found
    did = tx.exchange.effects_of(row.id) if row.attempts else ()
    part = order.fulfillment(fulfillment_id)
    return Subject(
        order=order,
        fulfillment_id=fulfillment_id,
        effects=tx.exchange.effects(business_key=key),
        names=names,
        unit_word=lambda unit: parts.maps.word(UNITS, unit),
        repeated=any(effect.business_key == key for effect in did),
        told_only=row.set_id == PostedSet.SHIPMENT_CORRECTION,
        invoiced=invoiced(tx, parts, part) if takes_back(message) else {},
        called=Called(tx, row.partner),
        ever=Ever(tx, row.partner),
        own=[(effect.subject, effect.what) for effect in did if effect.business_key == key],
        by_person=isinstance(message, ShipNotice) and by_person(tx, row),
    )


def by_person(tx: Transaction, row: DocumentRow) -> bool:
    """Say whether a person posted a paper, at a page or in a table: what was doubtful was asked.

    A program that posts is asked nothing, nor is who corrects a copy of a paper.
    """
    if row.syntax != POSTED:
        return False
    if not tx.exchange.transmission(row.transmission_id).delivery_key.startswith(BY_POST):
        return False
    who = tx.facts.said_by([row.transmission_id]).get(row.transmission_id, "")
    return bool(who) and not who.startswith(BY_KEY)
