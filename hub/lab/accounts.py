"""What a supplier counts, in 004010: its shelf (846) and what it wants to be paid (810)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from hub.lab.terms import Departure
from hub.lab.x12 import Paper, Segment

FULL, DELTA = "00", "04"  # X12 353
TOO_MUCH = Decimal("1.00")  # dollars that an overcharged pack costs more than was agreed


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """An article as its supplier knows it; `products` are pairs of qualifier and id."""

    sku: str
    unit: str
    products: Segment


def count(
    articles: Iterable[Shelved],
    shelf: Mapping[str, int],
    *,
    purpose: str,
    name: str,
    at: datetime,
) -> list[Segment]:
    """Return the 846 of these articles, with what is on the shelf of each; `at` is in UTC."""
    rows: list[Segment] = []
    total = lines = 0
    for article in articles:
        lines += 1
        total += shelf[article.sku]
        rows.append(("LIN", "", *article.products))
        rows.append(("QTY", "33", str(shelf[article.sku]), article.unit))
    day = f"{at:%Y%m%d}"
    return [
        ("BIA", purpose, "DD", name, day, f"{at:%H%M}"),
        ("DTM", "007", day, f"{at:%H%M%S}", "UT"),
        *rows,
        ("CTT", str(lines), str(total)),
    ]


def invoice(
    order: Paper, departure: Departure, *, overcharged: frozenset[str], at: datetime
) -> list[Segment]:
    """Return the 810 of what left together, at the cost of the order."""
    beg = order.first("BEG")
    number = departure.notice.replace("S-", "I-", 1)
    rows: list[Segment] = []
    total = Decimal()
    for line, packs in departure.lines:
        price = Decimal(line.cost) + (TOO_MUCH if line.sku in overcharged else 0)
        total += price * packs
        rows.append(("IT1", line.number, str(packs), line.unit, f"{price}", "", *line.products))
    return [
        ("BIG", f"{at:%Y%m%d}", number, beg[5], beg[3], "", "", "DI", "00"),
        ("CUR", "SE", "USD"),
        *rows,
        ("TDS", str(int(total * 100))),
        ("CTT", str(len(rows))),
    ]
