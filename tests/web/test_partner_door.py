"""Who may ask at `/v1/partner`, what is shown there and to whom, and what a body must look like."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hub.api import build
from hub.api.partner_shown import ShownQueue, ShownTaken, ShownWork
from hub.api.shown import ShownProblem
from hub.flow.partner_work import find
from hub.store import DocumentRow, Erased, Transaction
from tests.rigs.desks import Mill, furnish_desks, partner_key
from tests.rigs.houses import House, post, shopping, stock_up
from tests.web.conftest import give_key

PATHS = ("responses", "shipments", "change-responses")
GOOD = {
    "responses": {"whole": "accept"},
    "shipments": {"shipment": "S", "packages": [{"items": [{"line": "1", "quantity": 1}]}]},
    "change-responses": {"change": "1", "whole": "accept"},
}
INVOICE = {
    "invoice": "I-1",
    "purchase_order": "JUN-1001-1",
    "invoiced_on": "2026-11-20",
    "currency": "USD",
    "total": 0,
}
STOCK = {"kind": "delta", "levels": [{"sku": "SKU-1", "quantity": 5}]}


@pytest.fixture
def desk_house(tmp_path: Path) -> Iterator[House]:
    """A house in which Mill and Corner fetch their work; Mill is asked first, its stock is told."""
    house = furnish_desks(tmp_path, desks=("mill", "corner"), rules="stock: {level: reports}")
    yield house
    house.close()


@pytest.fixture
def stocked(desk_house: House, mill: Mill) -> Mill:
    """Mill, who has told what it has."""
    levels = [{"sku": f"SKU-{n}", "quantity": 100} for n in (1, 2)]
    answer = mill.post("/stock", {"kind": "full", "levels": levels})
    assert answer.json()["state"] == "applied", answer.text
    return mill


def listed(tx: Transaction) -> list[DocumentRow]:
    """Every paper that is kept."""
    return tx.exchange.documents_page(partner=None, set_id=None, state=None, before=None, limit=10)


def program(house: House, partner: str) -> Mill:
    """Another partner's program at the same door."""
    key, _ = partner_key(house, partner)
    return Mill(app=build(house.parts), house=house, key=key)


def given(house: House, *quantities: int, number: str = "1001") -> str:
    """Place an order and let it reach the desks; return Mill's purchase order number."""
    post(house, shopping(number, *quantities))
    house.turn("mill")
    return next(one.number for one in house.order(number).fulfillments if one.partner == "mill")


# --- who may ask ----------------------------------------------------------------------------------


def test_what_is_another_partners_answers_exactly_like_what_is_missing(
    desk_house: House, stocked: Mill
) -> None:
    number = given(desk_house, 2)
    corner = program(desk_house, "corner")
    assert corner.work()["orders"] == []
    for theirs, none in ((number, "JUN-9999-1"),):
        found = corner.ask("GET", f"/v1/partner/orders/{theirs}")
        missing = corner.ask("GET", f"/v1/partner/orders/{none}")
        assert (found.status_code, found.content) == (404, missing.content)
        for path in PATHS:
            answers = [corner.post(f"/orders/{one}/{path}", GOOD[path]) for one in (theirs, none)]
            assert {one.status_code for one in answers} == {404}
            assert answers[0].content == answers[1].content
    with desk_house.parts.store.read() as tx:
        assert [one for one in listed(tx) if one.partner == "corner"] == []
    foreign = corner.post("/invoices", INVOICE | {"purchase_order": number})
    unknown = corner.post("/invoices", INVOICE | {"purchase_order": "JUN-9999-1"})
    texts = [one.json()["errors"][0]["detail"].replace(number, "#") for one in (foreign, unknown)]
    assert texts[0] == texts[1].replace("JUN-9999-1", "#")


