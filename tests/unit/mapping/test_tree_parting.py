"""Papers of several orders: each order gets its own, and what cannot be told apart is an error."""

from typing import cast

from hub.domain.exchange import Severity
from hub.domain.messages import Invoice, OrderResponse, ShipNotice
from hub.mapping import Reading
from tests.unit.mapping import library
from tests.unit.mapping.trees import mistakes, page, tree

UBL = "urn:oasis:names:specification:ubl:schema:xsd"
AGREED = f'xmlns:a="{UBL}:CommonAggregateComponents-2" xmlns:b="{UBL}:CommonBasicComponents-2"'
HEAD = "<b:ID>D-1</b:ID><b:IssueDate>2026-03-09</b:IssueDate>"


def ubl(kind: str, inside: str) -> Reading:
    paper = f'<{kind} xmlns="{UBL}:{kind}-2" {AGREED}>{HEAD}{inside}</{kind}>'
    return library().page(f"ubl/{kind}").read(tree(paper))


def order(number: str) -> str:
    return f"<a:OrderReference><b:ID>{number}</b:ID></a:OrderReference>"


def line(number: str, units: int, *orders: str, tag: str = "DespatchLine") -> str:
    references = "".join(
        f"<a:OrderLineReference><b:LineID>{number}</b:LineID>{order(one) if one else ''}"
        "</a:OrderLineReference>"
        for one in orders or ("",)
    )
    return (
        f"<a:{tag}><b:ID>1</b:ID><b:DeliveredQuantity>{units}</b:DeliveredQuantity>{references}"
        f"<a:Item><b:Name>thing</b:Name></a:Item></a:{tag}>"
    )


def unit(tracking: str, *lines: str) -> str:
    traced = f"<a:Package><b:TraceID>{tracking}</b:TraceID></a:Package>"
    return f"<a:TransportHandlingUnit>{''.join(lines)}{traced}</a:TransportHandlingUnit>"


def inside(number: str, units: int, *orders: str) -> str:
    return line(number, units, *orders, tag="HandlingUnitDespatchLine")


def shipment(*units: str) -> str:
    return f"<a:Shipment><b:ID>1</b:ID>{''.join(units)}</a:Shipment>"


def notices(reading: Reading) -> dict[str, ShipNotice]:
    found = [cast("ShipNotice", message) for message in reading.messages]
    assert len({one.number for one in found}) == len(found)
    return {one.number: one for one in found}


def loose(reading: Reading) -> dict[str, list[tuple[str, int]]]:
    return {
        number: [(one.number, one.quantity) for one in notice.loose]
        for number, notice in notices(reading).items()
    }


def parcels(reading: Reading) -> dict[str, list[str]]:
    return {
        number: [parcel.tracking for parcel in notice.parcels]
        for number, notice in notices(reading).items()
    }


def whose(reading: Reading) -> list[tuple[str, str]]:
    """Return what nobody can tell apart: where it stands and what it says."""
    return [
        (problem.where.path, problem.where.value)
        for problem in reading.problems
        if problem.code == "map-whose" and problem.severity is Severity.ERROR
    ]


# --- UBL ---------------------------------------------------------------------------------------


def test_each_order_of_a_despatch_advice_gets_its_own_lines() -> None:
    lines = line("1", 2, "A") + line("1", 3, "B") + line("2", 1, "A")
    reading = ubl("DespatchAdvice", lines)
    assert loose(reading) == {"A": [("1", 2), ("2", 1)], "B": [("1", 3)]}
    assert whose(reading) == []


def test_a_line_without_an_order_is_of_the_one_in_the_head() -> None:
    reading = ubl("DespatchAdvice", order("A") + line("1", 2) + line("1", 3, "B"))
    assert loose(reading) == {"A": [("1", 2)], "B": [("1", 3)]}
    assert whose(reading) == []


