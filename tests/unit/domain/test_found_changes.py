"""Found before: late words on what is left of an ask, and units told twice as taken back."""

from datetime import date

import pytest

from hub.domain.change_settling import silent
from hub.domain.changes import decide
from hub.domain.exchange import Purpose
from hub.domain.messages import Answer, ChangeResponse
from hub.domain.names import Names
from hub.domain.orders import ChangeKind, ChangeState, Order
from hub.domain.wishes import Decided, Fewer, NewUnits, Quantity, Standing, Swap, Terms, Wish
from tests.unit.domain.trade import NOON, Desk, answer, notice, placed, sourced


def _ask(order: Order, wish: Wish, *, seed: str = "one") -> Decided:
    terms = Terms(partner="acme", lane="acme/edi", set_id="860", due_at=NOON, until=NOON)
    return decide(
        order,
        [wish],
        kind=ChangeKind.CHANGE,
        standing=Standing(unsent=frozenset(), terms={order.fulfillments[0].id: terms}),
        who="test",
        reason="",
        names=Names(seed),
        now=NOON,
    )


def _asked(wish: Wish) -> Desk:
    desk = Desk(sourced(placed(5), "acme").order)
    desk.order = _ask(desk.order, wish).change.order
    return desk


def _silence(desk: Desk, *, confirms: bool = False) -> None:
    ask = desk.order.changes[0].asks[0]
    change = silent(desk.order, ask.id, confirms=confirms, partner="acme", now=NOON)
    desk.order = change.order


def _word(desk: Desk, word: Answer, day: int = 25) -> ChangeResponse:
    number = desk.order.fulfillments[0].number
    return ChangeResponse(
        purpose=Purpose.ORIGINAL, number=number, answered_on=date(2026, 11, day), whole=word
    )


@pytest.mark.parametrize("first", ["rejected", "shipped", "both"])
@pytest.mark.parametrize("word", [Answer.ACCEPTED, Answer.REJECTED])
def test_late_words_count_for_the_units_that_silence_left_open(first: str, word: Answer) -> None:
    desk = _asked(Fewer(line="1", quantity=5))
    rejected, shipped = int(first != "shipped"), int(first != "rejected")
    if rejected:
        desk.hear(answer(desk.order, ("1", Answer.REJECTED, 1)))
    if shipped:
        desk.hear(notice(desk.order, ("1", 1)))
    left = 5 - rejected - shipped
    _silence(desk)
    assert desk.order.lines[0].buckets.open == left
    change = desk.hear(_word(desk, word))
    yes = left if word is Answer.ACCEPTED else 0
    assert desk.order.lines[0].buckets.cancelled == rejected + yes
    assert desk.order.lines[0].buckets.open == left - yes
    assert change.cleared
    assert change.order.changes[0].state is not ChangeState.REQUESTED
    assert not change.stuck


def test_a_yes_after_silence_that_meant_yes_cancels_nothing_more() -> None:
    desk = _asked(Fewer(line="1", quantity=3))
    desk.hear(answer(desk.order, ("1", Answer.REJECTED, 1)))
    desk.hear(notice(desk.order, ("1", 3)))
    _silence(desk, confirms=True)
    before = desk.order
    desk.hear(_word(desk, Answer.ACCEPTED))
    assert desk.order == before


@pytest.mark.parametrize("shipped", [0, 1])
def test_a_late_yes_orders_the_new_article_only_for_the_whole_swap(shipped: int) -> None:
    new = NewUnits(
        line_id="lin_9", number="9", group="1", sku="SKU-9", description="",
        quantity=5, unit_price=500,
    )  # fmt: skip
    desk = _asked(Swap(line="1", quantity=None, new=new))
    desk.hear(answer(desk.order, ("1", Answer.REJECTED, 2)))
    if shipped:
        desk.hear(notice(desk.order, ("1", shipped)))
    _silence(desk)
    assert len(desk.order.lines) == 1
    change = desk.hear(_word(desk, Answer.ACCEPTED))
    assert desk.order.lines[0].buckets.open == 0
    assert len(desk.order.lines) == (1 if shipped else 2)
    half = f"change-half:{desk.order.changes[0].id}"
    assert (half in change.cleared) is not bool(shipped)


@pytest.mark.parametrize("wanted", [0, 1, 2])
def test_units_that_are_leaving_are_not_asked_for_in_place_of_shipped_ones(wanted: int) -> None:
    desk = _asked(Fewer(line="1", quantity=2))
    desk.hear(notice(desk.order, ("1", 3)))
    decided = _ask(desk.order, Quantity(line="1", quantity=wanted), seed="two")
    rows = [(row["outcome"], row["quantity"], row.get("why")) for row in decided.rows]
    assert rows == [("too_late", 3 - wanted, "shipped")]


def test_fewer_than_what_stays_asks_for_the_rest_and_tells_what_is_shipped() -> None:
    desk = _asked(Fewer(line="1", quantity=2))
    desk.hear(notice(desk.order, ("1", 1)))
    decided = _ask(desk.order, Quantity(line="1", quantity=0), seed="two")
    rows = [(row["outcome"], row["quantity"], row.get("why")) for row in decided.rows]
    assert rows == [("asked", 2, None), ("too_late", 1, "shipped")]
