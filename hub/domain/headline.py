"""One sentence for a customer: what will happen and when, from a status document. Pure, English."""

from collections.abc import Iterable, Mapping
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


def said(day: date, *, year: int) -> str:
    """Return a day as people say it, `Thu 27 Nov`; the year only where it is another one."""
    plain = f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"
    return plain if day.year == year else f"{plain} {day.year}"


def headline(page: Mapping[str, Any], now: datetime, *, zone: tzinfo = UTC) -> str:
    """Return the sentence for a status document as of `now`; days of moments are those of `zone`.

    It begins with one of the ten words or with when the goods arrive.
    """
    word = word_at(page, now)
    today = now.astimezone(zone).date()
    match word:
        case Word.DELIVERED:
            return _delivered(page, today, zone)
        case Word.OUT_FOR_DELIVERY:
            return _out(page, today, zone)
        case Word.DELAYED:
            return _delayed(page, now, today)
        case Word.PART_SHIPPED:
            return _part_shipped(page, today)
        case Word.RETURNED:
            return _returned(page)
        case Word.CANCELLED:
            return _PLAIN[word]
    return _arriving(page, today) or _PLAIN[word]


def _delivered(page: Mapping[str, Any], today: date, zone: tzinfo) -> str:
    days = _days_of(page, ParcelState.DELIVERED, zone)
    return f"Delivered {said(max(days), year=today.year)}" if days else "Delivered"


def _returned(page: Mapping[str, Any]) -> str:
    """What nobody sent back is a parcel that could not be delivered."""
    if any(line.get("returned") for line in page["lines"]):
        return _PLAIN[Word.RETURNED]
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


def _delayed(page: Mapping[str, Any], now: datetime, today: date) -> str:
    """The dates that moved; where the day given has passed as well, that we look into it."""
    doors = _waiting(page, PromiseKind.DELIVER_BY)
    if not doors:
        return "Delayed: we are finding out when it ships"
    last = max(doors, key=lambda one: str(one["now"]))
    new, old = (date.fromisoformat(last[key]) for key in ("now", "first"))
    if now >= datetime.fromisoformat(last["due"]):
        return f"Delayed: it was to arrive by {said(new, year=today.year)}; we are finding out why"
    if new > old:
        day, was = said(new, year=today.year), said(old, year=today.year)
        return f"Delayed: now expected by {day}, was {was}"
    return f"Delayed: not shipped in time; expected by {said(new, year=today.year)}"


def _part_shipped(page: Mapping[str, Any], today: date) -> str:
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


def _waiting(page: Mapping[str, Any], kind: PromiseKind) -> list[Mapping[str, Any]]:
    return [one for one in page.get("promises", ()) if one["kind"] == kind and one["open"]]


def _latest(promises: Iterable[Mapping[str, Any]]) -> date | None:
    return max((date.fromisoformat(one["now"]) for one in promises), default=None)
