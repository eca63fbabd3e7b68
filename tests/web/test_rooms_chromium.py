"""The rooms behind a sign-in in a real browser: journeys counted, axe, 360 pixels, no script."""

import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Response, sync_playwright

from hub.access import House
from tests.web.rooms import Rooms, context_of, opened, paths


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


@pytest.mark.parametrize("house", list(House))
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_scrolled_sideways(
    rooms: Rooms, chromium: Browser, house: House, scheme: str
) -> None:
    context = context_of(rooms, chromium, house, wide=False, script=True, scheme=scheme)
    page = context.new_page()
    for path in paths(rooms, house):
        answer = page.goto(rooms.at(house, path))
        assert answer is not None
        assert answer.status == (404 if path == "/nothing" else 200), path
        told = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:120]) for one in told] == [], path
        wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wider <= 0, path
        assert page.locator("h1").count() == 1, path
    context.close()


@pytest.mark.parametrize("script", [True, False])
def test_j1_one_shipment_on_a_phone_takes_two_taps_and_one_entry(
    rooms: Rooms, chromium: Browser, script: bool
) -> None:
    number = rooms.numbers[0 if script else 1]
    context = context_of(rooms, chromium, House.PORTAL, wide=False, script=script)
    page = context.new_page()
    page.goto(rooms.at(House.PORTAL, f"/orders/{number}"))
    page.get_by_role("link", name="Ship it").click()  # 1
    page.get_by_label("Tracking number").fill("1Z999AA10123456784")
    page.get_by_role("button", name="Confirm the shipment").click()  # 2
    assert "Done: the shipment is told" in page.locator("[role=status]").inner_text()
    assert page.get_by_role("button", name="Undo the shipment").is_visible()
    context.close()


def test_j2_an_order_by_keyboard_and_scanner_takes_two_scans(
    rooms: Rooms, chromium: Browser
) -> None:
    context = context_of(rooms, chromium, House.PORTAL, wide=True, script=False)
    page = context.new_page()
    page.goto(rooms.at(House.PORTAL, "/ship"))
    for number in rooms.numbers[2:5]:
        for scanned in (number, "1Z999AA10123456784"):
            page.locator("input:focus").wait_for()
            page.keyboard.type(scanned)  # a scanner types and ends with Enter; no mouse
            with page.expect_navigation():
                page.keyboard.press("Enter")
        assert f"{number} left" in page.locator("[role=status]").inner_text()
    context.close()


@pytest.mark.parametrize("script", [True, False])
def test_j4_part_of_a_line_later_takes_four_clicks(
    rooms: Rooms, chromium: Browser, script: bool
) -> None:
    number = rooms.numbers[5 if script else 6]
    context = context_of(rooms, chromium, House.PORTAL, wide=False, script=script)
    page = context.new_page()
    page.goto(rooms.at(House.PORTAL, f"/orders/{number}"))
    page.get_by_role("link", name="In part, later, or not at all").click()  # 1
    page.get_by_label("Leaves in time").fill("1")
    page.get_by_label("Leaves later").fill("1")
    page.get_by_label("on", exact=True).fill("2026-12-01")
    page.get_by_role("button", name="Send the answer").click()  # 2
    assert "Done: your answer counts" in page.locator("[role=status]").inner_text()
    context.close()


@pytest.mark.parametrize("script", [True, False])
def test_j15_why_a_paper_failed_is_the_first_thing_read(
    rooms: Rooms, chromium: Browser, script: bool
) -> None:
    context = context_of(rooms, chromium, House.DESK, wide=True, script=script)
    page = context.new_page()
    page.goto(rooms.at(House.DESK, "/exceptions"))
    page.locator("table a").first.click()  # 1
    page.locator("dl a[href^='/documents/']").click()  # 2
    said = page.locator("h1").inner_text()
    assert said.startswith("856 from Acme")
    assert "segments" in said
    assert "byte" in said
    page.get_by_role("link", name="Segments").click()
    assert page.locator("mark").inner_text().startswith("SE*")
    context.close()


@pytest.mark.parametrize("script", [True, False])
def test_j12_a_caller_s_order_is_found_by_anything_with_one_click(
    rooms: Rooms, chromium: Browser, script: bool
) -> None:
    context = context_of(rooms, chromium, House.DESK, wide=True, script=script)
    page = context.new_page()
    for text in ("1003", rooms.numbers[2], "maya@example.com", "217-555-0134", "Maya 62701"):
        page.goto(rooms.at(House.DESK, "/orders"))
        page.locator("#find:focus").wait_for()  # the field has the focus already
        page.keyboard.type(text)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert "1003" in page.locator("main").inner_text(), text
    context.close()


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
