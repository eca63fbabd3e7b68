"""Durable order intake over HTTP, beside bare SQLite inserts of the same rows.

Ours: `POST /v1/orders` of a two-line order of a new customer each, one `hub web` process on SQLite,
64 kept connections of a client in another process; the answer leaves after the commit.
Floor: `sqlite3` alone in one process inserts the rows that one such order leaves behind (taken from
a real intake, ids and numbers made anew), prepared beforehand, same tables and indexes, WAL,
synchronous=FULL; 15 orders in a transaction, about as many as our writer takes together, and one.
Once with stock that nobody counts, once with levels and reservations in the way. CPU is that of the
one process that inserts or answers, and says much the same on a busy machine as on a quiet one.

Run `python bench/intake.py [--quick]`.
"""

import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from statistics import median

import _rig as rig
from _copies import Copies, Rows, columns_of, inserts, rows_of_one_order

CONNECTIONS = 64
RUNS = 5
GOAL = 0.5
GROUPED = 15

Figures = list[tuple[float, float]]


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
        ready = inserts(orders[0])
        begin, used = time.perf_counter(), time.process_time()
        for start in range(0, len(orders), grouped):
            raw.execute("BEGIN IMMEDIATE")
            for order in orders[start : start + grouped]:
                for table, rows in order.items():
                    raw.executemany(ready[table], rows)
            raw.execute("COMMIT")
        used = time.process_time() - used
        return len(orders) / (time.perf_counter() - begin), used / len(orders)


def settled(one: rig.Hub) -> Path:
    """Copy the store, nothing left in its WAL; both then begin alike."""
    with closing(sqlite3.connect(one.database)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Path(shutil.copy(one.database, one.folder / "begin.db"))


def measured(level: str, count: int, runs: int) -> None:
    """Measure in turn with Acme's stock counted like that, and print the ratios."""
    levels = [] if level == "unlimited" else [("AC-1001", rig.PLENTY), ("AC-1002", rig.PLENTY)]
    with rig.hub(level=level) as one, rig.client() as send:
        if levels:
            (one.home / "out" / "846.edi").write_text(rig.counts(levels, number=1))
            one.command("work", "--until-idle")
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
        f"stock {level}: {sum(map(len, rows.values()))} rows in {len(rows)} tables an order, "
        f"{runs} runs of {count} orders in turn, medians; goal {GOAL}",
        ("", "orders/s", "ratio", "CPU/order", "CPU ratio", "p99"),
        [
            _row(f"bare SQLite, {GROUPED} orders a transaction", grouped, grouped),
            _row("bare SQLite, one order a transaction", alone, grouped),
            (*_row("POST /v1/orders", posted, grouped)[:-1], f"{median(waits) * 1e3:.0f} ms"),
        ],
    )


def main() -> None:
    """Measure with stock that nobody counts, then with stock and reservations in the way."""
    count, runs = (300, 2) if rig.quick() else (2000, RUNS)
    for level in ("unlimited", "reports"):
        measured(level, count, runs)


def _row(name: str, ours: Figures, base: Figures) -> tuple[str, ...]:
    rate, spent = (median(column) for column in zip(*ours, strict=True))
    least = median(used for _, used in base)
    share = f"{least / spent:.2f}"
    return name, f"{rate:,.0f}", f"{_over(ours, base):.2f}", f"{spent * 1e6:.0f} us", share, ""


def _over(ours: Figures, base: Figures) -> float:
    return median(a / b for (a, _), (b, _) in zip(ours, base, strict=True))


if __name__ == "__main__":
    main()
