"""What the pages that people wait for weigh, and when they are there on a slow phone.

A hub with 60 orders, one web process. Of each page: bytes over the wire and requests of a first
visit (Chromium, nothing cached), the server's time (median of 20 on a kept connection), then the
largest contentful paint and the layout shift on slow 4G (1.6 Mbit/s down, 150 ms there and back,
the processor slowed down four times; medians of 3 first visits). A line that misses a goal is
marked with `!`.

Run `python bench/pages.py [--quick]`; needs Debian's `chromium`.
"""

import http.client
import re
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from urllib.parse import urlsplit

import _rig as rig
import pyotp
from playwright.sync_api import Browser, Page, StorageState, sync_playwright

PORTAL, DESK, SHOP = "portal.localhost", "desk.localhost", "juniper.localhost"
PASSWORD = "a wide blue river"
ORDERS = 60
ASKED = 20
MOST_BYTES, MOST_REQUESTS, LATEST, MOST_SHIFT = 100_000, 15, 1.5, 0.05
SLOW = {
    "offline": False,
    "latency": 150,  # ms
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
SLOWER = 4
LOOK = """() => new Promise(done => {
  const seen = {shift: 0, paint: 0};
  new PerformanceObserver(all => all.getEntries().forEach(one => {
    if (!one.hadRecentInput) seen.shift += one.value;
  })).observe({type: 'layout-shift', buffered: true});
  new PerformanceObserver(all => all.getEntries().forEach(one => seen.paint = one.startTime))
    .observe({type: 'largest-contentful-paint', buffered: true});
  setTimeout(() => done([seen.paint, seen.shift]), 300);
})"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One page: where, and as whom it is looked at."""

    name: str
    host: str
    path: str
    state: StorageState | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What one first visit came to: bytes, requests, seconds until the largest paint, shift."""

    size: int
    requests: int
    paint: float
    shift: float


@contextmanager
def window(browser: Browser, place: Place) -> Iterator[Page]:
    """Lend a phone's window with an empty cache."""
    context = browser.new_context(storage_state=place.state, viewport={"width": 360, "height": 640})
    yield context.new_page()
    context.close()


def visited(browser: Browser, place: Place, port: int, *, slow: bool) -> Visit:
    """Visit a page for the first time."""
    with window(browser, place) as page:
        wire = page.context.new_cdp_session(page)
        ended: list[int] = []
        wire.send("Network.enable")
        wire.on("Network.loadingFinished", lambda one: ended.append(one["encodedDataLength"]))
        if slow:
            wire.send("Network.emulateNetworkConditions", SLOW)
            wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        answer = page.goto(f"http://{place.host}:{port}{place.path}", wait_until="load")
        if answer is None or answer.status != 200:
            raise RuntimeError(f"{place.name}: {answer and answer.status}")
        paint, shift = page.evaluate(LOOK)
        return Visit(size=sum(ended), requests=len(ended), paint=paint / 1000, shift=shift)


def answered(place: Place, port: int) -> float:
    """Return the median of seconds in which the server answers."""
    cookies = place.state["cookies"] if place.state else []
    held = "; ".join(
        f"{one['name']}={one['value']}" for one in cookies if one["domain"] == place.host
    )
    line = http.client.HTTPConnection("127.0.0.1", port)
    each = []
    for _ in range(ASKED):
        begin = time.perf_counter()
        line.request("GET", place.path, headers={"Host": place.host, "Cookie": held})
        line.getresponse().read()
        each.append(time.perf_counter() - begin)
    line.close()
    return median(each)


# --- the hub ------------------------------------------------------------------------------------


def came_in(one: rig.Hub, browser: Browser, port: int, role: str) -> StorageState:
    """Invite somebody and come in by the link; at the desk with a second factor."""
    host, more = (PORTAL, ["--partner", rig.PARTNER]) if role == "supplier_admin" else (DESK, [])
    words = ["users", "invite", f"{role}@example.com", "--name", "Ana Ortiz", "--role", role]
    said = one.command(*words, *more, "--print-link").decode()
    token = re.search(r"/l/([a-z2-7]+)", said)
    if token is None:
        raise RuntimeError(said)
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"http://{host}:{port}/l/{token[1]}")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    if host == DESK:
        key = page.locator("p.hint code").inner_text().replace(" ", "")
        page.get_by_label("Code").fill(pyotp.TOTP(key).now())
        page.get_by_role("button", name="Turn it on").click()
        page.get_by_role("link", name="I have kept them").click()
    page.wait_for_load_state()
    state = context.storage_state()
    context.close()
    return state


