"""Make the tables of stock on PostgreSQL; SQLite keeps them in a file that it makes by itself."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of levels, of their sources and of reports while they are taken in."""
    if op.get_bind().dialect.name == "sqlite":
        return
    _level()
    _source()
    _staged()


def _level() -> None:
    op.create_table(
        "stock_level",
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("next_quantity", sa.BigInteger(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("partner", "sku"),
    )
    op.create_index("stock_level_by_sku", "stock_level", ["sku", "partner"], unique=False)


def _source() -> None:
    op.create_table(
        "stock_source",
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("full_as_of", sa.BigInteger(), nullable=True),
        sa.Column("full_at", sa.BigInteger(), nullable=True),
        sa.Column("full_feed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("partner"),
    )


def _staged() -> None:
    op.create_table(
        "stock_run",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("accepted_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("feed"),
    )
    op.create_table(
        "stock_staged",
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("next_quantity", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("run", "sku"),
    )
