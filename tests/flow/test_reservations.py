"""Rule 5: in any order of events never more is sold than a simulated shelf holds."""

import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.domain.exchange import Purpose
from hub.domain.facts import Change
from hub.domain.hearing import line_of, set_buckets
from hub.domain.messages import (
    Answer,
    LineAnswer,
    OrderResponse,
    OrderResponseLine,
    Parcel,
    ShipNotice,
    ShippedLine,
)
from hub.domain.names import Names
from hub.domain.orders import Order
from hub.domain.placing import NewLine, NewOrder
from hub.domain.rules import Subject, apply
from hub.domain.stock import available
from hub.flow.orders import remember
from hub.flow.sourcing import source
from hub.flow.waiting import source_waiting
from hub.store import Held, Transaction
from tests.rigs.houses import House, furnish, post, shopping
from tests.rigs.shelves import counted, list_article, report

INCLUDES = ["shipped", "acknowledged"]


def order_of(number: str, *lines: tuple[str, int]) -> NewOrder:
    """Maya's order of these articles."""
    plain = shopping(number, 1)
    (group,) = plain.groups
    rows = tuple(
        NewLine(number=str(n), sku=sku, quantity=units, unit_price=1000)
        for n, (sku, units) in enumerate(lines, start=1)
    )
    total = sum(units for _, units in lines) * 1000
    return replace(plain, groups=(replace(group, lines=rows),), total=total)


def unsourced(house: House, number: str) -> int:
    """Units of an order that nobody was asked for."""
    order = house.order(number)
    return sum(order.unsourced(line) for line in order.lines)


# --- the simulated shelf -----------------------------------------------------------------------


@dataclass(slots=True)
class _Sold:
    """A purchase order at the partner: what it knows, what it did."""

    order: str
    fulfillment: str
    purchase_order: str
    asked: int
    cancelled: int = 0
    accepted: int = 0
    shipped: int = 0
    answered: bool = False

    @property
    def due(self) -> int:
        """Units that the partner still has to take off its shelf."""
        return self.asked - self.cancelled - self.shipped


