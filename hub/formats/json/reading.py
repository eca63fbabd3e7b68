"""One document's slice → its tree, at once or row by row; pointers → bytes."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from hub.domain.exchange import Document, Node, Problem
from hub.errors import Malformed
from hub.formats.json.feeds import Member, Row, Window, events
from hub.formats.json.profile import MOST_DEEP
from hub.formats.json.values import (
    BYTE_ORDER,
    LOOSE,
    ROOT_ROWS,
    Wrong,
    bytes_to,
    decoded,
    elements,
    member,
    node_of,
    skip,
)
from hub.formats.json.wording import malformed

LONGEST_ROW = 64 * 1024 * 1024
"""Characters of a row; what a split let pass is shorter."""


def read(body: bytes, *, document: Document) -> Node:
    """Return the tree of one document; its root has no name.

    Raises ValueError for bytes that no split has passed.
    """
    text = body.decode("utf-8").removeprefix(BYTE_ORDER)
    value, _ = decoded(text, skip(text, 0))
    try:
        return node_of("", {ROOT_ROWS: value} if isinstance(value, list) else value)
    except RecursionError:
        raise ValueError(f"values stand more than {MOST_DEEP} deep") from None


LINE = ", line "
MOST_BESIDE = 10_000
"""Values of a feed that are none of its rows; more is another paper than the map was made for."""


def walk(stream: BinaryIO, *, document: Document, rows: str = "") -> Iterator[Node]:
    """Yield the document as known when its first row begins, each row, the document without rows.

    `rows` is the way to the array (`stock/items`); without it the document is yielded once. Holds
    one block, one row, and what is no row. Raises Malformed for bytes that no split has passed.
    """
    wanted = tuple(step for step in rows.split("/") if step)
    window = Window(stream, document.offset, document.length, LONGEST_ROW)
    if not wanted:
        stream.seek(document.offset)
        yield read(stream.read(document.length), document=document)
        return
    known: dict[str, Any] = {}
    started, beside = False, 0
    for event in events(window, ()):
        if event.path == wanted and isinstance(event, Row):
            if not started:
                started = True
                yield node_of("", known)
            yield node_of(wanted[-1], event.value, many=True)
        elif event.path != wanted or event.value != []:
            beside += 1
            if beside > MOST_BESIDE:
                words = f"more than {MOST_BESIDE} values stand beside the rows `{rows}`"
                raise malformed("json-beside", words, document.offset)
            _put(known, event)
    if not started:
        yield node_of("", known)
    yield node_of("", known)


def _put(known: dict[str, Any], event: Row | Member) -> None:
    """Put a value where it stands among what is known."""
    at = known
    for name in event.path[:-1]:
        at = at.setdefault(name, {})
    last = event.path[-1]
    if isinstance(event, Row):
        at.setdefault(last, []).append(event.value)
    else:
        at[last] = event.value


def locate(body: bytes, *, document: Document, problem: Problem) -> Problem:
    """Add the byte and the line to a problem with a JSON pointer (`/lines/2/quantity`).

    What is not there is looked for as far as the pointer goes. A problem that has a byte, or no
    pointer, is returned as it is; a paper of one line has no lines to tell.
    """
    return located(body, document=document, problems=(problem,))[0]


def located(
    body: bytes, *, document: Document, problems: Collection[Problem]
) -> tuple[Problem, ...]:
    """Do so for all of a paper's problems; the paper is decoded once."""
    if not body or not any(_is_open(problem) for problem in problems):
        return tuple(problems)
    finder = _Finder(body.decode("utf-8", "replace"))
    return tuple(
        finder.placed(problem, document) if _is_open(problem) else problem for problem in problems
    )


def _is_open(problem: Problem) -> bool:
    where = problem.where
    return where.offset is None and where.path.startswith("/") and LINE not in where.path


class _Finder:
    """Follows pointers through one text; an array that several lead through is looked at once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._begin = skip(text, 1 if text.startswith(BYTE_ORDER) else 0)
        self._lines = "\n" in text.strip()
        self._arrays: dict[int, list[int]] = {}
        self._members: dict[tuple[int, str], int] = {}

    def placed(self, problem: Problem, document: Document) -> Problem:
        """Return a problem with where its pointer leads."""
        at, where = self._begin, problem.where
        try:
            for step in where.path.split("/")[1:]:
                at = self._down(at, step.replace("~1", "/").replace("~0", "~"))
        except (KeyError, Malformed, Wrong, ValueError):
            pass  # as far as it goes
        line = self._text.count("\n", 0, at) + 1
        path = f"{where.path}{LINE}{line}" if self._lines else where.path
        offset = document.offset + bytes_to(self._text, at)
        return replace(problem, where=replace(where, offset=offset, path=path))

    def _down(self, at: int, step: str) -> int:
        """Return where a member or an element begins; KeyError when it is not there."""
        sign = self._text[at : at + 1]
        if sign == "{":
            if (at, step) not in self._members:
                value, _ = LOOSE.raw_decode(self._text, at)
                if step not in value:
                    raise KeyError(step)
                self._members[at, step] = member(self._text, at, step)
            return self._members[at, step]
        if sign == "[" and step.isdecimal():
            found = self._elements(at)
            if int(step) < len(found):
                return found[int(step)]
        raise KeyError(step)

    def _elements(self, at: int) -> list[int]:
        if at not in self._arrays:
            self._arrays[at] = known = []
            try:
                for start, _ in elements(self._text, at, closed=False):
                    known.append(start)  # those before a mistake count
            except Malformed:
                pass
        return self._arrays[at]
