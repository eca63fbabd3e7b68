"""Every page of people's rooms in a shop of 100,000 orders, 10,000 of them one supplier's.

A hub (SQLite, or with `--postgres` a server) is filled by `_shop.py`. One web process answers one
visitor after the other over a kept connection; the time is from the request to the last byte, and
the CPU that of the web process, which a busy machine moves least.
Printing is the page's time and the time in which Chromium makes a PDF of it. The table is Markdown.

Run `python bench/rooms.py [--quick] [--postgres] [--only WORD] [--in FOLDER]`; a shop in a folder
is made once and used again (SQLite only).
"""

import argparse
import http.client
import re
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import _rig as rig
import pyotp
from _lives import BRANDS, buyer, opened
from _shop import OTHER, SMALL, SUPPLIER, Shop, Sizes, furnished

from hub.access import HOUSES, House, Role
from hub.flow import accounts

HOSTS = {House.PORTAL: "portal.localhost", House.DESK: "desk.localhost"}
ASKED, WARM = 30, 3
ON_PAGE = 50
IDLE = 2.0  # seconds after which a connection is opened again: the server may have ended it
PAGE_GOAL = 0.150
PREVIEWS = {500: 1.0, 10_000: 2.0}
PRINT_GOAL, PRINTED = 5.0, 100


@dataclass(slots=True, kw_only=True)
class Visitor:
    """Somebody who is signed in at a house, on one kept connection."""

    port: int
    house: House
    cookie: str = ""
    line: http.client.HTTPConnection = field(init=False)
    heard: float = 0.0

    def __post_init__(self) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def ask(
        self, method: str, path: str, body: bytes = b"", kind: str = ""
    ) -> tuple[int, str, str]:
        """Return status, where it leads to, and the page."""
        headers = {"Host": HOSTS[self.house], "Cookie": f"__Host-{self.house}={self.cookie}"}
        if time.monotonic() - self.heard > IDLE:
            self.line.close()
        self.line.request(method, path, body, headers | ({"Content-Type": kind} if kind else {}))
        answer = self.line.getresponse()
        page = answer.read().decode()
        self.heard = time.monotonic()
        for given in answer.headers.get_all("set-cookie", []):
            self.cookie = given.partition("=")[2].partition(";")[0]
        return answer.status, answer.headers.get("location", ""), page

    def get(self, path: str) -> str:
        """Return a page; RuntimeError for anything but a page or the way to one."""
        status, _, page = self.ask("GET", path)
        if status not in (200, 303):
            raise RuntimeError(f"{path}: {status}")
        return page

    def post(self, path: str, fields: dict[str, str]) -> tuple[int, str, str]:
        """Post a form."""
        kind = "application/x-www-form-urlencoded"
        return self.ask("POST", path, urlencode(fields).encode(), kind)

    def upload(self, body: bytes) -> str:
        """Upload a table; return the path of its rows."""
        page = self.get("/upload")
        fields = {"seal": _named("seal", page), "once": _named("once", page)}
        parts = [
            f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        ]
        file = '--edge\r\nContent-Disposition: form-data; name="file"; filename="sent.csv"\r\n\r\n'
        whole = "".join(parts).encode() + file.encode() + body + b"\r\n--edge--\r\n"
        _, path, _ = self.ask("POST", "/upload", whole, "multipart/form-data; boundary=edge")
        return path


def _named(name: str, page: str) -> str:
    found = re.search(rf'name="{name}" value="([0-9a-f]+)"', page)
    if found is None:
        raise RuntimeError(page)
    return found[1]


def signed_in(shop: Shop, port: int, role: Role) -> Visitor:
    """Invite somebody and come in by the link; at the desk with a second factor."""
    house = HOUSES[role]
    invited = accounts.invite_by_link(
        shop.parts,
        email=f"{role.value}{time.time_ns()}@example.com",
        name="Ana Ortiz",
        role=role,
        partner=SUPPLIER if house is House.PORTAL else "",
        who="bench",
    )
    visitor = Visitor(port=port, house=house)
    path = "/l/" + invited.url.rpartition("/")[2]
    fields = {"seal": _named("seal", visitor.get(path)), "password": "a wide blue river"}
    visitor.post(path, fields)
    if house is House.DESK:
        page = visitor.get("/second-factor")
        key = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
        if key is None:
            raise RuntimeError(page)
        code = pyotp.TOTP(key[1].replace(" ", "")).now()
        visitor.post("/second-factor", {"seal": _named("seal", page), "code": code})
    return visitor


