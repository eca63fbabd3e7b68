"""Two suppliers, one of them late; a line that nobody has; a parcel that comes back: all told."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hub.domain.catalog import Item, PartnerItem
from hub.domain.messages import ProductId
from hub.flow.clerk_mails import Letter, letter
from hub.ops.desk.order import order_360
from hub.partners.brand_texts import MAILS, BrandTexts
from tests.fakes import Ordered, Supplier
from tests.rigs.houses import House, furnish, post, shopping
from tests.web.portal import rig
from tests.web.portal.conftest import furnished
from tests.web.portal.rig import Mailbox, Street
from tests.web.test_german import english_in

OTHER = "9400111899223197428490"


@pytest.fixture
def house(hub_database: str, tmp_path: Path) -> Iterator[House]:
    """A house where Acme alone has SKU-1, Mill alone SKU-2, and nobody SKU-3, on each store."""
    house = furnish(tmp_path, database=hub_database, partners=("acme", "mill"))
    items = [Item(sku=f"SKU-{n}", title=f"Article {n}") for n in (1, 2, 3)]
    offers = [
        PartnerItem(
            partner=partner,
            sku=sku,
            products=(ProductId(kind="vendor", value=f"{partner}-{sku}"),),
            unit="EA",
            units_per_pack=1,
            cost=400,
            currency="USD",
            priority=0,
        )
        for partner, sku in (("acme", "SKU-1"), ("mill", "SKU-2"))
    ]
    house.parts.store.write(lambda tx: tx.catalog.put(items, offers))
    yield house
    house.close()


@pytest.fixture
def german(house: House, tmp_path: Path, mailbox: Mailbox) -> Street:
    """The same for Germans, with no words of the brand's own."""
    juniper = house.parts.brands["juniper"]
    juniper = replace(juniper, language="de", texts=BrandTexts(language="de"), returns="")
    juniper = replace(juniper, contact="")
    house.parts = replace(house.parts, brands={**house.parts.brands, "juniper": juniper})
    return furnished(house, tmp_path, mailbox, mails=MAILS)


def _asked(house: House, partner: str) -> tuple[Supplier, Ordered]:
    """A supplier and the purchase order that it has."""
    house.turn(partner)
    (number,) = (one.number for one in house.order().fulfillments if one.partner == partner)
    supplier = house.suppliers[partner]
    return supplier, next(one for one in supplier.purchase_orders() if one.number == number)


def _put_off(house: House, partner: str, day: str) -> None:
    supplier, order = _asked(house, partner)
    rows = supplier.answer(order, word="IB")
    supplier.send("855", [f"{row}*068*{day}" if row[:6] == "ACK*IB" else row for row in rows])
    house.turn(partner)


def _ship(house: House, partner: str, tracking: str) -> None:
    supplier, order = _asked(house, partner)
    supplier.send("856", supplier.notice(order, tracking=tracking))
    house.turn(partner)


def _carried(house: House, partner: str, tracking: str, code: str) -> None:
    supplier = house.suppliers[partner]
    supplier.send("214", supplier.event(tracking, code=code))
    house.turn(partner)


def _mails(street: Street) -> list[tuple[str, str]]:
    """Subject and text of what is mailed within an hour."""
    before = len(street.mailbox.raw)
    for _ in range(6):
        while street.mail():
            pass
        street.house.clock.on(minutes=10)
    subjects = [str(message["Subject"]) for message in street.mailbox.messages]
    return list(zip(subjects, street.mailbox.texts(), strict=True))[before:]


def _page(street: Street) -> str:
    return street.browser().get(street.link()).text


# --- one of two parts is late ------------------------------------------------------------------


def test_the_day_of_one_part_is_not_mailed_as_that_of_the_order(talking: Street) -> None:
    post(talking.house, shopping("1001", 2, 3))
    assert "It arrives by Fri 27 Nov." in _mails(talking)[0][1]
    _put_off(talking.house, "mill", "20261211")
    ((subject, text),) = _mails(talking)
    assert subject == "Your order 1001 comes on another day"
    assert "was to arrive by Fri 27 Nov. It now arrives by Wed 16 Dec: it is waiting" in text
    assert "Delayed: a part is now expected by Wed 16 Dec, was Fri 27 Nov" in _page(talking)
    _put_off(talking.house, "acme", "20261125")
    ((subject, text),) = _mails(talking)
    assert subject == "A part of your order 1001 comes on another day"
    row = "2 × Thing 1: now by Mon 30 Nov, not by Fri 27 Nov: it is waiting for new stock."
    assert row in text and "Your order 1001 was" not in text and "Thing 2" not in text
    page = _page(talking)
    assert "Delayed: now expected by Wed 16 Dec, was Fri 27 Nov" in page
    assert "Thing 1: moved from Fri 27 Nov to Mon 30 Nov" in page
    assert "Thing 2: the day of arrival moved from Fri 27 Nov to Wed 16 Dec" in page


