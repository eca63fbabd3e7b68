"""How people want to hear of new work: a table like the others."""

from sqlalchemy import Column, ForeignKey, Table, Text

from hub.store.columns import Instant
from hub.store.tables import metadata

account_notice = Table(
    "account_notice",
    metadata,
    Column("account_id", Text, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("mode", Text, nullable=False),  # immediate | digest | none
    Column("set_at", Instant, nullable=False),
)
