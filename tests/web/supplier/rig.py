"""The suppliers' house before a whole hub: Corner, who owns no software, and Stranger beside it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from hub import api
from hub.access import Role
from hub.flow import accounts
from hub.main import doors, read_settings
from tests.rigs.desks import furnish_desks
from tests.rigs.houses import House, post, shopping
from tests.web.portal.rig import Browser, seal_of

HOST = "portal.localhost"
TRACKING = "1Z999AA10123456784"
EMAIL = "ana@corner.example.com"


@dataclass(slots=True, repr=False)
class Counter:
    """A house whose suppliers work at the portal, and the app in front of it."""

    house: House
    app: ASGIApp

    def browser(self, partner: str = "corner", *, role: Role = Role.SUPPLIER_USER) -> Browser:
        """A browser of somebody of the partner's who has just signed in by an invitation."""
        invited = accounts.invite_by_link(
            self.house.parts,
            email=f"{role.value}@{partner}.example.com",
            name="Ana Ortiz",
            role=role,
            partner=partner,
            who="test",
        )
        browser = Browser(app=self.app, host=HOST)
        path = "/l/" + invited.url.rpartition("/")[2]
        answer = browser.post(path, {"seal": seal_of(browser.get(path).text), "password": ""})
        assert answer.status_code == 303, answer.text
        return browser

    def order(self, number: str = "1001", quantity: int = 2) -> str:
        """Place an order that Corner fills and hand it over; return the purchase order's number."""
        post(self.house, shopping(number, quantity))
        self.house.turn("corner")
        [part] = self.house.order(number).fulfillments
        assert part.partner == "corner"
        return part.number


def open_counter(folder: Path, database: str = "") -> Counter:
    """Build the house; Corner is asked first, Stranger when Corner cannot."""
    house = furnish_desks(folder, database=database, desks=("corner", "stranger"), others=())
    settings = read_settings({"HUB_DATA_DIR": str(folder / "data")})
    return Counter(house=house, app=doors(settings, house.parts, api.build(house.parts)))


@pytest.fixture
def counter(hub_database: str, tmp_path: Path) -> Iterator[Counter]:
    """The suppliers' house on each store."""
    found = open_counter(tmp_path, hub_database)
    yield found
    found.house.close()


def once_of(page: str) -> str:
    """The key that the first form of a page carries."""
    found = re.search(r'name="once" value="([0-9a-f]+)"', page)
    assert found, page
    return found[1]
