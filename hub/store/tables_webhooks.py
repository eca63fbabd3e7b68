"""Endpoints that are told of facts, their secrets, and the messages that are still to be taken."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from hub.store.columns import Instant, Json, identity
from hub.store.tables import metadata


def _owned() -> ForeignKey:
    """What belongs to an endpoint goes with it, whoever is just adding more."""
    return ForeignKey("webhook.id", ondelete="CASCADE")


webhook = Table(
    "webhook",
    metadata,
    identity(),
    Column("brand", Text, nullable=False),  # whose facts, one of the two; the other is empty
    Column("partner", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("types", Json, nullable=False),  # empty: all that its owner may be told
    Column("batch_events", Integer, nullable=False),
    Column("batch_seconds", Integer, nullable=False),
    Column("cursor", BigInteger, nullable=False),  # the ledger position told of so far
    Column("ended", Text, nullable=False),  # why it is not called any more, else empty
    Column("made_at", Instant, nullable=False),
    Column("failing_since", Instant),
    Column("held_until", Instant),  # it asked to be left alone until then
    UniqueConstraint("brand", "partner", "url"),
)

webhook_secret = Table(
    "webhook_secret",
    metadata,
    identity(),
    Column("webhook_id", Text, _owned(), nullable=False, index=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("ends_at", Instant),  # NULL: the one that stays
)

# A row goes when it was taken; a dead one stays until a person replays it.
webhook_message = Table(
    "webhook_message",
    metadata,
    identity(),  # the webhook-id
    Column("webhook_id", Text, _owned(), nullable=False),
    Column("position", BigInteger, nullable=False),  # of its first fact, 0 for a test
    Column("events", Integer, nullable=False),
    Column("body", Text, nullable=False),  # as signed and sent; ids, quantities, dates
    Column("made_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("dead", Boolean, nullable=False),
    Column("tried_at", Instant),
    Column("told", Text, nullable=False),  # what the last try came to
    Index("webhook_message_due", "webhook_id", "dead", "due_at"),
)

# Which test events were asked for lately; what is older than counts goes when another is asked for.
webhook_test = Table(
    "webhook_test",
    metadata,
    identity(),  # the webhook-id
    Column("webhook_id", Text, _owned(), nullable=False, index=True),
    Column("at", Instant, nullable=False),
)
