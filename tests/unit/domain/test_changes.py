"""Deciding a change, pure: what goes at once, what is asked, what is too late and why."""

from dataclasses import replace
from datetime import date

import pytest

from hub.domain.allowed import Viewer, allowed_actions
from hub.domain.asking import Voice
from hub.domain.change_papers import compose_change
from hub.domain.change_settling import all_said, find_ask, settle, silent
from hub.domain.changes import decide, everything, take_back
from hub.domain.exchange import Purpose
from hub.domain.messages import Answer, ChangeResponse, LineAnswer, OrderResponseLine
from hub.domain.names import Names
from hub.domain.orders import ChangeKind, ChangeState, Order
from hub.domain.wishes import (
    Decided,
    Fewer,
    NewUnits,
    Quantity,
    Regroup,
    Standing,
    Swap,
    Terms,
    Wish,
)
from tests.unit.domain.trade import NOON, Desk, answer, notice, placed, sourced

VOICE = Voice(buyer="Juniper", buyer_code="J", slip_message="", language="en")


def _terms(partner: str = "acme") -> Terms:
    return Terms(partner=partner, lane=f"{partner}/edi", set_id="860", due_at=NOON, until=NOON)


def _sent(order: Order, *, changes: bool = True) -> Standing:
    terms = {part.id: _terms(part.partner) for part in order.fulfillments} if changes else {}
    return Standing(unsent=frozenset(), terms=terms)


def _waiting(order: Order) -> Standing:
    return Standing(unsent=frozenset(part.id for part in order.fulfillments), terms={})


def _decide(order: Order, *wishes: Wish, standing: Standing, seed: str = "change") -> Decided:
    return decide(
        order,
        wishes or everything(order),
        kind=ChangeKind.CHANGE,
        standing=standing,
        who="test",
        reason="",
        names=Names(seed),
        now=NOON,
    )


def _outcomes(decided: Decided) -> list[tuple[object, ...]]:
    return [(row["outcome"], row.get("quantity"), row.get("why")) for row in decided.rows]


def _new(number: str = "9", quantity: int = 1) -> NewUnits:
    return NewUnits(
        line_id=f"lin_{number}", number=number, group="1", sku="SKU-9", description="",
        quantity=quantity, unit_price=500,
    )  # fmt: skip


def _packs(order: Order, pack: int) -> Order:
    """The same order with its goods asked for in packs."""
    (part,) = order.fulfillments
    lines = tuple(replace(line, units_per_pack=pack) for line in part.lines)
    return order.with_fulfillment(replace(part, lines=lines))


@pytest.mark.parametrize("standing", [_waiting, _sent])
def test_goods_in_packs_go_back_in_whole_packs(standing) -> None:
    order = _packs(sourced(placed(12), "acme").order, 6)
    decided = _decide(order, Fewer(line="1", quantity=8), standing=standing(order))
    outcome = "done" if standing is _waiting else "asked"
    assert _outcomes(decided) == [(outcome, 6, None), ("too_late", 2, "packs")]


def test_units_without_a_partner_go_first() -> None:
    order = sourced(placed(2), "acme").order
    grown = _decide(order, Quantity(line="1", quantity=5), standing=_sent(order)).change.order
    decided = _decide(grown, Fewer(line="1", quantity=4), standing=_sent(grown), seed="2")
    assert _outcomes(decided) == [("done", 3, None), ("asked", 1, None)]
    assert decided.change.cleared == (f"no-source:{grown.lines[0].id}",)


def test_without_a_paper_for_changes_it_is_too_late_once_sent() -> None:
    order = sourced(placed(2), "acme").order
    decided = _decide(order, standing=_sent(order, changes=False))
    assert _outcomes(decided) == [("too_late", 2, "no_changes")]
    assert decided.made is not None
    assert decided.made.state is ChangeState.DECLINED
    assert decided.change.order.revision == order.revision


def test_a_swap_that_is_declined_leaves_everything_as_it_was() -> None:
    order = sourced(placed(2), "acme").order
    asked = _decide(order, Swap(line="1", new=_new()), standing=_sent(order)).change.order
    owner, ask = find_ask(asked, asked.changes[0].asks[0].id)
    change = settle(asked, ask.id, all_said(owner, ask, yes=False, by="refused"), now=NOON)
    assert (len(change.order.lines), change.order.total, change.stuck) == (1, 2000, ())


def test_a_swap_agreed_to_in_part_is_told_to_a_person() -> None:
    desk = Desk(sourced(placed(3), "acme").order)
    desk.order = _decide(
        desk.order, Swap(line="1", new=_new()), standing=_sent(desk.order)
    ).change.order
    desk.hear(notice(desk.order, ("1", 1)))
    said = ChangeResponse(
        purpose=Purpose.ORIGINAL, number=desk.order.fulfillments[0].number, whole=Answer.ACCEPTED
    )
    change = desk.hear(said)
    assert [stuck.kind for stuck in change.stuck] == ["change-half-done"]
    assert [line.buckets.cancelled for line in change.order.lines] == [2]


