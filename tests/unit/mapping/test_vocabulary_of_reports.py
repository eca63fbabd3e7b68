"""The words for papers that say several things at once: reports, stock, invoices, changes."""

from datetime import date

from hub.domain.exchange import Severity
from hub.domain.messages import Invoice, OrderReport, PurchaseOrderChange, StockReport
from hub.mapping import Page
from tests.unit.mapping import page, paper, spoken

HEAD = "- BAK: {01: purpose | purpose, 03: number}"
ORDERS = "- BSR: {03: report}\n"


def reports(rows: str) -> Page:
    return page(ORDERS + rows, message="OrderReport")


def test_an_each_makes_a_message_of_every_round_with_what_stands_around() -> None:
    one = reports("- each order:\n  - PRF: {01: number}\n  - DTM[068]?: {02: ships_on | date}")
    (first, second) = one.read(
        paper("BSR*3*PA*R-1~PRF*JN-1~DTM*068*20260304~HL*4**O~PRF*JN-2")
    ).messages
    assert first == OrderReport(report="R-1", number="JN-1", ships_on=date(2026, 3, 4))
    assert second == OrderReport(report="R-1", number="JN-2")
    assert spoken(one.write(first).paper) == ["BSR***R-1", "PRF*JN-1", "DTM*068*20260304"]


def test_an_each_that_must_be_there_is_missed() -> None:
    reading = reports("- each order:\n  - PRF: {01: number}").read(paper("BSR*3*PA*R-1"))
    assert reading.messages == ()
    (problem,) = reading.problems
    assert (problem.code, problem.severity) == ("map-segment-missing", Severity.ERROR)


def test_an_each_inside_a_loop_makes_records_of_the_loop() -> None:
    rows = (
        "- PRF: {01: number}\n- loop lines*?:\n  - PO1: {01: number, 02: quantity | quantity}\n"
        "  - each state?:\n    - ISR: {03: reason}\n    - also QTY?: {02: quantity | quantity}"
    )
    one = reports(rows)
    text = "BSR*3*PA*R-1~PRF*JN-1~PO1*1*10~ISR***A~QTY*39*6~ISR***B~QTY*63*4~PO1*2*1"
    (message,) = one.read(paper(text)).messages
    assert isinstance(message, OrderReport)
    assert [(line.number, line.quantity, line.reason) for line in message.lines] == [
        ("1", 6, "A"),
        ("1", 4, "B"),
        ("2", 1, ""),
    ]
    assert one.read(one.write(message).paper).messages == (message,)


def test_an_also_is_one_more_place_to_look_and_is_never_written() -> None:
    one = page(f"{HEAD}\n- REF[VN]?: {{02: partner_order}}\n- also REF[SO]?: {{02: partner_order}}")
    (message,) = one.read(paper("BAK*00**JN-1~REF*SO*S-1")).messages
    assert message.partner_order == "S-1"
    assert spoken(one.write(message).paper) == ["BAK*00**JN-1", "REF*VN*S-1"]


def test_an_also_loop_gathers_into_the_list_of_another() -> None:
    rows = (
        "- BIG: {02: invoice, 01: invoiced_on | date, 04: number}\n- TDS: {01: total | implied}\n"
        "- also loop charges*?:\n  - TXI: {02: amount | money}\n"
        "- loop charges*?:\n  - SAC: {05: amount | implied}"
    )
    one = page(rows, message="Invoice")
    (message,) = one.read(paper("BIG*20260304*I-1**JN-1~TDS*500~TXI*ST*1.2~SAC*****75")).messages
    assert isinstance(message, Invoice)
    assert [charge.amount for charge in message.charges] == [120, 75]
    written = spoken(one.write(message).paper)
    assert written == ["BIG*20260304*I-1**JN-1", "TDS*500", "SAC*****120", "SAC*****75"]


STOCK = (
    "- BIA: {01: purpose | purpose, 03: report}\n- loop rows*?:\n"
    "  - LIN: {02-03: products | pairs ids}\n  - also SDQ*?: {01: unit,"
    " 03-06: each place + quantity | quantity}\n  - QTY[33]?: {02: quantity | quantity}"
)
IDS = ("codes/ids", "codes: {SK: sku}")


