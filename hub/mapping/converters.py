"""Converters: named pairs of parse and format between a paper's elements and a message's values.

Each pair is exact: what `format` wrote, `parse` reads back. A value that does not fit is an `Unfit`
with the reason in words, never an exception.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Protocol

from hub.domain.exchange import Purpose
from hub.domain.money import decimals
from hub.mapping.tables import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """Why a value cannot be read or written."""

    text: str


class Converter(Protocol):
    """One named pair. `fits` are kinds of field, `width` how many elements it spans."""

    @property
    def fits(self) -> frozenset[str]:
        """The kinds of field (see `hub.mapping.shapes`) that it can fill."""

    @property
    def width(self) -> tuple[int, int]:
        """The smallest and the largest number of elements that it spans."""

    def parse(self, raw: tuple[str, ...]) -> tuple[object, ...] | Unfit:
        """Turn the elements into a value a field; never called on all empty."""

    def format(self, values: tuple[object, ...], *, width: int) -> tuple[str, ...] | Unfit:
        """Turn one value a field into `width` elements."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """`text`: unchanged, to the last space."""

    fits: frozenset[str] = frozenset({"text", "texts"})
    width: tuple[int, int] = (1, 1)

    def parse(self, raw: tuple[str, ...]) -> tuple[object, ...] | Unfit:
        """Return the element as it stands."""
        return (raw[0],)

    def format(self, values: tuple[object, ...], *, width: int) -> tuple[str, ...] | Unfit:
        """Return the text as it stands."""
        return (str(values[0]),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upper:
    """`upper`: capital letters on both sides."""

    fits: frozenset[str] = frozenset({"text", "texts"})
    width: tuple[int, int] = (1, 1)

    def parse(self, raw: tuple[str, ...]) -> tuple[object, ...] | Unfit:
        """Return the element in capitals."""
        return (raw[0].upper(),)

    def format(self, values: tuple[object, ...], *, width: int) -> tuple[str, ...] | Unfit:
        """Return the text in capitals."""
        return (str(values[0]).upper(),)


# X12 type R: digits with at most one point, no exponent, no thousands, ASCII only.
_DECIMAL = re.compile(r"(-?)([0-9]{0,15})(?:\.([0-9]{0,15}))?", re.ASCII)


def _scaled(raw: str, digits: int) -> int | None:
    """Return the decimal times ten to `digits`, or None if that is not exact."""
    match = _DECIMAL.fullmatch(raw)
    if match is None or not (match[2] or match[3]):
        return None
    fraction = (match[3] or "").rstrip("0")
    if len(fraction) > digits:
        return None
    amount = int((match[2] or "0") + fraction.ljust(digits, "0"))
    return -amount if match[1] else amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """`quantity`: whole units from zero up; `3.000` is 3, `2.5` is a problem."""

    fits: frozenset[str] = frozenset({"whole"})
    width: tuple[int, int] = (1, 1)

    def parse(self, raw: tuple[str, ...]) -> tuple[object, ...] | Unfit:
        """Return the whole number, exactly."""
        number = _scaled(raw[0], 0)
        if number is None or number < 0:
            return Unfit(text="is not a whole number from 0 up; whole units are counted here")
        return (number,)

    def format(self, values: tuple[object, ...], *, width: int) -> tuple[str, ...] | Unfit:
        """Return the digits."""
        number = values[0]
        if not isinstance(number, int) or not 0 <= number < 10**15:
            return Unfit(text="is not a whole number of at most 15 digits")
        return (str(number),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """`balance`: whole units, below zero too, as a stock that was sold short."""

    fits: frozenset[str] = frozenset({"whole"})
    width: tuple[int, int] = (1, 1)

    def parse(self, raw: tuple[str, ...]) -> tuple[object, ...] | Unfit:
        """Return the whole number, exactly."""
        number = _scaled(raw[0], 0)
        if number is None:
            return Unfit(text="is not a whole number; whole units are counted here")
        return (number,)

    def format(self, values: tuple[object, ...], *, width: int) -> tuple[str, ...] | Unfit:
        """Return the digits with their sign."""
        number = values[0]
        if not isinstance(number, int) or not -(10**15) < number < 10**15:
            return Unfit(text="is not a whole number of at most 15 digits")
        return (str(number),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """`money`: a decimal ⇄ integer minor units of the message's currency (else hundredths).

    `money 3` on a page fixes the digits. An amount finer than the minor unit is a problem. In a
    tree a second place may carry the amount's own currency.
    """

    digits: int | None = None
    currency: str = ""
    fits: frozenset[str] = frozenset({"whole"})
    width: tuple[int, int] = (1, 1)

    def of(self, currency: str) -> "Money":
        """Return the pair for an ISO 4217 code."""
        return replace(self, currency=currency)

    def parse(self, raw: tuple[str, ...]) -> tuple[object, ...] | Unfit:
        """Return the amount in minor units, exactly."""
        said = _agreed(raw, self.currency)
        if isinstance(said, Unfit):
            return said
        digits = decimals(said) if self.digits is None else self.digits
        amount = _scaled(raw[0], digits)
        if amount is None:
            return Unfit(text=f"is not an amount with at most {digits} decimal places")
        return (amount,)

    def format(self, values: tuple[object, ...], *, width: int) -> tuple[str, ...] | Unfit:
        """Return the amount as a decimal and, given two places, its currency."""
        amount = values[0]
        digits = decimals(self.currency) if self.digits is None else self.digits
        if not isinstance(amount, int) or abs(amount) >= 10**15:
            return Unfit(text="is not an amount of at most 15 digits")
        sign, figures = "-" if amount < 0 else "", str(abs(amount)).rjust(digits + 1, "0")
        whole, fraction = figures[: len(figures) - digits], figures[len(figures) - digits :]
        return (f"{sign}{whole}" + (f".{fraction}" if fraction else ""), self.currency)[:width]


def _agreed(raw: tuple[str, ...], currency: str) -> str | Unfit:
    """Return the currency of an amount, which a second place may name; it is the message's."""
    own = raw[1] if len(raw) > 1 else ""
    if own and currency and own != currency:
        return Unfit(text=f"is in {own[:9]!r}, the paper in {currency}; one currency a paper")
    return own or currency


