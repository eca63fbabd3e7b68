"""One article of a supplier's part leaves later: it alone is told to be late, everywhere."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hub.api import build as build_door
from hub.flow.clerk_mails import Letter, letter
from hub.ops.desk.order import order_360
from hub.partners.brand_texts import MAILS, BrandTexts
from tests.rigs.desk_papers import accept, answering, given
from tests.rigs.desks import Mill, furnish_desks, partner_key
from tests.rigs.houses import House
from tests.web.portal.conftest import furnished
from tests.web.portal.rig import TRACKING, Mailbox, Street
from tests.web.test_german import english_in

PART_MOVED = "A part of your order 1001 comes on another day"
SOON, LATE, LATER = "Fri 27 Nov", "Wed 16 Dec", "Wed 23 Dec"


@pytest.fixture
def house(hub_database: str, tmp_path: Path) -> Iterator[House]:
    """A house whose only partner, Mill, posts its papers at our door, on each store."""
    house = furnish_desks(tmp_path, database=hub_database, others=())
    yield house
    house.close()


@pytest.fixture
def street(house: House, tmp_path: Path, mailbox: Mailbox) -> Street:
    """Its customers' pages; every mail is sent."""
    return furnished(house, tmp_path, mailbox, mails=MAILS)


@pytest.fixture
def mill(house: House, street: Street) -> Mill:
    """Mill's own program."""
    key, _ = partner_key(house, "mill")
    return Mill(app=build_door(house.parts), house=house, key=key)


def _later(quantity: int, day: str) -> dict[str, Any]:
    return {"action": "backorder", "quantity": quantity, "ships_on": day}


def _says(mill: Mill, number: str, line: str, *actions: dict[str, Any]) -> Any:
    answer = mill.post(f"/orders/{number}/responses", answering(*actions, line=line))
    assert answer.json()["state"] == "applied", answer.text
    return answer


def _mails(street: Street) -> list[tuple[str, str]]:
    """Subject and text of what is mailed once nothing can be taken back any more."""
    before = len(street.mailbox.raw)
    for _ in range(3):
        while street.mail():
            pass
        street.house.clock.on(minutes=10)
    subjects = [str(message["Subject"]) for message in street.mailbox.messages]
    return list(zip(subjects, street.mailbox.texts(), strict=True))[before:]


def _page(street: Street) -> str:
    return street.browser().get(street.link()).text


def _one_later(street: Street, mill: Mill) -> str:
    """An order of two articles, the second of which leaves on December 11, told to its customer."""
    number = given(street.house, 2, 3)
    _mails(street)
    _says(mill, number, "2", _later(3, "2026-12-11"))
    return number


def _rows(text: str) -> list[str]:
    """The rows of a mail that tell a day."""
    return [row for row in text.splitlines() if ": now by " in row]


# --- put off -----------------------------------------------------------------------------------


def test_only_the_article_that_was_put_off_is_told_to_be_late(street: Street, mill: Mill) -> None:
    _one_later(street, mill)
    ((subject, text),) = _mails(street)
    assert subject == PART_MOVED
    late = f"3 × Thing 2: now by {LATE}, not by {SOON}: it is waiting for new stock."
    assert _rows(text) == [late]
    page = _page(street)
    assert f"Delayed: a part is now expected by {LATE}, was {SOON}" in page
    assert f"2 × Thing 1: by {SOON}" in page and f"3 × Thing 2: by {LATE}" in page
    assert f"3 × Thing 2: moved from {SOON} to {LATE}: it is waiting" in page
    assert f"3 × Thing 2: the day of arrival moved from {SOON} to {LATE}" in page
    assert "Thing 1: moved" not in page and "The day of arrival moved" not in page


def test_storefronts_and_clerks_read_both_days(street: Street, mill: Mill) -> None:
    _one_later(street, mill)
    with street.house.parts.store.read() as tx:
        row = tx.orders.status(brand="juniper", number="1001")
    assert row is not None
    doors = [one for one in json.loads(row.body)["promises"] if one["kind"] == "deliver_by"]
    assert [(one["now"], one["units"], one["open"], one["late"]) for one in doors] == [
        ("2026-11-27", [{"line": "1", "quantity": 2}], 2, False),
        ("2026-12-16", [{"line": "2", "quantity": 3}], 3, True),
    ]
    paper = order_360(street.house.parts, number="1001", brand="juniper")
    assert paper.headline == f"Delayed: a part is now expected by {LATE}, was {SOON}"
    found = letter(street.house.parts, brand="juniper", number="1001", kind="late")
    assert isinstance(found, Letter) and found.subject == "A part of your order 1001 comes later"
    assert "3 × Thing 2: now by" in found.text and "Thing 1" not in found.text


def test_of_one_article_only_the_units_put_off_are_late(street: Street, mill: Mill) -> None:
    number = given(street.house, 3)
    _mails(street)
    _says(mill, number, "1", accept(1), _later(2, "2026-12-11"))
    ((_, text),) = _mails(street)
    late = f"2 × Thing 1: now by {LATE}, not by {SOON}: it is waiting for new stock."
    assert _rows(text) == [late]
    page = _page(street)
    assert f"1 × Thing 1: by {SOON}" in page and f"2 × Thing 1: by {LATE}" in page


def test_an_order_that_was_put_off_before_its_first_mail_is_told_both_days(
    street: Street, mill: Mill
) -> None:
    """By a brand that mails no moves: else the delay is told in a mail of its own."""
    house = street.house
    brands = {name: replace(one, mails=("confirmed",)) for name, one in house.parts.brands.items()}
    house.parts = replace(house.parts, brands=brands)
    number = given(house, 2, 3)
    mill.app = build_door(house.parts)
    _says(mill, number, "2", _later(3, "2026-12-11"))
    ((_, text),) = _mails(street)
    assert f"A part of it arrives by {SOON}, the rest by {LATE}." in text


