"""A supplier at its own pages: what it has to do, what it says, and what becomes of it."""

import re

import pytest

from hub.access import Role
from tests.web.portal.rig import Browser, seal_of
from tests.web.supplier.rig import HOST, TRACKING, Counter, once_of


def _forms(page: str) -> dict[str, str]:
    return {"seal": seal_of(page), "once": once_of(page)}


def test_nobody_sees_a_page_without_signing_in(counter: Counter) -> None:
    browser = Browser(app=counter.app, host=HOST)
    number = counter.order()
    for path in ("/", "/orders", f"/orders/{number}", "/ship", "/account"):
        answer = browser.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in?next=")
        assert number not in answer.text


def test_today_counts_and_shows_what_is_urgent(counter: Counter) -> None:
    number = counter.order()
    page = counter.browser().get("/")
    assert page.status_code == 200
    assert number in page.text
    assert "<strong>1</strong> to confirm" in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]


def test_the_longest_due_comes_first_whether_it_was_confirmed_or_not(counter: Counter) -> None:
    late = counter.order("1001")
    counter.house.clock.on(days=6)
    fresh = counter.order("1002")
    browser = counter.browser(role=Role.SUPPLIER_ADMIN)
    path = f"/orders/{fresh}"
    browser.post(f"{path}/confirm", _forms(browser.get(path).text))
    for page in ("/", "/ship", "/print"):
        shown = browser.get(page).text
        assert 0 < shown.index(late) < shown.index(fresh), page


def test_every_shelf_shows_what_lies_on_it_and_nothing_else(counter: Counter) -> None:
    first, second = counter.order("1001"), counter.order("1002")
    browser = counter.browser()
    path = f"/orders/{first}/ship"
    fields = {**_forms(browser.get(path).text), "parcels": "1", "quantity-1-1": "2"}
    browser.post(path, {**fields, "tracking-1": TRACKING})
    shelves = {"confirm": [second], "ship": [], "late": [], "done": [first], "all": [first, second]}
    for shelf, numbers in shelves.items():
        page = browser.get(f"/orders?show={shelf}")
        assert page.status_code == 200, shelf
        assert [one for one in (first, second) if one in page.text] == numbers, shelf
    counter.house.clock.on(days=10)
    browser = counter.browser(role=Role.SUPPLIER_ADMIN)
    assert second in browser.get("/orders?show=late").text


def test_one_button_confirms_and_a_second_click_says_nothing_twice(counter: Counter) -> None:
    number = counter.order()
    browser = counter.browser()
    path = f"/orders/{number}"
    fields = _forms(browser.get(path).text)
    for _ in range(2):
        answer = browser.post(f"{path}/confirm", fields)
        assert answer.status_code == 303
        assert answer.headers["location"] == f"{path}?done=confirmed"
    [part] = counter.house.order().fulfillments
    assert part.lines[0].buckets.accepted == 2
    with counter.house.parts.store.read() as tx:
        papers = tx.exchange.documents_page(
            partner="corner", set_id="order_response", state=None, limit=10, before=None
        )
    assert len(papers) == 1


def test_a_shipment_needs_one_number_and_the_customer_sees_it(counter: Counter) -> None:
    number = counter.order()
    browser = counter.browser()
    path = f"/orders/{number}/ship"
    page = browser.get(path).text
    assert 'value="2"' in page  # every line is preset
    fields = {**_forms(page), "parcels": "1", "tracking-1": TRACKING, "quantity-1-1": "2"}
    answer = browser.post(path, fields)
    assert answer.status_code == 303
    order = counter.house.order()
    assert order.shipments[0].carrier == "ups"  # known by the number's form
    assert order.lines[0].buckets.shipped == 2
    assert counter.house.word() == "Shipped"
    shown = browser.get(f"/orders/{number}?done=shipped").text
    assert TRACKING in shown
    assert 'role="status"' in shown


def test_all_that_is_wrong_with_a_shipment_is_told_at_once_and_nothing_is_kept(
    counter: Counter,
) -> None:
    number = counter.order()
    browser = counter.browser()
    path = f"/orders/{number}/ship"
    fields = {
        **_forms(browser.get(path).text),
        "parcels": "2",
        "tracking-1": "9.4001E+21",
        "quantity-1-1": "3",
        "tracking-2": "",
        "quantity-2-1": "x",
    }
    answer = browser.post(path, fields)
    assert answer.status_code == 422
    for words in ("changed by Excel", "2 are open, 3 are in the parcels", "whole number"):
        assert words in answer.text
    assert "<title>Error: " in answer.text
    assert "9.4001E+21" in answer.text  # what was typed is still there
    assert counter.house.order().shipments == ()


def test_a_line_may_leave_in_part_later_and_not_at_all(counter: Counter) -> None:
    number = counter.order(quantity=3)
    browser = counter.browser()
    path = f"/orders/{number}/answer"
    fields = {
        **_forms(browser.get(path).text),
        "accept-1": "1",
        "backorder-1": "1",
        "date-1": "2026-12-01",
        "reject-1": "1",
        "reason-1": "no_stock",
    }
    assert browser.post(path, fields).status_code == 303
    part = counter.house.order().fulfillments[0]
    buckets = part.lines[0].buckets
    assert (buckets.accepted, buckets.backordered, buckets.rejected) == (1, 1, 1)


@pytest.mark.parametrize("path", ["", "/ship", "/answer"])
def test_what_lies_with_another_supplier_is_not_there(counter: Counter, path: str) -> None:
    number = counter.order()
    stranger = counter.browser("stranger")
    found = stranger.get(f"/orders/{number}{path}")
    missing = stranger.get(f"/orders/NOTHING{path}")
    assert found.status_code == missing.status_code == 404
    assert found.text == missing.text.replace("NOTHING", number)


