"""A stock report of a million articles put in place, beside the same rows inserted bare.

Ours: staged in pieces of some thousands with a commit each, weighed, merged by difference in
pieces, zeroed and raised, as `hub.flow.feeds` does it; without reading the file and the rests
between. Floor on SQLite: the same rows of levels inserted by `sqlite3` into an empty table of the
same shape, as many a commit, WAL, synchronous=FULL. Floor on PostgreSQL: COPY of the same rows,
one commit. Once into an empty store, once with another quantity of every article, once of every
hundredth.

Run `python bench/restock.py [--quick]`; PostgreSQL's own programs must be installed.
"""

import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import _rig as rig
import psycopg
from _postgres import cluster

from hub.domain.feeds import Counted
from hub.flow.feeds import CHUNK
from hub.store import Feed, Store

GOAL = 2.0
BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
Rows = list[Counted]


def report(count: int, raised: Callable[[int], int]) -> Rows:
    """Return a report's rows in an order that is not that of the keys."""
    step = 7_368_787  # prime: every article once
    return [
        Counted(sku=f"SKU-{n:08d}", quantity=n % 50 + 1 + raised(n))
        for n in ((k * step) % count for k in range(count))
    ]


def put_in_place(store: Store, rows: Rows, number: int) -> float:
    """Take a report in as the river does; return the seconds."""
    moment = BEGIN + timedelta(hours=number)
    feed = Feed(
        partner="acme",
        feed=f"doc_{number}",
        run=f"run_{number}",
        as_of=moment,
        at=moment,
        full=True,
    )
    begin = time.perf_counter()
    store.write_levels(lambda desk: desk.begin(feed))
    for start in range(0, len(rows), CHUNK):
        some = rows[start : start + CHUNK]
        store.write_levels(lambda desk, some=some: desk.stage(feed, some))
    store.write_levels(lambda desk: desk.weigh(feed))
    for step in ("merge", "zero"):
        after: str | None = ""
        while after is not None:
            after = store.write_levels(
                lambda desk, step=step, after=after: getattr(desk, step)(
                    feed, after=after, limit=CHUNK
                )
            ).last
    store.write_levels(lambda desk: desk.raised(feed))
    store.write_levels(lambda desk: desk.close(feed.feed))
    return time.perf_counter() - begin


def values(rows: Rows) -> list[tuple[object, ...]]:
    """Return the rows of levels that a report leaves."""
    return [("acme", row.sku, row.quantity, 1, None, 0, "doc_1", 1) for row in rows]


def bare_sqlite(folder: Path, rows: Sequence[tuple[object, ...]]) -> float:
    """Insert into an empty file."""
    with closing(sqlite3.connect(folder / "floor.db", isolation_level=None)) as raw:
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute("PRAGMA synchronous=FULL")
        raw.execute(
            "CREATE TABLE level (partner TEXT NOT NULL, sku TEXT NOT NULL, "
            "quantity BIGINT NOT NULL, as_of BIGINT NOT NULL, next_on DATE, "
            "next_quantity BIGINT NOT NULL, feed TEXT NOT NULL, at BIGINT NOT NULL, "
            "PRIMARY KEY (partner, sku))"
        )
        raw.execute("CREATE INDEX by_sku ON level (sku, partner)")
        begin = time.perf_counter()
        for start in range(0, len(rows), CHUNK):
            raw.execute("BEGIN IMMEDIATE")
            raw.executemany(
                "INSERT INTO level VALUES (?,?,?,?,?,?,?,?)", rows[start : start + CHUNK]
            )
            raw.execute("COMMIT")
        return time.perf_counter() - begin


def bare_copy(url: str, rows: Sequence[tuple[object, ...]]) -> float:
    """COPY into an empty table of the same shape."""
    with psycopg.connect(url) as raw:
        raw.execute("DROP TABLE IF EXISTS bare_level")
        raw.execute("CREATE TABLE bare_level (LIKE stock_level INCLUDING ALL)")
        raw.commit()
        begin = time.perf_counter()
        with raw.cursor().copy("COPY bare_level FROM STDIN") as stream:
            for row in rows:
                stream.write_row(row)
        raw.commit()
        return time.perf_counter() - begin


def measured(
    name: str, store: Store, count: int, floor: Callable[[Sequence[tuple[object, ...]]], float]
) -> None:
    """Measure three reports beside the floor and print."""
    reports = [
        ("all new", report(count, lambda n: 0)),
        ("every article changed", report(count, lambda n: 1)),
        ("one in a hundred changed", report(count, lambda n: 1 + (n % 100 == 0))),
    ]
    base = floor(values(reports[0][1]))
    rows = [("bare", f"{count / base:,.0f}", "1.00")]
    for number, (what, rows_of) in enumerate(reports, start=1):
        spent = put_in_place(store, rows_of, number)
        rows.append((what, f"{count / spent:,.0f}", f"{spent / base:.2f}"))
    rig.table(
        f"{name}: {count:,} articles; goal at most {GOAL} times the floor's time",
        ("", "rows/s", "times the floor"),
        rows,
    )


def main() -> None:
    """Measure both engines."""
    count = 100_000 if rig.quick() else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = Store.open(f"sqlite:///{folder / 'hub.db'}", data_dir=folder, master_key=bytes(32))
        store.migrate()
        measured("SQLite", store, count, lambda rows: bare_sqlite(folder, rows))
        store.close()
    with tempfile.TemporaryDirectory() as name, cluster() as url:
        store = Store.open(url, data_dir=Path(name), master_key=bytes(32))
        store.migrate()
        plain = url.replace("postgresql+psycopg", "postgresql")
        measured("PostgreSQL", store, count, lambda rows: bare_copy(plain, rows))
        store.close()


if __name__ == "__main__":
    main()
