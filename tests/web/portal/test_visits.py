"""From a link or an order number to the page, and what a code proves."""

import pytest

from tests.cast import MAYA
from tests.web.portal import rig
from tests.web.portal.rig import HARBOR_HOST, Street


def test_a_link_shows_the_order_without_name_and_street(lane: Street) -> None:
    rig.shipped(lane.house)
    page = lane.browser().get(lane.link())
    assert page.status_code == 200
    assert "1001" in page.text and "Shipped" in page.text and rig.TRACKING in page.text
    assert "Springfield" in page.text and "M." in page.text
    for secret in (MAYA.name, "Lindqvist", MAYA.street, MAYA.phone, MAYA.email, MAYA.postcode):
        assert secret not in page.text


def test_a_mailed_code_shows_the_whole_address(lane: Street) -> None:
    rig.confirmed(lane.house)
    browser = lane.prove("1001", "  Maya@Example.com ")
    page = browser.get("/order")
    assert page.status_code == 200
    for shown in (MAYA.name, MAYA.street, MAYA.email):
        assert shown in page.text
    assert lane.mailbox.recipients == [[MAYA.email]]
    assert lane.house.exceptions() == []


def test_the_link_page_mails_a_code_and_is_whole_afterwards(lane: Street) -> None:
    rig.confirmed(lane.house)
    link, browser = lane.link(), lane.browser()
    seal = rig.seal_of(browser.get(link).text)
    assert browser.post(f"{link}/code", {"seal": seal}).headers["location"] == "/code"
    lane.mail()
    assert browser.enter(lane.mailbox.code()).headers["location"] == "/order"
    assert MAYA.street in browser.get(link).text


def test_a_hit_and_a_miss_are_answered_alike(lane: Street) -> None:
    rig.confirmed(lane.house)
    seen = []
    for number, mail in (
        ("1001", MAYA.email),
        ("1001", "tom@example.com"),
        ("9999", MAYA.email),
        ("a b", MAYA.email),
        ("1001", "99999"),
        ("9999", MAYA.postcode),
    ):
        browser = lane.browser(address=f"192.0.2.{len(seen)}")
        first = browser.post("/", {"number": number, "known": mail})
        second = browser.get(first.headers["location"])
        cookie = first.headers["set-cookie"]
        value = browser.cookies["__Host-visit"]
        headers = {name: text.replace(value, "-") for name, text in first.headers.items()}
        body = second.text.replace(rig.seal_of(second.text), "-")
        assert "Secure" in cookie and "HttpOnly" in cookie and "SameSite=lax" in cookie
        seen.append((first.status_code, headers, first.content, second.status_code, body))
    assert seen[1:] == seen[:1] * 5
    lane.mail()
    assert len(lane.mailbox.raw) == 1