# --- what is asked ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Numbers that are there, each list as long as there are requests."""

    papers: list[str]  # purchase orders of the supplier
    waiting: list[str]  # those of them that can be shipped
    ready: list[str]  # more of them, as many as are printed at once
    sent: list[str]  # trackings of the supplier's
    trackings: list[str]
    orders: list[tuple[str, str]]  # of others: brand, number
    documents: list[str]
    persons: list[int]
    place_of: dict[str, str]  # where page 100 of a shelf begins


def sample(shop: Shop) -> Sample:
    """Pick what is asked for from all over the shop."""
    sizes, count = shop.sizes, ASKED + WARM
    given, total = sizes.given, sizes.given + sizes.others
    step = sizes.others // count
    with opened(shop.url) as raw:

        def spread(query: str, least: int, most: int) -> list[tuple[str, ...]]:
            apart = (most - least) // count
            numbers = ",".join(f"'Q{100_000 + least + n * apart:06d}'" for n in range(count))
            found = raw.cursor().execute(f"{query} o.number IN ({numbers})").fetchall()
            return [tuple(row) for row in found]

        def first(query: str, least: int, most: int) -> list[str]:
            return [row[0] for row in spread(query, least, most)]

        shipped = sizes.shipped
        return Sample(
            papers=first(_PARTS, 0, given),
            waiting=first(_PARTS, shipped, shipped + sizes.to_ship),
            ready=[row[0] for row in raw.cursor().execute(_READY).fetchall()],
            sent=first(_PARCELS, 0, shipped),
            trackings=first(_PARCELS, given, total),
            orders=[(row[0], row[1]) for row in spread(_ORDERS, given, total)],
            documents=first(_NOTICES, given, total),
            persons=[100_000 + given + n * step for n in range(count)],
            place_of={
                shelf: _hundredth(raw.cursor().execute(query).fetchall())
                for shelf, query in _NEWEST.items()
            },
        )


_PARTS = """SELECT f.number FROM fulfillment f JOIN customer_order o ON o.id = f.order_id WHERE"""
_PARCELS = """SELECT p.tracking FROM package p JOIN shipment s ON s.id = p.shipment_id
    JOIN customer_order o ON o.id = s.order_id WHERE"""
_NOTICES = """SELECT d.id FROM document d JOIN customer_order o ON o.id = d.order_id
    WHERE d.set_id = '856' AND"""
_ORDERS = "SELECT o.brand, o.number FROM customer_order o WHERE"
_READY = f"""SELECT number FROM fulfillment WHERE partner = '{SUPPLIER}'
    AND state = 'in_progress' AND number NOT LIKE '%-Q0%' ORDER BY id LIMIT {PRINTED}"""
_GIVEN = f"SELECT created_at, id FROM fulfillment WHERE partner = '{SUPPLIER}'"
_NEWEST = {
    "all": f"{_GIVEN} ORDER BY created_at DESC, id DESC",
    "done": f"{_GIVEN} AND state = 'closed' ORDER BY created_at DESC, id DESC",
}


def _hundredth(rows: Sequence[Sequence[object]]) -> str:
    at, one = rows[min(99 * ON_PAGE, len(rows) - 1)]
    return f"{at}.{one}"


Paths = Callable[[int], str]


def portal_pages(some: Sample, total: int) -> Iterator[tuple[str, Paths]]:
    """Yield every page of the supplier's house."""
    yield "today", lambda n: "/"
    for shelf in ("confirm", "ship", "late", "done", "all"):
        yield f"orders {shelf}", lambda n, shelf=shelf: f"/orders?show={shelf}"
    for shelf in ("done", "all"):
        deep = f"/orders?show={shelf}&after={some.place_of[shelf]}"
        yield f"orders {shelf}, page 100", lambda n, path=deep: path
    yield "search a purchase order", lambda n: f"/search?q={some.papers[n]}"
    yield "search a customer's order", lambda n: f"/search?q={some.papers[n].split('-')[1]}"
    yield "search a tracking number", lambda n: f"/search?q={some.sent[n]}"
    yield "search what is not there", lambda n: f"/search?q=NONE-{n}"
    yield "order", lambda n: f"/orders/{some.papers[n]}"
    yield "answer", lambda n: f"/orders/{some.waiting[n]}/answer"
    yield "ship", lambda n: f"/orders/{some.waiting[n]}/ship"
    yield "ship many", lambda n: "/ship"
    yield "upload form", lambda n: "/upload"
    yield "open lines as a table", lambda n: "/upload/open.csv"
    yield "print centre", lambda n: "/print"
    yield "100 slips", lambda n: slips_of(some)
    yield "pick list of 100", lambda n: slips_of(some, "picks")
    yield "stock", lambda n: "/stock"
    yield "stock, last page", lambda n: f"/stock?after=SKU-{total - 201:06d}"
    yield "stock, search", lambda n: f"/stock?q=no.+{n * 33}"
    yield "stock, search nothing", lambda n: f"/stock?q=none{n}"
    yield "scorecard, 30 days", lambda n: "/figures"
    yield "scorecard, 90 days", lambda n: "/figures?days=90"
    yield "orders behind a number", lambda n: "/figures/ship"
    yield "settings", lambda n: "/settings"
    yield "account", lambda n: "/account"


