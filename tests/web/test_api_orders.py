"""Orders come in over HTTP: taken once, answered the same, refused with every reason at once."""

import json

import pytest

from hub.api.shown import ShownOrder, ShownProblem
from hub.domain.catalog import Item
from tests.rigs.houses import House
from tests.web.conftest import Shop, example, simple


def _strictly(model: type, body: bytes) -> None:
    model.model_validate_json(body)  # type: ignore[attr-defined]


def test_the_documented_example_is_taken_as_it_stands(juniper: Shop, house: House) -> None:
    document = juniper.get("/v1/openapi.json").json()
    body = document["paths"]["/v1/orders"]["post"]["requestBody"]["content"]["application/json"]
    answer = juniper.post(body["examples"]["juniper"]["value"])
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == "/v1/orders/J-100245"
    order = answer.json()
    assert [len(group["lines"]) for group in order["ship_groups"]] == [2, 1]
    asked = [line["sourcing"]["asked"] for group in order["ship_groups"] for line in group["lines"]]
    assert [[one["partner"] for one in some] for some in asked] == [["acme"]] * 3
    _strictly(ShownOrder, answer.content)
    assert house.order("J-100245").total == 18300


def test_an_answer_holds_neither_costs_nor_people(juniper: Shop) -> None:
    taken = juniper.post(example())
    read = juniper.get("/v1/orders/J-100245")
    conflict = juniper.post(example(discount=0, total=18800))
    assert (taken.status_code, read.status_code, conflict.status_code) == (201, 200, 409)
    for answer in (taken, read, conflict):
        for secret in ("123457", "Maya", "Alder", "maya@", "Ida", "birthday", "neighbour"):
            assert secret not in answer.text


def test_same_key_and_body_get_the_same_bytes(juniper: Shop) -> None:
    first = juniper.post(example(), key="k1")
    again = juniper.post(example(), key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert first.headers["location"] == again.headers["location"]


def test_same_key_with_another_body_is_422(juniper: Shop, house: House) -> None:
    juniper.post(simple("J-1"), key="k1")
    answer = juniper.post(simple("J-2"), key="k1")
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("idempotency-key-reused")
    with house.parts.store.read() as tx:
        assert tx.orders.find(brand="juniper", number="J-2") is None


def test_keys_of_two_brands_do_not_meet(juniper: Shop, harbor: Shop) -> None:
    assert juniper.post(simple("J-1"), key="k1").status_code == 201
    assert harbor.post(simple("H-1"), key="k1").status_code == 201


def test_same_number_and_content_is_the_order_as_it_is(juniper: Shop) -> None:
    first = juniper.post(simple())
    again = juniper.post(simple())
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert again.headers["location"] == "/v1/orders/J-1"


def test_same_number_with_other_content_shows_both(juniper: Shop) -> None:
    juniper.post(simple("J-1", quantity=1))
    answer = juniper.post(simple("J-1", quantity=3))
    assert answer.status_code == 409
    problem = answer.json()
    _strictly(ShownProblem, answer.content)
    assert problem["posted"]["ship_groups"][0]["lines"][0]["quantity"] == 3
    there = problem["existing"]["ship_groups"][0]["lines"][0]
    assert there["quantities"]["ordered"] == 1


def test_a_conflict_names_every_place_that_differs_and_no_value_of_a_person(
    juniper: Shop,
) -> None:
    juniper.post(example(number="J-1"))
    other = example(number="J-1", channel="phone")
    other["customer"]["email"] = "somebody.else@example.com"
    other["ship_groups"][0]["ship_to"]["lines"] = ["1 Canary Street", "Floor 2", "Door 3"]
    other["ship_groups"][1]["gift"] = None if other["ship_groups"][1].get("gift") else {}
    problem = juniper.post(other).json()
    assert problem["status"] == 409
    places = problem["differs"]
    assert {"/channel", "/customer/email", "/ship_groups/1/gift"} <= set(places)
    assert "/ship_groups/0/ship_to/lines/0" in places
    assert all(
        place.startswith("/ship_groups/0/ship_to/lines/")
        for place in set(places) - {"/channel", "/customer/email", "/ship_groups/1/gift"}
    )
    assert "Canary" not in json.dumps(problem)
    assert "somebody.else" not in json.dumps(problem)


def test_a_street_alone_that_differs_is_named(juniper: Shop) -> None:
    order = simple("J-1")
    juniper.post(order)
    order["ship_groups"][0]["ship_to"]["lines"][0] = "2 Other Street"
    assert juniper.post(order).json()["differs"] == ["/ship_groups/0/ship_to/lines/0"]


def test_without_the_customers_key_a_conflict_says_no_places(juniper: Shop, house: House) -> None:
    juniper.post(simple("J-1"))
    with house.parts.store.read() as tx:
        order = tx.orders.find(brand="juniper", number="J-1")
    assert order is not None
    house.parts.store.write(lambda tx: tx.people.erase(order.customer_id))
    answer = juniper.post(simple("J-1", quantity=2))
    assert (answer.status_code, answer.json()["differs"]) == (409, None)


def test_two_brands_may_use_one_number(juniper: Shop, harbor: Shop) -> None:
    assert juniper.post(simple("100")).status_code == 201
    assert harbor.post(simple("100", quantity=2)).status_code == 201
    assert juniper.get("/v1/orders/100").json()["total"] == 1850
    assert harbor.get("/v1/orders/100").json()["total"] == 3700


def test_eight_at_once_with_one_key_make_one_order(juniper: Shop, house: House) -> None:
    body = json.dumps(example()).encode()
    answers = juniper.ask_at_once(8, content=body, headers={"Idempotency-Key": "once"})
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    with house.parts.store.read() as tx:
        assert len(tx.orders.page(brand="juniper", limit=10, before=None)) == 1


def test_eight_at_once_without_a_key_make_one_order(juniper: Shop, house: House) -> None:
    body = json.dumps(example()).encode()
    answers = juniper.ask_at_once(8, content=body, headers={})
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]


