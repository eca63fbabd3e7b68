"""What was taken back counts no more: the same form again, a table's undo, and stock's."""

import pytest

from hub.access import Role
from tests.web.portal.rig import Browser, seal_of
from tests.web.supplier.rig import TRACKING, Counter, once_of
from tests.web.supplier.rig import counter as each_counter
from tests.web.supplier.test_stock import levels
from tests.web.supplier.test_upload import OTHER, send, table, upload

__all__ = ["each_counter"]
SINCE = "This was taken back since. Open the page again and say it anew."


@pytest.fixture
def counter(quick_counter: Counter) -> Counter:
    """Of each way one test is on both stores; these are on one."""
    return quick_counter


def _forms(page: str) -> dict[str, str]:
    return {"seal": seal_of(page), "once": once_of(page)}


def _ship(browser: Browser, number: str) -> dict[str, str]:
    """Ship all of an order at its page; return the form."""
    path = f"/orders/{number}/ship"
    fields = {**_forms(browser.get(path).text), "parcels": "1", "quantity-1-1": "2"}
    fields["tracking-1"] = TRACKING
    assert browser.post(path, fields).status_code == 303
    return fields


def _undo_shipment(browser: Browser, number: str) -> None:
    path = f"/orders/{number}"
    named = {**_forms(browser.get(path).text), "shipment": TRACKING}
    assert browser.post(f"{path}/undo-shipment", named).status_code == 303


def test_a_shipment_that_was_taken_back_is_not_told_as_done_again(each_counter: Counter) -> None:
    number = each_counter.order()
    browser = each_counter.browser()
    path = f"/orders/{number}"
    fields = _ship(browser, number)
    assert browser.post(f"{path}/ship", fields).status_code == 303  # a second click
    page = browser.get(f"{path}/correct?shipment={TRACKING}").text
    right = {**_forms(page), "shipment": TRACKING, "tracking-1": OTHER}
    assert browser.post(f"{path}/correct", right).status_code == 303
    assert browser.post(f"{path}/correct", right).status_code == 303
    _undo_shipment(browser, number)
    for form, typed in (("ship", fields), ("correct", right)):
        answer = browser.post(f"{path}/{form}", typed)
        assert answer.status_code == 409
        assert SINCE in answer.text
    assert each_counter.house.order().shipments == ()


def test_what_was_taken_back_is_told_anew_with_the_same_tracking_number(counter: Counter) -> None:
    number = counter.order()
    browser = counter.browser()
    path = f"/orders/{number}"
    for _ in range(2):
        _ship(browser, number)
        named = {**_forms(browser.get(path).text), "shipment": _name(counter)}
        assert browser.post(f"{path}/undo-shipment", named).status_code == 303
        assert counter.house.order().shipments == ()
    body = table("PO,SKU,Qty,Tracking", f"{number},SKU-1,2,{TRACKING}")
    page = send(browser, upload(browser, body))
    assert "Sent: 1 order." in page and "Undo it" in page
    assert counter.house.order().lines[0].buckets.shipped == 2
    assert _name(counter) == f"{TRACKING}-3"


def _name(counter: Counter) -> str:
    [shipment] = counter.house.order().shipments
    assert shipment.packages[0].tracking == TRACKING
    return shipment.name


def test_the_grid_does_not_say_of_a_shipment_taken_back_that_it_left(counter: Counter) -> None:
    number = counter.order()
    browser = counter.browser()
    fields = {**_forms(browser.get("/ship").text), f"tracking-{number}": TRACKING}
    assert f"{number} left" in browser.post("/ship", fields).text
    _undo_shipment(browser, number)
    answer = browser.post("/ship", fields)
    assert answer.status_code == 422
    assert SINCE in answer.text and f"{number} left" not in answer.text
    assert counter.house.order().shipments == ()


