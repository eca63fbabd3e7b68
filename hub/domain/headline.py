"""One sentence for a customer: what will happen and when, from a status document. Pure, English."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from hub.domain.orders import PromiseKind
from hub.domain.status import ENDED, ParcelState, Word, word_at

# Not by strftime: a process may run under any locale.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_PLAIN = {
    Word.CONFIRMED: "Confirmed",
    Word.BEING_PREPARED: "Being prepared",
    Word.SHIPPED: "Shipped",
    Word.ON_ITS_WAY: "On its way",
    Word.CANCELLED: "Cancelled",
    Word.RETURNED: "Returned/Refunded",
}


_LATE = {
    "missed": "Delayed: it was to arrive by {day}; we are finding out why",
    "moved": "Delayed: now expected by {day}, was {was}",
    "unsent": "Delayed: not shipped in time; expected by {day}",
    "leaves_later": "Delayed: it leaves later than planned; expected by {day}",
}
_PART_LATE = {
    "missed": "Delayed: a part was to arrive by {day}; we are finding out why",
    "moved": "Delayed: a part is now expected by {day}, was {was}",
    "unsent": "Delayed: a part was not shipped in time; expected by {day}",
    "leaves_later": "Delayed: a part leaves later than planned; expected by {day}",
}


def said(day: date, *, year: int) -> str:
    """Return a day as people say it, `Thu 27 Nov`; the year only where it is another one."""
    plain = f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"
    return plain if day.year == year else f"{plain} {day.year}"


def headline(
    page: Mapping[str, Any],
    now: datetime,
    *,
    zone: tzinfo = UTC,
    unfilled: Collection[str] = (),
) -> str:
    """Return the sentence for a status document as of `now`; days of moments are those of `zone`.

    It says what became of the goods, or when they arrive. `unfilled` are the lines with units that
    nobody is asked for: while there are any, no day is told of the whole.
    """
    word = word_at(page, now)
    today = now.astimezone(zone).date()
    match word:
        case Word.DELIVERED:
            return _delivered(page, today, zone)
        case Word.OUT_FOR_DELIVERY:
            return _out(page, today, zone)
        case Word.DELAYED:
            return _delayed(page, now, today, unfilled)
        case Word.PART_SHIPPED:
            return _part_shipped(page, today, unfilled)
        case Word.RETURNED:
            return _returned(page)
        case Word.CANCELLED:
            return _PLAIN[word]
    if unfilled:
        return _arriving_in_part(page, today, word)
    return _held_up(page) or _arriving(page, today) or _PLAIN[word]


HELD_UP = "held up"
"""What stands in every sentence on parcels that are held up, and begins the one on all of them."""


def _held_up(page: Mapping[str, Any]) -> str:
    """What is known of parcels that do not move, rather than a day; empty where all of them do.

    While something is still to leave, that says more.
    """
    if any(line["open"] for line in page["lines"]):
        return ""
    under_way = [one for one in page.get("parcels", ()) if one.get("state") not in ENDED]
    held = sum(one.get("state") == ParcelState.PROBLEM for one in under_way)
    if held and held == len(under_way):
        return "Held up on its way; we are looking into it"
    if held > 1:
        return f"{held} parcels are held up on their way; we are looking into it"
    return "A parcel is held up on its way; we are looking into it" if held else ""


def _delivered(page: Mapping[str, Any], today: date, zone: tzinfo) -> str:
    back = sum(one.get("state") == ParcelState.RETURNED for one in page.get("parcels", ()))
    if back == 1:
        return "Part delivered; a parcel comes back to us"
    if back:
        return f"Part delivered; {back} parcels come back to us"
    days = _days_of(page, ParcelState.DELIVERED, zone)
    return f"Delivered {said(max(days), year=today.year)}" if days else "Delivered"


def _returned(page: Mapping[str, Any]) -> str:
    """What nobody sent back is a parcel that could not be delivered."""
    if any(line.get("returned") for line in page["lines"]):
        return _PLAIN[Word.RETURNED]
    if any(line.get("delivered") for line in page["lines"]):
        return "Returned: it comes back to us"
    return "Returned: it could not be delivered and comes back to us"


def _out(page: Mapping[str, Any], today: date, zone: tzinfo) -> str:
    days = _days_of(page, ParcelState.OUT_FOR_DELIVERY, zone)
    return "Out for delivery today" if today in days else "Out for delivery"


def _days_of(page: Mapping[str, Any], state: ParcelState, zone: tzinfo) -> set[date]:
    return {
        datetime.fromisoformat(parcel["state_at"]).astimezone(zone).date()
        for parcel in page.get("parcels", ())
        if parcel.get("state") == state
    }


def _delayed(page: Mapping[str, Any], now: datetime, today: date, unfilled: Collection[str]) -> str:
    """The day that was missed or moved, of the parts that are late; other parts' are no news."""
    doors = _waiting(page, PromiseKind.DELIVER_BY)
    leaving = {one.get("part"): one for one in _waiting(page, PromiseKind.SHIP_BY)}
    behind = {part for part, one in leaving.items() if one["late"] or _is_over(one, now)}
    missed = [one for one in doors if _is_over(one, now)]
    last_of = {one.get("part"): one for one in doors}
    late = missed or [
        one
        for one in doors
        if one.get("part") in behind and (one["late"] or one is last_of[one.get("part")])
    ]
    if not late:
        if doors or any(line["shipped"] for line in page["lines"]):
            return "Delayed: we are finding out when the rest ships"
        return "Delayed: we are finding out when it ships"
    last = max(late, key=lambda one: str(one["now"]))
    says = _LATE if len(late) == len(doors) and not unfilled else _PART_LATE
    if missed:
        how = "missed"
    elif last["now"] > last["first"]:
        how = "moved"
    else:
        how = "unsent" if _is_over(leaving[last["part"]], now) else "leaves_later"
    day, was = (said(date.fromisoformat(last[key]), year=today.year) for key in ("now", "first"))
    return says[how].format(day=day, was=was)


