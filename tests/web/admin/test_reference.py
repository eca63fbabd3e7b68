"""The API's reference on the desk: every operation has a page, made from the document itself."""

import json
import re

from portal.web.reference.described import described, operations
from tests.web.admin.conftest import Office


def test_every_operation_is_listed_and_has_a_page_of_its_own(office: Office) -> None:
    index = office.olu.get("/docs").text
    links = re.findall(r'href="(/docs/[a-z_]+)"', index.partition("<section")[2])
    sent = office.olu.get("/docs/openapi.json")
    assert 'filename="openapi.json"' in sent.headers["content-disposition"]
    document = json.loads(sent.content)
    found = operations(document)
    assert len(links) == len(set(links)) == len(found) > 20
    for path in links:
        page = office.olu.get(path)
        assert page.status_code == 200, path
        assert re.findall("<script[^>]*>", page.text) == ['<script src="/keys.js" defer>']
        assert len(page.content) < 100_000, path
    assert office.olu.get("/docs/nothing").status_code == 404
    assert document["info"]["description"][:40] in index


def test_an_operation_tells_its_fields_their_limits_and_an_example(office: Office) -> None:
    page = office.olu.get("/docs/place_order").text
    assert "POST /v1/orders" in page
    for field in ("ship_groups[].lines[].sku", "customer.email", "Idempotency-Key"):
        assert f"<code>{field}</code>" in page, field
    assert "JUN-MUG-BLUE" in page
    document = json.loads(office.olu.get("/docs/openapi.json").content)
    rows = {row.name: row for row in described(document, "place_order").bodies[0].rows}
    assert rows["number"].required and "like ^[A-Za-z0-9]" in rows["number"].kind
    assert not rows["placed_at"].required and rows["placed_at"].kind == "date-time or null"
    assert rows["shipping"].text == "Without it: 0."
    assert rows["channel"].kind.startswith("one of ")


def test_a_schema_that_holds_itself_comes_to_an_end() -> None:
    tree = {"properties": {"child": {"$ref": "#/components/schemas/Tree"}}}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Tree"}}}}
    document = {
        "paths": {"/trees": {"post": {"operationId": "grow", "requestBody": body}}},
        "components": {"schemas": {"Tree": tree}},
    }
    rows = described(document, "grow").bodies[0].rows
    assert rows[-1].name.count("child") == len(rows) == 8
