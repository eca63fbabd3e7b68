"""A change that partners agreed to only in part: the clerk reads which part, and why not the rest.

One article lies with Acme and Mill: one unit comes from the first, four from the second.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub import api
from hub.main import doors, read_settings
from tests.rigs.changes import answer_change, changes_received
from tests.rigs.houses import House, furnish, post, shopping, stock_up
from tests.rigs.shelves import counted, report
from tests.web.clerk.rig import Office, fields_of
from tests.web.portal.rig import Browser

ONE = "/orders/juniper/1001"


@pytest.fixture
def split(hub_database: str, tmp_path: Path) -> Iterator[Office]:
    """The clerks' desk before a house of two partners that have counted what they have."""
    house = furnish(tmp_path, database=hub_database, partners=("acme", "mill"), rules=counted())
    stock_up(house)
    levels = {"acme": {"SKU-1": 1, "SKU-2": 9}, "mill": {"SKU-1": 4, "SKU-2": 0}}
    for partner, units in levels.items():
        report(house.parts, partner, units, as_of=house.clock.time, full=True)
    post(house, shopping("1001", 5))
    _turn(house)
    parts = [(part.partner, part.lines[0].buckets.open) for part in house.order().fulfillments]
    assert sorted(parts) == [("acme", 1), ("mill", 4)]
    settings = read_settings({"HUB_DATA_DIR": str(tmp_path / "data")})
    yield Office(house=house, app=doors(settings, house.parts, api.build(house.parts)))
    house.close()


def _turn(house: House) -> None:
    for partner in house.suppliers:
        house.turn(partner)


def _saved(browser: Browser, **typed: str) -> str:
    """Look at a change and do it; return the address of what came of it."""
    form = fields_of(browser.get(f"{ONE}/change"))
    look = browser.post(f"{ONE}/change", {**form, **typed, "do": "look"})
    saved = browser.post(f"{ONE}/change", {**fields_of(look), "do": "save"})
    assert saved.status_code == 303, saved.text
    return saved.headers["location"]


def _says(house: House, partner: str, verdict: str) -> None:
    _turn(house)
    supplier = house.suppliers[partner]
    supplier.send("865", answer_change(changes_received(supplier)[-1], verdict=verdict))
    house.turn(partner)


@pytest.mark.parametrize("first", ["acme", "mill"])
def test_a_swap_agreed_in_part_is_no_swap(split: Office, first: str) -> None:
    browser = split.browser()
    swap = {"swap-1": "SKU-2", "swap-1-price": "12.00", "swap-1-units": "5"}
    where = _saved(browser, **swap)
    answers = {"acme": "AT", "mill": "RJ"}
    _says(split.house, first, answers.pop(first))
    assert "is asked, answer by" in browser.get(where).text
    for partner, verdict in answers.items():
        _says(split.house, partner, verdict)
    page = browser.get(where).text
    assert "Exchange 1 × Thing 1</bdi>" in page
    assert "Only cancelled: nothing is ordered in its place" in page
    assert "Exchange 4 × Thing 1</bdi>" in page and "Too late: the partner has it" in page
    assert "Done" not in page and "Exchange 5" not in page
    assert [(one.sku, one.kept) for one in split.house.order().lines] == [("SKU-1", 4)]
    assert "confirmed in part" in browser.get(ONE).text


def test_an_address_agreed_in_part_names_the_goods_for_which_it_holds(split: Office) -> None:
    browser = split.browser()
    where = _saved(browser, **{"g1-line1": "5 Oak Road"})
    _says(split.house, "acme", "AT")
    _says(split.house, "mill", "RJ")
    page = browser.get(where).text
    assert "Another address for 1 × Thing 1" in page and "Done" in page
    assert "Another address for 4 × Thing 1" in page and "Too late" in page


def test_a_cancellation_agreed_in_part_is_told_by_units(split: Office) -> None:
    browser = split.browser()
    form = {**fields_of(browser.get(f"{ONE}/cancel")), "do": "all"}
    where = browser.post(f"{ONE}/cancel", form).headers["location"]
    _says(split.house, "mill", "RJ")
    half = browser.get(where).text
    assert "Cancel 1 × Thing 1" in half and "Acme is asked" in half
    assert "Cancel 4 × Thing 1" in half and "Too late" in half
    _says(split.house, "acme", "AT")
    page = browser.get(where).text
    assert "Cancel 1 × Thing 1" in page and "Done" in page and "Too late" in page
    assert "confirmed in part" in browser.get(ONE).text
