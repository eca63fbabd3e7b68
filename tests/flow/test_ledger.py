"""The ledger: a poller misses nothing, however late a writer commits, and tampering is noticed."""

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from hub.errors import Conflict
from hub.store import Store
from tests.flow.stored import NOON, insert_order, record_facts
from tests.rigs.stores import run_sql

WRITERS, ROUNDS = 8, 10


def _sealed(tx) -> list[str]:
    return [fact.id for fact in tx.facts.page(brand=None, after=0, limit=9999)]


def _seal_all(store: Store) -> int:
    total = 0
    while sealed := store.write(lambda tx: tx.facts.seal(now=NOON, limit=7)):
        total += sealed
    return total


def _poll(store: Store, stop: threading.Event) -> list[str]:
    """Every fact that a poller with a cursor ever sees; goes on once more after the stop."""
    seen: list[str] = []
    cursor, last_round = 0, False
    while True:
        with store.read() as tx:
            page = tx.facts.page(brand="juniper", after=cursor, limit=5)
        seen += [fact.id for fact in page]
        if page:
            cursor = page[-1].position or 0
        elif last_round:
            return seen
        else:
            last_round = stop.is_set()


def test_a_poller_misses_none_of_eight_writers_with_random_commit_delays(store: Store):
    rng = random.Random(20261120)
    delays = [[rng.random() / 100 for _ in range(ROUNDS)] for _ in range(WRITERS)]
    orders = [store.write(lambda tx, n=n: insert_order(tx, f"J{n}")) for n in range(WRITERS)]
    written, sealed_all, pause = threading.Event(), threading.Event(), threading.Event()

    def write(worker: int) -> None:
        for n, delay in enumerate(delays[worker]):

            def work(tx, n=n, delay=delay):
                record_facts(tx, orders[worker], 3, seed=f"{worker}/{n}")
                pause.wait(delay)  # the facts are written, the commit comes late

            store.write(work)

    def seal() -> None:
        while not written.is_set():
            _seal_all(store)
        _seal_all(store)
        sealed_all.set()

    with ThreadPoolExecutor(WRITERS + 3) as pool:
        pollers = [pool.submit(_poll, store, sealed_all) for _ in range(2)]
        sealing = pool.submit(seal)
        for writing in [pool.submit(write, worker) for worker in range(WRITERS)]:
            writing.result()
        written.set()
        sealing.result()
        seen = [poller.result() for poller in pollers]
    with store.read() as tx:
        everything = _sealed(tx)
        assert tx.facts.verify() is None
        for order in orders:
            assert all(fact.position for fact in tx.facts.of_order(order.id))
    assert len(everything) == WRITERS * ROUNDS * 3
    assert seen == [everything, everything]


def test_two_sealers_at_once_make_one_chain(store: Store):
    order = store.write(lambda tx: insert_order(tx, "J1"))
    for n in range(20):
        store.write(lambda tx, n=n: record_facts(tx, order, 5, seed=str(n)))
    with ThreadPoolExecutor(4) as pool:
        counts = [*pool.map(lambda _: _seal_all(store), range(4))]
    assert sum(counts) == 100
    with store.read() as tx:
        positions = [fact.position for fact in tx.facts.page(brand=None, after=0, limit=999)]
        assert positions == list(range(1, 101))
        assert tx.facts.verify() is None


def test_sealing_moves_the_status_of_the_orders_it_touched(store: Store):
    one, two = (store.write(lambda tx, n=n: insert_order(tx, n)) for n in ("J1", "J2"))
    harbor = store.write(lambda tx: insert_order(tx, "H1", brand="harbor"))
    for n, order in enumerate((one, two, harbor)):
        store.write(lambda tx, o=order, n=n: record_facts(tx, o, 2, seed=str(n)))
    assert store.status(brand="juniper", number="J1").position is None
    _seal_all(store)
    with store.read() as tx:
        rows = tx.orders.statuses(brand="juniper", after=0, limit=9)
        cursor = rows[-1].position
        assert sorted(row.number for row in rows) == ["J1", "J2"]
        assert tx.orders.statuses(brand="juniper", after=cursor, limit=9) == []
    store.write(lambda tx: record_facts(tx, one, 1, seed="again"))
    _seal_all(store)
    with store.read() as tx:
        changed = tx.orders.statuses(brand="juniper", after=cursor, limit=9)
    assert [row.number for row in changed] == ["J1"]


