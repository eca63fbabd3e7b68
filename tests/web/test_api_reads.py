"""What storefronts read: their own orders, the status as of now, and every change once."""

import json

import pytest

from hub.api.shown import ShownFacts, ShownOrder, ShownStatus, ShownStatuses
from tests.fakes import Supplier
from tests.rigs.houses import House
from tests.web.conftest import Shop, Ticks, example, seal, simple


def _acme(house: House) -> Supplier:
    return house.suppliers["acme"]


def _ship(house: House) -> None:
    """Let Acme accept and ship everything it was asked for."""
    house.turn()
    acme = _acme(house)
    for order in acme.purchase_orders():
        acme.send("855", acme.answer(order))
        acme.send("856", acme.notice(order))
    house.turn()


def test_a_line_says_which_partner_was_weighed_and_why(juniper: Shop) -> None:
    juniper.post(example())
    answer = juniper.get("/v1/orders/J-100245")
    ShownOrder.model_validate_json(answer.content)
    sourcing = answer.json()["ship_groups"][0]["lines"][0]["sourcing"]
    (candidate,) = sourcing["candidates"]
    assert (candidate["partner"], candidate["chosen"], candidate["quantity"]) == ("acme", True, 2)
    assert "priority" in candidate["reason"]


def test_shipped_parcels_are_in_the_order_and_in_its_status(juniper: Shop, house: House) -> None:
    juniper.post(simple())
    _ship(house)
    order = juniper.get("/v1/orders/J-1")
    ShownOrder.model_validate_json(order.content)
    (shipment,) = order.json()["shipments"]
    assert shipment["packages"][0]["lines"] == [{"line": "1", "quantity": 1}]
    status = juniper.get("/v1/orders/J-1/status")
    ShownStatus.model_validate_json(status.content)
    assert status.json()["status"] == "Shipped"
    assert status.json()["parcels"][0]["tracking"] == shipment["packages"][0]["tracking"]


def test_the_tag_spares_a_poll_until_something_changes(juniper: Shop, house: House) -> None:
    juniper.post(simple())
    first = juniper.get("/v1/orders/J-1/status")
    assert first.headers["cache-control"] == "private, no-cache"
    tag = first.headers["etag"]
    for shown in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        spared = juniper.get("/v1/orders/J-1/status", if_none_match=shown)
        assert (spared.status_code, spared.content) == (304, b"")
        assert spared.headers["etag"] == tag
    _ship(house)
    changed = juniper.get("/v1/orders/J-1/status", if_none_match=tag)
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


def test_delay_needs_no_fact_only_time(juniper: Shop, house: House) -> None:
    juniper.post(simple())
    before = juniper.get("/v1/orders/J-1/status")
    if before.json()["next_change_at"] is None:
        pytest.fail("Acme's page has no time limit for shipping: the test proves nothing")
    house.clock.on(days=60)
    after = juniper.get("/v1/orders/J-1/status", if_none_match=before.headers["etag"])
    assert after.status_code == 200
    assert (before.json()["status"], after.json()["status"]) == ("Confirmed", "Delayed")
    assert after.json()["next_change_at"] is None
    ShownStatus.model_validate_json(after.content)
    assert before.headers["etag"] != after.headers["etag"]
    seal(house)
    (listed,) = juniper.get("/v1/statuses").json()["statuses"]
    assert listed == after.json()


def test_statuses_are_paged_by_cursor_and_none_is_missed(juniper: Shop, house: House) -> None:
    for number in range(7):
        juniper.post(simple(f"J-{number}"))
    seal(house)
    cursor, seen, pages = "0", [], 0
    while True:
        answer = juniper.get(f"/v1/statuses?after={cursor}&limit=3")
        ShownStatuses.model_validate_json(answer.content)
        page = answer.json()
        seen += [status["order"] for status in page["statuses"]]
        pages += 1
        cursor = page["next"]
        if not page["more"]:
            break
    assert sorted(seen) == [f"J-{number}" for number in range(7)]
    assert pages == 3
    nothing = juniper.get(f"/v1/statuses?after={cursor}").json()
    assert nothing == {"next": cursor, "more": False, "statuses": []}


def test_facts_come_in_ledger_order_with_the_ids_that_the_order_shows(
    juniper: Shop, house: House
) -> None:
    taken = juniper.post(simple()).json()
    assert juniper.get("/v1/facts").json()["facts"] == []
    seal(house)
    answer = juniper.get("/v1/facts")
    ShownFacts.model_validate_json(answer.content)
    facts = answer.json()["facts"]
    assert [fact["kind"] for fact in facts] == ["OrderPlaced", "LinesSourced", "PromiseMade"]
    assert [fact["position"] for fact in facts] == [1, 2, 3]
    line = taken["ship_groups"][0]["lines"][0]["id"]
    assert facts[0]["body"]["lines"] == [{"line": line, "quantity": 1}]
    assert facts[0]["order"] == "J-1"
    one = juniper.get("/v1/facts?limit=1").json()
    assert (one["next"], one["more"]) == ("1", True)
    assert juniper.get("/v1/facts?after=1").json()["facts"] == facts[1:]


PRIVATE = ["/v1/orders/J-1", "/v1/orders/J-1/status"]
LISTS = ["/v1/statuses", "/v1/facts"]


