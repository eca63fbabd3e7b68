"""Every screen of every house in a browser: full, empty and wrong, by day and in the dark.

Screens come from the doors (`tests.web.rooms`), forms from `tests.web.states`: what is new and
stands in neither fails here.
"""

import shutil
from collections.abc import Iterator
from functools import partial
from http import HTTPStatus

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import Browser, Page, sync_playwright

from hub.access import House
from portal.web.entrance import opening
from portal.web.ground.answers import nobody_here
from portal.web.supplier import house as portal
from tests.rigs import free_port
from tests.web.looks import Judge, equip, fill, lost_focus, untold
from tests.web.portal.rig import JUNIPER_HOST, Mailbox, Street
from tests.web.rooms import Rooms, context_of, doors_of, nothing, opened, paths, without_screen
from tests.web.states import LONG_MAIL, NEVER_WRONG, WRONG, Wrong, much


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    assert path, "chromium is missing: make system"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def judge() -> Judge:
    """One for all states: what a page shares with another is looked at once."""
    return Judge()


@pytest.fixture(scope="module")
def box() -> Iterator[Mailbox]:
    """A real mail server."""
    found = Mailbox(port=free_port())
    controller = Controller(found, hostname="127.0.0.1", port=found.port)
    controller.start()
    yield found
    controller.stop()


@pytest.fixture(scope="module")
def full(
    tmp_path_factory: pytest.TempPathFactory, chromium: Browser, box: Mailbox
) -> Iterator[Rooms]:
    filling = partial(much, mails_at=box.port)
    with opened(tmp_path_factory.mktemp("full"), chromium, filling=filling) as found:
        yield found


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Rooms]:
    with opened(tmp_path_factory.mktemp("empty"), chromium, filling=nothing) as found:
        yield found


def _seen(rooms: Rooms, house: House, chromium: Browser, judge: Judge) -> list[str]:
    """Look at every screen of a house and say all that is wrong."""
    context = context_of(rooms, chromium, house, wide=False, script=True)
    page, told = equip(context), []
    for path in paths(rooms, house):
        answer = page.goto(rooms.at(house, path))
        assert answer is not None
        status = HTTPStatus.NOT_FOUND if path == "/nothing" else HTTPStatus.OK
        found = [] if answer.status == status else [f"status {answer.status}"]
        found += judge.faults(page, sheets=path.startswith("/print/")) + lost_focus(page)
        told += [f"{path}: {one}" for one in found]
    context.close()
    return told


@pytest.mark.parametrize("house", list(House))
def test_every_screen_is_whole_with_much_on_it(
    full: Rooms, chromium: Browser, judge: Judge, house: House
) -> None:
    assert _seen(full, house, chromium, judge) == []


@pytest.mark.parametrize("house", list(House))
def test_every_screen_is_whole_with_nothing_on_it(
    empty: Rooms, chromium: Browser, judge: Judge, house: House
) -> None:
    assert _seen(empty, house, chromium, judge) == []


@pytest.mark.parametrize("house", list(House))
def test_every_door_is_looked_through_or_is_no_screen(full: Rooms, house: House) -> None:
    assert without_screen(full, house) == []


def test_every_form_is_tried_wrongly_or_cannot_be_wrong(full: Rooms) -> None:
    porch = portal.porch(full.hub.parts, full.hub.parts.portal_hosts)
    before = {route.path for route in opening.doors(porch) if "POST" in (route.methods or ())}
    tried = {one.door for one in WRONG}
    for house in House:
        there = {door.path for door in doors_of(full, house) if door.method == "POST"} | before
        assert sorted(there - tried - set(NEVER_WRONG)) == [], house
    assert tried.isdisjoint(NEVER_WRONG)


@pytest.mark.parametrize("house", list(House))
def test_a_form_that_is_wrong_says_so_in_one_box_and_at_its_fields(
    full: Rooms, chromium: Browser, judge: Judge, house: House
) -> None:
    context = context_of(full, chromium, house, wide=False, script=True)
    page, told = equip(context), []
    for one in WRONG:
        if one.house is house:
            told += [f"{one.door}: {each}" for each in _tried(full, page, one, judge)]
    context.close()
    assert told == []


def _tried(rooms: Rooms, page: Page, one: Wrong, judge: Judge) -> list[str]:
    page.goto(rooms.at(one.house, one.page(rooms)))
    fill(page, one.goal(rooms), one.press, dict(one.said))
    return untold(page) + judge.faults(page)


# --- customers -----------------------------------------------------------------------------------

LINKED = ("1013", "1009", "1008")  # long and late, shipped, asked to be cancelled in part


def test_every_page_of_a_customer_is_whole_full_and_wrong(
    full: Rooms, chromium: Browser, judge: Judge, box: Mailbox
) -> None:
    street = Street(house=full.hub, app=nobody_here(), mailbox=box)
    context = chromium.new_context(viewport={"width": 360, "height": 640})
    page, told = equip(context), []
    base = f"http://{JUNIPER_HOST}:{full.port}"
    for path in ("/", "/nothing", "/s/none", *map(street.link, LINKED)):
        page.goto(base + path)
        told += [f"{path}: {one}" for one in judge.faults(page) + lost_focus(page)]
    page.goto(base + "/")
    fill(page, "/", "", {})
    told += [f"find: {one}" for one in untold(page) + judge.faults(page)]
    fill(page, "/", "", {"number": "1013", "known": LONG_MAIL})
    told += [f"code: {one}" for one in judge.faults(page)]
    fill(page, "/code", "", {"code": "1"})
    told += [f"code: {one}" for one in untold(page) + judge.faults(page)]
    while street.mail():
        pass
    fill(page, "/code", "", {"code": box.code()})
    assert page.url.endswith("/order")
    told += [f"order: {one}" for one in judge.faults(page)]
    for path in ("/quantities", "/address", "/cancel"):
        page.goto(base + path)
        told += [f"{path}: {one}" for one in judge.faults(page) + lost_focus(page)]
        fill(page, path, "", {})
        told += [f"{path} sent: {one}" for one in judge.faults(page)]
        told += [f"{path} wrong: {one}" for one in untold(page)] if path != "/cancel" else []
    assert "/outcome/" in page.url  # what is ticked is cancelled
    context.close()
    assert told == []


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize("house", list(House))
def test_what_is_refused_is_said_on_a_whole_page(
    full: Rooms, chromium: Browser, judge: Judge, house: House
) -> None:
    """A form of another browser's or too long, and a session that is over."""
    context = context_of(full, chromium, house, wide=False, script=True)
    page, told = equip(context), []
    for seal, name, status in (("0" * 32, "Ana", 403), ("", "A" * 300_000, 413)):
        page.goto(full.at(house, "/account"))
        page.locator("form[action='/account'] [name=seal]").evaluate(
            "(one, seal) => one.value = seal || one.value", seal
        )
        with page.expect_response(lambda one: one.request.method == "POST") as answer:
            fill(page, "/account", "", {"name": name})
        assert answer.value.status == status
        told += [f"{status}: {one}" for one in judge.faults(page)]
        assert page.locator("main a").count() >= 1
    context.clear_cookies()
    page.goto(full.at(house, "/account"))
    assert page.url.endswith("/sign-in?next=%2Faccount")
    told += [f"over: {one}" for one in judge.faults(page)]
    context.close()
    assert told == []
