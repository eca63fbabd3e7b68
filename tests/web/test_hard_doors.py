"""The REST door before those who mean harm: other brands' orders, races, bodies made to hurt."""

import asyncio
import json
import re
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from hub.api.examples import EVENTS
from tests.cast import MAYA
from tests.rigs.houses import House
from tests.web.conftest import Shop, simple

TRACKING = "1Z999AA10123456784"
DEEP = 50_000


OTHERS = ("/v1/partner", "/v1/cxml", "/v1/webhooks")


def _body(path: str) -> bytes:
    """A body that would be taken at this path."""
    if path.endswith("/changes"):
        return b'{"actions":[{"action":"remove","line":"1"}]}'
    return json.dumps(EVENTS).encode() if path.endswith("/carrier-events") else b"{}"


def _routes(app: FastAPI) -> list[tuple[str, str]]:
    """Every method and path of a storefront's door, without what frameworks add.

    Those of partners and of webhooks have tests of their own.
    """
    return sorted(
        (method, route.path)
        for route in app.router.routes
        for method in (getattr(route, "methods", None) or ())
        if method != "HEAD" and getattr(route, "path", "").startswith("/v1/")
        if not route.path.startswith(OTHERS)
    )


def _shipped(juniper: Shop, house: House, number: str = "J-1") -> None:
    juniper.post(simple(number, quantity=2))
    house.turn()
    acme = house.suppliers["acme"]
    order = acme.purchase_orders()[-1]
    acme.send("855", acme.answer(order))
    acme.send("856", acme.notice(order, tracking=TRACKING))
    house.turn()


def test_the_door_has_these_routes_with_an_order_in_them(app: FastAPI) -> None:
    with_order = {path.rpartition("}")[2] for _, path in _routes(app) if "{number}" in path}
    assert with_order == {"", "/status", "/status-links", "/cancellations", "/changes"}


def test_another_brand_s_order_is_as_good_as_missing_on_every_route(
    app: FastAPI, juniper: Shop, harbor: Shop, house: House
) -> None:
    _shipped(juniper, house)
    before = juniper.get("/v1/orders/J-1").content
    asked = 0
    for method, path in _routes(app):
        if "{number}" not in path:
            continue
        content = None if method == "GET" else _body(path)
        answers = [
            harbor.ask(method, path.format(number=number), content=content)
            for number in ("J-1", "J-0")
        ]
        assert [one.status_code for one in answers] == [404, 404], (method, path)
        theirs, missing = ((one.text.replace("J-1", "J-0"), dict(one.headers)) for one in answers)
        assert theirs == missing, (method, path)
        asked += 1
    assert asked == 5
    assert juniper.get("/v1/orders/J-1").content == before
    for path in ("/v1/statuses", "/v1/facts"):
        assert "J-1" not in harbor.get(path).text
    assert house.exceptions() == []


def test_what_another_brand_tells_of_a_parcel_never_counts(
    juniper: Shop, harbor: Shop, house: House
) -> None:
    event = {"tracking": TRACKING, "moment": "delivered", "at": "2026-11-20T09:00:00+00:00"}
    body = json.dumps({"events": [event]}).encode()
    early = harbor.ask("POST", "/v1/carrier-events", content=body)
    _shipped(juniper, house)
    late = harbor.ask("POST", "/v1/carrier-events", content=body.replace(b"T09:", b"T10:"))
    assert [one.json()["events"][0]["outcome"] for one in (early, late)] == ["waiting", "waiting"]
    assert juniper.get("/v1/orders/J-1/status").json()["status"] == "Shipped"


def test_nothing_polled_names_a_partner_a_cost_or_a_person(
    juniper: Shop, harbor: Shop, house: House
) -> None:
    _shipped(juniper, house)
    juniper.ask("POST", "/v1/carrier-events", content=json.dumps(EVENTS).encode())
    answers = [
        juniper.get("/v1/orders/J-1/status"),
        juniper.get("/v1/statuses"),
        juniper.get("/v1/stock"),
        juniper.get("/v1/stock/JUN-MUG-BLUE"),
        juniper.ask("POST", "/v1/orders/J-1/cancellations", content=b"{}"),
        juniper.ask("POST", "/v1/orders/J-1/status-links", content=b""),
        juniper.get("/v1/orders/none"),
        harbor.get("/v1/orders/J-1/status"),
    ]
    order = house.order("J-1")
    secrets = ["acme", "Acme", "1234.57", "123457", "harbor", "Harbor", order.id, order.customer_id]
    secrets += [part.number for part in order.fulfillments] + [one.id for one in order.fulfillments]
    secrets += [MAYA.name, MAYA.street, MAYA.email, "A-0"]
    for answer in answers:
        heads = "".join(f"{name}: {text}\n" for name, text in answer.headers.items())
        found = [word for word in secrets if word and word in heads + answer.text]
        assert found == [], (answer.url, found)


