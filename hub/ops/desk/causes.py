"""What waits for a person, put together by cause: "23 × unknown SKU from Acme"."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from hub.domain.exchange import Direction, DocumentState
from hub.domain.messages import Message
from hub.errors import Malformed
from hub.flow.parts import POSTED, Parts
from hub.flow.subjects import by_person
from hub.ops.desk.shown import cursor, partner_name, place, step
from hub.ops.dry_run import Found, Tried, dry_run, looked_up
from hub.ops.places import Flaw, flaws
from hub.partners import Channel
from hub.store import DocumentRow, Erased, Transaction
from hub.store.exceptions import about_papers
from hub.store.problems import first_error
from hub.store.queue import QueuedRow

MOST_IDS = 500
"""So many papers of a group are named; the rest come when these are done."""
MOST_TRIED = 50
MOST_PAPERS = 200
"""So many papers and envelopes are read at once to say what running again would come to."""
MOST_DELIVERY = 4 * 1024 * 1024

# What stopped a paper, by the beginning of its first problem's code; the first that fits.
_CODES = (
    ("unknown-order", "unknown purchase order"),
    ("unknown-line", "line or SKU that is not on the order"),
    ("unknown-article", "article nobody knows"),
    ("unknown-sku", "unknown SKU"),
    ("unknown-group", "receipt for something never sent"),
    ("no-map", "set without a map"),
    ("map-", "value that the map cannot read"),
    ("said-otherwise-before", "paper that says otherwise than before"),
    ("parcel-told-before", "parcel that was told before"),
    ("takes-back", "paper that takes back what was done"),
    ("answered-too-much", "answer to more than was asked"),
    ("headings", "column nobody knows"),
    ("no-column", "missing column"),
    ("other-unit", "quantity in another unit"),
    ("odd-quantity", "quantity that is no whole pack"),
    ("our-fault", "fault of the hub's own"),
    ("x12-ta1", "wrong envelope"),
    ("x12-ak905", "wrong group"),
    ("x12-", "syntax mistake"),
)
_KINDS = {
    "unreadable": "delivery that cannot be read",
    "number-used-before": "control number that was used before",
    "envelope": "wrong envelope",
    "rejected": "rejected paper",
    "refused": "paper of which nothing could be used",
    "partly_applied": "paper used in part",
    "rejected-by-partner": "paper of ours that was rejected",
    "cannot-be-written": "paper that cannot be written",
    "cannot-be-read": "paper that cannot be read",
    "not-taken": "paper of ours that was not taken",
    "no-source": "order nobody can fill",
    "overdue-receipt": "overdue receipt",
    "overdue-response": "overdue answer",
    "overdue-shipment": "overdue shipment",
    "overdue-feed": "overdue stock report",
    "feed-guard": "stock report that would drop too much",
    "wire": "channel that cannot be reached",
    "webhook-dead": "webhook message nobody took",
    "webhook-ended": "webhook that is called no more",
    "wrong-pages": "partner page with mistakes",
    "no-page": "channel that no page has any more",
    "order-refused": "order that was refused",
    "unexpected-shipment": "shipment nobody asked for",
    "invoice-differs": "invoice that differs",
    "balance-differs": "warehouse balance that differs",
    "receipt-differs": "receipt of goods that differs",
    "parcel-trouble": "parcel in trouble",
    "backorder-beyond-promise": "backorder beyond the promise",
    "change-unanswered": "unanswered change",
    "change-declined-late": "change that was declined",
    "change-agreed-late": "change that was agreed to after shipping",
    "change-half-done": "change that was half done",
    "change-not-sent": "change that could not be sent",
    "our-fault": "fault of the hub's own",
    "mail-refused": "mail that was refused",
    "nobody-told": "orders that nobody is told of",
    "channel-wish": "partner that asks for another channel",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One cause and everything that it stopped.

    `ids` are what a re-run takes up: papers, deliveries or duties; empty where none can help.
    `exceptions` are the cards of these, at most MOST_IDS, and `last` is the place of the last one:
    `cause` goes on from there. `left` counts those behind it. `example` is the newest paper or
    delivery, "" where there is none.
    """

    id: str
    text: str
    what: str
    count: int
    kind: str
    code: str
    partner: str
    partner_name: str
    newest: datetime
    oldest: datetime
    example: str
    example_text: str
    next_step: str
    ids: tuple[str, ...]
    exceptions: tuple[str, ...]
    last: str
    left: int


def parked(parts: Parts) -> tuple[Cause, ...]:
    """Return what stopped papers, deliveries and duties, by cause, the most frequent first."""
    with parts.store.read() as tx:
        rows = [row for row in tx.queue.newest() if about_papers(row.hold or "")]
        return grouped(tx, parts, rows)


