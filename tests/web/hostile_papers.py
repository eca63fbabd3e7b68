"""Papers of Fjord, who speaks UBL, and of Kiln, who speaks cXML, with a text wherever one may go.

They name no map of ours: they are what such partners' systems could write. ORDER and TEXT stand for
a purchase order's number and the text.
"""

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape

OUR_SECRET, THEIR_SECRET = "ours is long", "theirs is long"
_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_NOON = "2026-11-20T12:00:00+00:00"


def filled(paper: str, text: str, order: str = "") -> str:
    """Write a paper on a purchase order with this text; no number means an order of that name."""
    return paper.replace("ORDER", order or "TEXT").replace("TEXT", quoted(text))


def repeated(paper: str, texts: Sequence[str], order: str = "") -> str:
    """Write a paper with what stands in an <EACH> once for every text, the rest with the first."""
    if "<EACH>" not in paper:
        return filled(paper, texts[0], order)
    before, each, after = re.split("</?EACH>", paper)
    inside = "".join(filled(each, text, order) for text in texts)
    return filled(before, texts[0], order) + inside + filled(after, texts[0], order)


def quoted(text: str) -> str:
    """Write a text as it may stand in an element and in an attribute."""
    return escape(text, {'"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"})


# --- UBL -----------------------------------------------------------------------------------------


def _ubl(root: str, inside: str) -> str:
    spaces = (
        f'xmlns="{_UBL}{root}-2" xmlns:a="{_UBL}CommonAggregateComponents-2" '
        f'xmlns:c="{_UBL}CommonBasicComponents-2"'
    )
    return f"<{root} {spaces}>{inside}</{root}>"


_ABOUT = "<a:OrderReference><c:ID>ORDER</c:ID></a:OrderReference>"
_PARTY = "<a:Party><a:PartyName><c:Name>TEXT</c:Name></a:PartyName></a:Party>"
_LINE = "<a:OrderLineReference><c:LineID>1</c:LineID></a:OrderLineReference>"
_ITEM = (
    "<a:Item><c:Name>TEXT</c:Name><a:SellersItemIdentification><c:ID>TEXT</c:ID>"
    "</a:SellersItemIdentification></a:Item>"
)
_NO_LINE = _LINE.replace(">1<", ">TEXT<")
_ONE_LEFT = '<c:ID>1</c:ID><c:DeliveredQuantity unitCode="EA">1</c:DeliveredQuantity>'
_PARCEL = (
    "<a:TransportHandlingUnit><c:ID>TEXT</c:ID>"
    f"<a:HandlingUnitDespatchLine>{_ONE_LEFT}{{line}}</a:HandlingUnitDespatchLine>"
    "<a:Package><c:TraceID>TEXT</c:TraceID></a:Package></a:TransportHandlingUnit>"
)


def _answer(status: int, *, item: str = "", line: str = "") -> str:
    return (
        f"<a:OrderLine><c:Note>TEXT</c:Note><a:LineItem><c:ID>1</c:ID><c:LineStatusCode>{status}"
        f'</c:LineStatusCode><c:Quantity unitCode="EA">1</c:Quantity>{item}</a:LineItem>{line}'
        "</a:OrderLine>"
    )


def _charge(code: str = "") -> str:
    return (
        f"<a:AllowanceCharge><c:ChargeIndicator>true</c:ChargeIndicator>{code}"
        "<c:AllowanceChargeReason>TEXT</c:AllowanceChargeReason>"
        '<c:Amount currencyID="USD">1.00</c:Amount></a:AllowanceCharge>'
    )


RESPONSE = _ubl(
    "OrderResponse",
    "<c:ID>TEXT</c:ID><c:SalesOrderID>TEXT</c:SalesOrderID><c:IssueDate>2026-11-20</c:IssueDate>"
    f"<c:Note>TEXT</c:Note><c:OrderResponseCode>CA</c:OrderResponseCode>{_ABOUT}"
    f"<a:SellerSupplierParty>{_PARTY}</a:SellerSupplierParty>"
    f"<a:BuyerCustomerParty>{_PARTY}</a:BuyerCustomerParty>"
    f"{_answer(5, line=_LINE)}{_answer(7, line=_LINE)}{_answer(7, item=_ITEM)}",
)
"""One unit of line 1 is accepted, one refused with a reason, and so is an article of nobody's."""

ADVICE = _ubl(
    "DespatchAdvice",
    "<c:ID>TEXT</c:ID><c:IssueDate>2026-11-20</c:IssueDate><c:IssueTime>16:00:00Z</c:IssueTime>"
    f"<c:Note>TEXT</c:Note>{_ABOUT}"
    f"<a:DespatchSupplierParty>{_PARTY}</a:DespatchSupplierParty>"
    f"<a:DeliveryCustomerParty>{_PARTY}</a:DeliveryCustomerParty>"
    "<a:Shipment><c:ID>1</c:ID><a:Consignment><c:ID>1</c:ID><a:CarrierParty>"
    "<a:PartyIdentification><c:ID>TEXT</c:ID></a:PartyIdentification></a:CarrierParty>"
    f"</a:Consignment>{_PARCEL.format(line=_LINE)}</a:Shipment>"
    f"<a:DespatchLine>{_ONE_LEFT}{_NO_LINE}{_ITEM}</a:DespatchLine>",
)
"""The accepted unit left in a parcel, and with it an article of nobody's."""

INVOICE = _ubl(
    "Invoice",
    "<c:ID>TEXT</c:ID><c:IssueDate>2026-11-20</c:IssueDate><c:InvoiceTypeCode>380"
    f"</c:InvoiceTypeCode><c:Note>TEXT</c:Note>{_ABOUT}"
    f"<a:AccountingSupplierParty>{_PARTY}</a:AccountingSupplierParty>"
    f"<a:AccountingCustomerParty>{_PARTY}</a:AccountingCustomerParty>"
    f"{_charge('<c:AllowanceChargeReasonCode>TEXT</c:AllowanceChargeReasonCode>')}"
    '<a:LegalMonetaryTotal><c:PayableAmount currencyID="USD">9.00</c:PayableAmount>'
    "</a:LegalMonetaryTotal><a:InvoiceLine><c:ID>1</c:ID>"
    '<c:InvoicedQuantity unitCode="EA">1</c:InvoicedQuantity>'
    f'<c:LineExtensionAmount currencyID="USD">7.00</c:LineExtensionAmount>{_LINE}{_charge()}{_ITEM}'
    '<a:Price><c:PriceAmount currencyID="USD">7.00</c:PriceAmount></a:Price></a:InvoiceLine>',
)
"""The unit is to be paid for: more than was agreed, and charges beside."""

ADVICE_OF_MANY = _ubl(
    "DespatchAdvice",
    "<c:ID>D-many</c:ID><c:IssueDate>2026-11-20</c:IssueDate><c:IssueTime>16:00:00Z</c:IssueTime>"
    "<a:Shipment><c:ID>1</c:ID><EACH>"
    + _PARCEL.format(line=_LINE.replace("</c:LineID>", f"</c:LineID>{_ABOUT}"))
    + "</EACH></a:Shipment>",
)
"""One parcel for each of many orders."""

RESPONSE_IN_WORDS = _ubl(
    "OrderResponse",
    "<c:ID>R-words</c:ID><c:IssueDate>TEXT</c:IssueDate><c:OrderResponseCode>TEXT"
    f"</c:OrderResponseCode>{_ABOUT}<EACH><a:OrderLine><a:LineItem><c:ID>1</c:ID>"
    '<c:LineStatusCode>TEXT</c:LineStatusCode><c:Quantity unitCode="TEXT">TEXT</c:Quantity>'
    "<a:Delivery><a:PromisedDeliveryPeriod><c:EndDate>TEXT</c:EndDate></a:PromisedDeliveryPeriod>"
    "</a:Delivery></a:LineItem><a:OrderLineReference><c:LineID>TEXT</c:LineID>"
    "</a:OrderLineReference></a:OrderLine></EACH>",
)
"""Words where codes, days and numbers belong."""

# --- cXML ----------------------------------------------------------------------------------------


def enveloped(paper: str, *, payload: str, agent: str, mode: str = "production") -> str:
    """Put a paper of Kiln's in its envelope."""
    credential = '<Credential domain="NetworkId"><Identity>{}</Identity>{}</Credential>'
    secret = f"<SharedSecret>{THEIR_SECRET}</SharedSecret>"
    return (
        '<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.063/Fulfill.dtd">'
        f'<cXML payloadID="{quoted(payload)}" timestamp="{_NOON}"><Header>'
        f"<From>{credential.format('AN-KILN', '')}</From>"
        f"<To>{credential.format('AN-JUNIPER', '')}</To>"
        f"<Sender>{credential.format('AN-KILN', secret)}<UserAgent>{quoted(agent)}</UserAgent>"
        f'</Sender></Header><Request deploymentMode="{quoted(mode)}">{paper}</Request></cXML>'
    )


REFUSAL = (
    f'<cXML payloadID="r@kiln.example" timestamp="{_NOON}"><Response>'
    '<Status code="406" text="TEXT">TEXT</Status></Response></cXML>'
)
"""What Kiln's server answers to a post of ours that it does not take."""

_NAMED = '<OrderReference orderID="ORDER"><DocumentReference payloadID="TEXT"/></OrderReference>'
_EACH_UNIT = "<UnitOfMeasure>EA</UnitOfMeasure>"
_PART_ID = "<ItemID><SupplierPartID>TEXT</SupplierPartID></ItemID>"


def _status(kind: str) -> str:
    return (
        f'<ConfirmationStatus quantity="1" type="{kind}">{_EACH_UNIT}<Comments>TEXT</Comments>'
        "</ConfirmationStatus>"
    )


def _item(units: int, number: str, inside: str) -> str:
    return (
        f'<ConfirmationItem quantity="{units}" lineNumber="{number}">{_EACH_UNIT}{inside}'
        "</ConfirmationItem>"
    )


CONFIRMATION = (
    '<ConfirmationRequest><ConfirmationHeader confirmID="TEXT" operation="new" type="detail" '
    f'noticeDate="{_NOON}"><Comments>TEXT</Comments></ConfirmationHeader>{_NAMED}'
    f"{_item(2, '1', _status('accept') + _status('reject'))}{_item(1, 'TEXT', _status('reject'))}"
    "</ConfirmationRequest>"
)
"""One unit of line 1 is accepted, one refused with a reason, and so is a line of nobody's."""

SHIP_NOTICE = (
    f'<ShipNoticeRequest><ShipNoticeHeader shipmentID="TEXT" noticeDate="{_NOON}">'
    '<Comments>TEXT</Comments></ShipNoticeHeader><ShipControl><CarrierIdentifier domain="SCAC">'
    'TEXT</CarrierIdentifier><CarrierIdentifier domain="companyName">TEXT</CarrierIdentifier>'
    "<ShipmentIdentifier>TEXT</ShipmentIdentifier></ShipControl><EACH><ShipNoticePortion>"
    f'{_NAMED}<ShipNoticeItem quantity="1" lineNumber="1">{_EACH_UNIT}</ShipNoticeItem>'
    f'<ShipNoticeItem quantity="1" lineNumber="9">{_PART_ID}{_EACH_UNIT}</ShipNoticeItem>'
    "</ShipNoticePortion></EACH></ShipNoticeRequest>"
)
"""The accepted unit left in a parcel, and with it an article of nobody's; a portion an order."""

INVOICE_DETAIL = (
    '<InvoiceDetailRequest><InvoiceDetailRequestHeader invoiceID="TEXT" purpose="standard" '
    f'operation="new" invoiceDate="{_NOON}"><Comments>TEXT</Comments></InvoiceDetailRequestHeader>'
    f"<InvoiceDetailOrder><InvoiceDetailOrderInfo>{_NAMED}</InvoiceDetailOrderInfo>"
    f'<InvoiceDetailItem quantity="1">{_EACH_UNIT}<UnitPrice><Money currency="USD">7.00</Money>'
    f'</UnitPrice><InvoiceDetailItemReference lineNumber="1">{_PART_ID}'
    "<Description>TEXT</Description></InvoiceDetailItemReference></InvoiceDetailItem>"
    '</InvoiceDetailOrder><InvoiceDetailSummary><Tax><Money currency="USD">1.00</Money>'
    '<Description>TEXT</Description></Tax><NetAmount><Money currency="USD">8.00</Money></NetAmount>'
    "</InvoiceDetailSummary></InvoiceDetailRequest>"
)
"""The unit is to be paid for: more than was agreed, and tax."""

CONFIRMATION_IN_WORDS = (
    '<ConfirmationRequest><ConfirmationHeader operation="TEXT" type="TEXT" noticeDate="TEXT"/>'
    f'{_NAMED}<EACH><ConfirmationItem quantity="TEXT" lineNumber="TEXT"><UnitOfMeasure>TEXT'
    '</UnitOfMeasure><ConfirmationStatus quantity="TEXT" type="TEXT" shipmentDate="TEXT">'
    "<UnitOfMeasure>TEXT</UnitOfMeasure></ConfirmationStatus></ConfirmationItem></EACH>"
    "</ConfirmationRequest>"
)
"""Words where codes, days and numbers belong."""
