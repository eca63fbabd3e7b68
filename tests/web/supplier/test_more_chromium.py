"""Tables, paper, stock, figures and settings in a real browser: narrow, dark, judged by axe."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from hub.access import Role
from tests.rigs import free_port
from tests.rigs.houses import stock_up
from tests.web.supplier.rig import HOST, TRACKING, open_counter
from tests.web.supplier.test_upload import send, table, upload


@dataclass(frozen=True, slots=True)
class Shown:
    """Corner's pages on a port of this machine, for an administrator who is signed in."""

    base: str
    cookie: tuple[str, str]
    paths: tuple[str, ...]

    @property
    def jar(self) -> dict[str, object]:
        """The session's cookie as a browser keeps it."""
        name, value = self.cookie
        return {"name": name, "value": value, "domain": HOST, "path": "/", "secure": True}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    counter = open_counter(tmp_path_factory.mktemp("shown"))
    stock_up(counter.house, skus=12)
    first, second = counter.order("1001"), counter.order("1002")
    counter.browser()
    browser = counter.browser(role=Role.SUPPLIER_ADMIN)
    rows = [f"SKU-{n},5" for n in range(1, 13)]
    send(browser, upload(browser, table("SKU,On hand", *rows)), kind="full")
    asked = upload(browser, table("SKU,On hand", "SKU-1,4", "NOBODYS,1"))
    send(browser, asked, kind="full")
    unread = upload(browser, b"nothing")
    mixed = upload(
        browser,
        table(
            "PO,SKU,Qty,Tracking,Carrier",
            f"{first},SKU-1,2,{TRACKING},",
            f"{second},SKU-1,9,,{'long' * 20}",
        ),
    )
    [(name, value)] = browser.cookies.items()
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(counter.app, port=port, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.05)
    pages = ("/upload", mixed, asked, unread, "/print", "/stock", "/stock?q=none", "/settings")
    slips = (f"/print/slips?order={first}", f"/print/picks?order={first}")
    figures = ("/figures", "/figures/confirm?days=90", "/figures/cancel?mark=bad")
    yield Shown(
        base=f"http://{HOST}:{port}", cookie=(name, value), paths=(*pages, *slips, *figures)
    )
    server.should_exit = True
    thread.join()
    counter.house.close()


@pytest.fixture(scope="module")
def chromium(shown: Shown) -> Iterator[Browser]:
    """A browser, begun after the pages: a second loop cannot be run while it lives."""
    assert shown.paths
    path = shutil.which("chromium")
    assert path, "chromium is missing: make system"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def _sideways(page: Page) -> int:
    width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return int(width)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_goes_sideways_on_a_phone(
    chromium: Browser, shown: Shown, scheme: str
) -> None:
    context = chromium.new_context(
        viewport={"width": 360, "height": 640},
        color_scheme="dark" if scheme == "dark" else "light",
        bypass_csp=True,  # axe is a script from elsewhere
    )
    context.add_cookies([shown.jar])
    page = context.new_page()
    for path in shown.paths:
        page.goto(shown.base + path)
        told = Axe().run(page)
        assert [one["id"] for one in told.response["violations"]] == [], path
        assert _sideways(page) <= 0, path
    context.close()


def test_levels_are_saved_by_keyboard_alone_without_javascript(
    chromium: Browser, shown: Shown
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies([shown.jar])
    page = context.new_page()
    page.goto(f"{shown.base}/stock")
    page.locator("#units-SKU-1").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("77")
    page.keyboard.press("Enter")
    page.wait_for_url("**/stock?*saved=1")
    assert page.locator("#units-SKU-1").input_value() == "77"
    context.close()
