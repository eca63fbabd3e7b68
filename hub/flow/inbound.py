"""The inbound river: receive, keep, split, acknowledge, translate, apply, remember and route.

    (hub.flow.collecting: 1 receive, 2 archive raw (commit 1), then remove the remote file)
    unpack    3 split, 4 acknowledge (commit 2)
    settle    5 translate, 6 apply, 7 remember + route (commit 3, one per document)

A failing document parks itself in its own commit; its neighbours go on.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import BinaryIO

from hub.domain.exchange import (
    Direction,
    DocumentState,
    Problem,
    Severity,
    SplitGroup,
    SplitInterchange,
    TransmissionState,
    told,
)
from hub.domain.facts import Duty, DutyKind, Stuck
from hub.domain.names import at_moment, stable
from hub.errors import Malformed
from hub.flow.aside import clashing, known, numbers_of, remember_aside, speak
from hub.flow.corrected import SILENT, Spoken, spoken_of
from hub.flow.faults import fault_of
from hub.flow.headings import with_headings
from hub.flow.parts import Parts
from hub.flow.settling import settle_document
from hub.partners import Channel
from hub.store import DocumentRow, InterchangeRow, Transaction, TransmissionRow

MOST_AT_ONCE = 200
MOST_INTERCHANGES = 1000  # in one delivery; more is somebody's mistake, or worse
BLOCK = 1 << 20
TOO_MANY = Problem(
    code="too-many-interchanges",
    text=f"a delivery has more than {MOST_INTERCHANGES} interchanges; send fewer in one file",
)


# --- split and acknowledge ---------------------------------------------------------------------


def unpack(parts: Parts, channel: Channel, transmission: TransmissionRow) -> None:
    """Turn a kept delivery into document rows and receipts owed: commit 2."""
    fmt, profile = parts.formats[channel.format], parts.profile(channel)
    with parts.store.read() as tx:
        stream = tx.exchange.body(transmission.id)
        profile = with_headings(tx, channel.partner, profile)
        try:
            split = list(islice(fmt.split(stream, profile=profile), MOST_INTERCHANGES + 1))
            problems = _too_many(split)
        except Malformed as fault:
            problems = fault.problems
        if problems:
            parts.store.write(lambda tx: _park(tx, parts, transmission, problems))
            return
        hashes = [_slice_hash(stream, one) for one in split]
        rows = [
            _interchange_row(channel, transmission, number, one, sha)
            for number, (one, sha) in enumerate(zip(split, hashes, strict=True))
        ]
        spoken = {
            **numbers_of(parts, channel, clashing(tx, channel, split, rows), stream),
            **spoken_of(parts, channel, split, stream),
        }
    parts.store.write(lambda tx: _unpacked(tx, parts, channel, transmission, split, rows, spoken))


def _too_many(split: Sequence[SplitInterchange]) -> tuple[Problem, ...]:
    return (TOO_MANY,) if len(split) > MOST_INTERCHANGES else ()


def _slice_hash(stream: BinaryIO, split: SplitInterchange) -> bytes:
    stream.seek(split.interchange.offset)
    left, sha = split.interchange.length, hashlib.sha256()
    while left and (block := stream.read(min(left, BLOCK))):
        sha.update(block)
        left -= len(block)
    return sha.digest()


def _park(
    tx: Transaction, parts: Parts, transmission: TransmissionRow, problems: Sequence[Problem]
) -> None:
    tx.exchange.move_transmission(transmission.id, then=TransmissionState.PARKED, problems=problems)
    stuck = Stuck(
        hold=f"transmission:{transmission.id}",
        kind="unreadable",
        partner=transmission.partner,
        text=f"{transmission.name} from {transmission.partner} cannot be split: "
        + told([problem.text for problem in problems]),
        next_step="Ask the partner to send it again whole; see the bytes with "
        f"`hub doc show {transmission.id}`.",
        problems=tuple(problems),
    )
    names = at_moment(transmission.id, parts.now())
    tx.exceptions.open(stuck, at=parts.now(), transmission_id=transmission.id, names=names)


def _unpacked(
    tx: Transaction,
    parts: Parts,
    channel: Channel,
    transmission: TransmissionRow,
    split: Sequence[SplitInterchange],
    envelopes: Sequence[InterchangeRow],
    spoken: Mapping[int, Spoken],
) -> None:
    ordinal = 0
    doubles: list[InterchangeRow] = []
    for one, row in zip(split, envelopes, strict=True):
        counted = known(tx, row)
        same = next((former for former in counted if former.sha256 == row.sha256), None)
        clash = same is None and bool(counted) and not channel.partner_resets_numbers
        counts = same is None and not clash and not _errors(row.problems)
        tx.exchange.add_interchange(replace(row, counts=counts))
        if same is not None:
            doubles.append(same)
            _answer_again(tx, same)
            continue
        rows = _document_rows(parts, channel, transmission, row.id, one, ordinal, spoken)
        ordinal += len(rows)
        if clash:
            rows = [replace(row_, state=DocumentState.PARKED) for row_ in rows]
        tx.exchange.add_documents(rows)
        for row_ in rows:
            if row_.state is not DocumentState.ACCEPTED:  # what is settled tells it by itself
                speak(tx, row_, spoken.get(row_.offset, SILENT).numbers)
        owed = _owe_receipts(tx, parts, channel, row.id, one)
        if clash:
            for duty_id in owed:
                tx.duties.park(duty_id)  # until a person says that the interchange counts
            _clash(tx, parts, transmission, row, counted[0])
        else:
            _report(tx, parts, transmission, row.id, one, rows)
    whole_double = bool(doubles) and len(doubles) == len(split)
    tx.exchange.move_transmission(
        transmission.id,
        then=TransmissionState.DUPLICATE if whole_double else TransmissionState.SPLIT,
        duplicate_of=doubles[0].transmission_id if whole_double else None,
    )


def _interchange_row(
    channel: Channel,
    transmission: TransmissionRow,
    ordinal: int,
    one: SplitInterchange,
    sha: bytes,
) -> InterchangeRow:
    envelope = one.interchange
    return InterchangeRow(
        id=stable("int", transmission.id, str(ordinal)),
        transmission_id=transmission.id,
        partner=channel.partner,
        direction=Direction.IN,
        sender=envelope.sender,
        receiver=envelope.receiver,
        # What has no number of its own is told apart by its delivery: 5, 6, 5 counts three times.
        number=envelope.number or transmission.id,
        usage=envelope.usage,
        sha256=sha,
        offset=envelope.offset,
        length=envelope.length,
        counts=True,
        problems=envelope.problems,
    )


def _answer_again(tx: Transaction, same: InterchangeRow) -> None:
    """The same bytes came again: the earlier answer goes again, byte for byte."""
    for answer in tx.exchange.answers_to(same.id):
        if answer.state is TransmissionState.DELIVERED:
            tx.exchange.move_transmission(answer.id, then=TransmissionState.READY)


def _document_rows(
    parts: Parts,
    channel: Channel,
    transmission: TransmissionRow,
    interchange_id: str,
    one: SplitInterchange,
    first: int,
    spoken: Mapping[int, Spoken],
) -> list[DocumentRow]:
    discreet = parts.formats[channel.format].discreet
    pairs = [(split, document) for split in one.groups for document in split.documents]
    rows = []
    for ordinal, (split, document) in enumerate(pairs, start=first):
        state = DocumentState.REJECTED if document.rejected else DocumentState.ACCEPTED
        about = spoken.get(document.offset, SILENT)
        rows.append(
            DocumentRow(
                id=stable("doc", transmission.id, str(ordinal)),
                transmission_id=transmission.id,
                interchange_id=interchange_id,
                ordinal=ordinal,
                partner=channel.partner,
                channel=channel.name,
                direction=Direction.IN,
                set_id=document.set_id,
                version=document.version,
                function=split.group.function,
                group_number=split.group.number,
                number=document.number,
                offset=document.offset,
                length=document.length,
                syntax=document.syntax,
                state=state,
                problems=tuple(discreet(problem) for problem in document.problems),
                at=parts.now(),
                business_key=about.key,
                order_number=about.number,
            )
        )
    return rows


def _errors(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple(problem for problem in problems if problem.severity is Severity.ERROR)


def _owe_receipts(
    tx: Transaction, parts: Parts, channel: Channel, interchange_id: str, one: SplitInterchange
) -> list[str]:
    if _errors(one.interchange.problems):
        return []  # an envelope that does not count is answered by TA1 or a person, not by a 997
    fmt = parts.formats[channel.format]
    owed: list[str] = []
    for number, paper in enumerate(fmt.acknowledge(one, profile=channel.profile)):
        owed.append(receipt_duty(interchange_id, number))
        tx.duties.want(
            Duty(
                id=owed[-1],
                lane=channel.lane,
                kind=DutyKind.RECEIPT,
                set_id="997",
                subject=interchange_id,
                order_id=None,
                due_at=parts.now(),
                body={"paper": [list(segment) for segment in paper]},
            )
        )
    return owed


def receipt_duty(interchange_id: str, number: int) -> str:
    """Return the name of the duty to answer an interchange's n-th group: always the same."""
    return stable("dty", interchange_id, "receipt", str(number))


