"""One paper on one page: why it is as it is, what it says, its bytes, its family, its history."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.domain.exchange import Direction, DocumentState, TransmissionState
from hub.flow.parts import Parts
from hub.ops import explain
from hub.ops.desk.business import Section, business_view
from hub.ops.desk.documents import DocumentLine, line_of
from hub.ops.desk.shown import decoded, partner_name, step, visible
from hub.ops.desk.signs import HOLDS
from hub.ops.explain import Carrier, Did, Stamp
from hub.ops.places import Flaw
from hub.store import DocumentRow, Erased, Transaction
from hub.store.desk import InputRow
from hub.store.queue import QueuedRow

MOST_BYTES = 64 * 1024
MOST_RELATED = 200
MOST_INPUTS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One segment, line or element of a paper: its first byte, its number, what is wrong there."""

    number: int
    offset: int
    text: str
    flaws: tuple[Flaw, ...]

    @property
    def wrong(self) -> bool:
        """Whether a problem stands here."""
        return bool(self.flaws)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """The bytes as text in which every sign can be seen; at most 64 kB of `size`."""

    text: str
    size: int
    cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try at a paper: when, what, on whose word, what it came to, under which hashes.

    Hashes (`page`, `map`, `code`) are kept of the delivery and of the newest judgement.
    """

    at: datetime
    what: str
    who: str
    hashes: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of the history: who did what, when."""

    at: datetime
    who: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Something about the paper that waits for a person."""

    id: str
    kind: str
    text: str
    next_step: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPaper:
    """Everything about one paper.

    `verdict` is one sentence or two: what it is, what is wrong first, and where. `actions` are
    those of `rerun`, `edit`, `ignore`, `send` that can be done with it now. `erased` tells that its
    bytes were destroyed; then there is neither raw text nor segments.
    """

    id: str
    verdict: str
    line: DocumentLine
    order_number: str
    brand: str
    problems: tuple[Flaw, ...]
    effects: tuple[Did, ...]
    stamps: tuple[Stamp, ...]
    business: tuple[Section, ...]
    segments: tuple[Segment, ...]
    elsewhere: tuple[Flaw, ...]
    raw: Raw
    related: tuple[DocumentLine, ...]
    answers: tuple[Carrier, ...]
    attempts: tuple[Attempt, ...]
    audit: tuple[Entry, ...]
    open: tuple[Open, ...]
    carrier: Carrier
    hashes: Mapping[str, str]
    copy_of: str
    copies: tuple[str, ...]
    actions: tuple[str, ...]
    erased: bool


def document(parts: Parts, document_id: str) -> DocumentPaper:
    """Return everything about one paper; raises KeyError when there is none of that id."""
    story = explain.document(parts, document_id)
    contents, erased = _contents(parts, document_id)
    with parts.store.read() as tx:
        seen = tx.desk.one(HOLDS, document_id)
        line = line_of(parts, seen)
        row = seen.row
        delivery, own = _inputs(tx, row)
        queued = tx.queue.of_document(row.id)
        related = _related(tx, parts, row)
        copy_of, copies = tx.desk.origin(row.transmission_id), tuple(tx.desk.copies(row.id))
    return DocumentPaper(
        id=row.id,
        verdict=_verdict(parts, row, line, story),
        line=line,
        order_number=story.order_number,
        brand=story.brand,
        problems=story.problems,
        effects=story.effects,
        stamps=story.stamps,
        business=business_view(parts, row, contents.raw) if contents else (),
        segments=_segments(contents),
        elsewhere=contents.elsewhere if contents else story.problems,
        raw=_raw(row.length, contents),
        related=related,
        answers=story.answers,
        attempts=tuple(_attempts(row, story, delivery, own)),
        audit=_audit(delivery, own, queued),
        open=tuple(_open(each) for each in queued if each.closed_at is None),
        carrier=story.carrier,
        hashes=row.hashes,
        copy_of=copy_of,
        copies=copies,
        actions=_actions(row, queued),
        erased=erased,
    )


def _contents(parts: Parts, document_id: str) -> tuple[explain.Bytes | None, bool]:
    try:
        return explain.contents(parts, document_id, most=MOST_BYTES), False
    except Erased:
        return None, True


def _segments(contents: explain.Bytes | None) -> tuple[Segment, ...]:
    if contents is None:
        return ()
    return tuple(
        Segment(number=one.number, offset=one.offset, text=visible(one.text), flaws=one.flaws)
        for one in contents.pieces
    )


def _raw(size: int, contents: explain.Bytes | None) -> Raw:
    if contents is None:
        return Raw(text="", size=size, cut=False)
    return Raw(text=visible(decoded(contents.raw)), size=size, cut=len(contents.raw) < size)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPaper:
    """Everything about one delivery, also one that no paper could be found in.

    `actions` are those of `rerun`, `edit`, `ignore`, `send` that can be done with it now.
    """

    id: str
    verdict: str
    partner: str
    partner_name: str
    channel: str
    carrier: Carrier
    problems: tuple[Flaw, ...]
    duplicate_of: str
    documents: tuple[DocumentLine, ...]
    segments: tuple[Segment, ...]
    elsewhere: tuple[Flaw, ...]
    raw: Raw
    audit: tuple[Entry, ...]
    copy_of: str
    copies: tuple[str, ...]
    actions: tuple[str, ...]
    erased: bool


def delivery(parts: Parts, transmission_id: str) -> DeliveryPaper:
    """Return everything about one delivery; raises KeyError when there is none of that id."""
    story = explain.transmission(parts, transmission_id)
    contents, erased = _contents(parts, transmission_id)
    with parts.store.read() as tx:
        found = [
            line_of(parts, tx.desk.one(HOLDS, each)) for each in story.documents[:MOST_RELATED]
        ]
        inputs = tx.desk.inputs(transmission_id, limit=MOST_INPUTS)
        copy_of = tx.desk.origin(transmission_id)
        copies = tuple(tx.desk.copies(transmission_id))
    return DeliveryPaper(
        id=story.id,
        verdict=visible(story.verdict),
        partner=story.partner,
        partner_name=partner_name(parts, story.partner),
        channel=story.channel,
        carrier=story.carrier,
        problems=story.problems,
        duplicate_of=story.duplicate_of or "",
        documents=tuple(found),
        segments=_segments(contents),
        elsewhere=contents.elsewhere if contents else story.problems,
        raw=_raw(story.carrier.size, contents),
        audit=_audit(inputs, (), ()),
        copy_of=copy_of,
        copies=copies,
        actions=_delivery_actions(story.carrier),
        erased=erased,
    )


def _delivery_actions(carrier: Carrier) -> tuple[str, ...]:
    if carrier.direction == Direction.OUT:
        return ("send",)
    stuck = carrier.state == TransmissionState.PARKED
    return ("rerun", "edit", "ignore") if stuck else ()


# --- the verdict -------------------------------------------------------------------------------

_CAME_TO = {
    DocumentState.RECEIVED: "kept, not judged yet",
    DocumentState.ACCEPTED: "accepted, waits to be applied",
    DocumentState.REJECTED: "rejected, its syntax forbids to use it",
    DocumentState.APPLIED: "applied whole",
    DocumentState.PARTLY_APPLIED: "applied in part",
    DocumentState.REFUSED: "refused, nothing of it could be used",
    DocumentState.PARKED: "parked, it waits for a person",
    DocumentState.COMPOSED: "written",
}


def _verdict(
    parts: Parts, row: DocumentRow, line: DocumentLine, story: explain.DocumentStory
) -> str:
    """Say what it is, then the first thing that is wrong and where; else what it came to."""
    way = "from" if row.direction is Direction.IN else "to"
    about = f", purchase order {row.order_number}" if row.order_number else ""
    what = (line.trade_name if "_" in row.set_id else "") or row.set_id
    head = f"{what} {way} {partner_name(parts, row.partner)}{about}: "
    wrong = [one for one in story.problems if one.severity == "error"]
    if row.direction is Direction.OUT or not wrong:
        said = "; ".join(one.text for one in line.lights.all if one.sign != "none")
        told = said if row.direction is Direction.OUT else _CAME_TO[row.state]
        return f"{head}{told}."
    first = next((one for one in wrong if one.place), wrong[0])
    more = f" And {len(wrong) - 1} more." if len(wrong) > 1 else ""
    text = visible(first.text).rstrip(".")
    return f"{head}{text}." + "".join(_spot(first)) + more


def _spot(flaw: Flaw) -> Iterator[str]:
    """Yield where, as people point at it: segment LIN at byte 1,204."""
    if flaw.segment:
        yield f" Segment {flaw.segment}"
    elif flaw.path:
        yield f" At {visible(flaw.path)}"
    elif flaw.offset is not None:
        yield " It stands"
    else:
        return
    yield f" at byte {flaw.offset:,}." if flaw.offset is not None else "."


# --- its family and its history ----------------------------------------------------------------


def _related(tx: Transaction, parts: Parts, row: DocumentRow) -> tuple[DocumentLine, ...]:
    """Every other paper of its order, oldest first; without an order those of its PO number."""
    if row.order_id is not None:
        rows = tx.desk.of_order(HOLDS, row.order_id, limit=MOST_RELATED)
    elif row.order_number:
        found = tx.desk.search(
            HOLDS, kind="purchase order", sought=row.order_number, brand="", limit=MOST_RELATED
        )
        rows = [seen for seen in reversed(found) if seen.row.partner == row.partner]
    else:
        rows = []
    return tuple(line_of(parts, seen) for seen in rows)


def _inputs(tx: Transaction, row: DocumentRow) -> tuple[list[InputRow], list[InputRow]]:
    delivery = tx.desk.inputs(row.transmission_id, limit=MOST_INPUTS)
    own = [
        *tx.desk.inputs(row.id, limit=MOST_INPUTS),
        *tx.desk.inputs(f"document:{row.id}", limit=MOST_INPUTS),
    ]
    return delivery, own


def _attempts(
    row: DocumentRow,
    story: explain.DocumentStory,
    delivery: Sequence[InputRow],
    own: Sequence[InputRow],
) -> Iterator[Attempt]:
    came = row.direction is Direction.IN
    if not came:
        yield Attempt(at=row.at, what="written", who="hub", hashes=row.hashes)
    for one in sorted((*delivery, *own), key=lambda each: each.at):
        what = _TRIED.get(next(iter(one.body), ""), "")
        if one.kind == "delivery":
            yield Attempt(at=one.at, what="received", who=one.who, hashes=one.hashes)
        elif what:
            yield Attempt(at=one.at, what=what, who=one.who, hashes=one.hashes)
    if row.settled_at is not None:
        what = f"judged: {_CAME_TO[row.state]}"
        yield Attempt(at=row.settled_at, what=what, who="hub", hashes=row.hashes)
    if row.delivered_at is not None:
        tries = story.carrier.attempts
        what = f"delivered at attempt {tries}" if tries > 1 else "delivered"
        yield Attempt(at=row.delivered_at, what=what, who="hub", hashes={})


_TRIED = {"retry": "taken up again", "send_again": "asked to leave again"}
_DONE = {
    "retry": "asked to settle it again",
    "send_again": "asked to send the same bytes again",
    "close": "closed what was open about it",
    "ignore": "put it aside",
    "edit_and_rerun": "made a corrected copy of it",
    "accept_feed": "let the report pass its guard",
    "say_name": "said what a name of the partner's stands for",
}


def _audit(
    delivery: Sequence[InputRow], own: Sequence[InputRow], queued: Sequence[QueuedRow]
) -> tuple[Entry, ...]:
    rows = [Entry(at=one.at, who=one.who, text=_entry(one)) for one in (*delivery, *own)]
    for one in queued:
        rows.append(Entry(at=one.opened_at, who="hub", text=f"opened: {one.text}"))
        if one.closed_at is not None:
            text = f"closed ({one.kind})"
            rows.append(Entry(at=one.closed_at, who=one.closed_by, text=text))
    return tuple(sorted(rows, key=lambda entry: entry.at))


def _entry(one: InputRow) -> str:
    if one.kind == "delivery":
        return f"received as {one.body.get('name', '')}, {one.body.get('size', 0)} bytes"
    word = next(iter(one.body), "")
    reason = f": {one.body['reason']}" if one.body.get("reason") else ""
    return _DONE.get(word, word.replace("_", " ")) + reason


def _open(one: QueuedRow) -> Open:
    return Open(
        id=one.id, kind=one.kind, text=one.text, next_step=step(one.next_step), since=one.opened_at
    )


def _actions(row: DocumentRow, queued: Sequence[QueuedRow]) -> tuple[str, ...]:
    waits = any(one.closed_at is None for one in queued)
    if row.direction is Direction.OUT:
        return ("send", "ignore") if waits else ("send",)
    settled = row.state not in (DocumentState.RECEIVED, DocumentState.ACCEPTED)
    found = ["rerun"] if settled else []
    if settled and row.state is not DocumentState.APPLIED:
        found.append("edit")
    return (*found, "ignore") if waits else tuple(found)
