"""How partners are asked: purchase orders made from a sourcing, and the words written on them.

`wanted` says what looks for a partner, `release` makes a purchase order for each partner chosen,
`compose` writes the message. Pure; reading answers is in `hub.domain.rules`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType

from hub.domain.allotting import Pick
from hub.domain.exchange import Purpose
from hub.domain.facts import Change, Duty, DutyKind, Fact, FactKind, Stuck
from hub.domain.messages import ProductId, PurchaseOrder, PurchaseOrderLine
from hub.domain.names import Names
from hub.domain.orders import (
    Buckets,
    FulfillmentLine,
    FulfillmentOrder,
    FulfillmentState,
    Order,
    OrderLine,
)
from hub.domain.placing import address_of
from hub.domain.sourcing import Sourced, Wanted

MOST_DESCRIPTION = 80  # X12 352 Description; the article's id decides, this only helps the eye
MOST_NUMBER = 22  # X12 324 Purchase Order Number, and nobody else's is shorter


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How one partner is asked: over which lane, in which set, from when, and to ship by when.

    `ship_by_later` says until when units of a coming delivery ship, by the delivery's day.
    """

    lane: str
    set_id: str
    due_at: datetime
    ship_by: datetime | None
    ship_by_later: Mapping[date, datetime] = field(default_factory=dict)


def wanted(order: Order, group_id: str) -> tuple[Wanted, ...]:
    """Return the units of a ship group that no partner has been asked for."""
    return tuple(
        Wanted(
            line_id=line.id,
            sku=line.sku,
            quantity=units,
            currency=order.currency,
            partner=line.partner,
        )
        for line in order.lines
        if line.group_id == group_id and (units := order.unsourced(line)) > 0
    )


def declined_by(order: Order) -> dict[str, set[str]]:
    """Return, for each line, the partners that declined some of it."""
    declined: dict[str, set[str]] = {}
    for fulfillment in order.fulfillments:
        for line in fulfillment.lines:
            if line.buckets.rejected:
                declined.setdefault(line.line_id, set()).add(fulfillment.partner)
    return declined


def release(
    order: Order,
    *,
    group_id: str,
    sourced: Sourced,
    asked: Mapping[str, Asked],
    prefix: str,
    names: Names,
    now: datetime,
) -> Change:
    """Make a purchase order for each chosen partner, and an exception for the rest.

    `asked` says for each partner how it is reached; a partner without an entry cannot be chosen.
    Units of a coming delivery get a purchase order of their own, with its later date.
    """
    lines = {line.line_id: line for line in wanted(order, group_id)}
    bundles = _bundles(order, sourced)
    made: list[FulfillmentOrder] = []
    for partner, currency, day in sorted(bundles, key=_bundle_order):
        ordinal = len(order.fulfillments) + len(made) + 1
        number = purchase_order_number(order, prefix=prefix, ordinal=ordinal)
        made.append(
            _fulfillment(
                group_id,
                number,
                bundles[partner, currency, day],
                names=names,
                now=now,
                asked=asked[partner],
            )
        )
    after = replace(order, fulfillments=(*order.fulfillments, *made))
    left = [line for line in after.lines if line.group_id == group_id and after.unsourced(line) > 0]
    found = [line for line in order.lines if line.id in lines and line not in left]
    return Change(
        order=after,
        facts=(*_sourced_facts(made, bundles), *_unsourced_facts(after, left)),
        duties=tuple(_send_duty(order, part, asked[part.partner], names) for part in made),
        stuck=tuple(_no_source(after, line, sourced) for line in left),
        cleared=tuple(_no_source_hold(line) for line in found),
        candidates=sourced.candidates,
    )


_Bundle = tuple[str, str, date | None]


def _bundles(order: Order, sourced: Sourced) -> dict[_Bundle, list[tuple[OrderLine, Pick]]]:
    # One purchase order has one currency and one date: who sells in two gets two.
    found: dict[_Bundle, list[tuple[OrderLine, Pick]]] = {}
    for line_id, picks in sourced.chosen.items():
        for pick in picks:
            bundle = (pick.offer.partner, pick.offer.currency, pick.ships_on)
            found.setdefault(bundle, []).append((order.line(line_id), pick))
    return found


def _bundle_order(bundle: _Bundle) -> tuple[str, str, date]:
    partner, currency, day = bundle
    return (partner, currency, day or date.min)


def purchase_order_number(order: Order, *, prefix: str, ordinal: int) -> str:
    """Return the n-th purchase order number of an order, at most 22 characters.

    A long order number is replaced by a hash of it: the number must stay the same on every replay.
    """
    plain = f"{prefix}-{order.number}-{ordinal}"
    simple = plain.isascii() and plain.replace("-", "").isalnum() and plain == plain.upper()
    if len(plain) <= MOST_NUMBER and simple:
        return plain
    digest = hashlib.blake2b(f"{order.brand}/{order.number}".encode(), digest_size=6).hexdigest()
    return f"{prefix}-{digest.upper()}-{ordinal}"


def _fulfillment(
    group_id: str,
    number: str,
    picks: Sequence[tuple[OrderLine, Pick]],
    *,
    names: Names,
    now: datetime,
    asked: Asked,
) -> FulfillmentOrder:
    first = picks[0][1]
    return FulfillmentOrder(
        id=names.new("ful"),
        group_id=group_id,
        partner=first.offer.partner,
        number=number,
        state=FulfillmentState.OPEN,
        currency=first.offer.currency,
        created_at=now,
        ship_by=asked.ship_by_later[first.ships_on] if first.ships_on else asked.ship_by,
        lines=tuple(
            FulfillmentLine(
                id=names.new("fln"),
                line_id=line.id,
                number=str(ordinal),
                sku=line.sku,
                products=_products(line, pick),
                unit=pick.offer.unit,
                units_per_pack=pick.offer.units_per_pack,
                cost=pick.offer.cost,
                buckets=Buckets.new(pick.quantity),
            )
            for ordinal, (line, pick) in enumerate(picks, start=1)
        ),
    )


