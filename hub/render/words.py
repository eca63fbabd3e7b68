"""The customer's English: dates, lists, states and reasons. Codes that are not here say nothing."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from hub.domain.wishes import Why

_DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "resourced": "it now comes from another stock",
        "backordered": "it is waiting for new stock",
        "rescheduled": "it takes longer to get ready than planned",
        "sooner": "it goes faster than planned",
        "no_answer": "we are still waiting for it to be confirmed",
        "not_shipped": "it has not left on the day that was planned",
        "changed": "the order was changed",
        "shipped": "it left on another day than planned",
        "carrier": "the carrier named another day",
    }
)
"""Why a date moved. Reasons that customers need no words for are told in general ones."""
SOME_REASON = "plans changed on the way to you"
SOONER = REASONS["sooner"]
_EITHER_WAY = frozenset({"resourced", "changed", "carrier"})
_HIDDEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]+"
)
"""Signs without a look of their own: they turn what stands around them, or hide in it."""

WHYS: Mapping[str, str] = MappingProxyType(
    {
        Why.SHIPPED: "it has left already",
        Why.CANCELLED: "it is cancelled already",
        Why.NO_CHANGES: "it is being packed, and nothing can be changed there any more",
        Why.PACKS: "it comes in packs that can only be cancelled whole",
        Why.RUNNING: "another change of the same is waiting for its answer",
        Why.GIVEN_UP: "it was to be cancelled instead",
        Why.WANTED: "it is wanted after all",
    }
)
"""Why something can no longer be done."""

PARCEL_STATES: Mapping[str, str] = MappingProxyType(
    {
        "shipped": "Shipped",
        "on_its_way": "On its way",
        "out_for_delivery": "Out for delivery",
        "attempted": "Delivery was tried; the carrier tries again",
        "problem": "Held up on its way; we are looking into it",
        "delivered": "Delivered",
        "returned": "On its way back to us",
    }
)


def day(value: date) -> str:
    """Write a day: Thu 27 Nov; the reader knows the year."""
    return f"{_DAYS[value.weekday()]} {value.day} {_MONTHS[value.month - 1]}"


def moment(value: datetime, zone: ZoneInfo) -> str:
    """Write a moment in the zone, with the zone's own abbreviation: Thu 27 Nov, 14:05 CST."""
    there = value.astimezone(zone)
    return f"{day(there.date())}, {there:%H:%M} {there.tzname()}"


def day_of(written: object, zone: ZoneInfo) -> date | None:
    """Return the day of an ISO date, or of a moment in the zone; None for anything else."""
    if not isinstance(written, str):
        return None
    try:
        if len(written) == len("2026-11-27"):
            return date.fromisoformat(written)
        return datetime.fromisoformat(written).astimezone(zone).date()
    except ValueError:
        return None


def moment_of(written: object) -> datetime | None:
    """Return the moment of an ISO text that names a zone, None for anything else."""
    try:
        at = datetime.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None


def reason(code: object, *, was: date, now: date) -> str:
    """Return why a date moved, in words; what explains a delay never explains good news."""
    if now < was and code not in _EITHER_WAY:
        return SOONER
    return REASONS.get(str(code), SOME_REASON)


def plain(text: str) -> str:
    """Return somebody's words for one line, without signs that cannot be seen."""
    return _HIDDEN.sub(" ", text).strip()


QUOTED = re.compile("\u2068([^\u2069]*)\u2069")
"""Somebody's words within a sentence of the hub's, between the signs for that (Unicode UAX #9)."""


def quoted(text: str) -> str:
    """Mark somebody's words within a sentence of the hub's: no language says them otherwise.

    `unquoted` takes the marks off again before the sentence is shown. Nothing stays nothing.
    """
    return f"\u2068{text.translate(_NO_MARKS)}\u2069" if text else ""


def unquoted(text: str) -> str:
    """Return a sentence without the marks around somebody's words."""
    return text.translate(_NO_MARKS)


_NO_MARKS = {0x2068: None, 0x2069: None}


def listed(things: Sequence[str], language: str = "en") -> str:
    """Join words: a, b and c; of a language that is not known here as in English."""
    if len(things) < 2:
        return "".join(things)
    return f"{', '.join(things[:-1])} {_AND.get(language, 'and')} {things[-1]}"


_AND: Mapping[str, str] = MappingProxyType({"de": "und"})


def counted(count: int, one: str) -> str:
    """Write a count with its noun: 1 parcel, 2 parcels."""
    return f"{count} {one}" if count == 1 else f"{count} {one}s"
