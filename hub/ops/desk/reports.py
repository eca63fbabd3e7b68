"""Figures over weeks, each as plain rows with headings and as a table for a spreadsheet."""

import csv
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from operator import add

from hub.domain.facts import WatchKind
from hub.flow.parts import Parts
from hub.ops.desk.causes import described
from hub.ops.desk.feeds import feed_ages
from hub.ops.desk.shown import partner_name
from hub.store import OrdersCounted, Transaction

MOST_DAYS = 400
Brands = frozenset[str] | None
Cell = str | int | float
NONE = "–"
"""What stands where there is nothing to be a share of."""
_UNANSWERED = "change-unanswered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report: rows of cells under their headings; `note` says what is counted.

    `drawn` are the headings of the numbers that a picture shows side by side; where there is one
    of them only, `apart` are the headings of the words that tell its pieces apart.
    """

    name: str
    title: str
    note: str
    headings: tuple[str, ...]
    drawn: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    apart: tuple[str, ...] = ()

    @property
    def csv(self) -> str:
        """The same as CSV (RFC 4180) with a first line of headings.

        What a spreadsheet would take for a formula begins with an apostrophe.
        """
        into = StringIO()
        writer = csv.writer(into)
        writer.writerow(self.headings)
        writer.writerows([_safe(cell) for cell in row] for row in self.rows)
        return into.getvalue()


def _safe(cell: Cell) -> Cell:
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{cell}"
    return cell


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """What a report is about: since when, until now, for which brands.

    `orders` are counted once for all reports that show them.
    """

    tx: Transaction
    parts: Parts
    since: datetime
    now: datetime
    brands: Brands
    orders: Sequence[OrdersCounted]


def reports(parts: Parts, *, days: int = 30, brands: Brands = None) -> tuple[Report, ...]:
    """Return every report over so many days up to now; days are of UTC.

    Reports about partners' receipts and stock are empty for those who see only some brands.
    """
    return tuple(_made(parts, days, brands, list(_REPORTS)))


def report(parts: Parts, name: str, *, days: int = 30, brands: Brands = None) -> Report:
    """Return one report; raises KeyError when there is none of that name."""
    if name not in _REPORTS:
        raise KeyError(name)
    return next(iter(_made(parts, days, brands, [name])))


def _made(parts: Parts, days: int, brands: Brands, names: Collection[str]) -> list[Report]:
    now = parts.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    since = midnight - timedelta(days=max(1, min(days, MOST_DAYS)) - 1)
    with parts.store.read() as tx:
        counts = not _OF_ORDERS.isdisjoint(names)
        orders = tx.reports.orders(since=since.date(), brands=brands) if counts else ()
        span = _Span(tx=tx, parts=parts, since=since, now=now, brands=brands, orders=orders)
        return [_REPORTS[name](span) for name in names]


def _orders(span: _Span) -> Report:
    return Report(
        name="orders",
        title="Orders per day",
        note="Orders by the day they were placed, by channel and brand; days are of UTC.",
        headings=("day", "channel", "brand", "orders"),
        drawn=("orders",),
        apart=("channel", "brand"),
        rows=tuple(
            (one.day.isoformat(), one.channel, one.brand, one.orders) for one in span.orders
        ),
    )


def _promises(span: _Span) -> Report:
    found = span.tx.reports.promises(since=span.since.date(), now=span.now, brands=span.brands)
    rows = [
        (
            partner_name(span.parts, one.partner),
            one.on_time,
            one.late,
            one.overdue,
            one.coming,
            _share(one.on_time, one.on_time + one.late + one.overdue),
        )
        for one in found
    ]
    return Report(
        name="promises",
        title="Promised against actual shipping",
        note="Purchase orders by whether they left by the day first promised; cancelled ones are "
        "left out. On time % is of those that left or should have left.",
        headings=("partner", "on time", "late", "overdue", "not due yet", "on time %"),
        drawn=("on time", "late", "overdue", "not due yet"),
        rows=tuple(rows),
    )


def _exceptions(span: _Span) -> Report:
    counted: dict[str, int] = {}
    for (kind, code, _), count in span.tx.reports.exceptions(
        since=span.since, brands=span.brands
    ).items():
        what = described(kind, code)
        counted[what] = counted.get(what, 0) + count
    total, so_far, rows = sum(counted.values()), 0, []
    for what, count in sorted(counted.items(), key=lambda one: (-one[1], one[0])):
        so_far += count
        rows.append((what, count, _share(count, total), _share(so_far, total)))
    return Report(
        name="exceptions",
        title="Exceptions by cause",
        note="What was opened, closed since or not, the most frequent first. "
        "What another try stops for the same cause again is counted once.",
        headings=("cause", "count", "share %", "together %"),
        drawn=("count",),
        rows=tuple(rows),
    )


def _receipts(span: _Span) -> Report:
    if span.brands is not None:
        return _receipt_table(())
    alarms: dict[tuple[str, str], int] = {}
    opened = span.tx.reports.exceptions(since=span.since, brands=None)
    for (kind, _, partner), count in opened.items():
        alarms[kind, partner] = alarms.get((kind, partner), 0) + count
    unmet = span.tx.reports.unmet(since=span.since)
    still = span.tx.queue.counts()
    rows: list[tuple[Cell, ...]] = []
    for one in span.tx.reports.receipts(since=span.since):
        late = alarms.get(("overdue-receipt", one.partner), 0)
        receipts = (one.receipted + unmet.get((WatchKind.RECEIPT, one.partner), 0), late)
        unanswered = alarms.get((_UNANSWERED, one.partner), 0)
        silent = alarms.get(("overdue-response", one.partner), 0) + unanswered
        open_now = min(unanswered, still.get((one.partner, _UNANSWERED), 0))
        owed = unmet.get((WatchKind.RESPONSE, one.partner), 0) + open_now
        answers = (one.answered + owed, silent)
        name = partner_name(span.parts, one.partner)
        rows.append(
            (name, one.delivered, one.receipted, late, _on_time(*receipts), one.answered, silent,
             _on_time(*answers))
        )  # fmt: skip
    return _receipt_table(rows)


def _on_time(due: int, late: int) -> Cell:
    """Percent of what was due that was not late; what is late was due."""
    due = max(due, late)
    return _share(due - late, due)


def _receipt_table(rows: Sequence[tuple[Cell, ...]]) -> Report:
    return Report(
        name="acknowledgements",
        title="Acknowledgements on time",
        note="Papers of ours about orders that reached a partner. On time % is of what was due: "
        "what came, and what is missing after its time; – where nothing was due. Late are those "
        "for which the alarm rang, whether or not it came afterwards, and changes that nobody "
        "answered.",
        headings=(
            "partner", "papers", "receipts", "late receipts", "receipts on time %", "answers",
            "late answers", "answers on time %",
        ),
        drawn=("receipts on time %",),
        rows=tuple(rows),
    )  # fmt: skip


def _feeds(span: _Span) -> Report:
    ages = () if span.brands is not None else feed_ages(span.parts, span.tx)
    rows = [
        (
            one.partner_name,
            one.as_of.isoformat(timespec="minutes") if one.as_of else "never",
            _hours(one.age) if one.age is not None else "",
            _hours(one.allowed),
            "yes" if one.stale else "no",
        )
        for one in ages
    ]
    return Report(
        name="feeds",
        title="Age of stock reports",
        note="The newest report of each partner that is to report, as of now.",
        headings=("partner", "as of", "hours old", "hours allowed", "too old"),
        drawn=("hours old",),
        rows=tuple(rows),
    )


def _cancellations(span: _Span) -> Report:
    units: dict[str, list[int]] = {}
    for one in span.orders:
        counts = (one.ordered, one.cancelled, one.returned)
        units[one.brand] = [*map(add, units.get(one.brand, (0, 0, 0)), counts)]
    rows = [
        (brand, ordered, cancelled, _share(cancelled, ordered), returned, _share(returned, ordered))
        for brand, (ordered, cancelled, returned) in sorted(units.items())
    ]
    return Report(
        name="cancellations",
        title="Cancelled and returned",
        note="Units of orders placed in this time, and what became of them until now.",
        headings=("brand", "ordered", "cancelled", "cancelled %", "returned", "returned %"),
        drawn=("cancelled", "returned"),
        rows=tuple(rows),
    )


def _share(part: int, whole: int) -> Cell:
    """Percent with one digit; of nothing there is none."""
    return round(100 * part / whole, 1) if whole else NONE


def _hours(time: timedelta) -> float:
    return round(time.total_seconds() / 3600, 1)


_REPORTS: dict[str, Callable[[_Span], Report]] = {
    "orders": _orders,
    "promises": _promises,
    "exceptions": _exceptions,
    "acknowledgements": _receipts,
    "feeds": _feeds,
    "cancellations": _cancellations,
}
_OF_ORDERS = {"orders", "cancellations"}
