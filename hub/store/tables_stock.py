"""What partners have: levels, the reports they come from, and reports while they are taken in.

On SQLite these tables are a file of their own beside the main one: orders only read it, and the
writer of reports never waits for an order or makes one wait. On PostgreSQL they are plain tables.
Nothing points from here to the other tables or back: a lost file is made anew, empty, and the next
reports fill it.
"""

from sqlalchemy import BigInteger, Column, Date, Index, MetaData, PrimaryKeyConstraint, Table, Text

from hub.store.columns import Instant

stock_metadata = MetaData()

# Quantities are ours, whatever the partner counts in. `as_of` is the moment the row speaks of, and
# `at` when it was heard; a full report that changes nothing of a row raises both in `stock_source`.
stock_level = Table(
    "stock_level",
    stock_metadata,
    Column("partner", Text, nullable=False),
    Column("sku", Text, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("as_of", Instant, nullable=False),
    Column("next_on", Date),
    Column("next_quantity", BigInteger, nullable=False),
    Column("feed", Text, nullable=False),  # the document, or the input of a command
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("partner", "sku"),
    Index("stock_level_by_sku", "sku", "partner"),
)

# The newest report of each partner, and its newest full one: raised only when all of it is merged.
stock_source = Table(
    "stock_source",
    stock_metadata,
    Column("partner", Text, primary_key=True),
    Column("as_of", Instant, nullable=False),
    Column("at", Instant, nullable=False),
    Column("feed", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("full_as_of", Instant),
    Column("full_at", Instant),
    Column("full_feed", Text, nullable=False),
)

# Who is taking in a report: a second run of the same document takes it over from the first.
stock_run = Table(
    "stock_run",
    stock_metadata,
    Column("feed", Text, primary_key=True),
    Column("partner", Text, nullable=False),
    Column("run", Text, nullable=False),
    Column("accepted_by", Text, nullable=False),  # who lets it pass the guard, empty for nobody
)

stock_staged = Table(
    "stock_staged",
    stock_metadata,
    Column("run", Text, nullable=False),
    Column("sku", Text, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("next_on", Date),
    Column("next_quantity", BigInteger, nullable=False),
    PrimaryKeyConstraint("run", "sku"),
    sqlite_with_rowid=False,  # rows come in any order and are read by their key
)
