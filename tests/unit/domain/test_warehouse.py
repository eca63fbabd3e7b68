"""What a warehouse is asked and what it means by its answers, without a store."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.asking import Voice, compose
from hub.domain.exchange import Purpose
from hub.domain.messages import Answer, ProductId, PurchaseOrder
from hub.domain.orders import Order
from hub.domain.stock import Reserved, StockLevel, available
from hub.domain.warehouse import (
    AdjustedLine,
    Adjusting,
    Carton,
    Condition,
    Discrepancy,
    Picked,
    PickState,
    ReceivedLine,
    WarehouseAdvice,
)
from hub.domain.warehouse_orders import notes, ship_notice, shorts, warehouse_order
from hub.domain.warehouse_stock import (
    Kind,
    Movement,
    Standing,
    adjusted,
    day_of,
    not_good,
    received_otherwise,
    unlike,
)
from hub.partners.model import StockRules
from tests.unit.domain.trade import NOON, placed, sourced

RULES = StockRules(
    level="reports",
    includes="shipped",
    safety=0,
    trust=timedelta(days=9),
    use_stale=True,
    guard=50,
    preorder=False,
)


def _order(*quantities: int) -> Order:
    return sourced(placed(*quantities), "acme").order


def _composed(order: Order) -> PurchaseOrder:
    return compose(
        order,
        fulfillment_id=order.fulfillments[0].id,
        words={"name": "Maya Lindqvist", "lines": ["12 Alder Lane"]},
        voice=Voice(buyer="Juniper", buyer_code="JUN", slip_message="Thank you", language="en"),
        kinds=("vendor",),
        now=NOON,
    )


def _advice(*picks: Picked, notice: str = "W1") -> WarehouseAdvice:
    number = _order(1).fulfillments[0].number
    return WarehouseAdvice(number=number, notice=notice, cartons=(Carton(picks=picks),))


def _pick(
    state: PickState,
    *,
    ordered: int | None = 5,
    shipped: int = 3,
    line: str = "1",
    difference: int | None = None,
) -> Picked:
    return Picked(
        state=state, ordered=ordered, shipped=shipped, number=line, difference=difference, unit="EA"
    )


def _short(advice: WarehouseAdvice, order: Order, *, backorder: bool = False) -> list[object]:
    """What is short of each line: (answer, units)."""
    response, _ = shorts(
        advice,
        order,
        order.fulfillments[0].id,
        unit_word=lambda unit: {"EA": "each"}.get(unit, unit),
        backorder=backorder,
    )
    lines = response.lines if response else ()
    return [(line.answers[0].answer, line.answers[0].quantity) for line in lines]


@pytest.mark.parametrize(
    ("pick", "short"),
    [
        (_pick(PickState.COMPLETE, shipped=5), []),
        (_pick(PickState.COMPLETE), [(Answer.REJECTED, 2)]),
        (_pick(PickState.PARTIAL), [(Answer.REJECTED, 2)]),
        (_pick(PickState.BACKORDERED), [(Answer.BACKORDERED, 2)]),
        (_pick(PickState.CANCELLED, shipped=0), [(Answer.REJECTED, 5)]),
        (_pick(PickState.CANCELLED, shipped=0, ordered=None), [(Answer.REJECTED, 5)]),
        (_pick(PickState.UNDER_WAY), []),
        (_pick(PickState.PARTIAL, ordered=None, difference=-2), [(Answer.REJECTED, 2)]),
        (_pick(PickState.PARTIAL, ordered=None, difference=2), [(Answer.REJECTED, 2)]),
        (_pick(PickState.COMPLETE, ordered=None, shipped=5), []),
        (_pick(PickState.PARTIAL, ordered=9, shipped=0), [(Answer.REJECTED, 5)]),
    ],
)
def test_what_was_picked_short_follows_from_its_state_and_numbers(
    pick: Picked, short: list[object]
) -> None:
    assert _short(_advice(pick), _order(5)) == short


def test_a_page_may_have_short_units_wait_instead() -> None:
    advice = _advice(_pick(PickState.PARTIAL))
    assert _short(advice, _order(5), backorder=True) == [(Answer.BACKORDERED, 2)]


def test_a_line_over_several_cartons_is_short_by_what_none_of_them_has() -> None:
    cartons = tuple(
        Carton(picks=(_pick(PickState.COMPLETE, shipped=units),)) for units in (2, 1, 1)
    )
    advice = replace(_advice(), cartons=cartons)
    assert _short(advice, _order(5)) == [(Answer.REJECTED, 1)]


def test_cartons_may_divide_what_was_ordered_among_them() -> None:
    picks = (
        _pick(PickState.PARTIAL, ordered=4, shipped=2),
        _pick(PickState.COMPLETE, ordered=1, shipped=1),
    )
    cartons = tuple(Carton(picks=(pick,)) for pick in picks)
    assert _short(replace(_advice(), cartons=cartons), _order(5)) == [(Answer.REJECTED, 2)]


def test_a_complete_line_that_is_short_is_told() -> None:
    order = _order(5)
    advice = _advice(_pick(PickState.COMPLETE))
    _, problems = shorts(
        advice,
        order,
        order.fulfillments[0].id,
        unit_word=lambda unit: "each" if unit else "",
        backorder=False,
    )
    assert [one.code for one in problems] == ["short-and-complete"]


def test_an_order_for_a_warehouse_says_no_price_and_nothing_else_less() -> None:
    asked = _composed(_order(2, 1))
    told = warehouse_order(asked)
    assert (told.number, told.ship_to, told.purpose) == (
        asked.number,
        asked.ship_to,
        Purpose.ORIGINAL,
    )
    assert [(line.number, line.quantity, line.products) for line in told.lines] == [
        (line.number, line.quantity, line.products) for line in asked.lines
    ]
    assert not {"cost", "currency", "total"} & {*dir(told), *dir(told.lines[0])}


def test_nothing_that_left_is_no_notice_and_an_unknown_line_is_told() -> None:
    order = _order(5)
    part = order.fulfillments[0]
    assert ship_notice(_advice(_pick(PickState.CANCELLED, shipped=0)), part) is None
    unknown = ship_notice(_advice(_pick(PickState.CANCELLED, shipped=0, line="9")), part)
    assert unknown is not None
    assert [line.number for parcel in unknown.parcels for line in parcel.lines] == ["9"]


def test_a_tracking_number_of_the_paper_is_that_of_its_cartons() -> None:
    advice = replace(
        _advice(_pick(PickState.COMPLETE)),
        tracking="1Z1",
        shipped_on=date(2026, 3, 10),
        shipped_at=time(16, 40),
    )
    notice = ship_notice(advice, _order(5).fulfillments[0])
    assert notice is not None
    assert [parcel.tracking for parcel in notice.parcels] == ["1Z1"]
    assert notice.shipped_at == datetime(2026, 3, 10, 16, 40)


@given(st.text(st.sampled_from("ab -\n"), max_size=400))
def test_notes_are_short_lines_that_lose_no_word(text: str) -> None:
    lines = notes(text)
    assert all(line.strip() and len(line) <= 80 for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


# --- stock -------------------------------------------------------------------------------------


def test_goods_on_hold_cannot_be_sold_whatever_sign_is_written() -> None:
    def line(adjusting: Adjusting, units: int) -> AdjustedLine:
        return AdjustedLine(adjusting=adjusting, quantity=units)

    assert adjusted(line(Adjusting.HOLD, 4)) == adjusted(line(Adjusting.HOLD, -4))
    assert adjusted(line(Adjusting.HOLD, 4)) == (Kind.HELD, -4)
    assert adjusted(line(Adjusting.RELEASE, -4)) == (Kind.HELD, 4)
    assert adjusted(line(Adjusting.COUNT, -4)) == (Kind.ADJUSTED, -4)


def test_a_count_differs_only_outside_of_what_it_may_be() -> None:
    standing = Standing(units=10, less=2, more=3)
    assert [standing.differs(told) for told in (7, 8, 10, 13, 14)] == [-1, 0, 0, 0, 1]
    assert standing.differs(6, asked=2) == 0


def test_a_full_balance_says_that_what_it_does_not_list_is_gone() -> None:
    book = {"A": Standing(units=3), "B": Standing(units=2)}
    full = unlike(book, {"A": 4, "NEW": 9}, asked={}, full=True)
    assert [(one.sku, one.by) for one in full] == [("A", 1), ("B", -2)]
    changes = unlike(book, {"A": 4}, asked={}, full=False)
    assert [(one.sku, one.expected, one.told) for one in changes] == [("A", 3, 4)]


def test_what_was_received_otherwise_is_a_row_for_each_article_with_its_reason() -> None:
    line = ReceivedLine(
        quantity=8,
        products=(ProductId(kind="sku", value="A"),),
        discrepancies=(Discrepancy(quantity=2, condition=Condition.DAMAGED),),
    )
    rows = received_otherwise({"A": 10, "B": 1}, {"A": 8, "C": 1}, {"A": not_good(line)})
    assert [one.problem().text for one in rows] == [
        "A: 10 expected, 8 told, -2 (2 damaged)",
        "B: 1 expected, 0 told, -1",
        "C: 0 expected, 1 told, +1",
    ]


HOURS = st.integers(0, 95)
MOVES = st.lists(st.tuples(HOURS, st.integers(-3, 6), st.integers(0, 30)), max_size=8)
COUNTS = st.lists(st.tuples(HOURS, st.integers(0, 20)), max_size=4)


@given(moves=MOVES, counts=COUNTS, now=HOURS)
def test_never_more_is_sold_than_lies_there_whenever_papers_come(
    moves: list[tuple[int, int, int]], counts: list[tuple[int, int]], now: int
) -> None:
    """Receipts and corrections name a day, balances a moment; each is heard some hours later."""
    start = datetime(2026, 3, 2, tzinfo=UTC)

    def there(hour: int) -> int:
        """What lies there, all of it told or not, after everything of that hour."""
        return 30 + sum(units for at, units, _ in moves if at < hour)

    told = max(((at, there(at)) for at, delay in counts if at + delay <= now), default=(0, 30))
    level = StockLevel(
        partner="depot",
        sku="A",
        quantity=told[1],
        as_of=start + timedelta(hours=told[0]),
        heard_at=start,
    )
    counting = []
    for at, units, delay in moves:
        if at + delay <= now:
            moment = start + timedelta(hours=at + delay)
            least, most = day_of((start + timedelta(hours=at)).date(), zone=UTC, heard=moment)
            moved = Movement(
                id="",
                partner="depot",
                sku="A",
                kind=Kind.ADJUSTED,
                quantity=units,
                at_least=least,
                at_most=most,
                reason="",
                reference="",
                document_id="",
            )
            counting.append(Reserved(quantity=-units, event_at=moved.counts_at))
    to_sell = available(level, counting, rules=RULES, now=start + timedelta(hours=now)).now
    unheard = sum(-units for at, units, delay in moves if units < 0 and at + delay > now)
    assert to_sell is not None
    assert to_sell <= max(0, there(now + 1) + unheard)
