"""A hub behind a port for a real browser, with somebody signed in at each house and much to see."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyotp
import uvicorn
from playwright.sync_api import Browser, BrowserContext, StorageState

from hub import api
from hub.access import HOUSES, House, Role
from hub.flow import accounts
from hub.main import doors, read_settings
from hub.ops.desk.causes import parked
from tests.rigs import free_port
from tests.rigs.desks import furnish_desks
from tests.rigs.houses import House as Hub
from tests.rigs.houses import post, shopping

WRONG_COUNT = (
    "ISA*00*          *00*          *01*123456791      *12*5550100200     *261120*1800*U*00401*"
    "000000077*0*P*>~GS*SH*ACME*HUB*20261120*1800*77*X*004010~ST*856*0001~"
    "BSN*00*S1*20261120*1800~HL*1**S~SE*9*0001~GE*1*77~IEA*1*000000077~\n"
)
HOSTS = {House.PORTAL: "portal.localhost", House.DESK: "desk.localhost"}


@dataclass(frozen=True, slots=True)
class Rooms:
    """A hub behind a port, with somebody signed in at each house."""

    hub: Hub
    port: int
    states: dict[House, StorageState]
    numbers: tuple[str, ...]

    def at(self, house: House, path: str) -> str:
        """The address of a page."""
        return f"http://{HOSTS[house]}:{self.port}{path}"


@contextmanager
def opened(folder: Path, chromium: Browser) -> Iterator[Rooms]:
    """Build the hub in a folder, serve it, and sign somebody in at each house."""
    hub = furnish_desks(folder, desks=("corner", "stranger"), others=("acme",))
    numbers = tuple(_ordered(hub, str(1001 + n)) for n in range(12))
    _spoiled(hub, folder)
    settings = read_settings({"HUB_DATA_DIR": str(folder / "data")})
    app = doors(settings, hub.parts, api.build(hub.parts))
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.05)
    found = Rooms(hub=hub, port=port, states={}, numbers=numbers)
    found.states[House.PORTAL] = _signed_in(found, chromium, Role.SUPPLIER_ADMIN, "corner")
    found.states[House.DESK] = _signed_in(found, chromium, Role.OPERATOR, "")
    try:
        yield found
    finally:
        server.should_exit = True
        thread.join()
        hub.close()


def _ordered(hub: Hub, number: str) -> str:
    post(hub, shopping(number, 2))
    hub.turn("corner")
    return hub.order(number).fulfillments[0].number


def _spoiled(hub: Hub, folder: Path) -> None:
    """Acme sends a ship notice whose segments are miscounted."""
    (folder / "acme" / "out" / "notice.edi").write_text(WRONG_COUNT)
    hub.turn("acme")
    hub.clock.on(seconds=61)
    hub.turn("acme")


def _signed_in(rooms: Rooms, chromium: Browser, role: Role, partner: str) -> StorageState:
    house = HOUSES[role]
    invited = accounts.invite_by_link(
        rooms.hub.parts,
        email=f"{role.value}@example.com",
        name="Ana Ortiz",
        role=role,
        partner=partner,
        who="test",
    )
    context = chromium.new_context()
    page = context.new_page()
    page.goto(rooms.at(house, "/l/" + invited.url.rpartition("/")[2]))
    page.get_by_label("New password").fill("a wide blue river")
    page.get_by_role("button", name="Go on").click()
    if house is House.DESK:
        key = page.locator("p.hint code").inner_text().replace(" ", "")
        code = pyotp.TOTP(key).at(int(rooms.hub.parts.now().timestamp()))
        page.get_by_label("Code").fill(code)
        page.get_by_role("button", name="Turn it on").click()
        page.get_by_role("link", name="I have kept them").click()
    state = context.storage_state()
    context.close()
    return state


def context_of(
    rooms: Rooms,
    chromium: Browser,
    house: House,
    *,
    wide: bool,
    script: bool,
    scheme: str = "light",
) -> BrowserContext:
    """A browser window of whoever is signed in there."""
    size = {"width": 1280, "height": 800} if wide else {"width": 360, "height": 640}
    return chromium.new_context(
        storage_state=rooms.states[house],
        viewport=size,  # type: ignore[arg-type]
        java_script_enabled=script,
        color_scheme=scheme,  # type: ignore[arg-type]
    )


def paths(rooms: Rooms, house: House) -> list[str]:
    """Every screen of a house, and one that is not there."""
    if house is House.PORTAL:
        order = f"/orders/{rooms.numbers[-1]}"
        pages = ["/", "/orders", "/orders?show=done", "/search?q=none", order, "/ship", "/account"]
        return [*pages, f"{order}/answer", f"{order}/ship", "/nothing"]
    with rooms.hub.parts.store.read() as tx:
        rows = tx.exchange.documents_page(
            partner="acme", set_id="856", state=None, limit=1, before=None
        )
        cards = tx.exceptions.page(open_only=True, limit=1)
    paper = f"/documents/{rows[0].id}"
    tabs = [f"{paper}?tab={name}" for name in ("business", "segments", "raw", "related", "audit")]
    fixed = ["/", "/orders", "/orders?q=1001", "/orders/juniper/1001", "/documents", "/parked"]
    fixed += ["/due", "/exceptions", "/partners", "/partners/acme", "/reports", "/nothing", "/new"]
    fixed += ["/settings", "/settings/people", "/settings/keys", "/settings/webhooks"]
    fixed += ["/settings/brands", "/settings/brands/juniper", "/docs", "/docs/place_order"]
    fixed += ["/orders/juniper/1012/change", "/orders/juniper/1012/cancel"]
    causes = [f"/parked/{one.id}" for one in parked(rooms.hub.parts)[:1]]
    return [*fixed, paper, *tabs, f"{paper}/edit", *causes, f"/exceptions/{cards[0].id}"]
