"""Which row names the columns, and which table it is the head of."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hub.errors import Malformed
from hub.formats.tabular.profile import Config
from hub.formats.tabular.tables import ASKED_FOR, TABLES, Column, Table
from hub.formats.tabular.texts import unfit

LOOKED_AT = 20  # records at the top of a file among which the headings are looked for

Row = tuple[int, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The record that names the columns, and what each of them is; empty for one nobody knows."""

    table: Table
    number: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """The row that comes nearest to naming the columns of a table, and what it lacks for that."""

    table: Table
    number: int
    cells: tuple[str, ...]
    columns: tuple[str, ...]
    missing: tuple[tuple[str, ...], ...]
    twice: tuple[str, ...]

    @property
    def lacks(self) -> int:
        """How many columns it misses or has twice."""
        return len(self.missing) + len(self.twice)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    """How a row fits a table as its headings."""

    table: Table
    columns: tuple[str, ...]
    missing: tuple[tuple[str, ...], ...]
    twice: tuple[str, ...]

    @property
    def fits(self) -> bool:
        return not self.missing and not self.twice


def found(rows: Sequence[Row], *, profile: Config) -> Head:
    """Return the first row that can be a head; raises Malformed telling what is missed most nearly.

    Rows above it, a title or a date, are passed over.
    """
    said = [(number, cells) for number, cells in rows if any(cell.strip() for cell in cells)]
    if not said:
        raise unfit("empty", "the file is empty; its first row must name the columns")
    for number, cells in said:
        for fit in _fits(cells, profile):
            if fit.fits:
                return Head(table=fit.table, number=number, columns=fit.columns)
    raise _none(said, profile)


def words(heading: str) -> str:
    """Return a heading as it is compared: small letters without accents, words only."""
    plain = unicodedata.normalize("NFKD", heading.casefold())
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", bare).split())


def _fits(cells: Sequence[str], profile: Config) -> Iterable[_Fit]:
    own = {words(name): column for column, names in profile.columns.items() for name in names}
    said = [words(cell) for cell in cells]
    return [
        _fit(said, table, own)
        for table in TABLES.values()
        if profile.table == table.set_id
        or (profile.table == "detect" and table.set_id not in ASKED_FOR)
    ]


def _fit(said: Sequence[str], table: Table, own: Mapping[str, str]) -> _Fit:
    """See what each column is; the page's own names win over the usual ones."""
    named = [name if (name := own.get(one, "")) in table.columns else "" for one in said]
    usual = _usual(table.columns)
    columns = [
        mine or (name if (name := usual.get(one, "")) not in named else "")
        for one, mine in zip(said, named, strict=True)
    ]
    have = set(columns)
    return _Fit(
        table=table,
        columns=tuple(columns),
        missing=tuple(group for group in table.headings if not have & set(group)),
        twice=tuple(sorted({name for name in columns if name and columns.count(name) > 1})),
    )


def _usual(columns: Mapping[str, Column]) -> dict[str, str]:
    """Return the columns by what they are called; of two with one name the first has it."""
    usual: dict[str, str] = {}
    for name, column in columns.items():
        for text in column.names:
            usual.setdefault(text, name)
    return usual


def nearest(said: Sequence[Row], *, profile: Config) -> Guess:
    """Return the row that comes nearest to being a head; there must be one."""
    fit, number, cells = min(
        (
            (fit, number, cells)
            for number, cells in said
            for fit in reversed([*_fits(cells, profile)])
        ),
        key=lambda one: len(one[0].missing) + len(one[0].twice),
    )
    return Guess(
        table=fit.table,
        number=number,
        cells=tuple(cells),
        columns=fit.columns,
        missing=fit.missing,
        twice=fit.twice,
    )


def _none(said: Sequence[Row], profile: Config) -> Malformed:
    """Say of the row that comes nearest what it lacks."""
    guess = nearest(said, profile=profile)
    missing = [" or ".join(group) for group in guess.missing]
    wrong = " and ".join(
        f"none is {one}" if n else f"no column is {one}" for n, one in enumerate(missing)
    )
    wrong = wrong or f"several columns are {' and '.join(guess.twice)}"
    names = ", ".join(cell.strip()[:40] for cell in guess.cells if cell.strip())
    return unfit(
        "columns",
        f"{wrong} (read as {guess.table.set_id}): row {guess.number} names {names[:400]}. Say what "
        "they are called with `hub partner headings`, or under `columns` in the channel's profile",
        path=f"row {guess.number}",
    )
