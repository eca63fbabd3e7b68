"""Words that mean harm, in every field that takes words, on every page and mail that shows them."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import openpyxl
import pytest
from aiosmtpd.controller import Controller
from lxml import html

from hub.access import Role
from hub.api import build
from hub.flow.accounts_mails import UserMailTurn
from tests.rigs import free_port
from tests.web.conftest import Shop, give_key
from tests.web.payloads import (
    FORMULA,
    NUMBER,
    PAYLOADS,
    as_read,
    harm,
    hostile,
    number_of,
    order,
    own_words,
    said,
    typed_of,
)
from tests.web.phones import on_a_phone
from tests.web.portal.rig import Browser, Mailbox, Street, seal_of
from tests.web.visitors import Visitors, leaf, visited

PO = re.compile(r"JUN-P-[0-9]+-[0-9]")
HOOK = "https://shop.example.com/"


@dataclass(frozen=True, slots=True)
class Haunted:
    """A hub in which the payloads stand everywhere, and who looks at it."""

    visitors: Visitors
    taken: Mapping[str, dict[str, Any]]
    olu: Browser
    ana: Browser
    pages: Street


@pytest.fixture(scope="module")
def haunted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Haunted]:
    folder, box = tmp_path_factory.mktemp("haunted"), Mailbox(port=free_port())
    taken: dict[str, dict[str, Any]] = {}
    post = Controller(box, hostname="127.0.0.1", port=box.port)
    post.start()
    with visited(folder, lambda hub: taken.update(hostile(hub)), mails_at=box.port) as visitors:
        yield Haunted(
            visitors=visitors,
            taken=taken,
            olu=visitors.desk(Role.OPERATOR),
            ana=visitors.supplier(),
            pages=visitors.pages(box),
        )
    post.stop()


# --- what is looked at ---------------------------------------------------------------------------


def _looked(browser: Browser, path: str) -> html.HtmlElement:
    found = leaf(browser, path)
    assert found is not None and found.answer.status_code == 200, path
    return found.tree


def _purchase_orders(haunted: Haunted) -> list[str]:
    listed = haunted.ana.get("/orders.csv?show=all").text
    return sorted(set(PO.findall(listed)))


def test_nothing_of_them_is_more_than_text_at_the_desk(haunted: Haunted) -> None:
    olu, told = haunted.olu, []
    lists = [
        "/",
        "/orders",
        "/exceptions",
        "/documents",
        "/parked",
        "/due",
        "/partners",
        "/reports",
    ]
    papers = [f"/documents/{row}" for row in _documents(haunted)]
    views = [f"{paper}?tab={tab}" for paper in papers for tab in ("business", "segments", "raw")]
    for path in (*lists, "/partners/acme", "/partners/corner", *papers, *views):
        told += [f"{path}: {one}" for one in harm(_looked(olu, path))]
    for number, body in haunted.taken.items():
        path = f"/orders/juniper/{number}"
        tree = _looked(olu, path)
        told += [f"{path}: {one}" for one in [*harm(tree), *harm(_looked(olu, f"{path}/change"))]]
        seen = as_read(said(tree))
        told += [f"{path} lacks {one}" for one in own_words(body) if as_read(one) not in seen]
    assert told[:9] == []


def _documents(haunted: Haunted) -> list[str]:
    """A few papers of each kind."""
    with haunted.visitors.hub.parts.store.read() as tx:
        found = [
            tx.exchange.documents_page(
                partner=None, set_id=set_id, state=None, limit=4, before=None
            )
            for set_id in ("850", "855", "856", "824", "order_response", "ship_notice")
        ]
    return [row.id for rows in found for row in rows]


def test_nothing_of_them_is_more_than_text_at_the_portal(haunted: Haunted) -> None:
    ana, told = haunted.ana, []
    numbers = _purchase_orders(haunted)
    assert len(numbers) == len(PAYLOADS)
    picked = "&".join(f"order={number}" for number in numbers)
    lists = ["/", "/orders?show=all", "/ship", "/stock", "/figures", "/figures/cancel?mark=bad"]
    prints = [f"/print/{kind}?{picked}" for kind in ("slips", "gifts", "picks")]
    for path in (*lists, "/print", *prints, *(f"/orders/{number}" for number in numbers)):
        told += [f"{path}: {one}" for one in harm(_looked(ana, path))]
    slips = as_read(said(_looked(ana, prints[0])))
    for body in haunted.taken.values():
        told += [f"slips lack {one}" for one in own_words(body)[:2] if as_read(one) not in slips]
    assert told[:9] == []


def test_nothing_of_them_is_more_than_text_for_customers(haunted: Haunted) -> None:
    told = []
    for number, body in haunted.taken.items():
        tree = _looked(haunted.pages.browser(), haunted.pages.link(number))
        told += [f"{number}: {one}" for one in harm(tree)]
        article = as_read(body["ship_groups"][0]["lines"][0]["description"])
        told += [] if article in as_read(said(tree)) else [f"{number} lacks {article}"]
    assert told[:9] == []


# --- forms ---------------------------------------------------------------------------------------

NEW = (
    *("number", "find", "buyer-name", "buyer-phone", "shipping", "g1-1", "g1-1-units"),
    *("g1-1-price", "g1-name", "g1-line1", "g1-city", "g1-instructions", "g1-gift-message"),
)
Fields = Callable[[str], dict[str, str]]
_ORDER = f"/orders/juniper/{number_of(0)}"
DESK: Mapping[str, tuple[str, Fields]] = {
    f"{_ORDER}/notes": (_ORDER, lambda text: {"text": text}),
    "/settings/people": (
        "/settings/people",
        lambda text: {"name": text, "email": text, "role": "clerk", "partner": text},
    ),
    "/settings/keys": (
        "/settings/keys",
        lambda text: {"owner": "brand:juniper", "label": text[:60], "life": "30"},
    ),
    "/settings/webhooks": (
        "/settings/webhooks",
        lambda text: {"owner": "brand:juniper", "url": HOOK + text},
    ),
    "/new/" + "0" * 32: (
        "/account",
        lambda text: {**dict.fromkeys(NEW, text), "brand": "juniper", "do": "look"},
    ),
}
PORTAL: Mapping[str, tuple[str, Fields]] = {
    "/orders/views": ("/orders", lambda text: {"name": text, "query": text}),
    "/ship": ("/ship", lambda text: {"order": text, "label": text, "scan": "1"}),
    "/settings/people": (
        "/settings",
        lambda text: {"name": text, "email": text, "role": "supplier_user"},
    ),
    "/account": ("/account", lambda text: {"name": text, "zone": text, "language": "en"}),
}
ASKED = {
    "desk": ("/orders?q=", "/documents?q=", "/settings/people?who=", "/exceptions?by="),
    "portal": ("/search?q=", "/stock?q=", "/orders?article=", "/orders?show=", "/figures?days="),
}


def _sent(browser: Browser, at: str, door: str, fields: Fields) -> list[str]:
    """Send every payload in a form, and look at what is answered and where it leads."""
    told, seal = [], seal_of(browser.get(at).text)
    for text in PAYLOADS:
        answer = browser.post(door, {"seal": seal, **fields(text.replace("\ud800", ""))})
        if answer.status_code == 303:
            answer = browser.get(answer.headers["location"])
        assert answer.status_code in (200, 404, 422), (door, text, answer.status_code)
        found = harm(html.document_fromstring(answer.text))
        told += [f"{door} {text[:30]}: {one}" for one in found]
    return told


def _asked(browser: Browser, paths: tuple[str, ...]) -> list[str]:
    told = []
    for path in paths:
        name = path.partition("?")[2].rstrip("=")
        for text in PAYLOADS[:16]:
            query = {name: text.replace("\ud800", "")[:400]}
            answer = browser.ask("GET", path.partition("?")[0], params=query)
            assert answer.status_code in (200, 303), (path, text, answer.status_code)
            if answer.status_code == 200:
                found = harm(html.document_fromstring(answer.text))
                told += [f"{path}{text[:30]}: {one}" for one in found]
    return told


@pytest.mark.parametrize("door", DESK)
def test_a_form_at_the_desk_shows_them_as_text(haunted: Haunted, door: str) -> None:
    at, fields = DESK[door]
    assert _sent(haunted.olu, at, door, fields)[:9] == []
    assert harm(_looked(haunted.olu, at)) == []


@pytest.mark.parametrize("door", PORTAL)
def test_a_form_at_the_portal_shows_them_as_text(haunted: Haunted, door: str) -> None:
    at, fields = PORTAL[door]
    assert _sent(haunted.ana, at, door, fields)[:9] == []
    assert harm(_looked(haunted.ana, at)) == []


def test_what_an_address_asks_for_comes_back_as_text(haunted: Haunted) -> None:
    assert _asked(haunted.olu, ASKED["desk"])[:9] == []
    assert _asked(haunted.ana, ASKED["portal"])[:9] == []


def test_a_brand_s_own_words_are_text_on_its_pages(haunted: Haunted) -> None:
    """The desk previews a customer's page in what was typed: the same templates, the same words."""
    path = "/settings/brands/juniper"
    tree = _looked(haunted.olu, path)
    [form] = [one for one in tree.forms if (one.action or "").endswith(path)]
    kept = {name: str(value) for name, value in form.form_values()}
    told: list[str] = []
    for text in PAYLOADS:
        words = typed_of(text)[:300]
        typed = {"name": words[:60], "phone": words[:40], "returns": words, "contact": words}
        typed |= {"t-footer": words, "t-welcome": words, "slip_message": words}
        for then in ("check", "preview-find") if text in PAYLOADS[:9] else ("preview",):
            answer = haunted.olu.post(path, {**kept, **typed, "then": then})
            assert answer.status_code in (200, 422), (text, answer.status_code)
            found = harm(html.document_fromstring(answer.text))
            told += [f"{then} {text[:30]}: {one}" for one in found]
    assert told[:9] == []


