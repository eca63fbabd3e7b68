"""How a supplier kept its word: the numbers, and that each leads to its very orders."""

import csv
import io
from dataclasses import replace

import pytest

from hub import api
from hub.access import Role
from hub.domain.posted import PostedSet
from hub.flow.supplier_figures import Mark, Measure, behind
from hub.flow.supplier_room import Said, say
from hub.main import doors, read_settings
from tests.web.supplier.rig import TRACKING, Counter


@pytest.fixture
def counter(quick_counter: Counter) -> Counter:
    """What these tests are about is the same on every store."""
    return quick_counter


def _say(counter: Counter, number: str, set_id: PostedSet, body: dict[str, object]) -> None:
    said = Said(set_id=set_id, number=number, body=body, key=f"{set_id}{number}", who="test")
    assert say(counter.house.parts, "corner", said).went_through


def _confirm(counter: Counter, number: str) -> None:
    _say(counter, number, PostedSet.ORDER_RESPONSE, {"whole": "accept"})


def _ship(counter: Counter, number: str, quantity: int = 2) -> None:
    box = {"tracking": TRACKING, "items": [{"line": "1", "quantity": quantity}]}
    _say(counter, number, PostedSet.SHIP_NOTICE, {"carrier": "ups", "packages": [box]})


def _worked(counter: Counter) -> dict[str, str]:
    """Five orders: done well, answered late, shipped late, refused, still to do."""
    names = {
        name: counter.order(str(n)) for n, name in enumerate(("well", "slow", "late", "no"), 1)
    }
    _confirm(counter, names["well"])
    _ship(counter, names["well"])
    _confirm(counter, names["late"])
    _say(counter, names["no"], PostedSet.ORDER_RESPONSE, {"whole": "reject"})
    counter.house.clock.on(days=9)
    _confirm(counter, names["slow"])
    _ship(counter, names["late"])
    names["new"] = counter.order("9")
    return names


def _behind(counter: Counter, measure: Measure, mark: Mark) -> set[str]:
    found = behind(counter.house.parts, "corner", days=30, measure=measure, mark=mark, limit=100)
    assert found.count == len(found.orders)
    return {one.row.number for one in found.orders}


def test_each_number_is_made_of_the_orders_it_leads_to(counter: Counter) -> None:
    names = _worked(counter)
    assert _behind(counter, Measure.CONFIRM, Mark.BAD) == {names["slow"]}
    assert _behind(counter, Measure.CONFIRM, Mark.OPEN) == {names["new"]}
    assert _behind(counter, Measure.SHIP, Mark.GOOD) == {names["well"]}
    assert _behind(counter, Measure.SHIP, Mark.BAD) == {names["slow"], names["late"]}
    assert _behind(counter, Measure.CANCEL, Mark.BAD) == {names["no"]}
    assert _behind(counter, Measure.UNEXPECTED, Mark.BAD) == set()
    browser = counter.browser()
    page = browser.get("/figures").text
    assert "33.3 %" in page  # one of three that should have left
    listed = browser.get("/figures/ship?days=30&mark=bad").text
    assert names["slow"] in listed and names["late"] in listed
    assert names["well"] not in listed


def test_the_table_of_a_number_has_the_same_orders(counter: Counter) -> None:
    names = _worked(counter)
    answer = counter.browser().get("/figures/ship.csv?days=30&mark=bad")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert {row["purchase_order"] for row in rows} == {names["slow"], names["late"]}
    assert {row["judged"] for row in rows} == {"bad"}


def test_an_order_of_a_brand_without_a_page_counts_and_leads_nowhere(counter: Counter) -> None:
    number = counter.order()
    _confirm(counter, number)
    _ship(counter, number)
    path = "/figures/ship?days=30&mark=good"
    assert f'href="/orders/{number}"' in counter.browser().get(path).text
    parts = counter.house.parts
    left = replace(parts, brands={"harbor": parts.brands["harbor"]})
    app = doors(read_settings({"HUB_DATA_DIR": "/nowhere"}), left, api.build(left))
    browser = Counter(house=counter.house, app=app).browser(role=Role.SUPPLIER_ADMIN)
    page = browser.get(path).text
    assert number in page
    assert f'href="/orders/{number}"' not in page
    assert browser.get(f"/orders/{number}").status_code == 404
    assert number not in browser.get("/orders?show=all").text


def test_what_was_given_earlier_does_not_count(counter: Counter) -> None:
    number = counter.order()
    counter.house.clock.on(days=31)
    browser = counter.browser()
    assert "No order was given to you in these days" in browser.get("/figures").text
    assert number in browser.get("/figures/confirm?days=90").text


@pytest.mark.parametrize("path", ["/figures/money", "/figures/money.csv"])
def test_there_are_no_other_numbers(counter: Counter, path: str) -> None:
    assert counter.browser().get(path).status_code == 404


def test_nobody_sees_how_another_supplier_does(counter: Counter) -> None:
    names = _worked(counter)
    stranger = counter.browser("stranger")
    for path in ("/figures", "/figures/ship", "/figures/ship.csv", "/figures/confirm?days=90"):
        text = stranger.get(path).text
        assert not any(number in text for number in names.values())
