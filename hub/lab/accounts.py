"""What a supplier counts, in 004010: its shelf (846) and what it wants to be paid (810)."""

from datetime import datetime
from decimal import Decimal

from hub.lab.asked import AskedOrder
from hub.lab.voice import Bill, Count
from hub.lab.x12 import Segment

FULL, DELTA = "00", "04"  # X12 353
TOO_MUCH = Decimal("1.00")  # dollars that an overcharged pack costs more than was agreed


def count(count: Count, *, at: datetime) -> list[Segment]:
    """Return the 846 of these articles, with what is on the shelf of each; `at` is in UTC."""
    rows: list[Segment] = []
    for article in count.articles:
        rows.append(("LIN", "", *article.products))
        rows.append(("QTY", "33", str(count.shelf[article.sku]), article.unit))
    day = f"{at:%Y%m%d}"
    total = sum(count.shelf[article.sku] for article in count.articles)
    return [
        ("BIA", DELTA if count.changes else FULL, "DD", count.name, day, f"{at:%H%M}"),
        ("DTM", "007", day, f"{at:%H%M%S}", "UT"),
        *rows,
        ("CTT", str(len(count.articles)), str(total)),
    ]


def invoice(order: AskedOrder, bill: Bill, *, at: datetime) -> list[Segment]:
    """Return the 810 of what left together, at the cost of the order."""
    number = bill.departure.notice.replace("S-", "I-", 1)
    rows: list[Segment] = []
    total = Decimal()
    for line, packs in bill.departure.lines:
        price = priced(line.cost, dearer=line.sku in bill.dearer)
        total += price * packs
        rows.append(("IT1", line.number, str(packs), line.unit, f"{price}", "", *line.products))
    if bill.wrong:
        total += TOO_MUCH
    return [
        ("BIG", f"{at:%Y%m%d}", number, order.day, order.number, "", "", "DI", "00"),
        ("CUR", "SE", "USD"),
        *rows,
        ("TDS", str(int(total * 100))),
        ("CTT", str(len(rows))),
    ]


def priced(cost: str, *, dearer: bool) -> Decimal:
    """Return what a supplier asks for a pack that was ordered at this cost, in dollars."""
    return Decimal(cost) + (TOO_MUCH if dearer else 0)