@pytest.mark.parametrize(
    ("path", "other"),
    [
        ("cancellations", b'{"lines":[{"line":"1","quantity":1}]}'),
        ("changes", b'{"actions":[{"action":"quantity","line":"1","quantity":3}]}'),
    ],
)
def test_eight_of_the_same_key_at_once_are_one_change_and_one_answer(
    path: str, other: bytes, juniper: Shop, house: House
) -> None:
    juniper.post(simple("J-1", quantity=5))
    at, key = f"/v1/orders/J-1/{path}", {"Idempotency-Key": "once"}
    first = _body(at) if path == "changes" else b'{"lines":[{"line":"1","quantity":2}]}'

    async def together() -> list[httpx.Response]:
        return await asyncio.gather(*(juniper._ask("POST", at, first, key) for _ in range(8)))

    answers = asyncio.run(together())
    assert {one.status_code for one in answers} == {200}
    assert len({one.content for one in answers}) == 1
    again = juniper.ask("POST", at, content=first, headers=key)
    assert (again.status_code, again.content) == (200, answers[0].content)
    assert len(house.order("J-1").changes) == 1
    wrong = juniper.ask("POST", at, content=other, headers=key)
    assert wrong.status_code == 422
    assert wrong.json()["type"].endswith("idempotency-key-reused")
    assert len(house.order("J-1").changes) == 1


def test_one_key_at_two_orders_is_no_answer_of_the_other(juniper: Shop, house: House) -> None:
    for number in ("J-1", "J-2"):
        juniper.post(simple(number, quantity=2))
    key = {"Idempotency-Key": "once"}
    first = juniper.ask("POST", "/v1/orders/J-1/cancellations", content=b"{}", headers=key)
    second = juniper.ask("POST", "/v1/orders/J-2/cancellations", content=b"{}", headers=key)
    assert first.status_code == 200 and first.json()["order"] == "J-1"
    assert second.status_code == 422 or second.json()["order"] == "J-2"


EVIL = {
    "deep lists": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"actions":' * DEEP + b"1" + b"}" * DEEP,
    "a huge number": b'{"lines":[{"line":"1","quantity":1e400}]}',
    "many digits": b'{"lines":[{"line":"1","quantity":' + b"9" * 5000 + b"}]}",
    "not a number": b'{"lines":[{"line":"1","quantity":NaN}]}',
    "a word for a number": b'{"lines":[{"line":"1","quantity":"1"}]}',
    "true for a number": b'{"lines":[{"line":"1","quantity":true}]}',
    "less than none": b'{"lines":[{"line":"1","quantity":-1}]}',
    "a key twice": b'{"reason":"a","reason":"b"}',
    "unknown": b'{"state":"confirmed","brand":"harbor","total":0}',
    "half a sign": b'{"reason":"\\ud800"}',
    "no text": b'{"lines":[{"line":"1\\u0000"}]}',
    "UTF-16": '{"reason":"a"}'.encode("utf-16"),
    "no UTF-8": b'{"reason":"\xff"}',
    "a mark first": b"\xef\xbb\xbf{}",
    "a list": b"[]",
    "nothing": b"",
    "null": b"null",
    "a long key": b'{"' + b"k" * 100_000 + b'":1}',
    "many lines": b'{"lines":[' + b",".join([b'{"line":"1"}'] * 501) + b"]}",
    "a path": b'{"lines":[{"line":"../../1"}]}',
    "a formula": b'{"reason":"=HYPERLINK(1)"}',
}


@pytest.mark.parametrize("what", EVIL)
def test_a_body_made_to_hurt_is_told_what_is_wrong_and_changes_nothing(
    what: str, app: FastAPI, juniper: Shop, house: House
) -> None:
    juniper.post(simple("J-1"))
    before = house.order("J-1")
    for method, path in _routes(app):
        if method != "POST" or path.endswith("/status-links"):
            continue
        answer = juniper.ask("POST", path.format(number="J-1"), content=EVIL[what])
        assert answer.status_code in (400, 422), (path, answer.text)
        problem: dict[str, Any] = answer.json()
        assert len(answer.content) < 60_000 and problem["detail"]
        for error in problem.get("errors", ()):
            assert re.fullmatch(r"(/.*)?", error["pointer"], re.DOTALL)
    assert house.order("J-1") == before
