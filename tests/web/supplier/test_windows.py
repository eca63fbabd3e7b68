"""Whatever way a shipment is told at a page: the status moves at once, the mail can be waited out.

Undone within ten minutes, no customer ever hears of it.
"""

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from hub.access import Role
from hub.flow.mailing import MailTurn
from hub.flow.supplier_undo import shipped_with
from tests.web.portal.rig import Browser, Mailbox, seal_of
from tests.web.supplier.rig import TRACKING, Counter, once_of
from tests.web.supplier.test_onetime import MailedCounter, box, form, mailing
from tests.web.supplier.test_upload import table, upload

__all__ = ["box"]

Way = Callable[[MailedCounter, str], httpx.Response]


@pytest.fixture
def mailed(quick_counter: Counter, tmp_path: Path, box: Mailbox) -> MailedCounter:
    """Corner at its desk, a mail server beside."""
    return mailing(quick_counter, tmp_path, box)


def _admin(mailed: MailedCounter) -> Browser:
    return mailed.counter.browser(role=Role.SUPPLIER_ADMIN)


def _keys(page: str) -> dict[str, str]:
    return {"seal": seal_of(page), "once": once_of(page)}


def _hidden(page: str, path: str) -> dict[str, str]:
    """The hidden fields of the form that posts to a path."""
    found = re.search(rf'<form[^>]*action="{re.escape(path)}"[^>]*>(.*?)</form>', page, re.DOTALL)
    assert found, page
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found[1]))


def by_form(mailed: MailedCounter, number: str) -> Callable[[], httpx.Response]:
    browser, path = _admin(mailed), f"/orders/{number}/ship"
    fields = {**_keys(browser.get(path).text), "parcels": "1", "tracking-1": TRACKING}
    answers = [browser.post(path, {**fields, "quantity-1-1": "2"}) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]  # a second click is as the first
    page = browser.get(answers[1].headers["location"]).text
    undo = f"/orders/{number}/undo-shipment"
    return lambda: browser.post(undo, _hidden(page, undo))


def by_grid(mailed: MailedCounter, number: str) -> Callable[[], httpx.Response]:
    browser = _admin(mailed)
    fields = {**_keys(browser.get("/ship").text), f"tracking-{number}": TRACKING}
    for _ in range(2):
        page = browser.post("/ship", fields)
        assert page.status_code == 200 and f"{number} left" in page.text
    return lambda: browser.post("/undo", _hidden(page.text, "/undo"))


def by_upload(mailed: MailedCounter, number: str) -> Callable[[], httpx.Response]:
    browser = _admin(mailed)
    path = upload(browser, table("PO,SKU,Qty,Tracking", f"{number},SKU-1,2,{TRACKING}"))
    seal = {"seal": seal_of(browser.get(path).text)}
    for _ in range(2):
        assert browser.post(path, seal).status_code == 303
    page = browser.get(path).text
    return lambda: browser.post(f"{path}/undo", _hidden(page, f"{path}/undo"))


def by_link(mailed: MailedCounter, number: str) -> Callable[[], httpx.Response]:
    path, browser = mailed.link(), mailed.browser()
    fields = form(browser.get(path).text, "ship", **{"tracking-1": TRACKING, "quantity-1-1": "2"})
    after = browser.post(path, fields).headers["location"].partition("?")[0]
    page = browser.get(after).text
    return lambda: browser.post(after, _hidden(page, after))


WAYS = {"form": by_form, "grid": by_grid, "upload": by_upload, "link": by_link}


def _told(mailed: MailedCounter) -> int:
    """Let the brand's mails leave that are due; how many so far tell the customer of the parcel."""
    parts = mailed.counter.house.parts
    turn = MailTurn(parts, parts.brands["juniper"], owner="test")
    while turn.take(poll=False):
        pass
    turn.release()
    texts = zip(mailed.box.recipients, mailed.box.texts(), strict=True)
    return sum(TRACKING in text for to, text in texts if to == ["maya@example.com"])


@pytest.mark.parametrize("way", WAYS)
def test_the_status_moves_at_once_and_the_mail_leaves_after_the_window(
    mailed: MailedCounter, way: str
) -> None:
    number = mailed.counter.order()
    WAYS[way](mailed, number)
    house = mailed.counter.house
    assert house.word() == "Shipped"
    assert len(house.order().shipments) == 1
    assert _told(mailed) == 0
    house.clock.on(minutes=9)
    assert _told(mailed) == 0
    house.clock.on(minutes=2)
    assert _told(mailed) == 1


@pytest.mark.parametrize("way", WAYS)
def test_what_is_undone_in_time_no_customer_ever_hears_of(mailed: MailedCounter, way: str) -> None:
    number = mailed.counter.order()
    undo = WAYS[way](mailed, number)
    house = mailed.counter.house
    house.clock.on(minutes=8)
    assert undo().status_code in (200, 303)
    assert house.word() != "Shipped"
    assert house.order().shipments == ()
    house.clock.on(minutes=30)
    assert _told(mailed) == 0


@pytest.mark.parametrize("way", ["grid", "upload"])
def test_after_the_window_there_is_nothing_to_undo_in_one_go(
    mailed: MailedCounter, way: str
) -> None:
    number = mailed.counter.order()
    WAYS[way](mailed, number)
    mailed.counter.house.clock.on(minutes=11)
    assert _told(mailed) == 1
    parts = mailed.counter.house.parts
    assert shipped_with(parts, "corner", {number: (TRACKING,)}) == ()
