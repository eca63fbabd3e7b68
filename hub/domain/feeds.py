"""What a stock report says of our articles: which SKU is meant, how many units, as of when.

Pure; the rows come in pieces and nothing here holds more than one. Levels, and when a reservation
no longer counts, are `hub.domain.stock`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hub.domain.catalog import PartnerItem
from hub.domain.exchange import Problem, Severity, Where
from hub.domain.hearing import NO_NAMES, SINGLE, said_of
from hub.domain.messages import ProductId, StockRow

MOST_UNITS = 1_000_000_000
"""The most units believed of one article; more is a number in the wrong place."""
FEWEST_DROPPED = 5
"""A report that takes fewer articles to none is never held up: small ranges sell out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Units of one article as a report says, in our units.

    `name` is the name it was found by, where none of its own ids was told and people said one.
    """

    sku: str
    quantity: int
    next_on: date | None = None
    next_quantity: int = 0
    name: str = ""


def added_up(rows: Sequence[Counted]) -> list[Counted]:
    """Return one row for each article: its units at all places, and the earliest delivery.

    Deliveries of one day are one.
    """
    found: dict[str, Counted] = {}
    for row in rows:
        former = found.get(row.sku)
        found[row.sku] = row if former is None else _together(former, row)
    return list(found.values())


def _together(one: Counted, more: Counted) -> Counted:
    next_on, next_quantity = one.next_on, one.next_quantity
    if more.next_on is not None and (next_on is None or more.next_on < next_on):
        next_on, next_quantity = more.next_on, more.next_quantity
    elif more.next_on is not None and more.next_on == next_on:
        next_quantity += more.next_quantity
    return Counted(
        sku=one.sku,
        quantity=one.quantity + more.quantity,
        next_on=next_on,
        next_quantity=next_quantity,
        name=one.name,
    )


class Reported:
    """The rows of one report, each article once: by its own ids, else by one name.

    A partner that lists an article under its own id does not mean it by another name as well, and
    of two names it may mean either: what is added up then is nobody's stock. Holds the articles
    that names stand for, and no more.
    """

    __slots__ = ("_meant", "_named", "_own")

    def __init__(self, listing: "Listing") -> None:
        self._meant = listing.meant_skus
        self._own: set[str] = set()
        self._named: dict[str, dict[str, Counted]] = {}

    def counts(self, row: Counted) -> bool:
        """Say whether a row counts at once; one by a name waits for the end of the report."""
        if not row.name:
            if row.sku in self._meant:
                self._own.add(row.sku)
            return True
        names = self._named.setdefault(row.sku, {})
        [names[row.name]] = added_up([names[row.name], row]) if row.name in names else [row]
        return False

    def rest(self) -> tuple[list[Counted], list[Problem]]:
        """Return what counts of the rows that waited, and what is passed over."""
        good: list[Counted] = []
        over: list[Problem] = []
        for sku, names in self._named.items():
            first, *others = names
            if sku in self._own:
                over += [_listed_twice(name, sku, sku) for name in names]
                continue
            good.append(names[first])
            over += [_listed_twice(name, sku, first) for name in others]
        return good, over


def _listed_twice(name: str, sku: str, other: str) -> Problem:
    text = (
        f"{name} stands for {sku}, which the report lists by its own id too; what it says of "
        f"{name} was passed over. Say what the name means, or take it back"
        if other == sku
        else f"{name} stands for {sku}, which the report lists as {other} too; what it says of "
        f"{name} was passed over. Say what the name means, or take it back"
    )
    return Problem(
        code="listed-twice",
        text=text,
        where=Where(value=name[:99]),
        severity=Severity.WARNING,
    )


@dataclass(frozen=True, slots=True)
class _Listed:
    """How one partner counts one article."""

    sku: str
    unit: str
    units_per_pack: int


class Listing:
    """A partner's articles by every id it may name them with.

    An id of the kind that was said wins. Kinds are mixed up in practice (our SKU sent as a vendor's
    number), so that an id of any other kind will do when it can only mean one article. Last come
    the names in `called`, which people said stand for a SKU.
    """

    __slots__ = ("_by_id", "_called", "_kinds", "_named_offers", "meant_skus")

    def __init__(self, called: Mapping[str, str] = NO_NAMES) -> None:
        self._called = called
        self.meant_skus = frozenset(called.values())
        self._named_offers: dict[str, _Listed] = {}
        self._by_id: dict[str, _Listed | None] = {}
        self._kinds: set[str] = set()

    def add(self, offer: PartnerItem, *, gtin: str) -> None:
        """Learn the ids of one offer; `gtin` is the article's own, empty if unknown."""
        listed = _Listed(offer.sku, offer.unit, offer.units_per_pack)
        if offer.sku in self.meant_skus:
            self._named_offers[offer.sku] = listed
        own = (ProductId(kind="sku", value=offer.sku), ProductId(kind="gtin", value=gtin))
        for product in (*offer.products, *own):
            if product.value:
                self._kinds.add(product.kind)
                known = self._by_id.setdefault(_key(product.kind, product.value), listed)
                if known is not None and known.sku != listed.sku:
                    self._by_id[_key(product.kind, product.value)] = None

    def meant(self, products: Sequence[ProductId]) -> _Listed | None:
        """Return the article that is meant by any of these ids, or None."""
        found = self._own(products)
        if found is not None:
            return found
        skus = {sku for _, sku in self.stand_for(products)}
        return self._named_offers.get(skus.pop()) if len(skus) == 1 else None

    def name(self, products: Sequence[ProductId]) -> str:
        """Return the name by which an article is meant; "" where an id of its own is told."""
        named = self.stand_for(products) if self._called else []
        return named[0][0] if named and self._own(products) is None else ""

    def _own(self, products: Sequence[ProductId]) -> _Listed | None:
        for product in products:
            found = self._by_id.get(_key(product.kind, product.value)) or self._otherwise(product)
            if found is not None:
                return found
        return None

    def stand_for(self, products: Sequence[ProductId]) -> list[tuple[str, str]]:
        """Return those of these ids that people said stand for a SKU, with it."""
        return said_of(self._called, products)

    def _otherwise(self, product: ProductId) -> _Listed | None:
        keys = (_key(kind, product.value) for kind in self._kinds - {product.kind})
        found = {listed.sku: listed for key in keys if (listed := self._by_id.get(key))}
        return next(iter(found.values())) if len(found) == 1 else None


