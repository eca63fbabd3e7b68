"""Customers cancel and change for themselves: two clicks, one change, and the outcome in words."""

import re
from dataclasses import replace

from hub.domain.orders import ChangeKind, ChangeState
from tests.cast import MAYA
from tests.rigs.houses import post, shopping
from tests.web.portal import rig
from tests.web.portal.rig import HARBOR_HOST, Browser, Street


def fields_of(page: str) -> dict[str, str]:
    """What a browser sends when the main form of a page is sent as it is."""
    form = re.search(
        r'<form method="post" action="/(?:cancel|quantities|address)".*?</form>', page, re.DOTALL
    )
    assert form, page
    fields = {}
    for tag in re.findall(r"<input [^>]*>", form[0]):
        name = re.search(r' name="([^"]*)"', tag)
        value = re.search(r' value="([^"]*)"', tag)
        assert name and value, tag
        if 'type="checkbox"' not in tag or " checked" in tag:
            fields[name[1]] = value[1]
    return fields


def _send(browser: Browser, path: str, **changed: str) -> str:
    """Open a form, fill some of it in, send it, and return the page that it leads to."""
    fields = fields_of(browser.get(path).text) | changed
    answer = browser.post(path, fields)
    assert answer.status_code == 303, answer.text
    page = browser.get(answer.headers["location"])
    assert page.status_code == 200
    return page.text


def test_an_order_that_nobody_has_yet_is_cancelled_at_once(lane: Street) -> None:
    rig.confirmed(lane.house)
    browser = lane.prove("1001", MAYA.email)
    assert 'href="/cancel"' in browser.get("/order").text
    page = _send(browser, "/cancel")
    assert "<h1>Cancelled</h1>" in page
    assert "2 × Thing 1 and 1 × Thing 2" in page
    assert lane.house.word() == "Cancelled"
    (made,) = lane.house.order().changes
    assert (made.kind, made.state) == (ChangeKind.CANCELLATION, ChangeState.CONFIRMED)
    assert made.requested_by.startswith("visit:")
    status = browser.get("/order").text
    assert "Cancel…" not in status and "Cancelled: 2 × Thing 1 and 1 × Thing 2." in status


def test_what_lies_with_a_supplier_is_asked_for_and_answered_by_a_named_moment(
    lane: Street,
) -> None:
    rig.confirmed(lane.house)
    rig.sent(lane.house, "1001")
    browser = lane.prove("1001", MAYA.email)
    page = _send(browser, "/cancel", **{"units-1": "1", "units-2": "0"})
    assert "We asked the warehouse" in page and "stop 1 × Thing 1" in page
    assert re.search(r"The answer comes by \w{3} \d+ \w{3}, \d\d:\d\d C[SD]T<", page), page
    assert "Acme" not in page and "acme" not in page
    status = browser.get("/order").text
    assert "A cancellation was asked for. The answer comes by" in status
    assert (
        "A cancellation was asked for. The answer comes by" in lane.browser().get(lane.link()).text
    )
    (made,) = lane.house.order().changes
    (ask,) = made.asks
    lane.house.clock.on(days=4)
    assert "The answer comes any moment" in browser_again(lane).get("/order").text
    assert ask.until is not None


def browser_again(lane: Street) -> Browser:
    """A browser that proves the order anew: visits end."""
    return lane.prove("1001", MAYA.email)


