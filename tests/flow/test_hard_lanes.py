"""Lanes on bad days: wires that break, clocks that jump, workers that die, stores that are away."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

import psycopg
import pytest

from hub.domain.exchange import Direction, DocumentState, TransmissionState
from hub.errors import TransportError
from hub.flow import settling
from hub.flow.lanes import LaneTurn
from hub.ops import again
from hub.schedule import Bell, Worker
from hub.store import DocumentRow, Store, Transaction
from hub.transports import RemoteFile, Reply, Transport, folder
from tests.fakes import Supplier
from tests.rigs import houses
from tests.rigs.houses import House, furnish, post, shopping, stock_up
from tests.rigs.stores import run_sql

LANE = "acme/edi"
LONG = 700  # seconds; longer than the longest pause of a lane


@dataclass
class Weather:
    """What the wire does: `down` refuses every put, `stuck` removes nothing of that name."""

    down: bool = False
    permanent: bool = False
    stuck: str = ""
    sent: list[str] = field(default_factory=list)
    before_fetch: Callable[[], None] = lambda: None


class Rough:
    """A folder behind a wire with a weather; it is real in everything else."""

    def __init__(self, inner: Transport, weather: Weather) -> None:
        self._inner = inner
        self._weather = weather

    def list(self) -> Sequence[RemoteFile]:
        return self._inner.list()

    def fetch(self, file: RemoteFile, into: BinaryIO) -> RemoteFile:
        self._weather.before_fetch()
        return self._inner.fetch(file, into)

    def put(self, name: str, body: BinaryIO, *, size: int) -> Reply | None:
        if self._weather.down:
            raise TransportError("down", permanent=self._weather.permanent)
        self._weather.sent.append(name)
        return self._inner.put(name, body, size=size)

    def remove(self, file: RemoteFile) -> None:
        if self._weather.stuck and self._weather.stuck in file.path:
            raise TransportError("cannot remove: permission denied")
        self._inner.remove(file)

    def close(self) -> None:
        self._inner.close()


@dataclass(frozen=True)
class RoughWire:
    """A transport's module whose connections are rough."""

    weather: Weather
    Config: type[folder.Config] = folder.Config

    def connect(self, config: Any, *, secrets: Callable[[str], str]) -> Transport:
        return Rough(folder.connect(config, secrets=secrets), self.weather)


@pytest.fixture
def weather(house: House) -> Weather:
    """The weather over the house's wire; calm at first."""
    weather = Weather()
    house.parts = replace(house.parts, wires={**house.parts.wires, "folder": RoughWire(weather)})
    house.turns = {"acme": _turn(house, "test")}
    return weather


def _turn(
    house: House, owner: str, *, gone: Callable[[str], bool] = lambda owner: False
) -> LaneTurn:
    return LaneTurn(house.parts, house.parts.partners.channel(LANE), owner=owner, gone=gone)


def _papers(house: House, set_id: str, direction: str = "in") -> list[DocumentRow]:
    with house.parts.store.read() as tx:
        rows = tx.exchange.documents_page(
            partner=None, set_id=set_id, state=None, limit=100, before=None
        )
    return [row for row in rows if row.direction == direction]


def _waiting(house: House) -> set[str]:
    """The lanes that the look-out would ring now."""
    return Worker(house.parts, owner="look-out")._waiting()


def _lapse(store: Store) -> None:
    """Let a lease run out: 61 seconds pass on the database's clock."""
    run_sql(store, f"UPDATE lane SET lease_until = lease_until - 61000000 WHERE name = '{LANE}'")


# --- what was composed leaves, whatever the wire did -------------------------------------------


def test_a_put_that_failed_is_tried_again_without_a_poll(house: House, weather: Weather) -> None:
    weather.down = True
    post(house, shopping())
    house.turns["acme"].take(poll=False)
    assert _waiting(house) == set()  # the lane is paused
    weather.down = False
    house.clock.on(seconds=LONG)
    assert _waiting(house) == {LANE}
    house.turns["acme"].take(poll=False)
    assert len(house.suppliers["acme"].received()) == 1
    assert _waiting(house) == set()


