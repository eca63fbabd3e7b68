"""How a supplier kept its word over some weeks, each number with the very orders behind it.

Judged by the partner's own page: its limit for an answer in its working time, and the day by which
an order was first promised to leave.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from hub.flow.parts import Parts
from hub.partners import Calendar
from hub.store import KeptRow, Marked, Shipped, Transaction

DAYS = (30, 90)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_DAY = timedelta(days=1) // _TICK
_SKIPPED = timedelta(hours=2) // _TICK


class Measure(StrEnum):
    """What is counted of the orders that were given."""

    CONFIRM = "confirm"
    SHIP = "ship"
    CANCEL = "cancel"
    UNEXPECTED = "unexpected"


class Mark(StrEnum):
    """How an order did in one measure; those that may still do well are not counted against it.

    NONE is for what the measure does not look at: of what was refused or cancelled nothing ships.
    """

    GOOD = "good"
    BAD = "bad"
    OPEN = "open"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One purchase order and how it did; until `confirm_by` an answer was in time."""

    row: KeptRow
    confirm_by: datetime
    marks: Mapping[Measure, Mark]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One number: so many of the orders that could be judged did well."""

    measure: Measure
    good: int
    bad: int
    open: int

    @property
    def percent(self) -> float | None:
        """The part that did well, in percent; None when nothing can be judged yet."""
        judged = self.good + self.bad
        return None if not judged else 100 * self.good / judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """The orders given in one week, from Monday on in the partner's zone, by how they shipped."""

    begins: date
    good: int
    bad: int
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a scorecard shows; `orders` is how many were given."""

    days: int
    orders: int
    scores: tuple[Score, ...]
    weeks: tuple[Week, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """The first orders behind a number, newest first, and how many there are."""

    orders: tuple[Judged, ...]
    count: int


def figures(parts: Parts, partner: str, *, days: int) -> Figures:
    """Return how the partner kept its word with the orders it was given in the last days."""
    judge = _judge(parts, partner, days)
    with parts.store.read() as tx:
        rows = judge.marked(tx)
    return Figures(
        days=days,
        orders=len(rows),
        scores=tuple(_score(judge, rows, measure) for measure in Measure),
        weeks=tuple(_weeks(rows, ZoneInfo(judge.calendar.zone))),
    )


def behind(
    parts: Parts, partner: str, *, days: int, measure: Measure, mark: Mark | None, limit: int
) -> Behind:
    """Return the orders behind a number; without a mark all that the measure looks at."""
    judge = _judge(parts, partner, days)
    with parts.store.read() as tx:
        rows = judge.marked(tx)
        wanted = _LOOKED_AT if mark is None else {mark}
        marks = judge.marks(measure, rows)
        rows = [row for row, one in zip(rows, marks, strict=True) if one in wanted]
        kept = tx.supplying.kept(
            [row[0] for row in rows[:limit]], partner=partner, since=judge.since, now=judge.now
        )
    return Behind(orders=tuple(map(judge.judged, kept)), count=len(rows))


def _judge(parts: Parts, partner: str, days: int) -> "_Judge":
    page, now = parts.partners.get(partner), parts.now()
    return _Judge(
        partner=partner,
        calendar=page.calendar,
        response=page.limits.response,
        since=now - timedelta(days=days),
        now=now,
    )


def _micros(at: datetime) -> int:
    return (at - EPOCH) // _TICK


class _Judge:
    """What orders of some days are judged by; moments of rows are microseconds since 1970."""

    def __init__(
        self,
        *,
        partner: str,
        calendar: Calendar,
        response: timedelta,
        since: datetime,
        now: datetime,
    ) -> None:
        self._partner = partner
        self.calendar = calendar
        self.since = since
        self.now = now
        self._limit = response
        self._response = response // _TICK
        self._now = _micros(now)
        self._latest: dict[int, int] = {}

    def marked(self, tx: Transaction) -> list[Marked]:
        """Return what marks each order, newest first."""
        return tx.supplying.marked(partner=self._partner, since=self.since, now=self.now)

    def judged(self, row: KeptRow) -> Judged:
        """Return an order with all its marks."""
        done = row.answered if row.answered is not None else row.left
        one: Marked = (row.id, row.given, done, row.shipped, row.rejected, row.unexpected)
        return Judged(
            row=row,
            confirm_by=self.calendar.add(row.given_at, self._limit),
            marks={measure: next(self.marks(measure, [one])) for measure in Measure},
        )

    def marks(self, measure: Measure, rows: Iterable[Marked]) -> Iterator[Mark]:
        """Yield how each order did in one measure."""
        if measure is Measure.CONFIRM:
            return (self._answered(given, done) for _, given, done, *_ in rows)
        if measure is Measure.SHIP:
            return (_SHIPPED[shipped] for _, _, _, shipped, *_ in rows)
        place = _PIECES[measure]
        return (Mark.BAD if row[place] else Mark.GOOD for row in rows)

    def _answered(self, given: int, done: int | None) -> Mark:
        """Say whether an answer came in its working time; what has none may still.

        Working time passes no faster than the clock, but for an hour or two that summer time skips:
        who was in time by it needs no calendar. Nor does who was late for the end of the day on
        which it was given. Counting working days for ten thousand orders would take a second.
        """
        until = self._now if done is None else done
        well = Mark.OPEN if done is None else Mark.GOOD
        if until <= given + self._response - _SKIPPED:
            return well
        if until > self._latest_of(given // _DAY):
            return Mark.BAD
        return well if until <= self._due(given) else Mark.BAD

    def _latest_of(self, day: int) -> int:
        found = self._latest.get(day)
        if found is None:
            found = self._latest[day] = self._due((day + 1) * _DAY) + 2 * _DAY
        return found

    def _due(self, given: int) -> int:
        start = EPOCH + timedelta(microseconds=given)
        return _micros(self.calendar.add(start, self._limit))


# What the store says of having left, in numbers, which are the same keys.
_SHIPPED: Mapping[int | None, Mark] = {
    Shipped.IN_TIME: Mark.GOOD,
    Shipped.LATE: Mark.BAD,
    Shipped.NEVER: Mark.NONE,
    None: Mark.OPEN,
}
_LOOKED_AT = frozenset({Mark.GOOD, Mark.BAD, Mark.OPEN})
_PIECES = {Measure.CANCEL: 4, Measure.UNEXPECTED: 5}


def _score(judge: _Judge, rows: Sequence[Marked], measure: Measure) -> Score:
    marks = list(judge.marks(measure, rows))
    good, bad, open_ = map(marks.count, (Mark.GOOD, Mark.BAD, Mark.OPEN))
    return Score(measure=measure, good=good, bad=bad, open=open_)


def _weeks(rows: Sequence[Marked], zone: ZoneInfo) -> Iterator[Week]:
    """Yield every week from the first to the last in which an order was given."""
    if not rows:
        return
    days = list(_mondays(rows[-1][1], rows[0][1], zone))
    starts = [_micros(datetime.combine(day, time(), zone)) for day in days]
    counts = Counter((bisect_right(starts, row[1]), row[3]) for row in rows)
    for place, day in enumerate(days, 1):
        good, bad, open_ = (counts[place, one] for one in (Shipped.IN_TIME, Shipped.LATE, None))
        yield Week(begins=day, good=good, bad=bad, open=open_)


def _mondays(first: int, last: int, zone: ZoneInfo) -> Iterator[date]:
    """Yield the Mondays with which the weeks of these moments and of those between begin."""
    here, end = (
        (EPOCH + timedelta(microseconds=at)).astimezone(zone).date() for at in (first, last)
    )
    here -= timedelta(days=here.weekday())
    while here <= end:
        yield here
        here += timedelta(weeks=1)
