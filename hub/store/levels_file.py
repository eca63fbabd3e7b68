"""The file of stock levels beside an SQLite store: everybody reads it, one connection writes it.

`hub.db` has its levels in `hub-stock.db`. The others attach it read-only, so that `BEGIN IMMEDIATE`
of an order takes no lock on it and its commit syncs one file only.
"""

import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateIndex, CreateTable

from hub.errors import ConfigError
from hub.store.statements import Connection
from hub.store.tables_stock import stock_metadata

T = TypeVar("T")

VERSION = 2
"""Of the tables in the file; a newer file is refused, an absent one is made empty."""


class LevelsFile:
    """Where levels are, and the one connection of this process that writes them."""

    def __init__(self, beside: Path, *, dialect: Dialect, busy_seconds: int) -> None:
        self.path = beside.with_name(f"{beside.stem}-stock{beside.suffix}")
        self._dialect = dialect
        self._busy_seconds = busy_seconds
        self._writing = threading.Lock()
        self._raw: sqlite3.Connection | None = None

    def make(self) -> None:
        """Make the file and its tables where they are missing, for their owner only."""
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        raw = self._connect()
        try:
            raw.execute("BEGIN IMMEDIATE")
            self._tables(raw)
            raw.execute("COMMIT")
        finally:
            raw.close()

    def _tables(self, raw: sqlite3.Connection) -> None:
        found = raw.execute("PRAGMA user_version").fetchone()[0]
        if found == VERSION:
            return
        if found == 1:
            raw.execute("DROP TABLE stock_staged")  # what was cut off begins again
        elif found:
            text = (
                f"database {self.path}: its tables are of version {found}, this program knows "
                f"{VERSION}; move the file away, the next reports fill a new one"
            )
            raise ConfigError([text])
        for table in stock_metadata.sorted_tables:
            raw.execute(str(CreateTable(table, if_not_exists=True).compile(dialect=self._dialect)))
            for index in table.indexes:
                made = CreateIndex(index, if_not_exists=True)
                raw.execute(str(made.compile(dialect=self._dialect)))
        raw.execute(f"PRAGMA user_version={VERSION}")

    def attach(self, raw: sqlite3.Connection) -> None:
        """Let a connection of the store read the levels under their plain names."""
        raw.execute("ATTACH ? AS stock", (f"file:{quote(str(self.path))}?mode=ro",))

    def write(self, work: Callable[[Connection], T]) -> T:
        """Do one work and return when it is on disk; whatever fails in it undoes it."""
        with self._writing:
            if self._raw is None:
                self._raw = self._connect()
            raw = self._raw
            try:
                raw.execute("BEGIN IMMEDIATE")
                outcome = work(
                    Connection(raw, dialect=self._dialect, driver_error=sqlite3.Error, writing=True)
                )
                raw.execute("COMMIT")
            finally:
                if raw.in_transaction:
                    raw.rollback()
        return outcome

    def close(self) -> None:
        """Close the writing connection; a later work opens another."""
        with self._writing:
            raw, self._raw = self._raw, None
        if raw is not None:
            raw.close()

    def _connect(self) -> sqlite3.Connection:
        raw = sqlite3.connect(
            self.path, timeout=self._busy_seconds, isolation_level=None, check_same_thread=False
        )
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute("PRAGMA synchronous=FULL")
        raw.execute("PRAGMA temp_store=MEMORY")
        return raw