@dataclass(frozen=True, slots=True, kw_only=True)
class Implied:
    """`implied`: X12 type N2, always hundredths and no point ⇄ minor units of the currency.

    An amount with a point is read as it stands: partners send them, wrong as they are.
    """

    digits: int = 2
    fits: frozenset[str] = frozenset({"whole"})
    width: tuple[int, int] = (1, 1)

    def of(self, currency: str) -> "Implied":
        """Return the pair for an ISO 4217 code."""
        return Implied(digits=decimals(currency))

    def parse(self, raw: tuple[str, ...]) -> tuple[object, ...] | Unfit:
        """Return the amount in minor units, exactly."""
        written = raw[0] if "." in raw[0] else _pointed(raw[0])
        amount = _scaled(written, self.digits)
        if amount is None:
            return Unfit(text="is not an amount in hundredths without a point")
        return (amount,)

    def format(self, values: tuple[object, ...], *, width: int) -> tuple[str, ...] | Unfit:
        """Return the amount in hundredths."""
        amount = values[0]
        if not isinstance(amount, int) or abs(amount) >= 10**13:
            return Unfit(text="is not an amount of at most 13 digits")
        scaled, rest = divmod(abs(amount) * 100, 10**self.digits)
        if rest:
            return Unfit(text="is finer than the hundredths that this element can say")
        return (f"{'-' if amount < 0 else ''}{scaled}",)


def _pointed(raw: str) -> str:
    """Put the point where N2 implies it."""
    sign, figures = ("-", raw[1:]) if raw.startswith("-") else ("", raw)
    figures = figures.rjust(3, "0") if figures else ""
    return f"{sign}{figures[:-2]}.{figures[-2:]}"


