"""Placing, sourcing, asking and the customer's words."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.allotting import Pick
from hub.domain.asking import MOST_NUMBER, Voice, compose, purchase_order_number
from hub.domain.messages import Answer, ProductId
from hub.domain.names import Names
from hub.domain.placing import content_hash, place, problems
from hub.domain.sourcing import Wanted, choose
from hub.domain.status import Word, document, word_at
from tests.unit.domain.trade import NOON, Desk, answer, new_order, notice, offer, placed, sourced


def test_every_mistake_of_an_order_is_told_at_once_with_its_pointer() -> None:
    new = new_order(1, 2, total=1)
    twice = replace(new.groups[0].lines[1], number="1", discount=99_999)
    new = replace(new, groups=(replace(new.groups[0], lines=(new.groups[0].lines[0], twice)),))
    found = {(p.code, p.where.path) for p in problems(new, known_skus={"SKU-2"})}
    assert found == {
        ("unknown-sku", "/ship_groups/0/lines/0/sku"),
        ("line-number-twice", "/ship_groups/0/lines/1/number"),
        ("discount-too-large", "/ship_groups/0/lines/1/discount"),
        ("total-wrong", "/total"),
    }


def test_totals_are_proved_with_shipping_discount_and_tax() -> None:
    new = replace(new_order(2), shipping=500, discount=100, tax=37, total=2000 + 500 - 100 + 37)
    assert problems(new, known_skus={"SKU-1"}) == ()


def test_the_same_content_has_the_same_hash_and_any_other_not() -> None:
    assert content_hash(new_order(1)) == content_hash(new_order(1))
    assert content_hash(new_order(1)) != content_hash(new_order(2))


def test_an_order_keeps_no_word_of_a_person() -> None:
    made = place(new_order(1), brand="juniper", customer_id="c", names=Names("x"), now=NOON)
    assert "Lindqvist" not in repr(made.order)
    assert "Lindqvist" in repr(made.people)


def test_a_replay_gives_the_same_names() -> None:
    again = [
        place(new_order(2, 1), brand="juniper", customer_id="c", names=Names("seed"), now=NOON)
        for _ in range(2)
    ]
    assert again[0] == again[1]


def test_a_purchase_order_says_what_is_open_and_nothing_of_what_the_customer_paid() -> None:
    made = place(new_order(2), brand="juniper", customer_id="c", names=Names("x"), now=NOON)
    order = sourced(made.order, "acme").order
    words = made.people[1].words
    message = compose(
        order,
        fulfillment_id=order.fulfillments[0].id,
        words=words,
        voice=Voice(buyer="Juniper", buyer_code="JUN", slip_message="Thank you", language="en"),
        kinds=("vendor", "sku"),
        now=NOON,
    )
    assert message.ship_to.name == "Maya Lindqvist"
    assert message.consumer_order == "J1001"
    assert message.gift_message == "Hi"
    assert message.lines[0].cost == 400
    assert message.lines[0].products == (
        ProductId(kind="vendor", value="acme-SKU-1"),
        ProductId(kind="sku", value="SKU-1"),
    )
    assert "1000" not in repr(message)


@given(st.text(min_size=1, max_size=60), st.integers(min_value=1, max_value=99))
def test_purchase_order_numbers_fit_and_stay_the_same(number: str, ordinal: int) -> None:
    order = replace(placed(1), number=number)
    made = purchase_order_number(order, prefix="JUNI", ordinal=ordinal)
    assert len(made) <= MOST_NUMBER
    assert made.isascii()
    assert made == purchase_order_number(order, prefix="JUNI", ordinal=ordinal)


# --- sourcing ----------------------------------------------------------------------------------

PARTNERS = ["acme", "corner", "delta", "mill"]


def _one(picks: tuple[Pick, ...]) -> str | None:
    assert len(picks) <= 1
    return picks[0].offer.partner if picks else None


LISTS = st.lists(
    st.dictionaries(st.sampled_from(PARTNERS), st.integers(0, 3), max_size=4),
    min_size=1,
    max_size=4,
)


@given(LISTS)
def test_sourcing_is_as_good_as_trying_everything(lists: list[dict[str, int]]) -> None:
    units = [
        Wanted(line_id=f"l{n}", sku=f"S{n}", quantity=n + 1, currency="USD")
        for n in range(len(lists))
    ]
    offers = {
        f"S{n}": [offer(partner, f"S{n}", priority=priority) for partner, priority in row.items()]
        for n, row in enumerate(lists)
    }
    found = choose(
        units,
        offers=offers,
        priorities=dict.fromkeys(PARTNERS, 1),
        without={},
        today=date(2026, 11, 20),
    )

    def cost(picks: list[str | None]) -> tuple[int, int, int]:
        unfilled = sum(u.quantity for u, pick in zip(units, picks, strict=True) if pick is None)
        used = {pick for pick in picks if pick}
        weight = sum(lists[n][pick] + 1 for n, pick in enumerate(picks) if pick is not None)
        return (unfilled, len(used), weight)

    every = product(*([None, *row] for row in lists))
    best = min(cost(list(picks)) for picks in every)
    mine = [_one(found.chosen.get(unit.line_id, ())) for unit in units]
    assert cost(mine) == best
    assert len(found.candidates) == sum(len(row) for row in lists)
    assert all(candidate.reason for candidate in found.candidates)


def test_a_partner_is_barred_with_its_reason() -> None:
    unit = Wanted(line_id="l", sku="S", quantity=3, currency="USD")
    later = replace(offer("delta", "S"), valid_from=date(2027, 1, 1))
    found = choose(
        [unit],
        offers={"S": [offer("acme", "S"), offer("corner", "S", pack=4), later, offer("mill", "S")]},
        priorities={"acme": 0, "corner": 0, "delta": 0},
        without={"l": {"acme"}},
        today=date(2026, 11, 20),
    )
    assert found.chosen == {}
    reasons = {candidate.partner: candidate.reason for candidate in found.candidates}
    assert reasons["acme"] == "declined this line"
    assert "packs of 4" in reasons["corner"]
    assert "2027-01-01" in reasons["delta"]
    assert "no page" in reasons["mill"]


# --- words -------------------------------------------------------------------------------------


def test_a_late_order_becomes_delayed_by_the_clock_alone() -> None:
    order = sourced(placed(1), "acme").order
    page = document(order, version=1, now=NOON)
    assert page["status"] == Word.CONFIRMED
    late = NOON + timedelta(days=2)
    assert page["next_change_at"] == late.isoformat()
    assert word_at(page, late - timedelta(seconds=1)) is Word.CONFIRMED
    assert word_at(page, late) is Word.DELAYED
    assert document(order, version=1, now=late)["next_change_at"] is None


def test_every_end_has_its_word() -> None:
    line = {"open": 0, "shipped": 2, "delivered": 0, "returned": 0, "being_prepared": 0}
    ends = {
        Word.SHIPPED: line,
        Word.DELIVERED: {**line, "delivered": 2},
        Word.RETURNED: {**line, "delivered": 2, "returned": 2},
        Word.CANCELLED: {**line, "shipped": 0},
    }
    for word, end in ends.items():
        assert word_at({"lines": [{**end, "ordered": 2}], "ship_by": None}, NOON) is word


def test_the_status_names_no_supplier_and_no_cost() -> None:
    desk = Desk(sourced(placed(2), "acme").order)
    desk.hear(notice(desk.order, ("1", 2)))
    text = str(document(desk.order, version=2, now=NOON))
    assert "acme" not in text
    assert "400" not in text


SAYINGS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(list(Answer)), st.integers(0, 6), st.integers(1, 28)),
        st.tuples(st.just("ship"), st.integers(1, 6), st.integers(1, 6)),
        st.just("source"),
    ),
    max_size=12,
)


@given(SAYINGS)
def test_in_any_order_of_events_the_buckets_add_up(sayings: list[object]) -> None:
    desk = Desk(sourced(placed(4), "acme", "delta").order)
    for n, saying in enumerate(sayings):
        part = n % len(desk.order.fulfillments)
        if saying == "source":
            desk.order = sourced(desk.order, "acme", "delta", seed=f"s{n}").order
        else:
            word, quantity, day = saying  # type: ignore[misc]
            if word == "ship":
                desk.hear(
                    notice(desk.order, ("1", quantity), name=f"N{day}", tracking=f"T{n}", part=part)
                )
            else:
                desk.hear(answer(desk.order, ("1", word, quantity), day=day, part=part))
        line = desk.order.lines[0]
        asked = [one.buckets for part_ in desk.order.fulfillments for one in part_.lines]
        assert line.buckets.ordered == 4
        assert line.buckets.shipped == sum(one.shipped for one in asked)
        assert line.buckets.unexpected == sum(one.unexpected for one in asked)
        assert desk.order.unsourced(line) >= 0
        packed = sum(
            row.quantity - row.unexpected
            for shipment in desk.order.shipments
            for package in shipment.packages
            for row in package.lines
        )
        assert packed == line.buckets.shipped
