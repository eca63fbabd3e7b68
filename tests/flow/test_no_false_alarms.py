"""Who does everything in time is never told of: ten thousand orders, drawn by chance."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random

import pytest

from hub.domain.exchange import Direction, DocumentState
from hub.domain.facts import Change, Watch, WatchKind
from hub.domain.messages import Answer, LineAnswer, OrderResponse
from hub.domain.names import Names
from hub.domain.orders import Order
from hub.flow.following import awaited, followed
from hub.flow.parts import Parts
from hub.partners import Calendar, Partners
from hub.store import DocumentRow
from tests.rigs.houses import furnish
from tests.unit.domain.trade import NOON, Desk, answer, notice, placed, sourced

CASES = 10_000
CALENDAR = Calendar(
    zone="America/Chicago",
    work_days=frozenset(range(5)),
    holidays=frozenset({date(2026, 11, 26)}),
    cutoff=time(14),
)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    """A house whose Acme has days off, a holiday and a cut-off."""
    house = furnish(tmp_path_factory.mktemp("house"))
    acme = replace(house.parts.partners.get("acme"), calendar=CALENDAR)
    yield replace(house.parts, partners=Partners(all=(acme,)))
    house.close()


@dataclass(slots=True)
class Scene:
    """One order on its way, what is awaited of it, and what rang."""

    parts: Parts
    desk: Desk
    now: datetime = NOON
    before: Order | None = None
    waiting: dict[str, Watch] = field(default_factory=dict)
    rang: list[Watch] = field(default_factory=list)
    papers: int = 0

    def write(self, change: Change) -> None:
        """Follow a change and do with its watches what the store does."""
        self.papers += 1
        names = Names(f"{self.papers}")
        after = followed(self.parts, self.before, change, names=names, now=self.now)
        self.before = self.desk.order = after.order
        for hold in after.ended:
            self.waiting.pop(hold, None)
        self.waiting.update({watch.hold: watch for watch in after.watches})

    def sent(self) -> None:
        """Deliver the purchase order."""
        part = self.desk.order.fulfillments[0]
        paper = replace(PAPER, fulfillment_id=part.id)
        channel = self.parts.partners.get("acme").channels[0]
        watches = awaited(self.parts, channel, paper, self.desk.order, now=self.now)
        self.waiting.update({watch.hold: watch for watch in watches})

    def comes_in_time(self, chance: Random) -> None:
        """Let some time pass, not beyond what is due first, and one awaited paper come."""
        left = min(watch.due_at for watch in self.waiting.values()) - self.now
        self.now += left * chance.random() * 0.999
        self.rang += [watch for watch in self.waiting.values() if watch.due_at <= self.now]
        watch = chance.choice(sorted(self.waiting.values(), key=lambda one: one.hold))
        match watch.kind:
            case WatchKind.RECEIPT:
                del self.waiting[watch.hold]
            case WatchKind.RESPONSE:
                self.write(self.desk.hear(_yes(self.desk.order, self.now, chance)))
            case _:
                self.write(self.desk.hear(_parcel(self.desk.order, self.now, chance, self.papers)))


PAPER = DocumentRow(
    id="doc_1",
    transmission_id="tra_1",
    interchange_id="int_1",
    ordinal=0,
    partner="acme",
    channel="edi",
    direction=Direction.OUT,
    set_id="850",
    version="004010",
    function="PO",
    group_number="1",
    number="0001",
    offset=0,
    length=0,
    syntax="",
    state=DocumentState.COMPOSED,
    at=NOON,
)


def _yes(order: Order, now: datetime, chance: Random) -> OrderResponse:
    """A yes to everything; sometimes for later, with the day."""
    message = answer(order, ("1", Answer.ACCEPTED, 4), day=chance.randint(1, 30))
    if chance.random() < 0.6:
        return message
    day = now.date() + timedelta(days=chance.randint(0, 9))
    word = chance.choice((Answer.ACCEPTED, Answer.BACKORDERED))
    said = LineAnswer(answer=word, quantity=4, ships_on=day)
    return replace(message, lines=(replace(message.lines[0], answers=(said,)),))


def _parcel(order: Order, now: datetime, chance: Random, ordinal: int) -> object:
    left = order.lines[0].buckets.open
    units = chance.randint(1, left)
    message = notice(order, ("1", units), name=f"N{ordinal}", tracking=f"T{ordinal}")
    return replace(message, shipped_at=now)


def test_ten_thousand_orders_in_time_ring_nothing(parts: Parts) -> None:
    chance = Random(20261122)
    order = sourced(placed(4), "acme").order
    papers = 0
    for _ in range(CASES):
        scene = Scene(parts=parts, desk=Desk(order))
        scene.write(Change(order=order))
        scene.now += timedelta(hours=chance.random() * 40)
        scene.sent()
        assert len(scene.waiting) == 3
        while scene.waiting:
            scene.comes_in_time(chance)
        papers += scene.papers
        assert scene.rang == []
        assert scene.desk.order.lines[0].buckets.open == 0
    assert papers > 2 * CASES


def test_who_is_late_by_a_second_is_told_of(parts: Parts) -> None:
    order = sourced(placed(4), "acme").order
    scene = Scene(parts=parts, desk=Desk(order))
    scene.write(Change(order=order))
    scene.sent()
    first = min(watch.due_at for watch in scene.waiting.values())
    scene.now = first + timedelta(seconds=1)
    assert any(watch.due_at <= scene.now for watch in scene.waiting.values())
    assert first > NOON + timedelta(hours=24)  # Friday noon: the weekend does not count
