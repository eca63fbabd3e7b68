"""The hubs that journeys are walked in: one of suppliers and the desk, one of customers."""

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from aiosmtpd.controller import Controller
from playwright.sync_api import Browser, Locator, Page, StorageState, ViewportSize

from hub.access import House, Role
from hub.domain.catalog import Item
from hub.domain.placing import NewOrder
from hub.flow import accounts, supplier_notices
from hub.flow.accounts_mails import UserMailTurn
from hub.flow.lanes import LaneTurn
from hub.flow.supplier_notices import Notice
from hub.settings import brands_beside, share_folder
from hub.transports.mail import Server
from tests.fakes import Ordered
from tests.rigs import free_port
from tests.rigs.houses import House as Hub
from tests.rigs.houses import furnish, post, shopping, stock_up
from tests.unit.domain.trade import offer
from tests.web.portal import rig
from tests.web.rooms import Rooms, opened, served, signed_in
from tests.web.walker import Walker, Way

ACME_S, ACME_S_OTHER = "ACM-1", "ACM-2"
"""Articles that nobody but Acme sells, who speaks X12."""
MILL_S, MILL_S_OTHER = "MIL-1", "MIL-2"
"""Articles that nobody but Mill sells, who speaks X12 and takes no changes."""
STRANGER_S = "STR-1"
"""An article that nobody but Stranger sells, who begins at the portal."""
ARTICLES = 200
SLIPS = 100
SIZES: dict[bool, ViewportSize] = {
    True: {"width": 1280, "height": 800},
    False: {"width": 360, "height": 640},
}
_LINK = re.compile(r"https://[a-z.]+(/[als]/[^\s\"<>]+)")


@dataclass(slots=True, repr=False)
class Windows:
    """A browser's windows, one for each person, with scripts and without; they are used again."""

    chromium: Browser
    pages: dict[tuple[str, bool], Page] = field(default_factory=dict)

    def of(self, who: str, way: Way, state: StorageState | None = None) -> Page:
        """The window of somebody, as large as the way says; of nobody where there is no state."""
        if (who, way.script) not in self.pages:
            context = self.chromium.new_context(
                storage_state=state, java_script_enabled=way.script, has_touch=True
            )
            self.pages[who, way.script] = context.new_page()
        page = self.pages[who, way.script]
        page.set_viewport_size(SIZES[way.wide])
        if state is None:
            page.context.clear_cookies()
        return page


@dataclass(slots=True, repr=False)
class Staff:
    """A hub behind a port: Corner at the portal, Acme and Mill behind folders, its mails kept."""

    rooms: Rooms
    box: rig.Mailbox
    windows: Windows
    folder: Path
    clerk: StorageState
    _numbers: Iterator[int] = field(default_factory=lambda: count(3001))

    @property
    def hub(self) -> Hub:
        """The hub."""
        return self.rooms.hub

    def number(self) -> str:
        """A number that no order has yet."""
        return str(next(self._numbers))

    def walker(self, house: House, way: Way) -> Walker:
        """Whoever is signed in at that house."""
        return Walker(page=self.windows.of(house, way, self.rooms.states[house]), way=way)

    def clerk_walker(self, way: Way) -> Walker:
        """A clerk, who is signed in at the desk."""
        return Walker(page=self.windows.of("clerk", way, self.clerk), way=way)

    def nobody(self, way: Way) -> Walker:
        """Somebody who has only a mail."""
        return Walker(page=self.windows.of("nobody", way), way=way)

    def at(self, house: House, path: str) -> str:
        """The address of a page."""
        return self.rooms.at(house, path)

    def given(self, number: str, *quantities: int) -> str:
        """Place an order that Corner fills; return the purchase order's number."""
        post(self.hub, shopping(number, *quantities))
        self.hub.turn("corner")
        return self.hub.order(number).fulfillments[0].number

    def acme_given(self, number: str) -> str:
        """Place an order that only Acme can fill; return the purchase order's number."""
        post(self.hub, order_of(ACME_S, number))
        self.hub.turn("acme")
        return self.hub.order(number).fulfillments[0].number

    @contextmanager
    def hearing(self) -> Iterator[None]:
        """Let Ana of Corner be mailed of what comes in meanwhile."""
        self._wish(Notice.IMMEDIATE)
        try:
            yield
        finally:
            self._wish(Notice.NONE)

    def _wish(self, notice: Notice) -> None:
        for person in accounts.listed(self.hub.parts, partner="corner"):
            is_ana = person.email.startswith("supplier_admin@")
            supplier_notices.set_wish(self.hub.parts, person.id, notice if is_ana else Notice.NONE)

    def mailed(self) -> str:
        """Let the mails to people leave; return the path that the newest leads to."""
        turn = UserMailTurn(self.hub.parts, owner="test")
        while turn.take(poll=False):
            pass
        turn.release()
        links = [found[1] for found in _LINK.finditer(self.box.texts()[-1])]
        return links[-1]