@pytest.mark.parametrize("way", ["page", "ticks", "lines"])
def test_an_answer_that_was_taken_back_is_not_told_as_done_again(
    each_counter: Counter, way: str
) -> None:
    number = each_counter.order()
    browser = each_counter.browser()
    path = f"/orders/{number}"
    form, said = {
        "page": (f"{path}/confirm", {}),
        "ticks": ("/orders", {"show": "confirm", "do": "accept", f"tick-{number}": "1"}),
        "lines": (f"{path}/answer", {"accept-1": "2"}),
    }[way]
    looked = {"page": path, "ticks": "/orders?show=confirm"}.get(way, form)
    fields = {**_forms(browser.get(looked).text), **said}
    assert browser.post(form, fields).status_code in (200, 303)
    page = browser.get(path).text
    answer = page.partition('name="document" value="')[2].partition('"')[0]
    undone = browser.post(f"{path}/undo-answer", {**_forms(page), "document": answer})
    assert undone.status_code == 303
    again = browser.post(form, fields)
    assert again.status_code in (409, 422)
    assert SINCE in again.text
    assert each_counter.house.order().fulfillments[0].lines[0].buckets.accepted == 0


def test_a_table_takes_back_what_it_told_and_nothing_of_others(each_counter: Counter) -> None:
    first, second = each_counter.order("1001"), each_counter.order("1002")
    browser = each_counter.browser()
    _ship(browser, first)
    body = table("PO,SKU,Qty,Tracking", f"{first},SKU-1,2,{TRACKING}", f"{second},SKU-1,2,{OTHER}")
    path = upload(browser, body)
    seal = {"seal": seal_of(browser.get(path).text)}
    assert f'action="{path}/undo"' not in browser.get(path).text
    assert browser.post(f"{path}/undo", seal).headers["location"] == path
    page = send(browser, path)
    assert f'action="{path}/undo"' in page and "Undo it" in page
    again = upload(browser, body)  # the same rows in another file were told by the first
    assert f'action="{again}/undo"' not in browser.get(again).text
    undone = browser.post(f"{path}/undo", _forms(page))
    assert undone.status_code == 200
    assert len(each_counter.house.order("1001").shipments) == 1
    assert each_counter.house.order("1002").shipments == ()


def _save(browser: Browser, **levels_of: tuple[str, str]) -> dict[str, str]:
    """Save levels, each as (was, now), by article with `_` for `-`; return the form."""
    fields = {**_forms(browser.get("/stock").text), "q": "", "after": ""}
    for name, (was, now) in levels_of.items():
        sku = name.replace("_", "-")
        fields |= {f"was-{sku}": was, f"units-{sku}": now}
    assert browser.post("/stock", fields).status_code == 303
    return fields


def test_a_level_that_a_colleague_told_since_stays(counter: Counter) -> None:
    ana, ben = counter.browser(), counter.browser(role=Role.SUPPLIER_ADMIN)
    _save(ana, SKU_1=("", "10"), SKU_2=("", "20"))
    _save(ana, SKU_1=("10", "5"), SKU_2=("20", "15"))
    _save(ben, SKU_1=("5", "0"))
    answer = ana.post("/stock/undo", _forms(ana.get("/stock").text))
    assert levels(counter) == {"SKU-1": 0, "SKU-2": 20}
    assert "SKU-1: another level was told since; it stays as it is." in answer.text
    assert "SKU-2: another" not in answer.text and "Saved: 1 level changed." in answer.text
    assert "A mistake?" not in ana.get("/stock").text
    _save(ana, SKU_2=("20", "3"))
    _save(ben, SKU_2=("3", "2"))
    answer = ana.post("/stock/undo", _forms(ana.get("/stock").text))
    assert "SKU-2: another level" in answer.text and "Saved:" not in answer.text
    assert levels(counter) == {"SKU-1": 0, "SKU-2": 2}


def test_levels_that_were_put_back_are_not_told_as_saved_again(counter: Counter) -> None:
    browser = counter.browser()
    _save(browser, SKU_1=("", "10"))
    fields = _save(browser, SKU_1=("10", "5"))
    assert browser.post("/stock", fields).status_code == 303  # a second click
    assert browser.post("/stock/undo", _forms(browser.get("/stock").text)).status_code == 303
    answer = browser.post("/stock", fields)
    assert answer.status_code == 422 and "SKU-1: another level was told since" in answer.text
    assert levels(counter) == {"SKU-1": 10}
