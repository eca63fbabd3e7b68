"""Depot ships what is ours: 940 out, 945 in, one story for the customer; mostly on both stores."""

from dataclasses import replace
from pathlib import Path

from hub.domain.change_requests import NewAddress
from hub.domain.exchange import DocumentState
from hub.domain.orders import ChangeState, FulfillmentState
from hub.domain.wishes import Fewer
from hub.flow.watching import ring
from tests.oracle import judge
from tests.rigs.changes import ask, cancel, outcomes
from tests.rigs.depots import Depot, Order940, furnish_depot, lists
from tests.rigs.houses import House, post, shopping

Housed = tuple[House, Depot]


def _level(house: House, depot: Depot, **levels: int) -> None:
    """Have Depot report these levels, by SKU with _ for -."""
    rows = {f"D-{sku.replace('_', '-')}": units for sku, units in levels.items()}
    depot.send("846", depot.counts(rows, at="20261119*0600", name="BAL-0"))
    house.turn("depot")


def _state(house: House, set_id: str) -> list[DocumentState]:
    with house.parts.store.read() as tx:
        rows = tx.exchange.documents_page(
            partner="depot", set_id=set_id, state=None, limit=100, before=None
        )
    return [row.state for row in rows]


def test_one_order_split_between_depot_and_two_suppliers_is_one_story(with_depot: Housed) -> None:
    house, depot = with_depot
    lists(
        house,
        {
            "SKU-1": ("depot",),
            "SKU-2": ("depot", "acme"),
            "SKU-3": ("acme", "mill"),
            "SKU-4": ("acme",),
        },
    )
    _level(house, depot, SKU_1=100, SKU_2=1)
    post(house, shopping("1001", 2, 1, 4, 1))
    assert house.word() == "Confirmed"
    house.turn("depot")
    house.turn("acme")
    (order,) = depot.papers("940")
    assert (order.purpose, [line[1:] for line in order.lines]) == (
        "N",
        [(2, "D-SKU-1"), (1, "D-SKU-2")],
    )
    acme, mill = house.suppliers["acme"], house.suppliers["mill"]
    (bought,) = acme.purchase_orders()
    assert [line[3] for line in bought.lines] == ["acme-SKU-3", "acme-SKU-4"]
    first, last = acme.answer(bought, word="IR"), acme.answer(bought)
    acme.send("855", [*first[:3], *last[3:]])  # Acme has no SKU-3: Mill fills it
    house.turn("acme")
    house.turn("mill")
    (second,) = mill.purchase_orders()
    assert [line[3] for line in second.lines] == ["mill-SKU-3"]
    depot.send("997", depot.accepted(order))
    depot.send("945", depot.shipped(order))
    house.turn("depot")
    assert house.word() == "Part shipped"
    mill.send("856", mill.notice(second, tracking="1Z999AA10123456793"))
    house.turn("mill")
    assert house.word() == "Part shipped"
    acme.send("856", acme.notice(bought, tracking="1Z999AA10123456802", quantities={"2": 1}))
    house.turn("acme")
    assert house.word() == "Shipped"
    told = house.order()
    assert {package.tracking for one in told.shipments for package in one.packages} == {
        "1Z999AA10123456784",
        "1Z999AA10123456793",
        "1Z999AA10123456802",
    }
    assert [part.partner for part in told.fulfillments] == ["acme", "depot", "mill"]
    assert house.exceptions() == []
    assert _state(house, "945") == [DocumentState.APPLIED]
    with house.parts.store.read() as tx:
        (row,) = tx.exchange.sent_for(told.fulfillments[1].id)
    assert (row.set_id, row.valid) == ("940", True)


def test_what_we_write_to_a_warehouse_is_valid_by_the_judge_and_has_no_price(
    at_depot: Housed,
) -> None:
    house, depot = at_depot
    lists(house, {"SKU-1": ("depot", "acme")})
    _level(house, depot, SKU_1=100)
    post(house, shopping("1001", 2))
    house.turn("depot")
    (path,) = [one for one in sorted((depot.home / "in").iterdir()) if "940" in one.name]
    assert judge(path.read_bytes()) == ()
    assert "400" not in path.read_text().replace("004010", "").replace("00401", "")


