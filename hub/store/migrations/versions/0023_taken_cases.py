"""Remember who took what waits for a person, and since when."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the columns, empty: nobody had taken anything; and the index by who has it."""
    taken_by = sa.Column("taken_by", sa.Text(), nullable=False, server_default="")
    op.add_column("exception", taken_by)
    op.add_column("exception", sa.Column("taken_at", sa.BigInteger(), nullable=True))
    open_only = sa.text("hold IS NOT NULL")
    op.create_index(
        "exception_taken",
        "exception",
        ["taken_by"],
        unique=False,
        sqlite_where=open_only,
        postgresql_where=open_only,
    )
