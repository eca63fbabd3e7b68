"""Where each shipment went, when another address holds only for what had not left. Pure.

The row of a change that sets other words of a ship group keeps which shipments had left before its
partner agreed, and once it holds whose words they were. People are named by the ids of their sealed
words, so that nothing here outlives an erasure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from hub.domain.change_rows import asks_of
from hub.domain.orders import Order, OrderChange, Shipment
from hub.domain.told_parcels import is_same

_SETS, _FORMER, _LEFT = "person", "former", "left"


def agreed(order: Order, change: OrderChange, ask_id: str, fulfillment_id: str) -> OrderChange:
    """Return the change that keeps what of a part had left when its partner agreed to it."""
    parts = frozenset({fulfillment_id})
    rows = tuple(
        _with_left(order, row, parts) if _SETS in row and ask_id in asks_of(row) else row
        for row in change.actions
    )
    return replace(change, actions=rows)


def held(order: Order, row: Mapping[str, object], *, asked: frozenset[str]) -> dict[str, object]:
    """Return a row that holds from now on, with whose words held before; any other as it is.

    `order` is as it was before. Of parts that nobody was `asked` of, all that has left went there.
    """
    group = next(one for one in order.groups if one.number == row["group"])
    if _SETS not in row:
        return dict(row)
    parts = frozenset(part.id for part in order.fulfillments if part.group_id == group.id)
    return {**_with_left(order, row, parts - asked), _FORMER: group.person_id}


def recipient_of(order: Order, shipment: Shipment) -> str:
    """Return the id of the sealed words by which a shipment left."""
    group = order.group(order.fulfillment(shipment.fulfillment_id).group_id)
    for change in order.changes:
        for row in change.actions:
            mine = _FORMER in row and row["group"] == group.number
            if mine and any(_is_it(order, one, shipment) for one in _left(row)):
                return str(row[_FORMER])  # the first that it was too early for
    return group.person_id


def left_before(order: Order, row: Mapping[str, object]) -> Iterator[Shipment]:
    """Yield the shipments that stand and had left before a row held; none of one that does not."""
    if _FORMER in row:
        for shipment in order.shipments:
            if any(_is_it(order, one, shipment) for one in _left(row)):
                yield shipment


def _is_it(order: Order, left: str, shipment: Shipment) -> bool:
    """Whether a shipment is the one that had left, or tells it anew."""
    if left == shipment.id:
        return True
    return any(one.id == left and is_same(one, shipment) for one in order.voided)


def _left(row: Mapping[str, object]) -> list[str]:
    found = row.get(_LEFT, ())
    return [str(one) for one in found] if isinstance(found, list | tuple) else []


def _with_left(order: Order, row: Mapping[str, object], parts: frozenset[str]) -> dict[str, object]:
    gone = [one.id for one in order.shipments if one.fulfillment_id in parts]
    return {**row, _LEFT: list(dict.fromkeys((*_left(row), *gone)))}
