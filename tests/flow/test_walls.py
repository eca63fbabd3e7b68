"""Faults that nobody foresaw: one lane's or one endpoint's, and no other notices."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, BinaryIO

import pytest

from hub.domain.facts import Duty, DutyKind
from hub.flow import mailing
from hub.flow.lanes import LaneTurn
from hub.flow.owed_mails import mail_lane
from hub.flow.walls import LONGEST_PAUSE, fault_hold, pause_after
from hub.flow.webhook_rounds import Rounds
from hub.schedule import Worker
from hub.store import ExceptionRow
from hub.transports import Answer, Limits, RemoteFile, Reply, Transport, folder
from tests.rigs.houses import House, post, shopping
from tests.rigs.posts import Post, furnished, hooked, told

__all__ = ["furnished", "hooked"]

LANE = "acme/edi"
SECRET = "Maya Example, 12 Elm Street"  # what a library may put into its messages


@dataclass
class Bug:
    """What of a wire meets a fault of ours, and how often it did."""

    partner: str = "acme"
    where: str = ""
    met: int = 0

    def bites(self, where: str) -> None:
        """Divide by zero where the bug is, with somebody's words in hand."""
        if self.where == where:
            self.met += 1
            raise ZeroDivisionError(f"'{SECRET}' divided by zero")


class Odd:
    """A real folder whose wire has a bug."""

    def __init__(self, inner: Transport, bug: Bug) -> None:
        self._inner, self._bug = inner, bug

    def list(self) -> Sequence[RemoteFile]:
        self._bug.bites("list")
        return self._inner.list()

    def fetch(self, file: RemoteFile, into: BinaryIO) -> RemoteFile:
        self._bug.bites("fetch")
        return self._inner.fetch(file, into)

    def put(self, name: str, body: BinaryIO, *, size: int) -> Reply | None:
        self._bug.bites("put")
        return self._inner.put(name, body, size=size)

    def remove(self, file: RemoteFile) -> None:
        self._inner.remove(file)

    def close(self) -> None:
        self._bug.bites("close")
        self._inner.close()


@dataclass(frozen=True)
class OddWire:
    """A transport's module whose connections to one partner have a bug."""

    bug: Bug
    Config: type[folder.Config] = folder.Config

    def connect(self, config: Any, *, secrets: Callable[[str], str]) -> Transport:
        inner = folder.connect(config, secrets=secrets)
        return Odd(inner, self.bug) if f"/{self.bug.partner}/" in str(config.inbox) else inner


@pytest.fixture
def bug(two_suppliers: House) -> Bug:
    """Acme's wire with a bug that sleeps at first; Mill's has none."""
    bug = Bug()
    house = two_suppliers
    house.parts = replace(house.parts, wires={**house.parts.wires, "folder": OddWire(bug)})
    house.turns = {
        partner: LaneTurn(house.parts, house.parts.partners.channel(f"{partner}/edi"), owner="test")
        for partner in ("acme", "mill")
    }
    return bug


def _open(house: House) -> list[ExceptionRow]:
    with house.parts.store.read() as tx:
        return tx.exceptions.page(open_only=True, limit=100)


def _holds(house: House) -> list[str | None]:
    return [row.hold for row in _open(house)]


def _paused(house: House) -> timedelta:
    """How long the lane is still left alone."""
    with house.parts.store.read() as tx:
        until, _ = tx.duties.troubled().get(LANE, (None, 0))
    return timedelta(0) if until is None else until - house.clock.time


