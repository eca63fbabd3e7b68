"""Rows of orders that are asked to be something else: they go by decision, not by accident."""

import pytest

from hub.domain.change_requests import NewAddress, NewMethod, Request
from hub.domain.messages import Address
from hub.domain.wishes import Quantity
from hub.flow import accounts
from hub.flow.watching import ring
from tests.rigs.changes import ask, cancel
from tests.rigs.houses import post, shopping
from tests.web.portal.rig import seal_of
from tests.web.supplier.rig import TRACKING, Counter, once_of
from tests.web.supplier.test_upload import OTHER, send, table, upload
from tests.web.supplier.test_upload_asked import HEAD, counts

CANCELS = "The customer wants to cancel this order: did it leave all the same?"
FEWER = "The customer wants fewer pieces of this order: did these leave all the same?"
ELSEWHERE = "The customer wants this order at another address: did it leave all the same?"
OTHERWISE = "The customer wants to change this order: did it leave all the same?"
ADDRESS = Address(
    name="Maya Lindqvist", lines=("9 Other St",), city="Springfield", region="IL",
    postal_code="62701", country="US",
)  # fmt: skip


def _shipped(counter: Counter, number: str) -> int:
    return sum(line.buckets.shipped for line in counter.house.order(number).lines)


def test_a_row_of_an_order_to_be_cancelled_goes_only_when_it_is_said_to(counter: Counter) -> None:
    first, second = counter.order("1001"), counter.order("1002")
    cancel(counter.house, number="1001")
    browser = counter.browser()
    path = upload(browser, table(HEAD, f"{first},1,2,{TRACKING}", f"{second},1,2,{OTHER}"))
    # What did not reach the supplier is no question to it.
    assert counts(browser.get(path).text) == {"good": 2, "wrong": 0, "sent": 0}
    counter.house.turn("corner")
    page = browser.get(path).text
    assert counts(page) == {"good": 1, "wrong": 0, "asked": 1, "sent": 0}
    assert page.count(CANCELS) == 1 and "Send the good rows: 1 order" in page
    page = send(browser, path)
    assert counts(page) == {"good": 0, "wrong": 0, "asked": 1, "sent": 1}
    assert (_shipped(counter, "1001"), _shipped(counter, "1002")) == (0, 2)
    page = send(browser, path, also="asked")
    assert counts(page) == {"good": 0, "wrong": 0, "sent": 2} and CANCELS not in page
    assert _shipped(counter, "1001") == 2


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ((Quantity(line="1", quantity=1),), (FEWER,)),
        ((NewAddress(ship_to=ADDRESS),), (ELSEWHERE,)),
        ((NewMethod(method="second_day"),), (OTHERWISE,)),
        ((NewAddress(ship_to=ADDRESS), Quantity(line="1", quantity=1)), (FEWER, ELSEWHERE)),
    ],
)
def test_each_wish_is_asked_about_in_its_own_words(
    quick_counter: Counter, wish: tuple[Request, ...], told: tuple[str, ...]
) -> None:
    number, browser = quick_counter.order(), quick_counter.browser()
    ask(quick_counter.house, *wish)
    quick_counter.house.turn("corner")
    page = browser.get(upload(browser, table(HEAD, f"{number},1,2,{TRACKING}"))).text
    assert counts(page)["asked"] == 1
    assert [one for one in (CANCELS, FEWER, ELSEWHERE, OTHERWISE) if one in page] == list(told)


def test_all_that_is_open_of_an_order_is_asked_about_row_by_row(quick_counter: Counter) -> None:
    post(quick_counter.house, shopping("1001", 2, 3))
    quick_counter.house.turn("corner")
    [part] = quick_counter.house.order("1001").fulfillments
    first = part.number
    second = quick_counter.order("1002", 4)
    cancel(quick_counter.house, number="1001")
    quick_counter.house.turn("corner")
    browser = quick_counter.browser()
    path = upload(browser, table("PO,Tracking", f"{first},{TRACKING}", f"{second},{OTHER}"))
    page = browser.get(path).text
    assert counts(page) == {"good": 1, "wrong": 0, "asked": 1, "sent": 0} and CANCELS in page
    rows = (f"{first},1,1,{TRACKING}", f"{first},2,3,{OTHER}")
    page = browser.get(upload(browser, table(HEAD, *rows))).text
    assert counts(page)["asked"] == 2 and page.count(CANCELS) == 2


def test_what_we_ask_ourselves_is_not_said_to_be_the_customers_wish(
    quick_counter: Counter,
) -> None:
    number, browser = quick_counter.order(quantity=5), quick_counter.browser()
    page = browser.get(f"/orders/{number}/answer").text
    later = {"accept-1": "2", "backorder-1": "3", "date-1": "2026-12-20"}
    fields = {"seal": seal_of(page), "once": once_of(page), **later}
    assert browser.post(f"/orders/{number}/answer", fields).status_code == 303
    quick_counter.house.clock.on(minutes=11)
    ring(quick_counter.house.parts)
    quick_counter.house.turn("corner")
    page = browser.get(upload(browser, table(HEAD, f"{number},1,2,{TRACKING}"))).text
    assert counts(page)["asked"] == 1 and "We asked whether others may send" in page
    assert "wants" not in page


def test_what_was_answered_is_no_question(quick_counter: Counter) -> None:
    number, browser = quick_counter.order(), quick_counter.browser()
    cancel(quick_counter.house, number="1001")
    quick_counter.house.turn("corner")
    path = upload(browser, table(HEAD, f"{number},1,2,{TRACKING}"))
    assert counts(browser.get(path).text)["asked"] == 1
    send(browser, f"/orders/{number}/change", change="1", answer="shipped", once="0" * 32)
    assert counts(browser.get(path).text) == {"good": 1, "wrong": 0, "sent": 0}


def test_the_wish_is_told_in_german(quick_counter: Counter) -> None:
    number, browser = quick_counter.order(), quick_counter.browser()
    parts = quick_counter.house.parts
    [ana] = accounts.listed(parts, partner="corner")
    accounts.settings(parts, account_id=ana.id, zone="UTC", language="de", name="Ana")
    cancel(quick_counter.house, number="1001")
    quick_counter.house.turn("corner")
    page = browser.get(upload(browser, table(HEAD, f"{number},1,2,{TRACKING}"))).text
    assert "Der Kunde möchte diese Bestellung stornieren: Ging sie trotzdem ab?" in page
