"""Cancelled while it is being exchanged, wanted while it is being taken back; on each store."""

import pytest

from hub.domain.change_requests import NewArticle, SwapArticle
from hub.domain.orders import ChangeKind, ChangeState
from hub.domain.totals import owed
from hub.domain.wishes import Fewer, Quantity
from hub.flow.watching import ring
from tests.fakes import Supplier
from tests.rigs.changes import answer_change, ask, cancel, changes_received, outcomes
from tests.rigs.houses import House, post, shopping


def _sent(house: House, units: int) -> Supplier:
    post(house, shopping("1001", units))
    house.turn()
    return house.suppliers["acme"]


def _exchanged(house: House) -> None:
    swap = SwapArticle(line="1", new=NewArticle(sku="SKU-2", unit_price=1500))
    assert outcomes(ask(house, swap)) == [("asked", 2, None)]


def _answered(house: House, verdict: str) -> None:
    acme = house.suppliers["acme"]
    (paper,) = changes_received(acme)
    acme.send("865", answer_change(paper, verdict=verdict))
    for _ in range(3):
        house.turn()


@pytest.mark.parametrize("sent", [True, False])
@pytest.mark.parametrize("verdict", ["AT", "RJ"])
def test_what_is_cancelled_while_it_is_exchanged_is_bought_nowhere(
    house: House, verdict: str, sent: bool
) -> None:
    acme = _sent(house, 2)
    _exchanged(house)
    if sent:
        house.turn()
    asked = cancel(house)
    assert (asked.status, outcomes(asked)) == (202, [("asked", 2, None)])
    assert asked.decided is not None and asked.decided.made is not None
    exchange, cancellation = house.order().changes
    assert (cancellation.id, cancellation.requested_by) == (asked.decided.made.id, "test")
    assert cancellation.kind is ChangeKind.CANCELLATION
    assert (exchange.state, cancellation.state) == (ChangeState.DECLINED, ChangeState.REQUESTED)
    house.turn()
    _answered(house, verdict)
    order = house.order()
    assert [line.sku for line in order.lines] == ["SKU-1"]
    assert len(acme.purchase_orders()) == 1
    assert order.lines[0].kept == (0 if verdict == "AT" else 2)
    assert order.total == owed(order)
    ends = ChangeState.CONFIRMED if verdict == "AT" else ChangeState.DECLINED
    assert [one.state for one in order.changes] == [ChangeState.DECLINED, ends]
    assert house.exceptions() == []


def test_the_same_cancellation_twice_is_one(house: House) -> None:
    _sent(house, 2)
    _exchanged(house)
    first, second = cancel(house), cancel(house)
    assert first.decided is not None and first.decided.made is not None
    assert second.decided is not None and second.decided.made is None
    assert second.decided.running == first.decided.made.id
    assert len(house.order().changes) == 2


def test_silence_after_a_cancelled_exchange_is_told_of_the_cancellation(house: House) -> None:
    _sent(house, 2)
    _exchanged(house)
    cancel(house)
    house.turn()
    house.clock.on(days=9)
    ring(house.parts)
    order = house.order()
    assert [one.state for one in order.changes] == [ChangeState.DECLINED] * 2
    assert order.lines[0].buckets.open == 2
    assert "change-unanswered" in house.exceptions()


@pytest.mark.parametrize("verdict", ["AT", "RJ"])
def test_five_typed_while_two_of_four_are_asked_back_are_five(house: House, verdict: str) -> None:
    acme = _sent(house, 4)
    assert outcomes(cancel(house, Fewer(line="1", quantity=2))) == [("asked", 2, None)]
    house.turn()
    wanted = ask(house, Quantity(line="1", quantity=5))
    assert outcomes(wanted) == [("done", 2, None), ("done", 1, None)]
    house.turn()
    _answered(house, verdict)
    order = house.order()
    assert (order.lines[0].kept, order.total) == (5, 5000)
    assert order.unsourced(order.lines[0]) == 0
    bought = [one.lines[0][1] for one in acme.purchase_orders()]
    assert bought == ([4, 1, 2] if verdict == "AT" else [4, 1])
    assert house.exceptions() == []
