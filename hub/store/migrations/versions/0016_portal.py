"""Let a shipment be taken back: heard of and voided when; keep how people hear of new work."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two moments, which shipments of before have not, and the table of wishes."""
    op.add_column("shipment", sa.Column("heard_at", sa.BigInteger(), nullable=True))
    op.add_column("shipment", sa.Column("voided_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "account_notice",
        sa.Column(
            "account_id",
            sa.Text(),
            sa.ForeignKey("account.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id"),
    )
    op.create_index("fulfillment_by_state", "fulfillment", ["partner", "state"])
    op.create_index("fulfillment_by_created", "fulfillment", ["partner", "created_at", "id"])
    op.create_index("order_change_by_state", "order_change", ["state"])
