"""The bytes of a paper or a delivery where they lie, and what is wrong in them with its byte."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from hub.domain.exchange import Document, Problem
from hub.flow.parts import POSTED, Parts
from hub.flow.pointing import located
from hub.ops.cutting import Cutter, Mask, cutter_of, is_tree
from hub.store import DocumentRow, Transaction, TransmissionRow

MOST_LOCATED = 8 * 1024 * 1024
"""Bytes of a paper that is read whole to find the places of problems that were kept without."""
_HEAD = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """A slice of a delivery's bytes that can be read while it is open; it may be gone: `Erased`.

    `problems` are those of the paper, or of the delivery and every paper in it. `mask` hides the
    secrets that a format carries in its papers (cXML) and keeps every length.
    """

    start: int
    length: int
    syntax: str
    problems: tuple[Problem, ...]
    stream: BinaryIO
    mask: Mask | None
    name: str

    @property
    def end(self) -> int:
        """The byte behind the last."""
        return self.start + self.length

    def read(self, most: int) -> bytes:
        """Return the first bytes as they may be shown."""
        self.stream.seek(self.start)
        raw = self.stream.read(min(self.length, most))
        return raw if self.mask is None else self.mask(raw)

    def cutter(self) -> Cutter:
        """Return how they are cut."""
        return cutter_of(self.read(_HEAD), self.syntax)


@contextmanager
def lying(parts: Parts, row_id: str, *, most_located: int = MOST_LOCATED) -> Iterator[Lying]:
    """Open the bytes of a paper or a delivery; raises KeyError, or Erased where they are gone.

    A paper of at most `most_located` bytes is searched for problems that were kept without a byte.
    """
    with parts.store.read() as tx:
        row = None
        if row_id.startswith("tra_"):
            delivery = tx.exchange.transmission(row_id)
            start, length, syntax, problems = _of_delivery(tx, delivery)
        else:
            row = tx.exchange.document(row_id)
            delivery = tx.exchange.transmission(row.transmission_id)
            start, length, syntax, problems = row.offset, row.length, row.syntax, row.problems
        stream = tx.exchange.body(delivery.id)
    with stream:
        if row is not None and row.length <= most_located:
            problems = _placed(parts, row, stream)
        yield Lying(
            start=start,
            length=length,
            syntax=syntax,
            problems=problems,
            stream=stream,
            mask=_mask(parts, delivery, stream),
            name=delivery.name,
        )


def _of_delivery(
    tx: Transaction, delivery: TransmissionRow
) -> tuple[int, int, str, tuple[Problem, ...]]:
    papers = tx.exchange.documents(transmission_id=delivery.id)
    problems = (*delivery.problems, *(one for paper in papers for one in paper.problems))
    return 0, delivery.size, papers[0].syntax if papers else "", problems


def _placed(parts: Parts, row: DocumentRow, stream: BinaryIO) -> tuple[Problem, ...]:
    """What is wrong with a paper, with the bytes of what was kept without: reports, posted ones."""
    if not any(one.where.offset is None and one.where.path for one in row.problems):
        return row.problems
    try:
        channel = parts.partners.channel(f"{row.partner}/{row.channel}")
    except KeyError:
        return row.problems
    fmt = parts.formats["json" if row.syntax == POSTED else channel.format]
    sheet = getattr(fmt, "stylesheet", None)
    if not hasattr(fmt, "located") or (sheet and sheet(channel.profile, row.set_id)):
        return row.problems  # found by their numbers, or places of what a stylesheet made
    document = Document(
        set_id=row.set_id,
        version=row.version,
        number=row.number,
        offset=row.offset,
        length=row.length,
        syntax=row.syntax,
    )
    stream.seek(row.offset)
    body = stream.read(row.length)
    return located(fmt, body, document=document, problems=row.problems)


def _mask(parts: Parts, delivery: TransmissionRow, stream: BinaryIO) -> Mask | None:
    """What hides secrets: that of the channel's format, else of all formats that have any to hide.

    A channel may be gone, or have another name or format by now, and what lies is as it came: bytes
    whose channel nobody knows are never given away as they are, nor what begins as a tree does.
    """
    try:
        channel = parts.partners.channel(f"{delivery.partner}/{delivery.channel}")
    except KeyError:
        return _every(parts)
    mask: Mask | None = getattr(parts.formats[channel.format], "masked", None)
    if mask is not None:
        return mask
    stream.seek(0)
    return _every(parts) if is_tree(stream.read(_HEAD)) else None


def _every(parts: Parts) -> Mask | None:
    masks = [fmt.masked for fmt in parts.formats.values() if hasattr(fmt, "masked")]

    def masked(body: bytes) -> bytes:
        for mask in masks:
            body = mask(body)
        return body

    return masked if masks else None
