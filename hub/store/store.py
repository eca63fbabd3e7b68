"""The door of the cellar: opens it, migrates it, and runs works in transactions."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy import Engine, Text, bindparam, make_url, select
from sqlalchemy.exc import ArgumentError

from hub.errors import ConfigError
from hub.store.archive import Archive
from hub.store.orders import STATUS, STATUS_AFTER, StatusRow, status_read
from hub.store.own import TURNS
from hub.store.restocking import Restocking
from hub.store.seals import Vault
from hub.store.statements import Connection, Row, Statement, Values
from hub.store.tables import archive_object
from hub.store.transaction import Transaction

T = TypeVar("T")
Work = Callable[[Transaction], T]

_OBJECT = Statement(
    select(archive_object.c.name).where(archive_object.c.name == bindparam("name", type_=Text))
)


class _Engine(Protocol):
    """What SQLite and PostgreSQL have in common."""

    engine: Engine

    def write(self, work: Callable[[Connection], T]) -> T: ...
    def write_levels(self, work: Callable[[Connection], T]) -> T: ...
    def submit(self, work: Callable[[Connection], T]) -> Future[T]: ...
    def read(self) -> AbstractContextManager[Connection]: ...
    def hot_row(self, statement: Statement, values: Values) -> Row | None: ...
    def close(self) -> None: ...


class Store:
    """Everything that is kept. Nobody else opens a transaction or commits one."""

    def __init__(self, engine: _Engine, *, vault: Vault, archive: Archive) -> None:
        self._engine = engine
        self._vault = vault
        self.archive = archive

    @classmethod
    def open(cls, url: str, *, data_dir: Path, master_key: bytes) -> "Store":
        """Open `sqlite:///…` or `postgresql+psycopg://…` without migrating it.

        ConfigError when the database cannot be reached or does not promise durability.
        """
        vault = Vault(master_key)
        archive = Archive(data_dir / "archive", vault)
        return cls(_engine(url), vault=vault, archive=archive)

    def migrate(self) -> None:
        """Bring the tables up to date; running it again changes nothing."""
        # Alembic is slow to import and needed by one command only.
        from hub.store.migrating import upgrade

        upgrade(self._engine.engine)

    def behind(self) -> bool:
        """Tell whether migrations are missing; it changes nothing."""
        from hub.store.migrating import is_behind

        return is_behind(self._engine.engine)

    def write(self, work: Work[T]) -> T:
        """Run a work in one transaction, committed durably when it returns.

        A Conflict runs the work again, five times at most: it must read what it decides on inside
        the transaction and make its names anew in every run. It must not start another one.
        """
        return self._engine.write(self._with_shelves(work))

    def write_levels(self, work: Callable[[Restocking], T]) -> T:
        """Run a work on the levels of stock in one transaction of their own.

        On SQLite it touches no file that an order is written to. A Conflict runs it again, five
        times at most.
        """
        return self._engine.write_levels(lambda connection: work(Restocking(connection)))

    def submit(self, work: Work[T]) -> "Future[T]":
        """Do the same without waiting; on SQLite works share a commit.

        A failing work is undone alone; its neighbours are then run once more. The future is
        resolved after the commit.
        """
        return self._engine.submit(self._with_shelves(work))

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Open a snapshot; what is written in it fails."""
        with self._engine.read() as connection:
            yield Transaction(connection, vault=self._vault, archive=self.archive)

    def status(self, *, brand: str, number: str) -> StatusRow | None:
        """Read one status document by the shortest way, for the status route."""
        row = self._engine.hot_row(STATUS, {"brand": brand, "number": number})
        return None if row is None else status_read(row)

    def status_after(self, *, brand: str, cursor: int) -> bool:
        """Tell by the shortest way whether any status of a brand changed after that position."""
        return self._engine.hot_row(STATUS_AFTER, {"brand": brand, "after": cursor}) is not None

    def own_turns(self) -> int:
        """Tell by the shortest way how often partners' own settings were said, for who keeps them.

        Another number is another state of them.
        """
        row = self._engine.hot_row(TURNS, {})
        return 0 if row is None else int(row[0])

    def orphans(self) -> list[Path]:
        """List archive files that no delivery points at; it removes nothing."""
        with self._engine.read() as connection:
            return self.archive.sweep(
                known=lambda name: connection.row(_OBJECT, {"name": name}) is not None
            )

    def close(self) -> None:
        """Finish what was submitted and let go of the database."""
        self._engine.close()

    def _with_shelves(self, work: Work[T]) -> Callable[[Connection], T]:
        return lambda connection: work(
            Transaction(connection, vault=self._vault, archive=self.archive)
        )


def _engine(url: str) -> _Engine:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigError(
            [f"database: {error}; allowed: sqlite:///…, postgresql+psycopg://…"]
        ) from error
    # Each engine's driver is imported only where it is used.
    if parsed.get_backend_name() == "sqlite":
        from hub.store.sqlite import SqliteEngine

        return SqliteEngine(parsed)
    if parsed.get_backend_name() == "postgresql":
        from hub.store.postgres import PostgresEngine

        return PostgresEngine(parsed.set(drivername="postgresql+psycopg"))
    raise ConfigError(
        [f"database: {parsed.drivername} is not known; allowed: sqlite, postgresql+psycopg"]
    )
