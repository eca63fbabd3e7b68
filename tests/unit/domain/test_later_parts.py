"""Purchase orders that come into being while others of their group are asked for other words."""

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from hub.domain.change_later import asked_later, undecided
from hub.domain.change_rows import asks_on, needs_source, open_parts
from hub.domain.change_settling import PART, all_said, find_ask, settle, silent
from hub.domain.changes import decide
from hub.domain.facts import Change, DutyKind, FactKind
from hub.domain.messages import Answer
from hub.domain.names import Names
from hub.domain.orders import (
    Ask,
    ChangeKind,
    ChangeState,
    FulfillmentOrder,
    Order,
    OrderChange,
    ShipGroup,
)
from hub.domain.unanswering import against
from hub.domain.wishes import Add, Fewer, NewUnits, Quantity, Regroup, Standing, Swap, Terms, Wish
from tests.unit.domain.trade import NOON, Desk, answer, notice, placed, sourced

WALKS = 300
WORDS: Mapping[str, Mapping[str, object]] = {
    "address": {"person": "per_"},
    "gift": {"person": "per_", "gift": False, "hide_prices": False},
    "method": {"method": "method_"},
    "date": {"deliver_by": date(2026, 12, 24).isoformat()},
}


def _new(number: str, quantity: int = 1, person: str = "") -> NewUnits:
    return NewUnits(
        line_id=f"lin_{number}", number=number, group="1", sku="SKU-9", description="",
        quantity=quantity, unit_price=500, person_id=person,
    )  # fmt: skip


def _regroup(action: str, seed: str = "2") -> Regroup:
    sets = {
        key: value + seed if isinstance(value, str) and value.endswith("_") else value
        for key, value in WORDS[action].items()
    }
    return Regroup(action=action, group="1", sets=sets)


def _held(group: ShipGroup) -> dict[str, object]:
    """What a paper that is written now tells of a group."""
    day = group.deliver_by.isoformat() if group.deliver_by else None
    return {
        "person": group.person_id,
        "method": group.method_final,
        "gift": group.gift,
        "hide_prices": group.hide_prices,
        "deliver_by": day,
    }


class Trade:
    """An order whose partners write, ask and answer; keeps what each of them was told last."""

    def __init__(self, *quantities: int, closed: frozenset[str] = frozenset()) -> None:
        self.desk = Desk(placed(*quantities))
        self.closed = closed  # partners that take no changes
        self.told: dict[str, dict[str, object]] = {}
        self.heard: set[str] = set()
        self.stuck: list[str] = []
        self.steps = 0
        self.later = 0
        self.took(sourced(self.order, "acme", "mill"))

    @property
    def order(self) -> Order:
        return self.desk.order

    def part(self, number: int) -> FulfillmentOrder:
        return self.order.fulfillments[number - 1]

    def standing(self) -> Standing:
        parts = self.order.fulfillments
        unsent = frozenset(part.id for part in parts if part.id not in self.told)
        terms = {
            part.id: Terms(partner=part.partner, lane="edi", set_id="860", due_at=NOON, until=NOON)
            for part in parts
            if part.partner not in self.closed
        }
        return Standing(unsent=unsent, terms=terms)

    def names(self) -> Names:
        self.steps += 1
        return Names(f"step {self.steps}")

    def took(self, change: Change) -> Change:
        """Take in what happened with all that follows from it, as the hub does."""
        before, self.desk.order = self.order, change.order
        self._agreed()
        if undecided(self.order):
            standing = self.standing()
            later = asked_later(self.order, standing=standing, names=self.names(), now=NOON)
            self.later += len(later.duties)
            change = change.then(later)
        if needs_source(before, change.order):
            more = sourced(change.order, "acme", "mill", seed=f"source {self.steps}")
            change = change.then(more)
        self.desk.order = change.order
        self.stuck += [one.kind for one in change.stuck]
        assert not undecided(self.order)
        return change

    def _agreed(self) -> None:
        """Who agrees to a paper sends what is left as it says."""
        for change in self.order.changes:
            for ask in change.asks:
                if ask.state is not ChangeState.CONFIRMED or ask.id in self.heard:
                    continue
                self.heard.add(ask.id)
                mine = self.told[ask.fulfillment_id]
                for row in change.actions:
                    if "group" in row and ask.id in row.get("asks", ()):  # type: ignore[operator]
                        mine |= {key: row[key] for key in mine if key in row}

    def write(self) -> None:
        """Let every purchase order leave that has not left."""
        for part in self.order.fulfillments:
            self.told.setdefault(part.id, _held(self.order.group(part.group_id)))

    def want(self, *wishes: Wish) -> list[str]:
        """Ask for changes; returns the outcomes."""
        decided = decide(
            self.order,
            wishes,
            kind=ChangeKind.CHANGE,
            standing=self.standing(),
            who="test",
            reason="",
            names=self.names(),
            now=NOON,
        )
        self.took(decided.change)
        return [str(row["outcome"]) for row in decided.rows]

    def waiting(self) -> list[Ask]:
        asks = (ask for change in self.order.changes for ask in change.asks)
        return [ask for ask in asks if ask.state is ChangeState.REQUESTED]

    def say(self, ask: Ask, *, yes: bool) -> Change:
        owner, ask = find_ask(self.order, ask.id)
        said = all_said(owner, ask, yes=yes, by="answer" if yes else "refused")
        return self.took(settle(self.order, ask.id, said, now=NOON))

    def hear(self, message: object) -> Change:
        before = self.order
        change = self.desk.hear(message)  # type: ignore[arg-type]
        self.desk.order = before
        return self.took(change)

    def holds(self) -> None:
        """Nothing leaves with other words than the order shows, but for what a person is told."""
        if any(_is_half(change) for change in self.order.changes):
            assert "change-half-done" in self.stuck
            return
        for part in open_parts(self.order, "1"):
            if part.id in self.told and not self._runs(part):
                assert self.told[part.id] == _held(self.order.groups[0]), part.number

    def _runs(self, part: FulfillmentOrder) -> bool:
        """Whether a part agreed to what others are still being asked."""
        return any(
            change.state is ChangeState.REQUESTED
            and any(ask.fulfillment_id == part.id for ask in change.asks)
            for change in self.order.changes
        )


