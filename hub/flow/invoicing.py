"""Invoices: kept, and held against what was asked for and what was shipped.

An invoice that comes before its ship notice differs until the notice comes; then what was told of
it clears itself.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from hub.domain.exchange import Problem, Purpose, told
from hub.domain.facts import Change, Fact, FactKind, Stuck
from hub.domain.invoices import Compared, compared
from hub.domain.messages import (
    ChargeKind,
    Invoice,
    InvoiceCharge,
    InvoicedLine,
    InvoiceKind,
    ProductId,
)
from hub.domain.names import Names
from hub.domain.orders import FulfillmentOrder, Order
from hub.flow.applied import Applied
from hub.flow.naming import Called
from hub.flow.orders import UNITS, note
from hub.flow.parts import Parts
from hub.flow.receiving import input_of
from hub.store import DocumentRow, InvoiceRow, Transaction

STANDING, REPLACED, CANCELLED = "standing", "replaced", "cancelled"


def take_invoice(
    tx: Transaction,
    parts: Parts,
    row: DocumentRow,
    message: Invoice,
    *,
    now: datetime,
    names: Names,
) -> Applied:
    """Keep an invoice and tell every difference."""
    applied = Applied(
        key=f"{row.partner}/invoice/{message.invoice}",
        purpose=str(message.purpose),
        number=message.number,
    )
    found = tx.orders.for_purchase_order(partner=row.partner, number=message.number)
    if found is None:
        return replace(applied, problems=[_unknown(row.partner, message)], used=False)
    order, fulfillment_id = found
    applied = replace(applied, order_id=order.id, fulfillment_id=fulfillment_id)
    papers = tx.invoices.of_number(partner=row.partner, number=message.invoice)
    same = [one for one in papers if one.state == STANDING and _message(one) == _plain(message)]
    if same and message.purpose is not Purpose.CANCEL:
        # The same in another envelope, or run again since it is known what its names stand for.
        for hold in checked(tx, parts, order, fulfillment_id).cleared:
            tx.exceptions.clear(hold, at=now, by=row.id)
        return applied
    wrong = _cannot(message, papers)
    if wrong is not None:
        return replace(applied, problems=[wrong], used=False)
    for one in papers:
        if one.state == STANDING:
            gone = CANCELLED if message.purpose is Purpose.CANCEL else REPLACED
            tx.invoices.move(one.id, then=gone)
    if message.purpose is not Purpose.CANCEL:
        tx.invoices.add(_row(row, message, order, fulfillment_id, len(papers), now, names))
    change = Change(order=order, facts=(_fact(message, fulfillment_id),))
    change = change.then(checked(tx, parts, order, fulfillment_id))
    note(
        tx,
        change,
        at=now,
        input_id=input_of(row.transmission_id),
        document_id=row.id,
        names=names,
    )
    return applied


def _unknown(partner: str, message: Invoice) -> Problem:
    return Problem(
        code="unknown-order",
        text=f"invoice {message.invoice} is for purchase order {message.number!r}, which "
        f"{partner} was never sent; check the number with the partner",
    )


def _cannot(message: Invoice, papers: Sequence[InvoiceRow]) -> Problem | None:
    standing = any(one.state == STANDING for one in papers)
    if message.purpose is Purpose.ORIGINAL and standing:
        return Problem(
            code="said-otherwise-before",
            text=f"invoice {message.invoice} came before with other contents; this one was not "
            "used. Ask the partner for a replacement or a new number",
        )
    if message.purpose is Purpose.CANCEL and not standing:
        return Problem(
            code="nothing-to-take-back",
            text=f"invoice {message.invoice} is taken back and was never here",
        )
    return None


def _row(
    row: DocumentRow,
    message: Invoice,
    order: Order,
    fulfillment_id: str,
    ordinal: int,
    now: datetime,
    names: Names,
) -> InvoiceRow:
    body = asdict(_plain(message))
    return InvoiceRow(
        id=names.new("inv"),
        partner=row.partner,
        number=message.invoice,
        ordinal=ordinal,
        state=STANDING,
        fulfillment_id=fulfillment_id,
        order_id=order.id,
        purchase_order=message.number,
        invoiced_on=message.invoiced_on,
        currency=message.currency or order.fulfillment(fulfillment_id).currency,
        total=message.total,
        body={
            "consumer_order": message.consumer_order,
            "currency": message.currency,
            "kind": str(message.kind),
            "lines": body["lines"],
            "charges": body["charges"],
        },
        document_id=row.id,
        at=now,
    )


def _plain(message: Invoice) -> Invoice:
    """What two papers under one number are compared by."""
    return replace(message, purpose=Purpose.ORIGINAL)


def _message(row: InvoiceRow) -> Invoice:
    return Invoice(
        purpose=Purpose.ORIGINAL,
        invoice=row.number,
        number=row.purchase_order,
        invoiced_on=row.invoiced_on,
        total=row.total,
        kind=InvoiceKind(row.body["kind"]),
        currency=row.body["currency"],
        consumer_order=row.body["consumer_order"],
        lines=tuple(_line(line) for line in row.body["lines"]),
        charges=_charges(row.body["charges"]),
    )


def _line(line: dict[str, Any]) -> InvoicedLine:
    products = tuple(ProductId(**product) for product in line["products"])
    charges = _charges(line["charges"])
    return InvoicedLine(**{**line, "products": products, "charges": charges})


def _charges(rows: Sequence[dict[str, Any]]) -> tuple[InvoiceCharge, ...]:
    return tuple(InvoiceCharge(**{**row, "kind": ChargeKind(row["kind"])}) for row in rows)


def _fact(message: Invoice, fulfillment_id: str) -> Fact:
    body = {
        "fulfillment": fulfillment_id,
        "invoice": message.invoice,
        "purpose": str(message.purpose),
        "lines": len(message.lines),
    }
    return Fact(kind=FactKind.INVOICE_RECEIVED, body=body)


def comparison(tx: Transaction, parts: Parts, part: FulfillmentOrder) -> Compared | None:
    """Hold the standing invoices for a part against it; None when there are none."""
    rows = tx.invoices.of_part(part.id)
    if not rows:
        return None
    return compared(
        part,
        [_message(row) for row in rows],
        unit_word=lambda unit: parts.maps.word(UNITS, unit),
        called=Called(tx, part.partner),
    )


def invoiced(tx: Transaction, parts: Parts, part: FulfillmentOrder) -> dict[str, int]:
    """Return how many units of each line of a part standing invoices ask money for, by its id."""
    result = comparison(tx, parts, part)
    return {one.line.id: one.units for one in result.lines} if result else {}


def checked(tx: Transaction, parts: Parts, order: Order, fulfillment_id: str) -> Change:
    """Return what to tell of a part's invoices now: one exception, or that it is well."""
    part = order.fulfillment(fulfillment_id)
    hold = f"invoice:{part.id}"
    result = comparison(tx, parts, part)
    if result is None or not result.differences:
        return Change(order=order, cleared=(hold,))
    stuck = Stuck(
        hold=hold,
        kind="invoice-differs",
        partner=part.partner,
        text=f"{part.partner} invoiced purchase order {part.number} otherwise than it was asked "
        "for or shipped: " + told([problem.text for problem in result.differences]),
        next_step=f"Compare them with `hub invoices show {part.number}`; agree with the partner "
        "before it is paid.",
        problems=result.differences,
    )
    return Change(order=order, stuck=(stuck,))
