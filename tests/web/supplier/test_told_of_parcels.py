"""What customers are mailed of parcels is true: nothing too soon, and what was wrong is put right.

A supplier ships at its page, undoes, corrects, and answers wishes in between.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from hub import api
from hub.domain.facts import FactKind
from hub.domain.wishes import Fewer
from hub.flow.lanes import LaneTurn
from hub.flow.mailing import MailTurn
from hub.main import doors, read_settings
from hub.partners.brand_texts import MAILS
from hub.transports.mail import Server
from tests.rigs import free_port
from tests.rigs.changes import cancel
from tests.rigs.houses import post, shopping
from tests.web.portal.rig import Browser, Mailbox, seal_of
from tests.web.supplier.rig import TRACKING, Counter, once_of

OTHER = "9400111899223197428497"
LEFT = "Your order 1001 is on its way"
PUT_RIGHT = "A correction to a parcel of your order 1001"
STAYED = "A parcel of your order 1001 has not left"
NO_MAIL = "the customer has no mail of this shipment"
NO_CORRECTION = "the customer has no mail of the correction"
ASKED = "The customer wants to cancel"
HIDDEN = re.compile(r'type="hidden" name="([^"]+)" value="([^"]*)"')


@dataclass(slots=True, repr=False)
class Desk:
    """Corner's page, and what the customer of order 1001 is mailed; `number` is its part."""

    counter: Counter
    box: Mailbox
    browser: Browser
    number: str = ""

    def given(self, *quantities: int) -> None:
        """Place the order and hand it over; the mail that it has come is out."""
        post(self.counter.house, shopping("1001", *quantities))
        self.counter.house.turn("corner")
        [part] = self.counter.house.order().fulfillments
        self.number = part.number
        self.mails()

    def mails(self) -> list[tuple[str, str]]:
        """Subject and text of each mail that is due now."""
        before = len(self.box.raw)
        brand = self.counter.house.parts.brands["juniper"]
        turn = MailTurn(self.counter.house.parts, brand, owner="test")
        while turn.take(poll=False):
            pass
        turn.release()
        found = zip(self.box.messages, self.box.texts(), strict=True)
        return [(str(message["Subject"]), text) for message, text in found][before:]

    def within(self, minutes: int) -> list[tuple[str, str]]:
        """What is mailed while so many minutes pass."""
        found = []
        for _ in range(minutes):
            self.counter.house.clock.on(minutes=1)
            found += self.mails()
        return found

    def page(self) -> str:
        """The order's page."""
        return self.browser.get(f"/orders/{self.number}").text

    def ship(self, tracking: str = TRACKING, **quantities: str) -> None:
        """Ship all of it, or so many units of each line, whatever the customer wishes."""
        path = f"/orders/{self.number}/ship"
        page = self.browser.get(path).text
        fields = {**_forms(page), "parcels": "1", "tracking-1": tracking}
        lines = re.findall(r'name="quantity-1-(\d+)"[^>]*value="(\d*)"', page)
        fields |= {f"quantity-1-{line}": units for line, units in lines}
        fields |= {name.replace("_", "-"): units for name, units in quantities.items()}
        seen = re.search(r'name="anyway" value="([^"]*)"', page)
        answer = self.browser.post(path, {**fields, "anyway": seen[1] if seen else ""})
        assert answer.status_code == 303, answer.text

    def correct(self, tracking: str) -> None:
        """Tell another number of the one shipment."""
        path = f"/orders/{self.number}/correct"
        page = self.browser.get(f"{path}?shipment={TRACKING}").text
        typed = {**_forms(page), "shipment": TRACKING, "tracking-1": tracking}
        assert self.browser.post(path, typed).status_code == 303

    def undo(self) -> None:
        """Take the one shipment back."""
        named = {**_forms(self.page()), "shipment": TRACKING}
        path = f"/orders/{self.number}/undo-shipment"
        assert self.browser.post(path, named).status_code == 303

    def answers(self, word: str) -> None:
        """Say `stopped` or `shipped` to what the customer wants; a second question gets a yes."""
        path, page = f"/orders/{self.number}/change", self.page()
        said = {**_forms(page), "change": "1", "answer": word}
        answer = self.browser.post(path, said)
        if answer.status_code == 200:
            again = dict(HIDDEN.findall(answer.text))
            answer = self.browser.post(path, {**again, "sure": "1"})
        assert answer.status_code == 303, answer.text

    def cancelled(self) -> list[int]:
        """How many units of each line are cancelled."""
        return [line.buckets.cancelled for line in self.counter.house.order().lines]