def _is_half(change: OrderChange) -> bool:
    """Whether other words, or what was asked by the same paper, were agreed to only in part."""
    rows = [row for row in change.actions if "group" in row and row["outcome"] == "asked"]
    asks = [ask for row in rows for ask in asks_on(change, row)]
    states = {ask.state for ask in asks}
    if change.state is ChangeState.REQUESTED:
        return False
    both = states == {ChangeState.CONFIRMED, ChangeState.DECLINED}
    return both or any((ask.state, ask.reason) == (ChangeState.CONFIRMED, PART) for ask in asks)


def _walk(seed: int) -> Trade:
    """Everything that may happen while a group's words are asked for, in any sequence."""
    chance = random.Random(seed)
    closed = frozenset({"mill"}) if chance.random() < 0.2 else frozenset[str]()
    trade = Trade(chance.randint(1, 3), chance.randint(1, 3), closed=closed)

    def words() -> None:
        action = chance.choice(list(WORDS))
        wishes: list[Wish] = [_regroup(action, str(trade.steps))]
        if chance.random() < 0.4:
            wishes.insert(chance.randint(0, 1), _more(trade, chance))
        trade.want(*wishes)

    def reply() -> None:
        if waiting := [one for one in trade.waiting() if one.fulfillment_id in trade.told]:
            trade.say(chance.choice(waiting), yes=chance.random() < 0.85)

    def reject() -> None:
        if parts := [part for part in open_parts(trade.order, "1") if part.id in trade.told]:
            part = chance.choice(parts)
            lines = [line for line in part.lines if line.buckets.open]
            some = lines if chance.random() < 0.4 else lines[:1]
            number = trade.order.fulfillments.index(part)
            said = [(line.number, Answer.REJECTED, line.buckets.open) for line in some]
            day = min(28, 1 + trade.steps)
            trade.hear(answer(trade.order, *said, part=number, day=day))

    def ship() -> None:
        if parts := [part for part in open_parts(trade.order, "1") if part.id in trade.told]:
            part = chance.choice(parts)
            number = trade.order.fulfillments.index(part)
            line = next(line for line in part.lines if line.buckets.open)
            name = f"S{trade.steps}"
            units = chance.randint(1, line.buckets.open)
            said = notice(trade.order, (line.number, units), part=number, name=name, tracking=name)
            trade.hear(said)

    acts = [words, words, reply, reply, reply, reject, ship, trade.write, trade.write]
    acts += [lambda: trade.want(_more(trade, chance)) and None] * 2
    for _ in range(14):
        chance.choice(acts)()
        trade.steps += 1
        trade.holds()
    while waiting := trade.waiting():
        trade.write()
        trade.say(waiting[0], yes=True)
        trade.holds()
    return trade


