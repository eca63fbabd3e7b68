"""Which brands have orders, and what of a brand's still has to move: asked when a hub starts."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Text, bindparam, false, func, select, union

from hub.domain.orders import ChangeState
from hub.store.statements import Connection, Statement
from hub.store.tables import duty, order, order_line
from hub.store.tables_promises import order_change

_BRAND = bindparam("brand", type_=Text)
# One look into the index for each brand: no engine skips from one to the next by itself.
_NEXT = Statement(select(func.min(order.c.brand)).where(order.c.brand > _BRAND))
_MOVING = union(
    select(order.c.number)
    .join_from(order, order_line, order_line.c.order_id == order.c.id)
    .where(order.c.brand == _BRAND, order_line.c.open > 0),
    select(order.c.number)
    .join_from(order_change, order, order.c.id == order_change.c.order_id)
    .where(order.c.brand == _BRAND, order_change.c.state == ChangeState.REQUESTED.value),
).subquery("moving")
_OPEN = Statement(select(func.count(), func.min(_MOVING.c.number)).select_from(_MOVING))
# What is parked waits for a person, and may do so for good.
_OWED = Statement(
    select(func.count()).where(
        duty.c.lane == bindparam("lane", type_=Text), duty.c.parked == false()
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """What of a brand's still has to move.

    `orders` have open units or a change that is not decided; `example` is the number of one of
    them. `mails` are owed to customers.
    """

    orders: int
    example: str
    mails: int


class Brands:
    """Brands as orders name them, whether or not there is a page of them."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def with_orders(self) -> list[str]:
        """Return the brands that have orders, finished ones too, by name."""
        return list(self._each())

    def _each(self) -> Iterator[str]:
        last = ""
        while (row := self._connection.row(_NEXT, {"brand": last})) and row[0] is not None:
            last = str(row[0])
            yield last

    def unfinished(self, brand: str, *, lane: str) -> Unfinished:
        """Count what of a brand's still has to move; `lane` is the one its mails go out in.

        It looks at every order of the brand: for a start of the hub, not for a request.
        """
        found = self._connection.row(_OPEN, {"brand": brand}) or (0, None)
        owed = self._connection.row(_OWED, {"lane": lane}) or (0,)
        return Unfinished(orders=int(found[0]), example=found[1] or "", mails=int(owed[0]))