def test_a_file_tried_or_corrected_by_hand_is_shown_as_text(haunted: Haunted) -> None:
    olu, told = haunted.olu, []
    for text in PAYLOADS:
        body = text.encode(errors="replace")
        fields = {"seal": seal_of(olu.get("/account").text), "channel": "edi"}
        answer = olu.ask("POST", "/partners/acme", data=fields, files={"file": ("a", body)})
        assert answer.status_code in (200, 422), text
        told += harm(html.document_fromstring(answer.text))
    paper = f"/documents/{_documents(haunted)[5]}/edit"
    told += _sent(olu, paper, paper, lambda text: {"body": text})
    assert told[:9] == []


def test_customers_forms_show_them_as_text(haunted: Haunted) -> None:
    told = []
    for text in PAYLOADS:
        typed = text.replace("\ud800", "")[:1000]  # a customer's form takes 8 kB
        answer = haunted.pages.browser().post("/", {"number": typed, "known": typed})
        assert answer.status_code == 422, text
        tree = html.document_fromstring(answer.text)
        told += harm(tree)
        assert as_read(typed[:40]) in as_read(said(tree)) or "\r" in typed
    assert told[:9] == []


# --- tables, mails, programs ---------------------------------------------------------------------


def _tables(haunted: Haunted) -> list[tuple[str, bytes]]:
    olu, ana = haunted.olu, haunted.ana
    fields = {"seal": seal_of(ana.get("/account").text), "once": "0" * 32}
    rows = [["PO", "SKU", "Qty", "Tracking"], *([text[:200]] * 4 for text in PAYLOADS[:29])]
    body = io.StringIO()
    csv.writer(body).writerows(rows)
    table = body.getvalue().encode()
    answer = ana.ask("POST", "/upload", data=fields, files={"file": ("=1+1.csv", table)})
    assert answer.status_code == 303, answer.text
    upload = answer.headers["location"].removesuffix("/columns")
    assert harm(_looked(ana, upload)) == []
    reports = re.findall(r"/reports/[a-z_-]+\.csv[^\"]*", olu.get("/reports").text)
    assert reports
    paths = [
        "/orders.csv?show=all",
        "/orders.xlsx?show=all",
        "/upload/open.csv",
        "/upload/open.xlsx",
    ]
    paths += [f"{upload}/wrong.csv", f"{upload}/wrong.xlsx", "/figures/cancel.csv?mark=bad"]
    found = [(path, ana.get(path)) for path in paths]
    found += [(path, olu.get(path.replace("&amp;", "&"))) for path in reports]
    assert [path for path, answer in found if answer.status_code != 200] == []
    return [(path, answer.content) for path, answer in found]


