"""SQL made once per engine, and the open connection that runs it.

SQLAlchemy writes the SQL of both engines from the tables; the driver runs it directly, because the
execution layer in between costs several times what SQLite needs for a small insert. Values arrive
here as the driver stores them: `micros`, `canonical` and `iso_day` make them, `moment`, `parsed`
and `day` read them back.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NoReturn, cast

from sqlalchemy import BigInteger, BindParameter, Text, bindparam
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.expression import FunctionElement

from hub.errors import Conflict

Row = tuple[Any, ...]
Values = Mapping[str, Any]

_NONE: Values = {}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_SECONDS = 86_400
# The most keys in one IN list; longer lists are asked in several statements.
_WIDEST = 256

# SQLSTATE: unique violation, serialization failure, deadlock.
_TAKEN = "23505"
_CONFLICT_STATES = frozenset({_TAKEN, "40001", "40P01"})
_CONFLICT_NAMES = frozenset({"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"})


def micros(at: datetime) -> int:
    """Turn an aware datetime into whole microseconds since 1970 UTC.

    A naive one is a fault of ours: ValueError.
    """
    if at.tzinfo is None:
        raise ValueError(f"a naive datetime reached the store: {at!r}")
    since = at - _EPOCH
    return (since.days * _DAY_SECONDS + since.seconds) * 1_000_000 + since.microseconds


def micros_or_none(at: datetime | None) -> int | None:
    """Do as `micros`, leaving None alone."""
    return None if at is None else micros(at)


def moment(value: int) -> datetime:
    """Turn whole microseconds since 1970 into an aware datetime in UTC."""
    return _EPOCH + timedelta(microseconds=value)


def moment_or_none(value: int | None) -> datetime | None:
    """Do as `moment`, leaving None alone."""
    return None if value is None else moment(value)


def iso_day(value: date | None) -> str | None:
    """Write a day as ISO 8601, which both engines take for a DATE."""
    return None if value is None else value.isoformat()


def day(value: str | date | None) -> date | None:
    """Read a day: SQLite hands out text, PostgreSQL a date."""
    return date.fromisoformat(value) if isinstance(value, str) else value


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def canonical(value: object) -> str:
    """Write canonical JSON: sorted keys, no spaces, text unescaped."""
    return _encode(value)


def parsed(value: str) -> Any:
    """Read JSON text."""
    return json.loads(value)


class now_micros(FunctionElement[int]):  # noqa: N801 - SQL functions are written small
    """The database's own clock in microseconds since 1970, so that leases need no agreed clocks."""

    type = BigInteger()
    inherit_cache = True


@compiles(now_micros, "sqlite")
def _sqlite_now(element: object, compiler: SQLCompiler, **_kw: Any) -> str:
    # 2440587.5 is 1970-01-01 as a Julian day; good to a millisecond.
    return "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)"


@compiles(now_micros, "postgresql")
def _postgresql_now(element: object, compiler: SQLCompiler, **_kw: Any) -> str:
    return "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A statement as one driver takes it: its text, the constants it carries, and how values go in.

    `places` are the names of its question marks in turn, None for a driver that takes names:
    SQLite looks every name up in every row, which costs an order more than its JSON does.
    """

    text: str
    constants: Mapping[str, Any]
    places: tuple[str, ...] | None

    def bound(self, values: Values) -> Any:
        """Put the values of one row into the form that the driver takes."""
        every = {**self.constants, **values} if self.constants else values
        return every if self.places is None else [every[name] for name in self.places]


class Statement:
    """One SQL statement, compiled at its first use on an engine and kept."""

    __slots__ = ("_clause", "_ready")

    def __init__(self, clause: ClauseElement) -> None:
        self._clause = clause
        self._ready: dict[str, Ready] = {}

    def ready(self, dialect: Dialect) -> Ready:
        """Return the statement as the dialect's driver takes it."""
        found = self._ready.get(dialect.name)
        if found is None:
            compiled = cast(SQLCompiler, self._clause.compile(dialect=dialect))
            constants = {
                name: bind.value for name, bind in compiled.binds.items() if not bind.required
            }
            places = None if compiled.positiontup is None else tuple(compiled.positiontup)
            found = Ready(text=str(compiled), constants=constants, places=places)
            self._ready[dialect.name] = found
        return found


