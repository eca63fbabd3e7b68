"""What partners ask to be paid, and what carriers told: tables like the others."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from hub.store.columns import Instant, Json, identity
from hub.store.tables import metadata

# One row for each paper under an invoice's number; the newest that stands counts.
invoice = Table(
    "invoice",
    metadata,
    identity(),
    Column("partner", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("state", Text, nullable=False),  # standing | replaced | cancelled
    Column("fulfillment_id", Text, ForeignKey("fulfillment.id"), nullable=False, index=True),
    Column("order_id", Text, ForeignKey("customer_order.id"), nullable=False),
    Column("purchase_order", Text, nullable=False),
    Column("invoiced_on", Date),
    Column("currency", Text, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("body", Json, nullable=False),  # lines and charges as the partner counts them
    Column("document_id", Text, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("partner", "number", "ordinal"),
    Index("invoice_by_time", "at", "id"),
)

# What was told of a tracking number, by whom: also before the ship notice that names the parcel.
parcel_event = Table(
    "parcel_event",
    metadata,
    identity(),
    Column("scope", Text, nullable=False),  # brand:<id> | partner:<id> | carrier:<id>
    Column("tracking", Text, nullable=False),  # capital letters and digits only
    Column("moment", Text, nullable=False),
    Column("happened_at", Instant, nullable=False),
    Column("carrier", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("estimated_on", Date),
    Column("input_id", Text, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("scope", "tracking", "moment", "happened_at"),
    Index("parcel_event_by_tracking", "tracking"),
)
