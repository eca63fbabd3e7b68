"""What partners' answers and ship notices do to an order."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.exchange import Problem, Purpose, Severity
from hub.domain.facts import FactKind
from hub.domain.messages import (
    Answer,
    LineAnswer,
    OrderResponse,
    OrderResponseLine,
    Parcel,
    ProductId,
    ShippedLine,
)
from hub.domain.orders import Buckets, FulfillmentState
from hub.domain.status import Word, document
from hub.domain.telling import MOST_PROBLEMS, foremost
from tests.unit.domain.trade import NOON, Desk, answer, notice, placed, sourced


def _desk(*quantities: int, partners: tuple[str, ...] = ("acme",)) -> Desk:
    return Desk(sourced(placed(*quantities), *partners).order)


def _word(desk: Desk) -> str:
    return str(document(desk.order, version=1, now=NOON)["status"])


def test_an_accepted_order_is_being_prepared() -> None:
    desk = _desk(2)
    assert _word(desk) == Word.CONFIRMED
    change = desk.hear(answer(desk.order, ("1", Answer.ACCEPTED, 2)))
    assert [fact.kind for fact in change.facts] == [FactKind.LINES_CONFIRMED]
    assert desk.order.lines[0].buckets.accepted == 2
    assert desk.order.fulfillments[0].state is FulfillmentState.IN_PROGRESS
    assert _word(desk) == Word.BEING_PREPARED


def test_a_rejected_line_goes_to_the_next_partner_and_never_back() -> None:
    desk = _desk(3, partners=("acme", "delta"))
    assert desk.order.fulfillments[0].partner == "acme"
    desk.hear(answer(desk.order, ("1", Answer.REJECTED, 3)))
    assert desk.order.fulfillments[0].state is FulfillmentState.CANCELLED
    assert desk.order.lines[0].buckets.open == 3
    again = sourced(desk.order, "acme", "delta", seed="again")
    assert [part.partner for part in again.order.fulfillments] == ["acme", "delta"]
    assert again.order.fulfillments[1].lines[0].buckets.ordered == 3
    assert {c.partner: c.won for c in again.candidates} == {"acme": False, "delta": True}


def test_a_line_that_everybody_rejected_becomes_one_exception() -> None:
    desk = _desk(1)
    desk.hear(answer(desk.order, ("1", Answer.REJECTED, 1)))
    again = sourced(desk.order, "acme", seed="again")
    assert len(again.order.fulfillments) == 1
    (stuck,) = again.stuck
    assert stuck.kind == "no-source"
    assert "acme declined this line" in stuck.text
    assert "hub catalog import" in stuck.next_step


def test_a_part_rejection_sources_only_the_rejected_units() -> None:
    desk = _desk(5, partners=("acme", "delta"))
    desk.hear(answer(desk.order, ("1", Answer.ACCEPTED, 3), ("1", Answer.REJECTED, 2)))
    again = sourced(desk.order, "acme", "delta", seed="again")
    assert [part.lines[0].buckets.ordered for part in again.order.fulfillments] == [5, 2]
    assert again.order.lines[0].buckets.rejected == 2


def test_an_answer_without_lines_speaks_for_all_of_them() -> None:
    desk = _desk(2, 4)
    desk.hear(
        OrderResponse(
            purpose=Purpose.ORIGINAL,
            number=desk.order.fulfillments[0].number,
            whole=Answer.ACCEPTED,
        )
    )
    assert [line.buckets.accepted for line in desk.order.lines] == [2, 4]


def _whole(desk: Desk, whole: Answer, *lines: OrderResponseLine) -> OrderResponse:
    number = desk.order.fulfillments[0].number
    return OrderResponse(purpose=Purpose.ORIGINAL, number=number, whole=whole, lines=lines)


def test_an_answer_speaks_for_lines_that_it_does_not_list() -> None:
    desk = _desk(2, 4)
    yes = OrderResponseLine(number="1", answers=(LineAnswer(answer=Answer.ACCEPTED, quantity=2),))
    desk.hear(_whole(desk, Answer.REJECTED, yes))
    assert [line.buckets.accepted for line in desk.order.lines] == [2, 0]
    assert desk.order.lines[1].buckets.rejected == 4


def test_an_answer_as_a_whole_takes_back_nothing_that_was_said_of_a_line() -> None:
    desk = _desk(2, 4)
    desk.hear(answer(desk.order, ("2", Answer.BACKORDERED, 4)))
    yes = OrderResponseLine(number="1", answers=(LineAnswer(answer=Answer.ACCEPTED, quantity=2),))
    desk.hear(replace(_whole(desk, Answer.ACCEPTED, yes), answered_on=NOON.date()))
    assert desk.order.lines[1].buckets.backordered == 4


def test_a_line_has_a_word_for_all_of_it() -> None:
    desk = _desk(2)
    desk.hear(_whole(desk, Answer.CHANGED, OrderResponseLine(number="1", whole=Answer.REJECTED)))
    assert desk.order.lines[0].buckets.rejected == 2


def test_changed_without_saying_how_is_no_acceptance() -> None:
    desk = _desk(2)
    change = desk.hear(_whole(desk, Answer.CHANGED))
    assert [problem.code for problem in change.problems] == ["changed-not-how"]
    assert desk.order.lines[0].buckets.accepted == 0


def test_backordered_units_stay_open() -> None:
    desk = _desk(2)
    desk.hear(answer(desk.order, ("1", Answer.BACKORDERED, 2)))
    assert desk.order.lines[0].buckets.backordered == 2
    assert desk.order.lines[0].buckets.open == 2


def test_part_then_whole_shipment() -> None:
    desk = _desk(3)
    desk.hear(notice(desk.order, ("1", 1), name="A"))
    assert _word(desk) == Word.PART_SHIPPED
    assert desk.order.fulfillments[0].state is FulfillmentState.SHIPPED
    desk.hear(notice(desk.order, ("1", 2), name="B", tracking="1Z2"))
    assert _word(desk) == Word.SHIPPED
    assert desk.order.fulfillments[0].state is FulfillmentState.CLOSED
    assert [s.packages[0].tracking for s in desk.order.shipments] == ["1Z1", "1Z2"]


def test_a_notice_sent_again_ships_nothing_twice() -> None:
    desk = _desk(3)
    desk.hear(notice(desk.order, ("1", 2)))
    before = desk.order
    change = desk.hear(notice(desk.order, ("1", 2)))
    assert desk.order == before
    assert (change.facts, change.effects, change.problems) == ((), (), ())


def test_the_same_notice_with_other_contents_is_told_and_not_used() -> None:
    desk = _desk(3)
    desk.hear(notice(desk.order, ("1", 2)))
    before = desk.order
    change = desk.hear(notice(desk.order, ("1", 3)))
    assert desk.order == before
    assert [problem.code for problem in change.problems] == ["said-otherwise-before"]


def test_a_notice_sent_again_with_one_parcel_more_ships_only_that_one() -> None:
    desk = _desk(3)
    first = notice(desk.order, ("1", 2))
    desk.hear(first)
    more = Parcel(tracking="1Z9", lines=(ShippedLine(number="1", quantity=1),))
    desk.hear(replace(first, parcels=(*first.parcels, more)))
    assert desk.order.lines[0].buckets.shipped == 3


@pytest.mark.parametrize("name", ["SHP1", ""])
def test_two_papers_that_name_one_parcel_are_two_shipments_of_their_days(name: str) -> None:
    desk = _desk(3, 2)
    said = {day: NOON - timedelta(days=day) for day in (9, 1)}
    for line, (day, left) in zip((("1", 3), ("2", 2)), said.items(), strict=True):
        desk.hear(replace(notice(desk.order, line, name=name), shipped_at=left))
        assert desk.order.shipments[-1].shipped_at == said[day]
    assert [len(one.packages[0].lines) for one in desk.order.shipments] == [1, 1]


@pytest.mark.parametrize(("later", "parcels"), [(1, [[3, 2]]), (30, [[3, 2]])])
def test_a_parcel_told_again_with_more_in_it_stays_one(
    later: int, parcels: list[list[int]]
) -> None:
    desk = _desk(3, 2)
    desk.hear(replace(notice(desk.order, ("1", 3)), shipped_at=NOON - timedelta(hours=later)))
    desk.hear(replace(notice(desk.order, ("1", 3), ("2", 2)), shipped_at=NOON))
    boxes = [box for one in desk.order.shipments for box in one.packages]
    assert [[one.quantity for one in box.lines] for box in boxes] == parcels


@pytest.mark.parametrize(("later", "shipments"), [(1, 1), (30, 2)])
def test_a_carton_of_another_day_is_another_one(later: int, shipments: int) -> None:
    desk = _desk(3, 2)
    for lines, hours in (((("1", 3),), later), ((("1", 3), ("2", 2)), 0)):
        said = notice(desk.order, *lines, tracking="")
        carton = replace(said.parcels[0], label="1")
        left = None if not hours else NOON - timedelta(hours=hours)
        desk.hear(replace(said, parcels=(carton,), shipped_at=left))
    assert len(desk.order.shipments) == shipments


def test_shipping_too_much_is_recorded_shown_and_becomes_one_exception() -> None:
    desk = _desk(2)
    change = desk.hear(notice(desk.order, ("1", 5)))
    buckets = desk.order.lines[0].buckets
    assert (buckets.shipped, buckets.unexpected) == (2, 3)
    assert desk.order.shipments[0].packages[0].lines[0].quantity == 5
    assert [stuck.kind for stuck in change.stuck] == ["unexpected-shipment"]
    assert "3 more than was open" in change.stuck[0].text


def test_shipping_what_was_declined_is_unexpected() -> None:
    desk = _desk(2)
    desk.hear(answer(desk.order, ("1", Answer.REJECTED, 2)))
    change = desk.hear(notice(desk.order, ("1", 2)))
    assert desk.order.lines[0].buckets.unexpected == 2
    assert desk.order.lines[0].buckets.open == 2
    assert [fact.kind for fact in change.facts] == [FactKind.UNEXPECTED_SHIPPED]


def test_a_parcel_whose_contents_nobody_named_is_still_shown() -> None:
    desk = _desk(1)
    bare = Parcel(tracking="1Z7")
    message = notice(desk.order, ("1", 1))
    desk.hear(replace(message, parcels=(*message.parcels, bare)))
    assert [p.tracking for p in desk.order.shipments[0].packages] == ["1Z1", "1Z7"]
    before = desk.order
    desk.hear(replace(message, parcels=(*message.parcels, bare)))
    assert desk.order == before


def test_an_unknown_line_is_named_and_its_neighbours_are_used() -> None:
    desk = _desk(1, 1)
    message = notice(desk.order, ("1", 1), ("9", 1), ("2", 1))
    change = desk.hear(message)
    assert [line.buckets.shipped for line in desk.order.lines] == [1, 1]
    (problem,) = change.problems
    assert problem.code == "unknown-line"
    assert problem.where.path == "parcels[0].lines[1]"
    assert "acme-SKU-1" in problem.text


def test_a_rejection_of_none_is_told_unless_the_line_says_what_becomes_of_it() -> None:
    desk = _desk(2, 1)
    change = desk.hear(answer(desk.order, ("1", Answer.REJECTED, 0), ("2", Answer.REJECTED, 1)))
    assert [line.buckets.rejected for line in desk.order.lines] == [0, 1], "its neighbour counts"
    (problem,) = change.problems
    assert (problem.code, problem.where.path) == ("rejects-none", "lines[0]")
    assert "leave the quantity out" in problem.text
    desk = _desk(2)
    said = answer(desk.order, ("1", Answer.ACCEPTED, 2))
    (line,) = said.lines
    none = LineAnswer(answer=Answer.REJECTED, quantity=0)
    change = desk.hear(replace(said, lines=(replace(line, answers=(*line.answers, none)),)))
    assert (change.problems, desk.order.lines[0].buckets.accepted) == ((), 2)


def test_the_article_id_decides_where_the_line_number_is_wrong() -> None:
    desk = _desk(1, 4)
    message = notice(desk.order, ("1", 4))
    wrong = ShippedLine(
        number="1", quantity=4, products=(ProductId(kind="vendor", value="acme-SKU-2"),)
    )
    desk.hear(replace(message, parcels=(replace(message.parcels[0], lines=(wrong,)),)))
    assert [line.buckets.shipped for line in desk.order.lines] == [0, 4]


def test_an_answer_that_takes_back_an_earlier_one_changes_nothing() -> None:
    desk = _desk(1)
    said = answer(desk.order, ("1", Answer.ACCEPTED, 1))
    desk.hear(said)
    before = desk.order
    change = desk.hear(replace(said, purpose=Purpose.CANCEL))
    assert desk.order == before
    assert [problem.code for problem in change.problems] == ["takes-back"]


def test_a_replaced_answer_counts_once_more() -> None:
    desk = _desk(4)
    desk.hear(answer(desk.order, ("1", Answer.ACCEPTED, 4)))
    desk.hear(answer(desk.order, ("1", Answer.ACCEPTED, 2), purpose=Purpose.REPLACE))
    assert desk.order.lines[0].buckets.accepted == 2


@pytest.mark.parametrize("wrong", [{"open": 3}, {"shipped": 1}, {"open": 3, "cancelled": -1}])
def test_buckets_that_do_not_add_up_cannot_be_made(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"does not hold|negative"):
        Buckets(**{"ordered": 2, "open": 2, **wrong})


def test_an_unknown_line_of_a_long_purchase_order_is_told_with_the_first_lines_only() -> None:
    desk = _desk(*[1] * 40)
    change = desk.hear(answer(desk.order, ("77", Answer.ACCEPTED, 1)))
    (problem,) = change.problems
    assert problem.code == "unknown-line"
    assert "10: acme-SKU-10" in problem.text
    assert "acme-SKU-11" not in problem.text
    assert "and 30 more" in problem.text


def test_of_very_many_problems_the_first_are_told_and_errors_before_warnings() -> None:
    warnings = [Problem(code=f"w{n}", text="", severity=Severity.WARNING) for n in range(90)]
    errors = [Problem(code=f"e{n}", text="") for n in range(30)]
    told = foremost([*warnings, *errors])
    assert [one.code for one in told[:30]] == [one.code for one in errors]
    assert len(told) == MOST_PROBLEMS + 1
    assert told[-1].severity is Severity.WARNING
    assert "20 more" in told[-1].text
    assert foremost(errors) == tuple(errors)
    assert foremost(told) == told
    again = foremost([*told, *told])
    assert len(again) == MOST_PROBLEMS + 1 and "140 more" in again[-1].text, "100 + 20 + 20"
    assert foremost(errors * 4)[-1].severity is Severity.ERROR
