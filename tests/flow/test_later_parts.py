"""Purchase orders made while others of the order are asked for another address or the like."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Barrier

import pytest

from hub.domain.change_requests import (
    AddArticle,
    NewAddress,
    NewArticle,
    NewDate,
    NewGift,
    NewMethod,
    Request,
    SwapArticle,
)
from hub.domain.orders import ChangeState
from hub.domain.placing import Gift
from hub.domain.wishes import Fewer, Quantity
from hub.flow.watching import ring
from tests.fakes import Ordered, Supplier
from tests.rigs import houses
from tests.rigs.changes import answer_change, ask, cancel, changes_received, outcomes, segment
from tests.rigs.houses import House, furnish, post, shopping, stock_up

MOVED = NewAddress(
    ship_to=replace(shopping().groups[0].ship_to, lines=("7 Birch Road",), city="Peoria")
)
WORDS: Mapping[str, Request] = {
    "address": MOVED,
    "method": NewMethod(method="second_day"),
    "gift": NewGift(gift=Gift(recipient="Ida", message="7 Birch Road")),
    "date": NewDate(deliver_by=date(2026, 12, 10)),
}
SIGNS = {"address": "7 Birch Road", "method": "second_day", "gift": "7 Birch Road", "date": "038"}
MORE = Quantity(line="2", quantity=2)
ADDED = AddArticle(new=NewArticle(sku="SKU-3", unit_price=700, quantity=1))
SWAPPED = SwapArticle(line="1", new=NewArticle(sku="SKU-3", unit_price=700))


def _both(house: House) -> None:
    for _ in range(2):
        house.turn()
        house.turn("mill")


def _without_the_first(acme: Supplier, asked: Ordered) -> list[str]:
    """Acme's answer to a purchase order: it sends no Thing 1."""
    said = acme.answer(asked)
    return [row.replace("ACK*IA", "ACK*IR", 1) if row == said[2] else row for row in said]


def _reject(house: House, number: str) -> None:
    """Mill is asked for what Acme does not send."""
    acme = house.suppliers["acme"]
    asked = next(one for one in acme.purchase_orders() if f"-{number}-" in one.number)
    acme.send("855", _without_the_first(acme, asked))
    _both(house)


def _papers(house: House, number: str) -> list[list[list[str]]]:
    """The 860s of an order, in the sequence of its purchase orders."""
    found = [paper for supplier in house.suppliers.values() for paper in changes_received(supplier)]
    own = [paper for paper in found if f"-{number}-" in segment(paper, "BCH")[3]]
    return sorted(own, key=lambda paper: segment(paper, "BCH")[3:6])


def _answer(house: House, paper: list[list[str]], verdict: str = "AT") -> None:
    order = segment(paper, "BCH")[3]
    partner = next(
        part.partner
        for part in house.order(order.split("-")[1]).fulfillments
        if part.number == order
    )
    house.suppliers[partner].send("865", answer_change(paper, verdict=verdict))
    _both(house)


def _more_before(house: House, number: str, words: Request) -> None:
    ask(house, MORE, words, number=number)
    _both(house)


def _then(later: Request) -> Callable[[House, str, Request], None]:
    def way(house: House, number: str, words: Request) -> None:
        ask(house, words, number=number)
        _both(house)
        ask(house, later, number=number)
        _both(house)

    return way


def _swap_first(house: House, number: str, words: Request) -> None:
    ask(house, SWAPPED, number=number)
    ask(house, words, number=number)
    _both(house)
    (swap, *_) = _papers(house, number)
    _answer(house, swap)


def _rejected(house: House, number: str, words: Request) -> None:
    ask(house, words, number=number)
    _both(house)
    _reject(house, number)


WAYS: Mapping[str, Callable[[House, str, Request], None]] = {
    "more units in the same form": _more_before,
    "more units in the next form": _then(MORE),
    "an added article": _then(ADDED),
    "a swap that was asked before": _swap_first,
    "rejected by one, taken by another": _rejected,
}