def test_a_hit_and_a_miss_cost_the_same_statements(
    lane: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hub.store.statements import Connection

    rig.confirmed(lane.house)
    ran: list[str] = []
    run = Connection._run

    def counting(self, statement, values):  # type: ignore[no-untyped-def]
        ran.append(statement.ready(self._dialect).text)
        run(self, statement, values)

    lane.browser(address="192.0.2.1").find("1001", MAYA.email)  # the lane is made once
    monkeypatch.setattr(Connection, "_run", counting)
    costs = []
    asked = [("1001", MAYA.email), ("1001", "x@example.com"), ("9", MAYA.email)]
    asked += [("1001", MAYA.postcode), ("1001", "99999"), ("9", MAYA.postcode)]
    for number, known in asked:
        ran.clear()
        lane.browser(address=f"198.51.100.{len(costs)}").find(number, known)
        costs.append(list(ran))
    assert costs[0] == costs[1] == costs[2]
    assert costs[3] == costs[4] == costs[5]
    assert len(costs[0]) == len(costs[3]) > 5


def test_a_postcode_finds_the_order_and_the_code_goes_to_its_e_mail(lane: Street) -> None:
    rig.confirmed(lane.house)
    for known in ("62701", " 62701-1234 ", "6 2 7 0 1"):
        browser = lane.browser()
        page = browser.find("1001", known)
        assert "If there is such an order" in page.text and MAYA.email not in page.text
        lane.mail()
        assert browser.enter(lane.mailbox.code()).headers["location"] == "/order", known
    assert lane.mailbox.recipients == [[MAYA.email]] * 3
    for known in ("62702", "6270", "IL", "Springfield", "627011"):
        lane.house.clock.on(minutes=16)
        lane.browser().find("1001", known)
        lane.mail()
    assert len(lane.mailbox.raw) == 3


def test_a_code_opens_once(lane: Street) -> None:
    rig.confirmed(lane.house)
    browser = lane.browser()
    browser.find("1001", MAYA.email)
    lane.mail()
    code, waiting = lane.mailbox.code(), browser.cookies["__Host-visit"]
    assert browser.enter(code).status_code == 303
    assert browser.cookies["__Host-visit"] != waiting
    thief = lane.browser()
    thief.cookies.set("__Host-visit", waiting)
    assert thief.get("/order").status_code == 303
    assert thief.get("/code").headers["location"] == "/"


def test_a_code_is_over_after_fifteen_minutes(lane: Street) -> None:
    rig.confirmed(lane.house)
    browser = lane.browser()
    browser.find("1001", MAYA.email)
    lane.mail()
    lane.house.clock.on(minutes=15)
    assert browser.enter(lane.mailbox.code()).status_code == 422
    assert browser.get("/order").headers["location"] == "/"


def test_after_five_wrong_tries_the_right_code_opens_nothing(lane: Street) -> None:
    rig.confirmed(lane.house)
    browser = lane.browser()
    browser.find("1001", MAYA.email)
    lane.mail()
    code = lane.mailbox.code()
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    for _ in range(5):
        page = browser.enter(wrong)
        assert page.status_code == 422
        assert "There is a problem" in page.text and "<title>Error: " in page.text
    assert browser.enter(code).status_code == 422


def test_another_browser_s_code_opens_nothing(lane: Street) -> None:
    rig.confirmed(lane.house)
    one, other = lane.browser(), lane.browser()
    one.find("1001", MAYA.email)
    lane.mail()
    other.find("1001", "somebody@example.com")
    lane.mail()
    assert other.enter(lane.mailbox.code()).status_code == 422


def test_asked_too_often_is_answered_alike_and_mails_nothing(lane: Street) -> None:
    rig.confirmed(lane.house)
    answers = [lane.browser().find("1001", MAYA.email) for _ in range(7)]
    lane.mail()
    assert len(lane.mailbox.raw) == 5
    assert {answer.status_code for answer in answers} == {200}
    assert len({len(answer.content) for answer in answers}) == 1
    lane.house.clock.on(minutes=16)
    lane.browser().find("1001", MAYA.email)
    lane.mail()
    assert len(lane.mailbox.raw) == 6


def test_an_order_is_asked_for_five_times_from_anywhere(lane: Street) -> None:
    rig.confirmed(lane.house)
    for n in range(7):
        lane.browser(address=f"198.51.100.{n}").find("1001", MAYA.email)
    lane.mail()
    assert len(lane.mailbox.raw) == 5


def test_a_visit_ends_after_thirty_idle_minutes_and_by_leaving(lane: Street) -> None:
    rig.confirmed(lane.house)
    browser = lane.prove("1001", MAYA.email)
    lane.house.clock.on(minutes=29)
    assert browser.get("/order").status_code == 200
    lane.house.clock.on(minutes=29)
    page = browser.get("/order")
    assert page.status_code == 200
    browser.post("/leave", {"seal": rig.seal_of(page.text)})
    assert browser.get("/order").headers["location"] == "/"
    again = lane.prove("1001", MAYA.email)
    lane.house.clock.on(minutes=31)
    assert again.get("/order").headers["location"] == "/"


def test_a_link_ends_after_180_days_or_when_revoked(lane: Street) -> None:
    from hub.flow.visiting import revoke_links

    rig.confirmed(lane.house)
    link, other = lane.link(), lane.link()
    assert link != other
    lane.house.clock.on(days=179)
    assert lane.browser().get(link).status_code == 200
    assert revoke_links(lane.house.parts, brand="juniper", number="1001", who="test") == 2
    assert lane.browser().get(link).status_code == 404
    third = lane.link()
    lane.house.clock.on(days=181)
    assert lane.browser().get(third).status_code == 404


def test_a_link_of_another_brand_is_as_good_as_none(lane: Street) -> None:
    rig.confirmed(lane.house)
    link = lane.link()
    foreign = lane.browser(HARBOR_HOST).get(link)
    unknown = lane.browser(HARBOR_HOST).get("/s/" + "a" * 32)
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.content == unknown.content
    assert dict(foreign.headers) == dict(unknown.headers)


def test_tokens_cookies_and_codes_are_kept_as_hashes_only(lane: Street) -> None:
    rig.confirmed(lane.house)
    token = lane.link().rpartition("/")[2]
    browser = lane.browser()
    browser.find("1001", MAYA.email)
    lane.mail()
    held = (token, browser.cookies["__Host-visit"], lane.mailbox.code())
    raw = lane.house.parts.store._engine.engine.raw_connection()
    cursor = raw.cursor()
    for table in ("status_link", "visit", "visit_asked", "duty", "fact", "input", "ledger"):
        cursor.execute(f"SELECT * FROM {table}")
        rows = repr(cursor.fetchall())
        assert not [secret for secret in held if secret in rows], table
    raw.close()