def test_everything_that_forbids_an_order_is_named_at_once(juniper: Shop) -> None:
    order = example(total=1)
    order["ship_groups"][0]["lines"][1]["sku"] = "NOBODY-HAS-IT"
    order["ship_groups"][1]["lines"][0]["number"] = "1"
    order["ship_groups"][0]["lines"][0]["discount"] = 10**6
    answer = juniper.post(order)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    _strictly(ShownProblem, answer.content)
    found = {(error["pointer"], error["field"], error["code"]) for error in answer.json()["errors"]}
    assert found == {
        ("/ship_groups/0/lines/1/sku", "sku", "unknown-sku"),
        ("/ship_groups/1/lines/0/number", "number", "line-number-twice"),
        ("/ship_groups/0/lines/0/discount", "discount", "discount-too-large"),
        ("/total", "total", "total-wrong"),
    }


def test_all_mistakes_of_form_are_named_at_once_with_value_and_way_out(juniper: Shop) -> None:
    order = example(total="18300", colour="red")
    order["ship_groups"][1]["ship_to"]["country"] = "XX"
    answer = juniper.post(order)
    assert answer.status_code == 422
    errors = {error["pointer"]: error for error in answer.json()["errors"]}
    assert set(errors) == {"/total", "/colour", "/ship_groups/1/ship_to/country"}
    assert errors["/total"]["value"] == "18300"
    assert "without quotes" in errors["/total"]["detail"]
    assert errors["/ship_groups/1/ship_to/country"]["value"] == "XX"


def test_a_sku_that_nobody_sells_is_taken_and_an_operator_told(juniper: Shop, house: House) -> None:
    house.parts.store.write(lambda tx: tx.catalog.put([Item(sku="LONELY")], []))
    answer = juniper.post(simple(sku="LONELY"))
    assert answer.status_code == 201
    line = answer.json()["ship_groups"][0]["lines"][0]
    assert line["sourcing"] == {"unsourced": 1, "asked": []}
    assert len(house.exceptions()) == 1


def test_a_key_that_cannot_be_kept_is_refused(juniper: Shop) -> None:
    body = json.dumps(simple()).encode()
    for key in ("", "é", "x" * 256, "tab\tinside"):
        headers = {"Idempotency-Key": key.encode("latin-1")}
        answer = juniper.ask("POST", "/v1/orders", content=body, headers=headers)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["header"] == "Idempotency-Key"


def test_the_longest_key_is_kept(juniper: Shop) -> None:
    first = juniper.post(simple(), key="~" * 255)
    assert first.status_code == 201
    assert juniper.post(simple(), key="~" * 255).content == first.content


def test_a_body_too_long_is_refused_before_it_is_read(juniper: Shop) -> None:
    body = b'{"number":"' + b"9" * 1_000_000 + b'"}'
    answer = juniper.post(body)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


def test_other_media_are_refused(juniper: Shop) -> None:
    for headers in ({"Content-Type": "text/plain"}, {"Content-Encoding": "gzip"}):
        answer = juniper.ask("POST", "/v1/orders", content=b"{}", headers=headers)
        assert answer.status_code == 415


def test_no_key_comes_before_everything_else(stranger: Shop) -> None:
    answer = stranger.ask(
        "POST", "/v1/orders?x=1", content=b"no json", headers={"Content-Type": "text/plain"}
    )
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_what_people_wrote_is_nowhere_in_the_log(
    juniper: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="hub")
    juniper.post(example())
    juniper.post(example(total=1))
    juniper.post(b'{"number": "Maya')
    texts = " ".join(record.getMessage() for record in caplog.records)
    assert "Maya" not in texts
    assert juniper.key not in texts
