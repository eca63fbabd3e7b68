"""People who sign in: Acme's, Mill's and ours; a clock that the test turns, cheap real hashes.

The store of each engine is one for all tests here, emptied after each: making one costs more than
most of them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex

import pytest
from argon2 import PasswordHasher

from hub.access import House, Role
from hub.flow import accounts, accounts_passwords
from hub.flow.accounts import Account, SignedIn, Step
from hub.flow.accounts_factors import code_at, step_of
from hub.flow.own_settings import following
from hub.flow.parts import Parts
from hub.main import build
from hub.store import Store
from tests.rigs.houses import Clock
from tests.rigs.postgres import Cluster
from tests.rigs.stores import ENGINES, open_store, run_sql

HOME = "192.0.2.10"
TABLES = (
    *("account_recovery", "account_session", "account_link", "account_draft", "account"),
    *("account_try", "act_link", "input", "duty", "counter", "schedule_fire", "exception", "lane"),
)
PAGE = """\
name: {name}
kind: supplier
channels: []
calendar: {{zone: Europe/Berlin, work_days: [mon]}}
"""
GOOD = "a long walk by the sea"
OTHER = "another walk in the hills"


@dataclass(slots=True, repr=False)
class Door:
    """The hub's two houses; everything is asked for as a page would."""

    parts: Parts
    clock: Clock

    def invited(
        self,
        email: str = "kim@example.com",
        *,
        role: Role = Role.OPERATOR,
        partner: str = "",
        brands: tuple[str, ...] = (),
    ) -> tuple[Account, str]:
        """An account and the token of its invitation."""
        made = accounts.invite_by_link(
            self.parts,
            email=email,
            name="Kim",
            role=role,
            partner=partner,
            brands=brands,
            who="test",
        )
        return made.account, made.url.rpartition("/")[2]

    def user(
        self,
        email: str = "kim@example.com",
        *,
        role: Role = Role.OPERATOR,
        partner: str = "",
        password: str = GOOD,
    ) -> Account:
        """A person who took their invitation, is out again, and has that password."""
        account, token = self.invited(email, role=role, partner=partner)
        entered = self.use(token, password, house=account.house)
        assert entered.step is Step.IN
        accounts.sign_out(self.parts, cookie=entered.cookie)
        return accounts.account(self.parts, account_id=account.id)

    def supplier(self, email: str = "ana@example.com", *, partner: str = "acme") -> Account:
        """A person of a supplier."""
        return self.user(email, role=Role.SUPPLIER_USER, partner=partner)

    def use(self, token: str, password: str = "", *, house: House = House.DESK) -> SignedIn:
        """Post what a link's page asks for."""
        return accounts.use_link(
            self.parts, house=house, token=token, password=password, address=HOME
        )

    def sign_in(
        self,
        password: str = GOOD,
        *,
        email: str = "kim@example.com",
        house: House = House.DESK,
        address: str = HOME,
    ) -> SignedIn:
        """Post the page to sign in."""
        return accounts.sign_in(
            self.parts, house=house, email=email, password=password, address=address
        )

    def within(self, cookie: str, *, house: House = House.DESK) -> bool:
        """Whether the cookie lets in."""
        return accounts.session(self.parts, house=house, cookie=cookie) is not None

    def session(self, cookie: str, *, house: House = House.DESK) -> accounts.Session:
        """The session of a cookie that lets in."""
        found = accounts.session(self.parts, house=house, cookie=cookie)
        assert found is not None
        return found

    def enrolled(self, account: Account) -> tuple[bytes, tuple[str, ...]]:
        """Give an account a second factor; return its secret and the recovery codes."""
        accounts.begin_totp(self.parts, account_id=account.id)
        with self.parts.store.read() as tx:
            secret = tx.accounts.begun_totp(account.id, session_id="")
        assert secret is not None
        codes = accounts.confirm_totp(self.parts, account_id=account.id, code=self.code(secret))
        assert codes
        self.clock.on(minutes=2)  # the code just shown is used
        return secret, codes

    def code(self, secret: bytes, *, steps: int = 0) -> str:
        """What an app shows now, or so many steps from now."""
        return code_at(secret, step_of(self.clock.time) + steps)

    def second(self, cookie: str, code: str) -> SignedIn:
        """Post the page for the second factor."""
        return accounts.second(self.parts, house=House.DESK, cookie=cookie, code=code)


def bare(folder: Path) -> dict[str, str]:
    """The environment of a hub that has brands and two suppliers, and no channel to either."""
    pages, maps = folder / "partners", folder / "maps"
    for made in (pages, maps):
        made.mkdir()
    for partner in ("acme", "mill"):
        (pages / f"{partner}.yaml").write_text(PAGE.format(name=partner.title()))
    return {
        "HUB_DATA_DIR": str(folder / "data"),
        "HUB_PARTNER_CONFIGS": str(pages),
        "HUB_MAPPINGS": str(maps),
    }


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    """A hub's pages with Acme and Mill, read once."""
    built = build(bare(tmp_path_factory.mktemp("pages")), migrate=True)
    yield built
    built.store.close()


@pytest.fixture(scope="session", params=ENGINES)
def cellar(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """A store of each kind."""
    url = ""
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgres_cluster")
        cluster.run("CREATE DATABASE hub_accounts_" + (name := token_hex(6)))
        url = cluster.url("hub_accounts_" + name)
    opened = open_store(str(request.param), tmp_path_factory.mktemp("cellar"), url)
    yield opened
    opened.close()


@pytest.fixture
def door(pages: Parts, cellar: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    """The hub on each store; hashes are argon2id at the lowest cost."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts_passwords, "_hasher", lambda: cheap)
    accounts_passwords._nobodys.cache_clear()
    clock = Clock()
    yield Door(parts=following(replace(pages, store=cellar, now=clock)), clock=clock)
    accounts_passwords._nobodys.cache_clear()
    run_sql(cellar, *(f"DELETE FROM {table}" for table in TABLES))


def token_of(text: str) -> str:
    """The token in the only link of a mail."""
    (link,) = re.findall(r"https://\S+/l/([a-z2-7]{32})", text)
    return str(link)
