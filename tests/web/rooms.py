"""A hub behind a port for a real browser, with somebody signed in at each house and much to see.

Screens are read from the doors of the houses: a new door without a path here fails the tests.
"""

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pyotp
import uvicorn
from playwright.sync_api import Browser, BrowserContext, StorageState

from hub import api
from hub.access import HOUSES, House, Role
from hub.domain.names import Names
from hub.flow import accounts
from hub.flow.parts import Parts
from hub.flow.supplier_owed import WORK
from hub.main import doors, read_settings
from hub.ops.desk.causes import parked
from portal.web.desk import house as desk
from portal.web.entrance import opening
from portal.web.ground.porch import Door
from portal.web.supplier import house as portal
from portal.web.supplier import onetime
from tests.rigs import free_port
from tests.rigs.desks import furnish_desks
from tests.rigs.houses import House as Hub
from tests.rigs.houses import post, shopping
from tests.rigs.receivers import led_to, receiving

WRONG_COUNT = (
    "ISA*00*          *00*          *01*123456791      *12*5550100200     *261120*1800*U*00401*"
    "000000077*0*P*>~GS*SH*ACME*HUB*20261120*1800*77*X*004010~ST*856*0001~"
    "BSN*00*S1*20261120*1800~HL*1**S~SE*9*0001~GE*1*77~IEA*1*000000077~\n"
)
HOSTS = {House.PORTAL: "portal.localhost", House.DESK: "desk.localhost"}
TRACKING = "1Z999AA10123456784"
NO_SCREENS: Mapping[str, str] = {
    "/live": "a piece of the overview",
    "/orders.{ending}": "a table",
    "/upload/open.{ending}": "a table",
    "/upload/{upload}/wrong.{ending}": "a table",
    "/figures/{measure}.csv": "a table",
    "/reports/{name}.csv": "a table",
    "/documents/{id}/bytes": "a partner's bytes",
    "/print/logo/{brand}": "a picture",
    "/print/sheet/{name}": "a sheet of styles",
    "/docs/openapi.json": "the description for programs",
    "/settings/brands/portal.css": "a sheet of styles",
    "/settings/brands/{brand}/preview.css": "a sheet of styles",
    "/settings/brands/{brand}/logo": "a picture",
    "/settings/brands/{brand}/pictures/{digest}/{name}": "a picture",
}
"""Doors that are no page for people, and what they are."""
OTHERWISE: Mapping[House, tuple[str, ...]] = {
    House.PORTAL: (
        *(f"/orders?show={shelf}" for shelf in ("confirm", "late", "done", "all")),
        "/search?q=none",
        "/stock?q=none",
        "/figures?days=90",
    ),
    House.DESK: (
        "/orders?q=1001",
        "/documents?q=none",
        "/exceptions?by=due&whose=mine",
        "/exceptions?by=promise&whose=nobody",
        "/settings/keys?show=all",
    ),
}
"""The same doors asked in another way."""
SHEETS = ("slips", "gifts", "picks")
TABS = ("business", "segments", "raw", "related", "attempts", "audit")
DELIVERY_TABS = ("segments", "related", "audit")


@dataclass(frozen=True, slots=True)
class Rooms:
    """A hub behind a port, with somebody signed in at each house.

    `filled` is what stands for the holes of a door's path, or for the whole path.
    """

    hub: Hub
    port: int
    states: dict[House, StorageState]
    numbers: tuple[str, ...]
    filled: dict[tuple[House, str], str] = field(default_factory=dict)

    def at(self, house: House, path: str) -> str:
        """The address of a page."""
        return f"http://{HOSTS[house]}:{self.port}{path}"

    def ask(self, house: House, method: str, path: str, **words: Any) -> httpx.Response:
        """Ask as the one who is signed in there, without a browser."""
        [cookie] = self.states[house]["cookies"]
        headers = {
            "Host": f"{HOSTS[house]}:{self.port}",
            "Cookie": f"{cookie['name']}={cookie['value']}",
        }
        address = f"http://127.0.0.1:{self.port}{path}"
        return httpx.request(method, address, headers=headers, timeout=30, **words)

    def send(
        self, house: House, at: str, path: str, said: Mapping[str, str], *, file: bytes = b""
    ) -> str:
        """Post a form with what the page at `at` carries; return where it leads, or the page."""
        page = self.ask(house, "GET", at).text
        kept = dict(
            re.findall(r'name="(seal|once|version|at|units-seen)" value="([^"]*)"', page)[::-1]
        )
        files = {"file": ("a.csv", file)} if file else None
        answer = self.ask(house, "POST", path, data={**kept, **said}, files=files)
        if answer.status_code == 303:
            return str(answer.headers["location"])
        assert answer.status_code == 200, answer.text
        return answer.text


Filling = Callable[[Hub], tuple[str, ...]]


def twelve_orders(hub: Hub) -> tuple[str, ...]:
    """Place what most tests look at; return the purchase orders' numbers."""
    return tuple(ordered(hub, str(1001 + n)) for n in range(12))


