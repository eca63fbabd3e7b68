"""The language of Nordic: a proprietary XML of its own, in files."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from lxml.etree import _Element

from hub.lab.accounts import TOO_MUCH, priced
from hub.lab.asked import AskedChange, AskedLine, AskedOrder, Heard
from hub.lab.plain_voice import PlainVoice
from hub.lab.terms import Answered, Box, Departure
from hub.lab.voice import Bill, Count, Kind, Shelved
from hub.lab.xml_words import (
    DECLARED,
    UNITS,
    attribute,
    every,
    is_tree,
    moment,
    name,
    quoted,
    said,
    tree,
    written,
)

NAMESPACE = "urn:nordic-living:trade:2"
_SCHEMES = {"VN": "nordic", "UP": "gtin", "SK": "buyer"}  # X12 235, as shelves have them
_ROOTS = {
    Kind.RESPONSE: "OrderAnswer",
    Kind.NOTICE: "Despatch",
    Kind.STOCK: "StockList",
    Kind.INVOICE: "Bill",
    Kind.CHANGE_ANSWER: "ChangeAnswer",
}
_CARRIERS = {"UPSN": "ups", "FDEG": "fedex", "USPS": "usps"}


class NordicVoice(PlainVoice):
    """Speaks for Nordic."""

    def whole(self, text: str) -> bool:
        """Return whether the root is closed."""
        return is_tree(text)

    def read(self, text: str) -> Heard:
        """Return what an Order or an OrderChange says."""
        root = tree(text)
        match name(root):
            case "Order":
                return Heard(orders=(_ordered(root),))
            case "OrderChange":
                return Heard(changes=(_changed(root),))
            case _:
                return Heard()

    def named(self, kind: Kind) -> str:
        """Return the name of the root."""
        return _ROOTS[kind]

    def response(
        self, order: AskedOrder, answers: Sequence[Answered], *, name: str, at: datetime
    ) -> str:
        """Return an OrderAnswer."""
        lines = "".join(_answered(one, at) for one in answers)
        return _rooted(
            Kind.RESPONSE,
            'purpose="original"',
            f"<Number>{written(order.number)}</Number><Date>{at:%Y-%m-%d}</Date>"
            f"<OurNumber>{written(name)}</OurNumber>{lines}",
        )

    def notice(self, order: AskedOrder, departure: Departure, *, place: str, at: datetime) -> str:
        """Return a Despatch."""
        carrier = _CARRIERS[departure.carrier.scac]
        return _rooted(
            Kind.NOTICE,
            'purpose="original"',
            f"<Notice>{written(departure.notice)}</Notice><Number>{written(order.number)}</Number>"
            f"<ShippedAt>{moment(at)}</ShippedAt>"
            f'<Carrier service="ground">{carrier}</Carrier>'
            + "".join(_parcel(box) for box in departure.boxes),
        )

    def invoice(self, order: AskedOrder, bill: Bill, *, at: datetime) -> str:
        """Return a Bill."""
        number = bill.departure.notice.replace("S-", "B-", 1)
        total, lines = TOO_MUCH if bill.wrong else Decimal(), ""
        for line, packs in bill.departure.lines:
            price = priced(line.cost, dearer=line.sku in bill.dearer)
            total += price * packs
            lines += _line(line, f"{_quantity(line, packs)}<Price>{price}</Price>")
        return _rooted(
            Kind.INVOICE,
            'kind="invoice"',
            f"<Invoice>{written(number)}</Invoice><Number>{written(order.number)}</Number>"
            f"<Date>{at:%Y-%m-%d}</Date><Currency>USD</Currency>{lines}<Total>{total:.2f}</Total>",
        )

    def count(self, count: Count, *, at: datetime) -> str:
        """Return a StockList."""
        rows = "".join(_counted(one, count.shelf[one.sku]) for one in count.articles)
        kind = "delta" if count.changes else "full"
        return _rooted(
            Kind.STOCK,
            f'kind="{kind}"',
            f"<Report>{written(count.name)}</Report><CountedAt>{moment(at)}</CountedAt>{rows}",
        )

    def change_answer(self, change: AskedChange, *, yes: bool, at: datetime) -> str:
        """Return a ChangeAnswer."""
        return _rooted(
            Kind.CHANGE_ANSWER,
            'purpose="original"',
            f"<Number>{written(change.order)}</Number>"
            f"<Change>{written(change.words['name'])}</Change><Date>{at:%Y-%m-%d}</Date>"
            f"<All>{'accepted' if yes else 'rejected'}</All>",
        )

    def misprinted(self, kind: Kind, body: str) -> str:
        """Return the paper with a quantity in words."""
        before, tag, rest = body.partition("<Quantity")
        attributes, end, after = rest.partition(">")
        return f"{before}{tag}{attributes}{end}SOME{after[after.index('<') :]}"

    def miscounted(self, kind: Kind, text: str) -> str:
        """Return the message with a quantity below nothing, which its schema forbids."""
        before, tag, rest = text.partition("<Quantity")
        attributes, end, after = rest.partition(">")
        return f"{before}{tag}{attributes}{end}-{after}"


def _rooted(kind: Kind, attributes: str, inside: str) -> str:
    root = _ROOTS[kind]
    return f'{DECLARED}<{root} xmlns="{NAMESPACE}" {attributes}>{inside}</{root}>\n'


def _articles(products: Sequence[str]) -> str:
    pairs = zip(products[::2], products[1::2], strict=True)
    return "".join(
        f"<Article scheme={quoted(scheme)}>{written(value)}</Article>" for scheme, value in pairs
    )


def _line(line: AskedLine, inside: str) -> str:
    return f"<Line no={quoted(line.number)}>{_articles(line.products)}{inside}</Line>"


def _quantity(line: AskedLine, packs: int) -> str:
    return f"<Quantity unit={quoted(line.unit)}>{packs}</Quantity>"


def _answered(one: Answered, at: datetime) -> str:
    unit = f"unit={quoted(one.line.unit)}"
    rows = ""
    if one.accepted:
        ships = f' ships="{at + timedelta(days=1):%Y-%m-%d}"' if one.dated else ""
        rows += f'<Answer quantity="{one.accepted}" {unit}{ships}>accepted</Answer>'
    if one.waiting:
        ready = f"{at + timedelta(days=one.days):%Y-%m-%d}"
        rows += f'<Answer quantity="{one.waiting}" {unit} ships="{ready}">backordered</Answer>'
    if one.refused:
        rows += f'<Answer quantity="{one.refused}" {unit} reason="sold out">rejected</Answer>'
    return _line(one.line, rows)


def _parcel(box: Box) -> str:
    lines = "".join(_line(line, _quantity(line, packs)) for line, packs in box.lines)
    return f"<Parcel><Tracking>{written(box.tracking)}</Tracking>{lines}</Parcel>"


def _counted(one: Shelved, packs: int) -> str:
    products = tuple(word if n % 2 else _SCHEMES[word] for n, word in enumerate(one.products))
    unit = UNITS[one.unit]
    return f'<Row>{_articles(products)}<Quantity unit="{unit}">{packs}</Quantity></Row>'


def _ordered(root: _Element) -> AskedOrder:
    return AskedOrder(
        number=said(root, "Head/Number"),
        day=said(root, "Head/Date"),
        lines=tuple(_asked(line) for line in every(root, "Lines/Line")),
    )


def _asked(line: _Element) -> AskedLine:
    pairs = [(str(one.get("scheme")), one.text or "") for one in every(line, "Article")]
    return AskedLine(
        number=str(line.get("no")),
        quantity=int(said(line, "Quantity")),
        unit=attribute(line, "Quantity", "unit"),
        cost=said(line, "Cost"),
        products=tuple(word for pair in pairs for word in pair),
        sku=dict(pairs).get("buyer", ""),
    )


def _changed(root: _Element) -> AskedChange:
    return AskedChange(
        order=said(root, "Head/Number"),
        whole=said(root, "Head/Purpose") == "cancel",
        stands={str(line.get("no")): int(said(line, "Quantity")) for line in every(root, "Line")},
        words={"name": said(root, "Head/Change")},
    )
