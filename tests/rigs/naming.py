"""Papers under names that nobody knows, and an operator who says what they stand for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hub.domain.exchange import DocumentState
from hub.flow.naming import say_name
from hub.ops.desk.document import document
from hub.ops.desk.mending import rerun
from tests.fakes import Ordered, Supplier
from tests.rigs.depots import Depot, Order940, lists
from tests.rigs.houses import House, post, shopping

WHO = "operator:olga"


def one_order(house: House) -> Supplier:
    """Acme with one purchase order of two lines in its folder."""
    post(house, shopping("1001", 2, 1))
    house.turn()
    return house.suppliers["acme"]


def odd_order(acme: Supplier, name: str = "ODD-7") -> Ordered:
    """The purchase order with another name for the article of its first line."""
    order = acme.purchase_orders()[0]
    return replace(order, lines=(("7", 2, "EA", name), *order.lines[1:]))


def papers_of(house: House, set_id: str, partner: str = "acme") -> list[str]:
    """The documents of a set that came in from a partner."""
    with house.parts.store.read() as tx:
        rows = tx.exchange.documents_page(
            partner=partner, set_id=set_id, state=None, limit=50, before=None
        )
    return [row.id for row in rows if row.direction == "in"]


def state_of(house: House, document_id: str) -> DocumentState:
    """How a document stands."""
    with house.parts.store.read() as tx:
        return tx.exchange.document(document_id).state


def asked_of(house: House, depot: Depot, *units: int) -> Order940:
    """What the depot is asked to ship: it has nine of either article."""
    lists(house, {"SKU-1": ("depot",), "SKU-2": ("depot",)})
    depot.send("846", depot.counts({"D-SKU-1": 9, "D-SKU-2": 9}, at="20261119*0600", name="B"))
    house.turn("depot")
    post(house, shopping("1001", *units))
    house.turn("depot")
    (order,) = depot.papers("940")
    return order


LEFT, RIGHT = "1Z999AA10123456784", "1Z999AA10123456795"
"""Two parcels, by their tracking numbers."""


def parcels_of(
    acme: Supplier, boxes: Mapping[str, Sequence[tuple[str, int, str]]], *, also: str = ""
) -> list[str]:
    """A ship notice of parcels with their lines: number, units and article."""
    number = acme.purchase_orders()[0].number
    rows = [f"BSN*00*S{number}*20261120*1200*0001", "HL*1**S", "TD5**2*UPSN**UPS Ground"]
    rows += ["HL*2*1*O", f"PRF*{number}"]
    last = 2
    for tracking, lines in boxes.items():
        last += 1
        parent = last
        rows += [f"HL*{parent}*2*P", f"MAN*CP*{tracking}"]
        for place, units, article in lines:
            last += 1
            rows += [f"HL*{last}*{parent}*I", f"LIN*{place}*VN*{article}{also}"]
            rows += [f"SN1*{place}*{units}*EA"]
    return [*rows, f"CTT*{last}"]


def say_and_rerun(house: House, name: str, sku: str, paper: str, *, was: str = "") -> None:
    """Say what a name stands for and run its paper again."""
    with house.parts.store.read() as tx:
        partner = tx.exchange.document(paper).partner
    say_name(house.parts, partner, name, sku, who=WHO, instead_of=was, paper=paper)
    rerun(house.parts, [paper], who=WHO)
    house.turn(partner)


def codes_of(house: House, paper: str) -> list[str]:
    """The problems of a paper."""
    return [one.code for one in document(house.parts, paper).problems]