def test_a_retry_of_a_paper_of_ours_is_taken_up_without_a_poll(house: House) -> None:
    post(house, shopping())
    house.turn()
    (sent,) = _papers(house, "850", "out")
    again.retry(house.parts, sent.id, who="op")
    assert _waiting(house) == {LANE}


def test_the_exception_of_a_wire_closes_when_it_works_after_it_was_resumed_by_hand(
    house: House, weather: Weather
) -> None:
    weather.down = weather.permanent = True
    post(house, shopping())
    house.turn()
    assert house.exceptions() == ["wire"]
    weather.down = False
    again.resume_lane(house.parts, LANE, who="op")
    house.turn()
    assert len(house.suppliers["acme"].received()) == 1
    assert house.exceptions() == []


def test_a_lane_leaves_in_the_order_of_its_numbers_though_the_clock_steps_back(
    house: House, weather: Weather
) -> None:
    weather.down = True
    post(house, shopping("1001"))
    house.turns["acme"].take(poll=False)
    house.clock.on(seconds=-3600)
    post(house, shopping("1002"))
    house.turns["acme"].take(poll=False)
    weather.down = False
    house.clock.on(seconds=7200)
    house.turns["acme"].take(poll=False)
    assert len(weather.sent) == 2
    assert weather.sent == sorted(weather.sent)
    orders = [order.number for order in house.suppliers["acme"].purchase_orders()]
    assert orders == ["JUN-1001-1", "JUN-1002-1"]


def test_bytes_that_cannot_be_read_back_are_told_and_the_next_order_leaves(
    house: House, weather: Weather
) -> None:
    weather.down = True
    post(house, shopping("1001"))
    house.turns["acme"].take(poll=False)

    def destroy(tx: Transaction) -> None:
        (row,) = tx.exchange.waiting(
            partner="acme",
            channel="edi",
            direction=Direction.OUT,
            state=TransmissionState.READY,
            limit=2,
        )
        tx.exchange.destroy_body(row.id)

    house.parts.store.write(destroy)
    weather.down = False
    house.clock.on(seconds=LONG)
    post(house, shopping("1002"))
    house.turn()
    assert house.exceptions() == ["cannot-be-read"]
    assert [one.number for one in house.suppliers["acme"].purchase_orders()] == ["JUN-1002-1"]


def test_numbers_start_again_after_999999999(house: House) -> None:
    acme = house.suppliers["acme"]
    post(house, shopping("1001"))
    house.turn()
    (first,) = acme.received()
    first.path.unlink()  # Acme took it long ago; the same name comes again with the number

    def wind_on(tx: Transaction) -> None:
        for counter in ("interchange", "group"):
            tx.duties.next_number(f"acme/{counter}", count=999_999_998)

    house.parts.store.write(wind_on)
    post(house, shopping("1002"))
    house.turn()
    (second,) = acme.received()
    assert [order.number for order in second.orders] == ["JUN-1002-1"]
    assert (second.interchange, second.group) == (first.interchange, first.group)
    assert house.exceptions() == []


# --- what lies at the door is taken in -----------------------------------------------------------


def test_a_partner_that_was_never_asked_for_anything_is_polled(house: House) -> None:
    house.suppliers["acme"].send("855", ["BAK*00*AD*NOBODY-1*20261120", "CTT*0"])
    house.turn()
    assert len(_papers(house, "855")) == 1


def test_a_file_that_cannot_be_removed_holds_back_no_other(house: House, weather: Weather) -> None:
    weather.stuck = "cannot-go"
    acme = house.suppliers["acme"]
    post(house, shopping())
    house.turn()
    (order,) = acme.purchase_orders()
    acme.send("855", acme.answer(order), name="a-cannot-go.edi")
    acme.send("856", acme.notice(order), name="b.edi")
    for _ in range(3):
        house.turn()
        house.clock.on(seconds=LONG)
    assert house.word() == "Shipped"
    assert len(_papers(house, "855")) == 1  # the same file, still there, is the same delivery
    assert house.exceptions() == ["file"]
    weather.stuck = ""
    house.turn()
    house.turn()
    assert house.exceptions() == []