@pytest.mark.parametrize("path", PRIVATE)
def test_another_brands_order_is_as_good_as_missing(juniper: Shop, harbor: Shop, path: str) -> None:
    juniper.post(simple("J-1"))
    assert juniper.get(path).status_code == 200
    foreign = harbor.get(path)
    missing = harbor.get(path.replace("J-1", "J-2"))
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert foreign.text == missing.text.replace("J-2", "J-1")
    assert dict(foreign.headers) == dict(missing.headers)


@pytest.mark.parametrize("path", LISTS)
def test_lists_hold_the_own_brand_only(
    juniper: Shop, harbor: Shop, house: House, path: str
) -> None:
    juniper.post(simple("J-1"))
    harbor.post(simple("H-1"))
    seal(house)
    assert '"J-1"' in juniper.get(path).text
    assert '"H-1"' not in juniper.get(path).text
    assert '"J-1"' not in harbor.get(path).text


@pytest.mark.parametrize("path", PRIVATE + LISTS)
def test_nobody_reads_without_a_key(stranger: Shop, juniper: Shop, path: str) -> None:
    juniper.post(simple("J-1"))
    for headers in (
        {},
        {"Authorization": "Bearer "},
        {"Authorization": f"Basic {juniper.key}"},
        {"Authorization": f"Bearer {juniper.key}x"},
        {"Authorization": "Bearer hub_live_" + "0" * 33},
        {"X-Api-Key": juniper.key},
    ):
        answer = stranger.ask("GET", path, headers=headers)
        assert answer.status_code == 401
        assert "J-1" not in answer.text
    assert stranger.get(f"{path}?key={juniper.key}").status_code == 401


@pytest.mark.parametrize("path", LISTS)
def test_a_query_that_cannot_be_used_is_refused(juniper: Shop, path: str) -> None:
    for query, parameter in (
        ("brand=harbor", "brand"),
        ("after=-1", "after"),
        ("after=1&after=2", "after"),
        ("after=%EF%BC%91", "after"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=ten", "limit"),
        ("limit=" + "9" * 5000, "limit"),
    ):
        answer = juniper.get(f"{path}?{query}")
        assert answer.status_code == 422
        assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]


@pytest.mark.parametrize("path", PRIVATE)
def test_single_things_take_no_parameters(juniper: Shop, path: str) -> None:
    juniper.post(simple("J-1"))
    assert juniper.get(f"{path}?brand=harbor").status_code == 422


def test_numbers_that_no_order_can_have_are_missing(juniper: Shop) -> None:
    for number in ("%00", "J-1%0A", "a" * 300, "%2E%2E", "%F0%9F%92%A9", "J 1"):
        for path in (f"/v1/orders/{number}", f"/v1/orders/{number}/status"):
            assert juniper.get(path).status_code == 404


def test_a_revoked_key_is_dead_within_five_seconds(
    juniper: Shop, house: House, ticks: Ticks
) -> None:
    assert juniper.get("/v1/facts").status_code == 200
    at = house.parts.now()
    assert house.parts.store.write(lambda tx: tx.keys.revoke(juniper.key_id, at=at))
    ticks.seconds += 4.999
    assert juniper.get("/v1/facts").status_code == 401


def test_a_good_key_is_looked_up_once_in_a_while(juniper: Shop, house: House, ticks: Ticks) -> None:
    juniper.get("/v1/facts")
    house.parts.store.write(lambda tx: tx.keys.revoke(juniper.key_id, at=house.parts.now()))
    ticks.seconds += 1
    assert juniper.get("/v1/facts").status_code == 200


def test_alive_says_nothing_else(stranger: Shop) -> None:
    answer = stranger.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_there_is_nothing_elsewhere(juniper: Shop) -> None:
    for path in ("/", "/docs", "/redoc", "/openapi.json", "/v1/orders/", "/v1"):
        answer = juniper.get(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


def test_other_methods_are_told_what_goes(juniper: Shop) -> None:
    answer = juniper.ask("DELETE", "/v1/orders/J-1")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    assert juniper.ask("HEAD", "/v1/orders/J-1/status").status_code == 404
    juniper.post(simple("J-1"))
    assert juniper.ask("HEAD", "/v1/orders/J-1/status").status_code == 200


def test_every_answer_carries_the_guards(juniper: Shop, stranger: Shop) -> None:
    juniper.post(simple("J-1"))
    for answer in (
        juniper.get("/v1/orders/J-1"),
        juniper.get("/v1/orders/J-1/status"),
        juniper.get("/v1/orders/none"),
        juniper.get("/nowhere"),
        stranger.get("/v1/facts"),
        stranger.get("/healthz"),
    ):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] in ("no-store", "private, no-cache")


def test_the_document_is_openapi_31_and_complete(juniper: Shop) -> None:
    document = juniper.get("/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    schemas = document["components"]["schemas"]
    named = set(_references(document))
    assert named
    assert {name.rpartition("/")[2] for name in named} <= set(schemas)
    assert schemas["PostedOrder"]["additionalProperties"] is False
    assert "http://" not in json.dumps(document)


def _references(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [found for inner in value.values() for found in _references(inner)]
    if isinstance(value, list):
        return [found for inner in value for found in _references(inner)]
    return []
