"""Every door × every role × ids of others, read from the doors: a new one covers itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pyotp
import pytest
from starlette.types import ASGIApp

from hub import access, api
from hub.access import HOUSES, House, Role
from hub.flow import accounts
from hub.main import doors, read_settings
from portal.web.desk import house as desk
from portal.web.ground.porch import Door
from portal.web.supplier import house as portal
from tests.rigs.desks import furnish_desks
from tests.rigs.houses import House as Hub
from tests.rigs.houses import post, shopping
from tests.web.portal.rig import Browser, seal_of

HOSTS = {House.PORTAL: "portal.localhost", House.DESK: "desk.localhost"}
EVERYBODY = "/account"  # where a form with this browser's seal stands for every role


@dataclass(frozen=True, slots=True, kw_only=True)
class Street:
    """One hub with orders of Corner's and Juniper's, in front of it the app."""

    hub: Hub
    app: ASGIApp
    ids: dict[tuple[House, str], str]

    def doors(self, house: House) -> list[Door]:
        """Every door behind the sign-in of a house."""
        parts = self.hub.parts
        if house is House.PORTAL:
            return portal.doors(portal.porch(parts, parts.portal_hosts), {})
        return desk.doors(desk.porch(parts, parts.desk_hosts, ()))

    def path(self, house: House, door: Door) -> str:
        """The door's path with ids that are there, of Corner and of Juniper."""
        return re.sub(r"\{(\w+)\}", lambda hole: self.ids.get((house, hole[1]), "none"), door.path)

    def browser(self, role: Role, *, partner: str = "", brands: tuple[str, ...] = ()) -> Browser:
        """A browser of somebody who is signed in, with a second factor where one is wanted."""
        parts = self.hub.parts
        name = f"{role.value}-{partner or '-'.join(brands) or 'all'}"
        invited = accounts.invite_by_link(
            parts,
            email=f"{name}@example.com",
            name="Ana Ortiz",
            role=role,
            partner=partner,
            brands=brands,
            who="test",
        )
        browser = Browser(app=self.app, host=HOSTS[HOUSES[role]], address="127.0.0.1")
        path = "/l/" + invited.url.rpartition("/")[2]
        fields = {"seal": seal_of(browser.get(path).text), "password": "a wide blue river"}
        assert browser.post(path, fields).status_code == 303
        if HOUSES[role] is House.DESK:
            page = browser.get("/second-factor").text
            key = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
            assert key
            code = pyotp.TOTP(key[1].replace(" ", "")).at(int(parts.now().timestamp()))
            answer = browser.post("/second-factor", {"seal": seal_of(page), "code": code})
            assert answer.status_code == 200
        return browser


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    folder = tmp_path_factory.mktemp("matrix")
    hub = furnish_desks(folder, desks=("corner", "stranger"), others=())
    post(hub, shopping("1001", 2))
    hub.turn("corner")
    [part] = hub.order().fulfillments
    with hub.parts.store.read() as tx:
        [row] = tx.exchange.documents_page(
            partner="corner", set_id=None, state=None, limit=1, before=None
        )
    settings = read_settings({"HUB_DATA_DIR": str(folder / "data")})
    ids = {
        (House.PORTAL, "number"): part.number,
        (House.DESK, "number"): "1001",
        (House.DESK, "brand"): "juniper",
        (House.DESK, "id"): row.id,
        (House.DESK, "name"): "orders",
    }
    app = doors(settings, hub.parts, api.build(hub.parts))
    yield Street(hub=hub, app=app, ids=ids)
    hub.close()


def _ask(browser: Browser, door: Door, path: str) -> int:
    """Ask at a door as its own page would: with the seal of this browser."""
    if door.method == "GET":
        return browser.get(path).status_code
    fields = {"seal": seal_of(browser.get(EVERYBODY).text)}
    if door.takes_file:
        files = {"file": ("a.txt", b"x")}
        return browser.ask("POST", path, data=fields, files=files).status_code
    return browser.post(path, fields).status_code


def test_no_door_opens_without_signing_in(street: Street) -> None:
    for house, host in HOSTS.items():
        browser = Browser(app=street.app, host=host, address="127.0.0.1")
        for door in street.doors(house):
            path = street.path(house, door)
            answer = browser.ask(door.method, path)
            assert answer.status_code == 303, (door.method, path)
            assert answer.headers["location"].startswith("/sign-in"), path
            assert answer.content == b""


@pytest.mark.parametrize("role", [Role.CLERK, Role.VIEWER, Role.SUPPLIER_USER])
def test_what_a_role_may_not_do_is_not_there(street: Street, role: Role) -> None:
    house = HOUSES[role]
    browser = street.browser(role, partner="corner" if house is House.PORTAL else "")
    refused = [door for door in street.doors(house) if door.needs not in access.ALLOWED[role]]
    for door in refused:
        path = street.path(house, door)
        assert _ask(browser, door, path) == 404, (door.method, path)
    assert refused or role is Role.SUPPLIER_USER


def test_a_stranger_finds_nothing_of_another_partner_behind_any_door(street: Street) -> None:
    browser = street.browser(Role.SUPPLIER_ADMIN, partner="stranger")
    number = street.ids[House.PORTAL, "number"]
    seen = 0
    for door in street.doors(House.PORTAL):
        path = street.path(House.PORTAL, door)
        if "{" in door.path:
            assert _ask(browser, door, path) == 404, (door.method, path)
            seen += 1
        elif door.method == "GET":
            assert number not in browser.get(path).text, path
    assert seen > 5
    [part] = street.hub.order().fulfillments
    assert part.lines[0].buckets.open == part.lines[0].buckets.ordered
    assert part.lines[0].buckets.accepted == 0


@pytest.mark.parametrize("role", [Role.CLERK, Role.OPERATOR, Role.VIEWER])
def test_who_sees_one_brand_finds_nothing_of_another(street: Street, role: Role) -> None:
    browser = street.browser(role, brands=("harbor",))
    for door in street.doors(House.DESK):
        path = street.path(House.DESK, door)
        if "{brand}" in door.path or "{id}" in door.path:
            assert _ask(browser, door, path) == 404, (door.method, path)
        elif door.method == "GET" and door.path != "/live":
            assert "Maya" not in browser.get(path).text, path
            # What was asked stands in the box, and in the way back to this page.
            told = re.sub(r'value="[^"]*1001"', "", browser.get(f"{path}?q=1001").text)
            assert "1001" not in told, path


def test_a_session_of_one_house_is_nothing_in_the_other(street: Street) -> None:
    browser = street.browser(Role.SUPPLIER_USER, partner="corner")
    browser.host = HOSTS[House.DESK]
    assert browser.get("/documents").status_code == 303


def test_the_desk_is_not_there_for_those_from_elsewhere(street: Street) -> None:
    browser = Browser(app=street.app, host=HOSTS[House.DESK], address="192.0.2.7")
    assert browser.get("/sign-in").status_code == 421


def test_looking_changes_nothing(street: Street) -> None:
    """Every page is asked for, and the store holds what it held: no GET has a side effect."""
    browser = street.browser(Role.OPERATOR)
    before = _rows(street)
    for door in street.doors(House.DESK):
        if door.method == "GET":
            browser.get(street.path(House.DESK, door))
    assert _rows(street) == before


def _rows(street: Street) -> tuple[int, int]:
    with street.hub.parts.store.read() as tx:
        papers = tx.exchange.documents_page(
            partner=None, set_id=None, state=None, limit=100, before=None
        )
        facts = tx.facts.of_order(street.hub.order().id)
    return len(papers), len(list(facts))
