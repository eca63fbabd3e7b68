"""The list of papers: by filters, newest first, and by one box for any number."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub.domain import carriers, finding
from hub.domain.exchange import DocumentState, TransmissionState
from hub.flow.parts import Parts
from hub.ops.desk.shown import cursor, partner_name, place
from hub.ops.desk.signs import HOLDS, Lights, Sign, lights
from hub.ops.explain import trade_name
from hub.store import Transaction, TransmissionRow
from hub.store.desk import SEARCHES, Asked, SeenDocument
from hub.store.desk_deliveries import DELIVERIES

MOST_ROWS = 200
FIRST, AT_ONCE = 60, 500
"""So many papers are read first, for a page that all of them belong into, and then each time."""
MOST_SCANNED = 5_000
"""So many papers are looked through for one page of a filtered list; the next page goes on."""
MOST_LIKE = 2_000
SHORTEST_LIKE = 3

_STATES = {
    DocumentState.RECEIVED: "received",
    DocumentState.ACCEPTED: "accepted",
    DocumentState.REJECTED: "rejected",
    DocumentState.APPLIED: "applied",
    DocumentState.PARTLY_APPLIED: "applied in part",
    DocumentState.REFUSED: "refused",
    DocumentState.PARKED: "parked",
    DocumentState.COMPOSED: "written",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """One paper in a list.

    `control_number` is the envelope's (X12 ISA13), `number` the paper's own (ST02). `matched` says
    in words by what a search found it, "" in a list. `further` counts the purchase orders that it
    names beside `purchase_order`.
    """

    id: str
    at: datetime
    age: timedelta
    direction: str
    partner: str
    partner_name: str
    channel: str
    set_id: str
    trade_name: str
    purchase_order: str
    control_number: str
    number: str
    order_id: str | None
    file_name: str
    state: str
    lights: Lights
    worst: Sign
    problems: int
    matched: str = ""
    further: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryLine:
    """One delivery that a search found: mostly one without a paper in it, so it has no line."""

    id: str
    at: datetime
    name: str
    partner: str
    partner_name: str
    channel: str
    state: str
    sign: Sign
    matched: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPage:
    """Papers with where to go on: `next` is "" at the end.

    A filtered page may hold few rows, or none, and still go on: `looked_until` is how far back it
    looked. `deliveries` are those that the search box found.
    """

    rows: tuple[DocumentLine, ...]
    next: str
    looked_until: datetime | None
    deliveries: tuple[DeliveryLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a list is narrowed to; empty is everything. `light` is the worst of the three."""

    partner: str = ""
    set_id: str = ""
    direction: str = ""
    light: str = ""

    def fits(self, parts: Parts, seen: SeenDocument) -> bool:
        """Say whether a paper belongs into the list."""
        row = seen.row
        return (
            self.partner in ("", row.partner)
            and self.set_id in ("", row.set_id)
            and self.direction in ("", row.direction.value)
            and (not self.light or lights(parts, seen).worst.value == self.light)
        )


def documents(
    parts: Parts,
    *,
    query: str = "",
    partner: str = "",
    set_id: str = "",
    direction: str = "",
    light: str = "",
    since: datetime | None = None,
    before: str = "",
    limit: int = 50,
) -> DocumentPage:
    """Return papers, newest first, or what the search box finds, the exact first.

    `query` is any number there is: a paper, a delivery, a control number, a purchase order, an
    order, a tracking number, a file's name. `direction` is `in` or `out`, `light` one of `Sign`,
    `before` the `next` of an earlier page. At most 200 rows. With `since` only what came or was
    written from then on; of what failed also the deliveries without a paper in them.
    """
    wanted = Filter(partner=partner, set_id=set_id, direction=direction, light=light)
    most = max(1, min(limit, MOST_ROWS))
    with parts.store.read() as tx:
        if query.strip():
            return _searched(tx, parts, query.strip(), wanted, most)
        asked = Asked(
            partner=partner,
            set_id=set_id,
            direction=direction,
            light=light,
            before=place(before),
            until=(since, "") if since is not None else None,
        )
        found = _listed(tx, parts, wanted, asked, most)
        if since is None or before:
            return found
        return replace(found, deliveries=tuple(_unsplit(tx, parts, wanted, since)))


