"""What partners' answers do to an order: pure decisions, one small function each.

`apply` takes in a message on one purchase order and returns a Change. Nothing here reads a clock,
makes a random name or knows a standard. How partners are asked is in `hub.domain.asking`.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from hub.domain.exchange import Problem, Purpose, Where
from hub.domain.facts import Change, Effect, Fact, FactKind, Stuck
from hub.domain.messages import (
    Answer,
    LineAnswer,
    OrderResponse,
    OrderResponseLine,
    Parcel,
    ProductId,
    ShipNotice,
    ShippedLine,
)
from hub.domain.names import Names
from hub.domain.orders import (
    Buckets,
    FulfillmentLine,
    FulfillmentOrder,
    FulfillmentState,
    Order,
    Package,
    PackedLine,
    Shipment,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The order a message speaks of, its part, the effects its business key had before."""

    order: Order
    fulfillment_id: str
    effects: Mapping[tuple[str, int], Mapping[str, object]]
    names: Names


# --- answers -----------------------------------------------------------------------------------


def apply(subject: Subject, message: OrderResponse | ShipNotice, *, now: datetime) -> Change:
    """Take in one partner's message on one purchase order.

    Problems on the Change name lines that could not be used; the rest is applied. Effects that the
    business key already had are not repeated; the same key with other words becomes an exception.
    """
    if message.purpose is Purpose.CANCEL:
        return Change(order=subject.order, problems=(_CANCEL,))
    if isinstance(message, OrderResponse):
        return _answered(subject, message)
    return _shipped(subject, message, now=now)


_CANCEL = Problem(
    code="takes-back",
    text="the paper takes back an earlier one (purpose 01); what was recorded stays. "
    "Ask the partner what is true now and put it right by hand",
)


def business_key(partner: str, message: OrderResponse | ShipNotice) -> str:
    """Return what makes two papers the same event, whatever carried them."""
    if isinstance(message, OrderResponse):
        day = message.answered_on.isoformat() if message.answered_on else ""
        return f"{partner}/response/{message.number}/{day}"
    notice = message.notice or ",".join(parcel.tracking for parcel in message.parcels)
    return f"{partner}/ship-notice/{message.number}/{notice}"