def test_every_part_is_asked_before_anything_new_holds(two_suppliers: House) -> None:
    house = two_suppliers
    cases = {f"A{n}": (way, "address") for n, way in enumerate(WAYS)}
    cases |= {f"W{n}": ("an added article", words) for n, words in enumerate(WORDS)}
    for number, (way, words) in cases.items():
        post(house, shopping(number, 2, 1))
        _both(house)
        former = house.order(number).groups
        WAYS[way](house, number, WORDS[words])
        assert len(house.order(number).fulfillments) == 2, way
        _answer(house, _last(house, number, "-1"))
        order = house.order(number)
        running = next(one for one in order.changes if words in _actions(one.actions))
        assert (running.state, order.groups) == (ChangeState.REQUESTED, former), (way, words)
        paper = _last(house, number, "-2")
        assert SIGNS[words] in str(paper), (way, words)
        _answer(house, paper)
        order = house.order(number)
        assert {change.state for change in order.changes} == {ChangeState.CONFIRMED}, (way, words)
        assert order.groups != former
        assert len(_papers(house, number)) == (3 if "swap" in way else 2)
    assert house.exceptions() == []


def _actions(rows: tuple[Mapping[str, object], ...]) -> list[object]:
    return [row["action"] for row in rows]


def _last(house: House, number: str, end: str) -> list[list[str]]:
    own = _papers(house, number)
    return [paper for paper in own if segment(paper, "BCH")[3].endswith(end)][-1]


def _asked_of_acme(house: House, *wishes: Request) -> None:
    """Acme is asked for another address; Mill got what Acme rejected."""
    post(house, shopping("1001", 2, 1))
    _both(house)
    ask(house, *wishes or (MOVED,))
    _both(house)
    _reject(house, "1001")


def test_what_is_not_written_yet_is_written_with_the_new_words(two_suppliers: House) -> None:
    house = two_suppliers
    post(house, shopping("1001", 2, 1))
    _both(house)
    ask(house, MOVED)
    _both(house)
    acme, mill = house.suppliers["acme"], house.suppliers["mill"]
    acme.send("855", _without_the_first(acme, acme.purchase_orders()[0]))
    house.turn()
    acme.send("865", answer_change(_papers(house, "1001")[0]))
    house.turn()
    assert house.order().changes[0].state is ChangeState.CONFIRMED
    _both(house)
    (sent,) = mill.purchase_orders()
    assert ("N3", "7 Birch Road") in sent.segments
    assert (len(_papers(house, "1001")), house.exceptions()) == (1, [])


def test_a_later_no_is_told_to_a_person_and_nothing_new_holds(two_suppliers: House) -> None:
    house = two_suppliers
    _asked_of_acme(house)
    former = house.order().groups
    _answer(house, _last(house, "1001", "-1"))
    _answer(house, _last(house, "1001", "-2"), verdict="RJ")
    assert (house.exceptions(), house.order().groups) == (["change-half-done"], former)


def test_what_has_left_is_left_alone(two_suppliers: House) -> None:
    house = two_suppliers
    _asked_of_acme(house)
    mill = house.suppliers["mill"]
    mill.send("856", mill.notice(mill.purchase_orders()[0]))
    _both(house)
    _answer(house, _last(house, "1001", "-1"))
    assert house.order().changes[0].state is ChangeState.CONFIRMED
    assert (len(_papers(house, "1001")), house.exceptions()) == (1, [])


def test_who_rejects_all_of_it_has_no_say_in_where_it_goes(two_suppliers: House) -> None:
    house = two_suppliers
    post(house, shopping("1001", 2))
    _both(house)
    ask(house, MOVED)
    _both(house)
    _reject(house, "1001")
    (sent,) = house.suppliers["mill"].purchase_orders()
    assert ("N3", "7 Birch Road") in sent.segments
    assert house.order().changes[0].state is ChangeState.CONFIRMED
    assert (len(_papers(house, "1001")), house.exceptions()) == (1, [])


