"""How a warehouse is asked to ship what is ours, and what its shipping advice means. Pure.

A warehouse is asked as a supplier is, without prices; a change tells how the whole order is to
stand. What it advises is two things: parcels that left (`hub.domain.shipping`), and units picked
short (`hub.domain.answering`), which it rejects or will send later.
"""

import textwrap
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time

from hub.domain.change_rows import open_asks
from hub.domain.change_settling import find_ask, still_asked
from hub.domain.exchange import Problem, Purpose, Severity, Where
from hub.domain.hearing import (
    NO_NAMES,
    SINGLE,
    AskedLines,
    line_of,
    set_buckets,
)
from hub.domain.messages import (
    Answer,
    LineAnswer,
    OrderResponse,
    OrderResponseLine,
    Parcel,
    ProductId,
    PurchaseOrder,
    PurchaseOrderLine,
    ShipNotice,
    ShippedLine,
)
from hub.domain.orders import ChangeState, FulfillmentLine, FulfillmentOrder, Order
from hub.domain.renamed import named_otherwise
from hub.domain.warehouse import (
    Carton,
    Picked,
    PickState,
    WarehouseAdvice,
    WarehouseOrder,
    WarehouseOrderLine,
)

MOST_NOTE = 80  # characters of X12 352 in an NTE
MOST_TITLE = 45  # characters of X12 369 in a G69


def warehouse_order(
    asked: PurchaseOrder, *, purpose: Purpose = Purpose.ORIGINAL, change: str = ""
) -> WarehouseOrder:
    """Return what a warehouse is asked instead of a purchase order: the same without money."""
    return WarehouseOrder(
        purpose=purpose,
        number=asked.number,
        ship_to=asked.ship_to,
        lines=tuple(_line(line) for line in asked.lines),
        change=change,
        ordered_on=asked.ordered_on,
        buyer=asked.buyer,
        consumer_order=asked.consumer_order,
        carrier=asked.carrier,
        routing=asked.routing,
        ship_by=asked.ship_by,
        slip_message=notes(asked.slip_message),
        gift_message=notes(asked.gift_message),
        instructions=notes(asked.instructions),
    )


def _line(line: PurchaseOrderLine) -> WarehouseOrderLine:
    return WarehouseOrderLine(
        number=line.number,
        quantity=line.quantity,
        unit=line.unit,
        products=line.products,
        description=line.description[:MOST_TITLE].rstrip(),
        personalization=notes(line.personalization),
    )


def notes(text: str) -> tuple[str, ...]:
    """Return a text as lines that a note can carry (X12 NTE): no blank ones, 80 characters each.

    No word is lost or changed; a longer line goes on in the next note.
    """
    rows = [row.rstrip() for row in text.split("\n")]
    cut = (
        textwrap.wrap(row, MOST_NOTE, drop_whitespace=True, break_on_hyphens=False)
        if len(row) > MOST_NOTE
        else [row]
        for row in rows
    )
    return tuple(piece for pieces in cut for piece in pieces if piece.strip())


# --- changes -----------------------------------------------------------------------------------


def asked_before(order: Order, ask_id: str) -> tuple[str, ...]:
    """Return the asks of the same part that wait, up to this one, in their order.

    The order that is to stand has all of them in it. Empty when the ask was settled.
    """
    _, ask = find_ask(order, ask_id)
    if ask.state is not ChangeState.REQUESTED:
        return ()
    waiting = [
        one
        for _, one in open_asks(order)
        if one.fulfillment_id == ask.fulfillment_id and one.number <= ask.number
    ]
    return tuple(one.id for one in sorted(waiting, key=lambda one: one.number))


def as_asked(order: Order, asks: Sequence[str]) -> Order:
    """Return the order as it is when a warehouse does what it is asked to give back."""
    for ask_id in asks:
        _, ask = find_ask(order, ask_id)
        for units in still_asked(order, ask):
            line = line_of(order, ask.fulfillment_id, units.fulfillment_line_id)
            less = line.buckets.cancel(min(units.quantity, line.buckets.open))
            order = set_buckets(order, ask.fulfillment_id, line.id, less)
    return order


