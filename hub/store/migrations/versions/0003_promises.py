"""Make the tables of promises, changes and watches; parcels learn what their carriers tell."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of promises, changes and watches, and three columns of parcels."""
    op.add_column(
        "package", sa.Column("tracking_plain", sa.Text(), nullable=False, server_default="")
    )
    op.create_index(op.f("ix_package_tracking_plain"), "package", ["tracking_plain"], unique=False)
    op.add_column("package", sa.Column("moment", sa.Text(), nullable=True))
    op.add_column("package", sa.Column("moment_at", sa.BigInteger(), nullable=True))
    op.add_column("package", sa.Column("expected_on", sa.Date(), nullable=True))
    _promise()
    _order_change()
    _watch()


def _promise() -> None:
    op.create_table(
        "promise",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("fulfillment_id", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["customer_order.id"]),
        sa.ForeignKeyConstraint(["fulfillment_id"], ["fulfillment.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_promise_order_id"), "promise", ["order_id"], unique=False)


def _order_change() -> None:
    op.create_table(
        "order_change",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("actions", sa.Text(), nullable=False),
        sa.Column("asks", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["customer_order.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_order_change_order_id"), "order_change", ["order_id"], unique=False)


def _watch() -> None:
    op.create_table(
        "watch",
        sa.Column("hold", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("rung_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hold"),
    )
    op.create_index("watch_due", "watch", ["rung_at", "due_at"], unique=False)
    op.create_index("watch_by_order", "watch", ["order_id"], unique=False)
