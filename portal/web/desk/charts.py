"""A report as bars, drawn here: no script, no picture from elsewhere, at most a few kilobytes.

Labels and values are words of the page beside each bar, so that they stay readable on a phone and
by a screen reader; only the bars themselves are drawings.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from hub.ops.desk.reports import Cell, Report

MOST_BARS = 40
MOST_WORDS = 4
"""Pieces of more kinds are told apart by the table; their bar says its total."""
SHADES = 5
"""So many kinds of pieces look different; more share the last look and keep their words."""
WIDTH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a bar: what it counts, how many, and where it lies from 0 to 100."""

    of: str
    shade: int
    value: int | float
    x: float
    length: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar with its label, of a day the day itself; no pieces where nothing was counted."""

    label: str | date
    pieces: tuple[Piece, ...]

    @property
    def total(self) -> int | float:
        """All its pieces together."""
        return sum(piece.value for piece in self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars below one another; `of` are the kinds of pieces in their order with their shades.

    `wordy` asks for each piece's words beside its bar; otherwise its total is enough.
    """

    of: tuple[tuple[str, int], ...]
    wordy: bool
    bars: tuple[Bar, ...]


Counted = dict[str, dict[str, int | float]]


def charted(report: Report) -> Chart | None:
    """Return what a report draws of itself; None where there is nothing to draw."""
    counted = _counted(report)
    if not counted or not report.drawn:
        return None
    kinds = list(dict.fromkeys(kind for of in counted.values() for kind in of))
    shades = {kind: min(at, SHADES - 1) for at, kind in enumerate(kinds)}
    labels = list(_labels(counted))[-MOST_BARS:]
    most = max((sum(counted.get(str(label), {}).values()) for label in labels), default=0) or 1
    bars = tuple(
        Bar(label=label, pieces=tuple(_pieces(counted.get(str(label), {}), shades, most)))
        for label in labels
    )
    return Chart(of=tuple(shades.items()), wordy=1 < len(kinds) <= MOST_WORDS, bars=bars)


def _counted(report: Report) -> Counted:
    """What is drawn, by label and kind: several columns, or one column told by the words beside."""
    columns = [report.headings.index(heading) for heading in report.drawn]
    found: Counted = {}
    for row in report.rows:
        into = found.setdefault(str(row[0]), {})
        for column in columns:
            kind = _kind(report, row, column)
            cell = row[column]
            into[kind] = into.get(kind, 0) + (cell if isinstance(cell, int | float) else 0)
    return found


def _kind(report: Report, row: Sequence[Cell], column: int) -> str:
    apart = [str(row[report.headings.index(heading)]) for heading in report.apart]
    return " · ".join(apart) or report.headings[column]


def _labels(counted: Counted) -> Iterator[str | date]:
    """The labels as they stand; of days also those on which nothing was counted."""
    try:
        days = sorted(date.fromisoformat(label) for label in counted)
    except ValueError:
        yield from counted
        return
    for n in range((days[-1] - days[0]).days + 1):
        yield days[0] + timedelta(days=n)


def _pieces(
    counted: dict[str, int | float], shades: dict[str, int], most: float
) -> Iterator[Piece]:
    x = 0.0
    for kind, value in counted.items():
        length = round(value / most * WIDTH, 2)
        if value:
            yield Piece(of=kind, shade=shades[kind], value=value, x=round(x, 2), length=length)
        x += length