def _clash(
    tx: Transaction,
    parts: Parts,
    transmission: TransmissionRow,
    row: InterchangeRow,
    former: InterchangeRow,
) -> None:
    stuck = Stuck(
        hold=f"interchange:{row.id}",
        kind="number-used-before",
        partner=row.partner,
        text=f"{transmission.name}: interchange number {row.number} from {row.sender} came before "
        f"with other contents (in {former.transmission_id}); nothing of it was used.",
        next_step="Ask the partner which one counts. If they start numbers anew, put "
        "`partner_resets_numbers: true` on the channel and re-run the parked documents.",
    )
    names = at_moment(row.id, parts.now())
    tx.exceptions.open(stuck, at=parts.now(), transmission_id=transmission.id, names=names)


def _report(
    tx: Transaction,
    parts: Parts,
    transmission: TransmissionRow,
    interchange_id: str,
    one: SplitInterchange,
    rows: Sequence[DocumentRow],
) -> None:
    """One exception for a bad envelope, or one for each bad paper in a good one."""
    junk = (one_ for one_ in one.interchange.problems if one_.code.endswith("junk"))
    envelope = (*_errors(one.interchange.problems), *junk, *_group_errors(one.groups))
    if envelope:
        stuck = Stuck(
            hold=f"interchange:{interchange_id}",
            kind="envelope",
            partner=transmission.partner,
            text=f"{transmission.name} from {transmission.partner} is not as it should be: "
            + told([problem.text for problem in envelope]),
            next_step="What is named was not used. Tell the partner; see "
            f"`hub doc show {transmission.id}`.",
            problems=envelope,
        )
        names = at_moment(stuck.hold, parts.now())
        tx.exceptions.open(stuck, at=parts.now(), transmission_id=transmission.id, names=names)
        return
    for row in rows:
        if row.state is DocumentState.REJECTED:
            tx.exceptions.open(
                rejected(row),
                at=parts.now(),
                document_id=row.id,
                names=at_moment(row.id, parts.now()),
            )


