"""A chosen theme in a real browser: it wins over the device's wish, is readable, never printed."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.web.portal.test_chromium import COLOURS, Shown, chromium, shown

__all__ = ["chromium", "shown"]
STATES = ("7003", "7006")


@pytest.fixture
def wishing_light(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 360, "height": 640}, color_scheme="light")
    yield context.new_page()
    context.close()


def _behind(page: Page) -> int:
    """How light the page is, from 0 to 255."""
    shown = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return max(int(part) for part in shown[4:-1].split(","))


def test_dark_is_dark_on_a_light_device_can_be_read_and_is_printed_light(
    wishing_light: Page, shown: Shown
) -> None:
    page = wishing_light
    page.goto(shown.base + shown.links[STATES[0]])
    assert _behind(page) > 200
    here = page.url
    page.get_by_role("button", name="dark").click()
    assert page.url == here
    for number in STATES:
        page.goto(shown.base + shown.links[number])
        assert _behind(page) < 48
        told = Axe().run(page, options={"runOnly": COLOURS})
        assert told.response["violations"] == []
    page.emulate_media(media="print")
    assert _behind(page) > 200
    page.emulate_media(media="screen", color_scheme="dark")
    page.get_by_role("button", name="light").click()
    assert _behind(page) > 200
    page.get_by_role("button", name="as the device").click()
    assert _behind(page) < 48
