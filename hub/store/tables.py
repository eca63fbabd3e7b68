"""Every table, once, for SQLite and PostgreSQL alike.

Instants are whole microseconds since 1970 UTC, values with structure are canonical JSON text.
People's data is only in `person` and in bodies that are sealed. Only sibling modules come in here.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    true,
)

from hub.store.columns import Instant, Json, buckets, identity, instants, texts, typed

metadata = MetaData()

# --- who may ask -------------------------------------------------------------------------------

api_key = Table(
    "api_key",
    metadata,
    identity(),
    Column("brand", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)

# Every input is a row: what came in, when, from whom, under which hashes of page, map and code.
input_ = Table(
    "input",
    metadata,
    identity(),
    Column("kind", Text, nullable=False),  # delivery | command | duty | tick
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Json),
    Column("sealed", LargeBinary),  # a command's body when it holds people's data
    Column("hashes", Json, nullable=False),
)

reply = Table(
    "reply",
    metadata,
    Column("scope", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("body_hash", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("scope", "key"),
)

# --- people ------------------------------------------------------------------------------------

customer = Table(
    "customer",
    metadata,
    identity(),
    Column("brand", Text, nullable=False),
    Column("email_index", LargeBinary),  # keyed hash: finds a customer, tells nothing
    Column("wrapped_key", LargeBinary),  # destroyed = erased
    Column("standing", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("brand", "email_index"),
)

person = Table(
    "person",
    metadata,
    identity(),
    Column("customer_id", Text, ForeignKey("customer.id"), nullable=False, index=True),
    Column("role", Text, nullable=False),  # buyer | recipient | words
    Column("sealed", LargeBinary, nullable=False),
)

# --- catalogue ---------------------------------------------------------------------------------

catalog_item = Table(
    "item",
    metadata,
    Column("sku", Text, primary_key=True),
    Column("gtin", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
)

partner_item = Table(
    "partner_item",
    metadata,
    Column("partner", Text, nullable=False),
    Column("sku", Text, ForeignKey("item.sku"), nullable=False),
    Column("products", Json, nullable=False),  # [[kind, value], …]
    Column("unit", Text, nullable=False),
    Column("units_per_pack", Integer, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("valid_from", Date),
    PrimaryKeyConstraint("sku", "partner"),
)

# --- orders ------------------------------------------------------------------------------------

order = Table(
    "customer_order",
    metadata,
    identity(),
    Column("brand", Text, nullable=False),
    *typed("number_plain", "number_digits"),
    Column("channel", Text, nullable=False),
    Column("customer_id", Text, ForeignKey("customer.id"), nullable=False, index=True),
    Column("currency", Text, nullable=False),
    Column("placed_at", Instant, nullable=False),
    Column("shipping", BigInteger, nullable=False),
    Column("discount", BigInteger, nullable=False),
    Column("tax", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    UniqueConstraint("brand", "number"),
    Index("customer_order_by_placed", "placed_at", "id"),
)

ship_group = Table(
    "ship_group",
    metadata,
    identity(),
    Column("order_id", Text, ForeignKey("customer_order.id"), nullable=False, index=True),
    Column("ordinal", Integer, nullable=False),
    Column("number", Text, nullable=False),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("method_asked", Text, nullable=False),
    Column("method_final", Text, nullable=False),
    Column("carrier", Text, nullable=False),
    Column("signature", Boolean, nullable=False),
    Column("deliver_by", Date),
    Column("gift", Boolean, nullable=False),
    Column("hide_prices", Boolean, nullable=False),
)

order_line = Table(
    "order_line",
    metadata,
    identity(),
    Column("order_id", Text, ForeignKey("customer_order.id"), nullable=False, index=True),
    Column("group_id", Text, ForeignKey("ship_group.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("number", Text, nullable=False),
    Column("sku", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("unit_price", BigInteger, nullable=False),
    Column("discount", BigInteger, nullable=False),
    Column("tax", BigInteger, nullable=False),
    Column("personalization_hash", Text, nullable=False),
    Column("partner", Text, nullable=False, server_default=""),  # the one who must fill it
    *buckets(),
    UniqueConstraint("order_id", "number"),
)

fulfillment = Table(
    "fulfillment",
    metadata,
    identity(),
    Column("order_id", Text, ForeignKey("customer_order.id"), nullable=False, index=True),
    Column("group_id", Text, ForeignKey("ship_group.id"), nullable=False),
    Column("partner", Text, nullable=False),
    Column("ordinal", Integer, nullable=False),
    *typed("number_plain"),
    Column("state", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ship_by", Instant),
    Column("next_due", Instant),
    UniqueConstraint("partner", "number"),
)

fulfillment_line = Table(
    "fulfillment_line",
    metadata,
    identity(),
    Column("fulfillment_id", Text, ForeignKey("fulfillment.id"), nullable=False, index=True),
    Column("line_id", Text, ForeignKey("order_line.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("number", Text, nullable=False),
    Column("sku", Text, nullable=False),
    Column("products", Json, nullable=False),
    Column("unit", Text, nullable=False),
    Column("units_per_pack", Integer, nullable=False),
    Column("cost", BigInteger, nullable=False),
    *buckets(),
)

# Every candidate of a sourcing is kept with the reason it won or lost.
candidate = Table(
    "candidate",
    metadata,
    identity(),
    Column("order_id", Text, ForeignKey("customer_order.id"), nullable=False, index=True),
    Column("ordinal", Integer, nullable=False),
    Column("line_id", Text, nullable=False),
    Column("partner", Text, nullable=False),
    Column("won", Boolean, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

shipment = Table(
    "shipment",
    metadata,
    identity(),
    Column("order_id", Text, ForeignKey("customer_order.id"), nullable=False, index=True),
    Column("fulfillment_id", Text, ForeignKey("fulfillment.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("notice", Text, nullable=False),
    Column("shipped_at", Instant, nullable=False),
    Column("carrier", Text, nullable=False),
    Column("service", Text, nullable=False),
    *instants("heard_at", "voided_at"),
)

package = Table(
    "package",
    metadata,
    identity(),
    Column("shipment_id", Text, ForeignKey("shipment.id"), nullable=False, index=True),
    Column("ordinal", Integer, nullable=False),
    Column("tracking", Text, nullable=False, index=True),
    Column("tracking_plain", Text, nullable=False, index=True),  # capital letters and digits only
    Column("label", Text, nullable=False),
    Column("lines", Json, nullable=False),  # [[fulfillment line, order line, quantity, unexpected]]
    Column("moment", Text),  # the newest that its carrier told
    Column("moment_at", Instant),
    Column("expected_on", Date),
)

# What the customer and the storefront read: written with the facts, one key look-up to read.
status = Table(
    "status",
    metadata,
    Column("order_id", Text, ForeignKey("customer_order.id"), primary_key=True),
    Column("brand", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),  # JSON as served, with the word of the time of writing
    Column("word", Text, nullable=False),
    Column("next_change_at", Instant),
    Column("position", BigInteger),  # the newest ledger position of the order, by the sealer
    UniqueConstraint("brand", "number"),
    Index("status_by_position", "brand", "position"),
)

# --- facts and their ledger --------------------------------------------------------------------

fact = Table(
    "fact",
    metadata,
    identity(),
    Column("kind", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("brand", Text, nullable=False),
    Column("order_id", Text),
    Column("order_version", Integer, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("body", Json, nullable=False),
    Column("input_id", Text, nullable=False),
    Column("document_id", Text),
    Column("sealed", Boolean, nullable=False),
    Index("fact_by_order", "order_id"),
    Index("fact_unsealed", "sealed", "at"),
)

ledger = Table(
    "ledger",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("fact_id", Text, ForeignKey("fact.id"), nullable=False, unique=True),
    Column("brand", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index("ledger_by_brand", "brand", "position"),
)

# --- custody -----------------------------------------------------------------------------------

archive_object = Table(
    "archive_object",
    metadata,
    Column("name", Text, primary_key=True),  # SHA-256 of the plain bytes, hexadecimal
    Column("wrapped_key", LargeBinary),
    Column("size", BigInteger, nullable=False),
)

transmission = Table(
    "transmission",
    metadata,
    identity(),
    Column("partner", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("delivery_key", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("body", LargeBinary),  # sealed, up to 64 kB; larger ones are archive objects
    Column("wrapped_key", LargeBinary),
    Column("object_name", Text, ForeignKey("archive_object.name")),
    Column("problems", Json, nullable=False),
    Column("duplicate_of", Text),
    Column("attempts", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),  # its place in the lane; no clock orders it
    UniqueConstraint("partner", "channel", "direction", "delivery_key"),
    Index("transmission_by_state", "direction", "state", "partner", "channel"),
)

# A remote file that is still lying at the partner's door after we took it.
sighting = Table(
    "sighting",
    metadata,
    Column("partner", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("mtime", BigInteger, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("present", Boolean, nullable=False),
    PrimaryKeyConstraint("partner", "channel", "path"),
)

interchange = Table(
    "interchange",
    metadata,
    identity(),
    Column("transmission_id", Text, ForeignKey("transmission.id"), nullable=False, index=True),
    Column("partner", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("receiver", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("usage", Text, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("counts", Boolean, nullable=False),  # false: a duplicate or a clash, kept but not used
    Column("problems", Json, nullable=False),
    Index("interchange_identity", "partner", "direction", "sender", "receiver", "number"),
)
# The same bytes count once, whichever channel or worker brought them first.
Index(
    "interchange_counted",
    *(interchange.c[name] for name in ("partner", "direction", "sender", "receiver", "number")),
    interchange.c.sha256,
    unique=True,
    sqlite_where=interchange.c.counts == true(),
    postgresql_where=interchange.c.counts == true(),
)

document = Table(
    "document",
    metadata,
    identity(),
    Column("transmission_id", Text, ForeignKey("transmission.id"), nullable=False, index=True),
    Column("interchange_id", Text, ForeignKey("interchange.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("partner", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("set_id", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("function", Text, nullable=False),  # X12 GS01
    Column("group_number", Text, nullable=False),  # X12 GS06
    Column("number", Text, nullable=False),  # X12 ST02
    Column("offset", BigInteger, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("syntax", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("problems", Json, nullable=False),
    Column("business_key", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("order_number", Text, nullable=False),  # the purchase order it speaks of
    Column("order_id", Text),
    Column("fulfillment_id", Text),
    Column("at", Instant, nullable=False),
    Column("settled_at", Instant),
    Column("attempts", Integer, nullable=False),
    Column("hashes", Json, nullable=False),
    # the four stamps of an outbound document, independent of one another
    *instants("delivered_at", "valid_at", "answered_at", "told_at"),
    Column("valid", Boolean),
    Column("answered_by", Text),
    UniqueConstraint("transmission_id", "ordinal"),
    Index("document_by_state", "direction", "state", "partner", "channel"),
    Index("document_by_receipt", "partner", "direction", "function", "group_number"),
    Index("document_by_fulfillment", "fulfillment_id"),
    Index("document_by_order", "order_id"),
    Index("document_by_at", "at", "id"),
    Index("document_by_business_key", "business_key"),
)

# Running a document again writes only what is missing here.
effect = Table(
    "effect",
    metadata,
    Column("business_key", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("order_id", Text),
    Column("document_id", Text, nullable=False),
    Column("what", Json, nullable=False),
    PrimaryKeyConstraint("business_key", "subject", "ordinal"),
    Index("effect_by_document", "document_id"),
)

# --- duties ------------------------------------------------------------------------------------

lane = Table(
    "lane",
    metadata,
    Column("name", Text, primary_key=True),
    Column("next_seq", BigInteger, nullable=False),
    Column("owner", Text, nullable=False),
    Column("token", BigInteger, nullable=False),
    Column("lease_until", Instant, nullable=False),
    Column("paused_until", Instant),
    Column("paused_reason", Text, nullable=False),
    Column("failures", Integer, nullable=False),
)

duty = Table(
    "duty",
    metadata,
    identity(),
    Column("lane", Text, ForeignKey("lane.name"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),  # send | receipt
    Column("set_id", Text, nullable=False),
    Column("subject", Text, nullable=False),  # fulfillment, or group of an interchange
    Column("order_id", Text),
    Column("due_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("parked", Boolean, nullable=False),
    Column("body", Json, nullable=False),
    UniqueConstraint("lane", "seq"),
    Index("duty_due", "lane", "parked", "due_at"),
)

counter = Table(
    "counter",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

schedule_fire = Table(
    "schedule_fire",
    metadata,
    Column("schedule", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    PrimaryKeyConstraint("schedule", "due_at"),
)

# `hold` is the stuck thing's name while the exception is open, NULL when closed: one open each.
exception = Table(
    "exception",
    metadata,
    identity(),
    Column("hold", Text, unique=True),
    Column("kind", Text, nullable=False),
    Column("partner", Text, nullable=False),
    Column("order_id", Text),
    Column("document_id", Text),
    Column("transmission_id", Text),
    Column("text", Text, nullable=False),
    Column("next_step", Text, nullable=False),
    Column("problems", Json, nullable=False),
    Column("opened_at", Instant, nullable=False),
    *instants("due_at", "closed_at", "taken_at"),
    Column("closed_by", Text, nullable=False),
    # whose case it is, "" nobody's; the first error's code; what figures count once
    *texts("taken_by", "code", "counted_as"),
    Index("exception_by_opened", "opened_at", "id"),
    Index("exception_by_order", "order_id"),
)
