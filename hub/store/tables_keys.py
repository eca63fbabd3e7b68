"""What is known of API keys beside what they are: whose partner, until when, when last used."""

from sqlalchemy import Column, ForeignKey, Table, Text

from hub.store.columns import Instant
from hub.store.tables import metadata


def _of_key() -> Column[str]:
    return Column("key_id", Text, ForeignKey("api_key.id"), primary_key=True)


# A key without a row here speaks for the brand that it names.
key_partner = Table(
    "key_partner",
    metadata,
    _of_key(),
    Column("partner", Text, nullable=False),
)

# A key without a row here is good until it is revoked.
key_expiry = Table(
    "key_expiry",
    metadata,
    _of_key(),
    Column("expires_at", Instant, nullable=False),
)

# Written now and then by who looks a key up, never together with what the key was used for.
key_use = Table(
    "key_use",
    metadata,
    _of_key(),
    Column("used_at", Instant, nullable=False),
)