def test_no_cell_of_a_table_is_a_formula(haunted: Haunted) -> None:
    told, seen = [], 0
    for path, body in _tables(haunted):
        for cell in _cells(path, body):
            seen += "zq" in cell
            if FORMULA.match(cell) and not NUMBER.fullmatch(cell):
                told.append(f"{path}: {cell[:40]}")
    assert told[:9] == []
    assert seen > len(PAYLOADS)


def _cells(path: str, body: bytes) -> Iterator[str]:
    if ".xlsx" in path:
        for row in openpyxl.load_workbook(io.BytesIO(body)).active.iter_rows():  # type: ignore[union-attr]
            for one in row:
                yield (
                    f"={one.value}" if one.data_type == "f" else str(one.value or "").lstrip("=+-@")
                )
        return
    for cells in csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")):
        yield from cells


def test_mails_carry_them_as_text_and_no_header_is_theirs(haunted: Haunted) -> None:
    box = haunted.pages.mailbox
    while haunted.pages.mail():
        pass
    users = UserMailTurn(haunted.visitors.hub.parts, owner="test")
    while users.take(poll=False):
        pass
    users.release()
    assert len(box.messages) > len(PAYLOADS)
    names = {tuple(sorted({name.lower() for name in one})) for one in box.messages}
    told = [f"headers {one}" for one in names if "bcc" in one or "cc" in one]
    for number, message in enumerate(box.messages):
        told += [f"{name}: {value}" for name, value in message.items() if "\n" in str(value)]
        told += [f"to {one}" for one in box.recipients[number] if "eve" in one]
        page = message.get_body(("html",))
        if page is not None:
            told += harm(html.document_fromstring(str(page.get_content())), mail=True)
    assert told[:9] == []
    assert sum("zq" in text for text in box.texts()) > len(PAYLOADS) // 2


