"""What of a part leaves next: all that is open, but for what was put off. Pure."""

from collections.abc import Mapping
from datetime import date, tzinfo

from hub.domain.orders import FulfillmentOrder


def leaving(part: FulfillmentOrder, *, today: date, zone: tzinfo) -> Mapping[str, int]:
    """Return the single pieces of each line, by its id, that leave next.

    What was said to leave later waits while anything else is to leave and its day has not come;
    days are those of the partner's zone.
    """
    last = part.ship_by  # of all days that were named
    waits = last is not None and last.astimezone(zone).date() > today
    sooner = any(line.buckets.open > line.buckets.backordered for line in part.lines)
    return {
        line.id: max(0, line.buckets.open - (line.buckets.backordered if waits and sooner else 0))
        for line in part.lines
    }
