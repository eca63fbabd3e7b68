"""A supplier's day beside its orders' forms: problems, history, nights, what outlives a session."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from hub.access import Role
from hub.api import build as build_door
from hub.domain.posted import PostedSet
from hub.flow import accounts, supplier_notices, supplier_room
from hub.flow.supplier_notices import Notice
from hub.flow.supplier_owed import next_digest
from hub.flow.supplier_room import Said
from tests.rigs.desks import Mill, partner_key
from tests.web.portal.rig import Browser, seal_of
from tests.web.supplier.rig import TRACKING, Counter, once_of
from tests.web.supplier.test_lost_session import in_again
from tests.web.supplier.test_onetime import MailedCounter, box, mailed

__all__ = ["box", "mailed"]


@pytest.fixture
def counter(quick_counter: Counter) -> Counter:
    """What these tests are about is the same on every store."""
    return quick_counter


def _forms(page: str) -> dict[str, str]:
    return {"seal": seal_of(page), "once": once_of(page)}


def _ship(browser: Browser, number: str, **fields: str) -> int:
    path = f"/orders/{number}/ship"
    told = {"parcels": "1", "quantity-1-1": "2", "tracking-1": TRACKING, **fields}
    return browser.post(path, {**_forms(browser.get(path).text), **told}).status_code


def _correct(counter: Counter, number: str, shipment: str) -> None:
    """Say a shipment anew, as a program of Corner's would."""
    package = {"tracking": TRACKING, "items": [{"line": "1", "quantity": 2}]}
    said = Said(
        set_id=PostedSet.SHIPMENT_CORRECTION,
        number=number,
        body={"shipment": shipment, "carrier": "ups", "packages": [package]},
        key=f"correct-{shipment}",
        who="test",
    )
    came = supplier_room.say(counter.house.parts, "corner", said)
    assert came.kept, came
    assert came.went_through is (shipment == TRACKING), came


def test_what_was_not_taken_is_a_problem_of_the_day_until_it_is_said_right(
    counter: Counter,
) -> None:
    number = counter.order()
    browser = counter.browser()
    _ship(browser, number)
    page = browser.get("/").text
    assert "No problems" in page
    undo = f"/orders/{number}/undo-shipment"
    wrong = {**_forms(browser.get(f"/orders/{number}").text), "shipment": "NO SUCH"}
    assert browser.post(undo, wrong).status_code == 409
    assert "No problems" in browser.get("/").text  # what was not undone stands as it was
    _correct(counter, number, "NO SUCH")
    page = browser.get("/").text
    assert "<strong>1</strong> problem" in page
    section = page.partition('id="untaken"')[2].partition("</section>")[0]
    assert f'href="/orders/{number}"' in section
    assert number not in counter.browser("stranger").get("/").text
    counter.house.clock.on(seconds=5)
    _correct(counter, number, TRACKING)
    assert "No problems" in browser.get("/").text


def test_an_order_tells_what_happened_to_it_newest_first(counter: Counter) -> None:
    number = counter.order()
    browser = counter.browser()
    path = f"/orders/{number}"
    browser.post(f"{path}/confirm", _forms(browser.get(path).text))
    counter.house.clock.on(minutes=1)
    _ship(browser, number)
    counter.house.clock.on(minutes=1)
    undo = {**_forms(browser.get(path).text), "shipment": TRACKING}
    browser.post(f"{path}/undo-shipment", undo)
    page = browser.get(path).text
    story = page.partition('id="story"')[2].partition("</ol>")[0]
    told = re.findall(r"</time> ([^<]+?)(?:<|\n)", story)
    said = re.findall(r"<bdi>([^<]+)</bdi>", story)
    assert said == [
        "A shipment was taken back: 2 × Thing 1",
        f"Shipped: 2 × Thing 1, with UPS {TRACKING}",
        "Confirmed: 2 × Thing 1",
    ]
    assert [one.strip() for one in told] == [
        "You took a shipment back.",
        "You told of a shipment.",
        "You answered it.",
        "The order came to you.",
    ]
    assert f'href="/print/slips?order={number}"' in page
    other = counter.browser(role=Role.SUPPLIER_ADMIN).get(path).text
    story = other.partition('id="story"')[2].partition("</ol>")[0]
    assert "Ana Ortiz answered it." in story and "You answered it." not in story


def test_what_the_firms_program_said_in_vain_is_told_in_a_sentence(counter: Counter) -> None:
    number = counter.order()
    key, _ = partner_key(counter.house, "corner")
    program = Mill(app=build_door(counter.house.parts), house=counter.house, key=key)
    body = {"change": "7", "whole": "accept"}
    assert program.post(f"/orders/{number}/change-responses", body).status_code == 422
    page = counter.browser().get(f"/orders/{number}").text
    assert "What your program said was not taken." in page


def test_a_carrier_that_nobody_knows_is_named(counter: Counter) -> None:
    number = counter.order()
    browser = counter.browser()
    assert _ship(browser, number, **{"tracking-1": "LW-77"}) == 422
    too_long = {"tracking-1": "LW-77", "carrier-other": "L" * 21}
    assert _ship(browser, number, **too_long) == 422
    told = {"tracking-1": "LW-77", "carrier-other": " Local  Wheels "}
    assert _ship(browser, number, **told) == 303
    [shipment] = counter.house.order().shipments
    assert shipment.carrier == "Local Wheels"


