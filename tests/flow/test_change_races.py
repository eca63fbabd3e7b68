"""Cancel against ship on real stores: two threads, one order, one winner each time."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from hub.domain.orders import ChangeState
from hub.domain.totals import owed
from hub.flow.changing import ChangeVerdict
from tests.rigs.changes import answer_change, cancel, changes_received, outcomes, segment
from tests.rigs.houses import House, post, shopping

ORDERS = 60


def _race(*runners: Callable[[], None]) -> None:
    """Let them run at once; what one of them raises is raised here."""
    with ThreadPoolExecutor(len(runners)) as pool:
        for running in [pool.submit(runner) for runner in runners]:
            running.result()


def test_a_cancellation_and_a_shipment_at_once_have_one_winner(house: House) -> None:
    numbers = [f"R{n}" for n in range(ORDERS)]
    for number in numbers:
        post(house, shopping(number, 2))
    house.turn()
    acme = house.suppliers["acme"]
    by_order = {order.number.split("-")[1]: order for order in acme.purchase_orders()}
    acme.send("856", *[acme.notice(by_order[number]) for number in numbers[::2]])
    start = Barrier(2)
    verdicts: dict[str, ChangeVerdict] = {}

    def customers() -> None:
        start.wait()
        for number in numbers:
            verdicts[number] = cancel(house, number=number)

    def partner() -> None:
        start.wait()
        house.turn()

    _race(customers, partner)
    house.turn()
    papers = {segment(paper, "BCH")[3].split("-")[1]: paper for paper in changes_received(acme)}
    acme.send("865", *[answer_change(paper) for paper in papers.values()])
    house.turn()
    ends: Counter[str] = Counter()
    for number in numbers:
        order = house.order(number)
        units = order.lines[0].buckets
        assert (units.open, units.cancelled + units.shipped, units.unexpected) == (0, 2, 0)
        assert order.total == owed(order) == units.shipped * 1000
        (row,) = outcomes(verdicts[number])
        change = order.changes[0]
        if units.shipped:
            assert change.state is ChangeState.DECLINED
        else:
            assert (row[0], change.state) == ("asked", ChangeState.CONFIRMED)
        ends["shipped" if units.shipped else "cancelled"] += 1
    assert ends == {"shipped": ORDERS // 2, "cancelled": ORDERS // 2}
    assert house.exceptions() == []


def test_a_cancellation_and_the_purchase_order_at_once_never_lose_a_unit(house: House) -> None:
    numbers = [f"C{n}" for n in range(ORDERS)]
    for number in numbers:
        post(house, shopping(number, 2))
    start = Barrier(2)
    verdicts: dict[str, ChangeVerdict] = {}

    def customers() -> None:
        start.wait()
        for number in reversed(numbers):
            verdicts[number] = cancel(house, number=number)

    def partner() -> None:
        start.wait()
        house.turn()

    _race(customers, partner)
    house.turn()
    acme = house.suppliers["acme"]
    sent = {order.number.split("-")[1] for order in acme.purchase_orders()}
    asked = {segment(paper, "BCH")[3].split("-")[1] for paper in changes_received(acme)}
    for number in numbers:
        (row,) = outcomes(verdicts[number])
        assert row[0] == ("asked" if number in sent else "done"), number
        assert (number in asked) is (number in sent)
        units = house.order(number).lines[0].buckets
        assert (units.open, units.cancelled) == ((2, 0) if number in sent else (0, 2))
