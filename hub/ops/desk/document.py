"""One paper on one page: why it is as it is, what it says, its bytes, its family, its history."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hub.domain.exchange import Direction, DocumentState, TransmissionState
from hub.flow.parts import Parts
from hub.ops import explain
from hub.ops.desk.business import Business, Section, business_view, messages_of
from hub.ops.desk.delivery import Open, open_of
from hub.ops.desk.documents import DocumentLine, line_of
from hub.ops.desk.family import related
from hub.ops.desk.history import CAME_TO, Attempt, Entry, attempts, audit, inputs_of
from hub.ops.desk.marked import Marked, Raw, Segment, contents, marked, raw_of
from hub.ops.desk.shown import partner_name, visible
from hub.ops.desk.signs import HOLDS
from hub.ops.desk.waiting import Held, exceptions_about, held, reasons
from hub.ops.explain import Carrier, Did, Stamp
from hub.ops.places import Flaw, flaws
from hub.ops.whose import named
from hub.store import DocumentRow, Transaction
from hub.store.desk import SeenDocument
from hub.store.exceptions import document_hold
from hub.store.queue import QueuedRow
from hub.store.spoken import SpokenOrder

BUSINESS, SEGMENTS = "business", "segments"
VIEWS = (BUSINESS, SEGMENTS)
"""What takes long to make of a long paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPaper:
    """Everything about one paper.

    `verdict` is one sentence or two: what it is, what is wrong first, and where. `actions` are
    those of `rerun`, `edit`, `ignore`, `send` that can be done with it now. `erased` tells that its
    bytes were destroyed; then there is neither raw text nor segments. `problems` are its own and
    what others say of it, `held` is what keeps it from leaving.
    """

    id: str
    verdict: str
    line: DocumentLine
    order_number: str
    brand: str
    spoken: tuple[SpokenOrder, ...]
    problems: tuple[Flaw, ...]
    effects: tuple[Did, ...]
    stamps: tuple[Stamp, ...]
    said: Business
    marked: Marked
    raw: Raw
    related: tuple[DocumentLine, ...]
    answers: tuple[Carrier, ...]
    attempts: tuple[Attempt, ...]
    audit: tuple[Entry, ...]
    open: tuple[Open, ...]
    held: Held | None
    carrier: Carrier
    hashes: Mapping[str, str]
    copy_of: str
    copies: tuple[str, ...]
    actions: tuple[str, ...]
    erased: bool

    @property
    def business(self) -> tuple[Section, ...]:
        """What it says, in sections; empty where `said` tells why."""
        return self.said.sections

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Those of its segments that are shown."""
        return self.marked.segments

    @property
    def elsewhere(self) -> tuple[Flaw, ...]:
        """What is wrong at none of the segments shown."""
        return self.marked.elsewhere


def document(
    parts: Parts, document_id: str, *, views: Collection[str] = VIEWS, first: int = 0
) -> DocumentPaper:
    """Return everything about one paper; raises KeyError when there is none of that id.

    `views` are those of its long views that are wanted; the others are empty. `first` is from
    which problem on they are looked for where there are very many.
    """
    story = explain.document(parts, document_id)
    found = contents(parts, document_id)
    with parts.store.read() as tx:
        seen = tx.desk.one(HOLDS, document_id)
    line, row = line_of(parts, seen), _numbered(parts, seen.row, found)
    story = replace(story, problems=found.problems) if found else story
    with parts.store.read() as tx:
        number = named(tx, row, story.spoken, _worst(story.problems))
        inputs = inputs_of(tx, *_subjects(row, story.spoken))
        queued = exceptions_about(tx, row)
        why, waits_for = _why(tx, seen), held(tx, seen)
        family = related(tx, parts, row)
        copy_of, copies = tx.desk.origin(row.transmission_id), tuple(tx.desk.copies(row.id))
    told = (*(() if found else story.problems), *why)  # its own are known where its bytes are
    return DocumentPaper(
        id=row.id,
        verdict=_verdict(
            parts, replace(row, order_number=number), line, story, _first(why, waits_for)
        ),
        line=line,
        order_number=story.order_number,
        brand=story.brand,
        spoken=story.spoken,
        problems=(*story.problems, *why),
        effects=story.effects,
        stamps=story.stamps,
        said=business_view(parts, row) if found and BUSINESS in views else Business(),
        marked=marked(parts, found, told, first=first) if SEGMENTS in views else Marked(),
        raw=raw_of(row.length, found),
        related=family,
        answers=story.answers,
        attempts=tuple(attempts(row, story.carrier, inputs)),
        audit=audit(inputs, queued),
        open=tuple(open_of(each) for each in queued if each.closed_at is None),
        held=waits_for,
        carrier=story.carrier,
        hashes=row.hashes,
        copy_of=copy_of,
        copies=copies,
        actions=_actions(seen, queued),
        erased=found is None,
    )


def _numbered(parts: Parts, row: DocumentRow, found: explain.Bytes | None) -> DocumentRow:
    """What was put aside unread speaks of a purchase order all the same."""
    if row.order_number or row.state is not DocumentState.PARKED or found is None:
        return row
    if len(found.raw) < row.length:
        return row
    said = (getattr(each, "number", "") for each in messages_of(parts, row, found.raw))
    return replace(row, order_number=next((one for one in said if isinstance(one, str)), ""))


def _why(tx: Transaction, seen: SeenDocument) -> tuple[Flaw, ...]:
    """What others say of it; of a paper of ours the partner's next step is none of ours."""
    found = flaws(reasons(tx, seen))
    if seen.row.direction is Direction.IN:
        return found
    return tuple(replace(one, advice="") for one in found)


