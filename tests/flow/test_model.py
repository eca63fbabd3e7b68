"""Any order of events: the real hub against a small model, kills between the steps included.

Customers order, change and cancel; suppliers answer, ship, count, bill, fall silent and say things
twice, late or wrong; the process ends around any commit. After every step the hub must hold exactly
what the model counts, and whatever waits must wait for somebody.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from hub.domain.orders import Order
from hub.domain.wishes import Fewer, Quantity
from hub.flow.changing import Answered, ChangeVerdict
from hub.flow.orders import Outcome as Placed
from hub.flow.watching import ring
from hub.store import Transaction
from tests.fakes import Ordered
from tests.flow import model_checks
from tests.flow.model_book import Book, Ended, Key, Outcome
from tests.flow.model_world import SKUS, Shop, Template, World, template
from tests.rigs.changes import answer_change, cancel, changes_received, segment
from tests.rigs.changes import ask as ask_for
from tests.rigs.houses import House, post, shopping
from tests.rigs.postgres import Cluster

T = TypeVar("T")

STEPS = 15
MOST_ORDERS = 3

WHICH = st.integers(0, 50)
PARTNER = st.sampled_from(["acme", "mill"])
LATE = st.sampled_from([False, False, True])
UNITS = st.integers(0, 4)
QUANTITIES = st.lists(st.integers(1, 4), min_size=1, max_size=2)
PAIR = st.tuples(UNITS, UNITS)
DAYS = st.sampled_from(["", "20261121", "20270301", "20270301"])


class Trade(RuleBasedStateMachine):
    """One hub, two suppliers, a few orders; `forms` are the houses an example may live in."""

    forms: tuple[Template, ...] = ()

    @initialize(which=WHICH, quantities=QUANTITIES)
    def opens(self, which: int, quantities: list[int]) -> None:
        self.world = World(self.forms[which % len(self.forms)])
        self.book = Book()
        self.numbers: list[str] = []
        self.bought: dict[str, list[int]] = {}
        self.papers = 0
        self.buys(quantities, sent=True)

    # --- customers ---

    @precondition(lambda self: len(self.numbers) < MOST_ORDERS)
    @rule(quantities=QUANTITIES, sent=st.booleans())
    def buys(self, quantities: list[int], sent: bool) -> None:
        number = f"{1001 + len(self.numbers)}"
        new = shopping(number, *quantities)
        self.numbers.append(number)
        self.bought[number] = quantities
        self.book.placed(number, tuple(quantities))
        verdict = self.world.live(lambda house: post(house, new, key=number))
        assert verdict.outcome in (Placed.PLACED, Placed.REPLAYED)
        for partner in self.world.shops if sent else ():
            self.world.take_turn(partner)

    @precondition(lambda self: self.numbers)
    @rule(which=WHICH)
    def buys_the_same_again(self, which: int) -> None:
        number = self._pick(self.numbers, which)
        before = self.world.house.order(number)
        new = shopping(number, *self.bought[number])
        verdict = self.world.live(lambda house: post(house, new))
        assert verdict.outcome is Placed.KNOWN
        assert self.world.house.order(number) == before

    @precondition(lambda self: self.numbers)
    @rule(which=WHICH, line=WHICH, units=st.none() | st.integers(1, 3))
    def cancels_a_line(self, which: int, line: int, units: int | None) -> None:
        key = self._wanted(which, line)
        self._sent_by_now()
        if units is not None:
            units = min(units, self.book.wanted[key].ordered)
        expected = self.book.wishes_fewer(key, units)
        wish = Fewer(line=key.line, quantity=units)
        self._changed(
            lambda house, token: cancel(house, wish, number=key.number, key=token), expected
        )

    @precondition(lambda self: self.numbers)
    @rule(which=WHICH)
    def cancels_everything(self, which: int) -> None:
        number = self._pick(self.numbers, which)
        self._sent_by_now()
        lines = [key for key in self.book.wanted if key.number == number]
        wished = [self.book.wishes_fewer(key, None) for key in lines if self.book.open(key)]
        expected = Outcome(*(sum(each) for each in zip((0, 0, 0), *wished, strict=True)))
        self._changed(lambda house, token: cancel(house, number=number, key=token), expected)

    @precondition(lambda self: self.numbers)
    @rule(which=WHICH, line=WHICH, units=st.integers(1, 6))
    def wants_another_number_of_units(self, which: int, line: int, units: int) -> None:
        key = self._wanted(which, line)
        self._sent_by_now()
        expected = self.book.wishes_all(key, units)
        wish = Quantity(line=key.line, quantity=units)
        self._changed(
            lambda house, token: ask_for(house, wish, number=key.number, key=token), expected
        )

    def _changed(self, ask: Callable[[House, str], ChangeVerdict], expected: Outcome) -> None:
        self.papers += 1
        token = f"change {self.papers}"
        verdict = self.world.live(lambda house: ask(house, token))
        assert verdict.outcome in (Answered.DECIDED, Answered.REPLAYED), verdict
        told = Counter[str]()
        for row in json.loads(verdict.reply)["results"]:
            told[row["outcome"]] += row["quantity"]
        expected = self.book.request_over(expected)
        assert Outcome(told["done"], told["asked"], told["too_late"]) == expected

    # --- suppliers ---

    @rule(partner=PARTNER)
    def the_lane_turns(self, partner: str) -> None:
        self.world.take_turn(partner)

    @precondition(lambda self: self.book.asked)
    @rule(which=WHICH, yes=PAIR, later=PAIR, no=PAIR, day=DAYS, late=LATE)
    def answers(
        self,
        which: int,
        yes: tuple[int, int],
        later: tuple[int, int],
        no: tuple[int, int],
        day: str,
        late: bool,
    ) -> None:
        if (found := self._order_at(which)) is None:
            return
        shop, order = found
        today = f"{self.world.clock.time:%Y%m%d}"
        if (order.number, today) in shop.answered:
            return  # a second answer of one day must repeat the first; that is `says_it_again`
        shop.answered.add((order.number, today))
        rows = [f"BAK*00*AC*{order.number}*{today}"]
        rejected: dict[str, int] = {}
        for at, (line, _, unit, article) in enumerate(order.lines):
            mine = shop.lines[order.number, line]
            words = self._shared(mine.due, yes[at % 2], later[at % 2], no[at % 2])
            rows.append(f"PO1*{line}*{mine.asked}*{unit}*4**VN*{article}")
            for word, units in zip(("IA", "IB", "IR"), words, strict=True):
                date = f"*068*{day}" if word == "IB" and day else ""
                rows += [f"ACK*{word}*{units}*EA{date}"] if units else []
            mine.accepted += words[0]
            mine.taken_back += words[2]
            rejected[line] = words[2]
        rows.append(f"CTT*{len(order.lines)}")
        self.world.write(
            shop.name, "855", rows, lambda: self.book.answers(order.number, rejected), late=late
        )

    @staticmethod
    def _shared(due: int, yes: int, later: int, no: int) -> tuple[int, int, int]:
        """Share what is due: so many rejected, then so many accepted, then so many later."""
        rejected = min(no, due)
        accepted = min(yes, due - rejected)
        return accepted, min(later, due - rejected - accepted), rejected

    @precondition(lambda self: self.book.asked)
    @rule(which=WHICH, units=PAIR, all_of_it=st.booleans(), timed=st.booleans(), late=LATE)
    def ships(
        self, which: int, units: tuple[int, int], all_of_it: bool, timed: bool, late: bool
    ) -> None:
        """Ship all, a part, or more than was asked for; cancelled units may leave all the same."""
        if (found := self._order_at(which)) is None:
            return
        shop, order = found
        packed: dict[str, int] = {}
        for at, (line, *_) in enumerate(order.lines):
            mine = shop.lines[order.number, line]
            count = min(mine.due if all_of_it else units[at % 2], shop.shelf[mine.sku])
            mine.shipped += count
            shop.shelf[mine.sku] -= count
            packed[line] = count
        if not any(packed.values()):
            return
        self.papers += 1
        tracking = f"1Z999AA1{self.papers:010}"
        shop.tracking.append(tracking)
        name = f"N{self.papers}"
        now = self.world.clock.time
        moment = f"{now:%Y%m%d}" + (f"*{now:%H%M}" if timed else "")
        rows = [
            row.replace("DTM*011*20261120", f"DTM*011*{moment}").replace(
                "*20261120*1200*", f"*{now:%Y%m%d*%H%M}*"
            )
            for row in shop.supplier.notice(order, name=name, tracking=tracking, quantities=packed)
        ]
        self.world.write(
            shop.name, "856", rows, lambda: self.book.ships(order.number, packed), late=late
        )

    @precondition(lambda self: self.book.asks)
    @rule(which=WHICH, yes=st.tuples(st.booleans(), st.booleans()), late=LATE)
    def answers_a_change(self, which: int, yes: tuple[bool, bool], late: bool) -> None:
        papers = [
            (shop, paper)
            for shop in self.world.shops.values()
            for paper in changes_received(shop.supplier)
        ]
        if not papers:
            return
        shop, paper = self._pick(papers, which)
        shop.orders()
        heading = segment(paper, "BCH")
        number, change = heading[3], int(heading[5])
        lines = [row[1] for row in paper if row[0] == "POC"]
        said = {line: yes[at % 2] for at, line in enumerate(lines)}
        ask = self.book.ask(number, change)
        for line in lines:
            if said[line]:
                mine = shop.lines[number, line]
                mine.taken_back += min(ask.units.get(line, 0), mine.due)
        words = {line: "IA" if good else "IR" for line, good in said.items()}
        rows = answer_change(paper, verdict="AC", words=words)
        if len(set(said.values())) == 1:
            rows = answer_change(paper, verdict="AT" if said[lines[0]] else "RJ")

        def hear() -> None:
            if len(set(said.values())) == 1:
                self.book.change_answered(number, change, dict.fromkeys(ask.units, said[lines[0]]))
            else:
                self.book.change_answered(number, change, said)

        self.world.write(shop.name, "865", rows, hear, late=late)

    @rule(partner=PARTNER, full=st.booleans(), which=WHICH, late=LATE)
    def counts_its_shelf(self, partner: str, full: bool, which: int, late: bool) -> None:
        shop = self.world.shops[partner]
        shop.orders()
        counts = shop.counted(self.world.form.includes)
        if not full:
            article = self._pick(sorted(counts), which)
            counts = {article: counts[article]}
        now = self.world.clock.time
        rows = shop.supplier.counts(counts, full=full, at=f"{now:%Y%m%d*%H%M}")
        self.world.write(partner, "846", rows, lambda: None, late=late)

    @rule(partner=PARTNER, sku=st.sampled_from(SKUS), units=st.integers(1, 4))
    def fills_its_shelf(self, partner: str, sku: str, units: int) -> None:
        shop = self.world.shops[partner]
        shop.shelf[sku] += units
        shop.ever[sku] += units

    @precondition(lambda self: self.book.asked)
    @rule(which=WHICH, late=LATE)
    def bills(self, which: int, late: bool) -> None:
        if (found := self._order_at(which)) is None:
            return
        shop, order = found
        self.papers += 1
        rows = shop.supplier.invoice(order, name=f"I{self.papers}")
        self.world.write(shop.name, "810", rows, lambda: None, late=late)

    @rule(partner=PARTNER, which=WHICH, code=st.sampled_from(["D1", "D1", "X1", "AH"]))
    def a_carrier_tells_of_a_parcel(self, partner: str, which: int, code: str) -> None:
        shop = self.world.shops[partner]
        if shop.tracking:
            now = self.world.clock.time
            tracking = self._pick(shop.tracking, which)
            rows = shop.supplier.event(tracking, code=code, at=f"{now:%Y%m%d*%H%M}")
            self.world.write(partner, "214", rows, lambda: None, late=False)

    # --- the way in between ---

    @precondition(lambda self: self.world.bag)
    @rule(which=WHICH)
    def a_late_paper_arrives(self, which: int) -> None:
        paper = self._pick(self.world.bag, which)
        self.world.bag.remove(paper)
        self._sent_by_now()
        self.world.arrive(paper)

    @precondition(lambda self: self.world.heard)
    @rule(which=WHICH, same_bytes=st.booleans())
    def says_it_again(self, which: int, same_bytes: bool) -> None:
        paper = self._pick(self.world.heard, which)
        if not same_bytes:
            paper = replace(paper, text=self.world.again(paper))
        self.world.arrive(paper)

    @rule(hours=st.sampled_from([1, 6, 25, 80]))
    def nobody_says_anything(self, hours: int) -> None:
        self.world.clock.on(hours=hours)
        now = self.world.clock.time
        left = {
            (segment(paper, "BCH")[3], int(segment(paper, "BCH")[5]))
            for shop in self.world.shops.values()
            for paper in changes_received(shop.supplier)
        }
        due = {
            (part.number, ask.number)
            for order in map(self.world.house.order, self.numbers)
            for change in order.changes
            for ask in change.asks
            for part in [order.fulfillment(ask.fulfillment_id)]
            if ask.until is not None and ask.until <= now
        }
        for ask in self.book.asks:
            here = (ask.purchase_order, ask.number)
            if ask.ended is Ended.OPEN and here in due & left:
                self.book.silent(ask, confirms=self.world.form.confirms)
        self.world.live(lambda house: ring(house.parts))

    @rule(commits=st.integers(0, 30))
    def the_process_will_end(self, commits: int) -> None:
        self.world.fuse.left = commits

    # --- what must hold after every step ---

    @invariant()
    def holds(self) -> None:
        if not hasattr(self, "world"):
            return
        self.world.clock.on(minutes=1)
        with self.world.house.parts.store.read() as tx:
            orders = [self._order(tx, number) for number in self.numbers]
            stuck = {
                row.hold: row for row in tx.exceptions.page(open_only=True, limit=500) if row.hold
            }
            for order in orders:
                model_checks.adopt(self.book, order)
            for order in orders:
                model_checks.counted_alike(self.book, order)
                model_checks.costs_its_sum(order)
                model_checks.waits_for_somebody(tx, order, stuck)
            model_checks.reserved_is_owed(tx, self.book, self.world, orders)
        for order in orders:
            model_checks.status_is_its_own(self.world, order)
        model_checks.sold_is_there(self.book, self.world)
        assert all(row.text and row.next_step for row in stuck.values())

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.fuse.left = None
            store = self.world.house.parts.store
            store.write(lambda tx: tx.facts.seal(now=self.world.clock.time))
            with store.read() as tx:
                broken_at = tx.facts.verify()
                waiting = tx.facts.waiting()
            self.world.close()
            assert (broken_at, waiting) == (None, False)

    # --- shorthands ---

    def _pick(self, rows: Sequence[T], which: int) -> T:
        return rows[which % len(rows)]

    def _wanted(self, which: int, line: int) -> Key:
        number = self._pick(self.numbers, which)
        return self._pick([key for key in self.book.wanted if key.number == number], line)

    @staticmethod
    def _order(tx: Transaction, number: str) -> Order:
        found = tx.orders.find(brand="juniper", number=number)
        assert found is not None, f"order {number} is lost"
        return found

    def _order_at(self, which: int) -> tuple[Shop, Ordered] | None:
        """A purchase order that lies with its partner."""
        found = [(shop, order) for shop in self.world.shops.values() for order in shop.orders()]
        return self._pick(found, which) if found else None

    def _sent_by_now(self) -> None:
        """What is written counts as being in the partner's hands."""
        with self.world.house.parts.store.read() as tx:
            for number in self.numbers:
                sent = model_checks.sent_parts(tx, self._order(tx, number))
                for key, part in self.book.asked.items():
                    if key.number in sent:
                        part.sent = True


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Template, ...]]:
    """Two houses: their partners' pages differ in what reports include and what silence means."""
    folder = tmp_path_factory.mktemp("model")
    yield (
        template(folder / "one", includes="shipped", confirms=False),
        template(folder / "two", includes="acknowledged", confirms=True),
    )


def _run(forms: tuple[Template, ...], **how: int) -> None:
    run_state_machine_as_test(
        type("Here", (Trade,), {"forms": forms}),
        settings=settings(stateful_step_count=STEPS, **how),
    )


def test_any_order_of_events_ends_as_the_model_counts(forms: tuple[Template, ...]) -> None:
    _run(forms)


def test_a_few_of_them_end_the_same_on_postgresql(
    fresh_postgres: str, postgres_cluster: Cluster, tmp_path: Path
) -> None:
    former = fresh_postgres.rsplit("/", 1)[1]
    made: list[str] = []

    def copied(data: Path) -> str:
        made.append(f"{former}_{data.name}")
        postgres_cluster.run(f"CREATE DATABASE {made[-1]} TEMPLATE {former}")
        return postgres_cluster.url(made[-1])

    form = template(
        tmp_path, includes="shipped", confirms=True, database=fresh_postgres, address=copied
    )
    try:
        _run((form,), max_examples=5)
    finally:
        for name in made:
            postgres_cluster.run(f"DROP DATABASE {name} WITH (FORCE)")
