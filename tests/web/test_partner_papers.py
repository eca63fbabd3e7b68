"""What becomes of each paper that Mill posts: what counts, what is left out, what is refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.domain.exchange import DocumentState
from hub.ops import again
from tests.rigs.desk_papers import BOX, accept, an_invoice, answering, cancel, given, paper
from tests.rigs.desks import Mill, furnish_desks
from tests.rigs.houses import House, post, shopping


@pytest.fixture
def desk_house(tmp_path: Path) -> Iterator[House]:
    """A house with Mill at the desk and Acme behind a folder."""
    house = furnish_desks(tmp_path)
    yield house
    house.close()


def test_the_newest_answer_to_a_line_counts(desk_house: House, mill: Mill) -> None:
    number = given(desk_house, 2)
    later = {"action": "backorder", "quantity": 2, "ships_on": "2026-11-22"}
    for said, accepted in ((accept(2), 2), (later, 0), (accept(2), 2)):
        answer = mill.post(f"/orders/{number}/responses", answering(said))
        assert answer.json()["state"] == "applied"
        assert desk_house.order().fulfillments[0].lines[0].buckets.accepted == accepted


def test_one_word_answers_for_the_whole_order(desk_house: House, mill: Mill) -> None:
    number = given(desk_house, 2, 1)
    assert mill.post(f"/orders/{number}/responses", {"whole": "accept"}).status_code == 200
    (part,) = desk_house.order().fulfillments
    assert [line.buckets.accepted for line in part.lines] == [2, 1]


def test_work_is_not_shown_before_it_lies_with_the_partner(desk_house: House, mill: Mill) -> None:
    post(desk_house, shopping("1001", 2))
    (part,) = desk_house.order().fulfillments
    assert mill.work()["orders"] == []
    assert mill.ask("GET", f"/v1/partner/orders/{part.number}").status_code == 404
    early = mill.post(f"/orders/{part.number}/responses", {"whole": "accept"})
    assert early.status_code == 404
    desk_house.turn("mill")
    assert [work["purchase_order"] for work in mill.work()["orders"]] == [part.number]
    assert mill.ask("GET", f"/v1/partner/orders/{part.number}").status_code == 200


def test_a_refused_cancellation_leaves_the_order_as_it_was(desk_house: House, mill: Mill) -> None:
    number = given(desk_house, 2)
    cancel(desk_house)
    answer = mill.post(
        f"/orders/{number}/change-responses",
        {"change": "1", "lines": [{"line": "1", "actions": [{"action": "reject"}]}]},
    )
    assert answer.json()["state"] == "applied", answer.text
    assert desk_house.order().lines[0].buckets.open == 2
    with desk_house.parts.store.read() as tx:
        rows = tx.exchange.sent_for(desk_house.order().fulfillments[0].id)
    answered = {row.set_id: row.answered_by for row in rows}
    assert answered["860"] == answer.json()["document"]


def test_an_answer_to_a_change_that_nobody_asked_is_refused(desk_house: House, mill: Mill) -> None:
    number = given(desk_house, 2)
    answer = mill.post(f"/orders/{number}/change-responses", {"change": "7", "whole": "accept"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/change"
    assert paper(desk_house, answer).state is DocumentState.REFUSED


def test_an_unknown_line_is_named_by_its_pointer_and_the_rest_counts(
    desk_house: House, mill: Mill
) -> None:
    number = given(desk_house, 2)
    stray = {"line": "9", "actions": [accept(1)]}
    body = {"lines": [*answering(accept(2))["lines"], stray]}
    answer = mill.post(f"/orders/{number}/responses", body)
    assert (answer.status_code, answer.json()["state"]) == (200, "partly_applied")
    (flaw,) = answer.json()["problems"]
    assert (flaw["pointer"], flaw["code"], flaw["severity"]) == (
        "/lines/1",
        "unknown-line",
        "error",
    )
    assert desk_house.exceptions() == ["partly_applied"]
    packed = {"tracking": "1Z999AA10123456784", "items": [{"line": "9", "quantity": 1}]}
    parcels = {"packages": [BOX, packed | {"tracking": "1Z999AA10123456799"}]}
    shipped = mill.post(f"/orders/{number}/shipments", parcels)
    assert [one["pointer"] for one in shipped.json()["problems"]] == ["/packages/1/items/0"]


def test_what_is_shipped_beyond_the_order_waits_for_a_person(desk_house: House, mill: Mill) -> None:
    number = given(desk_house, 2)
    box = BOX | {"items": [{"line": "1", "quantity": 5}]}
    answer = mill.post(f"/orders/{number}/shipments", {"packages": [box]})
    quantities = answer.json()["order"]["lines"][0]["quantities"]
    assert (quantities["shipped"], quantities["unexpected"]) == (2, 3)
    assert quantities["ordered"] == quantities["open"] + quantities["shipped"]
    assert len(desk_house.exceptions()) == 1


def test_a_shipment_told_again_under_its_number_ships_nothing_twice(
    desk_house: House, mill: Mill
) -> None:
    number = given(desk_house, 4)
    body = {"shipment": "S-1", "packages": [{"items": [{"line": "1", "quantity": 2}]}]}
    for _ in range(2):
        assert mill.post(f"/orders/{number}/shipments", body).status_code == 200
    assert desk_house.order().lines[0].buckets.shipped == 2
    other = mill.post(f"/orders/{number}/shipments", {**body, "shipment": "S-2"})
    assert other.json()["order"]["state"] == "closed"


def test_a_refused_paper_is_settled_again_when_its_cause_is_gone(
    desk_house: House, mill: Mill
) -> None:
    invoice = {
        "invoice": "I-1",
        "purchase_order": "JUN-1001-1",
        "invoiced_on": "2026-11-20",
        "currency": "USD",
        "total": 800,
        "lines": [{"line": "1", "quantity": 2, "price": 400}],
    }
    refused = mill.post("/invoices", invoice)
    assert refused.status_code == 422
    assert given(desk_house, 2) == "JUN-1001-1"
    again.retry(desk_house.parts, refused.json()["document"], who="test")
    desk_house.turn("mill")
    assert paper(desk_house, refused).state is DocumentState.APPLIED


def test_an_invoice_is_held_against_what_was_asked_and_shipped(
    desk_house: House, mill: Mill
) -> None:
    number = given(desk_house, 2)
    mill.post(f"/orders/{number}/shipments", {"packages": [BOX]})
    assert mill.post("/invoices", an_invoice(number)).json()["state"] == "applied"
    assert desk_house.exceptions() == []
    dearer = an_invoice(number, replaces=True, total=1000)
    dearer["lines"][0]["price"] = 500
    assert mill.post("/invoices", dearer).json()["state"] == "applied"
    assert desk_house.exceptions() == ["invoice-differs"]
