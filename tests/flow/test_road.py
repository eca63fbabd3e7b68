"""The main job: an order becomes an 850, its 997, 855 and 856 come back, and the status says so."""

from dataclasses import replace
from pathlib import Path

import pytest

from hub.domain import asking
from hub.domain.exchange import DocumentState
from hub.domain.messages import PurchaseOrder
from hub.domain.orders import Order
from hub.flow.orders import Outcome
from tests.fakes import Supplier
from tests.oracle import judge
from tests.rigs.houses import House, furnish, post, shopping, stock_up


def _acme(house: House) -> Supplier:
    return house.suppliers["acme"]


def _documents(house: House) -> dict[str, list[DocumentState]]:
    with house.parts.store.read() as tx:
        rows = tx.exchange.documents_page(
            partner=None, set_id=None, state=None, limit=100, before=None
        )
    found: dict[str, list[DocumentState]] = {}
    for row in rows:
        found.setdefault(f"{row.direction} {row.set_id}", []).append(row.state)
    return found


def test_from_placed_to_shipped(house: House) -> None:
    assert post(house, shopping("1001", 2, 1)).outcome is Outcome.PLACED
    assert house.word() == "Confirmed"
    house.turn()
    acme = _acme(house)
    (sent,) = acme.received()
    (order,) = sent.orders
    assert order.lines == (("1", 2, "EA", "acme-SKU-1"), ("2", 1, "EA", "acme-SKU-2"))
    acme.send("997", acme.receipt(sent))
    acme.send("855", acme.answer(order))
    house.turn()
    assert house.word() == "Being prepared"
    acme.send("856", acme.notice(order))
    house.turn()
    assert house.word() == "Shipped"
    assert house.order().shipments[0].packages[0].tracking == "1Z999AA10123456784"
    assert list((acme.home / "out").iterdir()) == []
    assert house.exceptions() == []


def test_every_group_gets_one_receipt_and_a_receipt_gets_none(house: House) -> None:
    post(house, shopping())
    house.turn()
    acme = _acme(house)
    (sent,) = acme.received()
    acme.send("997", acme.receipt(sent))
    acme.send("855", acme.answer(sent.orders[0]))
    acme.send("856", acme.notice(sent.orders[0]))
    house.turn()
    house.turn()
    text = "".join(acme.receipts())
    assert [text.count(f"AK1*{group}*") for group in ("PR", "SH", "FA")] == [1, 1, 0]
    assert text.count("AK9*A*1*1*1~") == 2


def test_what_we_write_is_valid_by_the_judge(house: House) -> None:
    post(house, shopping("1001", 2, 1))
    house.turn()
    acme = _acme(house)
    acme.send("855", acme.answer(acme.received()[0].orders[0]))
    house.turn()
    files = sorted((acme.home / "in").iterdir())
    assert len(files) == 2
    for path in files:
        assert judge(path.read_bytes()) == ()


def test_the_four_stamps_are_independent(house: House) -> None:
    post(house, shopping())
    house.turn()
    acme = _acme(house)
    (sent,) = acme.received()
    acme.send("855", acme.answer(sent.orders[0]))  # before its 997, as partners do
    house.turn()
    with house.parts.store.read() as tx:
        (row,) = tx.exchange.sent_for(house.order().fulfillments[0].id)
    assert (row.delivered_at is not None, row.valid, row.answered_at is not None) == (
        True,
        None,
        True,
    )
    acme.send("997", acme.receipt(sent))
    house.turn()
    with house.parts.store.read() as tx:
        (row,) = tx.exchange.sent_for(house.order().fulfillments[0].id)
    assert row.valid is True


def test_a_rejected_850_becomes_one_exception_that_an_accepted_one_clears(house: House) -> None:
    post(house, shopping())
    house.turn()
    acme = _acme(house)
    (sent,) = acme.received()
    acme.send("997", acme.receipt(sent, verdict="R"))
    house.turn()
    assert house.exceptions() == ["rejected-by-partner"]
    acme.send("997", acme.receipt(sent))
    house.turn()
    assert house.exceptions() == []


