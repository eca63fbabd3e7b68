"""Keep when an API key was last used and when it ends, and which tests endpoints were sent."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep when an API key was last used and when it ends, and which tests endpoints were sent."""
    for name, column in (("key_expiry", "expires_at"), ("key_use", "used_at")):
        op.create_table(
            name,
            sa.Column("key_id", sa.Text(), nullable=False),
            sa.Column(column, sa.BigInteger(), nullable=False),
            sa.ForeignKeyConstraint(["key_id"], ["api_key.id"]),
            sa.PrimaryKeyConstraint("key_id"),
        )
    op.create_table(
        "webhook_test",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("webhook_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        op.f("ix_webhook_test_webhook_id"), "webhook_test", ["webhook_id"], unique=False
    )
