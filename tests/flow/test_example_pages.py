"""The example pages, each over its own standard: an order goes out, its answers come in.

Only the wire is another, a folder; the partner speaks from texts that name no map of ours.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import yaml
from lxml import etree

from hub.domain.status import Word
from hub.domain.wishes import Fewer
from hub.main import read_pages, read_settings
from tests.rigs import changes
from tests.rigs.houses import House, post, shopping
from tests.rigs.roads import open_house

EXAMPLES = Path(__file__).parents[2] / "partner_configs" / "examples"
CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
NORDIC = "{urn:nordic-living:trade:2}"


@dataclass(slots=True)
class Road:
    """A house with one example's partner behind a folder."""

    house: House
    home: Path
    partner: str

    def turn(self) -> None:
        """Let every lane of the partner take its turn, twice: what came in may owe something."""
        for lane in [*self.house.turns.values()] * 2:
            lane.take(poll=True)
            self.house.clock.on(seconds=1)

    def sent(self) -> bytes:
        """The one file that lies with the partner."""
        (file,) = (self.home / "in").iterdir()
        return file.read_bytes()

    def say(self, name: str, text: str) -> None:
        """Let the partner put a file there."""
        (self.home / "out" / name).write_text(text, encoding="utf-8")
        self.turn()


def furnished(partner: str, folder: Path, database: str) -> Road:
    """Open a house with the example page of a partner, its channels moved to folders."""
    page = yaml.safe_load((EXAMPLES / f"{partner}.yaml").read_text(encoding="utf-8"))
    home = folder / partner
    for place in ("in", "out", "unused"):
        (home / place).mkdir(parents=True)
    for channel in page["channels"]:
        settings = {
            "inbox": str(home / ("out" if "receive" in channel else "unused")),
            "outbox": str(home / ("in" if "send" in channel else "unused")),
        }
        channel |= {"transport": "folder", "settings": settings, "poll": "1s"}
    page["calendar"] = {
        "zone": "UTC", "work_days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
    }  # fmt: skip
    (folder / "partners").mkdir()
    (folder / "partners" / f"{partner}.yaml").write_text(yaml.safe_dump(page), encoding="utf-8")
    secrets = {"KILN_OUR_SECRET": "ours is long", "KILN_THEIR_SECRET": "theirs is long"}
    road = open_house(folder, {partner: None}, database=database, more=secrets)
    return Road(house=road, home=home, partner=partner)


@pytest.fixture
def road(request: pytest.FixtureRequest, hub_database: str, tmp_path: Path) -> Iterator[Road]:
    """A road of the partner that the test names."""
    road = furnished(request.param, tmp_path, hub_database)
    post(road.house, shopping("1001", 2, 1))
    road.turn()
    yield road
    road.house.close()


def test_every_example_page_is_whole() -> None:
    chosen = read_settings({"HUB_PARTNER_CONFIGS": str(EXAMPLES), "HUB_DATA_DIR": "unused"})
    found = {partner.id for partner in read_pages(chosen).partners.all}
    assert found == {path.stem for path in EXAMPLES.glob("*.yaml")}
    assert found >= {"nordic", "fjord", "kiln", "mill", "weaver"}


@pytest.mark.parametrize("road", ["nordic"], indirect=True)
def test_a_house_standard_of_its_own(road: Road) -> None:
    order = etree.fromstring(road.sent())
    number = order.findtext(f".//{NORDIC}Number")
    assert order.tag == f"{NORDIC}Order"
    assert [one.text for one in order.iter(f"{NORDIC}Quantity")] == ["2", "1"]
    assert order.findtext(f".//{NORDIC}Street")
    head = f'xmlns="urn:nordic-living:trade:2" purpose="original"><Number>{number}</Number>'
    road.say("a.xml", f"<OrderAnswer {head}<All>accepted</All></OrderAnswer>")
    assert road.house.word() == Word.BEING_PREPARED
    parcel = '<Line no="{}"><Quantity unit="EA">{}</Quantity></Line>'
    lines = parcel.format(1, 2) + parcel.format(2, 1)
    road.say(
        "d.xml",
        f'<Despatch xmlns="urn:nordic-living:trade:2" purpose="original"><Notice>D-1</Notice>'
        f"<Number>{number}</Number><ShippedAt>2026-11-20T16:00:00Z</ShippedAt>"
        "<Carrier>ups</Carrier><Parcel><Tracking>1Z0000000000000048</Tracking>"
        f"{lines}</Parcel></Despatch>",
    )
    assert road.house.word() == Word.SHIPPED
    assert road.house.exceptions() == []


