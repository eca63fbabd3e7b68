"""The language of Kiln: cXML 1.2, posted to and fro."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from lxml.etree import _Element

from hub.lab.accounts import TOO_MUCH, priced
from hub.lab.asked import AskedLine, AskedOrder, Heard
from hub.lab.plain_voice import PlainVoice
from hub.lab.terms import Answered, Departure
from hub.lab.voice import Bill, Kind
from hub.lab.xml_words import (
    DECLARED,
    attribute,
    every,
    is_tree,
    moment,
    quoted,
    said,
    tree,
    written,
)

DTD = "http://xml.cxml.org/schemas/cXML/1.2.063"
_REQUESTS = {
    Kind.RESPONSE: ("ConfirmationRequest", "Fulfill.dtd"),
    Kind.NOTICE: ("ShipNoticeRequest", "Fulfill.dtd"),
    Kind.INVOICE: ("InvoiceDetailRequest", "InvoiceDetail.dtd"),
}
_IDS = {"SupplierPartID": "vendor", "BuyerPartID": "sku"}


class CxmlVoice(PlainVoice):
    """Speaks for one identity to another, who both know a secret of ours."""

    def __init__(self, identity: str, *, customer: str, secret: str, host: str) -> None:
        self._identity, self._customer = identity, customer
        self._secret, self._host = secret, host

    def whole(self, text: str) -> bool:
        """Return whether the root is closed."""
        return is_tree(text)

    def read(self, text: str) -> Heard:
        """Return what an OrderRequest says."""
        root = tree(text)
        orders = every(root, "Request/OrderRequest")
        return Heard(orders=tuple(_ordered(one, str(root.get("payloadID"))) for one in orders))

    def named(self, kind: Kind) -> str:
        """Return the name of the request."""
        return _REQUESTS[kind][0]

    def response(
        self, order: AskedOrder, answers: Sequence[Answered], *, name: str, at: datetime
    ) -> str:
        """Return a ConfirmationRequest."""
        lines = "".join(_confirmed(one, at) for one in answers)
        return (
            f"<ConfirmationRequest><ConfirmationHeader confirmID={quoted(name)} "
            f'operation="new" type="detail" noticeDate="{moment(at)}"/>'
            f"{_reference(order)}{lines}</ConfirmationRequest>"
        )

    def notice(self, order: AskedOrder, departure: Departure, *, place: str, at: datetime) -> str:
        """Return a ShipNoticeRequest; all parcels under one control, as cXML has it."""
        tracked = "".join(
            f"<ShipmentIdentifier>{written(box.tracking)}</ShipmentIdentifier>"
            for box in departure.boxes
        )
        lines = "".join(
            f'<ShipNoticeItem quantity="{packs}" lineNumber={quoted(line.number)}>'
            f"{_article(line)}{_unit(line)}</ShipNoticeItem>"
            for line, packs in departure.lines
        )
        return (
            f"<ShipNoticeRequest><ShipNoticeHeader shipmentID={quoted(departure.notice)} "
            f'noticeDate="{moment(at)}" shipmentDate="{moment(at)}"/>'
            f'<ShipControl><CarrierIdentifier domain="SCAC">{departure.carrier.scac}'
            f"</CarrierIdentifier>{tracked}</ShipControl>"
            f"<ShipNoticePortion>{_reference(order)}{lines}</ShipNoticePortion></ShipNoticeRequest>"
        )

    def invoice(self, order: AskedOrder, bill: Bill, *, at: datetime) -> str:
        """Return an InvoiceDetailRequest without tax."""
        number = bill.departure.notice.replace("S-", "I-", 1)
        total, lines = Decimal(), ""
        for ordinal, (line, packs) in enumerate(bill.departure.lines, start=1):
            price = priced(line.cost, dearer=line.sku in bill.dearer)
            total += price * packs
            lines += _billed(ordinal, line, packs, price)
        net = total + (TOO_MUCH if bill.wrong else 0)
        nothing = _money("Tax", Decimal()).replace(
            "</Tax>", '<Description xml:lang="en">none</Description></Tax>'
        )
        return (
            f"<InvoiceDetailRequest><InvoiceDetailRequestHeader invoiceID={quoted(number)} "
            f'purpose="standard" operation="new" invoiceDate="{moment(at)}">'
            "<InvoiceDetailHeaderIndicator/><InvoiceDetailLineIndicator/>"
            "</InvoiceDetailRequestHeader><InvoiceDetailOrder><InvoiceDetailOrderInfo>"
            f"{_reference(order)}</InvoiceDetailOrderInfo>{lines}</InvoiceDetailOrder>"
            f"<InvoiceDetailSummary>{_money('SubtotalAmount', total)}{nothing}"
            f"{_money('NetAmount', net)}</InvoiceDetailSummary></InvoiceDetailRequest>"
        )

    def enveloped(self, kind: Kind, body: str, *, number: int, at: datetime) -> str:
        """Return the request in its cXML envelope, with who sends it and the secret."""
        ours, theirs = _credential(self._identity), _credential(self._customer)
        shown = ours.replace(
            "</Credential>", f"<SharedSecret>{written(self._secret)}</SharedSecret></Credential>"
        )
        return (
            f'{DECLARED}<!DOCTYPE cXML SYSTEM "{DTD}/{_REQUESTS[kind][1]}">\n'
            f'<cXML payloadID="{number}@{self._host}" timestamp="{moment(at)}" xml:lang="en-US">'
            f"<Header><From>{ours}</From><To>{theirs}</To><Sender>{shown}"
            f"<UserAgent>Kiln 4</UserAgent></Sender></Header>"
            f'<Request deploymentMode="production">{body}</Request></cXML>\n'
        )

    def misprinted(self, kind: Kind, body: str) -> str:
        """Return the paper with a quantity in words."""
        before, tag, rest = body.partition(' quantity="')
        return f'{before}{tag}SOME"{rest.partition(chr(34))[2]}'

    def miscounted(self, kind: Kind, text: str) -> str:
        """Return the message with a quantity below nothing."""
        return text.replace(' quantity="', ' quantity="-', 1)


def responded(*, status: int, text: str, payload_id: str, at: datetime) -> str:
    """Return the cXML Response by which a post is answered at once."""
    return (
        f'{DECLARED}<!DOCTYPE cXML SYSTEM "{DTD}/cXML.dtd">\n'
        f"<cXML payloadID={quoted(payload_id)} "
        f'timestamp="{moment(at)}"><Response><Status code="{status}" text={quoted(text)}/>'
        "</Response></cXML>\n"
    )


def status_of(text: str) -> int:
    """Return the code of a cXML Response; 0 when there is none."""
    return int(attribute(tree(text), "Response/Status", "code") or 0)


def _credential(identity: str) -> str:
    named = f"<Identity>{written(identity)}</Identity>"
    return f'<Credential domain="NetworkId">{named}</Credential>'


def _reference(order: AskedOrder) -> str:
    payload = quoted(order.words["payload"])
    return (
        f"<OrderReference orderID={quoted(order.number)}>"
        f"<DocumentReference payloadID={payload}/></OrderReference>"
    )


def _unit(line: AskedLine) -> str:
    return f"<UnitOfMeasure>{written(line.unit)}</UnitOfMeasure>"


def _article(line: AskedLine) -> str:
    pairs = dict(zip(line.products[::2], line.products[1::2], strict=True))
    ids = "".join(
        f"<{tag}>{written(pairs[kind])}</{tag}>" for tag, kind in _IDS.items() if kind in pairs
    )
    return f"<ItemID>{ids}</ItemID>"


def _money(tag: str, amount: Decimal) -> str:
    return f'<{tag}><Money currency="USD">{amount:.2f}</Money></{tag}>'


def _confirmed(one: Answered, at: datetime) -> str:
    rows = ""
    if one.accepted:
        rows += _status(one, "accept", one.accepted, 1 if one.dated else 0, at)
    if one.waiting:
        rows += _status(one, "backordered", one.waiting, one.days, at)
    if one.refused:
        rows += _status(one, "reject", one.refused, 0, at)
    return (
        f'<ConfirmationItem quantity="{one.line.quantity}" lineNumber={quoted(one.line.number)}>'
        f"{_unit(one.line)}{rows}</ConfirmationItem>"
    )


def _status(one: Answered, kind: str, packs: int, days: int, at: datetime) -> str:
    day = f' shipmentDate="{moment(at + timedelta(days=days))}"' if days else ""
    return (
        f'<ConfirmationStatus quantity="{packs}" type="{kind}"{day}>'
        f"{_unit(one.line)}</ConfirmationStatus>"
    )


def _billed(ordinal: int, line: AskedLine, packs: int, price: Decimal) -> str:
    return (
        f'<InvoiceDetailItem invoiceLineNumber="{ordinal}" quantity="{packs}">{_unit(line)}'
        f"{_money('UnitPrice', price)}"
        f"<InvoiceDetailItemReference lineNumber={quoted(line.number)}>{_article(line)}"
        "</InvoiceDetailItemReference></InvoiceDetailItem>"
    )


def _ordered(request: _Element, payload: str) -> AskedOrder:
    return AskedOrder(
        number=attribute(request, "OrderRequestHeader", "orderID"),
        day=attribute(request, "OrderRequestHeader", "orderDate")[:10],
        lines=tuple(_asked(line) for line in every(request, "ItemOut")),
        words={"payload": payload},
    )


def _asked(line: _Element) -> AskedLine:
    ids = {kind: said(line, f"ItemID/{tag}") for tag, kind in _IDS.items()}
    return AskedLine(
        number=str(line.get("lineNumber")),
        quantity=int(str(line.get("quantity"))),
        unit=said(line, "ItemDetail/UnitOfMeasure"),
        cost=said(line, "ItemDetail/UnitPrice/Money"),
        products=tuple(word for pair in ids.items() if pair[1] for word in pair),
        sku=ids["sku"],
    )
