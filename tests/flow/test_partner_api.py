"""Mill's road: its work fetched over REST, answered, shipped; the customer's status follows."""

import asyncio
import json
from typing import Any

from hub.domain.exchange import DocumentState
from hub.domain.posted import PostedSet
from hub.flow.watching import ring
from hub.ops import again, explain
from tests.rigs.desk_papers import BOX, accept, an_invoice, answering, cancel, given, paper
from tests.rigs.desks import Mill
from tests.rigs.houses import House


def test_from_order_to_shipped_over_rest(desk_house: House, mill: Mill) -> None:
    number = given(desk_house, 3)
    page = mill.work()
    (work,) = page["orders"]
    assert work["purchase_order"] == number
    assert work["allowed_actions"] == ["accept", "backorder", "reject", "ship"]
    later = {"action": "backorder", "quantity": 1, "ships_on": "2026-11-21"}
    answer = mill.post(f"/orders/{number}/responses", answering(accept(2), later))
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "applied"
    quantities = answer.json()["order"]["lines"][0]["quantities"]
    assert (quantities["accepted"], quantities["backordered"]) == (2, 1)
    assert desk_house.word() == "Being prepared"
    shipped = mill.post(f"/orders/{number}/shipments", {"carrier": "ups", "packages": [BOX]})
    assert shipped.status_code == 200, shipped.text
    assert desk_house.word() == "Part shipped"
    rest = {"tracking": "1Z999AA10123456785", "items": [{"line": "1", "quantity": 1}]}
    shipped = mill.post(f"/orders/{number}/shipments", {"carrier": "ups", "packages": [rest]})
    assert shipped.json()["order"]["state"] == "closed"
    assert desk_house.word() == "Shipped"
    changed = mill.work(after=page["next"])["orders"]
    assert [one["purchase_order"] for one in changed] == [number]
    assert changed[0]["allowed_actions"] == ["invoice", "void_shipment", "correct_shipment"]
    assert len(changed[0]["shipments"]) == 2
    assert mill.work(state="open,in_progress")["orders"] == []
    assert desk_house.exceptions() == []


def test_what_mill_declines_goes_to_acme(desk_house: House, mill: Mill) -> None:
    number = given(desk_house, 3)
    no = {"action": "reject", "quantity": 1, "reason": "no_stock"}
    answer = mill.post(f"/orders/{number}/responses", answering(accept(2), no))
    assert answer.json()["state"] == "applied"
    desk_house.clock.on(minutes=10)  # until then it may be taken back
    ring(desk_house.parts)
    parts = {part.partner: part for part in desk_house.order().fulfillments}
    assert parts["acme"].lines[0].buckets.open == 1
    assert parts["mill"].lines[0].buckets.rejected == 1
    with desk_house.parts.store.read() as tx:
        (sent,) = tx.exchange.sent_for(parts["mill"].id)
    assert sent.answered_by == answer.json()["document"]


def test_the_queue_goes_on_from_its_cursor_and_misses_nothing(
    desk_house: House, mill: Mill
) -> None:
    numbers = [given(desk_house, 1, number=str(1000 + n)) for n in range(5)]
    seen, after, pages = [], "0", 0
    while True:
        page = mill.work(after=after, limit=2)
        seen += [work["purchase_order"] for work in page["orders"]]
        after, pages = page["next"], pages + 1
        if not page["more"]:
            break
    assert (sorted(seen), pages) == (sorted(numbers), 3)
    assert mill.work(after=after)["orders"] == []
    assert mill.work(after=after)["next"] == after


def test_a_cancellation_waits_in_the_queue_and_is_answered(desk_house: House, mill: Mill) -> None:
    number = given(desk_house, 2)
    mill.post(f"/orders/{number}/responses", {"whole": "accept"})
    after = mill.work()["next"]
    cancel(desk_house)
    (work,) = mill.work(after=after)["orders"]
    assert "answer_change" in work["allowed_actions"]
    (asked,) = work["changes"]
    assert (asked["change"], asked["whole"]) == ("1", True)
    answer = mill.post(
        f"/orders/{number}/change-responses", {"change": asked["change"], "whole": "accept"}
    )
    assert answer.json()["state"] == "applied", answer.text
    assert answer.json()["order"]["state"] == "cancelled"
    assert desk_house.word() == "Cancelled"
    assert mill.work(after=after)["orders"][-1]["changes"] == []


def test_every_call_is_kept_listed_explained_and_can_be_settled_again(
    desk_house: House, mill: Mill
) -> None:
    number = given(desk_house, 2)
    body = {"shipment": "S-1", "packages": [BOX | {"items": [BOX["items"][0] | _SERIALS]}]}
    answer = mill.post(f"/orders/{number}/shipments", body)
    row = paper(desk_house, answer)
    assert (row.set_id, row.order_number) == (PostedSet.SHIP_NOTICE, number)
    story = explain.document(desk_house.parts, row.id)
    assert "ship_notice" in story.verdict
    assert [did.text for did in story.effects] == ["shipped 2, tracking 1Z999AA10123456784"]
    kept = explain.contents(desk_house.parts, row.id, most=10_000).raw
    assert json.loads(kept) == body  # serial numbers are kept with the paper
    with desk_house.parts.store.read() as tx:
        listed = tx.exchange.documents_of_order(desk_house.order().id)
    assert row.id in [one.id for one in listed]
    again.retry(desk_house.parts, row.id, who="test")
    desk_house.turn("mill")
    assert paper(desk_house, answer).state is DocumentState.APPLIED
    assert desk_house.order().lines[0].buckets.shipped == 2


_SERIALS = {"serials": ["A-1", "A-2"]}


def test_the_same_key_gets_the_same_answer_and_another_body_is_refused(
    desk_house: House, mill: Mill
) -> None:
    number = given(desk_house, 4)
    body = {"packages": [BOX]}
    first = mill.post(f"/orders/{number}/shipments", body, key="k")
    second = mill.post(f"/orders/{number}/shipments", body, key="k")
    assert (second.status_code, second.content) == (200, first.content)
    assert desk_house.order().lines[0].buckets.shipped == 2
    other = mill.post(f"/orders/{number}/shipments", {**body, "shipment": "S"}, key="k")
    assert (other.status_code, other.json()["type"]) == (
        422,
        "urn:hub:problem:idempotency-key-reused",
    )
    elsewhere = mill.post(f"/orders/{number}/responses", body, key="k")
    assert elsewhere.status_code == 422
    refused = mill.post("/invoices", an_invoice("NOBODY-1"), key="r")
    again_refused = mill.post("/invoices", an_invoice("NOBODY-1"), key="r")
    assert refused.status_code == again_refused.status_code == 422
    assert refused.content == again_refused.content
    assert again_refused.headers["content-type"] == "application/problem+json"


def test_a_request_sent_many_times_at_once_is_done_once(desk_house: House, mill: Mill) -> None:
    number = given(desk_house, 9)
    body = json.dumps({"shipment": "S-1", "packages": [BOX]}).encode()
    path, named = f"/v1/partner/orders/{number}/shipments", {"Idempotency-Key": "once"}

    async def all_of_them() -> list[Any]:
        return await asyncio.gather(*(mill.asked("POST", path, body, named) for _ in range(6)))

    answers = asyncio.run(all_of_them())
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert desk_house.order().lines[0].buckets.shipped == 2
