"""Copies of one real order's rows, under new ids and numbers, to be inserted by `sqlite3` alone."""

import os
import re
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import _rig as rig

Rows = dict[str, list[tuple[Any, ...]]]
SAME: Mapping[str, str] = {}
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

    def order(self, n: int, *, instead: Mapping[str, str] = SAME) -> Rows:
        """Return the rows of the n-th order; `instead` says which words are others in it."""
        stem = f"{time.time_ns() // 1_000_000 + n:012x}{os.urandom(6).hex()}"
        digest = os.urandom(10).hex()

        def value(table: str, column: str, old: Any) -> Any:
            if isinstance(old, str):
                text = _TIMED.sub(rf"\g<1>{stem}\g<2>", old).replace("CAPTURED", f"FLOOR-{n}")
                text = _HASHED.sub(rf"\g<1>{digest}", text)
                for word, other in instead.items():
                    text = text.replace(word, other)
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


def columns_of(database: Path) -> dict[str, list[str]]:
    """Return the column names of every table."""
    with closing(sqlite3.connect(database)) as raw:
        names = [name for (name,) in raw.execute("SELECT name FROM sqlite_schema")]
        return {
            name: [row[1] for row in raw.execute(f'PRAGMA table_info("{name}")')] for name in names
        }


def inserts(rows: Rows) -> dict[str, str]:
    """Return what inserts one row into each of these tables."""
    return {
        table: f'INSERT INTO "{table}" VALUES ({",".join("?" * len(some[0]))})'
        for table, some in rows.items()
    }