def _digest(what: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(what, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _match(
    part: FulfillmentOrder, number: str, products: Sequence[ProductId]
) -> FulfillmentLine | None:
    """An article id decides; an echoed line number tells equal articles apart or stands alone."""
    values = {product.value for product in products}
    same = [line for line in part.lines if values & {product.value for product in line.products}]
    if values and not same:
        return None
    among = same or list(part.lines)
    by_number = [line for line in among if _plain(line.number) == _plain(number)]
    if by_number:
        return by_number[0]
    return same[0] if len(same) == 1 else None


def _plain(number: str) -> str:
    return number.strip().lstrip("0")


def _unknown_line(
    part: FulfillmentOrder, number: str, products: Sequence[ProductId], path: str
) -> Problem:
    ids = ", ".join(product.value for product in products)
    known = "; ".join(
        f"{line.number}: {', '.join(product.value for product in line.products)}"
        for line in part.lines
    )
    return Problem(
        code="unknown-line",
        text=f"line {number or '(no number)'} {ids or '(no article)'} is not on purchase order "
        f"{part.number}; it has {known}",
        where=Where(path=path, value=(products[0].value if products else number)[:99]),
    )


def _answered(subject: Subject, message: OrderResponse) -> Change:
    part = subject.order.fulfillment(subject.fulfillment_id)
    change = Change(order=subject.order)
    key = business_key(part.partner, message)
    for index, row in enumerate(_listed(part, message)):
        line = _match(part, row.number, row.products)
        if line is None:
            problem = _unknown_line(part, row.number, row.products, f"lines[{index}]")
            change = change.then(Change(order=change.order, problems=(problem,)))
            continue
        effect = _answer_effect(key, line, row)
        change = _once(
            subject,
            change,
            effect,
            message.purpose,
            partial(_answer_line, fulfillment_id=part.id, line_id=line.id, row=row),
        )
    return _with_state(change, subject.fulfillment_id)


def _listed(part: FulfillmentOrder, message: OrderResponse) -> Sequence[OrderResponseLine]:
    if message.lines or message.whole is None:
        return message.lines
    return [
        OrderResponseLine(
            number=line.number,
            products=line.products,
            answers=(LineAnswer(answer=message.whole),),
        )
        for line in part.lines
    ]


def _answer_effect(key: str, line: FulfillmentLine, row: OrderResponseLine) -> Effect:
    answers = [
        [str(answer.answer), answer.quantity, str(answer.ships_on or "")] for answer in row.answers
    ]
    return Effect(business_key=key, subject=line.id, ordinal=0, what={"answers": answers})


def _once(
    subject: Subject,
    change: Change,
    effect: Effect,
    purpose: Purpose,
    act: Callable[[Order], Change],
) -> Change:
    """Run `act` unless this effect was had before; other words under its key are told, not done."""
    former = [
        (ordinal, what)
        for (name, ordinal), what in subject.effects.items()
        if name == effect.subject
    ]
    if not former:
        done = act(change.order)
        return change.then(replace(done, effects=(effect,)))
    newest, what = max(former, key=lambda pair: pair[0])
    if _digest(what) == _digest(effect.what):
        return change
    if purpose is Purpose.REPLACE:
        done = act(change.order)
        return change.then(replace(done, effects=(replace(effect, ordinal=newest + 1),)))
    problem = Problem(
        code="said-otherwise-before",
        text="the same paper came before with other contents for this line; it was not used. "
        "Ask the partner for a replacement (purpose 05) or a new document number",
        where=Where(path=effect.subject),
    )
    return change.then(Change(order=change.order, problems=(problem,)))


def _answer_line(order: Order, fulfillment_id: str, line_id: str, row: OrderResponseLine) -> Change:
    change = Change(order=order)
    for answer in row.answers:
        part = change.order.fulfillment(fulfillment_id)
        line = next(line for line in part.lines if line.id == line_id)
        packs = answer.quantity
        units = line.buckets.open if packs is None else packs * line.units_per_pack
        change = change.then(_answer_units(change.order, part, line, answer, units))
    return change


def _answer_units(
    order: Order, part: FulfillmentOrder, line: FulfillmentLine, answer: LineAnswer, units: int
) -> Change:
    body: dict[str, object] = {
        "fulfillment": part.id,
        "line": line.line_id,
        "quantity": units,
        "ships_on": answer.ships_on.isoformat() if answer.ships_on else None,
    }
    if answer.answer is Answer.REJECTED:
        return _decline(order, part, line, min(units, line.buckets.open), body)
    if answer.answer is Answer.BACKORDERED:
        kind, field = FactKind.LINES_BACKORDERED, "backordered"
    else:
        kind, field = FactKind.LINES_CONFIRMED, "accepted"
    said = min(units, line.buckets.ordered)
    after = _set_line(order, part, line, replace(line.buckets, **{field: said}))
    return Change(order=_sum_beside(after, line.line_id), facts=(Fact(kind=kind, body=body),))


def _decline(
    order: Order, part: FulfillmentOrder, line: FulfillmentLine, units: int, body: dict[str, object]
) -> Change:
    buckets = line.buckets.cancel(units)
    buckets = replace(buckets, rejected=buckets.rejected + units)
    after = _sum_beside(_set_line(order, part, line, buckets), line.line_id)
    fact = Fact(kind=FactKind.LINES_DECLINED, body={**body, "quantity": units})
    return Change(order=after, facts=(fact,))


def _set_line(
    order: Order, part: FulfillmentOrder, line: FulfillmentLine, buckets: Buckets
) -> Order:
    lines = tuple(
        replace(former, buckets=buckets) if former.id == line.id else former
        for former in part.lines
    )
    return order.with_fulfillment(replace(part, lines=lines))


def _sum_beside(order: Order, line_id: str) -> Order:
    """Accepted, backordered and rejected of an order line are the sums over those asked for it."""
    parts = [
        line.buckets
        for fulfillment in order.fulfillments
        for line in fulfillment.lines
        if line.line_id == line_id
    ]
    line = order.line(line_id)
    buckets = replace(
        line.buckets,
        accepted=sum(part.accepted for part in parts),
        backordered=sum(part.backordered for part in parts),
        rejected=sum(part.rejected for part in parts),
    )
    return order.with_line(replace(line, buckets=buckets))


# --- ship notices ------------------------------------------------------------------------------


def _shipped(subject: Subject, message: ShipNotice, *, now: datetime) -> Change:
    part = subject.order.fulfillment(subject.fulfillment_id)
    key = business_key(part.partner, message)
    change = Change(order=subject.order)
    packages: list[Package] = []
    for index, parcel in enumerate(message.parcels):
        change, packed = _packed(subject, change, key, message.purpose, parcel, index)
        had = len(change.effects)
        box = Effect(
            business_key=key,
            subject=f"{part.id}/{_box(parcel, index)}",
            ordinal=0,
            what={"tracking": parcel.tracking},
        )
        change = _once(subject, change, box, Purpose.ORIGINAL, _nothing_more)
        if packed or len(change.effects) > had:
            packages.append(
                Package(
                    id=subject.names.new("pkg"),
                    tracking=parcel.tracking,
                    label=parcel.label,
                    lines=tuple(packed),
                )
            )
    if not packages:
        return change
    shipment = Shipment(
        id=subject.names.new("shp"),
        fulfillment_id=part.id,
        notice=message.notice,
        shipped_at=message.shipped_at or now,
        carrier=message.carrier,
        service=message.service,
        packages=tuple(packages),
    )
    after = replace(change.order, shipments=(*change.order.shipments, shipment))
    told = Change(
        order=after, facts=_shipment_facts(shipment), stuck=_too_much(after, part, shipment)
    )
    return _with_state(change.then(told), part.id)


def _packed(
    subject: Subject, change: Change, key: str, purpose: Purpose, parcel: Parcel, index: int
) -> tuple[Change, list[PackedLine]]:
    """An effect for each (line, parcel) keeps the same notice from counting twice."""
    packed: list[PackedLine] = []
    for at, row in enumerate(parcel.lines):
        part = change.order.fulfillment(subject.fulfillment_id)
        line = _match(part, row.number, row.products)
        if line is None:
            path = f"parcels[{index}].lines[{at}]"
            problem = _unknown_line(part, row.number, row.products, path)
            change = change.then(Change(order=change.order, problems=(problem,)))
            continue
        effect = _parcel_effect(key, line, parcel, row, index, at)
        before = len(change.effects)
        change = _once(
            subject,
            change,
            effect,
            Purpose.ORIGINAL if purpose is Purpose.REPLACE else purpose,
            partial(_ship_units, fulfillment_id=part.id, line_id=line.id, row=row),
        )
        if len(change.effects) > before:
            packed.append(_packed_line(line, row, change))
    return change, packed


def _box(parcel: Parcel, index: int) -> str:
    return parcel.tracking or parcel.label or str(index)


def _nothing_more(order: Order) -> Change:
    """A parcel is recorded whatever is in it; its lines move the quantities."""
    return Change(order=order)


def _parcel_effect(
    key: str, line: FulfillmentLine, parcel: Parcel, row: ShippedLine, index: int, at: int
) -> Effect:
    return Effect(
        business_key=key,
        subject=f"{line.id}/{_box(parcel, index)}/{at}",
        ordinal=0,
        what={"quantity": row.quantity, "tracking": parcel.tracking},
    )


def _packed_line(line: FulfillmentLine, row: ShippedLine, change: Change) -> PackedLine:
    units = row.quantity * line.units_per_pack
    expected = min(units, line.buckets.open)
    return PackedLine(
        fulfillment_line_id=line.id,
        line_id=line.line_id,
        quantity=units,
        unexpected=units - expected,
    )


def _ship_units(order: Order, *, fulfillment_id: str, line_id: str, row: ShippedLine) -> Change:
    part = order.fulfillment(fulfillment_id)
    line = next(line for line in part.lines if line.id == line_id)
    units = row.quantity * line.units_per_pack
    expected = min(units, line.buckets.open)
    beyond = units - expected
    buckets = line.buckets.ship(expected)
    after = _set_line(order, part, line, replace(buckets, unexpected=buckets.unexpected + beyond))
    whole = after.line(line.line_id)
    # Units beyond the partner's own open ones may still be open at the order: they were never asked
    # of this partner, so they are unexpected there too and a person decides.
    shipped = whole.buckets.ship(expected)
    shipped = replace(shipped, unexpected=shipped.unexpected + beyond)
    return Change(order=after.with_line(replace(whole, buckets=shipped)))


def _shipment_facts(shipment: Shipment) -> tuple[Fact, ...]:
    lines = [
        {"line": line.line_id, "quantity": line.quantity - line.unexpected}
        for package in shipment.packages
        for line in package.lines
        if line.quantity > line.unexpected
    ]
    beyond = [
        {"line": line.line_id, "quantity": line.unexpected}
        for package in shipment.packages
        for line in package.lines
        if line.unexpected
    ]
    body = {"shipment": shipment.id, "fulfillment": shipment.fulfillment_id}
    facts = []
    if lines:
        facts.append(Fact(kind=FactKind.ORDER_SHIPPED, body={**body, "lines": lines}))
    if beyond:
        facts.append(Fact(kind=FactKind.UNEXPECTED_SHIPPED, body={**body, "lines": beyond}))
    return tuple(facts)


def _too_much(order: Order, part: FulfillmentOrder, shipment: Shipment) -> tuple[Stuck, ...]:
    rows = [
        (line, order.line(line.line_id))
        for package in shipment.packages
        for line in package.lines
        if line.unexpected
    ]
    if not rows:
        return ()
    what = "; ".join(
        f"line {whole.number} ({whole.sku}): {line.unexpected} more than was open"
        for line, whole in rows
    )
    return (
        Stuck(
            hold=f"unexpected:{part.id}:{shipment.notice}",
            kind="unexpected-shipment",
            partner=part.partner,
            text=f"{part.partner} shipped too much on purchase order {part.number}: {what}.",
            next_step="Decide whether the customer keeps it, it comes back, or the partner is not "
            f"paid for it; see `hub orders show {order.number}`.",
        ),
    )


def _with_state(change: Change, fulfillment_id: str) -> Change:
    part = change.order.fulfillment(fulfillment_id)
    after = change.order.with_fulfillment(replace(part, state=_state(part)))
    return replace(change, order=after)


def _state(part: FulfillmentOrder) -> FulfillmentState:
    open_units = sum(line.buckets.open for line in part.lines)
    shipped = sum(line.buckets.shipped for line in part.lines)
    answered = sum(line.buckets.accepted + line.buckets.backordered for line in part.lines)
    if open_units == 0:
        return FulfillmentState.CLOSED if shipped else FulfillmentState.CANCELLED
    if shipped:
        return FulfillmentState.SHIPPED
    return FulfillmentState.IN_PROGRESS if answered else FulfillmentState.OPEN
