"""The clerk's box and the order's page: found by what a caller says, everything on one page."""

from dataclasses import replace

import pytest

from hub.domain.names import Names
from hub.domain.placing import NewOrder
from hub.errors import Refused
from hub.ops.desk.order import add_note, order_360
from hub.ops.desk.orders import make_findable, search_orders
from tests.cast import TOM
from tests.rigs.houses import House, post, shopping
from tests.rigs.stores import run_sql

WHO = "clerk:carl"


def _toms(number: str) -> NewOrder:
    """Tom's order of one SKU-1."""
    new = shopping(number, 1)
    tom = replace(
        new.customer,
        name=TOM.name,
        lines=(TOM.street,),
        city=TOM.city,
        region=TOM.state,
        postal_code=TOM.postcode,
        phone=TOM.phone,
        email=TOM.email,
    )
    return replace(new, customer=tom, groups=(replace(new.groups[0], ship_to=tom),))


def _numbers(house: House, text: str, **more: frozenset[str]) -> list[str]:
    return [hit.number for hit in search_orders(house.parts, text=text, **more)]


def test_an_order_is_found_by_anything_a_caller_says(house: House) -> None:
    post(house, shopping("1001", 2))
    post(house, _toms("1002"))
    post(house, shopping("2001", 1), brand="harbor")
    house.turn()
    acme = house.suppliers["acme"]
    order = next(one for one in acme.purchase_orders() if one.number == "JUN-1001-1")
    acme.send("856", acme.notice(order, tracking="1Z999AA10123456784"))
    house.turn()
    found = {
        "1001": ["1001"],
        " jun-1001-1 ": ["1001"],
        "1z999aa1 0123456784": ["1001"],
        "TOM@example.com": ["1002"],
        "(207) 555 0178": ["1002"],
        "+1 207 555-0178": ["1002"],
        "okafor 04101": ["1002"],
        "04101 Tom Okafor": ["1002"],
        "Okafor, 04101-2233": ["1002"],
        "Lindqvist 04101": [],
        "okafor": [],
        "": [],
    }
    assert {text: _numbers(house, text) for text in found} == found
    assert sorted(_numbers(house, "maya lindqvist 62701")) == ["1001", "2001"]
    (hit,) = search_orders(house.parts, text="Okafor 04101")
    assert (hit.who, hit.where, hit.exact) == ("Tom Okafor", "Portland 04101", False)
    assert _numbers(house, "maya lindqvist 62701", brands=frozenset({"harbor"})) == ["2001"]
    assert _numbers(house, "1001", brands=frozenset({"harbor"})) == []
    assert _numbers(house, "JUN-1001-1", brands=frozenset({"harbor"})) == []
    assert _numbers(house, "1001", brands=frozenset()) == []


def test_people_from_before_become_findable_and_the_erased_never(house: House) -> None:
    parts = house.parts
    post(house, shopping("1001", 2))
    post(house, _toms("1002"))
    run_sql(parts.store, "DELETE FROM person_term")
    assert _numbers(house, "Okafor 04101") == []
    after = make_findable(parts, limit=2)
    while after:
        after = make_findable(parts, after=after, limit=2)
    assert _numbers(house, "Okafor 04101") == ["1002"]
    assert _numbers(house, "217-555-0134") == ["1001"]
    tom = house.order("1002").customer_id
    add_note(parts, number="1002", brand="juniper", text="is moving house", who=WHO)
    parts.store.write(lambda tx: tx.people.erase(tom))
    assert _numbers(house, "Okafor 04101") == []
    assert _numbers(house, "207-555-0178") == []
    assert make_findable(parts) == ""
    assert _numbers(house, "207-555-0178") == []
    page = order_360(parts, number="1002", brand="juniper")
    assert (page.customer.name, page.customer.standing) == ("", "erased")
    assert [note.text for note in page.notes] == [""]
    with pytest.raises(Refused, match="was erased"):
        add_note(parts, number="1002", brand="juniper", text="again", who=WHO)


def test_one_page_has_everything_of_an_order(house: House) -> None:
    parts = house.parts
    post(house, shopping("1001", 2, 1))
    post(house, shopping("1002", 1))
    house.turn()
    acme = house.suppliers["acme"]
    acme.send("856", acme.notice(acme.purchase_orders()[0], quantities={"1": 2}))
    house.turn()
    house.clock.on(minutes=5)
    note = add_note(parts, number="1001", brand="juniper", text=" Rang twice. ", who=WHO)
    page = order_360(parts, number="1001", brand="juniper")
    assert (page.customer.name, page.customer.phone) == ("Maya Lindqvist", "217-555-0134")
    assert (page.customer.orders, [other.number for other in page.others]) == (2, ["1002"])
    assert page.destinations[0].address is not None
    assert page.destinations[0].address.city == "Springfield"
    assert [(line.ordered, line.shipped, line.open) for line in page.lines] == [
        (2, 2, 0),
        (1, 0, 1),
    ]
    assert page.lines[0].partners == ("Acme",)
    assert page.headline
    assert {promise.kind for promise in page.promises} == {"ship_by", "deliver_by"}
    assert all(promise.days_later == 0 and not promise.late for promise in page.promises)
    assert page.parcels[0].tracking == "1Z999AA10123456784"
    assert page.actions == ("cancel", "change")
    assert page.timeline[0].text == "Rang twice."
    assert (page.timeline[0].source, page.timeline[0].who) == ("note", WHO)
    assert {moment.source for moment in page.timeline} >= {"customer", "supplier", "hub", "note"}
    assert sorted(paper.set_id for paper in page.papers) == ["850", "856"]
    assert page.notes == (note,)
    for text in (" ", "x" * 4_001):
        with pytest.raises(Refused, match="1 to 4,000"):
            add_note(parts, number="1001", brand="juniper", text=text, who=WHO)
    harbor = frozenset({"harbor"})
    for wrong in ({"number": "9"}, {"brand": "harbor"}, {"brands": harbor}):
        asked = {"number": "1001", "brand": "juniper"} | wrong
        with pytest.raises(KeyError):
            order_360(parts, **asked)
        with pytest.raises(KeyError):
            add_note(parts, text="x", who=WHO, **asked)


def test_a_note_is_sealed(house: House) -> None:
    post(house, shopping("1001", 1))
    add_note(house.parts, number="1001", brand="juniper", text="Quillfeather", who=WHO)
    with house.parts.store.read() as tx:
        order = house.order("1001")
        names = Names("x")
        sealed = tx.people.seal(customer_id=order.customer_id, context=names.new("n"), body=b"y")
    raw = house.parts.store._engine.engine.raw_connection()
    cursor = raw.cursor()
    cursor.execute("SELECT sealed FROM order_note")
    (kept,) = cursor.fetchall()
    raw.close()
    assert b"Quillfeather" not in bytes(kept[0])
    assert len(bytes(kept[0])) > len(sealed)
