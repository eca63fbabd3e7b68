"""One ship notice on several purchase orders, of two brands, one of them unknown."""

from collections.abc import Sequence

from hub.ops.desk.documents import documents
from tests.fakes import Ordered
from tests.rigs.houses import House, post, shopping

UNKNOWN = "NOPE-77-1"
WRONG = "2.5"


def asked(house: House) -> tuple[Ordered, Ordered]:
    """Acme is asked for an order of Juniper and for one of Harbor."""
    post(house, shopping("1001", 2))
    post(house, shopping("2001", 3), brand="harbor")
    house.turn()
    every = house.suppliers["acme"].purchase_orders()
    first = next(one for one in every if "1001" in one.number)
    second = next(one for one in every if "2001" in one.number)
    return first, second


def notice(*orders: tuple[str, Sequence[tuple[str, str, str]]], name: str = "SHIP-1") -> list[str]:
    """An 856 of one shipment: an order level for each, one parcel in it, its items."""
    rows = [f"BSN*00*{name}*20261120*1200*0001", "HL*1**S", "TD5**2*UPSN**UPS Ground"]
    level = 1
    for place, (number, lines) in enumerate(orders):
        order, pack = level + 1, level + 2
        rows += [f"HL*{order}*1*O", f"PRF*{number}", f"HL*{pack}*{order}*P"]
        rows.append(f"MAN*CP*1Z999AA1012345678{place}")
        level = pack
        for line, quantity, article in lines:
            level += 1
            rows += [
                f"HL*{level}*{pack}*I",
                f"LIN*{line}*VN*{article}",
                f"SN1*{line}*{quantity}*EA",
            ]
    return [*rows, f"CTT*{level}"]


def three(house: House, quantity: str, *, article: str = "acme-SKU-1") -> tuple[str, str, str]:
    """One paper: Juniper's good, one unknown, Harbor's says this; its id and both numbers."""
    good, other = asked(house)
    acme = house.suppliers["acme"]
    acme.send(
        "856",
        notice(
            (good.number, [("1", "2", "acme-SKU-1")]),
            (UNKNOWN, [("1", "1", "acme-SKU-1")]),
            (other.number, [("1", quantity, article)]),
        ),
    )
    house.turn()
    house.turn()
    (row,) = documents(house.parts, set_id="856").rows
    return row.id, good.number, other.number
