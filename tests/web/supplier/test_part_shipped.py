"""An order of which a part left: it is still to be shipped, until nothing of it is open."""

import re

from hub.access import Role
from tests.web.portal.rig import Browser, seal_of
from tests.web.supplier.rig import TRACKING, Counter, once_of
from tests.web.supplier.test_onetime import MailedCounter, box, form, mailed

__all__ = ["box", "mailed"]

REST = "1Z999AA10123456793"


def _forms(page: str) -> dict[str, str]:
    return {"seal": seal_of(page), "once": once_of(page)}


def _two_of_five(counter: Counter, browser: Browser, *, confirmed: bool) -> str:
    number = counter.order(quantity=5)
    path = f"/orders/{number}"
    if confirmed:
        browser.post(f"{path}/confirm", _forms(browser.get(path).text))
    fields = {**_forms(browser.get(f"{path}/ship").text), "parcels": "1", "quantity-1-1": "2"}
    answer = browser.post(f"{path}/ship", {**fields, "tracking-1": TRACKING})
    assert answer.status_code == 303, answer.text
    return number


def _shelves(browser: Browser, number: str) -> list[str]:
    shelves = ("confirm", "ship", "late", "done", "all")
    link = f'href="/orders/{number}"'
    return [one for one in shelves if link in browser.get(f"/orders?show={one}").text]


def _tiles(browser: Browser) -> dict[str, str]:
    page = browser.get("/").text
    return {word: n for n, word in re.findall(r"<strong>(\d+)</strong> ([a-z ]+)<", page)}


def test_what_left_in_part_stays_to_be_shipped_with_its_day(counter: Counter) -> None:
    browser = counter.browser()
    number = _two_of_five(counter, browser, confirmed=True)
    assert _shelves(browser, number) == ["ship", "all"]
    tiles = _tiles(browser)
    assert (tiles["to confirm"], tiles["to ship"], tiles["late"]) == ("0", "1", "0")
    for page in ("/", "/ship", "/print"):
        assert number in browser.get(page).text, page
    assert "3 × Thing 1" in browser.get("/ship").text
    rows = browser.get("/upload/open.csv").content.decode("utf-8-sig").splitlines()
    assert [row.split(",")[0] for row in rows[1:]] == [number] and ",Thing 1,3," in rows[1]
    shown = browser.get(f"/orders/{number}").text
    assert "Part shipped" in shown and "Ship by " in shown and "No day to ship by" not in shown
    assert f"{number},1001," in browser.get("/orders.csv?show=ship").text
    assert ",part shipped," in browser.get("/orders.csv?show=ship").text


def test_what_left_in_part_is_late_until_the_rest_left(counter: Counter) -> None:
    browser = counter.browser()
    number = _two_of_five(counter, browser, confirmed=False)  # shipping confirms as well
    assert _shelves(browser, number) == ["ship", "all"]
    counter.house.clock.on(days=10)
    browser = counter.browser(role=Role.SUPPLIER_ADMIN)
    assert _shelves(browser, number) == ["ship", "late", "all"]
    assert (_tiles(browser)["to ship"], _tiles(browser)["late"]) == ("1", "1")
    assert "Late · Part shipped" in browser.get("/orders?show=late").text
    assert "<strong>Late.</strong>" in browser.get(f"/orders/{number}").text
    grid = browser.get("/ship").text
    sent = browser.post("/ship", {**_forms(grid), f"tracking-{number}": REST})
    assert sent.status_code == 200, sent.text
    assert _shelves(browser, number) == ["done", "all"]
    assert (_tiles(browser)["to ship"], _tiles(browser)["late"]) == ("0", "0")
    assert counter.house.order().lines[0].buckets.shipped == 5
    undone = browser.post(
        f"/orders/{number}/undo-shipment",
        {**_forms(browser.get(f"/orders/{number}").text), "shipment": REST},
    )
    assert undone.status_code == 303
    assert _shelves(browser, number) == ["ship", "late", "all"]  # the first parcel stays gone


def test_the_rest_can_be_told_by_the_link_that_leads_on(mailed: MailedCounter) -> None:
    mailed.counter.order()
    path, browser = mailed.link(), mailed.browser()
    fields = form(browser.get(path).text, "ship", **{"tracking-1": TRACKING, "quantity-1-1": "1"})
    after = browser.post(path, fields).headers["location"].partition("?")[0]
    page = browser.get(after).text
    assert "Part shipped" in page and "Ship by " in page
    rest = form(page, "ship", **{"tracking-1": REST, "quantity-1-1": "1"})
    assert browser.post(after, rest).status_code == 303
    assert mailed.counter.house.word() == "Shipped"


def test_what_left_in_part_before_its_mail_is_mailed_for_the_rest(mailed: MailedCounter) -> None:
    number = mailed.counter.order(quantity=5)
    browser = mailed.counter.browser()
    path = f"/orders/{number}/ship"
    fields = {**_forms(browser.get(path).text), "parcels": "1", "quantity-1-1": "2"}
    browser.post(path, {**fields, "tracking-1": TRACKING})
    assert mailed.mailed() == 1
    assert "3 × " in mailed.box.texts()[0]
