"""Bytes of any length cut into segments, lines or elements as they pass, memory flat.

A block always ends where a piece ends, so that blocks are cut one by one as if they were one text.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

BLOCK = 128 * 1024
LONG_LINE = 200  # bytes
NEAR = 64 * 1024
"""So many bytes before a block are looked at with it: what hides a secret may begin there."""
_TREE = re.compile(rb"(?:\xef\xbb\xbf)?\s*([<{\[])")
_MARKS = b"\xff\xfe\0"  # of which the byte order marks of UTF-16 and UTF-32 are made
_IN_JSON = re.compile(rb"(?<=[,{\[])(?=[\"{\[])")
_BETWEEN = {b"<": re.compile(rb"(?<=>)(?=<)"), b"{": _IN_JSON, b"[": _IN_JSON}

Mask = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutter:
    """How a paper is cut: a tree into its lines, long ones between elements; others at a mark.

    `between` is None for what is no tree.
    """

    mark: bytes = b"\n"
    between: re.Pattern[bytes] | None = None

    def cut(self, body: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield each piece with where it begins; those that say nothing are left out."""
        return _cut(body, self.mark) if self.between is None else _cut_tree(body, self.between)

    def count(self, body: bytes) -> int:
        """Return how many pieces there are, without making them."""
        if self.between is None:
            return sum(map(bool, map(bytes.strip, body.split(self.mark))))
        lines = body.splitlines()
        short = sum(len(line) <= LONG_LINE and bool(line.strip()) for line in lines)
        long = (self.between.split(line) for line in lines if len(line) > LONG_LINE)
        return short + sum(sum(map(bool, map(bytes.strip, one))) for one in long)

    def end(self, body: bytes) -> int:
        """Return where the last whole piece ends, 0 where none does."""
        if self.between is None:
            at = body.rfind(self.mark)
            return at + len(self.mark) if at >= 0 else 0
        if at := body.rfind(b"\n") + 1:
            return at
        near = max(0, len(body) - NEAR)
        return max((found.start() for found in self.between.finditer(body, near)), default=0)


def cutter_of(head: bytes, syntax: str) -> Cutter:
    """Return how a paper is cut that begins so; `syntax` is what the format kept with it."""
    tree = _TREE.match(head)
    if tree:
        return Cutter(between=_BETWEEN[tree[1]])
    return Cutter(mark=_mark(head, syntax))


def is_tree(head: bytes) -> bool:
    """Say whether a paper that begins so is XML or JSON, of whatever width its signs are."""
    narrow = head.lstrip(_MARKS).replace(b"\0", b"")
    return _TREE.match(narrow) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Some pieces in a row: their first byte in the delivery, the first one's number (from 1)."""

    offset: int
    number: int
    count: int
    body: bytes

    @property
    def end(self) -> int:
        """The byte behind them."""
        return self.offset + len(self.body)


def blocks(
    stream: BinaryIO, *, start: int, length: int, cutter: Cutter, mask: Mask | None = None
) -> Iterator[Block]:
    """Yield a slice of a delivery block by block.

    A piece longer than a block is cut all the same. `mask` hides secrets and keeps every length.
    """
    stream.seek(start)
    left, number, offset, rest = b"", 1, start, length
    shown = _Masked(mask)
    while rest:
        raw = stream.read(min(BLOCK, rest))
        if not raw:
            break
        rest -= len(raw)
        left += shown.next(raw)
        end = len(left) if not rest else cutter.end(left) or len(left)
        body, left = left[:end], left[end:]
        count = cutter.count(body)
        yield Block(offset=offset, number=number, count=count, body=body)
        number, offset = number + count, offset + end


class _Masked:
    """Hides what a format hides, also where it begins in one block and ends in the next."""

    def __init__(self, mask: Mask | None) -> None:
        self._mask = mask
        self._before = b""

    def next(self, raw: bytes) -> bytes:
        """Return the next bytes as they may be shown."""
        if self._mask is None:
            return raw
        whole = self._before + raw
        shown = self._mask(whole)[len(self._before) :]
        self._before = whole[-NEAR:]
        return shown


def masked(
    stream: BinaryIO, *, start: int, length: int, mask: Mask | None = None
) -> Iterator[bytes]:
    """Yield the bytes of a slice as they may be given away, one block after the other."""
    stream.seek(start)
    shown = _Masked(mask)
    while length and (raw := stream.read(min(BLOCK, length))):
        length -= len(raw)
        yield shown.next(raw)


def _mark(head: bytes, syntax: str) -> bytes:
    """Return what ends a segment: as the format kept it, else a line end."""
    try:
        kept = json.loads(syntax) if syntax else {}
    except ValueError:
        kept = {}
    segment = kept.get("segment", "") if isinstance(kept, dict) else ""
    return str(segment).encode("latin-1", "replace") or (b"\n" if b"\n" in head else b"~")


def _cut_tree(body: bytes, between: re.Pattern[bytes]) -> Iterator[tuple[int, bytes]]:
    at = 0
    for line in body.splitlines(keepends=True):
        for piece in between.split(line) if len(line) > LONG_LINE else (line,):
            if piece.strip():
                yield at, piece.rstrip(b"\r\n")
            at += len(piece)


def _cut(body: bytes, mark: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    for raw in body.split(mark):
        stripped = raw.lstrip(b"\r\n")
        if stripped.strip():
            yield at + len(raw) - len(stripped), stripped.rstrip(b"\r\n")
        at += len(raw) + len(mark)


def decoded(raw: bytes) -> str:
    """Return bytes as text: UTF-8 if they are, else each byte as its Latin-1 sign."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
