"""Shipping against something is a decision: a wish of the customer's, a label of another order."""

import pytest

from tests.rigs.changes import cancel
from tests.web.portal.rig import Browser, seal_of
from tests.web.supplier.rig import TRACKING, Counter, once_of

USPS = "9400111899223197428497"
CANCELS = "The customer wants to cancel this order"
TAKEN = f"{TRACKING} is on a parcel of"


@pytest.fixture
def each_counter(counter: Counter) -> Counter:
    """What rests on the store is tried on each."""
    return counter


def _forms(page: str) -> dict[str, str]:
    return {"seal": seal_of(page), "once": once_of(page)}


def _tick(page: str, name: str) -> str:
    found = page.partition(f'name="{name}" value="')[2].partition('"')[0]
    assert found, page
    return found


def _asked(counter: Counter) -> str:
    """An order that its customer wants cancelled, and nobody answered."""
    number = counter.order()
    cancel(counter.house, number="1001")
    counter.house.turn("corner")
    return number


def _scan(browser: Browser, **fields: str) -> tuple[int, str]:
    answer = browser.post("/ship", {**_forms(browser.get("/ship").text), "scan": "1", **fields})
    return answer.status_code, answer.text


def _shipped(counter: Counter, number: str = "1001") -> int:
    return sum(line.buckets.shipped for line in counter.house.order(number).fulfillments[0].lines)


def test_a_scanned_slip_names_the_wish_and_its_label_ships_by_decision_alone(
    quick_counter: Counter,
) -> None:
    number, browser = _asked(quick_counter), quick_counter.browser()
    status, page = _scan(browser, order=number, label="")
    assert status == 200 and CANCELS in page
    status, page = _scan(browser, order=number, label=TRACKING)
    assert status == 422 and page.count(CANCELS) >= 2  # at the field, and in the problems
    assert _shipped(quick_counter) == 0
    status, page = _scan(browser, order=number, label=TRACKING, anyway="asked-99")
    assert status == 422 and _shipped(quick_counter) == 0
    status, page = _scan(browser, order=number, label=TRACKING, anyway=_tick(page, "anyway"))
    assert f"{number} left" in page and _shipped(quick_counter) == 2


def test_the_grid_names_the_wish_and_ships_a_ticked_row(quick_counter: Counter) -> None:
    number, browser = _asked(quick_counter), quick_counter.browser()
    page = browser.get("/ship").text
    assert CANCELS in page and "The customer wants to cancel</span>" in page
    fields = {**_forms(page), f"tracking-{number}": TRACKING}
    answer = browser.post("/ship", fields)
    assert answer.status_code == 422 and _shipped(quick_counter) == 0
    name = f"anyway-{number}"
    answer = browser.post("/ship", {**fields, name: _tick(answer.text, name)})
    assert f"{number} left" in answer.text and _shipped(quick_counter) == 2


def test_the_form_of_one_order_asks_before_it_ships_against_a_wish(quick_counter: Counter) -> None:
    number, browser = _asked(quick_counter), quick_counter.browser()
    path = f"/orders/{number}/ship"
    page = browser.get(path).text
    assert CANCELS in page
    fields = {**_forms(page), "parcels": "1", "tracking-1": TRACKING, "quantity-1-1": "2"}
    answer = browser.post(path, fields)
    assert answer.status_code == 422 and 'id="anyway-wrong"' in answer.text
    assert _shipped(quick_counter) == 0
    assert browser.post(path, {**fields, "anyway": _tick(page, "anyway")}).status_code == 303
    assert _shipped(quick_counter) == 2


def test_paper_says_the_wish_on_the_screen_and_not_to_the_customer(quick_counter: Counter) -> None:
    number, browser = _asked(quick_counter), quick_counter.browser()
    assert "The customer wants to cancel</span>" in browser.get("/print").text
    for kind in ("slips", "gifts", "picks"):
        page = browser.get(f"/print/{kind}?order={number}").text
        screen, _, paper = page.partition("</header>")
        if kind != "gifts":  # it is no present
            assert "The customer wants to cancel" in screen and f"/orders/{number}" in screen
        assert "wants to cancel" not in paper


def test_an_order_that_nobody_wants_changed_asks_nothing(quick_counter: Counter) -> None:
    number, browser = quick_counter.order(), quick_counter.browser()
    for path in ("/ship", f"/orders/{number}/ship", f"/print/slips?order={number}", "/print"):
        page = browser.get(path).text
        assert "wants to" not in page and "anyway" not in page, path
    status, page = _scan(browser, order=number, label=TRACKING)
    assert status == 200 and f"{number} left" in page


def test_a_label_of_another_order_is_asked_about(each_counter: Counter) -> None:
    first, second = each_counter.order("1001"), each_counter.order("1002")
    browser = each_counter.browser()
    assert _scan(browser, order=first, label=TRACKING)[0] == 200
    status, page = _scan(browser, order=second, label=f" {TRACKING.lower()} ")
    assert status == 422 and f"{TAKEN} {first} already" in page
    path = f"/orders/{second}/ship"
    told = {"parcels": "1", "tracking-1": TRACKING, "quantity-1-1": "1"}
    answer = browser.post(path, {**_forms(browser.get(path).text), **told})
    assert answer.status_code == 422 and TAKEN in answer.text and 'value="' in answer.text
    assert _shipped(each_counter, "1002") == 0
    told["anyway"] = _tick(answer.text, "anyway")
    assert browser.post(path, {**_forms(answer.text), **told}).status_code == 303
    undo = {**_forms(browser.get(f"/orders/{first}").text), "shipment": TRACKING}
    assert browser.post(f"/orders/{first}/undo-shipment", undo).status_code == 303
    third = each_counter.order("1003")
    undo = {**_forms(browser.get(f"/orders/{second}").text), "shipment": TRACKING}
    assert browser.post(f"/orders/{second}/undo-shipment", undo).status_code == 303
    status, page = _scan(browser, order=third, label=TRACKING)  # it is on no parcel any more
    assert status == 200 and f"{third} left" in page


