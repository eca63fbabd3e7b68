"""Events of a pass → Node trees: a whole paper at once, or a feed row by row."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from hub.domain.exchange import Document, Node, Problem
from hub.errors import Malformed
from hub.formats.xml.profile import Limits
from hub.formats.xml.scanning import Names, Scan, blocks, run
from hub.formats.xml.syntax import Syntax

_STEP = re.compile(r"(?:\{[^}]*\})?[^/{}]+")
WIDEST = Limits(
    max_depth=256, max_text=10 * 1024 * 1024, max_attributes=10_000, max_elements=5_000_000
)
"""For what a split has let pass before; its profile was the one that counted."""
MOST_BESIDE = 10_000  # elements of a feed that are none of its rows; more is another paper
NO_END = 1 << 62  # elements: of a feed, whose tree is never held


@dataclass(slots=True)
class _Open:
    """An element between its start and its end."""

    name: str
    attributes: tuple[tuple[str, str], ...]
    words: list[str]
    children: list[Node]

    def node(self, last: Node | None = None) -> Node:
        """Return it as it stands; the blanks by which elements are set apart are no text."""
        children = self.children if last is None else [*self.children, last]
        text = "".join(self.words) if self.words else ""
        if children and text and text.isspace():
            text = ""
        return Node(name=self.name, text=text, attributes=self.attributes, children=tuple(children))


class Builder:
    """Collects the tree below the place where a document begins, and hands out rows as they end."""

    def __init__(self, at: tuple[str, ...], rows: tuple[str, ...] = ()) -> None:
        self._at = at
        self._rows = rows
        self._above = len(rows) - 1  # how many elements are open around a row; -1 for no rows
        self._depth = self._met = 0
        self._open: list[_Open] = []
        self._started = self._in_row = False
        self._beside = 0
        self._names: Names = Names()
        self.done: Node | None = None
        self.ready: deque[Node] = deque()

    def scan(self, *, limits: Limits, most: int | None = None, cxml: bool = False) -> Scan:
        """Return the pass that fills it."""
        made = Scan(limits=limits, begin=self._begin, end=self._end, text=self._text, cxml=cxml)
        self._names = made.names
        made.most = most or made.most
        return made

    def _begin(self, name: str, attributes: list[str]) -> None:
        if self._open:
            name = self._names[name]
            if len(self._open) == self._above and not self._started and self._is_row(name):
                self._started = True
                self.ready.append(self._so_far())
            if len(self._open) == self._above and self._is_row(name):
                self._in_row = True
            self._push(name, attributes)
        elif self._met == self._depth and self.done is None:
            name = self._names[name]
            if name == self._at[self._depth]:
                self._met += 1
                if self._met == len(self._at):
                    self._push(name, attributes)
        self._depth += 1

    def _push(self, name: str, attributes: list[str]) -> None:
        pairs: tuple[tuple[str, str], ...] = ()
        if attributes:
            keys = map(self._names.__getitem__, attributes[::2])
            pairs = tuple(zip(keys, attributes[1::2], strict=True))
        self._open.append(_Open(name, pairs, [], []))

    def _is_row(self, name: str) -> bool:
        return name == self._rows[-1] and all(
            each.name == step for each, step in zip(self._open, self._rows, strict=False)
        )

    def _so_far(self) -> Node:
        """The document as known by now, with what is open in it."""
        node: Node | None = None
        for each in reversed(self._open):
            node = each.node(node)
        if node is None:
            raise ValueError(f"the rows {'/'.join(self._rows)} are the document itself")
        return node

    def _text(self, words: str) -> None:
        """Blanks between rows are none, or they would be all that is kept of them."""
        if self._open and not (len(self._open) <= self._above and words.isspace()):
            self._open[-1].words.append(words)

    def _count_beside(self) -> None:
        """Refuse a feed that is nearly all something else: it would be held whole."""
        if self._above < 0 or self._in_row:
            return
        self._beside += 1
        if self._beside > MOST_BESIDE:
            words = f"more than {MOST_BESIDE} elements stand beside the rows {'/'.join(self._rows)}"
            raise Malformed([Problem(code="xml-beside", text=words)])

    def _end(self) -> None:
        self._depth -= 1
        if not self._open:
            self._met = min(self._met, self._depth)
            return
        node = self._open.pop().node()
        if len(self._open) == self._above and self._is_row(node.name):
            self._in_row = False
            self.ready.append(node)
        elif self._open:
            self._count_beside()
            self._open[-1].children.append(node)
        else:
            self.done = node
            self._met = min(self._met, self._depth)

    def rest(self) -> Iterator[Node]:
        """Yield what is left at the end: the document without its rows, before them if none came.

        Raises ValueError when the document was not found, which its split had seen.
        """
        if self.done is None:
            raise ValueError(f"there is no {'/'.join(self._at)} in these bytes")
        if not self._started:
            yield self.done
        yield self.done


def read(body: bytes, *, document: Document) -> Node:
    """Return the tree of one document; of a cXML envelope, what stands in its Request.

    Raises ValueError for bytes that no split has passed.
    """
    syntax = Syntax.loads(document.syntax)
    builder = Builder(syntax.at)
    run(builder.scan(limits=WIDEST, cxml=syntax.cxml), [body])
    if builder.done is None:
        raise ValueError(f"there is no {'/'.join(syntax.at)} in these bytes")
    return builder.done


def walk(stream: BinaryIO, *, document: Document, rows: str = "") -> Iterator[Node]:
    """Yield the document as known when its first row begins, each row, the document without rows.

    `rows` is the path of the row element from the document's own on, in Clark notation
    (`{ns}Stock/{ns}Item`); without it the whole document is yielded once. Holds one block, one
    row, and what is no row. Raises ValueError for bytes that no split has passed.
    """
    syntax = Syntax.loads(document.syntax)
    steps = tuple(_STEP.findall(rows))
    builder = Builder(syntax.at, steps)
    scan = builder.scan(limits=WIDEST, most=NO_END, cxml=syntax.cxml)
    for block in blocks(stream, offset=document.offset, length=document.length):
        scan.feed(block)
        while builder.ready:
            yield builder.ready.popleft()
    scan.finish()
    yield from builder.ready
    ends = builder.rest()
    if not steps:
        next(ends)
    yield from ends
