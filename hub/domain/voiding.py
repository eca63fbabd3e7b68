"""A shipment that was told is taken back, or told again otherwise (X12 856 BSN01 01 and 05). Pure.

Its units are open again, its parcels are gone from everybody's sight, and what others had shipped
beyond what was open takes their place: the order stands as if the shipment had never been told.
Changes that it had declined wait for an answer again, as long as nobody was told of it.
Nothing is taken back of what a carrier has, and nothing that is invoiced. A paper of these does all
it says or nothing. What it did is an effect under the business key of the notice, so that neither
it nor the notice does anything twice.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hub.domain.exchange import Problem, Purpose, Severity, Where
from hub.domain.facts import Change, Effect, Fact, FactKind
from hub.domain.hearing import Subject, line_of, problem_only, set_buckets
from hub.domain.messages import CarrierMoment, ShipNotice
from hub.domain.orders import Order, Package, PackedLine, Shipment, notice_name
from hub.domain.reopening import reopened_by
from hub.domain.shipping import shipped, too_much_hold

UNDO = timedelta(minutes=10)
"""So long what was told at a page can be taken back before the customer is told of it."""

TURN = "/~"
"""Behind a subject and before a number: what the replacement of that turn says of it."""

UNKNOWN, MOVED, INVOICED = "unknown-shipment", "parcel-moved", "shipment-invoiced"
TAKEN_BACK, EMPTY, SUPERSEDED = "shipment-taken-back", "replaces-with-nothing", "superseded"
NO_GOODS = "names-no-goods"
REFUSALS = frozenset({UNKNOWN, MOVED, INVOICED, TAKEN_BACK, EMPTY, NO_GOODS})
"""The codes of problems that leave nothing of a notice used."""


def stands(order: Order, shipment_id: str) -> bool:
    """Say whether a shipment still stands: it was not taken back or replaced since."""
    return any(one.id == shipment_id for one in order.shipments)


def called(order: Order, fulfillment_id: str, name: str) -> str:
    """Return the whole name of the shipment of a part that is meant; `name` itself for none.

    One without a number may be called by any of its tracking numbers.
    """
    every = [one for one in _of(order, fulfillment_id) if one.name == name]
    if not every:
        every = [
            one
            for one in _of(order, fulfillment_id)
            if not one.notice and any(package.tracking == name for package in one.packages)
        ]
    return every[0].name if every else name


def known(order: Order, fulfillment_id: str, name: str) -> bool:
    """Say whether a part ever had a shipment of that whole name, taken back or not."""
    return any(one.name == name for one in _of(order, fulfillment_id))


def _of(order: Order, fulfillment_id: str) -> Iterator[Shipment]:
    every = (*order.shipments, *order.voided)
    return (one for one in every if one.fulfillment_id == fulfillment_id)


def noticed(subject: Subject, message: ShipNotice, *, key: str, now: datetime) -> Change:
    """Take in a ship notice by its purpose: a first one, one that takes back, or one instead."""
    match message.purpose:
        case Purpose.CANCEL:
            return _voided(subject, message, key=key, now=now)
        case Purpose.REPLACE:
            return _replaced(subject, message, key=key, now=now)
    if not message.parcels:
        return problem_only(subject.order, _nothing(message))
    turns = _turns(subject)
    if not turns:
        return shipped(subject, message, key=key, now=now)
    return _outdated(subject, message, turns[-1], key=key, now=now)


def _turns(subject: Subject) -> list[str]:
    """What was done to the notice before, the oldest first: `cancel` or `replace`."""
    found = {
        ordinal: str(what["turn"])
        for (about, ordinal), what in subject.effects.items()
        if about == subject.fulfillment_id
    }
    return [found[ordinal] for ordinal in sorted(found)]


def _turn(subject: Subject, key: str, purpose: Purpose) -> Effect:
    return Effect(
        business_key=key,
        subject=subject.fulfillment_id,
        ordinal=len(_turns(subject)),
        what={"turn": str(purpose)},
    )


def _outdated(
    subject: Subject, message: ShipNotice, turn: str, *, key: str, now: datetime
) -> Change:
    """A first notice when a later one was heard already: it ships nothing any more."""
    still = Change(order=subject.order)
    if subject.repeated:
        return still
    if turn == Purpose.CANCEL:
        return problem_only(subject.order, _taken_back(message))
    again = shipped(subject, message, key=key, now=now)
    told_before = any(
        about != subject.fulfillment_id and TURN not in about for about, _ in subject.effects
    )
    if not again.effects and not again.problems:
        return still  # the first notice in another envelope
    return problem_only(subject.order, _superseded(message, late=not told_before))


# --- taken back ----------------------------------------------------------------------------------


def against(
    order: Order, shipments: Sequence[Shipment], *, invoiced: Mapping[str, int], now: datetime
) -> tuple[Problem, ...]:
    """Return everything that forbids taking these shipments of one part back, in words.

    `invoiced` are the units of the partner's lines that standing invoices ask money for.
    """
    if not any(invoiced.values()):  # as nearly always
        return on_the_way(shipments)
    after = _refilled(_taken_off(order, shipments, now), _freed(shipments))
    return (*on_the_way(shipments), *_paid_for(order, after, shipments, invoiced))


def _voided(subject: Subject, message: ShipNotice, *, key: str, now: datetime) -> Change:
    order, part_id = subject.order, subject.fulfillment_id
    still = Change(order=order)
    name = _name(message)
    gone = _standing(order, part_id, name)
    if subject.repeated or (not gone and known(order, part_id, name)):
        return still
    if not gone:
        return problem_only(order, _unknown(subject, message))
    wrong = against(order, gone, invoiced=subject.invoiced, now=now)
    if wrong:
        return replace(still, problems=wrong)
    bare = _taken_off(order, gone, now)
    after = _refilled(bare, _freed(gone))
    change = Change(
        order=after,
        facts=(*_facts(gone, replaced=False), *_found_room(bare, after)),
        cleared=_no_longer_too_much(order, after, part_id),
        effects=(_turn(subject, key, Purpose.CANCEL),),
    )
    return _asked_again(subject, change, gone, now)


def _asked_again(
    subject: Subject, change: Change, gone: Sequence[Shipment], now: datetime
) -> Change:
    """The change, with what these shipments had declined waiting again while they are fresh."""
    fresh = all(one.heard_at is not None and now < one.heard_at + UNDO for one in gone)
    return change.then(reopened_by(subject, change.order)) if gone and fresh else change


def _name(message: ShipNotice) -> str:
    return notice_name(message.notice, [parcel.tracking for parcel in message.parcels])


def _standing(order: Order, fulfillment_id: str, name: str) -> tuple[Shipment, ...]:
    return tuple(
        one for one in order.shipments if one.fulfillment_id == fulfillment_id and one.name == name
    )


def _taken_off(order: Order, gone: Sequence[Shipment], now: datetime) -> Order:
    """The order without these shipments; their units are open, nothing has taken their place."""
    ids = {one.id for one in gone}
    order = replace(
        order,
        shipments=tuple(one for one in order.shipments if one.id not in ids),
        voided=(*order.voided, *(replace(one, voided_at=now) for one in gone)),
    )
    for shipment in gone:
        for packed in _packed(shipment):
            order = _unpacked(order, shipment.fulfillment_id, packed)
    return order


def _packed(shipment: Shipment) -> Iterator[PackedLine]:
    return (packed for package in shipment.packages for packed in package.lines)


def _unpacked(order: Order, fulfillment_id: str, packed: PackedLine) -> Order:
    units = packed.quantity - packed.unexpected
    line = line_of(order, fulfillment_id, packed.fulfillment_line_id)
    buckets = line.buckets.unship(units)
    buckets = replace(buckets, unexpected=buckets.unexpected - packed.unexpected)
    order = set_buckets(order, fulfillment_id, line.id, buckets)
    whole = order.line(packed.line_id)
    moved = whole.buckets.unship(units)
    moved = replace(moved, unexpected=moved.unexpected - packed.unexpected)
    return order.with_line(replace(whole, buckets=moved))


def _freed(gone: Iterable[Shipment]) -> Counter[str]:
    """Units of each of the partner's lines that these shipments held."""
    freed: Counter[str] = Counter()
    for packed in (packed for one in gone for packed in _packed(one)):
        freed[packed.fulfillment_line_id] += packed.quantity - packed.unexpected
    return freed