def places(one: rig.Hub, browser: Browser, port: int) -> list[Place]:
    """Fill the hub and return the pages: the customer's, the supplier's, the desk's."""
    numbers = [f"J-{n:04d}" for n in range(ORDERS)]
    with rig.client() as send:
        send(port, [rig.posting(one.key, number) for number in numbers], 8, 201)
    one.command("work", "--until-idle")
    supplier = came_in(one, browser, port, "supplier_admin")
    operator = came_in(one, browser, port, "operator")
    link = one.command("orders", "link", numbers[0], "--brand", rig.BRAND).decode()
    status = re.search(r"https?://\S+", link)
    if status is None:
        raise RuntimeError(link)
    paper = first(browser, port, Place(name="", host=DESK, path="/documents", state=operator))
    shown = (
        ("C2 an order's status", SHOP, urlsplit(status[0]).path, None),
        ("S1 today", PORTAL, "/", supplier),
        ("S3 an order", PORTAL, f"/orders/JUN-{numbers[0]}-1", supplier),
        ("R2 an order, whole", DESK, f"/orders/juniper/{numbers[0]}", operator),
        ("O1 the overview", DESK, "/", operator),
        ("O3 a document", DESK, paper, operator),
    )
    return [
        Place(name=name, host=host, path=path, state=state) for name, host, path, state in shown
    ]


def first(browser: Browser, port: int, place: Place) -> str:
    """Return where the first link of a page's table leads."""
    with window(browser, place) as page:
        page.goto(f"http://{place.host}:{port}{place.path}")
        return page.locator("table a").first.get_attribute("href") or "/"


# --- the table ----------------------------------------------------------------------------------


def line(place: Place, browser: Browser, port: int, visits: int) -> tuple[str, ...]:
    """Measure one page and put it into words."""
    plain = visited(browser, place, port, slow=False)
    slow = [visited(browser, place, port, slow=True) for _ in range(visits)]
    paint, shift = (median(getattr(one, name) for one in slow) for name in ("paint", "shift"))
    goals: Mapping[str, bool] = {
        f"{plain.size / 1000:.1f} kB": plain.size <= MOST_BYTES,
        f"{plain.requests} requests": plain.requests <= MOST_REQUESTS,
        f"{answered(place, port) * 1000:.0f} ms": True,
        f"{paint:.2f} s": paint <= LATEST,
        f"{shift:.3f}": shift <= MOST_SHIFT,
    }
    return (place.name, *(f"{text}{'' if met else ' !'}" for text, met in goals.items()))


def main() -> None:
    """Measure every page and print the table."""
    path = shutil.which("chromium")
    if path is None:
        sys.exit("chromium is missing. Type:  sudo apt-get install -y chromium")
    with (
        rig.hub(wire=lambda home: "transport: desk") as one,
        one.running("web") as web,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        visits = 1 if rig.quick() else 3
        rows = [line(place, browser, web.port, visits) for place in places(one, browser, web.port)]
        browser.close()
    rig.table(
        f"first visits on a phone; goals: {MOST_BYTES // 1000} kB, {MOST_REQUESTS} requests, "
        f"{LATEST} s, {MOST_SHIFT}",
        ("", "wire", "", "server", "largest paint", "shift"),
        rows,
    )


if __name__ == "__main__":
    main()
