"""What the demo's orders are made of: invented people, ship groups, totals that add up."""

from dataclasses import asdict
from typing import Any

from hub.domain.messages import Address
from hub.domain.orders import OrderChannel
from hub.domain.placing import Gift, NewGroup, NewLine, NewOrder
from hub.lab.catalog import ARTICLES

SHIPPING = 595  # US cents for each ship group
TAX_PERCENT = 6


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
PEOPLE = {person.email.partition("@")[0]: person for person in map(_person, _PEOPLE.splitlines())}
METHODS = ("ground", "next_day", "second_day")
MAYA, TOM, INES, NOOR, GUS, JUNE, RAFAEL, WEN, DANA, ASA = PEOPLE.values()


def group(
    to: Address,
    *basket: tuple[str, int],
    number: str = "1",
    first: int = 1,
    method: str = "ground",
    instructions: str = "",
    gift: Gift | None = None,
    personalization: str = "",
) -> NewGroup:
    """Return a ship group of (SKU, units); `personalization` is for its first line."""
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


def order(
    number: str,
    customer: Address,
    *groups: NewGroup,
    channel: OrderChannel = OrderChannel.WEB,
    discount: int = 0,
) -> NewOrder:
    """Return an order whose total is what its lines, taxes and shipping make."""
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


def posted(new: NewOrder) -> dict[str, Any]:
    """Return an order as a storefront posts it."""
    return {
        "number": new.number,
        "channel": str(new.channel),
        "currency": new.currency,
        "customer": _filled(new.customer),
        "ship_groups": [
            {
                "number": group.number,
                "ship_to": _filled(group.ship_to),
                "method": group.method,
                "lines": [_filled(line) for line in group.lines],
                **({"instructions": group.instructions} if group.instructions else {}),
                **({"gift": _filled(group.gift)} if group.gift else {}),
            }
            for group in new.groups
        ],
        "shipping": new.shipping,
        "discount": new.discount,
        "total": new.total,
    }


def _filled(value: Address | NewLine | Gift) -> dict[str, Any]:
    """Return what is said of it, without what is left empty."""
    return {name: said for name, said in asdict(value).items() if said not in ("", None, ())}
