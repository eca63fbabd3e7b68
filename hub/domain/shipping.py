"""A partner's ship notice: parcels are always recorded, what was open is shipped. Pure."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub.domain.facts import Change, Effect, Fact, FactKind, Stuck
from hub.domain.hearing import (
    AskedLines,
    Heard,
    Subject,
    heard,
    line_of,
    other_unit,
    problem_only,
    said_otherwise,
    set_buckets,
    units,
    unknown_line,
)
from hub.domain.messages import CarrierMoment, Parcel, ProductId, ShipNotice, ShippedLine
from hub.domain.orders import (
    FulfillmentLine,
    FulfillmentOrder,
    Order,
    Package,
    PackedLine,
    Shipment,
    notice_name,
)
from hub.domain.renamed import booked_instead, named_otherwise
from hub.domain.told_before import Beside


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """Units of one line in one parcel; without a line a parcel of unknown contents."""

    parcel: int
    line: FulfillmentLine | None
    quantity: int
    subject: str
    tracking: str
    path: str
    products: Sequence[ProductId] = ()

    @property
    def what(self) -> dict[str, object]:
        """What is compared with an earlier paper."""
        if self.line is None:
            return {"tracking": self.tracking}
        return {"quantity": self.quantity, "tracking": self.tracking}


def packed(notice: ShipNotice) -> ShipNotice:
    """Return the notice with its loose lines in the parcel that has them.

    Of several parcels nobody knows which: a parcel without a number has them then. What parcels
    name as theirs the loose lines say again; only what is beyond that is still to be packed.
    """
    if not notice.loose:
        return notice
    parcels, left = notice.parcels, _left(notice)
    if len(parcels) == 1 and not parcels[0].lines:
        parcels = (replace(parcels[0], lines=left),)
    elif left:
        parcels = (*parcels, Parcel(lines=left))
    return replace(notice, parcels=parcels, loose=())


def _left(notice: ShipNotice) -> tuple[ShippedLine, ...]:
    """The loose lines without the units that parcels name as theirs."""
    inside: dict[object, int] = {}
    for line in (line for parcel in notice.parcels for line in parcel.lines):
        key = line.number or line.products
        inside[key] = inside.get(key, 0) + line.quantity
    left = []
    for line in notice.loose:
        key = line.number or line.products
        told = min(inside.get(key, 0), line.quantity)
        inside[key] = inside.get(key, 0) - told
        if line.quantity > told or not line.quantity:
            left.append(replace(line, quantity=line.quantity - told))
    return tuple(left)


def shipped(
    subject: Subject,
    message: ShipNotice,
    *,
    key: str,
    now: datetime,
    turn: str = "",
    gone: Sequence[Shipment] = (),
) -> Change:
    """Take in a ship notice; what was told before ships nothing twice.

    Told in the same notice it is nothing new, told in another one it is a problem. `turn` sets what
    a replacement says apart from what the notices before it said; `gone` are what it replaces.
    """
    part = subject.order.fulfillment(subject.fulfillment_id)
    asked = AskedLines(part, subject.called)
    change = Change(order=subject.order)
    said: list[_Said] = []
    for index, parcel in enumerate(message.parcels):
        change = _read(subject, asked, change, parcel, index, said)
    said = [replace(one, subject=one.subject + turn) for one in said]
    boxes: dict[int, list[PackedLine]] = {}
    again: set[int] = set()
    contents = [(one.subject, one.what) for one in said]
    verdicts = heard(subject.effects, contents)
    named = [(one.line, one.products) for one in said]
    instead = booked_instead(subject, contents, verdicts, named)
    beside = Beside.of(subject, message, gone=gone)
    for one, (verdict, ordinal), other in zip(said, verdicts, instead, strict=True):
        if verdict is Heard.OTHERWISE:
            change = change.then(problem_only(change.order, said_otherwise(one.path)))
        if verdict is Heard.BEFORE:
            again.add(one.parcel)
        if verdict is not Heard.NEW:
            continue
        if other is not None:
            change = change.then(_not_as_well(change.order, other, one))
            continue
        stands = beside.problem(one.tracking, one.line, one.quantity, one.path)
        if stands is not None:
            change = change.then(problem_only(change.order, stands))
            continue
        effect = Effect(business_key=key, subject=one.subject, ordinal=ordinal, what=one.what)
        change = change.then(Change(order=change.order, effects=(effect,)))
        box = boxes.setdefault(one.parcel, [])
        if one.line is not None:
            order, packed = _ship(change.order, part.id, one.line.id, one.quantity)
            box.append(packed)
            change = replace(change, order=order)
    places = {} if turn else _places(subject, message, boxes, again, now)
    return _recorded(subject, change, message, boxes, places, now) if boxes else change


def _not_as_well(order: Order, before: FulfillmentLine, said: _Said) -> Change:
    """What a paper newly names is a problem; its parcel of unknown contents is known already."""
    if said.line is None:
        return Change(order=order)
    return problem_only(order, named_otherwise(before, said.line, said.path))


def _read(
    subject: Subject,
    asked: AskedLines,
    change: Change,
    parcel: Parcel,
    index: int,
    said: list[_Said],
) -> Change:
    """Add what a parcel says; its unknown lines are problems."""
    known = 0
    for at, row in enumerate(parcel.lines):
        path = f"parcels[{index}].lines[{at}]"
        line = asked.meant(row.number, row.products)
        counted = units(subject, line, row.quantity, row.unit) if line else None
        if line is None or counted is None:
            problem = (
                other_unit(line, row.unit, path)
                if line
                else unknown_line(asked, row.number, row.products, path)
            )
            change = change.then(problem_only(change.order, problem))
            continue
        known += 1
        # Beside the line's own id no name decided anything, whatever it meant once.
        by_own_id = bool(set(row.products) & set(line.products))
        said.append(
            _Said(
                parcel=index,
                line=line,
                quantity=counted,
                subject=line.id,
                tracking=parcel.tracking,
                path=path,
                products=() if by_own_id else row.products,
            )
        )
    if not known and (parcel.tracking or parcel.label):
        tracking = parcel.tracking or parcel.label
        path = f"parcels[{index}]"
        said.append(
            _Said(
                parcel=index,
                line=None,
                quantity=0,
                subject=f"{asked.part.id}/{tracking}",
                tracking=tracking,
                path=path,
            )
        )
    return change


def _ship(order: Order, fulfillment_id: str, line_id: str, count: int) -> tuple[Order, PackedLine]:
    line = line_of(order, fulfillment_id, line_id)
    expected = min(count, line.buckets.open)
    beyond = count - expected
    buckets = line.buckets.ship(expected)
    buckets = replace(buckets, unexpected=buckets.unexpected + beyond)
    after = set_buckets(order, fulfillment_id, line_id, buckets)
    whole = after.line(line.line_id)
    # Units beyond the partner's own open ones may still be open at the order: they were never asked
    # of this partner, so they are unexpected there too and a person decides.
    moved = whole.buckets.ship(expected)
    moved = replace(moved, unexpected=moved.unexpected + beyond)
    packed = PackedLine(
        fulfillment_line_id=line.id, line_id=line.line_id, quantity=count, unexpected=beyond
    )
    return after.with_line(replace(whole, buckets=moved)), packed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Boxed:
    """Units that a notice says newly of one shipment: a new one, or one that stands already."""

    shipment: Shipment
    lines: tuple[PackedLine, ...]


def _recorded(
    subject: Subject,
    change: Change,
    message: ShipNotice,
    boxes: dict[int, list[PackedLine]],
    places: dict[int, str],
    now: datetime,
) -> Change:
    """Put what is new into the parcels that stand already, and into a shipment for the others."""
    part = subject.order.fulfillment(subject.fulfillment_id)
    order, more = change.order, dict[str, list[PackedLine]]()
    standing = {box.id: one for one in order.shipments for box in one.packages}
    for index, package_id in places.items():
        order = _filled(order, package_id, boxes[index])
        more.setdefault(standing[package_id].id, []).extend(boxes[index])
    told = [
        _Boxed(shipment=one, lines=tuple(more[one.id]))
        for one in change.order.shipments
        if one.id in more
    ]
    new = {index: lines for index, lines in boxes.items() if index not in places}
    if new:
        shipment = _shipment(subject, message, new, now)
        order = replace(order, shipments=(*order.shipments, shipment))
        every = tuple(line for lines in new.values() for line in lines)
        told.append(_Boxed(shipment=shipment, lines=every))
    facts = tuple(fact for one in told for fact in _facts(one))
    stuck = _too_much(order, part, message.notice, [line for one in told for line in one.lines])
    return change.then(Change(order=order, facts=facts, stuck=stuck))


def _shipment(
    subject: Subject, message: ShipNotice, boxes: dict[int, list[PackedLine]], now: datetime
) -> Shipment:
    return Shipment(
        id=subject.names.new("shp"),
        fulfillment_id=subject.fulfillment_id,
        notice=message.notice,
        shipped_at=message.shipped_at or now,
        carrier=message.carrier,
        service=message.service,
        heard_at=now,
        packages=tuple(
            Package(
                id=subject.names.new("pkg"),
                tracking=message.parcels[index].tracking,
                label=message.parcels[index].label,
                lines=tuple(packed),
                expected_on=message.delivery_on,
            )
            for index, packed in boxes.items()
        ),
    )


# --- parcels that stand already ------------------------------------------------------------------

_Mark = tuple[str, str]
"""A parcel's tracking number and label."""
_Standing = tuple[Package, bool]
"""A package, and whether it left at about the time of which the paper speaks."""
_ONE_DAY = timedelta(hours=12)


