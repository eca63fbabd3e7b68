"""How a supplier kept its word over some weeks, each number with the very orders behind it.

Judged by the partner's own page: its limit for an answer in its working time, and the day by which
an order was first promised to leave.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from hub.domain.orders import FulfillmentState
from hub.flow.parts import Parts
from hub.partners import Partner
from hub.store import KeptRow

DAYS = (30, 90)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One purchase order and its marks; `confirm_by` is until when an answer was in time."""

    row: KeptRow
    confirm_by: datetime
    marks: dict[Measure, Mark]


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
        return tuple(one for one in self.orders if mark is None or one.marks[measure] is mark)


def figures(parts: Parts, partner: str, *, days: int) -> Figures:
    """Return how the partner kept its word with the orders it was given in the last days."""
    now, page = parts.now(), parts.partners.get(partner)
    with parts.store.read() as tx:
        rows = tx.supplying.kept(partner=partner, since=now - timedelta(days=days))
    orders = tuple(_judged(row, page, now) for row in rows)
    return Figures(
        days=days,
        orders=orders,
        scores=tuple(_score(orders, measure) for measure in Measure),
        weeks=tuple(_weeks(orders, ZoneInfo(page.calendar.zone))),
    )


def _judged(row: KeptRow, page: Partner, now: datetime) -> Judged:
    confirm_by = _confirm_by(row, page)
    marks = {
        Measure.CONFIRM: _in_time(row.answered_at or row.left_at, confirm_by, now),
        Measure.SHIP: _shipped(row, now),
        Measure.CANCEL: Mark.BAD if row.rejected else Mark.GOOD,
        Measure.UNEXPECTED: Mark.BAD if row.unexpected else Mark.GOOD,
    }
    return Judged(row=row, confirm_by=confirm_by, marks=marks)


def _confirm_by(row: KeptRow, page: Partner) -> datetime:
    """Working time never passes faster than the clock: whoever was in time by it needs no calendar.

    Of ten thousand orders nearly all were; counting working days for each would take a second.
    """
    soonest = row.given_at + page.limits.response
    answered = row.answered_at or row.left_at
    if answered is not None and answered <= soonest:
        return soonest
    return page.calendar.add(row.given_at, page.limits.response)


def _in_time(done_at: datetime | None, due_at: datetime, now: datetime) -> Mark:
    if done_at is None:
        return Mark.BAD if due_at < now else Mark.OPEN
    return Mark.GOOD if done_at <= due_at else Mark.BAD


def _shipped(row: KeptRow, now: datetime) -> Mark:
    """An order left when nothing of it is open; one that was called off is not counted."""
    if row.state == FulfillmentState.CANCELLED or row.due_at is None:
        return Mark.OPEN
    return _in_time(None if row.open else row.left_at, row.due_at, now)


def _score(orders: Sequence[Judged], measure: Measure) -> Score:
    counts = {mark: sum(one.marks[measure] is mark for one in orders) for mark in Mark}
    return Score(
        measure=measure, good=counts[Mark.GOOD], bad=counts[Mark.BAD], open=counts[Mark.OPEN]
    )


def _weeks(orders: Sequence[Judged], zone: ZoneInfo) -> Iterator[Week]:
    """Yield every week from the first to the last in which an order was given."""
    found: dict[date, dict[Mark, int]] = {}
    for one in orders:
        day = one.row.given_at.astimezone(zone).date()
        begins = day - timedelta(days=day.weekday())
        counts = found.setdefault(begins, dict.fromkeys(Mark, 0))
        counts[one.marks[Measure.SHIP]] += 1
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
