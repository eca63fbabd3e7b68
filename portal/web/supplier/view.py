"""What a supplier is shown of its part of an order: these are all the fields there are.

The work as the river composes it holds the whole order; no template is ever handed that.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hub.domain import carriers
from hub.domain.asking import gift_text
from hub.domain.change_settling import find_ask, still_asked
from hub.domain.exchange import Purpose
from hub.domain.leaving import leaving
from hub.domain.messages import Address
from hub.domain.orders import (
    Buckets,
    ChangeKind,
    FulfillmentLine,
    FulfillmentState,
    Package,
    PromiseKind,
    Shipment,
)
from hub.domain.packs import split
from hub.domain.placing import address_of
from hub.flow.partner_work import Asked, Dispatched, Work
from portal.web.ground.words import Words, zone_named

_STATES = {
    FulfillmentState.OPEN: ("To confirm", "warn"),
    FulfillmentState.IN_PROGRESS: ("To ship", "plain"),
    FulfillmentState.SHIPPED: ("Part shipped", "plain"),
    FulfillmentState.CLOSED: ("Closed", "good"),
    FulfillmentState.CANCELLED: ("Cancelled", "plain"),
}
_OVER = (FulfillmentState.CLOSED, FulfillmentState.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLine:
    """One article asked of the supplier; quantities are single pieces.

    `due` are those that leave next: of what is open not what was said to leave later.
    """

    number: str
    sku: str
    ids: tuple[str, ...]
    description: str
    personalization: str
    units_per_pack: int
    ordered: int
    open: int
    due: int
    accepted: int
    backordered: int
    shipped: int
    cancelled: int
    rejected: int
    said: str

    def packs(self, quantity: int) -> str:
        """Return so many pieces as packs; empty where they are asked for singly."""
        return split(quantity, self.units_per_pack)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownParcel:
    """One parcel that was told of."""

    tracking: str
    carrier: str
    link: str
    lines: tuple[str, ...]
    packed: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownShipment:
    """One shipment that was told of; `undo_until` is while the customer has no mail of it.

    Where what it replaces was mailed before, as `told` says, no mail of the correction. `went_to`
    is the address by which it left, empty where that is the one that stands.
    """

    name: str
    at: datetime
    went_to: tuple[str, ...]
    carrier: str
    undo_until: datetime | None
    told: bool
    voidable: bool
    correctable: bool
    parcels: tuple[ShownParcel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAsk:
    """A change or cancellation that waits for the supplier's answer.

    `silence` is what no answer counts as: `confirm` or `decline`. `ours` is a question of the hub's
    own, whether others may send what the supplier sends late: no customer asked for it. `whole` is
    a customer's after whose yes nothing is left to send. `units` are those it asks for.
    """

    change: str
    silence: str
    ours: bool
    whole: bool
    until: datetime | None
    units: tuple[tuple[int, ShownLine], ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAnswer:
    """The newest answer, while it can be taken back."""

    document: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPart:
    """A purchase order as its supplier sees it."""

    number: str
    customer_order: str
    buyer: str
    state: FulfillmentState
    state_word: str
    tone: str
    created_at: datetime
    ship_by: datetime | None
    late: bool
    method: str
    carrier: str
    ship_to: tuple[str, ...]
    place: str
    phone: str
    instructions: str
    gift: bool
    gift_message: str
    slip_message: str
    lines: tuple[ShownLine, ...]
    asks: tuple[ShownAsk, ...]
    shipments: tuple[ShownShipment, ...]
    answer: ShownAnswer | None
    actions: frozenset[str]

    @property
    def open(self) -> int:
        """Pieces that still have to leave."""
        return sum(line.open for line in self.lines)

    @property
    def cancels(self) -> bool:
        """Whether the customer asks for all of it to be cancelled."""
        return any(one.whole for one in self.asks)

    @property
    def changes(self) -> bool:
        """Whether the customer asks for anything."""
        return any(not one.ours for one in self.asks)

    @property
    def listed(self) -> tuple[tuple[int, ShownLine], ...]:
        """What a list names: the lines of which pieces are open; of what is over, all as asked."""
        waiting = tuple((line.open, line) for line in self.lines if line.open)
        return waiting or tuple((line.ordered, line) for line in self.lines)


def shown(work: Work, words: Words) -> ShownPart:
    """Return what a supplier is shown of its work, in the viewer's language."""
    part, group = work.part, work.order.group(work.part.group_id)
    people: Mapping[str, object] = work.words or {}
    address = address_of(people) if work.words is not None else None
    gift = people.get("gift")
    state, tone = _STATES[part.state]
    waits = part.state not in _OVER
    late = waits and part.due is not None and part.due < words.now
    lines = tuple(_lines(work, people, words))
    return ShownPart(
        number=part.number,
        customer_order=work.order.number,
        buyer=work.voice.buyer,
        state=part.state,
        state_word=words.say(state),
        tone="bad" if late else tone,
        created_at=part.created_at,
        ship_by=part.due if waits else None,
        late=late,
        method=group.method_final or group.method_asked,
        carrier=carriers.name(group.carrier) if group.carrier else "",
        ship_to=_rows(address) if address else (),
        place=_place(address) if address else "",
        phone=address.phone if address else "",
        instructions=str(people.get("instructions") or ""),
        gift=group.gift,
        gift_message=gift_text(gift, work.voice.language) if isinstance(gift, dict) else "",
        slip_message=work.voice.slip_message,
        lines=lines,
        asks=tuple(_ask(asked, work, lines, words) for asked in work.asked),
        shipments=tuple(_shipment(work, one, words) for one in work.shipments),
        answer=_answer(work),
        actions=frozenset(work.actions),
    )