def test_a_short_pick_is_filled_by_somebody_else(with_depot: Housed) -> None:
    house, depot = with_depot
    lists(house, {"SKU-1": ("depot", "acme")})
    _level(house, depot, SKU_1=100)
    post(house, shopping("1001", 5))
    house.turn("depot")
    (order,) = depot.papers("940")
    depot.send("945", depot.shipped(order, quantities={"1": 3}))
    house.turn("depot")
    line = house.order().fulfillments[0].lines[0].buckets
    assert (line.shipped, line.rejected, line.open) == (3, 2, 0)
    house.turn("acme")
    (bought,) = house.suppliers["acme"].purchase_orders()
    assert bought.lines == (("1", 2, "EA", "acme-SKU-1"),)
    assert house.word() == "Part shipped"
    assert house.exceptions() == []
    # The same 945 in another interchange changes nothing.
    depot.send("945", depot.shipped(order, quantities={"1": 3}))
    house.turn("depot")
    assert house.order().fulfillments[0].lines[0].buckets == line
    assert len(house.order().shipments) == 1
    assert _state(house, "945") == [DocumentState.APPLIED, DocumentState.APPLIED]


def test_a_carton_told_again_under_another_number_leaves_the_stock_once(with_depot: Housed) -> None:
    house, depot = with_depot
    lists(house, {"SKU-1": ("depot",)})
    _level(house, depot, SKU_1=100)
    post(house, shopping("1001", 4))
    house.turn("depot")
    (order,) = depot.papers("940")
    for name in ("W1", "W2"):
        told = depot.shipped(order, name=name, quantities={"1": 2}, states={"1": "BP"})
        depot.send("945", told)
        house.turn("depot")
        house.clock.on(seconds=1)
    line = house.order().fulfillments[0].lines[0].buckets
    assert (line.shipped, line.open, line.backordered) == (2, 2, 2)
    assert len(house.order().shipments) == 1
    with house.parts.store.read() as tx:
        rows = tx.depot.of_sku(partner="depot", sku="SKU-1", limit=100)
    assert [row.quantity for row in rows if row.quantity < 0] == [-2]
    assert _state(house, "945") == [DocumentState.PARTLY_APPLIED, DocumentState.APPLIED]
    assert house.exceptions() == ["partly_applied"]


def test_nothing_picked_is_an_order_taken_elsewhere_and_no_parcel(at_depot: Housed) -> None:
    house, depot = at_depot
    lists(house, {"SKU-1": ("depot", "acme")})
    _level(house, depot, SKU_1=100)
    post(house, shopping("1001", 2))
    house.turn("depot")
    (order,) = depot.papers("940")
    depot.send("945", depot.shipped(order, quantities={"1": 0}, states={"1": "CU"}))
    house.turn("depot")
    told = house.order()
    assert told.shipments == ()
    assert [part.state for part in told.fulfillments] == [
        FulfillmentState.CANCELLED,
        FulfillmentState.OPEN,
    ]
    assert told.fulfillments[1].partner == "acme"


def test_a_line_that_the_warehouse_backorders_waits_for_it(at_depot: Housed) -> None:
    house, depot = at_depot
    lists(house, {"SKU-1": ("depot", "acme")})
    _level(house, depot, SKU_1=100)
    post(house, shopping("1001", 5))
    house.turn("depot")
    (order,) = depot.papers("940")
    depot.send("945", depot.shipped(order, quantities={"1": 3}, states={"1": "BP"}))
    house.turn("depot")
    line = house.order().fulfillments[0].lines[0].buckets
    assert (line.shipped, line.backordered, line.open) == (3, 2, 2)
    number = "1Z999AA10123456785"
    rest = depot.shipped(order, name="W2", quantities={"1": 2}, states={"1": "CC"}, tracking=number)
    depot.send("945", rest)
    house.turn("depot")
    assert house.word() == "Shipped"
    assert house.exceptions() == []


