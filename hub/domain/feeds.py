"""What a stock report says of our articles: which SKU is meant, how many units, as of when.

Pure; the rows come in pieces and nothing here holds more than one. Levels, and when a reservation
no longer counts, are `hub.domain.stock`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hub.domain.catalog import PartnerItem
from hub.domain.exchange import Problem, Severity, Where
from hub.domain.hearing import SINGLE
from hub.domain.messages import ProductId, StockRow

MOST_UNITS = 1_000_000_000
"""The most units believed of one article; more is a number in the wrong place."""
FEWEST_DROPPED = 5
"""A report that takes fewer articles to none is never held up: small ranges sell out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Units of one article as a report says, in our units."""

    sku: str
    quantity: int
    next_on: date | None = None
    next_quantity: int = 0


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
    number), so that an id of any other kind will do when it can only mean one article.
    """

    __slots__ = ("_by_id", "_kinds")

    def __init__(self) -> None:
        self._by_id: dict[str, _Listed | None] = {}
        self._kinds: set[str] = set()

    def add(self, offer: PartnerItem, *, gtin: str) -> None:
        """Learn the ids of one offer; `gtin` is the article's own, empty if unknown."""
        listed = _Listed(offer.sku, offer.unit, offer.units_per_pack)
        own = (ProductId(kind="sku", value=offer.sku), ProductId(kind="gtin", value=gtin))
        for product in (*offer.products, *own):
            if product.value:
                self._kinds.add(product.kind)
                known = self._by_id.setdefault(_key(product.kind, product.value), listed)
                if known is not None and known.sku != listed.sku:
                    self._by_id[_key(product.kind, product.value)] = None

    def meant(self, products: Sequence[ProductId]) -> _Listed | None:
        """Return the article that is meant by any of these ids, or None."""
        for product in products:
            found = self._by_id.get(_key(product.kind, product.value)) or self._otherwise(product)
            if found is not None:
                return found
        return None

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
        return None, (_unknown(row.products),)
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


def _unknown(products: Sequence[ProductId]) -> Problem:
    return Problem(
        code="unknown-article",
        text="an article of the report is not in the catalogue as this partner's; its row was "
        "passed over. Add the offer with `hub catalog import` if it is to be sold",
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