@pytest.mark.parametrize("text", PAYLOADS[:17])
def test_unescaped_each_of_them_would_be_found(text: str) -> None:
    """What these tests look for is there as soon as one page forgets to escape."""
    page = f"<p>{text}</p><a href=\"{text}\">x</a><p title='{text}'></p>"
    assert harm(html.document_fromstring(f"<title>{text}</title>{page}"))


def test_half_a_sign_is_not_taken_in(haunted: Haunted) -> None:
    hub = haunted.visitors.hub
    key, key_id = give_key(hub, "harbor")
    answer = Shop(app=build(hub.parts), key=key, key_id=key_id).post(order("H-1", "zq\ud800"))
    assert answer.status_code == 400
    assert "hex escape" in answer.json()["detail"]


# --- in a browser --------------------------------------------------------------------------------


def test_in_a_browser_nothing_runs_and_nothing_is_too_wide(haunted: Haunted) -> None:
    numbers = _purchase_orders(haunted)
    picked = "&".join(f"order={number}" for number in numbers)
    links = [haunted.pages.link(number_of(n)) for n in (0, 28, 30)]
    looked = [
        (
            haunted.olu,
            ["/exceptions", "/documents", "/settings/people", "/settings/keys"]
            + [f"/orders/juniper/{number_of(n)}" for n in (0, 6, 20, 30)],
        ),
        (
            haunted.ana,
            ["/orders?show=all", "/ship", f"/print/slips?{picked}", "/settings"]
            + [f"/orders/{number}" for number in (numbers[0], numbers[30])],
        ),
        (haunted.pages.browser(), ["/", *links]),
    ]
    assert on_a_phone(haunted.visitors.app, looked)[:9] == []