def test_an_unknown_order_and_an_unknown_line_are_told_with_their_place(
    at_depot: Housed,
) -> None:
    house, depot = at_depot
    lists(house, {"SKU-1": ("depot", "acme")})
    _level(house, depot, SKU_1=100)
    post(house, shopping("1001", 2))
    house.turn("depot")
    (order,) = depot.papers("940")
    paper = depot.shipped(order)
    paper[-3:-1] = [*paper[-3:-1], "W12*CC*1*1*0*EA**VN*D-NONE", "N9*LI*9"]
    depot.send("945", [row.replace(order.number, "NOBODYS") for row in paper])
    depot.send("945", paper)
    house.turn("depot")
    assert sorted(_state(house, "945")) == [DocumentState.PARTLY_APPLIED, DocumentState.REFUSED]
    with house.parts.store.read() as tx:
        rows = tx.exchange.documents_page(
            partner="depot", set_id="945", state=None, limit=9, before=None
        )
    problems = {one.code: one.where for row in rows for one in row.problems}
    assert problems["unknown-line"].segment == "W12"
    assert problems["unknown-line"].element == 8
    assert problems["unknown-order"].segment == "W06"
    assert house.word() == "Shipped"


# --- cancel and change -------------------------------------------------------------------------


def _ordered(house: House, depot: Depot, *quantities: int) -> Order940:
    """Have Depot hold everything and be asked for it."""
    skus = [f"SKU-{n}" for n in range(1, len(quantities) + 1)]
    lists(house, dict.fromkeys(skus, ("depot",)))
    _level(house, depot, **{sku.replace("-", "_"): 100 for sku in skus})
    post(house, shopping("1001", *quantities))
    house.turn("depot")
    (order,) = depot.papers("940")
    return order


def test_a_cancelled_line_is_asked_as_the_whole_order_as_it_is_to_stand(
    with_depot: Housed,
) -> None:
    house, depot = with_depot
    order = _ordered(house, depot, 3, 1)
    assert outcomes(cancel(house, Fewer(line="1", quantity=1))) == [("asked", 1, None)]
    house.turn("depot")
    _, change = depot.papers("940")
    assert (change.purpose, change.number) == ("R", order.number)
    assert change.lines == (("1", 2, "D-SKU-1"), ("2", 1, "D-SKU-2"))
    assert ("N9", "V0", "1") in change.segments
    # The warehouse has no paper to say yes with: what it ships shows that it did.
    depot.send("945", depot.shipped(change))
    house.turn("depot")
    assert house.word() == "Part shipped"
    house.clock.on(hours=5)
    ring(house.parts)
    told = house.order()
    assert told.changes[0].state is ChangeState.CONFIRMED
    assert (told.lines[0].buckets.shipped, told.lines[0].buckets.cancelled) == (2, 1)
    assert house.word() == "Shipped"


def test_the_second_change_has_the_first_in_it(at_depot: Housed) -> None:
    house, depot = at_depot
    _ordered(house, depot, 3, 4)
    cancel(house, Fewer(line="1", quantity=1))
    house.turn("depot")
    cancel(house, Fewer(line="2", quantity=3))
    house.turn("depot")
    assert [(one.purpose, [line[1] for line in one.lines]) for one in depot.papers("940")] == [
        ("N", [3, 4]),
        ("R", [2, 4]),
        ("R", [2, 1]),
    ]


def test_an_order_cancelled_whole_is_a_940_that_cancels_and_silence_is_a_yes(
    at_depot: Housed,
) -> None:
    house, depot = at_depot
    order = _ordered(house, depot, 2)
    assert outcomes(cancel(house)) == [("asked", 2, None)]
    house.turn("depot")
    _, change = depot.papers("940")
    assert (change.purpose, change.number, change.lines) == ("F", order.number, ())
    depot.send("997", depot.accepted(change))
    house.turn("depot")
    assert house.word() == "Confirmed"
    house.clock.on(hours=5)
    ring(house.parts)
    assert house.word() == "Cancelled"
    assert house.exceptions() == []


