"""Make the table of reservations; an order line may name the partner that must fill it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of reservations and one column of order lines."""
    op.add_column("order_line", sa.Column("partner", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "reservation",
        sa.Column("fulfillment_line_id", sa.Text(), nullable=False),
        sa.Column("event_at", sa.BigInteger(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("fulfillment_line_id", "event_at"),
    )
    op.create_index(
        "reservation_by_sku",
        "reservation",
        ["sku", "partner", "event_at", "quantity"],
        unique=False,
    )
    op.create_index("reservation_by_event", "reservation", ["partner", "event_at"], unique=False)
