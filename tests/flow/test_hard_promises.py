"""Dates, watches and pages under a hostile look: papers and clock at once, pages taken away."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hub.domain.change_requests import NewDate
from hub.domain.facts import FactKind
from hub.domain.orders import PromiseKind
from hub.flow.orders import source_again
from hub.flow.shelves import shelves
from hub.flow.waiting import source_waiting
from hub.flow.watching import ring
from tests.fakes import Ordered
from tests.rigs.changes import ask, cancel, outcomes
from tests.rigs.houses import House, furnish, post, shopping, stock_up

ORDERS = 12


def _kinds(house: House, number: str) -> list[str]:
    with house.parts.store.read() as tx:
        return [str(one.kind) for one in tx.facts.of_order(house.order(number).id)]


def test_a_watch_that_rings_while_its_answer_comes_leaves_nothing_open(house: House) -> None:
    numbers = [f"R{n}" for n in range(ORDERS)]
    for number in numbers:
        post(house, shopping(number, 1))
    house.turn()
    acme = house.suppliers["acme"]
    acme.send("997", *[acme.receipt(one) for one in acme.received()])
    house.turn()
    house.clock.on(hours=25)
    acme.send("855", *[acme.answer(one) for one in acme.purchase_orders()])
    with ThreadPoolExecutor(3) as pool:
        answering = pool.submit(house.turn)
        rung = sum(pool.map(lambda _: ring(house.parts), range(2)))
        answering.result()
    assert house.exceptions() == []
    overdue = [kinds.count(FactKind.RESPONSE_OVERDUE) for kinds in _each(house, numbers)]
    assert (max(overdue) <= 1, sum(overdue)) == (True, rung)
    for number in numbers:
        order = house.order(number)
        assert order.lines[0].buckets.accepted == 1
        part = order.fulfillments[0]
        standing = order.promise(part.id, PromiseKind.SHIP_BY)
        assert standing is not None and part.ship_by == standing.due
    assert ring(house.parts) == 0


def _each(house: House, numbers: list[str]) -> list[list[str]]:
    return [_kinds(house, number) for number in numbers]


def _put_off(order: Ordered, report: str, day: str) -> list[str]:
    (line, quantity, unit, article) = order.lines[0]
    return [
        f"BSR*3*PA*{report}*20261120",
        "HL*1**O",
        f"PRF*{order.number}",
        f"PO1*{line}*{quantity}*{unit}*4**VN*{article}",
        f"ISR*ED*{day}",
        "CTT*1",
    ]


def test_a_day_moved_three_times_in_one_day_is_told_each_time_and_the_last_stands(
    house: House,
) -> None:
    post(house, shopping("1001", 2))
    house.turn()
    acme = house.suppliers["acme"]
    (order,) = acme.purchase_orders()
    for report, day in (("A", "20261210"), ("B", "20261203"), ("C", "20261211"), ("A", "20261210")):
        acme.send("870", _put_off(order, report, day))
        house.turn()
    row = house.parts.store.status(brand="juniper", number="1001")
    assert row is not None
    promises = json.loads(row.body)["promises"]
    ship = next(one for one in promises if one["kind"] == "ship_by")
    assert (ship["first"], ship["now"], ship["late"]) == ("2026-11-22", "2026-12-11", True)
    assert [move["to"] for move in ship["moves"]] == ["2026-12-10", "2026-12-03", "2026-12-11"]
    assert row.word == "Delayed"
    assert house.exceptions() == []


def test_orders_of_a_partner_whose_page_is_gone_stay_within_reach(
    hub_database: str, tmp_path: Path
) -> None:
    before = furnish(tmp_path, database=hub_database, partners=("acme", "mill"))
    stock_up(before)
    for number in ("SENT", "ASKED", "OLD"):
        post(before, shopping(number, 2))
    before.turn()
    cancel(before, number="ASKED")
    post(before, shopping("WAITS", 2))
    before.close()
    (tmp_path / "partners" / "acme.yaml").unlink()
    house = furnish(tmp_path, database=hub_database, partners=("mill",))
    assert [partner.id for partner in house.parts.partners.all] == ["mill"]
    assert outcomes(cancel(house, number="SENT")) == [("too_late", 2, "no_changes")]
    assert outcomes(cancel(house, number="WAITS")) == [("done", 2, None)]
    late = ask(house, NewDate(deliver_by=None), number="OLD")
    assert outcomes(late) == [("too_late", None, "no_changes")]
    house.clock.on(days=40)
    ring(house.parts)
    house.turn("mill")
    assert source_waiting(house.parts, None) == 0
    source_again(house.parts, brand="juniper", number="OLD", who="test")
    with house.parts.store.read() as tx:
        shelf = shelves(tx, house.parts, {"SKU-1"})["SKU-1"]
    assert [(one.partner, one.asked) for one in shelf.partners] == [("acme", False), ("mill", True)]
    assert {house.order(number).lines[0].buckets.open for number in ("SENT", "OLD")} == {2}
    assert house.word("WAITS") == "Cancelled"
    assert post(house, shopping("NEW", 2)).order is not None
    assert [part.partner for part in house.order("NEW").fulfillments] == ["mill"]
    house.close()
