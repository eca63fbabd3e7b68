"""The embedded engine: one writer thread per process with group commit, readers that cannot write.

Several processes share the file: `hub.store.turn` puts their writers in line, `BEGIN IMMEDIATE`
keeps them apart.
Levels of stock have a file of their own beside it, see `hub.store.levels_file`.
"""

import os
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, TypeVar

from sqlalchemy import URL, create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.pool import QueuePool

from hub.errors import ConfigError, Conflict
from hub.store.levels_file import LevelsFile
from hub.store.retry import ATTEMPTS, again
from hub.store.statements import Connection, Row, Statement, Values
from hub.store.turn import Turn

T = TypeVar("T")
Work = Callable[[Connection], T]

GROUP = 64
"""The most works in one commit: enough to share an fsync, few enough to stay quick."""
_BUSY_SECONDS = 30
_OLDEST_SQLITE = (3, 35, 0)  # RETURNING


class _Job(Generic[T]):
    """One work that waits for the writer, and what became of it."""

    __slots__ = ("error", "future", "outcome", "work")

    def __init__(self, work: Work[T]) -> None:
        self.work = work
        self.future: Future[T] = Future()
        self.outcome: T | None = None
        self.error: BaseException | None = None

    def tell(self) -> None:
        if self.error is None:
            self.future.set_result(self.outcome)  # type: ignore[arg-type]
        else:
            self.future.set_exception(self.error)


class _Transaction:
    """BEGIN IMMEDIATE to COMMIT: whatever fails inside undoes all of it and is kept in `error`.

    `begun` tells whether the failure came after the beginning, so that others may fare better.
    """

    __slots__ = ("_raw", "_turn", "begun", "error")

    def __init__(self, raw: sqlite3.Connection, turn: Turn) -> None:
        self._raw = raw
        self._turn = turn
        self.begun = False
        self.error: BaseException | None = None

    def __enter__(self) -> "_Transaction":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self.error = error
        if self._raw.in_transaction:
            self._raw.rollback()
        return True

    def run(self, connection: Connection, jobs: Sequence[_Job[Any]]) -> None:
        """Do the works in turn and commit them together."""
        with self._turn:
            self._raw.execute("BEGIN IMMEDIATE")
            self.begun = True
            for job in jobs:
                job.outcome = job.work(connection)
            self._raw.execute("COMMIT")


