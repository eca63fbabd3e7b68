"""How an order looks to the storefront that placed it: quantities, partners asked and parcels.

Never what a partner charges, and nobody's name, address or words: the storefront has them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from hub.api.change_views import change_view
from hub.domain.allowed import Viewer, allowed_actions
from hub.domain.facts import Candidate
from hub.domain.orders import Order, OrderLine, ShipGroup, Shipment
from hub.domain.placing import NewOrder
from hub.store import SealedFact

ORDERS = "/v1/orders"
_BUCKETS = "ordered open cancelled shipped accepted backordered rejected delivered returned".split()


def location(number: str) -> str:
    """Return the path of an order; relative, so that no Host header is believed."""
    return f"{ORDERS}/{quote(number, safe='')}"


def order_view(
    order: Order, *, now: datetime, candidates: Sequence[Candidate] | None = None
) -> dict[str, Any]:
    """Return the order for its storefront; `candidates` say who could have filled each line."""
    lines: Mapping[str, list[OrderLine]] = _by_group(order)
    weighed = None if candidates is None else _by_line(candidates)
    return {
        "number": order.number,
        "brand": order.brand,
        "channel": str(order.channel),
        "currency": order.currency,
        "placed_at": order.placed_at.isoformat(),
        "revision": order.revision,
        "version": order.version,
        "shipping": order.shipping,
        "discount": order.discount,
        "tax": order.tax,
        "total": order.total,
        "ship_groups": [_group(order, group, lines[group.id], weighed) for group in order.groups],
        "shipments": [
            _shipment(order, shipment) for shipment in order.shipments if shipment.known_packages
        ],
        "changes": [change_view(order, change) for change in order.changes],
        "allowed_actions": list(allowed_actions(order, Viewer.API, now)),
        "links": {"self": location(order.number), "status": f"{location(order.number)}/status"},
    }


def _by_group(order: Order) -> Mapping[str, list[OrderLine]]:
    lines: dict[str, list[OrderLine]] = defaultdict(list)
    for line in order.lines:
        lines[line.group_id].append(line)
    return lines


def _by_line(candidates: Sequence[Candidate]) -> Mapping[str, list[Candidate]]:
    weighed: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        weighed[candidate.line_id].append(candidate)
    return weighed


def _group(
    order: Order,
    group: ShipGroup,
    lines: Sequence[OrderLine],
    weighed: Mapping[str, list[Candidate]] | None,
) -> dict[str, Any]:
    return {
        "number": group.number,
        "method": group.method_asked,
        "signature": group.signature,
        "deliver_by": group.deliver_by.isoformat() if group.deliver_by else None,
        "gift": group.gift,
        "lines": [_line(order, line, weighed) for line in lines],
    }


def _line(
    order: Order, line: OrderLine, weighed: Mapping[str, list[Candidate]] | None
) -> dict[str, Any]:
    sourcing: dict[str, Any] = {
        "unsourced": order.unsourced(line),
        "asked": [
            {
                "partner": fulfillment.partner,
                "purchase_order": fulfillment.number,
                "state": str(fulfillment.state),
                "quantity": part.buckets.ordered,
            }
            for fulfillment in order.fulfillments
            for part in fulfillment.lines
            if part.line_id == line.id
        ],
    }
    if weighed is not None:
        sourcing["candidates"] = [_candidate(one) for one in weighed.get(line.id, ())]
    return {
        "id": line.id,
        "number": line.number,
        "sku": line.sku,
        "description": line.description,
        "unit_price": line.unit_price,
        "discount": line.discount,
        "tax": line.tax,
        "quantities": {name: getattr(line.buckets, name) for name in _BUCKETS},
        "sourcing": sourcing,
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {
        "partner": candidate.partner,
        "chosen": candidate.won,
        "quantity": candidate.quantity,
        "reason": candidate.reason,
    }


def _shipment(order: Order, shipment: Shipment) -> dict[str, Any]:
    return {
        "purchase_order": order.fulfillment(shipment.fulfillment_id).number,
        "carrier": shipment.carrier,
        "service": shipment.service,
        "shipped_at": shipment.shipped_at.isoformat(),
        "packages": [
            {
                "tracking": package.tracking,
                "lines": [
                    {"line": order.line(packed.line_id).number, "quantity": packed.quantity}
                    for packed in package.lines
                ],
            }
            for package in shipment.packages
        ],
    }


def posted_view(new: NewOrder) -> dict[str, Any]:
    """Return what was posted as far as a conflict shows it: goods and money, nobody's words."""
    return {
        "number": new.number,
        "channel": str(new.channel),
        "currency": new.currency,
        "placed_at": new.placed_at.isoformat() if new.placed_at else None,
        "shipping": new.shipping,
        "discount": new.discount,
        "tax": new.tax,
        "total": new.total,
        "ship_groups": [
            {
                "number": group.number,
                "method": group.method,
                "signature": group.signature,
                "deliver_by": group.deliver_by.isoformat() if group.deliver_by else None,
                "gift": group.gift is not None,
                "lines": [
                    {
                        "number": line.number,
                        "sku": line.sku,
                        "description": line.description,
                        "quantity": line.quantity,
                        "unit_price": line.unit_price,
                        "discount": line.discount,
                        "tax": line.tax,
                    }
                    for line in group.lines
                ],
            }
            for group in new.groups
        ],
    }


def fact_view(fact: SealedFact) -> dict[str, Any]:
    """Return one fact as the ledger has it: ids, quantities and dates."""
    return {
        "position": fact.position,
        "id": fact.id,
        "kind": fact.kind,
        "at": fact.at.isoformat(),
        "order": fact.order_number,
        "body": dict(fact.body),
    }
