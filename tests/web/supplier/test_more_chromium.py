"""Tables, paper, stock, figures and settings in a real browser: narrow, judged by axe."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright

from hub.access import Role
from tests.rigs import free_port
from tests.rigs.houses import stock_up
from tests.web.looks import Judge, equip
from tests.web.portal.rig import seal_of
from tests.web.supplier.rig import HOST, TRACKING, open_counter
from tests.web.supplier.test_upload import send, table, upload


@dataclass(frozen=True, slots=True)
class Shown:
    """Corner's pages on a port of this machine, for an administrator who is signed in."""

    base: str
    cookie: tuple[str, str]
    paths: tuple[str, ...]
    order: str

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
    unread = upload(browser, b"\x00 nothing")
    unnamed = upload(browser, table("Vorgang;Ware;Anz.", f"{first};SKU-1;2"))
    page = browser.get("/orders?show=all&article=sku").text
    view = {"seal": seal_of(page), "query": "show=all&article=sku", "name": "Mugs of this week"}
    assert browser.post("/orders/views", view).status_code == 303
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
    pages += (unnamed, f"{mixed}/columns", "/orders?show=all&article=sku")
    # today, an order and its forms are looked at in tests/web/test_rooms_chromium.py
    slips = (f"/print/slips?order={first}", f"/print/picks?order={first}")
    figures = ("/figures", "/figures/confirm?days=90", "/figures/cancel?mark=bad")
    yield Shown(
        base=f"http://{HOST}:{port}",
        cookie=(name, value),
        paths=(*pages, *slips, *figures),
        order=first,
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


def test_axe_finds_nothing_and_nothing_goes_sideways_on_a_phone(
    chromium: Browser, shown: Shown
) -> None:
    context, judge = chromium.new_context(viewport={"width": 360, "height": 640}), Judge()
    context.add_cookies([shown.jar])
    page, told = equip(context), []
    for path in shown.paths:
        page.goto(shown.base + path)
        found = judge.faults(page, sheets=path.startswith("/print/"))
        told += [f"{path}: {one}" for one in found]
    assert told == []
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


def test_the_slash_key_goes_to_the_search_box_unless_something_is_being_typed(
    chromium: Browser, shown: Shown
) -> None:
    context = chromium.new_context()
    context.add_cookies([shown.jar])
    page = context.new_page()
    page.goto(f"{shown.base}/stock")
    box, typed = page.locator("#q"), page.locator("#units-SKU-1")
    typed.focus()
    page.keyboard.press("/")
    assert not box.evaluate("one => one === document.activeElement")
    typed.blur()
    page.keyboard.press("/")
    assert box.evaluate("one => one === document.activeElement") and box.input_value() == ""
    page.keyboard.type("a/b")
    assert box.input_value() == "a/b"
    context.close()


def test_the_slash_key_is_switched_off_at_the_account_and_on_again(
    chromium: Browser, shown: Shown
) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 640})
    context.add_cookies([shown.jar])
    page, judge = equip(context), Judge()
    page.goto(f"{shown.base}/account")
    choice, box = page.get_by_label("The key / goes to the search box"), page.locator("#q")
    assert choice.is_checked() and box.get_attribute("aria-keyshortcuts") == "/"
    assert judge.faults(page) == []
    other = context.new_page()
    other.goto(f"{shown.base}/stock")
    choice.focus()
    page.keyboard.press("Space")
    assert box.get_attribute("aria-keyshortcuts") is None
    other.wait_for_function("!document.querySelector('#q').hasAttribute('aria-keyshortcuts')")
    page.reload()
    assert not choice.is_checked()
    page.goto(f"{shown.base}/stock")
    page.keyboard.press("/")
    assert not box.evaluate("one => one === document.activeElement")
    page.goto(f"{shown.base}/account")
    choice.check()
    page.locator("h1").click()
    choice.blur()
    page.keyboard.press("/")
    assert box.evaluate("one => one === document.activeElement")
    context.close()


def test_where_nothing_can_be_kept_or_run_there_is_no_such_key(
    chromium: Browser, shown: Shown
) -> None:
    blocked = "Storage.prototype.getItem = () => { throw new DOMException('', 'SecurityError'); };"
    for has_script in (True, False):
        context = chromium.new_context(java_script_enabled=has_script)
        context.add_cookies([shown.jar])
        page = context.new_page()
        page.add_init_script(blocked)
        page.goto(f"{shown.base}/account")
        assert page.locator("[data-keys]").is_hidden()
        assert page.locator("#q").get_attribute("aria-keyshortcuts") is None
        page.keyboard.press("/")
        assert not page.locator("#q:focus").count()
        context.close()


DETECTOR = """
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["code_128"]; }
  async detect(image) { return image.width === 1 ? [{ rawValue: "1Z999AA10123456784" }] : []; }
};
"""
"""What a phone's browser has and this one may lack: it reads a picture of one point."""
POINT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)


@pytest.mark.parametrize("has_detector", [True, False])
def test_a_barcode_is_read_off_a_picture_where_the_browser_can(
    chromium: Browser, shown: Shown, has_detector: bool
) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 640})
    context.add_cookies([shown.jar])
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda told: said.append(told.text))
    page.add_init_script(DETECTOR if has_detector else "delete window.BarcodeDetector;")
    page.goto(f"{shown.base}/orders/{shown.order}/ship")
    button = page.get_by_role("button", name="Scan with the camera")
    assert button.count() == (1 if has_detector else 0)
    if has_detector:
        picture = {"name": "label.png", "mimeType": "image/png", "buffer": POINT}
        page.locator("input[type=file]").set_input_files(picture)  # type: ignore[arg-type]
        page.wait_for_function("document.querySelector('#tracking-1').value !== ''")
        assert page.locator("#tracking-1").input_value() == "1Z999AA10123456784"
        broken = {"name": "none.png", "mimeType": "image/png", "buffer": b"none"}
        page.locator("input[type=file]").set_input_files(broken)  # type: ignore[arg-type]
        page.get_by_text("No barcode was found in the picture.").wait_for()
    assert said == []  # nothing that the policy forbids was tried
    context.close()


def test_many_orders_are_confirmed_by_two_clicks_and_undone_by_one(
    chromium: Browser, shown: Shown
) -> None:
    context = chromium.new_context(
        viewport={"width": 360, "height": 640}, java_script_enabled=False
    )
    context.add_cookies([shown.jar])
    page = context.new_page()
    page.goto(f"{shown.base}/orders?show=confirm")
    page.get_by_role("link", name="Tick all of this page").click()  # 1
    page.get_by_role("button", name="Confirm ticked").click()  # 2
    assert "orders are confirmed" in page.locator("div[role=status]").inner_text()
    page.get_by_role("button", name="Undo all").click()
    assert page.get_by_text("it is as it was before.").count() > 1
    context.close()
