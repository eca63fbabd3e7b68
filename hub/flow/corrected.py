"""A paper that was rejected for its syntax, and the one that comes in its place.

What a rejected paper speaks of is read as far as it can be and kept with it. When another of the
same set on the same thing is used, what waits because of the rejected one is closed by itself, in
that paper's transaction and by its name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import BinaryIO

from hub.domain import rules
from hub.domain.bounds import IMPOSSIBLE, keepable, numbers_too_long
from hub.domain.exchange import (
    Direction,
    Document,
    DocumentState,
    Node,
    Paper,
    Problem,
    Segments,
    Severity,
    SplitInterchange,
)
from hub.domain.messages import (
    ChangeResponse,
    Invoice,
    Message,
    OrderReport,
    OrderResponse,
    ShipNotice,
    StockReport,
)
from hub.domain.warehouse import StockAdjustment, TransferReceipt, WarehouseAdvice
from hub.errors import Malformed
from hub.flow.parts import Parts
from hub.flow.speaking import number_of
from hub.flow.taking import joined
from hub.mapping import Page, Reading
from hub.partners import Channel
from hub.store import DocumentRow, Transaction

MOST_READ = 100  # rejected papers of one delivery; more of them are one mistake of its sender
LONGEST_READ = 1 << 20  # bytes of one
STAND_INS = ("1", "20260101")  # a quantity, a day


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What a paper speaks of; empty where it cannot be told.

    `numbers` are its purchase orders, `number` that of the message which a correction comes for.
    """

    key: str = ""
    number: str = ""
    numbers: tuple[str, ...] = ()


SILENT = Spoken()


def spoken_of(
    parts: Parts, channel: Channel, split: Sequence[SplitInterchange], stream: BinaryIO
) -> Mapping[int, Spoken]:
    """Return what rejected papers of a delivery speak of, by their offset in it."""
    papers = [
        document
        for one in split
        for group in one.groups
        for document in group.documents
        if document.rejected and document.length <= LONGEST_READ
    ]
    return {
        document.offset: _spoken(parts, channel, document, stream)
        for document in papers[:MOST_READ]
    }


def numbers_in(
    parts: Parts, channel: Channel, document: Document, stream: BinaryIO
) -> tuple[str, ...]:
    """Return the purchase orders that a paper put aside names, none where that cannot be told.

    `stream` is its delivery. It raises what reading raises: that may be why it was put aside.
    """
    if document.length > LONGEST_READ:
        return ()
    return _spoken(parts, channel, document, stream).numbers


def _spoken(parts: Parts, channel: Channel, document: Document, stream: BinaryIO) -> Spoken:
    name = channel.maps.get(document.set_id)
    if name is None or parts.maps.page(name).message is StockReport:
        return SILENT  # the next stock report says everything anew
    stream.seek(document.offset)
    try:
        paper = parts.formats[channel.format].read(stream.read(document.length), document=document)
    except (Malformed, ValueError):  # what no split has passed need not be readable
        return SILENT
    reading = _reading(parts.maps.page(name), paper)
    messages = [
        message
        for message in joined(reading.messages)
        if not numbers_too_long(message) and not IMPOSSIBLE.search(number_of(message))
    ]
    said = (*map(number_of, messages), *(one.number for one in reading.unread))
    numbers = tuple(dict.fromkeys(filter(None, map(keepable, said))))
    for message in messages:
        key = paper_key(channel.partner, message)
        if key and not IMPOSSIBLE.search(key):
            return Spoken(key=key, number=number_of(message), numbers=numbers)
    return Spoken(numbers=numbers)


def _reading(page: Page, paper: Paper) -> Reading:
    """Return what a paper says, values that cannot be read taken for others.

    Whose quantity it is that is no number does not matter here: what it speaks of is not asked of
    the quantity. Trees are read as they are.
    """
    reading = page.read(paper)
    if isinstance(paper, Node):
        return reading
    for word in STAND_INS:
        if reading.messages:
            break
        paper = _mended(paper, reading.problems, word)
        reading = page.read(paper)
    return reading


def _mended(paper: Segments, problems: Sequence[Problem], word: str) -> Segments:
    segments = [list(segment) for segment in paper]
    for problem in problems:
        where, index = problem.where, (problem.where.ordinal or 0) - 2  # ST is the first
        if problem.severity is Severity.ERROR and where.element and 0 <= index < len(segments):
            missing = where.element + 1 - len(segments[index])
            segments[index] += [""] * missing
            segments[index][where.element] = word
    return tuple(tuple(segment) for segment in segments)


def paper_key(partner: str, message: Message) -> str:
    """Return what a paper and its correction have in common, empty if nothing is known of it.

    An answer's day is left out: a corrected one is often of the next day.
    """
    words: tuple[str, ...]
    match message:
        case OrderResponse():
            undated = replace(message, answered_on=None)
            return rules.business_key(partner, undated) if message.number else ""
        case ShipNotice() | ChangeResponse() | OrderReport():
            return rules.business_key(partner, message) if message.number else ""
        case WarehouseAdvice():
            words = ("warehouse-advice", message.number, message.notice)
        case Invoice():
            words = ("invoice", message.invoice)
        case TransferReceipt():
            words = ("receipt", message.receipt)
        case StockAdjustment():
            words = ("adjustment", message.adjustment)
        case _:
            return ""
    key = "/".join((partner, *words))
    return key if all(words[:2]) and len(key) <= rules.LONGEST_KEY else ""


def corrects(tx: Transaction, row: DocumentRow, message: Message, *, at: datetime) -> None:
    """Close what waits because of papers in whose place this one, which was used, has come."""
    key = paper_key(row.partner, message)
    for former in tx.exchange.under_key(key) if key else ():
        rejected = former.direction is Direction.IN and former.state is DocumentState.REJECTED
        if rejected and former.set_id == row.set_id:
            tx.exceptions.clear_document(former.id, at=at, by=row.id)
