"""Stock feeds of any length: one row at a time through a window."""

import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import BinaryIO

from hub.domain.exchange import Document, Problem
from hub.errors import Malformed
from hub.formats.json.profile import Config
from hub.formats.json.values import (
    BYTE_ORDER,
    MOST_NAMED,
    ROOT_ROWS,
    SPELLED,
    Value,
    Wrong,
    bytes_to,
    checked,
    decoded,
    impossible,
    skip,
)
from hub.formats.json.wording import CUT, malformed, not_utf8, refuse_encoding

BLOCK = 64 * 1024
ODD_NAME = (
    "the name of a member has half a character, or the sign \\u0000, which no text may hold; write "
    "another and send the paper again"
)
NEAR = 16  # characters: longer is no literal and no escape that may be cut in two


class Window:
    """A text of any length seen through a window that moves on; knows the byte of its start."""

    def __init__(self, stream: BinaryIO, offset: int, length: int, most: int) -> None:
        self._stream, self._end, self._most = stream, offset + length, most
        self._next = self.start = offset
        self._left = b""
        self.text = ""
        self.at = 0
        self.odd: int | None = None
        """The byte of the last value, where it may hold a sign that no text may."""

    def more(self) -> bool:
        """Read one more block into view; False at the end."""
        if self._next >= self._end:
            return False
        self._stream.seek(self._next)  # others may move it in between
        block = self._stream.read(min(BLOCK, self._end - self._next))
        self._next += len(block)
        if not block:
            raise ValueError(f"the archived object ends at byte {self._next}")
        first = not self.text and not self._left and self.start == self._next - len(block)
        if first:
            refuse_encoding(block[:4])
        joined = self._left + block
        last = self._next >= self._end
        keep = len(joined) if last else _whole_characters(joined)
        try:
            self.text += joined[:keep].decode("utf-8")
        except UnicodeDecodeError as fault:
            raise not_utf8(self._next - len(joined) + fault.start) from None
        self._left = joined[keep:]
        if first and self.text.startswith(BYTE_ORDER):
            self.at = 1
        return True

    def forget(self) -> None:
        """Drop what has been read."""
        self.start += bytes_to(self.text, self.at)
        self.text, self.at = self.text[self.at :], 0

    @property
    def offset(self) -> int:
        """The byte at which the window stands."""
        return self.start + bytes_to(self.text, self.at)

    def peek(self) -> str:
        """Return the next sign that is no blank, "" at the end; stands before it afterwards."""
        while True:
            self.at = skip(self.text, self.at)
            if self.at < len(self.text):
                return self.text[self.at]
            self.forget()
            if not self.more():
                return ""

    def expect(self, signs: str) -> str:
        """Take the next sign, which must be one of these; raises Malformed."""
        found = self.peek()
        if not found or found not in signs:
            told = " or ".join(repr(sign) for sign in signs)
            seen = "the file ends" if not found else f"{found!r} stands here"
            text = f"not well-formed JSON: {seen} where {told} belongs; send the whole file again"
            raise malformed("json-not-well-formed", text, self.offset)
        self.at += 1
        return found

    def value(self) -> Value:
        """Take the next value whole; raises Malformed, also when it is longer than a row may be."""
        self.peek()
        while True:
            try:
                value, end = decoded(self.text, self.at)
            except json.JSONDecodeError as fault:
                if not self._unfinished(fault) or not self._grow():
                    at = self.start + bytes_to(self.text, fault.pos)
                    raise _broken_at(at, fault.msg) from None
            except Wrong as fault:
                raise malformed(fault.code, str(fault), self.offset) from None
            else:
                # A number at the very end of the window may go on behind it.
                if end < len(self.text) or not self._grow():
                    odd = SPELLED.search(self.text, self.at, end)
                    self.odd = self.offset if odd else None
                    self.at = end
                    if end > BLOCK:
                        self.forget()
                    return value

    def _unfinished(self, fault: json.JSONDecodeError) -> bool:
        """Whether more text may mend it: what is wrong lies near the end of the window."""
        return "Unterminated" in fault.msg or fault.pos >= len(self.text) - NEAR

    def _grow(self) -> bool:
        self.forget()
        if len(self.text) > self._most:
            text = f"a row has more than {self._most} characters (`limits.max_row`)"
            raise malformed("json-row", text, self.offset)
        return self.more()