class ByKeys:
    """A statement over a set of keys; lists are padded to powers of two, so few are compiled."""

    __slots__ = ("_build", "_sizes")

    def __init__(self, build: Callable[[list[BindParameter[str]]], ClauseElement]) -> None:
        self._build = build
        self._sizes: dict[int, Statement] = {}

    def parts(self, keys: Collection[str]) -> Iterator[tuple[Statement, dict[str, Any]]]:
        """Yield the statements and values that together ask for all keys."""
        every = list(dict.fromkeys(keys))
        for start in range(0, len(every), _WIDEST):
            some = every[start : start + _WIDEST]
            size = 1 << (len(some) - 1).bit_length()
            some += some[-1:] * (size - len(some))
            yield self._sized(size), {f"key_{n}": key for n, key in enumerate(some)}

    def _sized(self, size: int) -> Statement:
        found = self._sizes.get(size)
        if found is None:
            keys = [bindparam(f"key_{n}", type_=Text) for n in range(size)]
            found = self._sizes[size] = Statement(self._build(keys))
        return found


class Connection:
    """One open transaction on either engine. `writing` tells whether rows read may be locked."""

    __slots__ = ("_cursor", "_dialect", "_driver_error", "writing")

    def __init__(self, raw: Any, *, dialect: Dialect, driver_error: Any, writing: bool) -> None:
        self._cursor = raw.cursor()
        self._dialect = dialect
        self._driver_error: type[Exception] = driver_error
        self.writing = writing

    @property
    def one_writer(self) -> bool:
        """Whether whoever writes is alone with the database, so that nothing need be locked."""
        return self._dialect.name == "sqlite"

    def rows(self, statement: Statement, values: Values = _NONE) -> list[Row]:
        """Run a statement and return all its rows; Conflict on a taken key."""
        self._run(statement, values)
        found: list[Row] = self._cursor.fetchall()
        return found

    def row(self, statement: Statement, values: Values = _NONE) -> Row | None:
        """Run a statement that gives at most one row."""
        found = self.rows(statement, values)
        return found[0] if found else None

    def returned(self, statement: Statement, values: Values) -> Row:
        """Run a statement that always gives one row (RETURNING)."""
        return self.rows(statement, values)[0]

    def keyed(self, statement: ByKeys, keys: Collection[str]) -> list[Row]:
        """Return the rows of all these keys, in the order of each statement."""
        return [row for part, values in statement.parts(keys) for row in self.rows(part, values)]

    def change(self, statement: Statement, values: Values = _NONE) -> int:
        """Run a statement and return how many rows it touched."""
        self._run(statement, values)
        touched: int = self._cursor.rowcount
        return touched

    def change_all(self, statement: Statement, rows: Sequence[Values]) -> None:
        """Run a statement once for each row of values; nothing for no rows."""
        if not rows:
            return
        ready = statement.ready(self._dialect)
        try:
            self._cursor.executemany(ready.text, [ready.bound(values) for values in rows])
        except self._driver_error as error:
            raise_as_conflict(error)

    def change_rows(self, statement: Statement, names: Sequence[str], rows: Sequence[Row]) -> None:
        """Do as `change_all` for very many rows: each has the values of these names, in turn.

        Only where values go in by place (SQLite), and only for a statement that takes them so.
        """
        ready = statement.ready(self._dialect)
        if ready.places != tuple(names) or ready.constants:
            raise ValueError(f"the statement takes {ready.places}")
        try:
            self._cursor.executemany(ready.text, rows)
        except self._driver_error as error:
            raise_as_conflict(error)

    def poured(self, copy: str, rows: Sequence[Row]) -> bool:
        """Send rows by COPY, which PostgreSQL alone has; `copy` names table and columns.

        False when a key among them is taken: then none of them was stored.
        """
        self._cursor.execute("SAVEPOINT poured")
        try:
            with self._cursor.copy(copy) as stream:
                for row in rows:
                    stream.write_row(row)
        except self._driver_error as error:
            if getattr(error, "sqlstate", None) != _TAKEN:
                raise
            self._cursor.execute("ROLLBACK TO SAVEPOINT poured")
            return False
        self._cursor.execute("RELEASE SAVEPOINT poured")
        return True

    def _run(self, statement: Statement, values: Values) -> None:
        ready = statement.ready(self._dialect)
        try:
            self._cursor.execute(ready.text, ready.bound(values))
        except self._driver_error as error:
            raise_as_conflict(error)


def raise_as_conflict(error: Exception) -> NoReturn:
    """Raise Conflict if somebody was faster, else the driver's error itself, which caused nothing.

    The key's values are left out of the text: they may be somebody's.
    """
    state = getattr(error, "sqlstate", None)
    name = getattr(error, "sqlite_errorname", None)
    if state in _CONFLICT_STATES or name in _CONFLICT_NAMES:
        text = f"somebody stored or changed the same row first: {_first_line(error)}"
        raise Conflict(text) from error
    raise error


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