def _listed(tx: Transaction, parts: Parts, wanted: Filter, asked: Asked, most: int) -> DocumentPage:
    """Look through so many papers; where the page is full before, or they end, no further."""
    until = tx.desk.place(asked, passed=MOST_SCANNED - 1)
    first, asked = asked.until, replace(asked, until=until or asked.until)
    found: list[DocumentLine] = []
    last: tuple[datetime, str] | None = None
    for seen in _scanned(tx, asked):
        if wanted.fits(parts, seen):
            found.append(line_of(parts, seen))
        if len(found) == most:
            last = (seen.row.at, seen.row.id)
            break
    else:
        if until is not None and tx.desk.place(replace(asked, before=until, until=first), passed=0):
            last = until
    return DocumentPage(
        rows=with_orders(tx, found),
        next=cursor(*last) if last else "",
        looked_until=last[0] if last else None,
    )


def _scanned(tx: Transaction, asked: Asked) -> Iterator[SeenDocument]:
    """Yield what may be asked for, newest first."""
    size = FIRST
    while True:
        rows = tx.desk.page(HOLDS, asked, limit=size)
        yield from rows
        if len(rows) < size:
            return
        asked = replace(asked, before=(rows[-1].row.at, rows[-1].row.id))
        size = AT_ONCE


def line_of(parts: Parts, seen: SeenDocument, *, matched: str = "") -> DocumentLine:
    """Return a paper as a list shows it."""
    row, shown = seen.row, lights(parts, seen)
    return DocumentLine(
        id=row.id,
        at=row.at,
        age=parts.now() - row.at,
        direction=row.direction.value,
        partner=row.partner,
        partner_name=partner_name(parts, row.partner),
        channel=row.channel,
        set_id=row.set_id,
        trade_name=trade_name(parts, row),
        purchase_order=row.order_number,
        control_number=_control(seen),
        number=row.number,
        order_id=row.order_id,
        file_name=seen.delivery_name,
        state=_STATES[row.state],
        lights=shown,
        worst=shown.worst,
        problems=len(row.problems),
        matched=matched,
    )


def with_orders(tx: Transaction, lines: Iterable[DocumentLine]) -> tuple[DocumentLine, ...]:
    """Return the lines; what names several purchase orders has the first, and how many more."""
    rows = tuple(lines)
    numbers = tx.exchange.numbers_in([one.id for one in rows])
    return tuple(
        replace(one, purchase_order=several[0], further=len(several) - 1)
        if (several := numbers.get(one.id)) and len(several) > 1
        else one
        for one in rows
    )


def _control(seen: SeenDocument) -> str:
    """What has no number of its own is told apart by its delivery, which is no number to show."""
    own = seen.interchange_number != seen.row.transmission_id
    return seen.interchange_number if own else ""


# --- one box -----------------------------------------------------------------------------------

_WORDS = {
    "document": "the paper itself",
    "delivery": "delivery",
    "purchase order": "purchase order",
    "order": "order number",
    "part": "purchase order",
    "tracking": "tracking number",
    "interchange": "interchange control number",
    "control": "control number",
    "file": "file name",
}


def _searched(tx: Transaction, parts: Parts, query: str, wanted: Filter, most: int) -> DocumentPage:
    found: dict[str, DocumentLine] = {}
    for kind, seen in _exact(tx, query):
        if seen.row.id not in found and wanted.fits(parts, seen):
            found[seen.row.id] = line_of(parts, seen, matched=_WORDS[kind])
        if len(found) == most:
            break
    if len(found) < most and len(query) >= SHORTEST_LIKE:
        for seen in _like(tx, query, wanted):
            if seen.row.id not in found and wanted.fits(parts, seen):
                found[seen.row.id] = line_of(parts, seen, matched=f"holds “{query}”")
            if len(found) == most:
                break
    return DocumentPage(
        rows=with_orders(tx, found.values()),
        next="",
        looked_until=None,
        deliveries=tuple(_deliveries(tx, parts, query, wanted))[:most],
    )


