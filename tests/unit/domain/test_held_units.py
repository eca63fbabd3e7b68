"""A later wish for units that a partner is being asked for already: the last one said holds."""

from dataclasses import replace
from itertools import product

import pytest

from hub.domain.allowed import Viewer, allowed_actions
from hub.domain.change_ends import came_to, pieces
from hub.domain.change_held import exchanging, leaving
from hub.domain.change_later import asked_later
from hub.domain.change_settling import Said, all_said, find_ask, settle
from hub.domain.changes import decide, everything
from hub.domain.facts import Fact, FactKind
from hub.domain.names import Names
from hub.domain.orders import ChangeKind, ChangeState, Order
from hub.domain.totals import owed
from hub.domain.wishes import Decided, Fewer, NewUnits, Quantity, Regroup, Standing, Swap, Terms
from tests.unit.domain.trade import NOON, placed, sourced

CANCELLATION = ChangeKind.CANCELLATION


class _Desk:
    """An order with one partner that was sent everything; its facts as they come."""

    def __init__(self, *quantities: int) -> None:
        self.order = sourced(placed(*quantities), "acme").order
        self.facts: list[Fact] = []
        self.seed = 0

    def wish(self, *wishes, kind: ChangeKind = ChangeKind.CHANGE) -> Decided:
        self.seed += 1
        terms = Terms(partner="acme", lane="acme/edi", set_id="860", due_at=NOON, until=NOON)
        decided = decide(
            self.order,
            wishes or everything(self.order),
            kind=kind,
            standing=Standing(
                unsent=frozenset(), terms={part.id: terms for part in self.order.fulfillments}
            ),
            who="test",
            reason="",
            names=Names(f"wish {self.seed}"),
            now=NOON,
        )
        self.heard(decided.change)
        return decided

    def says(self, *, yes: bool) -> None:
        """Let the partner answer everything that it is asked."""
        for change in self.order.changes:
            for ask in change.asks:
                owner, now = find_ask(self.order, ask.id)
                if now.state is ChangeState.REQUESTED:
                    said = all_said(owner, now, yes=yes, by="answer")
                    self.heard(settle(self.order, ask.id, said, now=NOON))

    def says_of_some(self, units: int, *, yes: bool) -> None:
        """Let the partner answer some of the units of its only ask."""
        (ask,) = (
            ask
            for change in self.order.changes
            for ask in change.asks
            if ask.state is ChangeState.REQUESTED
        )
        words = {ask.lines[0].fulfillment_line_id: units}
        said = Said(by="answer", confirmed=words if yes else {}, declined={} if yes else words)
        self.heard(settle(self.order, ask.id, said, now=NOON))

    def heard(self, change) -> None:
        self.order = change.order
        self.facts += change.facts
        assert self.order.total == owed(self.order)

    def states(self) -> list[str]:
        return [came_to(self.order, one, self.facts) for one in self.order.changes]

    def follows_up(self) -> None:
        """End what nobody is asked for any more, as the same step does with every wish."""
        standing = Standing(unsent=frozenset(), terms={})
        self.heard(asked_later(self.order, standing=standing, names=Names("later"), now=NOON))

    def told(self, n: int, rows=None) -> list[tuple[str, str, int, str]]:
        """What the rows of a change have come to."""
        change = self.order.changes[n]
        found = pieces(self.order, change.id, rows or change.actions, self.facts)
        return [(one.action, str(one.outcome), sum(one.units.values()), one.why) for one in found]


def _new(number: str = "9") -> NewUnits:
    return NewUnits(
        line_id=f"lin_{number}", number=number, group="1", sku="SKU-9", description="",
        quantity=0, unit_price=500,
    )  # fmt: skip


def _kept(order: Order, line: int = 0) -> int:
    return order.lines[line].kept


# --- an exchange is being asked -------------------------------------------------------------------


def test_an_exchange_that_is_cancelled_orders_nothing_in_its_place() -> None:
    desk = _Desk(2)
    desk.wish(Swap(line="1", new=_new()))
    assert "cancel" in allowed_actions(desk.order, Viewer.CUSTOMER, NOON)
    decided = desk.wish(kind=CANCELLATION)
    assert decided.made is not None
    assert decided.made.kind is CANCELLATION
    assert [ask.until for ask in decided.made.asks] == [NOON]
    exchange, cancellation = desk.order.changes
    assert (exchange.state, cancellation.state) == (ChangeState.DECLINED, ChangeState.REQUESTED)
    assert desk.told(0) == [("swap", "too_late", 2, "given_up")]
    assert desk.told(1) == [("cancel", "asked", 2, "")]
    assert not decided.change.duties
    assert not decided.change.watches
    assert "cancel" not in allowed_actions(desk.order, Viewer.CUSTOMER, NOON)
    desk.says(yes=True)
    assert len(desk.order.lines) == 1
    assert desk.order.lines[0].buckets.cancelled == 2
    assert desk.states() == ["declined", "confirmed"]
    assert desk.told(1) == [("cancel", "done", 2, "")]


