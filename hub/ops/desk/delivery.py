"""One delivery on one page, also one that no paper could be found in."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.domain.exchange import Direction, TransmissionState
from hub.flow.parts import Parts
from hub.flow.unsendable import ANSWER
from hub.ops import explain
from hub.ops.desk.documents import DocumentLine, line_of, with_orders
from hub.ops.desk.history import Entry, audit, inputs_of
from hub.ops.desk.marked import Marked, Raw, Segment, contents, marked, raw_of
from hub.ops.desk.shown import partner_name, step, visible
from hub.ops.desk.signs import HOLDS
from hub.ops.explain import Carrier
from hub.ops.places import Flaw, flaws
from hub.store import InterchangeRow, TransmissionRow
from hub.store.queue import QueuedRow

MOST_PAPERS = 200
SEGMENTS = "segments"


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Something about a paper or a delivery that waits for a person; `taken_by` has it, or ""."""

    id: str
    kind: str
    text: str
    next_step: str
    since: datetime
    taken_by: str
    taken_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPaper:
    """Everything about one delivery.

    `actions` are those of `rerun`, `edit`, `ignore`, `send` that can be done with it now. `erased`
    tells that its bytes were destroyed. `is_answer` is what a partner answered that is no paper.
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
    marked: Marked
    raw: Raw
    audit: tuple[Entry, ...]
    open: tuple[Open, ...]
    copy_of: str
    copies: tuple[str, ...]
    actions: tuple[str, ...]
    erased: bool
    is_answer: bool

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Those of its segments that are shown."""
        return self.marked.segments

    @property
    def elsewhere(self) -> tuple[Flaw, ...]:
        """What is wrong at none of the segments shown."""
        return self.marked.elsewhere


def delivery(
    parts: Parts, transmission_id: str, *, views: Collection[str] = (SEGMENTS,), first: int = 0
) -> DeliveryPaper:
    """Return everything about one delivery; raises KeyError when there is none of that id.

    Segments are there where they are among the `views`. `first` is from which problem on they are
    looked for where there are very many.
    """
    story = explain.transmission(parts, transmission_id)
    found = contents(parts, transmission_id)
    with parts.store.read() as tx:
        row = tx.exchange.transmission(transmission_id)
        seen = (tx.desk.one(HOLDS, each) for each in story.documents[:MOST_PAPERS])
        papers = with_orders(tx, (line_of(parts, one) for one in seen))
        envelopes = tx.desk.envelopes(row.id)
        queued = tx.queue.of_delivery(row.id)
        inputs = inputs_of(tx, row.id, *_subjects(row, envelopes))
        copy_of, copies = tx.desk.origin(row.id), tuple(tx.desk.copies(row.id))
    wrong = tuple(dict.fromkeys(_wrong(story.problems, envelopes, queued)))
    return DeliveryPaper(
        id=row.id,
        verdict=visible(story.verdict),
        partner=row.partner,
        partner_name=partner_name(parts, row.partner),
        channel=row.channel,
        carrier=story.carrier,
        problems=wrong,
        duplicate_of=row.duplicate_of or "",
        documents=papers,
        marked=marked(parts, found, wrong, first=first) if SEGMENTS in views else Marked(),
        raw=raw_of(row.size, found),
        audit=audit(inputs, queued),
        open=tuple(open_of(one) for one in queued),
        copy_of=copy_of,
        copies=copies,
        actions=tuple(_actions(parts, row, queued)),
        erased=found is None,
        is_answer=row.delivery_key.startswith(ANSWER),
    )


def open_of(one: QueuedRow) -> Open:
    """Return what waits for a person as a page shows it."""
    return Open(
        id=one.id,
        kind=one.kind,
        text=one.text,
        next_step=step(one.next_step),
        since=one.opened_at,
        taken_by=one.taken_by,
        taken_at=one.taken_at,
    )


def _subjects(row: TransmissionRow, envelopes: Sequence[InterchangeRow]) -> Iterator[str]:
    """Under what else it was spoken of: the holds of what was open about it."""
    yield f"transmission:{row.id}"
    yield from (f"interchange:{one.id}" for one in envelopes[:MOST_PAPERS])


def _wrong(
    own: Sequence[Flaw], envelopes: Sequence[InterchangeRow], queued: Sequence[QueuedRow]
) -> Iterator[Flaw]:
    """What is wrong with it: its own, its envelopes', and what waits for a person because of it."""
    yield from own
    for envelope in envelopes:
        yield from flaws(envelope.problems)
    for one in queued:
        yield from flaws(one.problems)


def _actions(parts: Parts, row: TransmissionRow, queued: Sequence[QueuedRow]) -> Iterator[str]:
    if row.direction is Direction.OUT:
        if row.state in (TransmissionState.DELIVERED, TransmissionState.PARKED):
            yield "send"
    elif row.state is TransmissionState.PARKED and _is_taken_up(parts, row):
        yield from ("rerun", "edit")
    if queued:
        yield "ignore"


def _is_taken_up(parts: Parts, row: TransmissionRow) -> bool:
    """Whether anybody would split it: orders that were refused at the door have no channel."""
    try:
        parts.partners.channel(f"{row.partner}/{row.channel}")
    except KeyError:
        return False
    return True
