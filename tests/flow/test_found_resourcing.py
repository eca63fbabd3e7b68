"""A customer's wish while a partner is being asked to give units back for somebody else."""

from hub.domain.wishes import Fewer, Quantity
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
