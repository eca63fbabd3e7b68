"""How many requests the web process answered and how long each took, in a few numbers.

It is written on the way of every request, so it only adds: no lock, no names made, no clock of its
own. One thread counts; others may take a snapshot at any time.
"""

from bisect import bisect_left
from collections.abc import Sequence

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper ends of the buckets in seconds; one more bucket holds what took longer."""
CLASSES = 6
"""Classes of status, 0 to 5: class 2 is 200 to 299."""

Row = list[float]
"""Requests in each bucket, and behind them the seconds altogether."""
Snapshot = Sequence[tuple[str, int, Sequence[float], float]]
"""Rows of (route, class of status, requests in each bucket, seconds altogether); fit for JSON."""


class Traffic:
    """Requests by route template and class of status."""

    __slots__ = ("_routes",)

    def __init__(self) -> None:
        self._routes: dict[str, list[Row]] = {}

    def rows(self, route: str) -> list[Row]:
        """Return the rows of a route, one for each class, to be counted into."""
        rows = self._routes.get(route)
        if rows is None:
            rows = [[0] * (len(BOUNDS) + 1) + [0.0] for _ in range(CLASSES)]
            self._routes[route] = rows
        return rows

    def snapshot(self) -> Snapshot:
        """Return what was counted so far, by route and class; a class without any is absent."""
        return [
            (route, kind, row[:-1], row[-1])
            for route, rows in sorted(dict(self._routes).items())
            for kind, row in enumerate(rows)
            if any(row)
        ]


def count(rows: list[Row], status: int, seconds: float) -> None:
    """Count one answered request of a route."""
    row = rows[status // 100]
    row[bisect_left(BOUNDS, seconds)] += 1
    row[-1] += seconds
