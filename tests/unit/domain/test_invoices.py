"""An invoice beside what was asked for and shipped."""

from dataclasses import replace
from datetime import UTC, date, datetime

from hub.domain.hearing import plain_unit
from hub.domain.invoices import compared
from hub.domain.messages import (
    ChargeKind,
    Invoice,
    InvoiceCharge,
    InvoicedLine,
    InvoiceKind,
    ProductId,
)
from hub.domain.orders import Buckets, FulfillmentLine, FulfillmentOrder, FulfillmentState

MUG = ProductId(kind="vendor", value="AC-MUG")


def part(*, shipped: int = 6, pack: int = 1, cost: int = 400) -> FulfillmentOrder:
    line = FulfillmentLine(
        id="fln_1",
        line_id="lin_1",
        number="1",
        sku="MUG",
        products=(MUG,),
        unit="CA" if pack > 1 else "EA",
        units_per_pack=pack,
        cost=cost,
        buckets=Buckets(ordered=6, open=6 - shipped, shipped=shipped),
    )
    return FulfillmentOrder(
        id="ful_1",
        group_id="grp_1",
        partner="acme",
        number="JUN-1-1",
        state=FulfillmentState.SHIPPED,
        currency="USD",
        created_at=datetime(2026, 11, 20, tzinfo=UTC),
        ship_by=None,
        lines=(line,),
    )


def invoice(*lines: InvoicedLine, total: int, charges=(), kind=InvoiceKind.INVOICE) -> Invoice:
    return Invoice(
        invoice="I-1",
        number="JUN-1-1",
        invoiced_on=date(2026, 11, 20),
        total=total,
        lines=lines,
        charges=charges,
        kind=kind,
    )


def row(quantity: int, price: int, *, unit: str = "EA", rest: int = 0) -> InvoicedLine:
    return InvoicedLine(quantity=quantity, price=price, price_rest=rest, unit=unit, products=(MUG,))


def codes(subject: FulfillmentOrder, *invoices: Invoice) -> list[str]:
    return [one.code for one in compared(subject, invoices, unit_word=plain_unit).differences]


def test_what_was_asked_and_shipped_fits():
    assert codes(part(), invoice(row(6, 400), total=2400)) == []


def test_a_higher_price_is_told_with_both_amounts():
    result = compared(part(), [invoice(row(6, 450), total=2700)], unit_word=plain_unit)
    (problem,) = result.differences
    assert problem.code == "invoice-price"
    assert "27.00 USD" in problem.text
    assert "24.00 USD" in problem.text


def test_more_than_was_shipped_is_told_over_all_invoices():
    twice = (invoice(row(4, 400), total=1600), invoice(row(3, 400), total=1200))
    assert codes(part(), *twice) == ["invoice-quantity"]
    assert codes(part(shipped=0), invoice(row(1, 400), total=400)) == ["invoice-quantity"]


def test_a_credit_takes_units_back():
    credit = invoice(row(1, 400), total=400, kind=InvoiceKind.CREDIT)
    assert codes(part(), invoice(row(7, 400), total=2800), credit) == []


def test_packs_and_single_pieces_cost_the_same():
    dozen = part(pack=3, cost=1000)
    assert codes(dozen, invoice(row(2, 1000, unit="CA"), total=2000)) == []
    # A third of a pack's cost is no whole cent: six pieces at 3.3333 make 19.9998, rounded 20.00.
    assert codes(dozen, invoice(row(6, 333, unit="EA", rest=3333), total=2000)) == ["invoice-price"]


def test_a_total_that_does_not_add_up_is_told_and_charges_count():
    freight = InvoiceCharge(kind=ChargeKind.CHARGE, amount=500, code="freight")
    less = InvoiceCharge(kind=ChargeKind.ALLOWANCE, amount=100)
    good = invoice(row(6, 400), total=2800, charges=(freight, less))
    assert codes(part(), good) == []
    assert codes(part(), replace(good, total=2900)) == ["invoice-total"]


def test_a_line_nobody_asked_for_and_another_unit_are_told():
    other = InvoicedLine(
        quantity=1, price=100, unit="EA", products=(ProductId(kind="vendor", value="X"),)
    )
    assert codes(part(), invoice(other, total=100)) == ["invoice-line"]
    assert codes(part(), invoice(row(1, 400, unit="BX"), total=400)) == ["invoice-unit"]