def _more(trade: Trade, chance: random.Random) -> Wish:
    number = f"n{trade.steps}"
    line = chance.choice(trade.order.lines).number
    kinds: list[Wish] = [
        Quantity(line=line, quantity=trade.order.lines[0].kept + 1),
        Add(new=_new(number)),
        Swap(line=line, new=_new(number, quantity=0)),
        Fewer(line=line, quantity=1),
    ]
    return chance.choice(kinds)


def test_whatever_happens_nothing_leaves_with_other_words_than_the_order_shows() -> None:
    late = 0
    for seed in range(WALKS):
        trade = _walk(seed)
        for change in trade.order.changes:
            asked = [ask.fulfillment_id for ask in change.asks]
            assert len(set(asked)) == len(asked), "a part is asked once for one change"
        late += trade.later
    assert late > WALKS // 4


def _asked(trade: Trade, *wishes: Wish) -> Ask:
    """Ask the only part for other words, with a later part that is written with the former."""
    trade.write()
    assert trade.want(*wishes)[-1] == "asked"
    (ask,) = trade.waiting()
    trade.want(Add(new=_new("9")))
    return ask


@pytest.mark.parametrize("action", WORDS)
def test_a_later_part_is_asked_once_the_others_agreed_and_only_then_it_holds(action: str) -> None:
    trade = Trade(2)
    former = _held(trade.order.groups[0])
    ask = _asked(trade, _regroup(action))
    trade.write()
    change = trade.say(ask, yes=True)
    (later,) = trade.waiting()
    assert (later.fulfillment_id, later.number) == (trade.part(2).id, 1)
    assert [(duty.kind, duty.subject) for duty in change.duties] == [(DutyKind.CHANGE, later.id)]
    assert [watch.subject for watch in change.watches] == [later.id]
    made = trade.order.changes[0]
    assert (made.state, made.decided_at) == (ChangeState.REQUESTED, None)
    assert _held(trade.order.groups[0]) == former
    trade.say(later, yes=True)
    assert trade.order.changes[0].state is ChangeState.CONFIRMED
    assert _held(trade.order.groups[0]) != former
    trade.holds()


def test_a_part_that_is_not_written_yet_gets_the_new_words_by_itself() -> None:
    trade = Trade(2)
    ask = _asked(trade, _regroup("address"))
    change = trade.say(ask, yes=True)
    assert (trade.waiting(), change.duties) == ([], ())
    assert trade.order.groups[0].person_id == "per_2"


def test_a_part_that_has_left_is_left_alone() -> None:
    trade = Trade(2)
    ask = _asked(trade, _regroup("address"))
    trade.write()
    trade.hear(notice(trade.order, ("1", 1), part=1))
    trade.say(ask, yes=True)
    assert (trade.waiting(), trade.order.groups[0].person_id) == ([], "per_2")


def test_a_later_part_that_takes_no_changes_is_for_a_person() -> None:
    trade = Trade(2, closed=frozenset({"mill"}))
    trade.write()
    trade.want(_regroup("address"))
    (ask,) = trade.waiting()
    trade.hear(answer(trade.order, ("1", Answer.REJECTED, 1)))
    trade.write()
    former = trade.order.groups[0].person_id
    change = trade.say(ask, yes=True)
    (stuck,) = change.stuck
    assert stuck.kind == "change-half-done"
    assert "still as they were sent: J-J1001-2." in stuck.text
    assert FactKind.CHANGE_DECLINED in [fact.kind for fact in change.facts]
    assert (trade.waiting(), trade.order.groups[0].person_id) == ([], former)
    states = [ask.state for ask in trade.order.changes[0].asks]
    assert states == [ChangeState.CONFIRMED, ChangeState.DECLINED]


def test_nobody_later_is_asked_when_one_said_no() -> None:
    trade = Trade(2)
    ask = _asked(trade, _regroup("address"))
    trade.write()
    change = trade.say(ask, yes=False)
    assert (trade.waiting(), change.duties, change.stuck) == ([], (), ())
    assert trade.order.changes[0].state is ChangeState.DECLINED


