"""What moves the stock that a warehouse holds for us: shipments, receipts (944), adjustments (947).

Each is a row of the book, under the name of its event: the same paper in another envelope moves
nothing twice. What comes in or is corrected counts like a reservation with the other sign until a
balance of a later moment is known, in the transaction of its paper; levels are not touched.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from hub.domain.exchange import Problem, Purpose, Severity, Where, told
from hub.domain.facts import Fact, FactKind, Stuck
from hub.domain.feeds import Counted, Listing, counted
from hub.domain.messages import ProductId, StockRow
from hub.domain.names import Names
from hub.domain.orders import Order
from hub.domain.renamed import NAMED_OTHERWISE, once_named, reached
from hub.domain.stock import left_at
from hub.domain.warehouse import ReceivedLine, StockAdjustment, TransferReceipt
from hub.domain.warehouse_stock import (
    COUNTS,
    Difference,
    Kind,
    Movement,
    adjusted,
    day_of,
    event_id,
    not_good,
    received_otherwise,
)
from hub.flow.applied import Applied
from hub.flow.naming import Ever, names_of
from hub.flow.orders import UNITS
from hub.flow.parts import Parts
from hub.flow.receiving import input_of
from hub.partners import Partner
from hub.store import DocumentRow, Feed, Held, Restocking, Transaction

OFFERS_AT_ONCE = 5000
Moving = TransferReceipt | StockAdjustment
TAKES_BACK = Problem(
    code="takes-back",
    text="the paper takes back an earlier one (purpose 01); what was booked stays. Ask the "
    "warehouse for an adjustment the other way",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """Units of one article as a paper says, in our units."""

    sku: str
    kind: Kind
    quantity: int
    reason: str = ""
    products: Sequence[ProductId] = ()


# --- shipments ---------------------------------------------------------------------------------


def book_shipments(
    tx: Transaction,
    partner: Partner,
    before: Order,
    part_id: str,
    *,
    row: DocumentRow,
    now: datetime,
) -> None:
    """Book what a shipping advice said left, unless the partner's goods are its own."""
    if not partner.holds_ours:
        return
    order = tx.orders.load(before.id)
    lines = {line.id: line.sku for line in order.fulfillment(part_id).lines}
    known = {box.id: len(box.lines) for one in before.shipments for box in one.packages}
    zone = ZoneInfo(partner.calendar.zone)
    rows = []
    for shipment in order.shipments:
        if shipment.fulfillment_id != part_id:
            continue
        most = left_at(shipment.shipped_at, zone=zone, now=now)
        here = shipment.shipped_at.astimezone(zone)
        least = min(most, datetime.combine(here.date(), time(), tzinfo=zone))
        left: Counter[str] = Counter()
        booked: Counter[str] = Counter()  # a name that was said later adds to a parcel that stands
        for package in shipment.packages:
            told = known.get(package.id, 0)
            booked.update(lines[one.fulfillment_line_id] for one in package.lines[:told])
            for packed in package.lines[told:]:
                left[lines[packed.fulfillment_line_id]] += packed.quantity
        rows += [
            Movement(
                id=event_id(partner.id, "shipped", shipment.id, sku, booked[sku]),
                partner=partner.id,
                sku=sku,
                kind=Kind.SHIPPED,
                quantity=-units,
                at_least=least,
                at_most=most,
                reason="",
                reference=shipment.notice,
                document_id=row.id,
            )
            for sku, units in sorted(left.items())
            if units
        ]
    tx.depot.add(rows, at=now)


# --- receipts and adjustments ------------------------------------------------------------------


def articles(tx: Transaction, partner: str) -> Listing:
    """Return a partner's articles by every id that it may name them with."""
    listing, after = Listing(names_of(tx, partner)), ""
    while True:
        offers = tx.catalog.of_partner(partner, after=after, limit=OFFERS_AT_ONCE)
        for offer, gtin in offers:
            listing.add(offer, gtin=gtin)
        if len(offers) < OFFERS_AT_ONCE:
            return listing
        after = offers[-1][0].sku


