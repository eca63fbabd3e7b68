"""Remember what names were ever said to mean, also those said anew since."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of what names ever meant, with what they mean now."""
    op.create_table(
        "partner_name_ever",
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("partner", "name", "sku"),
    )
    op.execute("INSERT INTO partner_name_ever SELECT partner, name, sku FROM partner_name")
