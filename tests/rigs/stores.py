"""An open, migrated store on either engine, for any test that needs one."""

import sqlite3
import tempfile
from functools import cache
from pathlib import Path

import psycopg
from alembic import command
from alembic.script import ScriptDirectory

from hub.store import Store
from hub.store.migrating import configuration

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


def lay_tables(data: Path) -> None:
    """Put a database with every table and nothing in them where a hub would make its own."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = data / "hub.db"
    if not made.exists():
        made.touch(mode=0o600)
        made.write_bytes(_migrated())


@cache
def _migrated() -> bytes:
    """Run every migration once for all tests of this process; the bytes of the file."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "hub.db"
        store = Store.open(f"sqlite:///{made}", data_dir=made.parent, master_key=MASTER_KEY)
        store.migrate()
        store.close()
        assert not made.with_name("hub.db-wal").exists(), "not all of it is in the one file"
        return made.read_bytes()


def open_store(kind: str, folder: Path, postgres: str) -> Store:
    """Open and migrate a store; `postgres` is the address of a database of its own."""
    if kind == "sqlite":
        lay_tables(folder)
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


_UNDONE = {
    "0019": ("DROP TABLE partner_name_ever",),
    "0020": ("DROP TABLE document_order",),
    "0021": (
        "DROP INDEX customer_order_by_plain",
        "DROP INDEX customer_order_by_digits",
        "DROP INDEX fulfillment_by_plain",
        "ALTER TABLE customer_order DROP COLUMN number_plain",
        "ALTER TABLE customer_order DROP COLUMN number_digits",
        "ALTER TABLE fulfillment DROP COLUMN number_plain",
    ),
    "0022": (
        "DROP TABLE partner_setting",
        "ALTER TABLE fulfillment DROP COLUMN next_due",
    ),
    "0023": (
        "DROP INDEX exception_taken",
        "ALTER TABLE exception DROP COLUMN taken_by",
        "ALTER TABLE exception DROP COLUMN taken_at",
    ),
    "0024": (
        "ALTER TABLE exception DROP COLUMN code",
        "ALTER TABLE exception DROP COLUMN counted_as",
    ),
}


def migrate_again(store: Store, revision: str) -> None:
    """Take back one migration and run it over what is kept by now; those after it stay."""
    run_sql(store, *_UNDONE[revision])
    config = configuration()
    scripts = ScriptDirectory.from_config(config)
    with store._engine.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.stamp(config, str(scripts.get_revision(revision).down_revision))
        command.upgrade(config, revision)
        command.stamp(config, "head")
        connection.commit()


def migrate_from(store: Store, revision: str) -> None:
    """Take back every migration after that one, and upgrade what is kept by now as a hub does."""
    for later in sorted(_UNDONE, reverse=True):
        if later > revision:
            run_sql(store, *_UNDONE[later])
    config = configuration()
    with store._engine.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.stamp(config, revision)
        connection.commit()
    store.migrate()


def refuse_updates(store: Store, table: str) -> None:
    """Have the database fail whoever updates a row of that table."""
    kind = store._engine.engine.dialect.name
    run_sql(store, *(line.format(table=table) for line in REFUSAL[kind]))
