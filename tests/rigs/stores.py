"""An open, migrated store on either engine, for any test that needs one."""

import sqlite3
from pathlib import Path

import psycopg

from hub.store import Store

MASTER_KEY = b"a master key of thirty-two bytes"
ENGINES = ("sqlite", "postgresql")
DatabaseErrors = (sqlite3.Error, psycopg.Error)

REFUSAL = {
    "sqlite": [
        """CREATE TRIGGER refusal BEFORE UPDATE ON {table}
        BEGIN SELECT RAISE(ABORT, 'not to be written'); END""",
    ],
    "postgresql": [
        """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE 'not to be written'; END $$""",
        "CREATE TRIGGER refusal BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()",
    ],
}


def store_url(kind: str, folder: Path, postgres: str) -> str:
    """Return the address of the store of that kind: a file, or `postgres`."""
    return f"sqlite:///{folder / 'hub.db'}" if kind == "sqlite" else postgres


def open_store(kind: str, folder: Path, postgres: str) -> Store:
    """Open and migrate a store; `postgres` is an empty database's address."""
    store = Store.open(store_url(kind, folder, postgres), data_dir=folder, master_key=MASTER_KEY)
    store.migrate()
    return store


def run_sql(store: Store, *statements: str) -> None:
    """Run statements behind the store's back, committed."""
    raw = store._engine.engine.raw_connection()
    for statement in statements:
        raw.cursor().execute(statement)
    raw.commit()
    raw.close()


def refuse_updates(store: Store, table: str) -> None:
    """Have the database fail whoever updates a row of that table."""
    kind = store._engine.engine.dialect.name
    run_sql(store, *(line.format(table=table) for line in REFUSAL[kind]))
