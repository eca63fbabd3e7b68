"""Which API keys speak for a partner: a table like the others."""

from sqlalchemy import Column, ForeignKey, Table, Text

from hub.store.tables import metadata

# A key without a row here speaks for the brand that it names.
key_partner = Table(
    "key_partner",
    metadata,
    Column("key_id", Text, ForeignKey("api_key.id"), primary_key=True),
    Column("partner", Text, nullable=False),
)
