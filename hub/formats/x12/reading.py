"""One paper's slice → its segments; problems → bytes; is a delivery whole."""

import re
from dataclasses import replace
from typing import BinaryIO

from hub.domain.exchange import Document, Problem, Segments
from hub.formats.x12.scanning import BLANK, NEWLINE, Delimiters, loads

_TAIL = 4096
_IEA = re.compile(rb"IEA([^A-Za-z0-9\s])\d{1,5}\1(?:\d{9}|\d{1,9}[^A-Za-z0-9 ]{1,4})\Z", re.DOTALL)


def whole(stream: BinaryIO) -> bool:
    """Say whether the delivery ends in an IEA, that is, has arrived completely.

    Bytes that do not begin like X12 are "whole" too: there is nothing to wait for, `split` tells
    what they are. Reads the first and last 4 kB of a seekable stream; checks nothing else.
    """
    stream.seek(0)
    start = stream.read(_TAIL).removeprefix(b"\xef\xbb\xbf").lstrip(BLANK)
    if start and not b"ISA".startswith(start[:3]):
        return True
    size = stream.seek(0, 2)
    stream.seek(max(0, size - _TAIL))
    tail = stream.read().rstrip(b"\x1a\x00 \t")
    return _IEA.search(_one_line_end(tail)) is not None


def _one_line_end(tail: bytes) -> bytes:
    """Blank lines after the end shrink to one, which may be the terminator itself."""
    kept = tail.rstrip(NEWLINE + b"\x1a\x00 \t")
    return kept + (b"\n" if len(kept) < len(tail) else b"")


def read(body: bytes, *, document: Document) -> Segments:
    """Return the segments between ST and SE of one paper's slice, as text.

    Bytes are read as UTF-8, else as ISO 8859-1 (split has warned of it); trailing empty elements
    are left out. Checks nothing: a slice that was rejected at split reads as far as it goes.
    """
    marks = loads(document.syntax)
    text = _decoded(body)
    element, segment = (_decoded(mark) for mark in (marks.element, marks.segment))
    pieces = (piece.strip("\r\n") for piece in text.split(segment))
    rows = [tuple(_trimmed(piece.split(element))) for piece in pieces if piece]
    return tuple(row for row in rows if row[0] not in ("ST", "SE"))


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("latin-1")


def _trimmed(row: list[str]) -> list[str]:
    while len(row) > 1 and not row[-1]:
        row.pop()
    return row


def locate(body: bytes, *, document: Document, problem: Problem) -> Problem:
    """Add the byte offset to a problem that names a segment's ordinal (ST = 1).

    With an element the offset is that element's first byte. A problem that has an offset or no
    ordinal, or whose ordinal is not there, is returned as it is.
    """
    where = problem.where
    if where.offset is not None or where.ordinal is None:
        return problem
    marks = loads(document.syntax)
    found = _nth(body, where.ordinal, marks)
    if found is None:
        return problem
    start, raw = found
    parts = raw.split(marks.element)
    place = min(where.element or 0, len(parts))
    inside = sum(len(part) + len(marks.element) for part in parts[:place])
    offset = document.offset + start + min(inside, len(raw))
    return replace(problem, where=replace(where, offset=offset))


def _nth(body: bytes, ordinal: int, marks: Delimiters) -> tuple[int, bytes] | None:
    at, count = 0, 0
    for raw in body.split(marks.segment):
        stripped = raw.lstrip(NEWLINE)
        if stripped:
            count += 1
            if count == ordinal:
                return at + len(raw) - len(stripped), stripped
        at += len(raw) + len(marks.segment)
    return None
