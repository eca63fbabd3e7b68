"""The acts behind an operator's buttons: run again, put aside, correct a copy, send again.

Each leaves a row of input with who asked. The lane's next turn does the work.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO

from hub.domain.exchange import (
    Direction,
    DocumentState,
    Problem,
    Severity,
    TransmissionState,
)
from hub.domain.names import stable
from hub.errors import Conflict, HubError, Malformed, Refused
from hub.flow.headings import with_headings
from hub.flow.noting import note_command
from hub.flow.parts import POSTED, Parts
from hub.flow.receiving import IN_ROW, NEVER, input_of
from hub.ops import again
from hub.ops.again import Again
from hub.ops.desk.causes import cause
from hub.ops.desk.waiting import exceptions_about
from hub.partners import Channel
from hub.store import DocumentRow, InterchangeRow, Kept, Transaction, TransmissionRow

MOST_COPIED = 1024 * 1024
"""Bytes; a longer delivery is corrected by the partner, or with its own tools."""
MOST_AT_ONCE = 500
STEP = 25
"""So many of a cause are run again before it is told what became of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one of several; `done` tells that it will be tried again."""

    id: str
    done: bool
    text: str


def rerun(parts: Parts, ids: Sequence[str], *, who: str) -> tuple[Outcome, ...]:
    """Run papers, deliveries and duties (`duty:…`) again, at most 500; each for itself.

    One for which another try cannot help is told with the reason and does not stop the others.
    """
    return tuple(_rerun(parts, row_id, who) for row_id in dict.fromkeys(ids[:MOST_AT_ONCE]))


def rerun_cause(parts: Parts, cause_id: str, *, who: str) -> Iterator[Sequence[Outcome]]:
    """Yield what became of everything of a cause, run again some at a time, the newest first.

    What stops again meanwhile is not run a second time. Raises KeyError when nothing waits because
    of it.
    """
    found, seen = cause(parts, cause_id), set[str]()
    while True:
        ids = [one for one in found.ids if one not in seen]
        seen.update(ids)
        for start in range(0, len(ids), STEP):
            yield rerun(parts, ids[start : start + STEP], who=who)
        if not found.left:
            return
        try:
            found = cause(parts, cause_id, before=found.last)
        except KeyError:  # somebody else was faster
            return


def _rerun(parts: Parts, row_id: str, who: str) -> Outcome:
    try:
        if row_id.startswith("duty:"):
            done = again.retry_duty(parts, row_id.removeprefix("duty:"), who=who)
        else:
            done = again.retry(parts, row_id, who=who)
    except KeyError:
        return Outcome(id=row_id, done=False, text=f"there is no paper or delivery {row_id}")
    except (Refused, Conflict) as fault:
        return Outcome(id=row_id, done=False, text=_why(fault))
    return Outcome(id=row_id, done=True, text=done.text)


def _why(fault: HubError) -> str:
    problems: Sequence[Problem] = getattr(fault, "problems", ())
    return "; ".join(one.text for one in problems) or str(fault)


def send_to_partner(parts: Parts, row_id: str, *, who: str) -> Again:
    """Send a paper or delivery of ours again: same name, same bytes, same numbers.

    Raises KeyError when there is none of that id, Refused for one that a partner sent us and for
    one that waits to leave anyway.
    """
    with parts.store.read() as tx:
        if not row_id.startswith("tra_"):
            delivery_id = tx.exchange.document(row_id).transmission_id
        else:
            delivery_id = row_id
        row = tx.exchange.transmission(delivery_id)
    if row.direction is Direction.IN:
        raise _no_use("it came from the partner; re-run it instead of sending it")
    if row.state is TransmissionState.READY:
        raise _no_use("it waits to leave already; the hub sends it as soon as it can")
    return again.retry(parts, row_id, who=who)


def ignore(parts: Parts, row_id: str, *, reason: str, who: str) -> Again:
    """Put aside what waits about a paper, a delivery or an exception, with the reason.

    Nothing happens to the paper. Of a paper that is what stands on its page: its envelope's
    number, too, or its delivery. Raises Refused when nothing waits about it or without a reason,
    KeyError when there is none of that id.
    """
    if not reason.strip():
        raise _no_use("say why it may be put aside; others will ask")

    def work(tx: Transaction) -> Again:
        holds = _holds(tx, row_id)
        note_command(tx, parts, {"ignore": row_id, "reason": reason}, subject=row_id, who=who)
        closed = [
            tx.exceptions.clear(hold, at=parts.now(), by=f"{who}: {reason}") for hold in holds
        ]
        if not any(closed):
            raise _no_use("nothing waits for a person about it any more")
        return Again(id=row_id, state="ignored", text=f"Put aside: {reason}")

    return parts.store.write(work)


def _holds(tx: Transaction, row_id: str) -> list[str]:
    if row_id.startswith("exc_"):
        hold = tx.queue.one(row_id).hold
        return [hold] if hold else []
    if row_id.startswith("tra_"):
        found = tx.queue.of_delivery(row_id)
    else:
        found = exceptions_about(tx, tx.exchange.document(row_id))
    return [row.hold for row in found if row.hold]


# --- a corrected copy --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A corrected copy: its delivery and its paper, "" while the delivery waits to be split."""

    transmission_id: str
    document_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Origin:
    """What is copied: the paper, its delivery, its envelope, and the envelope's bytes."""

    paper: DocumentRow
    delivery: TransmissionRow
    envelope: InterchangeRow
    body: bytes


