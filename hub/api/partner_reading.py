"""From what a partner posts to messages in the hub's words, or to everything wrong with its form.

The same reading serves the request and whoever settles the kept bytes again.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from http import HTTPStatus
from types import MappingProxyType
from typing import TypeVar

from pydantic import BaseModel

from hub.api.answers import Declined
from hub.api.partner_posted import (
    PostedAnswerVoid,
    PostedChangeResponse,
    PostedCharge,
    PostedInvoice,
    PostedLevel,
    PostedOrderResponse,
    PostedPackage,
    PostedShipment,
    PostedStock,
    PostedVoid,
)
from hub.api.reading import read_as
from hub.domain.exchange import Purpose
from hub.domain.hearing import SINGLE
from hub.domain.messages import (
    Answer,
    ChangeResponse,
    Invoice,
    InvoiceCharge,
    InvoicedLine,
    LineAnswer,
    Message,
    OrderResponse,
    OrderResponseLine,
    Parcel,
    ProductId,
    ShipNotice,
    ShippedLine,
    StockReport,
    StockRow,
)
from hub.domain.posted import PostedSet
from hub.domain.voids import AnswerVoid
from hub.mapping import Reading

M = TypeVar("M", bound=BaseModel)
Reader = Callable[[str, bytes], Reading]

_ANSWERS = {
    "accept": Answer.ACCEPTED,
    "backorder": Answer.BACKORDERED,
    "reject": Answer.REJECTED,
}


def read_posted(set_id: str, number: str, body: bytes) -> Reading:
    """Return the message of a posted body, or every problem of its form at once.

    `number` is the purchase order of its path, empty for those that name it themselves.
    """
    return _READERS[PostedSet(set_id)](number, body)


def named(body: bytes, shipment: str) -> bytes:
    """Return a body that names the shipment of its path, so that the kept bytes say all there is.

    Raises Declined with 422 when it names another one. What is no JSON object stays as it is.
    """
    try:
        said = json.loads(body)
    except ValueError:
        return body
    if not isinstance(said, dict):
        return body
    if "shipment" not in said:
        rest = body.lstrip()[1:]
        comma = b"," if said else b""
        return b'{"shipment":' + json.dumps(shipment).encode() + comma + rest
    if said["shipment"] != shipment:
        text = "the path names another shipment; leave it out here, or name the same"
        raise Declined(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "paper-form",
            text,
            errors=[{"pointer": "/shipment", "code": "other-shipment", "detail": text}],
        )
    return body


def _reader(model: type[M], message: Callable[[str, M], Message]) -> Reader:
    def read(number: str, body: bytes) -> Reading:
        posted, problems = read_as(model, body)
        if posted is None:
            return Reading(messages=(), problems=problems)
        return Reading(messages=(message(number, posted),), problems=())

    return read


def _response(number: str, posted: PostedOrderResponse) -> OrderResponse:
    return OrderResponse(
        purpose=Purpose.ORIGINAL,
        number=number,
        whole=_ANSWERS[posted.whole] if posted.whole else None,
        partner_order=posted.partner_order,
        lines=tuple(
            OrderResponseLine(
                number=row.line,
                unit=row.unit or SINGLE,
                answers=tuple(
                    LineAnswer(
                        answer=_ANSWERS[one.action],
                        quantity=one.quantity,
                        unit=row.unit or SINGLE,
                        ships_on=_day(one.ships_on),
                        reason=one.reason,
                    )
                    for one in row.actions
                ),
            )
            for row in posted.lines or ()
        ),
    )


def _change_response(number: str, posted: PostedChangeResponse) -> ChangeResponse:
    return ChangeResponse(
        purpose=Purpose.ORIGINAL,
        number=number,
        change=posted.change,
        whole=_ANSWERS[posted.whole] if posted.whole else None,
        lines=tuple(
            OrderResponseLine(
                number=row.line,
                unit=row.unit or SINGLE,
                answers=tuple(
                    LineAnswer(
                        answer=_ANSWERS[one.action],
                        quantity=one.quantity,
                        unit=row.unit or SINGLE,
                        reason=one.reason,
                    )
                    for one in row.actions
                ),
            )
            for row in posted.lines or ()
        ),
    )


def _notice(number: str, posted: PostedShipment) -> ShipNotice:
    return ShipNotice(
        purpose=Purpose.ORIGINAL,
        notice=posted.shipment or "",
        number=number,
        parcels=tuple(_parcel(package) for package in posted.packages),
        shipped_at=_moment(posted.shipped_at),
        carrier=posted.carrier,
        service=posted.service,
        delivery_on=_day(posted.delivery_on),
    )


def _parcel(package: PostedPackage) -> Parcel:
    return Parcel(
        tracking=package.tracking or "",
        label=package.label or "",
        lines=tuple(
            ShippedLine(quantity=row.quantity, unit=row.unit or SINGLE, number=row.line)
            for row in package.items
        ),
    )


def _invoice(number: str, posted: PostedInvoice) -> Invoice:
    return Invoice(
        purpose=Purpose.REPLACE if posted.replaces else Purpose.ORIGINAL,
        invoice=posted.invoice,
        number=posted.purchase_order,
        invoiced_on=_day(posted.invoiced_on),
        total=posted.total,
        kind=posted.kind,
        currency=posted.currency,
        lines=tuple(
            InvoicedLine(
                quantity=row.quantity,
                price=row.price,
                number=row.line,
                unit=row.unit or SINGLE,
                charges=tuple(_charge(one) for one in row.charges),
            )
            for row in posted.lines
        ),
        charges=tuple(_charge(one) for one in posted.charges),
    )


def _charge(posted: PostedCharge) -> InvoiceCharge:
    return InvoiceCharge(amount=posted.amount, kind=posted.kind, code=posted.code, text=posted.text)


def _stock(number: str, posted: PostedStock) -> StockReport:
    return StockReport(
        purpose=Purpose.ORIGINAL,
        report=posted.report,
        kind=posted.kind,
        as_of=_moment(posted.as_of),
        rows=tuple(_level(level) for level in posted.levels),
    )


def _level(level: PostedLevel) -> StockRow:
    named = (("vendor", level.vendor), ("sku", level.sku), ("gtin", level.gtin))
    return StockRow(
        quantity=level.quantity,
        products=tuple(ProductId(kind=kind, value=value) for kind, value in named if value),
        unit=level.unit or SINGLE,
        next_on=_day(level.next_on),
        next_quantity=level.next_quantity,
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _void(number: str, posted: PostedVoid) -> ShipNotice:
    name = posted.shipment or ""
    return ShipNotice(purpose=Purpose.CANCEL, notice=name, number=number, parcels=())


def _correction(number: str, posted: PostedShipment) -> ShipNotice:
    return replace(_notice(number, posted), purpose=Purpose.REPLACE)


def _answer_void(number: str, posted: PostedAnswerVoid) -> AnswerVoid:
    return AnswerVoid(number=number, answer=posted.document)


_READERS: Mapping[PostedSet, Reader] = MappingProxyType(
    {
        PostedSet.ORDER_RESPONSE: _reader(PostedOrderResponse, _response),
        PostedSet.CHANGE_RESPONSE: _reader(PostedChangeResponse, _change_response),
        PostedSet.SHIP_NOTICE: _reader(PostedShipment, _notice),
        PostedSet.INVOICE: _reader(PostedInvoice, _invoice),
        PostedSet.STOCK_REPORT: _reader(PostedStock, _stock),
        PostedSet.SHIPMENT_VOID: _reader(PostedVoid, _void),
        PostedSet.SHIPMENT_CORRECTION: _reader(PostedShipment, _correction),
        PostedSet.ANSWER_VOID: _reader(PostedAnswerVoid, _answer_void),
    }
)
