"""A supplier's settings: its own people, how each hears of new work, what we know of it."""

from datetime import timedelta
from pathlib import Path

import pytest

from hub.access import Role
from hub.flow import accounts
from hub.flow.accounts import Account
from hub.flow.supplier_notices import Notice, wish
from tests.rigs import desks
from tests.web.portal.rig import Browser, seal_of
from tests.web.supplier.rig import Counter, open_counter


@pytest.fixture
def counter(quick_counter: Counter) -> Counter:
    """What these tests are about is the same on every store."""
    return quick_counter


ADMIN = Role.SUPPLIER_ADMIN


def _people(counter: Counter, partner: str = "corner") -> dict[str, Account]:
    return {one.email: one for one in accounts.listed(counter.house.parts, partner=partner)}


def _post(browser: Browser, path: str, **fields: str) -> int:
    seal = seal_of(browser.get("/settings").text)
    return browser.post(path, {"seal": seal, **fields}).status_code


def test_an_administrator_invites_people_of_the_own_company(counter: Counter) -> None:
    browser = counter.browser(role=ADMIN)
    seal = seal_of(browser.get("/settings").text)
    fields = {
        "seal": seal,
        "name": "Ben Ito",
        "email": "ben@corner.example.com",
        "role": "supplier_user",
    }
    page = browser.post("/settings/people", fields).text
    assert "https://portal.localhost/" in page  # no mail server here: the link is shown once
    person = _people(counter)["ben@corner.example.com"]
    assert (person.partner, person.role) == ("corner", Role.SUPPLIER_USER)
    assert "Ben Ito" in browser.get("/settings").text


def test_what_is_wrong_with_an_invitation_is_told_and_what_was_typed_stays(
    counter: Counter,
) -> None:
    browser = counter.browser(role=ADMIN)
    seal = seal_of(browser.get("/settings").text)
    fields = {"seal": seal, "name": "Ben Ito", "email": "nowhere", "role": "supplier_user"}
    answer = browser.post("/settings/people", fields)
    assert answer.status_code == 422
    assert 'value="Ben Ito"' in answer.text and 'value="nowhere"' in answer.text
    assert 'href="#email"' in answer.text


def test_people_are_closed_opened_and_given_another_role(counter: Counter) -> None:
    counter.browser()  # a user of Corner's
    browser = counter.browser(role=ADMIN)
    person = _people(counter)["supplier_user@corner.example.com"]
    path = f"/settings/people/{person.id}"
    assert _post(browser, f"{path}/disable") == 303
    assert _people(counter)[person.email].disabled
    assert _post(browser, f"{path}/enable") == 303
    assert not _people(counter)[person.email].disabled
    assert _post(browser, f"{path}/role", role="supplier_admin") == 303
    assert _people(counter)[person.email].role is ADMIN


@pytest.mark.parametrize("act", ["disable", "enable", "role", "again"])
def test_people_of_others_and_oneself_are_not_there(counter: Counter, act: str) -> None:
    counter.browser("stranger")
    browser = counter.browser(role=ADMIN)
    for person in (
        _people(counter, "stranger")["supplier_user@stranger.example.com"],
        _people(counter)["supplier_admin@corner.example.com"],
    ):
        before = _people(counter, person.partner)
        path = f"/settings/people/{person.id}/{act}"
        assert _post(browser, path, role="supplier_admin") == 404
        assert _people(counter, person.partner) == before


def test_who_keeps_no_people_neither_sees_nor_changes_them(counter: Counter) -> None:
    counter.browser(role=ADMIN)
    browser = counter.browser()
    assert "supplier_admin@corner.example.com" not in browser.get("/settings").text
    admin = _people(counter)["supplier_admin@corner.example.com"]
    fields = {"name": "X", "email": "x@corner.example.com", "role": "supplier_admin"}
    assert _post(browser, "/settings/people", **fields) == 404
    assert _post(browser, f"/settings/people/{admin.id}/disable") == 404
    assert set(_people(counter)) == {
        "supplier_admin@corner.example.com",
        "supplier_user@corner.example.com",
    }


@pytest.mark.parametrize("role", ["operator", "clerk", "viewer", "api_client", ""])
def test_no_role_of_another_house_can_be_given(counter: Counter, role: str) -> None:
    browser = counter.browser(role=ADMIN)
    fields = {"name": "X", "email": "x@corner.example.com", "role": role}
    assert _post(browser, "/settings/people", **fields) == 404
    assert "x@corner.example.com" not in _people(counter)


def test_everybody_chooses_how_to_hear_of_new_work(counter: Counter) -> None:
    browser, other = counter.browser(), counter.browser(role=ADMIN)
    mine = _people(counter)["supplier_user@corner.example.com"].id
    theirs = _people(counter)["supplier_admin@corner.example.com"].id
    assert wish(counter.house.parts, mine) is Notice.IMMEDIATE
    for name in ("digest", "daytime", "none"):
        assert _post(browser, "/settings/notice", notice=name) == 303
        assert wish(counter.house.parts, mine) is Notice(name)
    assert wish(counter.house.parts, theirs) is Notice.IMMEDIATE
    assert _post(other, "/settings/notice", notice="hourly") == 404


def test_what_the_partners_page_says_is_shown(counter: Counter) -> None:
    page = counter.browser().get("/settings").text
    for words in ("UTC", "every day", "these pages", "agreed on with those who keep the hub"):
        assert words in page


def test_a_holiday_is_shown_and_moves_the_day_to_ship_by(
    quick_counter: Counter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick_counter.order()
    before = quick_counter.house.order().fulfillments[0].ship_by
    assert before is not None
    tomorrow = quick_counter.house.clock().date() + timedelta(days=1)
    page = desks.PAGE.replace("zone: UTC,", f"zone: UTC, holidays: [{tomorrow}],")
    monkeypatch.setattr(desks, "PAGE", page)
    counter = open_counter(tmp_path / "resting")
    counter.order()
    after = counter.house.order().fulfillments[0].ship_by
    shown = counter.browser().get("/settings").text
    counter.house.close()
    assert after == before + timedelta(days=1)
    assert f"<dt>Holidays</dt><dd>{tomorrow:%a}, {tomorrow:%b} {tomorrow.day}</dd>" in shown
    assert "by the tracking number" in shown
