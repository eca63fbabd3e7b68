"""What partners call the columns of their tables, as people said once: a table like the others."""

from sqlalchemy import Column, Table, Text

from hub.store.columns import Instant
from hub.store.tables import metadata

heading = Table(
    "heading",
    metadata,
    Column("partner", Text, primary_key=True),
    Column("heading", Text, primary_key=True),  # as it stands in the file, but for spaces around
    Column("means", Text, nullable=False),  # our name of the column
    Column("said_at", Instant, nullable=False),
    Column("who", Text, nullable=False),
)
