"""Many orders from the lives of a few: rows of whole lives copied under other names and people.

A life is everything that a real order left in the store, from its placing to its last paper. Its
copies have ids, numbers, articles, moments and people of their own; what was sealed is sealed
again, so that every page opens them like any other. SQLite and PostgreSQL alike.
"""

import json
import os
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
from alembic.script import ScriptDirectory
from psycopg.sql import SQL, Identifier

from hub.domain import finding
from hub.store.migrating import configuration
from hub.store.schema import metadata
from hub.store.seals import Sealer, Vault

Rows = dict[str, list[tuple[Any, ...]]]
Cell = Callable[["Copy", Any], Any]
BRANDS = ("juniper", "harbor")
_SUMS = frozenset({"order_sum", "part_sum"})  # functions of the orders: made of the copies
_LEFT_OUT = _SUMS | {"lane", "counter", "duty", "schedule_fire", "sighting", "item", "partner_item"}
_ID = re.compile(r"\b(?:[a-z]{2,6}_)([0-9a-f]{20,30})\b")
_TOKEN = re.compile(
    r"\b(?P<prefix>[a-z]{2,6}_)(?P<id>[0-9a-f]{20,30})\b"
    r"|(?P<order>\bQ\d{6}\b)|(?P<parcel>1Z999AA1\d{10})|\b(?P<article>(?:SKU|V)-)(?P<sku>\d{6})\b"
)
_YEAR_2000 = 946_684_800_000_000
"""A whole number beyond it is a moment in microseconds; no quantity is."""
_FIRST = "Ada Ben Cleo Dana Emil Fay Gus Hana Ivo June Karl Lena Max Nora Otis Pia".split()
_LAST = "Abel Brandt Castillo Dietz Engel Fisher Grant Hale Ito Jansen Kovac Lind Moss Nagy".split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """One invented person."""

    name: str
    email: str
    phone: str
    postcode: str