def _group_errors(groups: Sequence[SplitGroup]) -> tuple[Problem, ...]:
    return tuple(problem for split in groups for problem in _errors(split.group.problems))


def rejected(row: DocumentRow) -> Stuck:
    """Return the exception for a paper whose syntax forbids to use it."""
    return Stuck(
        hold=f"document:{row.id}",
        kind="rejected",
        partner=row.partner,
        text=f"{row.set_id} {row.number} from {row.partner} was rejected: "
        + told([problem.text for problem in _errors(row.problems)]),
        next_step="The partner is told by a receipt, where its format has any; else tell it. See "
        f"`hub doc why {row.id}`. A corrected paper closes this.",
        problems=row.problems,
    )


# --- settle ------------------------------------------------------------------------------------


def _park_delivery(
    parts: Parts, transmission: TransmissionRow, tx: Transaction, *, trace: str
) -> None:
    problem = Problem(code="our-fault", text=trace)
    tx.exchange.move_transmission(
        transmission.id, then=TransmissionState.PARKED, problems=[problem]
    )
    stuck = _our_fault(
        f"transmission:{transmission.id}",
        f"{transmission.name} from {transmission.partner}",
        f"hub doc show {transmission.id}",
        partner=transmission.partner,
        trace=trace,
    )
    now = parts.now()
    names = at_moment(transmission.id, now)
    tx.exceptions.open(stuck, at=now, transmission_id=transmission.id, names=names)


def _park_document(parts: Parts, document: DocumentRow, tx: Transaction, *, trace: str) -> None:
    now = parts.now()
    problem = Problem(code="our-fault", text=trace)
    tx.exchange.move_document(document.id, then=DocumentState.PARKED, at=now, problems=[problem])
    stuck = _our_fault(
        f"document:{document.id}",
        f"{document.set_id} {document.number} from {document.partner}",
        f"hub doc why {document.id}",
        partner=document.partner,
        trace=trace,
    )
    names = at_moment(document.id, now)
    tx.exceptions.open(stuck, at=now, document_id=document.id, names=names)


def _our_fault(hold: str, what: str, look: str, *, partner: str, trace: str) -> Stuck:
    return Stuck(
        hold=hold,
        kind="our-fault",
        partner=partner,
        text=f"{what} met a fault of ours: " + trace.strip().rsplit("\n", 1)[-1],
        next_step=f"See `{look}`; re-run it after an upgrade.",
    )


def process(parts: Parts, channel: Channel) -> int:
    """Unpack and settle everything kept for a channel; returns how many papers.

    Safe to run again after a crash at any point: it starts from the rows' states.
    """
    while waiting := _waiting_transmissions(parts, channel):
        for transmission in waiting:
            if trace := fault_of(partial(unpack, parts, channel, transmission)):
                parts.store.write(partial(_park_delivery, parts, transmission, trace=trace))
    settled = 0
    while accepted := _waiting_documents(parts, channel):
        for document in accepted:
            if trace := fault_of(partial(settle_document, parts, channel, document)):
                remember_aside(parts, channel, document)
                parts.store.write(partial(_park_document, parts, document, trace=trace))
            settled += 1
    return settled


def _waiting_transmissions(parts: Parts, channel: Channel) -> list[TransmissionRow]:
    with parts.store.read() as tx:
        return tx.exchange.waiting(
            partner=channel.partner,
            channel=channel.name,
            direction=Direction.IN,
            state=TransmissionState.RECEIVED,
            limit=MOST_AT_ONCE,
        )


def _waiting_documents(parts: Parts, channel: Channel) -> list[DocumentRow]:
    with parts.store.read() as tx:
        return tx.exchange.documents_waiting(
            partner=channel.partner,
            channel=channel.name,
            state=DocumentState.ACCEPTED,
            limit=MOST_AT_ONCE,
        )