def test_a_store_that_was_away_for_a_moment_parks_no_paper(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = house.suppliers["acme"]
    post(house, shopping())
    house.turn()
    acme.send("855", acme.answer(acme.purchase_orders()[0]))
    away = [sqlite3.OperationalError("database is locked"), psycopg.OperationalError("gone")]
    real = settling._settle

    def settle(*words: Any) -> Any:
        if away:
            raise away.pop()
        return real(*words)

    monkeypatch.setattr(settling, "_settle", settle)
    for kind in (psycopg.OperationalError, sqlite3.OperationalError):
        with pytest.raises(kind):
            house.turn()
    house.turn()
    assert [row.state for row in _papers(house, "855")] == [DocumentState.APPLIED]
    assert house.exceptions() == []


def test_a_number_used_twice_that_a_person_lets_count_is_receipted_and_its_exception_closes(
    house: House,
) -> None:
    acme = house.suppliers["acme"]
    for number in ("1001", "1002"):
        post(house, shopping(number))
    house.turn()
    for order in acme.purchase_orders():
        acme.put(f"{order.number}.edi", acme.interchange("855", [acme.answer(order)], number=7))
        house.turn()
    assert house.exceptions() == ["number-used-before"]
    receipts = len(acme.receipts())
    (parked,) = [row for row in _papers(house, "855") if row.state is DocumentState.PARKED]
    again.retry(house.parts, parked.id, who="op")
    house.turn()
    assert {row.state for row in _papers(house, "855")} == {DocumentState.APPLIED}
    assert len(acme.receipts()) == receipts + 1
    assert house.exceptions() == []


def test_two_bad_envelopes_in_one_delivery_are_both_told(house: House) -> None:
    acme = house.suppliers["acme"]
    envelopes = [
        acme.interchange("855", [], number=number).replace("*5550100200     *", f"*{who:15}*")
        for number, who in ((5, "SOMEBODY1"), (6, "SOMEBODY2"))
    ]
    acme.put("both.edi", "".join(envelopes))
    house.turn()
    with house.parts.store.read() as tx:
        rows = tx.exceptions.page(open_only=True, limit=10)
    told = " ".join(row.text for row in rows)
    assert "SOMEBODY1" in told
    assert "SOMEBODY2" in told


# --- several workers and what becomes of the dead ----------------------------------------------


def test_with_two_workers_whoever_holds_the_lane_polls_it(house: House) -> None:
    one, other = house.turns["acme"], _turn(house, "other")
    acme = house.suppliers["acme"]
    post(house, shopping("1000"))
    one.take(poll=False)
    acme.send("855", acme.answer(acme.purchase_orders()[0]))
    assert other.take(poll=True) == 0  # its clock rings too, and it has not got the lane
    one.take(poll=True)
    assert len(_papers(house, "855")) == 1
    other.close()


def test_every_workers_clock_asks_for_every_poll(house: House) -> None:
    for name in ("one", "other"):
        worker = Worker(house.parts, owner=name)
        for _ in range(3):
            worker._due(LANE)
            assert worker._bells[LANE].wait(0) == (True, True)


def test_a_ring_that_comes_just_after_the_wait_gave_up_is_heard() -> None:
    bell = Bell()
    rung = bell._rung

    class GivesUp:
        """An event that is set in the very moment in which nobody waits any more."""

        def wait(self, seconds: float) -> bool:
            bell.ring(poll=True)
            return False

        def __getattr__(self, name: str) -> Any:
            return getattr(rung, name)

    bell._rung = GivesUp()  # type: ignore[assignment]
    assert bell.wait(1) == (True, True)


@pytest.mark.parametrize(("dead", "taken"), [(True, True), (False, False)])
def test_a_lane_of_the_surely_dead_is_taken_up_at_once_and_that_of_the_living_never(
    house: House, dead: bool, taken: bool
) -> None:
    post(house, shopping("1001"))
    house.turns["acme"].take(poll=False)  # holds the lane, and is killed in the one case
    post(house, shopping("1002"))
    asked: list[str] = []

    def gone(owner: str) -> bool:
        asked.append(owner)
        return dead

    after = _turn(house, "next", gone=gone)
    assert bool(after.take(poll=False)) is taken
    assert set(asked) == {"test"}
    assert len(house.suppliers["acme"].purchase_orders()) == (2 if taken else 1)
    after.close()


def test_the_dead_that_comes_back_finds_its_lane_taken_and_does_nothing(house: House) -> None:
    house.turns["acme"].take(poll=False)
    other = _turn(house, "other", gone=lambda owner: owner == "test")
    other.take(poll=False)
    post(house, shopping("1001"))
    assert house.turn() == 0
    assert other.take(poll=False) > 0
    assert len(house.suppliers["acme"].purchase_orders()) == 1
    other.close()


def test_a_worker_whose_lease_ran_out_while_it_fetched_keeps_and_removes_nothing(
    house: House, weather: Weather
) -> None:
    acme = house.suppliers["acme"]
    for number in range(3):
        acme.send("855", [f"BAK*00*AD*NOBODY-{number}*20261120", "CTT*0"], name=f"{number}.edi")
    other: list[LaneTurn] = []

    def lose_the_lane() -> None:
        if not other:
            _lapse(house.parts.store)
            other.append(_turn(house, "other"))
            assert other[0]._claim() is not None

    weather.before_fetch = lose_the_lane
    house.turn()
    assert _papers(house, "855") == []
    assert len(list((acme.home / "out").iterdir())) == 3
    other[0].take(poll=True)
    assert len(_papers(house, "855")) == 3
    other[0].close()


def test_an_idle_lane_writes_nothing_but_its_lease(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.turn()
    house.turn()
    store, written = house.parts.store, []
    real = store.write

    def write(work: Callable[[Transaction], Any]) -> Any:
        written.append(work)
        return real(work)

    monkeypatch.setattr(Store, "write", lambda self, work: write(work))
    for _ in range(25):
        house.turn()
        house.clock.on(seconds=1)
    assert len(written) == 0
    house.clock.on(seconds=10)
    house.turn()
    assert len(written) == 1


# --- one partner, two channels -----------------------------------------------------------------


@dataclass(frozen=True)
class Pair:
    """A house whose Acme takes orders on one channel and answers on another."""

    house: House
    turns: tuple[LaneTurn, LaneTurn]
    answers: Path
    receipts: Path


@pytest.fixture
def pair(hub_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    """Both channels in folders of their own."""
    answers, receipts = tmp_path / "acme" / "answers", tmp_path / "acme" / "receipts"
    for place in (answers, receipts):
        place.mkdir(parents=True)
    head, tail = houses.PAGE.split("calendar:")
    folders = f"transport: folder\n    settings: {{{{inbox: {answers}, outbox: {receipts}}}}}"
    second = (
        head[head.index("  - name: edi") :]
        .replace("name: edi", "name: answers")
        .replace("{wire}", folders)
        .replace("send: [850, 860]", "send: []")
        .replace("      850: x12/004010/850\n", "")
        .replace("      860: x12/004010/860\n", "")
    )
    monkeypatch.setattr(houses, "PAGE", f"{head}{second}calendar:{tail}")
    house = furnish(tmp_path, database=hub_database)
    stock_up(house)
    one, two = house.parts.partners.get("acme").channels
    turns = (
        LaneTurn(house.parts, one, owner="test"),
        LaneTurn(house.parts, two, owner="test"),
    )
    yield Pair(house=house, turns=turns, answers=answers, receipts=receipts)
    for turn in turns:
        turn.close()
    house.close()


def test_two_channels_of_a_partner_never_use_a_control_number_twice(pair: Pair) -> None:
    asking, answering = pair.turns
    post(pair.house, shopping())
    asking.take(poll=True)
    acme: Supplier = pair.house.suppliers["acme"]
    text = acme.interchange("855", [acme.answer(acme.purchase_orders()[0])])
    (pair.answers / "855.edi").write_text(text)
    answering.take(poll=True)
    sent = [*(acme.home / "in").iterdir(), *pair.receipts.iterdir()]
    assert len(sent) == 2
    numbers = [path.read_text().split("*")[13] for path in sent]
    assert sorted(numbers) == ["000000001", "000000002"]
