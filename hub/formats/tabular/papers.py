"""A document read again by its shape: its segments, all at once or one by one, and their places."""

import io
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import BinaryIO

from hub.domain.exchange import Document, Problem, Segments, Severity, Where, told
from hub.formats.tabular import books, texts
from hub.formats.tabular.rows import segments, values, wrong
from hub.formats.tabular.shape import Shape, loads
from hub.formats.tabular.tables import FEED, IDS, PEOPLE, TABLES, WRITTEN

_ROW = re.compile(r"row (\d{1,9})\b", re.ASCII)
_FIRST = 3  # the ordinal of the first record's first segment: ST is 1, TAB is 2


def walk(stream: BinaryIO, *, document: Document, rows: str = "") -> Iterator[tuple[str, ...]]:
    """Yield the document's segments, see the room; of a text no more than a line is held."""
    del rows  # a table has rows of one kind
    yield from _segments(stream, loads(document.syntax), offset=document.offset)


def read(body: bytes, *, document: Document) -> Segments:
    """Return the same segments at once."""
    return tuple(_segments(io.BytesIO(body), loads(document.syntax)))


def _segments(stream: BinaryIO, shape: Shape, *, offset: int = 0) -> Iterator[tuple[str, ...]]:
    yield ("TAB", "00" if shape.kind == "full" else "04", shape.name, *shape.as_of)
    for number, cells in _records(stream, shape, offset=offset):
        yield from segments(shape, number, cells)


def numbered(stream: BinaryIO, shape: Shape, *, offset: int = 0) -> Iterator[tuple[int, list[str]]]:
    """Yield every record with its number in the file, as its sender put it right."""
    if shape.sheet:
        found = books.rows(books.opened(stream), shape.sheet)
    else:
        found = texts.records(
            stream, encoding=shape.encoding, separator=shape.separator, offset=offset
        )
    changed = {row for row, _, _ in shape.put}
    for number, cells in enumerate(found, start=1):
        yield number, shape.righted(number, cells) if number in changed else cells


def _records(stream: BinaryIO, shape: Shape, *, offset: int = 0) -> Iterator[tuple[int, list[str]]]:
    """Return the records below the headings with their numbers."""
    return ((n, cells) for n, cells in numbered(stream, shape, offset=offset) if n > shape.heading)


def locate(body: bytes, *, document: Document, problem: Problem) -> Problem:
    """Return a problem that names a segment with its row and column instead, and their byte.

    Of a row that could not count it tells what is wrong with its cells. A workbook's rows have no
    bytes of their own.
    """
    return located(body, document=document, problems=(problem,))[0]


def located(
    body: bytes, *, document: Document, problems: Collection[Problem]
) -> tuple[Problem, ...]:
    """Do so for all of a paper's problems."""
    found = [_in_row(body, document, problem) for problem in problems]
    numbers = frozenset(filter(None, (_row(problem) for problem in found)))
    begins = _beginnings(body, document, numbers) if body and numbers else {}
    return tuple(_at_byte(problem, begins, document) for problem in found)


def _in_row(body: bytes, document: Document, problem: Problem) -> Problem:
    where = problem.where
    if where.ordinal is None or where.ordinal < _FIRST:
        return problem
    shape = loads(document.syntax)
    table = shape.table
    row, place = divmod(where.ordinal - _FIRST, table.width)
    number = row + shape.heading + 1
    if body and shape.set_id != FEED and (found := _wrong_rows(body, document).get(number)):
        return found
    tag = table.levels[min(place, len(table.levels) - 1)]
    column = _column(shape, tag, where.element or 0)
    path = f"row {number}, column {column}" if column else f"row {number}"
    return replace(problem, where=Where(path=path, value=where.value))


def _row(problem: Problem) -> int | None:
    """The row that a problem without a byte names."""
    found = _ROW.match(problem.where.path) if problem.where.offset is None else None
    return int(found[1]) if found else None


def _beginnings(body: bytes, document: Document, numbers: frozenset[int]) -> dict[int, int]:
    """Return at which byte of a paper each of some rows begins."""
    shape = loads(document.syntax)
    if shape.sheet:
        return {}
    stream = io.BytesIO(body)
    return texts.beginnings(
        stream, encoding=shape.encoding, separator=shape.separator, wanted=numbers
    )


def _at_byte(problem: Problem, begins: Mapping[int, int], document: Document) -> Problem:
    number = _row(problem)
    if number is None or number not in begins:
        return problem
    offset = document.offset + begins[number]
    return replace(problem, where=replace(problem.where, offset=offset))


def _column(shape: Shape, tag: str, element: int) -> str:
    """Return what stands in an element, as far as one column says it."""
    table = shape.table
    named = [(name, table.columns[name]) for name in shape.columns if name]
    ids = [name for name, column in named if column.tag == tag and name in IDS]
    if table.ids_at <= element and ids:
        # Which id of several it is, the row alone would tell.
        return ids[0] if len(ids) == 1 else ""
    here = (name for name, column in named if (column.tag, column.element) == (tag, element))
    return next(here, "")


# Each problem of a paper asks for its row: the file is judged once for all of them.
@lru_cache(maxsize=1)
def _wrong_rows(body: bytes, document: Document) -> dict[int, Problem]:
    """Return what is wrong with each row that cannot count, as one problem."""
    shape = loads(document.syntax)
    found: dict[int, Problem] = {}
    for number, cells in _records(io.BytesIO(body), shape):
        if said := values(shape, cells):
            errors = [
                one for one in wrong(shape, number, cells, said) if one.severity is Severity.ERROR
            ]
            if errors:
                found[number] = _together(errors)
    return found


def _together(errors: list[Problem]) -> Problem:
    """Return one problem for a row: the first, and in its text the others with their columns."""
    first, *others = errors
    more = [f"{one.where.path.partition(', ')[2]}: {one.text}" for one in others]
    return replace(first, text=told([first.text, *more]))


def discreet(problem: Problem) -> Problem:
    """Return a problem without what people wrote: a ship-to, words for a card, what is engraved."""
    where = problem.where
    column = where.path.rpartition("column ")[2]
    of_people = where.segment == "TO" or column in PEOPLE or _is_text(problem)
    if not (of_people and where.value):
        return problem
    text = problem.text.replace(where.value, "(not shown)")
    return replace(problem, text=text, where=replace(where, value=""))


def _is_text(problem: Problem) -> bool:
    """Whether a paper of ours speaks of an element that carries people's words."""
    where = problem.where
    places = {
        (column.tag, column.element)
        for set_id in WRITTEN
        for name, column in TABLES[set_id].columns.items()
        if name in PEOPLE
    }
    return (where.segment, where.element) in places
