"""The small model beside the real hub: where every unit ordered must be, by counting alone.

It is told what customers ask for and what partners say, in the sequence in which the hub hears it.
Which partner is asked for what is the hub's own choice: that is taken over, and checked against
what was left to ask for. Knows no standard, no store and no clock.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple


class Key(NamedTuple):
    """A line of a purchase order: the partner's, or of an order: the customer's."""

    number: str
    line: str


class Ended(Enum):
    """How an ask stands."""

    OPEN = "open"
    ANSWERED = "answered"
    SILENCE_NO = "no by silence"
    SILENCE_YES = "yes by silence"


@dataclass(slots=True)
class Wanted:
    """A customer's line."""

    ordered: int
    cancelled: int = 0


@dataclass(slots=True)
class Asked:
    """A partner's line, for one line of the customer's."""

    key: Key
    partner: str
    sku: str
    wanted: Key
    ordered: int
    cancelled: int = 0
    shipped: int = 0
    unexpected: int = 0
    backordered: int = 0
    sent: bool = False

    @property
    def open(self) -> int:
        """Units that the partner still owes."""
        return self.ordered - self.cancelled - self.shipped


@dataclass(slots=True, eq=False)
class Ask:
    """Units that a partner is asked to give back, by its line number; `change` is whose share."""

    purchase_order: str
    number: int
    change: str
    units: dict[str, int]
    ended: Ended = Ended.OPEN
    heard: bool = False
    in_part: bool = False  # some of it was rejected before the answer: silence settled the rest


class Outcome(NamedTuple):
    """Units of one wish, by what becomes of them at once."""

    done: int
    asked: int
    late: int