def test_a_key_opens_its_own_door_only(desk_house: House, mill: Mill) -> None:
    brand, _ = give_key(desk_house, "juniper")
    shop = Mill(app=mill.app, house=desk_house, key=brand)
    nobody = Mill(app=mill.app, house=desk_house, key="")
    reads = ("/v1/partner/orders", "/v1/partner/orders/JUN-1-1")
    for path in reads:
        assert shop.ask("GET", path).status_code == 403
        assert nobody.ask("GET", path).status_code == 401
    for path in ("/v1/statuses", "/v1/facts", "/v1/stock", "/v1/orders/1001/status"):
        assert mill.ask("GET", path).status_code == 403
    for path, body in (("/stock", STOCK), ("/invoices", INVOICE)):
        assert shop.post(path, body).status_code == 403
        assert nobody.post(path, body).status_code == 401


def test_a_partner_whose_page_names_no_desk_is_told_so(desk_house: House, mill: Mill) -> None:
    acme = program(desk_house, "acme")
    answer = acme.ask("GET", "/v1/partner/orders")
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:hub:problem:no-desk")
    assert "transport: desk" in answer.json()["detail"]
    gone = program(desk_house, "gone")
    assert gone.post("/stock", STOCK).status_code == 403


def test_every_write_needs_a_key_of_its_own(desk_house: House, mill: Mill) -> None:
    for path, body in (("/stock", STOCK), ("/invoices", INVOICE), ("/orders/X/responses", {})):
        content = json.dumps(body).encode()
        answer = mill.ask("POST", f"/v1/partner{path}", content=content)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["header"] == "Idempotency-Key"


# --- what is shown --------------------------------------------------------------------------------

FIELDS = {
    "": "purchase_order customer_order buyer buyer_code state version created_at ship_by "
    "deliver_by currency ship_method carrier signature ship_to instructions gift gift_message "
    "hide_prices slip_message lines changes shipments answer allowed_actions links",
    "ship_to": "name name2 lines city region postal_code country phone",
    "lines": "line sku products description personalization unit units_per_pack cost quantities",
}


def test_a_partner_sees_these_fields_and_no_others(desk_house: House, stocked: Mill) -> None:
    number = given(desk_house, 2)
    answer = stocked.ask("GET", f"/v1/partner/orders/{number}")
    work = answer.json()
    assert list(work) == FIELDS[""].split()
    assert list(work["ship_to"]) == FIELDS["ship_to"].split()
    assert list(work["lines"][0]) == FIELDS["lines"].split()
    ShownWork.model_validate(work)
    for secret in ("maya@example.com", "1000", "unit_price", "total", "discount", "acme"):
        assert secret not in answer.text.casefold()
    assert work["lines"][0]["cost"] == 400
    queue = stocked.work()
    ShownQueue.model_validate(queue)
    assert queue["orders"] == [work]


def test_only_the_partners_own_lines_of_a_split_order_are_shown(
    desk_house: House, stocked: Mill
) -> None:
    new = shopping("1001", 2, 1, 3)
    fillers = ("mill", "mill", "acme")
    lines = [replace(line, partner=one) for line, one in zip(new.lines, fillers, strict=True)]
    post(desk_house, replace(new, groups=(replace(new.groups[0], lines=tuple(lines)),)))
    desk_house.turn("mill")
    order = desk_house.order()
    number = next(part.number for part in order.fulfillments if part.partner == "mill")
    assert {part.partner for part in order.fulfillments} == {"mill", "acme"}
    answer = stocked.ask("GET", f"/v1/partner/orders/{number}")
    assert [line["sku"] for line in answer.json()["lines"]] == ["SKU-1", "SKU-2"]
    assert "SKU-3" not in answer.text
    others = [part.number for part in order.fulfillments if part.partner != "mill"]
    assert not any(one in answer.text for one in others)