def nothing(hub: Hub) -> tuple[str, ...]:
    """Leave the hub as it begins: people, partners and brands, and no order."""
    assert not hub.exceptions()
    return ()


@contextmanager
def opened(
    folder: Path,
    chromium: Browser,
    *,
    filling: Filling = twelve_orders,
    others: tuple[str, ...] = ("acme",),
) -> Iterator[Rooms]:
    """Build the hub in a folder, serve it, and sign somebody in at each house."""
    hub = furnish_desks(folder, desks=("corner", "stranger"), others=others)
    numbers = filling(hub)
    if numbers:
        spoiled(hub, folder)
    with receiving() as receiver:
        hub.parts = led_to(hub.parts, receiver)
        with served(hub, folder) as port:
            found = Rooms(hub=hub, port=port, states={}, numbers=numbers)
            found.states[House.PORTAL] = signed_in(found, chromium, Role.SUPPLIER_ADMIN, "corner")
            found.states[House.DESK] = signed_in(found, chromium, Role.OPERATOR, "")
            _fill(found)
            yield found


@contextmanager
def served(hub: Hub, folder: Path) -> Iterator[int]:
    """Serve the hub on a port of this machine; a folder `brands` is its own to publish to."""
    own = {"HUB_BRANDS": str(folder / "brands")} if (folder / "brands").is_dir() else {}
    settings = read_settings({"HUB_DATA_DIR": str(folder / "data"), **own})
    app = doors(settings, hub.parts, api.build(hub.parts))
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.05)
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join()
        hub.close()


def ordered(hub: Hub, number: str) -> str:
    """Place an order that Corner fills and hand it over; return the purchase order's number."""
    post(hub, shopping(number, 2))
    hub.turn("corner")
    return hub.order(number).fulfillments[0].number


def spoiled(hub: Hub, folder: Path) -> None:
    """Acme sends a ship notice whose segments are miscounted."""
    (folder / "acme" / "out" / "notice.edi").write_text(WRONG_COUNT)
    hub.turn("acme")
    hub.clock.on(seconds=61)
    hub.turn("acme")


def signed_in(rooms: Rooms, chromium: Browser, role: Role, partner: str) -> StorageState:
    """Invite somebody and sign them in; return what their browser keeps."""
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


# --- what the screens are about ------------------------------------------------------------------


def _fill(rooms: Rooms) -> None:
    """Note what every door's path is filled with; what is not there yet is made at the forms."""
    for role, house in ((Role.CLERK, House.DESK), (Role.SUPPLIER_USER, House.PORTAL)):
        rooms.filled[house, "/l/{token}"] = f"/l/{_invited(rooms, role)}"
    person = accounts.listed(rooms.hub.parts)[-1].id
    _note(
        rooms,
        House.DESK,
        brand="juniper",
        account=person,
        operation="place_order",
        kind="looking",
        code="unknown-order",
    )
    _note(rooms, House.PORTAL, measure="ship")
    rooms.filled.update({(House.PORTAL, f"/print/{name}"): "" for name in SHEETS})
    form = {"brand": "juniper", "channel": "phone", "g1-gift-hide": "1"}
    begun = rooms.send(House.DESK, "/new", "/new/" + "1" * 32, form)
    rooms.filled[House.DESK, "/new/{once}"] = begun
    rooms.filled[House.DESK, "/partners/{id}"] = "/partners/acme"
    rooms.filled[House.DESK, "/partners/{id}/names"] = "/partners/acme/names?name=ODD-7"
    if rooms.numbers:
        _fill_portal(rooms)
        _fill_desk(rooms)


def _note(rooms: Rooms, house: House, **names: str) -> None:
    rooms.filled.update({(house, name): text for name, text in names.items()})


def _invited(rooms: Rooms, role: Role) -> str:
    partner = "corner" if HOUSES[role] is House.PORTAL else ""
    invited = accounts.invite_by_link(
        rooms.hub.parts,
        email=f"invited-{role.value}@example.com",
        name="Ben Ito",
        role=role,
        partner=partner,
        who="test",
    )
    return invited.url.rpartition("/")[2]


def _fill_portal(rooms: Rooms) -> None:
    shipped, sure, last = rooms.numbers[8], rooms.numbers[9], rooms.numbers[-1]
    rooms.send(House.PORTAL, f"/orders/{sure}", f"/orders/{sure}/confirm", {})
    form = f"/orders/{shipped}/ship"
    rooms.send(House.PORTAL, form, form, {"tracking-1": TRACKING, "quantity-1-1": "2"})
    page = rooms.ask(House.PORTAL, "GET", f"/orders/{shipped}").text
    correct = re.search(rf'href="(/orders/{shipped}/correct\?[^"]+)"', page)
    assert correct, page
    rows = f"PO,SKU,Qty,Tracking\n{last},SKU-1,2,{TRACKING}\n{last},NONE,9,{'long' * 20}\n"
    table = rooms.send(House.PORTAL, "/upload", "/upload", {}, file=rows.encode())
    token = _link_to_act(rooms, rooms.numbers[10])
    _note(rooms, House.PORTAL, number=last, upload=table.rpartition("/")[2])
    said = {
        (House.PORTAL, "/orders/{number}/correct"): correct[1],
        (House.PORTAL, "/a/{token}"): f"/a/{token}",
        **{(House.PORTAL, f"/print/{name}"): f"/print/{name}?order={last}" for name in SHEETS},
    }
    rooms.filled.update(said)


