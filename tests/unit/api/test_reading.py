"""Posted bytes become an order unchanged, or every reason why not with its place."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.api import Reading, read_order
from hub.api.examples import ORDER
from hub.domain import placing
from tests.unit.api.bodies import bodies, broken_orders

SKUS = {"JUN-MUG-BLUE", "JUN-SCARF-NAVY", "HAR-LAMP-OAK"}


def _read(order: object) -> Reading:
    return read_order(json.dumps(order).encode())


def _changed(place: str, value: object) -> dict[str, Any]:
    order = copy.deepcopy(ORDER)
    *way, last = place.strip("/").split("/")
    home: Any = order
    for step in way:
        home = home[int(step)] if isinstance(home, list) else home[step]
    home[last] = value
    return order


def _codes(reading: Reading) -> dict[str, str]:
    return {problem.where.path: problem.code for problem in reading.problems}


def test_the_example_is_without_problems_and_keeps_every_word() -> None:
    new = _read(ORDER).new
    assert new is not None
    assert placing.problems(new, known_skus=SKUS) == ()
    first, second = new.groups
    assert first.lines[0].personalization == "Ida & Nils"
    assert first.instructions == ORDER["ship_groups"][0]["instructions"]
    assert second.gift is not None
    assert second.gift.message == "Happy birthday!\nStay warm."
    assert second.ship_to.lines == ("480 Harbour View", "Apt 3")
    assert (new.shipping, new.discount, new.tax, new.total) == (1295, 500, 80, 18300)
    assert new.placed_at is not None
    assert new.placed_at.isoformat() == "2026-03-02T14:05:00+00:00"


def test_numbers_left_out_are_ordinals_over_the_whole_order() -> None:
    order = copy.deepcopy(ORDER)
    for group in order["ship_groups"]:
        del group["number"]
        for line in group["lines"]:
            line.pop("number")
    new = _read(order).new
    assert new is not None
    assert [group.number for group in new.groups] == ["1", "2"]
    assert [line.number for line in new.lines] == ["1", "2", "3"]


def test_one_moment_in_two_zones_is_the_same_content() -> None:
    there = _read(_changed("placed_at", "2026-03-02T09:05:00-05:00")).new
    here = _read(ORDER).new
    assert there is not None
    assert here is not None
    assert placing.content_hash(there) == placing.content_hash(here)


WRONG: list[tuple[str, object, str]] = [
    ("/total", "18300", "not-integer"),
    ("/total", 18300.0, "not-integer"),
    ("/total", True, "not-integer"),
    ("/total", -1, "too-small"),
    ("/total", 10**40, "too-large"),
    ("/total", float("nan"), "not-integer"),
    ("/total", float("inf"), "not-integer"),
    ("/total", None, "not-integer"),
    ("/currency", "usd", "unknown-currency"),
    ("/currency", "XYZ", "unknown-currency"),
    ("/channel", "telepathy", "not-allowed"),
    ("/number", "a/b", "form"),
    ("/number", "x" * 31, "form"),
    ("/number", "", "form"),
    ("/number", "J-1\n", "form"),
    ("/placed_at", "2026-03-02T14:05:00", "no-moment"),
    ("/placed_at", "1772460300", "no-moment"),
    ("/placed_at", 1772460300, "not-text"),
    ("/placed_at", "9999-12-31T23:59:59-12:00", "no-moment"),
    ("/placed_at", "2026-02-30T00:00:00Z", "no-moment"),
    ("/customer", [], "not-object"),
    ("/customer/name", " ", "blank"),
    ("/customer/name", "Maya\x00", "blank"),
    ("/customer/name", "Maya\nLindqvist", "blank"),
    ("/customer/email", "maya", "form"),
    ("/customer/email", "maya@example.com\r\nBcc: all", "form"),
    ("/customer/standing", "vip", "unknown-field"),
    ("/ship_groups", [], "too-few"),
    ("/ship_groups/0/number", "2", "group-number-twice"),
    ("/ship_groups/0/lines", [], "too-few"),
    ("/ship_groups/0/lines", {}, "not-list"),
    ("/ship_groups/0/lines/0/quantity", 0, "too-small"),
    ("/ship_groups/0/lines/0/quantity", 1.5, "not-integer"),
    ("/ship_groups/0/lines/0/quantity", "1", "not-integer"),
    ("/ship_groups/0/lines/0/personalization", "bell\x07", "control-character"),
    ("/ship_groups/0/lines/0/description", "two\nlines", "control-character"),
    ("/ship_groups/0/lines/0/status", "shipped", "unknown-field"),
    ("/ship_groups/0/ship_to/country", "us", "unknown-country"),
    ("/ship_groups/0/ship_to/lines", ["a", "b", "c", "d", "e"], "too-many"),
    ("/ship_groups/1/signature", "yes", "not-boolean"),
    ("/ship_groups/1/deliver_by", "09/03/2026", "no-day"),
    ("/ship_groups/1/deliver_by", "2026-02-30", "no-day"),
    ("/ship_groups/1/gift/message", "x" * 501, "too-long"),
    ("/ship_groups/1/gift/message", "esc\x1b[31m", "control-character"),
]


@pytest.mark.parametrize(("place", "value", "code"), WRONG)
def test_a_wrong_value_is_named_with_place_code_and_way_out(
    place: str, value: object, code: str
) -> None:
    reading = _read(_changed(place, value))
    assert reading.new is None
    found = _codes(reading)
    if code == "group-number-twice":
        place = "/ship_groups/1/number"  # the second is the one to change
    assert found == {place: code}
    assert all(len(problem.text) > 15 for problem in reading.problems)


def test_all_wrong_values_are_named_together() -> None:
    order = copy.deepcopy(ORDER)
    order |= {"total": "1", "currency": "XXX", "extra~/": 1}
    del order["customer"]["name"]
    assert _codes(_read(order)) == {
        "/total": "not-integer",
        "/currency": "unknown-currency",
        "/extra~0~1": "unknown-field",
        "/customer/name": "missing",
    }


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"region": ""}, "region-missing"),
        ({"region": "Illinois"}, "region-missing"),
        ({"postal_code": " "}, "postal-code-missing"),
    ],
)
def test_a_label_in_the_states_needs_state_and_postal_code(
    change: dict[str, str], code: str
) -> None:
    order = copy.deepcopy(ORDER)
    order["ship_groups"][0]["ship_to"] |= change
    assert _codes(_read(order)) == {"/ship_groups/0/ship_to": code}


def test_other_countries_need_neither() -> None:
    order = copy.deepcopy(ORDER)
    order["ship_groups"][0]["ship_to"] |= {"country": "IE", "region": "", "postal_code": ""}
    assert _read(order).new is not None


def test_doubled_keys_are_named_where_they_stand() -> None:
    text = json.dumps(ORDER)
    text = text.replace('"sku": "HAR-LAMP-OAK"', '"sku": "HAR-LAMP-OAK", "sku": "HAR-LAMP-OAK"')
    text = text.replace('"total": 18300', '"total": 1, "total": 18300')
    assert _codes(read_order(text.encode())) == {
        "/ship_groups/0/lines/1/sku": "doubled-key",
        "/total": "doubled-key",
    }


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"number":"\\ud800"}',
        b'{"number":"\xff"}',
        b'{"number":"raw \x01"}',
        b"\xef\xbb\xbf{}",
        json.dumps(ORDER).encode("utf-16"),
        b"{} {}",
        b'{"total":' + b"9" * 10_000 + b"}",
    ],
)
def test_what_is_no_json_is_broken_as_a_whole(body: bytes) -> None:
    reading = read_order(body)
    assert reading.broken
    assert [problem.code for problem in reading.problems] == ["not-json"]


@pytest.mark.parametrize("depth", [33, 100, 150])
def test_deep_nesting_fits_no_field(depth: int) -> None:
    body = json.dumps(ORDER)[:-1] + ', "deep": ' + "[" * depth + "]" * depth + "}"
    assert _codes(read_order(body.encode())) == {"/deep": "unknown-field"}


def test_no_more_than_a_hundred_problems_are_listed() -> None:
    order = copy.deepcopy(ORDER) | {f"x{n}": n for n in range(5000)}
    reading = _read(order)
    assert len(reading.problems) == 101
    assert "4900" in reading.problems[-1].text


@given(body=bodies())
def test_no_bytes_raise_and_all_get_an_answer(body: bytes) -> None:
    reading = read_order(body)
    assert (reading.new is None) == bool(reading.problems)


@given(order=broken_orders())
def test_every_pointer_leads_to_a_place_or_to_what_is_missing(order: dict[str, Any]) -> None:
    for problem in _read(order).problems:
        *way, last = problem.where.path.split("/") if problem.where.path else [""]
        home: Any = order
        for step in way[1:]:
            key = _key(step)
            home = home[int(key)] if isinstance(home, list) else home[key]
        if problem.code not in ("missing", "group-number-twice") and way:
            key = _key(last)
            assert key in home if isinstance(home, dict) else int(key) < len(home)


def _key(step: str) -> str:
    """What a step of a pointer stands for; U+0000 alone is spelled as JSON does."""
    return step.replace("~1", "/").replace("~0", "~").replace("\\u0000", "\0")


_ONE_LINE = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=55).filter(
    lambda text: bool(text.strip())
)
_TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n"))


@given(name=_ONE_LINE, street=_ONE_LINE, words=_TEXTS.map(lambda text: text[:500]))
def test_printable_words_travel_unchanged(name: str, street: str, words: str) -> None:
    order = copy.deepcopy(ORDER)
    group = order["ship_groups"][0]
    group["ship_to"] |= {"name": name, "lines": [street]}
    group["lines"][0]["personalization"] = words
    new = read_order(json.dumps(order).encode()).new
    assert new is not None
    assert new.groups[0].ship_to.name == name
    assert new.groups[0].ship_to.lines == (street,)
    assert new.groups[0].lines[0].personalization == words