def _refilled(order: Order, freed: Mapping[str, int]) -> Order:
    """Let units that came beyond what was open take the place of those set free, oldest first."""
    room = dict(freed)
    for shipment in order.shipments:
        for package in shipment.packages:
            for packed in package.lines:
                if not packed.unexpected or not room.get(packed.fulfillment_line_id):
                    continue
                line = line_of(order, shipment.fulfillment_id, packed.fulfillment_line_id)
                units = min(packed.unexpected, room[line.id], line.buckets.open)
                room[line.id] -= units
                order = _expected(order, shipment, package, packed, units)
    return order


def _expected(
    order: Order, shipment: Shipment, package: Package, packed: PackedLine, units: int
) -> Order:
    """The order in which so many units of a parcel are not unexpected any more."""
    arrived = units if package.moment is CarrierMoment.DELIVERED else 0
    line = line_of(order, shipment.fulfillment_id, packed.fulfillment_line_id)
    whole = order.line(packed.line_id)
    buckets, moved = (
        replace(
            one.ship(units), unexpected=one.unexpected - units, delivered=one.delivered + arrived
        )
        for one in (line.buckets, whole.buckets)
    )
    order = set_buckets(order, shipment.fulfillment_id, line.id, buckets)
    order = order.with_line(replace(whole, buckets=moved))
    less = replace(packed, unexpected=packed.unexpected - units)
    return _repacked(order, package.id, packed, less)