def test_facts_come_back_in_order_with_what_they_say(store: Store):
    order = store.write(lambda tx: insert_order(tx, "J1"))
    store.write(lambda tx: record_facts(tx, order, 3, seed="x"))
    with store.read() as tx:
        unsealed = tx.facts.of_order(order.id)
        assert [(fact.body["n"], fact.position) for fact in unsealed] == [
            (0, None),
            (1, None),
            (2, None),
        ]
        assert tx.facts.page(brand="juniper", after=0, limit=9) == []
    _seal_all(store)
    with store.read() as tx:
        (first, *_) = tx.facts.page(brand="juniper", after=0, limit=9)
        assert (first.order_number, first.kind, first.at) == ("J1", "OrderPlaced", NOON)
        assert tx.facts.page(brand="harbor", after=0, limit=9) == []
        assert [fact.position for fact in tx.facts.of_order(order.id)] == [1, 2, 3]


@pytest.fixture
def chain(store: Store) -> Iterator[Store]:
    """Ten facts in the ledger."""
    order = store.write(lambda tx: insert_order(tx, "J1"))
    store.write(lambda tx: record_facts(tx, order, 10, seed="x"))
    _seal_all(store)
    yield store


FIFTH_HASH = "(SELECT hash FROM ledger WHERE position = 5)"
FOURTH = "(SELECT fact_id FROM ledger WHERE position = 4)"


@pytest.mark.parametrize(
    ("tampering", "noticed"),
    [
        (f"UPDATE fact SET body = '{{}}' WHERE id = {FOURTH}", 4),
        (f"UPDATE fact SET at = at + 1 WHERE id = {FOURTH}", 4),
        (f"UPDATE fact SET order_id = NULL WHERE id = {FOURTH}", 4),
        (f"UPDATE ledger SET hash = {FIFTH_HASH} WHERE position = 6", 6),
        ("UPDATE ledger SET brand = 'harbor' WHERE position = 2", 2),
        ("DELETE FROM ledger WHERE position = 3", 3),
        ("DELETE FROM ledger WHERE position = 10", 10),
        ("UPDATE ledger SET position = 11 WHERE position = 10", 10),
    ],
)  # fmt: skip
def test_tampering_is_noticed_at_its_place(chain: Store, tampering, noticed):
    with chain.read() as tx:
        assert tx.facts.verify() is None
    run_sql(chain, tampering)
    with chain.read() as tx:
        assert tx.facts.verify() == noticed


def test_a_reply_is_kept_sealed_and_once(store: Store):
    def keep(body):
        store.write(
            lambda tx: tx.facts.keep_reply(
                scope="key", key="k1", body_hash=b"h", status=201, body=body, at=NOON
            )
        )

    keep(b'{"number": "J1"}')
    with pytest.raises(Conflict):
        keep(b"another")
    with store.read() as tx:
        found = tx.facts.reply(scope="key", key="k1")
        assert (found.status, found.body_hash, found.body, found.at) == (
            201,
            b"h",
            b'{"number": "J1"}',
            NOON,
        )
        assert tx.facts.reply(scope="other", key="k1") is None


def test_an_input_is_a_row_of_its_own(store: Store):
    def record(tx):
        tx.facts.record_input(
            input_id="i1",
            kind="command",
            at=NOON,
            who="key",
            subject="J1",
            body={"b": 1},
            sealed=b"s",
            hashes={"map": "x"},
        )

    store.write(record)
    with pytest.raises(Conflict):
        store.write(record)
