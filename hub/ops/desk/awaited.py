"""What is awaited of partners, and the one queue of what waits for a person of the house."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.domain.exchange import Problem
from hub.domain.facts import WatchKind
from hub.errors import Refused
from hub.flow.customer_flags import Flag, flags_of
from hub.flow.parts import Parts
from hub.ops import again
from hub.ops.again import Again
from hub.ops.desk.causes import described
from hub.ops.desk.remedies import Offer, offered
from hub.ops.desk.shown import Lead, cursor, leads, partner_name, place, step
from hub.ops.places import Flaw, flaws
from hub.store import Transaction
from hub.store.desk import AwaitedRow
from hub.store.problems import first_error
from hub.store.queue import QueuedRow

MOST_ROWS = 200
MOST_LOOKS = 25
"""So many times that many are looked through for those of a few brands before a page ends."""
ACKNOWLEDGEMENTS = (WatchKind.RECEIPT, WatchKind.RESPONSE, WatchKind.CHANGE)
_WHAT = {
    WatchKind.RECEIPT: "receipt",
    WatchKind.RESPONSE: "answer",
    WatchKind.CHANGE: "answer to a change",
    WatchKind.SHIPMENT: "shipment",
    WatchKind.FEED: "stock report",
    WatchKind.SOURCE: "end of the time in which its answer can be taken back",
}

Brands = frozenset[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One thing awaited of a partner. `late` is how long ago it was due, None while it is not."""

    hold: str
    kind: str
    what: str
    partner: str
    partner_name: str
    document_id: str
    set_id: str
    purchase_order: str
    order_number: str
    brand: str
    due_at: datetime
    late: timedelta | None
    text: str
    next_step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePage:
    """What is awaited, the longest due first; `next` is "" at the end."""

    rows: tuple[Due, ...]
    next: str


def acks_due(
    parts: Parts,
    *,
    partner: str = "",
    brands: Brands = None,
    after: str = "",
    limit: int = 100,
) -> DuePage:
    """Return the receipts and answers that are awaited, late or not, the longest due first.

    `after` is the `next` of an earlier page; at most 200 rows.
    """
    most, begin = max(1, min(limit, MOST_ROWS)), place(after)
    with parts.store.read() as tx:
        rows = [
            row
            for kind in ACKNOWLEDGEMENTS
            for row in tx.desk.awaited(kind.value, after=begin, limit=MOST_ROWS)
        ]
        rows.sort(key=lambda row: (row.due_at, row.hold))
        page = rows[:most]
        shown = [row for row in page if _wanted(row, partner, brands)]
        found = tuple(_due(tx, parts, row) for row in shown)
    ended = len(rows) <= most
    return DuePage(rows=found, next="" if ended else cursor(page[-1].due_at, page[-1].hold))


def _wanted(row: AwaitedRow, partner: str, brands: Brands) -> bool:
    return partner in ("", row.partner) and (brands is None or row.brand in brands)


def _due(tx: Transaction, parts: Parts, row: AwaitedRow) -> Due:
    kind = WatchKind(row.kind)
    document_id, set_id, number = _paper(tx, kind, row)
    late = parts.now() - row.due_at
    name, what = partner_name(parts, row.partner), _WHAT[kind]
    about = f" for {set_id} {number}".rstrip() if set_id else ""
    if kind is WatchKind.CHANGE and row.order_number:
        about = f" for order {row.order_number}"
    return Due(
        hold=row.hold,
        kind=kind.value,
        what=what,
        partner=row.partner,
        partner_name=name,
        document_id=document_id,
        set_id=set_id,
        purchase_order=number,
        order_number=row.order_number,
        brand=row.brand,
        due_at=row.due_at,
        late=late if late > timedelta() else None,
        text=f"{name} owes {'an' if what.startswith('answer') else 'a'} {what}{about}",
        next_step=_STEPS.get(kind, ""),
    )


_STEPS = {
    WatchKind.RECEIPT: "Ask whether it arrived; if not, send it to the partner once more.",
    WatchKind.RESPONSE: "Ask the partner whether it will ship. A ship notice is an answer too.",
    WatchKind.CHANGE: "Ask the partner; when the time is over its page says what silence means.",
}


