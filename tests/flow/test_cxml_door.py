"""Kiln's road in cXML: orders posted to it, its papers posted to us, each answered in cXML."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

import httpx
import pytest
from fastapi import FastAPI
from lxml import etree

from hub.api import build as build_door
from hub.api import cxml_door
from hub.domain.exchange import Direction, DocumentState, TransmissionState
from hub.main import read_pages, read_settings
from hub.ops.desk.document import document
from hub.ops.desk.marked import contents, given, raw_of
from hub.store import DocumentRow
from tests.fakes import Supplier
from tests.rigs.houses import House, post, shopping
from tests.rigs.https import Asked, Endpoint, Says, endpoint
from tests.rigs.roads import open_house

SECRET = "kiln-and-hub-know"
DOOR = "/v1/cxml/kiln/answers"
NOON = "2026-11-20T12:00:00+00:00"
PAGE = """\
name: Kiln
kind: supplier
channels:
  - name: orders
    transport: http
    settings: {{url: "{url}/orders", allow_private: true, reply: document, content_type: text/xml}}
    format: xml
    profile:
      envelope: cxml
      cxml: {cxml}
    send: [OrderRequest]
    maps: {{OrderRequest: cxml/OrderRequest}}
  - name: answers
    transport: door
    format: xml
    profile:
      envelope: cxml
      cxml: {cxml}
    receive: [ConfirmationRequest, ShipNoticeRequest]
    maps:
      ConfirmationRequest: cxml/ConfirmationRequest
      ShipNoticeRequest: cxml/ShipNoticeRequest
  - name: open
    transport: door
    format: xml
    profile:
      envelope: cxml
      cxml: {unproved}
    receive: [InvoiceDetailRequest]
    maps: {{InvoiceDetailRequest: cxml/InvoiceDetailRequest}}
  - name: edi
    transport: door
    format: xml
    receive: [Invoice]
    maps: {{Invoice: cxml/InvoiceDetailRequest}}
calendar: {{zone: UTC, work_days: [mon, tue, wed, thu, fri, sat, sun]}}
products: [vendor, sku]
"""
SIDES = (
    "{{host: hub.example, ours: {{domain: NetworkId, identity: AN-HUB{secret}}}, "
    "theirs: {{domain: NetworkId, identity: AN-KILN{secret}}}}}"
)
ENVELOPE = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.063/Fulfill.dtd">
<cXML payloadID="{payload}" timestamp="{at}" xml:lang="en-US">
  <Header>
    <From><Credential domain="NetworkId"><Identity>{sender}</Identity></Credential></From>
    <To><Credential domain="NetworkId"><Identity>AN-HUB</Identity></Credential></To>
    <Sender><Credential domain="NetworkId"><Identity>{sender}</Identity>
      <SharedSecret>{secret}</SharedSecret></Credential><UserAgent>Kiln</UserAgent></Sender>
  </Header>
  <Request deploymentMode="{mode}">{paper}</Request>
</cXML>
"""
ACCEPTED = """\
<ConfirmationRequest>
  <ConfirmationHeader operation="new" type="accept" noticeDate="{at}"/>
  <OrderReference orderID="{order}"><DocumentReference payloadID="1@hub.example"/></OrderReference>
</ConfirmationRequest>"""
SHIPPED = """\
<ShipNoticeRequest>
  <ShipNoticeHeader shipmentID="K-1" noticeDate="{at}" shipmentDate="{at}"/>
  <ShipControl><CarrierIdentifier domain="SCAC">UPSN</CarrierIdentifier>
    <ShipmentIdentifier>1Z999AA10123456784</ShipmentIdentifier></ShipControl>
  <ShipNoticePortion>
    <OrderReference orderID="{order}">
      <DocumentReference payloadID="1@hub.example"/></OrderReference>
    <ShipNoticeItem quantity="2" lineNumber="1">
      <ItemID><SupplierPartID>kiln-SKU-1</SupplierPartID></ItemID><UnitOfMeasure>EA</UnitOfMeasure>
    </ShipNoticeItem>
  </ShipNoticePortion>
</ShipNoticeRequest>"""