def test_what_was_erased_is_not_shown_any_more(desk_house: House, stocked: Mill) -> None:
    number = given(desk_house, 2)
    order = desk_house.order()
    desk_house.parts.store.write(lambda tx: tx.people.erase(order.customer_id))
    work = stocked.ask("GET", f"/v1/partner/orders/{number}").json()
    assert (work["ship_to"], work["instructions"]) == (None, "")
    ShownWork.model_validate(work)
    with desk_house.parts.store.read() as tx, pytest.raises(Erased):
        tx.people.get(order.groups[0].person_id)


# --- what a body must look like -------------------------------------------------------------------

WRONG: dict[str, tuple[str, Any, str, str]] = {
    "unknown field": ("responses", {"whole": "accept", "state": "shipped"}, "/state", "unknown-"),
    "both": ("responses", {**GOOD["responses"], "lines": []}, "/lines", "too-few"),
    "neither": ("responses", {}, "", "whole-or-lines"),
    "quantity as text": (
        "responses",
        {"lines": [{"line": "1", "actions": [{"action": "accept", "quantity": "1"}]}]},
        "/lines/0/actions/0/quantity",
        "not-integer",
    ),
    "no units": (
        "responses",
        {"lines": [{"line": "1", "actions": [{"action": "accept", "quantity": 0}]}]},
        "/lines/0/actions/0/quantity",
        "too-small",
    ),
    "a parcel without a name": (
        "shipments",
        {"packages": [{"items": [{"line": "1", "quantity": 1}]}]},
        "",
        "shipment-number",
    ),
    "a serial twice": (
        "shipments",
        {
            "shipment": "S",
            "packages": [{"items": [{"line": "1", "quantity": 2, "serials": ["A", "A"]}]}],
        },
        "/packages/0/items/0",
        "serial-twice",
    ),
    "a change in words": ("change-responses", {"change": "one", "whole": "accept"}, "/change", ""),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_form_is_told_by_place_and_nothing_is_kept(
    what: str, desk_house: House, mill: Mill
) -> None:
    path, body, pointer, code = WRONG[what]
    answer = mill.post(f"/orders/JUN-1001-1/{path}", body)
    assert answer.status_code == 422, answer.text
    told = ShownProblem.model_validate(answer.json())
    assert any(one.pointer == pointer and one.code.startswith(code) for one in told.errors)
    with desk_house.parts.store.read() as tx:
        assert listed(tx) == []
    assert desk_house.exceptions() == []


def test_bytes_that_are_no_json_are_told_so(desk_house: House, mill: Mill) -> None:
    for body in (b"{", b"\xff", b"", b"[1,]"):
        assert mill.post("/stock", body).status_code == 400
    twice = b'{"kind": "delta", "kind": "full", "levels": [{"sku": "A", "quantity": 1}]}'
    answer = mill.post("/stock", twice)
    assert [one["code"] for one in answer.json()["errors"]] == ["doubled-key"]
    deep = b'{"levels":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    assert mill.post("/stock", deep).status_code in (400, 422)


@pytest.mark.parametrize("query", ["after=x", "limit=201", "state=gone", "state=", "who=me"])
def test_a_query_that_cannot_be_used_is_refused(query: str, mill: Mill) -> None:
    answer = mill.ask("GET", f"/v1/partner/orders?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == query.partition("=")[0]


# --- stock ----------------------------------------------------------------------------------------


def level(house: House, sku: str) -> int:
    """What Mill has of an article."""
    with house.parts.store.read() as tx:
        return next(one.quantity for one in tx.stock.of_sku(sku) if one.partner == "mill")


def test_a_single_level_and_a_full_report_are_in_place_when_the_answer_comes(
    desk_house: House, stocked: Mill
) -> None:
    assert stocked.post("/stock", STOCK).json()["state"] == "applied"
    assert (level(desk_house, "SKU-1"), level(desk_house, "SKU-2")) == (5, 100)
    desk_house.clock.on(minutes=1)
    named = [{"vendor": "mill-SKU-2", "quantity": 7, "next_on": "2026-12-01", "next_quantity": 9}]
    answer = stocked.post("/stock", {"kind": "full", "levels": named})
    ShownTaken.model_validate(answer.json())
    assert answer.json()["state"] == "applied"
    assert (level(desk_house, "SKU-1"), level(desk_house, "SKU-2")) == (0, 7)


def test_rows_that_cannot_be_used_are_named_and_the_others_count(
    desk_house: House, stocked: Mill
) -> None:
    rows = [
        {"sku": "SKU-1", "quantity": 6},
        {"vendor": "NOBODY-HAS-IT", "quantity": 1},
        {"sku": "SKU-2", "quantity": 3, "unit": "pallet"},
    ]
    answer = stocked.post("/stock", {"kind": "full", "levels": rows}).json()
    found = {(one["pointer"], one["code"], one["severity"]) for one in answer["problems"]}
    assert found == {
        ("/levels/1", "unknown-article", "warning"),
        ("/levels/2", "other-unit", "error"),
    }
    assert answer["state"] == "partly_applied"
    assert (level(desk_house, "SKU-1"), level(desk_house, "SKU-2")) == (6, 100)


def test_an_older_report_changes_nothing(desk_house: House, stocked: Mill) -> None:
    old = {**STOCK, "kind": "full", "as_of": "2026-11-01T00:00:00Z"}
    answer = stocked.post("/stock", old).json()
    assert [one["code"] for one in answer["problems"]] == ["older-report"]
    assert level(desk_house, "SKU-1") == 100


def test_ten_thousand_levels_are_taken_at_once_and_no_more(
    desk_house: House, stocked: Mill
) -> None:
    rows = [{"sku": f"OTHER-{n}", "quantity": n} for n in range(9_999)]
    body = {"kind": "delta", "levels": [*rows, {"sku": "SKU-1", "quantity": 77}]}
    answer = stocked.post("/stock", body)
    assert answer.json()["state"] == "applied", answer.text[:300]
    assert level(desk_house, "SKU-1") == 77
    assert len(answer.json()["problems"]) < 1_000
    body["levels"] = [*rows, *rows[:2]]
    assert stocked.post("/stock", body).status_code == 422


def test_a_report_that_empties_too_much_waits_for_a_person(
    desk_house: House, stocked: Mill
) -> None:
    stock_up(desk_house, skus=20)
    desk_house.clock.on(minutes=1)
    every = [{"sku": f"SKU-{n}", "quantity": 9} for n in range(1, 21)]
    assert stocked.post("/stock", {"kind": "full", "levels": every}).status_code == 200
    desk_house.clock.on(minutes=1)
    answer = stocked.post("/stock", {**STOCK, "kind": "full"})
    assert (answer.status_code, answer.json()["state"]) == (202, "parked")
    assert level(desk_house, "SKU-7") == 9


def test_a_report_that_a_worker_brought_to_its_end_is_answered_by_what_it_came_to(
    desk_house: House, stocked: Mill, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*asked: object) -> None:
        raise RuntimeError("stopped in between")

    with monkeypatch.context() as patch:
        patch.setattr("hub.flow.posted.settle_feed", stopped)
        assert stocked.post("/stock", STOCK, key="k").status_code == 500
    waiting = stocked.post("/stock", STOCK, key="k")
    assert (waiting.status_code, waiting.headers["Retry-After"]) == (409, "2")
    desk_house.turn("mill")
    assert level(desk_house, "SKU-1") == 5
    answers = [stocked.post("/stock", STOCK, key="k") for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    other = stocked.post("/stock", {**STOCK, "kind": "full"}, key="k")
    assert other.status_code == 422


def test_a_purchase_order_number_that_is_none_is_missing(desk_house: House, mill: Mill) -> None:
    for number in ("%00", "x" * 60, "a%2Fb"):
        assert mill.ask("GET", f"/v1/partner/orders/{number}").status_code == 404
    with desk_house.parts.store.read() as tx:
        now = desk_house.parts.now()
        assert find(tx, desk_house.parts, partner="mill", number="", now=now) is None