@dataclass
class Ticking:
    """A house's clock that a worker of threads can go by: it stands still but for its jumps."""

    house: House
    worker: Worker = field(init=False)

    def __post_init__(self) -> None:
        self.worker = Worker(self.house.parts, owner="threads")
        self.worker.start()

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait for something that the worker does, ringing its polls; fail after long."""
        for _ in range(400):
            if holds():
                return
            for lane in ("acme/edi", "mill/edi"):
                self.worker._due(lane)
            time.sleep(0.05)
        raise AssertionError("the worker did not do it")


@pytest.fixture
def ticking(two_suppliers: House, bug: Bug) -> Iterator[Ticking]:
    """A real worker over the house with the bug."""
    started = Ticking(two_suppliers)
    yield started
    started.worker.stop()


def test_a_real_worker_lives_through_a_put_that_divides_by_zero_and_tells_and_recovers(
    two_suppliers: House, bug: Bug, ticking: Ticking, caplog: pytest.LogCaptureFixture
) -> None:
    house = two_suppliers
    bug.where = "put"
    post(house, shopping("1001"))
    ticking.until(lambda: fault_hold(LANE, "sending") in _holds(house))
    mill = house.suppliers["mill"]
    mill.send("846", mill.counts({"mill-SKU-1": 7}))
    ticking.until(lambda: not list((mill.home / "out").glob("*.edi")))
    assert not ticking.worker.broken
    assert bug.met == 1  # the clock stands still: the lane is left alone, however often it rings
    bug.where = ""
    house.clock.on(seconds=5)
    ticking.until(lambda: len(house.suppliers["acme"].received()) == 1)
    ticking.until(lambda: _holds(house) == [])
    (logged,) = [one for one in caplog.records if one.name == "hub.flow"]
    assert logged.exc_info is not None
    assert SECRET not in logged.getMessage()


def test_a_real_worker_lives_through_a_fetch_that_divides_by_zero(
    two_suppliers: House, bug: Bug, ticking: Ticking
) -> None:
    house = two_suppliers
    bug.where = "fetch"
    for partner in ("acme", "mill"):
        supplier = house.suppliers[partner]
        supplier.send("846", supplier.counts({f"{partner}-SKU-1": 7}))
    ticking.until(lambda: fault_hold(LANE, "collecting") in _holds(house))
    ticking.until(lambda: not list((house.suppliers["mill"].home / "out").glob("*.edi")))
    assert list((house.suppliers["acme"].home / "out").glob("*.edi"))
    assert (ticking.worker.broken, bug.met) == (False, 1)
    bug.where = ""
    house.clock.on(seconds=5)
    ticking.until(lambda: _holds(house) == [])
    ticking.until(lambda: not list((house.suppliers["acme"].home / "out").glob("*.edi")))


def test_a_lane_with_a_fault_of_ours_is_tried_ever_more_seldom_and_its_card_says_no_words(
    two_suppliers: House, bug: Bug
) -> None:
    house = two_suppliers
    bug.where = "list"
    waits = []
    for _ in range(4):
        assert house.turn() == 0
        waits.append(_paused(house))
        house.turn()  # paused: not even looked at
        house.clock.time += waits[-1]
    assert waits == [pause_after(n) for n in range(4)]
    assert bug.met == 4
    (card,) = _open(house)
    assert card.kind == "our-fault"
    assert card.partner == "acme"
    assert "ZeroDivisionError" in card.text
    assert SECRET not in f"{card.text} {card.problems} {card.next_step}"
    assert pause_after(100) == LONGEST_PAUSE


def test_orders_that_leave_do_not_shorten_the_pauses_of_a_lane_that_cannot_collect(
    two_suppliers: House, bug: Bug
) -> None:
    house = two_suppliers
    bug.where = "list"
    for n in range(3):
        post(house, shopping(f"100{n}"))
        house.turn()
        assert _paused(house) == pause_after(n)
        house.clock.time += _paused(house)
    assert len(house.suppliers["acme"].purchase_orders()) == 3
    assert _holds(house) == [fault_hold(LANE, "collecting")]


def test_a_card_of_another_process_closes_when_the_step_works(
    two_suppliers: House, bug: Bug
) -> None:
    house = two_suppliers
    bug.where = "list"
    house.turn()
    assert len(_holds(house)) == 1
    bug.where = ""
    house.turns["acme"].release()
    house.turns["acme"] = LaneTurn(house.parts, house.turns["acme"].channel, owner="after")
    house.clock.on(seconds=5)
    house.turn()
    assert _holds(house) == []
    assert _paused(house) <= timedelta(0)


def test_a_connection_that_cannot_even_be_closed_ends_nothing(
    two_suppliers: House, bug: Bug
) -> None:
    house = two_suppliers
    house.turn()
    bug.where = "close"
    house.turns["acme"].close()
    assert bug.met == 1
    bug.where = ""
    post(house, shopping())
    house.turn()
    assert len(house.suppliers["acme"].received()) == 1


@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit])
def test_an_end_that_was_asked_for_passes_the_wall(
    two_suppliers: House, bug: Bug, monkeypatch: pytest.MonkeyPatch, end: type[BaseException]
) -> None:
    def ended(where: str) -> None:
        raise end

    monkeypatch.setattr(bug, "bites", ended)
    with pytest.raises(end):
        two_suppliers.turn()
    assert _holds(two_suppliers) == []
    monkeypatch.undo()


def test_an_endpoint_whose_call_meets_a_fault_of_ours_holds_up_no_other_and_is_told_later(
    hooked: Post,
) -> None:
    house = hooked.house
    good = hooked.register()
    calls = _Miscalling(house.parts.wires["http"], at="odd.example.com")
    house.parts = replace(house.parts, wires={**house.parts.wires, "http": calls})
    hooked.rounds = Rounds(house.parts)
    odd = hooked.register(host="odd")
    hooked.orders("1001")
    hooked.go()
    assert sorted(told(hooked.receiver.taken)) == hooked.positions()
    assert _holds(house) == [f"webhook-fault:{odd.seen.row.id}"]
    for _ in range(3):
        hooked.go()
    assert calls.met == len(hooked.positions())  # left alone, whatever is due
    calls.at = ""
    hooked.wait(timedelta(minutes=10), step=timedelta(minutes=2))
    assert len(told(hooked.receiver.taken)) == 2 * len(hooked.positions())
    assert _holds(house) == []
    assert hooked.seen(good).waiting == hooked.seen(odd).waiting == 0


class _Miscalling(SimpleNamespace):
    """The wire `http` with a bug that one host's calls meet."""

    def __init__(self, inner: Any, *, at: str) -> None:
        super().__init__(at=at, met=0, refusal=inner.refusal, _inner=inner)

    def post(self, url: str, body: bytes, headers: Mapping[str, str], *, limits: Limits) -> Answer:
        if self.at and self.at in url:
            self.met += 1
            raise ZeroDivisionError(SECRET)
        answered: Answer = self._inner.post(url, body, headers, limits=limits)
        return answered


def test_the_mail_lane_lives_through_a_fault_and_its_card_closes_with_the_next_mail(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane, now = mail_lane("juniper"), house.clock.time
    duty = Duty(
        id="duty_1", lane=lane, kind=DutyKind.MAIL, set_id="code", subject="nobody",
        order_id=None, due_at=now, body={},
    )  # fmt: skip
    house.parts.store.write(lambda tx: tx.duties.want(duty))
    turn = mailing.MailTurn(house.parts, house.parts.brands["juniper"], owner="test")
    with monkeypatch.context() as patched:
        patched.setattr(mailing, "write_mail", lambda *words: 1 // 0)
        assert turn.take(poll=False) == 0
        assert _holds(house) == [fault_hold(lane, "mailing")]
        assert turn.take(poll=False) == 0  # paused
    house.clock.on(seconds=5)
    assert turn.take(poll=False) == 1
    assert _holds(house) == []