def slips_of(some: Sample, what: str = "slips") -> str:
    """Return the address of paper for as many orders as are printed at once."""
    return f"/print/{what}?" + urlencode([("order", number) for number in some.ready])


def desk_pages(some: Sample) -> Iterator[tuple[str, Paths]]:
    """Yield every page of our own people's house."""
    yield "clerk: search form", lambda n: "/orders"
    yield "clerk: by number", lambda n: f"/orders?q={some.orders[n][1]}"
    yield "clerk: by purchase order", lambda n: f"/orders?q={some.papers[n]}"
    yield "clerk: by telephone", lambda n: _q(buyer(some.persons[n]).phone)
    yield "clerk: by e-mail", lambda n: _q(buyer(some.persons[n]).email)
    yield "clerk: by name and ZIP", lambda n: _q(_name_and_zip(some.persons[n]))
    yield "clerk: by tracking", lambda n: _q(some.trackings[n])
    yield "clerk: nothing found", lambda n: f"/orders?q=NONE-{n}"
    yield "clerk: order", lambda n: "/orders/{}/{}".format(*some.orders[n])
    yield "clerk: order of a regular", lambda n: f"/orders/{BRANDS[0]}/Q000001"
    yield "clerk: change", lambda n: "/orders/{}/{}/change".format(*some.orders[n])
    yield "clerk: new order", lambda n: "/new"
    yield "overview", lambda n: "/"
    yield "overview, live part", lambda n: "/live"
    yield "documents", lambda n: "/documents"
    for name, value in (("partner", OTHER), ("set_id", "856"), ("light", "no")):
        yield f"documents, {name}={value}", lambda n, f=f"{name}={value}": f"/documents?{f}"
    yield "documents, by number", lambda n: f"/documents?q={some.papers[n]}"
    yield "documents, by tracking", lambda n: f"/documents?q={some.trackings[n]}"
    yield "documents, by part of a name", lambda n: f"/documents?q=zz{n}zz"
    yield "document", lambda n: f"/documents/{some.documents[n]}"
    yield "document, segments", lambda n: f"/documents/{some.documents[n]}?tab=segments"
    yield "document, related", lambda n: f"/documents/{some.documents[n]}?tab=related"
    for path in ("/exceptions", "/parked", "/due", "/partners"):
        yield path[1:], lambda n, path=path: path
    for partner in (SUPPLIER, OTHER):
        yield f"partner {partner}", lambda n, path=f"/partners/{partner}": path
    for days in (7, 30, 90):
        yield f"reports, {days} days", lambda n, days=days: f"/reports?days={days}"
    for path in ("/settings", "/settings/people", "/settings/keys", "/settings/webhooks"):
        yield path[1:], lambda n, path=path: path


def _q(text: str) -> str:
    return "/orders?" + urlencode({"q": text})


def _name_and_zip(n: int) -> str:
    who = buyer(n)
    return f"{who.name.split()[1]} {who.postcode}"


# --- measuring ----------------------------------------------------------------------------------


def timed(visitor: Visitor, web: rig.Running, name: str, path: Paths) -> None:
    """Ask for a page as often as agreed and print its row of the table."""
    each = []
    used = web.seconds()
    page = ""
    for n in range(ASKED + WARM):
        asked = path(n)
        begin = time.perf_counter()
        status, _, page = visitor.ask("GET", asked)
        each.append(time.perf_counter() - begin)
        if status not in (200, 303):
            print(f"| {visitor.house}: {name} | {asked} was answered with {status} |")
            return
    computed = (web.seconds() - used) / len(each)
    goal = PRINT_GOAL if path(0).startswith("/print/slips") else PAGE_GOAL
    _row(f"{visitor.house}: {name}", each[WARM:], goal, computed, len(page))