def test_a_cancellation_takes_over_what_was_to_go_to_another_partner() -> None:
    desk = Desk(sourced(placed(2), "acme", "mill").order)
    desk.hear(answer(desk.order, ("1", Answer.BACKORDERED, 2)))
    part = desk.order.fulfillments[0]
    desk.order = take_back(
        desk.order,
        part.lines,
        terms=_terms(),
        fulfillment_id=part.id,
        names=Names("back"),
        now=NOON,
    ).order
    decided = _decide(desk.order, standing=_sent(desk.order))
    assert (_outcomes(decided), decided.running) == (
        [("asked", 2, None)],
        desk.order.changes[0].id,
    )
    desk.order = decided.change.order
    said = ChangeResponse(purpose=Purpose.ORIGINAL, number=part.number, whole=Answer.ACCEPTED)
    after = desk.hear(said).order
    assert after.lines[0].buckets.cancelled == 2
    assert after.unsourced(after.lines[0]) == 0


def test_units_taken_back_for_another_partner_stay_wanted() -> None:
    desk = Desk(sourced(placed(2), "acme", "mill").order)
    desk.hear(answer(desk.order, ("1", Answer.BACKORDERED, 2)))
    part = desk.order.fulfillments[0]
    desk.order = take_back(
        desk.order, part.lines, terms=_terms(), fulfillment_id=part.id, names=Names("b"), now=NOON
    ).order
    said = ChangeResponse(purpose=Purpose.ORIGINAL, number=part.number, whole=Answer.ACCEPTED)
    after = desk.hear(said).order
    assert (after.lines[0].buckets.cancelled, after.unsourced(after.lines[0])) == (0, 2)
    assert sourced(after, "acme", "mill", seed="again").order.fulfillments[1].partner == "mill"


def test_a_second_address_waits_for_the_answer_to_the_first() -> None:
    order = sourced(placed(2), "acme").order
    wish = Regroup(action="address", group="1", sets={"person": "per_2"})
    asked = _decide(order, wish, standing=_sent(order)).change.order
    again = _decide(asked, wish, standing=_sent(asked), seed="2")
    assert _outcomes(again) == [("too_late", None, "running")]


def test_two_cancellations_follow_one_another_on_paper() -> None:
    order = sourced(placed(5), "acme").order
    one = _decide(order, Fewer(line="1", quantity=2), standing=_sent(order)).change.order
    two = _decide(one, Fewer(line="1", quantity=3), standing=_sent(one), seed="2").change.order
    papers = [
        compose_change(
            two, ask_id=change.asks[0].id, words={}, voice=VOICE, kinds=("vendor",),
            ship_by=date(2026, 12, 1), now=NOON,
        )
        for change in two.changes
    ]  # fmt: skip
    told = [
        (paper.purpose, paper.change, paper.lines[0].former, paper.lines[0].quantity)
        for paper in papers
        if paper is not None
    ]
    # The second alone leaves two units: the first may be answered with no.
    assert told == [(Purpose.ORIGINAL, "1", 5, 3), (Purpose.ORIGINAL, "2", 3, 0)]


def test_a_line_answered_with_yes_and_no_is_shared() -> None:
    desk = Desk(sourced(placed(5), "acme").order)
    desk.order = _decide(desk.order, standing=_sent(desk.order)).change.order
    row = OrderResponseLine(
        number="1",
        answers=(
            LineAnswer(answer=Answer.ACCEPTED, quantity=3),
            LineAnswer(answer=Answer.REJECTED, quantity=2),
        ),
    )
    number = desk.order.fulfillments[0].number
    desk.hear(ChangeResponse(purpose=Purpose.ORIGINAL, number=number, change="1", lines=(row,)))
    assert desk.order.lines[0].buckets.cancelled == 3
    assert desk.order.changes[0].state is ChangeState.CONFIRMED


def test_an_answer_to_nothing_is_a_problem_with_its_place() -> None:
    desk = Desk(sourced(placed(5), "acme").order)
    number = desk.order.fulfillments[0].number
    change = desk.hear(ChangeResponse(purpose=Purpose.ORIGINAL, number=number, change="7"))
    (problem,) = change.problems
    assert (problem.code, problem.where.path, problem.where.value) == (
        "unknown-change",
        "change",
        "7",
    )


def test_a_no_after_silence_was_taken_for_a_yes_is_told() -> None:
    desk = Desk(sourced(placed(2), "acme").order)
    desk.order = _decide(desk.order, standing=_sent(desk.order)).change.order
    ask = desk.order.changes[0].asks[0]
    desk.order = silent(desk.order, ask.id, confirms=True, partner="acme", now=NOON).order
    number = desk.order.fulfillments[0].number
    said = ChangeResponse(purpose=Purpose.ORIGINAL, number=number, whole=Answer.REJECTED)
    change = desk.hear(said)
    assert [stuck.kind for stuck in change.stuck] == ["change-declined-late"]
    assert change.order.lines[0].buckets.cancelled == 2


def test_everybody_is_offered_what_can_be_done() -> None:
    order = sourced(placed(2), "acme").order
    assert allowed_actions(order, Viewer.CUSTOMER, NOON) == ("cancel", "change")
    assert allowed_actions(placed(2), Viewer.CLERK, NOON) == ("cancel", "change", "source")
    assert allowed_actions(order, Viewer.SUPPLIER, NOON) == ("accept", "reject", "ship")
    asked = _decide(order, standing=_sent(order)).change.order
    assert allowed_actions(asked, Viewer.API, NOON) == ("change",)
    gone = _decide(order, standing=_waiting(order)).change.order
    assert allowed_actions(gone, Viewer.OPERATOR, NOON) == ()
