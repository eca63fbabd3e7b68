"""The rooms behind a sign-in in a real browser: what a page fetches and weighs."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Response, sync_playwright

from hub.access import House
from tests.web.looks import Judge, equip, lost_focus
from tests.web.rooms import Rooms, context_of, opened


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    assert path, "chromium is missing: make system"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Rooms]:
    with opened(tmp_path_factory.mktemp("rooms"), chromium) as found:
        yield found


def test_the_overview_is_fetched_again_by_itself(rooms: Rooms, chromium: Browser) -> None:
    context = context_of(rooms, chromium, House.DESK, wide=True, script=True)
    page = context.new_page()
    page.goto(rooms.at(House.DESK, "/"))
    with page.expect_response(lambda answer: answer.url.endswith("/live"), timeout=15_000) as got:
        pass
    assert got.value.status == 200
    assert "<html" not in got.value.text()
    assert page.locator("h1").count() == 1
    context.close()


@pytest.mark.parametrize("house", list(House))
def test_a_first_view_is_light_and_comes_from_here_alone(
    rooms: Rooms, chromium: Browser, house: House
) -> None:
    context = context_of(rooms, chromium, house, wide=True, script=True)
    page = context.new_page()
    came: list[Response] = []
    page.on("response", lambda each: came.append(each))  # noqa: PLW0108  # it is looked at
    page.goto(rooms.at(house, "/"))
    page.wait_for_load_state("networkidle")
    assert len(came) <= 15
    assert all(each.url.startswith(rooms.at(house, "/")) for each in came)
    assert sum(len(each.body()) for each in came) <= 100_000
    context.close()


@pytest.mark.parametrize(
    "path",
    [
        "/docs",
        "/docs/webhooks",
        "/docs/place_order",
        "/docs/errors",
        "/docs/errors/x12-ak304-3",
        "/docs/errors/unpacks-to-too-much",
    ],
)
def test_the_open_reference_is_as_easy_to_read_as_the_rooms(
    rooms: Rooms, chromium: Browser, path: str
) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 640})
    page = equip(context)
    came: list[Response] = []
    page.on("response", lambda each: came.append(each))  # noqa: PLW0108  # it is looked at
    page.goto(f"http://127.0.0.1:{rooms.port}{path}")
    page.wait_for_load_state("networkidle")
    assert {each.status for each in came} == {200}
    assert Judge().faults(page) == []
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    assert Judge().faults(page) == []
    assert lost_focus(page) == []
    context.close()
