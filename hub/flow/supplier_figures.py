"""How a supplier kept its word over some weeks, each number with the very orders behind it.

Judged by the partner's own page: its limit for an answer in its working time, and the day by which
an order was first promised to leave.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from hub.domain.orders import FulfillmentState
from hub.flow.parts import Parts
from hub.partners import Partner
from hub.store import KeptRow

DAYS = (30, 90)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_QUARTER = timedelta(minutes=15) // _TICK


class Measure(StrEnum):
    """What is counted of the orders that were given."""

    CONFIRM = "confirm"
    SHIP = "ship"
    CANCEL = "cancel"
    UNEXPECTED = "unexpected"


class Mark(StrEnum):
    """How an order did in one measure; those that may still do well are not counted against it."""

    GOOD = "good"
    BAD = "bad"
    OPEN = "open"


# Neither frozen nor named: a scorecard is ten thousand of them.
@dataclass(slots=True, eq=False)
class Judged:
    """One purchase order and how it did; `confirm` is until when an answer was in time."""

    row: KeptRow
    confirm: int
    answered: Mark
    shipped: Mark

    @property
    def marks(self) -> dict[Measure, Mark]:
        """Its marks by what they are for."""
        return {measure: self.mark(measure) for measure in Measure}

    def mark(self, measure: Measure) -> Mark:
        """Return how it did in one measure."""
        if measure is Measure.CONFIRM:
            return self.answered
        if measure is Measure.SHIP:
            return self.shipped
        wrong = self.row.rejected if measure is Measure.CANCEL else self.row.unexpected
        return Mark.BAD if wrong else Mark.GOOD

    @property
    def confirm_by(self) -> datetime:
        """Until when an answer was in time."""
        return EPOCH + timedelta(microseconds=self.confirm)


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
    """What a scorecard shows: newest orders first."""

    days: int
    orders: tuple[Judged, ...]
    scores: tuple[Score, ...]
    weeks: tuple[Week, ...]

    def behind(self, measure: Measure, mark: Mark | None) -> tuple[Judged, ...]:
        """Return the orders behind a number; without a mark all that the measure looks at."""
        return tuple(one for one in self.orders if mark is None or one.mark(measure) is mark)


def figures(parts: Parts, partner: str, *, days: int) -> Figures:
    """Return how the partner kept its word with the orders it was given in the last days."""
    now, page = parts.now(), parts.partners.get(partner)
    with parts.store.read() as tx:
        rows = tx.supplying.kept(partner=partner, since=now - timedelta(days=days))
    judge = _Judge(page=page, now=_micros(now), response=page.limits.response // _TICK)
    orders = tuple(map(judge.judged, rows))
    return Figures(
        days=days,
        orders=orders,
        scores=tuple(_score(orders, measure) for measure in Measure),
        weeks=tuple(_weeks(orders, ZoneInfo(page.calendar.zone))),
    )


def _micros(at: datetime) -> int:
    return (at - EPOCH) // _TICK


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judge:
    """What orders are judged by; `now` and `response` are microseconds."""

    page: Partner
    now: int
    response: int

    def judged(self, row: KeptRow) -> Judged:
        done = row.answered or row.left
        confirm = self._confirm(row, done)
        return Judged(row, confirm, self._in_time(done, confirm), self._shipped(row))

    def _confirm(self, row: KeptRow, done: int | None) -> int:
        """Working time never passes faster than the clock: who was in time by it needs no calendar.

        Of ten thousand orders nearly all were; counting working days for each would take a second.
        """
        soonest = row.given + self.response
        if done is not None and done <= soonest:
            return soonest
        return _micros(self.page.calendar.add(row.given_at, self.page.limits.response))

    def _in_time(self, done: int | None, due: int) -> Mark:
        if done is None:
            return Mark.BAD if due < self.now else Mark.OPEN
        return Mark.GOOD if done <= due else Mark.BAD

    def _shipped(self, row: KeptRow) -> Mark:
        """An order left when nothing of it is open; one that was called off is not counted."""
        if row.due is None or row.state == FulfillmentState.CANCELLED:
            return Mark.OPEN
        return self._in_time(None if row.open else row.left, row.due)


def _score(orders: Sequence[Judged], measure: Measure) -> Score:
    counts = Counter(one.mark(measure) for one in orders)
    return Score(
        measure=measure, good=counts[Mark.GOOD], bad=counts[Mark.BAD], open=counts[Mark.OPEN]
    )


def _weeks(orders: Sequence[Judged], zone: ZoneInfo) -> Iterator[Week]:
    """Yield every week from the first to the last in which an order was given."""
    found: dict[date, dict[Mark, int]] = {}
    # No zone's day begins within a quarter of an hour: each is looked up once.
    for (quarter, mark), count in Counter(
        (one.row.given // _QUARTER, one.shipped) for one in orders
    ).items():
        day = (EPOCH + timedelta(microseconds=quarter * _QUARTER)).astimezone(zone).date()
        begins = day - timedelta(days=day.weekday())
        found.setdefault(begins, dict.fromkeys(Mark, 0))[mark] += count
    none = dict.fromkeys(Mark, 0)
    begins, last = (min(found), max(found)) if found else (date.max, date.min)
    while begins <= last:
        counts = found.get(begins, none)
        yield Week(
            begins=begins,
            good=counts[Mark.GOOD],
            bad=counts[Mark.BAD],
            open=counts[Mark.OPEN],
        )
        begins += timedelta(weeks=1)
