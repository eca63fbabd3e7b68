"""An invoice held against what was asked for and what was shipped: three ways, line by line. Pure.

Nothing is paid or refused here: every difference is shown with what was asked, shipped and
invoiced, in the purchase order's own lines. Freight and other charges are shown beside the goods.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from hub.domain.exchange import Problem, Where
from hub.domain.hearing import NO_NAMES, SINGLE, AskedLines
from hub.domain.messages import ChargeKind, Invoice, InvoicedLine, InvoiceKind
from hub.domain.money import money
from hub.domain.orders import FulfillmentLine, FulfillmentOrder

FINE = 10_000  # parts of a minor unit in which `InvoicedLine.price_rest` counts


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicedUnits:
    """What invoices say of one line of a purchase order: units of ours and minor units of money.

    `expected` is what these units cost by the purchase order.
    """

    line: FulfillmentLine
    units: int
    amount: int
    expected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Every line of the purchase order with what was invoiced of it, and what does not fit."""

    lines: tuple[InvoicedUnits, ...]
    differences: tuple[Problem, ...]


def compared(
    part: FulfillmentOrder,
    invoices: Sequence[Invoice],
    *,
    unit_word: Callable[[str], str],
    called: Mapping[str, str] = NO_NAMES,
) -> Compared:
    """Hold all standing invoices for one purchase order against it and its shipments.

    `called` are the SKUs that people said some names of the partner's stand for.
    """
    asked = AskedLines(part, called)
    counted: dict[str, list[tuple[int, int]]] = {line.id: [] for line in part.lines}
    found: list[Problem] = []
    for invoice in invoices:
        found += _whole(part, invoice)
        for index, row in enumerate(invoice.lines):
            line = asked.meant(row.number, row.products)
            units = _units(line, row, unit_word) if line else None
            if line is None or units is None:
                found.append(_unknown(part, invoice, row, index, line))
                continue
            sign = -1 if invoice.kind is InvoiceKind.CREDIT else 1
            counted[line.id].append((sign * units, sign * _amount(row)))
            found += _price(part, invoice, line, row, units, index)
    lines = tuple(_sum(line, counted[line.id]) for line in part.lines)
    found += [problem for line in lines for problem in _quantity(line)]
    return Compared(lines=lines, differences=tuple(found))


def _units(line: FulfillmentLine, row: InvoicedLine, unit_word: Callable[[str], str]) -> int | None:
    word = unit_word(row.unit)
    if not row.unit or word == unit_word(line.unit):
        return row.quantity * line.units_per_pack
    return row.quantity if word == SINGLE else None


def _sum(line: FulfillmentLine, counted: Sequence[tuple[int, int]]) -> InvoicedUnits:
    units = sum(each for each, _ in counted)
    return InvoicedUnits(
        line=line,
        units=units,
        amount=sum(amount for _, amount in counted),
        expected=line.cost * units // line.units_per_pack,
    )


def _amount(row: InvoicedLine) -> int:
    """What a line costs in minor units; a price finer than they are is rounded half up."""
    fine = (row.price * FINE + row.price_rest) * row.quantity
    return (fine + FINE // 2) // FINE


def _whole(part: FulfillmentOrder, invoice: Invoice) -> list[Problem]:
    found: list[Problem] = []
    if invoice.currency and invoice.currency != part.currency:
        found.append(
            _difference(
                "invoice-currency",
                f"invoice {invoice.invoice} is in {invoice.currency}, purchase order "
                f"{part.number} in {part.currency}",
                "currency",
            )
        )
    goods = sum(_amount(row) for row in invoice.lines)
    charges = [*invoice.charges, *(one for row in invoice.lines for one in row.charges)]
    beside = sum(one.amount if one.kind is ChargeKind.CHARGE else -one.amount for one in charges)
    if goods + beside != invoice.total:
        found.append(
            _difference(
                "invoice-total",
                f"invoice {invoice.invoice}: lines {money(goods, part.currency)} and charges "
                f"{money(beside, part.currency)} make {money(goods + beside, part.currency)}, its "
                f"total says {money(invoice.total, part.currency)}",
                "total",
            )
        )
    return found


def _price(
    part: FulfillmentOrder,
    invoice: Invoice,
    line: FulfillmentLine,
    row: InvoicedLine,
    units: int,
    index: int,
) -> list[Problem]:
    # Cross-multiplied: a pack's cost need not divide into whole minor units for each piece.
    fine = (row.price * FINE + row.price_rest) * row.quantity
    if fine * line.units_per_pack == line.cost * units * FINE:
        return []
    return [
        _difference(
            "invoice-price",
            f"invoice {invoice.invoice} line {line.number} ({line.sku}): "
            f"{money(_amount(row), part.currency)} is invoiced for {units} units, by "
            "the purchase order they cost "
            f"{money(line.cost * units // line.units_per_pack, part.currency)}",
            f"lines[{index}].price",
        )
    ]


def _quantity(line: InvoicedUnits) -> list[Problem]:
    shipped = line.line.buckets.shipped
    if line.units <= shipped:
        return []
    return [
        _difference(
            "invoice-quantity",
            f"line {line.line.number} ({line.line.sku}): {line.units} units are invoiced, "
            f"{shipped} are shipped of {line.line.buckets.ordered} asked for",
            f"line {line.line.number}",
        )
    ]


def _unknown(
    part: FulfillmentOrder,
    invoice: Invoice,
    row: InvoicedLine,
    index: int,
    line: FulfillmentLine | None,
) -> Problem:
    ids = ", ".join(product.value for product in row.products) or "(no article)"
    if line is not None:
        text = (
            f"invoice {invoice.invoice} counts line {line.number} in {row.unit}, it was asked for "
            f"in {line.unit}"
        )
        return _difference("invoice-unit", text, f"lines[{index}].unit")
    text = (
        f"invoice {invoice.invoice} asks {money(_amount(row), part.currency)} for "
        f"{row.quantity} x {ids}, which is not on purchase order {part.number}"
    )
    return _difference("invoice-line", text, f"lines[{index}]")


def _difference(code: str, text: str, path: str) -> Problem:
    return Problem(code=code, text=text, where=Where(path=path))
