"""What happens while the hub is killed, and how the world is judged afterwards.

Judged is what others see: the partner's folder, the customer's status, the facts a storefront
polls. Everything here runs in a child process; the parent never opens a store.
"""

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from hub.domain.exchange import Direction, TransmissionState
from hub.domain.facts import FactKind
from hub.flow.orders import Outcome
from hub.main import read_settings
from hub.schedule import Worker
from hub.settings import Settings
from tests.fakes import Supplier
from tests.rigs.houses import House, furnish, post, shopping, stock_up

PLACED = (
    FactKind.ORDER_PLACED,
    FactKind.LINES_SOURCED,
    FactKind.PROMISE_MADE,
    FactKind.PURCHASE_ORDER_SENT,
)
SHIPPED = (
    *PLACED,
    FactKind.PURCHASE_ORDER_RECEIPTED,
    FactKind.LINES_CONFIRMED,
    FactKind.LINES_CONFIRMED,  # one for each line
    FactKind.ORDER_SHIPPED,
)
PADDING = "\n" * 70_000  # makes a file too large for its row: it goes through the archive


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where one run takes place: its folder and, for PostgreSQL, its database."""

    folder: Path
    database: str = ""
    ahead: float = 0  # seconds by which the house's clock stands ahead
    owners: tuple[str, ...] = ("test",)  # the workers that start again after the kill

    def house(self) -> House:
        """Open the house; its lanes belong to the same worker as before the kill."""
        house = furnish(self.folder, database=self.database)
        house.clock.on(seconds=self.ahead)
        return house

    def settings(self) -> Settings:
        """What the house is opened by, as far as its pages go."""
        folders = {"HUB_DATA_DIR": "data", "HUB_PARTNER_CONFIGS": "partners"}
        return read_settings({name: str(self.folder / one) for name, one in folders.items()})

    @property
    def answers(self) -> Path:
        """Where the storefront notes which orders it was given an answer for."""
        return self.folder / "answers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Something that can be cut off: what was before, what happens, what must be afterwards."""

    before: Callable[[House], None]
    happens: Callable[[Stage, House], None]
    orders: tuple[str, ...]
    posts: bool = False  # the storefront posts these orders while it happens
    word: str
    facts: tuple[FactKind, ...]
    receipts: frozenset[tuple[str, str]] = field(default=frozenset())


def answered(stage: Stage) -> list[str]:
    """The orders for which the storefront has an answer."""
    return stage.answers.read_text().split() if stage.answers.exists() else []


def shop(stage: Stage, house: House, number: str) -> None:
    """Post an order as a storefront does that repeats what it got no answer for."""
    if number in answered(stage):
        return
    verdict = post(house, shopping(number, 2, 1), key=f"key-{number}")
    assert verdict.outcome in (Outcome.PLACED, Outcome.REPLAYED), verdict
    with stage.answers.open("a") as notes:
        notes.write(f"{number}\n")


# --- the scenes --------------------------------------------------------------------------------


def _send(stage: Stage, house: House) -> None:
    for number in ("1001", "1002"):
        shop(stage, house, number)
        house.turn()
        _seal(house)


def _send_one(stage: Stage, house: House) -> None:
    shop(stage, house, "1001")
    house.turn()


def _ordered(house: House) -> Supplier:
    stock_up(house)
    post(house, shopping("1001", 2, 1))
    house.turn()
    return house.suppliers["acme"]


def _answers_lie_there(house: House) -> None:
    supplier = _ordered(house)
    order = supplier.received()[0]
    supplier.send("997", supplier.receipt(order))
    supplier.send("855", supplier.answer(order.orders[0]))
    notice = supplier.interchange("856", [supplier.notice(order.orders[0])])
    supplier.put("856.edi", notice.replace("~\nST*", f"~{PADDING}ST*"))


def _notice_lies_there(house: House) -> None:
    supplier = _ordered(house)
    order = supplier.received()[0]
    supplier.send("997", supplier.receipt(order))
    supplier.send("855", supplier.answer(order.orders[0]))
    house.turn()
    supplier.send("856", supplier.notice(order.orders[0]), name="856.edi")


