"""What is spoken for of partners' stock: one table like the others."""

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table, Text

from hub.store.columns import Instant
from hub.store.tables import metadata

# One row for the units of a partner's line to which nothing has happened yet (`event_at` is then
# the end of time), and one for each moment at which something happened to some of them.
reservation = Table(
    "reservation",
    metadata,
    Column("fulfillment_line_id", Text, nullable=False),
    Column("event_at", Instant, nullable=False),
    Column("partner", Text, nullable=False),
    Column("sku", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
    PrimaryKeyConstraint("fulfillment_line_id", "event_at"),
    # Everything that a sum needs: choosing a partner reads no row of the table itself.
    Index("reservation_by_sku", "sku", "partner", "event_at", "quantity"),
    Index("reservation_by_event", "partner", "event_at"),
)
