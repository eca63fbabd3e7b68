"""Cancellations and changes over HTTP: the outcome is the answer, mistakes are named together."""

import json

import pytest

from hub.api.shown import ShownDecided, ShownOrder, ShownProblem
from tests.rigs.houses import House
from tests.web.conftest import Shop, example, simple

ADDRESS = {
    "name": "Tom Okafor",
    "lines": ["7 Birch Road"],
    "city": "Peoria",
    "region": "IL",
    "postal_code": "61602",
    "country": "US",
}


def _post(shop: Shop, path: str, body: object, *, key: str = "", number: str = "J-100245"):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Idempotency-Key": key} if key else {}
    return shop.ask("POST", f"/v1/orders/{number}/{path}", content=content, headers=headers)


def test_the_documented_bodies_are_taken_as_they_stand(juniper: Shop) -> None:
    juniper.post(example())
    paths = juniper.get("/v1/openapi.json").json()["paths"]
    for path in ("changes", "cancellations"):
        body = paths[f"/v1/orders/{{number}}/{path}"]["post"]["requestBody"]["content"]
        answer = _post(juniper, path, body["application/json"]["example"])
        assert answer.status_code == 200, answer.text
        ShownDecided.model_validate_json(answer.content)
        assert {row["outcome"] for row in answer.json()["results"]} == {"done"}
    read = juniper.get("/v1/orders/J-100245")
    ShownOrder.model_validate_json(read.content)
    assert [one["kind"] for one in read.json()["changes"]] == ["change", "cancellation"]


def test_a_cancellation_of_everything_gives_everything_back(juniper: Shop) -> None:
    juniper.post(example())
    answer = _post(juniper, "cancellations", {}).json()
    assert answer["totals"] == {
        "currency": "USD", "lines": 0, "shipping": 0, "discount": 0, "tax": 0, "total": 0,
    }  # fmt: skip
    assert answer["state"] == "confirmed"
    assert juniper.get("/v1/orders/J-100245").json()["allowed_actions"] == []
    again = _post(juniper, "cancellations", {})
    assert again.status_code == 200
    assert {row["why"] for row in again.json()["results"]} == {"cancelled"}


def test_what_is_asked_is_202_with_its_latest_moment_and_names_no_supplier(
    juniper: Shop, house: House
) -> None:
    juniper.post(simple("J-1", quantity=3))
    house.turn()
    body = {"lines": [{"line": "1", "quantity": 1}], "reason": "changed_mind"}
    answer = _post(juniper, "cancellations", body, number="J-1", key="k")
    assert answer.status_code == 202
    (row,) = answer.json()["results"]
    assert (row["outcome"], row["quantity"]) == ("asked", 1)
    assert row["until"] > house.clock().isoformat()
    assert "acme" not in answer.text.lower()
    again = _post(juniper, "cancellations", body, number="J-1", key="k")
    assert (again.status_code, again.content) == (202, answer.content)
    other = _post(juniper, "cancellations", {}, number="J-1", key="k")
    assert (other.status_code, other.json()["type"]) == (
        422,
        "urn:hub:problem:idempotency-key-reused",
    )


def test_a_cancellation_of_what_is_being_exchanged_is_one_of_its_own(
    juniper: Shop, house: House
) -> None:
    juniper.post(simple("J-1", quantity=2))
    house.turn()
    swap = {"action": "swap", "line": "1", "sku": "SKU-2", "unit_price": 900}
    exchange = _post(juniper, "changes", {"actions": [swap]}, number="J-1").json()
    assert exchange["results"][0]["outcome"] == "asked"
    answer = _post(juniper, "cancellations", {}, number="J-1")
    ShownDecided.model_validate_json(answer.content)
    told = answer.json()
    assert (answer.status_code, told["state"]) == (202, "requested")
    assert told["change"] != exchange["change"]
    (row,) = told["results"]
    assert (row["outcome"], row["quantity"]) == ("asked", 2)
    assert row["until"] == exchange["results"][0]["until"]
    read = juniper.get("/v1/orders/J-1")
    ShownOrder.model_validate_json(read.content)
    states = [(one["kind"], one["state"]) for one in read.json()["changes"]]
    assert states == [("change", "declined"), ("cancellation", "requested")]
    assert read.json()["allowed_actions"] == ["change"]


def test_every_mistake_of_a_change_is_named_by_its_pointer(juniper: Shop) -> None:
    juniper.post(example())
    actions = [
        {"action": "quantity", "line": "1", "quantity": 0},
        {"action": "paint"},
        {"action": "address", "ship_to": {**ADDRESS, "country": "XX"}},
        {"action": "add", "sku": "A", "quantity": 1, "unit_price": 1, "colour": "red"},
    ]
    answer = _post(juniper, "changes", {"actions": actions, "reason": "Maya said so"})
    assert answer.status_code == 422
    ShownProblem.model_validate_json(answer.content)
    assert {error["pointer"] for error in answer.json()["errors"]} == {
        "/actions/0/quantity",
        "/actions/1/action",
        "/actions/2/ship_to/country",
        "/actions/3/colour",
        "/reason",
    }


def test_what_only_the_order_knows_is_wrong_is_named_as_well(juniper: Shop, house: House) -> None:
    juniper.post(example())
    actions = [
        {"action": "remove", "line": "77"},
        {"action": "method", "method": "ground"},
        {"action": "add", "group": "1", "sku": "NOPE", "quantity": 1, "unit_price": 1},
        {"action": "swap", "line": "1", "sku": "JUN-SCARF-NAVY", "unit_price": 1, "number": "2"},
    ]
    answer = _post(juniper, "changes", {"actions": actions})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [
        "/actions/0/line",
        "/actions/1/group",
        "/actions/2/sku",
        "/actions/3/number",
    ]
    assert house.order("J-100245").version == 1


@pytest.mark.parametrize("path", ["cancellations", "changes"])
def test_another_brands_order_does_not_exist(path: str, juniper: Shop, harbor: Shop) -> None:
    juniper.post(example())
    body = {"actions": [{"action": "remove", "line": "1"}]} if path == "changes" else {}
    assert _post(harbor, path, body).status_code == 404
    assert _post(juniper, path, body, number="nobody").status_code == 404
    assert _post(Shop(app=juniper.app, key=""), path, body).status_code == 401
    assert _post(juniper, path, b"{").status_code == 400


def test_nobodys_words_are_in_an_answer_or_a_fact(juniper: Shop, house: House) -> None:
    juniper.post(example())
    actions = [
        {"action": "address", "group": "2", "ship_to": ADDRESS},
        {"action": "gift", "group": "2", "gift": {"message": "Welcome home"}},
    ]
    answer = _post(juniper, "changes", {"actions": actions})
    read = juniper.get("/v1/orders/J-100245")
    order = house.order("J-100245")
    with house.parts.store.read() as tx:
        facts = repr([fact.body for fact in tx.facts.of_order(order.id)])
        words = tx.people.get(order.groups[1].person_id)
    for secret in ("Birch", "Welcome", "Tom Okafor", "per_"):
        assert secret not in answer.text + read.text + facts
    assert (words["lines"], words["gift"]["message"]) == (["7 Birch Road"], "Welcome home")
    assert order.groups[1].gift