def test_orders_that_leave_together_are_a_file_each_where_a_file_holds_one_paper(
    hub_database: str, tmp_path: Path
) -> None:
    road = furnished("nordic", tmp_path, hub_database)
    for number in ("1001", "1002", "1003"):
        post(road.house, shopping(number, 1))
    road.turn()
    files = sorted((road.home / "in").iterdir())
    assert [file.name for file in files] == [f"Order_00000000{n}.xml" for n in (1, 2, 3)]
    orders = [etree.parse(file).getroot() for file in files]
    assert [one.tag for one in orders] == [f"{NORDIC}Order"] * 3
    numbers = [one.findtext(f".//{NORDIC}Number") for one in orders]
    assert numbers == ["JUN-1001-1", "JUN-1002-1", "JUN-1003-1"], "in the order they were placed"
    with road.house.parts.store.read() as tx:
        rows = tx.exchange.documents_page(
            partner="nordic", set_id="Order", state=None, limit=9, before=None
        )
    assert len({row.transmission_id for row in rows}) == 3
    assert {row.offset for row in rows} == {0}
    road.house.close()


@pytest.mark.parametrize("road", ["nordic"], indirect=True)
def test_what_its_schema_forbids_is_told_all_at_once_and_not_used(road: Road) -> None:
    number = etree.fromstring(road.sent()).findtext(f".//{NORDIC}Number")
    road.say(
        "a.xml",
        '<OrderAnswer xmlns="urn:nordic-living:trade:2" purpose="maybe">\n'
        f"<Number>{number}</Number>\n<All>perhaps</All></OrderAnswer>",
    )
    with road.house.parts.store.read() as tx:
        (paper,) = tx.exchange.documents_page(
            partner="nordic", set_id="OrderAnswer", state=None, limit=5, before=None
        )
    assert paper.state == "rejected"
    assert len(paper.problems) >= 2
    assert road.house.word() == Word.CONFIRMED


@pytest.mark.parametrize("road", ["fjord"], indirect=True)
def test_ubl(road: Road) -> None:
    order = etree.fromstring(road.sent())
    number = order.findtext(f"{CBC}ID")
    quantities = [one.text for one in order.iter(f"{CBC}Quantity")]
    assert quantities == ["2", "1"]
    response = "urn:oasis:names:specification:ubl:schema:xsd:OrderResponse-2"
    road.say(
        "r.xml",
        f'<r:OrderResponse xmlns:r="{response}" xmlns:c="{CBC[1:-1]}" xmlns:a="{CAC[1:-1]}">'
        "<c:ID>7</c:ID><c:IssueDate>2026-11-20</c:IssueDate>"
        "<c:OrderResponseCode>AP</c:OrderResponseCode>"
        f"<a:OrderReference><c:ID>{number}</c:ID></a:OrderReference></r:OrderResponse>",
    )
    assert road.house.word() == Word.BEING_PREPARED
    line = (
        '<a:DespatchLine><c:ID>{0}</c:ID><c:DeliveredQuantity unitCode="EA">{1}'
        "</c:DeliveredQuantity><a:OrderLineReference><c:LineID>{0}</c:LineID>"
        "</a:OrderLineReference></a:DespatchLine>"
    )
    advice = "urn:oasis:names:specification:ubl:schema:xsd:DespatchAdvice-2"
    road.say(
        "d.xml",
        f'<d:DespatchAdvice xmlns:d="{advice}" xmlns:c="{CBC[1:-1]}" xmlns:a="{CAC[1:-1]}">'
        "<c:ID>D-9</c:ID><c:IssueDate>2026-11-20</c:IssueDate><c:IssueTime>16:00:00Z</c:IssueTime>"
        f"<a:OrderReference><c:ID>{number}</c:ID></a:OrderReference>"
        "<a:Shipment><c:ID>1</c:ID><a:TransportHandlingUnit><a:Package>"
        "<c:TraceID>JD000000000000000011</c:TraceID></a:Package></a:TransportHandlingUnit>"
        f"</a:Shipment>{line.format(1, 2)}{line.format(2, 1)}</d:DespatchAdvice>",
    )
    assert road.house.word() == Word.SHIPPED
    assert road.house.exceptions() == []


