"""What ten times the orders in the store cost an order, a poll, an answer and a choice of partners.

Two hubs in this process, SQLite each: one holds a number of orders, the other ten times as many
(copies of a real order's rows over a thousand articles, put in by `sqlite3` alone; their 850s are
out, their facts sealed, their stock reserved). Both are asked for the same in turn. The ratio is of
the middle times: what is slow for another reason is slow in both.

Run `python bench/growth.py [--quick]`.
"""

import gc
import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from statistics import median

import _rig as rig
from _copies import Copies, columns_of, inserts, rows_of_one_order

from hub.api.reading import read_order
from hub.domain.placing import NewOrder
from hub.flow.lanes import LaneTurn
from hub.flow.orders import Outcome, Posting, place
from hub.flow.parts import Parts
from hub.main import build
from hub.ops.simulate import simulate

ARTICLES = 1000
ROUNDS = 8
AT_ONCE = 25
TIMES = 10
GOAL = 1.3
_SEAL = """
INSERT INTO ledger (position, fact_id, brand, hash)
  SELECT (SELECT coalesce(max(position), 0) FROM ledger) + row_number() OVER (ORDER BY rowid),
    id, brand, randomblob(32) FROM fact WHERE NOT sealed;
UPDATE fact SET sealed = 1;
UPDATE status SET position =
  (SELECT max(position) FROM fact JOIN ledger ON fact.id = fact_id WHERE order_id = status.order_id)
"""


@dataclass(slots=True, kw_only=True)
class Side:
    """One of the two hubs, with what was measured of it."""

    one: rig.Hub
    parts: Parts
    lane: LaneTurn
    orders: int
    placed: list[tuple[str, int]] = field(default_factory=list)  # purchase orders to be answered
    sent: int = 0
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def timed(self, name: str, work: Callable[[], None], *, share: int = 1) -> None:
        """Do the work and note the seconds of each of its `share` equal parts."""
        begin = time.perf_counter()
        work()
        self.seconds.setdefault(name, []).append((time.perf_counter() - begin) / share)


@contextmanager
def furnished(orders: int) -> Iterator[Side]:
    """Lend a hub with so many orders."""
    goods = "".join(
        f"SKU-{n:06d},Article {n},{rig.PARTNER},EA,1,4.00,USD,1,V-{n:06d}\n"
        for n in range(ARTICLES)
    )
    with rig.hub(level="reports", goods=goods) as one:
        levels = [(f"V-{n:06d}", rig.PLENTY) for n in range(ARTICLES)]
        hidden = one.home / "out" / ".stock"
        hidden.write_text(rig.counts(levels, number=1))
        hidden.rename(hidden.with_name("846.edi"))
        one.command("work", "--until-idle")
        with one.running("web") as web:
            rows = rows_of_one_order(one, web.port)
        one.command("work", "--until-idle")
        del rows["duty"]  # their 850s went out long ago
        fill(one, Copies(rows, columns_of(one.database)), orders)
        parts = build(one.environment)
        channel = parts.partners.get(rig.PARTNER).channels[0]
        side = Side(
            one=one, parts=parts, lane=LaneTurn(parts, channel, owner="bench"), orders=orders
        )
        side.sent = 1
        try:
            yield side
        finally:
            side.lane.close()
            parts.store.close()


def fill(one: rig.Hub, copies: Copies, orders: int) -> None:
    """Put copies of an order into the store."""
    with closing(sqlite3.connect(one.database, isolation_level=None)) as raw:
        ready: dict[str, str] = {}
        for start in range(0, orders, 1000):
            raw.execute("BEGIN IMMEDIATE")
            for n in range(start, min(start + 1000, orders)):
                order = copies.order(n, instead=_articles(n))
                ready = ready or inserts(order)
                for table, rows in order.items():
                    raw.executemany(ready[table], rows)
            raw.execute("COMMIT")
        raw.executescript(_SEAL)
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _articles(n: int) -> dict[str, str]:
    """Which articles the n-th order is of."""
    first, second = 2 * n % ARTICLES, (2 * n + 1) % ARTICLES
    return {"JUN-MUG-BLUE": f"SKU-{first:06d}", "JUN-SCARF-NAVY": f"SKU-{second:06d}"}


def _body(number: str, n: int) -> bytes:
    body = rig.order(number).decode()
    for word, other in _articles(n).items():
        body = body.replace(word, other)
    return body.encode()


def _read(number: str, n: int) -> tuple[bytes, NewOrder]:
    body = _body(number, n)
    new = read_order(body).new
    if new is None:
        raise RuntimeError(body)
    return body, new


# --- what is measured --------------------------------------------------------------------------


