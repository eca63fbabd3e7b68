"""Every journey in a real browser: it comes out right, and takes no more than it may.

By keys twenty orders are scanned (J2) and five hundred rows uploaded (J3); in the other ways 2 and
50, to spare time. `make journeys` walks every journey in every way, with all of them.
"""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from hub.access import House
from tests.web import walker as walker_module
from tests.web.journeys.all import JOURNEYS
from tests.web.journeys.clerks import called
from tests.web.journeys.houses import World, world
from tests.web.journeys.journey import Goal, Journey, within
from tests.web.walker import WAYS, Way


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    assert path, "chromium is missing: make system"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("journeys"), chromium, whole=False) as found:
        yield found


NAMED = {way.name: way for way in WAYS}
TURNS = (("desk-script", "phone", "keys"), ("desk", "phone-script", "keys-script"))
"""Journeys take turns, to spare time: each is walked wide and narrow, with scripts and without, and
by keys; what is like another (J4b) narrow and by keys. In every way by `make journeys`."""
WALKS = [
    pytest.param(journey, NAMED[name], id=f"{journey.number}-{name}")
    for turn, journey in enumerate(JOURNEYS)
    for name in TURNS[turn % len(TURNS)][1 if journey.number[-1].isalpha() else 0 :]
]


@pytest.mark.parametrize(("journey", "way"), WALKS)
def test_a_journey_comes_out_right_within_its_figures(
    both: World, journey: Journey, way: Way
) -> None:
    walker = journey.walk(both, way)
    assert within(walker, journey.goal) == [], walker


def test_whatever_a_caller_says_finds_the_order_without_a_mouse(both: World) -> None:
    staff, number = both.staff, both.staff.number()
    phone, email = f"217-555-{number}", f"noor{number}@example.com"
    called(staff, number, phone=phone, email=email, name=f"Noor H{number}")
    purchase_order = staff.hub.order(number).fulfillments[0].number
    walker = staff.clerk_walker(WAYS[1])
    for said in (number, purchase_order, email, phone, f"Noor H{number} 62701"):
        walker.start(staff.at(House.DESK, "/orders"))
        walker.page.locator("#find:focus").wait_for()  # the field has the focus already
        walker.enter(walker.page.locator("#find"), said)
        walker.send()
        assert number in walker.page.locator("main").inner_text(), said
    assert walker.clicks == 0


def test_what_is_out_of_the_keyboard_s_reach_is_told(
    both: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walker_module, "FARTHEST", 30)
    walker = both.staff.walker(House.DESK, Way(name="keys", keys_alone=True))
    walker.start(both.staff.at(House.DESK, "/orders"))
    with pytest.raises(AssertionError, match="the keyboard does not reach"):
        walker.follow(walker.page.locator("h1"))


def test_time_is_that_of_the_model_and_each_excess_is_told(both: World) -> None:
    walker = both.staff.walker(House.DESK, WAYS[1])
    walker.start(both.staff.at(House.DESK, "/orders"))
    walker.enter(walker.page.locator("#find"), "nobody")  # 1.35 and six keys, the focus is there
    walker.follow(walker.page.locator("main").get_by_role("button", name="Find"))
    assert round(walker.model, 2) == round(1.35 + 6 * 0.28 + 0.4 + 1.35 + 1.1 + 0.28, 2)
    few = Goal(clicks=0, fields=1, seconds=6)
    assert within(walker, few) == ["1 clicks, not 0", "6.2 seconds, not 6"]