def shelved(parts: Parts, row: DocumentRow, messages: Sequence[object]) -> set[str]:
    """Give every article of a receipt or adjustment a level to count from, and name them.

    A level of none as of before the movement, where none is known: on SQLite levels are another
    file, and a level without its movement does no harm.
    """
    found: dict[str, datetime] = {}
    for message in messages:
        if isinstance(message, TransferReceipt | StockAdjustment):
            with parts.store.read() as tx:
                said = list(_read(tx, parts, row.partner, message, []))
            moves = _movements(parts, row, message, said, heard=parts.now())
            found.update((one.sku, one.at_least) for one in moves)
    if found:
        now = parts.now()
        parts.store.write_levels(lambda desk: _begin_at_none(desk, row, found, now))
    return set(found)


def _begin_at_none(
    desk: Restocking, row: DocumentRow, moments: Mapping[str, datetime], now: datetime
) -> None:
    levels = desk.stock.levels([(row.partner, sku) for sku in moments])
    for sku, moment in moments.items():
        if (row.partner, sku) not in levels:
            feed = Feed(
                partner=row.partner, feed=row.id, run=row.id, as_of=moment, at=now, full=False
            )
            desk.merge_one(feed, Counted(sku=sku, quantity=0))


def take_moving(
    tx: Transaction,
    parts: Parts,
    row: DocumentRow,
    message: Moving,
    *,
    now: datetime,
    names: Names,
) -> Applied:
    """Book what a receipt or an adjustment says; what cannot be used of it are problems."""
    number = message.number if isinstance(message, TransferReceipt) else ""
    applied = Applied(key=_key(row.partner, message), number=number)
    if isinstance(message, StockAdjustment) and message.purpose is Purpose.CANCEL:
        return replace(applied, problems=[TAKES_BACK], used=False)
    problems: list[Problem] = []
    said = list(_read(tx, parts, row.partner, message, problems))
    moves = _movements(parts, row, message, said, heard=now)
    before = tx.depot.known([one.id for one in moves])
    moves = _as_booked(moves, before)
    otherwise = {
        place: before[one.id]
        for place, one in enumerate(moves)
        if one.id in before and before[one.id].quantity != one.quantity
    }
    problems += [_otherwise(moves[place], booked) for place, booked in otherwise.items()]
    new = {place for place, one in enumerate(moves) if one.id not in before}
    gone = _no_longer_named(tx, row, message, moves)
    if gone is not None:
        instead = dict.fromkeys(sorted(new), gone)
    else:
        same = [one for at, one in enumerate(moves) if one.id in before and at not in otherwise]
        instead = _booked_instead(tx, row, message, said, new, same)
    problems += [_named_otherwise(sku, moves[place]) for place, sku in instead.items()]
    moves = [one for place, one in enumerate(moves) if place not in instead]
    fresh = tx.depot.add(moves, at=now)
    for one in fresh:
        count(tx, one)
    if fresh:
        _tell(tx, row, message, fresh, now=now, names=names)
    if isinstance(message, TransferReceipt):
        _compare(tx, row, message, now=now, names=names)
    return replace(applied, problems=problems, used=bool(moves or instead) or gone is not None)


def _as_booked(moves: Sequence[Movement], before: Mapping[str, Movement]) -> list[Movement]:
    """Return the movements under the names they were booked by, whatever came between them.

    A line whose article was unknown the first time may stand before others of the same article.
    """
    alike: defaultdict[tuple[str, Kind, int], deque[str]] = defaultdict(deque)
    for one in moves:
        if booked := before.get(one.id):
            alike[one.sku, booked.kind, booked.quantity].append(one.id)
    found: dict[int, str] = {}
    for place, one in enumerate(moves):
        if names := alike.get((one.sku, one.kind, one.quantity)):
            found[place] = names.popleft()
    taken = set(found.values())
    free: defaultdict[str, deque[str]] = defaultdict(deque)
    for one in moves:
        if one.id not in taken:
            free[one.sku].append(one.id)
    return [
        replace(one, id=found[place] if place in found else free[one.sku].popleft())
        for place, one in enumerate(moves)
    ]