def test_a_part_that_goes_faster_does_not_make_the_order_faster(talking: Street) -> None:
    post(talking.house, shopping("1001", 2, 3))
    _put_off(talking.house, "acme", "20261127")
    _put_off(talking.house, "mill", "20261211")
    _mails(talking)
    _ship(talking.house, "acme", rig.TRACKING)
    told = dict(_mails(talking))
    text = told["A part of your order 1001 comes on another day"]
    assert "2 × Thing 1: now by Fri 27 Nov, not by Wed 2 Dec: it goes faster than planned" in text
    assert "Your order 1001 comes on another day" not in told


def test_a_clerk_writes_of_the_part_that_is_late(talking: Street) -> None:
    post(talking.house, shopping("1001", 2, 3))
    _put_off(talking.house, "mill", "20261211")
    _put_off(talking.house, "acme", "20261125")
    found = letter(talking.house.parts, brand="juniper", number="1001", kind="late")
    assert isinstance(found, Letter) and (found.was, found.now) == ("Fri 27 Nov", "Wed 16 Dec")
    _ship(talking.house, "mill", OTHER)
    found = letter(talking.house.parts, brand="juniper", number="1001", kind="late")
    assert isinstance(found, Letter) and (found.was, found.now) == ("Fri 27 Nov", "Mon 30 Nov")


# --- a line that nobody has --------------------------------------------------------------------


def test_what_nobody_has_is_promised_no_day_and_is_late_in_the_end(talking: Street) -> None:
    house = talking.house
    post(house, shopping("1001", 2, 3, 1))
    ((_, text),) = _mails(talking)
    assert "A part of it arrives by Fri 27 Nov; for 1 × Thing 3 no day is known yet." in text
    said = "Part of it arrives by Fri 27 Nov; we are finding out when the rest ships"
    page = _page(talking)
    assert said in page and "Arriving by" not in page
    assert "Thing 1: by Fri 27 Nov" in page and "1 × Thing 3: no day known yet" in page
    assert order_360(house.parts, number="1001", brand="juniper").headline == said
    _ship(house, "acme", rig.TRACKING)
    _ship(house, "mill", OTHER)
    page = _page(talking)
    assert "Part shipped; we are finding out when the rest ships" in page
    assert "Your order: by" not in page and "1 × Thing 3: no day known yet" in page
    house.clock.on(days=3)
    assert "Delayed: we are finding out when the rest ships" in _page(talking)
    paper = order_360(house.parts, number="1001", brand="juniper")
    assert (paper.status, paper.headline) == (
        "Delayed",
        "Delayed: we are finding out when the rest ships",
    )


# --- a parcel that comes back ------------------------------------------------------------------


def test_a_parcel_that_comes_back_is_told_beside_the_one_that_arrived(talking: Street) -> None:
    house = talking.house
    post(house, shopping("1001", 2, 3))
    _ship(house, "acme", rig.TRACKING)
    _ship(house, "mill", OTHER)
    _mails(talking)
    house.clock.on(days=3)
    _carried(house, "mill", OTHER, "A3")
    assert house.word() == "Shipped"
    _carried(house, "acme", rig.TRACKING, "D1")
    assert house.word() == "Delivered"
    page = _page(talking)
    assert "Part delivered; a parcel comes back to us" in page
    assert "could not be delivered" not in page and ">Returned/Refunded<" not in page
    assert '<span class="where">On its way back to us</span>' in page
    assert 'class="steps"' not in page
    ((_, text),) = _mails(talking)
    assert "The rest of your order comes back to us." in text and "to come." not in text
    _carried(house, "acme", rig.TRACKING, "A3")
    assert house.word() == "Returned/Refunded"
    assert "Returned: it comes back to us" in _page(talking)


# --- in German ---------------------------------------------------------------------------------


def test_all_of_it_is_german_for_germans(german: Street) -> None:
    house, pages = german.house, []
    post(house, shopping("1001", 2, 3, 1))
    pages.append(_page(german))
    _put_off(house, "mill", "20261211")
    _mails(german)
    _put_off(house, "acme", "20261125")
    pages.append(_page(german))
    subjects = [subject for subject, _ in _mails(german)]
    assert subjects == ["Ein Teil Ihrer Bestellung 1001 kommt an einem anderen Tag"]
    found = letter(house.parts, brand="juniper", number="1001", kind="late")
    assert isinstance(found, Letter) and found.subject.startswith("Ein Teil Ihrer Bestellung")
    _ship(house, "acme", rig.TRACKING)
    _ship(house, "mill", OTHER)
    pages.append(_page(german))
    house.clock.on(days=30)
    pages.append(_page(german))
    _mails(german)
    told = [one for page in pages for one in english_in(page)]
    for text in (*german.mailbox.texts(), found.text):
        told += [line for line in text.splitlines() if english_in(f"<p>{line}</p>")]
    assert told == []
