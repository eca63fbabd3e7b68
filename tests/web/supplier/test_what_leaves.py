"""What leaves next, what later: the same on forms, lists and paper, and in pieces and packs."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub import api
from hub.domain.catalog import Item, PartnerItem
from hub.domain.messages import ProductId
from hub.domain.orders import FulfillmentLine, FulfillmentOrder, PromiseKind
from hub.flow import own_settings
from hub.main import doors, read_settings
from tests.rigs.desks import furnish_desks
from tests.rigs.houses import post, shopping
from tests.web.portal.rig import Browser, seal_of
from tests.web.supplier.rig import TRACKING, Counter, once_of
from tests.web.supplier.test_onetime import MailedCounter, box, mailed
from tests.web.supplier.test_upload import send, table, upload

__all__ = ["box", "mailed"]
LATER = "2026-12-20"


@pytest.fixture
def counter(quick_counter: Counter) -> Counter:
    """What these tests are about is the same on every store."""
    return quick_counter


def _forms(page: str) -> dict[str, str]:
    return {"seal": seal_of(page), "once": once_of(page)}


def _order(counter: Counter, *quantities: int) -> str:
    post(counter.house, shopping("1001", *quantities))
    counter.house.turn("corner")
    return _part(counter).number


def _part(counter: Counter) -> FulfillmentOrder:
    return counter.house.order("1001").fulfillments[0]


def _line(counter: Counter, place: int = 0) -> FulfillmentLine:
    return _part(counter).lines[place]


def _buckets(counter: Counter, place: int = 0) -> tuple[int, int, int]:
    found = _line(counter, place).buckets
    return found.accepted, found.backordered, found.rejected


def _as_shown(page: str) -> dict[str, str]:
    """What a browser would send of the form, untouched."""
    inputs = re.findall(r"<input[^>]*>", page)
    pairs = [
        (re.search(r'name="([^"]+)"', one), re.search(r'value="([^"]*)"', one)) for one in inputs
    ]
    return {name[1]: value[1] for name, value in pairs if name and value and "-" in name[1]}


def _answer(browser: Browser, number: str, typed: Mapping[str, str]) -> int:
    path = f"/orders/{number}/answer"
    page = browser.get(path).text
    answer = browser.post(path, {**_forms(page), **_as_shown(page), **typed})
    return answer.status_code


def _ship_day(counter: Counter) -> str:
    promise = counter.house.order("1001").promise(_part(counter).id, PromiseKind.SHIP_BY)
    assert promise is not None
    return promise.day.isoformat()


# --- what was said before ------------------------------------------------------------------------


def test_who_opens_the_form_again_says_only_what_is_different(counter: Counter) -> None:
    number, browser = _order(counter, 4, 2), counter.browser()
    assert _answer(browser, number, {"backorder-1": "4", "date-1": LATER}) == 303
    assert (_buckets(counter), _ship_day(counter)) == ((0, 4, 0), LATER)
    counter.house.clock.on(minutes=11)
    shown = _as_shown(browser.get(f"/orders/{number}/answer").text)
    assert (shown["accept-1"], shown["backorder-1"], shown["date-1"]) == ("0", "4", LATER)
    assert (shown["accept-2"], shown["backorder-2"], shown["date-2"]) == ("2", "", "")
    assert _answer(browser, number, {"reject-2": "1", "reason-2": "damaged"}) == 303
    assert (_buckets(counter), _ship_day(counter)) == ((0, 4, 0), LATER)
    assert _buckets(counter, 1) == (1, 0, 1)


def test_a_form_that_says_nothing_new_is_told_so(counter: Counter) -> None:
    number, browser = _order(counter, 4), counter.browser()
    assert _answer(browser, number, {}) == 303  # of a fresh order it says that all leaves in time
    assert _buckets(counter) == (4, 0, 0)
    counter.house.clock.on(minutes=1)
    path = f"/orders/{number}/answer"
    page = browser.get(path).text
    answer = browser.post(path, {**_forms(page), **_as_shown(page)})
    assert answer.status_code == 422 and "This was said before" in answer.text


@pytest.mark.parametrize(
    ("typed", "buckets"),
    [
        ({"reject-1": "1", "reason-1": "damaged"}, (0, 3, 1)),  # of what was to leave later
        ({"accept-1": "3"}, (3, 1, 0)),  # three came early
        ({"backorder-1": "1"}, (3, 1, 0)),
        ({"backorder-1": ""}, (4, 0, 0)),
        ({"date-1": "2026-12-28"}, (0, 4, 0)),
    ],
)
def test_what_is_typed_is_taken_from_what_stood_before(
    counter: Counter, typed: Mapping[str, str], buckets: tuple[int, int, int]
) -> None:
    number, browser = _order(counter, 4), counter.browser()
    assert _answer(browser, number, {"backorder-1": "4", "date-1": LATER}) == 303
    counter.house.clock.on(minutes=11)
    assert _answer(browser, number, typed) == 303
    assert _buckets(counter) == buckets
    later = typed.get("date-1", LATER)
    if buckets[1]:
        assert _ship_day(counter) == later
        assert _as_shown(browser.get(f"/orders/{number}/answer").text)["date-1"] == later


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Counter]:
    """Corner with nobody beside it: what it sends later nobody else is asked to fill."""
    house = furnish_desks(tmp_path, desks=("corner",), others=())
    settings = read_settings({"HUB_DATA_DIR": str(tmp_path / "data")})
    yield Counter(house=house, app=doors(settings, house.parts, api.build(house.parts)))
    house.close()


def test_each_line_has_the_day_that_was_named_for_it_until_that_is_taken_back(
    alone: Counter,
) -> None:
    counter, number, browser = alone, _order(alone, 4, 2), alone.browser()
    first = {"backorder-1": "4", "date-1": "2026-12-10", "backorder-2": "2", "date-2": LATER}
    assert _answer(browser, number, first) == 303
    counter.house.clock.on(minutes=11)
    assert _answer(browser, number, {"date-1": "2026-12-15"}) == 303
    path = f"/orders/{number}"
    shown = _as_shown(browser.get(f"{path}/answer").text)
    assert (shown["date-1"], shown["date-2"]) == ("2026-12-15", LATER)
    page = browser.get(path).text
    document = page.partition('name="document" value="')[2].partition('"')[0]
    counter.house.clock.on(minutes=1)
    undone = browser.post(f"{path}/undo-answer", {**_forms(page), "document": document})
    assert undone.status_code == 303
    shown = _as_shown(browser.get(f"{path}/answer").text)
    assert (shown["date-1"], shown["date-2"]) == ("2026-12-10", LATER)


def test_what_a_colleague_said_meanwhile_stands(counter: Counter) -> None:
    number, browser = _order(counter, 4, 2), counter.browser()
    path = f"/orders/{number}/answer"
    old = browser.get(path).text  # all of both lines leaves in time
    assert _answer(browser, number, {"backorder-1": "4", "date-1": LATER}) == 303
    counter.house.clock.on(minutes=1)
    typed = {**_forms(old), **_as_shown(old), "reject-2": "2", "reason-2": "damaged"}
    assert browser.post(path, typed).status_code == 303
    assert _buckets(counter) == (0, 4, 0) and _buckets(counter, 1) == (0, 0, 2)


@pytest.mark.parametrize(
    ("was", "now"),
    [("America/Los_Angeles", "Asia/Tokyo"), ("Asia/Tokyo", "America/Los_Angeles")],
)
def test_in_another_zone_it_leaves_on_the_day_that_was_said(
    counter: Counter, was: str, now: str
) -> None:
    own_settings.set_zone(counter.house.parts, "corner", was, who="operator")
    number = _order(counter, 5)
    assert _answer(counter.browser(), number, {"backorder-1": "2", "date-1": LATER}) == 303
    own_settings.set_zone(counter.house.parts, "corner", now, who="operator")
    for day, leaves in ((19, 3), (20, 5)):
        counter.house.clock.time = datetime(2026, 12, day, 12, tzinfo=ZoneInfo(now))
        browser = counter.browser()
        page = browser.get(f"/orders/{number}/ship").text
        assert _as_shown(page)["quantity-1-1"] == str(leaves), day
    path = upload(browser, table("Purchase order,Tracking number", f"{number},{TRACKING}"))
    assert "Sent: 1 order." in send(browser, path)
    assert _line(counter).buckets.shipped == 5


# --- what is in the parcel -----------------------------------------------------------------------


@pytest.fixture
def split_order(counter: Counter) -> str:
    """Of 5: 2 in time, 2 later, 1 refused; of another article both refused."""
    number = _order(counter, 5, 2)
    typed = {"backorder-1": "2", "date-1": LATER, "reject-1": "1", "reason-1": "no_stock"}
    typed |= {"reject-2": "2", "reason-2": "discontinued"}
    assert _answer(counter.browser(), number, typed) == 303
    return number


def _slip(browser: Browser, number: str) -> list[tuple[str, str]]:
    page = browser.get(f"/print/slips?order={number}").text
    return re.findall(r'<td class="count">(\d+)</td><th scope="row"><bdi>([^<]+)', page)


def test_paper_and_grid_name_what_leaves_next_and_nothing_else(
    counter: Counter, split_order: str
) -> None:
    browser = counter.browser()
    assert _slip(browser, split_order) == [("2", "Thing 1")]
    picks = browser.get(f"/print/picks?order={split_order}").text
    assert ">2</td>" in picks and "SKU-2" not in picks
    for path in ("/ship", "/print"):
        page = browser.get(path).text
        assert "<bdi>2 × Thing 1</bdi>" in page and "Thing 2" not in page
    assert _as_shown(browser.get(f"/orders/{split_order}/ship").text)["quantity-1-1"] == "2"
    lists = browser.get("/orders?show=ship").text
    assert "<bdi>4 × Thing 1</bdi>" in lists and "Thing 2" not in lists


def test_a_scan_ships_what_the_slip_names_then_the_rest_then_paper_says_what_left(
    counter: Counter, split_order: str
) -> None:
    browser = counter.browser()
    for label, shipped in ((TRACKING, 2), ("9400111899223197428497", 4)):
        fields = {**_forms(browser.get("/ship").text), "scan": "1", "order": split_order}
        assert f"{split_order} left" in browser.post("/ship", {**fields, "label": label}).text
        assert _line(counter).buckets.shipped == shipped
        if shipped == 2:  # nothing leaves sooner than what was to leave later
            assert _slip(browser, split_order) == [("2", "Thing 1")]
    assert _slip(browser, split_order) == [("4", "Thing 1")]


def test_on_its_day_what_was_to_leave_later_is_in_the_parcel(
    counter: Counter, split_order: str
) -> None:
    counter.house.clock.on(minutes=30 * 24 * 60)
    assert _ship_day(counter) == LATER
    assert _slip(counter.browser(), split_order) == [("4", "Thing 1")]


# --- packs ---------------------------------------------------------------------------------------


def _sold_in_cases(counter: Counter) -> None:
    case = PartnerItem(
        partner="corner",
        sku="SKU-1",
        products=(ProductId(kind="vendor", value="corner-SKU-1"),),
        unit="CA",
        units_per_pack=6,
        cost=400,
        currency="USD",
        priority=0,
    )
    counter.house.parts.store.write(
        lambda tx: tx.catalog.put([Item(sku="SKU-1", title="Article 1")], [case])
    )


def test_what_is_asked_in_packs_says_so_wherever_it_is_counted(mailed: MailedCounter) -> None:
    counter = mailed.counter
    _sold_in_cases(counter)
    number, browser = _order(counter, 12), counter.browser()
    said = "12 pieces (2 × 6)"
    paths = ("", "/ship", "/answer")
    for path in (
        "/ship",
        "/print",
        "/orders?show=all",
        *(f"/orders/{number}{one}" for one in paths),
    ):
        assert said in browser.get(path).text, path
    assert f">{said}</td>" in browser.get(f"/print/picks?order={number}").text
    assert said in mailed.browser().get(mailed.link()).text
    (text,) = mailed.box.texts()
    assert f"{said}: Thing 1" in text
    assert _slip(browser, number) == [("12", "Thing 1")]  # the customer ordered pieces
