"""`python -m tests.faults.storm`: workers under a stream of orders, killed at random moments.

The parent is the supplier: it answers every 850 with a 997, an 855 and an 856. Workers are killed
at moments drawn from the seed and started again at once; in the end the world is judged.
"""

import argparse
import json
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from hub.schedule import Worker
from tests.fakes import Supplier
from tests.faults.scenes import SHIPPED, Scene, Stage, prepare, resume, shop
from tests.faults.scenes import answered as answered_orders
from tests.rigs import houses
from tests.rigs.houses import START, stock_up
from tests.rigs.kill import Child, answered

TICK = 0.02  # seconds between two looks of the supplier
BETWEEN_ORDERS = 0.15
LONGEST = 100  # seconds after which a storm counts as stuck
AN_HOUR = 3600.0


@dataclass(slots=True)
class Acme:
    """The supplier in the parent: answers every file once, and remembers what it was promised."""

    supplier: Supplier
    seen: set[str] = field(default_factory=set)
    receipts: set[tuple[str, str]] = field(default_factory=set)
    sent: int = 0
    shipped: int = 0

    def look(self) -> None:
        """Answer what came since the last look."""
        names = {path.name for path in (self.supplier.home / "in").iterdir()}
        fresh = {name for name in names - self.seen if not name.startswith(".")}
        self.seen |= fresh
        if not any("_850_" in name for name in fresh):
            return
        for one in self.supplier.received():
            if one.path.name in fresh:
                self._answer("997", "", self.supplier.receipt(one))
                for order in one.orders:
                    self._answer("855", "PR", self.supplier.answer(order))
                    self._answer("856", "SH", self.supplier.notice(order))
                    self.shipped += 1

    def _answer(self, set_id: str, function: str, paper: list[str]) -> None:
        self.sent += 1
        text = self.supplier.interchange(set_id, [paper], number=self.sent)
        self.supplier.put(f"{self.sent:04d}-{set_id}.edi", text)
        if function:
            self.receipts.add((function, str(self.sent)))

    def is_emptied(self) -> bool:
        """Whether the hub has fetched everything."""
        return not any((self.supplier.home / "out").iterdir())


def _clock() -> Callable[[], datetime]:
    """One clock for all processes of a storm; it starts where the house's stands."""
    began = time.monotonic()
    return lambda: START + timedelta(seconds=time.monotonic() - began)


@dataclass(slots=True)
class Storm:
    """The workers of one store and the dice that kill them."""

    stage: Stage
    orders: tuple[str, ...]
    owners: tuple[str, ...]
    now: Callable[[], datetime]
    alive: dict[str, Child] = field(default_factory=dict)

    def start(self, owner: str) -> None:
        """Start a worker; the first one also posts the orders, going on where it was killed."""
        posts = owner == self.owners[0]

        def work(told: int) -> None:
            del told
            house = self.stage.house()
            house.parts = replace(house.parts, now=self.now)
            Worker(house.parts, owner=owner).start()
            for number in self.orders if posts else ():
                shop(self.stage, house, number)
                time.sleep(BETWEEN_ORDERS)
            while True:
                signal.pause()

        self.alive[owner] = Child(work)

    def kill(self, owner: str) -> None:
        """Kill a worker wherever it is."""
        child = self.alive.pop(owner)
        child.kill()
        assert child.end().killed

    def blow(self, acme: Acme, dice: random.Random, kills: int) -> None:
        """Kill so many times, then wait until every order was posted and answered."""
        for owner in self.owners:
            self.start(owner)
        end = time.monotonic() + LONGEST
        strike = time.monotonic() + dice.uniform(0.3, 1.2)
        while kills or not self._is_over(acme):
            if time.monotonic() > end:
                raise RuntimeError(f"stuck: {len(answered_orders(self.stage))} orders posted")
            acme.look()
            if kills and time.monotonic() > strike:
                owner = dice.choice(self.owners)
                self.kill(owner)
                self.start(owner)
                kills -= 1
                strike = time.monotonic() + dice.uniform(0.3, 1.2)
            time.sleep(TICK)
        for owner in self.owners:
            self.kill(owner)  # in the end as well: nobody says good-bye

    def _is_over(self, acme: Acme) -> bool:
        posted = len(answered_orders(self.stage)) == len(self.orders)
        return posted and acme.shipped >= len(self.orders) and acme.is_emptied()


def main() -> None:
    """Blow as asked and print the complaints."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("folder", type=Path)
    words.add_argument("--database", default="")
    words.add_argument("--workers", type=int, default=1)
    words.add_argument("--orders", type=int, default=40)
    words.add_argument("--kills", type=int, default=10)
    words.add_argument("--seed", type=int, required=True)
    asked = words.parse_args()
    houses.PAGE = houses.PAGE.replace("poll: 1s", "poll: 200ms")
    orders = tuple(str(number) for number in range(1001, 1001 + asked.orders))
    stage = Stage(folder=asked.folder / "stage", database=asked.database)
    scene = Scene(
        before=stock_up,
        happens=lambda stage, house: None,
        orders=orders,
        posts=True,
        word="Shipped",
        facts=SHIPPED,
    )
    answered(lambda: prepare(stage, scene))
    owners = tuple(f"worker-{number}" for number in range(1, asked.workers + 1))
    storm = Storm(stage=stage, orders=orders, owners=owners, now=_clock())
    acme = Acme(supplier=Supplier(home=stage.folder / "acme"))
    storm.blow(acme, random.Random(asked.seed), asked.kills)
    after = replace(stage, ahead=AN_HOUR, owners=owners)
    scene = replace(scene, receipts=frozenset(acme.receipts))
    print(json.dumps(answered(lambda: resume(after, scene))))


if __name__ == "__main__":
    main()
