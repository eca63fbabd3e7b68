"""A hub with Fjord, who speaks UBL in files, and Kiln, who speaks cXML and whose server refuses."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml
from aiosmtpd.controller import Controller
from lxml import etree

from hub.api import build as build_doors
from hub.domain.bounds import LONGEST_NAME
from hub.flow.lanes import LaneTurn
from hub.store import DocumentRow
from tests.flow.test_example_pages import EXAMPLES
from tests.rigs import free_port
from tests.rigs.houses import Clock, House, open_parts
from tests.rigs.https import Asked, Endpoint, Says, endpoint
from tests.web import hostile_papers as papers
from tests.web.conftest import Shop, give_key
from tests.web.payloads import PAYLOADS, listed, number_of, order, posted
from tests.web.portal.conftest import furnished
from tests.web.portal.rig import Mailbox, Street
from tests.web.visitors import Visitors

# Half a sign is no XML, and a number that is longer is no number of a paper.
TEXTS = tuple(text.replace("\ud800", "")[:LONGEST_NAME] for text in PAYLOADS)
XML = {"content-type": "text/xml"}


@dataclass(frozen=True, slots=True)
class Peers:
    """What was ordered and sent, everybody who looks, and Fjord's two folders."""

    house: House
    shop: Shop
    taken: Mapping[str, Mapping[str, Any]]
    posted: Sequence[Asked]
    visitors: Visitors
    pages: Street
    home: Path

    def turn(self) -> None:
        """Let every lane take turns until nothing is left."""
        for lane in [*self.house.turns.values()] * 2:
            while lane.take(poll=True):
                pass
            self.house.clock.on(seconds=1)

    def door(self, paper: str) -> httpx.Response:
        """Post as Kiln's program does."""
        return self.shop.ask("POST", "/v1/cxml/kiln/in", content=paper.encode(), headers=XML)

    def documents(self, set_id: str) -> Mapping[int, DocumentRow]:
        """The papers of a set by the number of the order that they are about; -1 for none."""
        with self.house.parts.store.read() as tx:
            rows = tx.exchange.documents_page(
                partner=None, set_id=set_id, state=None, limit=100, before=None
            )
        return {_ordinal(row.order_number): row for row in rows}


def said_of(n: int) -> str:
    """What both partners say of the n-th order, which itself holds another text."""
    return TEXTS[(n + 1) % len(TEXTS)]


def file_named(text: str) -> str:
    """How Fjord names a file after a text; a slash is no sign of a file's name."""
    return text.replace("/", "|")[:60]


def _ordinal(number: str) -> int:
    found = re.fullmatch(r"JUN-P-([0-9]+)-[12]", number)
    return int(found[1]) if found else -1


@contextmanager
def peers_of(folder: Path) -> Iterator[Peers]:
    """Place an order of every text with both partners, and let them answer in such words."""
    box = Mailbox(port=free_port())
    post = Controller(box, hostname="127.0.0.1", port=box.port)
    post.start()
    with endpoint(None) as kiln:
        kiln.plan = _refuses
        house = _house(folder, kiln)
        pages = furnished(house, folder, box, mails=("shipped",))
        listed(house, {"SKU-8": "fjord", "SKU-9": "kiln"})
        key, key_id = give_key(house, "juniper")
        shop = Shop(app=build_doors(house.parts), key=key, key_id=key_id)
        peers = Peers(
            house=house,
            shop=shop,
            taken={number_of(n): posted(shop, _two_of_each(n)) for n in range(len(TEXTS))},
            posted=kiln.asked,
            visitors=Visitors(hub=house, app=pages.app),
            pages=pages,
            home=folder / "fjord",
        )
        peers.turn()
        for n in range(len(TEXTS)):
            _told(peers, n)
        _told_of_many(peers)
        peers.turn()
        yield peers
        house.close()
    post.stop()


