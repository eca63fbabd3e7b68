"""The numbers of the first page lead to what they count; what is cut off says so."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.domain.facts import Stuck
from hub.domain.names import Names
from hub.flow import accounts
from hub.ops.desk import causes
from hub.ops.desk.overview import MOST_CAUSES
from tests.rigs.houses import House, post, shopping, stock_up
from tests.web.desk.test_desk import Desk, _opened
from tests.web.portal.rig import Browser


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = _opened(tmp_path)
    stock_up(opened.house)
    yield opened
    opened.house.close()


def _opens(house: House, hold: str, kind: str, step: str, *, order: str = "") -> str:
    stuck = Stuck(hold=hold, kind=kind, partner="acme", text="It is stuck.", next_step=step)
    order_id = house.order(order).id if order else None
    house.parts.store.write(
        lambda tx: tx.exceptions.open(stuck, at=house.clock(), order_id=order_id, names=Names(hold))
    )
    with house.parts.store.read() as tx:
        [row] = tx.queue.holding([hold])
    return row.id


def _tile(browser: Browser, words: str) -> tuple[str, int]:
    found = re.search(
        rf'<a class="tile" href="([^"]+)"><strong>(\d+)</strong> {words}</a>', browser.get("/").text
    )
    assert found
    return found[1].replace("&amp;", "&"), int(found[2])


@pytest.mark.parametrize("more", [0, 3])
def test_the_tile_of_causes_leads_to_all_of_them(desk: Desk, more: int) -> None:
    browser = desk.browser()
    for n in range(MOST_CAUSES + more):
        _opens(desk.house, f"x:{n}", f"kind-{n}", "Ask.")
    path, count = _tile(browser, "causes of trouble")
    page = browser.get(path).text
    assert count == MOST_CAUSES + more
    assert len(re.findall(r'<th scope="row"><a href="/parked/', page)) == count
    assert "Nothing is parked." in browser.get("/parked").text
    assert (f"All {count} causes</a>" in browser.get("/").text) is bool(more)


def test_the_tile_of_failures_leads_to_those_of_the_viewers_day(desk: Desk) -> None:
    house = desk.house
    post(house, shopping("1001", 2))
    house.turn()
    out = house.suppliers["acme"].home / "out"
    desk.notice(count=99)  # rejected
    house.clock.on(days=1)
    desk.notice(number=78, count=99)
    (out / "none.edi").write_text("no EDI at all")
    for _ in range(3):
        house.turn()
        house.clock.on(seconds=61)
    browser = desk.browser()
    [me] = accounts.listed(house.parts)
    accounts.settings(house.parts, account_id=me.id, zone="Asia/Tokyo", language="en", name=me.name)
    path, count = _tile(browser, "papers failed today")
    page = browser.get(path).text
    assert count == 2
    assert len(set(re.findall(r'href="/documents/(?:doc|tra)_[^"?]+', page))) == 2
    assert "none.edi" in page and "Only what came or was written since" in page
    every = browser.get("/documents?light=no").text
    assert len(set(re.findall(r'href="/documents/doc_[^"?]+', every))) == 2
    for wrong in ("x", "2026-02-30", "0001-01-01", "9999-12-31"):
        assert browser.get(f"/documents?since={wrong}").status_code == 200


def test_a_step_has_no_command_and_links_to_where_it_is_done(desk: Desk) -> None:
    browser, house = desk.browser(), desk.house
    post(house, shopping("1001", 2))
    cancel = "Offer a cancellation: `hub orders cancel 1001 --brand juniper`."
    steps = {
        cancel: ("/orders/juniper/1001/cancel", "/orders/juniper/1001/change"),
        "See `hub lane list` and `hub exceptions`.": ("/", "/exceptions"),
        "or with `hub users invite NAME --role x`; wait.": ("/settings/people",),
    }
    for n, (step, paths) in enumerate(steps.items()):
        card = _opens(house, f"x:{n}", "wire", step, order="1001" if n == 0 else "")
        page = browser.get(f"/exceptions/{card}").text
        assert "`hub" not in page
        for path in paths:
            assert f'<a href="{path}">' in page, path
            assert browser.get(path).status_code == 200, path
    for path in ("/exceptions", "/parked?show=all", "/orders/juniper/1001"):
        assert "`hub" not in browser.get(path).text, path


def test_figures_say_that_their_days_are_of_utc(desk: Desk) -> None:
    assert "A day begins and ends at midnight UTC" in desk.browser().get("/reports").text


def test_going_on_with_a_cause_hands_on_the_place_of_the_last_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(causes, "MOST_IDS", 1)
    post(desk.house, shopping("1001", 2))
    desk.house.turn()
    for number in (81, 82, 83):
        desk.notice(number=number, sku="ODD-7")
    browser = desk.browser()
    [group] = causes.parked(desk.house.parts)
    page, tried = browser.get(f"/parked/{group.id}").text, []
    for _ in range(4):
        form = re.search(rf'<form method="post" action="/parked/{group.id}">.*?</form>', page, re.S)
        if form is None:
            break
        fields = dict(re.findall(r'name="(seal|before)" value="([^"]*)"', form[0]))
        page = browser.post(f"/parked/{group.id}", fields).text
        tried += re.findall(r'href="/documents/(doc_[^"?]+)"', page)
        desk.house.clock.on(seconds=1)
        desk.house.turn()
        assert causes.parked(desk.house.parts)[0].count == 3
    assert len(tried) == len(set(tried)) == 3