def _key(kind: str, value: str) -> str:
    """A GTIN is the same article with and without its leading zeros (GS1: GTIN-8 … GTIN-14)."""
    return f"{kind}:{value.lstrip('0') if kind == 'gtin' else value}"


def counted(
    listing: Listing, row: StockRow, *, unit_word: Callable[[str], str]
) -> tuple[Counted | None, tuple[Problem, ...]]:
    """Return what a row says in our units, None when it cannot be used, and what is wrong with it.

    The partner counts in the unit of its offer, or in single pieces.
    """
    listed = listing.meant(row.products)
    if listed is None:
        return None, (_unknown(listing, row.products),)
    factor = _factor(listed, row.unit, unit_word)
    if factor is None:
        return None, (_other_unit(row, listed),)
    quantity, told = _believed(row.quantity * factor, row.products)
    more, _ = _believed((row.next_quantity or 0) * factor, row.products)
    found = Counted(
        sku=listed.sku,
        quantity=quantity,
        next_on=row.next_on,
        next_quantity=more if row.next_on is not None else 0,
        name=listing.name(row.products),
    )
    return found, told


def _factor(listed: _Listed, unit: str, unit_word: Callable[[str], str]) -> int | None:
    word = unit_word(unit)
    if not unit or word == unit_word(listed.unit):
        return listed.units_per_pack
    return 1 if word == SINGLE else None


def _believed(units: int, products: Sequence[ProductId]) -> tuple[int, tuple[Problem, ...]]:
    if 0 <= units <= MOST_UNITS:
        return units, ()
    text = (
        f"a stock of {units} is below none; it counts as none"
        if units < 0
        else f"a stock of {units} is not believed; it counts as {MOST_UNITS}"
    )
    problem = Problem(
        code="odd-quantity", text=text, where=_where(products), severity=Severity.WARNING
    )
    return max(0, min(units, MOST_UNITS)), (problem,)


def _unknown(listing: Listing, products: Sequence[ProductId]) -> Problem:
    text = (
        "an article of the report is not in the catalogue as this partner's; its row was "
        "passed over. Add the offer with `hub catalog import` if it is to be sold"
    )
    said = [
        f"The name {name} stands for {sku}, which it does not offer"
        for name, sku in listing.stand_for(products)
    ]
    return Problem(
        code="unknown-article",
        text=". ".join((text, *said)),
        where=_where(products),
        severity=Severity.WARNING,
    )


def _other_unit(row: StockRow, listed: _Listed) -> Problem:
    return Problem(
        code="other-unit",
        text=f"{listed.sku} is offered in {listed.unit} of {listed.units_per_pack} and reported in "
        f"{row.unit}; the row was not used. Agree on one unit with the partner, or correct the "
        "catalogue",
        where=_where(row.products),
    )


def _where(products: Sequence[ProductId]) -> Where:
    return Where(value=products[0].value[:99] if products else "")


def moment_of(said: datetime | None, *, arrived: datetime, zone: str) -> datetime:
    """Return the moment a report speaks of, in UTC, and never later than it arrived.

    Without a moment of its own that is its arrival; without a zone it is the partner's own time of
    day, of two equal ones in autumn the earlier.
    """
    if said is None:
        return arrived
    local = said if said.tzinfo is not None else said.replace(tzinfo=ZoneInfo(zone))
    return min(local.astimezone(UTC), arrived)


def too_many_dropped(*, had: int, dropping: int, guard: int) -> bool:
    """Say whether a full report would leave more than `guard` percent of what had stock with none.

    Few are never too many, whatever part of the range they are.
    """
    return dropping >= FEWEST_DROPPED and dropping * 100 > guard * had
