"""`[]` in JSON: a list of nothing where the page wants a list, a problem everywhere else."""

import io
import json as plain_json
from typing import Any

import pytest

from hub.domain.exchange import Problem
from hub.domain.messages import OrderResponse
from hub.formats import json
from hub.main import read_pages, read_settings
from hub.mapping import Library, Page


@pytest.fixture(scope="module")
def maps() -> Library:
    """The maps that come with the hub."""
    return read_pages(read_settings({})).maps


def _read(page: Page, value: Any) -> tuple[Any, list[Problem]]:
    body = plain_json.dumps(value).encode()
    [found] = json.split(io.BytesIO(body), profile=json.Config(set=page.set_id))
    [document] = found.groups[0].documents
    paper = json.read(body, document=document)
    reading = page.read(paper)
    return reading.messages, list(reading.problems)


def _answer(**changes: Any) -> dict[str, Any]:
    line = {"number": "1", "articles": {"vendor": "V-1"}, "answers": [{"answer": "accepted"}]}
    whole = {"type": "order_response", "purpose": "original", "number": "JUN-1"}
    return {**whole, "lines": [line], **changes}


def test_an_empty_list_of_records_is_a_list_of_none(maps: Library) -> None:
    page = maps.page("json/order_response")
    (message,), problems = _read(page, _answer(lines=[], answer="accepted"))
    assert problems == []
    assert isinstance(message, OrderResponse)
    assert message.lines == ()
    line = {"number": "1", "articles": {"vendor": "V-1"}, "answer": "accepted", "answers": []}
    (message,), problems = _read(page, _answer(lines=[line]))
    assert problems == []


@pytest.mark.parametrize("name", ["answered_on", "partner_order", "answer", "number", "type"])
def test_an_empty_list_where_a_value_belongs_is_a_problem_at_its_place(
    maps: Library, name: str
) -> None:
    messages, problems = _read(maps.page("json/order_response"), _answer(**{name: []}))
    assert messages == ()
    assert ("map-list", f"/{name}") in [(one.code, one.where.path) for one in problems]
    absent = _answer(**{name: None})
    assert "map-list" not in [
        one.code for one in _read(maps.page("json/order_response"), absent)[1]
    ]


def test_every_such_place_is_told_at_once_and_deep_in_the_paper_too(maps: Library) -> None:
    line = {"number": [], "articles": [], "answers": [{"answer": "accepted", "quantity": []}]}
    messages, problems = _read(maps.page("json/order_response"), _answer(lines=[line, line]))
    assert messages == ()
    found = {one.where.path for one in problems if one.code == "map-list"}
    places = ("number", "articles", "answers/0/quantity")
    assert found == {f"/lines/{n}/{place}" for n in (0, 1) for place in places}


def test_what_the_page_does_not_name_may_be_an_empty_list(maps: Library) -> None:
    (_,), problems = _read(maps.page("json/order_response"), _answer(tags=[]))
    assert [one for one in problems if one.code == "map-list"] == []


def _fed(page: Page, value: Any) -> tuple[int, list[Problem]]:
    """How many rows of a feed are read, and what is wrong with it."""
    body = io.BytesIO(plain_json.dumps(value).encode())
    [found] = json.split(body, profile=json.Config(set="stock", feeds=("stock",)))
    [document] = found.groups[0].documents
    pieces = list(page.pieces(json.walk(body, document=document, rows=page.rows)))
    rows = sum(len(message.rows) for piece in pieces for message in piece.messages)
    return rows, [one for piece in pieces for one in piece.problems]


def _stock(**changes: Any) -> dict[str, Any]:
    rows = [{"articles": {"vendor": f"V-{n}"}, "quantity": n} for n in range(3)]
    whole = {"type": "stock", "purpose": "original", "kind": "full", "report": "R-1"}
    return {**whole, "rows": rows, **changes}


def test_in_a_feed_the_row_with_an_empty_list_is_bad_and_the_others_count(maps: Library) -> None:
    page, stock = maps.page("json/stock"), _stock()
    assert _fed(page, stock) == (3, [])
    stock["rows"][1]["next_on"] = []
    rows, problems = _fed(page, stock)
    assert rows == 2
    assert [(one.code, one.where.path) for one in problems] == [("map-list", "/rows/1/next_on")]


def test_in_the_head_of_a_feed_an_empty_list_is_seen_too(maps: Library) -> None:
    _, problems = _fed(maps.page("json/stock"), _stock(place=[]))
    assert ("map-list", "/place") in [(one.code, one.where.path) for one in problems]


def test_a_feed_without_rows_says_nothing_of_lists(maps: Library) -> None:
    rows, problems = _fed(maps.page("json/stock"), _stock(rows=[]))
    assert rows == 0
    assert "map-list" not in [one.code for one in problems]