def errors_by_cause(parts: Parts) -> tuple[Cause, ...]:
    """Return everything that waits for a person, by cause, the most frequent first."""
    with parts.store.read() as tx:
        return grouped(tx, parts, tx.queue.newest())


def cause(parts: Parts, cause_id: str, *, before: str = "") -> Cause:
    """Return one cause as it is now: all of it, or what was opened before the place of a `last`.

    Raises KeyError when nothing (older) waits because of it any more.
    """
    with parts.store.read() as tx:
        groups = grouped(tx, parts, tx.queue.newest(before=place(before)))
    found = next((one for one in groups if one.id == cause_id), None)
    if found is None:
        raise KeyError(cause_id)
    return found


def grouped(tx: Transaction, parts: Parts, rows: Iterable[QueuedRow]) -> tuple[Cause, ...]:
    """Return exceptions by cause; within one the newest comes first."""
    groups: dict[tuple[str, str, str], list[QueuedRow]] = {}
    for row in rows:
        groups.setdefault((row.partner, row.kind, first_error(row.problems)), []).append(row)
    causes = (_cause(tx, parts, key, group) for key, group in groups.items())
    return tuple(sorted(causes, key=lambda one: (-one.count, one.text)))


def _cause(
    tx: Transaction, parts: Parts, key: tuple[str, str, str], rows: Sequence[QueuedRow]
) -> Cause:
    partner, kind, code = key
    newest = max(rows, key=lambda row: row.opened_at)
    taken, ids = _taken(tx, rows)
    what = described(kind, code)
    whose = f" from {partner_name(parts, partner)}" if partner else ""
    return Cause(
        id=cause_id(partner, kind, code),
        text=f"{len(rows)} × {what}{whose}",
        what=what,
        count=len(rows),
        kind=kind,
        code=code,
        partner=partner,
        partner_name=partner_name(parts, partner),
        newest=newest.opened_at,
        oldest=min(row.opened_at for row in rows),
        example=newest.document_id or newest.transmission_id or "",
        example_text=newest.text,
        next_step=step(newest.next_step),
        ids=ids,
        exceptions=tuple(row.id for row in taken),
        last=cursor(taken[-1].opened_at, taken[-1].id),
        left=len(rows) - len(taken),
    )


def _taken(
    tx: Transaction, rows: Sequence[QueuedRow]
) -> tuple[Sequence[QueuedRow], tuple[str, ...]]:
    """The first rows, and what a re-run of them takes up: no row's in part, but of the first."""
    ids: dict[str, None] = {}
    for n, row in enumerate(rows[:MOST_IDS]):
        more = ids | dict.fromkeys(_again(tx, row))
        if n and len(more) > MOST_IDS:
            return rows[:n], tuple(ids)
        ids = more
    return rows[:MOST_IDS], tuple(ids)


def described(kind: str, code: str) -> str:
    """Return a cause in words; a code that has none is told as it is."""
    told = next((text for start, text in _CODES if code.startswith(start)), "")
    if told and kind not in ("number-used-before", "unreadable"):
        return told
    return _KINDS.get(kind, "") or (code or kind).replace("-", " ")


def cause_id(partner: str, kind: str, code: str) -> str:
    """Return the name of a cause: always the same for the same one."""
    words = "\x1f".join((partner, kind, code)).encode()
    return f"cause_{hashlib.sha256(words).hexdigest()[:12]}"


def _again(tx: Transaction, row: QueuedRow) -> Sequence[str]:
    """What a re-run of this one takes up: a paper, a delivery, a duty, or nothing."""
    hold = row.hold or ""
    if hold.startswith("document:"):
        return (hold.removeprefix("document:").partition("/")[0],)
    if hold.startswith("transmission:"):
        return (hold.removeprefix("transmission:"),)
    if hold.startswith("duty:"):
        return (hold,)
    if row.kind == "number-used-before" and row.transmission_id:
        papers = tx.exchange.documents(transmission_id=row.transmission_id)
        return tuple(one.id for one in papers if one.state is DocumentState.PARKED)
    return ()


# --- what a re-run would do --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldBe:
    """What re-running one paper would come to: a sentence, what it would do, what stays wrong."""

    id: str
    better: bool
    verdict: str
    found: tuple[Found, ...]
    problems: tuple[Flaw, ...]


def dry_run_of(parts: Parts, ids: Sequence[str]) -> tuple[WouldBe, ...]:
    """Return what re-running each would do; nothing is written.

    At most the first fifty are tried, and fewer where their deliveries are full of other papers:
    a page has to end. A paper is read by its page and map as they are now. What it did before is
    not done twice.
    """
    tried: dict[str, Tried] = {}
    found: list[WouldBe] = []
    for row_id in ids[:MOST_TRIED]:
        if sum(_weight(one) for one in tried.values()) >= MOST_PAPERS:
            break
        found.append(_would_be(parts, row_id, tried))
    return tuple(found)


