"""A hub without orders and an operator's browser at its settings."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyotp
import pytest
from starlette.types import ASGIApp

from hub import api
from hub.access import Role
from hub.flow import accounts
from hub.flow.accounts import Account
from hub.main import doors, read_settings
from tests.rigs.houses import House, furnish
from tests.web.portal.rig import Browser, seal_of


@dataclass(slots=True, repr=False)
class Office:
    """The hub, and the browser of Olu, an operator; `said` is the last answer to a form."""

    house: House
    app: ASGIApp
    olu: Browser
    said: str = ""

    def post(self, path: str, *, at: str = "/settings/people", **fields: str) -> int:
        """Post a form with this browser's seal; `at` is a page that carries one."""
        seal = seal_of(self.olu.get(at).text)
        answer = self.olu.post(path, {"seal": seal, **fields})
        self.said = answer.text
        return answer.status_code

    def person(self, email: str) -> Account:
        """The account of that e-mail."""
        return next(one for one in accounts.listed(self.house.parts) if one.email == email)

    def invited(self, role: Role = Role.CLERK, **more: str) -> Account:
        """A person who was invited and did not come yet."""
        made = accounts.invite_by_link(
            self.house.parts,
            email=f"{role.value}@example.com",
            name="Ben Ito",
            role=role,
            who="test",
            **more,
        )
        return made.account

    def recorded(self, subject: str) -> list[tuple[str, dict[str, object]]]:
        """Who did what with a subject, as the hub keeps it, oldest first."""
        with self.house.parts.store.read() as tx:
            rows = tx.desk.inputs(subject, limit=100)
        return [(row.who, dict(row.body)) for row in rows]


def come_in(house: House, app: ASGIApp, role: Role, email: str, *brands: str) -> Browser:
    """A browser of somebody signed in at the desk with a second factor."""
    invited = accounts.invite_by_link(
        house.parts, email=email, name="Olu Peters", role=role, brands=brands, who="test"
    )
    browser = Browser(app=app, host="desk.localhost", address="127.0.0.1")
    path = "/l/" + invited.url.rpartition("/")[2]
    fields = {"seal": seal_of(browser.get(path).text), "password": "a wide blue river"}
    assert browser.post(path, fields).status_code == 303
    page = browser.get("/second-factor").text
    key = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert key
    code = pyotp.TOTP(key[1].replace(" ", "")).at(int(house.parts.now().timestamp()))
    answer = browser.post("/second-factor", {"seal": seal_of(page), "code": code})
    assert "Keep these codes" in answer.text
    return browser


@contextmanager
def opened(folder: Path, database: str = "") -> Iterator[Office]:
    """Build the hub, and let Olu come in."""
    house = furnish(folder, database=database)
    settings = read_settings({"HUB_DATA_DIR": str(folder / "data")})
    app = doors(settings, house.parts, api.build(house.parts))
    olu = come_in(house, app, Role.OPERATOR, "olu@example.com")
    yield Office(house=house, app=app, olu=olu)
    house.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A hub of its own for each test."""
    with opened(tmp_path) as found:
        yield found


@pytest.fixture
def each_office(hub_database: str, tmp_path: Path) -> Iterator[Office]:
    """The same on each store."""
    with opened(tmp_path, hub_database) as found:
        yield found


@pytest.fixture(scope="module")
def still_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One hub for all tests of a module that change nothing of it."""
    with opened(tmp_path_factory.mktemp("office")) as found:
        yield found
