"""Each named pair of converters: what it reads, what it refuses, what it writes."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.mapping.converters import (
    PLAIN,
    Balance,
    Converter,
    Date,
    DateTime,
    Money,
    PurposeCode,
    Quantity,
    Text,
    Time,
    Unfit,
    Upper,
)

GOOD: list[tuple[Converter, tuple[str, ...], object]] = [
    (Text(), (" as is ",), " as is "),
    (Upper(), ("mixed",), "MIXED"),
    (Quantity(), ("3",), 3),
    (Balance(), ("3",), 3),
    (Balance(), ("-3.00",), -3),
    (Quantity(), ("3.000",), 3),
    (Quantity(), ("007",), 7),
    (Money(), ("12.5",), 1250),
    (Money(), ("12.5000",), 1250),
    (Money(), ("-.05",), -5),
    (Money(digits=0), ("1200",), 1200),
    (Money(digits=3), ("1.234",), 1234),
    (Date(), ("20240229",), date(2024, 2, 29)),
    (Time(), ("0915",), time(9, 15)),
    (Time(), ("091559",), time(9, 15, 59)),
    (Time(), ("09155925",), time(9, 15, 59, 250_000)),
    (Time(), ("0915595",), time(9, 15, 59, 500_000)),
    (DateTime(), ("20260303", "1602"), datetime(2026, 3, 3, 16, 2)),
    (DateTime(), ("20260303", ""), datetime(2026, 3, 3)),
    (DateTime(), ("20260303", "1602", "UT"), datetime(2026, 3, 3, 16, 2, tzinfo=UTC)),
    (
        DateTime(),
        ("20260303", "1602", "ES"),
        datetime(2026, 3, 3, 16, 2, tzinfo=timezone(timedelta(hours=-5))),
    ),
    (DateTime(), ("20260303", "1602", "LT"), datetime(2026, 3, 3, 16, 2)),
    (PurposeCode(), ("00",), "original"),
    (PurposeCode(), ("05",), "replace"),
    (PurposeCode(), ("01",), "cancel"),
    (PurposeCode(), ("07",), "original"),
]
BAD: list[tuple[Converter, tuple[str, ...]]] = [
    *((Quantity(), (raw,)) for raw in ("2.5", "-1", "1e3", "1_000", "٣", "", ".", " 1", "1,0")),
    *((Money(), (raw,)) for raw in ("0.0475", "1e2", "$5", "1,000.00", "NaN", "--1", "9" * 40)),
    (Money(digits=0), ("12.5",)),
    *((Date(), (raw,)) for raw in ("20230229", "260303", "2026-3-3", "٢٠٢٦٠٣٠٣", "00000101")),
    *((Time(), (raw,)) for raw in ("2400", "915", "0960", "09:15", "091560")),
    (DateTime(), ("20260303", "2501")),
    (DateTime(), ("nonsense", "1601")),
    (PurposeCode(), ("99",)),
]


@pytest.mark.parametrize(("converter", "raw", "value"), GOOD)
def test_a_value_is_read(converter: Converter, raw: tuple[str, ...], value: object) -> None:
    assert converter.parse(raw) == (value,)


@pytest.mark.parametrize(("converter", "raw"), BAD)
def test_a_value_that_is_none_is_refused_in_words(
    converter: Converter, raw: tuple[str, ...]
) -> None:
    refused = converter.parse(raw)
    assert isinstance(refused, Unfit)
    assert refused.text.startswith(("is not", "has a"))


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.sampled_from(["USD", "JPY", "KWD", "XTS", ""]))
def test_money_of_any_currency_is_read_back_to_the_last_unit(amount: int, currency: str) -> None:
    money = Money().of(currency)
    written = money.format((amount,), width=1)
    assert not isinstance(written, Unfit)
    assert money.parse(written) == (amount,)


def test_money_follows_the_currency_unless_the_page_fixed_the_digits() -> None:
    assert Money().of("JPY").format((1250,), width=1) == ("1250",)
    assert Money().of("BHD").format((1250,), width=1) == ("1.250",)
    assert Money(digits=2).of("JPY").format((5,), width=1) == ("0.05",)


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2199, 1, 1)), st.booleans())
def test_a_moment_is_read_back_to_the_hundredth(moment: datetime, zoned: bool) -> None:
    moment = moment.replace(microsecond=moment.microsecond // 10_000 * 10_000)
    moment = moment.replace(tzinfo=timezone(timedelta(hours=5, minutes=30))) if zoned else moment
    written = DateTime().format((moment,), width=3)
    assert not isinstance(written, Unfit)
    assert written[2] == ("UT" if zoned else "")
    assert DateTime().parse(written) == (moment,)


def test_a_moment_with_a_zone_but_no_place_for_it_is_written_by_its_own_clock() -> None:
    moment = datetime(2026, 3, 3, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert DateTime().format((moment,), width=2) == ("20260303", "2330")


@pytest.mark.parametrize("converter", [Quantity(), Balance(), Money(), Date(), Time(), DateTime()])
def test_a_value_of_the_wrong_kind_is_not_written(converter: Converter) -> None:
    assert isinstance(converter.format(("text",), width=2), Unfit)


@pytest.mark.parametrize("make", list(PLAIN.values()), ids=list(PLAIN))
@given(st.text(max_size=9), st.text(max_size=9), st.text(max_size=3))
def test_no_text_makes_a_converter_raise(
    make: Callable[[], Converter], one: str, two: str, three: str
) -> None:
    converter = make()
    read = converter.parse((one, two, three)[: converter.width[1]])
    assert isinstance(read, tuple | Unfit)