@pytest.mark.parametrize(
    ("typed", "field"), [({"order": "NOPE", "label": ""}, "order"), ({"label": "9.4E+21"}, "label")]
)
def test_after_a_wrong_scan_the_next_one_goes_into_the_field(
    counter: Counter, typed: dict[str, str], field: str
) -> None:
    number = counter.order()
    browser = counter.browser()
    page = browser.get("/ship").text
    scan = {"seal": seal_of(page), "once": once_of(page), "scan": "1", "order": number, **typed}
    answer = browser.post("/ship", scan)
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert re.findall(r'<(\w+)[^>]* id="(\w+)"[^>]* autofocus', answer.text) == [("input", field)]
    assert answer.text.count("autofocus") == 1


@pytest.mark.parametrize(
    ("hour", "due"),
    [(13, None), (22, (27, 7)), (3, (26, 7))],
)
def test_who_wants_to_sleep_is_told_in_the_morning(
    mailed: MailedCounter,
    hour: int,
    due: tuple[int, int] | None,
) -> None:
    house, zone = mailed.counter.house, ZoneInfo("America/Chicago")
    supplier_notices.set_wish(house.parts, mailed.ana.id, Notice.DAYTIME)
    accounts.settings(
        house.parts, account_id=mailed.ana.id, zone=zone.key, language="en", name="Ana"
    )
    house.clock.time = datetime(2026, 11, 26, hour, tzinfo=zone).astimezone(UTC)
    mailed.counter.order()
    if due is None:
        assert mailed.mailed() == 1
        return
    assert mailed.mailed() == 0
    morning = datetime(2026, 11, *due, tzinfo=zone)
    assert next_digest(zone, house.clock()) == morning
    house.clock.time = morning.astimezone(UTC)
    assert mailed.mailed() == 1


def test_typed_stock_outlives_a_lost_session(counter: Counter) -> None:
    browser = counter.browser()
    fields = _forms(browser.get("/stock").text)
    counter.house.clock.on(minutes=45)
    typed = {"units-SKU-1": "12", "was-SKU-1": "", "q": "sku", "after": ""}
    answer = browser.post("/stock", {**fields, **typed})
    assert answer.headers["location"] == "/sign-in?next=%2Fstock&kept=1"
    again = in_again(counter)
    page = again.get("/stock").text
    assert re.search(r'id="units-SKU-1"[^>]*value="12"', page)
    assert 'name="q" value="sku"' in page
    fresh = {**_forms(page), **typed}
    assert again.post("/stock", fresh).headers["location"] == "/stock?q=sku&after=&saved=1"


def test_a_typed_invitation_outlives_a_lost_session(counter: Counter) -> None:
    browser = counter.browser(role=Role.SUPPLIER_ADMIN)
    seal = seal_of(browser.get("/settings").text)
    counter.house.clock.on(minutes=45)
    typed = {"name": "Ben Ito", "email": "ben@corner.example.com", "role": "supplier_admin"}
    answer = browser.post("/settings/people", {"seal": seal, **typed})
    assert answer.headers["location"] == "/sign-in?next=%2Fsettings%2Fpeople&kept=1"
    page = in_again(counter, role=Role.SUPPLIER_ADMIN).get("/settings/people").text
    assert 'value="Ben Ito"' in page and 'value="ben@corner.example.com"' in page


@pytest.mark.parametrize("what", ["ship", "answer"])
def test_typed_answers_and_grids_outlive_a_lost_session(counter: Counter, what: str) -> None:
    number = counter.order()
    name = f"tracking-{number}" if what == "ship" else "backorder-1"
    path = "/ship" if what == "ship" else f"/orders/{number}/answer"
    browser = counter.browser()
    fields = _forms(browser.get(path).text)
    counter.house.clock.on(minutes=45)
    browser.post(path, {**fields, name: "HALF"})
    assert re.search(rf'id="{name}"[^>]*value="HALF"', in_again(counter).get(path).text)


def test_levels_that_were_typed_wrong_are_put_back_in_time(counter: Counter) -> None:
    browser = counter.browser()
    typed = {"q": "", "after": "", "units-SKU-1": "12", "was-SKU-1": ""}
    browser.post("/stock", {**_forms(browser.get("/stock").text), **typed})
    page = browser.get("/stock").text
    assert "A mistake?" not in page  # what was never told cannot be put back
    browser.post("/stock", {**_forms(page), **typed, "units-SKU-1": "1200", "was-SKU-1": "12"})
    page = browser.get("/stock").text
    assert "Put 1 level back" in page
    assert 'value="1200"' in page
    assert "A mistake?" not in counter.browser(role=Role.SUPPLIER_ADMIN).get("/stock").text
    browser.post("/stock/undo", _forms(page))
    page = browser.get("/stock").text
    assert 'name="was-SKU-1" value="12"' in page and "A mistake?" not in page
    browser.post("/stock", {**_forms(page), **typed, "units-SKU-1": "13", "was-SKU-1": "12"})
    counter.house.clock.on(minutes=11)
    assert browser.post("/stock/undo", _forms(page)).headers["location"] == "/stock"
    assert 'name="was-SKU-1" value="13"' in browser.get("/stock").text


def test_who_closed_an_account_by_mistake_opens_it_at_once(counter: Counter) -> None:
    counter.browser()
    browser = counter.browser(role=Role.SUPPLIER_ADMIN)
    person = next(
        one
        for one in accounts.listed(counter.house.parts, partner="corner")
        if one.role is Role.SUPPLIER_USER
    )
    seal = {"seal": seal_of(browser.get("/settings").text)}
    closed = browser.post(f"/settings/people/{person.id}/disable", seal)
    page = browser.get(closed.headers["location"]).text
    assert "cannot come in any more. A mistake?" in page
    path = f"/settings/people/{person.id}/enable"
    assert f'class="undo" method="post" action="{path}"' in page
    browser.post(path, seal)
    assert "A mistake?" not in browser.get(closed.headers["location"]).text