def buyer(n: int) -> Buyer:
    """Return the buyer of the n-th copy."""
    name = f"{_FIRST[n % 16]} {_LAST[n // 16 % 14]}"
    return Buyer(
        name=name,
        email=f"buyer{n}@example.com",
        phone=f"312-555-{n % 10000:04d}",
        postcode=f"{60000 + n % 1800}",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Which copy is made: its number, how far back its moments lie, its articles."""

    n: int
    age: int  # microseconds
    articles: range


# --- reading and writing rows -------------------------------------------------------------------


@contextmanager
def opened(url: str) -> Iterator[Any]:
    """Lend a bare connection to the database of an address."""
    if url.startswith("sqlite:///"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as raw:
            yield raw
        return
    with psycopg.connect(url.replace("+psycopg", "")) as bare:
        yield bare


def every_row(url: str) -> Rows:
    """Return every row of every table that copies are made of."""
    with opened(url) as raw:
        return {
            table.name: [tuple(row) for row in raw.cursor().execute(_all(table.name)).fetchall()]
            for table in metadata.sorted_tables
            if table.name not in _LEFT_OUT and not table.name.startswith("account")
        }


def summed(raw: Any) -> None:
    """Make the sums of all orders anew, as the migration does that brought them."""
    made = ScriptDirectory.from_config(configuration()).get_revision("0017").module
    cursor = raw.cursor()
    for name in sorted(_SUMS):
        cursor.execute(f'DELETE FROM "{name}"')  # names of our own tables
    for statement in (made.ORDERS, made.PARTS):
        cursor.execute(statement)


def _all(table: str) -> str:
    columns = ", ".join(f'"{column.name}"' for column in metadata.tables[table].columns)
    return f'SELECT {columns} FROM "{table}"'  # names of our own tables


def put(raw: Any, rows: Mapping[str, Sequence[tuple[Any, ...]]]) -> None:
    """Insert rows, tables that others point at first; the caller commits."""
    for table in metadata.sorted_tables:
        found = rows.get(table.name, ())
        if not found:
            continue
        if isinstance(raw, sqlite3.Connection):
            marks = ",".join("?" * len(found[0]))
            named = ", ".join(f'"{column.name}"' for column in table.columns)
            into = f'INSERT INTO "{table.name}" ({named}) VALUES ({marks})'
            raw.executemany(into, found)
            continue
        names = SQL(",").join(Identifier(column.name) for column in table.columns)
        into = SQL("COPY {} ({}) FROM STDIN").format(Identifier(table.name), names)
        with raw.cursor() as cursor, cursor.copy(into) as copy:
            for row in found:
                copy.write_row(row)


# --- a life -------------------------------------------------------------------------------------


class Life:
    """What one order left in the store; `copy` makes another of it."""

    def __init__(self, before: Rows, after: Rows, vault: Vault) -> None:
        self._vault = vault
        known = {name: {_key(name, row) for row in rows} for name, rows in before.items()}
        self.rows = {
            name: added
            for name, rows in after.items()
            if (added := [row for row in rows if _key(name, row) not in known[name]])
        }
        self.rows.pop("person_term", None)  # made anew of the other person's words
        stems = {
            _stem(found)
            for rows in self.rows.values()
            for row in rows
            if isinstance(row[0], str)
            for found in _ID.findall(row[0])
        }
        self._stems = {stem: place for place, stem in enumerate(sorted(stems))}
        self._plain = self._opened()
        self._cells = {
            name: [[self._cell(name, n, value) for n, value in enumerate(row)] for row in rows]
            for name, rows in self.rows.items()
        }

    # --- what is sealed ---

    def _opened(self) -> dict[str, bytes]:
        """Return what was sealed in the life's rows, open, by the row's id."""
        found: dict[str, bytes] = {}
        columns = {name: _columns(name) for name in self.rows}
        customers = {
            row[0]: self._vault.unwrap(
                row[columns["customer"].index("wrapped_key")], context=row[0]
            )
            for row in self.rows.get("customer", ())
        }
        [sealer] = customers.values()
        for name in ("person", "input"):
            at = columns[name].index("sealed") if name in columns else 0
            found |= {
                row[0]: sealer.open(row[at], context=row[0])
                for row in self.rows.get(name, ())
                if row[at] is not None
            }
        for row in self.rows.get("transmission", ()):
            body, key = (row[columns["transmission"].index(one)] for one in ("body", "wrapped_key"))
            if body is not None:
                own = self._vault.unwrap(key, context=row[0])
                found[row[0]] = own.open(body, context=row[0])
        return found

    # --- one cell ---

    def _cell(self, table: str, place: int, value: Any) -> Cell | None:
        """Return what makes the cell of a copy, None when it stays as it is."""
        column = _columns(table)[place]
        special = _SPECIAL.get((table, column))
        if special is not None and (column not in _NUMBERS or value.isdecimal()):
            return special
        if isinstance(value, bytes) and column not in ("sealed", "body", "wrapped_key"):
            size = len(value)
            return lambda copy, old: os.urandom(size)
        if isinstance(value, int) and value > _YEAR_2000:
            return lambda copy, old: old - copy.age
        if isinstance(value, str):
            return self._text(value)
        return None

    def _text(self, value: str) -> Cell | None:
        pieces: list[str | Callable[[Copy], str]] = []
        end = 0
        for match in _TOKEN.finditer(value):
            made = self._token(match)
            if made is not None:
                pieces += [value[end : match.start()], made]
                end = match.end()
        if not pieces:
            return None
        pieces.append(value[end:])
        return lambda copy, old: "".join(
            one if isinstance(one, str) else one(copy) for one in pieces
        )

    def _token(self, match: re.Match[str]) -> Callable[[Copy], str] | None:
        if match["order"]:
            return lambda copy: f"Q{copy.n:06d}"
        if match["parcel"]:
            return lambda copy: f"1Z999AA1{copy.n:010d}"
        if match["article"]:
            word, place = match["article"], int(match["sku"]) % 10
            return lambda copy: f"{word}{_article(copy, place):06d}"
        stem = _stem(match["id"])
        if stem not in self._stems:
            return None
        place, rest, prefix = self._stems[stem], match["id"][len(stem) :], match["prefix"]
        width = len(stem) - 12
        return lambda copy: (
            f"{prefix}{copy.n:012x}{place:0{width}x}{rest}"
            if width == 8
            else f"{prefix}{(_time_of(stem) - copy.age // 1000):012x}{copy.n:08x}{place:04x}{rest}"
        )

    # --- a whole copy ---

    def copy(self, copy: Copy) -> Rows:
        """Return the rows of a copy; moments of its facts in the ledger are the caller's."""
        made: Rows = {
            name: [
                tuple(
                    old if cell is None else cell(copy, old)
                    for cell, old in zip(cells, row, strict=True)
                )
                for cells, row in zip(self._cells[name], rows, strict=True)
            ]
            for name, rows in self.rows.items()
        }
        self._seal(copy, made)
        for name in ("customer_order", "fulfillment"):
            made[name] = [_typed(name, row) for row in made.get(name, ())]
        return made

    def _seal(self, copy: Copy, made: Rows) -> None:
        who = buyer(copy.n)
        columns = _columns("customer")
        [customer] = made["customer"]
        sealer, wrapped = self._vault.new_key(context=customer[0])
        brand = customer[columns.index("brand")]
        index = self._vault.index(f"{brand}\x1f{who.email}")
        made["customer"] = [_with("customer", customer, wrapped_key=wrapped, email_index=index)]
        told = finding.terms(name=who.name, code=who.postcode, telephones=(who.phone,))
        made["person_term"] = [
            (self._vault.index(f"term\x1f{brand}\x1f{term}")[:16], customer[0]) for term in told
        ]
        for name in ("person", "input", "transmission"):
            if name in made:
                made[name] = [
                    self._sealed_row(name, row, old[0], sealer, who)
                    for row, old in zip(made[name], self.rows[name], strict=True)
                ]

    def _sealed_row(
        self, table: str, row: tuple[Any, ...], old: str, sealer: Sealer, who: Buyer
    ) -> tuple[Any, ...]:
        plain = self._plain.get(old)
        if plain is None:
            return row
        if table == "transmission":
            own, wrapped = self._vault.new_key(context=row[0])
            return _with(table, row, body=own.seal(plain, context=row[0]), wrapped_key=wrapped)
        if table == "person":
            words = json.loads(plain)
            words |= {"name": who.name, "email": who.email, "phone": who.phone}
            plain = json.dumps(words | {"postal_code": who.postcode}).encode()
        return _with(table, row, sealed=sealer.seal(plain, context=row[0]))


def _stem(found: str) -> str:
    """The part of an id that all ids of one input share; a name of its own is all stem."""
    return found[:24] if len(found) >= 26 else found[:20]


def _time_of(stem: str) -> int:
    return int(stem[:12], 16)


def _article(copy: Copy, place: int) -> int:
    return copy.articles[(copy.n * 7 + place) % len(copy.articles)]


def _columns(table: str) -> list[str]:
    return [column.name for column in metadata.tables[table].columns]


def _key(table: str, row: tuple[Any, ...]) -> tuple[Any, ...]:
    names = [column.name for column in metadata.tables[table].primary_key]
    columns = _columns(table)
    return tuple(row[columns.index(name)] for name in names)


def _with(table: str, row: tuple[Any, ...], **cells: Any) -> tuple[Any, ...]:
    columns = _columns(table)
    changed = list(row)
    for name, value in cells.items():
        changed[columns.index(name)] = value
    return tuple(changed)


def _typed(table: str, row: tuple[Any, ...]) -> tuple[Any, ...]:
    """The row with its number also in the forms by which people find it."""
    columns = _columns(table)
    number = row[columns.index("number")]
    forms = {"number_plain": finding.plain_number, "number_digits": finding.number_digits}
    return _with(table, row, **{one: form(number) for one, form in forms.items() if one in columns})


_NUMBERS = ("number", "group_number")  # of an envelope that has one; else an id stands there
_SPECIAL: dict[tuple[str, str], Cell] = {
    ("transmission", "delivery_key"): lambda copy, old: f"{old}~{copy.n}",
    ("transmission", "seq"): lambda copy, old: old + 1000 + copy.n * 20,
    ("reply", "key"): lambda copy, old: f"{old}~{copy.n}",
    ("interchange", "number"): lambda copy, old: f"{copy.n:09d}",
    ("document", "group_number"): lambda copy, old: str(copy.n),
    ("customer_order", "brand"): lambda copy, old: BRANDS[copy.n % 2],
    ("customer", "brand"): lambda copy, old: BRANDS[copy.n % 2],
    ("status", "brand"): lambda copy, old: BRANDS[copy.n % 2],
    ("fact", "brand"): lambda copy, old: BRANDS[copy.n % 2],
    ("ledger", "brand"): lambda copy, old: BRANDS[copy.n % 2],
}


def positioned(rows: Rows, start: int) -> int:
    """Give the facts of a copy their places in the ledger; return the last."""
    columns = _columns("ledger")
    at = columns.index("position")
    placed = []
    for row in rows.get("ledger", ()):
        start += 1
        placed.append((*row[:at], start, *row[at + 1 :]))
    rows["ledger"] = placed
    rows["status"] = [_with("status", row, position=start) for row in rows["status"]]
    return start


def micros(time: timedelta) -> int:
    """Return a span in microseconds."""
    return time // timedelta(microseconds=1)