def asked_method(order: Order, asks: Sequence[str]) -> str:
    """Return the ship method that these asks want, the last one's; empty for none."""
    wanted = [
        str(row["method"])
        for ask_id in asks
        for row in find_ask(order, ask_id)[0].actions
        if "method" in row and ask_id in _asks_of(row)
    ]
    return wanted[-1] if wanted else ""


def _asks_of(row: Mapping[str, object]) -> Sequence[object]:
    asks = row.get("asks")
    return asks if isinstance(asks, Sequence) else ()


# --- what it advises ---------------------------------------------------------------------------


def advised_otherwise(
    advice: WarehouseAdvice,
    part: FulfillmentOrder,
    called: Mapping[str, str],
    booked: Collection[str],
) -> Problem | None:
    """Return the problem of an advice that was booked for a line it does not name any more.

    `booked` are subjects of what the very paper did before, among them ids of lines.
    """
    asked = AskedLines(part, called)
    picks = [
        (f"cartons[{at}].picks[{n}]", asked.meant(pick.number, pick.products))
        for at, carton in enumerate(advice.cartons)
        for n, pick in enumerate(carton.picks)
    ]
    named = {line.id for _, line in picks if line is not None}
    before = next((one for one in part.lines if one.id in booked and one.id not in named), None)
    now = next(((line, at) for at, line in picks if line and line.id not in booked), None)
    return named_otherwise(before, *now) if before is not None and now is not None else None


def ship_notice(
    advice: WarehouseAdvice, part: FulfillmentOrder | None, called: Mapping[str, str] = NO_NAMES
) -> ShipNotice | None:
    """Return the parcels of an advice as a ship notice, None when nothing left.

    Lines of which nothing left are not among them: what was picked short is told by `shorts`.
    `called` are the SKUs that people said some names stand for.
    """
    asked = AskedLines(part, called) if part is not None else None
    parcels = tuple(
        parcel
        for carton in advice.cartons
        if (parcel := _parcel(carton, advice, asked)) is not None
    )
    if not parcels:
        return None
    return ShipNotice(
        purpose=advice.purpose,
        notice=advice.notice,
        number=advice.number,
        parcels=parcels,
        shipped_at=_moment(advice),
        carrier=advice.carrier,
        service=advice.routing,
        consumer_order=advice.consumer_order,
    )


def _parcel(carton: Carton, advice: WarehouseAdvice, asked: AskedLines | None) -> Parcel | None:
    lines = tuple(
        ShippedLine(
            quantity=pick.shipped or 0,
            unit=pick.unit,
            number=pick.number,
            products=pick.products,
        )
        for pick in carton.picks
        if pick.shipped or (asked is not None and asked.meant(pick.number, pick.products) is None)
    )
    if carton.picks and not lines:
        return None
    return Parcel(tracking=carton.tracking or advice.tracking, label=carton.label, lines=lines)


def _moment(advice: WarehouseAdvice) -> datetime | None:
    if advice.shipped_on is None:
        return None
    return datetime.combine(advice.shipped_on, advice.shipped_at or time())


@dataclass(slots=True, kw_only=True)
class _Tally:
    """What the cartons say of one line together, in our units."""

    line: FulfillmentLine
    shipped: int = 0
    ordered: list[int] = field(default_factory=list)
    difference: int = 0
    states: set[PickState] = field(default_factory=set)
    reasons: list[str] = field(default_factory=list)
    products: list[ProductId] = field(default_factory=list)

    def short(self, before: int) -> int:
        """Units that will not come with this advice or an earlier one; `before` left earlier."""
        if PickState.UNDER_WAY in self.states:
            return 0
        if self.ordered:
            return max(0, self._asked() - self.shipped - before)
        if self.difference:
            return self.difference
        if self.states == {PickState.COMPLETE}:
            return 0
        return max(0, self.line.buckets.ordered - self.shipped - before)

    def _asked(self) -> int:
        """What the warehouse was asked for: some repeat it in each carton, some divide it."""
        buckets, total = self.line.buckets, sum(self.ordered)
        divided = total in (buckets.ordered, buckets.ordered - buckets.cancelled)
        return total if divided else max(self.ordered)