def _whole_characters(block: bytes) -> int:
    """Return how many bytes of a block are whole characters of UTF-8."""
    for back in range(1, min(4, len(block)) + 1):
        byte = block[-back]
        if byte < 0x80:
            break
        if byte >= 0xC0:
            width = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(block) - back if width > back else len(block)
    return len(block)


def _broken_at(offset: int, words: str) -> Malformed:
    told = f"not well-formed JSON: {words[:1].lower()}{words[1:]}; correct it and send it again"
    return malformed("json-not-well-formed", told, offset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One element of an array in a feed: the names of the members that lead to it."""

    path: tuple[str, ...]
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One value of a feed that is in no array; an object is told when it begins, as empty.

    An array is one when it is empty.
    """

    path: tuple[str, ...]
    value: Value


DEEPEST_ROWS = 6
"""How many objects may stand around a feed's rows."""


def events(window: Window, path: tuple[str, ...]) -> Iterator[Row | Member]:
    """Yield what stands in the object or array at which the window stands, piece by piece.

    A file that is an array counts as the member ROOT_ROWS of an object. Recursion ends at
    DEEPEST_ROWS. Raises Malformed.
    """
    if window.peek() == "[":
        yield from _rows(window, path or (ROOT_ROWS,))
        return
    window.expect("{")
    if path:
        yield Member(path=path, value={})  # known from now on, whatever stands in it
    seen: set[str] = set()
    if window.peek() == "}":
        window.expect("}")
        return
    while True:
        if window.peek() != '"':
            window.expect('"')
        name = str(window.value())
        if window.odd is not None and any(impossible(name)):
            raise malformed("json-character", ODD_NAME, window.odd)
        if name in seen:
            raise malformed("json-twice", f"the member {name[:CUT]!r} stands twice", window.offset)
        seen.add(name)
        window.expect(":")
        inner = (*path, name)
        if window.peek() in ("{", "[") and len(inner) < DEEPEST_ROWS:
            yield from events(window, inner)
        else:
            yield Member(path=inner, value=window.value())
        if window.expect(",}") == "}":
            return


def _rows(window: Window, path: tuple[str, ...]) -> Iterator[Row | Member]:
    window.expect("[")
    if window.peek() == "]":
        window.expect("]")
        yield Member(path=path, value=[])  # there, though it has no rows
        return
    while True:
        yield Row(path=path, value=window.value())
        if window.expect(",]") == "]":
            return


def feed(stream: BinaryIO, profile: Config) -> Document:
    """Read a feed once to its end, one row at a time; raises Malformed."""
    limits = profile.limits
    size = stream.seek(0, io.SEEK_END)
    if size > limits.max_feed_bytes:
        most = limits.max_feed_bytes
        text = f"the file has more than {most} bytes (`limits.max_feed_bytes`)"
        raise malformed("json-too-large", text, most)
    window = Window(stream, 0, size, limits.max_row)
    if not window.peek():
        raise malformed("json-empty", "the file is empty; send it again", 0)
    problems: list[Problem] = []
    rows: Counter[tuple[str, ...]] = Counter()
    for event in events(window, ()):
        if window.odd is not None:
            problems += islice(_odd(event, rows, window.odd), MOST_NAMED - len(problems))
        if isinstance(event, Row):
            rows[event.path] += 1
        try:
            checked(event.value, depth=len(event.path) + 1, limits=limits)
        except Wrong as fault:
            raise malformed(fault.code, str(fault), window.offset) from None
    if window.peek():
        text = "not well-formed JSON: something stands behind its end; send it again"
        raise malformed("json-not-well-formed", text, window.offset)
    return Document(
        set_id=profile.set,
        version="",
        number=_name(stream),
        offset=0,
        length=size,
        syntax="",
        problems=tuple(problems),
    )


def _odd(
    event: Row | Member, rows: Mapping[tuple[str, ...], int], offset: int
) -> Iterator[Problem]:
    """Yield what a value holds that no text may, with the byte at which the value begins."""
    nth = (str(rows[event.path]),) if isinstance(event, Row) else ()
    for problem in impossible(event.value, under=(*event.path, *nth)):
        yield replace(problem, where=replace(problem.where, offset=offset))


def _name(stream: BinaryIO) -> str:
    sha = hashlib.sha256()
    stream.seek(0)
    while block := stream.read(BLOCK):
        sha.update(block)
    return sha.hexdigest()[:12]
