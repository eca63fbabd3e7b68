"""A wire that fails: unknown outcomes, long silence, and what the others notice of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from hub.domain.catalog import Item
from hub.domain.facts import FactKind
from hub.errors import TransportError
from hub.flow.lanes import LaneTurn
from hub.transports import RemoteFile, Reply, Transport, folder
from tests.faults.scenes import control
from tests.rigs.houses import House, furnish, post, shopping, stock_up
from tests.unit.domain.trade import offer

LONG = 700  # seconds; longer than the longest pause of a lane


@dataclass
class Weather:
    """What the wire does next: `before` or `after` a put it breaks, `down` it is dead for good."""

    breaks: list[str] = field(default_factory=list)
    down: set[str] = field(default_factory=set)  # outboxes whose wire is dead
    sent: list[tuple[str, bytes]] = field(default_factory=list)


class Flaky:
    """A folder behind a wire that breaks as told; it is real in everything else."""

    def __init__(self, inner: Transport, outbox: Path, weather: Weather) -> None:
        self._inner = inner
        self._partner = outbox.parent.name
        self._weather = weather

    def _alive(self) -> None:
        if self._partner in self._weather.down:
            raise TransportError("no route to the partner")

    def list(self) -> Sequence[RemoteFile]:
        self._alive()
        return self._inner.list()

    def fetch(self, file: RemoteFile, into: BinaryIO) -> RemoteFile:
        self._alive()
        return self._inner.fetch(file, into)

    def put(self, name: str, body: BinaryIO, *, size: int) -> Reply | None:
        self._alive()
        self._weather.sent.append((name, body.read()))
        body.seek(0)
        how = self._weather.breaks.pop(0) if self._weather.breaks else ""
        if how == "before":
            raise TransportError("the connection broke")
        reply = self._inner.put(name, body, size=size)
        if how == "after":
            raise TransportError("the connection broke")
        return reply

    def remove(self, file: RemoteFile) -> None:
        self._alive()
        self._inner.remove(file)

    def close(self) -> None:
        self._inner.close()


@dataclass(frozen=True)
class FlakyWire:
    """A transport's module whose connections are flaky."""

    weather: Weather
    Config: type[folder.Config] = folder.Config

    def connect(self, config: Any, *, secrets: Callable[[str], str]) -> Transport:
        return Flaky(folder.connect(config, secrets=secrets), config.outbox, self.weather)


def _house(place: Path, weather: Weather, *partners: str) -> House:
    house = furnish(place, partners=partners or ("acme",))
    wires = {**house.parts.wires, "folder": FlakyWire(weather)}
    house.parts = replace(house.parts, wires=wires)
    house.turns = {
        name: LaneTurn(house.parts, turn.channel, owner="test")
        for name, turn in house.turns.items()
    }
    return house


@pytest.mark.parametrize("breaks", [["before"], ["after"], ["after", "before", "after"]])
def test_after_an_unknown_outcome_the_same_bytes_go_under_the_same_name(
    breaks: list[str], workshop: Path
) -> None:
    weather = Weather(breaks=list(breaks))
    house = _house(workshop, weather)
    stock_up(house)
    post(house, shopping("1001", 2, 1))
    for _ in range(len(breaks) + 1):
        house.turn()
        house.clock.on(seconds=LONG)
    assert len(weather.sent) == len(breaks) + 1
    assert len(set(weather.sent)) == 1
    supplier = house.suppliers["acme"]
    assert [order.number for order in supplier.purchase_orders()] == ["JUN-1001-1"]
    (file,) = (supplier.home / "in").iterdir()
    assert (file.name, file.read_bytes()) == weather.sent[0]
    post(house, shopping("1002", 1))
    house.turn()
    numbers = [control(path, "ISA", 13) for path in sorted((supplier.home / "in").iterdir())]
    assert numbers == ["000000001", "000000002"]  # a retry takes none
    assert house.exceptions() == []
    house.close()


def test_a_pause_is_kept_and_nothing_is_tried_while_it_lasts(workshop: Path) -> None:
    weather = Weather(breaks=["before"])
    house = _house(workshop, weather)
    stock_up(house)
    post(house, shopping("1001", 1))
    house.turn()
    house.turn()
    assert len(weather.sent) == 1
    house.clock.on(seconds=LONG)
    house.turn()
    assert len(weather.sent) == 2
    house.close()


def _one_article_each(house: House) -> None:
    """SKU-1 is Acme's alone and SKU-2 Nordic's."""
    items = [Item(sku=f"SKU-{n}", title=f"Article {n}") for n in (1, 2)]
    offers = [offer(partner, sku) for partner, sku in (("acme", "SKU-1"), ("nordic", "SKU-2"))]
    house.parts.store.write(lambda tx: tx.catalog.put(items, offers))


def _turns(house: House) -> None:
    for partner in house.turns:
        house.turn(partner)


def test_a_dead_wire_opens_one_exception_holds_up_nobody_else_and_drains_in_order(
    workshop: Path,
) -> None:
    weather = Weather(down={"acme"})
    house = _house(workshop, weather, "acme", "nordic")
    _one_article_each(house)
    orders = [str(number) for number in range(1001, 1009)]
    for number in orders:
        post(house, shopping(number, 1, 1))
        _turns(house)
        house.clock.on(seconds=LONG)
    for _ in range(3):
        _turns(house)
        house.clock.on(seconds=LONG)
    acme, nordic = house.suppliers["acme"], house.suppliers["nordic"]
    assert house.exceptions() == ["wire"]
    assert acme.purchase_orders() == []
    assert len(nordic.purchase_orders()) == len(orders)

    weather.down.clear()
    _turns(house)
    assert house.exceptions() == []
    to_acme = [body for name, body in weather.sent if name.startswith("acme_850")]
    asked = [row.partition(b"REF*CO*")[2].partition(b"~")[0].decode() for row in to_acme]
    assert asked == orders
    assert [control(one.path, "ISA", 13) for one in acme.received()] == [
        f"{number:09d}" for number in range(1, len(orders) + 1)
    ]
    for number in orders:
        with house.parts.store.read() as tx:
            facts = tx.facts.of_order(house.order(number).id)
        sent = [fact for fact in facts if fact.kind == FactKind.PURCHASE_ORDER_SENT]
        assert len(sent) == 2  # one for each partner
    with house.parts.store.read() as tx:
        told = tx.exceptions.page(open_only=False, limit=100)
    assert [row.kind for row in told] == ["wire"]
    house.close()


def test_a_wire_that_failed_only_while_it_was_polled_clears_its_exception(workshop: Path) -> None:
    weather = Weather()
    house = _house(workshop, weather)
    stock_up(house)
    post(house, shopping("1001", 1))
    house.turn()
    weather.down.add("acme")
    for _ in range(4):
        house.clock.on(seconds=LONG)
        house.turn()
    assert house.exceptions() == ["wire"]
    weather.down.clear()
    house.clock.on(seconds=LONG)
    house.turn()
    assert house.exceptions() == []
    house.close()


def test_a_partner_that_was_never_asked_for_anything_is_polled(workshop: Path) -> None:
    house = _house(workshop, Weather())
    supplier = house.suppliers["acme"]
    supplier.put("early.edi", supplier.interchange("856", [["BSN*00*X*20261120*1200*0001"]]))
    house.turn()
    assert list((supplier.home / "out").iterdir()) == []
    assert house.exceptions() != []
    house.close()
