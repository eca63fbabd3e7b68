"""A sign that no database keeps is told to its sender, on either database, and stops nobody."""

import json
from pathlib import Path

import pytest

from hub.domain.exchange import DocumentState
from hub.store import DocumentRow
from tests.fakes import Supplier
from tests.flow.test_example_pages import Road, furnished
from tests.flow.test_long_names import LONG
from tests.rigs.houses import House, post, shopping
from tests.rigs.naming import LEFT, RIGHT, one_order, parcels_of

NUL, HALF = "\0", "\ud800"
TRACKING = "1Z0000000000000075"


def _came_in(house: House, partner: str) -> list[DocumentRow]:
    with house.parts.store.read() as tx:
        rows = tx.exchange.documents_page(
            partner=partner, set_id=None, state=None, limit=50, before=None
        )
    return sorted((row for row in rows if row.direction == "in"), key=lambda row: row.ordinal)


def _notice(road: Road) -> dict[str, object]:
    """What Weaver says of the whole order in one parcel."""
    post(road.house, shopping("1001", 2, 1))
    road.turn()
    lines = [{"number": "1", "quantity": 2}, {"number": "2", "quantity": 1}]
    return {
        "type": "shipment",
        "purpose": "original",
        "number": json.loads(road.sent())["number"],
        "notice": "W-1",
        "carrier": "ups",
        "shipped_at": "2026-11-20T16:00:00Z",
        "parcels": [{"tracking": TRACKING, "lines": lines}],
    }


def test_a_json_paper_with_such_signs_is_rejected_and_its_neighbour_is_used(
    database: str, tmp_path: Path
) -> None:
    road = furnished("weaver", tmp_path, database)
    good = _notice(road)
    text = json.dumps(good)
    odd = {
        "notice": ('"W-1"', json.dumps(f"W{HALF}")),
        "tracking": (TRACKING, r"1Z\u0000"),
        "carrier": ('"ups"', json.dumps(f"u{NUL}")),
        "line": ('"number": "1"', r'"number": "1\u0000"'),
        "number": (str(good["number"]), r"JUN\u0000"),
        "half a number": (str(good["number"]), r"JUN\udfff"),
    }
    alone = [text.replace(*change) for change in odd.values()]
    every = text
    for change in list(odd.values())[:5]:
        every = every.replace(*change)
    twice = text.replace('"notice"', '"number"')
    deep = '{"type": "shipment", "number": ' + '{"a": ' * 400 + "1" + "}" * 401
    assert text not in alone
    road.say("odd.json", "[" + ", ".join([*alone, every, twice, deep, text]) + "]")
    *bad, used = _came_in(road.house, "weaver")
    assert {row.state for row in bad} == {DocumentState.REJECTED}
    assert used.state is DocumentState.APPLIED
    assert [[one.code for one in row.problems] for row in bad[:6]] == [["json-character"]] * 6
    assert [one.where.path for one in bad[6].problems] == [
        "/number",
        "/notice",
        "/carrier",
        "/parcels/0/tracking",
        "/parcels/0/lines/0/number",
    ]
    assert all(one.where.offset for one in bad[6].problems)
    assert [row.problems[0].code for row in bad[7:]] == ["json-twice", "json-too-deep"]
    assert len(road.house.order().shipments) == 1
    assert "our-fault" not in road.house.exceptions()
    road.house.close()


@pytest.fixture
def acme(house: House) -> Supplier:
    """Acme with one purchase order of two lines in its folder."""
    return one_order(house)


@pytest.mark.parametrize(
    ("place", "number"),
    [("PRF*", LONG), ("PRF*", NUL), ("BSN*00*", NUL), ("MAN*CP*", NUL)],
    ids=["a number of thousands", "a number", "the notice", "a parcel"],
)
def test_a_rejected_x12_paper_takes_nothing_of_its_delivery_down(
    place: str, number: str, house: House, acme: Supplier
) -> None:
    good = parcels_of(acme, {LEFT: [("7", 1, "acme-SKU-1")]})
    order = acme.purchase_orders()[0].number
    later = [row.replace(f"*S{order}", f"*T{order}").replace(LEFT, RIGHT) for row in good]
    bad = [row.replace(place, place + number) for row in good]
    assert bad != good
    acme.put("three.edi", acme.interchange("856", [good, bad, later]))
    house.turn()
    states = [row.state for row in _came_in(house, "acme")]
    assert states == [DocumentState.APPLIED, DocumentState.REJECTED, DocumentState.APPLIED]
    assert len(house.order().shipments) == 2
    house.turn()
    [receipt] = acme.receipts()
    assert [row.partition("*")[2][:1] for row in _of(receipt, "AK5")] == ["A", "R", "A"]
    assert "our-fault" not in house.exceptions()


def _of(text: str, tag: str) -> list[str]:
    return [row.strip() for row in text.split("~") if row.strip().startswith(f"{tag}*")]