def _repacked(order: Order, package_id: str, former: PackedLine, packed: PackedLine) -> Order:
    def with_lines(package: Package) -> Package:
        lines = tuple(packed if one is former else one for one in package.lines)
        return replace(package, lines=lines)

    shipments = tuple(
        replace(
            one,
            packages=tuple(
                with_lines(package) if package.id == package_id else package
                for package in one.packages
            ),
        )
        for one in order.shipments
    )
    return replace(order, shipments=shipments)


# --- told again otherwise ------------------------------------------------------------------------


def _replaced(subject: Subject, message: ShipNotice, *, key: str, now: datetime) -> Change:
    """Take the shipment back and take in what the notice says now: both, or neither."""
    order, part_id = subject.order, subject.fulfillment_id
    still = Change(order=order)
    if subject.repeated:
        return still
    if subject.told_only and not known(order, part_id, _name(message)):
        return problem_only(order, _unknown(subject, message))
    gone = _standing(order, part_id, _name(message))
    if gone and message.shipped_at is None:
        message = replace(message, shipped_at=gone[0].shipped_at)
    bare = _taken_off(order, gone, now)
    turn = _turn(subject, key, Purpose.REPLACE)
    told = replace(subject, order=bare)
    made = shipped(told, message, key=key, now=now, turn=f"{TURN}{turn.ordinal}", gone=gone)
    new = made.order.shipments[len(bare.shipments) :]
    wrong = [one for one in made.problems if one.severity is Severity.ERROR]
    if wrong or not new or (_holds(gone) and not _holds(new)):
        return replace(still, problems=made.problems if wrong else (_empty(message),))
    if gone and _says(gone) == _says(new):
        return still  # the same in another envelope
    after = _refilled(made.order, _freed(gone))
    forbidden = (*on_the_way(gone), *_paid_for(order, after, gone, subject.invoiced))
    if forbidden:
        return replace(still, problems=forbidden)
    change = replace(
        made,
        order=after,
        facts=(
            *_facts(gone, replaced=True),
            *made.facts,
            *_found_room(made.order, after),
        ),
        cleared=(*made.cleared, *_no_longer_too_much(order, after, part_id)),
        effects=(turn, *made.effects),
    )
    return _asked_again(subject, change, gone, now)


def _holds(shipments: Sequence[Shipment]) -> bool:
    """Whether any goods are in them: a parcel without any takes back what left before."""
    return any(package.lines for one in shipments for package in one.packages)


def _says(shipments: Sequence[Shipment]) -> object:
    """What two notices are compared by; days of arrival are the carrier's once it has a parcel."""
    return [
        (
            one.shipped_at,
            one.carrier,
            one.service,
            sorted(
                (
                    package.tracking,
                    package.label,
                    str(package.expected_on if package.moment is None else ""),
                    sorted((row.fulfillment_line_id, row.quantity) for row in package.lines),
                )
                for package in one.packages
            ),
        )
        for one in shipments
    ]


# --- told to others ------------------------------------------------------------------------------


def _facts(gone: Sequence[Shipment], *, replaced: bool) -> Iterator[Fact]:
    for shipment in gone:
        lines = [
            {"line": packed.line_id, "quantity": units}
            for packed in _packed(shipment)
            if (units := packed.quantity - packed.unexpected)
        ]
        body = {
            "shipment": shipment.id,
            "fulfillment": shipment.fulfillment_id,
            "lines": lines,
            "replaced": replaced,
        }
        yield Fact(kind=FactKind.SHIPMENT_VOIDED, body=body)


