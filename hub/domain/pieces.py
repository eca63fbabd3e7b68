"""A part of which some pieces were put off: they arrive later than the others, and are told so."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from hub.domain.orders import FulfillmentOrder, Order, Promise, PromiseKind
from hub.domain.promise_rows import next_history


@dataclass(frozen=True, slots=True, kw_only=True)
class InTwo:
    """Units of each line, by its id, that arrive as agreed, and those that were put off.

    `rows` are what was promised in turn of the first.
    """

    sooner: Counter[str]
    later: Counter[str]
    rows: tuple[Promise, ...]

    @property
    def day(self) -> date:
        """By when those arrive that were not put off."""
        return self.rows[-1].day


def in_two(order: Order, part: FulfillmentOrder, coming: Counter[str]) -> InTwo | None:
    """Return both halves of what is `coming` of a part, units of each line by its id.

    None where one day counts for all of it.
    """
    later, standing = put_off(part), order.promise(part.id, PromiseKind.DELIVER_BY)
    sooner = coming - later
    if not later or not sooner or standing is None or (part.next_due is None and waits(part)):
        return None
    rows = next_history(order, part)
    if not rows or rows[-1].day >= standing.day:
        return None
    return InTwo(sooner=sooner, later=later, rows=rows)


def put_off(part: FulfillmentOrder) -> Counter[str]:
    """Return the open units of each line, by its id, that the partner sends later than asked."""
    found: Counter[str] = Counter()
    for line in part.lines:
        found[line.line_id] += min(line.buckets.open, line.buckets.backordered)
    return +found


def still_later(was: InTwo, former: FulfillmentOrder, part: FulfillmentOrder) -> Counter[str]:
    """Return the units that `was` put off and that the part still brings after a change.

    What a part loses it loses of these first.
    """
    had = {line.id: line.buckets.cancelled for line in former.lines}
    lost: Counter[str] = Counter()
    for line in part.lines:
        lost[line.line_id] += max(0, line.buckets.cancelled - had.get(line.id, 0))
    return was.later - lost


def waits(part: FulfillmentOrder) -> bool:
    """Say whether units are open that were not put off."""
    return any(line.buckets.open > line.buckets.backordered for line in part.lines)
