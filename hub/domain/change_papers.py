"""What a partner is asked to change, as a message (X12 860). Pure; `changes` decides that it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from hub.domain.asking import MOST_DESCRIPTION, Voice, gift_text
from hub.domain.change_rows import asks_of, open_asks
from hub.domain.change_settling import find_ask, still_asked
from hub.domain.exchange import Purpose
from hub.domain.hearing import line_of
from hub.domain.messages import LineChange, PurchaseOrderChange, PurchaseOrderChangeLine
from hub.domain.orders import Ask, AskedUnits, ChangeState, FulfillmentLine, Order
from hub.domain.placing import address_of


def person_of(order: Order, ask_id: str) -> str:
    """Return the sealed person whose words an ask carries, empty when it carries none."""
    change, _ = find_ask(order, ask_id)
    rows = [str(row["person"]) for row in change.actions if _concerns(row, ask_id, "person")]
    return rows[-1] if rows else ""


def wanted_day(order: Order, ask_id: str) -> date | None:
    """Return the day an ask wants the goods to be there, None when it wants no other."""
    change, _ = find_ask(order, ask_id)
    rows = [row["deliver_by"] for row in change.actions if _concerns(row, ask_id, "deliver_by")]
    return date.fromisoformat(str(rows[-1])) if rows and rows[-1] else None


def _concerns(row: Mapping[str, object], ask_id: str, key: str) -> bool:
    return key in row and ask_id in asks_of(row)


def compose_change(
    order: Order,
    *,
    ask_id: str,
    words: Mapping[str, object],
    voice: Voice,
    kinds: Sequence[str],
    ship_by: date | None,
    now: datetime,
) -> PurchaseOrderChange | None:
    """Write what an ask asks for now; None when it was settled, or nothing is left to ask.

    `words` are the opened words of `person_of`, `kinds` the product ids the partner wants, in
    order, `now` the moment in the partner's own zone.
    """
    change, ask = find_ask(order, ask_id)
    if ask.state is not ChangeState.REQUESTED:
        return None
    rows = [row for row in change.actions if ask.id in asks_of(row)]
    part = order.fulfillment(ask.fulfillment_id)
    lines = tuple(_lines(order, ask, kinds))
    sets = {key for row in rows for key in row}
    if not lines and not sets & {"person", "method", "deliver_by"}:
        return None
    whole = not sets & {"person", "method", "deliver_by"} and _nothing_left(order, ask)
    message = PurchaseOrderChange(
        purpose=Purpose.CANCEL if whole else Purpose.ORIGINAL,
        number=part.number,
        change=str(ask.number),
        changed_on=now.date(),
        ordered_on=part.created_at.astimezone(now.tzinfo).date(),
        currency=part.currency,
        lines=lines,
        buyer=voice.buyer,
        buyer_code=voice.buyer_code,
        consumer_order=order.number,
        ship_by=ship_by,
    )
    if any(row["action"] == "address" for row in rows):
        message = replace(message, ship_to=address_of(words))
    methods = [str(row["method"]) for row in rows if "method" in row]
    if methods:
        message = replace(message, service=methods[-1], routing=methods[-1])
    gift = words.get("gift")
    if any(row["action"] == "gift" for row in rows):
        text = gift_text(gift, voice.language) if isinstance(gift, Mapping) else ""
        message = replace(message, gift_message=text, reason="" if text else "NO GIFT ANY MORE")
    return message


def _nothing_left(order: Order, ask: Ask) -> bool:
    """Whether a yes to this ask alone leaves the partner nothing more to send.

    What other asks wait for does not count: each is answered by itself, and that may be a no.
    """
    return all(
        line.buckets.open <= _asked_of(ask, line)
        for line in order.fulfillment(ask.fulfillment_id).lines
    )


def _asked_of(ask: Ask, line: FulfillmentLine) -> int:
    return sum(one.quantity for one in ask.lines if one.fulfillment_line_id == line.id)


def _asked_before(order: Order, ask: Ask, line: FulfillmentLine) -> Iterator[int]:
    """Units that earlier changes of the same purchase order ask for and nobody answered."""
    for _, other in open_asks(order):
        if other.fulfillment_id == ask.fulfillment_id and other.number < ask.number:
            yield _asked_of(other, line)


def _lines(order: Order, ask: Ask, kinds: Sequence[str]) -> Iterator[PurchaseOrderChangeLine]:
    for units in still_asked(order, ask):
        line = line_of(order, ask.fulfillment_id, units.fulfillment_line_id)
        stood = line.buckets.ordered - line.buckets.cancelled
        stood -= sum(_asked_before(order, ask, line))
        yield _line(order, line, units, stood, kinds)


def _line(
    order: Order, line: FulfillmentLine, units: AskedUnits, stood: int, kinds: Sequence[str]
) -> PurchaseOrderChangeLine:
    products = [p for kind in kinds for p in line.products if p.kind == kind]
    stands = stood - units.quantity
    return PurchaseOrderChangeLine(
        number=line.number,
        change=LineChange.LESS if stands else LineChange.CANCEL,
        quantity=stands // line.units_per_pack,
        former=stood // line.units_per_pack,
        unit=line.unit,
        cost=line.cost,
        products=tuple(products) or line.products,
        description=order.line(line.line_id).description[:MOST_DESCRIPTION].rstrip(),
    )
