"""Pages on a phone in a real browser: what runs there, what was made of words, what is too wide."""

import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import sync_playwright
from starlette.types import ASGIApp

from tests.rigs import free_port
from tests.web.portal.rig import Browser


def on_a_phone(app: ASGIApp, looked: Iterable[tuple[Browser, Sequence[str]]]) -> list[str]:
    """Open paths as who looks at them, 360 px wide, and say what no page of words may do."""
    told: list[str] = []
    with _served(app) as port, sync_playwright() as playwright:
        path = shutil.which("chromium")
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for who, paths in looked:
            told += _opened(chromium, who, [f"http://{who.host}:{port}{path}" for path in paths])
        chromium.close()
    return told


def _opened(chromium: Chromium, who: Browser, addresses: list[str]) -> list[str]:
    context = chromium.new_context(viewport={"width": 360, "height": 640})
    for name, value in who.cookies.items():
        cookie = {"name": name, "value": value, "domain": who.host, "path": "/", "secure": True}
        context.add_cookies([cookie])  # type: ignore[list-item]
    page, told = context.new_page(), [""]
    page.on("dialog", lambda one: one.dismiss())
    page.on("console", lambda one: told.append(f"console {one.text}"))
    page.on("pageerror", lambda one: told.append(f"error {one}"))
    page.add_init_script("window.alert = () => console.log('alert was called')")
    for address in addresses:
        page.goto(address)
        made = page.locator("[zq], zq, [onerror], [onload], [onfocus], [onmouseover]").count()
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        told += [f"{address}: {made} made, {wide} too wide"] if made or wide > 0 else []
    context.close()
    return [one for one in told if one and "status of 404" not in one]  # no icon


@contextmanager
def _served(app: ASGIApp) -> Iterator[int]:
    """Serve an app on a free port of this machine."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        thread.join(0.05)
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join()
