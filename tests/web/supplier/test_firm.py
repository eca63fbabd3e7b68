"""What a supplier's admin sets for the firm: zone, days off, carriers; the same on each store."""

import re
from datetime import date, timedelta

import pytest

from hub.access import Role
from hub.cli.desk import WHO
from hub.flow import own_settings
from portal.web.supplier.firm import HOLIDAYS
from tests.web.portal.rig import Browser, seal_of
from tests.web.supplier.rig import Counter

ADMIN = Role.SUPPLIER_ADMIN
POSTS = ("zone", "days", "days/open", "carriers", "channel")


def _post(browser: Browser, path: str, **fields: str) -> int:
    seal = seal_of(browser.get("/settings").text)
    return browser.post(f"/settings/{path}", {"seal": seal, **fields}).status_code


def _section(page: str, heading: str) -> str:
    found = re.search(rf'<section aria-labelledby="{heading}">.*?</section>', page, re.DOTALL)
    assert found, page
    return found[0]


def test_an_admin_sets_the_zone_and_everybody_there_reads_whose_it_is(counter: Counter) -> None:
    user, admin = counter.browser(), counter.browser(role=ADMIN)
    assert _post(admin, "zone", zone="America/Denver") == 303
    calendar = counter.house.parts.partners.get("corner").calendar
    assert calendar.zone == "America/Denver"
    assert 'value="America/Denver"' in _section(admin.get("/settings").text, "zones")
    for browser, heading in ((admin, "zones"), (user, "company")):
        assert "set by Ana Ortiz" in _section(browser.get("/settings").text, heading)
    number = counter.order()
    assert "23:59" in user.get(f"/orders/{number}").text  # the day ends where the firm works


def test_who_is_no_admin_sees_and_sets_nothing(counter: Counter) -> None:
    user = counter.browser()
    page = user.get("/settings").text
    assert "/settings/zone" not in page and "UTC" in page
    for path in POSTS:
        assert _post(user, path, zone="America/Denver", day="2026-12-24", way="edi") == 404
    with counter.house.parts.store.read() as tx:
        assert tx.own.all() == []


def test_days_off_are_added_and_removed_and_past_ones_are_left_out(counter: Counter) -> None:
    admin = counter.browser(role=ADMIN)
    for day in ("2026-11-23", "2026-12-24"):
        assert _post(admin, "days", day=day) == 303
    shown = _section(admin.get("/settings").text, "off")
    assert shown.count("Day off") == 2
    counter.house.clock.on(days=4)
    admin = counter.browser(role=ADMIN)
    shown = _section(admin.get("/settings").text, "off")
    assert shown.count("Day off") == 1 and 'value="2026-12-24"' in shown
    assert _post(admin, "days/open", day="2026-12-24") == 303
    assert "No holidays are noted" in admin.get("/settings").text
    assert counter.house.parts.partners.get("corner").calendar.holidays == {date(2026, 11, 23)}


def test_what_is_wrong_is_told_beside_its_field_and_what_was_typed_stays(counter: Counter) -> None:
    admin = counter.browser(role=ADMIN)
    seal = seal_of(admin.get("/settings").text)
    for path, fields, field in (
        ("zone", {"zone": "Mars/Olympus"}, "zone"),
        ("days", {"day": ""}, "day"),
        ("days", {"day": "2020-01-01"}, "day"),
        ("channel", {"way": ""}, "way"),
    ):
        answer = admin.post(f"/settings/{path}", {"seal": seal, **fields})
        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.text and f'id="{field}-wrong"' in answer.text
        assert all(f'value="{typed}"' in answer.text for typed in fields.values())


def test_carriers_that_are_named_stand_first_and_the_others_stay(counter: Counter) -> None:
    number = counter.order()
    admin = counter.browser(role=ADMIN)
    before = admin.get(f"/orders/{number}/ship").text
    assert "<optgroup" not in before
    assert _post(admin, "carriers", **{"carrier-fedex": "1", "carrier-usps": "1"}) == 303
    shown = admin.get(f"/orders/{number}/ship").text
    own, others = re.findall(r'<optgroup label="([^"]*)">(.*?)</optgroup>', shown, re.DOTALL)
    assert own[0] == "Your carriers" and others[0] == "Others"
    assert re.findall(r'value="(\w+)"', own[1]) == ["usps", "fedex"]
    assert sorted(re.findall(r'value="(\w+)"', own[1] + others[1])) == sorted(
        re.findall(r'<option value="(\w+)"', before)
    )
    assert _post(admin, "carriers") == 303
    assert "<optgroup" not in admin.get(f"/orders/{number}/ship").text


def test_another_channel_is_asked_for_and_waits_for_a_person(counter: Counter) -> None:
    admin = counter.browser(role=ADMIN)
    assert _post(admin, "channel", way="edi") == 303
    assert "Asked." in admin.get("/settings?saved=asked").text
    with counter.house.parts.store.read() as tx:
        [row] = tx.exceptions.page(open_only=True, limit=9)
    assert row.kind == "channel-wish" and "EDI (X12) over SFTP" in row.text


def test_the_keepers_of_the_hub_are_not_named(counter: Counter) -> None:
    own_settings.set_zone(counter.house.parts, "corner", "America/Denver", who=WHO)
    page = counter.browser().get("/settings").text
    assert "set by those who keep the hub" in page


@pytest.mark.parametrize("path", POSTS)
def test_nothing_is_set_without_the_forms_seal(counter: Counter, path: str) -> None:
    admin = counter.browser(role=ADMIN)
    fields = {"zone": "America/Denver", "day": "2026-12-24", "way": "edi"}
    assert admin.post(f"/settings/{path}", fields).status_code == 403


def test_every_day_off_can_be_removed_and_who_may_not_is_told_how_many_more(
    counter: Counter,
) -> None:
    parts, admin = counter.house.parts, counter.browser(role=ADMIN)
    first = date(2026, 12, 1)
    days = [first + timedelta(days=n) for n in range(HOLIDAYS + 2)]
    for day in days:
        own_settings.close_on(parts, "corner", day, who=WHO)
    shown = _section(admin.get("/settings").text, "off")
    assert shown.count("Day off") == len(days) and f'value="{days[-1]}"' in shown
    user = counter.browser()
    assert "; and 2 more days</dd>" in _section(user.get("/settings").text, "company")
    assert _post(admin, "days/open", day=str(days[-1])) == 303
    assert "; and 1 more day</dd>" in _section(user.get("/settings").text, "company")
    assert _post(admin, "days/open", day=str(days[0])) == 303
    assert " more day" not in _section(user.get("/settings").text, "company")
