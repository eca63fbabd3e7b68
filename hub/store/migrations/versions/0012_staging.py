"""Keep what is staged of a report out of PostgreSQL's log: a run that is cut off begins again."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Log no rows of reports that are still being taken in; SQLite has no such tables."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE stock_staged SET UNLOGGED")
