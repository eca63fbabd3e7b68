"""One article that leaves later holds nobody back from the day agreed on for the others."""

from datetime import UTC, datetime

from hub.access import Role
from hub.domain.orders import FulfillmentOrder
from hub.flow.watching import ring
from tests.rigs.houses import post, shopping
from tests.web.supplier.rig import TRACKING, Counter
from tests.web.supplier.test_part_shipped import _forms, _shelves, _tiles
from tests.web.supplier.test_what_leaves import _answer

AGREED = datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC)
LATER = datetime(2026, 12, 20, 23, 59, 59, tzinfo=UTC)


def _part(counter: Counter) -> FulfillmentOrder:
    return counter.house.order("1001").fulfillments[0]


def _one_later(counter: Counter) -> str:
    """An order of two articles of which the second is said to leave on December 20."""
    post(counter.house, shopping("1001", 2, 3))
    counter.house.turn("corner")
    number, browser = _part(counter).number, counter.browser()
    assert _answer(browser, number, {"backorder-2": "3", "date-2": "2026-12-20"}) == 303
    return number


def test_what_was_not_put_off_keeps_its_day_until_it_left(counter: Counter) -> None:
    number = _one_later(counter)
    assert (_part(counter).ship_by, _part(counter).due) == (LATER, AGREED)
    counter.house.clock.time = datetime(2026, 11, 25, 12, tzinfo=UTC)
    ring(counter.house.parts)
    assert "overdue-shipment" in counter.house.exceptions()
    browser = counter.browser(role=Role.SUPPLIER_ADMIN)
    assert _shelves(browser, number) == ["ship", "late", "all"]
    assert _tiles(browser)["late"] == "1"
    assert "<strong>Late.</strong>" in browser.get(f"/orders/{number}").text
    assert number in browser.get("/orders?show=ship&to=2026-11-30").text
    form = browser.get(f"/orders/{number}/ship").text
    fields = {**_forms(form), "parcels": "1", "tracking-1": TRACKING, "quantity-1-1": "2"}
    assert browser.post(f"/orders/{number}/ship", fields).status_code == 303
    assert (_part(counter).due, _part(counter).next_due) == (LATER, None)
    assert _shelves(browser, number) == ["ship", "all"]
    assert "overdue-shipment" not in counter.house.exceptions()
    counter.house.clock.time = datetime(2026, 12, 21, 12, tzinfo=UTC)
    ring(counter.house.parts)
    assert "overdue-shipment" in counter.house.exceptions(), "the rest is awaited in its turn"


def test_a_shipment_taken_back_is_held_to_the_day_that_was_agreed_on(counter: Counter) -> None:
    number, browser = _one_later(counter), counter.browser(role=Role.SUPPLIER_ADMIN)
    form = browser.get(f"/orders/{number}/ship").text
    fields = {**_forms(form), "parcels": "1", "tracking-1": TRACKING, "quantity-1-1": "2"}
    assert browser.post(f"/orders/{number}/ship", fields).status_code == 303
    assert _part(counter).due == LATER
    void = {**_forms(browser.get(f"/orders/{number}").text), "shipment": TRACKING}
    assert browser.post(f"/orders/{number}/undo-shipment", void).status_code == 303
    assert _part(counter).due == AGREED


def test_all_of_it_later_is_due_then_and_all_in_time_is_due_as_agreed(counter: Counter) -> None:
    number, browser = _one_later(counter), counter.browser(role=Role.SUPPLIER_ADMIN)
    counter.house.clock.on(minutes=11)
    typed = {"accept-1": "0", "backorder-1": "2", "date-1": "2026-12-20"}
    assert _answer(browser, number, typed) == 303
    assert (_part(counter).due, _part(counter).next_due) == (LATER, None)
    counter.house.clock.on(minutes=11)
    in_time = {"accept-1": "2", "backorder-1": "", "accept-2": "3", "backorder-2": ""}
    assert _answer(browser, number, in_time) == 303
    assert _part(counter).due == AGREED
