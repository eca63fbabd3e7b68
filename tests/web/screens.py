"""Write a picture of every screen, to be looked at: `python -m tests.web.screens FOLDER`."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from aiosmtpd.controller import Controller
from playwright.sync_api import Browser, Page, sync_playwright

from hub.access import House
from hub.partners.brand_texts import BY_HAND, MAILS
from portal.web.admin.brand_mail import sample_mail
from portal.web.ground.answers import nobody_here
from tests.cast import MAYA
from tests.rigs import free_port
from tests.web.looks import fill
from tests.web.portal.rig import JUNIPER_HOST, Mailbox, Street
from tests.web.rooms import Filling, Rooms, context_of, nothing, opened, paths
from tests.web.states import ERASED, LITTLE, LONG_MAIL, OVER, much

KINDS = {"wide": (True, "light"), "narrow": (False, "light"), "dark": (True, "dark")}
LINKED = ("1013", "1009", "1008", LITTLE, OVER, ERASED)
CANCELLED = {
    "wide": ("1013", LONG_MAIL),
    "narrow": ("1004", MAYA.email),
    "dark": ("1005", MAYA.email),
}


class Camera:
    """Takes pictures into a folder; counts them."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.taken = 0

    def take(self, page: Page, house: str, path: str, kind: str) -> None:
        """Keep how a page looks now, named after where it is."""
        name = "".join(sign if sign.isalnum() else "-" for sign in path).strip("-") or "first"
        file = self._folder / f"{house}-{name[:60]}-{kind}.png"
        page.screenshot(path=file, full_page=True)
        self.taken += 1


def main(folder: Path) -> int:
    """Take the pictures; return how many."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("chromium is missing: make system")
    cameras = {state: Camera(folder / state) for state in ("full", "empty")}
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright, _box() as box:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        fillings: Mapping[str, Filling] = {
            "full": partial(much, mails_at=box.port),
            "empty": nothing,
        }
        for state, filling in fillings.items():
            with opened(Path(home) / state, browser, filling=filling) as rooms:
                for kind in KINDS:
                    for house in House:
                        _staff(rooms, browser, house, kind, cameras[state])
                    _customers(rooms, browser, box, kind, cameras[state])
        browser.close()
    return sum(camera.taken for camera in cameras.values())


@contextmanager
def _box() -> Iterator[Mailbox]:
    """A real mail server."""
    found = Mailbox(port=free_port())
    controller = Controller(found, hostname="127.0.0.1", port=found.port)
    controller.start()
    yield found
    controller.stop()


def _staff(rooms: Rooms, browser: Browser, house: House, kind: str, camera: Camera) -> None:
    wide, scheme = KINDS[kind]
    context = context_of(rooms, browser, house, wide=wide, script=True, scheme=scheme)
    page = context.new_page()
    for path in paths(rooms, house):
        page.goto(rooms.at(house, path))
        camera.take(page, house, path, kind)
    context.close()


# --- customers -----------------------------------------------------------------------------------


def _customers(rooms: Rooms, browser: Browser, box: Mailbox, kind: str, camera: Camera) -> None:
    wide, scheme = KINDS[kind]
    size = {"width": 1280, "height": 800} if wide else {"width": 360, "height": 640}
    context = browser.new_context(viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
    page, base = context.new_page(), f"http://{JUNIPER_HOST}:{rooms.port}"
    taken = partial(camera.take, page, "customer", kind=kind)
    for path in ("/", "/nothing", "/s/none", "/code", "/order"):
        page.goto(base + path)
        taken(path)
    page.goto(base)
    fill(page, "/", "", {})
    taken("/wrong")
    if rooms.numbers:
        street = Street(house=rooms.hub, app=nobody_here(), mailbox=box)
        for number in LINKED:
            page.goto(base + street.link(number))
            taken(f"/s/{number}")
        _proven(page, base, street, CANCELLED[kind], taken)
        _mails(rooms, context.new_page(), box, camera, kind)
    context.close()


def _mails(rooms: Rooms, page: Page, box: Mailbox, camera: Camera, kind: str) -> None:
    """The longest mail that was sent, and one of each kind with words that nobody wrote."""
    brand = rooms.hub.parts.brands["juniper"]
    mails = {"sent": max(box.pages(), key=len)}
    mails |= {name: sample_mail(brand, name).decode() for name in (*MAILS, *BY_HAND)}
    for name, mail in mails.items():
        page.set_content(mail)  # under no page's policy, as in a mail program
        camera.take(page, "customer", f"/mail/{name}", kind)
    box.raw.clear()


def _proven(
    page: Page, base: str, street: Street, order: tuple[str, str], taken: Callable[[str], None]
) -> None:
    """From the search by a code that was mailed to what may be changed, wrongly and well."""
    number, known = order
    page.goto(base)
    fill(page, "/", "", {"number": number, "known": known})
    taken("/code/asked")
    fill(page, "/code", "", {"code": "1"})
    taken("/code/wrong")
    while street.mail():
        pass
    fill(page, "/code", "", {"code": street.mailbox.code()})
    taken("/order/proven")
    for path in ("/quantities", "/address", "/cancel"):
        page.goto(base + path)
        taken(path)
        fill(page, path, "", {})
        taken(f"{path}/sent")


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "screens")
    sys.stdout.write(f"{main(target)} pictures in {target}\n")
