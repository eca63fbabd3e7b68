"""Every screen of every house in a browser: full, empty and wrong, by day and in the dark.

Screens come from the doors (`tests.web.rooms`), forms from `tests.web.states`: what is new and
stands in neither fails here.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
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
from tests.rigs.houses import House as Hub
from tests.rigs.stores import run_sql
from tests.web.looks import Judge, equip, fill, lost_focus, untold
from tests.web.portal.rig import HARBOR_HOST, JUNIPER_HOST, Mailbox, Street
from tests.web.rooms import (
    Rooms,
    context_of,
    doors_of,
    nothing,
    opened,
    paths,
    without_screen,
)
from tests.web.states import (
    ERASED,
    LITTLE,
    LONG_MAIL,
    NEVER_WRONG,
    OVER,
    WRONG,
    Wrong,
    much,
)

LABEL = "1Z999AA10123456793"  # on no parcel of the rooms


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


PLAIN = """<!doctype html><html lang="en"><title>A page</title>
<style>body {{ color: black; background: white }} {style}</style>
<main><h1>A page</h1><p>Words that stand around <a href="/">a link</a></p>{more}</main></html>"""
DARK = "@media (prefers-color-scheme: dark)"
FAULTY = {
    "axe image-alt": ("", '<img src="data:,">'),
    "axe color-contrast": ("h1 { color: #ddd }", ""),
    "dark axe color-contrast": (f"{DARK} {{ h1 {{ color: #ddd }} }}", ""),
    "axe link-in-text-block": ("a { color: #111; text-decoration: none }", ""),
    "dark axe link-in-text-block": (f"{DARK} {{ a {{ color: #111; text-decoration: none }} }}", ""),
    "sideways at 320": ("p { width: 330px }", ""),
}


@pytest.mark.parametrize("fault", list(FAULTY))
def test_what_is_wrong_with_a_page_is_seen(chromium: Browser, fault: str) -> None:
    """What these tests look for is there as soon as one page has it, of whatever shape it is."""
    context, judge = chromium.new_context(viewport={"width": 360, "height": 640}), Judge()
    page, (style, more) = equip(context), FAULTY[fault]
    page.goto("about:blank")
    page.set_content(PLAIN.format(style="", more=""))
    assert [one for one in judge.faults(page) if not one.startswith("<style>")] == []
    page.set_content(PLAIN.format(style=style, more=more))
    told = judge.faults(page)
    assert [one for one in told if one.startswith(fault)], told
    context.close()


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
        there = {
            door.path for door in doors_of(full.hub.parts, house) if door.method == "POST"
        } | before
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


@contextmanager
def _away(hub: Hub) -> Iterator[None]:
    """The store cannot be asked for orders."""
    run_sql(hub.parts.store, "ALTER TABLE customer_order RENAME TO away")
    yield
    run_sql(hub.parts.store, "ALTER TABLE away RENAME TO customer_order")


@contextmanager
def _timeless(hub: Hub) -> Iterator[None]:
    """The clock says what nobody can reckon with."""
    time = hub.clock.time
    hub.clock.time = None  # type: ignore[assignment]
    yield
    hub.clock.time = time


FAULTS = {
    "away": (HTTPStatus.SERVICE_UNAVAILABLE, _away),
    "broken": (HTTPStatus.INTERNAL_SERVER_ERROR, _timeless),
}
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


@pytest.mark.parametrize("host", [JUNIPER_HOST, HARBOR_HOST])
def test_every_page_of_a_customer_is_whole_where_nothing_is_found(
    empty: Rooms, chromium: Browser, judge: Judge, host: str
) -> None:
    """Nobody ordered anything: what is asked for is not there, and no code opens it."""
    context = chromium.new_context(viewport={"width": 360, "height": 640})
    page, told = equip(context), []
    base = f"http://{host}:{empty.port}"
    for path in ("/", "/nothing", "/s/none", "/code", "/order", "/outcome/none"):
        page.goto(base + path)
        told += [f"{path}: {one}" for one in judge.faults(page) + lost_focus(page)]
    page.goto(base)
    fill(page, "/", "", {"number": "none", "known": "nobody@example.com"})
    told += [f"asked: {one}" for one in judge.faults(page) + lost_focus(page)]
    fill(page, "/code", "", {"code": "12345678"})
    told += [f"no code: {one}" for one in untold(page) + judge.faults(page)]
    context.close()
    assert told == []


def test_every_page_of_an_order_with_little_on_it_is_whole(
    full: Rooms, chromium: Browser, judge: Judge, box: Mailbox
) -> None:
    """No names of articles, nothing left of it, or nobody's any more: for everybody."""
    street = Street(house=full.hub, app=nobody_here(), mailbox=box)
    context = chromium.new_context(viewport={"width": 360, "height": 640})
    page, told = equip(context), []
    handed = (LITTLE, ERASED)  # the other was cancelled before the supplier heard of it
    said = {LITTLE: "Delayed", OVER: "Cancelled", ERASED: "no longer kept"}
    for number, words in said.items():
        page.goto(f"http://{JUNIPER_HOST}:{full.port}{street.link(number)}")
        assert words in page.locator("main").inner_text()
        told += [f"{number}: {one}" for one in judge.faults(page) + lost_focus(page)]
    context.close()
    looked = {House.DESK: ("/orders/juniper/{}", said), House.PORTAL: ("/orders/JUN-{}-1", handed)}
    for house, (path, numbers) in looked.items():
        context = context_of(full, chromium, house, wide=False, script=True)
        page = equip(context)
        for number in numbers:
            page.goto(full.at(house, path.format(number)))
            assert number in page.locator("main").inner_text()
            told += [f"{house} {number}: {one}" for one in judge.faults(page) + lost_focus(page)]
        context.close()
    assert told == []


