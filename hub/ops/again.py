"""Second tries that a person asks for: a paper settled again, bytes sent again, a lane resumed.

Each leaves a row of input with who asked. Nothing here does the work: it moves states, and the next
turn of the lane goes on from there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.domain.exchange import (
    Direction,
    DocumentState,
    Problem,
    Severity,
    TransmissionState,
)
from hub.errors import Refused
from hub.flow.accounts_common import USERS_LANE
from hub.flow.headings import with_headings
from hub.flow.inbound import receipt_duty
from hub.flow.noting import note_command
from hub.flow.owed_mails import mail_lane
from hub.flow.parts import POSTED, Parts
from hub.flow.unsendable import hold
from hub.partners import Channel
from hub.store import DocumentRow, Transaction, TransmissionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What will be done again, in one sentence."""

    id: str
    state: str
    text: str


def retry(parts: Parts, row_id: str, *, who: str) -> Again:
    """Put a paper or a delivery back where its river takes it up again.

    A paper of a partner's is judged anew by the page as it is now and settled again; what it did
    before is not done twice. A paper of ours leaves again with the same bytes. Raises KeyError when
    there is none of that id, Refused when another try cannot help or no page has the channel.
    """
    if row_id.startswith("tra_"):
        return _retry_transmission(parts, row_id, who=who)
    with parts.store.read() as tx:
        row = tx.exchange.document(row_id)
    if row.direction is Direction.OUT:
        return _send_again(parts, row.transmission_id, who=who)
    return _settle_again(parts, row, who=who)


def _retry_transmission(parts: Parts, transmission_id: str, *, who: str) -> Again:
    with parts.store.read() as tx:
        row = tx.exchange.transmission(transmission_id)
    if row.direction is Direction.OUT:
        return _send_again(parts, transmission_id, who=who)
    if row.state is not TransmissionState.PARKED:
        raise _no_use(f"{row.name} is {row.state}; only a parked delivery can be split again")
    _channel(parts, row)

    def work(tx: Transaction) -> None:
        note_command(tx, parts, {"retry": row.id}, subject=row.id, who=who)
        tx.exchange.move_transmission(row.id, then=TransmissionState.RECEIVED)
        tx.exceptions.clear(f"transmission:{row.id}", at=parts.now(), by=who)

    parts.store.write(work)
    return Again(id=row.id, state="received", text=f"{row.name} will be split again.")


def _send_again(parts: Parts, transmission_id: str, *, who: str) -> Again:
    with parts.store.read() as tx:
        _channel(parts, tx.exchange.transmission(transmission_id))

    def work(tx: Transaction) -> TransmissionRow:
        row = tx.exchange.transmission(transmission_id)
        if row.state in (TransmissionState.DELIVERED, TransmissionState.PARKED):
            note_command(tx, parts, {"send_again": row.id}, subject=row.id, who=who)
            tx.exchange.move_transmission(row.id, then=TransmissionState.READY)
            tx.exceptions.clear(hold(row.id), at=parts.now(), by=who)
        return row

    row = parts.store.write(work)
    text = f"{row.name} leaves again for {row.partner}: same name, same bytes, same numbers."
    return Again(id=row.id, state="ready", text=text)


def _settle_again(parts: Parts, row: DocumentRow, *, who: str) -> Again:
    channel = _channel(parts, row)
    problems = _judged(parts, channel, row)
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if errors:
        reasons = "; ".join(problem.text for problem in errors)
        raise _no_use(f"its syntax still forbids it, the partner must send it again: {reasons}")

    def work(tx: Transaction) -> None:
        now = tx.exchange.document(row.id).state
        note_command(tx, parts, {"retry": row.id}, subject=row.id, who=who)
        for then in _way(now):
            tx.exchange.move_document(row.id, then=then, at=parts.now(), problems=problems)
        tx.exceptions.clear_document(row.id, at=parts.now(), by=who)
        if now is DocumentState.PARKED:
            _let_count(tx, parts, row, who=who)

    parts.store.write(work)
    text = f"{row.set_id} {row.number} from {row.partner} will be settled again."
    return Again(id=row.id, state="accepted", text=text)


