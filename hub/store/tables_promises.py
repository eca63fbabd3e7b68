"""What orders were promised, how they were changed, and what is awaited: tables like the others."""

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, Table, Text

from hub.store.columns import Instant, Json, identity
from hub.store.tables import metadata

promise = Table(
    "promise",
    metadata,
    identity(),
    Column("order_id", Text, ForeignKey("customer_order.id"), nullable=False, index=True),
    Column("fulfillment_id", Text, ForeignKey("fulfillment.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("kind", Text, nullable=False),  # ship_by | deliver_by
    Column("due", Instant, nullable=False),
    Column("day", Date, nullable=False),  # of the partner's zone
    Column("evidence", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
)

order_change = Table(
    "order_change",
    metadata,
    identity(),
    Column("order_id", Text, ForeignKey("customer_order.id"), nullable=False, index=True),
    Column("ordinal", Integer, nullable=False),
    Column("kind", Text, nullable=False),  # cancellation | change | resourcing
    Column("state", Text, nullable=False),  # requested | confirmed | declined
    Column("requested_at", Instant, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("actions", Json, nullable=False),
    Column("asks", Json, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_at", Instant),
)

# One row for each thing awaited; gone when it came, rung when its time passed without it.
watch = Table(
    "watch",
    metadata,
    Column("hold", Text, primary_key=True),
    Column("kind", Text, nullable=False),  # receipt | response | shipment | change | feed
    Column("partner", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("order_id", Text),
    Column("due_at", Instant, nullable=False),
    Column("rung_at", Instant),
    Index("watch_due", "rung_at", "due_at"),
    Index("watch_by_order", "order_id"),
)
