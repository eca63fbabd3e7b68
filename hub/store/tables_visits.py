"""Links to status pages, customers' visits, and how often somebody asked: tables like the others.

Tokens, cookies and codes are never kept, only what proves them.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from hub.store.columns import Instant, identity
from hub.store.tables import metadata

status_link = Table(
    "status_link",
    metadata,
    identity(),
    Column("token_hash", LargeBinary, nullable=False, unique=True),  # SHA-256
    Column("brand", Text, nullable=False),
    Column("order_id", Text, ForeignKey("customer_order.id"), nullable=False, index=True),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)

# One browser that asked for a code, and what it proved. A visit without an order was asked for
# with a number and an e-mail that do not belong together; it looks the same from outside.
visit = Table(
    "visit",
    metadata,
    identity(),
    Column("cookie_hash", LargeBinary, nullable=False, unique=True),  # SHA-256
    Column("brand", Text, nullable=False),
    Column("order_id", Text, ForeignKey("customer_order.id")),
    Column("asked_at", Instant, nullable=False),
    Column("code_hash", LargeBinary),  # keyed: eight digits are soon guessed from a plain hash
    Column("code_until", Instant),
    Column("tries", Integer, nullable=False),
    Column("proven_at", Instant),
    Column("seen_at", Instant, nullable=False),
    Index("visit_by_age", "asked_at"),
)

# One row for each time that an address of the net, or for an order, somebody asked.
asked = Table(
    "visit_asked",
    metadata,
    Column("bucket", LargeBinary, primary_key=True),  # keyed hash of what is counted
    Column("at", Instant, primary_key=True),
    Column("ordinal", BigInteger, primary_key=True),
    Index("visit_asked_by_age", "at"),
)
