"""What of a part leaves next: all that is open, but for what was put off. Pure."""

from collections.abc import Mapping
from datetime import date, tzinfo

from hub.domain.orders import FulfillmentOrder


def leaving(
    part: FulfillmentOrder, *, promised: date | None, today: date, zone: tzinfo
) -> Mapping[str, int]:
    """Return the single pieces of each line, by its id, that leave next.

    What was said to leave later waits while anything else is to leave and its day has not come.
    That is the day `promised` for the last of the part: its moment may be of another day in the
    `zone` that the partner has by now. It is read from the moment where none was promised.
    """
    last = promised  # of all days that were named
    if last is None and part.ship_by is not None:
        last = part.ship_by.astimezone(zone).date()
    waits = last is not None and last > today
    sooner = any(line.buckets.open > line.buckets.backordered for line in part.lines)
    return {
        line.id: max(0, line.buckets.open - (line.buckets.backordered if waits and sooner else 0))
        for line in part.lines
    }
