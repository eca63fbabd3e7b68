"""The clerks' desk before a whole hub: an app, and browsers of clerks with this or that brand."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pyotp
import pytest
from starlette.types import ASGIApp

from hub import api
from hub.access import Role
from hub.flow import accounts
from hub.main import doors, read_settings
from tests.rigs.houses import House, furnish, stock_up
from tests.web.portal.rig import Browser, seal_of

HOST = "desk.localhost"
PASSWORD = "correct horse battery staple"
FIELD = re.compile(
    r'<input(?P<tag>[^>]*)>|<select id="[^"]*" name="(?P<select>[^"]+)">(?P<options>.*?)</select>'
    r'|<textarea id="[^"]*" name="(?P<area>[^"]+)"[^>]*>(?P<text>[^<]*)</textarea>',
    re.DOTALL,
)


@dataclass(slots=True, repr=False)
class Office:
    """A house, the app in front of it, and clerks who sign in."""

    house: House
    app: ASGIApp
    keys: dict[str, str] = field(default_factory=dict)
    """The second factor of each clerk, by name."""

    def browser(self, *brands: str, role: Role = Role.CLERK, name: str = "kim") -> Browser:
        """A browser of somebody who has just signed in by an invitation; no brands are all."""
        invited = accounts.invite_by_link(
            self.house.parts,
            email=f"{name}@hub.example.com",
            name="Kim Duarte",
            role=role,
            brands=brands,
            who="test",
        )
        browser = Browser(app=self.app, host=HOST, address="127.0.0.1")
        path = "/l/" + invited.url.rpartition("/")[2]
        answer = browser.post(path, {"seal": seal_of(browser.get(path).text), "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        self._enrol(browser, name)
        return browser

    def again(self, name: str = "kim") -> Browser:
        """A new browser of somebody who was there before."""
        browser = Browser(app=self.app, host=HOST, address="127.0.0.1")
        said = {"email": f"{name}@hub.example.com", "password": PASSWORD}
        browser.post("/sign-in", {"seal": "", **said})
        page = browser.get("/second").text
        answer = browser.post("/second", {"seal": seal_of(page), "code": self._code(name)})
        assert answer.status_code == 303, answer.text
        return browser

    def _code(self, name: str) -> str:
        return pyotp.TOTP(self.keys[name]).at(int(self.house.clock.time.timestamp()))

    def _enrol(self, browser: Browser, name: str) -> None:
        page = browser.get("/second-factor").text
        found = re.search(r'<p class="hint[^>]*>.*?<code>([A-Z2-7 ]+)</code>', page, re.DOTALL)
        assert found, page
        self.keys[name] = found[1].replace(" ", "")
        code = self._code(name)
        answer = browser.post("/second-factor", {"seal": seal_of(page), "code": code})
        assert answer.status_code == 200, answer.text


def fields_of(page: httpx.Response) -> dict[str, str]:
    """What a browser would send of the page's own form as it stands, without any button."""
    form = next(
        one
        for one in re.findall(r'<form method="post".*?</form>', page.text, re.DOTALL)
        if 'name="once"' in one
    )
    fields: dict[str, str] = {}
    for found in FIELD.finditer(form):
        if found["select"]:
            options = re.findall(r'<option value="([^"]*)"( selected)?', found["options"])
            chosen = [value for value, selected in options if selected] or [options[0][0]]
            fields[found["select"]] = chosen[0]
        elif found["area"]:
            fields[found["area"]] = found["text"]
        else:
            _input(fields, found["tag"])
    return fields


def new_order(browser: Browser) -> httpx.Response:
    """The page of an empty form for a new order."""
    return browser.get("/new")


def action_of(page: httpx.Response) -> str:
    """Where the form for a new order is sent to."""
    action = re.search(r'<form method="post" action="(/new/[^"]*)"', page.text)
    assert action, page.text
    return action[1]


def pressed(browser: Browser, page: httpx.Response, said: Mapping[str, str]) -> httpx.Response:
    """Send the page's own form with these words in it, and go where the answer leads."""
    answer = browser.post(action_of(page), {**fields_of(page), **said})
    assert answer.status_code == 303, answer.text
    return browser.get(answer.headers["location"])


def _input(fields: dict[str, str], tag: str) -> None:
    told = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
    if told.get("type") in ("checkbox", "radio") and not tag.rstrip().endswith("checked"):
        return
    fields[told["name"]] = told.get("value", "")


def open_office(folder: Path, database: str = "") -> Office:
    """Build the house with Acme, who is asked first, and Mill."""
    house = furnish(folder, database=database, partners=("acme", "mill"))
    stock_up(house)
    settings = read_settings({"HUB_DATA_DIR": str(folder / "data")})
    return Office(house=house, app=doors(settings, house.parts, api.build(house.parts)))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """The clerks' desk."""
    found = open_office(tmp_path)
    yield found
    found.house.close()


@pytest.fixture
def each_office(hub_database: str, tmp_path: Path) -> Iterator[Office]:
    """The clerks' desk on each store."""
    found = open_office(tmp_path, hub_database)
    yield found
    found.house.close()