def test_what_another_supplier_says_of_an_order_does_nothing(counter: Counter) -> None:
    number = counter.order()
    counter.order("1002")
    stranger = counter.browser("stranger")
    fields = {"seal": seal_of(stranger.get("/").text), "once": "00"}
    for path in ("confirm", "ship", "answer", "change"):
        assert stranger.post(f"/orders/{number}/{path}", fields).status_code == 404
    assert counter.house.order().fulfillments[0].lines[0].buckets.accepted == 0


def test_a_form_without_the_seal_of_this_browser_changes_nothing(counter: Counter) -> None:
    number = counter.order()
    browser, other = counter.browser(), counter.browser()
    seal = seal_of(other.get("/").text)
    assert browser.post(f"/orders/{number}/confirm", {"seal": seal}).status_code == 403
    assert browser.post(f"/orders/{number}/confirm", {}).status_code == 403
    assert counter.house.order().fulfillments[0].lines[0].buckets.accepted == 0


def test_no_price_that_the_customer_pays_is_on_any_page(counter: Counter) -> None:
    number = counter.order()
    browser = counter.browser()
    for path in ("/", "/orders", f"/orders/{number}", f"/orders/{number}/ship", "/ship"):
        text = browser.get(path).text
        assert "10.00" not in text
        assert "1000" not in text
        assert "maya" not in text.lower().replace("maya ", "")  # her name, never her address


def test_any_number_finds_the_order(counter: Counter) -> None:
    number = counter.order()
    browser = counter.browser()
    for text in (number, number.lower(), f" {number} ", "1001"):
        answer = browser.get(f"/search?q={text}")
        assert answer.status_code == 303, text
        assert answer.headers["location"] == f"/orders/{number}"
    assert "No order of yours" in browser.get("/search?q=nothing").text


def test_the_grid_ships_what_has_a_number_and_keeps_what_is_wrong(counter: Counter) -> None:
    first, second = counter.order("1001"), counter.order("1002")
    browser = counter.browser()
    fields = {
        **_forms(browser.get("/ship").text),
        f"tracking-{first}": TRACKING,
        f"tracking-{second}": "nobody's",
    }
    answer = browser.post("/ship", fields)
    assert answer.status_code == 422
    assert f"{first} left: UPS {TRACKING}" in answer.text
    assert "nobody&#39;s" in answer.text
    assert counter.house.word("1001") == "Shipped"
    assert counter.house.order("1002").shipments == ()


def test_two_scans_ship_an_order(counter: Counter) -> None:
    number = counter.order()
    browser = counter.browser()
    page = browser.get("/ship").text
    first = browser.post("/ship", {**_forms(page), "scan": "1", "order": number, "label": ""})
    assert first.status_code == 200
    assert f'value="{number}"' in first.text
    again = {**_forms(first.text), "scan": "1", "order": number, "label": TRACKING}
    assert f"{number} left" in browser.post("/ship", again).text
    assert counter.house.word() == "Shipped"


def test_a_shipment_is_undone_by_a_voiding_paper(counter: Counter) -> None:
    number = counter.order()
    browser = counter.browser()
    path = f"/orders/{number}/ship"
    fields = {**_forms(browser.get(path).text), "parcels": "1"}
    browser.post(path, {**fields, "tracking-1": TRACKING, "quantity-1-1": "2"})
    page = browser.get(f"/orders/{number}?done=shipped").text
    assert "Undo the shipment" in page
    named = {**_forms(page), "shipment": TRACKING}
    answer = browser.post(f"/orders/{number}/undo-shipment", named)
    assert answer.headers["location"] == f"/orders/{number}?done=undone"
    order = counter.house.order()
    assert order.shipments == ()
    assert order.lines[0].buckets.open == 2
    now, happened = browser.get(f"/orders/{number}").text.split('id="story"')
    assert TRACKING not in now
    assert "took a shipment back" in happened and TRACKING in happened


def test_an_answer_is_undone_while_it_can_be(counter: Counter) -> None:
    number = counter.order()
    browser = counter.browser()
    path = f"/orders/{number}"
    browser.post(f"{path}/confirm", _forms(browser.get(path).text))
    page = browser.get(path).text
    found = re.search(r'name="document" value="(doc_[^"]+)"', page)
    assert found
    named = {**_forms(page), "document": found[1]}
    assert browser.post(f"{path}/undo-answer", named).status_code == 303
    assert counter.house.order().fulfillments[0].lines[0].buckets.accepted == 0
    assert "Confirm all of it" in browser.get(path).text


def test_a_wrong_tracking_number_is_put_right_later(counter: Counter) -> None:
    number = counter.order()
    browser = counter.browser()
    path = f"/orders/{number}/ship"
    fields = {**_forms(browser.get(path).text), "parcels": "1", "quantity-1-1": "2"}
    browser.post(path, {**fields, "tracking-1": "123456789012", "carrier": "fedex"})
    counter.house.clock.on(hours=1)
    browser = counter.browser(role=Role.SUPPLIER_ADMIN)
    form = browser.get(f"/orders/{number}/correct?shipment=123456789012").text
    assert 'value="123456789012"' in form
    right = {**_forms(form), "shipment": "123456789012", "tracking-1": TRACKING}
    assert browser.post(f"/orders/{number}/correct", right).status_code == 303
    [shipment] = counter.house.order().shipments
    assert shipment.packages[0].tracking == TRACKING
    assert shipment.carrier == "ups"
