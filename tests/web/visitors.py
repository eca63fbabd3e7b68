"""A hub with much in it, everybody who may look at it, and what each page leads to."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

import httpx
from lxml import html
from starlette.types import ASGIApp

from hub import api
from hub.access import HOUSES, House, Role
from hub.flow import accounts
from hub.main import doors, read_settings
from hub.transports.mail import Server
from portal.web.ground.porch import Door
from tests.rigs.desks import furnish_desks
from tests.rigs.houses import House as Hub
from tests.rigs.receivers import led_to, receiving
from tests.web.admin.conftest import come_in
from tests.web.portal.rig import Browser, Mailbox
from tests.web.portal.rig import Street as Pages
from tests.web.rooms import HOSTS, doors_of, spoiled
from tests.web.supplier.rig import Counter


@dataclass(frozen=True, slots=True)
class Visitors:
    """A hub, its app, and a way in for everybody.

    `ids` are what holes of the doors' paths are filled with, of what is there.
    """

    hub: Hub
    app: ASGIApp
    ids: Mapping[tuple[House, str], str] = field(default_factory=dict)

    def anybody(self, role: Role) -> Browser:
        """Somebody of this role: at the desk for all brands, or of Corner's."""
        return self.desk(role) if HOUSES[role] is House.DESK else self.supplier(role=role)

    def desk(self, role: Role, *brands: str) -> Browser:
        """Somebody at the desk."""
        email = f"{role.value}-{'-'.join(brands)}@hub.example.com"
        return come_in(self.hub, self.app, role, email, *brands)

    def supplier(self, partner: str = "corner", role: Role = Role.SUPPLIER_ADMIN) -> Browser:
        """Somebody of a supplier's."""
        return Counter(house=self.hub, app=self.app).browser(partner, role=role)

    def stranger(self, house: House) -> Browser:
        """Somebody before a house's sign-in."""
        return Browser(app=self.app, host=HOSTS[house], address="127.0.0.1")

    def choose(self, language: str) -> None:
        """Let everybody who came in until now read this language."""
        for one in accounts.listed(self.hub.parts):
            accounts.settings(
                self.hub.parts, account_id=one.id, zone=one.zone, language=language, name=one.name
            )

    def doors(self, house: House) -> list[Door]:
        """Every door behind the sign-in of a house."""
        return doors_of(self.hub.parts, house)

    def path(self, house: House, door: Door) -> str:
        """The door's path with ids that are there; `none` for those that are not."""
        return re.sub(r"\{(\w+)\}", lambda hole: self.ids.get((house, hole[1]), "none"), door.path)

    def pages(self, mailbox: Mailbox) -> Pages:
        """The customers' pages with a mailbox beside."""
        return Pages(house=self.hub, app=self.app, mailbox=mailbox)


@contextmanager
def visited(
    folder: Path, filling: Callable[[Hub], object], *, mails_at: int = 9
) -> Iterator[Visitors]:
    """Build the hub and its app; mails go to that port of this machine when a lane takes a turn."""
    hub = furnish_desks(folder, desks=("corner", "stranger"), others=("acme",))
    hub.parts = replace(
        hub.parts,
        mail=Server(host="127.0.0.1", port=mails_at, tls="none"),
        mail_from="hub@example.com",
    )
    filling(hub)
    spoiled(hub, folder)
    with receiving() as receiver:
        hub.parts = led_to(hub.parts, receiver)
        settings = read_settings({"HUB_DATA_DIR": str(folder / "data")})
        yield Visitors(hub=hub, app=doors(settings, hub.parts, api.build(hub.parts)))
    hub.close()


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page as it was answered, and what it leads to."""

    path: str
    answer: httpx.Response
    tree: html.HtmlElement

    @property
    def links(self) -> list[str]:
        """Where its links and the forms that only look lead to, on the same host."""
        found = [*self.tree.xpath("//a/@href"), *map(_asked, self.tree.forms)]
        return [where for one in found if (where := self._here(str(one)))]

    @property
    def actions(self) -> list[str]:
        """Where its forms are sent to that do something."""
        forms = self.tree.xpath("//form[@method='post']")
        found = [str(one.get("action") or self.path) for one in forms]
        found += [str(one) for one in self.tree.xpath("//form[@method='post']//@formaction")]
        return [urlsplit(one).path for one in found]

    @property
    def title(self) -> str:
        """What the browser's tab says."""
        return str(self.tree.findtext(".//title") or "").strip()

    def _here(self, where: str) -> str:
        found = urlsplit(urljoin(f"https://here{self.path}", where))
        if found.scheme != "https" or found.netloc != "here":
            return ""
        query = f"?{found.query}" if found.query else ""
        return f"{found.path}{query}" + (f"#{found.fragment}" if found.fragment else "")


def _asked(form: html.FormElement) -> str:
    """Where a form that only looks leads as it stands; empty for one that does something."""
    if form.method != "GET":
        return ""
    return f"{form.action}?{urlencode(form.form_values())}"


def leaf(browser: Browser, path: str) -> Leaf | None:
    """Look at a page, following where it leads by itself; None for what is no page."""
    answer = browser.get(path)
    for _ in range(3):
        if answer.status_code != 303:
            break
        path = answer.headers["location"]
        answer = browser.get(path)
    if not answer.headers.get("content-type", "").startswith("text/html"):
        assert answer.status_code == 200, (path, answer.status_code)
        return None
    return Leaf(path=path, answer=answer, tree=html.document_fromstring(answer.text))