def _rows(address: Address) -> tuple[str, ...]:
    town = " ".join(filter(None, (address.city, address.region, address.postal_code)))
    rows = (address.name, address.name2, *address.lines, town, address.country)
    return tuple(row for row in rows if row)


def _place(address: Address) -> str:
    return ", ".join(filter(None, (address.name, address.city, address.region)))


def _lines(work: Work, people: Mapping[str, object], words: Words) -> Iterator[ShownLine]:
    part, clock = work.part, zone_named(work.zone)
    promise = work.order.promise(part.id, PromiseKind.SHIP_BY)
    day = promise.day if promise else None
    due = leaving(part, promised=day, today=words.now.astimezone(clock).date(), zone=clock)
    for line in part.lines:
        yield _line(work, line, people, words, due=due[line.id])


def _line(
    work: Work, line: FulfillmentLine, people: Mapping[str, object], words: Words, *, due: int
) -> ShownLine:
    personal = people.get("personalization")
    text = personal.get(line.line_id) if isinstance(personal, dict) else ""
    buckets = line.buckets
    return ShownLine(
        number=line.number,
        sku=line.sku,
        ids=tuple(f"{one.kind} {one.value}" for one in line.products),
        description=work.order.line(line.line_id).description,
        personalization=str(text or ""),
        units_per_pack=line.units_per_pack,
        ordered=buckets.ordered,
        open=buckets.open,
        due=due,
        accepted=buckets.accepted,
        backordered=buckets.backordered,
        shipped=buckets.shipped,
        cancelled=buckets.cancelled,
        rejected=buckets.rejected,
        said=_said(line, words),
    )


def _said(line: FulfillmentLine, words: Words) -> str:
    """Where the pieces of a line are, in words."""
    buckets = line.buckets
    told = (
        (buckets.shipped, "%(num)s shipped"),
        (buckets.backordered, "%(num)s later"),
        (_still_to_come(buckets), "%(num)s confirmed"),
        (buckets.rejected, "%(num)s refused"),
        (buckets.cancelled - buckets.rejected, "%(num)s cancelled"),
    )
    return ", ".join(words.say(text, {"num": number}) for number, text in told if number > 0)


def asked_by_us(work: Work, change: str) -> bool:
    """Say whether the change of that number is a question of the hub's own."""
    return any(
        owner.kind is ChangeKind.RESOURCING
        for owner in work.order.changes
        for ask in owner.asks
        if ask.fulfillment_id == work.part.id and str(ask.number) == change
    )