@dataclass(slots=True, repr=False)
class Road:
    """The house, Kiln's own server, and the door that Kiln posts to."""

    house: House
    kiln: Endpoint
    app: FastAPI
    said: list[str] = field(default_factory=list)

    def post(self, body: str | bytes, *, path: str = DOOR) -> httpx.Response:
        """Post as Kiln's program does."""
        content = body.encode() if isinstance(body, str) else body

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://hub.test") as it:
                return await it.post(path, content=content, headers={"Content-Type": "text/xml"})

        return asyncio.run(ask())

    def turn(self, channel: str = "answers") -> None:
        """Let a lane take its turn."""
        self.house.turns[channel].take(poll=True)

    def papers(self, set_id: str | None = None) -> list[DocumentRow]:
        """What came and went, newest first."""
        with self.house.parts.store.read() as tx:
            return tx.exchange.documents_page(
                partner="kiln", set_id=set_id, state=None, limit=50, before=None
            )

    def kept(self) -> int:
        """How many deliveries wait to be read."""
        with self.house.parts.store.read() as tx:
            return len(
                tx.exchange.waiting(
                    partner="kiln",
                    channel="answers",
                    direction=Direction.IN,
                    state=TransmissionState.RECEIVED,
                    limit=100,
                )
            )


@pytest.fixture
def road(hub_database: str, tmp_path: Path) -> Iterator[Road]:
    (tmp_path / "partners").mkdir()
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    with endpoint(None) as kiln:
        kiln.plan = lambda number, asked: Says(
            body=_taken(number), headers={"content-type": "text/xml"}
        )
        named = SIDES.format(secret=f', secret: "file:{secret}"')
        page = PAGE.format(url=kiln.url, cxml=named, unproved=SIDES.format(secret=""))
        (tmp_path / "partners" / "kiln.yaml").write_text(page)
        seller = Supplier(home=tmp_path / "kiln", sender=("01", "1"), group_sender="K")
        house = open_house(tmp_path, {"kiln": seller}, database=hub_database)
        yield Road(house=house, kiln=kiln, app=build_door(house.parts))
        house.close()


def _taken(number: int) -> bytes:
    return (
        f'<cXML payloadID="r{number}@kiln.example" timestamp="{NOON}">'
        '<Response><Status code="200" text="OK"/></Response></cXML>'
    ).encode()


def _paper(
    paper: str,
    *,
    payload: str = "1@kiln.example",
    sender: str = "AN-KILN",
    secret: str = SECRET,
    mode: str = "production",
) -> str:
    return ENVELOPE.format(
        payload=payload, at=NOON, sender=sender, secret=secret, mode=mode, paper=paper
    )


def _accepted(order: str = "JUN-1001-1") -> str:
    return ACCEPTED.format(at=NOON, order=order)


def _status(answer: httpx.Response) -> str:
    assert answer.headers["content-type"].startswith("text/xml")
    root = etree.fromstring(answer.content, etree.XMLParser(load_dtd=False, no_network=True))
    assert root.get("payloadID")
    return str(root.find("Response/Status").get("code"))


def test_from_order_to_shipped_in_cxml(road: Road) -> None:
    post(road.house, shopping("1001", 2))
    road.turn("orders")
    road.turn("orders")
    (asked,) = road.kiln.asked
    sent = etree.fromstring(asked.body, etree.XMLParser(load_dtd=False, no_network=True))
    order = sent.find("Request/OrderRequest/OrderRequestHeader").get("orderID")
    assert sent.findtext("Header/Sender/Credential/SharedSecret") == SECRET
    (request,) = road.papers("OrderRequest")
    assert (request.delivered_at is not None, request.valid) == (True, True)

    answer = road.post(_paper(_accepted(order)))
    assert (answer.status_code, _status(answer)) == (200, "201")
    assert road.kept() == 1
    road.turn()
    assert road.house.word() == "Being prepared"

    notice = SHIPPED.format(at=NOON, order=order)
    assert _status(road.post(_paper(notice, payload="2@kiln.example"))) == "201"
    road.turn()
    assert road.house.word() == "Shipped"
    assert road.house.exceptions() == []


def test_the_same_payload_id_and_bytes_is_the_same_delivery(road: Road) -> None:
    post(road.house, shopping("1001", 2))
    road.turn("orders")
    first, second = road.post(_paper(_accepted())), road.post(_paper(_accepted()))
    assert _status(first) == _status(second) == "201"
    assert road.kept() == 1
    road.turn()
    assert _status(road.post(_paper(_accepted()))) == "201"
    assert road.kept() == 0
    (paper,) = road.papers("ConfirmationRequest")
    assert paper.state is DocumentState.APPLIED


