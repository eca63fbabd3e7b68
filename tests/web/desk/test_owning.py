"""What a partner's own people set, seen at the desk: who set it, set for them, taken back."""

import re
from datetime import date

import pytest

from hub.access import Role
from hub.flow import accounts, own_settings
from tests.web.desk.test_desk import Desk, desk
from tests.web.portal.rig import Browser, seal_of

__all__ = ["desk"]

PAGE = "/partners/acme"


def _set(browser: Browser, **fields: str) -> int:
    seal = seal_of(browser.get(PAGE).text)
    return browser.post(f"{PAGE}/own", {"seal": seal, **fields}).status_code


def test_who_set_it_is_told_and_it_is_taken_back(desk: Desk) -> None:
    parts = desk.house.parts
    accounts.invite_by_link(
        parts,
        email="ann@acme.example.com",
        name="Ann Lee",
        role=Role.SUPPLIER_ADMIN,
        partner="acme",
        who="test",
    )
    [ann] = accounts.listed(parts, partner="acme")
    own_settings.set_zone(parts, "acme", "America/Denver", who=f"user:{ann.id}")
    own_settings.close_on(parts, "acme", date(2026, 12, 24), who=f"user:{ann.id}")
    browser = desk.browser()
    page = browser.get(PAGE).text
    assert page.count("Ann Lee") == 2 and "its page: UTC" in page
    assert _set(browser, do="back", setting="zone") == 303
    assert _set(browser, do="back", setting="day", subject="2026-12-24") == 303
    assert parts.partners.get("acme") == parts.partners.page("acme")
    assert "Ann Lee" not in browser.get(PAGE).text


def test_it_is_set_for_them(desk: Desk) -> None:
    parts, browser = desk.house.parts, desk.browser()
    assert _set(browser, do="zone", zone="Europe/Berlin") == 303
    assert _set(browser, do="closed", day="2026-12-24") == 303
    assert _set(browser, do="closed", day="2026-12-23") == 303
    assert _set(browser, do="opened", day="2026-12-23") == 303
    assert _set(browser, do="carriers", **{"carrier-ups": "1"}) == 303
    found = parts.partners.get("acme")
    assert found.calendar.zone == "Europe/Berlin" and found.carriers == ("ups",)
    assert found.calendar.holidays == {date(2026, 12, 24)}
    page = browser.get(f"{PAGE}?done=set").text
    assert "it counts from now on" in page


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"do": "zone", "zone": "Mars/Olympus"}, "zone"),
        ({"do": "closed", "day": ""}, "day"),
        ({"do": "closed", "day": "2019-01-01"}, "day"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(
    desk: Desk, fields: dict[str, str], field: str
) -> None:
    browser = desk.browser()
    seal = seal_of(browser.get(PAGE).text)
    answer = browser.post(f"{PAGE}/own", {"seal": seal, **fields})
    assert answer.status_code == 422 and f'id="{field}-wrong"' in answer.text
    assert "<details open>" in answer.text
    told = re.search(rf'id="{field}-wrong">.*?</span>([^<]*)</p>', answer.text)
    assert told and told[1][:1].isupper() and told[1].endswith(".")


def test_nothing_else_is_done_and_only_by_those_who_mend(desk: Desk) -> None:
    browser = desk.browser()
    assert _set(browser, do="sell") == 404
    seal = seal_of(browser.get(PAGE).text)
    missing = browser.post("/partners/nobody/own", {"seal": seal, "do": "zone", "zone": "UTC"})
    assert missing.status_code == 404
    viewer = desk.browser(Role.VIEWER)
    page = viewer.get(PAGE).text
    assert "/own" not in page and "Time zone" in page
    with desk.house.parts.store.read() as tx:
        assert tx.own.all() == []