def _is_over(promise: Mapping[str, Any], now: datetime) -> bool:
    return now >= datetime.fromisoformat(promise["due"])


def _part_shipped(page: Mapping[str, Any], today: date, unfilled: Collection[str]) -> str:
    if unfilled:
        return "Part shipped; we are finding out when the rest ships"
    days = [date.fromisoformat(one["now"]) for one in _waiting(page, PromiseKind.SHIP_BY)]
    if not days:
        return "Part shipped"
    return f"Part shipped; the rest ships by {said(max(days), year=today.year)}"


def _arriving(page: Mapping[str, Any], today: date) -> str:
    """When the last of it arrives: by its carrier where everything left, else as promised."""
    travelling = [one for one in page.get("parcels", ()) if one.get("state") not in ENDED]
    told = [date.fromisoformat(day) for one in travelling if (day := one.get("expected_on"))]
    open_units = sum(line["open"] for line in page["lines"])
    if travelling and len(told) == len(travelling) and not open_units and max(told) >= today:
        return f"Arriving {said(max(told), year=today.year)}"
    promised = _latest(_waiting(page, PromiseKind.DELIVER_BY))
    if promised is None or promised < today:
        return ""
    return f"Arriving by {said(promised, year=today.year)}"


def _arriving_in_part(page: Mapping[str, Any], today: date, word: Word) -> str:
    """When those goods arrive that somebody fills, while nobody knows it of others."""
    promised = _latest(_waiting(page, PromiseKind.DELIVER_BY))
    if promised is None or promised < today:
        return f"{word}; we are finding out when it ships"
    day = said(promised, year=today.year)
    return f"Part of it arrives by {day}; we are finding out when the rest ships"


def _waiting(page: Mapping[str, Any], kind: PromiseKind) -> list[Mapping[str, Any]]:
    return [one for one in page.get("promises", ()) if one["kind"] == kind and one["open"]]


def _latest(promises: Iterable[Mapping[str, Any]]) -> date | None:
    return max((date.fromisoformat(one["now"]) for one in promises), default=None)