def test_the_same_payload_id_with_other_bytes_is_kept_and_waits_for_a_person(road: Road) -> None:
    post(road.house, shopping("1001", 2))
    road.turn("orders")
    road.post(_paper(_accepted()))
    road.turn()
    assert _status(road.post(_paper(_accepted("JUN-9999-1")))) == "201"
    road.turn()
    states = [paper.state for paper in road.papers("ConfirmationRequest")]
    assert sorted(states) == [DocumentState.APPLIED, DocumentState.PARKED]
    assert len(road.house.exceptions()) == 1


STRANGE = [
    ("wrong secret", {"secret": "guess"}, DOOR),
    ("no secret", {"secret": ""}, DOOR),
    ("somebody else", {"sender": "AN-STRANGER"}, DOOR),
    ("no such partner", {}, "/v1/cxml/nobody/answers"),
    ("no such channel", {}, "/v1/cxml/kiln/nothing"),
    ("a channel that only sends", {}, "/v1/cxml/kiln/orders"),
    ("a channel without cXML", {}, "/v1/cxml/kiln/edi"),
    ("a page without a secret", {}, "/v1/cxml/kiln/open"),
]


def test_whoever_is_not_known_hears_the_same_and_leaves_nothing(road: Road) -> None:
    heard = set()
    for why, changed, path in STRANGE:
        answer = road.post(_paper(_accepted(), **changed), path=path)
        assert (answer.status_code, _status(answer)) == (401, "401"), why
        root = etree.fromstring(answer.content, etree.XMLParser(load_dtd=False))
        heard.add(root.findtext("Response/Status"))
    for body in (b"", b"no xml", b"<a/>", _paper(_accepted())[:-40].encode()):
        answer = road.post(body)
        assert answer.status_code in (400, 401)
        assert _status(answer) == str(answer.status_code)
        assert SECRET not in answer.text
    assert len(heard) == 1
    assert road.kept() == 0
    assert road.house.exceptions() == []


def test_a_known_sender_is_told_what_else_is_wrong(road: Road) -> None:
    answer = road.post(_paper(_accepted(), mode="test"))
    assert (answer.status_code, _status(answer)) == (400, "400")
    assert "production" in answer.text
    assert road.kept() == 0


def test_entities_and_documents_elsewhere_are_never_followed(road: Road, tmp_path: Path) -> None:
    (tmp_path / "hostname").write_text("AN-KILN")
    good = _paper(_accepted())
    system = 'SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.063/Fulfill.dtd"'
    for doctype in (
        f'[<!ENTITY x SYSTEM "file://{tmp_path}/hostname">]',
        f'SYSTEM "file://{tmp_path}/hostname"',
        f'{system} [<!ENTITY x "AN-KILN">]',
    ):
        evil = good.replace(system, doctype).replace("<Identity>AN-KILN", "<Identity>&x;")
        assert _status(road.post(evil)) == "401"
    assert road.kept() == 0


def test_a_post_without_end_is_stopped(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cxml_door, "LARGEST_PAPER", 10_000)
    answer = road.post(b"x" * 10_001)
    assert (answer.status_code, _status(answer)) == (413, "413")
    assert _status(road.post(_paper(_accepted()))) == "201"


def test_a_secret_that_cannot_be_had_asks_the_sender_to_come_again(
    road: Road, tmp_path: Path
) -> None:
    (tmp_path / "secret").unlink()
    answer = road.post(_paper(_accepted()))
    assert (answer.status_code, _status(answer)) == (503, "560")
    assert road.kept() == 0


def test_a_refusal_in_the_reply_to_our_post_is_told(road: Road) -> None:
    def refuses(number: int, asked: Asked) -> Says:
        status = '<Status code="406" text="Not Acceptable">no such account</Status>'
        return Says(body=_taken(number).replace(b'<Status code="200" text="OK"/>', status.encode()))

    road.kiln.plan = refuses
    post(road.house, shopping("1001", 2))
    road.turn("orders")
    road.turn("orders")
    (request,) = road.papers("OrderRequest")
    assert request.valid is False
    assert road.house.exceptions() != []
    paper = document(road.house.parts, request.id)
    assert "no such account" in paper.verdict
    (reply,) = [one for one in paper.related if one.id != request.id]
    told = document(road.house.parts, reply.id)
    assert {one.id for one in told.related} == {request.id, reply.id}