def test_values_side_by_side_make_a_record_for_each_group() -> None:
    one = page(STOCK, message="StockReport", more=IDS)
    text = "BIA*00**S-1~LIN**SK*A~SDQ*EA**X*3*Y*0~SDQ*EA**Z*2~QTY*33*5~LIN**SK*B~QTY*33*7"
    (message,) = one.read(paper(text)).messages
    assert isinstance(message, StockReport)
    assert [(row.products[0].value, row.place, row.quantity) for row in message.rows] == [
        ("A", "X", 3),
        ("A", "Y", 0),
        ("A", "Z", 2),
        ("B", "", 7),
    ]
    assert [row.unit for row in message.rows] == ["EA", "EA", "EA", ""]


def test_a_group_of_values_that_cannot_be_read_is_told_where_it_stands() -> None:
    one = page(STOCK, message="StockReport", more=IDS)
    reading = one.read(paper("BIA*00**S-1~LIN**SK*A~SDQ*EA**X*3*Y*many"))
    assert reading.messages == ()
    (problem,) = reading.problems
    assert (problem.where.segment, problem.where.ordinal, problem.where.element) == ("SDQ", 4, 6)


def test_amounts_without_a_point_are_hundredths() -> None:
    rows = "- BIG: {01: invoiced_on | date, 02: invoice, 04: number}\n- CUR?: {02: currency}\n"
    one = page(rows + "- TDS: {01: total | implied}", message="Invoice")
    for currency, raw, total in (("USD", "8730", 8730), ("JPY", "150000", 1500), ("", "5", 5)):
        text = f"BIG*20260304*I-1**JN-1~CUR**{currency}~TDS*{raw}"
        (message,) = one.read(paper(text)).messages
        assert isinstance(message, Invoice)
        assert message.total == total
        assert spoken(one.write(message).paper)[-1] == f"TDS*{raw}"


def test_a_price_finer_than_the_minor_unit_is_kept_exactly() -> None:
    rows = (
        "- BIG: {01: invoiced_on | date, 02: invoice, 04: number}\n- TDS: {01: total | implied}\n"
        "- loop lines*?:\n  - IT1: {02: quantity | quantity, 04: price + price_rest | price}"
    )
    one = page(rows, message="Invoice")
    (message,) = one.read(paper("BIG*20260304*I-1**JN-1~TDS*1~IT1**3**.03755")).messages
    assert isinstance(message, Invoice)
    assert (message.lines[0].price, message.lines[0].price_rest) == (3, 7550)
    assert spoken(one.write(message).paper)[-1] == "IT1**3**0.03755"
    told = one.read(paper("BIG*20260304*I-1**JN-1~TDS*1~IT1**3**0.0000001")).problems
    assert "at most 6 decimal places" in told[0].text


def test_lines_of_text_run_over_four_elements_as_over_three() -> None:
    one = page(f"{HEAD}\n- MTX*?: {{02-05: partner_order | lines 6}}")
    text = "BAK*00**JN-1~MTX**one~MTX**two~MTX** more**LC~MTX**last**AA*2"
    (message,) = one.read(paper(text)).messages
    assert message.partner_order == "one\ntwo more\n\nlast"
    assert spoken(one.write(message).paper)[1:] == [
        "MTX**one",
        "MTX**two mo",
        "MTX**re**LC",
        "MTX**last**AA*2",
    ]
    (message,) = one.read(paper("BAK*00**JN-1~MTX**half*way")).messages
    assert message.partner_order == "halfway"


def test_a_record_that_is_not_there_is_not_written() -> None:
    one = page(
        "- BCH: {01: purpose | purpose, 03: number, 05: change, 06: ordered_on | date,"
        " 11: changed_on | date}\n- CUR: {02: currency}\n- loop ship_to?:\n  - N1[ST]: {02: name}",
        message="PurchaseOrderChange",
    )
    (message,) = one.read(paper("BCH*00**JN-1**1*20260302*****20260304~CUR**USD")).messages
    assert isinstance(message, PurchaseOrderChange)
    assert message.ship_to is None
    assert spoken(one.write(message).paper)[1:] == ["CUR**USD"]
