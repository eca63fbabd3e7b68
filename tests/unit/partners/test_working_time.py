from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.partners import Calendar

WEEK = frozenset(range(5))
CHICAGO = Calendar(
    zone="America/Chicago",
    work_days=WEEK,
    holidays=frozenset({date(2026, 11, 26)}),
    cutoff=time(14),
)
LONDON_ALWAYS = Calendar(zone="Europe/London", work_days=frozenset(range(7)), holidays=frozenset())
GREENWICH = Calendar(
    zone="UTC", work_days=WEEK, holidays=frozenset({date(2026, 12, 25), date(2027, 1, 1)})
)

moments = st.datetimes(
    min_value=datetime(2026, 1, 1), max_value=datetime(2028, 1, 1), timezones=st.just(UTC)
)
lengths = st.timedeltas(min_value=timedelta(), max_value=timedelta(days=20))
calendars = st.sampled_from([CHICAGO, LONDON_ALWAYS, GREENWICH])


def utc(text):
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-17 15:00-06:00", 24, "2026-11-18 15:00-06:00"),  # Tuesday → Wednesday
        ("2026-11-20 15:00-06:00", 24, "2026-11-23 15:00-06:00"),  # Friday → Monday
        ("2026-11-21 10:00-06:00", 24, "2026-11-24 00:00-06:00"),  # Saturday: all of Monday
        ("2026-11-25 12:00-06:00", 24, "2026-11-27 12:00-06:00"),  # over Thanksgiving
        ("2026-11-20 00:00-06:00", 24, "2026-11-21 00:00-06:00"),  # the end of Friday itself
        ("2026-10-30 12:00-05:00", 24, "2026-11-02 12:00-06:00"),  # summer time ends on Sunday
        ("2026-03-06 12:00-06:00", 24, "2026-03-09 12:00-05:00"),  # and begins
    ],
)
def test_hours_run_on_working_days_only(start, hours, due):
    assert CHICAGO.add(utc(start), timedelta(hours=hours)) == utc(due)


def test_a_day_of_summer_time_change_has_24_hours_on_the_wall():
    start = utc("2026-03-28 12:00+00:00")
    assert LONDON_ALWAYS.add(start, timedelta(hours=24)) == utc("2026-03-29 12:00+01:00")


def test_a_result_in_the_skipped_hour_is_a_real_moment():
    due = LONDON_ALWAYS.add(utc("2026-03-28 01:30+00:00"), timedelta(hours=24))
    assert due == utc("2026-03-29 01:30+00:00")


def test_working_time_does_not_run_backwards():
    with pytest.raises(ValueError, match="forward"):
        CHICAGO.add(utc("2026-11-17 15:00-06:00"), timedelta(seconds=-1))


@pytest.mark.parametrize(
    ("arrival", "begins"),
    [
        ("2026-11-17 14:00-06:00", "2026-11-17 14:00-06:00"),
        ("2026-11-17 14:01-06:00", "2026-11-18 00:00-06:00"),
        ("2026-11-20 18:00-06:00", "2026-11-23 00:00-06:00"),
        ("2026-11-21 09:00-06:00", "2026-11-23 00:00-06:00"),
        ("2026-11-25 15:00-06:00", "2026-11-27 00:00-06:00"),
    ],
)
def test_an_order_after_the_cutoff_counts_from_the_next_working_day(arrival, begins):
    assert CHICAGO.begins(utc(arrival)) == utc(begins)


@given(calendar=calendars, start=moments, delta=lengths)
def test_a_limit_is_never_before_its_start_plus_the_clock(calendar, start, delta):
    due = calendar.add(start, delta)
    assert due >= start
    assert due - start >= delta - timedelta(hours=1)  # at most one hour of summer time


@given(start=moments, first=lengths, second=lengths)
def test_two_waits_are_one_wait(start, first, second):
    halfway = GREENWICH.add(start, first)
    assert GREENWICH.add(halfway, second) == GREENWICH.add(start, first + second)


@given(
    calendar=calendars,
    after=moments,
    times=st.lists(st.times().map(lambda at: at.replace(second=0, microsecond=0)), max_size=4),
)
def test_the_next_time_of_day_is_later_and_on_a_working_day(calendar, after, times):
    found = calendar.next_of(times, after=after)
    assert (found is None) == (not times)
    if found is not None:
        assert found > after
        assert found - after < timedelta(days=8)
        assert calendar.begins(found).tzinfo is UTC
        assert calendar.next_of(times, after=found) > found
