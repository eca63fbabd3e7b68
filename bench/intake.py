"""Durable order intake over HTTP, beside bare SQLite inserts of the same rows.

Ours: `POST /v1/orders` of a two-line order of a new customer each, one `hub web` process on SQLite,
64 kept connections of a client in another process; the answer leaves after the commit.
Floor: `sqlite3` alone in one process inserts the rows that one such order leaves behind (taken from
a real intake, ids and numbers made anew), prepared beforehand, same tables and indexes, WAL,
synchronous=FULL; with one order in a transaction, and with 15. CPU is that of the one process that
inserts or answers, and says the same on a busy machine as on a quiet one.

Run `python bench/intake.py [--quick]`.
"""

import os
import re
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any

import _rig as rig

CONNECTIONS = 64
RUNS = 5
GOAL = 0.25
GROUPED = 15

Figures = list[tuple[float, float]]
Rows = dict[str, list[tuple[Any, ...]]]
# A name derived from the time and a random part of its input, and the count within it; or a hash.
_TIMED = re.compile(r"\b([a-z]{2,5}_)[0-9a-f]{24}([0-9a-f]{2,})\b")
_HASHED = re.compile(r"\b([a-z]{2,5}_)[0-9a-f]{20}\b")


def tables(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table."""
    with closing(sqlite3.connect(database)) as raw:
        names = [
            name
            for (name,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            if not name.startswith("sqlite_")
        ]
        return {name: raw.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}


def rows_of_one_order(one: rig.Hub, port: int) -> Rows:
    """Post one order and return the rows that were not there before."""
    with rig.Line(port) as line:
        line.ask(rig.posting(one.key, "WARM-UP"))  # makes the lane and other firsts
        before = tables(one.database)
        status, _, body = line.ask(rig.posting(one.key, "CAPTURED"))
    if status != 201:
        raise RuntimeError(body.decode())
    return {
        name: [row for row in rows if row not in before[name]]
        for name, rows in tables(one.database).items()
        # The lane's row is there already: only its counter moved, which is no insert.
        if name != "lane" and len(rows) > len(before[name])
    }


class Copies:
    """Makes the rows of other orders from those of one: new ids, numbers and keyed hashes."""

    def __init__(self, rows: Rows, columns: dict[str, list[str]]) -> None:
        self._rows = rows
        self._columns = columns

    def order(self, n: int) -> Rows:
        """Return the rows of the n-th order."""
        stem = f"{time.time_ns() // 1_000_000 + n:012x}{os.urandom(6).hex()}"
        digest = os.urandom(10).hex()

        def value(table: str, column: str, old: Any) -> Any:
            if isinstance(old, str):
                text = _TIMED.sub(rf"\g<1>{stem}\g<2>", old).replace("CAPTURED", f"FLOOR-{n}")
                text = _HASHED.sub(rf"\g<1>{digest}", text)
                # A purchase order number is unique for its partner.
                return f"P{n}" if (table, column) == ("fulfillment", "number") else text
            if isinstance(old, bytes):
                return os.urandom(len(old))
            return old + n + 1 if (table, column) == ("duty", "seq") else old

        return {
            table: [
                tuple(map(value, [table] * len(row), self._columns[table], row)) for row in rows
            ]
            for table, rows in self._rows.items()
        }


def floor(database: Path, orders: list[Rows], *, grouped: int) -> tuple[float, float]:
    """Insert orders into a copy of the store: orders, and CPU-bound ones, a s.

    The second figure leaves out the waiting for the disk.
    """
    fresh = database.with_name("floor.db")
    for stale in fresh.parent.glob("floor.db*"):
        stale.unlink()
    shutil.copy(database, fresh)
    with closing(sqlite3.connect(fresh, isolation_level=None, cached_statements=512)) as raw:
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute("PRAGMA synchronous=FULL")
        inserts = {
            table: f'INSERT INTO "{table}" VALUES ({",".join("?" * len(rows[0]))})'
            for table, rows in orders[0].items()
        }
        begin, used = time.perf_counter(), time.process_time()
        for start in range(0, len(orders), grouped):
            raw.execute("BEGIN IMMEDIATE")
            for order in orders[start : start + grouped]:
                for table, rows in order.items():
                    raw.executemany(inserts[table], rows)
            raw.execute("COMMIT")
        used = time.process_time() - used
        return len(orders) / (time.perf_counter() - begin), used / len(orders)


def settled(one: rig.Hub) -> Path:
    """Copy the store, nothing left in its WAL; both then begin alike."""
    with closing(sqlite3.connect(one.database)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Path(shutil.copy(one.database, one.folder / "begin.db"))


def columns_of(database: Path) -> dict[str, list[str]]:
    """Return the column names of every table."""
    with closing(sqlite3.connect(database)) as raw:
        names = [name for (name,) in raw.execute("SELECT name FROM sqlite_schema")]
        return {
            name: [row[1] for row in raw.execute(f'PRAGMA table_info("{name}")')] for name in names
        }


def main() -> None:
    """Measure in turn and print the ratios."""
    count, runs = (500, 3) if rig.quick() else (2000, RUNS)
    with rig.hub() as one, rig.client() as send:
        with one.running("web") as web:
            rows = rows_of_one_order(one, web.port)
        begin = settled(one)
        copies = Copies(rows, columns_of(begin))
        alone, grouped, posted = [], [], []  # (orders a second, CPU seconds an order) of each run
        waits = []
        with one.running("web") as web:
            warm = [rig.posting(one.key, f"WARM-{n}") for n in range(200)]
            send(web.port, warm, CONNECTIONS, 201)
            for turn in range(runs):
                orders = [copies.order(n) for n in range(count)]
                alone.append(floor(begin, orders, grouped=1))
                grouped.append(floor(begin, orders, grouped=GROUPED))
                requests = [rig.posting(one.key, f"J-{turn}-{n}") for n in range(count)]
                used = web.seconds()
                run = send(web.port, requests, CONNECTIONS, 201)
                posted.append((run.rate, (web.seconds() - used) / count))
                waits.append(rig.quantile(run.each, 0.99))
    rig.table(
        f"{sum(map(len, rows.values()))} rows in {len(rows)} tables an order, "
        f"{runs} runs of {count} orders in turn, medians; goal {GOAL}",
        ("", "orders/s", "ratio", "CPU/order", "CPU ratio", "p99"),
        [
            _row("bare SQLite, one order a transaction", alone, alone),
            _row(f"bare SQLite, {GROUPED} orders a transaction", grouped, alone),
            (*_row("POST /v1/orders", posted, alone)[:-1], f"{median(waits) * 1e3:.0f} ms"),
        ],
    )
    print(f"  POST beside {GROUPED} a transaction: {_over(posted, grouped):.2f}")


def _row(name: str, ours: Figures, base: Figures) -> tuple[str, ...]:
    rate, spent = (median(column) for column in zip(*ours, strict=True))
    least = median(used for _, used in base)
    share = f"{least / spent:.2f}"
    return name, f"{rate:,.0f}", f"{_over(ours, base):.2f}", f"{spent * 1e6:.0f} us", share, ""


def _over(ours: Figures, base: Figures) -> float:
    return median(a / b for (a, _), (b, _) in zip(ours, base, strict=True))


if __name__ == "__main__":
    main()
