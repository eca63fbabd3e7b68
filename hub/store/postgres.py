"""The engine for many machines: PostgreSQL, READ COMMITTED with row locks and unique keys.

Orders and lanes are locked by row where they are read to be changed; readers get a snapshot
(REPEATABLE READ, READ ONLY). A serialization failure or deadlock is a Conflict: done again.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from sqlalchemy import URL, create_engine

from hub.errors import ConfigError
from hub.store.retry import again
from hub.store.statements import Connection, Row, Statement, Values, raise_as_conflict

T = TypeVar("T")
Work = Callable[[Connection], T]

_WRITERS = 8
_OLDEST_SERVER = 130_000


class PostgresEngine:
    """One PostgreSQL database behind a pool; `dialect` is what statements are compiled for."""

    def __init__(self, url: URL) -> None:
        # The connection used last is taken first: it has prepared the statements asked most.
        self.engine = create_engine(
            url, pool_size=_WRITERS + 2, max_overflow=32, pool_use_lifo=True
        )
        self.dialect = self.engine.dialect
        self._url = url.render_as_string(hide_password=True)
        self._check()
        self._starting = threading.Lock()
        self._writers: ThreadPoolExecutor | None = None
        self._hot = threading.local()
        self._hot_opened: list[psycopg.Connection[Any]] = []

    def _check(self) -> None:
        try:
            raw = self._hot_connection()
        except psycopg.Error as error:
            raise ConfigError([f"database {self._url}: {error}"]) from error
        encoding = raw.execute("SHOW server_encoding").fetchone()
        version = raw.info.server_version
        raw.close()
        if version < _OLDEST_SERVER:
            raise ConfigError([f"database {self._url}: server {version}; 13 is the oldest"])
        if encoding is None or encoding[0] != "UTF8":
            raise ConfigError([f"database {self._url}: encoding {encoding}; create it with UTF8"])

    def write(self, work: Work[T]) -> T:
        """Do one work in a transaction of its own; committed when it returns."""
        return again(lambda: self._write_once(work))

    def _write_once(self, work: Work[T]) -> T:
        with self._checked_out() as driver:
            try:
                outcome = work(self._connection(driver, writing=True))
                driver.commit()
            except psycopg.Error as error:
                raise_as_conflict(error)
        return outcome

    def write_levels(self, work: Work[T]) -> T:
        """Do one work on the levels: their tables stand among the others here."""
        return self.write(work)

    def submit(self, work: Work[T]) -> Future[T]:
        """Do the same on one of a few threads."""
        with self._starting:
            if self._writers is None:
                self._writers = ThreadPoolExecutor(_WRITERS, thread_name_prefix="hub-store-writer")
        return self._writers.submit(self.write, work)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a snapshot in which nothing can be written."""
        with self._checked_out() as driver:
            driver.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            driver.read_only = True
            try:
                yield self._connection(driver, writing=False)
            finally:
                if not driver.closed:
                    driver.rollback()
                    driver.isolation_level = None
                    driver.read_only = None

    @contextmanager
    def _checked_out(self) -> Iterator[psycopg.Connection[Any]]:
        """A pooled connection; on its return the pool rolls back what was not committed."""
        raw = self.engine.raw_connection()
        driver: psycopg.Connection[Any] = raw.driver_connection  # type: ignore[assignment]
        try:
            yield driver
        finally:
            if driver.closed:
                # The server went away: the others in the pool are as dead as this one.
                raw.invalidate()
                self.engine.dispose(close=False)
            raw.close()

    def hot_row(self, statement: Statement, values: Values) -> Row | None:
        """Read one committed row over a connection that its thread keeps."""
        kept: psycopg.Connection[Any] | None = getattr(self._hot, "raw", None)
        if kept is not None:
            try:
                return self._connection(kept, writing=False).row(statement, values)
            except psycopg.OperationalError:
                if not kept.closed:
                    raise
        self._hot.raw = fresh = self._hot_connection()
        with self._starting:
            self._hot_opened = [*(raw for raw in self._hot_opened if not raw.closed), fresh]
        return self._connection(fresh, writing=False).row(statement, values)

    def _hot_connection(self) -> psycopg.Connection[Any]:
        words, named = self.dialect.create_connect_args(self.engine.url)
        return psycopg.connect(*words, **named, autocommit=True)

    def _connection(self, driver: psycopg.Connection[Any], *, writing: bool) -> Connection:
        return Connection(driver, dialect=self.dialect, driver_error=psycopg.Error, writing=writing)

    def close(self) -> None:
        """Finish what was submitted and close every connection."""
        with self._starting:
            writers, self._writers = self._writers, None
            opened, self._hot_opened = self._hot_opened, []
        if writers is not None:
            writers.shutdown()
        for raw in opened:
            raw.close()
        self._hot = threading.local()
        self.engine.dispose()
