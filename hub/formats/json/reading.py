"""One document's slice → its tree, at once or row by row; pointers → bytes."""

from collections.abc import Iterator
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
    pointer, is returned as it is.
    """
    where = problem.where
    if not body or where.offset is not None or not where.path.startswith("/"):
        return problem
    text = body.decode("utf-8", "replace")
    at = skip(text, 1 if text.startswith(BYTE_ORDER) else 0)
    try:
        for step in where.path.split("/")[1:]:
            at = _down(text, at, step.replace("~1", "/").replace("~0", "~"))
    except (KeyError, Malformed, Wrong, ValueError):
        pass  # as far as it goes
    offset = document.offset + bytes_to(text, at)
    return replace(problem, where=replace(where, offset=offset))


def _down(text: str, at: int, step: str) -> int:
    """Return where a member or an element begins; KeyError when it is not there."""
    sign = text[at : at + 1]
    if sign == "{":
        value, _ = LOOSE.raw_decode(text, at)
        if step not in value:
            raise KeyError(step)
        return member(text, at, step)
    if sign == "[":
        for number, (start, _) in enumerate(elements(text, at, closed=False)):
            if str(number) == step:
                return start
    raise KeyError(step)
