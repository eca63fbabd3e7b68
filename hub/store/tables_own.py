"""What partners set for themselves beside their pages, as people said: a table like the others."""

from sqlalchemy import Column, Integer, Table, Text

from hub.store.columns import Instant
from hub.store.tables import metadata

partner_setting = Table(
    "partner_setting",
    metadata,
    Column("partner", Text, primary_key=True),
    Column("setting", Text, primary_key=True),  # zone, day, carriers
    Column("subject", Text, primary_key=True),  # the day; nothing for the others
    Column("value", Text, nullable=False),  # nothing: taken back, the page counts again
    Column("turn", Integer, nullable=False),  # how often it was said
    Column("said_at", Instant, nullable=False),
    Column("who", Text, nullable=False),
)
