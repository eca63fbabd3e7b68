"""A yes to a change that comes after the partner's own papers said otherwise."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.change_settling import declined_hold, withdrawn
from hub.domain.changes import decide, everything, take_back
from hub.domain.exchange import Purpose
from hub.domain.facts import Change
from hub.domain.messages import Answer, ChangeResponse, OrderResponseLine
from hub.domain.names import Names
from hub.domain.orders import ChangeKind, ChangeState
from hub.domain.wishes import Fewer, Standing, Terms
from tests.unit.domain.trade import NOON, Desk, answer, notice, placed, sourced

UNTIL = NOON + timedelta(hours=4)


def _asked(*quantities: int, wishes: tuple[Fewer, ...] = ()) -> Desk:
    """An order whose customer wants less of it, or nothing, and nobody answered."""
    desk = Desk(sourced(placed(*quantities), "acme").order)
    (part,) = desk.order.fulfillments
    terms = Terms(partner="acme", lane="acme/edi", set_id="860", due_at=NOON, until=UNTIL)
    desk.order = decide(
        desk.order,
        wishes or everything(desk.order),
        kind=ChangeKind.CANCELLATION,
        standing=Standing(unsent=frozenset(), terms={part.id: terms}),
        who="test",
        reason="",
        names=Names("cancel"),
        now=NOON,
    ).change.order
    return desk


def _said(desk: Desk, word: Answer, *lines: str, paper: str = "") -> Change:
    rows = tuple(OrderResponseLine(number=number, whole=word) for number in lines)
    whole = None if rows else word
    (part,) = desk.order.fulfillments
    message = ChangeResponse(
        purpose=Purpose.ORIGINAL, number=part.number, change="1", whole=whole, lines=rows
    )
    return desk.hear(message, paper=paper)  # type: ignore[arg-type]


def _holds(change: Change) -> list[str]:
    return [one.hold for one in change.stuck]


def test_a_yes_after_its_own_shipment_is_not_used_and_told_to_people() -> None:
    desk = _asked(2)
    desk.hear(notice(desk.order, ("1", 2)))
    before = desk.order
    hold = declined_hold(desk.order.changes[0].asks[0].id)
    for _ in range(2):  # told again it is as untrue as before
        change = _said(desk, Answer.ACCEPTED)
        assert [one.code for one in change.problems] == ["shipped-before"]
        assert (_holds(change), change.effects, desk.order) == ([hold], (), before)
    assert change.stuck[0].kind == "change-agreed-late"


def test_a_no_after_its_own_shipment_says_the_same_and_is_silent() -> None:
    desk = _asked(2)
    desk.hear(notice(desk.order, ("1", 2)))
    _said(desk, Answer.ACCEPTED)
    change = _said(desk, Answer.REJECTED)
    assert (change.problems, change.stuck) == ((), ())
    assert change.cleared == (declined_hold(desk.order.changes[0].asks[0].id),)


def test_the_same_yes_counts_once_the_shipment_is_taken_back_and_nobody_looks_any_more() -> None:
    desk = _asked(2)
    desk.hear(notice(desk.order, ("1", 2)))
    _said(desk, Answer.ACCEPTED)
    void = replace(notice(desk.order), parcels=(), purpose=Purpose.CANCEL)
    assert declined_hold(desk.order.changes[0].asks[0].id) in desk.hear(void).cleared
    assert _said(desk, Answer.ACCEPTED).problems == ()
    assert desk.order.lines[0].buckets.cancelled == 2


def test_a_yes_to_the_rest_that_a_shipment_declined_is_not_used_either() -> None:
    desk = _asked(2, 3)
    _said(desk, Answer.ACCEPTED, "2")
    desk.hear(notice(desk.order, ("1", 2)))
    assert desk.order.changes[0].state is ChangeState.CONFIRMED
    change = _said(desk, Answer.ACCEPTED, "1")
    assert [one.code for one in change.problems] == ["shipped-before"]
    assert _holds(change)
    assert _said(desk, Answer.ACCEPTED, "2").problems == ()  # told again


def test_another_answer_than_before_says_what_to_do_in_plain_words() -> None:
    for first, second, way in (
        (Answer.REJECTED, Answer.ACCEPTED, "have it asked once more"),
        (Answer.ACCEPTED, Answer.REJECTED, "must not leave"),
    ):
        desk = _asked(2)
        _said(desk, first)
        (problem,) = _said(desk, second).problems
        assert problem.code == "answered-otherwise-before"
        assert way in problem.text and "purpose" not in problem.text


# --- the same paper settled again -----------------------------------------------------------------


def _asked_for_the_rest_again(left: int) -> Desk:
    """Four are asked for; some left, the rest was given back; what had left is asked for anew."""
    desk = _asked(4)
    desk.hear(notice(desk.order, ("1", left)))
    _said(desk, Answer.ACCEPTED, paper="doc_1")
    desk.hear(replace(notice(desk.order), parcels=(), purpose=Purpose.CANCEL))
    assert desk.order.changes[0].asks[0].lines[0].quantity == left
    assert desk.order.lines[0].buckets.cancelled == 4 - left
    return desk


@pytest.mark.parametrize("left", [1, 2])
def test_the_same_paper_run_again_says_nothing_of_what_is_asked_again(left: int) -> None:
    desk = _asked_for_the_rest_again(left)
    before = desk.order
    change = _said(desk, Answer.ACCEPTED, paper="doc_1")
    assert (change.effects, change.problems, desk.order) == ((), (), before)
    _said(desk, Answer.ACCEPTED, paper="doc_2")  # the same words in a new paper count
    assert desk.order.lines[0].buckets.cancelled == 4
    assert _said(desk, Answer.ACCEPTED, paper="doc_1").effects == ()


def test_a_paper_run_again_does_only_what_is_missing() -> None:
    desk = _asked(4, 2)
    desk.hear(notice(desk.order, ("1", 2)))
    _said(desk, Answer.ACCEPTED, "1", paper="doc_1")
    desk.hear(replace(notice(desk.order), parcels=(), purpose=Purpose.CANCEL))
    _said(desk, Answer.ACCEPTED, "1", "2", paper="doc_1")
    assert [line.buckets.cancelled for line in desk.order.lines] == [2, 2]


# --- asked only because it was late ---------------------------------------------------------------


def _not_late_any_more() -> Desk:
    """Three of five were late and asked for; the partner confirmed them all since."""
    desk = Desk(sourced(placed(5), "acme").order)
    words = (("1", Answer.ACCEPTED, 2), ("1", Answer.BACKORDERED, 3))
    desk.hear(answer(desk.order, *words, day=1))
    (part,) = desk.order.fulfillments
    terms = Terms(partner="acme", lane="acme/edi", set_id="860", due_at=NOON, until=UNTIL)
    desk.order = take_back(
        desk.order, part.lines, terms=terms, fulfillment_id=part.id, names=Names("late"), now=NOON
    ).order
    desk.hear(answer(desk.order, ("1", Answer.ACCEPTED, 5), day=2))
    desk.order = withdrawn(desk.order, now=NOON).order
    assert desk.order.changes[0].state is ChangeState.DECLINED
    return desk


@pytest.mark.parametrize("late", [0, 2, 3])
def test_a_yes_to_what_was_late_counts_when_all_of_it_is_late_again(late: int) -> None:
    desk = _not_late_any_more()
    words = (("1", Answer.ACCEPTED, 5 - late), ("1", Answer.BACKORDERED, late))
    desk.hear(answer(desk.order, *words[: 2 if late else 1], day=3))
    change = _said(desk, Answer.ACCEPTED)
    codes = [one.code for one in change.problems]
    assert codes == ([] if late == 3 else ["not-asked-any-more"])
    (part,) = desk.order.fulfillments
    assert part.lines[0].buckets.open == (2 if late == 3 else 5)
