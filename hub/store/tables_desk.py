"""What the desks search by, write down and copy: tables like the others."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from hub.store.columns import Instant, identity
from hub.store.tables import (
    document,
    exception,
    fulfillment,
    input_,
    interchange,
    metadata,
    transmission,
)
from hub.store.tables_promises import watch

# By what a customer is found: keyed hashes of a telephone number, or of one word of a name and the
# postcode. They tell nothing by themselves, and go when the customer is erased.
person_term = Table(
    "person_term",
    metadata,
    Column("term", LargeBinary, nullable=False),
    Column("customer_id", Text, ForeignKey("customer.id"), nullable=False),
    PrimaryKeyConstraint("term", "customer_id"),
    Index("person_term_by_customer", "customer_id"),
)

# What people of the house wrote about an order, sealed under its customer's key.
order_note = Table(
    "order_note",
    metadata,
    identity(),
    Column("order_id", Text, ForeignKey("customer_order.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

# A delivery that no partner sent: a paper of theirs as one of us corrected it.
edited_copy = Table(
    "edited_copy",
    metadata,
    Column("transmission_id", Text, ForeignKey("transmission.id"), primary_key=True),
    Column("origin", Text, nullable=False, index=True),  # the paper or delivery it was made of
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
)

# Every order that a paper speaks of; its own row has only the last of them. Where no such order is
# known there is the purchase order's number alone, and the other way round.
document_order = Table(
    "document_order",
    metadata,
    Column("document_id", Text, ForeignKey("document.id"), nullable=False),
    Column("order_id", Text, nullable=False),  # "" while nobody knows it
    Column("number", Text, nullable=False),  # the purchase order, "" where none was named
    PrimaryKeyConstraint("document_id", "order_id", "number"),
    Index("document_order_by_order_id", "order_id", "document_id"),
    Index("document_order_by_number", "number", "document_id"),
)

Index("document_by_number", document.c.number, document.c.at, document.c.id)
Index("document_by_order_number", document.c.order_number)
Index("document_by_partner_at", document.c.partner, document.c.at, document.c.id)
Index("interchange_by_number", interchange.c.number)
Index("transmission_by_name", transmission.c.name)
Index(
    "transmission_by_at",
    *(transmission.c[name] for name in ("partner", "channel", "direction", "at")),
)
Index("fulfillment_by_number", fulfillment.c.number)
Index("input_by_subject", input_.c.subject)
Index("watch_by_kind", watch.c.kind, watch.c.due_at, watch.c.hold)
Index("exception_by_document", exception.c.document_id)
Index(
    "exception_open",
    exception.c.opened_at,
    exception.c.id,
    sqlite_where=exception.c.hold.is_not(None),
    postgresql_where=exception.c.hold.is_not(None),
)
Index(
    "exception_taken",
    exception.c.taken_by,
    sqlite_where=exception.c.hold.is_not(None),
    postgresql_where=exception.c.hold.is_not(None),
)
