"""What Depot holds for us: transfers, receipts, adjustments, balances; mainly on both stores."""

from datetime import UTC, datetime

import pytest

from hub.domain.exchange import DocumentState
from hub.domain.feeds import Counted
from hub.errors import Refused
from hub.flow.levels import ByHand, accept, set_level
from hub.flow.naming import say_name
from hub.flow.shelves import shelves
from hub.flow.transfers import Sending, accept_receipt, send, shown
from tests.oracle import judge
from tests.rigs.depots import Depot, furnish_depot, lists
from tests.rigs.houses import House, post, shopping

Housed = tuple[House, Depot]


def _to_sell(house: House, sku: str = "SKU-1") -> int | None:
    with house.parts.store.read() as tx:
        return shelves(tx, house.parts, [sku])[sku].available


def _reserved_and_moved(house: House, sku: str = "SKU-1") -> tuple[int, int]:
    with house.parts.store.read() as tx:
        (shelf,) = shelves(tx, house.parts, [sku])[sku].partners
    return shelf.reserved, shelf.moved


def _papers(house: House, set_id: str) -> list[tuple[str, DocumentState]]:
    """Return the papers of a set, oldest first."""
    with house.parts.store.read() as tx:
        rows = tx.exchange.documents_page(
            partner="depot", set_id=set_id, state=None, limit=100, before=None
        )
    return [(row.id, row.state) for row in sorted(rows, key=lambda row: (row.at, row.number))]


def _book(house: House, sku: str = "SKU-1") -> list[tuple[str, int]]:
    with house.parts.store.read() as tx:
        rows = tx.depot.of_sku(partner="depot", sku=sku, limit=100)
    return [(str(row.kind), row.quantity) for row in reversed(rows)]


def _receive(house: House, depot: Depot, set_id: str, *papers: list[str]) -> None:
    depot.send(set_id, *papers)
    house.turn("depot")
    house.clock.on(seconds=1)


def test_goods_sent_are_told_and_in_stock_once_received(with_depot: Housed) -> None:
    house, depot = with_depot
    lists(house, {"SKU-1": ("depot",)})
    row = send(house.parts, Sending(partner="depot", units={"SKU-1": 480}, who="test"))
    house.turn("depot")
    (path,) = (depot.home / "in").iterdir()
    assert judge(path.read_bytes()) == ()
    (told,) = depot.papers("943")
    assert (told.number, told.lines) == ("TR-000001", (("1", 480, "D-SKU-1"),))
    assert (row.number, _to_sell(house)) == ("TR-000001", 0)
    depot.send("997", depot.accepted(told, set_id="943"))
    _receive(house, depot, "944", depot.took_in(row.number, {"D-SKU-1": 480}))
    assert _to_sell(house) == 480
    assert house.exceptions() == []
    # The same receipt in another envelope is the same receipt.
    _receive(house, depot, "944", depot.took_in(row.number, {"D-SKU-1": 480}))
    assert (_to_sell(house), _book(house)) == (480, [("received", 480)])


def test_what_came_in_is_not_told_as_reserved_below_zero(with_depot: Housed) -> None:
    house, depot = with_depot
    lists(house, {"SKU-1": ("depot",)})
    row = send(house.parts, Sending(partner="depot", units={"SKU-1": 480}, who="test"))
    _receive(house, depot, "944", depot.took_in(row.number, {"D-SKU-1": 480}))
    assert (_reserved_and_moved(house), _to_sell(house)) == ((0, 480), 480)
    post(house, shopping("1001", 3))
    assert (_reserved_and_moved(house), _to_sell(house)) == ((3, 480), 477)


def test_what_was_received_otherwise_is_one_exception_with_a_row_for_each_article(
    with_depot: Housed,
) -> None:
    house, depot = with_depot
    lists(house, {"SKU-1": ("depot",), "SKU-2": ("depot",)})
    units = {"SKU-1": 480, "SKU-2": 20}
    row = send(house.parts, Sending(partner="depot", units=units, who="test"))
    wrong = {"D-SKU-1": [(6, "01"), (4, "02")]}
    paper = depot.took_in(row.number, {"D-SKU-1": 470, "D-SKU-2": 20}, wrong=wrong)
    _receive(house, depot, "944", paper)
    assert (_to_sell(house), house.exceptions()) == (470, ["receipt-differs"])
    with house.parts.store.read() as tx:
        (found,) = shown(tx, number=row.number)
        (stuck,) = tx.exceptions.page(open_only=True, limit=9)
    assert [one.text for one in stuck.problems] == [
        "SKU-1: 480 expected, 470 told, -10 (6 damaged, 4 short)"
    ]
    assert [(one.sku, one.by) for one in found.differences] == [("SKU-1", -10)]
    # The ten come with another receipt: nothing differs any more.
    rest = depot.took_in(row.number, {"D-SKU-1": 10}, name="WR-2")
    _receive(house, depot, "944", rest)
    assert (_to_sell(house), house.exceptions()) == (480, [])


