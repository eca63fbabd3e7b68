"""Papers that partners really send and that once went wrong: told twice, in pieces, otherwise."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hub.domain.catalog import Item, PartnerItem
from hub.domain.exchange import DocumentState
from hub.domain.messages import ProductId
from hub.domain.orders import Buckets
from hub.flow.orders import Outcome
from tests.fakes import Ordered, Supplier
from tests.rigs.houses import House, furnish, post, shopping

TAKES_BACK = "01"
REPLACES = "05"


def _asked(house: House, *quantities: int) -> tuple[Supplier, Ordered]:
    """Acme, and the purchase order it got for an order of these quantities."""
    post(house, shopping("1001", *quantities))
    house.turn()
    acme = house.suppliers["acme"]
    return acme, acme.purchase_orders()[-1]


def _say(house: House, set_id: str, rows: list[str]) -> None:
    house.suppliers["acme"].send(set_id, rows)
    house.turn()


def _states(house: House, set_id: str) -> list[DocumentState]:
    """What became of the papers that came in, oldest first."""
    with house.parts.store.read() as tx:
        rows = tx.exchange.documents_page(
            partner="acme", set_id=set_id, state=None, limit=50, before=None
        )
    return [row.state for row in reversed(rows) if row.direction == "in"]


def _line(house: House, place: int = 0) -> Buckets:
    return house.order().lines[place].buckets


def _facts(house: House) -> list[str]:
    with house.parts.store.read() as tx:
        return [fact.kind for fact in tx.facts.of_order(house.order().id)]


def _purpose(rows: list[str], code: str) -> list[str]:
    """The same notice with another BSN01."""
    return [rows[0].replace("BSN*00", f"BSN*{code}"), *rows[1:]]


def _two_parcels(order: Ordered, *, tracking: str) -> list[str]:
    """A notice of two parcels, one piece in each, both under one tracking number."""
    rows = ["BSN*00*S1*20261120*1200*0001", "HL*1**S", "TD5**2*UPSN"]
    rows += ["HL*2*1*O", f"PRF*{order.number}"]
    for parcel in (3, 5):
        rows += [f"HL*{parcel}*2*P", f"MAN*CP*{tracking}"]
        rows += [f"HL*{parcel + 1}*{parcel}*I", "LIN*1*VN*acme-SKU-1", "SN1*1*1*EA"]
    return [*rows, "CTT*6"]


# --- ship notices ------------------------------------------------------------------------------


def test_two_parcels_under_one_tracking_number_both_count(house: House) -> None:
    _, order = _asked(house, 2)
    _say(house, "856", _two_parcels(order, tracking="1ZMASTER"))
    assert _states(house, "856") == [DocumentState.APPLIED]
    assert _line(house).shipped == 2
    assert house.exceptions() == []


def test_the_lane_goes_on_behind_a_paper_of_two_parcels(house: House) -> None:
    acme, order = _asked(house, 2)
    _say(house, "856", _two_parcels(order, tracking="1ZMASTER"))
    post(house, shopping("1002", 1))
    house.turn()
    assert [one.number for one in acme.purchase_orders()] == ["JUN-1001-1", "JUN-1002-1"]


def test_a_replacement_with_another_tracking_number_ships_nothing_twice(house: House) -> None:
    acme, order = _asked(house, 4)
    _say(house, "856", acme.notice(order, name="S1", tracking="1ZWRONG", quantities={"1": 2}))
    right = acme.notice(order, name="S1", tracking="1ZRIGHT", quantities={"1": 2})
    _say(house, "856", _purpose(right, REPLACES))
    assert _line(house).shipped == 2


def test_the_same_notice_number_with_another_tracking_number_ships_nothing_twice(
    house: House,
) -> None:
    acme, order = _asked(house, 4)
    for tracking in ("1ZA", "1ZB"):
        _say(house, "856", acme.notice(order, name="S1", tracking=tracking, quantities={"1": 2}))
    assert _line(house).shipped == 2
    assert len(house.exceptions()) == 1  # what was said otherwise is told


def test_a_purchase_order_named_twice_in_one_notice_counts_both_times(house: House) -> None:
    _, order = _asked(house, 4)
    rows = ["BSN*00*S1*20261120*1200*0001", "HL*1**S", "TD5**2*UPSN"]
    for level in (2, 4):
        rows += [f"HL*{level}*1*O", f"PRF*{order.number}"]
        rows += [f"HL*{level + 1}*{level}*I", "LIN*1*VN*acme-SKU-1", "SN1*1*2*EA"]
    _say(house, "856", [*rows, "CTT*5"])
    assert _line(house).shipped == 4
    assert _states(house, "856") == [DocumentState.APPLIED]


def test_a_notice_that_only_takes_back_changes_nothing_and_says_so(house: House) -> None:
    acme, order = _asked(house, 5)
    _say(house, "856", _purpose(acme.notice(order), TAKES_BACK))
    assert _states(house, "856") == [DocumentState.REFUSED]
    assert _line(house).shipped == 0
    assert house.exceptions() == ["refused"]


@pytest.fixture
def packs(hub_database: str, tmp_path: Path) -> Iterator[House]:
    """A house whose Acme sells SKU-1 in cases of six."""
    house = furnish(tmp_path, database=hub_database)
    offer = PartnerItem(
        partner="acme",
        sku="SKU-1",
        products=(ProductId(kind="vendor", value="acme-SKU-1"),),
        unit="CA",
        units_per_pack=6,
        cost=400,
        currency="USD",
        priority=0,
    )
    item = Item(sku="SKU-1", title="Article 1")
    house.parts.store.write(lambda tx: tx.catalog.put([item], [offer]))
    yield house
    house.close()


@pytest.mark.parametrize(("unit", "counted"), [("EA", 6), ("CA", 36)])
def test_what_was_ordered_in_packs_may_be_shipped_in_pieces(
    packs: House, unit: str, counted: int
) -> None:
    acme, order = _asked(packs, 48)
    assert order.lines[0][1:3] == (8, "CA")
    rows = acme.notice(order, quantities={"1": 6})
    _say(packs, "856", [row.replace("*6*CA", f"*6*{unit}") for row in rows])
    assert _line(packs).shipped == counted
    assert packs.exceptions() == []


def test_a_unit_that_nobody_agreed_on_ships_nothing_and_is_told(packs: House) -> None:
    acme, order = _asked(packs, 48)
    rows = acme.notice(order, quantities={"1": 6})
    _say(packs, "856", [row.replace("*6*CA", "*6*DZ") for row in rows])
    assert _line(packs).shipped == 0
    assert len(packs.exceptions()) == 1


# --- answers -----------------------------------------------------------------------------------


def test_an_answer_that_names_a_line_twice_counts_both(house: House) -> None:
    _, order = _asked(house, 5)
    rows = [f"BAK*00*AC*{order.number}*20261120"]
    for word, units in (("IA", 2), ("IB", 3)):
        rows += [f"PO1*1*{units}*EA*4**VN*acme-SKU-1", f"ACK*{word}*{units}*EA"]
    _say(house, "855", [*rows, "CTT*2"])
    assert _states(house, "855") == [DocumentState.APPLIED]
    assert (_line(house).accepted, _line(house).backordered) == (2, 3)


def test_what_is_accepted_for_two_dates_adds_up(house: House) -> None:
    _, order = _asked(house, 5)
    rows = [f"BAK*00*AC*{order.number}*20261120", "PO1*1*5*EA*4**VN*acme-SKU-1"]
    rows += ["ACK*IA*2*EA*068*20261121", "ACK*IA*3*EA*068*20261128", "CTT*1"]
    _say(house, "855", rows)
    assert _line(house).accepted == 5


@pytest.mark.parametrize(
    ("first", "then", "accepted", "backordered"), [("IB", "IA", 5, 0), ("IA", "IB", 0, 5)]
)
def test_the_newest_answer_counts(
    house: House, first: str, then: str, accepted: int, backordered: int
) -> None:
    acme, order = _asked(house, 5)
    _say(house, "855", acme.answer(order, word=first, day="20261120"))
    _say(house, "855", acme.answer(order, word=then, day="20261121"))
    assert (_line(house).accepted, _line(house).backordered) == (accepted, backordered)


def test_an_answer_beyond_what_was_asked_is_told_and_counts_what_was_asked(house: House) -> None:
    _, order = _asked(house, 5)
    rows = [f"BAK*00*AC*{order.number}*20261120", "PO1*1*5*EA*4**VN*acme-SKU-1"]
    _say(house, "855", [*rows, "ACK*IA*50*EA", "CTT*1"])
    assert _line(house).accepted == 5
    assert len(house.exceptions()) == 1


# --- facts that are told once ------------------------------------------------------------------


def test_the_same_receipt_in_another_envelope_is_one_fact(house: House) -> None:
    acme, _ = _asked(house, 2)
    for _ in range(2):
        _say(house, "997", acme.receipt(acme.received()[0]))
    assert _facts(house).count("PurchaseOrderReceipted") == 1


def test_a_line_that_nobody_sells_is_told_once_however_often_the_order_changes(
    house: House,
) -> None:
    house.parts.store.write(lambda tx: tx.catalog.put([Item(sku="SKU-9", title="Nobody's")], []))
    new = shopping("1001", 2)
    (group,) = new.groups
    nobodys = replace(group.lines[0], number="9", sku="SKU-9", quantity=1)
    group = replace(group, lines=(*group.lines, nobodys))
    verdict = post(house, replace(new, groups=(group,), total=new.total + nobodys.unit_price))
    assert verdict.outcome is Outcome.PLACED
    house.turn()
    acme = house.suppliers["acme"]
    (order,) = acme.purchase_orders()
    _say(house, "855", acme.answer(order))
    _say(house, "856", acme.notice(order))
    assert _line(house).shipped == 2
    assert _facts(house).count("LinesUnsourced") == 1
    assert house.exceptions() == ["no-source"]
