"""Reports taken in: staged by one run, weighed, merged in pieces, and closed.

Every write is a small transaction of its own. A run that another one of the same report took over
meets a Conflict at its next write. A level changes its quantity and its moment in one statement,
and never to an older moment; the moment of a whole report is raised last. Whoever is stopped
between two pieces is run again from the start and comes to the same end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Integer,
    MetaData,
    Table,
    Text,
    and_,
    bindparam,
    case,
    cast,
    delete,
    exists,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite

from hub.domain.feeds import Counted, added_up
from hub.errors import Conflict
from hub.store.statements import Connection, Row, Statement, iso_day, micros
from hub.store.stock import Stock, StockSource
from hub.store.tables_stock import stock_level, stock_run, stock_source, stock_staged
from hub.store.upserts import PerEngine, upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One run of one report: `feed` is its document, `run` a name that no other run has."""

    partner: str
    feed: str
    run: str
    as_of: datetime
    at: datetime
    full: bool

    def key(self) -> dict[str, Any]:
        """Return what its statements are told."""
        return {
            "of_partner": self.partner,
            "of_run": self.run,
            "of_moment": micros(self.as_of),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """How many articles had stock, and how many of them a full report would leave with none."""

    had: int
    dropping: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """One piece: where to go on (None: done), and the articles that changed."""

    last: str | None
    skus: tuple[str, ...]


_RUN = bindparam("of_run", type_=Text)
_PARTNER = bindparam("of_partner", type_=Text)
_MOMENT = bindparam("of_moment", type_=BigInteger)
_AFTER = bindparam("after", type_=Text)
_LIMIT = bindparam("limit", type_=Integer)

_BEGIN = upsert(stock_run, on=["feed"], setting=["partner", "run"])
_ACCEPT = upsert(stock_run, on=["feed"], setting=["accepted_by"])
_HOLDER = Statement(
    select(stock_run.c.run, stock_run.c.accepted_by)
    .where(stock_run.c.feed == bindparam("of_feed"))
    .with_for_update()
)
_RUNS = Statement(
    select(stock_run.c.feed).where(
        stock_run.c.partner == _PARTNER, stock_run.c.feed != bindparam("but", type_=Text)
    )
)
_OVER = Statement(delete(stock_run).where(stock_run.c.feed == bindparam("of_feed")))
_UNSTAGE = Statement(delete(stock_staged).where(stock_staged.c.run == _RUN))


def _next(staged: Any, more: Any) -> dict[str, ColumnElement[Any]]:
    """The earlier announced delivery of two places; of one day, both together."""
    sooner = or_(staged.next_on.is_(None), more.next_on < staged.next_on)
    wins = and_(more.next_on.is_not(None), sooner)
    together = staged.next_quantity + more.next_quantity
    return {
        "next_on": case((wins, more.next_on), else_=staged.next_on),
        "next_quantity": case(
            (wins, more.next_quantity),
            (more.next_on == staged.next_on, together),
            else_=staged.next_quantity,
        ),
    }


def _added(statement: Any) -> Statement:
    """Add what is inserted to what is staged of the same article."""
    more = statement.excluded
    setting = {
        "quantity": stock_staged.c.quantity + more.quantity,
        **_next(stock_staged.c, more),
    }
    return Statement(statement.on_conflict_do_update(index_elements=["run", "sku"], set_=setting))


_COLUMNS = [column.name for column in stock_staged.columns]
_STAGE = _added(sqlite.insert(stock_staged))
# PostgreSQL takes rows fastest by COPY, which knows no conflicts: rows of articles that were staged
# before pass through a table that only this connection sees and that is empty after each commit.
_POURED = Table(
    "stock_poured",
    MetaData(),
    *(Column(column.name, column.type) for column in stock_staged.columns),
)
_POUR_INTO = Statement(
    text(
        "CREATE TEMPORARY TABLE IF NOT EXISTS stock_poured "
        "(LIKE stock_staged) ON COMMIT DELETE ROWS"
    )
)
_POUR = "COPY {} (run, sku, quantity, next_on, next_quantity) FROM STDIN"
_STAGE_POURED = _added(
    postgresql.insert(stock_staged).from_select(_COLUMNS, select(*_POURED.columns))
)

_STAGED = Statement(
    select(func.count()).select_from(stock_staged).where(stock_staged.c.run == _RUN)
)
_HAD = [
    stock_level.c.partner == _PARTNER,
    stock_level.c.quantity > 0,
    stock_level.c.as_of <= _MOMENT,
]
_COUNT_HAD = Statement(select(func.count()).select_from(stock_level).where(*_HAD))
_COUNT_KEPT = Statement(
    select(func.count())
    .select_from(
        stock_level.join(
            stock_staged,
            and_(stock_staged.c.run == _RUN, stock_staged.c.sku == stock_level.c.sku),
        )
    )
    .where(*_HAD, stock_staged.c.quantity > 0)
)
_COUNT_LISTED = Statement(
    select(func.count())
    .select_from(
        stock_level.join(
            stock_staged,
            and_(stock_staged.c.run == _RUN, stock_staged.c.sku == stock_level.c.sku),
        )
    )
    .where(*_HAD, stock_staged.c.quantity == 0)
)

# The next staged rows first, by key, then each one's level: whatever a planner believes of tables
# that just grew, a chunk costs what a chunk costs.
_WINDOW = (
    select(
        stock_staged.c.sku,
        stock_staged.c.quantity,
        stock_staged.c.next_on,
        stock_staged.c.next_quantity,
    )
    .where(stock_staged.c.run == _RUN, stock_staged.c.sku > _AFTER)
    .order_by(stock_staged.c.sku)
    .limit(_LIMIT)
    .subquery()
)
_ENDS = Statement(select(func.count(), func.max(_WINDOW.c.sku)))
_LEVEL_COLUMNS = (
    "partner", "sku", "quantity", "as_of", "next_on", "next_quantity", "feed", "at",
)  # fmt: skip
_SAID_ANEW = or_(
    stock_level.c.as_of.is_(None),
    stock_level.c.quantity != _WINDOW.c.quantity,
    stock_level.c.next_on.is_distinct_from(_WINDOW.c.next_on),
    stock_level.c.next_quantity != _WINDOW.c.next_quantity,
    # A report that is not full also raises the moment of what it repeats.
    and_(bindparam("of_full", type_=Integer) == 0, stock_level.c.as_of < _MOMENT),
)
_NEW_LEVELS = (
    select(
        cast(_PARTNER, Text),
        _WINDOW.c.sku,
        _WINDOW.c.quantity,
        cast(_MOMENT, BigInteger),
        _WINDOW.c.next_on,
        _WINDOW.c.next_quantity,
        cast(bindparam("of_feed", type_=Text), Text),
        cast(bindparam("of_at", type_=BigInteger), BigInteger),
    )
    .select_from(
        _WINDOW.outerjoin(
            stock_level,
            and_(stock_level.c.partner == _PARTNER, stock_level.c.sku == _WINDOW.c.sku),
        )
    )
    .where(_SAID_ANEW)
    .order_by(_WINDOW.c.sku)  # everybody locks in this order
)


def _over(statement: Any) -> Any:
    """Let what is inserted replace a level that does not speak of a later moment."""
    return statement.on_conflict_do_update(
        index_elements=["partner", "sku"],
        set_={name: statement.excluded[name] for name in _LEVEL_COLUMNS[2:]},
        where=stock_level.c.as_of <= statement.excluded.as_of,
    )


def _merging(insert: Any) -> Statement:
    statement = insert(stock_level).from_select(_LEVEL_COLUMNS, _NEW_LEVELS)
    return Statement(_over(statement).returning(stock_level.c.sku))


_MERGE = PerEngine({"sqlite": _merging(sqlite.insert), "postgresql": _merging(postgresql.insert)})
_PUT = PerEngine(
    {
        "sqlite": Statement(_over(sqlite.insert(stock_level))),
        "postgresql": Statement(_over(postgresql.insert(stock_level))),
    }
)

_UNLISTED = Statement(
    select(stock_level.c.sku)
    .where(
        stock_level.c.partner == _PARTNER,
        stock_level.c.sku > _AFTER,
        stock_level.c.as_of <= _MOMENT,
        or_(
            stock_level.c.quantity > 0,
            stock_level.c.next_quantity > 0,
            stock_level.c.next_on.is_not(None),
        ),
        ~exists().where(stock_staged.c.run == _RUN, stock_staged.c.sku == stock_level.c.sku),
    )
    .order_by(stock_level.c.sku)
    .limit(_LIMIT)
)
_TOUCHED = Statement(
    select(func.count())
    .select_from(stock_level)
    .where(stock_level.c.partner == _PARTNER, stock_level.c.feed == bindparam("of_feed"))
)
_LOOK = Statement(text("ANALYZE stock_staged, stock_level"))
_RAISE = upsert(
    stock_source,
    on=["partner"],
    setting=["as_of", "at", "feed", "rows", "full_as_of", "full_at", "full_feed"],
)
_LOCK_SOURCE = Statement(
    select(stock_source.c.partner).where(stock_source.c.partner == _PARTNER).with_for_update()
)


class Restocking:
    """What the writer of reports may do, in one transaction on the levels alone."""

    __slots__ = ("_connection", "stock")

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.stock = Stock(connection)

    def begin(self, feed: Feed) -> None:
        """Take a report in hand; what an earlier run of it staged is thrown away."""
        former = self._connection.row(_HOLDER, {"of_feed": feed.feed})
        if former is not None:
            self._connection.change(_UNSTAGE, {"of_run": former[0]})
        values = {"feed": feed.feed, "partner": feed.partner, "run": feed.run, "accepted_by": ""}
        self._connection.change(_BEGIN, values)

    def accept(self, *, partner: str, feed: str, by: str) -> None:
        """Note that a person lets a report pass the guard."""
        values = {"feed": feed, "partner": partner, "run": "", "accepted_by": by}
        self._connection.change(_ACCEPT, values)

    def accepted(self, feed: str) -> bool:
        """Whether a person lets a report pass the guard."""
        row = self._connection.row(_HOLDER, {"of_feed": feed})
        return row is not None and row[1] != ""

    def runs(self, partner: str) -> list[str]:
        """Return the reports of a partner that were begun and not closed."""
        values = {"of_partner": partner, "but": _turn(partner)}
        return [row[0] for row in self._connection.rows(_RUNS, values)]

    def stage(self, feed: Feed, rows: Sequence[Counted]) -> None:
        """Add rows of a report; several of one article are added up."""
        self._held(feed)
        staged = [
            (feed.run, row.sku, row.quantity, iso_day(row.next_on), row.next_quantity)
            for row in added_up(rows)
        ]
        if self._connection.one_writer:
            self._connection.change_rows(_STAGE, _COLUMNS, staged)
        elif not self._connection.poured(_POUR.format("stock_staged"), staged):
            self._connection.change(_POUR_INTO)
            self._connection.poured(_POUR.format("stock_poured"), staged)
            self._connection.change(_STAGE_POURED)

    def weigh(self, feed: Feed) -> Weighed:
        """Count what a report would take to none; a full one also what it does not list."""
        if not self._connection.one_writer:
            self._connection.change(_LOOK)  # PostgreSQL plans badly for tables that just grew
        had = self._count(_COUNT_HAD, {"of_partner": feed.partner, "of_moment": micros(feed.as_of)})
        if not feed.full:
            return Weighed(had=had, dropping=self._count(_COUNT_LISTED, feed.key()))
        return Weighed(had=had, dropping=had - self._count(_COUNT_KEPT, feed.key()))

    def merge(self, feed: Feed, *, after: str, limit: int) -> Merged:
        """Put the next rows that say something new in place, in order of SKU.

        A full report leaves alone what it does not change; another raises the moment of all its
        rows. Rows whose level speaks of a later moment are passed over. Of two reports of a partner
        that are merged at once (over two channels) the one that began last goes on, the other meets
        a Conflict; so does one that a newer full report has overtaken.
        """
        if not after:
            self._take_turn(feed)
        self._held(feed, merging=True)
        window = {"of_run": feed.run, "after": after, "limit": limit}
        count, last = self._connection.returned(_ENDS, window)
        said = {"of_feed": feed.feed, "of_at": micros(feed.at), "of_full": int(feed.full)}
        new = self._connection.rows(_MERGE, {**feed.key(), **window, **said})
        return Merged(last=last if count == limit else None, skus=tuple(row[0] for row in new))

    def merge_one(self, feed: Feed, level: Counted) -> bool:
        """Put a single row in place; False when the level there speaks of a later moment."""
        row = (level.sku, level.quantity, iso_day(level.next_on), level.next_quantity)
        return self._connection.change(_PUT, _level_values(feed, row)) == 1

    def zero(self, feed: Feed, *, after: str, limit: int) -> Merged:
        """Put the next articles that a full report does not list to none."""
        self._held(feed, merging=True)
        rows = self._connection.rows(_UNLISTED, {**feed.key(), "after": after, "limit": limit})
        nothing = [_level_values(feed, (row[0], 0, None, 0)) for row in rows]
        self._connection.change_all(_PUT, nothing)
        last = rows[-1][0] if len(rows) == limit else None
        return Merged(last=last, skus=tuple(row[0] for row in rows))

    def staged(self, feed: Feed) -> int:
        """Count the articles that a report lists."""
        return self._count(_STAGED, {"of_run": feed.run})

    def touched(self, feed: Feed) -> int:
        """Count the levels that a report changed, by whichever of its runs."""
        return self._count(_TOUCHED, {"of_partner": feed.partner, "of_feed": feed.feed})

    def raised(self, feed: Feed) -> None:
        """Note that all of a report is merged; a full one now speaks for every level."""
        self._held(feed, merging=True)
        self._connection.row(_LOCK_SOURCE, {"of_partner": feed.partner})
        former = self.stock.source(feed.partner)
        self._connection.change(_RAISE, _source_values(feed, former, self.staged(feed)))

    def close(self, feed: str) -> None:
        """Forget that a report was begun, and what was staged of it; the levels stay."""
        row = self._connection.row(_HOLDER, {"of_feed": feed})
        if row is not None:
            self._connection.change(_UNSTAGE, {"of_run": row[0]})
            self._connection.change(_OVER, {"of_feed": feed})

    def _take_turn(self, feed: Feed) -> None:
        # A full report leaves rows alone because they say the same: nobody else of its partner may
        # write between its first piece and its last.
        values = {"feed": _turn(feed.partner), "partner": feed.partner, "run": feed.run}
        self._connection.change(_BEGIN, {**values, "accepted_by": ""})
        known = self.stock.source(feed.partner)
        if known is not None and known.full_as_of is not None and known.full_as_of > feed.as_of:
            raise Conflict(f"a newer report overtook {feed.feed}")

    def _held(self, feed: Feed, *, merging: bool = False) -> None:
        row = self._connection.row(_HOLDER, {"of_feed": feed.feed})
        if row is None or row[0] != feed.run:
            raise Conflict(f"another run took over {feed.feed}")
        turn = self._connection.row(_HOLDER, {"of_feed": _turn(feed.partner)}) if merging else None
        if turn is not None and turn[0] != feed.run:
            raise Conflict(f"another report of {feed.partner} is merged instead of {feed.feed}")

    def _count(self, statement: Statement, values: dict[str, Any]) -> int:
        row = self._connection.row(statement, values)
        return 0 if row is None else int(row[0])


def _turn(partner: str) -> str:
    """The name under which a partner's reports say who of them is being merged."""
    return f"merging:{partner}"


def _level_values(feed: Feed, row: Row) -> dict[str, Any]:
    return {
        "partner": feed.partner,
        "sku": row[0],
        "quantity": row[1],
        "as_of": micros(feed.as_of),
        "next_on": row[2],
        "next_quantity": row[3],
        "feed": feed.feed,
        "at": micros(feed.at),
    }


def _source_values(feed: Feed, former: StockSource | None, rows: int) -> dict[str, Any]:
    """The newest of both: a report may be overtaken by another over a second channel."""
    full_as_of = None if former is None else former.full_as_of
    full_at = None if former is None else former.full_at
    full_feed = "" if former is None else former.full_feed
    if feed.full and (full_as_of is None or feed.as_of >= full_as_of):
        full_as_of, full_at, full_feed = feed.as_of, feed.at, feed.feed
    newest = former is None or feed.as_of >= former.as_of
    values: dict[str, Any] = {
        "partner": feed.partner,
        "as_of": micros(feed.as_of if former is None or newest else former.as_of),
        "at": micros(feed.at if former is None or newest else former.at),
        "feed": feed.feed if former is None or newest else former.feed,
        "rows": rows if former is None or newest else former.rows,
        "full_as_of": None if full_as_of is None else micros(full_as_of),
        "full_at": None if full_at is None else micros(full_at),
        "full_feed": full_feed,
    }
    return values