_REST = 4  # digits of a price beyond its minor unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """`price`: a decimal ⇄ minor units, and ten-thousandths of one in a second field."""

    currency: str = ""
    fits: frozenset[str] = frozenset({"whole"})
    width: tuple[int, int] = (1, 1)

    def of(self, currency: str) -> "Price":
        """Return the pair for an ISO 4217 code."""
        return replace(self, currency=currency)

    def parse(self, raw: tuple[str, ...]) -> tuple[object, ...] | Unfit:
        """Return the price exactly; both parts carry its sign."""
        said = _agreed(raw, self.currency)
        if isinstance(said, Unfit):
            return said
        most = decimals(said) + _REST
        amount = _scaled(raw[0], most)
        if amount is None:
            return Unfit(text=f"is not a price with at most {most} decimal places")
        whole, rest = divmod(abs(amount), 10**_REST)
        return (-whole, -rest) if amount < 0 else (whole, rest)

    def format(self, values: tuple[object, ...], *, width: int) -> tuple[str, ...] | Unfit:
        """Return the price as a decimal, as short as is exact, and its currency in two places."""
        whole, rest = values
        if not isinstance(whole, int) or not isinstance(rest, int) or abs(rest) >= 10**_REST:
            return Unfit(text="is not a price and ten-thousandths beyond it")
        fine = Money(digits=decimals(self.currency) + _REST)
        amount = fine.format((whole * 10**_REST + rest,), width=1)
        if isinstance(amount, Unfit) or whole * rest < 0:
            return Unfit(text="is not a price of at most 11 digits")
        exact, fraction = amount[0][:-_REST], amount[0][-_REST:].rstrip("0")
        return (f"{exact}{fraction}".removesuffix("."), self.currency)[:width]


_IN_CURRENCY = (Money, Implied, Price)


def in_currency(converter: Converter, currency: str) -> Converter:
    """Return the converter, money in this currency."""
    return converter.of(currency) if isinstance(converter, _IN_CURRENCY) else converter


def fills(converter: Converter) -> int:
    """Return how many fields a converter fills from its elements."""
    match converter:
        case Code():
            return converter.table.width
        case Price():
            return 2
        case _:
            return 1


def _date(raw: str) -> date | None:
    if not (len(raw) == 8 and raw.isascii() and raw.isdigit()):
        return None
    try:
        return date(int(raw[:4]), int(raw[4:6]), int(raw[6:]))
    except ValueError:
        return None


def _time(raw: str) -> time | None:
    if not (len(raw) in (4, 6, 7, 8) and raw.isascii() and raw.isdigit()):
        return None
    seconds, hundredths = int(raw[4:6] or "0"), int(raw[6:].ljust(2, "0"))
    try:
        return time(int(raw[:2]), int(raw[2:4]), seconds, hundredths * 10_000)
    except ValueError:
        return None