class SqliteEngine:
    """One SQLite file, opened and checked; `dialect` is what statements are compiled for."""

    def __init__(self, url: URL) -> None:
        self._path = Path(url.database or "").absolute()
        if not url.database or url.database == ":memory:":
            raise ConfigError([f"database {url}: name a file, as in sqlite:////var/lib/hub/hub.db"])
        self.engine = create_engine(
            "sqlite://", creator=self._connect, poolclass=QueuePool, paramstyle="qmark",
            pool_size=8, max_overflow=32, pool_reset_on_return=None,
        )  # fmt: skip
        self.dialect = self.engine.dialect
        self._readers: Engine = create_engine(
            "sqlite://", creator=self._connect_reader, poolclass=QueuePool, paramstyle="qmark",
            pool_size=8, max_overflow=32, pool_reset_on_return=None,
        )  # fmt: skip
        self._jobs: queue.SimpleQueue[_Job[Any] | None] = queue.SimpleQueue()
        self._starting = threading.Lock()
        self._writer: threading.Thread | None = None
        self._closed = False
        self._hot = threading.local()
        self._hot_opened: list[sqlite3.Connection] = []
        self._levels = LevelsFile(self._path, dialect=self.dialect, busy_seconds=_BUSY_SECONDS)
        self._turn = Turn(self._path)
        self._check()

    def _connect(self) -> sqlite3.Connection:
        raw = sqlite3.connect(
            self._path,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
            uri=True,
        )
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute("PRAGMA synchronous=FULL")
        raw.execute("PRAGMA foreign_keys=ON")
        raw.execute("PRAGMA temp_store=MEMORY")
        self._levels.attach(raw)
        return raw

    def _make(self) -> None:
        """Make a missing file for its owner only; SQLite gives its -wal and -shm the same mode."""
        # O_EXCL: opening and closing a file that is in use would drop this process's locks on it.
        with suppress(FileExistsError):
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))

    def _connect_reader(self) -> sqlite3.Connection:
        raw = self._connect()
        raw.execute("PRAGMA query_only=ON")
        return raw

    def _check(self) -> None:
        if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
            raise ConfigError([f"SQLite {sqlite3.sqlite_version} is too old; 3.35 is the oldest"])
        try:
            self._make()
            self._levels.make()
            raw = self._connect()
        except (OSError, sqlite3.Error) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise ConfigError([f"database {self._path}: {reason}"]) from error
        wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
        found = {name: raw.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted}
        raw.close()
        mistakes = [
            f"database {self._path}: PRAGMA {name} is {found[name]}, needed is {wanted[name]}; "
            "put the file on a local disk"
            for name in wanted
            if found[name] != wanted[name]
        ]
        if mistakes:
            raise ConfigError(mistakes)

    def write(self, work: Work[T]) -> T:
        """Do one work and return when it is on disk."""
        if threading.current_thread() is self._writer:
            raise RuntimeError("a work asked for a transaction inside its own transaction")
        return self.submit(work).result()

    def submit(self, work: Work[T]) -> Future[T]:
        """Queue one work for the next group commit."""
        job = _Job(work)
        with self._starting:
            if self._closed:
                raise RuntimeError("the store is closed")
            if self._writer is None:
                self._writer = threading.Thread(
                    target=self._write_groups, name="hub-store-writer", daemon=True
                )
                self._writer.start()
            self._jobs.put(job)
        return job.future

    def write_levels(self, work: Work[T]) -> T:
        """Do one work on the levels alone, committed durably when it returns."""
        return again(lambda: self._levels.write(work))

    def _write_groups(self) -> None:
        raw = self._connect()
        connection = self._connection(raw, writing=True)
        try:
            while (first := self._jobs.get()) is not None:
                group, last = self._group(first)
                self._commit_group(raw, connection, group)
                if last:
                    break
        finally:
            raw.close()
            self._turn.close()

    def _group(self, first: _Job[Any]) -> tuple[list[_Job[Any]], bool]:
        """The first job and what waits behind it, and whether the store is closing."""
        group = [first]
        while len(group) < GROUP:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return group, True
            group.append(job)
        return group, False

    def _commit_group(
        self, raw: sqlite3.Connection, connection: Connection, group: list[_Job[Any]]
    ) -> None:
        """Do all works in one transaction; if any fails, begin again with each in its own.

        Savepoints would keep the good ones in place, and cost every work what few of them need.
        """
        wanted = [job for job in group if job.future.set_running_or_notify_cancel()]
        if len(wanted) == 1 or not self._together(raw, connection, wanted):
            for job in wanted:
                self._alone(raw, connection, job)
        # Nobody hears of success before it is on disk.
        for job in wanted:
            job.tell()

    def _together(
        self, raw: sqlite3.Connection, connection: Connection, jobs: list[_Job[Any]]
    ) -> bool:
        """Whether all works are settled: done, or the database cannot work for any of them now."""
        with _Transaction(raw, self._turn) as transaction:
            transaction.run(connection, jobs)
        if transaction.error is not None and not transaction.begun:
            for job in jobs:
                job.error = transaction.error
            return True
        return transaction.error is None

    def _alone(self, raw: sqlite3.Connection, connection: Connection, job: _Job[Any]) -> None:
        for _ in range(ATTEMPTS):
            with _Transaction(raw, self._turn) as transaction:
                transaction.run(connection, [job])
            job.error = transaction.error
            if not isinstance(job.error, Conflict):
                break

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a snapshot in which nothing can be written."""
        raw = self._readers.raw_connection()
        driver: sqlite3.Connection = raw.driver_connection  # type: ignore[assignment]
        driver.execute("BEGIN")
        try:
            yield self._connection(driver, writing=False)
        finally:
            driver.rollback()
            raw.close()

    def hot_row(self, statement: Statement, values: Values) -> Row | None:
        """Read one committed row over a connection that its thread keeps."""
        connection: Connection | None = getattr(self._hot, "connection", None)
        if connection is None:
            raw = self._connect_reader()
            with self._starting:
                self._hot_opened.append(raw)
            connection = self._hot.connection = self._connection(raw, writing=False)
        return connection.row(statement, values)

    def _connection(self, raw: sqlite3.Connection, *, writing: bool) -> Connection:
        return Connection(raw, dialect=self.dialect, driver_error=sqlite3.Error, writing=writing)

    def close(self) -> None:
        """Finish what is queued and close every connection."""
        with self._starting:
            self._closed = True
            writer = self._writer
            opened, self._hot_opened = self._hot_opened, []
        if writer is not None:
            self._jobs.put(None)
            writer.join()
        for raw in opened:
            raw.close()
        self._hot = threading.local()
        self._readers.dispose()
        self.engine.dispose()
        self._levels.close()  # last: who only reads cannot tidy the file up
