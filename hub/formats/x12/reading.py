"""One paper's slice → its segments; problems → bytes; is a delivery whole."""

import re
from codecs import getincrementaldecoder
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import BinaryIO

from hub.domain.exchange import Document, Problem, Segments
from hub.formats.x12.scanning import BLANK, BLOCK, NEWLINE, Delimiters, loads

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
    encoding = _encoding([body], marks)
    return tuple(_rows(body.decode(encoding), marks, encoding))


def walk(stream: BinaryIO, *, document: Document, rows: str = "") -> Iterator[tuple[str, ...]]:
    """Yield the segments that `read` returns of the same slice, one at a time.

    Seeks in the archived object before every block, and holds one block and one segment. From the
    first byte outside ASCII it looks ahead to the end once, to know how characters are encoded.
    Raises ValueError if the stream ends before the document does.
    """
    del rows  # every segment is given out
    marks = loads(document.syntax)
    encoding = ASCII if _is_ascii(marks) else _encoding(_blocks(stream, document), marks)
    rest, at = b"", 0
    for block in _blocks(stream, document):
        if encoding == ASCII and not block.isascii():
            encoding = _encoding(_blocks(stream, document, at), marks)
        rest, at = rest + block, at + len(block)
        end = rest.rfind(marks.segment) + len(marks.segment)
        if end >= len(marks.segment):
            yield from _rows(rest[:end].decode(encoding), marks, encoding)
            rest = rest[end:]
    yield from _rows(rest.decode(encoding), marks, encoding)


ASCII, UTF8, LATIN1 = "ascii", "utf-8", "latin-1"
_FRAME = ("ST", "SE")


def _rows(text: str, marks: Delimiters, encoding: str) -> Iterator[tuple[str, ...]]:
    """The hot loop of a stock feed: cut, trimmed, and without the frame."""
    element = marks.element.decode(encoding)
    for raw in text.split(marks.segment.decode(encoding)):
        piece = raw.strip("\r\n")
        if not piece:
            continue
        row = piece.split(element)
        while not row[-1] and len(row) > 1:
            row.pop()
        if row[0] not in _FRAME:
            yield tuple(row)


def _blocks(stream: BinaryIO, document: Document, start: int = 0) -> Iterator[bytes]:
    """Yield a document's slice from its byte `start` on; others may move the stream between."""
    at, end = document.offset + start, document.offset + document.length
    while at < end:
        stream.seek(at)
        block = stream.read(min(BLOCK, end - at))
        if not block:
            raise ValueError(f"the archived object ends at byte {at}, its document at {end}")
        at += len(block)
        yield block


def _encoding(blocks: Iterable[bytes], marks: Delimiters) -> str:
    """Return how a slice is read: delimiters must be characters of it, or text is cut wrongly."""
    known = _decodes([marks.element]) and _decodes([marks.segment])
    return UTF8 if known and _decodes(blocks) else LATIN1


def _is_ascii(marks: Delimiters) -> bool:
    return marks.element.isascii() and marks.segment.isascii()


def _decodes(blocks: Iterable[bytes]) -> bool:
    """Whether the blocks together are UTF-8."""
    decoder = getincrementaldecoder(UTF8)()
    try:
        for block in blocks:
            decoder.decode(block)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def locate(body: bytes, *, document: Document, problem: Problem) -> Problem:
    """Add the byte offset to a problem that names a segment's ordinal (ST = 1).

    With an element the offset is that element's first byte. A problem that has an offset or no
    ordinal, or whose ordinal is not there, is returned as it is.
    """
    return located(body, document=document, problems=(problem,))[0]


def located(
    body: bytes, *, document: Document, problems: Collection[Problem]
) -> tuple[Problem, ...]:
    """Do so for all of a paper's problems; the paper is gone through once."""
    wanted = frozenset(
        problem.where.ordinal
        for problem in problems
        if problem.where.offset is None and problem.where.ordinal is not None
    )
    if not wanted:
        return tuple(problems)
    marks = loads(document.syntax)
    found = _numbered(body, wanted, marks)
    return tuple(_at_byte(problem, found, document, marks) for problem in problems)


def _at_byte(
    problem: Problem,
    segments: Mapping[int, tuple[int, bytes]],
    document: Document,
    marks: Delimiters,
) -> Problem:
    where = problem.where
    found = segments.get(where.ordinal or 0) if where.offset is None else None
    if found is None:
        return problem
    start, raw = found
    parts = raw.split(marks.element)
    place = min(where.element or 0, len(parts))
    inside = sum(len(part) + len(marks.element) for part in parts[:place])
    offset = document.offset + start + min(inside, len(raw))
    return replace(problem, where=replace(where, offset=offset))


def _numbered(
    body: bytes, wanted: Collection[int], marks: Delimiters
) -> dict[int, tuple[int, bytes]]:
    """Return where each of some segments begins and what it is, by its number."""
    found: dict[int, tuple[int, bytes]] = {}
    at, count = 0, 0
    for raw in body.split(marks.segment):
        stripped = raw.lstrip(NEWLINE)
        if stripped:
            count += 1
            if count in wanted:
                found[count] = at + len(raw) - len(stripped), stripped
                if len(found) == len(wanted):
                    break
        at += len(raw) + len(marks.segment)
    return found
