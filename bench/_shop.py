"""A shop with a year behind it: a hundred thousand orders, ten thousand of them with one supplier.

Of each kind of order a few are placed and lived through by the hub itself; the others are copies
(`_lives.py`).
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import _rig as rig
from _lives import (
    BRANDS,
    Copy,
    Life,
    Rows,
    buyer,
    every_row,
    micros,
    opened,
    positioned,
    put,
    summed,
)
from _postgres import cluster

from hub.domain.catalog import Item, PartnerItem
from hub.domain.facts import Stuck
from hub.domain.messages import Address, ProductId
from hub.domain.names import Names
from hub.domain.orders import ChangeKind, Order, OrderChannel
from hub.domain.placing import NewGroup, NewLine, NewOrder
from hub.domain.posted import PostedSet
from hub.flow import supplier_room
from hub.flow.changing import Answered, ChangePosting, change
from hub.flow.lanes import LaneTurn
from hub.flow.orders import Outcome, Posting, place
from hub.flow.parts import Parts
from hub.main import build
from hub.store.seals import Vault

SUPPLIER, OTHER = "corner", "acme"
DAY = timedelta(days=1)
PAGE = """\
name: {name}
kind: supplier
channels:
  - name: edi
    {wire}
    format: x12
    profile:
      version: "004010"
      usage: production
      ours:   {{qualifier: "12", id: "5550100200", group: "HUB"}}
      theirs: {{qualifier: "01", id: "{isa}", group: "{group}"}}
      receipts: false
    send: [850, 860]
    receive: [855, 856, 846, 865]
    maps:
      850: x12/004010/850
      855: x12/004010/855
      856: x12/004010/856
      860: x12/004010/860
      846: x12/004010/846
      865: x12/004010/865
    poll: 1s
    settle: 1s
