"""What is awaited rings once when it does not come, moves the promise, and clears itself."""

import json
from datetime import date
from threading import Thread

import pytest

from hub.domain.facts import FactKind
from hub.domain.orders import PromiseKind
from hub.flow import watching
from hub.flow.watching import ring
from tests.fakes import Supplier
from tests.rigs.houses import House, post, shopping


def _acme(house: House) -> Supplier:
    return house.suppliers["acme"]


def _facts(house: House, kind: FactKind) -> list[dict[str, object]]:
    with house.parts.store.read() as tx:
        return [dict(one.body) for one in tx.facts.of_order(house.order().id) if one.kind == kind]


def _sent(house: House) -> None:
    post(house, shopping("1001", 2))
    house.turn()


def _hold(house: House, kind: str) -> str:
    return f"overdue-{kind}:{house.order().fulfillments[0].id}"


def _day(house: House, kind: PromiseKind = PromiseKind.SHIP_BY) -> date:
    standing = house.order().promise(house.order().fulfillments[0].id, kind)
    assert standing is not None
    return standing.day


def _page(house: House) -> dict[str, object]:
    row = house.parts.store.status(brand="juniper", number="1001")
    assert row is not None
    page: dict[str, object] = json.loads(row.body)
    return page


def _dated(house: House, day: str) -> list[str]:
    """An 855 that says yes to every line, with the day on which it ships (068)."""
    acme = _acme(house)
    rows = acme.answer(acme.purchase_orders()[0])
    return [f"{row}*068*{day}" if row.startswith("ACK") else row for row in rows]


def test_an_order_in_time_never_rings(house: House) -> None:
    _sent(house)
    acme = _acme(house)
    (sent,) = acme.received()
    house.clock.on(hours=20)
    assert ring(house.parts) == 0
    acme.send("997", acme.receipt(sent))
    acme.send("855", acme.answer(sent.orders[0]))
    house.turn()
    house.clock.on(hours=20)
    assert ring(house.parts) == 0
    acme.send("856", acme.notice(sent.orders[0]))
    house.turn()
    house.clock.on(days=9)
    assert ring(house.parts) == 0
    assert house.exceptions() == []
    assert len(house.order().promises) == 2


def test_a_missing_receipt_rings_once_and_a_late_one_clears_it(house: House) -> None:
    _sent(house)
    acme = _acme(house)
    (sent,) = acme.received()
    acme.send("855", acme.answer(sent.orders[0]))
    house.turn()
    house.clock.on(hours=25)
    assert ring(house.parts) == 1
    assert ring(house.parts) == 0
    assert house.exceptions() == ["overdue-receipt"]
    assert len(_facts(house, FactKind.RECEIPT_OVERDUE)) == 1
    assert len(house.order().promises) == 2  # who answered works on it, receipt or not
    acme.send("997", acme.receipt(sent))
    house.turn()
    assert house.exceptions() == []


def test_a_missing_answer_rings_once_moves_the_promise_and_clears_itself(house: House) -> None:
    _sent(house)
    acme = _acme(house)
    (sent,) = acme.received()
    acme.send("997", acme.receipt(sent))
    house.turn()
    first = _day(house)
    house.clock.on(hours=25)
    assert ring(house.parts) == 1
    house.clock.on(hours=1)
    assert ring(house.parts) == 0
    assert house.exceptions() == ["overdue-response"]
    assert _day(house) > first
    (moved, _) = _facts(house, FactKind.PROMISE_MOVED)
    assert (moved["reason"], moved["from"]) == ("no_answer", first.isoformat())
    assert house.word() == "Delayed"
    acme.send("855", acme.answer(sent.orders[0]))
    house.turn()
    assert house.exceptions() == []
    assert _day(house) == first
    assert house.word() == "Being prepared"