def _let_count(tx: Transaction, parts: Parts, row: DocumentRow, *, who: str) -> None:
    """An interchange put aside for its number counts from now on, and its receipts leave."""
    tx.exchange.count_interchange(row.interchange_id)
    tx.exceptions.clear(f"interchange:{row.interchange_id}", at=parts.now(), by=who)
    number = 0
    while tx.duties.unpark(receipt_duty(row.interchange_id, number)):
        number += 1


def _way(now: DocumentState) -> Sequence[DocumentState]:
    """The states from here to `accepted`; every settled paper is parked first."""
    match now:
        case DocumentState.RECEIVED:
            return (DocumentState.ACCEPTED,)
        case DocumentState.PARKED:
            return (DocumentState.RECEIVED, DocumentState.ACCEPTED)
        case DocumentState.ACCEPTED:
            return ()
        case _:
            return (DocumentState.PARKED, DocumentState.RECEIVED, DocumentState.ACCEPTED)


def _judged(parts: Parts, channel: Channel, row: DocumentRow) -> tuple[Problem, ...]:
    """What a split finds wrong with the paper today: the page may have changed since."""
    if row.syntax == POSTED:
        return ()  # its form was judged before it was kept
    with parts.store.read() as tx, tx.exchange.body(row.transmission_id) as stream:
        profile = with_headings(tx, channel.partner, parts.profile(channel))
        for one in parts.formats[channel.format].split(stream, profile=profile):
            for group in one.groups:
                for document in group.documents:
                    if document.offset == row.offset:
                        envelope = (*one.interchange.problems, *group.group.problems)
                        return (*envelope, *document.problems)
    raise _no_use(f"it is not found at byte {row.offset} of its delivery any more")


def _channel(parts: Parts, row: DocumentRow | TransmissionRow) -> Channel:
    try:
        return parts.partners.channel(f"{row.partner}/{row.channel}")
    except KeyError:
        raise _no_use(
            f"no page has the channel {row.partner}/{row.channel} any more; put it back first"
        ) from None


def retry_duty(parts: Parts, duty_id: str, *, who: str) -> Again:
    """Take a parked duty up again; one that is not parked or is done already is left alone."""

    def work(tx: Transaction) -> bool:
        note_command(tx, parts, {"retry_duty": duty_id}, subject=duty_id, who=who)
        tx.duties.unpark(duty_id)
        return tx.exceptions.clear(f"duty:{duty_id}", at=parts.now(), by=who)

    told = parts.store.write(work)
    text = f"{duty_id} is taken up again" + ("." if told else ", if it was parked.")
    return Again(id=duty_id, state="waiting", text=text)


def resume_lane(parts: Parts, lane: str, *, who: str) -> Again:
    """Let a paused lane go on at once, a channel's or one of mails.

    Raises KeyError when no page has such a lane.
    """
    _see_that_it_is(parts, lane)

    def work(tx: Transaction) -> bool:
        note_command(tx, parts, {"resume": lane}, subject=lane, who=who)
        return tx.duties.resume(lane=lane)

    paused = parts.store.write(work)
    text = f"{lane} goes on at its next turn." if paused else f"{lane} was not paused."
    return Again(id=lane, state="running", text=text)


def _see_that_it_is(parts: Parts, lane: str) -> None:
    mails = {mail_lane(brand) for brand in parts.brands} | {USERS_LANE}
    if lane not in mails:
        parts.partners.channel(lane)


def close_exception(parts: Parts, exception_id: str, *, reason: str, who: str) -> Again:
    """Close an exception by hand, with the reason; raises KeyError when it is not open.

    It is opened again when what is stuck is still stuck at the next look.
    """

    def work(tx: Transaction) -> Again:
        row = tx.queue.one(exception_id)
        if row.hold is None:
            raise KeyError(exception_id)
        said = {"close": exception_id, "reason": reason}
        note_command(tx, parts, said, subject=row.hold, who=who)
        tx.exceptions.clear(row.hold, at=parts.now(), by=f"{who}: {reason}")
        return Again(id=exception_id, state="closed", text=f"Closed: {row.text}")

    return parts.store.write(work)


def _no_use(text: str) -> Refused:
    return Refused([Problem(code="no-use", text=text)])