def test_a_no_to_a_cancelled_exchange_leaves_the_line_as_it_was() -> None:
    desk = _Desk(2)
    before = desk.order.lines
    desk.wish(Swap(line="1", new=_new()))
    desk.wish(kind=CANCELLATION)
    desk.says(yes=False)
    assert desk.order.lines == before
    assert desk.states() == ["declined", "declined"]
    assert desk.told(1) == [("cancel", "too_late", 2, "no_changes")]


@pytest.mark.parametrize("yes", [True, False])
def test_an_exchange_beside_other_wishes_is_cancelled_within_its_change(yes: bool) -> None:
    desk = _Desk(2, 1)
    desk.wish(Swap(line="1", new=_new()), Regroup(action="method", group="1", sets={"method": "x"}))
    decided = desk.wish(Fewer(line="1"), kind=CANCELLATION)
    assert [row["outcome"] for row in decided.rows] == ["asked"]
    assert FactKind.CHANGE_REQUESTED in [fact.kind for fact in decided.change.facts]
    desk.says(yes=yes)
    assert [line.sku for line in desk.order.lines] == ["SKU-1", "SKU-2"]
    assert _kept(desk.order) == (0 if yes else 2)
    last = ("cancel", "done", 2, "") if yes else ("cancel", "too_late", 2, "no_changes")
    assert desk.told(0)[0] == last


def test_one_of_two_exchanges_is_cancelled_and_the_other_comes() -> None:
    desk = _Desk(2, 1)
    desk.wish(Swap(line="1", new=_new("8")), Swap(line="2", new=_new("9")))
    desk.wish(Fewer(line="1"), kind=CANCELLATION)
    desk.says(yes=True)
    assert [line.number for line in desk.order.lines] == ["1", "2", "9"]
    assert [line.kept for line in desk.order.lines] == [0, 0, 1]


def test_some_units_of_an_exchange_wait_for_its_answer() -> None:
    desk = _Desk(2)
    desk.wish(Swap(line="1", new=_new()))
    before = desk.order.changes
    decided = desk.wish(Fewer(line="1", quantity=1), kind=CANCELLATION)
    assert [(row["outcome"], row["why"]) for row in decided.rows] == [("too_late", "running")]
    assert desk.order.changes[:1] == before


def test_an_exchange_answered_in_part_is_cancelled_for_the_rest() -> None:
    desk = _Desk(3)
    desk.wish(Swap(line="1", new=_new()))
    desk.says_of_some(1, yes=True)
    desk.wish(kind=CANCELLATION)
    desk.says(yes=False)
    assert len(desk.order.lines) == 1
    assert _kept(desk.order) == 2
    assert desk.told(0) == [("cancel", "done", 1, ""), ("cancel", "too_late", 2, "no_changes")]


def test_a_cancellation_takes_the_free_units_and_those_to_be_exchanged() -> None:
    desk = _Desk(4)
    desk.wish(Swap(line="1", new=_new(), quantity=2))
    decided = desk.wish(kind=CANCELLATION)
    assert sum(ask.lines[0].quantity for ask in decided.made.asks) == 4
    desk.says(yes=True)
    assert _kept(desk.order) == 0
    assert len(desk.order.lines) == 1


def test_more_of_what_is_being_exchanged_is_refused_and_said_why() -> None:
    desk = _Desk(4)
    desk.wish(Swap(line="1", new=_new(), quantity=2))
    decided = desk.wish(Quantity(line="1", quantity=5))
    assert [(row["outcome"], row["why"]) for row in decided.rows] == [("too_late", "running")]


# --- a reduction is being asked -------------------------------------------------------------------


@pytest.mark.parametrize("yes", [True, False])
def test_five_wanted_while_two_are_asked_back_come_to_five(yes: bool) -> None:
    desk = _Desk(4)
    desk.wish(Fewer(line="1", quantity=2), kind=CANCELLATION)
    decided = desk.wish(Quantity(line="1", quantity=5))
    rows = [(row["action"], row["quantity"], row["outcome"]) for row in decided.rows]
    assert rows == [("keep", 2, "done"), ("quantity", 1, "done")]
    assert _kept(desk.order) == 5
    desk.says(yes=yes)
    assert _kept(desk.order) == 5
    assert desk.order.unsourced(desk.order.lines[0]) == (3 if yes else 1)
    assert desk.states() == ["declined", "confirmed"]
    assert desk.told(0) == [("cancel", "too_late", 2, "wanted")]
    assert desk.told(1) == [("keep", "done", 2, ""), ("more", "done", 1, "")]


