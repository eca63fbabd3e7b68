"""A finished order of a brand that has no page any more: found, read, and left as it is."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hub import api
from hub.access import Role
from hub.main import doors, read_settings
from tests.rigs.houses import post, shopping
from tests.web.clerk.rig import Office, open_office
from tests.web.portal.rig import Browser

GONE = "This brand has no page any more."
ORDER = "/orders/juniper/1001"


@pytest.fixture
def clerk(tmp_path: Path) -> Iterator[Browser]:
    """A clerk of every brand, after Juniper's only order shipped and its page was taken away."""
    office = open_office(tmp_path)
    house = office.house
    post(house, shopping("1001", 2))
    house.turn()
    acme = house.suppliers["acme"]
    acme.send("856", acme.notice(acme.purchase_orders()[0]))
    house.turn()
    kim = office.browser()
    assert GONE not in kim.get(ORDER).text
    left = replace(house.parts, brands={"harbor": house.parts.brands["harbor"]})
    settings = read_settings({"HUB_DATA_DIR": str(tmp_path / "data")})
    app = doors(settings, left, api.build(left))
    yield Office(house=replace(house, parts=left), app=app).browser(name="lee")
    house.close()


def test_it_is_found_and_shown_whole_and_nothing_is_offered(clerk: Browser) -> None:
    found = clerk.get("/orders?q=1001")
    assert f'href="{ORDER}"' in found.text or found.headers.get("location") == ORDER
    page = clerk.get(ORDER)
    assert page.status_code == 200
    assert GONE in page.text
    assert "Thing 1" in page.text
    assert f'action="{ORDER}' not in page.text
    assert f'href="{ORDER}/' not in page.text


@pytest.mark.parametrize("door", ["change", "cancel", "mail/looking"])
def test_what_would_do_something_is_not_there(clerk: Browser, door: str) -> None:
    assert clerk.get(f"{ORDER}/{door}").status_code == 404


def test_who_sees_other_brands_only_does_not_see_it(tmp_path: Path) -> None:
    office = open_office(tmp_path)
    post(office.house, shopping("1001", 2))
    harbors = office.browser("harbor", role=Role.CLERK)
    assert harbors.get(ORDER).status_code == 404
    office.house.close()