def _row(name: str, each: Sequence[float], goal: float, computed: float, size: int) -> None:
    middle, worst = rig.quantile(each, 0.5), rig.quantile(each, 0.95)
    held = "yes" if worst <= goal else "**no**"
    figures = (f"{figure * 1e3:.0f}" for figure in (middle, worst, computed, goal))
    print("|", " | ".join((name, *figures, held, f"{size / 1000:.0f}")), "|", flush=True)


def previewed(visitor: Visitor, web: rig.Running, shop: Shop, rows: int) -> None:
    """Upload a table of shipments and look at its rows."""
    with opened(shop.url) as raw:
        lines = raw.cursor().execute(_OPEN_LINES).fetchall()
    table = ["purchase order,line,quantity,tracking number,carrier"]
    for n in range(rows):
        number, line, units = lines[n % len(lines)]
        table.append(f"{number},{line},{units},1Z999AA1{5_000_000 + n:010d},UPS")
    body = ("\r\n".join(table) + "\r\n").encode()
    each = []
    used = web.seconds()
    for _ in range(4):
        path = visitor.upload(body)
        begin = time.perf_counter()
        page = visitor.get(path)
        each.append(time.perf_counter() - begin)
    computed = (web.seconds() - used) / len(each)
    _row(_PREVIEW.format(rows), each[1:], PREVIEWS[rows], computed, len(page))


_PREVIEW = "portal: upload preview, {:,} rows"


_OPEN_LINES = f"""SELECT f.number, l.number, l.open FROM fulfillment f
    JOIN fulfillment_line l ON l.fulfillment_id = f.id
    WHERE f.partner = '{SUPPLIER}' AND f.state = 'in_progress' AND l.open > 0
    ORDER BY f.id, l.ordinal"""


def printed(visitor: Visitor, web: rig.Running, some: Sample) -> None:
    """Have Chromium make a PDF of as many slips as are printed at once."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("Chromium is missing: apt-get install chromium")
        return
    from playwright.sync_api import sync_playwright

    each, size, used = [], 0, web.seconds()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context()
        origin = f"http://{HOSTS[House.PORTAL]}:{visitor.port}"
        held = {"name": f"__Host-{visitor.house}", "value": visitor.cookie, "secure": True}
        context.add_cookies([{**held, "url": origin.replace("http:", "https:")}])
        page = context.new_page()
        for _ in range(3):
            begin = time.perf_counter()
            answer = page.goto(origin + slips_of(some))
            if answer is None or answer.status != 200:
                raise RuntimeError(f"the slips were answered with {answer}")
            size = len(page.pdf(prefer_css_page_size=True))
            each.append(time.perf_counter() - begin)
        browser.close()
    computed = (web.seconds() - used) / len(each)
    _row(f"portal: PDF of {PRINTED} slips", each, PRINT_GOAL, computed, size)


def main() -> None:
    """Fill the shop, ask for every page, and print the table."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--quick", action="store_true")
    reader.add_argument("--postgres", action="store_true")
    reader.add_argument("--only", default="")
    reader.add_argument("--in", dest="folder", type=Path)
    asked = reader.parse_args()
    sizes = SMALL if asked.quick else Sizes()
    with (
        furnished(sizes, postgres=asked.postgres, folder=asked.folder) as shop,
        shop.one.running("web") as web,
    ):
        some = sample(shop)
        portal = signed_in(shop, web.port, Role.SUPPLIER_ADMIN)
        desk = signed_in(shop, web.port, Role.OPERATOR)
        print("| page | p50 ms | p95 ms | CPU ms | goal ms | held | kB |")
        print("|---|--:|--:|--:|--:|---|--:|")
        pages = [(portal, *one) for one in portal_pages(some, sizes.articles)]
        pages += [(desk, *one) for one in desk_pages(some)]
        for visitor, name, path in pages:
            if asked.only in f"{visitor.house}: {name}":
                timed(visitor, web, name, path)
        for rows in PREVIEWS:
            if asked.only in _PREVIEW.format(rows):
                previewed(portal, web, shop, rows)
        if asked.only in "portal: PDF":
            printed(portal, web, some)


if __name__ == "__main__":
    main()
