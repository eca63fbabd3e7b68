"""Lines that nobody could fill are tried again when stock comes in or is given back."""

from collections.abc import Collection, Iterable
from datetime import datetime

from hub.domain.names import Names
from hub.flow.orders import remember
from hub.flow.parts import Parts
from hub.flow.shelves import shelves
from hub.flow.sourcing import source
from hub.store import Transaction

MOST_ORDERS = 500
"""The most orders tried in one go; the others wait for the next report.

Lines of articles of which nothing can be had are not among them.
"""
_PAGE = 500
_WHO = "stock"


def source_waiting(parts: Parts, skus: Collection[str] | None) -> int:
    """Look again for partners for waiting lines of these articles, None being all.

    Each order is a transaction of its own, the longest waiting first. Nothing is written for an
    order for which nothing is found. Returns for how many orders somebody was asked.
    """
    return sum(_try_again(parts, *one) for one in _waiting(parts, skus))


def _waiting(parts: Parts, skus: Collection[str] | None) -> list[tuple[str, str]]:
    wanted = None if skus is None else frozenset(skus)
    if wanted is not None and not wanted:
        return []
    found: dict[tuple[str, str], None] = {}
    after = ""
    while len(found) < MOST_ORDERS:
        with parts.store.read() as tx:
            rows = tx.reservations.waiting(after=after, limit=_PAGE)
            asked = {row.sku for row in rows if wanted is None or row.sku in wanted}
            there = _to_be_had(tx, parts, asked)
        for row in rows:
            if row.sku in there:
                found[row.brand, row.number] = None
        if len(rows) < _PAGE:
            break
        after = rows[-1].hold
    return list(found)[:MOST_ORDERS]


def _to_be_had(tx: Transaction, parts: Parts, skus: Iterable[str]) -> set[str]:
    return {
        sku
        for sku, shelf in shelves(tx, parts, set(skus)).items()
        if any(
            one.asked and (one.availability.now != 0 or one.availability.later)
            for one in shelf.partners
        )
    }


def _try_again(parts: Parts, brand: str, number: str) -> bool:
    seed, now = parts.fresh(), parts.now()
    return parts.store.write(lambda tx: _work(tx, parts, brand, number, seed=seed, now=now))


def _work(
    tx: Transaction, parts: Parts, brand: str, number: str, *, seed: str, now: datetime
) -> bool:
    order = tx.orders.find(brand=brand, number=number)
    if order is None:
        return False
    names = Names(seed)
    change = source(tx, parts, order, names=names, now=now)
    if change.order == order:
        return False
    input_id = names.new("inp")
    tx.facts.record_input(
        input_id=input_id,
        kind="tick",
        at=now,
        who=_WHO,
        subject=order.id,
        body={"source": number, "brand": brand},
        sealed=None,
        hashes={"code": parts.code},
    )
    remember(tx, parts, order, change, at=now, input_id=input_id, document_id=None, names=names)
    return True
