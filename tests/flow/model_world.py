"""The world around the hub in the model test: a house that can be killed, and two suppliers.

A supplier has a shelf, reads what lies in its folder and writes papers; a paper may travel for as
long as the test likes. What it says is told to the book when the hub hears it, not before.
"""

import shutil
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from hub.domain.names import timed_seed
from hub.flow.lanes import LaneTurn
from hub.flow.own_settings import following
from hub.store import Store
from tests.fakes import Ordered, Supplier
from tests.rigs.houses import Clock, House, furnish, stock_up
from tests.rigs.stores import MASTER_KEY

T = TypeVar("T")

PARTNERS = ("acme", "mill")
SKUS = ("SKU-1", "SKU-2")
SHELF = {"acme": 6, "mill": 4}


class Crash(BaseException):
    """The process ended here: nothing of the hub may catch it."""


@dataclass(slots=True)
class Fuse:
    """Burns at every commit; `left` None never ends. Even is before a commit, odd after it."""

    left: int | None = None

    def burn(self) -> None:
        """Come one step nearer, and end the process at the last."""
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            self.left = None
            raise Crash


class MortalStore(Store):
    """The same store as another one, in a process that may end around any commit."""

    def __init__(self, over: Store, fuse: Fuse) -> None:
        super().__init__(over._engine, vault=over._vault, archive=over.archive)
        self._fuse = fuse

    def write(self, work: Callable[..., T]) -> T:
        """Do as Store, if the process lives so long."""
        return self._around(lambda: Store.write(self, work))

    def write_levels(self, work: Callable[..., T]) -> T:
        """Do as Store, if the process lives so long."""
        return self._around(lambda: Store.write_levels(self, work))

    def submit(self, work: Callable[..., T]) -> "Future[T]":
        """Do as Store; it is over when this returns."""
        done: Future[T] = Future()
        done.set_result(self._around(lambda: Store.submit(self, work).result()))
        return done

    def _around(self, doing: Callable[[], T]) -> T:
        self._fuse.burn()
        outcome = doing()
        self._fuse.burn()
        return outcome


@dataclass(slots=True, kw_only=True)
class Template:
    """A house as it is before the first order, closed; every example lives in a copy of it.

    `address` is where a copy's database is, given its data directory: a new one each time.
    """

    house: House
    folder: Path
    includes: str
    confirms: bool
    address: Callable[[Path], str]
    homes: int = 0


def template(
    folder: Path,
    *,
    includes: str,
    confirms: bool,
    database: str = "",
    address: Callable[[Path], str] = lambda data: f"sqlite:///{data / 'hub.db'}",
) -> Template:
    """Build the house that examples are copied from: two suppliers with their first reports."""
    silence = "confirm" if confirms else "decline"
    rules = (
        f"stock: {{level: reports, report_includes: {includes}, trust: 366d}}\n"
        f"changes: {{silence: {silence}}}"
    )
    house = furnish(folder, database=database, partners=PARTNERS, rules=rules)
    stock_up(house, skus=len(SKUS))
    for name in PARTNERS:
        supplier = house.suppliers[name]
        supplier.send("846", supplier.counts({f"{name}-{sku}": SHELF[name] for sku in SKUS}))
        house.turn(name)
    house.close()
    return Template(
        house=house, folder=folder, includes=includes, confirms=confirms, address=address
    )


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper of a supplier's on its way; `hear` tells the book what it says."""

    partner: str
    text: str
    hear: Callable[[], None] = lambda: None


@dataclass(slots=True, kw_only=True)
class Line:
    """A line of a purchase order as its partner knows it."""

    asked: int
    sku: str
    taken_back: int = 0
    accepted: int = 0
    shipped: int = 0

    @property
    def due(self) -> int:
        """Units that it still means to ship."""
        return max(0, self.asked - self.taken_back - self.shipped)


