"""Twenty orders of two brands as customers place them, and how each of them ends."""

from dataclasses import dataclass

from hub.domain.messages import Address
from hub.domain.orders import OrderChannel
from hub.domain.placing import Gift, NewGroup, NewLine, NewOrder
from hub.lab.catalog import ARTICLES

JUNIPER, HARBOR = "juniper", "harbor"
SHIPPING = 595  # US cents for each ship group
TAX_PERCENT = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """An order of the demo with its brand and the word its status ends with."""

    brand: str
    order: NewOrder
    ends: str = "Shipped"


def plays() -> tuple[Play, ...]:
    """Return the demo's orders, in the order in which they are placed."""
    return (*_juniper(), *_harbor())


def _person(text: str) -> Address:
    name, street, city, region, postal_code, phone, mailbox = (c.strip() for c in text.split("|"))
    return Address(
        name=name,
        lines=tuple(street.split(" / ")),
        city=city,
        region=region,
        postal_code=postal_code,
        country="US",
        phone=phone,
        email=f"{mailbox}@example.com",
    )


_PEOPLE = """\
Maya Lindqvist  | 12 Alder Lane              | Springfield | IL | 62701 | 217-555-0134 | maya
Tom Okafor      | 480 Harbour View / Apt 3   | Portland    | ME | 04101 | 207-555-0178 | tom
Ines Calloway   | 48 Larkspur Lane           | Dunmore     | VT | 05001 | 802-555-0142 | ines
Noor El-Amin    | 9 Quarry Road              | Ely         | MN | 55731 | 218-555-0119 | noor
Gus Petrakis    | 301 Mill Street / Unit 12  | Tarrow      | OH | 44001 | 440-555-0187 | gus
June Abernathy  | 77 Orchard Rise            | Mapleton    | UT | 84664 | 801-555-0163 | june
Rafael Soto     | 1540 Cedar Avenue          | Fresno      | CA | 93701 | 559-555-0105 | rafael
Wen Zhao        | 6 Lighthouse Walk          | Astoria     | OR | 97103 | 503-555-0150 | wen
Dana O'Neill    | 22 Ferry Landing           | Beaufort    | SC | 29902 | 843-555-0121 | dana
Åsa Bergström   | 815 Prairie Court          | Lindsborg   | KS | 67456 | 785-555-0199 | asa
"""
MAYA, TOM, INES, NOOR, GUS, JUNE, RAFAEL, WEN, DANA, ASA = map(_person, _PEOPLE.splitlines())

Basket = tuple[tuple[str, int], ...]


def _group(
    to: Address,
    *basket: tuple[str, int],
    number: str = "1",
    first: int = 1,
    method: str = "ground",
    instructions: str = "",
    gift: Gift | None = None,
    personalization: str = "",
) -> NewGroup:
    """A ship group; `personalization` is for its first line."""
    lines = [
        _line(first + ordinal, sku, quantity, personalization if ordinal == 0 else "")
        for ordinal, (sku, quantity) in enumerate(basket)
    ]
    return NewGroup(
        number=number,
        ship_to=to,
        method=method,
        lines=tuple(lines),
        instructions=instructions,
        gift=gift,
    )


def _line(number: int, sku: str, quantity: int, personalization: str) -> NewLine:
    article = ARTICLES[sku]
    return NewLine(
        number=str(number),
        sku=sku,
        quantity=quantity,
        unit_price=article.price,
        description=article.title,
        tax=quantity * article.price * TAX_PERCENT // 100,
        personalization=personalization,
    )


def _order(
    number: str,
    customer: Address,
    *groups: NewGroup,
    channel: OrderChannel = OrderChannel.WEB,
    discount: int = 0,
) -> NewOrder:
    lines = [line for group in groups for line in group.lines]
    goods = sum(line.quantity * line.unit_price + line.tax for line in lines)
    shipping = SHIPPING * len(groups)
    return NewOrder(
        number=number,
        channel=channel,
        currency="USD",
        customer=customer,
        groups=groups,
        total=goods + shipping - discount,
        shipping=shipping,
        discount=discount,
    )


