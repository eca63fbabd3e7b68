"""A shipment that was told is taken back or told otherwise: as if it had never been told."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.change_rows import given_back
from hub.domain.delivery import told
from hub.domain.exchange import Purpose, Severity
from hub.domain.facts import Change, FactKind
from hub.domain.messages import Answer, CarrierEvent, CarrierMoment, ShipNotice
from hub.domain.names import Names
from hub.domain.orders import FulfillmentState, Order
from hub.domain.rules import Subject, apply, business_key
from hub.domain.status import Word, document
from hub.domain.totals import taken_off
from hub.domain.unanswering import against, unanswered
from hub.domain.voiding import UNDO, called, stands
from tests.unit.domain.trade import NOON, Desk, answer, notice, placed, sourced


def _desk(*quantities: int) -> Desk:
    return Desk(sourced(placed(*quantities), "acme", "delta").order)


def _void(desk: Desk, name: str = "SHP1") -> ShipNotice:
    bare = replace(notice(desk.order, name=name), parcels=())
    return replace(bare, purpose=Purpose.CANCEL)


def _instead(desk: Desk, *lines: tuple[str, int], tracking: str, name: str = "SHP1") -> ShipNotice:
    new = notice(desk.order, *lines, name=name, tracking=tracking)
    return replace(new, purpose=Purpose.REPLACE)


def _parcels(order: Order) -> list[tuple[str, int, int]]:
    return [
        (package.tracking, row.quantity, row.unexpected)
        for shipment in order.shipments
        for package in shipment.packages
        for row in package.lines
    ]


def _codes(change: Change) -> list[str]:
    return [problem.code for problem in change.problems]


# --- taken back ----------------------------------------------------------------------------------


def test_a_shipment_taken_back_was_never_there() -> None:
    desk = _desk(3)
    before = desk.order
    desk.hear(notice(desk.order, ("1", 2)))
    (shipment,) = desk.order.shipments
    change = desk.hear(_void(desk))
    assert desk.order == replace(before, voided=(replace(shipment, voided_at=NOON),))
    (fact,) = change.facts
    lines = [{"line": desk.order.lines[0].id, "quantity": 2}]
    assert fact.kind is FactKind.SHIPMENT_VOIDED
    assert (fact.body["lines"], fact.body["replaced"]) == (lines, False)
    assert not stands(desk.order, shipment.id)
    page = document(desk.order, version=3, now=NOON)
    assert (page["status"], page["parcels"]) == (Word.CONFIRMED, [])


def test_taking_it_back_twice_does_nothing_more() -> None:
    desk = _desk(3)
    desk.hear(notice(desk.order, ("1", 2)))
    desk.hear(_void(desk))
    once = desk.order
    change = desk.hear(_void(desk))
    assert (desk.order, change.facts, change.effects, change.problems) == (once, (), (), ())


def test_what_was_never_told_cannot_be_taken_back_and_the_others_are_named() -> None:
    desk = _desk(3)
    desk.hear(notice(desk.order, ("1", 1), name="GOOD"))
    change = desk.hear(_void(desk, "BAD"))
    (problem,) = change.problems
    assert problem.code == "unknown-shipment"
    assert "GOOD" in problem.text
    assert (problem.where.path, problem.where.value) == ("notice", "BAD")
    assert len(desk.order.shipments) == 1


@pytest.mark.parametrize("moment", CarrierMoment)
def test_what_its_carrier_has_is_not_taken_back(moment: CarrierMoment) -> None:
    desk = _desk(2)
    desk.hear(notice(desk.order, ("1", 2)))
    event = CarrierEvent(tracking="1Z1", moment=moment, at=NOON)
    parts = {part.id for part in desk.order.fulfillments}
    desk.order = told(desk.order, [event], of=parts).order
    for message in (_void(desk), _instead(desk, ("1", 2), tracking="1Z9")):
        assert _codes(desk.hear(message)) == ["parcel-moved"]
    assert desk.order.lines[0].buckets.shipped == 2


def _heard(desk: Desk, message: ShipNotice, **more: object) -> Change:
    part = desk.order.fulfillments[0]
    key = business_key(part.partner, message)
    subject = Subject(
        order=desk.order,
        fulfillment_id=part.id,
        effects=dict(desk.effects.get(key, {})),
        names=Names("paper"),
    )
    return apply(replace(subject, **more), message, now=NOON)  # type: ignore[arg-type]


def test_what_is_invoiced_stays_shipped_but_may_get_another_tracking_number() -> None:
    desk = _desk(2)
    desk.hear(notice(desk.order, ("1", 2)))
    line = desk.order.fulfillments[0].lines[0].id
    assert _codes(_heard(desk, _void(desk), invoiced={line: 1})) == ["shipment-invoiced"]
    assert _codes(_heard(desk, _instead(desk, ("1", 1), tracking="T"), invoiced={line: 2})) == [
        "shipment-invoiced"
    ]
    good = _heard(desk, _instead(desk, ("1", 2), tracking="T"), invoiced={line: 2})
    assert (_parcels(good.order), good.problems) == ([("T", 2, 0)], ())


def test_what_came_beyond_what_was_open_takes_the_free_place() -> None:
    desk = _desk(2)
    desk.hear(notice(desk.order, ("1", 2), name="A"))
    desk.hear(notice(desk.order, ("1", 3), name="B", tracking="1Z2"))
    assert desk.order.lines[0].buckets.unexpected == 3
    change = desk.hear(_void(desk, "A"))
    buckets = desk.order.lines[0].buckets
    assert (buckets.shipped, buckets.open, buckets.unexpected) == (2, 0, 1)
    assert _parcels(desk.order) == [("1Z2", 3, 1)]
    shipped = [fact for fact in change.facts if fact.kind is FactKind.ORDER_SHIPPED]
    assert [fact.body["lines"] for fact in shipped] == [
        [{"line": desk.order.lines[0].id, "quantity": 2}]
    ]
    assert change.cleared == ()  # one too many is still one for a person
    desk.hear(_void(desk, "B"))
    assert desk.order.lines[0].buckets.open == 2


def test_nothing_too_much_is_left_then_nobody_has_to_look() -> None:
    desk = _desk(2)
    desk.hear(notice(desk.order, ("1", 2), name="A"))
    desk.hear(notice(desk.order, ("1", 2), name="B", tracking="1Z2"))
    change = desk.hear(_void(desk, "A"))
    assert change.cleared == (f"unexpected:{desk.order.fulfillments[0].id}:B",)


def test_a_parcel_that_had_arrived_is_delivered_when_it_was_asked_for_after_all() -> None:
    desk = _desk(2)
    desk.hear(notice(desk.order, ("1", 2), name="A"))
    desk.hear(notice(desk.order, ("1", 1), name="B", tracking="1Z2"))
    event = CarrierEvent(tracking="1Z2", moment=CarrierMoment.DELIVERED, at=NOON)
    parts = {part.id for part in desk.order.fulfillments}
    desk.order = told(desk.order, [event], of=parts).order
    assert desk.order.lines[0].buckets.delivered == 0
    desk.hear(_void(desk, "A"))
    assert desk.order.lines[0].buckets.delivered == 1
    assert desk.order.fulfillments[0].lines[0].buckets.delivered == 1


def test_the_first_notice_again_ships_nothing_once_it_was_taken_back() -> None:
    desk = _desk(3)
    first = notice(desk.order, ("1", 2))
    desk.hear(first)
    desk.hear(_void(desk))
    assert _codes(desk.hear(first)) == ["shipment-taken-back"]
    rerun = _heard(desk, first, repeated=True)
    assert (rerun.order, rerun.problems) == (desk.order, ())
    assert desk.order.lines[0].buckets.open == 3


def test_a_shipment_without_a_number_is_called_by_its_tracking_numbers() -> None:
    desk = _desk(3)
    desk.hear(notice(desk.order, ("1", 2), name="", tracking="1Z7"))
    part = desk.order.fulfillments[0].id
    assert called(desk.order, part, "1Z7") == "1Z7"
    assert called(desk.order, part, "1Z8") == "1Z8"
    desk.hear(_void(desk, "1Z7"))
    assert desk.order.shipments == ()
    assert _codes(desk.hear(notice(desk.order, ("1", 2), name="", tracking="1Z7"))) == [
        "shipment-taken-back"
    ]


# --- told otherwise ------------------------------------------------------------------------------


def test_another_tracking_number_stands_instead_and_is_told() -> None:
    desk = _desk(3)
    desk.hear(notice(desk.order, ("1", 2)))
    change = desk.hear(_instead(desk, ("1", 2), tracking="1Z9"))
    assert _parcels(desk.order) == [("1Z9", 2, 0)]
    assert desk.order.lines[0].buckets.shipped == 2
    kinds = [fact.kind for fact in change.facts]
    assert kinds == [FactKind.SHIPMENT_VOIDED, FactKind.ORDER_SHIPPED]
    assert change.facts[0].body["replaced"] is True
    (parcel,) = document(desk.order, version=2, now=NOON)["parcels"]
    assert parcel["tracking"] == "1Z9"


def test_a_replacement_that_says_the_same_changes_nothing() -> None:
    desk = _desk(3)
    desk.hear(notice(desk.order, ("1", 2)))
    once = desk.order
    change = desk.hear(_instead(desk, ("1", 2), tracking="1Z1"))
    assert (desk.order, change.facts, change.effects) == (once, (), ())
    desk.hear(_instead(desk, ("1", 1), tracking="1Z2"))
    again = desk.hear(_instead(desk, ("1", 1), tracking="1Z2"))
    assert again.effects == ()


def test_a_replacement_is_taken_whole_or_not_at_all() -> None:
    desk = _desk(3)
    desk.hear(notice(desk.order, ("1", 2)))
    before = desk.order
    change = desk.hear(_instead(desk, ("1", 1), ("9", 1), tracking="1Z9"))
    assert _codes(change) == ["unknown-line"]
    empty = replace(_instead(desk, tracking=""), parcels=())
    assert _codes(desk.hear(empty)) == ["replaces-with-nothing"]
    bare = _instead(desk, tracking="1Z9")
    assert bare.parcels, "a parcel with a number and without goods"
    assert _codes(desk.hear(bare)) == ["replaces-with-nothing"]
    assert desk.order == before


def test_more_than_was_open_is_unexpected_in_a_replacement_too() -> None:
    desk = _desk(2)
    desk.hear(notice(desk.order, ("1", 1)))
    change = desk.hear(_instead(desk, ("1", 5), tracking="1Z9"))
    assert _parcels(desk.order) == [("1Z9", 5, 3)]
    assert [stuck.kind for stuck in change.stuck] == ["unexpected-shipment"]


def test_a_first_notice_that_comes_behind_its_replacement_ships_nothing() -> None:
    desk = _desk(5)
    desk.hear(_instead(desk, ("1", 2), tracking="1Z9"))
    late = desk.hear(notice(desk.order, ("1", 3)))
    assert [(one.code, one.severity) for one in late.problems] == [("superseded", Severity.WARNING)]
    assert _parcels(desk.order) == [("1Z9", 2, 0)]


def test_what_was_taken_back_can_be_told_anew_as_a_replacement() -> None:
    desk = _desk(3)
    desk.hear(notice(desk.order, ("1", 2)))
    desk.hear(_void(desk))
    desk.hear(_instead(desk, ("1", 1), tracking="1Z9"))
    desk.hear(_void(desk))
    desk.hear(_instead(desk, ("1", 1), tracking="1Z9"))
    assert _parcels(desk.order) == [("1Z9", 1, 0)]
    assert len(desk.order.voided) == 2


def test_a_correction_of_what_was_never_told_says_so() -> None:
    desk = _desk(3)
    change = _heard(desk, _instead(desk, ("1", 1), tracking="T"), told_only=True)
    assert (_codes(change), change.order) == (["unknown-shipment"], desk.order)


# --- in any order --------------------------------------------------------------------------------

NAMES = st.sampled_from("ABC")
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("ship"), NAMES, st.integers(1, 4)),
        st.tuples(st.just("void"), NAMES, st.just(0)),
        st.tuples(st.just("replace"), NAMES, st.integers(1, 4)),
        st.tuples(st.just("cancel"), st.just(""), st.integers(1, 3)),
        st.tuples(st.just("decline"), st.just(""), st.integers(1, 3)),
    ),
    max_size=14,
)


def _cancelled(order: Order, units: int) -> tuple[Order, int]:
    """So many units of what is open are cancelled by the customer."""
    part = order.fulfillments[0]
    units = min(units, part.lines[0].buckets.open)
    order = given_back(order, part.id, part.lines[0].id, units)
    order, _ = taken_off(order, {order.lines[0].id: units})
    return order, units


def _quantities(order: Order) -> object:
    return (
        [line.buckets for line in order.lines],
        [(part.state, [line.buckets for line in part.lines]) for part in order.fulfillments],
    )


@settings(max_examples=60, deadline=None)
@given(EVENTS)
def test_only_the_surviving_shipments_count(events: list[tuple[str, str, int]]) -> None:
    desk, survive, turned, gone = _desk(5), dict[str, int](), set[str](), []
    for n, (what, name, units) in enumerate(events):
        if what == "cancel":
            desk.order, off = _cancelled(desk.order, units)
            gone.append(("cancel", off))
            continue
        if what == "decline":
            before = desk.order.lines[0].buckets.rejected
            desk.hear(answer(desk.order, ("1", Answer.REJECTED, units), day=1 + n))
            gone.append(("decline", desk.order.lines[0].buckets.rejected - before))
            continue
        message = notice(desk.order, ("1", units), name=name, tracking=f"1Z{name}{units}")
        if what == "ship":
            desk.hear(message)
            if name not in turned:
                survive.setdefault(name, units)
        elif what == "void":
            desk.hear(_void(desk, name))
            turned |= {name} if survive.pop(name, 0) else set()
        else:
            desk.hear(replace(message, purpose=Purpose.REPLACE))
            turned |= {name} if survive.get(name) != units else set()
            survive[name] = units
        buckets = desk.order.lines[0].buckets
        assert sum(q - u for _, q, u in _parcels(desk.order)) == buckets.shipped
        assert sum(u for *_, u in _parcels(desk.order)) == buckets.unexpected
    plain = _desk(5)
    for n, (what, units) in enumerate(gone):
        if what == "cancel":
            plain.order, _ = _cancelled(plain.order, units)
        elif units:
            plain.hear(answer(plain.order, ("1", Answer.REJECTED, units), day=1 + n))
    for name, units in survive.items():
        plain.hear(notice(plain.order, ("1", units), name=name, tracking=f"1Z{name}{units}"))
    assert sorted(one[:2] for one in _parcels(desk.order)) == sorted(
        one[:2] for one in _parcels(plain.order)
    )
    assert _quantities(desk.order) == _quantities(plain.order)


# --- answers -------------------------------------------------------------------------------------


def _undone(desk: Desk, change: Change) -> Order:
    part = desk.order.fulfillments[0]
    effects = change.effects
    wrong = against(
        desk.order, part.id, effects, answered_at=NOON, later=False, now=NOON + UNDO / 2
    )
    assert wrong is None, wrong
    return unanswered(desk.order, part.id, effects, key="k").order


def test_an_answer_taken_back_leaves_its_lines_as_they_were() -> None:
    desk = _desk(4, 2)
    desk.hear(answer(desk.order, ("1", Answer.BACKORDERED, 1), day=1))
    before = desk.order
    said = desk.hear(
        answer(desk.order, ("1", Answer.ACCEPTED, 2), ("1", Answer.REJECTED, 1), day=2)
    )
    assert desk.order != before
    assert _undone(desk, said) == before
    assert before.fulfillments[0].state is FulfillmentState.IN_PROGRESS


def test_an_answer_stands_after_ten_minutes_or_when_more_was_told() -> None:
    desk = _desk(2)
    said = desk.hear(answer(desk.order, ("1", Answer.ACCEPTED, 2)))
    part = desk.order.fulfillments[0].id
    for at, later in ((NOON + UNDO, False), (NOON + timedelta(seconds=1), True)):
        wrong = against(desk.order, part, said.effects, answered_at=NOON, later=later, now=at)
        assert wrong is not None
        assert wrong.code == "answer-stands"


def test_what_was_declined_stays_so_once_somebody_else_was_asked() -> None:
    desk = _desk(3)
    said = desk.hear(answer(desk.order, ("1", Answer.REJECTED, 2)))
    assert _undone(desk, said).lines[0].buckets.rejected == 0
    desk.order = sourced(desk.order, "acme", "delta", seed="again").order
    part = desk.order.fulfillments[0].id
    wrong = against(desk.order, part, said.effects, answered_at=NOON, later=False, now=NOON)
    assert wrong is not None
    assert "somebody else" in wrong.text