@dataclass(slots=True)
class Shop:
    """One supplier: what is on its shelf, what ever was, what it was asked and did."""

    name: str
    supplier: Supplier
    shelf: dict[str, int] = field(default_factory=dict)
    ever: dict[str, int] = field(default_factory=dict)
    lines: dict[tuple[str, str], Line] = field(default_factory=dict)
    answered: set[tuple[str, str]] = field(default_factory=set)
    tracking: list[str] = field(default_factory=list)

    def orders(self) -> list[Ordered]:
        """Every purchase order that lies in the folder."""
        found = self.supplier.purchase_orders()
        for order in found:
            for line, units, _, article in order.lines:
                sku = article.removeprefix(f"{self.name}-")
                self.lines.setdefault((order.number, line), Line(asked=units, sku=sku))
        return found

    def counted(self, includes: str) -> dict[str, int]:
        """What it reports of each article."""
        counts = dict(self.shelf)
        if includes == "acknowledged":
            for line in self.lines.values():
                counts[line.sku] -= max(0, min(line.accepted, line.due))
        return {f"{self.name}-{sku}": max(0, units) for sku, units in counts.items()}


class World:
    """One example's house and suppliers, in fresh folders of their own."""

    def __init__(self, form: Template) -> None:
        form.homes += 1
        self.form = form
        self.data = form.folder / f"data{form.homes}"
        shutil.copytree(form.folder / "data", self.data)
        self.address = form.address(self.data)
        self.fuse = Fuse()
        self.clock = Clock()
        self.clock.on(minutes=1)
        self.lives = 0
        self.seeds = 0
        self.shops = {name: self._shop(name) for name in PARTNERS}
        self.bag: list[Paper] = []
        self.heard: list[Paper] = []
        self.house = self._opened()

    def _shop(self, name: str) -> Shop:
        former = self.form.house.suppliers[name]
        for folder in ("in", "out"):
            shutil.rmtree(former.home / folder)
            (former.home / folder).mkdir()
        supplier = replace(former, _next=100)
        shelf = dict.fromkeys(SKUS, SHELF[name])
        return Shop(name, supplier, shelf=shelf, ever=dict(shelf))

    def _opened(self) -> House:
        """A new process on the same folder; it finds the lanes leased to one that is no more."""
        self.lives += 1
        store = Store.open(self.address, data_dir=self.data, master_key=self._key())
        parts = following(
            replace(
                self.form.house.parts,
                store=MortalStore(store, self.fuse),
                now=self.clock,
                fresh=self._seed,
            )
        )
        turns = {
            channel.partner: LaneTurn(
                parts, channel, owner=f"life {self.lives}", gone=lambda owner: True
            )
            for partner in parts.partners.all
            for channel in partner.channels
        }
        suppliers = {name: shop.supplier for name, shop in self.shops.items()}
        return House(parts=parts, clock=self.clock, suppliers=suppliers, turns=turns)

    def _key(self) -> bytes:
        kept = self.data / "master.key"
        return kept.read_bytes() if kept.exists() else MASTER_KEY

    def _seed(self) -> str:
        self.seeds += 1
        return timed_seed(self.clock.time, self.seeds.to_bytes(6, "big"))

    def live(self, doing: Callable[[House], T]) -> T:
        """Do something; after a crash a new process finds what the old one left, and does it."""
        try:
            return doing(self.house)
        except Crash:
            self.house.close()
            self.house = self._opened()
            return doing(self.house)

    def take_turn(self, partner: str) -> None:
        """Let the hub take a lane's turn."""
        self.live(lambda house: house.turn(partner))

    def arrive(self, paper: Paper, *, name: str = "") -> None:
        """Let a paper lie at the door and be taken in."""
        supplier = self.shops[paper.partner].supplier
        supplier.put(name or f"{len(self.heard)}.edi", paper.text)
        self.take_turn(paper.partner)
        paper.hear()
        self.heard.append(replace(paper, hear=lambda: None))

    def write(
        self,
        partner: str,
        set_id: str,
        rows: list[str],
        hear: Callable[[], None],
        *,
        late: bool,
    ) -> None:
        """Let a supplier write a paper, for now or for later."""
        text = self.shops[partner].supplier.interchange(set_id, [rows])
        paper = Paper(partner, text, hear)
        if late:
            self.bag.append(paper)
        else:
            self.arrive(paper)

    def again(self, paper: Paper) -> str:
        """The same paper in a new envelope."""
        supplier = self.shops[paper.partner].supplier
        rows = [row for row in paper.text.replace("\n", "").split("~") if row]
        set_id, inner = rows[2].split("*")[1], rows[3:-3]
        return supplier.interchange(set_id, [inner])

    def close(self) -> None:
        """End the example and clear its folder away."""
        self.fuse.left = None
        self.house.close()
        shutil.rmtree(self.data)