def _paper(tx: Transaction, kind: WatchKind, row: AwaitedRow) -> tuple[str, str, str]:
    """Return the paper that is waited for an answer to: id, set, purchase order."""
    if kind is WatchKind.RECEIPT:
        try:
            document = tx.exchange.document(row.subject)
        except KeyError:
            return "", "", ""
        return document.id, document.set_id, document.order_number
    if kind is WatchKind.RESPONSE:
        sent = tx.exchange.sent_for(row.subject)
        if sent:
            return sent[0].id, sent[0].set_id, sent[0].order_number
    return "", "", ""


# --- what waits for a person -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One thing that waits for a person: since when or until when, why, and what to do.

    `due_at` is when it should have come or has to be done by; None has no such time. `flags` are
    those of the order's customer, `offer` is what one button does, `leads` are the pages that the
    next step speaks of, `promised` is when the first promise to them ends where that was looked up.
    `taken_by` is whose case it is, since `taken_at`; "" is nobody's.
    """

    id: str
    kind: str
    what: str
    partner: str
    partner_name: str
    order_number: str
    brand: str
    document_id: str
    transmission_id: str
    text: str
    next_step: str
    problems: tuple[Flaw, ...]
    due_at: datetime | None
    opened_at: datetime
    age: timedelta
    closed_at: datetime | None
    closed_by: str
    taken_by: str
    taken_at: datetime | None
    flags: tuple[Flag, ...]
    offer: Offer | None
    leads: tuple[Lead, ...] = ()
    promised: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPage:
    """The queue, the longest due first; `next` is "" at the end."""

    rows: tuple[Card, ...]
    next: str


def exceptions(
    parts: Parts,
    *,
    partner: str = "",
    kind: str = "",
    taken_by: str | None = None,
    brands: Brands = None,
    after: str = "",
    limit: int = 100,
) -> CardPage:
    """Return what waits for a person, the longest due first; at most 200.

    With `brands` only what is about an order of theirs, with `taken_by` only the cases of that one
    ("" is nobody's); `after` is the `next` of an earlier page.
    """
    most, begin = max(1, min(limit, MOST_ROWS)), place(after)
    size = most if brands is None else MOST_ROWS
    found: list[QueuedRow] = []
    goes_on: QueuedRow | None = None
    with parts.store.read() as tx:
        for _ in range(MOST_LOOKS):
            rows = tx.queue.page(
                partner=partner, kind=kind, taken_by=taken_by, after=begin, limit=size + 1
            )
            page = rows[:size]
            found += [row for row in page if brands is None or row.brand in brands]
            goes_on = page[-1] if len(rows) > size else None
            if goes_on is None or len(found) >= most:
                break
            begin = (goes_on.since, goes_on.id)
    last = found[most - 1] if len(found) > most else goes_on
    return CardPage(
        rows=tuple(card(parts, row) for row in found[:most]),
        next=cursor(last.since, last.id) if last is not None else "",
    )


def exception(parts: Parts, exception_id: str, *, brands: Brands = None) -> Card:
    """Return one, open or closed; raises KeyError when there is none for these brands."""
    with parts.store.read() as tx:
        row = tx.queue.one(exception_id)
    if brands is not None and row.brand not in brands:
        raise KeyError(exception_id)
    return card(parts, row)


def card(parts: Parts, row: QueuedRow) -> Card:
    """Return an exception as it is shown."""
    return Card(
        id=row.id,
        kind=row.kind,
        what=described(row.kind, first_error(row.problems)),
        partner=row.partner,
        partner_name=partner_name(parts, row.partner) if row.partner else "",
        order_number=row.order_number,
        brand=row.brand,
        document_id=row.document_id or "",
        transmission_id=row.transmission_id or "",
        text=row.text,
        next_step=step(row.next_step),
        problems=flaws(row.problems),
        due_at=row.due_at,
        opened_at=row.opened_at,
        age=parts.now() - row.opened_at,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        taken_by=row.taken_by,
        taken_at=row.taken_at,
        flags=flags_of(row.standing),
        offer=offered(row.next_step) if row.closed_at is None else None,
        leads=leads(row.next_step),
    )


def settle(parts: Parts, exception_id: str, *, how: str, who: str, brands: Brands = None) -> Again:
    """Close one by hand, with how it was settled; what is still stuck opens again.

    Raises KeyError when it is not open, or not of these brands, Refused when `how` is empty.
    """
    exception(parts, exception_id, brands=brands)
    if not how.strip():
        raise Refused([Problem(code="no-use", text="say how it was settled; others will ask")])
    return again.close_exception(parts, exception_id, reason=how.strip(), who=who)