def _weight(tried: Tried) -> int:
    """How many envelopes and papers were read for it."""
    return len(tried.interchanges) + tried.papers


def _would_be(parts: Parts, row_id: str, tried: dict[str, Tried]) -> WouldBe:
    if row_id.startswith("duty:"):
        return _nothing_tried(row_id, "it would be taken up again and written by its page as it is")
    try:
        with parts.store.read() as tx:
            if row_id.startswith("tra_"):
                return _delivery(parts, tx, row_id, tried)
            row = tx.exchange.document(row_id)
    except KeyError:
        return _nothing_tried(row_id, "there is no such paper")
    if row.direction is Direction.OUT:
        return _nothing_tried(row_id, "it would leave again: same name, same bytes, same numbers")
    try:
        return _paper(parts, row, tried)
    except KeyError:
        return _nothing_tried(row_id, f"no page has the channel {row.partner}/{row.channel} now")
    except Erased:
        return _nothing_tried(row_id, "its bytes were destroyed; it cannot be read again")


def _nothing_tried(row_id: str, verdict: str) -> WouldBe:
    return WouldBe(
        id=row_id, better=row_id.startswith("duty:"), verdict=verdict, found=(), problems=()
    )


def _delivery(
    parts: Parts, tx: Transaction, transmission_id: str, tried: dict[str, Tried]
) -> WouldBe:
    row = tx.exchange.transmission(transmission_id)
    if row.direction is Direction.OUT:
        return _nothing_tried(row.id, "it would leave again: same name, same bytes, same numbers")
    channel = parts.partners.channel(f"{row.partner}/{row.channel}")
    whole = tried[transmission_id] = _tried(parts, channel, transmission_id)
    which = "of the first papers" if whole.cut else "papers"
    verdict = f"{whole.usable} of {whole.papers} {which} could be used"
    found = tuple(
        one for each in whole.interchanges for paper in each.papers for one in paper.found
    )
    return WouldBe(
        id=row.id,
        better=whole.usable > 0,
        verdict=verdict,
        found=found,
        problems=whole.problems,
    )


def _tried(parts: Parts, channel: Channel, transmission_id: str) -> Tried:
    with parts.store.read() as tx, tx.exchange.body(transmission_id) as stream:
        body = stream.read(MOST_DELIVERY)
    return dry_run(
        parts, channel, BytesIO(body), store=parts.store, now=parts.now(), most=MOST_PAPERS
    )


def _paper(parts: Parts, row: DocumentRow, tried: dict[str, Tried]) -> WouldBe:
    channel = parts.partners.channel(f"{row.partner}/{row.channel}")
    if row.syntax == POSTED:
        return _posted(parts, row)
    whole = tried.get(row.transmission_id)
    if whole is None:
        whole = tried[row.transmission_id] = _tried(parts, channel, row.transmission_id)
    papers = (paper for each in whole.interchanges for paper in each.papers)
    paper = next((one for one in papers if one.offset == row.offset), None)
    if paper is None and whole.cut:
        text = "not tried: its delivery has many papers; run it again to see"
        return _nothing_tried(row.id, text)
    if paper is None:
        text = f"it is not found at byte {row.offset:,} of its delivery any more"
        return WouldBe(id=row.id, better=False, verdict=text, found=(), problems=whole.problems)
    left = [one for each in paper.found for one in each.problems]
    wrong = any(one.severity == "error" for one in (*paper.problems, *left))
    return WouldBe(
        id=row.id,
        better=paper.usable and not wrong,
        verdict=paper.verdict,
        found=paper.found,
        problems=(*paper.problems, *left),
    )


def _posted(parts: Parts, row: DocumentRow) -> WouldBe:
    with parts.store.read() as tx, tx.exchange.body(row.transmission_id) as stream:
        body, asked = stream.read(MOST_DELIVERY), by_person(tx, row)
    try:
        reading = parts.posted(row.set_id, row.order_number, body)
    except Malformed as fault:
        return WouldBe(
            id=row.id,
            better=False,
            verdict="would be refused: it cannot be read",
            found=(),
            problems=flaws(fault.problems),
        )
    messages: Sequence[Message] = reading.messages
    now = parts.now()
    found = looked_up(parts.store, parts, row.partner, messages, now=now, by_person=asked)
    left = tuple(one for each in found for one in each.problems)
    better = bool(messages) and not reading.problems and not left
    verdict = "could be used whole" if better else "something of it could still not be used"
    problems = (*flaws(reading.problems), *left)
    return WouldBe(id=row.id, better=better, verdict=verdict, found=found, problems=problems)