def test_the_same_form_sent_twice_is_one_change(lane: Street) -> None:
    post(lane.house, shopping("1001", 3))
    browser = lane.prove("1001", MAYA.email)
    fields = fields_of(browser.get("/cancel").text) | {"units-1": "1"}
    first, second = (browser.post("/cancel", fields) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert lane.house.order().lines[0].buckets.cancelled == 1
    assert len(lane.house.order().changes) == 1
    third = browser.post("/cancel", fields | {"units-1": "2"})
    assert third.status_code == 422 and "was sent before" in third.text
    assert lane.house.order().lines[0].buckets.cancelled == 1
    again = fields_of(third.text)
    assert again["nonce"] != fields["nonce"]
    assert browser.post("/cancel", again).status_code == 303
    assert lane.house.order().lines[0].buckets.cancelled == 3


def test_quantities_only_become_smaller(lane: Street) -> None:
    post(lane.house, shopping("1001", 3, 1))
    browser = lane.prove("1001", MAYA.email)
    for wrong in ("4", "-1", "two", "", "99999999999999999999", "²"):
        fields = fields_of(browser.get("/quantities").text) | {"units-1": wrong}
        page = browser.post("/quantities", fields)
        assert page.status_code == 422 and "from 0 to 3" in page.text, wrong
        assert 'href="#units-1"' in page.text
    unchanged = browser.post("/quantities", fields_of(browser.get("/quantities").text))
    assert unchanged.status_code == 422
    total = lane.house.order().total
    page = _send(browser, "/quantities", **{"units-1": "2"})
    assert "Cancelled: 1 × Thing 1." in page
    order = lane.house.order()
    assert [line.kept for line in order.lines] == [2, 1]
    assert order.total < total
    (made,) = order.changes
    assert (made.kind, made.actions[0]["action"]) == (ChangeKind.CHANGE, "quantity")


def test_what_has_left_is_too_late_with_the_reason_and_a_way_out(lane: Street) -> None:
    rig.being_prepared(lane.house)
    browser = lane.prove("1001", MAYA.email)
    fields = fields_of(browser.get("/cancel").text)
    order = rig.sent(lane.house, "1001")
    lane_acme = rig.acme(lane.house)
    lane_acme.send("856", lane_acme.notice(order, tracking=rig.TRACKING))
    lane.house.turn()
    answer = browser.post("/cancel", fields)
    assert answer.status_code == 303 or "can be cancelled any more" in answer.text
    page = browser.get("/cancel").text
    assert "can be cancelled any more" in page
    status = browser.get("/order").text
    assert "It has left, so that it cannot be changed any more." in status
    assert 'href="#returns"' in status and 'id="returns"' in status


def test_a_part_that_left_meanwhile_is_named_beside_what_was_done(lane: Street) -> None:
    post(lane.house, shopping("1001", 2))
    browser = lane.prove("1001", MAYA.email)
    fields = fields_of(browser.get("/cancel").text)
    order = rig.sent(lane.house, "1001")
    rig.acme(lane.house).send(
        "856", rig.acme(lane.house).notice(order, tracking=rig.TRACKING, quantities={"1": 1})
    )
    lane.house.turn()
    answer = browser.post("/cancel", fields | {"units-1": "1"})
    page = browser.get(answer.headers["location"]).text
    assert "We asked the warehouse" in page or "too late" in page
    assert lane.house.order().lines[0].buckets.cancelled == 0


def test_an_agreed_and_a_declined_answer_stand_on_the_page_of_the_outcome(lane: Street) -> None:
    for number, answer in (("1001", "confirmed"), ("1002", "declined")):
        rig.confirmed(lane.house, number)
        rig.sent(lane.house, number)
        browser = lane.prove(number, MAYA.email)
        fields = fields_of(browser.get("/cancel").text)
        where = browser.post("/cancel", fields).headers["location"]
        assert "We asked the warehouse" in browser.get(where).text
        lane.house.turn()
        if answer == "declined":
            rig.acme(lane.house).send(
                "856",
                rig.acme(lane.house).notice(rig.sent(lane.house, number), tracking=rig.TRACKING),
            )
        else:
            rig.acme(lane.house).send(
                "855", rig.acme(lane.house).answer(rig.sent(lane.house, number), word="IR")
            )
        lane.house.turn()
        page = browser.get(where).text
        if answer == "confirmed":
            assert "<h1>Cancelled</h1>" in page
        else:
            assert "It is too late to cancel" in page and "it has left already" in page
            assert "comes back within 30 days" in page


def test_another_address_is_taken_at_once_and_only_its_own_country(lane: Street) -> None:
    rig.confirmed(lane.house)
    browser = lane.prove("1001", MAYA.email)
    before = browser.get("/address").text
    assert f'value="{MAYA.street}"' in before and "Country: United States." in before
    assert 'name="country"' not in before
    page = _send(browser, "/address", line1="5 Oak Road", postal_code="62702", region="il")
    assert "The address is changed" in page
    whole = browser.get("/order").text
    assert "5 Oak Road" in whole and "IL 62702" in whole and MAYA.street not in whole
    assert MAYA.email in whole, "who pays stays"
    purchase = rig.sent(lane.house, "1001")
    assert "5 Oak Road" in str(purchase)


WRONG = [
    ("name", " ", "Enter the name of who gets the parcel."),
    ("line1", "", "Enter the street and number"),
    ("city", "\u202e", "Enter the town or city."),
    ("region", "Illinois", "two letters of the state"),
    ("postal_code", "", "Enter the postcode."),
    ("line1", "x" * 56, "at most 55 characters"),
    ("name", MAYA.name, "This is the address that we have."),
]


def test_a_wrong_address_is_told_at_its_field_and_nothing_is_changed(lane: Street) -> None:
    rig.confirmed(lane.house)
    before = lane.house.order()
    browser = lane.prove("1001", MAYA.email)
    form = fields_of(browser.get("/address").text)
    for field, typed, told in WRONG:
        page = browser.post("/address", form | {field: typed})
        assert page.status_code == 422 and told in page.text, told
        assert f'href="#{field}"' in page.text and "<title>Error: " in page.text
    assert lane.house.order() == before


def test_each_address_of_an_order_can_be_changed_by_itself(lane: Street) -> None:
    new = shopping("1001", 1)
    (group,) = new.groups
    other = replace(
        group,
        number="2",
        ship_to=replace(group.ship_to, name="Tom Okafor", lines=("480 Harbour View",)),
        lines=tuple(replace(line, number="9") for line in group.lines),
    )
    post(lane.house, replace(new, groups=(group, other), total=new.total * 2))
    browser = lane.prove("1001", MAYA.email)
    first = browser.get("/address").text
    assert "Other addresses of this order" in first and "Tom Okafor, 480 Harbour View" in first
    (path,) = re.findall(r'href="(/address\?group=2)"', first)
    page = browser.post("/address", fields_of(browser.get(path).text) | {"line1": "9 Pier Street"})
    assert page.status_code == 303
    whole = browser.get("/order").text
    assert "9 Pier Street" in whole and MAYA.street in whole and "480 Harbour View" not in whole


def test_nobody_cancels_without_having_proven_the_order(lane: Street) -> None:
    rig.confirmed(lane.house)
    rig.confirmed(lane.house, "1002")
    before = lane.house.order()
    browser = lane.prove("1002", MAYA.email)
    fields = fields_of(browser.get("/cancel").text)
    stranger = lane.browser()
    for path in ("/cancel", "/quantities", "/address", "/outcome/" + "0" * 24):
        assert stranger.get(path).headers["location"] == "/", path
        if not path.startswith("/outcome"):
            assert stranger.post(path, fields).status_code == 403, path
    assert browser.post("/cancel", fields | {"seal": "0" * 32}).status_code == 403
    assert browser.post("/cancel", fields | {"nonce": "x"}).status_code == 403
    assert browser.get("/outcome/" + "0" * 24).status_code == 404
    elsewhere = lane.browser(HARBOR_HOST)
    elsewhere.cookies = browser.cookies
    assert elsewhere.get("/cancel").status_code == 303
    where = browser.post("/cancel", fields).headers["location"]
    assert lane.house.order() == before, "the other order of the same customer"
    other = lane.prove("1001", MAYA.email)
    assert other.get(where).status_code == 404


def test_from_a_link_the_code_leads_straight_to_the_form(lane: Street) -> None:
    rig.confirmed(lane.house)
    link, browser = lane.link(), lane.browser()
    page = browser.get(link).text
    assert 'href="/cancel"' not in page and 'name="to" value="cancel"' in page
    answer = browser.post(f"{link}/code", {"seal": rig.seal_of(page), "to": "cancel"})
    assert answer.headers["location"] == "/code?to=cancel"
    lane.mail()
    form = browser.get("/code?to=cancel").text
    fields = {"code": lane.mailbox.code(), "seal": rig.seal_of(form), "to": "cancel"}
    assert browser.post("/code", fields).headers["location"] == "/cancel"
    assert 'href="/cancel"' in browser.get(link).text
    elsewhere = lane.browser().post(
        f"{link}/code", {"seal": rig.seal_of(page), "to": "https://evil.example/"}
    )
    assert elsewhere.headers["location"] == "/code"


def test_a_line_number_that_would_break_out_of_its_field_is_kept_in(lane: Street) -> None:
    new = shopping("1001", 2)
    line = replace(new.groups[0].lines[0], description='"><b>x</b>')
    post(lane.house, replace(new, groups=(replace(new.groups[0], lines=(line,)),)))
    page = lane.prove("1001", MAYA.email).get("/cancel").text
    assert "<b>x" not in page and "&#34;&gt;&lt;b&gt;" in page
