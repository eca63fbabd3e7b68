"""What belongs to a paper: the others of its order, and the receipts that answer any of them."""

from collections.abc import Iterable, Iterator, Sequence

from hub.domain.exchange import Direction
from hub.domain.names import stable
from hub.flow.parts import Parts
from hub.flow.receiving import REPLY
from hub.ops.desk.documents import DocumentLine, line_of
from hub.ops.desk.signs import HOLDS
from hub.store import DocumentRow, Transaction
from hub.store.desk import SeenDocument

MOST_RELATED = 200


def related(tx: Transaction, parts: Parts, row: DocumentRow) -> tuple[DocumentLine, ...]:
    """Return every paper of its order with their receipts, oldest first; nothing but itself: none.

    Without an order those of its PO number; of a receipt those that it speaks of.
    """
    found = {one.row.id: one for one in _first(tx, row)}
    rows = [one.row for one in found.values()]
    found |= {one.row.id: one for one in _receipts(tx, rows)}
    if not found.keys() - {row.id}:
        return ()
    oldest = sorted(found.values(), key=lambda one: (one.row.at, one.row.id))
    return tuple(line_of(parts, one) for one in oldest[:MOST_RELATED])


def _first(tx: Transaction, row: DocumentRow) -> Sequence[SeenDocument]:
    if row.order_id is not None:
        return tx.desk.of_order(HOLDS, row.order_id, limit=MOST_RELATED)
    if row.order_number:
        found = tx.desk.search(
            HOLDS, kind="purchase order", sought=row.order_number, brand="", limit=MOST_RELATED
        )
        return [one for one in found if one.row.partner == row.partner]
    spoken = [one.id for one in _spoken_of(tx, row)][:MOST_RELATED]
    return tx.desk.several(HOLDS, [row.id, *spoken])


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


def _spoken_of(tx: Transaction, row: DocumentRow) -> Sequence[DocumentRow]:
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
