"""Goods that nobody had when they were ordered, and somebody has later: their first day is told."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hub.domain.catalog import Item, PartnerItem
from hub.domain.messages import ProductId
from hub.flow.orders import source_again
from hub.ops.desk.order import order_360
from hub.partners.brand_texts import MAILS, BrandTexts
from tests.rigs.houses import House, furnish, post, shopping
from tests.web.portal.conftest import furnished
from tests.web.portal.rig import Mailbox, Street
from tests.web.test_german import english_in

PART = "Your order 1001: we know the day on which a part arrives"
WHOLE = "Your order 1001: we know the day on which it arrives"


@pytest.fixture
def house(hub_database: str, tmp_path: Path) -> Iterator[House]:
    """A house with Acme and Mill, in which nobody has anything yet."""
    house = furnish(tmp_path, database=hub_database, partners=("acme", "mill"))
    _offer(house, "nobody")
    yield house
    house.close()


def _offer(house: House, partner: str, *ordinals: int) -> None:
    """From now on a partner has these articles."""
    items = [Item(sku=f"SKU-{n}", title=f"Article {n}") for n in (1, 2, 3)]
    offers = [
        PartnerItem(
            partner=partner,
            sku=f"SKU-{n}",
            products=(ProductId(kind="vendor", value=f"{partner}-{n}"),),
            unit="EA",
            units_per_pack=1,
            cost=400,
            currency="USD",
            priority=0,
        )
        for n in ordinals
    ]
    house.parts.store.write(lambda tx: tx.catalog.put(items, offers))


def _found(house: House) -> None:
    source_again(house.parts, brand="juniper", number="1001", who="test")


def _mails(street: Street) -> list[tuple[str, str]]:
    """Subject and text of what is mailed within an hour."""
    before = len(street.mailbox.raw)
    for _ in range(6):
        while street.mail():
            pass
        street.house.clock.on(minutes=10)
    subjects = [str(message["Subject"]) for message in street.mailbox.messages]
    return list(zip(subjects, street.mailbox.texts(), strict=True))[before:]


def _days_on(street: Street) -> None:
    street.house.clock.on(days=3)


def test_the_first_day_of_a_part_is_mailed_when_somebody_has_it(talking: Street) -> None:
    house = talking.house
    _offer(house, "acme", 1)
    post(house, shopping("1001", 2, 3, 1))
    ((_, text),) = _mails(talking)
    assert "arrives by Fri 27 Nov; for 3 × Thing 2 and 1 × Thing 3 no day is known yet." in text
    _days_on(talking)
    _offer(house, "mill", 2)
    _found(house)
    ((subject, text),) = _mails(talking)
    assert subject == PART
    assert "3 × Thing 2: arrives by Mon 30 Nov." in text and "Thing 1" not in text
    _offer(house, "mill", 3)
    _found(house)
    ((subject, text),) = _mails(talking)
    assert subject == PART and "1 × Thing 3: arrives by Mon 30 Nov." in text
    _found(house)  # nothing is left to be found
    assert _mails(talking) == []


def test_the_first_day_of_a_whole_order_is_mailed_as_such(talking: Street) -> None:
    house = talking.house
    post(house, shopping("1001", 2, 3))
    ((_, text),) = _mails(talking)
    assert "We are finding out when it arrives." in text
    _days_on(talking)
    _offer(house, "mill", 1, 2)
    _found(house)
    ((subject, text),) = _mails(talking)
    assert subject == WHOLE
    assert "Your order 1001 arrives by Mon 30 Nov." in text


def test_a_day_found_before_the_first_mail_leaves_is_told_once_and_after_it(
    talking: Street,
) -> None:
    house = talking.house
    post(house, shopping("1001", 2))
    _offer(house, "mill", 1)
    _found(house)
    (_, first), (subject, text) = _mails(talking)
    assert "We are finding out when it arrives." in first and "27 Nov" not in first
    assert subject == WHOLE and "arrives by Fri 27 Nov." in text


def test_what_is_found_and_then_put_off_is_told_with_its_last_day(talking: Street) -> None:
    house = talking.house
    post(house, shopping("1001", 2))
    _mails(talking)
    _offer(house, "mill", 1)
    _found(house)
    _put_off(house, "mill", "20261211")
    ((subject, text),) = _mails(talking)
    assert subject == WHOLE and "arrives by Wed 16 Dec." in text
    _put_off(house, "mill", "20261218", said="20261121")
    ((subject, text),) = _mails(talking)
    assert "was to arrive by Wed 16 Dec. It now arrives by Wed 23 Dec" in text


def test_what_moves_beside_it_is_told_in_the_same_mail(talking: Street) -> None:
    house = talking.house
    _offer(house, "acme", 1)
    post(house, shopping("1001", 2, 3))
    _mails(talking)
    _offer(house, "mill", 2)
    _found(house)
    _put_off(house, "acme", "20261211")
    ((subject, text),) = _mails(talking)
    assert subject == "A part of your order 1001 comes on another day"
    assert "3 × Thing 2: arrives by Fri 27 Nov." in text
    assert "2 × Thing 1: now by Wed 16 Dec, not by Fri 27 Nov: it is waiting" in text


def _word(house: House, partner: str, word: str, day: str = "", said: str = "20261120") -> None:
    """A partner's answer of a day, with a word for all that it was asked for."""
    house.turn(partner)
    (part,) = (one for one in house.order().fulfillments if one.partner == partner)
    supplier = house.suppliers[partner]
    order = next(one for one in supplier.purchase_orders() if one.number == part.number)
    rows = supplier.answer(order, word=word, day=said)
    dated = [f"{row}*068*{day}" if day and row[:6] == f"ACK*{word}" else row for row in rows]
    supplier.send("855", dated)
    house.turn(partner)