@dataclass(slots=True)
class _World:
    """One article on one shelf; papers travel as long as the test likes, in any order."""

    house: House
    includes: str
    sku: str
    shelf: int
    sold: list[_Sold] = field(default_factory=list)
    posted: int = 0
    travelling: list[Callable[[], object]] = field(default_factory=list)

    def check(self) -> None:
        """Whoever was sold something can have it, and whoever comes next as well."""
        due = sum(one.due for one in self.sold)
        told = f"{due} of {self.sku} are sold, {self.left()} may be, {self.shelf} are there"
        assert due + self.left() <= self.shelf, told

    def left(self) -> int:
        """What the hub would sell now."""
        pair = ("acme", self.sku)
        with self.house.parts.store.read() as tx:
            reserved = tx.reservations.of([self.sku]).get(pair, ())
            level = tx.stock.levels([pair]).get(pair)
        rules = self.house.parts.partners.get("acme").stock
        found = available(level, reserved, rules=rules, now=self.house.clock.time)
        assert found.now is not None
        return found.now

    def buy(self, units: int) -> None:
        self.posted += 1
        number = f"{self.sku}.{self.posted}"
        post(self.house, order_of(number, (self.sku, units)))
        self._learn(self.house.order(number))

    def _learn(self, order: Order) -> None:
        known = {one.fulfillment for one in self.sold}
        for part in order.fulfillments:
            if part.id not in known:
                asked = sum(line.buckets.ordered for line in part.lines)
                self.sold.append(_Sold(order.number, part.id, part.number, asked))

    def answer(self, which: int, units: int, refuse: bool) -> None:
        if not (one := self._one(which)) or one.answered or one.shipped or one.cancelled:
            return
        one.answered = True
        one.accepted = min(units, one.due)
        rest = one.due - one.accepted
        if refuse:  # what it refuses it need not have
            one.cancelled += rest
        word = Answer.REJECTED if refuse else Answer.BACKORDERED
        said = [(Answer.ACCEPTED, one.accepted), (word, rest)]
        answers = tuple(LineAnswer(answer=word, quantity=count) for word, count in said if count)
        message = OrderResponse(
            purpose=Purpose.ORIGINAL,
            number=one.purchase_order,
            answered_on=date(2026, 11, 20),
            lines=(OrderResponseLine(number="1", answers=answers),),
        )
        self.travelling.append(lambda: self._hear(one, message))

    def ship(self, which: int, units: int, stated: str) -> None:
        if not (one := self._one(which)) or not one.due:
            return
        units = min(units, one.due)
        one.shipped += units
        self.shelf -= units
        now = self.house.clock.time
        day = datetime(now.year, now.month, now.day, tzinfo=UTC)
        minute = now.replace(second=0, microsecond=0)
        moments = {"exact": now, "minute": minute, "day": day, "none": None}
        message = ShipNotice(
            purpose=Purpose.ORIGINAL,
            notice=f"{one.purchase_order}.{one.shipped}",
            number=one.purchase_order,
            shipped_at=moments[stated],
            parcels=(Parcel(tracking="1Z", lines=(ShippedLine(number="1", quantity=units),)),),
        )
        self.travelling.append(lambda: self._hear(one, message))

    def _hear(self, one: _Sold, message: OrderResponse | ShipNotice) -> None:
        parts = self.house.parts
        seed = parts.fresh()

        def work(tx: Transaction) -> Order:
            order = tx.orders.find(brand="juniper", number=one.order)
            assert order is not None
            subject = Subject(
                order=order, fulfillment_id=one.fulfillment, effects={}, names=Names(seed)
            )
            # Effects belong to documents, and there are none here.
            change = replace(apply(subject, message, now=parts.now()), effects=())
            more = source(tx, parts, change.order, names=Names(f"{seed}+"), now=parts.now())
            return self._remember(tx, order, change.then(more), seed)

        self._learn(parts.store.write(work))

    def _remember(self, tx: Transaction, before: Order, change: Change, seed: str) -> Order:
        return remember(
            tx,
            self.house.parts,
            before,
            change,
            at=self.house.parts.now(),
            input_id=f"inp_{seed}",
            document_id=None,
            names=Names(f"{seed}-"),
        )

    def cancel(self, which: int, units: int) -> None:
        """Both sides at once; of what the partner did not tell yet nothing can be cancelled."""
        if not (one := self._one(which)):
            return
        parts = self.house.parts
        seed = parts.fresh()
        least = min(units, one.due)

        def work(tx: Transaction) -> int:
            order = tx.orders.find(brand="juniper", number=one.order)
            assert order is not None
            (line,) = order.fulfillment(one.fulfillment).lines
            count = min(least, line.buckets.open)
            after = set_buckets(order, one.fulfillment, line.id, line.buckets.cancel(count))
            whole = after.line(line.line_id)
            after = after.with_line(replace(whole, buckets=whole.buckets.cancel(count)))
            assert line_of(after, one.fulfillment, line.id).buckets.cancelled >= count
            self._remember(tx, order, Change(order=after), seed)
            return count

        one.cancelled += parts.store.write(work)

    def say(self, full: bool) -> None:
        """The partner writes a report; it travels."""
        units = self.shelf
        if self.includes == "acknowledged":
            units -= sum(max(0, min(one.accepted, one.asked - one.cancelled) - one.shipped)
                         for one in self.sold)  # fmt: skip
        at = self.house.clock.time
        self.travelling.append(
            lambda: report(self.house.parts, "acme", {self.sku: units}, as_of=at, full=full)
        )

    def arrive(self, which: int) -> None:
        if self.travelling:
            self.travelling.pop(which % len(self.travelling))()

    def retry(self) -> None:
        source_waiting(self.house.parts, [self.sku])
        for number in {f"{self.sku}.{n}" for n in range(1, self.posted + 1)}:
            self._learn(self.house.order(number))

    def _one(self, which: int) -> _Sold | None:
        return self.sold[which % len(self.sold)] if self.sold else None


_WHICH = st.integers(0, 50)
_UNITS = st.integers(1, 4)
_SOON = st.booleans()
_STEP = st.one_of(
    st.tuples(st.just("buy"), _UNITS),
    st.tuples(st.just("answer"), _WHICH, st.integers(0, 4), st.booleans(), _SOON),
    st.tuples(
        st.just("ship"), _WHICH, _UNITS, st.sampled_from(["exact", "minute", "day", "none"]), _SOON
    ),
    st.tuples(st.just("cancel"), _WHICH, _UNITS),
    st.tuples(st.just("say"), st.booleans(), _SOON),
    st.tuples(st.just("say"), st.booleans(), st.just(True)),
    st.tuples(st.just("arrive"), _WHICH),
    st.tuples(st.just("retry")),
    st.tuples(st.just("restock"), st.integers(1, 5)),
    st.tuples(st.just("wait"), st.sampled_from([30, 59, 3600, 86_400])),
)
_STEPS = st.lists(_STEP, min_size=8, max_size=25)


@pytest.mark.parametrize("includes", INCLUDES)
def test_never_more_is_sold_than_the_shelf_holds(includes: str, tmp_path: Path) -> None:
    house = furnish(tmp_path, more=counted(includes))
    worlds = iter(range(1, 10_000))
    sold: list[int] = []

    @example(4, [("buy", 4), ("answer", 0, 4, False, True), ("say", True, True)])
    @example(4, [("buy", 4), ("answer", 0, 4, False, False), ("say", True, True)])
    @example(4, [("buy", 4), ("say", False, False), ("ship", 0, 4, "day", True), ("arrive", 0)])
    @settings(max_examples=60, deadline=None)
    @given(st.integers(1, 8), _STEPS)
    def interleave(shelf: int, steps: list[tuple[object, ...]]) -> None:
        world = _World(house, includes, sku=f"SHELF-{next(worlds)}", shelf=shelf)
        list_article(house.parts, world.sku, "acme")
        world.say(full=False)
        world.arrive(0)
        for name, *how in steps:
            house.clock.on(seconds=1)
            if name == "wait":
                house.clock.on(seconds=how[0])
            elif name == "restock":
                world.shelf += how[0]
            elif name in ("answer", "ship", "say"):
                getattr(world, name)(*how[:-1])
                if how[-1]:
                    world.arrive(-1)
            else:
                getattr(world, name)(*how)
            world.check()
        sold.append(sum(one.asked for one in world.sold))

    with closing(house):
        interleave()
    assert sum(sold) > len(sold), "hardly anything was ever sold: this proves nothing"