def test_a_missing_ship_notice_rings_once_and_clears_itself(house: House) -> None:
    _sent(house)
    acme = _acme(house)
    (sent,) = acme.received()
    acme.send("997", acme.receipt(sent))
    acme.send("855", acme.answer(sent.orders[0]))
    house.turn()
    house.clock.on(days=4)
    assert ring(house.parts) == 1
    assert house.exceptions() == ["overdue-shipment"]
    assert _facts(house, FactKind.PROMISE_MOVED)[0]["reason"] == "not_shipped"
    house.clock.on(days=30)
    assert ring(house.parts) == 0
    assert house.word() == "Delayed"
    acme.send("856", acme.notice(sent.orders[0]))
    house.turn()
    assert house.exceptions() == []


def test_a_later_date_moves_the_promise_and_what_is_awaited(house: House) -> None:
    _sent(house)
    acme = _acme(house)
    (sent,) = acme.received()
    acme.send("997", acme.receipt(sent))
    acme.send("855", _dated(house, "20261201"))
    house.turn()
    assert _day(house) == date(2026, 12, 1)
    assert house.word() == "Delayed"
    page = _page(house)
    promises = page["promises"]
    assert isinstance(promises, list)
    (move,) = promises[0]["moves"]
    assert (move["to"], move["reason"]) == ("2026-12-01", "rescheduled")
    assert {fact["kind"] for fact in _facts(house, FactKind.PROMISE_MOVED)} == {
        "ship_by",
        "deliver_by",
    }
    house.clock.on(days=8)
    assert ring(house.parts) == 0
    house.clock.on(days=4)
    assert ring(house.parts) == 1
    assert house.exceptions() == ["overdue-shipment"]


def test_a_new_date_clears_what_was_told_and_is_awaited_anew(house: House) -> None:
    _sent(house)
    acme = _acme(house)
    (sent,) = acme.received()
    acme.send("997", acme.receipt(sent))
    acme.send("855", acme.answer(sent.orders[0]))
    house.turn()
    house.clock.on(days=4)
    assert ring(house.parts) == 1
    later = [row.replace("20261120", "20261124") for row in _dated(house, "20261203")]
    acme.send("855", later)
    house.turn()
    assert house.exceptions() == []
    house.clock.on(days=20)
    assert ring(house.parts) == 1
    assert house.exceptions() == ["overdue-shipment"]


def test_a_part_that_is_declined_is_awaited_no_longer(house: House) -> None:
    _sent(house)
    acme = _acme(house)
    (sent,) = acme.received()
    acme.send("997", acme.receipt(sent))
    acme.send("855", acme.answer(sent.orders[0], word="IR"))
    house.turn()
    house.clock.on(days=30)
    assert ring(house.parts) == 0
    with house.parts.store.read() as tx:
        assert tx.watches.find(_hold(house, "shipment")) is None
        assert tx.watches.find(_hold(house, "response")) is None


def test_two_clocks_ring_a_watch_once(house: House) -> None:
    _sent(house)
    house.clock.on(days=3)
    rang: list[int] = []
    clocks = [Thread(target=lambda: rang.append(ring(house.parts))) for _ in range(4)]
    for clock in clocks:
        clock.start()
    for clock in clocks:
        clock.join()
    assert sum(rang) == 3
    assert sorted(house.exceptions()) == [
        "overdue-receipt",
        "overdue-response",
        "overdue-shipment",
    ]
    kinds = (FactKind.RECEIPT_OVERDUE, FactKind.RESPONSE_OVERDUE, FactKind.SHIPMENT_OVERDUE)
    assert [len(_facts(house, kind)) for kind in kinds] == [1, 1, 1]


def test_a_watch_that_meets_a_fault_of_ours_holds_up_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in ("1001", "1002"):
        post(house, shopping(number, 1))
    house.turn()
    real = watching._overdue

    def overdue(*args: object) -> None:
        if args[2].number == "1001":
            raise RuntimeError("a fault of ours")
        real(*args)

    monkeypatch.setattr(watching, "_overdue", overdue)
    house.clock.on(days=2)
    rang = ring(house.parts)
    kinds = house.exceptions()
    assert rang == len(kinds)
    assert "our-fault" in kinds
    assert "overdue-response" in kinds
    assert ring(house.parts) == 0