@pytest.mark.parametrize("code", ["500", "550", "560"])
def test_a_response_that_asks_to_come_again_is_no_yes_and_the_same_bytes_come_again(
    road: Road, code: str
) -> None:
    def busy(number: int, asked: Asked) -> Says:
        status = f'<Status code="{code}" text="Maya is away">12 Elm Street</Status>'.encode()
        good = b'<Status code="200" text="OK"/>'
        return Says(body=_taken(number).replace(good, status if number < 4 else good))

    road.kiln.plan = busy
    post(road.house, shopping("1001", 2))
    for _ in range(4):
        road.turn("orders")
        road.house.clock.on(minutes=11)
    (request,) = road.papers("OrderRequest")
    assert (request.delivered_at, request.valid) == (None, None)
    with road.house.parts.store.read() as tx:
        (card,) = tx.exceptions.page(open_only=True, limit=9)
    assert card.kind == "wire"
    assert f"status {code}" in card.text
    assert "Elm" not in f"{card.text} {card.next_step}"
    road.turn("orders")
    road.turn("orders")
    (request,) = road.papers("OrderRequest")
    assert (request.delivered_at is not None, request.valid) == (True, True)
    assert len({asked.body for asked in road.kiln.asked}) == 1
    assert len(road.kiln.asked) == 5
    assert road.house.exceptions() == []


def _posted_slowly(road: Road, *paths: str) -> list[int]:
    """Post to all paths at once from one address, each body ending when all have begun."""
    body = _paper(_accepted()).encode()

    async def crowd() -> list[int]:
        go = asyncio.Event()

        async def slow() -> AsyncIterator[bytes]:
            yield body[:50]
            await go.wait()
            yield body[50:]

        transport = httpx.ASGITransport(app=road.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://hub.test") as it:
            posts = [
                asyncio.create_task(
                    it.post(path, content=slow(), headers={"Content-Type": "text/xml"})
                )
                for path in paths
            ]
            for _ in range(50):
                await asyncio.sleep(0.005)
                if sum(one.done() for one in posts):
                    break
            go.set()
            return [(await one).status_code for one in posts]

    return asyncio.run(crowd())


def test_senders_behind_one_address_do_not_take_one_anothers_places(road: Road) -> None:
    nowhere, elsewhere = "/v1/cxml/nobody/answers", "/v1/cxml/kiln/open"
    most = cxml_door.MOST_AT_ONCE
    codes = _posted_slowly(road, *[nowhere] * most, *[elsewhere] * most, *[DOOR] * most, DOOR)
    assert codes == [401] * most + [401] * most + [200] * most + [503]
    codes = _posted_slowly(road, *[nowhere] * most, "/v1/cxml/kiln/nothing", DOOR)
    assert codes == [401] * most + [503, 200]


def test_a_body_at_a_path_that_leads_nowhere_is_heard_and_not_kept(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cxml_door, "LARGEST_PAPER", 10_000)
    spooled = []
    real = cxml_door.spool

    @contextmanager
    def spool() -> Iterator[BinaryIO]:
        with real() as stream:
            yield stream
            spooled.append(stream.tell())

    monkeypatch.setattr(cxml_door, "spool", spool)
    for path in ("/v1/cxml/nobody/answers", "/v1/cxml/kiln/edi"):
        assert road.post(b"x" * 9_000, path=path).status_code == 401
        assert road.post(b"x" * 11_000, path=path).status_code == 413
    assert spooled == [0, 0, 0, 0]


@pytest.mark.parametrize(("partner", "channel"), [("kiln", "replies"), ("oven", "answers")])
def test_a_secret_stays_hidden_when_partner_or_channel_has_another_name(
    road: Road, tmp_path: Path, partner: str, channel: str
) -> None:
    assert road.post(_paper("<Nonsense/>")).status_code == 200
    assert road.post(_paper(_accepted())).status_code == 200
    road.turn()
    ids = {one.id for one in road.papers()} | {one.transmission_id for one in road.papers()}
    page = tmp_path / "partners" / "kiln.yaml"
    written = page.read_text()
    assert "name: answers" in written
    page.unlink()
    page.with_stem(partner).write_text(written.replace("name: answers", f"name: {channel}"))
    settings = {"HUB_DATA_DIR": str(tmp_path), "HUB_PARTNER_CONFIGS": str(page.parent)}
    now = read_pages(read_settings(settings)).partners
    parts = replace(road.house.parts, partners=now)
    for one in ids:
        whole = b"".join(given(parts, one)[1])
        found = contents(parts, one)
        assert found is not None
        for shown in (whole, found.raw, raw_of(found.length, found).text.encode()):
            assert SECRET.encode() not in shown and b"<SharedSecret>*" in shown
