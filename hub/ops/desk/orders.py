"""The clerk's one box: an order by anything that a caller may say, the exact first.

People's words are sealed: telephones, e-mails and names with postcodes are found by keyed hashes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from hub.domain import carriers, finding, status
from hub.domain.orders import Order
from hub.domain.placing import address_of
from hub.flow.parts import Parts
from hub.store import Erased, Transaction

MOST_HITS = 20
BACKFILL = 500

Brands = frozenset[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderHit:
    """One order that was found: which, whose, where it goes, how it stands, and by what.

    `exact` hits fit as a whole; a name with a postcode may be somebody else's too. `who` and
    `where` are empty once the customer was erased.
    """

    id: str
    brand: str
    number: str
    placed_at: datetime
    status: str
    currency: str
    total: int
    who: str
    where: str
    matched: str
    exact: bool


def search_orders(parts: Parts, *, text: str, brands: Brands = None) -> tuple[OrderHit, ...]:
    """Return the orders meant, at most twenty, the exact first, then the newest.

    `text` is an order number or its digits alone, a purchase order, a tracking number, a telephone,
    an e-mail, or a name with a postcode before or after it, each written anyhow. `brands` are those
    that may be seen, None for all. Those of brands that have no page any more are found too.
    """
    found: dict[str, str] = {}
    with parts.store.read() as tx:
        seen = [one for one in tx.brands.with_orders() if brands is None or one in brands]
        for matched, order_id in _meant(tx, text.strip(), seen):
            found.setdefault(order_id, matched)
            if len(found) >= MOST_HITS * 3:
                break
        orders = tx.orders.several(list(found))
        hits = [
            _hit(tx, parts, orders[order_id], matched)
            for order_id, matched in found.items()
            if order_id in orders and orders[order_id].brand in seen
        ][:MOST_HITS]
    return tuple(sorted(hits, key=lambda hit: not hit.exact))


def _meant(tx: Transaction, text: str, brands: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield (by what, order id), what is most likely meant first."""
    if not text:
        return
    for brand in brands:
        found = tx.terms.by_number(brand=brand, number=text, limit=MOST_HITS)
        yield from (("order number", each) for each in found)
    found = tx.terms.by_purchase_order(text, limit=MOST_HITS)
    yield from (("purchase order", each) for each in found)
    if plain := carriers.plain(text):
        yield from (
            ("tracking number", each) for each in tx.terms.by_tracking(plain, limit=MOST_HITS)
        )
    for brand in brands:
        for matched, customer_id in _customers(tx, text, brand):
            rows = tx.terms.orders(customer_id, limit=MOST_HITS)
            yield from ((matched, order_id) for order_id, _ in rows)


def _customers(tx: Transaction, text: str, brand: str) -> Iterator[tuple[str, str]]:
    if "@" in finding.email(text):
        customer = tx.terms.by_email(brand=brand, email=text)
        if customer is not None:
            yield "e-mail", customer
        return
    for term in finding.phone_terms(text) if finding.is_phone(text) else ():
        found = tx.terms.customers(brand=brand, terms=[term])
        yield from (("telephone", customer) for customer in found)
    for meant in finding.named_places(text):
        found = tx.terms.customers(brand=brand, terms=finding.name_terms(meant))
        yield from (("name and postcode", customer) for customer in found)


def _hit(tx: Transaction, parts: Parts, order: Order, matched: str) -> OrderHit:
    page = status.document(order, version=order.version, now=parts.now())
    who, where = whose(tx, order)
    return OrderHit(
        id=order.id,
        brand=order.brand,
        number=order.number,
        placed_at=order.placed_at,
        status=str(page["status"]),
        currency=order.currency,
        total=order.total,
        who=who,
        where=where,
        matched=matched,
        exact=matched != "name and postcode",
    )


def whose(tx: Transaction, order: Order) -> tuple[str, str]:
    """Return who bought an order and where its first parcel goes, "" for those erased."""
    buyer = tx.visits.buyer(order.id)
    try:
        name = address_of(tx.people.get(buyer)).name if buyer else ""
        place = address_of(tx.people.get(order.groups[0].person_id)) if order.groups else None
    except Erased:
        return "", ""
    return name, f"{place.city} {place.postal_code}".strip() if place else ""


def make_findable(parts: Parts, *, after: str = "", limit: int = BACKFILL) -> str:
    """Keep hashes of people written before there were any, or before they were of these forms.

    Returns where to go on, "" at the end.

    Safe to run again and beside the worker: each call is one short transaction.
    """
    with parts.store.read() as tx:
        people = tx.terms.people_after(after, limit=limit)
        words = []
        for person_id, customer_id in people:
            try:
                words.append((customer_id, tx.people.get(person_id)))
            except Erased:
                continue

    def work(each_tx: Transaction) -> None:
        for customer_id, said in words:
            each_tx.people.make_findable(customer_id, said)

    parts.store.write(work)
    return people[-1][0] if len(people) == limit else ""