@dataclass(slots=True)
class Book:
    """Every unit of every order of one example."""

    wanted: dict[Key, Wanted] = field(default_factory=dict)
    asked: dict[Key, Asked] = field(default_factory=dict)
    asks: list[Ask] = field(default_factory=list)
    resourcing: set[str] = field(default_factory=set)  # changes that are ours, not the customer's
    again: Counter[str] = field(default_factory=Counter)  # running units wished for, by change
    most: dict[tuple[str, Key], int] = field(default_factory=dict)
    """How many units a running change may take off a customer's line, where some are kept."""

    # --- looking ---

    def parts_of(self, key: Key) -> list[Asked]:
        """Who was asked for a customer's line, in the sequence of asking."""
        return [part for part in self.asked.values() if part.wanted == key]

    def shipped(self, key: Key) -> int:
        """Units of a customer's line that left as asked."""
        return sum(part.shipped for part in self.parts_of(key))

    def open(self, key: Key) -> int:
        """Units that the customer still waits for."""
        line = self.wanted[key]
        return line.ordered - line.cancelled - self.shipped(key)

    def unasked(self, key: Key) -> int:
        """Open units that nobody was asked for."""
        return self.open(key) - sum(part.open for part in self.parts_of(key))

    def running(self, part: Asked) -> int:
        """Units of a partner's line that it is being asked to give back."""
        return sum(units for _, units in self._running(part))

    def _running(self, part: Asked) -> Iterator[tuple[Ask, int]]:
        for ask in self.asks:
            mine = ask.purchase_order == part.key.number and ask.ended is Ended.OPEN
            if mine and ask.units.get(part.key.line):
                yield ask, ask.units[part.key.line]

    def _waits(self, key: Key) -> dict[str, int]:
        """How many units of a customer's line each of the customer's changes waits for."""
        found: Counter[str] = Counter()
        for part in self.parts_of(key):
            for ask, units in self._running(part):
                if ask.change not in self.resourcing:
                    found[ask.change] += units
        return {ask.change: found[ask.change] for ask in self.asks if found[ask.change]}

    def _kept(self, key: Key, change: str, waits: int) -> int:
        """How many of the units that a change waits for are wanted after all."""
        return max(0, waits - self.most.get((change, key), waits))

    def _keep(self, key: Key, change: str, waits: int, units: int) -> None:
        self.most[change, key] = min(waits, self.most.get((change, key), waits)) - units

    # --- what customers do ---

    def placed(self, number: str, quantities: tuple[int, ...]) -> None:
        """Note a new order."""
        for line, units in enumerate(quantities, start=1):
            self.wanted[Key(number, str(line))] = Wanted(units)

    def wishes_fewer(self, key: Key, units: int | None) -> Outcome:
        """Take back what nobody has in hand, and tell how much more is asked of partners."""
        return self._fewer(key, self.open(key) if units is None else units, self.asks)

    def _fewer(self, key: Key, left: int, asks: Sequence[Ask]) -> Outcome:
        """Do so; wished again may be the units of these `asks`."""
        line = self.wanted[key]
        free = min(left, self.unasked(key))
        line.cancelled += free
        done, left = free, left - free
        for part in self.parts_of(key):
            if not part.sent:
                units_here = min(left, part.open)
                part.cancelled += units_here
                line.cancelled += units_here
                done, left = done + units_here, left - units_here
        sent = [part for part in self.parts_of(key) if part.sent]
        released = self._released(key, left)
        left -= sum(released.values())
        fresh = min(left, sum(part.open - self.running(part) for part in sent))
        left -= fresh
        again = self._wished_again(sent, left, asks, released)
        asked = sum(released.values()) + fresh + again
        return Outcome(done, asked, left - again)

    def _released(self, key: Key, left: int) -> Counter[str]:
        """Let go of units that were wanted after all, and tell of how many by change."""
        released: Counter[str] = Counter()
        for change, waits in self._waits(key).items():
            units = min(left, self._kept(key, change, waits))
            if units:
                self._keep(key, change, waits, -units)
                released[change] = units
                left -= units
        return released

    def _wished_again(
        self, sent: list[Asked], left: int, asks: Sequence[Ask], released: Counter[str]
    ) -> int:
        """Note how many units, beside those released, are wished back that are being asked for."""
        again, counted = 0, Counter(released)
        for ask in asks:
            for part in sent:
                there = dict(self._running(part)).get(ask, 0)
                besides = min(there, counted[ask.change])
                counted[ask.change] -= besides
                count = min(left - again, there - besides)
                self.again[ask.change] += count
                again += count
        return again

    def request_over(self, told: Outcome) -> Outcome:
        """Decide on units that were on their way to somebody else: all of a change, or none."""
        for change, count in self.again.items():
            if change not in self.resourcing or not count:
                continue
            asks = [ask for ask in self.asks if ask.change == change and ask.ended is Ended.OPEN]
            if count == sum(sum(ask.units.values()) for ask in asks):
                self.resourcing.discard(change)
            else:
                told = Outcome(told.done, told.asked - count, told.late + count)
        self.again.clear()
        return told

    def wishes_all(self, key: Key, units: int) -> Outcome:
        """Bring a line to so many units in all: more at once, fewer as for a cancellation."""
        line = self.wanted[key]
        running = self._waits(key)
        going = sum(units - self._kept(key, name, units) for name, units in running.items())
        stays = line.ordered - line.cancelled - going
        if units < stays:
            # What partners are asked for already was reckoned with: it cannot be wished again.
            others = [ask for ask in self.asks if ask.change in self.resourcing]
            return self._fewer(key, stays - units, others)
        more = units - stays
        if not more:
            return Outcome(0, going, 0)  # what is left when the partner agrees is just that
        order = [known for known in self.wanted if known.number == key.number]
        if not any(self.open(known) for known in order):
            return Outcome(0, 0, more)
        left = more
        for change, waits in reversed(running.items()):  # what is being asked back stays first
            units = min(left, waits - self._kept(key, change, waits))
            if units:
                self._keep(key, change, waits, units)
                left -= units
        line.ordered += left
        return Outcome(more, 0, 0)

    # --- what partners say ---

    def ships(self, purchase_order: str, units: Mapping[str, int]) -> None:
        """Count parcels: what was open is shipped, what is beyond it is unexpected."""
        for line, count in units.items():
            part = self.asked[Key(purchase_order, line)]
            expected = min(count, part.open)
            part.shipped += expected
            part.unexpected += count - expected
        self._overtaken(purchase_order, {})

    def answers(self, purchase_order: str, rejected: Mapping[str, int]) -> None:
        """Take rejected units off the partner's lines; somebody else may fill them."""
        gone: dict[str, int] = {}
        for line, count in rejected.items():
            part = self.asked[Key(purchase_order, line)]
            gone[line] = min(count, part.open)
            part.cancelled += gone[line]
        self._overtaken(purchase_order, gone)

    def _overtaken(self, purchase_order: str, gone: dict[str, int]) -> None:
        """Asks end as far as a shipment or a rejection decided them, the oldest first."""
        room = {part.key.line: part.open for part in self._lines(purchase_order)}
        for ask in self.asks:
            if ask.purchase_order != purchase_order or ask.ended is not Ended.OPEN:
                continue
            before, left = sum(ask.units.values()), {}
            for line, units in ask.units.items():
                taken = min(units, gone.get(line, 0))
                gone[line] = gone.get(line, 0) - taken
                ask.in_part = ask.in_part or taken > 0
                if ask.change not in self.resourcing:
                    self._off(ask, self._wanted(ask, line), taken)
                left[line] = min(units - taken, room[line])
                room[line] -= left[line]
            if any(left.values()):
                ask.units = left
            elif before:
                ask.ended = Ended.ANSWERED

    def change_answered(self, purchase_order: str, number: int, yes: Mapping[str, bool]) -> None:
        """Take a partner's first word on an ask; it outweighs the silence before it."""
        ask = self.ask(purchase_order, number)
        if ask.heard:
            return
        ask.heard = True
        agreed = {line for line, units in ask.units.items() if units and yes[line]}
        late = ask.ended is Ended.SILENCE_NO and not ask.in_part and bool(agreed)
        if ask.ended is Ended.OPEN or late:
            self._taken_back(ask, agreed)
            ask.ended = Ended.ANSWERED

    def silent(self, ask: Ask, *, confirms: bool) -> None:
        """Take a partner's silence for the answer that its page names."""
        if confirms:
            self._taken_back(ask, set(ask.units))
        ask.ended = Ended.SILENCE_YES if confirms else Ended.SILENCE_NO

    def _taken_back(self, ask: Ask, lines: set[str]) -> None:
        for line in lines:
            part = self.asked[Key(ask.purchase_order, line)]
            units = min(ask.units[line], part.open)
            part.cancelled += units
            if ask.change not in self.resourcing:
                self._off(ask, part.wanted, units)

    def _off(self, ask: Ask, key: Key, units: int) -> None:
        """Take units off a customer's line, unless they are wanted after all."""
        most = self.most.get((ask.change, key))
        units = units if most is None else min(units, most)
        if most is not None:
            self.most[ask.change, key] = most - units
        self.wanted[key].cancelled += units

    def ask(self, purchase_order: str, number: int) -> Ask:
        """The ask of that number."""
        (found,) = (
            ask for ask in self.asks if (ask.purchase_order, ask.number) == (purchase_order, number)
        )
        return found

    def _lines(self, purchase_order: str) -> list[Asked]:
        return [part for part in self.asked.values() if part.key.number == purchase_order]

    def _wanted(self, ask: Ask, line: str) -> Key:
        return self.asked[Key(ask.purchase_order, line)].wanted