def _notice_of_both_lies_there(house: House) -> None:
    stock_up(house)
    for number in ("1001", "1002"):
        post(house, shopping(number, 2, 1))
    house.turn()
    supplier = house.suppliers["acme"]
    for sent in supplier.received():
        supplier.send("997", supplier.receipt(sent))
    orders = supplier.purchase_orders()
    supplier.send("855", *(supplier.answer(order) for order in orders))
    house.turn()
    first, second = (supplier.notice(order)[:-1] for order in orders)
    levels = sum(row.startswith("HL*") for row in first) - 1  # the shipment is the same
    more = [_lower(row, levels) for row in second[second.index("HL*2*1*O") :]]
    total = sum(row.startswith("HL*") for row in (*first, *more))
    supplier.send("856", [*first, *more, f"CTT*{total}"], name="856.edi")


def _lower(row: str, levels: int) -> str:
    """A level of a notice as it stands behind so many others; the shipment stays its first."""
    tag, *words = row.split("*")
    if tag != "HL":
        return row.replace("1Z999AA10123456784", "1Z999AA10123456793")
    parent = words[1] if words[1] == "1" else str(int(words[1]) + levels)
    return "*".join((tag, str(int(words[0]) + levels), parent, *words[2:]))


def _collect(stage: Stage, house: House) -> None:
    del stage
    house.turn()
    _seal(house)


def _seal(house: House) -> None:
    house.parts.store.write(lambda tx: tx.facts.seal(now=house.parts.now()))


SCENES = {
    # two orders, one after the other, go out to the partner
    "out": Scene(
        before=stock_up,
        happens=_send,
        posts=True,
        orders=("1001", "1002"),
        word="Confirmed",
        facts=PLACED,
    ),
    "one-out": Scene(
        before=stock_up,
        happens=_send_one,
        posts=True,
        orders=("1001",),
        word="Confirmed",
        facts=PLACED,
    ),
    # 997, 855 and a large 856 lie at the partner's door
    "in": Scene(
        before=_answers_lie_there,
        happens=_collect,
        orders=("1001",),
        word="Shipped",
        facts=SHIPPED,
        receipts=frozenset({("PR", "2"), ("SH", "3")}),
    ),
    # one 856 on two orders
    "several-in": Scene(
        before=_notice_of_both_lies_there,
        happens=_collect,
        orders=("1001", "1002"),
        word="Shipped",
        facts=SHIPPED,
        receipts=frozenset({("PR", "2"), ("SH", "3")}),
    ),
    "notice-in": Scene(
        before=_notice_lies_there,
        happens=_collect,
        orders=("1001",),
        word="Shipped",
        facts=SHIPPED,
        receipts=frozenset({("PR", "2"), ("SH", "3")}),
    ),
}


def prepare(stage: Stage, scene: Scene) -> None:
    """Build what was there before."""
    house = stage.house()
    scene.before(house)
    house.close()


def act(stage: Stage, scene: Scene, house: House) -> None:
    """Let it happen; whoever is killed is killed in here."""
    scene.happens(stage, house)
    house.close()


def resume(stage: Stage, scene: Scene) -> list[str]:
    """Start again after the kill, let everything come to rest, and judge the world."""
    house = stage.house()
    try:
        for number in scene.orders if scene.posts else ():
            shop(stage, house, number)
        for owner in stage.owners:
            Worker(house.parts, owner=owner).until_idle()
        return complaints(house, scene)
    finally:
        house.close()