def _digits_of(moment: time) -> str:
    if moment.microsecond:
        return f"{moment:%H%M%S}{moment.microsecond // 10_000:02d}"
    return f"{moment:%H%M%S}" if moment.second else f"{moment:%H%M}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Date:
    """`date`: CCYYMMDD (X12 type DT)."""

    fits: frozenset[str] = frozenset({"date"})
    width: tuple[int, int] = (1, 1)

    def parse(self, raw: tuple[str, ...]) -> tuple[object, ...] | Unfit:
        """Return the day."""
        day = _date(raw[0])
        return (day,) if day else Unfit(text="is not a day written CCYYMMDD")

    def format(self, values: tuple[object, ...], *, width: int) -> tuple[str, ...] | Unfit:
        """Return eight digits."""
        day = values[0]
        if not isinstance(day, date):
            return Unfit(text="is not a date")
        return (f"{day.year:04d}{day:%m%d}",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """`time`: HHMM, HHMMSS or HHMMSSDD (X12 type TM), to the hundredth."""

    fits: frozenset[str] = frozenset({"time"})
    width: tuple[int, int] = (1, 1)

    def parse(self, raw: tuple[str, ...]) -> tuple[object, ...] | Unfit:
        """Return the time of day."""
        moment = _time(raw[0])
        return Unfit(text="is not a time written HHMM or HHMMSS") if moment is None else (moment,)

    def format(self, values: tuple[object, ...], *, width: int) -> tuple[str, ...] | Unfit:
        """Return four to eight digits, as short as is exact to the hundredth."""
        moment = values[0]
        return (_digits_of(moment),) if isinstance(moment, time) else Unfit(text="is not a time")


# X12 623. "Local" and unknown codes leave the time without a zone: the partner's page knows it.
_ZONES = {"UT": 0, "GM": 0, "ES": -5, "CS": -6, "MS": -7, "PS": -8} | {
    "ED": -4,
    "CD": -5,
    "MD": -6,
    "PD": -7,
    "AS": -4,
    "AD": -3,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DateTime:
    """`datetime`: a day, its time and, in a third element, X12's zone code 623.

    Without zone code the moment stays naive: whoever knows the partner's zone adds it. A moment
    with a zone is written in UTC with `UT`, or by its own clock where the page gives two elements.
    """

    fits: frozenset[str] = frozenset({"datetime"})
    width: tuple[int, int] = (2, 3)

    def parse(self, raw: tuple[str, ...]) -> tuple[object, ...] | Unfit:
        """Return the moment; without a time it is midnight."""
        day, clock = _date(raw[0]), _time(raw[1]) if raw[1] else time()
        if day is None:
            return Unfit(text="is not a day written CCYYMMDD")
        if clock is None:
            return Unfit(text="has a time that is not written HHMM or HHMMSS")
        hours = _ZONES.get(raw[2]) if len(raw) == 3 else None
        zone = None if hours is None else timezone(timedelta(hours=hours)) if hours else UTC
        return (datetime.combine(day, clock, tzinfo=zone),)

    def format(self, values: tuple[object, ...], *, width: int) -> tuple[str, ...] | Unfit:
        """Return date, time and, given three elements, the zone code."""
        moment = values[0]
        if not isinstance(moment, datetime):
            return Unfit(text="is not a moment")
        zoned = width == 3 and moment.tzinfo is not None
        moment = moment.astimezone(UTC) if zoned else moment
        day = f"{moment.year:04d}{moment:%m%d}"
        return (day, _digits_of(moment.time()), "UT" if zoned else "")[:width]


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """`code TABLE`: a partner's code ⇄ our words; one code may fill two fields."""

    table: Table
    fits: frozenset[str] = frozenset({"text", "word", "texts"})
    width: tuple[int, int] = (1, 1)

    def parse(self, raw: tuple[str, ...]) -> tuple[object, ...] | Unfit:
        """Return the words behind the code."""
        words = self.table.words(raw[0])
        if words is not None:
            return words
        if self.table.keep:
            return (raw[0], *("" for _ in range(self.table.width - 1)))
        known = ", ".join(row.code for row in self.table.rows)
        return Unfit(text=f"is not a code of mappings/{self.table.name}.yaml ({known})")

    def format(self, values: tuple[object, ...], *, width: int) -> tuple[str, ...] | Unfit:
        """Return the words' code, or the word itself if the table keeps it."""
        words = tuple("" if value is None else str(value) for value in values)
        code = self.table.code(words)
        if code is None and not self.table.keep:
            known = ", ".join(sorted({row.words[0] for row in self.table.rows}))
            return Unfit(
                text=f"has no code in mappings/{self.table.name}.yaml, which knows {known}"
            )
        return (words[0] if code is None else code,)


# X12 353. What is neither original, cancel nor replace says itself again or informs: an original
# whose business key tells that it is known already.
_PURPOSES = {
    "00": Purpose.ORIGINAL,
    "05": Purpose.REPLACE,
    "01": Purpose.CANCEL,
    "04": Purpose.REPLACE,
    "06": Purpose.ORIGINAL,
    "07": Purpose.ORIGINAL,
    "11": Purpose.ORIGINAL,
    "14": Purpose.ORIGINAL,
    "15": Purpose.ORIGINAL,
    "22": Purpose.ORIGINAL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeCode:
    """`purpose`: X12 353, 00 original · 05 replace · 01 cancel, and what is used like these."""

    fits: frozenset[str] = frozenset({"word"})
    width: tuple[int, int] = (1, 1)

    def parse(self, raw: tuple[str, ...]) -> tuple[object, ...] | Unfit:
        """Return the purpose."""
        purpose = _PURPOSES.get(raw[0])
        if purpose is None:
            return Unfit(text=f"is not a purpose this hub knows ({', '.join(_PURPOSES)})")
        return (purpose.value,)

    def format(self, values: tuple[object, ...], *, width: int) -> tuple[str, ...] | Unfit:
        """Return 00, 05 or 01."""
        codes = (code for code, purpose in _PURPOSES.items() if purpose == values[0])
        code = next(codes, None)
        return (code,) if code else Unfit(text="is not a purpose")


PLAIN: dict[str, Callable[[], Converter]] = {
    "text": Text,
    "upper": Upper,
    "quantity": Quantity,
    "balance": Balance,
    "money": Money,
    "implied": Implied,
    "price": Price,
    "date": Date,
    "time": Time,
    "datetime": DateTime,
    "purpose": PurposeCode,
}
"""The converters of segments that stand alone; `code TABLE`, `lines N`, `pairs TABLE` take a word.
"""