def _places(
    subject: Subject,
    message: ShipNotice,
    boxes: Mapping[int, Sequence[PackedLine]],
    again: Container[int],
    now: datetime,
) -> dict[int, str]:
    """Return the packages that these parcels of a notice are already, by their place.

    A name in it was unknown when it came: what is in a parcel is told bit by bit then, and a
    customer must not see the parcel twice. Parcels with one mark keep their order. In another paper
    than the very one a parcel is the same where it says something `again`, where nothing was known
    of what is in it, or where it says nothing new on its day: else it left by itself.
    """
    standing = _standing(subject, message, now)
    seen: Counter[_Mark] = Counter()
    found: dict[int, str] = {}
    for index, parcel in enumerate(message.parcels):
        mark = _mark(parcel)
        if index in boxes and (same := standing.get(mark)):
            box, near = same[min(seen[mark], len(same) - 1)]
            tells_more = bool(boxes[index] and box.lines)
            if subject.repeated or index in again or not (tells_more or (box.lines and not near)):
                found[index] = box.id
        seen[mark] += 1
    return found


def _standing(
    subject: Subject, message: ShipNotice, now: datetime
) -> Mapping[_Mark, Sequence[_Standing]]:
    """The packages of the notice that stand, by their mark: those of one shipment for each.

    Of several shipments the one that left nearest is meant. Only the very paper knows a parcel
    without a mark again, and a label alone is one parcel's for a day: carton 1 of each.
    """
    name = notice_name(message.notice, [parcel.tracking for parcel in message.parcels])
    left = message.shipped_at or now
    found: dict[_Mark, list[_Standing]] = {}
    for shipment in sorted(subject.order.shipments, key=lambda one: abs(one.shipped_at - left)):
        if (shipment.fulfillment_id, shipment.name) != (subject.fulfillment_id, name):
            continue
        near = abs(shipment.shipped_at - left) < _ONE_DAY
        mine: dict[_Mark, list[_Standing]] = {}
        for package in shipment.packages:
            if subject.repeated or package.tracking or (package.label and near):
                mine.setdefault(_mark(package), []).append((package, near))
        found = mine | found
    return found