def test_a_receipt_that_differs_is_accepted_by_a_person(at_depot: Housed) -> None:
    house, depot = at_depot
    lists(house, {"SKU-1": ("depot",)})
    row = send(house.parts, Sending(partner="depot", units={"SKU-1": 10}, who="test"))
    _receive(house, depot, "944", depot.took_in(row.number, {"D-SKU-1": 9}))
    ((document, _),) = _papers(house, "944")
    assert accept_receipt(house.parts, document, who="test") == row.number
    assert (house.exceptions(), _to_sell(house)) == ([], 9)
    with pytest.raises(Refused):
        accept_receipt(house.parts, document, who="test")


def test_a_receipt_of_what_was_never_sent_is_in_stock_and_told(at_depot: Housed) -> None:
    house, depot = at_depot
    lists(house, {"SKU-1": ("depot",)})
    _receive(house, depot, "944", depot.took_in("NOBODYS", {"D-SKU-1": 5}))
    assert (_to_sell(house), house.exceptions()) == (5, ["receipt-differs"])


def test_an_unknown_article_in_a_receipt_is_told_with_its_place(at_depot: Housed) -> None:
    house, depot = at_depot
    lists(house, {"SKU-1": ("depot",)})
    _receive(house, depot, "944", depot.took_in("", {"D-SKU-1": 5, "D-NONE": 3}))
    ((document, state),) = _papers(house, "944")
    assert state is DocumentState.PARTLY_APPLIED
    with house.parts.store.read() as tx:
        problems = tx.exchange.document(document).problems
    wrong = [one for one in problems if one.code == "unknown-article"]
    assert [(one.where.segment, one.where.element) for one in wrong] == [("W07", 5)]


def test_a_transfer_that_cannot_be_is_refused_with_everything_wrong(at_depot: Housed) -> None:
    house, _ = at_depot
    lists(house, {"SKU-1": ("depot",)}, pack=12)
    with pytest.raises(Refused) as wrong:
        send(house.parts, Sending(partner="depot", units={"SKU-1": 13, "SKU-9": 1}, who="test"))
    assert [one.code for one in wrong.value.problems] == ["odd-quantity", "no-offer"]
    with pytest.raises(Refused) as wrong:
        send(house.parts, Sending(partner="acme", units={"SKU-1": 12}, who="test"))
    assert [one.code for one in wrong.value.problems] == ["no-warehouse"]


def test_packs_are_told_as_packs_and_received_as_units(at_depot: Housed) -> None:
    house, depot = at_depot
    lists(house, {"SKU-1": ("depot",)}, pack=12)
    row = send(house.parts, Sending(partner="depot", units={"SKU-1": 24}, who="test"))
    house.turn("depot")
    (told,) = depot.papers("943")
    assert told.lines[0][1] == 2
    paper = [one.replace("*EA*", "*CA*") for one in depot.took_in(row.number, {"D-SKU-1": 2})]
    _receive(house, depot, "944", paper)
    assert (_to_sell(house), house.exceptions()) == (24, [])


def test_adjustments_are_signed_rows_with_their_reason(with_depot: Housed) -> None:
    house, depot = with_depot
    lists(house, {"SKU-1": ("depot",)})
    _receive(house, depot, "846", depot.counts({"D-SKU-1": 100}, at="20261119*0600"))
    moves = [("AA", -3, "D-SKU-1"), ("05", 12, "D-SKU-1"), ("55", -4, "D-SKU-1")]
    _receive(house, depot, "947", depot.adjusts(*moves))
    assert _to_sell(house) == 100 - 3 - 12 + 4
    assert _book(house)[0] == ("opening", 100)
    assert sorted(_book(house)[1:]) == [("adjusted", -3), ("held", -12), ("held", 4)]
    with house.parts.store.read() as tx:
        reasons = {one.reason for one in tx.depot.of_reference(partner="depot", reference="ADJ-1")}
    assert reasons == {"physical count", "put on hold", "taken off hold"}
    _receive(house, depot, "947", depot.adjusts(*moves))
    assert _to_sell(house) == 89