def test_one_group_is_not_asked_for_the_words_of_another() -> None:
    trade = Trade(2, 1)
    other = replace(trade.order.groups[0], id="grp_2", number="2")
    part = replace(trade.part(1), id="ful_2", number="J-J1001-2", group_id=other.id)
    trade.desk.order = replace(
        trade.order,
        groups=(*trade.order.groups, other),
        fulfillments=(*trade.order.fulfillments, part),
    )
    trade.write()
    trade.want(_regroup("address"))
    (ask,) = trade.waiting()
    trade.say(ask, yes=True)
    assert (trade.waiting(), trade.order.groups[0].person_id) == ([], "per_2")


def test_a_swap_waits_for_later_parts_and_is_done_once() -> None:
    trade = Trade(2, 1)
    trade.write()
    trade.want(Swap(line="1", new=_new("8", quantity=0)), _regroup("address"))
    (ask,) = trade.waiting()
    trade.want(Quantity(line="2", quantity=2))
    trade.write()
    trade.say(ask, yes=True)
    (later,) = trade.waiting()
    trade.say(later, yes=True)
    assert [line.number for line in trade.order.lines] == ["1", "2", "8"]
    trade.write()
    trade.holds()


def test_who_sends_nothing_of_it_has_no_say_in_where_it_goes() -> None:
    trade = Trade(2)
    trade.write()
    trade.want(_regroup("address"))
    trade.hear(answer(trade.order, ("1", Answer.REJECTED, 2)))
    assert trade.order.changes[0].state is ChangeState.CONFIRMED
    assert (trade.order.groups[0].person_id, trade.part(2).partner) == ("per_2", "mill")
    problem = against(trade.order, trade.part(1).id, (), answered_at=NOON, later=False, now=NOON)
    assert problem is not None
    assert "settled by it" in problem.text


def test_silence_that_counts_as_a_yes_asks_later_parts_too() -> None:
    trade = Trade(2)
    ask = _asked(trade, _regroup("address"))
    trade.write()
    trade.took(silent(trade.order, ask.id, confirms=True, partner="acme", now=NOON))
    assert [one.fulfillment_id for one in trade.waiting()] == [trade.part(2).id]


def test_a_late_yes_to_older_words_does_not_undo_newer_ones() -> None:
    trade = Trade(2)
    trade.write()
    trade.want(_regroup("address", "old"))
    (ask,) = trade.waiting()
    trade.took(silent(trade.order, ask.id, confirms=False, partner="acme", now=NOON))
    trade.want(_regroup("address", "new"))
    trade.say(trade.waiting()[0], yes=True)
    trade.say(ask, yes=True)
    assert trade.order.groups[0].person_id == "per_new"


def test_no_other_words_hold_while_some_are_asked_for() -> None:
    trade = Trade(2)
    trade.write()
    trade.want(_regroup("address", "first"))
    part = trade.part(1)
    lines = tuple(replace(one, buckets=one.buckets.cancel(2)) for one in part.lines)
    trade.desk.order = trade.order.with_fulfillment(replace(part, lines=lines))
    assert trade.want(_regroup("address", "second")) == ["too_late"]


@pytest.mark.parametrize("asked", ["address", "swap"])
@pytest.mark.parametrize("together", [True, False])
def test_words_on_a_new_article_do_not_bring_or_lose_those_that_are_asked_for(
    asked: str, together: bool
) -> None:
    trade = Trade(2)
    trade.write()
    first: Wish = _regroup("address", "first")
    if asked == "swap":
        first = Swap(line="1", quantity=1, new=_new("8", quantity=0, person="per_first"))
    second = Add(new=_new("9", person="per_second"))
    former = trade.order.groups[0].person_id
    if together:
        assert trade.want(first, second) == ["asked", "too_late"]
    else:
        assert [*trade.want(first), *trade.want(second)] == ["asked", "too_late"]
    assert trade.order.groups[0].person_id == former
    trade.say(trade.waiting()[0], yes=True)
    assert trade.order.groups[0].person_id == "per_first"


def test_a_kept_row_depends_on_the_asks_of_later_parts() -> None:
    trade = Trade(2)
    ask = _asked(trade, Fewer(line="1", quantity=1), _regroup("address"))
    kept = [dict(row) for row in trade.order.changes[0].actions]
    trade.write()
    trade.say(ask, yes=True)
    made = trade.order.changes[0]
    assert [[one.state for one in asks_on(made, row)] for row in kept] == [
        [ChangeState.CONFIRMED],
        [ChangeState.CONFIRMED, ChangeState.REQUESTED],
    ]