def _forms(page: str) -> dict[str, str]:
    return {"seal": seal_of(page), "once": once_of(page)}


@pytest.fixture
def desk(counter: Counter, tmp_path: Path) -> Iterator[Desk]:
    """Corner at its desk on each store, and a mail server; every mail is sent."""
    box = Mailbox(port=free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    house = counter.house
    brands = {name: replace(one, mails=MAILS) for name, one in house.parts.brands.items()}
    server = Server(host="127.0.0.1", port=box.port, tls="none")
    house.parts = replace(house.parts, mail=server, brands=brands)
    house.turns = {
        channel.partner: LaneTurn(house.parts, channel, owner="test")
        for partner in house.parts.partners.all
        for channel in partner.channels
    }
    settings = read_settings({"HUB_DATA_DIR": str(tmp_path / "data")})
    counter.app = doors(settings, house.parts, api.build(house.parts))
    yield Desk(counter=counter, box=box, browser=counter.browser())
    controller.stop()


# --- wishes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("undone", [False, True])
def test_a_wish_granted_in_part_is_mailed_when_the_rest_has_left_for_good(
    desk: Desk, undone: bool
) -> None:
    desk.given(2, 2)
    cancel(desk.counter.house)
    desk.counter.house.turn("corner")
    desk.ship(quantity_1_2="0")
    desk.answers("stopped")
    assert desk.cancelled() == [0, 2]
    assert desk.mails() == []
    desk.counter.house.clock.on(minutes=5)
    assert desk.mails() == []
    if not undone:
        mails = dict(desk.within(15))
        assert mails.keys() == {LEFT, "Cancelled: a part of your order 1001"}
        assert "too late for 2 × Thing 1" in mails["Cancelled: a part of your order 1001"]
        return
    desk.undo()
    assert ASKED in desk.page()
    assert desk.within(15) == []
    desk.answers("stopped")
    assert desk.cancelled() == [2, 2]
    [(subject, text)] = desk.within(15)
    assert subject == "Cancelled: all of your order 1001"
    assert "2 × Thing 1" in text and "2 × Thing 2" in text and "too late" not in text


def test_what_was_answered_in_the_same_words_before_is_answered_once_more(desk: Desk) -> None:
    desk.given(4)
    cancel(desk.counter.house)
    desk.counter.house.turn("corner")
    desk.ship(quantity_1_1="2")
    desk.answers("stopped")
    desk.undo()
    desk.answers("stopped")
    assert desk.cancelled() == [4]
    assert [subject for subject, _ in desk.within(15)] == ["Cancelled: all of your order 1001"]


def test_too_late_after_the_undo_does_not_say_that_it_has_left(desk: Desk) -> None:
    desk.given(4)
    cancel(desk.counter.house)
    desk.counter.house.turn("corner")
    desk.ship(quantity_1_1="2")
    desk.answers("stopped")
    desk.undo()
    desk.answers("shipped")
    assert desk.cancelled() == [2]
    [(subject, text)] = desk.within(15)
    assert subject == "Cancelled: a part of your order 1001"
    assert "2 × Thing 1: it is being packed" in text and "left" not in text


def test_a_correction_lets_the_mail_of_a_wish_wait_on(desk: Desk) -> None:
    desk.given(2, 2)
    cancel(desk.counter.house)
    desk.counter.house.turn("corner")
    desk.ship(quantity_1_2="0")
    desk.answers("stopped")
    assert desk.within(8) == []
    desk.correct(OTHER)
    assert desk.within(9) == []
    assert {subject for subject, _ in desk.within(2)} == {
        LEFT,
        "Cancelled: a part of your order 1001",
    }


def test_what_was_too_late_at_once_and_did_not_leave_is_not_mailed_as_left(desk: Desk) -> None:
    desk.given(2, 2)
    desk.ship(quantity_1_2="0")
    cancel(desk.counter.house, Fewer(line="1"), Fewer(line="2"))
    desk.counter.house.turn("corner")
    desk.answers("stopped")
    assert desk.within(5) == []
    desk.undo()
    [(subject, text)] = desk.within(15)
    assert subject == "Cancelled: a part of your order 1001"
    assert "2 × Thing 2" in text and "left" not in text and "Thing 1" not in text


# --- corrections -------------------------------------------------------------------------------


def test_a_correction_of_what_was_mailed_says_what_it_replaces(desk: Desk) -> None:
    desk.given(2)
    desk.ship()
    assert NO_MAIL in desk.page()
    assert [subject for subject, _ in desk.within(11)] == [LEFT]
    assert NO_MAIL not in desk.page()
    desk.correct(OTHER)
    page = desk.page()
    assert NO_MAIL not in page and "Undo the shipment" not in page
    assert NO_CORRECTION in page and "It did not leave" in page
    [(subject, text)] = desk.within(15)
    assert subject == PUT_RIGHT
    assert f"The tracking number of your parcel is now {OTHER}. It replaces {TRACKING}." in text
    assert NO_CORRECTION not in desk.page()


def test_a_correction_of_what_nobody_was_mailed_is_the_first_news(desk: Desk) -> None:
    desk.given(2)
    desk.ship()
    assert desk.within(3) == []
    desk.correct(OTHER)
    page = desk.page()
    assert NO_MAIL in page and NO_CORRECTION not in page
    [(subject, text)] = desk.within(15)
    assert subject == LEFT
    assert OTHER in text and TRACKING not in text


def test_a_number_that_is_again_as_it_was_mailed_is_no_news(desk: Desk) -> None:
    desk.given(2)
    desk.ship()
    desk.within(11)
    desk.correct(OTHER)
    desk.correct(TRACKING)
    assert desk.within(15) == []


@pytest.mark.parametrize("corrected", [False, True])
def test_what_was_mailed_and_did_not_leave_is_mailed_as_well(desk: Desk, corrected: bool) -> None:
    desk.given(2)
    desk.ship()
    desk.within(11)
    if corrected:
        desk.correct(OTHER)
        desk.counter.house.clock.on(minutes=5)
    desk.undo()
    [(subject, text)] = desk.within(15)
    assert subject == STAYED
    assert TRACKING in text and OTHER not in text and "2 × Thing 1" in text
    assert "It is still to be sent" in text and "https://www.ups.com" not in text
    desk.ship(OTHER)
    [(subject, text)] = desk.within(15)
    assert (subject, OTHER in text) == (LEFT, True)


def test_what_was_mailed_of_parcels_is_kept(desk: Desk) -> None:
    desk.given(2)
    desk.ship()
    [first] = desk.counter.house.order().shipments
    desk.within(11)
    desk.correct(OTHER)
    [second] = desk.counter.house.order().shipments
    desk.within(11)
    desk.undo()
    desk.within(11)
    order = desk.counter.house.order()
    with desk.counter.house.parts.store.read() as tx:
        facts = tx.facts.of_order(order.id)
    told = [one.body for one in facts if one.kind == FactKind.CUSTOMER_TOLD]
    kept = [{key: one[key] for key in one.keys() - {"duty"}} for one in told][1:]
    assert kept == [
        {"mail": "shipped", "shipments": [first.id]},
        {"mail": "shipped", "shipments": [second.id], "said": "corrected"},
        {"mail": "shipped", "taken_back": [first.id, second.id], "said": "stayed"},
    ]