def test_a_line_of_one_of_several_orders_in_the_head_is_an_error_where_it_stands() -> None:
    reading = ubl("DespatchAdvice", order("A") + order("B") + line("1", 2, "A") + line("1", 3))
    assert loose(reading) == {"A": [("1", 2)]}
    assert [path for path, _ in whose(reading)] == ["/DespatchAdvice/cac:DespatchLine[2]"]
    text = next(one.text for one in reading.problems if one.code == "map-whose")
    assert "the paper is of A and B and this does not say of which" in text


def test_a_paper_of_several_orders_whose_lines_say_nothing_books_nothing() -> None:
    reading = ubl("DespatchAdvice", order("A") + order("B") + line("1", 2))
    assert reading.messages == ()
    assert len(whose(reading)) == 1


def test_a_line_without_an_order_among_others_that_name_theirs_is_an_error() -> None:
    reading = ubl("DespatchAdvice", line("1", 2, "A") + line("1", 3))
    assert loose(reading) == {"A": [("1", 2)]}
    assert len(whose(reading)) == 1


def test_a_line_of_two_orders_at_once_is_an_error() -> None:
    reading = ubl("DespatchAdvice", line("1", 2, "A", "B") + line("1", 1, "A"))
    assert loose(reading) == {"A": [("1", 1)]}
    assert [path for path, _ in whose(reading)] == ["/DespatchAdvice/cac:DespatchLine[1]"]


def test_an_order_in_the_head_that_no_line_is_of_is_told_about() -> None:
    reading = ubl("DespatchAdvice", order("A") + order("B") + line("1", 2, "B"))
    assert loose(reading) == {"B": [("1", 2)]}
    assert whose(reading) == [("/DespatchAdvice/cac:OrderReference[1]", "A")]


def test_a_handling_unit_goes_with_the_lines_in_it() -> None:
    units = shipment(
        unit("T-A", inside("1", 2, "A")),
        unit("T-B", inside("1", 3, "B")),
        unit("T-AB", inside("2", 1, "A"), inside("2", 4, "B")),
    )
    lines = line("1", 2, "A") + line("1", 3, "B") + line("2", 1, "A") + line("2", 4, "B")
    reading = ubl("DespatchAdvice", units + lines)
    assert parcels(reading) == {"A": ["T-A", "T-AB"], "B": ["T-B", "T-AB"]}
    both = [notices(reading)[number].parcels[1].lines for number in "AB"]
    assert [[(one.number, one.quantity) for one in lines] for lines in both] == [
        [("2", 1)],
        [("2", 4)],
    ]
    assert whose(reading) == []


def test_a_handling_unit_of_nobody_is_shown_to_nobody_and_its_number_is_told() -> None:
    units = shipment(unit("T-A", inside("1", 2, "A")), unit("T-1"), unit("T-2"))
    reading = ubl("DespatchAdvice", units + line("1", 2, "A") + line("1", 3, "B"))
    assert parcels(reading) == {"A": ["T-A"], "B": []}
    assert [value for _, value in whose(reading)] == ["T-1", "T-2"]


def test_the_only_handling_unit_has_what_left_for_all_orders() -> None:
    reading = ubl("DespatchAdvice", shipment(unit("T-1")) + line("1", 2, "A") + line("1", 3, "B"))
    assert parcels(reading) == {"A": ["T-1"], "B": ["T-1"]}
    assert whose(reading) == []


def answer(number: str, *orders: str) -> str:
    item = "<a:LineItem><b:ID>1</b:ID><b:LineStatusCode>5</b:LineStatusCode></a:LineItem>"
    references = "".join(
        f"<a:OrderLineReference><b:LineID>{number}</b:LineID>{order(one)}</a:OrderLineReference>"
        for one in orders
    )
    return f"<a:OrderLine>{item}{references}</a:OrderLine>"


