"""The pages in a real browser: narrow, enlarged, in forced colours, by keyboard, judged by axe."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.cast import MAYA
from tests.rigs import free_port
from tests.rigs.houses import furnish, stock_up
from tests.web.portal import rig

STATES = {
    "7001": (rig.confirmed, "Arriving by"),
    "7002": (rig.being_prepared, "Arriving by"),
    "7003": (rig.part_shipped, "Part shipped; the rest ships by"),
    "7004": (rig.on_its_way, "Arriving"),
    "7005": (rig.delivered, "Delivered "),
    "7006": (rig.delayed, "Delayed: now expected by"),
    "7007": (rig.cancelled, "Cancelled"),
    "7008": (rig.out_for_delivery, "Out for delivery today"),
    "7009": (rig.two_parcels, "Part shipped; the rest ships by"),
    "7010": (rig.long_and_many, "Arriving by"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """Juniper's pages on a port of this machine, with a link to an order in each state."""

    base: str
    links: dict[str, str]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    folder = tmp_path_factory.mktemp("street")
    house = furnish(folder)
    stock_up(house)
    street = rig.street(house, folder, rig.Mailbox())
    links = {}
    for number, (make, _) in STATES.items():
        make(house, number)
        links[number] = street.link(number)
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(street.app, port=port, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.05)
    yield Shown(base=f"http://{rig.JUNIPER_HOST}:{port}", links=links)
    server.should_exit = True
    thread.join()
    house.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    assert path, "chromium is missing: make system"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """A page of 360 by 640; axe alone needs JavaScript, none of ours does."""
    context = chromium.new_context(viewport={"width": 360, "height": 640})
    yield context.new_page()
    context.close()


def _sideways(page: Page) -> int:
    """How many pixels a page is wider than what is seen of it."""
    width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return int(width)


def _paths(shown: Shown) -> list[str]:
    return ["/", "/nothing", *shown.links.values()]


def test_axe_finds_nothing_on_any_page(phone: Page, shown: Shown) -> None:
    for path in _paths(shown):
        phone.goto(shown.base + path)
        told = Axe().run(phone)
        assert [one["id"] for one in told.response["violations"]] == [], path
        assert len(told.response["passes"]) > 10


def test_the_headline_is_above_the_fold(phone: Page, shown: Shown) -> None:
    for number, (_, headline) in STATES.items():
        phone.goto(shown.base + shown.links[number])
        title = phone.locator("h1")
        assert headline in title.inner_text()
        box = title.bounding_box()
        assert box is not None and box["y"] + box["height"] <= 640
        assert phone.locator("h1").count() == 1
        assert _sideways(phone) <= 0


def test_at_400_percent_nothing_is_scrolled_sideways(chromium: Browser, shown: Shown) -> None:
    # 1280 pixels at 400 % are 320 CSS pixels (WCAG 2.2, 1.4.10).
    context = chromium.new_context(viewport={"width": 320, "height": 256}, device_scale_factor=4)
    page = context.new_page()
    for path in _paths(shown):
        page.goto(shown.base + path)
        assert _sideways(page) <= 0, path
    context.close()


def test_axe_finds_nothing_in_forced_colours(chromium: Browser, shown: Shown) -> None:
    context = chromium.new_context(
        viewport={"width": 360, "height": 640}, forced_colors="active", color_scheme="dark"
    )
    page = context.new_page()
    for path in (shown.links["7003"], "/"):
        page.goto(shown.base + path)
        # Of what is not in sight axe still reads our colours, not those the browser forces.
        told = Axe().run(page, options={"rules": {"color-contrast": {"enabled": False}}})
        assert [one["id"] for one in told.response["violations"]] == []
        assert _sideways(page) <= 0
    context.close()


def test_by_keyboard_alone_and_without_javascript_a_code_can_be_asked_for(
    chromium: Browser, shown: Shown
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(shown.base)
    for _ in range(3):  # skip link, home, the first field
        page.keyboard.press("Tab")
    page.keyboard.type("7001")
    page.keyboard.press("Tab")
    page.keyboard.type(MAYA.email)
    page.keyboard.press("Enter")
    page.wait_for_url("**/code")
    assert page.locator("h1").inner_text() == "Enter your code"
    (cookie,) = context.cookies()
    assert cookie["name"] == "__Host-visit" and cookie["httpOnly"] and cookie["secure"]
    context.close()


def test_targets_are_large_enough_for_thumbs(phone: Page, shown: Shown) -> None:
    phone.goto(shown.base + shown.links["7003"])
    for target in phone.locator("button, a.button, a.home").all():
        box = target.bounding_box()
        assert box is not None and box["height"] >= 44, target.inner_text()