calendar: {{zone: America/New_York, work_days: [mon, tue, wed, thu, fri]}}
sourcing: {{priority: {priority}}}
products: [vendor, sku]
stock: {{level: {level}}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much there is: orders of the supplier by kind, those of others, articles."""

    shipped: int = 6000
    to_ship: int = 2500
    to_confirm: int = 1000
    cancelling: int = 300
    troubled: int = 200
    others: int = 90_000
    articles: int = 10_000
    catalogue: int = 100_000

    @property
    def given(self) -> int:
        """Orders with the supplier."""
        return (
            self.shipped + self.to_ship + self.to_confirm + self.cancelling + self.troubled
        )  # fmt: skip


SMALL = Sizes(
    shipped=120, to_ship=60, to_confirm=60, cancelling=12, troubled=8, others=400,
    articles=300, catalogue=2000,
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Shop:
    """A hub with all that in it; `url` is its database's address."""

    one: rig.Hub
    parts: Parts
    url: str
    sizes: Sizes


@contextmanager
def furnished(sizes: Sizes, *, postgres: bool, folder: Path | None = None) -> Iterator[Shop]:
    """Lend the shop; one in a folder is made once and stays (SQLite only)."""
    with cluster() if postgres else nullcontext("") as server, _hub(folder) as (one, is_new):
        url = server or f"sqlite:///{one.database}"
        if server:
            one.environment["HUB_DATABASE_URL"] = server
        parts = build(one.environment, migrate=True)
        shop = Shop(one=one, parts=parts, url=url, sizes=sizes)
        try:
            if is_new:
                _fill(shop)
            yield shop
        finally:
            parts.store.close()


@contextmanager
def _hub(folder: Path | None) -> Iterator[tuple[rig.Hub, bool]]:
    with nullcontext(str(folder)) if folder else TemporaryDirectory(prefix="hub-bench-") as lent:
        home = Path(lent)
        is_new = not (home / "data" / "hub.db").exists()
        for name in ("partners", OTHER + "/in", OTHER + "/out"):
            (home / name).mkdir(parents=True, exist_ok=True)
        wires = {SUPPLIER: "transport: desk", OTHER: rig.FOLDER.format(home=home / OTHER)}
        for priority, (partner, wire) in enumerate(wires.items()):
            page = PAGE.format(
                name=partner.title(), wire=wire, isa=f"{123456789 + priority}",
                group=partner.upper(), priority=priority,
                level="reports" if partner == SUPPLIER else "unlimited",
            )  # fmt: skip
            (home / "partners" / f"{partner}.yaml").write_text(page)
        one = rig.Hub(folder=home, home=home / OTHER)
        one.environment = rig.environment_of(home)
        yield one, is_new


# --- filling it ---------------------------------------------------------------------------------


def _fill(shop: Shop) -> None:
    begin = time.perf_counter()
    _catalogue(shop)
    _stock(shop)
    theirs, ours = _lives(shop)
    made = _copied(shop, theirs, ours)
    _settle(shop)
    print(f"{made:,} orders put in within {time.perf_counter() - begin:.0f} s", flush=True)


def _catalogue(shop: Shop) -> None:
    sizes = shop.sizes
    for start in range(0, sizes.catalogue, 5000):
        numbers = range(start, min(start + 5000, sizes.catalogue))
        items = [
            Item(sku=f"SKU-{n:06d}", title=f"{_KINDS[n % len(_KINDS)]} {_HUES[n % 7]} no. {n}")
            for n in numbers
        ]
        offers = [
            PartnerItem(
                partner=SUPPLIER if n < sizes.articles else OTHER,
                sku=f"SKU-{n:06d}",
                products=(ProductId(kind="vendor", value=f"V-{n:06d}"),),
                unit="EA",
                units_per_pack=1,
                cost=400,
                currency="USD",
                priority=0,
            )
            for n in numbers
        ]
        shop.parts.store.write(lambda tx, i=items, o=offers: tx.catalog.put(i, o))  # type: ignore[misc]


_KINDS = ("Stoneware mug", "Lambswool scarf", "Oak tray", "Linen napkin", "Desk lamp", "Wall clock")
_HUES = ("blue", "navy", "grey", "sand", "moss", "rust", "ivory")


def _stock(shop: Shop) -> None:
    """What the supplier has of each article, as one report said."""
    body = {
        "kind": "full",
        "levels": [
            {"sku": f"SKU-{n:06d}", "quantity": 100_000} for n in range(shop.sizes.articles)
        ],
    }
    said(shop.parts, PostedSet.STOCK_REPORT, "", body)


def said(parts: Parts, set_id: PostedSet, number: str, body: dict[str, Any]) -> None:
    """Say something as the supplier; RuntimeError when it does not count."""
    paper = supplier_room.Said(
        set_id=set_id, number=number, body=body, key=parts.random(8).hex(), who="bench"
    )
    came = supplier_room.say(parts, SUPPLIER, paper)
    if not came.went_through:
        raise RuntimeError(came)


@dataclass(slots=True)
class _Living:
    """Lives orders of each kind through, one at a time."""

    parts: Parts
    lanes: dict[str, LaneTurn]
    home: Path
    first: dict[str, int]  # the first article of each partner
    number: int = 0
    papers: int = 0

    def placed(self, partner: str, lines: int) -> Order:
        """Place an order that the partner fills and hand it over."""
        self.number += 1
        number, who = f"Q{self.number:06d}", buyer(self.number)
        address = Address(
            name=who.name, lines=("12 Alder Lane",), city="Springfield", region="IL",
            postal_code=who.postcode, country="US", phone=who.phone, email=who.email,
        )  # fmt: skip
        wanted = tuple(
            NewLine(
                number=str(n + 1), sku=f"SKU-{self.first[partner] + n:06d}", quantity=n + 1,
                unit_price=1850, description=_KINDS[n],
            )
            for n in range(lines)
        )  # fmt: skip
        group = NewGroup(number="1", ship_to=address, method="ground", lines=wanted)
        new = NewOrder(
            number=number, channel=OrderChannel.WEB, currency="USD", customer=address,
            groups=(group,), total=sum(1850 * line.quantity for line in wanted),
        )  # fmt: skip
        posting = Posting(
            new=new, brand=BRANDS[0], who="bench", body=repr(new).encode(), key=number,
            render=lambda order: (201, b"{}"),
        )  # fmt: skip
        verdict = place(self.parts, posting)
        if verdict.outcome is not Outcome.PLACED or verdict.order is None:
            raise RuntimeError(verdict)
        while self.lanes[partner].take(poll=False):
            pass
        return verdict.order

    def confirmed(self, lines: int) -> Order:
        """One that the supplier will ship."""
        order = self.placed(SUPPLIER, lines)
        taken = [
            {"line": line.number, "actions": [{"action": "accept", "quantity": n + 1}]}
            for n, line in enumerate(order.fulfillments[0].lines)
        ]
        said(self.parts, PostedSet.ORDER_RESPONSE, order.fulfillments[0].number, {"lines": taken})
        return order

    def shipped(self, lines: int) -> None:
        """One that left."""
        order = self.confirmed(lines)
        packed = [
            {"line": line.number, "quantity": n + 1}
            for n, line in enumerate(order.fulfillments[0].lines)
        ]
        parcel = {"tracking": f"1Z999AA1{self.number:010d}", "items": packed}
        body = {"carrier": "ups", "packages": [parcel]}
        said(self.parts, PostedSet.SHIP_NOTICE, order.fulfillments[0].number, body)

    def cancelling(self, lines: int) -> None:
        """One whose customer wants it no more, which the supplier has not answered yet."""
        order = self.confirmed(lines)
        posting = ChangePosting(
            number=order.number, brand=BRANDS[0], who="bench", kind=ChangeKind.CANCELLATION,
            requests=None, reason="", place="/lines", body=b"{}", key=order.number,
            render=lambda order, decided: (200, b""),
        )  # fmt: skip
        verdict = change(self.parts, posting)
        if verdict.outcome is not Answered.DECIDED:
            raise RuntimeError(verdict)
        while self.lanes[SUPPLIER].take(poll=False):
            pass

    def troubled(self, lines: int) -> None:
        """One about which somebody of the house has to do something."""
        order = self.confirmed(lines)
        now = self.parts.now()
        stuck = Stuck(
            hold=f"overdue:{order.id}",
            kind="overdue-shipment",
            text=f"Corner has not shipped {order.fulfillments[0].number}",
            next_step="Ask when it leaves.",
            partner=SUPPLIER,
            due_at=now,
        )
        seed = self.parts.fresh()
        self.parts.store.write(
            lambda tx: tx.exceptions.open(stuck, at=now, order_id=order.id, names=Names(seed))
        )

    def shipped_by_the_other(self, lines: int) -> None:
        """One that another partner confirmed and shipped by X12."""
        order = self.placed(OTHER, lines)
        number = order.fulfillments[0].number
        articles = [(n, f"V-{self.first[OTHER] + n - 1:06d}") for n in range(1, lines + 1)]
        answer = [f"BAK*00*AD*{number}*20261120"]
        for n, article in articles:
            answer += [f"PO1*{n}*{n}*EA*4**VN*{article}", f"ACK*IA*{n}*EA"]
        self._sent("PR", "855", [*answer, f"CTT*{lines}"])
        notice = [f"BSN*00*S{self.number}*20261120*1800", "HL*1**S", "TD5**2*UPSN"]
        notice += [f"REF*CN*1Z999AA1{self.number:010d}", "HL*2*1*O", f"PRF*{number}"]
        for n, article in articles:
            notice += [f"HL*{n + 2}*2*I", f"LIN*{n}*VN*{article}", f"SN1*{n}*{n}*EA"]
        self._sent("SH", "856", [*notice, f"CTT*{lines + 2}"])
        with self.parts.store.read() as tx:
            found = tx.orders.find(brand=BRANDS[0], number=order.number)
        if found is None or not found.shipments:
            raise RuntimeError(f"the notice about {number} was not applied")

    def _sent(self, function: str, set_id: str, paper: list[str]) -> None:
        self.papers += 1
        text = rig.interchange(function, set_id, [paper], number=self.papers)
        text = text.replace("123456789", "123456790")
        (self.home / "out" / f"{set_id}-{self.papers}.edi").write_text(text)
        while self.lanes[OTHER].take(poll=True):
            pass


def _lives(shop: Shop) -> tuple[dict[str, list[Life]], list[Life]]:
    """Return lives of the supplier's orders by kind, and of another partner's."""
    parts = shop.parts
    channels = {page.id: page.channels[0] for page in parts.partners.all}
    lanes = {name: LaneTurn(parts, one, owner="bench") for name, one in channels.items()}
    first = {SUPPLIER: 0, OTHER: shop.sizes.articles}
    living = _Living(parts, lanes, shop.one.home, first)
    vault = _vault(shop.one)

    def lived(live: Callable[[int], object], lines: int) -> Life:
        before = every_row(shop.url)
        live(lines)
        _seal(parts)
        return Life(before, every_row(shop.url), vault)

    living.confirmed(1)  # makes lanes and other firsts
    living.shipped_by_the_other(1)
    _seal(parts)
    kinds = {
        "shipped": living.shipped,
        "to_ship": living.confirmed,
        "to_confirm": lambda lines: living.placed(SUPPLIER, lines),
        "cancelling": living.cancelling,
        "troubled": living.troubled,
    }
    theirs = {name: [lived(live, lines) for lines in range(1, 5)] for name, live in kinds.items()}
    others = [lived(living.shipped_by_the_other, lines) for lines in range(1, 5)]
    for lane in lanes.values():
        lane.close()
    return theirs, others


def _seal(parts: Parts) -> None:
    while parts.store.write(lambda tx: tx.facts.seal(now=parts.now())):
        pass


def _vault(one: rig.Hub) -> Vault:
    return Vault((one.folder / "data" / "master.key").read_bytes())


def _copied(shop: Shop, theirs: dict[str, list[Life]], others: list[Life]) -> int:
    sizes, ours = shop.sizes, range(shop.sizes.articles)
    rest = range(sizes.articles, sizes.catalogue)
    wanted: list[tuple[Life, int, range]] = []  # life, days back in millionths, articles
    spans = {"shipped": 30, "to_ship": 3, "to_confirm": 1, "cancelling": 3, "troubled": 6}
    for name, lives in theirs.items():
        count = getattr(sizes, name)
        for n in range(count):
            wanted.append((lives[n % 4], micros(DAY * spans[name]) * n // count, ours))
    for n in range(sizes.others):
        wanted.append((others[n % 4], micros(DAY * 365) * n // sizes.others, rest))
    with opened(shop.url) as raw:
        [position] = raw.cursor().execute("SELECT max(position) FROM ledger").fetchone()
        for start in range(0, len(wanted), 1000):
            batch: Rows = {}
            for n, (life, age, articles) in enumerate(wanted[start : start + 1000], start):
                rows = life.copy(Copy(n=100_000 + n, age=age, articles=articles))
                position = positioned(rows, position)
                for name, made in rows.items():
                    batch.setdefault(name, []).extend(made)
            put(raw, batch)
            raw.commit()
    return len(wanted)


def _settle(shop: Shop) -> None:
    """Give one customer many orders, and let the database know what it holds."""
    regular = """
        UPDATE customer_order SET customer_id = (SELECT min(customer_id) FROM customer_order)
        WHERE id IN (SELECT id FROM customer_order ORDER BY id LIMIT 60)
    """
    with opened(shop.url) as raw:
        raw.cursor().execute(regular)
        summed(raw)
        raw.commit()
        if isinstance(raw, sqlite3.Connection):
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            raw.autocommit = True
            raw.cursor().execute("VACUUM ANALYZE")