def placed(side: Side, turn: int) -> None:
    """Place new orders, one after the other."""
    for n in range(AT_ONCE):
        number = f"J-{turn}-{n}"
        body, new = _read(number, turn * AT_ONCE + n)
        posting = Posting(
            new=new, brand=rig.BRAND, who="bench", body=body, key=number,
            render=lambda order: (201, order.number.encode()),
        )  # fmt: skip
        begin = time.perf_counter()
        verdict = place(side.parts, posting)
        side.seconds.setdefault("order", []).append(time.perf_counter() - begin)
        if verdict.outcome is not Outcome.PLACED or verdict.order is None:
            raise RuntimeError(verdict)
        side.placed.append((verdict.order.fulfillments[0].number, turn * AT_ONCE + n))


def polled(side: Side, numbers: Sequence[int]) -> None:
    """Read status documents and whole orders of any age, and a page of what changed last."""
    store = side.parts.store
    for n in numbers:
        known = f"FLOOR-{n % side.orders}"
        side.timed("status read", lambda known=known: _status(side, known))  # type: ignore[misc]
        side.timed("order read", lambda known=known: _order(side, known))  # type: ignore[misc]

    def page() -> None:
        with store.read() as tx:
            if not tx.orders.statuses(brand=rig.BRAND, after=side.orders, limit=100):
                raise RuntimeError("no status changed")

    for _ in range(AT_ONCE):
        side.timed("100 statuses by cursor", page)


def _status(side: Side, number: str) -> None:
    if side.parts.store.status(brand=rig.BRAND, number=number) is None:
        raise RuntimeError(number)


def _order(side: Side, number: str) -> None:
    with side.parts.store.read() as tx:
        if tx.orders.find(brand=rig.BRAND, number=number) is None:
            raise RuntimeError(number)


def sourced(side: Side, turn: int) -> None:
    """Choose partners for orders that are not placed."""
    for n in range(AT_ONCE):
        _, new = _read(f"S-{turn}-{n}", turn * AT_ONCE + n)
        side.timed("sourcing", lambda new=new: _chosen(side, new))  # type: ignore[misc]


def _chosen(side: Side, new: NewOrder) -> None:
    if any(line.unfilled for line in simulate(side.parts, new, brand=rig.BRAND).lines):
        raise RuntimeError("nobody was found")


def answered(side: Side) -> None:
    """Take in one interchange with an 855 for each order that was placed, and settle it."""
    while side.lane.take(poll=False):  # the 850s first
        pass
    asked, side.placed = side.placed, []
    side.sent += 1
    papers = []
    for number, n in asked:
        first, second = (sku.replace("SKU", "V") for sku in _articles(n).values())
        paper = [f"BAK*00*AD*{number}*20261120", f"PO1*1*2*EA*4**VN*{first}", "ACK*IA*2*EA"]
        papers.append([*paper, f"PO1*2*1*EA*4**VN*{second}", "ACK*IA*1*EA", "CTT*2"])
    text = rig.interchange("PR", "855", papers, number=side.sent)
    (side.one.home / "out" / f"855-{side.sent}.edi").write_text(text)

    def settle() -> None:
        side.lane.take(poll=True)

    side.timed("855 taken in and settled", settle, share=len(asked))
    with side.parts.store.read() as tx:
        found = tx.orders.for_purchase_order(partner=rig.PARTNER, number=asked[-1][0])
    if found is None or not all(line.buckets.accepted for line in found[0].fulfillments[0].lines):
        raise RuntimeError(f"the answer to {asked[-1][0]} was not applied")


def main() -> None:
    """Measure both in turn and print the ratios."""
    few, rounds = (300, 4) if rig.quick() else (2000, ROUNDS)
    chance = random.Random(7)
    with ExitStack() as stack:
        sides = [stack.enter_context(furnished(count)) for count in (few, TIMES * few)]
        for turn in range(rounds + 1):
            numbers = [chance.randrange(TIMES * few) for _ in range(100)]
            for side in sides:
                gc.collect()
                placed(side, turn)
                polled(side, numbers)
                sourced(side, turn)
                answered(side)
                if not turn:
                    side.seconds.clear()  # the first of everything is slower
        rows = [_row(name, *(side.seconds[name] for side in sides)) for name in sides[0].seconds]
    rig.table(
        f"{few:,} orders in the store and {TIMES * few:,}, medians; goal <= {GOAL}",
        ("", f"{few:,}", f"{TIMES * few:,}", "ratio"),
        rows,
    )


def _row(name: str, fewer: list[float], more: list[float]) -> tuple[str, ...]:
    least, most = median(fewer), median(more)
    return name, f"{least * 1e3:.2f} ms", f"{most * 1e3:.2f} ms", f"{most / least:.2f}"


if __name__ == "__main__":
    main()
