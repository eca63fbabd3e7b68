"""Tables that a supplier's people upload: kept first (`supplier_kept`), then read row by row.

The columns are found as those of a table that comes as a file (`hub.flow.headings`). A sheet is
read again from the kept bytes whenever it is looked at: the browser holds nothing of it.
"""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, cast

from pydantic import BaseModel

from hub.domain.exchange import Document, Problem, Where
from hub.domain.messages import Message
from hub.errors import Malformed
from hub.flow.headings import with_headings
from hub.flow.parts import Parts
from hub.flow.supplier_kept import UPLOADS, Cells, corrections
from hub.formats import Format
from hub.mapping import Page
from hub.store import TransmissionRow

TABLES = "tabular"
PARCELS = "parcels"
"""The set of a table of orders and tracking numbers alone: of each order all leaves."""
MAPS = {"shipment": "csv/shipment", "stock": "csv/stock", PARCELS: "csv/shipment"}
LEVELS = {"shipment": 3, "stock": 1, PARCELS: 2}
"""How many segments a row of each table becomes."""
MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 10_000
_TOGETHER = 10  # records that are read at once
_FIRST = 3  # the ordinal of the first row's first segment: ST is 1, the table's head 2
_ROW = re.compile(r"row (\d+)\b")


class Looked(Protocol):
    """The first rows of a table whose columns are not all known."""

    @property
    def rows(self) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """Records with their numbers in the file."""

    @property
    def number(self) -> int:
        """The record that seems to name the columns."""

    @property
    def columns(self) -> tuple[str, ...]:
        """What its cells are taken for, empty for nothing."""

    @property
    def set_id(self) -> str:
        """The table that it is taken for."""

    @property
    def missing(self) -> tuple[tuple[str, ...], ...]:
        """Groups of columns that the table needs one of each of, and has none."""

    @property
    def twice(self) -> tuple[str, ...]:
        """What several columns are taken for."""

    @property
    def lacks(self) -> int:
        """How many columns are missing, or there twice."""