def _found_room(before: Order, after: Order) -> Iterator[Fact]:
    """Tell what was shipped unexpectedly and is as asked for now."""
    was = {one.id: one for one in before.shipments}
    for shipment in after.shipments:
        rows = [
            {"line": now.line_id, "quantity": units}
            for former, now in zip(_packed(was[shipment.id]), _packed(shipment), strict=True)
            if (units := former.unexpected - now.unexpected)
        ]
        if rows:
            ids = {"shipment": shipment.id, "fulfillment": shipment.fulfillment_id}
            yield Fact(kind=FactKind.ORDER_SHIPPED, body={**ids, "lines": rows})


def _no_longer_too_much(before: Order, after: Order, fulfillment_id: str) -> tuple[str, ...]:
    """The holds of notices of which nothing is unexpected any more."""

    def beyond(order: Order) -> dict[str, None]:
        return dict.fromkeys(
            one.notice
            for one in order.shipments
            if one.fulfillment_id == fulfillment_id
            and any(packed.unexpected for packed in _packed(one))
        )

    still = beyond(after)
    return tuple(
        too_much_hold(fulfillment_id, notice) for notice in beyond(before) if notice not in still
    )


# --- what speaks against it ----------------------------------------------------------------------


def on_the_way(shipments: Sequence[Shipment]) -> tuple[Problem, ...]:
    """Return a problem for each parcel that its carrier has, or has delivered."""
    return tuple(
        _wrong(
            MOVED,
            f"parcel {package.tracking or package.label} of shipment {shipment.name} "
            f"{_whereabouts(package.moment)}; what its carrier has cannot be taken back. Ask the "
            "operator to have it returned",
            shipment.notice,
        )
        for shipment in shipments
        for package in shipment.packages
        if package.moment is not None
    )


def _whereabouts(moment: CarrierMoment) -> str:
    match moment:
        case CarrierMoment.DELIVERED:
            return "was delivered"
        case CarrierMoment.RETURNED:
            return "comes back by its carrier"
        case _:
            return "is with its carrier already"


def _paid_for(
    before: Order, after: Order, gone: Sequence[Shipment], invoiced: Mapping[str, int]
) -> tuple[Problem, ...]:
    """Return a problem where less would be shipped than invoices ask money for."""
    if not gone:
        return ()
    part_id = gone[0].fulfillment_id
    was = {line.id: line.buckets.shipped for line in before.fulfillment(part_id).lines}
    return tuple(
        _wrong(
            INVOICED,
            f"{invoiced[line.id]} of line {line.number} are invoiced and {line.buckets.shipped} "
            f"would be left as shipped without shipment {gone[0].name}; nothing was taken back. "
            "Send a credit or a corrected invoice first, then this again",
            gone[0].notice,
        )
        for line in after.fulfillment(part_id).lines
        if line.buckets.shipped < min(was[line.id], invoiced.get(line.id, 0))
    )


def _unknown(subject: Subject, message: ShipNotice) -> Problem:
    part = subject.order.fulfillment(subject.fulfillment_id)
    named = [one.name for one in subject.order.shipments if one.fulfillment_id == part.id]
    return _wrong(
        UNKNOWN,
        f"purchase order {part.number} has no shipment {_name(message) or '(no number)'}; it has "
        f"{', '.join(named[:9]) or 'none'}. Check the number",
        message.notice,
    )


def _taken_back(message: ShipNotice) -> Problem:
    return _wrong(
        TAKEN_BACK,
        f"shipment {_name(message)} was taken back before; this notice of it ships nothing. Tell "
        "it again under another number, or as a replacement (purpose 05)",
        message.notice,
    )


def _superseded(message: ShipNotice, *, late: bool) -> Problem:
    when = "comes after its own replacement" if late else "says otherwise than its replacement"
    text = f"the first notice of shipment {_name(message)} {when}; the replacement stands"
    severity = Severity.WARNING if late else Severity.ERROR
    return replace(_wrong(SUPERSEDED, text, message.notice), severity=severity)


def _nothing(message: ShipNotice) -> Problem:
    return _wrong(
        NO_GOODS,
        f"shipment {_name(message) or '(no number)'} names no goods and no parcel; nothing was "
        "recorded. Ask the partner what left",
        message.notice,
    )


def _empty(message: ShipNotice) -> Problem:
    return _wrong(
        EMPTY,
        f"the replacement of shipment {_name(message)} names no goods; nothing was changed. Take "
        "the shipment back with a cancellation (purpose 01), or name what left",
        message.notice,
    )


def _wrong(code: str, text: str, notice: str) -> Problem:
    return Problem(code=code, text=text, where=Where(path="notice", value=notice[:99]))
