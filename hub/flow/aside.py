"""What papers speak of that are put aside unread: of a clashing interchange, or as our fault.

They are read as far as they can be, so that their orders' pages show them. Nothing here may keep a
paper from being put aside: why it is may be that it cannot be read.
"""

from collections.abc import Sequence
from typing import BinaryIO

from hub.domain.exchange import Direction, Document, SplitInterchange
from hub.flow.corrected import MOST_READ, Spoken, numbers_in
from hub.flow.faults import fault_of
from hub.flow.parts import Parts
from hub.flow.settling import split_of
from hub.partners import Channel
from hub.store import DocumentRow, InterchangeRow, Transaction


def known(tx: Transaction, row: InterchangeRow) -> list[InterchangeRow]:
    """Return what counts already and has the identity of an envelope that came."""
    return tx.exchange.known_interchanges(
        partner=row.partner,
        direction=Direction.IN,
        sender=row.sender,
        receiver=row.receiver,
        number=row.number,
    )


def clashing(
    tx: Transaction,
    channel: Channel,
    split: Sequence[SplitInterchange],
    rows: Sequence[InterchangeRow],
) -> list[Document]:
    """Return papers that may be put aside only because their interchange's number came before.

    Whether they are is decided when they are written: here each that shares its number with another
    of the same delivery is among them.
    """
    papers: list[Document] = []
    if channel.partner_resets_numbers:
        return papers
    met: set[tuple[str, str, str]] = set()
    for one, row in zip(split, rows, strict=True):
        identity = (row.sender, row.receiver, row.number)
        if identity in met or any(former.sha256 != row.sha256 for former in known(tx, row)):
            every = (document for group in one.groups for document in group.documents)
            papers.extend(document for document in every if not document.rejected)
        met.add(identity)
    return papers


def numbers_of(
    parts: Parts, channel: Channel, papers: Sequence[Document], stream: BinaryIO
) -> dict[int, Spoken]:
    """Return the purchase orders that papers name, by their offset; of many the first are read."""
    return {
        document.offset: Spoken(numbers=_numbers(parts, channel, document, stream))
        for document in papers[:MOST_READ]
    }


def _numbers(
    parts: Parts, channel: Channel, document: Document, stream: BinaryIO
) -> tuple[str, ...]:
    found: list[str] = []
    fault_of(lambda: found.extend(numbers_in(parts, channel, document, stream)))
    return tuple(found)


def speak(tx: Transaction, row: DocumentRow, numbers: Sequence[str]) -> None:
    """Keep of which purchase orders a stored paper speaks; nothing where it names none."""
    if numbers:
        tx.exchange.add_spoken(row, [(None, number) for number in numbers])


def remember_aside(parts: Parts, channel: Channel, document: DocumentRow) -> None:
    """Keep of which orders a paper speaks that is to be parked, in a write of its own.

    Whatever breaks, perhaps as the paper itself did, is let be.
    """

    def work() -> None:
        with parts.store.read() as tx, tx.exchange.body(document.transmission_id) as stream:
            numbers = numbers_in(parts, channel, split_of(document), stream)
        parts.store.write(lambda tx: speak(tx, document, numbers))

    fault_of(work)