def test_a_rejected_line_goes_to_the_next_partner(two_suppliers: House) -> None:
    house = two_suppliers
    post(house, shopping("1001", 3))
    house.turn("acme")
    acme = _acme(house)
    acme.send("855", acme.answer(acme.purchase_orders()[0], word="IR"))
    house.turn("acme")
    house.turn("mill")
    mill = house.suppliers["mill"]
    (order,) = mill.purchase_orders()
    assert order.lines == (("1", 3, "EA", "mill-SKU-1"),)
    mill.send("856", mill.notice(order))
    house.turn("mill")
    assert house.word() == "Shipped"
    with house.parts.store.read() as tx:
        reasons = [one.reason for one in tx.orders.candidates(house.order().id)]
    assert "declined this line" in reasons


def test_a_line_nobody_fills_becomes_one_exception_with_a_next_step(house: House) -> None:
    post(house, shopping())
    house.turn()
    acme = _acme(house)
    acme.send("855", acme.answer(acme.purchase_orders()[0], word="IR"))
    house.turn()
    assert house.exceptions() == ["no-source"]
    assert house.word() == "Confirmed"


def test_at_a_cut_off_all_waiting_orders_go_in_one_interchange(
    hub_database: str, tmp_path: Path
) -> None:
    house = furnish(tmp_path, database=hub_database, more='cutoff: ["18:00"]')
    stock_up(house)
    for number in ("1001", "1002", "1003"):
        post(house, shopping(number))
    house.turn()
    acme = _acme(house)
    assert acme.received() == []
    house.clock.on(hours=3, seconds=1)
    house.turn()
    (sent,) = acme.received()
    assert [order.number for order in sent.orders] == ["JUN-1001-1", "JUN-1002-1", "JUN-1003-1"]
    house.close()


def test_an_order_posted_again_is_the_same_order(house: House) -> None:
    assert post(house, shopping(), key="k").outcome is Outcome.PLACED
    assert post(house, shopping(), key="k").outcome is Outcome.REPLAYED
    assert post(house, shopping("1002"), key="k").outcome is Outcome.KEY_REUSED
    assert post(house, shopping()).outcome is Outcome.KNOWN
    assert post(house, shopping("1001", 5)).outcome is Outcome.DIFFERS
    house.turn()
    assert len(_acme(house).purchase_orders()) == 1


def test_two_brands_may_use_the_same_order_number(house: House) -> None:
    post(house, shopping())
    assert post(house, shopping(), brand="harbor").outcome is Outcome.PLACED
    house.turn()
    numbers = {order.number for order in _acme(house).purchase_orders()}
    assert len(numbers) == 2


def test_the_status_never_names_a_supplier(house: House) -> None:
    post(house, shopping())
    house.turn()
    acme = _acme(house)
    acme.send("856", acme.notice(acme.purchase_orders()[0]))
    house.turn()
    row = house.parts.store.status(brand="juniper", number="1001")
    assert row is not None
    assert "acme" not in row.body.lower()


def test_a_duty_that_cannot_be_written_is_parked_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = asking.compose

    def breaks(order: Order, **words: object) -> PurchaseOrder:
        if order.number == "1002":
            raise ZeroDivisionError("planted")
        return real(order, **words)  # type: ignore[arg-type]

    for number in ("1001", "1002", "1003"):
        post(house, shopping(number))
    monkeypatch.setattr(asking, "compose", breaks)
    house.turn()
    numbers = {order.number for order in _acme(house).purchase_orders()}
    assert numbers == {"JUN-1001-1", "JUN-1003-1"}
    assert house.exceptions() == ["cannot-be-written"]


def test_a_text_that_cannot_be_carried_parks_its_order_and_says_which_element(
    house: House,
) -> None:
    new = shopping("1001")
    group = new.groups[0]
    long = replace(group.ship_to, lines=("x" * 56,))
    post(house, replace(new, groups=(replace(group, ship_to=long),)))
    post(house, shopping("1002"))
    house.turn()
    assert [order.number for order in _acme(house).purchase_orders()] == ["JUN-1002-1"]
    with house.parts.store.read() as tx:
        (row,) = tx.exceptions.page(open_only=True, limit=5)
    assert row.kind == "cannot-be-written"
    assert "N301" in row.text or "N3" in row.text