def _exact(tx: Transaction, query: str) -> Iterator[tuple[str, SeenDocument]]:
    for kind in SEARCHES:
        brands = tx.brands.with_orders() if kind == "order" else [""]
        for sought in _spellings(kind, query):
            for brand in brands:
                rows = tx.desk.search(HOLDS, kind=kind, sought=sought, brand=brand, limit=MOST_ROWS)
                yield from ((kind, row) for row in rows)


def _spellings(kind: str, query: str) -> Iterable[str]:
    """Ways in which a number may be kept: letter case and leading zeros do not count.

    Of our own numbers nothing counts but letters and digits: people type them anyhow.
    """
    if kind == "tracking":
        return [carriers.plain(query)]
    if kind in ("order", "part"):
        return [finding.plain_number(query)]
    if kind in ("document", "delivery"):
        return [query.lower()]
    ways = [query, query.upper(), query.lower()]
    if query.isdecimal() and query.isascii() and kind in ("interchange", "control"):
        bare = query.lstrip("0") or "0"
        ways += [bare, bare.zfill(4), bare.zfill(9)]
    return dict.fromkeys(ways)


def _like(tx: Transaction, query: str, wanted: Filter) -> Iterator[SeenDocument]:
    """Yield those of the newest papers in whose numbers or file name the words stand."""
    sought = query.casefold()
    words = tx.desk.words(Asked(partner=wanted.partner), limit=MOST_LIKE)
    ids = [one.id for one in words if any(sought in text.casefold() for text in one.texts)]
    for start in range(0, len(ids), FIRST):
        yield from tx.desk.several(HOLDS, ids[start : start + FIRST])


# --- deliveries --------------------------------------------------------------------------------

_DELIVERED = {
    TransmissionState.RECEIVED: (Sign.WAITING, "not split yet"),
    TransmissionState.SPLIT: (Sign.YES, "split"),
    TransmissionState.DUPLICATE: (Sign.WARNING, "came before with the same bytes"),
    TransmissionState.PARKED: (Sign.NO, "parked"),
    TransmissionState.READY: (Sign.WAITING, "waits to leave"),
    TransmissionState.DELIVERED: (Sign.YES, "the partner has it"),
}


def _deliveries(
    tx: Transaction, parts: Parts, query: str, wanted: Filter
) -> Iterator[DeliveryLine]:
    """Yield the deliveries of that id, name or number, then the parked that hold the words."""
    seen: set[str] = set()
    for matched, row in _delivered_as(tx, query):
        line = _delivery_line(parts, row, matched)
        fits = not wanted.set_id and wanted.light in ("", line.sign.value)
        fits = fits and wanted.partner in ("", row.partner)
        if row.id not in seen and fits and wanted.direction in ("", row.direction.value):
            seen.add(row.id)
            yield line


def _unsplit(
    tx: Transaction, parts: Parts, wanted: Filter, since: datetime
) -> Iterator[DeliveryLine]:
    """Yield what failed since then before any paper was found in it, newest first."""
    if wanted.light not in ("", Sign.NO.value) or wanted.set_id:
        return
    for row in tx.desk.unsplit_listed(since=since, limit=MOST_LIKE):
        fits = wanted.partner in ("", row.partner)
        if fits and wanted.direction in ("", row.direction.value):
            yield _delivery_line(parts, row, "")


def _delivered_as(tx: Transaction, query: str) -> Iterator[tuple[str, TransmissionRow]]:
    for kind in DELIVERIES:
        for sought in _spellings(kind, query):
            rows = tx.desk.deliveries(kind=kind, sought=sought, limit=MOST_ROWS)
            yield from ((_WORDS[kind], row) for row in rows)
    if len(query) >= SHORTEST_LIKE:
        for row in tx.desk.parked(limit=MOST_LIKE):
            if query.casefold() in row.name.casefold():
                yield f"holds “{query}”", row


def _delivery_line(parts: Parts, row: TransmissionRow, matched: str) -> DeliveryLine:
    sign, state = _DELIVERED[row.state]
    return DeliveryLine(
        id=row.id,
        at=row.at,
        name=row.name,
        partner=row.partner,
        partner_name=partner_name(parts, row.partner),
        channel=row.channel,
        state=state,
        sign=sign,
        matched=matched,
    )
