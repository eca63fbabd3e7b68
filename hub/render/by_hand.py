"""What a mail says that somebody of the house sends by hand: chosen, looked at, and sent once."""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType

from hub.domain.orders import PromiseKind
from hub.render import words
from hub.render.news import Document, News, Occasion


def late(at: Occasion) -> News | None:
    """Return the first day of arrival, the one that stands and why; None when nothing is later.

    Of several parts the one that arrives last counts.
    """
    found = [
        (date.fromisoformat(one["now"]), date.fromisoformat(one["first"]), _why(one))
        for one in at.document.get("promises") or ()
        if one["kind"] == PromiseKind.DELIVER_BY and one["open"] and one["now"] > one["first"]
    ]
    if not found:
        return None
    now, was, why = max(found)
    reason = words.reason(why, was=was, now=now)
    return News(words={"was": words.day(was), "now": words.day(now), "reason": reason})


def _why(promise: Document) -> str:
    later = [move["reason"] for move in promise["moves"] if move["to"] > move["from"]]
    return str(later[-1]) if later else ""


def looking(at: Occasion) -> News | None:
    """Return nothing beside the order and its page; None once nothing of it is to come."""
    coming = any(line.kept > line.buckets.delivered for line in at.order.lines)
    return News(words={}) if coming else None


BY_HAND: Mapping[str, Callable[[Occasion], News | None]] = MappingProxyType(
    {"late": late, "looking": looking}
)
