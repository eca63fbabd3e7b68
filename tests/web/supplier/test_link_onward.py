"""A link that was mailed leads on to the page that was asked for first, and to no other house."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from aiosmtpd.controller import Controller

from hub.access import House
from hub.flow import accounts
from hub.flow.accounts_common import USERS_LANE
from hub.flow.accounts_factors import code_at, step_of
from tests.rigs import free_port
from tests.web.portal.rig import Browser, Mailbox, seal_of
from tests.web.supplier.rig import HOST, TRACKING, Counter, once_of
from tests.web.supplier.test_onetime import MailedCounter, mailing

EMAIL = "ana@corner.example.com"
LINK = re.compile(r"https://portal\.localhost(/l/\S+)")
ELSEWHERE = (
    "//evil.example",
    "/\\evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
)


@pytest.fixture
def mailed(quick_counter: Counter, tmp_path: Path) -> Iterator[MailedCounter]:
    """Corner at its desk, Ana invited, a mail server beside."""
    box = Mailbox(port=free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield mailing(quick_counter, tmp_path, box)
    controller.stop()


def hidden(page: str, name: str) -> str:
    """What a page's form carries."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return html.unescape(found[1])


def link_after(mailed: MailedCounter, location: str) -> str:
    """Ask for a link from the page to sign in, as it leads on; return the mailed one's path."""
    browser = mailed.browser()
    found = re.search(r'href="(/link[^"]*)"', browser.get(location).text)
    assert found
    page = browser.get(html.unescape(found[1])).text
    sent = browser.post("/link", {"email": EMAIL, "next": hidden(page, "next")}).text
    assert "a link is on its way" in sent
    mailed.mailed()
    return [path for text in mailed.box.texts() for path in LINK.findall(text)][-1]


def came_in(mailed: MailedCounter, path: str) -> tuple[Browser, str]:
    """Use a link; return the browser and where it was led."""
    browser = mailed.browser()
    page = browser.get(path).text
    answer = browser.post(
        urlsplit(path).path,
        {"seal": seal_of(page), "next": hidden(page, "next"), "password": ""},
    )
    assert answer.status_code == 303
    return browser, answer.headers["location"]


def test_who_was_signed_out_while_typing_is_led_back_to_the_form_by_the_link(
    mailed: MailedCounter,
) -> None:
    counter = mailed.counter
    number = counter.order()
    browser, _ = came_in(mailed, link_after(mailed, "/sign-in"))
    path = f"/orders/{number}/ship"
    page = browser.get(path).text
    counter.house.clock.on(minutes=45)
    typed = {"seal": seal_of(page), "once": once_of(page), "parcels": "1"}
    answer = browser.post(path, {**typed, "tracking-1": TRACKING, "quantity-1-1": "1"})
    location = answer.headers["location"]
    assert "What you typed is kept" in browser.get(location).text
    wrong = browser.post("/sign-in", {"email": EMAIL, "next": path, "kept": "1"}).text
    assert "What you typed is kept" in wrong
    again, led = came_in(mailed, link_after(mailed, location))
    assert led == path
    assert f'value="{TRACKING}"' in again.get(led).text


def test_what_was_searched_for_stands_in_no_mail(mailed: MailedCounter) -> None:
    location = f"/sign-in?next={quote('/orders?find=Maya', safe='')}"
    assert "What you typed is kept" not in mailed.browser().get(location).text
    path = link_after(mailed, location)
    assert "Maya" not in "".join(mailed.box.texts())
    _, led = came_in(mailed, path)
    assert led == "/orders"


def test_a_link_that_nobody_was_on_the_way_with_leads_to_today(mailed: MailedCounter) -> None:
    path = link_after(mailed, "/sign-in")
    assert "next" not in path
    assert came_in(mailed, path)[1] == "/"


@pytest.mark.parametrize("next_page", ELSEWHERE)
def test_no_link_leads_to_another_house(mailed: MailedCounter, next_page: str) -> None:
    browser = mailed.browser()
    browser.post("/link", {"email": EMAIL, "next": next_page})
    mailed.mailed()
    [path] = [path for text in mailed.box.texts() for path in LINK.findall(text)]
    assert "evil" not in path
    page = browser.get(f"{path}?next={quote(next_page, safe='')}").text
    assert hidden(page, "next") == "/"
    answer = browser.post(path, {"seal": seal_of(page), "next": next_page, "password": ""})
    assert answer.headers["location"] == "/"


def test_a_long_path_stands_in_no_mail(mailed: MailedCounter) -> None:
    mailed.browser().post("/link", {"email": EMAIL, "next": "/call-this-number" * 10})
    mailed.mailed()
    assert "call" not in "".join(mailed.box.texts())


def test_a_link_that_is_over_asks_for_another_one_to_the_same_page(mailed: MailedCounter) -> None:
    path = link_after(mailed, "/sign-in?next=%2Fstock")
    came_in(mailed, path)
    assert 'href="/link?next=/stock"' in mailed.browser().get(path).text


def test_the_second_factor_leads_on_as_well(mailed: MailedCounter) -> None:
    parts, clock = mailed.counter.house.parts, mailed.counter.house.clock
    accounts.begin_totp(parts, account_id=mailed.ana.id)
    with parts.store.read() as tx:
        secret = tx.accounts.begun_totp(mailed.ana.id, session_id="")
    assert secret is not None
    shown = code_at(secret, step_of(clock.time))
    codes = accounts.confirm_totp(parts, account_id=mailed.ana.id, code=shown)
    assert codes
    browser, led = came_in(mailed, link_after(mailed, "/sign-in?next=%2Fstock"))
    assert urlsplit(led).path == "/second"
    assert parse_qs(urlsplit(led).query) == {"next": ["/stock"]}
    page = browser.get(led).text
    fields = {"seal": seal_of(page), "next": hidden(page, "next")}
    wrong = browser.post("/second", {**fields, "code": "1"}).text
    assert hidden(wrong, "next") == "/stock"
    answer = browser.post("/second", {**fields, "code": codes[0]})
    assert answer.headers["location"] == "/stock"


def test_whoever_has_no_account_is_owed_the_same_and_mailed_nothing(
    mailed: MailedCounter,
) -> None:
    parts = mailed.counter.house.parts
    accounts.ask_link(
        parts,
        house=House.PORTAL,
        email="nobody@example.com",
        address="192.0.2.1",
        next_page="/stock",
    )
    with parts.store.read() as tx:
        [duty] = tx.duties.due(lane=USERS_LANE, now=mailed.counter.house.clock.time, limit=10)
    assert duty.body == {"next": "/stock"}
    mailed.mailed()
    assert mailed.box.messages == []
    assert Browser(app=mailed.counter.app, host=HOST).get("/stock").status_code == 303