def _products(line: OrderLine, pick: Pick) -> tuple[ProductId, ...]:
    products = pick.offer.products
    if any(product.kind == "sku" for product in products):
        return products
    return (*products, ProductId(kind="sku", value=line.sku))


def _sourced_facts(
    made: Sequence[FulfillmentOrder], bundles: Mapping[_Bundle, object]
) -> tuple[Fact, ...]:
    days = [day for _, _, day in sorted(bundles, key=_bundle_order)]
    return tuple(_sourced_fact(part, day) for part, day in zip(made, days, strict=True))


def _sourced_fact(part: FulfillmentOrder, delivery: date | None) -> Fact:
    lines = [{"line": line.line_id, "quantity": line.buckets.ordered} for line in part.lines]
    body: dict[str, object] = {
        "fulfillment": part.id,
        "purchase_order": part.number,
        "lines": lines,
        "partner": part.partner,
    }
    if delivery is not None:
        body["from_delivery_on"] = delivery.isoformat()
    return Fact(kind=FactKind.LINES_SOURCED, body=body)


def _unsourced_facts(order: Order, left: Sequence[OrderLine]) -> tuple[Fact, ...]:
    if not left:
        return ()
    rows = [{"line": line.id, "quantity": order.unsourced(line)} for line in left]
    return (Fact(kind=FactKind.LINES_UNSOURCED, body={"lines": rows}),)


def _send_duty(order: Order, part: FulfillmentOrder, asked: Asked, names: Names) -> Duty:
    return Duty(
        id=names.new("dty"),
        lane=asked.lane,
        kind=DutyKind.SEND,
        set_id=asked.set_id,
        subject=part.id,
        order_id=order.id,
        due_at=asked.due_at,
        body={},
    )


def _no_source_hold(line: OrderLine) -> str:
    return f"no-source:{line.id}"


def _no_source(order: Order, line: OrderLine, sourced: Sourced) -> Stuck:
    units = order.unsourced(line)
    reasons = [
        f"{candidate.partner} {candidate.reason}"
        for candidate in sourced.candidates
        if candidate.line_id == line.id
    ]
    why = "; ".join(reasons) or "no partner lists it"
    return Stuck(
        hold=_no_source_hold(line),
        kind="no-source",
        text=f"Order {order.number} line {line.number}: nobody can fill {units} x {line.sku}: "
        f"{why}.",
        next_step=(
            "A stock report that brings some of it is used by itself. Else import an offer for "
            "this SKU with `hub catalog import`, then run "
            f"`hub orders source {order.number} --brand {order.brand}`; or cancel the line."
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """In whose name a partner is asked: the brand's name, code, slip message and language."""

    buyer: str
    buyer_code: str
    slip_message: str
    language: str


def compose(
    order: Order,
    *,
    fulfillment_id: str,
    words: Mapping[str, object],
    voice: Voice,
    kinds: Sequence[str],
    now: datetime,
) -> PurchaseOrder:
    """Write the purchase order of one part: what is open of it now, nothing else.

    `words` are the recipient's opened words, `kinds` the product ids the partner wants, in order,
    `now` the moment in the partner's own zone: the days on the paper are the partner's days.
    Never carries what the customer paid.
    """
    part = order.fulfillment(fulfillment_id)
    group = order.group(part.group_id)
    gift = words.get("gift")
    return PurchaseOrder(
        purpose=Purpose.ORIGINAL,
        number=part.number,
        ordered_on=now.date(),
        currency=part.currency,
        lines=tuple(
            _asked_line(order, line, words, kinds) for line in part.lines if line.buckets.open
        ),
        ship_to=address_of(words),
        buyer=voice.buyer,
        buyer_code=voice.buyer_code,
        consumer_order=order.number,
        carrier=group.carrier,
        service=group.method_final,
        routing=group.method_final,
        ship_by=part.ship_by.astimezone(now.tzinfo).date() if part.ship_by else None,
        slip_message=voice.slip_message,
        gift_message=gift_text(gift, voice.language) if isinstance(gift, dict) else "",
        instructions=str(words.get("instructions", "")),
    )


def _asked_line(
    order: Order, line: FulfillmentLine, words: Mapping[str, object], kinds: Sequence[str]
) -> PurchaseOrderLine:
    personal = words.get("personalization")
    wanted_kinds = [kind for kind in kinds if any(p.kind == kind for p in line.products)]
    products = [p for kind in wanted_kinds for p in line.products if p.kind == kind]
    return PurchaseOrderLine(
        number=line.number,
        quantity=line.buckets.open // line.units_per_pack,
        unit=line.unit,
        cost=line.cost,
        products=tuple(products) or line.products,
        description=order.line(line.line_id).description[:MOST_DESCRIPTION].rstrip(),
        personalization=str(personal.get(line.line_id, "")) if isinstance(personal, dict) else "",
    )


def gift_text(gift: Mapping[str, object], language: str) -> str:
    """Return the words of a gift card as lines, in the language of those who read the brand."""
    to, message, sender = (str(gift.get(key, "")) for key in ("recipient", "message", "sender"))
    for_whom, of_whom = _ON_CARDS.get(language, ("To", "From"))
    rows = [f"{for_whom}: {to}" if to else "", message, f"{of_whom}: {sender}" if sender else ""]
    return "\n".join(row for row in rows if row)


_ON_CARDS: Mapping[str, tuple[str, str]] = MappingProxyType({"de": ("Für", "Von")})