def _refuses(number: int, asked: Asked) -> Says:
    """Kiln's server takes none of our posts, and says so in the words for that order."""
    n = _ordinal(etree.fromstring(asked.body).find(".//OrderRequestHeader").get("orderID"))
    return Says(body=papers.filled(papers.REFUSAL, said_of(n)).encode(), headers=XML)


def _house(folder: Path, kiln: Endpoint) -> House:
    """Open a house with both example pages: a folder in place of SFTP, Kiln's server as it is."""
    home = folder / "fjord"
    for place in (folder / "partners", home / "in", home / "out"):
        place.mkdir(parents=True)
    for partner in ("fjord", "kiln"):
        page = yaml.safe_load((EXAMPLES / f"{partner}.yaml").read_text(encoding="utf-8"))
        for channel in page["channels"]:
            if channel["transport"] == "sftp":
                settings = {"inbox": str(home / "out"), "outbox": str(home / "in")}
                channel |= {"transport": "folder", "settings": settings}
            elif channel["transport"] == "http":
                channel["settings"] |= {"url": f"{kiln.url}/cxml", "allow_private": True}
        (folder / "partners" / f"{partner}.yaml").write_text(yaml.safe_dump(page), encoding="utf-8")
    environment = {
        "HUB_DATA_DIR": str(folder / "data"),
        "HUB_PARTNER_CONFIGS": str(folder / "partners"),
        "KILN_OUR_SECRET": papers.OUR_SECRET,
        "KILN_THEIR_SECRET": papers.THEIR_SECRET,
    }
    clock = Clock()
    parts = open_parts(environment, clock)
    channels = [one for page in parts.partners.all for one in page.channels]
    turns = {one.name: LaneTurn(parts, one, owner="test") for one in channels}
    return House(parts=parts, clock=clock, suppliers={}, turns=turns)


def _two_of_each(n: int) -> dict[str, Any]:
    """An order of which one unit may be refused and one may leave, on either line."""
    body = order(number_of(n), TEXTS[n])
    for line in body["ship_groups"][0]["lines"]:
        line["quantity"] = 2
    return body | {"total": 4000}


def _told(peers: Peers, n: int) -> None:
    """Both answer one order, ship it and want to be paid; and Fjord sends what is no XML."""
    text = said_of(n)
    number = {part.partner: part.number for part in peers.house.order(number_of(n)).fulfillments}
    for mark, paper in (("r", papers.RESPONSE), ("s", papers.ADVICE), ("t", papers.INVOICE)):
        body = papers.filled(paper, text, number["fjord"])
        (peers.home / "out" / f"{n}{mark}.xml").write_text(body, encoding="utf-8")
    broken = f"<OrderResponse><Note>{text}</OrderResponse>"
    (peers.home / "out" / f"{file_named(text)}.xml").write_text(broken, encoding="utf-8")
    for mark, paper in (
        ("r", papers.CONFIRMATION),
        ("s", papers.SHIP_NOTICE),
        ("t", papers.INVOICE_DETAIL),
    ):
        body = papers.repeated(paper, [text], number["kiln"])
        payload = f"{text[:200]}{mark}"
        answer = peers.door(papers.enveloped(body, payload=payload, agent=text))
        assert answer.status_code == 200, answer.text


def _told_of_many(peers: Peers) -> None:
    """Of orders that nobody knows, and in words where codes and numbers belong."""
    many = papers.repeated(papers.ADVICE_OF_MANY, TEXTS)
    words = papers.repeated(papers.RESPONSE_IN_WORDS, TEXTS, "JUN-P-00-1")
    for name, body in (("many", many), ("words", words)):
        (peers.home / "out" / f"{name}.xml").write_text(body, encoding="utf-8")
    many = papers.repeated(papers.SHIP_NOTICE, TEXTS)
    words = papers.repeated(papers.CONFIRMATION_IN_WORDS, TEXTS, "JUN-P-00-2")
    for payload, body in (("many", many), ("words", words)):
        answer = peers.door(papers.enveloped(body, payload=payload, agent="Kiln"))
        assert answer.status_code == 200, answer.text