@pytest.mark.parametrize("road", ["fjord"], indirect=True)
def test_ubl_has_another_paper_for_fewer_units_than_for_none(road: Road) -> None:
    number = etree.fromstring(road.sent()).findtext(f"{CBC}ID")
    changes.cancel(road.house)
    road.turn()
    papers = [etree.fromstring(file.read_bytes()) for file in (road.home / "in").iterdir()]
    none = next(one for one in papers if one.tag.endswith("}OrderCancellation"))
    assert len(papers) == 2
    assert none.findtext(f"{CAC}OrderReference/{CBC}ID") == number
    assert none.findtext(f"{CBC}CancellationNote")
    assert road.house.exceptions() == []


@pytest.mark.parametrize("road", ["fjord"], indirect=True)
def test_ubl_cancels_by_lines_while_fewer_units_are_asked_for(road: Road) -> None:
    road.sent()
    changes.cancel(road.house, Fewer(line="1", quantity=1))
    road.turn()
    changes.cancel(road.house)
    road.turn()
    papers = [etree.fromstring(file.read_bytes()) for file in (road.home / "in").iterdir()]
    asked = [one for one in papers if one.tag.endswith("}OrderChange")]
    left = [[row.text for row in one.iter(f"{CBC}Quantity")] for one in asked]
    assert sorted(left) == [["0", "0"], ["1"]], "a yes to the second alone leaves a unit"
    assert len(papers) == 3
    assert road.house.exceptions() == []


@pytest.mark.parametrize("road", ["fjord"], indirect=True)
def test_a_no_that_may_be_to_the_order_or_to_its_cancellation_is_taken_for_neither(
    road: Road,
) -> None:
    number = etree.fromstring(road.sent()).findtext(f"{CBC}ID")
    changes.cancel(road.house)
    road.turn()
    response = "urn:oasis:names:specification:ubl:schema:xsd:OrderResponse-2"
    road.say(
        "r.xml",
        f'<r:OrderResponse xmlns:r="{response}" xmlns:c="{CBC[1:-1]}" xmlns:a="{CAC[1:-1]}">'
        "<c:ID>7</c:ID><c:IssueDate>2026-11-20</c:IssueDate>"
        "<c:OrderResponseCode>RE</c:OrderResponseCode>"
        f"<a:OrderReference><c:ID>{number}</c:ID></a:OrderReference></r:OrderResponse>",
    )
    assert road.house.word() == Word.CONFIRMED
    assert [line.buckets.open for line in road.house.order().lines] == [2, 1]
    assert road.house.exceptions() == ["refused"]


def cxml(body: str, payload: str, secret: str = "theirs is long") -> str:
    """An envelope as Kiln writes it."""
    credential = '<Credential domain="NetworkId"><Identity>{}</Identity>{}</Credential>'
    shown = credential.format("AN-KILN", f"<SharedSecret>{secret}</SharedSecret>")
    return (
        '<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.063/Fulfill.dtd">'
        f'<cXML payloadID="{payload}" timestamp="2026-11-20T16:00:00+00:00"><Header>'
        f"<From>{credential.format('AN-KILN', '')}</From>"
        f"<To>{credential.format('AN-JUNIPER', '')}</To>"
        f"<Sender>{shown}<UserAgent>Kiln</UserAgent></Sender></Header>"
        f"<Request>{body}</Request></cXML>"
    )