@pytest.mark.parametrize("words", list(product([True, False], repeat=2)))
def test_some_of_what_is_asked_back_is_kept_whatever_is_said_of_each(words) -> None:
    desk = _Desk(4)
    desk.wish(Fewer(line="1", quantity=2), kind=CANCELLATION)
    desk.wish(Quantity(line="1", quantity=3))
    assert leaving(desk.order, desk.order.lines[0]) == 1
    for yes in words:
        desk.says_of_some(1, yes=yes)
    assert _kept(desk.order) == (3 if any(words) else 4)
    assert ("cancel", "too_late", 1, "wanted") in desk.told(0)
    assert (("cancel", "too_late", 1, "no_changes") in desk.told(0)) is not any(words)


@pytest.mark.parametrize("yes", [True, False])
@pytest.mark.parametrize("first", range(4))
@pytest.mark.parametrize("last", range(7))
@pytest.mark.parametrize("second", [None, 0, 2, 5])
def test_the_last_wish_holds_or_its_refusal_is_told(
    first: int, second: int | None, last: int, yes: bool
) -> None:
    desk = _Desk(4)
    desk.wish(Quantity(line="1", quantity=first))
    if second is not None:
        desk.wish(Quantity(line="1", quantity=second))
    desk.wish(Quantity(line="1", quantity=last))
    line = desk.order.lines[0]
    either = {line.kept, line.kept - leaving(desk.order, line)}
    desk.says(yes=yes)
    assert _kept(desk.order) in either
    told = [row for n in range(len(desk.order.changes)) for row in desk.told(n)]
    refused = [row for row in told if row[1] == "too_late" and row[3] != "wanted"]
    over = desk.order.lines[0].kept - last
    assert over >= 0
    assert over <= sum(row[2] for row in refused)
    if yes:
        assert not over


@pytest.mark.parametrize("yes", [True, False])
def test_units_wanted_after_all_are_cancelled_once_more(yes: bool) -> None:
    desk = _Desk(4)
    desk.wish(Fewer(line="1", quantity=2), kind=CANCELLATION)
    desk.wish(Quantity(line="1", quantity=5))
    desk.wish(kind=CANCELLATION)
    assert exchanging(desk.order, desk.order.lines[0]) == 0
    assert leaving(desk.order, desk.order.lines[0]) == 4
    desk.says(yes=yes)
    assert _kept(desk.order) == (0 if yes else 4)


def test_a_resourced_order_is_not_asked_for_units_twice() -> None:
    desk = _Desk(4)
    desk.wish(Fewer(line="1", quantity=4), kind=CANCELLATION)
    desk.wish(Quantity(line="1", quantity=4))
    desk.says(yes=True)
    line = desk.order.lines[0]
    assert desk.order.unsourced(line) == line.kept == 4
    assert replace(line.buckets, open=4) == line.buckets


# --- two partners ---------------------------------------------------------------------------------


def _two(wishes: tuple, *, answered: bool = True) -> _Desk:
    """A desk whose lines have a partner each; the first has agreed to what it is asked."""
    desk = _Desk(2, 1)
    (part,) = desk.order.fulfillments
    first, second = part.lines
    other = replace(part, id="ful_other", number="J2", partner="globe", lines=(second,))
    desk.order = replace(desk.order, fulfillments=(replace(part, lines=(first,)), other))
    desk.wish(*wishes)
    if answered:
        (change,) = desk.order.changes
        ask = next(one for one in change.asks if one.fulfillment_id == part.id)
        said = all_said(change, ask, yes=True, by="answer")
        desk.heard(settle(desk.order, ask.id, said, now=NOON))
    return desk


def test_what_one_partner_agreed_to_comes_when_the_exchange_at_another_is_given_up() -> None:
    desk = _two((Swap(line="1", new=_new("8")), Swap(line="2", new=_new("9"))))
    desk.wish(Fewer(line="2"), kind=CANCELLATION)
    desk.follows_up()
    assert [line.number for line in desk.order.lines] == ["1", "2", "8"]
    assert _kept(desk.order, 2) == 2
    assert desk.told(0) == [("swap", "done", 2, ""), ("swap", "too_late", 1, "given_up")]
    given_up = [fact for fact in desk.facts if fact.body.get("by") == "given_up"]
    assert [fact.kind for fact in given_up] == [FactKind.CHANGE_DECLINED]
    assert desk.order.changes[0].decided_at == NOON
    desk.says(yes=True)
    assert [line.kept for line in desk.order.lines] == [0, 0, 2]
    assert desk.states() == ["confirmed in part", "confirmed"]


