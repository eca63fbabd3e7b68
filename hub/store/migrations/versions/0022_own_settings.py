"""Remember what partners set beside their pages, and when what leaves next of a part is due."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


# What was not put off keeps the day that was last agreed on, as it would by the next answer. An
# order's promises have an index, a part's have none.
_DUE = """
    UPDATE fulfillment SET next_due = (
        SELECT p.due FROM promise p
        WHERE p.order_id = fulfillment.order_id AND p.fulfillment_id = fulfillment.id
            AND p.kind = 'ship_by'
            AND p.evidence IN ('calendar', 'stock_date', 'change')
        ORDER BY p.ordinal DESC LIMIT 1)
    WHERE ship_by IS NOT NULL
        AND EXISTS (SELECT 1 FROM fulfillment_line l
            WHERE l.fulfillment_id = fulfillment.id AND l.open > l.backordered)
        AND EXISTS (SELECT 1 FROM fulfillment_line l
            WHERE l.fulfillment_id = fulfillment.id AND l.open > 0 AND l.backordered > 0)
"""
_ONE_DAY_FOR_ALL = "UPDATE fulfillment SET next_due = NULL WHERE next_due >= ship_by"
# What leaves next is awaited until then, not until the last of it is due; what rang stays as it is.
_AWAITED = """
    UPDATE watch SET due_at = (SELECT f.next_due FROM fulfillment f WHERE f.id = watch.subject)
    WHERE kind = 'shipment' AND rung_at IS NULL
        AND EXISTS (SELECT 1 FROM fulfillment f
            WHERE f.id = watch.subject AND f.next_due < watch.due_at)
"""


def upgrade() -> None:
    """Make the table of partners' own settings, and fill the next due time of parts; await it."""
    op.create_table(
        "partner_setting",
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("setting", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("said_at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("partner", "setting", "subject"),
    )
    op.add_column("fulfillment", sa.Column("next_due", sa.BigInteger(), nullable=True))
    op.execute(_DUE)
    op.execute(_ONE_DAY_FOR_ALL)
    op.execute(_AWAITED)
