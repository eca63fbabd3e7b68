"""Single cells: what spreadsheet programs do to them, days, and texts that look like formulas."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache

_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_QUOTED_FORMULA = re.compile(r"'+[=+\-@\t\r＝＋－＠]")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})|(\d{4})(\d{2})(\d{2})", re.ASCII)
_DOTTED_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_SLASHED_DAY = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", re.ASCII)
_CLOCK = re.compile(
    r"(.+?)[ T](\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?)", re.ASCII
)

_ROUNDED = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+?\d{1,3}", re.ASCII)
_CUT_OFF = re.compile(r"\d{15}0{3,}", re.ASCII)
_MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DAY_IN_ID = re.compile(
    rf"\d{{1,2}}[-. ](?:{_MONTH})|(?:{_MONTH})[-. ]\d{{2}}|\d{{4}}-\d{{2}}-\d{{2}}", re.I | re.ASCII
)
# What every harm begins with; most ids do not, and a feed has a million of them.
_SUSPECT = re.compile(rf"[+-]?\d(?:[.,eE]|\d?[-. ]|\d{{3}}-|\d{{14}}0)|{_MONTH}", re.I | re.ASCII)


def kept_from_formulas(text: str) -> str:
    """Return a text as a spreadsheet shows it instead of running it (an apostrophe before it)."""
    return f"'{text}" if _FORMULA.match(text) else text


def plain(cell: str) -> str:
    """Return what a cell says: without the apostrophe of ours, and `="00123"` as 00123."""
    text = cell.strip()
    if not text.startswith(("'", "=")):
        return text
    if _QUOTED_FORMULA.match(cell.lstrip()):
        return text[1:]
    if text.startswith('="') and text.endswith('"') and len(text) > 3:
        return text[2:-1]
    return text


def damage(text: str, *, kind: str) -> tuple[str, str] | None:
    """Say what a spreadsheet program did to an id: a code and a sentence, or None.

    An id that only looks like it is told too; whoever reads it decides whether that is harmless.
    """
    if kind != "gtin" and not _SUSPECT.match(text):
        return None
    if _ROUNDED.fullmatch(text):
        return "spreadsheet-number", (
            "Excel changed this number: it was rounded and its digits are lost; format the column "
            "as Text, put the number in again and export it again"
        )
    if _CUT_OFF.fullmatch(text):
        return "spreadsheet-number", (
            "Excel changed this number: it keeps 15 digits and made the others 0; format the "
            "column as Text, put the number in again and export it again"
        )
    if _DAY_IN_ID.fullmatch(text):
        return "spreadsheet-date", (
            "Excel changed this into a date; format the column as Text, put the id in again and "
            "export it again"
        )
    if kind == "gtin" and _lost_zeros(text):
        return "spreadsheet-zeros", (
            f"Excel changed this number: zeros at its beginning are lost ({_whole(text)}); format "
            "the column as Text and export it again"
        )
    return None


def lost(text: str) -> bool:
    """Whether a number was surely rounded: nobody writes one as 9.4E+21."""
    return bool(_ROUNDED.fullmatch(text)) and "+" in text[1:]


def _whole(text: str) -> str:
    return next((text.zfill(size) for size in (8, 12, 13, 14) if size > len(text)), text)


def _lost_zeros(text: str) -> bool:
    if not (text.isascii() and text.isdigit()) or len(text) in (8, 12, 13, 14) or len(text) < 6:
        return False
    return len(text) < 14 and _checks(_whole(text))


def _checks(digits: str) -> bool:
    """Whether the last digit is the check digit (GS1 General Specifications 7.9)."""
    counted = sum(int(one) * (3 if n % 2 else 1) for n, one in enumerate(digits[-2::-1], 1))
    return (10 - counted % 10) % 10 == int(digits[-1])


@lru_cache(maxsize=4096)  # the days of a feed are few
def day(text: str, *, dates: str = "iso") -> str:
    """Return a day as CCYYMMDD, empty when it is none or could be two.

    26.11.2026 is read as it is meant; of 03/04/2026 the page must say which way round.
    """
    if found := _ISO_DAY.match(text):
        year, month, dom = (int(part) for part in found.groups() if part)
    elif found := _DOTTED_DAY.fullmatch(text):
        dom, month, year = (int(part) for part in found.groups())
    elif found := _SLASHED_DAY.fullmatch(text):
        first, second, year = (int(part) for part in found.groups())
        if dates == "iso" and first <= 12 and second <= 12 and first != second:
            return ""
        day_first = dates == "day_first" or (dates == "iso" and first > 12)
        dom, month = (first, second) if day_first else (second, first)
    else:
        return ""
    return _spelled(lambda: f"{date(year, month, dom):%Y%m%d}")


def _spelled(make: Callable[[], str]) -> str:
    try:
        return make()
    except ValueError:
        return ""


def moment(text: str, *, dates: str = "iso") -> tuple[str, str, str]:
    """Return day, time and zone code (X12 623: UT, or none) of a moment; all empty when it is none.

    A day without a time has no time.
    """
    found = _CLOCK.fullmatch(text)
    on = day(found[1] if found else text, dates=dates)
    if not on or (found is None and len(text) > 10):
        return ("", "", "")
    if found is None:
        return (on, "", "")
    at = instant(f"{on[:4]}-{on[4:6]}-{on[6:]}T{found[2].zfill(5)}")
    if at is None:
        return ("", "", "")
    if at.tzinfo is not None:
        at = at.astimezone(UTC)
    return (f"{at:%Y%m%d}", f"{at:%H%M%S}", "" if at.tzinfo is None else "UT")


def instant(text: str) -> datetime | None:
    """Return an ISO 8601 moment with a time of day, None for others."""
    if len(text) < len("2026-11-26T14:30"):
        return None  # without a time of day nobody knows whether it was before or after anything
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