def test_the_same_adjustment_with_other_numbers_is_told_and_not_used(at_depot: Housed) -> None:
    house, depot = at_depot
    lists(house, {"SKU-1": ("depot",)})
    _receive(house, depot, "947", depot.adjusts(("AA", 7, "D-SKU-1")))
    _receive(house, depot, "947", depot.adjusts(("AA", 9, "D-SKU-1")))
    assert _to_sell(house) == 7
    assert [state for _, state in _papers(house, "947")] == [
        DocumentState.APPLIED,
        DocumentState.PARTLY_APPLIED,
    ]


def test_a_balance_that_agrees_is_the_level_from_then_on(at_depot: Housed) -> None:
    house, depot = at_depot
    lists(house, {"SKU-1": ("depot",)})
    _receive(house, depot, "846", depot.counts({"D-SKU-1": 100}, at="20261119*0600"))
    _receive(house, depot, "947", depot.adjusts(("AA", -3, "D-SKU-1"), on="20261119"))
    post(house, shopping("1001", 2))
    house.turn("depot")
    (order,) = depot.papers("940")
    _receive(house, depot, "945", depot.shipped(order, clock="1500"))
    house.clock.on(hours=20)
    assert _to_sell(house) == 95
    _receive(house, depot, "846", depot.counts({"D-SKU-1": 95}, at="20261121*0600"))
    assert (_to_sell(house), house.exceptions()) == (95, [])
    assert _book(house) == [("opening", 100), ("adjusted", -3), ("shipped", -2)]


def test_a_balance_that_differs_waits_and_changes_nothing_until_it_is_accepted(
    with_depot: Housed,
) -> None:
    house, depot = with_depot
    lists(house, {"SKU-1": ("depot",), "SKU-2": ("depot",)})
    counts = {"D-SKU-1": 100, "D-SKU-2": 50}
    _receive(house, depot, "846", depot.counts(counts, at="20261119*0600"))
    _receive(house, depot, "846", depot.counts({"D-SKU-1": 96}, at="20261120*0600"))
    assert (_to_sell(house), _to_sell(house, "SKU-2")) == (100, 50)
    assert house.exceptions() == ["balance-differs"]
    with house.parts.store.read() as tx:
        (stuck,) = tx.exceptions.page(open_only=True, limit=9)
    assert [one.text for one in stuck.problems] == [
        "SKU-1: 100 expected, 96 told, -4",
        "SKU-2: 50 expected, 0 told, -50",
    ]
    document, state = _papers(house, "846")[-1]
    assert state is DocumentState.PARKED
    accept(house.parts, document, who="test")
    house.turn("depot")
    assert (_to_sell(house), _to_sell(house, "SKU-2"), house.exceptions()) == (96, 0, [])
    assert _book(house) == [("opening", 100), ("balance", -4)]
    # The next one agrees with the book that was put right.
    _receive(house, depot, "846", depot.counts({"D-SKU-1": 96}, at="20261120*0700"))
    assert house.exceptions() == []


def test_a_trusted_balance_counts_at_once_and_is_a_row_of_the_book(
    hub_database: str, tmp_path
) -> None:
    rules = "stock: {level: reports, trust: 366d}\nwarehouse: {balance: trust}\n"
    house, depot = furnish_depot(tmp_path, database=hub_database, rules=rules)
    lists(house, {"SKU-1": ("depot",)})
    _receive(house, depot, "846", depot.counts({"D-SKU-1": 100}, at="20261119*0600"))
    _receive(house, depot, "846", depot.counts({"D-SKU-1": 96}, at="20261120*0600"))
    assert (_to_sell(house), house.exceptions()) == (96, [])
    assert _book(house) == [("opening", 100), ("balance", -4)]
    house.close()


def test_a_receipt_between_two_balances_is_not_counted_twice(at_depot: Housed) -> None:
    house, depot = at_depot
    lists(house, {"SKU-1": ("depot",)})
    _receive(house, depot, "846", depot.counts({"D-SKU-1": 10}, at="20261118*0600"))
    row = send(house.parts, Sending(partner="depot", units={"SKU-1": 5}, who="test"))
    _receive(house, depot, "944", depot.took_in(row.number, {"D-SKU-1": 5}, on="20261119"))
    assert _to_sell(house) == 15
    _receive(house, depot, "846", depot.counts({"D-SKU-1": 15}, at="20261120*0600"))
    assert (_to_sell(house), house.exceptions()) == (15, [])


