"""What a mail says that somebody of the house sends by hand: chosen, looked at, and sent once."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from hub.render.news_days import Stood, arrivals, arriving
from hub.render.occasion import News, Occasion


def late(at: Occasion) -> News | None:
    """Return the first day of arrival, the one that stands and why; None when nothing is later.

    Of several parts the one that arrives last counts.
    """
    days = list(arrivals(at, lambda promise, part: Stood(day=promise["first"])))
    return arriving(at, days, [one for one in days if one.now > one.was], part="late_part")


def looking(at: Occasion) -> News | None:
    """Return nothing beside the order and its page; None once nothing of it is to come."""
    coming = any(line.kept > line.buckets.delivered for line in at.order.lines)
    return News(words={}) if coming else None


BY_HAND: Mapping[str, Callable[[Occasion], News | None]] = MappingProxyType(
    {"late": late, "looking": looking}
)