def _juniper() -> list[Play]:
    birthday = Gift(
        sender="Maya", recipient="Noor", message="Happy birthday!\nWith love from all of us."
    )
    orders = [
        _order("J-1001", MAYA, _group(MAYA, ("JUN-MUG-BLUE", 2), ("JUN-CANDLE-PINE", 1))),
        _order("J-1002", MAYA, _group(NOOR, ("JUN-SCARF-NAVY", 1), gift=birthday)),
        _order(
            "J-1003",
            TOM,
            _group(TOM, ("JUN-MUG-SAND", 4), personalization="T. O.", instructions="Ring twice."),
        ),
        _order(
            "J-1004",
            JUNE,
            _group(JUNE, ("JUN-THROW-GREY", 1), ("JUN-CUSHION-MOSS", 2)),
            channel=OrderChannel.PHONE,
        ),
        _order("J-1005", INES, _group(INES, ("JUN-VASE-TALL", 1))),
        _order("J-1006", ASA, _group(ASA, ("JUN-LANTERN-BRASS", 1), ("JUN-TRUG-WILLOW", 1))),
        _order(
            "J-1007",
            GUS,
            _group(GUS, ("JUN-CANDLE-PINE", 8), method="second_day"),
            discount=1000,
        ),
        _order(
            "J-1008",
            WEN,
            _group(WEN, ("JUN-THROW-CREAM", 1)),
            _group(
                RAFAEL,
                ("JUN-SCARF-RUST", 1),
                number="2",
                first=2,
                gift=Gift(
                    sender="Wen", recipient="Rafael", message="For the cold evenings.", wrap=True
                ),
            ),
        ),
        _order("J-1009", DANA, _group(DANA, ("JUN-VASE-LOW", 1), ("JUN-GLOVES-M", 2))),
    ]
    unlucky = _order("J-1010", NOOR, _group(NOOR, ("JUN-FERN-POT", 1), ("JUN-VASE-LOW", 1)))
    return [
        *(Play(brand=JUNIPER, order=order) for order in orders),
        Play(brand=JUNIPER, order=unlucky, ends="Part shipped"),
    ]


def _harbor() -> list[Play]:
    wedding = Gift(sender="The Sotos", recipient="Ines and Gus", message="To a long table.")
    orders = [
        _order("H-2001", RAFAEL, _group(RAFAEL, ("HAR-LAMP-OAK", 1))),
        _order("H-2002", INES, _group(INES, ("HAR-KNIFE-CHEF", 1), ("HAR-KNIFE-PARING", 2))),
        _order(
            "H-2003",
            RAFAEL,
            _group(
                GUS,
                ("HAR-BOARD-OAK", 1),
                ("HAR-NAPKIN-LINEN", 8),
                gift=wedding,
                personalization="Ines & Gus 2026",
            ),
        ),
        _order("H-2004", TOM, _group(TOM, ("HAR-TABLE-BISTRO", 1), ("HAR-JUG-GLASS", 1))),
        _order("H-2005", WEN, _group(WEN, ("HAR-CAKE-STAND", 1)), channel=OrderChannel.PHONE),
        _order("H-2006", DANA, _group(DANA, ("HAR-POT-IRON", 1), method="next_day")),
        _order(
            "H-2007",
            JUNE,
            _group(JUNE, ("HAR-APRON-STRIPE", 2), ("HAR-BOWL-SERVING", 1)),
            channel=OrderChannel.MAIL,
        ),
        _order(
            "H-2008",
            ASA,
            _group(ASA, ("HAR-NAPKIN-LINEN", 4)),
            _group(MAYA, ("HAR-JUG-GLASS", 2), number="2", first=2),
        ),
        _order("H-2009", GUS, _group(GUS, ("HAR-BOWL-SERVING", 2), ("HAR-KNIFE-CHEF", 1))),
        _order("H-2010", NOOR, _group(NOOR, ("HAR-BOARD-OAK", 2)), discount=500),
    ]
    return [Play(brand=HARBOR, order=order) for order in orders]