class _Tables(Format, Protocol):
    """What the format of tables offers beside what every format does."""

    def written_rows(
        self, body: bytes, *, document: Document
    ) -> tuple[tuple[str, ...], tuple[tuple[int, tuple[str, ...]], ...]]:
        """Return the headings and the records below them."""

    def given_back(self, rows: Sequence[Sequence[str]], *, book: bool) -> bytes:
        """Return rows as a file."""

    def columns(self, document: Document) -> tuple[str, ...]:
        """Return what the columns are taken for."""

    def put_right(self, body: bytes, *, document: Document, cells: Cells) -> Document:
        """Return the document with cells in place of the file's."""

    def looked_at(self, body: bytes, *, profile: BaseModel) -> Looked:
        """Return the first rows, and what their columns are taken for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """One row as it stands in the file, what it says, and what keeps it from counting.

    `message` is None for a row that could not be read; `odd` does not keep it from counting. `turn`
    is the correction that spoke of it last, 0 for none.
    """

    number: int
    cells: tuple[str, ...]
    message: Message | None
    problems: tuple[Problem, ...] = ()
    odd: tuple[Problem, ...] = ()
    turn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A kept upload as it was read; with `problems` it could not be read as a whole.

    `unread` are the headings of a table of set PARCELS that nothing is read from; a column that
    has cells and no heading is there by its number. `columns` are what its columns are taken for.
    """

    id: str
    name: str
    set_id: str = ""
    headings: tuple[str, ...] = ()
    rows: tuple[SheetRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    unread: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


# --- reading ------------------------------------------------------------------------------------


def sheet(parts: Parts, partner: str, upload: str) -> Sheet:
    """Return an upload of the partner's as its rows; KeyError when there is none.

    What is wrong with the file as a whole, or with a row, is in the answer.
    """
    row, body, profile = _opened(parts, partner, upload)
    found = Sheet(id=upload, name=row.name)
    try:
        document = _document(parts, body, profile)
    except Malformed as fault:
        bare = _of_parcels(parts, body, profile)
        return (
            replace(found, problems=tuple(fault.problems))
            if bare is None
            else _read(parts, replace(found, unread=bare[1]), bare[0], body)
        )
    if document.set_id not in MAPS:
        text = "this table is an answer to orders; answers are given at the order itself"
        return replace(found, problems=(Problem(code="other-table", text=text),))
    return _read(parts, found, document, body)


def _of_parcels(
    parts: Parts, body: bytes, profile: BaseModel
) -> tuple[Document, tuple[str, ...]] | None:
    """Return a table that names orders and tracking numbers, and neither articles nor quantities.

    With it come the headings that nothing is read from, `column 3` for a column of cells without
    any. None for any other table.
    """
    tables = cast(_Tables, parts.formats[TABLES])
    try:
        looked = tables.looked_at(body, profile=_as(profile, "shipment"))
        missing = {name for group in looked.missing for name in group}
        if looked.twice or not {"quantity", "line"} <= missing or missing & {"number", "tracking"}:
            return None
        document = _document(parts, body, _as(profile, PARCELS))
    except Malformed:
        return None
    headings, rows = tables.written_rows(body, document=document)
    filled = {n for _, cells in rows for n, cell in enumerate(cells) if cell.strip()}
    unread = (
        heading.strip() or f"column {n + 1}"
        for n, (heading, means) in enumerate(zip(headings, looked.columns, strict=False))
        if not means and (heading.strip() or n in filled)
    )
    return document, tuple(unread)


def _as(profile: BaseModel, set_id: str) -> BaseModel:
    """A profile by which a file is read as one table, whatever its headings are."""
    return profile.model_copy(update={"table": set_id})


def _opened(parts: Parts, partner: str, upload: str) -> tuple[TransmissionRow, bytes, BaseModel]:
    with parts.store.read() as tx:
        row = tx.exchange.transmission(upload)
        if row.partner != partner or not row.delivery_key.startswith(UPLOADS):
            raise KeyError(upload)
        with tx.exchange.body(upload) as stream:
            body = stream.read()
        return row, body, with_headings(tx, partner, profile_of(parts, partner))


def looked_at(parts: Parts, partner: str, upload: str) -> tuple[str, Looked]:
    """Return an upload's name and its first rows, read as the table that it is most like.

    Raises KeyError when there is none, Malformed for a file that is no table.
    """
    row, body, profile = _opened(parts, partner, upload)
    tables = cast(_Tables, parts.formats[TABLES])
    tries = [
        tables.looked_at(body, profile=_as(profile, set_id)) for set_id in ("shipment", "stock")
    ]
    best = min(tries, key=lambda one: one.lacks - sum(map(bool, one.columns)))
    return row.name, best


def profile_of(parts: Parts, partner: str) -> BaseModel:
    """Return how the partner's tables are read: by its page when it sends tables, else as usual."""
    own = (
        channel.profile
        for channel in parts.partners.get(partner).channels
        if channel.format == TABLES
    )
    config: Any = parts.formats[TABLES].Config
    page: Any = next(own, config())
    told = page.model_dump(by_alias=True, exclude_unset=True)
    limits = {"table": "detect", "max_bytes": MOST_BYTES, "max_rows": MOST_ROWS}
    profile: BaseModel = config.model_validate({**told, **limits})
    return profile


def _document(parts: Parts, body: bytes, profile: BaseModel) -> Document:
    [interchange] = parts.formats[TABLES].split(io.BytesIO(body), profile=profile)
    documents = interchange.groups[0].documents
    if not documents:
        text = "there is no row below the headings; fill the table in and upload it again"
        raise Malformed([Problem(code="empty", text=text)])
    return documents[0]


def _read(parts: Parts, found: Sheet, document: Document, body: bytes) -> Sheet:
    tables = cast(_Tables, parts.formats[TABLES])
    with parts.store.read() as tx:
        told = corrections(tx, found.id)
    if told:
        cells = {place: text for one in told for place, text in one.items()}
        document = tables.put_right(body, document=document, cells=cells)
    turns = {row: turn for turn, one in enumerate(told, start=1) for row, _ in one}
    headings, written = tables.written_rows(body, document=document)
    page = parts.maps.page(MAPS[document.set_id])
    read = _readings(tables, page, document, body)
    odd = _by_row(document.problems)
    columns = tables.columns(document)
    counts = [place for place, name in enumerate(columns) if name in _COUNTS]
    rows = [
        _sure(
            SheetRow(
                number=number,
                cells=cells,
                message=message,
                problems=problems,
                odd=plainly(odd.get(number, ())),
                turn=turns.get(number, 0),
            ),
            columns,
            counts,
        )
        for (number, cells), (message, problems) in zip(written, read, strict=True)
        if any(one.strip() for one in cells)
    ]
    return replace(
        found, set_id=document.set_id, headings=headings, rows=tuple(rows), columns=columns
    )


def _sure(row: SheetRow, columns: Sequence[str], counts: Sequence[int]) -> SheetRow:
    """A row, which says nothing when one of its counts may be meant in two ways.

    People write 1.000 for a thousand where they write 2,50 for two and a half; programs write it
    for one. A number cell of a workbook never reads so.
    """
    texts = ((place, row.cells[place]) for place in counts if place < len(row.cells))
    told = [
        problem_at(row, _two_ways(found[1]), code="thousands", column=columns[place])
        for place, text in texts
        if "." in text and (found := _THOUSANDS.fullmatch(text)) and int(found[1])
    ]
    return replace(row, message=None, problems=(*told, *row.problems)) if told else row


_THOUSANDS = re.compile(r"""\s*(?:=")?([0-9]{1,12})\.000"?\s*""", re.ASCII)


def _two_ways(units: str) -> str:
    one = int(units)
    return f"{units}.000 can be {one} or {one}000: write {one} or {one}000"


def _readings(
    tables: _Tables, page: Page, document: Document, body: bytes
) -> Iterator[tuple[Message | None, tuple[Problem, ...]]]:
    """Read each record as if it were alone: what is wrong with one keeps no other from counting."""
    head, *segments = cast(tuple[tuple[str, ...], ...], tables.read(body, document=document))
    width = LEVELS[document.set_id]
    step = width * (_TOGETHER if width > 1 else 1)
    for start in range(0, len(segments), step):
        some = segments[start : start + step]
        messages = _smoothly(page, head, some, width)
        if messages is not None:
            yield from ((message, ()) for message in messages)
            continue
        for place in range(0, len(some), width):
            record = some[place : place + width]
            if not any(record):
                yield None, ()
                continue
            reading = page.read((head, *record))
            problems = tuple(
                tables.locate(body, document=document, problem=_moved(problem, start + place))
                for problem in reading.problems
            )
            yield (None if problems else next(iter(reading.messages), None)), problems


def _smoothly(
    page: Page, head: tuple[str, ...], segments: Sequence[tuple[str, ...]], width: int
) -> tuple[Message, ...] | None:
    """Read a few records at once, which costs half; None unless each makes a message by itself.

    Each begins with a segment of its own, which begins a message: so many messages as records,
    and nothing wrong with any, are the messages of the records.
    """
    if width == 1 or not all(segments[::width]):
        return None
    reading = page.read((head, *segments))
    alone = not reading.problems and len(reading.messages) * width == len(segments)
    return reading.messages if alone else None


def _moved(problem: Problem, segments: int) -> Problem:
    """A problem of a record that was read alone, as it stands in the whole table."""
    where = problem.where
    ordinal = _FIRST if where.ordinal is None else max(where.ordinal, _FIRST)
    return replace(problem, where=replace(where, ordinal=ordinal + segments))


def _by_row(problems: Sequence[Problem]) -> dict[int, tuple[Problem, ...]]:
    found: dict[int, tuple[Problem, ...]] = {}
    for problem in problems:
        named = _ROW.match(problem.where.path)
        number = int(named[1]) if named else 0
        found[number] = (*found.get(number, ()), problem)
    return found


def given_back(
    parts: Parts, found: Sheet, rows: Sequence[tuple[SheetRow, str]], *, book: bool
) -> bytes:
    """Return rows of a sheet as a file with what is wrong with each in a column of its own.

    The column has a heading that nothing is read from, so that the file can be uploaded again.
    """
    width = max([len(found.headings), *(len(row.cells) for row, _ in rows)], default=0)

    def padded(cells: Sequence[str]) -> list[str]:
        return [*cells, *[""] * (width - len(cells))]

    table = [[*padded(found.headings), COLUMN_OF_WRONG]]
    table += [[*padded(row.cells), why] for row, why in rows]
    return written(parts, table, book=book)


def written(parts: Parts, rows: Sequence[Sequence[str]], *, book: bool) -> bytes:
    """Return rows as a file that a spreadsheet opens and we read again."""
    return cast(_Tables, parts.formats[TABLES]).given_back(rows, book=book)


COLUMN_OF_WRONG = "What is wrong"


def plainly(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return problems of a row as its own sender is told them: each once, and what to do."""
    return tuple(dict.fromkeys(_plain(problem) for problem in problems))


def _plain(problem: Problem) -> Problem:
    column = problem.where.path.rpartition("column ")[2]
    if problem.code in _NOT_SAID:
        return replace(problem, text=_FILL_IN.get(column, _FILL_IN[""]))
    if problem.code in _NO_SUCH_DAY or (problem.code == "map-value" and column in _DAYS):
        return replace(problem, text=_NO_DAY)
    if problem.code == "map-value" and column in _COUNTS:
        return replace(problem, text=_NO_COUNT)
    return problem


_NOT_SAID = ("empty-cell", "map-missing")
_NO_SUCH_DAY = ("no-day", "no-moment")
_DAYS, _COUNTS = ("shipped_at", "next_on", "as_of"), ("quantity", "next_quantity")
_NO_DAY = "this is no day, so that it does not count; write it as 2026-11-26"
_NO_COUNT = "this is no whole number of units; write digits alone, such as 12"
_FILL_IN = {
    "": "fill this cell in",
    "number": "fill in the number of the purchase order",
    "line": "fill in the line's number, or the SKU or another number of the article",
    "quantity": "fill in the quantity",
    "tracking": "fill in the tracking number as it stands on the label",
}


def problem_at(
    row: SheetRow, text: str, *, code: str, column: str = "", value: str = ""
) -> Problem:
    """Return what is wrong with a row, with its place."""
    path = f"row {row.number}, column {column}" if column else f"row {row.number}"
    return Problem(code=code, text=text, where=Where(path=path, value=value[:99]))
