"""A customer's wish while a partner is being asked to give units back for somebody else."""

from hub.domain.orders import ChangeState
from hub.domain.wishes import Fewer, Quantity
from hub.ops.again import retry
from tests.fakes import Supplier
from tests.rigs.changes import answer_change, ask, cancel, changes_received, outcomes
from tests.rigs.houses import House, post, shopping


def _backordered(house: House, *quantities: int) -> Supplier:
    """Everything is backordered beyond the promise, and Acme is asked to give it to Mill."""
    post(house, shopping("1001", *quantities))
    house.turn()
    acme = house.suppliers["acme"]
    rows = acme.answer(acme.purchase_orders()[0], word="IB")
    acme.send("855", [f"{row}*068*20270301" if row.startswith("ACK*IB") else row for row in rows])
    house.turn()
    house.turn()
    assert len(changes_received(acme)) == 1
    return acme


def _cancelled(house: House) -> list[tuple[int, int]]:
    return [(line.buckets.ordered, line.buckets.cancelled) for line in house.order().lines]


def _given_back(house: House, acme: Supplier) -> None:
    acme.send("865", answer_change(changes_received(acme)[0]))
    house.turn()


def test_everything_cancelled_meanwhile_goes_to_nobody(two_suppliers: House) -> None:
    house = two_suppliers
    acme = _backordered(house, 2, 3)
    assert outcomes(cancel(house)) == [("asked", 2, None), ("asked", 3, None)]
    _given_back(house, acme)
    assert _cancelled(house) == [(2, 2), (3, 3)]


def test_a_line_cancelled_meanwhile_waits_and_leaves_the_other_alone(
    two_suppliers: House,
) -> None:
    house = two_suppliers
    acme = _backordered(house, 2, 3)
    assert outcomes(cancel(house, Fewer(line="1"))) == [("too_late", 2, "running")]
    _given_back(house, acme)
    assert _cancelled(house) == [(2, 0), (3, 0)]
    assert outcomes(cancel(house, Fewer(line="1"))) == [("done", 2, None)]
    assert _cancelled(house) == [(2, 2), (3, 0)]


def test_some_units_cancelled_meanwhile_do_not_take_the_others_along(
    two_suppliers: House,
) -> None:
    house = two_suppliers
    acme = _backordered(house, 3)
    assert outcomes(cancel(house, Fewer(line="1", quantity=1))) == [("too_late", 1, "running")]
    _given_back(house, acme)
    assert _cancelled(house) == [(3, 0)]


def test_more_wanted_meanwhile_is_counted_from_all_that_is_wanted(two_suppliers: House) -> None:
    house = two_suppliers
    acme = _backordered(house, 2)
    assert outcomes(ask(house, Quantity(line="1", quantity=3))) == [("done", 1, None)]
    _given_back(house, acme)
    assert _cancelled(house) == [(3, 0)]


def test_the_same_number_wanted_meanwhile_cancels_nothing(two_suppliers: House) -> None:
    house = two_suppliers
    acme = _backordered(house, 2)
    assert outcomes(ask(house, Quantity(line="1", quantity=2))) == [("done", 0, None)]
    _given_back(house, acme)
    assert _cancelled(house) == [(2, 0)]


def test_what_is_kept_after_all_goes_to_another_than_who_gave_it_back(two_suppliers: House) -> None:
    house = two_suppliers
    acme = _backordered(house, 3)
    cancel(house)
    assert outcomes(ask(house, Quantity(line="1", quantity=2))) == [("done", 2, None)]
    _given_back(house, acme)
    order = house.order()
    parts = [(part.partner, part.lines[0].buckets.open) for part in order.fulfillments]
    assert parts == [("acme", 0), ("mill", 2)]
    assert (_cancelled(house), order.unsourced(order.lines[0])) == ([(3, 1)], 0)
    assert house.exceptions() == []


def test_the_same_yes_settled_again_gives_back_nothing_more(house: House) -> None:
    post(house, shopping("1001", 4))
    house.turn()
    acme = house.suppliers["acme"]
    (bought,) = acme.purchase_orders()
    cancel(house)
    house.turn()
    sent = acme.notice(bought, quantities={"1": 2})
    acme.send("856", sent)
    house.turn()
    _given_back(house, acme)
    acme.send("856", [row.replace("BSN*00", "BSN*01", 1) for row in sent])
    house.turn()
    assert house.order().changes[0].state is ChangeState.REQUESTED
    with house.parts.store.read() as tx:
        papers = tx.exchange.documents_of_order(house.order().id)
    (yes,) = (one for one in papers if one.set_id == "865")
    retry(house.parts, yes.id, who="test")
    house.turn()
    assert _cancelled(house) == [(4, 2)]
    assert house.exceptions() == []