def _booked_instead(
    tx: Transaction,
    row: DocumentRow,
    message: Moving,
    said: Sequence[_Said],
    new: Collection[int],
    same: Sequence[Movement],
) -> dict[int, str]:
    """Return the articles that may be booked already for what is new, by its place.

    The names of the paper meant them once; `same` is what it says as it was booked before. An id of
    the catalogue's own proves nothing here: it may have been a name only when that was booked.
    """
    if not new:
        return {}
    ever, once = Ever(tx, row.partner), dict[str, set[str]]()
    for one in said:
        once.setdefault(one.sku, set()).update(once_named(ever, one.products, one.sku))
    times = Counter(one.sku for one in same)
    ids = {
        event_id(row.partner, *_event(message), sku, times[sku]): sku
        for sku in set().union(*once.values())
    }
    booked = {ids[name] for name in tx.depot.known(ids)} if ids else set()
    found = {sku: reached(sku, once, booked) for sku in {said[place].sku for place in new}}
    places = ((place, found[said[place].sku]) for place in sorted(new))
    return {place: sku for place, sku in places if sku is not None}


def _no_longer_named(
    tx: Transaction, row: DocumentRow, message: Moving, moves: Sequence[Movement]
) -> str | None:
    """Return an article that the very paper was booked for and does not name any more."""
    if not row.attempts:
        return None
    reference = message.number if isinstance(message, TransferReceipt) else message.adjustment
    booked = tx.depot.of_reference(partner=row.partner, reference=reference)
    left = Counter(one.sku for one in booked if one.document_id == row.id)
    left.subtract(one.sku for one in moves)
    return next((sku for sku, count in sorted(left.items()) if count > 0), None)


def count(tx: Transaction, moved: Movement) -> None:
    """Have a movement count until a balance of a later moment is known."""
    if moved.kind in COUNTS:
        held = Held(
            fulfillment_line_id=moved.id,
            partner=moved.partner,
            sku=moved.sku,
            quantity=-moved.quantity,
        )
        tx.reservations.happened(held, at=moved.counts_at)


def _key(partner: str, message: Moving) -> str:
    if isinstance(message, TransferReceipt):
        return f"{partner}/receipt/{message.receipt}"
    return f"{partner}/adjustment/{message.adjustment}"


def _movements(
    parts: Parts, row: DocumentRow, message: Moving, every: Sequence[_Said], *, heard: datetime
) -> list[Movement]:
    zone = ZoneInfo(parts.partners.get(row.partner).calendar.zone)
    on = message.received_on if isinstance(message, TransferReceipt) else message.adjusted_on
    least, most = day_of(on, zone=zone, heard=heard)
    reference = message.number if isinstance(message, TransferReceipt) else message.adjustment
    seen: Counter[str] = Counter()
    moves = []
    for said in every:
        ordinal = seen[said.sku]
        seen[said.sku] += 1
        moves.append(
            Movement(
                id=event_id(row.partner, *_event(message), said.sku, ordinal),
                partner=row.partner,
                sku=said.sku,
                kind=said.kind,
                quantity=said.quantity,
                at_least=least.astimezone(UTC),
                at_most=most.astimezone(UTC),
                reason=said.reason,
                reference=reference,
                document_id=row.id,
            )
        )
    return moves


def _event(message: Moving) -> tuple[str, str]:
    if isinstance(message, TransferReceipt):
        return "receipt", message.receipt
    return "adjustment", message.adjustment


def _read(
    tx: Transaction, parts: Parts, partner: str, message: Moving, problems: list[Problem]
) -> Iterator[_Said]:
    """Yield the lines whose article is known, in our units."""
    listing = articles(tx, partner)
    for line in message.lines:
        if isinstance(line, ReceivedLine):
            kind, units, reason = Kind.RECEIVED, line.quantity, not_good(line)
        else:
            kind, units = adjusted(line)
            reason = line.reason
        found = _ours(parts, listing, line.products, line.unit, abs(units), problems)
        if found is not None:
            quantity = found.quantity if units >= 0 else -found.quantity
            yield _Said(
                sku=found.sku,
                kind=kind,
                quantity=quantity,
                reason=reason,
                products=line.products,
            )


