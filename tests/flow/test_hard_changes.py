"""Changes, answers and parcels in every unkind order; none may lose a unit, a cent or a word."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations
from threading import Event

from hub.domain.exchange import Purpose
from hub.domain.facts import FactKind
from hub.domain.messages import CarrierEvent, CarrierMoment
from hub.domain.orders import ChangeState, Order
from hub.domain.totals import owed
from hub.domain.wishes import Fewer, Quantity
from hub.flow import delivering
from hub.flow.changing import Answered, ChangeVerdict
from hub.flow.delivering import Heard, Told, tell
from hub.store import Transaction
from tests.fakes import Ordered, Supplier
from tests.rigs.changes import answer_change, ask, cancel, changes_received, outcomes, segment
from tests.rigs.houses import House, post, shopping

TRACKING = "1Z999AA10123456784"


def _acme(house: House) -> Supplier:
    return house.suppliers["acme"]


def _sent(house: House, *quantities: int) -> Supplier:
    post(house, shopping("1001", *quantities))
    house.turn()
    return _acme(house)


def _units(order: Order) -> list[tuple[int, int, int]]:
    return [
        (line.buckets.open, line.buckets.cancelled, line.buckets.shipped) for line in order.lines
    ]


def _sums_hold(order: Order) -> None:
    assert order.total == owed(order)
    for line in order.lines:
        asked = [one for part in order.fulfillments for one in part.lines if one.line_id == line.id]
        assert line.buckets.open == sum(one.buckets.open for one in asked) + order.unsourced(line)
        assert line.buckets.shipped == sum(one.buckets.shipped for one in asked)


def test_a_part_cancelled_answered_shipped_and_accepted_in_every_order(house: House) -> None:
    turns = [(run, units) for run in permutations(("865", "856", "855")) for units in (2, 3)]
    names = {f"P{n}": turn for n, turn in enumerate(turns)}
    for name in names:
        post(house, shopping(name, 4))
    house.turn()
    acme = _acme(house)
    for name in names:
        assert outcomes(cancel(house, Fewer(line="1", quantity=2), number=name))[0][0] == "asked"
    house.turn()
    asked = {segment(paper, "BCH")[3].split("-")[1]: paper for paper in changes_received(acme)}
    orders = {one.number.split("-")[1]: one for one in acme.purchase_orders()}

    def paper(set_id: str, name: str, units: int) -> list[str]:
        if set_id == "865":
            return answer_change(asked[name])
        if set_id == "855":
            return acme.answer(orders[name])
        return acme.notice(orders[name], quantities={"1": units}, tracking=f"T{name}")

    for step in range(3):
        for set_id in ("865", "856", "855"):
            said = [(name, units) for name, (run, units) in names.items() if run[step] == set_id]
            acme.send(set_id, *[paper(set_id, name, units) for name, units in said])
        house.turn()
    for name, (run, units) in names.items():
        order = house.order(name)
        _sums_hold(order)
        (change,) = order.changes
        beyond = order.lines[0].buckets.unexpected
        if units == 2 or run.index("865") < run.index("856"):
            assert (_units(order), beyond) == ([(0, 2, 2)], units - 2), (name, run)
        else:
            assert (_units(order), beyond) == ([(0, 1, 3)], 0), (name, run)
        assert change.state is ChangeState.CONFIRMED, (name, run)
        assert not any(one.state is ChangeState.REQUESTED for one in change.asks)
    late = [run for run, units in turns if units == 3 and run.index("865") < run.index("856")]
    assert house.exceptions() == ["unexpected-shipment"] * len(late)


def test_cancellations_at_once_ask_for_each_unit_once(house: House) -> None:
    numbers = [f"T{n}" for n in range(8)]
    for number in numbers:
        post(house, shopping(number, 3, 2))
    house.turn()

    def customer(key: str) -> list[ChangeVerdict]:
        return [cancel(house, number=number, key=key) for number in numbers]

    with ThreadPoolExecutor(3) as pool:
        verdicts = list(pool.map(customer, ("one", "two", "three")))
    house.turn()
    for at, number in enumerate(numbers):
        order = house.order(number)
        assert {each[at].outcome for each in verdicts} == {Answered.DECIDED}
        (change,) = order.changes
        (one,) = change.asks
        assert sorted(units.quantity for units in one.lines) == [2, 3]
    papers = [segment(paper, "BCH")[3] for paper in changes_received(_acme(house))]
    assert len(papers) == len(set(papers)) == len(numbers)


def test_a_yes_after_a_no_that_it_replaces_counts(house: House) -> None:
    acme = _sent(house, 2)
    cancel(house)
    house.turn()
    (paper,) = changes_received(acme)
    acme.send("865", answer_change(paper, verdict="RJ"))
    house.turn()
    assert house.order().changes[0].state is ChangeState.DECLINED
    again = [row.replace("BCA*00", "BCA*05") for row in answer_change(paper)]
    acme.send("865", again)
    house.turn()
    order = house.order()
    assert (_units(order), order.changes[0].state) == ([(0, 2, 0)], ChangeState.CONFIRMED)
    _sums_hold(order)


def test_a_no_that_replaces_a_yes_tells_a_person(house: House) -> None:
    acme = _sent(house, 2)
    cancel(house)
    house.turn()
    (paper,) = changes_received(acme)
    acme.send("865", answer_change(paper))
    house.turn()
    acme.send(
        "865", [row.replace("BCA*00", "BCA*05") for row in answer_change(paper, verdict="RJ")]
    )
    house.turn()
    assert _units(house.order()) == [(0, 2, 0)]
    assert house.exceptions() == ["change-declined-late"]


def test_a_yes_to_a_change_whose_paper_was_first_rejected_counts(house: House) -> None:
    acme = _sent(house, 2)
    cancel(house)
    house.turn()
    (paper,) = changes_received(acme)
    papers = [path.read_text() for path in (acme.home / "in").iterdir()]
    text = next(one for one in papers if "ST*860" in one)
    rows = [row.strip().split("*") for row in text.split("~")]
    group = next(row[6] for row in rows if row[0] == "GS")
    control = next(row[2] for row in rows if row[0] == "ST")
    acme.send("997", [f"AK1*PC*{int(group)}", f"AK2*860*{control}", "AK5*R", "AK9*R*1*1*0"])
    house.turn()
    assert house.order().changes[0].state is ChangeState.DECLINED
    acme.send("865", answer_change(paper))
    house.turn()
    order = house.order()
    assert (_units(order), order.changes[0].state) == ([(0, 2, 0)], ChangeState.CONFIRMED)


def test_discounts_of_more_units_never_make_a_line_cost_less_than_nothing(house: House) -> None:
    post(house, shopping("1001", 2))
    first = ask(house, Quantity(line="1", quantity=3, discount=3000))
    assert (first.outcome, house.order().total) == (Answered.DECIDED, 0)
    second = ask(house, Quantity(line="1", quantity=4, discount=3000))
    assert [problem.code for problem in second.problems] == ["discount-too-large"]
    assert house.order().total == 0


def test_two_partners_that_put_it_off_for_ever_end_with_a_person(two_suppliers: House) -> None:
    house = two_suppliers
    post(house, shopping("1001", 2))
    for partner in ("acme", "mill"):
        house.turn(partner)
        supplier = house.suppliers[partner]
        supplier.send("855", _put_off(supplier, supplier.purchase_orders()[0]))
        house.turn(partner)
        house.turn(partner)
        for paper in changes_received(supplier):
            supplier.send("865", answer_change(paper))
        house.turn(partner)
    order = house.order()
    assert [part.partner for part in order.fulfillments] == ["acme", "mill"]
    assert _units(order) == [(2, 0, 0)]
    assert house.exceptions() == ["backorder-beyond-promise"]
    assert changes_received(house.suppliers["mill"]) == []


def _put_off(supplier: Supplier, order: Ordered) -> list[str]:
    rows = supplier.answer(order, word="IB")
    return [f"{row}*068*20270301" if row.startswith("ACK") else row for row in rows]


def test_two_partners_that_both_decline_end_with_a_person(two_suppliers: House) -> None:
    house = two_suppliers
    post(house, shopping("1001", 2))
    for partner in ("acme", "mill"):
        house.turn(partner)
        supplier = house.suppliers[partner]
        supplier.send("855", supplier.answer(supplier.purchase_orders()[0], word="IR"))
        house.turn(partner)
    assert len(house.order().fulfillments) == 2
    assert house.exceptions() == ["no-source"]


def test_a_report_that_puts_units_off_sends_them_to_another_partner(two_suppliers: House) -> None:
    house = two_suppliers
    acme = _sent(house, 2)
    (order,) = acme.purchase_orders()
    line, quantity, unit, article = order.lines[0]
    acme.send("870", [
        "BSR*2*PA*R1*20261120",
        "HL*1**O",
        f"PRF*{order.number}",
        "HL*2*1*I",
        f"PO1*{line}*{quantity}*{unit}*4**VN*{article}",
        "ISR*BO*20270301",
        "CTT*1",
    ])  # fmt: skip
    house.turn()
    house.turn()
    (paper,) = changes_received(acme)
    acme.send("865", answer_change(paper))
    house.turn()
    assert [part.partner for part in house.order().fulfillments] == ["acme", "mill"]
    assert _units(house.order()) == [(2, 0, 0)]


def test_an_advice_told_again_in_another_envelope_opens_nothing_anew(house: House) -> None:
    acme = _sent(house, 2)
    (order,) = acme.purchase_orders()
    refused = acme.advice(order, verdict="TR", why="PRICE")
    acme.send("824", refused)
    house.turn()
    taken = [row.replace("BGN*11*A", "BGN*11*B") for row in acme.advice(order)]
    acme.send("824", taken)
    house.turn()
    assert house.exceptions() == []
    acme.send("824", refused)
    house.turn()
    assert house.exceptions() == []
    with house.parts.store.read() as tx:
        facts = tx.facts.of_order(house.order().id)
    assert [fact.kind for fact in facts].count(FactKind.DOCUMENT_ADVISED) == 2


def test_an_event_told_while_the_ship_notice_is_written_is_not_lost(house: House) -> None:
    acme = _sent(house, 2)
    heard, written = Event(), Event()
    event = CarrierEvent(
        purpose=Purpose.ORIGINAL,
        event="",
        tracking=TRACKING,
        moment=CarrierMoment.DELIVERED,
        at=house.clock() + timedelta(hours=1),
    )

    def slow(tx: Transaction) -> list[Heard]:
        told = Told(events=[event], brand="juniper", who="test")
        found = delivering._tell(tx, house.parts, told, "seed", house.clock())
        heard.set()
        written.wait(1)  # the notice is settled meanwhile, or waits for this
        return found

    acme.send("856", acme.notice(acme.purchase_orders()[0], tracking=TRACKING))
    with ThreadPoolExecutor(2) as pool:
        telling = pool.submit(house.parts.store.write, slow)
        assert heard.wait(10)
        shipping = pool.submit(house.turn)
        shipping.add_done_callback(lambda _: written.set())
        assert telling.result() == [Heard.WAITING]
        shipping.result()
    assert house.order().lines[0].buckets.delivered == 2


def test_posts_that_name_the_same_parcels_in_opposite_order_both_count(house: House) -> None:
    numbers = [f"X{n}" for n in range(6)]
    for number in numbers:
        post(house, shopping(number, 1))
    house.turn()
    acme = _acme(house)
    orders = acme.purchase_orders()
    papers = [acme.notice(one, tracking=f"TRACK{n}") for n, one in enumerate(orders)]
    acme.send("856", *papers)
    house.turn()

    def events(moment: CarrierMoment, hours: int) -> list[CarrierEvent]:
        return [
            CarrierEvent(
                purpose=Purpose.ORIGINAL,
                event="",
                tracking=f"TRACK{n}",
                moment=moment,
                at=house.clock() + timedelta(hours=hours),
            )
            for n in range(len(numbers))
        ]

    posts = (events(CarrierMoment.PICKED_UP, 1), events(CarrierMoment.DELIVERED, 2)[::-1])
    futures = [tell(house.parts, Told(events=each, brand="juniper", who="test")) for each in posts]
    assert [set(one.result()) for one in futures] == [{Heard.APPLIED}, {Heard.APPLIED}]
    assert {house.word(number) for number in numbers} == {"Delivered"}


def test_what_was_told_of_a_number_long_ago_is_of_another_parcel(house: House) -> None:
    acme = _sent(house, 2)
    event = CarrierEvent(
        purpose=Purpose.ORIGINAL,
        event="",
        tracking=TRACKING,
        moment=CarrierMoment.DELIVERED,
        at=house.clock() - timedelta(days=200),
    )
    told = tell(house.parts, Told(events=[event], brand="juniper", who="test"))
    assert told.result() == [Heard.WAITING]
    acme.send("856", acme.notice(acme.purchase_orders()[0], tracking=TRACKING))
    house.turn()
    assert (house.order().lines[0].buckets.delivered, house.word()) == (0, "Shipped")


def test_an_865_with_yes_after_the_856_is_told_to_a_person_and_one_with_no_is_not(
    house: House,
) -> None:
    for number, verdict, opened in (("1001", "RJ", []), ("1002", "AT", ["change-agreed-late"])):
        post(house, shopping(number, 2))
        house.turn()
        acme = _acme(house)
        cancel(house, number=number)
        house.turn()
        acme.send("856", acme.notice(acme.purchase_orders()[-1], name=f"S{number}"))
        house.turn()
        acme.send("865", answer_change(changes_received(acme)[-1], verdict=verdict))
        house.turn()
        assert house.exceptions() == opened
        order = house.order(number)
        assert (_units(order), order.changes[0].state) == ([(0, 0, 2)], ChangeState.DECLINED)
