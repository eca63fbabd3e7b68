"""What a clerk's pages need beside the common doors: a look ahead, stock by words, who calls.

A change is decided by the door for changes (`hub.flow.changing`), an order placed by the door for
orders (`hub.flow.orders`). What lives here only asks: what would come of it, is it still the order
that was looked at, what is there to sell, who is on the line.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.domain import finding
from hub.domain.messages import Address
from hub.domain.names import Names
from hub.domain.orders import ChangeKind, Order
from hub.domain.placing import address_of
from hub.errors import Conflict
from hub.flow.changing import ChangePosting, ChangeVerdict, settle_change
from hub.flow.following import PartnerTerms
from hub.flow.parts import Parts
from hub.flow.shelves import Shelf, shelves
from hub.store import Erased, StoredReply, Transaction

MOST_FOUND = 8
"""So many articles, or customers, are offered to choose from."""


# --- changes --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What a change would come to: the verdict with the order as it would be, and as it is."""

    verdict: ChangeVerdict
    before: Order


class _NotKeptError(Exception):
    """Carries what was foreseen out of the transaction that it undoes."""

    def __init__(self, foreseen: Foreseen) -> None:
        super().__init__("looked at only")
        self.foreseen = foreseen


def foresee(parts: Parts, posting: ChangePosting) -> Foreseen:
    """Return what a change would come to now, by deciding it and undoing that.

    Nothing stays: no row, no paper, no reserved unit. The brand's order must be there: KeyError.
    """
    seed, now = parts.fresh(), parts.now()

    def work(tx: Transaction) -> Foreseen:
        before = tx.orders.find(brand=posting.brand, number=posting.number)
        if before is None:
            raise KeyError(posting.number)
        verdict = settle_change(tx, parts, posting, Names(seed), now)
        raise _NotKeptError(Foreseen(verdict=verdict, before=before))

    try:
        return parts.store.write(work)
    except _NotKeptError as undone:
        return undone.foreseen


def change_seen(parts: Parts, posting: ChangePosting, *, seen: int) -> ChangeVerdict | Order:
    """Decide a change of the order in that version; return the order when it is another by now.

    What was sent before under the same key is answered as it was then, whatever came after.
    """
    seed, now = parts.fresh(), parts.now()

    def work(tx: Transaction) -> ChangeVerdict | Order:
        order = tx.orders.find(brand=posting.brand, number=posting.number)
        known = _kept(tx, posting.kind, posting.brand, posting.number, posting.key)
        if order is not None and order.version != seen and known is None:
            return order
        return settle_change(tx, parts, posting, Names(seed), now)

    return parts.store.write(work)


def answered(
    parts: Parts, *, brand: str, number: str, key: str
) -> tuple[ChangeKind, StoredReply] | None:
    """Return what a change or cancellation of that key was answered, None for neither."""
    with parts.store.read() as tx:
        for kind in (ChangeKind.CHANGE, ChangeKind.CANCELLATION):
            kept = _kept(tx, kind, brand, number, key)
            if kept is not None:
                return kind, kept
    return None


def _kept(
    tx: Transaction, kind: ChangeKind, brand: str, number: str, key: str
) -> StoredReply | None:
    return tx.facts.reply(scope=f"{kind}/{brand}/{number}", key=key)


# --- what there is to sell ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A partner that would be asked now: its orders leave at `cutoff`, None for at once.

    `ship_by` is when it has to have shipped what it is asked for then.
    """

    partner: str
    name: str
    cutoff: datetime | None
    ship_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article with what may be sold of it and who would be asked first; None for nobody."""

    sku: str
    title: str
    shelf: Shelf
    source: Source | None


def articles_said(parts: Parts, words: str, *, limit: int = MOST_FOUND) -> tuple[Article, ...]:
    """Return the articles meant by a SKU, which then is the only one, or by words of the title."""
    said = words.strip()
    with parts.store.read() as tx:
        exact = tx.catalog.items({said, said.upper()})
        found = list(exact.values())[:1] or tx.catalog.said(said.split(), limit=limit)
        shown = _articles(tx, parts, {one.sku: one.title for one in found})
    return tuple(shown.values())


def articles(parts: Parts, skus: Collection[str]) -> dict[str, Article]:
    """Return the articles with these SKUs that are in the catalogue."""
    with parts.store.read() as tx:
        known = tx.catalog.items(skus)
        return _articles(tx, parts, {sku: one.title for sku, one in known.items()})


def _articles(tx: Transaction, parts: Parts, titles: Mapping[str, str]) -> dict[str, Article]:
    found = shelves(tx, parts, titles)
    return {
        sku: Article(
            sku=sku, title=title, shelf=found[sku], source=_source(parts, found[sku], parts.now())
        )
        for sku, title in titles.items()
        if sku in found
    }


def _source(parts: Parts, shelf: Shelf, now: datetime) -> Source | None:
    """The first partner that has some; partners stand in the order in which they are asked."""
    for row in shelf.partners:
        route = parts.routes.get(row.partner)
        if route is None or not row.asked or row.availability.now == 0:
            continue
        calendar = route.partner.calendar
        return Source(
            partner=row.partner,
            name=route.partner.name,
            cutoff=route.channel.next_cutoff(now, calendar),
            ship_by=PartnerTerms(partner=route.partner).ship_by(now),
        )
    return None


# --- who is on the line ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A customer of the brand as of the newest order: who bought, and where it went."""

    buyer: Address
    ship_to: Address


def known_customers(parts: Parts, *, brand: str, said: str) -> tuple[Known, ...]:
    """Return the brand's customers of that telephone or e-mail; those erased are not among them."""
    text = said.strip()
    with parts.store.read() as tx:
        if "@" in finding.email(text):
            one = tx.terms.by_email(brand=brand, email=text)
            ids = [] if one is None else [one]
        else:
            ids = [
                customer
                for term in finding.phone_terms(text)
                for customer in tx.terms.customers(brand=brand, terms=[term])
            ]
        unique = list(dict.fromkeys(ids))[:MOST_FOUND]
        found = [_known(tx, customer_id) for customer_id in unique]
    return tuple(one for one in found if one is not None)


def _known(tx: Transaction, customer_id: str) -> Known | None:
    for order_id, _ in tx.terms.orders(customer_id, limit=1):
        order = tx.orders.load(order_id)
        buyer = tx.visits.buyer(order_id)
        try:
            person = tx.people.get(buyer) if buyer else {}
            ship_to = tx.people.get(order.groups[0].person_id)
        except Erased:
            return None
        return Known(buyer=address_of(person), ship_to=address_of(ship_to))
    return None


# --- new orders --------------------------------------------------------------------------------


def placed_before(parts: Parts, *, brand: str, key: str) -> StoredReply | None:
    """Return what an order of that key was answered, None when there is none."""
    with parts.store.read() as tx:
        return tx.facts.reply(scope=f"order/{brand}", key=key)


TRIES = 20
"""So many numbers in a row are tried."""


def new_number(parts: Parts, *, brand: str) -> str:
    """Take the next number for an order of the brand that a clerk writes down: `C-00042`.

    Numbers that the brand gave itself are passed over; one that is not used stays a gap. Raises
    Conflict when very many in a row are taken.
    """

    def work(tx: Transaction) -> str:
        for _ in range(TRIES):
            number = f"C-{tx.duties.next_number(f'clerk-orders/{brand}'):05d}"
            if tx.orders.content_hash(brand=brand, number=number) is None:
                return number
        raise Conflict(f"{TRIES} order numbers of {brand} in a row are taken; try again")

    return parts.store.write(work)
