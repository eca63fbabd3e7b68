"""Pictures of articles in a real browser: narrow, wide, in the dark, in print."""

import shutil
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import Browser, Page

from tests.rigs import free_port
from tests.web.looks import Judge, equip
from tests.web.portal import rig
from tests.web.portal.rig import Street
from tests.web.portal.test_chromium import Shown, chromium, shown
from tests.web.portal.test_pictures import MUG, furnished

__all__ = ["chromium", "shown"]


@pytest.fixture(scope="module")
def pictured(shown: Shown, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where Juniper's pages are shown with a picture of the first article of every order."""
    street = Street(house=shown.street.house, app=shown.street.app, mailbox=shown.street.mailbox)
    folder = furnished(street, tmp_path_factory.mktemp("pictured"))
    shutil.copy(MUG, folder / "SKU-1.png")
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(street.app, port=port, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.05)
    yield f"http://{rig.JUNIPER_HOST}:{port}"
    server.should_exit = True
    thread.join()


def test_pages_with_pictures_are_whole_on_every_screen(
    chromium: Browser, shown: Shown, pictured: str
) -> None:
    """By day and in the dark, at 400 %; thirty long lines with a picture each are among them."""
    context, judge = chromium.new_context(viewport={"width": 360, "height": 640}), Judge()
    page, told = equip(context), []
    for number in ("7003", "7010"):
        page.goto(pictured + shown.links[number])
        told += [f"{number}: {one}" for one in judge.faults(page)]
    assert told == []
    context.close()


@pytest.mark.parametrize("width", [360, 1024])
def test_a_picture_stands_beside_its_article_and_is_not_printed(
    chromium: Browser, shown: Shown, pictured: str, width: int
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 640})
    page = context.new_page()
    page.goto(pictured + shown.links["7003"])
    image, article = page.locator(".lines img"), page.locator(".pictured .article")
    image.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.lines img').naturalWidth > 0")
    seen, said = image.bounding_box(), article.bounding_box()
    assert seen and said and (seen["width"], seen["height"]) == (56, 56)
    assert 0 < said["x"] - (seen["x"] + seen["width"]) <= 24
    assert said["y"] < seen["y"] + seen["height"] and seen["y"] < said["y"] + said["height"]
    page.emulate_media(media="print")
    assert not image.is_visible()
    assert _left(page, ".pictured .article") == _left(page, ".lines li:not(.pictured) .article")
    context.close()


def _left(page: Page, selector: str) -> float:
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["x"]
