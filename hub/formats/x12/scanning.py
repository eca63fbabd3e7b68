"""Bytes → segments: a stream seen through a moving window, cut at C speed, memory flat.

Knows delimiters and where interchanges begin; does not know what any segment but ISA and IEA means.
"""

import json
import re
from dataclasses import dataclass
from typing import BinaryIO

BLOCK = 64 * 1024

BLANK = b"\r\n\t \x00\x1a"
"""What may stand between interchanges and after the last: X12 has no word on it, files do."""

NEWLINE = b"\r\n"

_BEGINS = re.compile(rb"ISA([^A-Za-z0-9\s])(?:(?!\1).){2}\1(?:(?!\1).){0,10}\1", re.DOTALL)
_STRICT = re.compile(
    rb"ISA(.)..\1.{10}\1..\1.{10}\1..\1.{15}\1..\1.{15}\1\d{6}\1\d{4}\1.\1\d{5}\1\d{9}\1",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delimiters:
    """The characters that cut one interchange; `repetition` is empty before version 00402."""

    element: bytes
    component: bytes
    segment: bytes
    repetition: bytes = b""

    def dumps(self) -> str:
        """Return the delimiters as the JSON kept in `Document.syntax`."""
        parts = ("element", "component", "segment", "repetition")
        return json.dumps({part: getattr(self, part).decode("latin-1") for part in parts})

    @property
    def every(self) -> bytes:
        """All delimiter bytes together."""
        return self.element + self.component + self.segment + self.repetition


def loads(syntax: str) -> Delimiters:
    """Read `Document.syntax` back; raises ValueError or KeyError."""
    kept = {part: str(mark).encode("latin-1") for part, mark in json.loads(syntax).items()}
    return Delimiters(
        element=kept["element"],
        component=kept["component"],
        segment=kept["segment"],
        repetition=kept["repetition"],
    )


class Window:
    """A stream read forward in blocks; `offset` is where the window begins, counted from byte 0."""

    __slots__ = ("_buffer", "_ended", "_stream", "offset")

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._buffer = b""
        self._ended = False
        self.offset = 0

    def fill(self, size: int) -> bytes:
        """Return what the window shows, at least `size` bytes unless it ends."""
        while len(self._buffer) < size and not self._ended:
            block = self._stream.read(max(BLOCK, size - len(self._buffer)))
            self._ended = not block
            self._buffer += block
        return self._buffer

    @property
    def ended(self) -> bool:
        """Whether the stream has nothing behind what the window shows."""
        return self._ended

    def skip_to(self, offset: int) -> None:
        """Move the window's beginning forward to a byte it already shows."""
        self._buffer = self._buffer[offset - self.offset :]
        self.offset = offset


SURE = 256  # bytes that are enough to tell an ISA from junk


@dataclass(frozen=True, slots=True, kw_only=True)
class Junk:
    """Bytes that belong to no interchange: where, how many, and how they begin."""

    offset: int
    length: int
    sample: bytes


def seek(window: Window) -> Junk | None:
    """Move to the next ISA or the end and return what it skipped but blanks."""
    junk: Junk | None = None
    while True:
        buffer = window.fill(BLOCK)
        rest = buffer.lstrip(BLANK)
        window.skip_to(window.offset + len(buffer) - len(rest))
        if not rest and window.ended:
            return junk
        if len(rest) < SURE and not window.ended:
            continue  # the block ends too soon to judge what begins here
        if rest.startswith(b"ISA") and _looks_like_isa(rest, after_junk=junk is not None):
            return junk
        if rest:
            junk = _skip_junk(window, rest, junk)


def _looks_like_isa(buffer: bytes, *, after_junk: bool) -> bool:
    return _BEGINS.match(buffer) is not None or not after_junk


def _skip_junk(window: Window, buffer: bytes, junk: Junk | None) -> Junk:
    """Skip to the next ISA here, or all but a tail that may begin one."""
    begins = _BEGINS.search(buffer, 1)
    if begins is not None:
        step = begins.start()
    else:
        step = len(buffer) if window.ended else max(1, len(buffer) - 32)
    start = junk.offset if junk else window.offset
    sample = junk.sample if junk else buffer[: min(step, 60)]
    window.skip_to(window.offset + step)
    return Junk(offset=start, length=window.offset - start, sample=sample)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Whole segments in a row, without their terminators.

    `last` says that none follow in this interchange; `rest` is then what stood there without a
    terminator, `resume` the byte after it, and `too_long` that it passed the channel's cap.
    """

    offset: int
    body: bytes
    pieces: list[bytes]
    last: bool = False
    rest: bytes = b""
    resume: int = 0
    too_long: bool = False


def next_run(window: Window, delimiters: Delimiters, *, cap: int) -> Run:
    """Return the next whole segments, at most one block and never past an IEA.

    The window is not moved. A new ISA, the end of the stream or a segment over `cap` bytes ends it.
    """
    buffer = window.fill(BLOCK)
    foreign = _foreign_isa(buffer)
    visible = buffer if foreign is None else buffer[:foreign]
    stop = _end_of_iea(visible, delimiters) or _end_of_last(visible, delimiters.segment)
    if stop == 0 and foreign is None and not window.ended:
        visible = window.fill(cap + BLOCK)
        stop = _end_of_last(visible, delimiters.segment)
    body = visible[:stop]
    pieces = body.split(delimiters.segment)
    pieces.pop()
    last = stop == 0 and (foreign is not None or window.ended)
    too_long = stop == 0 and not last
    return Run(
        offset=window.offset,
        body=body,
        pieces=pieces,
        last=last or too_long,
        rest=visible[:200] if last else b"",
        resume=window.offset + len(visible),
        too_long=too_long,
    )


def _foreign_isa(buffer: bytes) -> int | None:
    at = buffer.find(b"ISA")
    while at >= 0:
        if _STRICT.match(buffer, at):
            return at
        at = buffer.find(b"ISA", at + 3)
    return None


def _end_of_iea(buffer: bytes, delimiters: Delimiters) -> int:
    """Return where the first IEA segment ends, or 0 if none is whole here."""
    mark = b"IEA" + delimiters.element
    at = buffer.find(mark)
    while at >= 0:
        before = buffer[max(0, at - 16) : at].rstrip(NEWLINE)
        if not before or before.endswith(delimiters.segment) or delimiters.segment in NEWLINE:
            end = buffer.find(delimiters.segment, at)
            return end + len(delimiters.segment) if end >= 0 else 0
        at = buffer.find(mark, at + 4)
    return 0


def _end_of_last(buffer: bytes, terminator: bytes) -> int:
    at = buffer.rfind(terminator)
    return at + len(terminator) if at >= 0 else 0