def test_one_label_on_two_rows_of_the_grid_is_asked_about(quick_counter: Counter) -> None:
    first, second = quick_counter.order("1001"), quick_counter.order("1002")
    browser = quick_counter.browser()
    fields = {f"tracking-{first}": TRACKING, f"tracking-{second}": TRACKING}
    answer = browser.post("/ship", {**_forms(browser.get("/ship").text), **fields})
    assert answer.status_code == 422
    assert f"{first} left" in answer.text and f"{TAKEN} {first}" in answer.text
    assert _shipped(quick_counter, "1002") == 0


def test_what_was_ticked_stands_for_nothing_that_came_up_since(quick_counter: Counter) -> None:
    first, second = quick_counter.order("1002"), _asked(quick_counter)
    browser = quick_counter.browser()
    page = _scan(browser, order=second, label="")[1]
    seen = _tick(page, "anyway")
    assert _scan(browser, order=first, label=TRACKING)[0] == 200
    status, page = _scan(browser, order=second, label=TRACKING, anyway=seen)
    assert status == 422 and TAKEN in page and _shipped(quick_counter) == 0


def test_the_label_of_another_supplier_is_nobodys_business(quick_counter: Counter) -> None:
    number = quick_counter.order()
    assert _scan(quick_counter.browser(), order=number, label=TRACKING)[0] == 200
    with quick_counter.house.parts.store.read() as tx:
        for partner, known in (("corner", {TRACKING: [number]}), ("stranger", {})):
            found = tx.parcels.purchase_orders(partner=partner, trackings=[TRACKING])
            assert found == known


# --- carriers ------------------------------------------------------------------------------------


def _two_parcels(counter: Counter, **fields: str) -> tuple[int, str]:
    number, browser = counter.order(quantity=3), counter.browser()
    path = f"/orders/{number}/ship"
    told = {"parcels": "2", "quantity-1-1": "2", "quantity-2-1": "1"}
    answer = browser.post(path, {**_forms(browser.get(path).text), **told, **fields})
    return answer.status_code, answer.text or browser.get(f"/orders/{number}").text


@pytest.mark.parametrize("chosen", ["", "ups", "fedex"])
def test_parcels_of_two_carriers_go_in_one_form_each_under_its_own(
    quick_counter: Counter, chosen: str
) -> None:
    numbers = {"tracking-1": TRACKING, "tracking-2": USPS}
    status, page = _two_parcels(quick_counter, **numbers, carrier=chosen)
    assert status == 303
    assert "ups.com/track?tracknum=1Z" in page and "tLabels=9400" in page
    assert "tracknum=9400" not in page and "fedex.com" not in page


def test_of_two_parcels_the_one_whose_carrier_nobody_knows_is_named(quick_counter: Counter) -> None:
    numbers = {"tracking-1": TRACKING, "tracking-2": "LW-77"}
    status, page = _two_parcels(quick_counter, **numbers)
    assert status == 422 and "look like LW-77: choose the carrier" in page


def test_two_parcels_have_two_labels(quick_counter: Counter) -> None:
    numbers = {"tracking-1": TRACKING, "tracking-2": TRACKING.lower()}
    status, page = _two_parcels(quick_counter, **numbers)
    assert status == 422 and "Parcel 2 has the number of another one" in page
    assert quick_counter.house.order().shipments == ()


# --- what does not ship any more -----------------------------------------------------------------


def _over(counter: Counter, number: str) -> str:
    """What a page says of a slip that is scanned alone, and that it asks for no label."""
    status, page = _scan(counter.browser(), order=number, label="")
    assert status == 422 and 'id="order-wrong"' in page
    assert 'name="order"' in page and f'value="{number}"' not in page.partition("By hand")[0]
    return page


def test_the_slip_of_a_cancelled_order_says_so_at_once(quick_counter: Counter) -> None:
    number, browser = _asked(quick_counter), quick_counter.browser()
    page = browser.get(f"/orders/{number}").text
    stopped = {"answer": "stopped", "change": "1", "sure": "1"}
    assert browser.post(f"/orders/{number}/change", {**_forms(page), **stopped}).status_code == 303
    assert f"CANCELLED: do not ship {number}." in _over(quick_counter, number)
    for label in (TRACKING, "LW-77", "1Z999AA10123456785"):  # whatever the label is
        status, page = _scan(browser, order=number, label=label)
        assert status == 422 and f"CANCELLED: do not ship {number}." in page
        assert "carrier" not in page.partition("By hand")[0] and "anyway" not in page


def test_the_slip_of_what_was_refused_or_left_already_says_so(quick_counter: Counter) -> None:
    left, refused = quick_counter.order("1001"), quick_counter.order("1002")
    browser = quick_counter.browser()
    fields = {"scan": "1", "order": left, "label": TRACKING, **_forms(browser.get("/ship").text)}
    assert f"{left} left" in browser.post("/ship", fields).text
    assert f"{left} left" in browser.post("/ship", fields).text  # a second click
    assert f"{left} shipped already with {TRACKING}." in _over(quick_counter, left)
    status, page = _scan(browser, order=left, label=USPS)
    assert status == 422 and f"{left} shipped already with {TRACKING}." in page
    path = f"/orders/{refused}/answer"
    no = {"accept-1": "0", "reject-1": "2", "reason-1": "no_stock"}
    assert browser.post(path, {**_forms(browser.get(path).text), **no}).status_code == 303
    assert f"REFUSED by you: do not ship {refused}." in _over(quick_counter, refused)
