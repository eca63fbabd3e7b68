"""What belongs to a paper: the others of its order, and the receipts that answer any of them."""

from collections.abc import Iterable, Iterator, Sequence

from hub.domain.exchange import Direction
from hub.domain.names import stable
from hub.flow.parts import Parts
from hub.flow.receiving import REPLY
from hub.ops.desk.documents import DocumentLine, line_of, with_orders
from hub.ops.desk.signs import HOLDS
from hub.store import DocumentRow, Transaction
from hub.store.desk import SeenDocument

MOST_RELATED = 200
MOST_ORDERS = 20
"""So many orders of one paper are followed; each has papers enough to look through."""


def related(tx: Transaction, parts: Parts, row: DocumentRow) -> tuple[DocumentLine, ...]:
    """Return every paper of each of its orders with their receipts, oldest first.

    Nothing but itself is none. Of a number that nobody knows those that name it, too; of a receipt
    those that it speaks of.
    """
    found = {one.row.id: one for one in _first(tx, row)}
    rows = [one.row for one in found.values()]
    found |= {one.row.id: one for one in _receipts(tx, rows)}
    if not found.keys() - {row.id}:
        return ()
    oldest = sorted(found.values(), key=lambda one: (one.row.at, one.row.id))
    return with_orders(tx, (line_of(parts, one) for one in oldest[:MOST_RELATED]))


def _first(tx: Transaction, row: DocumentRow) -> Sequence[SeenDocument]:
    said = tx.exchange.spoken_of(row.id)
    if not said:
        spoken = [one.id for one in _answered(tx, row)][:MOST_RELATED]
        return tx.desk.several(HOLDS, [row.id, *spoken])
    found: list[SeenDocument] = tx.desk.several(HOLDS, [row.id])
    orders = dict.fromkeys(one.order_id for one in said if one.order_id)
    for order_id in list(orders)[:MOST_ORDERS]:
        found += tx.desk.of_order(HOLDS, order_id, limit=MOST_RELATED)
    unknown = [one.purchase_order for one in said if not one.order_id]
    for number in unknown[:MOST_ORDERS]:
        named = tx.desk.search(
            HOLDS, kind="purchase order", sought=number, brand="", limit=MOST_RELATED
        )
        found += [one for one in named if one.row.partner == row.partner]
    return found


# --- receipts ----------------------------------------------------------------------------------


def _receipts(tx: Transaction, rows: Iterable[DocumentRow]) -> Iterator[SeenDocument]:
    """Yield the receipts for these, the partner's and ours."""
    keys, deliveries = [], []
    for row in rows:
        if row.direction is Direction.IN:
            keys.append(f"receipt/{row.interchange_id}")
            continue
        if row.group_number:
            keys.append(f"{row.partner}/receipt/{row.function}/{row.group_number}")
        lane = f"{row.partner}/{row.channel}"
        deliveries.append(stable("tra", lane, "in", f"{REPLY}{row.transmission_id}"))
    yield from tx.desk.several(HOLDS, keys, by="business_key")
    yield from tx.desk.several(HOLDS, deliveries, by="delivery")


def _answered(tx: Transaction, row: DocumentRow) -> Sequence[DocumentRow]:
    """Return the papers that a receipt answers; none for what is no receipt."""
    if row.direction is Direction.OUT:
        return _answered_by_us(tx, row)
    begin = f"{row.partner}/receipt/"
    if not row.business_key.startswith(begin):
        return []
    function, _, number = row.business_key.removeprefix(begin).partition("/")
    if number:
        return tx.exchange.receipted(partner=row.partner, function=function, group_number=number)
    key = tx.exchange.transmission(row.transmission_id).delivery_key
    if not key.startswith(REPLY):
        return []
    return tx.exchange.documents(transmission_id=key.removeprefix(REPLY))


def _answered_by_us(tx: Transaction, row: DocumentRow) -> Sequence[DocumentRow]:
    word, _, interchange_id = row.business_key.partition("/")
    if word != "receipt":
        return []
    envelope = tx.desk.envelope(interchange_id)
    papers = tx.exchange.documents(transmission_id=envelope.transmission_id)
    return [one for one in papers if one.interchange_id == interchange_id]
