"""Pages of JSON, places in trees, and what is told of a wrong page of elements."""

from dataclasses import replace
from typing import Any

import pytest

from hub.domain.exchange import Node, Purpose
from hub.domain.messages import Answer, OrderResponse, OrderResponseLine, ProductId
from hub.mapping import place_of
from tests.unit.mapping.trees import as_json, from_json, mistakes, page, tree

PLAIN = OrderResponse(purpose=Purpose.ORIGINAL, number="JN-1")
LOOP = """
- let purpose: original
- Number: number
- loop lines* at Lines/Line:
  - no: number
  - Qty?: quantity | quantity
"""


def line(number: str = "", **more: Any) -> OrderResponseLine:
    return replace(OrderResponseLine(number=number), **more)


JSON = """
- let purpose: original
- number: number
- answered?: answered_on | date
- ok: whole | truth accepted, rejected
- loop lines* at order/lines:
  - no: {value: number, kind: number}
  - quantity?: quantity | quantity
  - cost?: cost | money
  - pairs products? at ids: {sku: vendor}
"""


def test_json_has_numbers_truths_and_arrays() -> None:
    one = page(JSON, head="about: in JSON")
    said = replace(
        PLAIN,
        whole=Answer.ACCEPTED,
        lines=(
            line("1", quantity=2, cost=150, products=(ProductId(kind="vendor", value="V "),)),
            line("2"),
        ),
    )
    value = {
        "number": "JN-1",
        "ok": True,
        "order": {
            "lines": [{"no": 1, "quantity": 2, "cost": 1.5, "ids": {"sku": "V "}}, {"no": 2}]
        },
    }
    assert as_json(one.write(said).paper) == value
    assert one.read(one.write(said).paper).messages == (said,)
    text = (
        '{"order": {"lines": [{"no": 1, "quantity": 2, "cost": 1.50, "ids": {"sku": "V "}},'
        ' {"no": 2}]}, "ok": true, "answered": null, "number": "JN-1"}'
    )
    assert one.read(from_json(text)).messages == (said,)


def test_an_empty_list_in_json_is_an_empty_array_and_null_is_nothing() -> None:
    one = page(LOOP, head="about: in JSON")
    paper = one.write(PLAIN).paper
    assert as_json(paper) == {"Number": "JN-1", "Lines": {"Line": []}}
    assert one.read(paper).messages == (PLAIN,)
    maybe = page(LOOP.replace("lines*", "lines*?"), head="about: in JSON")
    assert as_json(maybe.write(PLAIN).paper) == {"Number": "JN-1"}
    nothing = from_json('{"Number": "JN-1", "Lines": null}')
    assert maybe.read(nothing).messages == (PLAIN,)


def test_places_in_json_are_pointers() -> None:
    one = page(LOOP, head="about: in JSON")
    text = '{"Number": "1", "Lines": {"Line": [{"no": "1"}, {"no": "2", "Qty": true}]}}'
    (problem,) = one.read(from_json(text)).problems
    assert problem.where.path == "/Lines/Line/1/Qty"
    missing = one.read(from_json('{"Lines": {"Line": []}}')).problems
    assert [one.where.path for one in missing] == ["/Number", "/Lines/Line"]


def test_members_of_json_are_shared_wherever_they_stand() -> None:
    rows = "- let purpose: original\n- a/number: number\n- b: =x\n- a/theirs?: partner_order"
    one = page(rows, head="about: in JSON")
    assert as_json(one.write(replace(PLAIN, partner_order="T")).paper) == {
        "a": {"number": "JN-1", "theirs": "T"},
        "b": "x",
    }


@pytest.mark.parametrize(
    ("paper", "value", "path"),
    [
        (tree("<A><B/><C><D>x</D><D>y</D></C></A>"), "y", "/A/C/D[2]"),
        (tree('<A xmlns="urn:x"><B k="z"/></A>'), "z", "/A/B/@k"),
        (from_json('{"a": [{"b/c": "x"}, {"b/c": "y"}]}'), "y", "/a/1/b~1c"),
    ],
)
def test_a_value_is_found_in_a_tree(paper: Node, value: str, path: str) -> None:
    where = place_of(paper, value)
    assert where is not None
    assert (where.path, where.value) == (path, value)
    assert place_of(paper, "nowhere") is None


# --- mistakes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("- A/@b/C: number", "`A/@b/C` is no path; allowed: ., ../A"),
        ("- A//B: number", "`A//B` is no path"),
        ("- x:A: number", "there is no namespace for `x:`"),
        ("- A: nothing", "OrderResponse has no field `nothing`"),
        ("- A: answered_on", "`answered_on` is a date; this converter does not fit"),
        ("- A*: number", "`*` goes with `each`, `lines` or `pairs`"),
        ("- ../A: number", "what stands elsewhere is only read; write `also`"),
        ("- loop lines at A: [{B: number}]", "`lines` is not a record field"),
        ("- loop lines*: [{B: number}]", "is no row of a page; allowed: PATH + PATH?"),
        ("- loop lines* at A: []", "must list rows"),
        ("- let purpose: maybe", "cannot be `maybe`; allowed: cancel, original, replace"),
        ("- let answered_on: today", "write `let field: word`"),
        ("- A: {value: number, whem: x}", "`whem`?; allowed: kind, value, when"),
        ("- A: {value: number, kind: number}", "cannot be of kind `number`"),
        ("- A: the number", "`the number` is for records"),
        ("- A: worth of lines", "write `worth of lines | money`"),
        ("- A: whole | truth accepted", "`truth accepted` is no converter"),
        ("- A: whole | truth accepted, never", "`whole` has no such words"),
        ("- A: answered_on | date DDMMYY", "`date DDMMYY` is no converter"),
        ("- A + B + C: number", "the converter spans (1, 1) elements"),
        ("- A: whole | lines", "write `PATH*: text_field | lines`"),
        ("- first_of number: {red: [A]}", "needs `read:` with places; allowed: read, write"),
        ("- pairs lines at A: {B: sku}", "`lines` is not a list of kind and value"),
        ("- A: number\n  B: number", "each row is one `PATH: …`"),
    ],
)
def test_a_mistake_on_a_page_of_elements_is_told(rows: str, told: str) -> None:
    found = mistakes(f"- P: purpose | word\n- N: number\n{rows}")
    assert any(told in one for one in found), found
    assert all(one.startswith("mappings/one.yaml:") for one in found)


def test_mistakes_in_the_head_of_a_page_are_told() -> None:
    rows = "- P: purpose | word\n- N: number\n- loop lines* at L:\n  - .: number"
    assert (
        "cannot be `perhaps`; allowed: false, true"
        in mistakes(rows, head="root: A\nstrict: perhaps")[0]
    )
    assert (
        "`answers` is not the one loop of records at the top; allowed: lines"
        in mistakes(rows, head="root: A\nfeed: answers")[0]
    )
    assert "`b` must name a namespace" in mistakes(rows, head="root: A\nnamespaces: {b: }")[0]
    assert (
        "JSON has no attributes" in mistakes(rows + '\n- "@x": partner_order', head="about: J")[0]
    )
    assert "not both" in mistakes(rows, head="segments: []\nroot: A")[0]
    assert "no row carries `number`" in mistakes("- P: purpose | word")[0]
