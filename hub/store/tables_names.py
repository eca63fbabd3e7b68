"""What partners' papers call our articles, as people said: a table like the others.

It lies apart from the catalogue, so that an import of offers leaves it as it is.
"""

from sqlalchemy import Column, Table, Text

from hub.store.columns import Instant
from hub.store.tables import metadata

partner_name = Table(
    "partner_name",
    metadata,
    Column("partner", Text, primary_key=True),
    Column("name", Text, primary_key=True),  # as the partner writes it, but for spaces around
    Column("sku", Text, nullable=False),
    Column("said_at", Instant, nullable=False),
    Column("who", Text, nullable=False),
)

partner_name_ever = Table(  # what was said anew or taken back is in books that papers filled
    "partner_name_ever",
    metadata,
    Column("partner", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("sku", Text, primary_key=True),
)
