"""A tracking number with a wrong digit is asked about once, wherever it is told."""

import re

from tests.rigs.changes import cancel
from tests.web.portal.rig import Browser, seal_of
from tests.web.supplier.rig import TRACKING, Counter, once_of
from tests.web.supplier.test_upload import send, table, upload
from tests.web.supplier.test_upload_asked import counts

WRONG = "1Z999AA10123456785"
TOLD = f"{WRONG} looks like a number of UPS with a wrong digit"


def _forms(page: str) -> dict[str, str]:
    return {"seal": seal_of(page), "once": once_of(page)}


def _tick(page: str, name: str = "anyway") -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found, page
    return found[1]


def _sent(counter: Counter, number: str = "1001") -> list[tuple[str, str]]:
    shipments = counter.house.order(number).shipments
    return [(one.carrier, box.tracking) for one in shipments for box in one.packages]


def _ship(browser: Browser, number: str, **fields: str) -> tuple[int, str]:
    path = f"/orders/{number}/ship"
    told = {"parcels": "1", "tracking-1": WRONG, "quantity-1-1": "2", **fields}
    answer = browser.post(path, {**_forms(browser.get(path).text), **told})
    return answer.status_code, answer.text


def test_the_form_asks_once_whether_a_carrier_is_named_or_not(quick_counter: Counter) -> None:
    number, browser = quick_counter.order(), quick_counter.browser()
    for carrier in ("", "ups", "fedex"):
        status, page = _ship(browser, number, carrier=carrier)
        assert status == 422 and TOLD in page and "No carrier's numbers" not in page
        assert 'id="anyway-wrong"' in page and _sent(quick_counter) == []
    status, page = _ship(browser, number, carrier="ups", anyway=_tick(page))
    assert status == 303 and _sent(quick_counter) == [("ups", WRONG)]


def test_one_tick_without_a_carrier_is_the_one_it_looks_like(quick_counter: Counter) -> None:
    number, browser = quick_counter.order(), quick_counter.browser()
    _, page = _ship(browser, number)
    assert _ship(browser, number, anyway=_tick(page))[0] == 303
    assert _sent(quick_counter) == [("ups", WRONG)]


def test_the_grid_and_the_scanner_ask_alike(quick_counter: Counter) -> None:
    first, second = quick_counter.order("1001"), quick_counter.order("1002")
    browser = quick_counter.browser()
    fields = {**_forms(browser.get("/ship").text), f"tracking-{first}": WRONG}
    answer = browser.post("/ship", fields)
    assert answer.status_code == 422 and TOLD in answer.text and _sent(quick_counter) == []
    name = f"anyway-{first}"
    answer = browser.post("/ship", {**fields, name: _tick(answer.text, name)})
    assert answer.status_code == 200 and f"{first} left: UPS {WRONG}" in answer.text
    other = "9400111899223197428498"
    scan = {**_forms(browser.get("/ship").text), "scan": "1", "order": second, "label": other}
    answer = browser.post("/ship", scan)
    assert answer.status_code == 422 and f"{other} looks like a number of USPS" in answer.text
    answer = browser.post("/ship", {**scan, "anyway": _tick(answer.text)})
    assert _sent(quick_counter, "1002") == [("usps", other)]


def test_a_table_asks_about_its_row(quick_counter: Counter) -> None:
    first, second = quick_counter.order("1001"), quick_counter.order("1002")
    browser = quick_counter.browser()
    rows = (f"{first},1,2,{WRONG},", f"{second},1,2,{WRONG[:-1]}6,ups")
    path = upload(browser, table("PO,Line,Qty,Tracking,Carrier", *rows))
    page = browser.get(path).text
    assert counts(page) == {"good": 0, "wrong": 0, "asked": 2, "sent": 0}
    assert page.count("This looks like a number of UPS with a wrong digit") == 2
    assert "Sent: 2 orders." in send(browser, path, also="asked")
    assert _sent(quick_counter) == [("ups", WRONG)]


def test_a_correction_asks_too(quick_counter: Counter) -> None:
    number, browser = quick_counter.order(), quick_counter.browser()
    assert _ship(browser, number, **{"tracking-1": TRACKING})[0] == 303
    path = f"/orders/{number}/correct"
    page = browser.get(f"{path}?shipment={TRACKING}").text
    fields = {**_forms(page), "shipment": TRACKING, "tracking-1": WRONG}
    answer = browser.post(path, fields)
    assert answer.status_code == 422 and TOLD in answer.text
    assert _sent(quick_counter) == [("ups", TRACKING)]
    assert browser.post(path, {**fields, "anyway": _tick(answer.text)}).status_code == 303
    assert _sent(quick_counter) == [("ups", WRONG)]


def test_a_correction_to_the_number_of_another_order_is_asked_about(counter: Counter) -> None:
    first, second = counter.order("1001"), counter.order("1002")
    browser, other = counter.browser(), "9400111899223197428497"
    for number, label in ((first, TRACKING), (second, other)):
        assert _ship(browser, number, **{"tracking-1": label})[0] == 303
    path = f"/orders/{second}/correct"
    page = browser.get(f"{path}?shipment={other}").text
    assert "anyway" not in page
    fields = {**_forms(page), "shipment": other, "tracking-1": f"{TRACKING[:2]} {TRACKING[2:]}"}
    answer = browser.post(path, fields)
    assert answer.status_code == 422 and 'id="anyway-wrong"' in answer.text
    assert f"{TRACKING} is on a parcel of {first} already" in answer.text
    assert _sent(counter, "1002") == [("usps", other)]
    assert browser.post(path, {**fields, "anyway": _tick(answer.text)}).status_code == 303
    assert _sent(counter, "1002")[0][0] == "ups"


def test_a_correction_asks_nothing_of_its_own_numbers_or_of_a_wish(quick_counter: Counter) -> None:
    number, browser = quick_counter.order(), quick_counter.browser()
    told = {"tracking-1": TRACKING, "quantity-1-1": "1"}
    assert _ship(browser, number, **told)[0] == 303
    cancel(quick_counter.house, number="1001")
    quick_counter.house.turn("corner")
    path = f"/orders/{number}/correct"
    page = browser.get(f"{path}?shipment={TRACKING}").text
    fields = {**_forms(page), "shipment": TRACKING, "tracking-1": TRACKING, "carrier": "ups"}
    assert browser.post(path, fields).status_code == 303
