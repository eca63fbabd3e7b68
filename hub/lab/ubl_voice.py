"""The language of Fjord: UBL 2.1 as Peppol shapes it, in files."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from lxml.etree import _Element

from hub.lab.accounts import TOO_MUCH, priced
from hub.lab.asked import AskedChange, AskedLine, AskedOrder, Heard
from hub.lab.plain_voice import PlainVoice
from hub.lab.terms import Answered, Box, Departure
from hub.lab.voice import Bill, Kind
from hub.lab.xml_words import DECLARED, attribute, every, is_tree, name, quoted, said, tree, written

_SCHEMAS = "urn:oasis:names:specification:ubl:schema:xsd"
_COMMON = (
    f'xmlns:cac="{_SCHEMAS}:CommonAggregateComponents-2" '
    f'xmlns:cbc="{_SCHEMAS}:CommonBasicComponents-2"'
)
_PROFILES = {
    "OrderResponse": (
        "urn:fdc:peppol.eu:poacc:trns:order_response:3",
        "urn:fdc:peppol.eu:poacc:bis:ordering:3",
    ),
    "DespatchAdvice": (
        "urn:fdc:peppol.eu:poacc:trns:despatch_advice:3",
        "urn:fdc:peppol.eu:poacc:bis:despatch_advice:3",
    ),
    "Invoice": (
        "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0",
        "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0",
    ),
}
_ROOTS = {
    Kind.RESPONSE: "OrderResponse",
    Kind.NOTICE: "DespatchAdvice",
    Kind.INVOICE: "Invoice",
}
_ACCEPTED, _REFUSED, _CHANGED = "5", "7", "3"  # LineStatusCode, UNCL 1229
_IDS = {
    "sku": "BuyersItemIdentification",
    "vendor": "SellersItemIdentification",
    "gtin": "StandardItemIdentification",
}


class UblVoice(PlainVoice):
    """Speaks for the firm of that name."""

    def __init__(self, firm: str) -> None:
        self._firm = firm

    def whole(self, text: str) -> bool:
        """Return whether the root is closed."""
        return is_tree(text)

    def read(self, text: str) -> Heard:
        """Return what an Order, an OrderChange or an OrderCancellation says."""
        root = tree(text)
        match name(root):
            case "Order":
                return Heard(orders=(_ordered(root),))
            case "OrderChange":
                return Heard(changes=(_changed(root),))
            case "OrderCancellation":
                number = said(root, "OrderReference/ID")
                return Heard(changes=(AskedChange(order=number, whole=True, stands={}),))
            case _:
                return Heard()

    def named(self, kind: Kind) -> str:
        """Return the name of the root."""
        return _ROOTS[kind]

    def response(
        self, order: AskedOrder, answers: Sequence[Answered], *, name: str, at: datetime
    ) -> str:
        """Return an OrderResponse: each quantity of a line is an order line of its own."""
        lines = "".join(_answered(one, at) for one in answers)
        return _rooted(
            Kind.RESPONSE,
            f"<cbc:ID>R-{written(order.number)}</cbc:ID>"
            f"<cbc:SalesOrderID>{written(name)}</cbc:SalesOrderID>"
            f"<cbc:IssueDate>{at:%Y-%m-%d}</cbc:IssueDate>"
            f"<cbc:OrderResponseCode>CA</cbc:OrderResponseCode>"
            f"<cac:OrderReference><cbc:ID>{written(order.number)}</cbc:ID></cac:OrderReference>"
            f"<cac:SellerSupplierParty>{_party(self._firm)}</cac:SellerSupplierParty>"
            f"<cac:BuyerCustomerParty>{_party(order.words['buyer'])}</cac:BuyerCustomerParty>"
            + lines,
        )

    def notice(self, order: AskedOrder, departure: Departure, *, place: str, at: datetime) -> str:
        """Return a DespatchAdvice, each parcel a handling unit."""
        units = "".join(_unit(box) for box in departure.boxes)
        lines = "".join(_despatched(line, packs) for line, packs in departure.lines)
        return _rooted(
            Kind.NOTICE,
            f"<cbc:ID>{written(departure.notice)}</cbc:ID>"
            f"<cbc:IssueDate>{at:%Y-%m-%d}</cbc:IssueDate>"
            f"<cbc:IssueTime>{at:%H:%M:%S}+00:00</cbc:IssueTime>"
            f"<cac:OrderReference><cbc:ID>{written(order.number)}</cbc:ID></cac:OrderReference>"
            f"<cac:DespatchSupplierParty>{_party(place)}</cac:DespatchSupplierParty>"
            f"<cac:DeliveryCustomerParty>{_party(order.words['to'])}</cac:DeliveryCustomerParty>"
            "<cac:Shipment><cbc:ID>1</cbc:ID><cac:Consignment><cbc:ID>1</cbc:ID>"
            "<cac:CarrierParty><cac:PartyIdentification>"
            f"<cbc:ID>{departure.carrier.scac}</cbc:ID>"
            "</cac:PartyIdentification></cac:CarrierParty></cac:Consignment>"
            f"{units}</cac:Shipment>{lines}",
        )

    def invoice(self, order: AskedOrder, bill: Bill, *, at: datetime) -> str:
        """Return an Invoice without tax."""
        number = bill.departure.notice.replace("S-", "I-", 1)
        total, lines = Decimal(), ""
        for ordinal, (line, packs) in enumerate(bill.departure.lines, start=1):
            price = priced(line.cost, dearer=line.sku in bill.dearer)
            total += price * packs
            lines += _billed(ordinal, line, packs, price)
        payable = total + (TOO_MUCH if bill.wrong else 0)
        return _rooted(
            Kind.INVOICE,
            f"<cbc:ID>{written(number)}</cbc:ID><cbc:IssueDate>{at:%Y-%m-%d}</cbc:IssueDate>"
            "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>"
            "<cbc:DocumentCurrencyCode>USD</cbc:DocumentCurrencyCode>"
            f"<cac:OrderReference><cbc:ID>{written(order.number)}</cbc:ID></cac:OrderReference>"
            f"<cac:AccountingSupplierParty>{_party(self._firm)}</cac:AccountingSupplierParty>"
            "<cac:AccountingCustomerParty>"
            f"{_party(order.words['buyer'])}</cac:AccountingCustomerParty>"
            "<cac:LegalMonetaryTotal>"
            f"{_money('LineExtensionAmount', total)}{_money('PayableAmount', payable)}"
            f"</cac:LegalMonetaryTotal>{lines}",
        )

    def misprinted(self, kind: Kind, body: str) -> str:
        """Return the paper with a quantity in words."""
        before, tag, rest = body.partition("<cbc:DeliveredQuantity")
        attributes, end, after = rest.partition(">")
        return f"{before}{tag}{attributes}{end}SOME{after[after.index('<') :]}"

    def miscounted(self, kind: Kind, text: str) -> str:
        """Return the message with a quantity below nothing."""
        before, tag, rest = text.partition("Quantity unitCode=")
        attributes, end, after = rest.partition(">")
        return f"{before}{tag}{attributes}{end}-{after}"


def _rooted(kind: Kind, inside: str) -> str:
    root = _ROOTS[kind]
    custom, profile = _PROFILES[root]
    return (
        f'{DECLARED}<{root} xmlns="{_SCHEMAS}:{root}-2" {_COMMON}>'
        f"<cbc:CustomizationID>{custom}</cbc:CustomizationID>"
        f"<cbc:ProfileID>{profile}</cbc:ProfileID>{inside}</{root}>\n"
    )


def _party(firm: str) -> str:
    named = f"<cac:PartyName><cbc:Name>{written(firm)}</cbc:Name></cac:PartyName>"
    return f"<cac:Party>{named}</cac:Party>"


def _article(line: AskedLine) -> str:
    pairs = dict(zip(line.products[::2], line.products[1::2], strict=True))
    ids = "".join(
        f"<cac:{tag}><cbc:ID>{written(pairs[kind])}</cbc:ID></cac:{tag}>"
        for kind, tag in _IDS.items()
        if kind in pairs
    )
    return f"<cac:Item><cbc:Name>{written(line.sku)}</cbc:Name>{ids}</cac:Item>"


def _amount(tag: str, line: AskedLine, packs: int) -> str:
    return f"<cbc:{tag} unitCode={quoted(line.unit)}>{packs}</cbc:{tag}>"


def _money(tag: str, amount: Decimal) -> str:
    return f'<cbc:{tag} currencyID="USD">{amount:.2f}</cbc:{tag}>'


def _answered(one: Answered, at: datetime) -> str:
    rows = ""
    if one.accepted:
        day = f"{at + timedelta(days=1):%Y-%m-%d}" if one.dated else ""
        rows += _status(one, _ACCEPTED, one.accepted, day)
    if one.waiting:
        rows += _status(one, _CHANGED, one.waiting, f"{at + timedelta(days=one.days):%Y-%m-%d}")
    if one.refused:
        rows += _status(one, _REFUSED, one.refused, "")
    return rows


def _status(one: Answered, code: str, packs: int, day: str) -> str:
    promised = (
        "<cac:Delivery><cac:PromisedDeliveryPeriod>"
        f"<cbc:EndDate>{day}</cbc:EndDate></cac:PromisedDeliveryPeriod></cac:Delivery>"
        if day
        else ""
    )
    return (
        f"<cac:OrderLine><cac:LineItem><cbc:ID>{written(one.line.number)}</cbc:ID>"
        f"<cbc:LineStatusCode>{code}</cbc:LineStatusCode>"
        f"{_amount('Quantity', one.line, packs)}{promised}{_article(one.line)}</cac:LineItem>"
        f"<cac:OrderLineReference><cbc:LineID>{written(one.line.number)}</cbc:LineID>"
        "</cac:OrderLineReference></cac:OrderLine>"
    )


def _reference(line: AskedLine) -> str:
    number = f"<cbc:LineID>{written(line.number)}</cbc:LineID>"
    return f"<cac:OrderLineReference>{number}</cac:OrderLineReference>"


def _unit(box: Box) -> str:
    lines = "".join(
        f"<cac:HandlingUnitDespatchLine><cbc:ID>{ordinal}</cbc:ID>"
        f"{_amount('DeliveredQuantity', line, packs)}{_reference(line)}{_article(line)}"
        "</cac:HandlingUnitDespatchLine>"
        for ordinal, (line, packs) in enumerate(box.lines, start=1)
    )
    trace = f"<cac:Package><cbc:TraceID>{written(box.tracking)}</cbc:TraceID></cac:Package>"
    return f"<cac:TransportHandlingUnit>{lines}{trace}</cac:TransportHandlingUnit>"


def _despatched(line: AskedLine, packs: int) -> str:
    return (
        f"<cac:DespatchLine><cbc:ID>{written(line.number)}</cbc:ID>"
        f"{_amount('DeliveredQuantity', line, packs)}{_reference(line)}{_article(line)}"
        "</cac:DespatchLine>"
    )


def _billed(ordinal: int, line: AskedLine, packs: int, price: Decimal) -> str:
    return (
        f"<cac:InvoiceLine><cbc:ID>{ordinal}</cbc:ID>"
        f"{_amount('InvoicedQuantity', line, packs)}{_money('LineExtensionAmount', price * packs)}"
        f"{_reference(line)}{_article(line)}"
        f"<cac:Price>{_money('PriceAmount', price)}</cac:Price></cac:InvoiceLine>"
    )


def _ordered(root: _Element) -> AskedOrder:
    return AskedOrder(
        number=said(root, "ID"),
        day=said(root, "IssueDate"),
        lines=tuple(_asked(line) for line in every(root, "OrderLine/LineItem")),
        words={
            "buyer": said(root, "BuyerCustomerParty/Party/PartyName/Name"),
            "to": said(root, "Delivery/DeliveryParty/PartyName/Name"),
        },
    )


def _asked(line: _Element) -> AskedLine:
    ids = {kind: said(line, f"Item/{tag}/ID") for kind, tag in _IDS.items()}
    return AskedLine(
        number=said(line, "ID"),
        quantity=int(said(line, "Quantity")),
        unit=attribute(line, "Quantity", "unitCode"),
        cost=said(line, "Price/PriceAmount"),
        products=tuple(word for pair in ids.items() if pair[1] for word in pair),
        sku=ids["sku"],
    )


def _changed(root: _Element) -> AskedChange:
    lines = every(root, "OrderLine/LineItem")
    return AskedChange(
        order=said(root, "OrderReference/ID"),
        whole=False,
        stands={said(line, "ID"): int(said(line, "Quantity")) for line in lines},
    )
