"""What a paper means after a name was said anew: refused where it may be booked, else used."""

from datetime import date

import pytest

from hub.domain.exchange import Purpose
from hub.domain.messages import (
    Answer,
    LineAnswer,
    OrderResponse,
    OrderResponseLine,
    Parcel,
    ProductId,
    ShipNotice,
    ShippedLine,
)
from hub.domain.renamed import NAMED_OTHERWISE, reached
from tests.unit.domain.trade import Desk, placed, sourced

Rows = dict[str, int]


def _desk() -> Desk:
    return Desk(sourced(placed(9, 9, 9, 9), "acme").order)


def _article(names: str) -> tuple[ProductId, ...]:
    """The ids of a row: names with spaces between them; an SKU is the line's own id of Acme's."""
    own = (f"acme-{name}" if name.startswith("SKU") else name for name in names.split())
    return tuple(ProductId(kind="vendor", value=one) for one in own)


def _notice(desk: Desk, rows: Rows, *, tracking: str = "1Z1") -> ShipNotice:
    lines = tuple(
        ShippedLine(number="", quantity=units, products=_article(name))
        for name, units in rows.items()
    )
    return ShipNotice(
        purpose=Purpose.ORIGINAL,
        notice="N1",
        number=desk.order.fulfillments[0].number,
        parcels=(Parcel(tracking=tracking, lines=lines),),
    )


def _answer(desk: Desk, rows: Rows, purpose: Purpose = Purpose.ORIGINAL) -> OrderResponse:
    lines = tuple(
        OrderResponseLine(
            number="",
            products=_article(name),
            answers=(LineAnswer(answer=Answer.ACCEPTED, quantity=units),),
        )
        for name, units in rows.items()
    )
    number = desk.order.fulfillments[0].number
    return OrderResponse(
        purpose=purpose, number=number, answered_on=date(2026, 11, 20), lines=lines
    )


def _shipped(desk: Desk) -> list[int]:
    return [line.buckets.shipped for line in desk.order.lines]


def _accepted(desk: Desk) -> list[int]:
    return [line.buckets.accepted for line in desk.order.lines]


@pytest.mark.parametrize(("first", "then"), [("1Z1", "1Z1"), ("", "1Z1"), ("1Z1", ""), ("", "")])
def test_a_parcel_told_again_is_the_same_where_its_number_was_left_out(
    first: str, then: str
) -> None:
    desk = _desk()
    desk.say({"X": "SKU-1"})
    desk.hear(_notice(desk, {"X": 3}, tracking=first))
    desk.say({"X": "SKU-2"})
    change = desk.hear(_notice(desk, {"X": 3}, tracking=then))
    assert [one.code for one in change.problems] == [NAMED_OTHERWISE]
    assert _shipped(desk) == [3, 0, 0, 0]


def test_lines_that_a_paper_names_by_their_own_ids_count_beside_a_refused_one() -> None:
    desk = _desk()
    desk.say({"X": "SKU-1"})
    desk.hear(_answer(desk, {"X": 2}))
    desk.say({"X": "SKU-2"})
    change = desk.hear(_answer(desk, {"X": 2, "SKU-3": 3, "SKU-4": 4}))
    assert [one.code for one in change.problems] == [NAMED_OTHERWISE]
    assert _accepted(desk) == [2, 0, 3, 4]


def test_what_a_name_meant_may_be_meant_by_another_name_now() -> None:
    desk = _desk()
    desk.say({"X": "SKU-1", "Y": "SKU-2"})
    desk.hear(_notice(desk, {"X": 2, "Y": 2}))
    desk.say({"X": "SKU-2", "Y": "SKU-3"})
    change = desk.hear(_notice(desk, {"X": 2, "Y": 2}))
    assert [one.code for one in change.problems] == [NAMED_OTHERWISE]
    assert _shipped(desk) == [2, 2, 0, 0]


@pytest.mark.parametrize("paper", ["", "one"])
def test_an_answer_that_replaces_another_is_not_counted_for_both_articles(paper: str) -> None:
    desk = _desk()
    desk.say({"X": "SKU-1"})
    desk.hear(_answer(desk, {"X": 5}, Purpose.REPLACE), paper=paper)
    desk.say({"X": "SKU-2"})
    change = desk.hear(_answer(desk, {"X": 5}, Purpose.REPLACE), paper=paper)
    assert [one.code for one in change.problems] == [NAMED_OTHERWISE]
    assert _accepted(desk) == [5, 0, 0, 0]


def test_names_that_were_only_ever_said_once_refuse_nothing() -> None:
    desk = _desk()
    desk.say({"X": "SKU-1", "Y": "SKU-2"})
    desk.hear(_notice(desk, {"X": 3}))
    assert desk.hear(_notice(desk, {"Y": 3})).problems == ()
    assert _shipped(desk) == [3, 3, 0, 0]


@pytest.mark.parametrize("now", [{}, {"X": "SKU-3"}])
def test_an_own_id_decides_whatever_a_name_beside_it_meant_once(now: dict[str, str]) -> None:
    desk = _desk()
    desk.say({"X": "SKU-1"})
    desk.hear(_notice(desk, {"SKU-1": 3}, tracking=""))
    desk.hear(_answer(desk, {"SKU-1": 4}))
    desk.say(now)
    assert desk.hear(_notice(desk, {"SKU-2 X": 3}, tracking="")).problems == ()
    assert desk.hear(_answer(desk, {"SKU-2 X": 2})).problems == ()
    assert _shipped(desk) == [3, 3, 0, 0]
    assert _accepted(desk)[1] == 3 + 2  # what left and what will


def test_the_own_id_of_one_row_proves_nothing_of_another_row_that_a_name_stands_for() -> None:
    desk = _desk()
    desk.say({"X": "SKU-1"})
    desk.hear(_answer(desk, {"X": 5}))
    desk.say({"X": "SKU-2"})
    change = desk.hear(_answer(desk, {"SKU-2": 4, "X": 5}))
    assert [one.code for one in change.problems] == [NAMED_OTHERWISE]
    assert _accepted(desk) == [5, 0, 0, 0]


def test_what_leads_in_a_circle_ends() -> None:
    once = {"a": {"b"}, "b": {"a", "c"}, "c": {"a"}}
    assert reached("a", once, {"d"}) is None
    assert reached("a", once, {"c"}) == "c"
    assert reached("d", once, {"a"}) is None