def _put_off(house: House, partner: str, day: str, said: str = "20261120") -> None:
    _word(house, partner, "IB", day, said)


def _headline(street: Street) -> str:
    house = street.house
    return order_360(house.parts, number="1001", brand="juniper").headline


def test_another_supplier_that_is_faster_takes_a_delay_back(talking: Street) -> None:
    house = talking.house
    _offer(house, "acme", 1)
    post(house, shopping("1001", 2))
    _put_off(house, "acme", "20261211")
    assert "It now arrives by Wed 16 Dec" in _mails(talking)[-1][1]
    _offer(house, "mill", 1)
    _word(house, "acme", "IR", said="20261121")
    ((subject, text),) = _mails(talking)
    assert subject == "Your order 1001 comes on another day"
    assert "was to arrive by Wed 16 Dec. It now arrives by Fri 27 Nov: it now comes" in text


def test_another_supplier_by_the_same_day_is_no_news(talking: Street) -> None:
    house = talking.house
    _offer(house, "acme", 1)
    post(house, shopping("1001", 2))
    _mails(talking)
    _word(house, "acme", "IR")
    _offer(house, "mill", 1)
    _found(house)
    assert _mails(talking) == []


def test_another_supplier_after_the_day_is_over_is_a_delay(talking: Street) -> None:
    house = talking.house
    _offer(house, "acme", 1)
    post(house, shopping("1001", 2))
    _mails(talking)
    _word(house, "acme", "IR")
    house.clock.on(days=10)
    assert _headline(talking) == "Delayed: we are finding out when it ships"
    _offer(house, "mill", 1)
    _found(house)
    ((_, text),) = _mails(talking)
    assert "was to arrive by Fri 27 Nov. It now arrives by Mon 7 Dec" in text


def test_what_nobody_fills_any_more_is_delayed_once_its_promise_has_passed(
    talking: Street,
) -> None:
    house = talking.house
    _offer(house, "acme", 1)
    post(house, shopping("1001", 2))
    _word(house, "acme", "IR")
    assert _headline(talking) == "Confirmed; we are finding out when it ships"
    house.clock.on(days=5)
    page = talking.browser().get(talking.link()).text
    assert "Delayed: we are finding out when it ships" in page


def test_in_german_it_is_german(house: House, tmp_path: Path, mailbox: Mailbox) -> None:
    juniper = replace(house.parts.brands["juniper"], language="de", returns="", contact="")
    juniper = replace(juniper, texts=BrandTexts(language="de"))
    house.parts = replace(house.parts, brands={**house.parts.brands, "juniper": juniper})
    german = furnished(house, tmp_path, mailbox, mails=MAILS)
    post(house, shopping("1001", 2, 3))
    _mails(german)
    for ordinal in (1, 2):
        _offer(house, "mill", ordinal)
        _found(house)
        ((subject, _),) = _mails(german)
        assert "eines Teils steht fest" in subject
    post(house, shopping("1001", 2, 3), brand="harbor")
    told = []
    for text in german.mailbox.texts():
        told += [line for line in text.splitlines() if english_in(f"<p>{line}</p>")]
    assert told == []