def test_a_receipt_of_the_balances_own_day_may_or_may_not_be_in_it(at_depot: Housed) -> None:
    house, depot = at_depot
    lists(house, {"SKU-1": ("depot",)})
    _receive(house, depot, "846", depot.counts({"D-SKU-1": 10}, at="20261119*0600"))
    row = send(house.parts, Sending(partner="depot", units={"SKU-1": 5}, who="test"))
    _receive(house, depot, "944", depot.took_in(row.number, {"D-SKU-1": 5}, on="20261120"))
    for counted in (10, 15):  # a day has no hour: both agree, and never more is sold than counted
        at = f"20261120*14{counted}"
        _receive(house, depot, "846", depot.counts({"D-SKU-1": counted}, at=at))
        assert (house.exceptions(), _to_sell(house)) == ([], counted)


def test_what_may_have_left_unheard_is_no_difference(at_depot: Housed) -> None:
    house, depot = at_depot
    lists(house, {"SKU-1": ("depot",)})
    _receive(house, depot, "846", depot.counts({"D-SKU-1": 10}, at="20261119*0600"))
    post(house, shopping("1001", 2))
    house.turn("depot")
    house.clock.on(hours=20)
    _receive(house, depot, "846", depot.counts({"D-SKU-1": 8}, at="20261121*0600"))
    assert house.exceptions() == []
    assert _to_sell(house) == 6  # until its 945 comes, nobody knows whether the two are in the 8
    (order,) = depot.papers("940")
    _receive(house, depot, "945", depot.shipped(order, clock="1500"))
    assert _to_sell(house) == 8
    _receive(house, depot, "846", depot.counts({"D-SKU-1": 8}, at="20261121*0700"))
    assert (house.exceptions(), _to_sell(house)) == ([], 8)


def test_stock_that_came_in_fills_lines_that_waited(with_depot: Housed) -> None:
    house, depot = with_depot
    lists(house, {"SKU-1": ("depot",)})
    post(house, shopping("1001", 2))
    assert house.exceptions() == ["no-source"]
    row = send(house.parts, Sending(partner="depot", units={"SKU-1": 5}, who="test"))
    _receive(house, depot, "944", depot.took_in(row.number, {"D-SKU-1": 5}))
    assert house.exceptions() == []
    house.turn("depot")
    assert [one.purpose for one in depot.papers("940")] == ["N"]
    assert _to_sell(house) == 3


def test_a_book_says_what_should_be_there_at_any_moment(at_depot: Housed) -> None:
    house, depot = at_depot
    lists(house, {"SKU-1": ("depot",)})
    _receive(house, depot, "846", depot.counts({"D-SKU-1": 10}, at="20261118*0600"))
    _receive(house, depot, "947", depot.adjusts(("AA", 4, "D-SKU-1"), on="20261119"))
    units = []
    for day in (18, 19, 20):
        with house.parts.store.read() as tx:
            book = tx.depot.book("depot", as_of=datetime(2026, 11, day, 12, tzinfo=UTC))
        units.append((book["SKU-1"].units, book["SKU-1"].more))
    assert units == [(10, 0), (10, 4), (14, 0)]


def test_a_count_by_hand_is_a_row_of_the_book_as_well(with_depot: Housed) -> None:
    house, depot = with_depot
    lists(house, {"SKU-1": ("depot",)})
    _receive(house, depot, "846", depot.counts({"D-SKU-1": 10}, at="20261119*0600"))
    said = ByHand(partner="depot", level=Counted(sku="SKU-1", quantity=8), who="test")
    set_level(house.parts, said)
    assert (_to_sell(house), _book(house)) == (8, [("opening", 10), ("balance", -2)])
    house.clock.on(hours=2)
    _receive(house, depot, "846", depot.counts({"D-SKU-1": 8}, at="20261120*1600"))
    assert house.exceptions() == []


def test_a_receipt_by_a_name_that_the_catalogue_gave_away_since_is_not_booked_for_both(
    with_depot: Housed,
) -> None:
    house, depot = with_depot
    lists(house, {"SKU-1": ("depot",)})
    say_name(house.parts, "depot", "D-SKU-2", "SKU-1", who="operator:olga")
    _receive(house, depot, "944", depot.took_in("", {"D-SKU-2": 5}))
    lists(house, {"SKU-2": ("depot",)})
    _receive(house, depot, "944", depot.took_in("", {"D-SKU-2": 5}))
    assert (_book(house), _book(house, "SKU-2")) == ([("received", 5)], [])
