"""The languages of simulated partners: what they say can be read, adds up, and is said by name."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from hub.lab.asked import AskedChange, AskedLine, AskedOrder
from hub.lab.cxml_voice import CxmlVoice, responded, status_of
from hub.lab.depot_voice import DepotVoice
from hub.lab.firms import ACME, DEPOT, RETAILER
from hub.lab.nordic_voice import NordicVoice
from hub.lab.rest_voice import RestVoice
from hub.lab.second_reader import read_again
from hub.lab.terms import FIRST, Terms, answer, departure
from hub.lab.ubl_voice import UblVoice
from hub.lab.voice import Bill, Count, Kind, Shelved, Voice
from hub.lab.x12 import Paper, read, write
from hub.lab.xml_words import every, said
from tests.house import ROOT

AT = datetime(2026, 3, 2, 9, 5, tzinfo=UTC)
WORD = st.text("ABCDEFG <&>'\"é0123456789-", min_size=1, max_size=12).map(str.strip).filter(bool)
XSD = etree.XMLSchema(etree.parse(ROOT / "mappings" / "nordic" / "trade.xsd"))
VOICES: dict[str, Voice] = {
    "nordic": NordicVoice(),
    "ubl": UblVoice("Fjord & Sons"),
    "cxml": CxmlVoice("AN-KILN", customer="AN-JUNIPER", secret="not-a-secret", host="k.example"),
    "rest": RestVoice(),
}


def lines(scheme: str) -> st.SearchStrategy[tuple[AskedLine, ...]]:
    line = st.builds(
        AskedLine,
        number=st.integers(1, 99).map(str),
        quantity=st.integers(1, 40),
        unit=st.just("EA"),
        cost=st.decimals("0.01", "999.99", places=2).map(str),
        products=WORD.map(lambda word: (scheme, word)),
        sku=WORD,
    )
    return st.lists(line, min_size=1, max_size=4, unique_by=lambda one: one.number).map(tuple)


def orders(scheme: str) -> st.SearchStrategy[AskedOrder]:
    return st.builds(
        AskedOrder,
        number=st.just("JUN-J-1-1"),
        day=st.just("2026-03-02"),
        lines=lines(scheme),
        words=st.fixed_dictionaries({"buyer": WORD, "to": WORD, "payload": WORD}),
    )


def papers(voice: Voice, order: AskedOrder, terms: Terms) -> dict[Kind, str]:
    answers = [answer(line, terms) for line in order.lines]
    leaving = departure(order.number, FIRST, answers, {}, terms)
    assert leaving is not None
    bill = Bill(departure=leaving, dearer=frozenset(), wrong=False)
    bodies = {
        Kind.RESPONSE: voice.response(order, answers, name="A-1", at=AT),
        Kind.NOTICE: voice.notice(order, leaving, place="Ayr", at=AT),
        Kind.INVOICE: voice.invoice(order, bill, at=AT),
    }
    return {
        kind: voice.enveloped(kind, body, number=7, at=AT) for kind, body in bodies.items() if body
    }


@given(order=orders("nordic"))
def test_nordics_papers_are_valid_by_its_schema(order: AskedOrder) -> None:
    for text in papers(VOICES["nordic"], order, Terms()).values():
        XSD.assertValid(etree.fromstring(text.encode()))


@given(order=orders("vendor"))
def test_ubl_papers_can_be_read_and_their_totals_add_up(order: AskedOrder) -> None:
    told = papers(VOICES["ubl"], order, Terms(most_at_once=99))
    bill = etree.fromstring(told[Kind.INVOICE].encode())
    wanted = sum(Decimal(line.cost) * line.quantity for line in order.lines)
    assert Decimal(said(bill, "LegalMonetaryTotal/PayableAmount")) == wanted
    notice = etree.fromstring(told[Kind.NOTICE].encode())
    units = every(notice, "Shipment/TransportHandlingUnit/HandlingUnitDespatchLine")
    assert sum(int(said(one, "DeliveredQuantity")) for one in units) == sum(
        line.quantity for line in order.lines
    )


@given(order=orders("vendor"))
def test_cxml_papers_say_who_sends_them_and_answer_every_unit(order: AskedOrder) -> None:
    told = papers(VOICES["cxml"], order, Terms())
    for kind, text in told.items():
        root = etree.fromstring(text.encode())
        assert said(root, "Header/Sender/Credential/SharedSecret") == "not-a-secret"
        assert root.find(f"Request/{VOICES['cxml'].named(kind)}") is not None
    root = etree.fromstring(told[Kind.RESPONSE].encode())
    for line, found in zip(order.lines, root.iter("ConfirmationItem"), strict=True):
        parts = [int(str(one.get("quantity"))) for one in found.iter("ConfirmationStatus")]
        assert sum(parts) == line.quantity == int(str(found.get("quantity")))


@given(order=orders("vendor"))
def test_mills_papers_name_their_path_and_answer_every_unit(order: AskedOrder) -> None:
    told = {kind: json.loads(text) for kind, text in papers(VOICES["rest"], order, Terms()).items()}
    assert told[Kind.RESPONSE]["path"] == "/v1/partner/orders/JUN-J-1-1/responses"
    for line, found in zip(order.lines, told[Kind.RESPONSE]["body"]["lines"], strict=True):
        assert sum(one["quantity"] for one in found["actions"]) == line.quantity
    bill = told[Kind.INVOICE]["body"]
    assert bill["total"] == sum(row["quantity"] * row["price"] for row in bill["lines"])


@given(order=orders("VN"), short=st.integers(0, 3))
def test_depots_advice_tells_of_every_line_and_what_is_missing(
    order: AskedOrder, short: int
) -> None:
    plain = AskedOrder(
        number=order.number,
        day=order.day,
        lines=tuple(
            AskedLine(
                number=one.number,
                quantity=one.quantity + 3,
                unit="EA",
                cost="0",
                products=("VN", f"V{n}"),
                sku=f"S{n}",
            )
            for n, one in enumerate(order.lines)
        ),
    )
    voice = DepotVoice(DEPOT.company, RETAILER)
    told = papers(voice, plain, Terms(most_at_once=99, short={"*": short}))
    assert set(told) == {Kind.NOTICE}
    (paper,) = read_again(told[Kind.NOTICE]).groups[0].papers
    rows = [row for row in paper.segments if row[0] == "W12"]
    asked, shipped = sum(int(row[2]) for row in rows), sum(int(row[3]) for row in rows)
    assert asked == sum(line.quantity for line in plain.lines)
    assert asked - shipped == short * len(plain.lines)


@pytest.mark.parametrize("name", ["nordic", "ubl", "cxml", "rest"])
def test_a_paper_can_be_spoiled_in_both_ways(name: str) -> None:
    order = AskedOrder(
        number="JUN-J-1-1",
        day="2026-03-02",
        lines=(AskedLine(number="1", quantity=4, unit="EA", cost="2", products=(), sku="S"),),
        words={"buyer": "Juniper", "to": "Maya", "payload": "1@hub"},
    )
    voice = VOICES[name]
    good = papers(voice, order, Terms())[Kind.NOTICE]
    assert "SOME" in voice.misprinted(Kind.NOTICE, good).upper()
    assert voice.miscounted(Kind.NOTICE, good).count("-") == good.count("-") + 1


def test_an_x12_message_with_a_wrong_count_is_not_read_by_the_second_reader() -> None:
    text = write(
        [Paper(set_id="850", number="0001", segments=(("BEG", "00"),))],
        function="PO",
        sender=RETAILER,
        receiver=ACME.company,
        number=7,
        at=AT,
    )
    assert read_again(text) == read(text)
    with pytest.raises(ValueError, match="SE count"):
        read_again(text.replace("SE*3", "SE*4"))


def test_a_whole_order_that_is_taken_back_names_no_line() -> None:
    text = (
        '<OrderCancellation xmlns="urn:oasis:names:specification:ubl:schema:xsd:'
        'OrderCancellation-2"><OrderReference><ID>JUN-1</ID></OrderReference></OrderCancellation>'
    )
    (change,) = VOICES["ubl"].read(text).changes
    assert change == AskedChange(order="JUN-1", whole=True, stands={})


def test_nordic_and_mill_count_their_shelves_by_their_own_numbers() -> None:
    shelf = Shelved(sku="S-1", unit="EA", products=("VN", "N-1", "UP", "614141000012"))
    count = Count(name="ST-1", articles=[shelf], shelf={"S-1": 4}, changes=False)
    root = etree.fromstring(VOICES["nordic"].count(count, at=AT).encode())
    XSD.assertValid(root)
    assert [(one.get("scheme"), one.text) for one in every(root, "Row/Article")] == [
        ("nordic", "N-1"),
        ("gtin", "614141000012"),
    ]
    (level,) = json.loads(VOICES["rest"].count(count, at=AT))["body"]["levels"]
    assert level == {"vendor": "N-1", "quantity": 4, "unit": "each"}


def test_a_post_is_answered_by_a_cxml_response() -> None:
    text = responded(status=200, text="OK", payload_id="1@k", at=AT)
    assert status_of(text) == 200