def test_silence_for_a_yes_asks_later_parts_and_their_silence_counts_as_well(
    hub_database: str, tmp_path: Path
) -> None:
    rules = "changes: {silence: confirm}"
    house = furnish(tmp_path, database=hub_database, partners=("acme", "mill"), rules=rules)
    stock_up(house)
    _asked_of_acme(house)
    house.clock.on(days=5)
    ring(house.parts)
    assert house.order().changes[0].state is ChangeState.REQUESTED
    _both(house)
    assert "7 Birch Road" in str(_last(house, "1001", "-2"))
    house.clock.on(days=5)
    ring(house.parts)
    assert house.order().changes[0].state is ChangeState.CONFIRMED
    house.close()


@pytest.fixture
def closed_mill(
    hub_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    """Acme takes changes and Mill, who sells the same, takes none."""
    page = houses._page

    def without(supplier: object, partner: str, **more: object) -> str:
        text: str = page(supplier, partner, **more)  # type: ignore[arg-type]
        if partner != "mill":
            return text
        return text.replace("send: [850, 860]", "send: [850]").replace(
            "      860: x12/004010/860\n", ""
        )

    monkeypatch.setattr(houses, "_page", without)
    house = furnish(tmp_path, database=hub_database, partners=("acme", "mill"))
    stock_up(house)
    yield house
    house.close()


def test_a_later_part_that_takes_no_changes_is_told_to_a_person(closed_mill: House) -> None:
    house = closed_mill
    _asked_of_acme(house)
    former = house.order().groups
    _answer(house, _last(house, "1001", "-1"))
    assert (house.exceptions(), house.order().groups) == (["change-half-done"], former)
    with house.parts.store.read() as tx:
        (row,) = tx.exceptions.page(open_only=True, limit=9)
    assert row.text.endswith("still as they were sent: JUN-1001-2.")


def test_the_answer_and_a_later_purchase_order_at_once_never_part(two_suppliers: House) -> None:
    house = two_suppliers
    numbers = [f"R{n}" for n in range(20)]
    for number in numbers:
        post(house, shopping(number, 2, 1))
    _both(house)
    for number in numbers:
        ask(house, MOVED, number=number)
    _both(house)
    acme = house.suppliers["acme"]
    rejected = [_without_the_first(acme, one) for one in acme.purchase_orders()]
    acme.send("855", *rejected)
    house.turn()
    acme.send("865", *[answer_change(paper) for paper in changes_received(acme)])
    start = Barrier(2)

    def turn(partner: str) -> None:
        start.wait()
        house.turn(partner)

    with ThreadPoolExecutor(2) as pool:
        for running in [pool.submit(turn, partner) for partner in house.suppliers]:
            running.result()
    _both(house)
    asked = {segment(paper, "BCH")[3] for paper in changes_received(house.suppliers["mill"])}
    for sent in house.suppliers["mill"].purchase_orders():
        assert (("N3", "7 Birch Road") in sent.segments) is (sent.number not in asked)
    house.suppliers["mill"].send(
        "865", *[answer_change(paper) for paper in changes_received(house.suppliers["mill"])]
    )
    _both(house)
    for number in numbers:
        assert house.order(number).changes[0].state is ChangeState.CONFIRMED
    assert house.exceptions() == []


def test_an_exchange_agreed_to_comes_as_soon_as_the_other_is_cancelled(
    two_suppliers: House,
) -> None:
    house = two_suppliers
    post(house, shopping("1001", 2, 1))
    _both(house)
    _reject(house, "1001")
    other = SwapArticle(line="2", new=NewArticle(sku="SKU-3", unit_price=700))
    assert outcomes(ask(house, SWAPPED, other)) == [("asked", 2, None), ("asked", 1, None)]
    _both(house)
    first, _ = _papers(house, "1001")
    _answer(house, first)
    stays = next(line for line in house.order().lines if line.kept)
    assert len(house.order().lines) == 2
    cancel(house, Fewer(line=stays.number))
    order = house.order()
    assert [line.sku for line in order.lines][2:] == ["SKU-3"]
    assert order.changes[0].state is ChangeState.CONFIRMED
    assert order.unsourced(order.lines[2]) == 0