def copy(source: Path, target: Path) -> None:
    """Put a prepared folder in the place of another."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)


# --- the judge ---------------------------------------------------------------------------------


def complaints(house: House, scene: Scene) -> list[str]:
    """Everything that is lost, doubled or left over, in words; empty when the world is right."""
    supplier = house.suppliers["acme"]
    found = _at_the_partner(supplier, scene)
    for number in scene.orders:
        found += _order(house, scene, number)
    return [*found, *_hub(house)]


def _at_the_partner(supplier: Supplier, scene: Scene) -> list[str]:
    found = []
    names = sorted(path.name for path in (supplier.home / "in").iterdir())
    if odd := [name for name in names if name.startswith(".")]:
        return [f"half files at the partner: {odd}"]
    asked = Counter(order.number for order in supplier.purchase_orders())
    wanted = Counter(f"JUN-{number}-1" for number in scene.orders)
    if asked != wanted:
        found.append(f"purchase orders at the partner: {dict(asked)}, not {dict(wanted)}")
    if wrong := [one for one in supplier.purchase_orders() if [n[1] for n in one.lines] != [2, 1]]:
        found.append(f"quantities at the partner: {wrong}")
    receipted = Counter(group for text in supplier.receipts() for group in groups(text))
    if receipted != Counter(scene.receipts):
        found.append(f"receipts at the partner: {dict(receipted)}, not {set(scene.receipts)}")
    for what, place in (("ISA", 13), ("GS", 6)):
        numbers = Counter(control(path, what, place) for path in (supplier.home / "in").iterdir())
        if twice := [number for number, times in numbers.items() if times > 1]:
            found.append(f"{what}{place:02d} used twice: {twice}")
    if left := sorted(path.name for path in (supplier.home / "out").iterdir()):
        found.append(f"left lying at the partner's door: {left}")
    return found


def rows(text: str) -> list[list[str]]:
    """The segments of an interchange of ours."""
    return [row.split("*") for row in text.replace("\n", "").split("~") if row]


def groups(text: str) -> list[tuple[str, str]]:
    """Which groups a 997 of ours speaks of: function and number."""
    return [(row[1], row[2]) for row in rows(text) if row[0] == "AK1"]


def control(path: Path, segment: str, place: int) -> str:
    """One element of the first such segment of a file of ours."""
    return next(row[place] for row in rows(path.read_text()) if row[0] == segment)


def _order(house: House, scene: Scene, number: str) -> list[str]:
    found = []
    with house.parts.store.read() as tx:
        if tx.orders.find(brand="juniper", number=number) is None:
            return [f"order {number} is lost"]
    if house.word(number) != scene.word:
        found.append(f"status of {number}: {house.word(number)!r}, not {scene.word!r}")
    order = house.order(number)
    shipped = scene.word == "Shipped"
    for line in order.lines:
        buckets = line.buckets
        if (buckets.shipped, buckets.cancelled) != (buckets.ordered if shipped else 0, 0):
            found.append(f"line {line.number} of {number}: {buckets}")
    parcels = [package for shipment in order.shipments for package in shipment.packages]
    units = sum(packed.quantity for package in parcels for packed in package.lines)
    if units != (3 if shipped else 0):
        found.append(f"units in the parcels of {number}: {units}")
    with house.parts.store.read() as tx:
        facts = tx.facts.of_order(order.id)
        papers = Counter(row.set_id for row in tx.exchange.documents_of_order(order.id))
    if (papers["850"], papers["856"]) != (1, 1 if shipped else 0):
        found.append(f"papers of {number}: {dict(papers)}")
    happened = Counter(fact.kind for fact in facts)
    if happened != Counter(str(kind) for kind in scene.facts):
        found.append(f"facts of {number}: {dict(happened)}")
    if loose := [fact.kind for fact in facts if fact.position is None]:
        found.append(f"facts of {number} that no poller sees: {loose}")
    return found


def _hub(house: House) -> list[str]:
    found = []
    with house.parts.store.read() as tx:
        if broken := tx.facts.verify():
            found.append(f"the ledger does not hold at {broken}")
        open_ones = tx.exceptions.page(open_only=True, limit=100)
        owed = [lane.name for lane in tx.duties.lanes() if lane.depth]
        waiting = [
            row.name
            for direction, state in (
                (Direction.IN, TransmissionState.RECEIVED),
                (Direction.OUT, TransmissionState.READY),
            )
            for row in tx.exchange.waiting(
                partner="acme", channel="edi", direction=direction, state=state, limit=9
            )
        ]
    found += [f"open exception: {row.kind}: {row.text}" for row in open_ones]
    if owed or waiting:
        found.append(f"not done: duties {owed}, deliveries {waiting}")
    return found