def test_a_delay_of_one_article_that_is_undone_in_time_is_not_told(
    street: Street, mill: Mill
) -> None:
    number = given(street.house, 2, 3)
    _mails(street)
    answer = _says(mill, number, "2", _later(3, "2026-12-11"))
    street.house.clock.on(minutes=5)
    path = f"/orders/{number}/answers/void"
    assert mill.post(path, {"document": answer.json()["document"]}).status_code == 200
    assert _mails(street) == []
    page = _page(street)
    assert f"Arriving by {SOON}" in page and "When it arrives" not in page


# --- and then ----------------------------------------------------------------------------------


def test_put_off_once_more_it_is_told_from_the_day_told_last(street: Street, mill: Mill) -> None:
    number = _one_later(street, mill)
    _mails(street)
    _says(mill, number, "2", _later(3, "2026-12-18"))
    ((subject, text),) = _mails(street)
    late = f"3 × Thing 2: now by {LATER}, not by {LATE}: it is waiting for new stock."
    assert (subject, _rows(text)) == (PART_MOVED, [late])
    assert f"2 × Thing 1: by {SOON}" in _page(street)


def test_of_two_delays_the_second_is_not_told_with_the_first(street: Street, mill: Mill) -> None:
    number = _one_later(street, mill)
    street.house.clock.on(minutes=9)
    _says(mill, number, "1", accept(2, ships_on="2026-11-25"))
    street.house.clock.on(minutes=1)
    while street.mail():
        pass
    late = f"3 × Thing 2: now by {LATE}, not by {SOON}: it is waiting for new stock."
    assert _rows(street.mailbox.texts()[-1]) == [late]
    ((_, text),) = _mails(street)
    (row,) = _rows(text)
    assert row.startswith(f"2 × Thing 1: now by Mon 30 Nov, not by {SOON}: ")
    page = _page(street)
    assert "2 × Thing 1: by Mon 30 Nov" in page and f"3 × Thing 2: by {LATE}" in page


def test_the_other_article_put_off_to_the_same_day_is_told_too(street: Street, mill: Mill) -> None:
    number = _one_later(street, mill)
    _mails(street)
    _says(mill, number, "1", _later(2, "2026-12-11"))
    ((subject, text),) = _mails(street)
    late = f"2 × Thing 1: now by {LATE}, not by {SOON}: it is waiting for new stock."
    assert (subject, _rows(text)) == (PART_MOVED, [late])
    page = _page(street)
    assert f"Delayed: now expected by {LATE}, was {SOON}" in page
    assert f"2 × Thing 1: the day of arrival moved from {SOON} to {LATE}" in page


def test_all_in_time_after_all_is_news_of_what_was_late(street: Street, mill: Mill) -> None:
    number = _one_later(street, mill)
    _mails(street)
    _says(mill, number, "2", accept(3))
    ((subject, text),) = _mails(street)
    good = f"3 × Thing 2: now by {SOON}, not by {LATE}: it goes faster than planned."
    assert (subject, _rows(text)) == (PART_MOVED, [good])
    page = _page(street)
    assert f"Arriving by {SOON}" in page and "Delayed" not in page


def test_what_leaves_first_keeps_its_day_until_it_is_there(street: Street, mill: Mill) -> None:
    number = _one_later(street, mill)
    _mails(street)
    box = {"tracking": TRACKING, "items": [{"line": "1", "quantity": 2}]}
    sent = {"shipment": "S1", "packages": [box]}
    assert mill.post(f"/orders/{number}/shipments", sent).status_code == 200
    assert PART_MOVED not in dict(_mails(street))
    page = _page(street)
    assert f"2 × Thing 1: by {SOON}" in page and f"3 × Thing 2: by {LATE}" in page
    with street.house.parts.store.read() as tx:
        part = tx.orders.find(brand="juniper", number="1001")
    assert part is not None and part.fulfillments[0].next_due is None


def test_once_what_was_put_off_is_declined_the_first_day_is_that_of_the_rest(
    street: Street, mill: Mill
) -> None:
    number = _one_later(street, mill)
    _mails(street)
    _says(mill, number, "2", {"action": "reject", "quantity": 3, "reason": "no_stock"})
    page = _page(street)
    assert f"Thing 1: by {SOON}" in page or f"arrives by {SOON}" in page
    assert f"2 × Thing 1: by {LATE}" not in page and "moved from Wed" not in page
    assert all("Thing 1: now by" not in text for _, text in _mails(street))
    part = street.house.order().fulfillments[0]
    assert part.ship_by is not None and part.ship_by.date().isoformat() <= "2026-11-23"


# --- in German ---------------------------------------------------------------------------------


def test_all_of_it_is_german_for_germans(house: House, tmp_path: Path, mailbox: Mailbox) -> None:
    juniper = house.parts.brands["juniper"]
    texts = BrandTexts(language="de")
    juniper = replace(juniper, language="de", texts=texts, returns="", contact="")
    house.parts = replace(house.parts, brands={**house.parts.brands, "juniper": juniper})
    german = furnished(house, tmp_path, mailbox, mails=MAILS)
    key, _ = partner_key(house, "mill")
    mill = Mill(app=build_door(house.parts), house=house, key=key)
    number = given(house, 2, 3)
    _says(mill, number, "2", _later(3, "2026-12-11"))
    assert len(_mails(german)) == 2
    _says(mill, number, "2", _later(3, "2026-12-18"))
    assert len(_mails(german)) == 1
    told = english_in(_page(german))
    for text in german.mailbox.texts():
        told += [line for line in text.splitlines() if english_in(f"<p>{line}</p>")]
    assert told == []
