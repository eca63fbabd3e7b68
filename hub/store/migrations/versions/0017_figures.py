"""Keep what figures are summed from beside each order; find parcels by label, notices by number."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ORDERS = """
    INSERT INTO order_sum (id, day, channel, brand, ordered, cancelled, returned)
    SELECT o.id, o.placed_at / 86400000000, o.channel, o.brand,
        coalesce(sum(l.ordered), 0), coalesce(sum(l.cancelled), 0), coalesce(sum(l.returned), 0)
    FROM customer_order o LEFT JOIN order_line l ON l.order_id = o.id
    GROUP BY o.id
"""
PARTS = """
    INSERT INTO part_sum (id, partner, brand, day, created_at, number, order_number, state,
        ship_by, promised_at, left_at, ordered, open, rejected, cancelled, unexpected)
    SELECT f.id, f.partner, o.brand, o.placed_at / 86400000000, f.created_at, f.number, o.number,
        f.state, f.ship_by,
        (SELECT min(p.due) FROM promise p
            WHERE p.order_id = f.order_id AND p.fulfillment_id = f.id AND p.kind = 'ship_by'),
        (SELECT max(s.shipped_at) FROM shipment s
            WHERE s.order_id = f.order_id AND s.fulfillment_id = f.id AND s.voided_at IS NULL),
        coalesce(sum(l.ordered), 0), coalesce(sum(l.open), 0), coalesce(sum(l.rejected), 0),
        coalesce(sum(l.cancelled), 0), coalesce(sum(l.unexpected), 0)
    FROM fulfillment f JOIN customer_order o ON o.id = f.order_id
        LEFT JOIN fulfillment_line l ON l.fulfillment_id = f.id
    GROUP BY f.id, o.id
"""


def upgrade() -> None:
    """Make both tables and fill them from the orders there are."""
    if op.get_bind().dialect.name == "postgresql":
        # Nobody writes an order between its being summed and the end: it would have no sums.
        op.execute("LOCK TABLE customer_order, fulfillment, shipment IN SHARE ROW EXCLUSIVE MODE")
    op.create_index("package_by_label", "package", ["label"])
    op.create_index("shipment_by_notice", "shipment", ["notice"])
    _orders()
    _parts()
    for name, columns in _DOCUMENTS.items():
        op.create_index(
            name,
            "document",
            columns,
            unique=False,
            sqlite_where=_DELIVERED,
            postgresql_where=_DELIVERED,
        )


_DELIVERED = sa.text("delivered_at IS NOT NULL")
_DOCUMENTS = {
    "document_delivered": [
        "fulfillment_id", "partner", "direction", "at", "delivered_at", "answered_at"
    ],
    "document_delivered_by_at": [
        "at", "direction", "partner", "order_id", "delivered_at", "valid_at", "answered_at"
    ],
}  # fmt: skip


def _orders() -> None:
    op.create_table(
        "order_sum",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        *_counts("ordered", "cancelled", "returned"),
        sa.ForeignKeyConstraint(["id"], ["customer_order.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute(ORDERS)
    columns = ["day", "channel", "brand", "ordered", "cancelled", "returned"]
    op.create_index("order_sum_by_day", "order_sum", columns, unique=False)


def _parts() -> None:
    op.create_table(
        "part_sum",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("order_number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ship_by", sa.BigInteger(), nullable=True),
        sa.Column("promised_at", sa.BigInteger(), nullable=True),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        *_counts("ordered", "open", "rejected", "cancelled", "unexpected"),
        sa.ForeignKeyConstraint(["id"], ["fulfillment.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute(PARTS)
    columns = ["day", "brand", "partner", "state", "promised_at", "left_at"]
    op.create_index("part_sum_by_day", "part_sum", columns, unique=False)
    op.create_index("part_sum_by_partner", "part_sum", ["partner", "created_at", "id"])


def _counts(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]