def edit_and_rerun(parts: Parts, row_id: str, body: bytes, *, who: str) -> Copied:
    """Settle a corrected copy of a partner's paper; the original stays as it came.

    `body` is the paper's own bytes as they should have been (X12: ST to SE); its envelope is copied
    around it. Of a delivery (`tra_…`) that cannot be split it is all bytes. The copy is a delivery
    of its own that points at its origin; no receipt is sent for the copy of a paper. The same copy
    made twice is one.

    Raises KeyError when there is none of that id, Refused for one of ours, one too long, one
    whose channel is gone, or with every mistake in its syntax: then nothing was kept.
    """
    if len(body) > MOST_COPIED:
        raise _no_use(f"it has more than {MOST_COPIED} bytes; have the partner send it again")
    if row_id.startswith("tra_"):
        return _copy_delivery(parts, row_id, body, who)
    origin = _origin(parts, row_id)
    channel = _channel(parts, origin.delivery)
    made = body
    paper = replace(origin.paper, length=len(body), offset=0)
    if origin.paper.syntax != POSTED:
        made, paper = _enveloped(parts, channel, origin, body)
    return _keep_copy(parts, channel, origin, made, paper, who)


def _origin(parts: Parts, document_id: str) -> _Origin:
    with parts.store.read() as tx:
        paper = tx.exchange.document(document_id)
        delivery = tx.exchange.transmission(paper.transmission_id)
        if paper.direction is Direction.OUT:
            raise _no_use("it is one of ours; correct the order or the page, then send it again")
        envelope = tx.desk.envelope(paper.interchange_id)
        if envelope.length > MOST_COPIED:
            raise _no_use("its envelope is too long to be copied; have the partner send it again")
        with tx.exchange.body(delivery.id) as stream:
            stream.seek(envelope.offset)
            body = stream.read(envelope.length)
    return _Origin(paper=paper, delivery=delivery, envelope=envelope, body=body)


def _channel(parts: Parts, row: TransmissionRow) -> Channel:
    try:
        return parts.partners.channel(f"{row.partner}/{row.channel}")
    except KeyError:
        raise _no_use(f"no page has the channel {row.partner}/{row.channel} any more") from None


def _enveloped(
    parts: Parts, channel: Channel, origin: _Origin, body: bytes
) -> tuple[bytes, DocumentRow]:
    """Put the corrected paper into a copy of its envelope and judge it there."""
    start = origin.paper.offset - origin.envelope.offset
    made = origin.body[:start] + body + origin.body[start + origin.paper.length :]
    fmt = parts.formats[channel.format]
    with parts.store.read() as tx:
        profile = with_headings(tx, channel.partner, parts.profile(channel))
    try:
        split = list(fmt.split(BytesIO(made), profile=profile))
    except Malformed as fault:
        raise Refused(fault.problems) from fault
    for one in split:
        for group in one.groups:
            for paper in group.documents:
                if paper.offset == start:
                    problems = (*one.interchange.problems, *paper.problems)
                    return made, _judged(origin, paper.length, start, paper.syntax, problems)
    raise _no_use("no paper begins where the original did; keep its first segment as it is")


def _judged(
    origin: _Origin, length: int, start: int, syntax: str, problems: Sequence[Problem]
) -> DocumentRow:
    errors = [one for one in problems if one.severity is Severity.ERROR]
    if errors:
        raise Refused(errors)
    return replace(
        origin.paper, offset=start, length=length, syntax=syntax, problems=tuple(problems)
    )