# --- what is refused -----------------------------------------------------------------------------


_POST = """([path, said]) => {
  const form = document.createElement('form');
  form.method = 'post'; form.action = path;
  for (const [name, value] of Object.entries(said)) {
    const one = document.createElement('input');
    one.type = 'hidden'; one.name = name; one.value = value;
    form.append(one);
  }
  document.body.append(form);
  form.submit();
}"""


def _posted(page: Page, path: str, **said: str) -> int:
    """Send a form that no page shows any more, or none ever did; return the answer's status."""
    seals = page.locator("[name=seal]")
    given = {"seal": seals.first.get_attribute("value") or ""} if seals.count() else {}
    with page.expect_navigation() as came:
        page.evaluate(_POST, [path, {**given, **said}])
    answer = came.value
    assert answer is not None
    return answer.status


def _said_whole(page: Page, judge: Judge, what: object) -> list[str]:
    """What is wrong with a page that says that something did not go; each leads on."""
    told = judge.faults(page) + lost_focus(page)
    if not page.locator("main a.button, main a").count():
        told.append("leads nowhere")
    return [f"{what}: {one}" for one in told]


@pytest.mark.parametrize("house", list(House))
def test_what_is_refused_is_said_on_a_whole_page(
    full: Rooms, chromium: Browser, judge: Judge, house: House
) -> None:
    """A form of another browser's or too long, a link that is over, a session that is over."""
    context = context_of(full, chromium, house, wide=False, script=True)
    page, told = equip(context), []
    for status, said in ((403, {"seal": "0" * 32}), (413, {"name": "A" * 300_000})):
        page.goto(full.at(house, "/account"))
        assert _posted(page, "/account", **said) == status
        told += _said_whole(page, judge, status)
    context.clear_cookies()
    for path in ("/l/none", *(["/a/none"] if house is House.PORTAL else [])):
        page.goto(full.at(house, path))
        told += _said_whole(page, judge, path)
    page.goto(full.at(house, "/link"))
    assert _posted(page, "/link", email="nobody@example.com") == 200
    told += [f"sent: {one}" for one in judge.faults(page) + lost_focus(page)]
    page.goto(full.at(house, "/account"))
    assert page.url.endswith("/sign-in?next=%2Faccount")
    told += _said_whole(page, judge, "over")
    context.close()
    assert told == []


def test_what_cannot_be_said_of_an_order_any_more_is_said_on_a_whole_page(
    full: Rooms, chromium: Browser, judge: Judge
) -> None:
    """The order went its way while the page stood open; nothing is there to be taken back."""
    context = context_of(full, chromium, House.PORTAL, wide=False, script=True)
    page, number = equip(context), full.numbers[1]
    shown = f"/orders/{number}"
    sent = {"once": "c" * 32, "tracking-1": LABEL, "quantity-1-1": "2"}
    page.goto(full.at(House.PORTAL, f"{shown}/ship"))
    assert _posted(page, f"{shown}/ship", **sent) == HTTPStatus.OK
    full.send(House.PORTAL, shown, f"{shown}/undo-shipment", {"shipment": LABEL})
    assert _posted(page, f"{shown}/ship", **sent) == HTTPStatus.CONFLICT
    told = _said_whole(page, judge, "refused")
    page.goto(full.at(House.PORTAL, "/account"))
    none = {"kind-1": "answer_void", "number-1": number, "name-1": "doc_00000000"}
    assert _posted(page, "/undo", once="d" * 32, **none) == HTTPStatus.CONFLICT
    told += _said_whole(page, judge, "not undone")
    context.close()
    assert told == []


def test_what_customers_send_that_cannot_be_taken_is_answered_by_a_whole_page(
    full: Rooms, chromium: Browser, judge: Judge, box: Mailbox
) -> None:
    link = Street(house=full.hub, app=nobody_here(), mailbox=box).link("1003")
    context = chromium.new_context(viewport={"width": 360, "height": 640})
    page, told = equip(context), []
    for path, said in ((f"{link}/code", {"seal": "0" * 32}), ("/", {"number": "A" * 20_000})):
        page.goto(f"http://{JUNIPER_HOST}:{full.port}{link}")
        assert _posted(page, path, **said) == HTTPStatus.FORBIDDEN
        told += _said_whole(page, judge, path)
    context.close()
    assert told == []


# --- what is our own fault -----------------------------------------------------------------------


@pytest.mark.parametrize("fault", list(FAULTS))
def test_what_is_our_own_fault_is_said_on_a_whole_page(
    full: Rooms, chromium: Browser, judge: Judge, box: Mailbox, fault: str
) -> None:
    """The store is away, or something of ours is broken; what comes back is whole again."""
    status, break_it = FAULTS[fault]
    link = Street(house=full.hub, app=nobody_here(), mailbox=box).link("1004")
    looked = [
        (context_of(full, chromium, house, wide=False, script=True), full.at(house, "/"))
        for house in House
    ]
    phone = {"viewport": {"width": 360, "height": 640}}
    here = f"http://{JUNIPER_HOST}:{full.port}{link}"
    looked.append((chromium.new_context(**phone), here))  # type: ignore[arg-type]
    told = []
    for context, address in looked:
        page = equip(context)
        with break_it(full.hub):
            answer = page.goto(address)
        assert answer is not None and answer.status == status, address
        told += _said_whole(page, judge, f"{status} {address}")
        answer = page.goto(address)
        assert answer is not None and answer.status == HTTPStatus.OK, address
        context.close()
    assert told == []
