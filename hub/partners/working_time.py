"""A partner's working time: days, holidays, zone. Pure; the moment is always passed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
MIDNIGHT = time()


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When a partner works. `work_days` counts Monday as 0 and is never empty.

    `cutoff` is the partner's own time of day after which a new order counts as the next working
    day's; None means that it counts until midnight. Moments in and out are aware; out is UTC.
    """

    zone: str
    work_days: frozenset[int]
    holidays: frozenset[date]
    cutoff: time | None = None

    def works_on(self, day: date) -> bool:
        """Say whether the partner works on this day of its own zone."""
        return day.weekday() in self.work_days and day not in self.holidays

    def add(self, start: datetime, delta: timedelta) -> datetime:
        """Return the first moment at which `delta` of working time has passed.

        A working day has 24 hours of the clock on the partner's wall, whatever summer time does to
        it; other days have none. So 24 h from Friday 15:00 is Monday 15:00, and 48 h is two working
        days. It does not look at `cutoff`: see `begins`. `delta` must not be negative.
        """
        if delta < timedelta():
            raise ValueError(f"working time runs forward only, not by {delta}")
        here, left = self._on_the_wall(start), delta
        while left:
            rest_of_day = datetime.combine(here.date() + ONE_DAY, MIDNIGHT) - here
            if self.works_on(here.date()):
                if left <= rest_of_day:
                    here += left
                    break
                left -= rest_of_day
            here += rest_of_day
        return max(self._from_the_wall(here), start.astimezone(UTC))

    def begins(self, arrival: datetime) -> datetime:
        """Return the moment from which the partner counts an arrived order.

        That is at once, or 0:00 of the next working day when it came after the cut-off or on a day
        off.
        """
        here = self._on_the_wall(arrival)
        in_time = self.cutoff is None or here.time() <= self.cutoff
        if in_time and self.works_on(here.date()):
            return arrival.astimezone(UTC)
        return self._from_the_wall(datetime.combine(self._working_day_after(here), MIDNIGHT))

    def next_of(self, times: Sequence[time], *, after: datetime) -> datetime | None:
        """Return the first of these times of day that is later than `after`.

        Only working days count; None comes back when there are no times.
        """
        if not times:
            return None
        day = self._on_the_wall(after).date() - ONE_DAY
        while True:
            day = self._working_day_after(day)
            moments = (self._from_the_wall(datetime.combine(day, at)) for at in sorted(times))
            for moment in moments:
                if moment > after:
                    return moment

    def _working_day_after(self, day: date) -> date:
        following = date(day.year, day.month, day.day) + ONE_DAY
        while not self.works_on(following):
            following += ONE_DAY
        return following

    def _on_the_wall(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None, fold=0)

    def _from_the_wall(self, here: datetime) -> datetime:
        # An hour that summer time skips is read with the clock before it, a repeated one as its
        # first pass (PEP 495 fold=0).
        return here.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)
