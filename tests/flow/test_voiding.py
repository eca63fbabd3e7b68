"""What was told by mistake is taken back or put right; status, stock and promises follow."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.api import build
from hub.domain.exchange import DocumentState, Purpose
from hub.domain.facts import FactKind
from hub.domain.messages import CarrierEvent, CarrierMoment
from hub.domain.orders import ChangeState
from hub.flow.delivering import Told, tell
from hub.flow.orders import source_again
from hub.flow.partner_work import Work, find
from hub.flow.watching import ring
from hub.ops import again, explain
from tests.fakes import Ordered, Supplier
from tests.rigs.changes import cancel as ask_cancel
from tests.rigs.desk_papers import BOX, accept, an_invoice, answering, cancel, given, paper
from tests.rigs.desks import Mill, furnish_desks, partner_key
from tests.rigs.houses import House, furnish, post, shopping, stock_up
from tests.rigs.shelves import counted, report

TOLD = {"shipment": "S-1", "carrier": "ups", "packages": [BOX]}
RIGHT = {"carrier": "ups", "packages": [BOX | {"tracking": "1Z999AA10123456785"}]}


def _page(house: House) -> dict[str, Any]:
    row = house.parts.store.status(brand="juniper", number="1001")
    assert row is not None
    page: dict[str, Any] = json.loads(row.body)
    return page


def _trackings(house: House) -> list[str]:
    return [parcel["tracking"] for parcel in _page(house)["parcels"]]


def _facts(house: House) -> list[str]:
    with house.parts.store.read() as tx:
        return [fact.kind for fact in tx.facts.of_order(house.order().id)]


def _work(house: House, number: str) -> Work:
    with house.parts.store.read() as tx:
        work = find(tx, house.parts, partner="mill", number=number, now=house.clock())
    assert work is not None
    return work


def _void(mill: Mill, number: str, name: str = "S-1", **more: Any) -> Any:
    return mill.post(f"/orders/{number}/shipments/{name}/void", {}, **more)


def _again(house: House, mill: Mill, answer: Any) -> DocumentState:
    """Have a posted paper settled once more."""
    again.retry(house.parts, answer.json()["document"], who="test")
    house.turn("mill")
    return paper(house, answer).state


# --- a shipment taken back -----------------------------------------------------------------------


def test_a_shipment_entered_by_mistake_is_gone_and_stays_so(desk_house: House, mill: Mill) -> None:
    number = given(desk_house, 2)
    before = _page(desk_house)
    first = mill.post(f"/orders/{number}/shipments", TOLD)
    assert first.json()["order"]["allowed_actions"][-2:] == ["void_shipment", "correct_shipment"]
    assert (desk_house.word(), desk_house.order().fulfillments[0].state) == ("Shipped", "closed")
    answer = _void(mill, number, key="undo")
    assert (answer.status_code, answer.json()["state"]) == (200, "applied"), answer.text
    assert answer.json()["order"]["lines"][0]["quantities"]["open"] == 2
    after = _page(desk_house)
    assert after["version"] > before["version"]
    told = ("status", "parcels", "lines", "promises", "ship_by", "next_change_at")
    assert {key: after[key] for key in told} == {key: before[key] for key in told}
    assert _facts(desk_house)[-1] == FactKind.SHIPMENT_VOIDED
    version = desk_house.order().version
    assert _void(mill, number, key="undo").content == answer.content
    assert _void(mill, number).json()["state"] == "applied"
    for told_again in (answer, first):
        assert _again(desk_house, mill, told_again) is DocumentState.APPLIED
    anew = mill.post(f"/orders/{number}/shipments", TOLD)
    assert anew.status_code == 422
    assert anew.json()["errors"][0]["code"] == "shipment-taken-back"
    assert (desk_house.order().version, desk_house.order().shipments) == (version, ())
    story = explain.document(desk_house.parts, answer.json()["document"])
    assert [did.text for did in story.effects] == ["took the shipment back"]


def test_a_shipment_taken_back_can_leave_under_another_number(
    desk_house: House, mill: Mill
) -> None:
    number = given(desk_house, 2)
    mill.post(f"/orders/{number}/shipments", TOLD)
    _void(mill, number)
    later = mill.post(f"/orders/{number}/shipments", TOLD | {"shipment": "S-2"})
    assert later.json()["order"]["state"] == "closed"
    assert (desk_house.word(), _trackings(desk_house)) == ("Shipped", [BOX["tracking"]])


def test_a_shipment_without_a_number_is_called_by_its_tracking_number(
    desk_house: House, mill: Mill
) -> None:
    number = given(desk_house, 4)
    mill.post(f"/orders/{number}/shipments", {"packages": [BOX]})
    (sent,) = mill.work()["orders"][0]["shipments"]
    assert (sent["shipment"], sent["name"], sent["voidable"]) == ("", BOX["tracking"], True)
    assert _void(mill, number, sent["name"]).json()["state"] == "applied"
    mill.post(f"/orders/{number}/shipments", TOLD | {"shipment": "A/7 void"})
    assert _void(mill, number, "A%2F7%20void").json()["state"] == "applied"
    assert desk_house.order().shipments == ()


def test_what_cannot_be_taken_back_is_said_with_its_place(desk_house: House, mill: Mill) -> None:
    number = given(desk_house, 2)
    mill.post(f"/orders/{number}/shipments", TOLD)
    unknown = _void(mill, number, "S-9")
    (error,) = unknown.json()["errors"]
    assert (unknown.status_code, error["pointer"], error["code"]) == (
        422,
        "/shipment",
        "unknown-shipment",
    )
    event = CarrierEvent(
        tracking=BOX["tracking"], moment=CarrierMoment.DELIVERED, at=desk_house.clock()
    )
    tell(desk_house.parts, Told(events=[event], brand="juniper", who="test")).result()
    (sent,) = _work(desk_house, number).shipments
    assert (sent.voidable, sent.correctable) == (False, False)
    assert "was delivered" in sent.refusal
    for answer in (
        _void(mill, number),
        mill.post(f"/orders/{number}/shipments/S-1/correct", RIGHT),
    ):
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["code"] == "parcel-moved"
    assert desk_house.word() == "Delivered"


def test_an_invoiced_shipment_waits_for_its_credit_and_a_card_says_so(
    desk_house: House, mill: Mill
) -> None:
    number = given(desk_house, 2)
    mill.post(f"/orders/{number}/shipments", TOLD)
    mill.post("/invoices", an_invoice(number))
    refused = _void(mill, number)
    assert refused.json()["errors"][0]["code"] == "shipment-invoiced"
    assert desk_house.exceptions() == ["refused"]
    right = mill.post(f"/orders/{number}/shipments/S-1/correct", RIGHT)
    assert right.json()["state"] == "applied", right.text
    mill.post("/invoices", an_invoice(number, invoice="I-10", kind="credit"))
    assert _again(desk_house, mill, refused) is DocumentState.APPLIED
    assert (desk_house.exceptions(), desk_house.order().shipments) == ([], ())


def test_goods_that_never_left_are_awaited_again(desk_house: House, mill: Mill) -> None:
    number = given(desk_house, 2)
    mill.post(f"/orders/{number}/shipments", TOLD)
    _void(mill, number)
    desk_house.clock.on(days=30)
    ring(desk_house.parts)
    assert FactKind.SHIPMENT_OVERDUE in _facts(desk_house)
    assert sorted(desk_house.exceptions()) == ["overdue-response", "overdue-shipment"]


def test_a_later_day_of_arrival_goes_with_the_shipment_that_named_it(
    desk_house: House, mill: Mill
) -> None:
    number = given(desk_house, 2)
    before = [one["now"] for one in _page(desk_house)["promises"]]
    late = {**TOLD, "delivery_on": "2026-12-20"}
    mill.post(f"/orders/{number}/shipments", late)
    assert "2026-12-20" in [one["now"] for one in _page(desk_house)["promises"]]
    _void(mill, number)
    assert [one["now"] for one in _page(desk_house)["promises"]] == before


# --- told otherwise ------------------------------------------------------------------------------


def test_another_tracking_number_is_what_the_customer_sees(desk_house: House, mill: Mill) -> None:
    number = given(desk_house, 2)
    mill.post(f"/orders/{number}/shipments", TOLD)
    moved = CarrierEvent(
        tracking="1Z999AA10123456785", moment=CarrierMoment.IN_TRANSIT, at=desk_house.clock()
    )
    tell(desk_house.parts, Told(events=[moved], brand="juniper", who="test")).result()
    answer = mill.post(f"/orders/{number}/shipments/S-1/correct", RIGHT)
    assert (answer.status_code, answer.json()["state"]) == (200, "applied"), answer.text
    assert _trackings(desk_house) == ["1Z999AA10123456785"]
    assert desk_house.word() == "On its way"  # what its carrier told before counts now
    kept = json.loads(explain.contents(desk_house.parts, answer.json()["document"], most=9999).raw)
    assert kept == {"shipment": "S-1", **RIGHT}
    version = desk_house.order().version
    assert _again(desk_house, mill, answer) is DocumentState.APPLIED
    assert (desk_house.order().version, desk_house.exceptions()) == (version, [])


def test_a_correction_is_taken_whole_or_not_at_all(desk_house: House, mill: Mill) -> None:
    number = given(desk_house, 2)
    mill.post(f"/orders/{number}/shipments", TOLD)
    box = {"tracking": "T", "items": [{"line": "1", "quantity": 1}, {"line": "9", "quantity": 1}]}
    answer = mill.post(f"/orders/{number}/shipments/S-1/correct", {"packages": [box]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/packages/0/items/1"
    never = mill.post(f"/orders/{number}/shipments/S-9/correct", RIGHT)
    assert never.json()["errors"][0]["code"] == "unknown-shipment"
    other = mill.post(f"/orders/{number}/shipments/S-1/correct", RIGHT | {"shipment": "S-2"})
    assert (other.status_code, other.json()["errors"][0]["pointer"]) == (422, "/shipment")
    assert _trackings(desk_house) == [BOX["tracking"]]


# --- by file -------------------------------------------------------------------------------------


def _sent(house: House) -> tuple[Supplier, Ordered]:
    post(house, shopping("1001", 4))
    house.turn()
    acme = house.suppliers["acme"]
    return acme, acme.purchase_orders()[-1]


def _say(house: House, rows: list[str], purpose: str) -> DocumentState:
    code = {Purpose.ORIGINAL: "00", Purpose.CANCEL: "01", Purpose.REPLACE: "05"}[Purpose(purpose)]
    acme = house.suppliers["acme"]
    acme.send("856", [rows[0].replace("BSN*00", f"BSN*{code}"), *rows[1:]])
    house.turn()
    with house.parts.store.read() as tx:
        papers = tx.exchange.documents_page(
            partner="acme", set_id="856", state=None, limit=1, before=None
        )
    house.clock.on(seconds=1)
    return papers[0].state


def test_an_856_takes_back_and_replaces(house: House) -> None:
    acme, order = _sent(house)
    first = acme.notice(order, name="S1", tracking="1ZWRONG", quantities={"1": 2})
    right = acme.notice(order, name="S1", tracking="1ZRIGHT", quantities={"1": 3})
    assert _say(house, first, "original") is DocumentState.APPLIED
    assert _say(house, right, "replace") is DocumentState.APPLIED
    assert (_trackings(house), house.order().lines[0].buckets.shipped) == (["1ZRIGHT"], 3)
    version = house.order().version
    assert _say(house, right, "replace") is DocumentState.APPLIED  # the same in a new envelope
    assert _say(house, first, "original") is DocumentState.APPLIED
    assert house.order().version == version
    bare = [first[0], "HL*1**S", "HL*2*1*O", f"PRF*{order.number}", "CTT*2"]
    assert _say(house, bare, "cancel") is DocumentState.APPLIED
    assert (_trackings(house), house.order().lines[0].buckets.open) == ([], 4)
    assert house.exceptions() == []
    assert _say(house, first, "original") is DocumentState.REFUSED
    assert house.order().shipments == ()


def test_stock_that_never_left_is_counted_as_before(hub_database: str, tmp_path: Path) -> None:
    with closing(furnish(tmp_path, database=hub_database, more=counted())) as house:
        stock_up(house)
        report(house.parts, "acme", {"SKU-1": 10}, as_of=house.clock.time)
        acme, order = _sent(house)
        notice = acme.notice(order, name="S1", quantities={"1": 3})
        before = _reserved(house)
        assert before
        _say(house, notice, "original")
        assert _reserved(house) != before
        _say(house, notice, "cancel")
        assert _reserved(house) == before


def _reserved(house: House) -> list[tuple[int, bool]]:
    """Units spoken for, and whether they have left."""
    with house.parts.store.read() as tx:
        found = tx.reservations.of({"SKU-1"}).values()
    return [(one.quantity, one.event_at is not None) for rows in found for one in rows]


# --- answers -------------------------------------------------------------------------------------


def _undo(mill: Mill, number: str, answer: Any) -> Any:
    return mill.post(f"/orders/{number}/answers/void", {"document": answer.json()["document"]})


@pytest.fixture
def alone(hub_database: str, tmp_path: Path) -> Iterator[House]:
    """A house in which nobody but Mill sells anything."""
    house = furnish_desks(tmp_path, database=hub_database, others=())
    yield house
    house.close()


def test_an_answer_is_taken_back_and_awaited_again(alone: House) -> None:
    mill = Mill(app=build(alone.parts), house=alone, key=partner_key(alone, "mill")[0])
    number = given(alone, 3)
    before = _page(alone)
    later = {"action": "backorder", "quantity": 1, "ships_on": "2026-12-20"}
    answer = mill.post(f"/orders/{number}/responses", answering(accept(2), later))
    assert "undo_answer" in answer.json()["order"]["allowed_actions"]
    assert _page(alone)["promises"] != before["promises"]
    undone = _undo(mill, number, answer)
    assert undone.json()["state"] == "applied", undone.text
    quantities = undone.json()["order"]["lines"][0]["quantities"]
    assert (quantities["accepted"], quantities["backordered"], quantities["open"]) == (0, 0, 3)
    assert "undo_answer" not in undone.json()["order"]["allowed_actions"]
    after = _page(alone)
    assert (after["status"], after["lines"]) == (before["status"], before["lines"])
    days = [[one["now"] for one in page["promises"]] for page in (before, after)]
    assert days[0] == days[1]
    with alone.parts.store.read() as tx:
        (sent,) = tx.exchange.sent_for(alone.order().fulfillments[0].id)
    assert (sent.answered_at, sent.answered_by) == (None, None)
    assert _undo(mill, number, answer).json()["state"] == "applied"
    for told in (undone, answer):
        assert _again(alone, mill, told) is DocumentState.APPLIED
    assert alone.order().lines[0].buckets.accepted == 0
    alone.clock.on(days=2)
    ring(alone.parts)
    assert FactKind.RESPONSE_OVERDUE in _facts(alone)


def test_an_answer_stands_when_time_or_something_else_came_between(
    desk_house: House, mill: Mill
) -> None:
    number = given(desk_house, 3)
    answer = mill.post(f"/orders/{number}/responses", {"whole": "accept"})
    desk_house.clock.on(minutes=9)
    assert _work(desk_house, number).answer is not None
    assert _work(desk_house, number).answer.undoable  # type: ignore[union-attr]
    mill.post(f"/orders/{number}/shipments", TOLD)
    shipped = _undo(mill, number, answer)
    assert (shipped.status_code, shipped.json()["errors"][0]["code"]) == (422, "answer-stands")
    desk_house.clock.on(minutes=1)
    assert "10 minutes" in _undo(mill, number, answer).json()["errors"][0]["detail"]
    nobody = mill.post(f"/orders/{number}/answers/void", {"document": "doc_0000000000"})
    assert nobody.json()["errors"][0]["code"] == "unknown-answer"


NO = {"action": "reject", "quantity": 1, "reason": "no_stock"}


def test_nobody_else_is_asked_for_what_may_be_taken_back(desk_house: House, mill: Mill) -> None:
    number = given(desk_house, 3)
    before = desk_house.order().fulfillments
    answer = mill.post(f"/orders/{number}/responses", answering(accept(2), NO))
    assert [part.partner for part in desk_house.order().fulfillments] == ["mill"]
    desk_house.clock.on(minutes=9)
    assert ring(desk_house.parts) == 0
    assert _undo(mill, number, answer).status_code == 200
    assert desk_house.order().fulfillments == before
    desk_house.clock.on(minutes=1)
    assert ring(desk_house.parts) == 1
    assert desk_house.order().fulfillments == before
    mill.post(f"/orders/{number}/responses", answering(accept(2), NO))
    desk_house.clock.on(minutes=10)
    assert (ring(desk_house.parts), ring(desk_house.parts)) == (1, 0)
    parts = {part.partner: part.lines[0].buckets for part in desk_house.order().fulfillments}
    assert (parts["mill"].rejected, parts["acme"].open) == (1, 1)
    assert desk_house.exceptions() == []


def test_what_nobody_else_has_is_told_once_it_cannot_be_taken_back(
    desk_house: House, mill: Mill
) -> None:
    number = given(desk_house, 1)
    with desk_house.parts.store.read() as tx:
        (acme,) = [one for one in tx.catalog.offers(["SKU-1"])["SKU-1"] if one.partner == "acme"]
    bare = replace(acme, valid_from=date(2030, 1, 1))
    desk_house.parts.store.write(lambda tx: tx.catalog.put([], [bare]))
    mill.post(f"/orders/{number}/responses", answering(NO))
    assert desk_house.exceptions() == []
    desk_house.clock.on(minutes=10)
    ring(desk_house.parts)
    assert desk_house.exceptions() == ["no-source"]


def test_what_somebody_else_was_asked_for_stays_declined(desk_house: House, mill: Mill) -> None:
    number = given(desk_house, 3)
    answer = mill.post(f"/orders/{number}/responses", answering(accept(2), NO))
    source_again(desk_house.parts, brand="juniper", number="1001", who="test")
    undone = _undo(mill, number, answer)
    assert undone.status_code == 200, undone.text
    parts = {part.partner: part.lines[0].buckets for part in desk_house.order().fulfillments}
    assert (parts["mill"].accepted, parts["mill"].open, parts["mill"].rejected) == (0, 2, 1)
    assert parts["acme"].open == 1
    assert sum(one.open for one in parts.values()) == 3


def test_a_refusal_that_somebody_else_fills_is_not_taken_back(
    desk_house: House, mill: Mill
) -> None:
    number = given(desk_house, 1)
    answer = mill.post(f"/orders/{number}/responses", answering(NO))
    source_again(desk_house.parts, brand="juniper", number="1001", who="test")
    refused = _undo(mill, number, answer)
    assert refused.status_code == 422
    assert "somebody else" in refused.json()["errors"][0]["detail"]
    assert "acme" not in refused.text.casefold()


# --- a change that a shipment had declined ------------------------------------------------------


def _state(house: House) -> ChangeState:
    (change,) = house.order().changes
    assert {ask.state for ask in change.asks} == {change.state}
    return change.state


def test_a_cancellation_waits_again_when_the_shipment_that_declined_it_is_taken_back(
    desk_house: House, mill: Mill
) -> None:
    number = given(desk_house, 2)
    cancel(desk_house)
    (ask,) = desk_house.order().changes[0].asks
    mill.post(f"/orders/{number}/shipments", TOLD)
    assert _state(desk_house) is ChangeState.DECLINED
    assert _void(mill, number).status_code == 200
    assert _state(desk_house) is ChangeState.REQUESTED
    assert [one.ask for one in _work(desk_house, number).asked] == [ask]
    yes = mill.post(f"/orders/{number}/change-responses", {"change": "1", "whole": "accept"})
    assert yes.json()["state"] == "applied"
    assert (_state(desk_house), desk_house.word()) == (ChangeState.CONFIRMED, "Cancelled")


def test_silence_counts_for_it_when_it_would_have(desk_house: House, mill: Mill) -> None:
    number = given(desk_house, 2)
    cancel(desk_house)
    (ask,) = desk_house.order().changes[0].asks
    assert ask.until is not None
    desk_house.clock.time = ask.until - timedelta(minutes=5)
    mill.post(f"/orders/{number}/shipments", TOLD)
    desk_house.clock.on(minutes=6)
    ring(desk_house.parts)
    assert _void(mill, number).status_code == 200
    assert _state(desk_house) is ChangeState.REQUESTED
    assert ring(desk_house.parts) >= 1
    assert (_state(desk_house), desk_house.order().changes[0].asks[0].reason) == (
        ChangeState.DECLINED,
        "silence",
    )


def test_it_is_put_to_whom_it_was_never_put_to(desk_house: House, mill: Mill) -> None:
    number = given(desk_house, 2)
    ask_cancel(desk_house)
    mill.post(f"/orders/{number}/shipments", TOLD)
    desk_house.turn("mill")  # nothing to ask any more: its paper is not written
    assert _work(desk_house, number).asked == ()
    assert _void(mill, number).status_code == 200
    assert _work(desk_house, number).asked == ()
    desk_house.turn("mill")
    assert len(_work(desk_house, number).asked) == 1
    desk_house.turn("mill")
    with desk_house.parts.store.read() as tx:
        part = desk_house.order().fulfillments[0]
        assert len(tx.exchange.sent_for(part.id)) == 2