def _link_to_act(rooms: Rooms, number: str) -> str:
    """The token of a link, as mails carry it, that shows one order and lets it be shipped."""
    parts = rooms.hub.parts
    until = parts.now().replace(year=parts.now().year + 1)
    return parts.store.write(
        lambda tx: accounts.act_link(
            tx,
            parts,
            partner="corner",
            purpose=WORK,
            subject=number,
            until=until,
            names=Names("act"),
        )
    ).token


def _fill_desk(rooms: Rooms) -> None:
    with rooms.hub.parts.store.read() as tx:
        [row] = tx.exchange.documents_page(
            partner="acme", set_id="856", state=None, limit=1, before=None
        )
        [card, *_] = tx.exceptions.page(open_only=True, limit=1)
    case = f"/exceptions/{card.id}"
    rooms.send(House.DESK, case, f"{case}/take", {})
    cancel = "/orders/juniper/1008/cancel"
    outcome = rooms.send(
        House.DESK, cancel, cancel, {"do": "lines", "units-1": "1", "reason": "other"}
    )
    made = {"owner": "partner:corner", "label": "Warehouse", "life": "90"}
    rooms.send(House.DESK, "/settings/keys", "/settings/keys", made)
    naming = "/partners/acme/names"
    rooms.send(House.DESK, naming, naming, {"name": "ODD-8", "other": "SKU-1"})
    hook = {"owner": "brand:juniper", "url": "https://other.example.com/hook"}
    rooms.send(House.DESK, "/settings/webhooks", "/settings/webhooks", hook)
    with rooms.hub.parts.store.read() as tx:
        [key] = tx.keys.page()
        [endpoint] = tx.webhooks.page()
    _note(rooms, House.DESK, number="1010", key=key.id, webhook=endpoint.id)
    [cause, *_] = parked(rooms.hub.parts)
    said = {
        (House.DESK, "/documents/{id}"): f"/documents/{row.id}",
        (House.DESK, "/documents/{id}/edit"): f"/documents/{row.id}/edit",
        (House.DESK, "a delivery"): f"/documents/{row.transmission_id}",
        (House.DESK, "/parked/{id}"): f"/parked/{cause.id}",
        (House.DESK, "/exceptions/{id}"): f"/exceptions/{card.id}",
        (House.DESK, "/orders/{brand}/{number}/outcome/{once}"): outcome,
    }
    rooms.filled.update(said)


def doors_of(parts: Parts, house: House) -> list[Door]:
    """Every door behind the sign-in of a house."""
    if house is House.PORTAL:
        return portal.doors(portal.porch(parts, parts.portal_hosts), {})
    return desk.doors(desk.porch(parts, parts.desk_hosts, ()))


def _looked_at(rooms: Rooms, house: House) -> list[str]:
    """The path of every door that is looked through, those before the sign-in too."""
    parts = rooms.hub.parts
    porch = portal.porch(parts, parts.portal_hosts)
    routes = [*opening.doors(porch), *(onetime.doors(porch) if house is House.PORTAL else ())]
    before = [route.path for route in routes if "GET" in (route.methods or ())]
    return [*(door.path for door in doors_of(parts, house) if door.method == "GET"), *before]


def paths(rooms: Rooms, house: House) -> list[str]:
    """Every screen of a house, and one that is not there.

    In a hub without orders those screens are left out that are about one.
    """
    doors = [door for door in _looked_at(rooms, house) if door not in NO_SCREENS]
    found = [path for door in doors if (path := path_of(rooms, house, door))]
    if rooms.numbers and house is House.DESK:
        paper = path_of(rooms, house, "/documents/{id}")
        found += [f"{paper}?tab={name}" for name in TABS]
        file = path_of(rooms, house, "a delivery")
        found += [file, *(f"{file}?tab={name}" for name in DELIVERY_TABS)]
    return [*found, *OTHERWISE[house], "/nothing"]


def without_screen(rooms: Rooms, house: House) -> list[str]:
    """The doors of a furnished house that nobody looks through here."""
    doors = [door for door in _looked_at(rooms, house) if door not in NO_SCREENS]
    return [door for door in doors if not path_of(rooms, house, door)]


def path_of(rooms: Rooms, house: House, door: str) -> str:
    """A door's path with what it is filled with; empty when that is not there."""
    whole = rooms.filled.get((house, door))
    if whole is not None:
        return whole
    path = re.sub(r"\{(\w+)\}", lambda hole: rooms.filled.get((house, hole[1]), "{}"), door)
    return "" if "{}" in path else path


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
