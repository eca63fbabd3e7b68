"""A parcel that left before its order's address was changed goes to the former one, and says so.

Corner packs, Maya changes the address of what is still to leave; on each store.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest

from hub.ops.desk.order import order_360
from hub.partners.brand_texts import MAILS
from tests.cast import MAYA
from tests.rigs.desks import furnish_desks
from tests.rigs.houses import House, post, shopping
from tests.web.portal.conftest import furnished
from tests.web.portal.rig import Browser, Mailbox, Street, seal_of
from tests.web.portal.test_changes import fields_of
from tests.web.supplier.rig import TRACKING, Counter, once_of

OLD, NEW = "12 Alder Lane", "9 Other Street"
SECOND, MEANT = "1Z999AA10123456793", "1Z999AA10123456800"


@dataclass(slots=True, repr=False)
class Desk:
    """Both sides of one order: Corner's page and Maya's."""

    street: Street
    counter: Counter
    corner: Browser
    number: str = ""

    @property
    def house(self) -> House:
        return self.counter.house

    def ordered(self, *quantities: int) -> None:
        post(self.house, shopping("1001", *quantities))
        self.house.turn("corner")
        self.number = self.house.order().fulfillments[0].number

    def forms(self, path: str) -> dict[str, str]:
        page = self.corner.get(path).text
        return {"seal": seal_of(page), "once": once_of(page)}

    def ships(self, tracking: str, first: int, second: int, *, minutes: int = 11) -> None:
        path = f"/orders/{self.number}/ship"
        fields = {**self.forms(path), "parcels": "1", "tracking-1": tracking}
        units = {"1": first, "2": second}
        fields |= {f"quantity-1-{line}": str(count) for line, count in units.items() if count}
        answer = self.corner.post(path, fields)
        assert answer.status_code == 303, answer.text
        self.house.clock.on(minutes=minutes)
        self.mails()

    def moves(self, to: str = NEW) -> None:
        """Maya asks for another address, and Corner agrees."""
        browser = self.street.prove("1001", MAYA.email)
        fields = fields_of(browser.get("/address").text) | {"line1": to}
        assert browser.post("/address", fields).status_code == 303
        self.house.turn("corner")
        page = self.corner.get(f"/orders/{self.number}").text
        [change] = re.findall(r'name="change" value="(\d+)"', page)
        path = f"/orders/{self.number}/change"
        fields = {**self.forms(f"/orders/{self.number}"), "change": change, "answer": "stopped"}
        sure = self.corner.post(path, fields)
        fields = {**fields, "once": once_of(sure.text), "sure": "1"}
        answer = self.corner.post(path, fields)
        assert answer.status_code == 303, answer.text

    def mails(self) -> list[str]:
        before = len(self.street.mailbox.raw)
        while self.street.mail():
            pass
        return [" ".join(text.split()) for text in self.street.mailbox.texts()[before:]]

    def places(self, browser: Browser | None = None) -> list[str]:
        """What the customer's page says under the address, as plain text."""
        browser = browser or self.street.prove("1001", MAYA.email)
        page = browser.get(self.street.link()).text
        section = page.partition('aria-labelledby="address"')[2].partition("</section>")[0]
        rows = re.findall(r"<h3>(.*?)</h3>|<p class=\"card\">(.*?)</p>", section, re.DOTALL)
        return [unescape(re.sub(r"<[^>]+>", " ", title or place)).strip() for title, place in rows]

    def card(self) -> str:
        """What Corner reads of the shipments that stand."""
        return self.corner.get(f"/orders/{self.number}").text


@pytest.fixture
def desk(hub_database: str, tmp_path: Path, mailbox: Mailbox) -> Iterator[Desk]:
    house = furnish_desks(tmp_path, database=hub_database, desks=("corner",), others=())
    street = furnished(house, tmp_path, mailbox, mails=MAILS)
    counter = Counter(house=house, app=street.app)
    yield Desk(street=street, counter=counter, corner=counter.browser())
    house.close()


def _half_sent(desk: Desk) -> None:
    """Two of the first article are gone, the second is asked for at another address."""
    desk.ordered(2, 2)
    desk.ships(TRACKING, 2, 0)
    desk.moves()


def test_what_left_goes_to_the_former_address_and_the_rest_to_the_new_one(desk: Desk) -> None:
    _half_sent(desk)
    [mail] = desk.mails()
    assert "The delivery address. What has left already goes to the former one: 2 × " in mail
    assert OLD not in mail and NEW not in mail
    titles, places = (desk.places()[at::2] for at in (0, 1))
    assert titles == ["Parcel", "What is still to leave"]
    assert OLD in places[0] and NEW in places[1]
    masked = desk.places(desk.street.browser())  # initial and city are the same of both
    assert not any(OLD in one or NEW in one for one in masked)
    assert "It left for the address before the change:" in desk.card()
    assert OLD in desk.card() and "What is still to leave goes here." in desk.card()
    page = order_360(desk.house.parts, number="1001", brand="juniper")
    assert [(one.parcels, one.address.lines) for one in page.destinations if one.address] == [
        ((TRACKING,), (OLD,)),
        ((), (NEW,)),
    ]


def test_the_next_parcel_goes_to_the_new_address_and_a_correction_stays_with_its_parcel(
    desk: Desk,
) -> None:
    _half_sent(desk)
    path = f"/orders/{desk.number}/correct"
    fields = desk.forms(f"{path}?shipment={TRACKING}") | {"shipment": TRACKING}
    answer = desk.corner.post(path, {**fields, "tracking-1": MEANT})
    assert answer.status_code == 303, answer.text
    desk.ships(SECOND, 0, 2)
    sent = [one.packages[0].tracking for one in desk.house.order().shipments]
    first = f"Parcel {sent.index(MEANT) + 1} of 2"
    titles, places = (desk.places()[at::2] for at in (0, 1))
    assert titles == [first, "Everything else"]
    assert OLD in places[0] and NEW in places[1]
    page = order_360(desk.house.parts, number="1001", brand="juniper")
    assert [one.parcels for one in page.destinations] == [(MEANT,), ()]


def test_what_did_not_leave_after_all_goes_to_the_new_address_with_the_rest(desk: Desk) -> None:
    _half_sent(desk)
    path = f"/orders/{desk.number}"
    answer = desk.corner.post(f"{path}/undo-shipment", {**desk.forms(path), "shipment": TRACKING})
    assert answer.status_code == 303, answer.text
    [place] = desk.places()
    assert NEW in place
    assert OLD not in desk.card()


def test_no_mail_names_a_parcel_that_may_still_be_taken_back(desk: Desk) -> None:
    desk.ordered(2, 2)
    desk.ships(TRACKING, 2, 0, minutes=1)
    desk.moves()
    assert desk.mails() == []
    path = f"/orders/{desk.number}"
    desk.corner.post(f"{path}/undo-shipment", {**desk.forms(path), "shipment": TRACKING})
    desk.house.clock.on(minutes=11)
    told = [mail for mail in desk.mails() if "The delivery address." in mail]
    assert len(told) == 1 and "former" not in told[0]


def test_nothing_is_left_of_a_former_address_once_the_customer_is_erased(desk: Desk) -> None:
    _half_sent(desk)
    customer = desk.house.order().customer_id
    desk.house.parts.store.write(lambda tx: tx.people.erase(customer))
    assert "The address is no longer kept." in desk.street.browser().get(desk.street.link()).text
    card = desk.card()
    assert "The address is not kept any more." in card and OLD not in card
    page = order_360(desk.house.parts, number="1001", brand="juniper")
    assert [one.address for one in page.destinations] == [None]