def _keep_copy(
    parts: Parts, channel: Channel, origin: _Origin, made: bytes, paper: DocumentRow, who: str
) -> Copied:
    row = _copied_delivery(parts, channel, origin.delivery, made, of=origin.paper.id)
    kept = _archived(parts, made)
    document_id = stable("doc", row.id, "0")
    text = f"A corrected copy of {paper.set_id} {paper.number} will be settled."

    def work(tx: Transaction) -> Copied:
        if _add(tx, parts, channel, row, made, kept, of=origin.paper.id, who=who):
            tx.exchange.move_transmission(row.id, then=TransmissionState.SPLIT)
            envelope = _copied_envelope(origin.envelope, row)
            tx.exchange.add_interchange(envelope)
            tx.exchange.add_documents([_copied_paper(parts, paper, row, envelope, document_id)])
            by = f"{who}: a corrected copy, {document_id}"
            tx.exceptions.clear_document(origin.paper.id, at=parts.now(), by=by)
        return Copied(transmission_id=row.id, document_id=document_id, text=text)

    return parts.store.write(work)


def _copied_envelope(envelope: InterchangeRow, row: TransmissionRow) -> InterchangeRow:
    """The copy's own envelope, which counts for nobody: its number is the original's affair."""
    return replace(
        envelope,
        id=stable("int", row.id, "0"),
        transmission_id=row.id,
        number=row.id,
        sha256=row.sha256,
        offset=0,
        length=row.size,
        counts=False,
    )


def _copied_paper(
    parts: Parts,
    paper: DocumentRow,
    row: TransmissionRow,
    envelope: InterchangeRow,
    document_id: str,
) -> DocumentRow:
    return replace(
        paper,
        id=document_id,
        transmission_id=row.id,
        interchange_id=envelope.id,
        ordinal=0,
        state=DocumentState.ACCEPTED,
        at=parts.now(),
        settled_at=None,
        attempts=0,
        hashes={},
        business_key="",
        purpose="",
        order_id=None,
        fulfillment_id=None,
    )


def _copy_delivery(parts: Parts, transmission_id: str, body: bytes, who: str) -> Copied:
    with parts.store.read() as tx:
        origin = tx.exchange.transmission(transmission_id)
    if origin.direction is Direction.OUT:
        raise _no_use("it is one of ours; correct the order or the page, then send it again")
    channel = _channel(parts, origin)
    row = _copied_delivery(parts, channel, origin, body, of=origin.id)
    kept = _archived(parts, body)
    text = f"A corrected copy of {origin.name} will be split and settled."

    def work(tx: Transaction) -> Copied:
        if _add(tx, parts, channel, row, body, kept, of=origin.id, who=who):
            by = f"{who}: a corrected copy, {row.id}"
            tx.exceptions.clear(f"transmission:{origin.id}", at=parts.now(), by=by)
        return Copied(transmission_id=row.id, document_id="", text=text)

    return parts.store.write(work)


def _copied_delivery(
    parts: Parts, channel: Channel, origin: TransmissionRow, body: bytes, *, of: str
) -> TransmissionRow:
    sha = hashlib.sha256(body).digest()
    key = f"copy/{of}/{sha.hex()}"
    return TransmissionRow(
        id=stable("tra", channel.lane, "in", key),
        partner=channel.partner,
        channel=channel.name,
        direction=Direction.IN,
        name=f"{origin.name} (corrected)",
        size=len(body),
        sha256=sha,
        delivery_key=key,
        state=TransmissionState.RECEIVED,
        at=parts.now(),
    )


def _archived(parts: Parts, body: bytes) -> Kept | None:
    """Archive a larger body before its row is written; a row never points at nothing."""
    return None if len(body) <= IN_ROW else parts.store.archive.keep(BytesIO(body))


def _add(
    tx: Transaction,
    parts: Parts,
    channel: Channel,
    row: TransmissionRow,
    body: bytes,
    kept: Kept | None,
    *,
    of: str,
    who: str,
) -> bool:
    """Store the copy's delivery with who made it of what; False when it is there already."""
    place = tx.duties.next_number(f"{channel.lane}/received", ceiling=NEVER)
    stored = replace(row, seq=place, object_name=kept.name if kept else None)
    if not tx.exchange.add_transmission(stored, body=None if kept else body):
        return False
    tx.desk.add_copy(row.id, origin=of, at=row.at, who=who)
    note_command(tx, parts, {"edit_and_rerun": of, "copy": row.id}, subject=of, who=who)
    tx.facts.record_input(
        input_id=input_of(row.id),
        kind="delivery",
        at=row.at,
        who=who,
        subject=row.id,
        body={"name": row.name, "size": row.size, "copy_of": of},
        sealed=None,
        hashes={"page": parts.partners.get(channel.partner).digest, "code": parts.code},
    )
    return True


def _no_use(text: str) -> Refused:
    return Refused([Problem(code="no-use", text=text)])