def test_a_change_of_which_only_given_up_exchanges_are_left_is_over_at_once() -> None:
    desk = _two((Swap(line="2", new=_new("9")),), answered=False)
    desk.wish(Fewer(line="2"), kind=CANCELLATION)
    assert desk.order.changes[0].state is ChangeState.DECLINED


# --- units that were to stay are let go first -----------------------------------------------------


@pytest.mark.parametrize("wish", [Quantity(line="1", quantity=3), Fewer(line="1", quantity=2)])
@pytest.mark.parametrize("yes", [True, False])
def test_nobody_is_asked_for_more_while_units_asked_for_were_to_stay(wish, yes: bool) -> None:
    desk = _Desk(5)
    desk.wish(Quantity(line="1", quantity=3))
    desk.wish(Quantity(line="1", quantity=5))
    decided = desk.wish(wish)
    assert not decided.change.duties
    assert leaving(desk.order, desk.order.lines[0]) == 2
    desk.says(yes=yes)
    assert _kept(desk.order) == (3 if yes else 5)
    assert desk.order.unsourced(desk.order.lines[0]) == 0


def test_an_exchange_takes_units_that_nobody_is_asked_for() -> None:
    desk = _Desk(5)
    desk.wish(Quantity(line="1", quantity=3))
    desk.wish(Quantity(line="1", quantity=5))
    decided = desk.wish(Swap(line="1", new=_new(), quantity=3))
    assert [row["outcome"] for row in decided.rows] == ["asked"]


# --- each row is told by itself -------------------------------------------------------------------


def _at_first(decided: Decided) -> list[dict[str, object]]:
    """The rows as a page keeps them of the first answer."""
    names = ("action", "line", "quantity", "outcome", "why", "asks", "running")
    return [{name: row[name] for name in names if name in row} for row in decided.rows]


def test_two_rows_of_one_line_are_each_told_whole() -> None:
    desk = _Desk(4)
    first = desk.wish(Fewer(line="1", quantity=1), Fewer(line="1", quantity=2), kind=CANCELLATION)
    once = [("cancel", "asked", 1, ""), ("cancel", "asked", 2, "")]
    assert desk.told(0) == desk.told(0, _at_first(first)) == once
    desk.wish(Quantity(line="1", quantity=2))
    kept = [("cancel", "too_late", 1, "wanted"), ("cancel", "asked", 2, "")]
    assert desk.told(0) == desk.told(0, _at_first(first)) == kept


def test_an_exchange_that_was_given_up_beside_a_cancellation_is_told_whole() -> None:
    desk = _Desk(3)
    first = desk.wish(Fewer(line="1", quantity=1), Swap(line="1", new=_new(), quantity=2))
    desk.wish(kind=CANCELLATION)
    once = [("cancel", "asked", 1, ""), ("cancel", "asked", 2, "")]
    assert desk.told(0) == desk.told(0, _at_first(first)) == once


def test_two_exchanges_that_were_given_up_are_told_once_each() -> None:
    desk = _Desk(3)
    first = desk.wish(
        Swap(line="1", new=_new("8"), quantity=1), Swap(line="1", new=_new("9"), quantity=2)
    )
    desk.wish(kind=CANCELLATION)
    once = [("swap", "too_late", 1, "given_up"), ("swap", "too_late", 2, "given_up")]
    assert desk.told(0) == desk.told(0, _at_first(first)) == once


def test_units_at_once_and_units_asked_of_an_exchange_stay_one_row() -> None:
    desk = _Desk(3)
    desk.wish(Quantity(line="1", quantity=4))
    first = desk.wish(Swap(line="1", new=_new(), quantity=3), Fewer(line="1", quantity=1))
    desk.wish(kind=CANCELLATION)
    assert desk.told(1) == desk.told(1, _at_first(first))
    assert sum(units for _, _, units, _ in desk.told(1)) == 4


@pytest.mark.parametrize("yes", [True, False])
def test_what_waits_for_another_change_is_told_as_wanted_when_it_stays(yes: bool) -> None:
    desk = _Desk(4)
    desk.wish(Fewer(line="1", quantity=2), kind=CANCELLATION)
    desk.wish(kind=CANCELLATION)
    desk.wish(Quantity(line="1", quantity=4))
    stays = [("cancel", "too_late", 2, "wanted")] * 2
    assert desk.told(1) == stays
    desk.says(yes=yes)
    assert desk.told(1) == stays


def test_a_row_that_waits_for_units_of_another_that_leave_is_not_told_as_wanted() -> None:
    desk = _Desk(4)
    desk.wish(kind=CANCELLATION)
    desk.wish(Quantity(line="1", quantity=2))
    decided = desk.wish(Fewer(line="1", quantity=1), kind=CANCELLATION)
    assert desk.told(0, _at_first(decided)) == [("cancel", "asked", 1, "")]
