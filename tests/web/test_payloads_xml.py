"""Words that mean harm, to and from a partner that speaks XML: its papers, pages and mails."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from lxml import etree, html

from hub.access import Role
from hub.api import build
from hub.partners.brand_texts import MAILS
from tests.flow.test_example_pages import NORDIC, Road, furnished
from tests.rigs import free_port
from tests.web.conftest import Shop, give_key
from tests.web.payloads import (
    PAYLOADS,
    as_read,
    harm,
    listed,
    number_of,
    order,
    own_words,
    posted,
    said,
)
from tests.web.portal.conftest import furnished as talking
from tests.web.portal.rig import Browser, Mailbox, Street
from tests.web.visitors import Visitors, leaf

SPACE = f'xmlns="{NORDIC[1:-1]}" purpose="original"'
PAPERS = ("Order", "OrderAnswer", "Despatch", "ChangeAnswer")
SCHEMA = Path(__file__).parents[2] / "mappings" / "nordic" / "trade.xsd"
TABS = ("business", "segments", "raw")


@dataclass(frozen=True, slots=True)
class Abroad:
    """Nordic's hub: what went out and came in, everybody who looks, and the customers' mails."""

    visitors: Visitors
    taken: Mapping[str, dict[str, Any]]
    sent: Mapping[str, etree._Element]
    pages: Street


@pytest.fixture(scope="module")
def abroad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Abroad]:
    folder, box = tmp_path_factory.mktemp("abroad"), Mailbox(port=free_port())
    post = Controller(box, hostname="127.0.0.1", port=box.port)
    post.start()
    road = furnished("nordic", folder, "")
    pages = talking(road.house, folder, box, mails=MAILS)
    listed(road.house, {"SKU-8": "nordic", "SKU-9": "nordic"})
    app, (key, key_id) = build(road.house.parts), give_key(road.house, "juniper")
    shop = Shop(app=app, key=key, key_id=key_id)
    taken = {
        number_of(n): posted(shop, order(number_of(n), text.replace("\ud800", "")))
        for n, text in enumerate(PAYLOADS)
    }
    road.turn()
    sent = {_number(paper): paper for paper in map(_read, (road.home / "in").iterdir())}
    for n, text in enumerate(PAYLOADS):
        _answered(road, n, text.replace("\ud800", ""))
    road.turn()
    yield Abroad(
        visitors=Visitors(hub=road.house, app=pages.app), taken=taken, sent=sent, pages=pages
    )
    road.house.close()
    post.stop()


def _read(path: Path) -> etree._Element:
    return etree.parse(path, etree.XMLParser(resolve_entities=False)).getroot()


def _number(paper: etree._Element) -> str:
    return paper.findtext(f".//{NORDIC}Number") or ""


def _answered(road: Road, n: int, text: str) -> None:
    """Nordic refuses every other order with a reason and ships the others; then it speaks none."""
    number = road.house.order(number_of(n)).fulfillments[0].number
    if n % 2:
        name, body = "OrderAnswer", _refusal(text)
    else:
        name, body = "Despatch", _shipment(text)
    paper = etree.fromstring(f"<{name} {SPACE}>{body}</{name}>")
    for one in paper.iter():
        one.text = one.text and one.text.replace("NUMBER", number).replace("TEXT", text[:40])
        for key, value in one.attrib.items():
            one.set(key, value.replace("TEXT", text[:40]))
    inbox = road.home / "out"
    (inbox / f"{n}.xml").write_bytes(etree.tostring(paper, encoding="utf-8"))
    (inbox / f"{n}-unknown.xml").write_bytes(
        etree.tostring(paper).replace(number.encode(), f"N-{n}".encode())
    )
    (inbox / f"{n}-broken.xml").write_text(f"<OrderAnswer {SPACE}>{text}", encoding="utf-8")


def _refusal(text: str) -> str:
    """The second line is one that the order does not have."""
    answer = '<Answer quantity="1" reason="TEXT">rejected</Answer>'
    return (
        f'<Number>NUMBER</Number><OurNumber>TEXT</OurNumber><Line no="1">{answer}</Line>'
        f'<Line no="2"><Article scheme="nordic">TEXT</Article>{answer}</Line>'
    )


def _shipment(text: str) -> str:
    return (
        "<Notice>TEXT</Notice><Number>NUMBER</Number><ShippedAt>2026-11-20T16:00:00Z</ShippedAt>"
        '<Carrier service="TEXT">TEXT</Carrier><ConsumerOrder>TEXT</ConsumerOrder>'
        "<Parcel><Tracking>TEXT</Tracking><Label>TEXT</Label>"
        '<Line no="1"><Quantity unit="EA">1</Quantity></Line>'
        '<Line no="2"><Quantity unit="EA">1</Quantity></Line></Parcel>'
    )


def _looked(browser: Browser, path: str) -> html.HtmlElement:
    found = leaf(browser, path)
    assert found is not None and found.answer.status_code == 200, path
    return found.tree


def test_what_goes_out_holds_them_as_text_and_is_no_other_paper(abroad: Abroad) -> None:
    known = {f"{NORDIC}{name}" for name in re.findall(r'element name="(\w+)"', SCHEMA.read_text())}
    told = []
    assert len(abroad.sent) == len(PAYLOADS)
    for number, body in abroad.taken.items():
        paper = abroad.sent[f"JUN-{number}-1"]
        told += [f"{number}: {one.tag}" for one in paper.iter() if one.tag not in known]
        told += [
            f"{number}: @{name}" for one in paper.iter() for name in one.attrib if "zq" in name
        ]
        words = as_read(" ".join(paper.itertext()))
        told += [f"{number} lacks {one}" for one in own_words(body) if as_read(one) not in words]
    assert told[:9] == []


def test_what_comes_in_is_no_more_than_text_on_any_page(abroad: Abroad) -> None:
    olu, ann = abroad.visitors.desk(Role.OPERATOR), abroad.visitors.supplier("nordic")
    lists = ["/", "/orders", "/exceptions", "/documents", "/parked", "/due", "/partners/nordic"]
    papers = [f"/documents/{one}" for one in _documents(abroad)]
    views = [f"{paper}?tab={tab}" for paper in papers[::4] for tab in TABS]
    orders = [f"/orders/juniper/{number}" for number in abroad.taken]
    numbers = [f"/orders/{number}" for number in abroad.sent]
    told, seen = [], 0
    for who, paths in ((olu, [*lists, *papers, *views, *orders]), (ann, ["/", "/ship", *numbers])):
        for path in paths:
            tree = _looked(who, path)
            seen += "zq" in said(tree)
            told += [f"{path}: {one}" for one in harm(tree)]
    for number in abroad.taken:
        tree = _looked(abroad.pages.browser(), abroad.pages.link(number))
        told += [f"{number}: {one}" for one in harm(tree)]
    assert told[:9] == []
    assert seen > 2 * len(PAYLOADS)


def _documents(abroad: Abroad) -> list[str]:
    """A few papers of each kind, and of those that could not be read."""
    with abroad.visitors.hub.parts.store.read() as tx:
        found = [
            tx.exchange.documents_page(
                partner="nordic", set_id=set_id, state=None, limit=12, before=None
            )
            for set_id in PAPERS
        ]
    return [row.id for rows in found for row in rows]


def test_what_a_partner_said_of_an_order_is_shown_as_it_said_it(abroad: Abroad) -> None:
    olu = abroad.visitors.desk(Role.VIEWER)
    told = []
    for n, text in enumerate(PAYLOADS):
        words = text.replace("\ud800", "")[:40]
        seen = as_read(said(_looked(olu, f"/orders/juniper/{number_of(n)}")))
        if "\n" not in words:  # of what is no line there is nothing to show
            told += [] if as_read(words) in seen else [f"{number_of(n)} lacks {words}"]
    assert told[:9] == []


def test_mails_of_what_came_in_carry_it_as_text(abroad: Abroad) -> None:
    box = abroad.pages.mailbox
    while abroad.pages.mail():
        pass
    told = []
    for message, recipients in zip(box.messages, box.recipients, strict=True):
        told += [f"{name}: {one}" for name, one in message.items() if "\n" in str(one)]
        told += [f"to {one}" for one in recipients if "eve" in one]
        page = message.get_body(("html",))
        assert page is not None
        told += harm(html.document_fromstring(str(page.get_content())), mail=True)
    assert told[:9] == []
    assert sum("zq" in text for text in box.texts()) > len(PAYLOADS) // 2