def test_an_order_response_answers_each_order_with_its_own_lines() -> None:
    reading = ubl("OrderResponse", order("A") + order("B") + answer("1", "A") + answer("7", "B"))
    found = {one.number: one for one in cast("tuple[OrderResponse, ...]", reading.messages)}
    assert {name: [row.number for row in one.lines] for name, one in found.items()} == {
        "A": ["1"],
        "B": ["7"],
    }
    assert whose(reading) == []


def test_an_order_response_without_lines_answers_all_orders_it_names() -> None:
    code = "<b:OrderResponseCode>AP</b:OrderResponseCode>"
    reading = ubl("OrderResponse", code + order("A") + order("B"))
    found = cast("tuple[OrderResponse, ...]", reading.messages)
    assert [(one.number, str(one.whole)) for one in found] == [("A", "accepted"), ("B", "accepted")]


def invoice(*orders: str, head: str = "") -> Reading:
    lines = "".join(
        "<a:InvoiceLine><b:ID>1</b:ID><b:InvoicedQuantity>1</b:InvoicedQuantity>"
        '<b:LineExtensionAmount currencyID="USD">5.00</b:LineExtensionAmount>'
        f"<a:OrderLineReference><b:LineID>1</b:LineID>{order(one)}</a:OrderLineReference>"
        "<a:Item><b:Name>thing</b:Name></a:Item>"
        '<a:Price><b:PriceAmount currencyID="USD">5.00</b:PriceAmount></a:Price></a:InvoiceLine>'
        for one in orders
    )
    total = (
        '<a:LegalMonetaryTotal><b:PayableAmount currencyID="USD">5.00</b:PayableAmount>'
        "</a:LegalMonetaryTotal>"
    )
    return ubl("Invoice", (order(head) if head else "") + total + lines)


def test_an_invoice_of_several_orders_is_charged_to_none() -> None:
    for reading in (invoice("A", "B", head="A"), invoice("A", "B")):
        assert reading.messages == ()
        (problem,) = [one for one in reading.problems if one.severity is Severity.ERROR]
        assert problem.code == "map-other-value"
        assert problem.where.path.startswith("/Invoice/cac:InvoiceLine[2]/cac:OrderLineReference")


def test_an_invoice_may_name_its_order_in_the_lines_alone() -> None:
    (message,) = invoice("A", "A").messages
    assert cast("Invoice", message).number == "A"


# --- cXML --------------------------------------------------------------------------------------


def portion(number: str, units: int) -> str:
    return (
        f'<ShipNoticePortion><OrderReference orderID="{number}"/>'
        f'<ShipNoticeItem quantity="{units}" lineNumber="1"><UnitOfMeasure>EA</UnitOfMeasure>'
        "</ShipNoticeItem></ShipNoticePortion>"
    )


def control(*identifiers: str, carrier: str = "UPSN") -> str:
    told = "".join(
        f'<ShipmentIdentifier domain="billOfLading">{one}</ShipmentIdentifier>'
        if one.startswith("BOL")
        else f"<ShipmentIdentifier>{one}</ShipmentIdentifier>"
        for one in identifiers
    )
    named = f'<CarrierIdentifier domain="SCAC">{carrier}</CarrierIdentifier>'
    return f"<ShipControl>{named}{told}</ShipControl>"


def cxml(inside: str) -> Reading:
    header = '<ShipNoticeHeader shipmentID="S-1" noticeDate="2026-03-09T12:00:00+00:00"/>'
    paper = f"<ShipNoticeRequest>{header}{inside}</ShipNoticeRequest>"
    return library().page("cxml/ShipNoticeRequest").read(tree(paper))


def test_every_number_of_a_ship_control_is_a_parcel_and_a_bill_of_lading_none() -> None:
    reading = cxml(control("T-1", "BOL-1", "T-2") + portion("A", 2))
    assert parcels(reading) == {"A": ["T-1", "T-2"]}
    assert notices(reading)["A"].carrier == "ups"
    assert reading.problems == ()


