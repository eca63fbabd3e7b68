"""Cancel against ship: one winner, the loser told, and "cancelled and shipped" never silent."""

import random
from dataclasses import replace

from hub.domain.changes import decide, everything
from hub.domain.exchange import Purpose
from hub.domain.facts import Change, FactKind
from hub.domain.messages import Answer, ChangeResponse
from hub.domain.names import Names
from hub.domain.orders import ChangeKind, ChangeState, Order
from hub.domain.totals import owed
from hub.domain.wishes import Fewer, Standing, Terms
from tests.unit.domain.trade import NOON, Desk, answer, notice, placed, sourced

RACES = 10_000


class Race:
    """Two channels at one order: its customer cancels and the 865 answers, the 856s ship."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.total = self.chance.randint(1, 5)
        self.desk = Desk(sourced(placed(self.total), "acme").order)
        self.seed = seed
        self.told = 0
        self.physically = 0
        self.exceptions = 0
        self.steps = 0

    @property
    def order(self) -> Order:
        return self.desk.order

    def run(self) -> None:
        """Let both channels do what they do in a random sequence."""
        acts = [self.cancel, self.ship, self.answered, self.ship, self.answered, self.cancel]
        if self.chance.random() < 0.3:
            acts.append(self.respond)
        self.chance.shuffle(acts)
        for act in acts:
            self.steps += 1
            act()
            self.holds()

    def cancel(self) -> None:
        part = self.order.fulfillments[0]
        sent = self.steps > 1 or self.chance.random() < 0.8
        terms = Terms(partner="acme", lane="acme/edi", set_id="860", due_at=NOON, until=NOON)
        standing = Standing(
            unsent=frozenset() if sent else frozenset({part.id}), terms={part.id: terms}
        )
        if not sent and self.physically:
            return
        wanted = [Fewer(line="1", quantity=self.chance.randint(1, self.total))]
        decided = decide(
            self.order,
            wanted if self.chance.random() < 0.5 else everything(self.order),
            kind=ChangeKind.CANCELLATION,
            standing=standing,
            who="test",
            reason="",
            names=Names(f"{self.seed}/{self.steps}"),
            now=NOON,
        )
        self.took(decided.change)

    def ship(self) -> None:
        units = self.chance.randint(1, self.total)
        units = min(units, self.total - self.physically)
        if units:
            self.physically += units
            name = f"S{self.steps}"
            self.took(self.desk.hear(notice(self.order, ("1", units), name=name, tracking=name)))

    def answered(self) -> None:
        asks = [ask for change in self.order.changes for ask in change.asks]
        if not asks:
            return
        ask = self.chance.choice(asks)
        word = self.chance.choice([Answer.ACCEPTED, Answer.ACCEPTED, Answer.REJECTED])
        number = self.order.fulfillments[0].number
        said = ChangeResponse(
            purpose=Purpose.ORIGINAL, number=number, change=str(ask.number), whole=word
        )
        self.took(self.desk.hear(said))

    def respond(self) -> None:
        word = self.chance.choice([Answer.ACCEPTED, Answer.REJECTED])
        self.took(self.desk.hear(answer(self.order, ("1", word, self.total))))

    def took(self, change: Change) -> None:
        self.desk.order = change.order
        self.exceptions += sum(stuck.kind == "unexpected-shipment" for stuck in change.stuck)
        self.told += sum(fact.kind is FactKind.CHANGE_DECLINED for fact in change.facts)

    def holds(self) -> None:
        """What must hold after every step, in whatever sequence."""
        (line,) = self.order.lines
        (part,) = self.order.fulfillments
        units, theirs = line.buckets, part.lines[0].buckets
        assert units.shipped + units.unexpected == self.physically
        assert units.cancelled + units.shipped + units.open == self.total
        assert theirs.open <= units.open
        if units.unexpected:
            assert self.exceptions, "cancelled and shipped without an exception"
        else:
            assert units.cancelled + self.physically <= self.total
        assert self.order.total == owed(self.order) == units.open * 1000 + units.shipped * 1000
        for change in self.order.changes:
            settled = all(ask.state is not ChangeState.REQUESTED for ask in change.asks)
            assert (change.state is not ChangeState.REQUESTED) is settled
            assert (change.decided_at is not None) is settled
            for ask in change.asks:
                if ask.state is ChangeState.REQUESTED:
                    assert 0 < sum(one.quantity for one in ask.lines) <= theirs.open


def test_ten_thousand_races_have_one_winner_each() -> None:
    declined = unexpected = cancelled = 0
    for seed in range(RACES):
        race = Race(seed)
        race.run()
        declined += race.told > 0
        unexpected += race.exceptions > 0
        cancelled += race.order.lines[0].buckets.cancelled > 0
    # The dice must have shown every ending, or the races proved nothing.
    assert min(declined, unexpected, cancelled) > RACES // 50


def test_a_loser_is_told_why() -> None:
    desk = Desk(sourced(placed(2), "acme").order)
    part = desk.order.fulfillments[0]
    terms = Terms(partner="acme", lane="acme/edi", set_id="860", due_at=NOON, until=NOON)
    decided = decide(
        desk.order,
        everything(desk.order),
        kind=ChangeKind.CANCELLATION,
        standing=Standing(unsent=frozenset(), terms={part.id: terms}),
        who="test",
        reason="",
        names=Names("cancel"),
        now=NOON,
    )
    assert [duty.subject for duty in decided.change.duties] == [
        decided.change.order.changes[0].asks[0].id
    ]
    desk.order = replace(decided.change.order)
    change = desk.hear(notice(desk.order, ("1", 2)))
    (told,) = [fact for fact in change.facts if fact.kind is FactKind.CHANGE_DECLINED]
    assert told.body["by"] == "shipped"
    assert change.order.changes[0].state is ChangeState.DECLINED
    assert change.ended == (f"change:{change.order.changes[0].asks[0].id}",)
