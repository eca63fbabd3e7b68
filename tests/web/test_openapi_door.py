"""The REST door held against its own OpenAPI document by schemathesis, with every check it has."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import BaseSchema, Case, GenerationMode
from starlette.routing import Route

from hub.api import build, examples_partner
from tests.cast import HARBOR, JUNIPER
from tests.rigs.desks import Mill, furnish_desks, partner_key
from tests.rigs.houses import House, post, shopping
from tests.web.conftest import give_key, list_demo_skus

REFUSED = ["400", "401", "403", "404", "405", "408", "409", "413", "415", "422"]
EXAMPLES = 3


@pytest.fixture(scope="module")
def fuzzed_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house with an order of Juniper's that Acme fills and one that lies at Mill's desk."""
    house = furnish_desks(Path(tmp_path_factory.mktemp("fuzzed")))
    list_demo_skus(house)
    post(house, shopping("J-100245", 2, 1))
    house.turn("mill")
    house.parts.store.write(lambda tx: tx.facts.seal(now=house.parts.now()))
    yield house
    house.close()


@pytest.fixture(scope="module")
def door(fuzzed_house: House) -> BaseSchema:
    """The document as the door tells it, with a key of a brand and one of a partner."""
    brand, _ = give_key(fuzzed_house, JUNIPER)
    partner, _ = partner_key(fuzzed_house, "mill")
    schema = schemathesis.openapi.from_asgi("/v1/openapi.json", build(fuzzed_house.parts))

    @schema.auth()
    class Keys:
        def get(self, case: Case, context: object) -> str:
            return partner if case.path.startswith("/v1/partner") else brand

        def set(self, case: Case, data: str, context: object) -> None:
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}

    checks = schema.config.checks
    # A body of the right form may still be wrong: a SKU that nobody has, a total that is none.
    checks.positive_data_acceptance.expected_statuses = ["2xx", "304", *REFUSED]
    checks.negative_data_rejection.expected_statuses = REFUSED
    checks.missing_required_header.expected_statuses = ["400", "401"]
    return schema


CAREFUL = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_no_request_gets_a_server_error_or_an_answer_that_is_not_documented(
    door: BaseSchema, mode: GenerationMode
) -> None:
    asked = []
    for result in door.get_all_operations():
        operation = result.ok()
        asked.append(operation.label)

        @CAREFUL
        @given(case=operation.as_strategy(generation_mode=mode))
        def holds(case: Case) -> None:
            case.call_and_validate()

        try:
            holds()
        except Unsatisfiable:  # an operation without anything to break
            assert mode is GenerationMode.NEGATIVE
    assert len(asked) >= 20


def test_every_route_is_in_the_document_and_nothing_else(fuzzed_house: House) -> None:
    app = build(fuzzed_house.parts)
    routed = {
        (route.path.replace(":path}", "}"), method)
        for route in app.router.routes
        if isinstance(route, Route)
        for method in route.methods or ()
        if method != "HEAD"
    }
    told = {
        (path, method.upper())
        for path, methods in app.openapi()["paths"].items()
        for method in methods
    }
    assert routed == told


def test_every_operation_has_its_own_name_and_tells_its_refusals(door: BaseSchema) -> None:
    operations = [one.ok().definition.raw for one in door.get_all_operations()]
    names = [one["operationId"] for one in operations]
    assert len(set(names)) == len(names)
    for one in operations:
        assert one["summary"]
        guarded = "security" not in one
        assert ("401" in one["responses"]) == guarded or one["operationId"] == "post_cxml", one
        body = one.get("requestBody")
        if body and "application/json" in body["content"]:
            content = body["content"]["application/json"]
            assert content.get("example") or content.get("examples"), one["operationId"]
            assert {"400", "413", "415", "422"} <= set(one["responses"]), one["operationId"]


def test_bytes_that_are_no_json_are_400_at_every_door(
    door: BaseSchema, fuzzed_house: House
) -> None:
    brand, _ = give_key(fuzzed_house, HARBOR)
    partner, _ = partner_key(fuzzed_house, "acme")
    app, asked = build(fuzzed_house.parts), 0
    for one in (result.ok() for result in door.get_all_operations()):
        if "application/json" not in one.definition.raw.get("requestBody", {}).get("content", {}):
            continue
        if one.path.startswith("/v1/partner/") and "webhooks" not in one.path:
            continue  # Acme has no desk; Mill's bodies are looked at below
        key = partner if one.path.startswith("/v1/partner") else brand
        path = re.sub(r"\{\w+\}", "wh_1", one.path)
        answer = Mill(app=app, house=fuzzed_house, key=key).ask("POST", path, content=b'{"a": ')
        assert answer.status_code in (400, 404), (one.label, answer.text)
        asked += answer.status_code == 400
    assert asked >= 4


def test_what_partners_are_shown_how_to_post_is_taken(tmp_path: Path) -> None:
    house = furnish_desks(tmp_path)
    post(house, shopping("J-100245", 2))
    house.turn("mill")
    key, _ = partner_key(house, "mill")
    mill = Mill(app=build(house.parts), house=house, key=key)
    (work,) = mill.work()["orders"]
    number = work["purchase_order"]
    assert sorted(work) == sorted(examples_partner.WORK)
    wanted = {
        f"/orders/{number}/responses": examples_partner.RESPONSE,
        f"/orders/{number}/shipments": examples_partner.SHIPMENT,
        "/stock": examples_partner.STOCK,
        "/invoices": {**examples_partner.INVOICE, "purchase_order": number},
    }
    for path, body in wanted.items():
        answer = mill.post(path, body)
        assert (answer.status_code, answer.json()["state"]) == (200, "applied"), answer.text
    sent = mill.ask("GET", answer.json()["href"])
    assert [one["id"] for one in sent.json()["documents"]] == [answer.json()["document"]]
    house.close()