@dataclass(slots=True, repr=False)
class Customers:
    """Juniper's pages behind a port, and the mails that its customers got."""

    street: rig.Street
    port: int
    windows: Windows
    _numbers: Iterator[int] = field(default_factory=lambda: count(7001))

    @property
    def hub(self) -> Hub:
        """The hub."""
        return self.street.house

    def number(self) -> str:
        """A number that no order has yet; codes are for nobody who asked for many just now."""
        self.hub.clock.on(minutes=16)
        return str(next(self._numbers))

    def walker(self, way: Way) -> Walker:
        """Somebody whom nobody knows yet."""
        return Walker(page=self.windows.of("nobody", way), way=way)

    def at(self, path: str) -> str:
        """The address of a page of Juniper's."""
        return f"http://{rig.JUNIPER_HOST}:{self.port}{path}"

    def mailed(self) -> str:
        """Let the brand's mails leave; return the newest."""
        while self.street.mail():
            pass
        return self.street.mailbox.texts()[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Both; in a `whole` one each way is gone with as many orders as a figure is about."""

    staff: Staff
    customers: Customers
    whole: bool

    def count(self, way: Way, most: int, few: int) -> int:
        """How many orders a walk takes; by keys, the slowest, always as many as the figure says."""
        return most if self.whole or way.keys_alone else few


@contextmanager
def world(folder: Path, chromium: Browser, *, whole: bool) -> Iterator[World]:
    """Build and serve both hubs."""
    windows = Windows(chromium)
    with ExitStack() as stack:
        staff = stack.enter_context(_staff(folder / "staff", windows))
        customers = stack.enter_context(_customers(folder / "customers", windows))
        yield World(staff=staff, customers=customers, whole=whole)


@contextmanager
def _staff(folder: Path, windows: Windows) -> Iterator[Staff]:
    shutil.copytree(brands_beside(share_folder()), folder / "brands")
    with _post_office() as box:

        def filling(hub: Hub) -> tuple[str, ...]:
            stock_up(hub, skus=ARTICLES)
            _only(hub, "acme", ACME_S, ACME_S_OTHER)
            _only(hub, "mill", MILL_S, MILL_S_OTHER)
            _only(hub, "stranger", STRANGER_S)
            _takes_no_changes(hub, "mill")
            for n in range(SLIPS):
                post(hub, shopping(str(1001 + n), 2), brand="harbor")
            hub.turn("corner")
            _mailing(hub, box, mails=("code",))
            return ()

        others = ("acme", "mill")
        with opened(folder, windows.chromium, filling=filling, others=others) as rooms:
            clerk = signed_in(rooms, windows.chromium, Role.CLERK, "")
            staff = Staff(rooms=rooms, box=box, windows=windows, folder=folder, clerk=clerk)
            with staff.hearing():
                pass
            yield staff


@contextmanager
def _customers(folder: Path, windows: Windows) -> Iterator[Customers]:
    folder.mkdir()
    with _post_office() as box:
        hub = furnish(folder)
        stock_up(hub)
        _mailing(hub, box, mails=("code", "moved"))
        street = rig.street(hub, folder, box)
        with served(hub, folder) as port:
            yield Customers(street=street, port=port, windows=windows)


@contextmanager
def _post_office() -> Iterator[rig.Mailbox]:
    box = rig.Mailbox(port=free_port())
    posts = Controller(box, hostname="127.0.0.1", port=box.port)
    posts.start()
    try:
        yield box
    finally:
        posts.stop()


def _mailing(hub: Hub, box: rig.Mailbox, *, mails: tuple[str, ...]) -> None:
    """Let a hub send mails; to customers only of these kinds."""
    hub.parts = replace(
        hub.parts,
        mail=Server(host="127.0.0.1", port=box.port, tls="none"),
        mail_from="hub@example.com",
        brands={name: replace(one, mails=mails) for name, one in hub.parts.brands.items()},
    )
    hub.turns = {
        partner: LaneTurn(hub.parts, turn.channel, owner="test")
        for partner, turn in hub.turns.items()
    }


def _only(hub: Hub, partner: str, *skus: str) -> None:
    """List articles that one partner alone sells."""
    offers = [offer(partner, sku) for sku in skus]
    articles = [Item(sku=sku, title=f"Lamp {sku}") for sku in skus]
    hub.parts.store.write(lambda tx: tx.catalog.put(articles, offers))


def _takes_no_changes(hub: Hub, partner: str) -> None:
    """Let a partner be as if its page named no paper for changes."""
    route = replace(hub.parts.routes[partner], change_channel=None, change_set="")
    hub.parts = replace(hub.parts, routes={**hub.parts.routes, partner: route})


def done_of(walker: Walker) -> Locator:
    """Where a page says that something is done."""
    return walker.page.locator("[role=status]").first


def order_of(sku: str, number: str) -> NewOrder:
    """Maya's order of two of an article."""
    new = shopping(number, 2)
    [line] = new.groups[0].lines
    group = replace(new.groups[0], lines=(replace(line, sku=sku, description="Lamp"),))
    return replace(new, groups=(group,))


def as_asked(number: str, *, name: str = f"acme-{ACME_S}") -> Ordered:
    """A purchase order over two of one article, as its supplier reads it."""
    return Ordered(number=number, lines=(("1", 2, "EA", name),), segments=(), control="0001")
