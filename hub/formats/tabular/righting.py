"""Cells that the sender of a table put right afterwards, in the place of those in the file."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from hub.domain.exchange import Document, Problem, Severity
from hub.formats.tabular.papers import numbered
from hub.formats.tabular.rows import values, wrong
from hub.formats.tabular.shape import loads

Cells = Mapping[tuple[int, int], str]
"""Texts by the number of their record, from 1 on, and their place in it, from 0 on."""


def columns(document: Document) -> tuple[str, ...]:
    """Return what the columns of a document are taken for, empty for nothing."""
    return loads(document.syntax).columns


def put_right(body: bytes, *, document: Document, cells: Cells) -> Document:
    """Return the document with these cells in place of the file's; the bytes stay as they came.

    Its warnings are told anew for the records that have one. The headings stay what they are.
    """
    shape = loads(document.syntax)
    put = tuple((row, place, text) for (row, place), text in cells.items() if row > shape.heading)
    shape = replace(shape, put=put)
    changed = {row for row, _, _ in put}
    records = (
        (number, said)
        for number, said in numbered(io.BytesIO(body), shape, offset=document.offset)
        if number in changed
    )
    told = [
        problem
        for number, said in records
        for problem in wrong(shape, number, said, values(shape, said))
        if problem.severity is Severity.WARNING
    ]
    old = _others(document.problems, changed)
    return replace(document, syntax=shape.dumps(), problems=(*old, *told))


def _others(problems: Sequence[Problem], changed: Iterable[int]) -> Iterator[Problem]:
    places = tuple(f"row {number}," for number in changed)
    return (one for one in problems if not f"{one.where.path},".startswith(places))
