"""Papers that tell of parcels and were entered at a page or at our door: they can be taken back.

The customer is mailed of them only after that; what comes as a file is told at once.
"""

from collections.abc import Iterable

from hub.domain.exchange import Purpose
from hub.domain.messages import ShipNotice
from hub.domain.orders import Order, Shipment
from hub.domain.posted import PostedSet
from hub.domain.rules import business_key
from hub.flow.parts import POSTED
from hub.store import DocumentRow

OF_PARCELS = frozenset({PostedSet.SHIP_NOTICE, PostedSet.SHIPMENT_CORRECTION})


def posted_parcels(papers: Iterable[DocumentRow]) -> frozenset[str]:
    """Return the business keys of the papers among these that told of parcels at our door."""
    return frozenset(
        paper.business_key
        for paper in papers
        if paper.syntax == POSTED and paper.set_id in OF_PARCELS and paper.business_key
    )


def told_by(order: Order, shipment: Shipment) -> str:
    """Return the business key of the papers that tell of a shipment."""
    part = order.fulfillment(shipment.fulfillment_id)
    named = ShipNotice(
        purpose=Purpose.ORIGINAL, notice=shipment.name, number=part.number, parcels=()
    )
    return business_key(part.partner, named)
