"""What an order costs after every change: integer minor units, nothing lost between the parts.

Discounts and taxes belong to units: what is cancelled takes its share of them along, what is kept
keeps the rest, and both together are what was there before. Shipping is owed until everything is
cancelled. `Order.total` is what is owed now and always the sum of its parts. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hub.domain.orders import Order, OrderLine, products_total


@dataclass(frozen=True, slots=True, kw_only=True)
class LineMoney:
    """What units of one line cost or give back, in minor units."""

    line_id: str
    quantity: int
    goods: int
    discount: int
    tax: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What a change moved: by line, and what the order as a whole gives back beside it.

    What was owed before is derived from it: `was` = `total` + everything given back.
    """

    lines: tuple[LineMoney, ...]
    shipping: int = 0
    discount: int = 0
    tax: int = 0
    was: int = 0
    total: int = 0

    @property
    def body(self) -> dict[str, object]:
        """What a fact says of it."""
        return {
            "lines": [
                {
                    "line": line.line_id,
                    "quantity": line.quantity,
                    "goods": line.goods,
                    "discount": line.discount,
                    "tax": line.tax,
                }
                for line in self.lines
            ],
            "shipping": self.shipping,
            "discount": self.discount,
            "tax": self.tax,
            "was": self.was,
            "total": self.total,
        }


def share(amount: int, *, part: int, whole: int) -> int:
    """Return the part's share of an amount, to the nearest minor unit, a half to the part.

    The largest remainder of two: what is left belongs to the rest. Without a whole it is nothing.
    """
    if whole <= 0:
        return 0
    return (2 * amount * part + whole) // (2 * whole)


def owed(order: Order) -> int:
    """Return the sum of an order's parts: lines + shipping - discount + tax."""
    return products_total(order.lines) + order.shipping - order.discount + order.tax


def taken_off(order: Order, units: Mapping[str, int]) -> tuple[Order, Moved]:
    """Cancel open units of lines (by id) and give back what they cost.

    The order's own discount and tax follow the value of the goods kept.
    """
    after = order
    lines: list[LineMoney] = []
    for line_id, quantity in units.items():
        if quantity:
            line, given = _fewer(order.line(line_id), quantity)
            after = after.with_line(line)
            lines.append(given)
    after = _rest(order, after)
    moved = Moved(
        lines=tuple(lines),
        shipping=order.shipping - after.shipping,
        discount=order.discount - after.discount,
        tax=order.tax - after.tax,
        was=order.total,
        total=after.total,
    )
    return after, moved


def _fewer(line: OrderLine, quantity: int) -> tuple[OrderLine, LineMoney]:
    kept = line.kept - quantity
    discount = share(line.discount, part=kept, whole=line.kept)
    tax = share(line.tax, part=kept, whole=line.kept)
    after = replace(line, discount=discount, tax=tax, buckets=line.buckets.cancel(quantity))
    given = LineMoney(
        line_id=line.id,
        quantity=quantity,
        goods=quantity * line.unit_price,
        discount=line.discount - discount,
        tax=line.tax - tax,
    )
    return after, given


def _rest(before: Order, after: Order) -> Order:
    """Bring the order's own amounts in line with the goods that are kept."""
    if not any(line.kept for line in after.lines):
        return replace(after, shipping=0, discount=0, tax=0, total=0)
    part, whole = _worth(after), _worth(before)
    if not whole:  # free goods: every unit is worth the same
        part, whole = (sum(line.kept for line in order.lines) for order in (after, before))
    tax = share(before.tax, part=part, whole=whole)
    discount = share(before.discount, part=part, whole=whole)
    # A discount on everything was for the taxes of other lines as well: never below nothing.
    most = products_total(after.lines) + after.shipping + tax
    after = replace(after, tax=tax, discount=min(discount, most))
    return replace(after, total=owed(after))


def _worth(order: Order) -> int:
    return sum(line.goods for line in order.lines)


def put_on(order: Order, line: OrderLine, *, quantity: int) -> tuple[Order, Moved]:
    """Put a new line on the order, or a line with more units in the place of its former self.

    The line's own discount and tax count; what the order as a whole has stays as it is.
    """
    former = next((one for one in order.lines if one.id == line.id), None)
    lines = (*order.lines, line) if former is None else order.with_line(line).lines
    after = replace(order, lines=lines)
    after = replace(after, total=owed(after))
    added = LineMoney(
        line_id=line.id,
        quantity=quantity,
        goods=quantity * line.unit_price,
        discount=line.discount - (former.discount if former else 0),
        tax=line.tax - (former.tax if former else 0),
    )
    return after, Moved(lines=(added,), was=order.total, total=after.total)