@pytest.mark.parametrize("road", ["kiln"], indirect=True)
def test_cxml(road: Road) -> None:
    order = etree.fromstring(road.sent())
    number = order.find(".//OrderRequestHeader").get("orderID")
    assert order.findtext(".//Sender//SharedSecret") == "ours is long"
    assert [one.get("quantity") for one in order.iter("ItemOut")] == ["2", "1"]
    reference = (
        f'<OrderReference orderID="{number}"><DocumentReference payloadID="x@y"/></OrderReference>'
    )
    confirmed = (
        '<ConfirmationRequest><ConfirmationHeader type="accept" operation="new" '
        f'noticeDate="2026-11-20T16:00:00+00:00"/>{reference}</ConfirmationRequest>'
    )
    road.say("c.xml", cxml(confirmed, "1@kiln.example"))
    assert road.house.word() == Word.BEING_PREPARED
    items = "".join(
        f'<ShipNoticeItem quantity="{units}" lineNumber="{number}">'
        "<UnitOfMeasure>EA</UnitOfMeasure></ShipNoticeItem>"
        for number, units in ((1, 2), (2, 1))
    )
    shipped = (
        '<ShipNoticeRequest><ShipNoticeHeader shipmentID="S-1" '
        'noticeDate="2026-11-20T16:00:00+00:00"/><ShipControl>'
        '<CarrierIdentifier domain="SCAC">UPSN</CarrierIdentifier>'
        "<ShipmentIdentifier>1Z0000000000000066</ShipmentIdentifier></ShipControl>"
        f"<ShipNoticePortion>{reference}{items}</ShipNoticePortion></ShipNoticeRequest>"
    )
    road.say("s.xml", cxml(shipped, "2@kiln.example"))
    assert road.house.word() == Word.SHIPPED
    assert road.house.exceptions() == []


@pytest.mark.parametrize("road", ["kiln"], indirect=True)
def test_a_paper_with_another_secret_is_not_used(road: Road) -> None:
    number = etree.fromstring(road.sent()).find(".//OrderRequestHeader").get("orderID")
    refused = (
        '<ConfirmationRequest><ConfirmationHeader type="reject" operation="new" '
        f'noticeDate="2026-11-20T16:00:00+00:00"/><OrderReference orderID="{number}">'
        '<DocumentReference payloadID="x@y"/></OrderReference></ConfirmationRequest>'
    )
    road.say("c.xml", cxml(refused, "1@kiln.example", secret="a guess"))
    assert road.house.word() == Word.CONFIRMED
    assert road.house.exceptions() == ["envelope"]


@pytest.mark.parametrize("road", ["weaver"], indirect=True)
def test_json(road: Road) -> None:
    order = json.loads(road.sent())
    assert [line["quantity"] for line in order["lines"]] == [2, 1]
    told = {"purpose": "original", "number": order["number"]}
    answer = {"type": "order_response", **told, "answer": "accepted"}
    road.say("a.json", json.dumps(answer))
    assert road.house.word() == Word.BEING_PREPARED
    lines = [{"number": "1", "quantity": 2}, {"number": "2", "quantity": 1}]
    notice = {
        "type": "shipment", **told, "notice": "W-1", "carrier": "ups",
        "shipped_at": f"{date(2026, 11, 20)}T16:00:00Z",
        "parcels": [{"tracking": "1Z0000000000000075", "lines": lines}],
    }  # fmt: skip
    road.say("s.json", json.dumps(notice))
    assert road.house.word() == Word.SHIPPED
    assert road.house.exceptions() == []
