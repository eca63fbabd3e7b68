"""An answer that a shipment stood for is awaited again once that shipment is taken back."""

from datetime import datetime
from typing import Any

from hub.domain.facts import Watch
from hub.flow.watching import ring
from tests.rigs.desk_papers import BOX, accept, answering, given
from tests.rigs.desks import Mill
from tests.rigs.houses import House, post, shopping

TOLD = {"shipment": "S-1", "carrier": "ups", "packages": [BOX]}


def _awaited(house: House) -> Watch | None:
    with house.parts.store.read() as tx:
        return tx.watches.find(f"overdue-response:{house.order().fulfillments[0].id}")


def _due(house: House) -> datetime:
    watch = _awaited(house)
    assert watch is not None
    return watch.due_at


def _void(mill: Mill, number: str) -> Any:
    answer = mill.post(f"/orders/{number}/shipments/S-1/void", {})
    assert answer.json()["state"] == "applied", answer.text
    return answer


def test_it_is_due_when_it_was_due_at_first(desk_house: House, mill: Mill) -> None:
    number = given(desk_house, 2)
    first = _due(desk_house)
    desk_house.clock.on(minutes=7)
    mill.post(f"/orders/{number}/shipments", TOLD)
    assert _awaited(desk_house) is None
    _void(mill, number)
    assert desk_house.order().fulfillments[0].state == "open"
    assert _due(desk_house) == first
    mill.post(f"/orders/{number}/responses", {"whole": "accept"})
    assert _awaited(desk_house) is None


def test_part_of_it_that_had_left_counts_the_same(desk_house: House, mill: Mill) -> None:
    number = given(desk_house, 3)
    first = _due(desk_house)
    mill.post(f"/orders/{number}/shipments", TOLD)
    _void(mill, number)
    assert _due(desk_house) == first


def test_one_that_is_past_rings_at_the_next_look(desk_house: House, mill: Mill) -> None:
    number = given(desk_house, 2)
    desk_house.clock.on(hours=25)
    mill.post(f"/orders/{number}/shipments", TOLD)
    assert ring(desk_house.parts) == 0
    _void(mill, number)
    assert ring(desk_house.parts) >= 1
    assert "overdue-response" in desk_house.exceptions()


def test_who_answered_is_asked_no_more(desk_house: House, mill: Mill) -> None:
    number = given(desk_house, 2)
    mill.post(f"/orders/{number}/responses", answering(accept(2)))
    mill.post(f"/orders/{number}/shipments", TOLD)
    _void(mill, number)
    assert _awaited(desk_house) is None


def test_nor_who_refused_some_of_it(desk_house: House, mill: Mill) -> None:
    number = given(desk_house, 2, 2)
    refused = {"action": "reject", "quantity": 2, "reason": "no_stock"}
    mill.post(f"/orders/{number}/responses", answering(refused, line="2"))
    mill.post(f"/orders/{number}/shipments", TOLD)
    _void(mill, number)
    assert _awaited(desk_house) is None


def test_nor_of_whom_another_shipment_stands(desk_house: House, mill: Mill) -> None:
    number = given(desk_house, 3)
    mill.post(f"/orders/{number}/shipments", TOLD)
    other = {"tracking": "1Z999AA10123456785", "items": [{"line": "1", "quantity": 1}]}
    mill.post(f"/orders/{number}/shipments", TOLD | {"shipment": "S-2", "packages": [other]})
    _void(mill, number)
    assert _awaited(desk_house) is None


def test_an_answer_taken_back_before_is_due_from_then_on(desk_house: House, mill: Mill) -> None:
    number = given(desk_house, 2)
    first = _due(desk_house)
    desk_house.clock.on(minutes=5)
    answer = mill.post(f"/orders/{number}/responses", answering(accept(2)))
    mill.post(f"/orders/{number}/answers/void", {"document": answer.json()["document"]})
    later = _due(desk_house)
    assert later > first
    mill.post(f"/orders/{number}/shipments", TOLD)
    _void(mill, number)
    assert _due(desk_house) == later


def test_a_notice_that_takes_back_by_file_is_heard_alike(house: House) -> None:
    post(house, shopping("1001", 2))
    house.turn()
    acme = house.suppliers["acme"]
    (sent,) = acme.received()
    acme.send("997", acme.receipt(sent))
    house.turn()
    first = _due(house)
    rows = acme.notice(sent.orders[0])
    acme.send("856", rows)
    house.turn()
    assert _awaited(house) is None
    acme.send("856", [rows[0].replace("BSN*00", "BSN*01"), *rows[1:]])
    house.turn()
    assert house.order().shipments == ()
    assert _due(house) == first
    house.clock.on(days=2)
    ring(house.parts)
    assert "overdue-response" in house.exceptions()
