"""A small order of Juniper's and what partners say of it, made with few words."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from hub.domain.asking import Asked, declined_by, release, wanted
from hub.domain.catalog import PartnerItem
from hub.domain.exchange import Purpose
from hub.domain.facts import Change
from hub.domain.messages import (
    Address,
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
from hub.domain.orders import Order, OrderChannel
from hub.domain.placing import Gift, NewGroup, NewLine, NewOrder, place
from hub.domain.rules import Subject, apply, business_key
from hub.domain.sourcing import choose

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MAYA = Address(
    name="Maya Lindqvist",
    lines=("12 Alder Lane",),
    city="Springfield",
    region="IL",
    postal_code="62701",
    country="US",
    email="maya@example.com",
)


def new_order(*quantities: int, number: str = "J1001", total: int | None = None) -> NewOrder:
    """An order of SKU-1, SKU-2 … at 10.00 each, in the quantities given."""
    lines = tuple(
        NewLine(number=str(n), sku=f"SKU-{n}", quantity=quantity, unit_price=1000)
        for n, quantity in enumerate(quantities, start=1)
    )
    group = NewGroup(
        number="1", ship_to=MAYA, method="ground", lines=lines, gift=Gift(message="Hi")
    )
    proved = sum(line.quantity * line.unit_price for line in lines)
    return NewOrder(
        number=number,
        channel=OrderChannel.WEB,
        currency="USD",
        customer=MAYA,
        groups=(group,),
        total=proved if total is None else total,
    )


def offer(partner: str, sku: str, *, priority: int = 0, pack: int = 1) -> PartnerItem:
    """What a partner sells: its own id is the SKU with the partner's name before it."""
    return PartnerItem(
        partner=partner,
        sku=sku,
        products=(ProductId(kind="vendor", value=f"{partner}-{sku}"),),
        unit="EA",
        units_per_pack=pack,
        cost=400,
        currency="USD",
        priority=priority,
    )


def placed(*quantities: int) -> Order:
    """The same order taken in, nobody asked yet."""
    placed = place(
        new_order(*quantities), brand="juniper", customer_id="cus_1", names=Names("place"), now=NOON
    )
    return placed.order


def sourced(order: Order, *partners: str, seed: str = "source") -> Change:
    """Ask the best of these partners, all of whom sell everything; the first is preferred."""
    change = Change(order=order)
    for group in order.groups:
        units = wanted(order, group.id)
        offers = {
            line.sku: [offer(partner, line.sku, priority=n) for n, partner in enumerate(partners)]
            for line in units
        }
        chosen = choose(
            units,
            offers=offers,
            priorities=dict.fromkeys(partners, 0),
            without=declined_by(order),
            today=date(2026, 11, 20),
        )
        asked = {
            partner: Asked(
                lane=f"{partner}/edi", set_id="850", due_at=NOON, ship_by=NOON + timedelta(days=2)
            )
            for partner in partners
        }
        change = change.then(
            release(
                change.order,
                group_id=group.id,
                sourced=chosen,
                asked=asked,
                prefix="J",
                names=Names(seed),
                now=NOON,
            )
        )
    return change


class Desk:
    """An order on a desk: says what happened to it and keeps the effects as the store would."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.effects: dict[str, dict[tuple[str, int], dict[str, object]]] = {}
        self.called: dict[str, str] = {}
        self._ever: defaultdict[str, set[str]] = defaultdict(set)
        self._own: defaultdict[str, list[tuple[str, dict[str, object]]]] = defaultdict(list)
        self._papers = 0

    def say(self, called: Mapping[str, str]) -> None:
        """Say what a partner's names stand for, in place of all that was said before."""
        self.called = dict(called)
        for name, sku in called.items():
            self._ever[name].add(sku)

    def hear(self, message: OrderResponse | ShipNotice, *, paper: str = "") -> Change:
        """Apply a message to the part it names and remember its effects.

        `paper` is the document, where it may be run again; every message without one is new.
        """
        part = next(part for part in self.order.fulfillments if part.number == message.number)
        key = business_key(part.partner, message)
        self._papers += 1
        subject = Subject(
            order=self.order,
            fulfillment_id=part.id,
            effects=dict(self.effects.get(key, {})),
            names=Names(f"paper {self._papers}"),
            repeated=bool(self._own[paper]),
            called=self.called,
            ever=lambda name: self._ever[name],
            own=tuple(self._own[paper]),
        )
        change = apply(subject, message, now=NOON)
        had = self.effects.setdefault(key, {})
        for effect in change.effects:
            assert (effect.subject, effect.ordinal) not in had
            had[effect.subject, effect.ordinal] = dict(effect.what)
            if paper:
                self._own[paper].append((effect.subject, dict(effect.what)))
        self.order = change.order
        return change


def answer(
    order: Order,
    *said: tuple[str, Answer, int],
    day: int = 20,
    purpose: Purpose = Purpose.ORIGINAL,
    part: int = 0,
) -> OrderResponse:
    """What a partner answers: (line number, answer, quantity) in turn."""
    numbers = dict.fromkeys(number for number, _, _ in said)
    return OrderResponse(
        purpose=purpose,
        number=order.fulfillments[part].number,
        answered_on=date(2026, 11, day),
        lines=tuple(
            OrderResponseLine(
                number=number,
                answers=tuple(
                    LineAnswer(answer=word, quantity=quantity)
                    for line, word, quantity in said
                    if line == number
                ),
            )
            for number in numbers
        ),
    )


def notice(
    order: Order, *lines: tuple[str, int], name: str = "SHP1", tracking: str = "1Z1", part: int = 0
) -> ShipNotice:
    """One parcel with (line number, quantity) in turn."""
    return ShipNotice(
        purpose=Purpose.ORIGINAL,
        notice=name,
        number=order.fulfillments[part].number,
        parcels=(
            Parcel(
                tracking=tracking,
                lines=tuple(ShippedLine(number=number, quantity=units) for number, units in lines),
            ),
        ),
    )