def _still_to_come(buckets: Buckets) -> int:
    """The pieces that were confirmed and have not left."""
    return min(buckets.open, buckets.accepted - buckets.shipped)


def _ask(asked: Asked, work: Work, lines: Sequence[ShownLine], words: Words) -> ShownAsk:
    message = asked.message
    ours = find_ask(work.order, asked.ask.id)[0].kind is ChangeKind.RESOURCING
    places = {line.id: place for place, line in enumerate(work.part.lines)}
    units = tuple(
        (one.quantity, lines[places[one.fulfillment_line_id]])
        for one in still_asked(work.order, asked.ask)
    )
    told = [_less(quantity, line, words, ours=ours) for quantity, line in units]
    if message.ship_to is not None:
        rows = ", ".join(_rows(message.ship_to))
        told.append(words.say("To another address: %(rows)s", {"rows": rows}))
    told += _other_wishes(message.routing, message.ship_by, message.gift_message, words)
    return ShownAsk(
        change=str(asked.ask.number),
        silence=asked.silence,
        ours=ours,
        whole=message.purpose is Purpose.CANCEL and not ours,
        until=asked.ask.until,
        units=units,
        sentences=tuple(told),
    )


def _less(quantity: int, line: ShownLine, words: Words, *, ours: bool) -> str:
    """How many pieces of a line are asked for, of those that are open now."""
    filled = {"name": line.description or line.sku, "num": quantity, "open": line.open}
    if ours:
        return words.say("%(name)s: %(num)s of %(open)s could come from others", filled)
    return words.say("%(name)s: %(num)s of %(open)s not wanted any more", filled)


def _other_wishes(routing: str, ship_by: date | None, gift: str, words: Words) -> list[str]:
    told = []
    if routing:
        told.append(words.say("Ship it as %(method)s", {"method": words.say(routing)}))
    if ship_by is not None:
        told.append(words.say("Ship it by %(day)s", {"day": words.day(ship_by)}))
    if gift:
        told.append(words.say("The gift message is now: %(text)s", {"text": gift}))
    return told


def _answer(work: Work) -> ShownAnswer | None:
    answer = work.answer
    if answer is None or not answer.undoable or answer.until is None:
        return None
    return ShownAnswer(document=answer.document, until=answer.until)


def _shipment(work: Work, sent: Dispatched, words: Words) -> ShownShipment:
    shipment, lines = sent.shipment, {line.id: line for line in work.part.lines}
    parcels = tuple(
        ShownParcel(
            tracking=package.tracking or package.label,
            carrier=carriers.name(_carrier(package, shipment)),
            link=carriers.link(_carrier(package, shipment), package.tracking) or "",
            lines=tuple(
                f"{packed.quantity} × {_called(work, lines[packed.fulfillment_line_id])}"
                for packed in package.lines
            ),
            packed=tuple(
                (lines[packed.fulfillment_line_id].number, packed.quantity)
                for packed in package.lines
            ),
        )
        for package in shipment.packages
    )
    fresh = sent.undo_until is not None and sent.undo_until > words.now
    return ShownShipment(
        name=sent.name,
        at=shipment.shipped_at,
        went_to=_went_to(sent, work),
        carrier=shipment.carrier,
        undo_until=sent.undo_until if fresh else None,
        told=sent.told,
        voidable=sent.voidable,
        correctable=sent.correctable,
        parcels=parcels,
    )


def _went_to(sent: Dispatched, work: Work) -> tuple[str, ...]:
    if sent.words is None or work.words is None:
        return ()
    former, now = (_rows(address_of(one)) for one in (sent.words, work.words))
    return former if former != now else ()


def _called(work: Work, line: FulfillmentLine) -> str:
    return work.order.line(line.line_id).description or line.sku


def _carrier(package: Package, shipment: Shipment) -> str:
    return carriers.carrier_of(package.tracking, named=shipment.carrier)