def _mark(parcel: Parcel | Package) -> _Mark:
    return parcel.tracking, parcel.label


def _filled(order: Order, package_id: str, packed: Sequence[PackedLine]) -> Order:
    """The order with more units in a parcel; where it has arrived, so have they."""
    shipments = []
    for shipment in order.shipments:
        packages = tuple(
            replace(box, lines=(*box.lines, *packed)) if box.id == package_id else box
            for box in shipment.packages
        )
        shipments.append(replace(shipment, packages=packages))
        for box in shipment.packages:
            if box.id == package_id and box.moment is CarrierMoment.DELIVERED:
                order = arrived(order, shipment.fulfillment_id, packed)
    return replace(order, shipments=tuple(shipments))


def arrived(order: Order, fulfillment_id: str, lines: Iterable[PackedLine]) -> Order:
    """Return the order with the units of a parcel delivered.

    Units that were shipped as asked are; unexpected ones are a person's decision.
    """
    for packed in lines:
        units = packed.quantity - packed.unexpected
        line = line_of(order, fulfillment_id, packed.fulfillment_line_id)
        buckets = replace(line.buckets, delivered=line.buckets.delivered + units)
        order = set_buckets(order, fulfillment_id, line.id, buckets)
        whole = order.line(packed.line_id)
        moved = replace(whole.buckets, delivered=whole.buckets.delivered + units)
        order = order.with_line(replace(whole, buckets=moved))
    return order


# --- told to others ------------------------------------------------------------------------------


def _facts(told: _Boxed) -> Iterator[Fact]:
    lines = [
        {"line": row.line_id, "quantity": row.quantity - row.unexpected}
        for row in told.lines
        if row.quantity > row.unexpected
    ]
    beyond = [
        {"line": row.line_id, "quantity": row.unexpected} for row in told.lines if row.unexpected
    ]
    body = {"shipment": told.shipment.id, "fulfillment": told.shipment.fulfillment_id}
    if lines:
        yield Fact(kind=FactKind.ORDER_SHIPPED, body={**body, "lines": lines})
    if beyond:
        yield Fact(kind=FactKind.UNEXPECTED_SHIPPED, body={**body, "lines": beyond})


def too_much_hold(fulfillment_id: str, notice: str) -> str:
    """Return the name under which a notice of more than was open waits for a person."""
    return f"unexpected:{fulfillment_id}:{notice}"


def _too_much(
    order: Order, part: FulfillmentOrder, notice: str, lines: Sequence[PackedLine]
) -> tuple[Stuck, ...]:
    rows = [(line, order.line(line.line_id)) for line in lines if line.unexpected]
    if not rows:
        return ()
    what = "; ".join(
        f"line {whole.number} ({whole.sku}): {line.unexpected} more than was open"
        for line, whole in rows
    )
    return (
        Stuck(
            hold=too_much_hold(part.id, notice),
            kind="unexpected-shipment",
            partner=part.partner,
            text=f"{part.partner} shipped too much on purchase order {part.number}: {what}.",
            next_step="Decide whether the customer keeps it, it comes back, or the partner is not "
            f"paid for it; see `hub orders show {order.number}`.",
        ),
    )
