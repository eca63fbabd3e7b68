"""Converters for trees: days and moments as ISO 8601 writes them, our own words, true and false.

Each pair is exact, as those of segments are. ISO 8601 as XML Schema part 2 uses it: xs:date,
xs:time, xs:dateTime; what partners leave out of it (seconds, the colon of a zone) is read too.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

from hub.mapping.converters import (
    PLAIN,
    Balance,
    Converter,
    Implied,
    Money,
    Price,
    Quantity,
    Unfit,
)

_ZONE = r"(Z|[+-][0-9]{2}:?[0-9]{2})?"
_CLOCK = r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?"
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})" + _ZONE, re.ASCII)
_TIME = re.compile(_CLOCK + _ZONE, re.ASCII)
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T(" + _CLOCK + _ZONE + ")", re.ASCII)


def _day(raw: str) -> date | None:
    match = _DAY.fullmatch(raw)
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def _zone(raw: str | None) -> timezone | None:
    """Return the zone of `Z` or `+01:00`; ValueError for one beyond a day."""
    if not raw:
        return None
    if raw == "Z":
        return UTC
    minutes = int(raw[1:3]) * 60 + int(raw[-2:])
    if not minutes:
        return UTC
    return timezone(timedelta(minutes=-minutes if raw[0] == "-" else minutes))


def _time(raw: str) -> time | None:
    match = _TIME.fullmatch(raw)
    if match is None:
        return None
    micros = int((match[4] or "").ljust(6, "0")[:6])
    try:
        return time(int(match[1]), int(match[2]), int(match[3] or 0), micros, _zone(match[5]))
    except ValueError:
        return None


def _clock(text: str) -> str:
    """Return HH:MM:SS with its fraction and zone, where it has them; UTC is Z."""
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


@dataclass(frozen=True, slots=True, kw_only=True)
class IsoDate:
    """`date`: xs:date; of a moment its day as it is written."""

    fits: frozenset[str] = frozenset({"date"})
    width: tuple[int, int] = (1, 1)

    def parse(self, raw: tuple[str, ...]) -> tuple[object, ...] | Unfit:
        """Return the day."""
        moment = _MOMENT.fullmatch(raw[0])
        day = _day(moment[1] if moment else raw[0])
        return (day,) if day else Unfit(text="is not a day written like 2026-03-31")

    def format(self, values: tuple[object, ...], *, width: int) -> tuple[str, ...] | Unfit:
        """Return year, month and day."""
        day = values[0]
        return (day.isoformat(),) if isinstance(day, date) else Unfit(text="is not a date")


@dataclass(frozen=True, slots=True, kw_only=True)
class Noon:
    """`date noon`: a day written as noon UTC, for partners who want a moment where we know a day.

    It is read like `date`; at noon UTC nearly everybody has the same day.
    """

    fits: frozenset[str] = frozenset({"date"})
    width: tuple[int, int] = (1, 1)

    def parse(self, raw: tuple[str, ...]) -> tuple[object, ...] | Unfit:
        """Return the day."""
        return IsoDate().parse(raw)

    def format(self, values: tuple[object, ...], *, width: int) -> tuple[str, ...] | Unfit:
        """Return noon of the day in UTC."""
        day = values[0]
        if not isinstance(day, date):
            return Unfit(text="is not a date")
        return (f"{day.isoformat()}T12:00:00+00:00",)


# Two places a day and month, four a year, in the order of the name.
_PATTERNS: dict[str, tuple[re.Pattern[str], str]] = {
    "YYYY-MM-DD": (re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})", re.ASCII), "y-m-d"),
    "YYYYMMDD": (re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})", re.ASCII), "ymd"),
    "DD.MM.YYYY": (re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})", re.ASCII), "d.m.y"),
    "DD/MM/YYYY": (re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})", re.ASCII), "d/m/y"),
    "MM/DD/YYYY": (re.compile(r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})", re.ASCII), "m/d/y"),
}
PATTERNS = tuple(_PATTERNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternDate:
    """`date DD.MM.YYYY` and its like: a day as a partner writes it; nothing is guessed."""

    pattern: str
    fits: frozenset[str] = frozenset({"date"})
    width: tuple[int, int] = (1, 1)

    def parse(self, raw: tuple[str, ...]) -> tuple[object, ...] | Unfit:
        """Return the day."""
        match = _PATTERNS[self.pattern][0].fullmatch(raw[0])
        try:
            day = date(int(match["y"]), int(match["m"]), int(match["d"])) if match else None
        except ValueError:
            day = None
        return (day,) if day else Unfit(text=f"is not a day written {self.pattern}")

    def format(self, values: tuple[object, ...], *, width: int) -> tuple[str, ...] | Unfit:
        """Return the day in that order."""
        day = values[0]
        if not isinstance(day, date):
            return Unfit(text="is not a date")
        parts = {"y": f"{day.year:04d}", "m": f"{day.month:02d}", "d": f"{day.day:02d}"}
        return ("".join(parts.get(sign, sign) for sign in _PATTERNS[self.pattern][1]),)


@dataclass(frozen=True, slots=True, kw_only=True)
class IsoTime:
    """`time`: xs:time."""

    fits: frozenset[str] = frozenset({"time"})
    width: tuple[int, int] = (1, 1)

    def parse(self, raw: tuple[str, ...]) -> tuple[object, ...] | Unfit:
        """Return the time of day."""
        moment = _time(raw[0])
        return Unfit(text="is not a time written like 16:30:00") if moment is None else (moment,)

    def format(self, values: tuple[object, ...], *, width: int) -> tuple[str, ...] | Unfit:
        """Return hours, minutes and seconds."""
        moment = values[0]
        return (
            (_clock(moment.isoformat()),)
            if isinstance(moment, time)
            else Unfit(text="is not a time")
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IsoDateTime:
    """`datetime`: xs:dateTime in one place, or xs:date and xs:time in two.

    A day alone is its midnight. Without zone the moment stays naive: whoever knows the partner's
    zone adds it.
    """

    fits: frozenset[str] = frozenset({"datetime"})
    width: tuple[int, int] = (1, 2)

    def parse(self, raw: tuple[str, ...]) -> tuple[object, ...] | Unfit:
        """Return the moment."""
        match = _MOMENT.fullmatch(raw[0]) if len(raw) == 1 or not raw[1] else None
        day = _day(match[1] if match else raw[0])
        if day is None:
            return Unfit(text="is not a moment written like 2026-03-31T16:30:00+02:00")
        said = match[2] if match else raw[1] if len(raw) > 1 else ""
        clock = _time(said) if said else time()
        if clock is None:
            return Unfit(text=f"has a time that is not written like 16:30:00: {said[:20]!r}")
        return (datetime.combine(day, clock),)

    def format(self, values: tuple[object, ...], *, width: int) -> tuple[str, ...] | Unfit:
        """Return day and clock, in one place or two."""
        moment = values[0]
        if not isinstance(moment, datetime):
            return Unfit(text="is not a moment")
        day, _, told = moment.isoformat().partition("T")
        clock = _clock(told)
        return (day, clock) if width == 2 else (f"{day}T{clock}",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """`word`: our own word as it stands (`original`, `accepted`); other words are a problem."""

    words: frozenset[str] = frozenset()
    fits: frozenset[str] = frozenset({"word"})
    width: tuple[int, int] = (1, 1)

    def parse(self, raw: tuple[str, ...]) -> tuple[object, ...] | Unfit:
        """Return the word."""
        if raw[0] not in self.words:
            return Unfit(text=f"is none of {', '.join(sorted(self.words))}")
        return (raw[0],)

    def format(self, values: tuple[object, ...], *, width: int) -> tuple[str, ...] | Unfit:
        """Return the word."""
        return (str(values[0]),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """`truth yes-word, no-word`: xs:boolean, or true and false of JSON, for two words of ours."""

    yes: str
    no: str
    fits: frozenset[str] = frozenset({"word", "text"})
    width: tuple[int, int] = (1, 1)

    def parse(self, raw: tuple[str, ...]) -> tuple[object, ...] | Unfit:
        """Return the word for true (or 1) and false (or 0)."""
        if raw[0] in ("true", "1"):
            return (self.yes,)
        return (self.no,) if raw[0] in ("false", "0") else Unfit(text="is not true or false")

    def format(self, values: tuple[object, ...], *, width: int) -> tuple[str, ...] | Unfit:
        """Return true or false."""
        if str(values[0]) not in (self.yes, self.no):
            return Unfit(text=f"is neither {self.yes} nor {self.no}")
        return ("true" if str(values[0]) == self.yes else "false",)


def _money() -> Money:
    return Money(width=(1, 2))


def _price() -> Price:
    return Price(width=(1, 2))


IN_TREES: Mapping[str, Callable[[], Converter]] = {
    **PLAIN,
    "date": IsoDate,
    "time": IsoTime,
    "datetime": IsoDateTime,
    "money": _money,
    "price": _price,
}
"""The converters of trees that stand alone."""


def kind_of(converter: Converter) -> str:
    """Return what a value is in JSON: `number`, `truth` or `text`."""
    match converter:
        case Quantity() | Balance() | Money() | Implied() | Price():
            return "number"
        case Truth():
            return "truth"
        case _:
            return "text"
