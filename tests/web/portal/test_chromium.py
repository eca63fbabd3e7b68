"""The pages in a real browser: narrow, enlarged, in forced colours, judged by axe."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
import uvicorn
from aiosmtpd.controller import Controller
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from hub.partners import Brand
from hub.transports.mail import Server
from tests.cast import MAYA
from tests.rigs import free_port
from tests.rigs.houses import House, furnish, stock_up
from tests.web.looks import Judge, equip
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


COLOURS = ["color-contrast"]  # what a colour scheme can change of what axe sees


@dataclass(frozen=True, slots=True)
class Shown:
    """Juniper's pages on a port of this machine, with a link to an order in each state."""

    base: str
    links: dict[str, str]
    street: rig.Street


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    folder = tmp_path_factory.mktemp("street")
    house = furnish(folder)
    stock_up(house)
    box = rig.Mailbox(port=free_port())
    posts = Controller(box, hostname="127.0.0.1", port=box.port)
    posts.start()
    house.parts = replace(
        house.parts, mail=Server(host="127.0.0.1", port=box.port, tls="none"), brands=_quiet(house)
    )
    street = rig.street(house, folder, box)
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
    yield Shown(base=f"http://{rig.JUNIPER_HOST}:{port}", links=links, street=street)
    server.should_exit = True
    thread.join()
    posts.stop()
    house.close()


def _quiet(house: House) -> dict[str, Brand]:
    """The brands, mailing codes and nothing else: what is counted here is clicks."""
    return {name: replace(brand, mails=("code",)) for name, brand in house.parts.brands.items()}


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


def test_every_page_is_whole_by_day_and_in_the_dark(chromium: Browser, shown: Shown) -> None:
    """Axe, landmarks and 400 %: 1280 pixels are 320 then (WCAG 2.2, 1.4.10)."""
    context, judge = chromium.new_context(viewport={"width": 360, "height": 640}), Judge()
    page, told = equip(context), []
    for path in _paths(shown):
        page.goto(shown.base + path)
        told += [f"{path}: {one}" for one in judge.faults(page)]
    assert told == []
    context.close()


def test_in_the_dark_the_pages_are_dark(chromium: Browser, shown: Shown) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 640}, color_scheme="dark")
    page = context.new_page()
    page.goto(shown.base + shown.links["7003"])
    behind = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(int(part) for part in behind[4:-1].split(",")) < 48, behind
    context.close()


def test_the_headline_is_above_the_fold(phone: Page, shown: Shown) -> None:
    for number, (_, headline) in STATES.items():
        phone.goto(shown.base + shown.links[number])
        title = phone.locator("h1")
        assert headline in title.inner_text()
        box = title.bounding_box()
        assert box is not None and box["y"] + box["height"] <= 640
        assert phone.locator("h1").count() == 1
        assert _sideways(phone) <= 0


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


def _proven(page: Page, shown: Shown, number: str) -> None:
    """Prove an order in this browser: two fields, a code, and a click for each form."""
    page.goto(shown.base)
    page.get_by_label("Order number").fill(number)
    page.get_by_label("E-mail address or postcode").fill(MAYA.postcode)
    page.get_by_role("button", name="Send me a code").click()
    page.wait_for_url("**/code")
    while shown.street.mail():
        pass
    page.get_by_label("Code", exact=True).fill(shown.street.mailbox.code())
    page.get_by_role("button", name="Show my order").click()
    page.wait_for_url("**/order")


def test_the_forms_and_their_answers_are_whole_for_everybody(
    chromium: Browser, shown: Shown
) -> None:
    """Axe, no scrolling sideways, and errors that are found: by day and in the dark."""
    number = "7200"
    rig.confirmed(shown.street.house, number)
    rig.sent(shown.street.house, number)
    context, judge = chromium.new_context(viewport={"width": 360, "height": 640}), Judge()
    page = equip(context)
    _proven(page, shown, number)
    assert judge.faults(page) == [], "the order"
    for path in ("/cancel", "/quantities", "/address"):
        page.goto(shown.base + path)
        assert judge.faults(page) == [], path
    page.get_by_label("Street and number").fill("")
    page.get_by_role("button", name="Send it there").click()
    assert page.title().startswith("Error: ")
    assert judge.faults(page) == [], "an error"
    page.get_by_role("link", name="Enter the street and number").click()
    assert page.evaluate("document.activeElement.id") == "line1"
    page.goto(shown.base + "/cancel")
    page.get_by_role("button", name="Yes, cancel").click()
    assert page.locator("h1").inner_text().startswith("The answer comes by ")
    assert judge.faults(page) == [], "an outcome"
    page.goto(shown.base + "/order")
    assert page.locator(".waits").count() == 1
    assert judge.faults(page) == [], "an order that waits"
    context.close()


def test_targets_are_large_enough_for_thumbs(phone: Page, shown: Shown) -> None:
    phone.goto(shown.base + shown.links["7003"])
    for target in phone.locator("button, a.button, a.home").all():
        box = target.bounding_box()
        assert box is not None and box["height"] >= 44, target.inner_text()
