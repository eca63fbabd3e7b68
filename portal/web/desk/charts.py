"""A report as bars, drawn here: no script, no picture from elsewhere, at most a few kilobytes."""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.ops.desk.reports import Report

MOST_BARS = 40
ROW, LEFT, WIDTH, GAP = 22, 170, 640, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar with its label and value; lengths are the picture's own units."""

    label: str
    value: str
    y: int
    length: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars below one another. The table beside it says the same and more."""

    title: str
    of: str
    bars: tuple[Bar, ...]
    height: int
    left: int = LEFT
    width: int = WIDTH
    row: int = ROW


def charted(report: Report) -> Chart | None:
    """Return the report's last column of numbers as bars; None where there is nothing to draw."""
    column = _numbers(report.rows)
    if column is None:
        return None
    rows = report.rows[-MOST_BARS:]
    most = max(float(row[column]) for row in rows) or 1.0
    bars = tuple(
        Bar(
            label=" · ".join(str(cell) for cell in row[:column] if isinstance(cell, str))[:40],
            value=str(row[column]),
            y=n * ROW,
            length=round(float(row[column]) / most * (WIDTH - LEFT - GAP), 1),
        )
        for n, row in enumerate(rows)
    )
    return Chart(
        title=report.title, of=report.headings[column], bars=bars, height=len(rows) * ROW + 4
    )


def _numbers(rows: Sequence[Sequence[object]]) -> int | None:
    """The first column that holds numbers in every row."""
    if not rows:
        return None
    for column in range(len(rows[0])):
        if all(isinstance(row[column], int | float) for row in rows):
            return column
    return None
