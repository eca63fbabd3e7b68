"""What a partner was given to do, in the order of its last change: the queue that it polls."""

from collections.abc import Collection

from sqlalchemy import BigInteger, Integer, bindparam, exists, select

from hub.domain.exchange import Direction
from hub.domain.orders import FulfillmentState
from hub.store.statements import Connection, Statement
from hub.store.tables import document, fulfillment, status

_STATES = [f"state_{n}" for n in range(len(FulfillmentState))]
_GIVEN = exists().where(
    fulfillment.c.order_id == status.c.order_id,
    fulfillment.c.partner == bindparam("partner"),
    fulfillment.c.state.in_([bindparam(name) for name in _STATES]),
    document.c.fulfillment_id == fulfillment.c.id,
    document.c.direction == Direction.OUT.value,
    document.c.delivered_at.is_not(None),
)
# One statement for each brand walks that brand's index and stops at the limit.
_CHANGED = Statement(
    select(status.c.position, status.c.order_id)
    .where(
        status.c.brand == bindparam("brand"),
        status.c.position > bindparam("after", type_=BigInteger),
        _GIVEN,
    )
    .order_by(status.c.position)
    .limit(bindparam("limit", type_=Integer))
)


class Work:
    """Orders of which a partner has a part, by the ledger position of their newest fact."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def changed(
        self,
        *,
        partner: str,
        brands: Collection[str],
        states: Collection[FulfillmentState],
        after: int,
        limit: int,
    ) -> list[tuple[int, str]]:
        """Return (position, order id) of what changed after that position, oldest first.

        Only orders of which a part in one of these states lies with the partner: its paper was
        delivered. What is not sealed yet has no position and comes with a later call.
        """
        wanted = [state.value for state in states] or [""]
        padded = wanted + wanted[-1:] * (len(_STATES) - len(wanted))
        values = dict(zip(_STATES, padded, strict=True)) | {"partner": partner, "after": after}
        found = [
            (int(row[0]), str(row[1]))
            for brand in brands
            for row in self._connection.rows(_CHANGED, {**values, "brand": brand, "limit": limit})
        ]
        return sorted(found)[:limit]