@pytest.mark.parametrize("includes", INCLUDES)
def test_what_is_left_is_sold_once_reports_have_caught_up(includes: str, tmp_path: Path) -> None:
    with closing(furnish(tmp_path, more=counted(includes))) as house:
        world = _World(house, includes, sku="SHELF", shelf=5)
        list_article(house.parts, "SHELF", "acme")
        for step in (
            lambda: world.say(full=True),
            lambda: world.arrive(0),
            lambda: world.buy(3),
            lambda: world.answer(0, 3, False),
            lambda: world.arrive(0),
            lambda: world.ship(0, 3, "exact"),
            lambda: world.arrive(0),
        ):
            house.clock.on(minutes=1)
            step()
        world.buy(3)
        assert world.sold[-1].asked == 2, "five less three, whatever the old report says"
        world.cancel(1, 2)
        house.clock.on(minutes=1)
        world.say(full=True)
        world.arrive(0)
        world.buy(9)
        assert world.sold[-1].asked == 2, "cancelled units are free at once"
        rows = _rows(house)
        assert {row.quantity for row, event in rows if event is None} == {2}
        assert not [row for row, event in rows if event is not None], "reports clean up"


def _rows(house: House) -> list[tuple[Held, datetime | None]]:
    with house.parts.store.read() as tx:
        return tx.reservations.all()


# --- who is first ------------------------------------------------------------------------------


def _all_at_once(buyers: Sequence[Callable[[], object]]) -> None:
    gate = threading.Barrier(len(buyers))

    def buy(one: Callable[[], object]) -> None:
        gate.wait()
        one()

    threads = [threading.Thread(target=buy, args=(one,)) for one in buyers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_of_eight_buyers_of_the_last_unit_one_gets_it(hub_database: str, tmp_path: Path) -> None:
    with closing(furnish(tmp_path, database=hub_database, more=counted())) as house:
        for n in range(15):
            list_article(house.parts, f"LAST-{n}", "acme")
            report(house.parts, "acme", {f"LAST-{n}": 1}, as_of=house.clock.time)
            numbers = [f"L{n}.{buyer}" for buyer in range(8)]
            _all_at_once(
                [partial(post, house, order_of(number, (f"LAST-{n}", 1))) for number in numbers]
            )
            left = sorted(unsourced(house, number) for number in numbers)
            assert left == [0, 1, 1, 1, 1, 1, 1, 1]


def test_buyers_of_the_same_two_articles_the_other_way_round_do_not_block_each_other(
    hub_database: str, tmp_path: Path
) -> None:
    with closing(furnish(tmp_path, database=hub_database, more=counted())) as house:
        for n in range(10):
            skus = [f"ONE-{n}", f"TWO-{n}"]
            for sku in skus:
                list_article(house.parts, sku, "acme")
            report(house.parts, "acme", dict.fromkeys(skus, 5), as_of=house.clock.time)
            numbers = [f"D{n}.{buyer}" for buyer in range(8)]
            orders = [
                order_of(number, *((sku, 1) for sku in (skus if n % 2 else skus[::-1])))
                for n, number in enumerate(numbers)
            ]
            _all_at_once([partial(post, house, order) for order in orders])
            assert sum(unsourced(house, number) for number in numbers) == 2 * 3


# --- round about -------------------------------------------------------------------------------


def test_a_waiting_line_is_filled_when_stock_comes_in(hub_database: str, tmp_path: Path) -> None:
    with closing(furnish(tmp_path, database=hub_database, more=counted())) as house:
        list_article(house.parts, "LATE", "acme")
        report(house.parts, "acme", {"LATE": 2}, as_of=house.clock.time)
        post(house, order_of("W1", ("LATE", 5)))
        assert unsourced(house, "W1") == 3
        assert house.exceptions() == ["no-source"]
        before = house.order("W1").version
        assert source_waiting(house.parts, ["OTHER"]) == 0
        assert source_waiting(house.parts, ["LATE"]) == 0
        assert house.order("W1").version == before, "nothing found, nothing written"
        house.clock.on(minutes=1)
        report(house.parts, "acme", {"LATE": 9}, as_of=house.clock.time)
        assert source_waiting(house.parts, None) == 1
        assert unsourced(house, "W1") == 0
        assert house.exceptions() == []


def test_partners_that_nobody_counts_leave_no_rows(house: House) -> None:
    post(house, shopping("1001", 2))
    assert house.order().fulfillments
    assert _rows(house) == []