def test_each_order_of_a_cxml_notice_gets_its_own_lines_and_the_only_parcel() -> None:
    reading = cxml(control("T-1", "BOL-1") + portion("A", 2) + portion("B", 3))
    assert loose(reading) == {"A": [("1", 2)], "B": [("1", 3)]}
    assert parcels(reading) == {"A": ["T-1"], "B": ["T-1"]}
    assert whose(reading) == []


def test_parcels_of_several_orders_are_shown_to_none_and_all_are_told() -> None:
    controls = control("T-1", "T-2") + control("T-3", carrier="FDEG")
    reading = cxml(controls + portion("A", 2) + portion("B", 3))
    assert loose(reading) == {"A": [("1", 2)], "B": [("1", 3)]}
    assert parcels(reading) == {"A": [], "B": []}
    assert [notice.carrier for notice in notices(reading).values()] == ["", ""]
    assert [value for _, value in whose(reading)] == ["T-1", "T-2", "T-3"]
    assert whose(reading)[2][0] == "/ShipNoticeRequest/ShipControl[2]/ShipmentIdentifier"


def test_portions_of_one_order_are_one_notice_with_all_its_parcels() -> None:
    reading = cxml(control("T-1") + control("T-2") + portion("A", 2) + portion("A", 3))
    assert loose(reading) == {"A": [("1", 2), ("1", 3)]}
    assert parcels(reading) == {"A": ["T-1", "T-2"]}
    assert whose(reading) == []


def billed(*orders: str) -> Reading:
    told = "".join(
        "<InvoiceDetailOrder><InvoiceDetailOrderInfo>"
        f'<OrderReference orderID="{one}"/></InvoiceDetailOrderInfo>'
        '<InvoiceDetailItem quantity="1"><UnitOfMeasure>EA</UnitOfMeasure>'
        '<UnitPrice><Money currency="USD">5.00</Money></UnitPrice>'
        '<InvoiceDetailItemReference lineNumber="1"/></InvoiceDetailItem></InvoiceDetailOrder>'
        for one in orders
    )
    head = (
        '<InvoiceDetailRequestHeader invoiceID="I" purpose="standard" '
        'invoiceDate="2026-03-09T12:00:00+00:00"/>'
    )
    net = '<NetAmount><Money currency="USD">5.00</Money></NetAmount>'
    paper = (
        f"<InvoiceDetailRequest>{head}{told}"
        f"<InvoiceDetailSummary>{net}</InvoiceDetailSummary></InvoiceDetailRequest>"
    )
    return library().page("cxml/InvoiceDetailRequest").read(tree(paper))


def test_a_cxml_invoice_of_several_orders_is_charged_to_none() -> None:
    reading = billed("A", "B")
    assert reading.messages == ()
    assert [one.code for one in reading.problems if one.severity is Severity.ERROR] == [
        "map-other-value"
    ]
    (message,) = billed("A", "A").messages
    assert [row.number for row in cast("Invoice", message).lines] == ["1", "1"]


# --- the words of a page -----------------------------------------------------------------------


def test_each_by_says_what_is_wrong_with_its_paths() -> None:
    rows = "- let purpose: original\n- Notice: notice\n- each order by {}:\n  - No: number\n"
    told = mistakes(rows.format("Line/No else Head/No + Foot/No"), message="ShipNotice")
    assert any("is no row of a page" in one for one in told)
    told = mistakes(rows.format("Line/No dealing ../Box"), message="ShipNotice")
    assert any("is no element below" in one for one in told)


def test_a_test_may_say_what_must_not_stand_there() -> None:
    one = page("- let purpose: original\n- No[@kind!=ours]: number\n- Ours?: partner_order")
    text = '<Answer><No kind="ours">1</No><No kind="x">2</No><No>3</No></Answer>'
    (message,) = one.read(tree(text)).messages
    assert cast("OrderResponse", message).number == "2"
    (again,) = one.read(one.write(message).paper).messages
    assert again == message