def _subjects(row: DocumentRow, spoken: Sequence[SpokenOrder]) -> tuple[str, ...]:
    """Under what it was spoken of: itself, its delivery, and what was open about either."""
    orders = dict.fromkeys(("", *(one.order_id for one in spoken)))
    holds = (
        *(document_hold(row.id, one) for one in orders),
        f"transmission:{row.transmission_id}",
    )
    own = (row.transmission_id, row.id, *holds)
    return (*own, f"interchange:{row.interchange_id}") if row.direction is Direction.IN else own


# --- the verdict -------------------------------------------------------------------------------


def _verdict(
    parts: Parts, row: DocumentRow, line: DocumentLine, story: explain.DocumentStory, why: str
) -> str:
    """Say what it is, then the first thing that is wrong and where; else what it came to and why.

    `why` is what others say of it, "" where nobody does.
    """
    way = "from" if row.direction is Direction.IN else "to"
    about = f", purchase order {row.order_number}" if row.order_number else ""
    what = (line.trade_name if "_" in row.set_id else "") or row.set_id
    head = f"{what} {way} {partner_name(parts, row.partner)}{about}: "
    first = _worst(story.problems)
    if row.direction is Direction.OUT or first is None:
        said = "; ".join(one.text for one in line.lights.all if one.sign != "none")
        told = said if row.direction is Direction.OUT else CAME_TO[row.state]
        return f"{head}{told}." + (f" {why}." if why else "")
    others = sum(one.severity == "error" for one in story.problems) - 1
    more = f" And {others} more." if others else ""
    text = visible(first.text).rstrip(".")
    return f"{head}{text}." + "".join(_spot(first)) + more


def _worst(problems: Sequence[Flaw]) -> Flaw | None:
    """The first error, rather one with a place; None for no error."""
    wrong = [one for one in problems if one.severity == "error"]
    return next((one for one in wrong if one.place), wrong[0] if wrong else None)


def _first(why: Sequence[Flaw], waits_for: Held | None) -> str:
    """The first reason as a sentence without its stop."""
    texts = [visible(one.text) for one in why] + ([visible(waits_for.text)] if waits_for else [])
    return f"{texts[0][:1].upper()}{texts[0][1:]}".rstrip(".") if texts else ""


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


# --- what can be done with it ------------------------------------------------------------------


def _actions(seen: SeenDocument, queued: Sequence[QueuedRow]) -> tuple[str, ...]:
    row, found = seen.row, []
    if row.direction is Direction.OUT:
        # What waits to leave leaves by itself.
        if seen.delivery_state is not TransmissionState.READY:
            found.append("send")
    elif row.state not in (DocumentState.RECEIVED, DocumentState.ACCEPTED):
        found.append("rerun")
        if row.state is not DocumentState.APPLIED:
            found.append("edit")
    if any(one.closed_at is None for one in queued):
        found.append("ignore")
    return tuple(found)
