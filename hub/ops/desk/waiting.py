"""Why a paper stands as it does, where its own row does not tell: others' words, and the wire.

A receipt rejects it, its envelope's number came before, or the wire fails that it waits for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from hub.domain.exchange import Direction, DocumentState, Problem, Severity, TransmissionState
from hub.ops.desk.signs import HOLDS
from hub.store import DocumentRow, Transaction
from hub.store.desk import SeenDocument
from hub.store.queue import QueuedRow

REJECTED = "rejected-by-partner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What keeps a paper of ours from leaving: the lane, why it fails, when it is tried again."""

    lane: str
    text: str
    until: datetime


def exceptions_about(tx: Transaction, row: DocumentRow) -> list[QueuedRow]:
    """Return what waits for a person about a paper, and what did about it alone, oldest first.

    Its delivery, its envelope and what is awaited because of it count, but not its lane.
    """
    holds = [f"transmission:{row.transmission_id}"]
    if row.direction is Direction.IN:
        holds.append(f"interchange:{row.interchange_id}")
    else:
        holds.append(f"{HOLDS.receipt}{row.id}")
        if row.fulfillment_id:
            holds.append(f"{HOLDS.response}{row.fulfillment_id}")
    found = {one.id: one for one in (*tx.queue.of_document(row.id), *tx.queue.holding(holds))}
    return sorted(found.values(), key=lambda one: (one.opened_at, one.id))


def reasons(tx: Transaction, seen: SeenDocument) -> tuple[Problem, ...]:
    """Return why a paper was rejected or put aside, where that does not stand in its own row."""
    row = seen.row
    if row.direction is Direction.OUT:
        return tuple(_receipt_said(tx, row)) if row.valid is False else ()
    if row.state is DocumentState.PARKED and not _is_told(row):
        return tuple(_number_came_before(tx, seen))
    return ()


def _is_told(row: DocumentRow) -> bool:
    return any(one.severity is Severity.ERROR for one in row.problems)


def _receipt_said(tx: Transaction, row: DocumentRow) -> Iterator[Problem]:
    told = [one for one in tx.queue.of_document(row.id) if one.kind == REJECTED]
    if told and told[-1].problems:
        yield from told[-1].problems
    elif told:
        yield Problem(code=REJECTED, text=told[-1].text)
    else:
        text = "the partner's receipt rejects it; the receipt stands among what is related"
        yield Problem(code=REJECTED, text=text)


def _number_came_before(tx: Transaction, seen: SeenDocument) -> Iterator[Problem]:
    envelope = tx.desk.envelope(seen.row.interchange_id)
    if envelope.counts:
        return
    known = tx.exchange.known_interchanges(
        partner=envelope.partner,
        direction=envelope.direction,
        sender=envelope.sender,
        receiver=envelope.receiver,
        number=envelope.number,
    )
    former = f" (in {known[0].transmission_id})" if known else ""
    text = (
        f"interchange number {envelope.number} from {envelope.sender} came before with other "
        f"contents{former}; nothing of it was used"
    )
    yield Problem(code="number-used-before", text=text)


def held(tx: Transaction, seen: SeenDocument) -> Held | None:
    """Return what keeps a paper of ours from leaving; None when it left, or nothing does."""
    row = seen.row
    if row.direction is Direction.IN or seen.delivery_state is not TransmissionState.READY:
        return None
    lane = f"{row.partner}/{row.channel}"
    paused = tx.desk.paused(lane)
    if paused is None:
        return None
    until, reason = paused
    return Held(lane=lane, text=f"The wire to {lane} fails: {reason}", until=until)
