"""What is summed over weeks, each order and each partner's part in one short row.

Every row is a function of its order alone (`hub.store.sums`) and is written with it, in the same
transaction: nothing adds up that could go wrong by itself, and no figure is older than its order.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from hub.store.columns import Instant, instants
from hub.store.tables import document, metadata

# An order's units; `day` counts days of UTC from 1970 to when it was placed.
order_sum = Table(
    "order_sum",
    metadata,
    Column("id", Text, ForeignKey("customer_order.id"), primary_key=True),
    Column("day", Integer, nullable=False),
    Column("channel", Text, nullable=False),
    Column("brand", Text, nullable=False),
    *(Column(name, BigInteger, nullable=False) for name in ("ordered", "cancelled", "returned")),
    # Sorted as the sums are grouped, with all that they are made of.
    Index("order_sum_by_day", "day", "channel", "brand", "ordered", "cancelled", "returned"),
)

# A partner's part: `promised_at` is until when it was first promised to leave, `left_at` when the
# last of it left; quantities are single pieces of all its lines.
part_sum = Table(
    "part_sum",
    metadata,
    Column("id", Text, ForeignKey("fulfillment.id"), primary_key=True),
    Column("partner", Text, nullable=False),
    Column("brand", Text, nullable=False),
    Column("day", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("number", Text, nullable=False),
    Column("order_number", Text, nullable=False),
    Column("state", Text, nullable=False),
    *instants("ship_by", "promised_at", "left_at"),
    *(
        Column(name, BigInteger, nullable=False)
        for name in ("ordered", "open", "rejected", "cancelled", "unexpected")
    ),
    Index("part_sum_by_day", "day", "brand", "partner", "state", "promised_at", "left_at"),
    Index("part_sum_by_partner", "partner", "created_at", "id"),
)

# When papers of a part were delivered and answered, and by which partner how many.
DELIVERED = document.c.delivered_at.is_not(None)
OF_PART = Index(
    "document_delivered",
    *(
        document.c[name]
        for name in ("fulfillment_id", "partner", "direction", "at", "delivered_at", "answered_at")
    ),
    sqlite_where=DELIVERED,
    postgresql_where=DELIVERED,
)
BY_DAY = Index(
    "document_delivered_by_at",
    *(
        document.c[name]
        for name in (
            "at", "direction", "partner", "order_id", "delivered_at", "valid_at", "answered_at"
        )
    ),
    sqlite_where=DELIVERED,
    postgresql_where=DELIVERED,
)  # fmt: skip
