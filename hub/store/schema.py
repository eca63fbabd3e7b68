"""Every table of every module, for those who need them all: migrations and their test."""

from sqlalchemy import MetaData

from hub.store import (
    tables_accounts,
    tables_depot,
    tables_desk,
    tables_figures,
    tables_headings,
    tables_invoices,
    tables_keys,
    tables_listed,
    tables_names,
    tables_notices,
    tables_own,
    tables_promises,
    tables_reservations,
    tables_visits,
    tables_webhooks,
)
from hub.store.tables import metadata
from hub.store.tables_stock import stock_metadata

__all__ = [
    "metadata",
    "stock_metadata",
    "tables_accounts",
    "tables_depot",
    "tables_desk",
    "tables_figures",
    "tables_headings",
    "tables_invoices",
    "tables_keys",
    "tables_listed",
    "tables_names",
    "tables_notices",
    "tables_own",
    "tables_promises",
    "tables_reservations",
    "tables_visits",
    "tables_webhooks",
]


def migrated(dialect: str) -> list[MetaData]:
    """Return what migrations make on an engine: on SQLite levels have a file of their own."""
    return [metadata] if dialect == "sqlite" else [metadata, stock_metadata]
