"""Where the rows of a stock report come from: a partner's paper by its map, or a posted body.

Both give the report in pieces and say at which place of it something is wrong.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO, Protocol

from hub.domain.exchange import Document, Node, Problem, Where
from hub.flow.parts import POSTED, Parts
from hub.formats import Format
from hub.mapping import Page, Reading, place_of
from hub.partners import Channel
from hub.store import DocumentRow


class FeedSource(Protocol):
    """One report on its way in."""

    def readings(self) -> Iterator[Reading]:
        """Yield the report's pieces, each with what is wrong with it."""

    def pointed(self, problem: Problem) -> Problem:
        """Return a problem with the place of the value it speaks of, if that just passed."""

    def placed(self, problem: Problem) -> Problem:
        """Return a problem as it may be kept: with its byte, without people's words."""


def feed_source(
    parts: Parts, channel: Channel, row: DocumentRow, stream: BinaryIO, *, piece: int
) -> FeedSource:
    """Return the report that a document is, `piece` rows at a time."""
    if row.syntax == POSTED:
        return PostedSource(parts.posted(row.set_id, row.order_number, stream.read()))
    fmt = parts.formats[channel.format]
    page = parts.maps.page(channel.maps[row.set_id])
    return PaperSource(fmt, page, _document(row), stream, piece=piece)


class PaperSource:
    """A partner's paper of any length, read by its map; the newest segments are kept to point."""

    def __init__(
        self, fmt: Format, page: Page, document: Document, stream: BinaryIO, *, piece: int
    ) -> None:
        self._fmt = fmt
        self._page = page
        self._document = document
        self._stream = stream
        self._piece = piece
        # A row of a tree is one node; one of segments may be many segments.
        self._kept: deque[tuple[int, tuple[str, ...]]] = deque(maxlen=piece * 40)
        self._rows: deque[tuple[int, Node]] = deque(maxlen=piece * 2)

    def readings(self) -> Iterator[Reading]:
        """Yield what the map reads, piece by piece."""
        parts = self._fmt.walk(self._stream, document=self._document, rows=self._page.rows)
        return self._page.pieces(self._passing(parts), size=self._piece)

    def _passing(self, parts: Iterator[tuple[str, ...] | Node]) -> Iterator[tuple[str, ...] | Node]:
        for ordinal, part in enumerate(parts):
            if isinstance(part, Node):
                self._rows.append((ordinal, part))  # the root comes before the first row
            else:
                self._kept.append((ordinal + 2, part))  # the set's own ST is the first
            yield part

    def pointed(self, problem: Problem) -> Problem:
        """Return a problem with the segment in which its value stands."""
        value = problem.where.value
        if problem.where.ordinal is not None or problem.where.path or not value:
            return problem
        for number, row in self._rows:
            place = place_of(row, value, under=self._page.row_path(number))
            if place is not None:
                return replace(problem, where=place)
        for ordinal, segment in self._kept:
            if value in segment[1:]:
                found = Where(
                    segment=segment[0],
                    ordinal=ordinal,
                    element=segment.index(value, 1),
                    value=value,
                )
                return replace(problem, where=found)
        return problem

    def placed(self, problem: Problem) -> Problem:
        """Return a problem with its byte, and without people's words."""
        located = self._fmt.locate(b"", document=self._document, problem=problem)
        return self._fmt.discreet(located)


class PostedSource:
    """A body that was posted and read whole; places are JSON pointers into it."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._rows: dict[str, int] = {}
        for message in reading.messages:
            for place, row in enumerate(getattr(message, "rows", ())):
                for product in row.products:
                    self._rows.setdefault(product.value[:99], place)

    def readings(self) -> Iterator[Reading]:
        """Yield the whole body at once."""
        yield self._reading

    def pointed(self, problem: Problem) -> Problem:
        """Return a problem with the row of the article it speaks of."""
        place = self._rows.get(problem.where.value)
        if problem.where.path or place is None:
            return problem
        return replace(problem, where=replace(problem.where, path=f"/levels/{place}"))

    def placed(self, problem: Problem) -> Problem:
        """Return the problem: a posted body has pointers instead of bytes, and nobody's words."""
        return problem


def _document(row: DocumentRow) -> Document:
    return Document(
        set_id=row.set_id,
        version=row.version,
        number=row.number,
        offset=row.offset,
        length=row.length,
        syntax=row.syntax,
        problems=row.problems,
    )
