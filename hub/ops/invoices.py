"""Partners' invoices beside what was asked for and shipped, for those who pay them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hub.domain.exchange import Problem
from hub.flow.invoicing import comparison
from hub.flow.parts import Parts
from hub.store import InvoiceRow, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedInvoice:
    """One paper under an invoice's number; `differs` is None where it stands no more."""

    partner: str
    invoice: str
    state: str
    purchase_order: str
    order: str
    invoiced_on: date | None
    currency: str
    total: int
    differs: bool | None
    document: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedLine:
    """One line of a purchase order three ways: units asked, shipped, invoiced, and the money."""

    line: str
    sku: str
    asked: int
    shipped: int
    invoiced: int
    expected: int
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceStory:
    """Everything invoiced on one purchase order. Money is minor units of `currency`."""

    partner: str
    purchase_order: str
    order: str
    brand: str
    currency: str
    invoices: tuple[ListedInvoice, ...]
    lines: tuple[ComparedLine, ...]
    differences: tuple[Problem, ...]


def listed(parts: Parts, *, limit: int) -> list[ListedInvoice]:
    """Return the newest invoices, each with whether it differs now."""
    with parts.store.read() as tx:
        return [_listed(tx, parts, row) for row in tx.invoices.page(limit=limit, before=None)]


def _listed(tx: Transaction, parts: Parts, row: InvoiceRow) -> ListedInvoice:
    order = tx.orders.load(row.order_id)
    differs = None
    if row.state == "standing":
        result = comparison(tx, parts, order.fulfillment(row.fulfillment_id))
        differs = bool(result and result.differences)
    return ListedInvoice(
        partner=row.partner,
        invoice=row.number,
        state=row.state,
        purchase_order=row.purchase_order,
        order=order.number,
        invoiced_on=row.invoiced_on,
        currency=row.currency,
        total=row.total,
        differs=differs,
        document=row.document_id,
        at=row.at,
    )


def story(parts: Parts, number: str) -> list[InvoiceStory]:
    """Return the stories of a purchase order or of an invoice with that number.

    Numbers are a partner's own, so there may be several. KeyError when there is none.
    """
    with parts.store.read() as tx:
        found: dict[str, list[InvoiceRow]] = {}
        for row in _rows(tx, parts, number):
            found.setdefault(row.fulfillment_id, []).append(row)
        if not found:
            raise KeyError(number)
        return [_story(tx, parts, rows) for rows in found.values()]


def _rows(tx: Transaction, parts: Parts, number: str) -> Sequence[InvoiceRow]:
    rows: list[InvoiceRow] = []
    for partner in parts.partners.all:
        rows += tx.invoices.of_number(partner=partner.id, number=number)
        asked = tx.orders.for_purchase_order(partner=partner.id, number=number)
        if asked is not None:
            rows += tx.invoices.of_part(asked[1])
    return rows


def _story(tx: Transaction, parts: Parts, rows: Sequence[InvoiceRow]) -> InvoiceStory:
    order = tx.orders.load(rows[0].order_id)
    part = order.fulfillment(rows[0].fulfillment_id)
    result = comparison(tx, parts, part)
    return InvoiceStory(
        partner=part.partner,
        purchase_order=part.number,
        order=order.number,
        brand=order.brand,
        currency=part.currency,
        invoices=tuple(_listed(tx, parts, row) for row in rows),
        lines=tuple(
            ComparedLine(
                line=one.line.number,
                sku=one.line.sku,
                asked=one.line.buckets.ordered,
                shipped=one.line.buckets.shipped,
                invoiced=one.units,
                expected=one.expected,
                amount=one.amount,
            )
            for one in (result.lines if result else ())
        ),
        differences=result.differences if result else (),
    )
