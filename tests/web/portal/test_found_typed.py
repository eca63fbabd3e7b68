"""An order is found by its number and proof however a customer types them, and by nothing else."""

from dataclasses import replace
from typing import Any

import pytest

from hub.domain.placing import NewOrder
from hub.store.statements import Connection
from tests.cast import MAYA, TOM
from tests.rigs.houses import post, shopping
from tests.web.portal.rig import Street

NUMBERS = (
    "J-1001",
    "j-1001",
    "#J-1001",
    "# j-1001",
    "J 1001",
    "J1001",
    "J–1001",  # a dash as telephones put it
    "  J-1001 ",
    "\u00a0J‑1001.",
    "Ｊ－１００１",  # as an East Asian keyboard writes it
)
MAILS = (" Maya@Example.COM ", "maya @example.com", "maya@example.com\u200b", "ｍaya＠example.com")
POSTCODES = ("62701", " 6 27 01", "62701-1234", "６２７０１")


def _of(number: str, *, email: str = MAYA.email, postcode: str = MAYA.postcode) -> NewOrder:
    new = shopping(number, 1)
    who = replace(new.customer, email=email, postal_code=postcode)
    return replace(new, customer=who, groups=(replace(new.groups[0], ship_to=who),))


def _opened(lane: Street, number: str, known: str) -> str:
    """The number of the order that the mailed code opens, empty when no code is mailed."""
    mails = len(lane.mailbox.raw)
    lane.house.clock.on(minutes=16)  # asked anew: nothing of before counts
    browser = lane.browser()
    assert "If there is such an order" in browser.find(number, known).text
    while lane.mail():
        pass
    if len(lane.mailbox.raw) == mails:
        return ""
    assert browser.enter(lane.mailbox.code()).headers["location"] == "/order"
    page = browser.get("/order").text
    found = [one for one in ("J-1001", "J1-001") if one in page]
    assert len(found) == 1
    return found[0]


def test_a_number_and_a_proof_typed_anyhow_open_the_order(lane: Street) -> None:
    post(lane.house, _of("J-1001"))
    for number in NUMBERS:
        assert _opened(lane, number, MAYA.email) == "J-1001", number
    for known in (*MAILS, *POSTCODES):
        assert _opened(lane, "j1001", known) == "J-1001", known
    assert set(map(tuple, lane.mailbox.recipients)) == {(MAYA.email,)}
    for number in ("J-100", "1001", "J-10011", "K-1001", "-", "#"):
        assert _opened(lane, number, MAYA.email) == "", number
    for known in (TOM.email, "62702", "6270"):
        assert _opened(lane, "J-1001", known) == "", known


def test_postcodes_of_letters_are_taken_with_and_without_space_and_hyphen(lane: Street) -> None:
    post(lane.house, _of("J-1001", postcode="SW1A 1AA"))
    for known in ("SW1A 1AA", "sw1a1aa", "sw1a-1aa", " Sw1A  1aA "):
        assert _opened(lane, "J-1001", known) == "J-1001", known
    assert _opened(lane, "J-1001", "SW1A 1AB") == ""


def test_of_two_orders_that_are_meant_only_the_proven_opens(lane: Street) -> None:
    post(lane.house, _of("J1-001", email=TOM.email, postcode="04101"))
    post(lane.house, _of("J-1001"))
    for typed in ("J1001", "J-1001", "J1-001"):
        assert _opened(lane, typed, MAYA.email) == "J-1001", typed
        assert _opened(lane, typed, TOM.email) == "J1-001", typed
        assert _opened(lane, typed, "62701") == "J-1001", typed
        assert _opened(lane, typed, "04101") == "J1-001", typed


def test_of_two_proven_orders_the_one_typed_exactly_opens_else_the_newest(lane: Street) -> None:
    post(lane.house, _of("J1-001"))
    lane.house.clock.on(minutes=5)
    newer = replace(_of("J-1001"), placed_at=lane.house.clock.time)
    post(lane.house, newer)
    for known in (MAYA.email, MAYA.postcode):
        assert _opened(lane, "J1-001", known) == "J1-001"
        assert _opened(lane, " J-1001", known) == "J-1001"
        assert _opened(lane, "j1001", known) == "J-1001"


def test_ways_of_typing_a_number_are_counted_as_one(lane: Street) -> None:
    post(lane.house, _of("J-1001"))
    for n, number in enumerate(NUMBERS):
        lane.browser(address=f"198.51.100.{n}").find(number, MAYA.email)
    while lane.mail():
        pass
    assert len(lane.mailbox.raw) == 5


def test_a_hit_and_a_miss_of_two_orders_cost_the_same_statements(
    lane: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(lane.house, _of("J1-001", email=TOM.email, postcode="04101"))
    post(lane.house, _of("J-1001"))
    ran: list[str] = []
    run = Connection._run

    def counting(self: Connection, statement: Any, values: Any) -> None:
        ran.append(statement.ready(self._dialect).text)
        run(self, statement, values)

    lane.browser(address="192.0.2.1").find("J-1001", MAYA.email)  # the lane is made once
    monkeypatch.setattr(Connection, "_run", counting)
    costs: list[list[str]] = []
    for known in (MAYA.email, TOM.email, "x@example.com", "62701", "04101", "99999"):
        for number in ("J1001", "J-1001", "J-9999", "---"):
            ran.clear()
            lane.browser(address=f"198.51.100.{len(costs)}").find(number, known)
            costs.append(list(ran))
    assert costs[:12] == costs[:1] * 12
    assert costs[12:] == costs[12:13] * 12


def test_no_keyboard_changes_what_is_typed(lane: Street) -> None:
    page = lane.browser().get("/").text
    for field, mode, fill in (("number", "text", "off"), ("known", "email", "email")):
        tag = page[page.index(f'<input id="{field}"') :].partition(">")[0]
        assert f'inputmode="{mode}"' in tag and f'autocomplete="{fill}"' in tag
        for said in ('autocapitalize="none"', 'autocorrect="off"', 'spellcheck="false"'):
            assert said in tag
