"""Converters of trees: what each reads, writes and refuses; what it writes it reads back."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.mapping.converters import Converter, Money, Price, Unfit
from hub.mapping.iso import (
    PATTERNS,
    IsoDate,
    IsoDateTime,
    IsoTime,
    Noon,
    PatternDate,
    Truth,
    Word,
)

EAST = timezone(timedelta(hours=1))
PAIR = Money(width=(1, 2))

READ: list[tuple[Converter, tuple[str, ...], object]] = [
    (IsoDate(), ("2026-03-31",), date(2026, 3, 31)),
    (IsoDate(), ("2026-03-31Z",), date(2026, 3, 31)),
    (IsoDate(), ("2026-03-31-05:00",), date(2026, 3, 31)),
    (IsoDate(), ("2026-03-31T23:59:59-05:00",), date(2026, 3, 31)),
    (Noon(), ("2026-03-31T12:00:00+00:00",), date(2026, 3, 31)),
    (PatternDate(pattern="DD.MM.YYYY"), ("1.3.2026",), date(2026, 3, 1)),
    (PatternDate(pattern="MM/DD/YYYY"), ("03/01/2026",), date(2026, 3, 1)),
    (PatternDate(pattern="DD/MM/YYYY"), ("03/01/2026",), date(2026, 1, 3)),
    (PatternDate(pattern="YYYYMMDD"), ("20260301",), date(2026, 3, 1)),
    (IsoTime(), ("16:30",), time(16, 30)),
    (IsoTime(), ("16:30:05.250",), time(16, 30, 5, 250_000)),
    (IsoDateTime(), ("2026-03-31T16:30:00",), datetime(2026, 3, 31, 16, 30)),
    (IsoDateTime(), ("2026-03-31T16:30:00Z",), datetime(2026, 3, 31, 16, 30, tzinfo=UTC)),
    (IsoDateTime(), ("2026-03-31T16:30:00+0100",), datetime(2026, 3, 31, 16, 30, tzinfo=EAST)),
    (IsoDateTime(), ("2026-03-31",), datetime(2026, 3, 31)),
    (IsoDateTime(), ("2026-03-31", "16:30:00"), datetime(2026, 3, 31, 16, 30)),
    (IsoDateTime(), ("2026-03-31", ""), datetime(2026, 3, 31)),
    (Word(words=frozenset({"accepted"})), ("accepted",), "accepted"),
    (Truth(yes="accepted", no="rejected"), ("1",), "accepted"),
    (Truth(yes="accepted", no="rejected"), ("false",), "rejected"),
    (PAIR, ("1200", "JPY"), 1200),
    (PAIR.of("BHD"), ("1.234", ""), 1234),
    (Money(digits=0, width=(1, 2)), ("12", "USD"), 12),
]
UNFIT: list[tuple[Converter, tuple[str, ...], str]] = [
    (IsoDate(), ("2026-02-30",), "is not a day written like 2026-03-31"),
    (IsoDate(), ("٢٠٢٦-03-31",), "is not a day"),
    (IsoDate(), ("31.03.2026",), "is not a day"),
    (PatternDate(pattern="DD.MM.YYYY"), ("2026-03-31",), "is not a day written DD.MM.YYYY"),
    (PatternDate(pattern="MM/DD/YYYY"), ("31/03/2026",), "is not a day written MM/DD/YYYY"),
    (IsoTime(), ("24:00:00",), "is not a time"),
    (IsoTime(), ("16:30:00+99:00",), "is not a time"),
    (IsoDateTime(), ("yesterday",), "is not a moment written like"),
    (IsoDateTime(), ("2026-03-31T25:00:00",), "has a time that is not written like"),
    (IsoDateTime(), ("2026-03-31", "noon"), "has a time that is not written like"),
    (Word(words=frozenset({"b", "a"})), ("A",), "is none of a, b"),
    (Truth(yes="a", no="b"), ("yes",), "is not true or false"),
    (PAIR.of("USD"), ("1.00", "EUR"), "is in 'EUR', the paper in USD"),
    (PAIR, ("1.005", "EUR"), "at most 2 decimal places"),
    (Price(width=(1, 2)).of("USD"), ("1.00", "EUR"), "is in 'EUR'"),
]


@pytest.mark.parametrize(("converter", "raw", "value"), READ)
def test_a_value_is_read(converter: Converter, raw: tuple[str, ...], value: object) -> None:
    parsed = converter.parse(raw)
    assert parsed == (value,)
    if isinstance(value, datetime):
        assert isinstance(parsed, tuple)
        assert getattr(parsed[0], "tzinfo", None) == value.tzinfo


@pytest.mark.parametrize(("converter", "raw", "why"), UNFIT)
def test_a_value_that_does_not_fit_is_refused_in_words(
    converter: Converter, raw: tuple[str, ...], why: str
) -> None:
    found = converter.parse(raw)
    assert isinstance(found, Unfit)
    assert why in found.text


@pytest.mark.parametrize(
    "converter",
    [IsoDate(), Noon(), PatternDate(pattern="YYYYMMDD"), IsoTime(), IsoDateTime(), PAIR,
     Truth(yes="a", no="b"), Price(width=(1, 2))],
)  # fmt: skip
def test_what_is_no_such_value_is_not_written(converter: Converter) -> None:
    assert isinstance(converter.format(("soon", "later"), width=1), Unfit)


def test_moments_are_written_with_their_zone_in_one_place_or_two() -> None:
    at = datetime(2026, 3, 31, 16, 30, tzinfo=ZoneInfo("Europe/Stockholm"))
    assert IsoDateTime().format((at,), width=1) == ("2026-03-31T16:30:00+02:00",)
    assert IsoDateTime().format((at,), width=2) == ("2026-03-31", "16:30:00+02:00")
    assert IsoDateTime().format((at.astimezone(UTC),), width=1) == ("2026-03-31T14:30:00Z",)
    assert Noon().format((at.date(),), width=1) == ("2026-03-31T12:00:00+00:00",)
    assert PAIR.of("JPY").format((300,), width=2) == ("300", "JPY")
    assert Price(width=(1, 2)).of("USD").format((12, 3400), width=2) == ("0.1234", "USD")


@given(st.dates(), st.sampled_from(PATTERNS))
def test_a_day_is_read_back_from_every_pattern(day: date, pattern: str) -> None:
    for converter in (IsoDate(), Noon(), PatternDate(pattern=pattern)):
        written = converter.format((day,), width=1)
        assert isinstance(written, tuple)
        assert converter.parse(written) == (day,)


@given(
    st.datetimes(timezones=st.sampled_from([None, UTC, EAST, timezone(-timedelta(minutes=210))]))
)
def test_a_moment_is_read_back(at: datetime) -> None:
    for width in (1, 2):
        written = IsoDateTime().format((at,), width=width)
        assert isinstance(written, tuple)
        (found,) = IsoDateTime().parse(written)  # type: ignore[misc]
        assert (found, getattr(found, "tzinfo", None)) == (at, at.tzinfo)


@given(st.text("0123456789-+T:.Z ", max_size=30))
def test_no_text_makes_a_converter_raise(raw: str) -> None:
    for converter in (IsoDate(), IsoTime(), IsoDateTime(), PatternDate(pattern="YYYYMMDD")):
        found = converter.parse((raw,))
        assert isinstance(found, Unfit) or len(found) == 1
