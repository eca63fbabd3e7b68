"""What happened to an order between the look at a form and its sending: what was seen, what is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.domain.orders import Order
from hub.flow.parts import Parts
from hub.ops.desk.moments import Moment
from hub.ops.desk.order import order_360
from portal.web.ground.porch import Visit

MOST_MOMENTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One line: the units that stood there when the form was made, and those that do now."""

    name: str
    seen: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """Both orders side by side as far as they differ, and what happened in between."""

    lines: Sequence[Difference]
    moments: Sequence[Moment]


def moved_since(parts: Parts, visit: Visit, order: Order, typed: Mapping[str, str]) -> Since:
    """Return what is other than the form showed; `typed` tells what that was."""
    pairs = (pair.partition(":") for pair in typed.get("units-seen", "").split())
    seen = {line: units for line, _, units in pairs}
    lines = [
        Difference(
            name=line.description or line.sku,
            seen=seen.get(line.number, "–")[:6],
            now=str(line.kept),
        )
        for line in order.lines
        if seen.get(line.number) != str(line.kept)
    ]
    paper = order_360(parts, number=order.number, brand=order.brand, brands=visit.account.of_brands)
    at = _moment(typed.get("at", ""), visit.words.now)
    moments = [one for one in paper.timeline if one.at >= at][:MOST_MOMENTS]
    return Since(lines=lines, moments=moments)


def _moment(said: str, now: datetime) -> datetime:
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return now
    return found if found.tzinfo else now