def _ours(
    parts: Parts,
    listing: Listing,
    products: tuple[ProductId, ...],
    unit: str,
    units: int,
    problems: list[Problem],
) -> Counted | None:
    stated = StockRow(quantity=units, products=products, unit=unit)
    found, wrong = counted(listing, stated, unit_word=lambda word: parts.maps.word(UNITS, word))
    # What a balance passes over is lost here: nobody says it again tomorrow.
    problems += [replace(one, severity=Severity.ERROR) for one in wrong]
    return found


def _otherwise(now: Movement, before: Movement) -> Problem:
    return Problem(
        code="said-otherwise-before",
        text=f"the same paper came before with {before.quantity} of {now.sku} and says "
        f"{now.quantity} now; it was not used. Ask the warehouse for an adjustment",
    )


def _named_otherwise(before: str, now: Movement) -> Problem:
    return Problem(
        code=NAMED_OTHERWISE,
        text=f"this may be booked already, as {before}, from before a name was said anew; "
        f"{now.sku} was not booked as well. Ask the warehouse for an adjustment of both",
        where=Where(path=f"sku:{now.sku}", value=now.sku[:99]),
    )


def _tell(
    tx: Transaction,
    row: DocumentRow,
    message: Moving,
    fresh: Sequence[Movement],
    *,
    now: datetime,
    names: Names,
) -> None:
    body = {
        "partner": row.partner,
        "document": row.id,
        "kind": "receipt" if isinstance(message, TransferReceipt) else "adjustment",
        "as_of": fresh[0].at_least.isoformat(),
        "rows": len(fresh),
        "changed": len({one.sku for one in fresh}),
    }
    tx.facts.record(
        (Fact(kind=FactKind.STOCK_REPORTED, body=body),),
        at=now,
        brand="",
        order=None,
        input_id=input_of(row.transmission_id),
        document_id=row.id,
        names=names,
    )


# --- expected against received -----------------------------------------------------------------


def transfer_hold(partner: str, number: str) -> str:
    """Return what a transfer is held under that was received otherwise than sent."""
    return f"transfer:{partner}:{number}"


def differences(tx: Transaction, *, partner: str, number: str) -> tuple[Difference, ...]:
    """Return the articles of which a transfer was received otherwise than sent, all receipts."""
    row = tx.depot.transfer(partner=partner, number=number)
    sent = Counter[str]()
    for sku, units in row.lines if row else ():
        sent[sku] += units
    got, why = Counter[str](), dict[str, str]()
    for one in tx.depot.of_reference(partner=partner, reference=number):
        if one.kind is Kind.RECEIVED:
            got[one.sku] += one.quantity
            why[one.sku] = "; ".join(part for part in (why.get(one.sku, ""), one.reason) if part)
    return tuple(received_otherwise(sent, got, why))


def _compare(
    tx: Transaction, row: DocumentRow, message: TransferReceipt, *, now: datetime, names: Names
) -> None:
    hold = transfer_hold(row.partner, message.number)
    unlike = differences(tx, partner=row.partner, number=message.number)
    if not unlike:
        tx.exceptions.clear(hold, at=now, by=row.id)
        return
    rows = tuple(one.problem() for one in unlike)
    known = tx.depot.transfer(partner=row.partner, number=message.number) is not None
    which = f"transfer {message.number}" if known else f"a transfer {message.number!r} unknown here"
    stuck = Stuck(
        hold=hold,
        kind="receipt-differs",
        partner=row.partner,
        text=f"{row.partner} received {which} otherwise than it was sent: "
        + told([one.text for one in rows])
        + ". What came in good order is in stock.",
        next_step=f"See `hub depot show {message.number}`; settle it with whoever packed or "
        f"carried it, then `hub depot accept {row.id}`. A receipt of the rest clears this.",
        problems=rows,
    )
    tx.exceptions.open(stuck, at=now, document_id=row.id, names=names)