def shorts(
    advice: WarehouseAdvice,
    order: Order,
    fulfillment_id: str,
    *,
    unit_word: Callable[[str], str],
    backorder: bool,
    called: Mapping[str, str] = NO_NAMES,
) -> tuple[OrderResponse | None, tuple[Problem, ...]]:
    """Return what was picked short as an answer to the order, None when nothing was.

    `order` is it after the parcels were taken in: no more units are short than are still open. A
    line that the warehouse itself backorders waits; the others are rejected, or wait as well when
    the page says `backorder`.
    """
    part = order.fulfillment(fulfillment_id)
    lines: list[OrderResponseLine] = []
    problems: list[Problem] = []
    for tally in _tallies(advice, AskedLines(part, called), unit_word):
        units = tally.short(_left_before(order, part, tally.line, advice.notice))
        waits = backorder or PickState.BACKORDERED in tally.states
        buckets = tally.line.buckets
        units = min(units, buckets.open - (buckets.backordered if waits else 0))
        if units <= 0:
            continue
        if tally.states == {PickState.COMPLETE}:
            problems.append(_calls_complete(tally, units))
        lines.append(_answered(tally, units, Answer.BACKORDERED if waits else Answer.REJECTED))
    if not lines:
        return None, ()
    response = OrderResponse(
        purpose=advice.purpose,
        number=advice.number,
        answered_on=advice.shipped_on,
        lines=tuple(lines),
    )
    return response, tuple(problems)


def _tallies(
    advice: WarehouseAdvice, asked: AskedLines, unit_word: Callable[[str], str]
) -> Iterator[_Tally]:
    found: dict[str, _Tally] = {}
    for pick in (pick for carton in advice.cartons for pick in carton.picks):
        line = asked.meant(pick.number, pick.products)
        factor = _factor(line, pick, unit_word) if line is not None else None
        if line is None or factor is None:
            continue  # told about when the parcels are taken in
        tally = found.setdefault(line.id, _Tally(line=line))
        tally.shipped += (pick.shipped or 0) * factor
        if pick.ordered is not None:
            tally.ordered.append(pick.ordered * factor)
        tally.difference = max(tally.difference, abs(pick.difference or 0) * factor)
        tally.states.add(pick.state)
        tally.reasons += [pick.reason] if pick.reason else []
        tally.products += pick.products
    yield from found.values()


def _factor(line: FulfillmentLine, pick: Picked, unit_word: Callable[[str], str]) -> int | None:
    word = unit_word(pick.unit)
    if not pick.unit or word == unit_word(line.unit):
        return line.units_per_pack
    return 1 if word == SINGLE else None


def _left_before(order: Order, part: FulfillmentOrder, line: FulfillmentLine, notice: str) -> int:
    return sum(
        packed.quantity
        for shipment in order.shipments
        if shipment.fulfillment_id == part.id and shipment.notice != notice
        for package in shipment.packages
        for packed in package.lines
        if packed.fulfillment_line_id == line.id
    )


def _answered(tally: _Tally, units: int, answer: Answer) -> OrderResponseLine:
    unit = "" if tally.line.units_per_pack == 1 else SINGLE
    reason = "; ".join(dict.fromkeys(tally.reasons))
    return OrderResponseLine(
        number=tally.line.number,
        products=tuple(dict.fromkeys((*tally.line.products, *tally.products))),
        answers=(LineAnswer(answer=answer, quantity=units, unit=unit, reason=reason),),
    )


def _calls_complete(tally: _Tally, units: int) -> Problem:
    return Problem(
        code="short-and-complete",
        text=f"line {tally.line.number} is called complete and {units} of it are missing; they are "
        "taken as picked short. Ask the warehouse if more of it comes",
        where=Where(value=tally.line.products[0].value[:99] if tally.line.products else ""),
        severity=Severity.WARNING,
    )


def with_wishes(asked: PurchaseOrder, *, method: str) -> PurchaseOrder:
    """Return an order with the ship method that a change wants."""
    return replace(asked, service=method, routing=method) if method else asked
