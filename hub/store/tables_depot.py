"""What is ours in a warehouse's hands: goods sent there, and every movement of them."""

from sqlalchemy import BigInteger, Column, Date, Index, Integer, Table, Text, UniqueConstraint

from hub.store.columns import Instant, Json, identity
from hub.store.tables import metadata

# Rows are added and never changed. `quantity` is by how many units more or fewer may be sold, which
# happened between `at_least` and `at_most`: papers name days. The sum over an article is our book.
depot_movement = Table(
    "depot_movement",
    metadata,
    identity(),
    Column("partner", Text, nullable=False),
    Column("sku", Text, nullable=False),
    Column(
        "kind", Text, nullable=False
    ),  # received | adjusted | held | shipped | opening | balance
    Column("quantity", BigInteger, nullable=False),
    Column("at_least", Instant, nullable=False),
    Column("at_most", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    Column("reference", Text, nullable=False),  # the transfer's, adjustment's or shipment's number
    Column("document_id", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index("depot_movement_by_sku", "partner", "sku", "at_most"),
    Index("depot_movement_by_reference", "partner", "reference"),
)

depot_transfer = Table(
    "depot_transfer",
    metadata,
    identity(),
    Column("partner", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("shipped_on", Date, nullable=False),
    Column("expected_on", Date),
    Column("carrier", Text, nullable=False),
    Column("lines", Json, nullable=False),  # [[sku, units], …]
    Column("input_id", Text, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("partner", "number"),
)