def test_a_cancellation_answered_by_a_945_of_nothing_is_confirmed(at_depot: Housed) -> None:
    house, depot = at_depot
    order = _ordered(house, depot, 2)
    cancel(house)
    house.turn("depot")
    depot.send("945", depot.shipped(order, quantities={"1": 0}, states={"1": "CU"}))
    house.turn("depot")
    told = house.order()
    assert (told.changes[0].state, house.word()) == (ChangeState.CONFIRMED, "Cancelled")
    assert len(told.fulfillments) == 1  # nobody else is asked for what the customer gave back


def test_a_cancellation_that_the_shipment_overtook_is_declined(at_depot: Housed) -> None:
    house, depot = at_depot
    order = _ordered(house, depot, 2)
    cancel(house)
    house.turn("depot")
    depot.send("945", depot.shipped(order))
    house.turn("depot")
    assert house.order().changes[0].state is ChangeState.DECLINED
    assert house.word() == "Shipped"


def test_before_the_940_has_left_a_cancellation_is_done_at_once(at_depot: Housed) -> None:
    house, depot = at_depot
    lists(house, {"SKU-1": ("depot",)})
    _level(house, depot, SKU_1=100)
    post(house, shopping("1001", 2))
    assert outcomes(cancel(house)) == [("done", 2, None)]
    house.turn("depot")
    assert depot.papers("940") == []


def test_once_the_warehouse_picks_it_is_too_late_and_said_so(at_depot: Housed) -> None:
    house, depot = at_depot
    _ordered(house, depot, 2, 1)  # placed at 15:00; picking begins at 18:00
    house.clock.on(hours=2, minutes=59)
    assert outcomes(cancel(house, Fewer(line="1", quantity=1))) == [("asked", 1, None)]
    house.clock.on(minutes=2)
    verdict = cancel(house, Fewer(line="2"))
    assert outcomes(verdict) == [("too_late", 1, "no_changes")]
    assert "no changes are taken any more" in verdict.reply.decode()
    # What comes now is for the next round: its 940 is changed as before.
    post(house, shopping("1002", 2))
    house.turn("depot")
    assert outcomes(cancel(house, number="1002")) == [("asked", 2, None)]


def test_another_address_goes_to_the_warehouse_with_the_order(at_depot: Housed) -> None:
    house, depot = at_depot
    _ordered(house, depot, 2)
    there = replace(shopping().groups[0].ship_to, lines=("7 Other Street",), city="Salem")
    ask(house, NewAddress(group="1", ship_to=there))
    cancel(house, Fewer(line="1", quantity=1))
    house.turn("depot")
    papers = depot.papers("940")
    assert [one.purpose for one in papers] == ["N", "R", "R"]
    assert [one.all("N3") for one in papers[1:]] == [[("N3", "7 Other Street")]] * 2
    assert [one.lines[0][1] for one in papers] == [2, 2, 1]


def test_the_same_in_005010(tmp_path: Path) -> None:
    house, depot = furnish_depot(tmp_path, version="005010")
    order = _ordered(house, depot, 2)
    ((path,),) = [[one for one in (depot.home / "in").iterdir() if "_940_" in one.name]]
    assert judge(path.read_bytes()) == ()
    paper = depot.took_in("", {"D-SKU-1": 7})
    depot.send("944", [*paper[:2], "LX*1", *paper[2:]])
    depot.send("947", depot.adjusts(("AA", -1, "D-SKU-1")))
    depot.send("945", depot.shipped(order))
    house.turn("depot")
    assert house.word() == "Shipped"
    states = {set_id: _state(house, set_id) for set_id in ("944", "945", "947")}
    assert states == {key: [DocumentState.APPLIED] for key in states}
    receipts = "".join(depot.receipts())
    assert [receipts.count(f"AK1*{group}*") for group in ("RE", "SW", "AW", "IB")] == [1] * 4
    assert receipts.count("AK9*A*") == 4
    house.close()
