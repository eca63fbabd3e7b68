"""What a shipment had declined waits again when it is taken back, unless decided since."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.change_settling import find_ask, silent
from hub.domain.changes import decide, everything
from hub.domain.exchange import Purpose
from hub.domain.facts import Change, FactKind, WatchKind
from hub.domain.messages import Answer, ChangeResponse, ShipNotice
from hub.domain.names import Names
from hub.domain.orders import Ask, ChangeKind, ChangeState, OrderChange
from hub.domain.rules import Subject, apply, business_key
from hub.domain.wishes import Fewer, Regroup, Standing, Terms, Wish
from tests.unit.domain.trade import NOON, Desk, notice, placed, sourced

UNTIL = NOON + timedelta(hours=4)
WAITS, NO, YES = ChangeState.REQUESTED, ChangeState.DECLINED, ChangeState.CONFIRMED


def _desk(*quantities: int) -> Desk:
    return Desk(sourced(placed(*quantities), "acme").order)


def _asked(desk: Desk, *wishes: Wish, seed: str = "change") -> None:
    (part,) = desk.order.fulfillments
    terms = Terms(partner="acme", lane="acme/edi", set_id="860", due_at=NOON, until=UNTIL)
    desk.order = decide(
        desk.order,
        wishes or everything(desk.order),
        kind=ChangeKind.CANCELLATION,
        standing=Standing(unsent=frozenset(), terms={part.id: terms}),
        who="test",
        reason="",
        names=Names(seed),
        now=NOON,
    ).change.order


def _void(desk: Desk, name: str = "SHP1") -> ShipNotice:
    bare = replace(notice(desk.order, name=name), parcels=())
    return replace(bare, purpose=Purpose.CANCEL)


def _said(desk: Desk, answer: Answer) -> Change:
    (part,) = desk.order.fulfillments
    message = ChangeResponse(
        purpose=Purpose.ORIGINAL, number=part.number, change="1", whole=answer, lines=()
    )
    return desk.hear(message)  # type: ignore[arg-type]


def _first(desk: Desk) -> tuple[OrderChange, Ask]:
    return find_ask(desk.order, desk.order.changes[0].asks[0].id)


def _units(desk: Desk) -> list[int]:
    return [one.quantity for one in _first(desk)[1].lines]


def test_a_cancellation_that_a_shipment_declined_waits_again_until_its_own_time() -> None:
    desk = _desk(2)
    _asked(desk)
    before = desk.order
    desk.hear(notice(desk.order, ("1", 2)))
    assert [one.state for one in _first(desk)] == [NO, NO]
    change = desk.hear(_void(desk))
    assert desk.order.changes == before.changes
    (watch,) = change.watches
    _, ask = _first(desk)
    assert (watch.kind, watch.subject, watch.due_at) == (WatchKind.CHANGE, ask.id, UNTIL)
    assert change.facts[-1].kind is FactKind.CHANGE_REQUESTED
    _said(desk, Answer.ACCEPTED)
    assert [one.state for one in _first(desk)] == [YES, YES]
    assert desk.order.lines[0].buckets.cancelled == 2


@pytest.mark.parametrize("first", [2, 5])
def test_units_that_left_in_part_are_asked_for_again(first: int) -> None:
    desk = _desk(5)
    _asked(desk)
    before = desk.order
    desk.hear(notice(desk.order, ("1", first)))
    desk.hear(_void(desk))
    assert desk.order.changes == before.changes


@pytest.mark.parametrize("voided", ["AB", "BA"])
def test_two_shipments_are_taken_back_in_any_order(voided: str) -> None:
    desk = _desk(5)
    _asked(desk)
    desk.hear(notice(desk.order, ("1", 2), name="A"))
    desk.hear(notice(desk.order, ("1", 3), name="B", tracking="1Z2"))
    assert _first(desk)[1].state is NO
    desk.hear(_void(desk, voided[0]))
    assert (_first(desk)[1].state, _units(desk)) == (WAITS, [2 if voided[0] == "A" else 3])
    desk.hear(_void(desk, voided[1]))
    assert (_first(desk)[1].state, _units(desk)) == (WAITS, [5])
    _said(desk, Answer.ACCEPTED)
    assert desk.order.lines[0].buckets.cancelled == 5


def test_what_silence_decided_since_is_not_asked_again() -> None:
    desk = _desk(5)
    _asked(desk)
    desk.hear(notice(desk.order, ("1", 2)))
    _, ask = _first(desk)
    desk.order = silent(desk.order, ask.id, confirms=False, partner="acme", now=NOON).order
    before = desk.order.changes
    change = desk.hear(_void(desk))
    assert desk.order.changes == before
    assert change.watches == ()


@pytest.mark.parametrize("first", [Answer.ACCEPTED, Answer.REJECTED])
@pytest.mark.parametrize("then", [Answer.ACCEPTED, Answer.REJECTED])
def test_an_answer_to_the_rest_leaves_what_did_not_leave_to_be_asked_again(
    first: Answer, then: Answer
) -> None:
    desk = _desk(4)
    _asked(desk)
    desk.hear(notice(desk.order, ("1", 2)))
    _said(desk, first)
    assert _first(desk)[0].state is (YES if first is Answer.ACCEPTED else NO)
    change = desk.hear(_void(desk))
    assert [one.state for one in _first(desk)] == [WAITS, WAITS]
    assert _units(desk) == [2]
    assert [watch.due_at for watch in change.watches] == [UNTIL]
    told = _said(desk, then)  # the very words of the first answer, of other units
    assert not told.problems
    assert _first(desk)[1].state is not WAITS
    agreed = [first, then].count(Answer.ACCEPTED)
    assert desk.order.lines[0].buckets.cancelled == 2 * agreed
    assert desk.order.lines[0].buckets.open == 4 - 2 * agreed
    assert not _said(desk, then).effects, "the same once more is nothing new"


def test_units_of_a_later_wish_are_not_asked_for_twice() -> None:
    desk = _desk(3)
    _asked(desk, Fewer(line="1", quantity=2))
    desk.hear(notice(desk.order, ("1", 3)))
    desk.hear(_void(desk))
    _asked(desk, Fewer(line="1", quantity=1), seed="more")
    assert [[one.quantity for one in c.asks[0].lines] for c in desk.order.changes] == [[2], [1]]
    desk.hear(notice(desk.order, ("1", 3), name="C"))
    desk.hear(_void(desk, "C"))
    assert [[one.quantity for one in c.asks[0].lines] for c in desk.order.changes] == [[2], [1]]


def test_another_address_waits_again() -> None:
    desk = _desk(2)
    _asked(desk, Regroup(group="1", action="address", sets={"person": "per_new"}))
    desk.hear(notice(desk.order, ("1", 2)))
    assert _first(desk)[0].state is NO
    desk.hear(_void(desk))
    assert [one.state for one in _first(desk)] == [WAITS, WAITS]
    _said(desk, Answer.ACCEPTED)
    assert desk.order.groups[0].person_id == "per_new"


def test_a_replacement_asks_again_only_for_what_did_not_leave() -> None:
    desk = _desk(5)
    _asked(desk)
    desk.hear(notice(desk.order, ("1", 5)))
    same = replace(notice(desk.order, ("1", 5), tracking="1Z9"), purpose=Purpose.REPLACE)
    desk.hear(same)
    assert _first(desk)[1].state is NO
    less = replace(notice(desk.order, ("1", 3), tracking="1Z8"), purpose=Purpose.REPLACE)
    desk.hear(less)
    assert (_first(desk)[1].state, _units(desk)) == (WAITS, [2])


def test_after_the_time_in_which_it_can_be_undone_the_decline_stands() -> None:
    desk = _desk(2)
    _asked(desk)
    desk.hear(notice(desk.order, ("1", 2)))
    (part,) = desk.order.fulfillments
    void = _void(desk)
    key = business_key(part.partner, void)
    subject = Subject(
        order=desk.order,
        fulfillment_id=part.id,
        effects=dict(desk.effects[key]),
        names=Names("late"),
    )
    change = apply(subject, void, now=NOON + timedelta(minutes=10))
    assert change.order.shipments == ()
    assert change.order.changes == desk.order.changes


@pytest.mark.parametrize("early", [Answer.ACCEPTED, Answer.REJECTED])
def test_an_answer_that_came_while_it_had_left_can_be_said_again(early: Answer) -> None:
    desk = _desk(2)
    _asked(desk)
    desk.hear(notice(desk.order, ("1", 2)))
    _said(desk, early)
    assert _first(desk)[1].reason == "shipped"
    desk.hear(_void(desk))
    assert _first(desk)[1].state is WAITS
    assert not _said(desk, Answer.ACCEPTED).problems
    assert [one.state for one in _first(desk)] == [YES, YES]


def test_the_lines_that_never_left_wait_on_beside_those_that_wait_again() -> None:
    desk = _desk(2, 2)
    _asked(desk, Fewer(line="1", quantity=1), Fewer(line="2", quantity=2))
    desk.hear(notice(desk.order, ("2", 2)))
    desk.hear(_void(desk))
    assert _units(desk) == [1, 2]
    _said(desk, Answer.ACCEPTED)
    assert [line.buckets.cancelled for line in desk.order.lines] == [1, 2]
