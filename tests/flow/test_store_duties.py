"""Lanes: order by counter, leases with fencing, parked and paused duties, numbers and rings."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.errors import Conflict
from hub.store import Lease, Store
from tests.flow.stored import NOON, SECOND, a_duty
from tests.rigs.stores import run_sql

LANE = "acme/edi"


def _want(store, *duties):
    store.write(lambda tx: [tx.duties.want(duty) for duty in duties])


def _due(store, *, now=NOON, limit=99):
    with store.read() as tx:
        return [duty.id for duty in tx.duties.due(lane=LANE, now=now, limit=limit)]


def _claim(store, owner, *, seconds=60):
    return store.write(lambda tx: tx.duties.claim(lane=LANE, owner=owner, seconds=seconds))


def test_a_duty_comes_back_with_its_place_and_attempts(store: Store):
    duty = a_duty("d1", order_id="o")
    _want(store, duty)
    store.write(lambda tx: tx.duties.count_attempts(["d1"]))
    with store.read() as tx:
        (waiting,) = tx.duties.due(lane=LANE, now=NOON, limit=9)
    assert (waiting.seq, waiting.attempts) == (1, 1)
    assert (waiting.id, waiting.body, waiting.order_id) == ("d1", {"key": "d1"}, "o")
    assert (waiting.kind, waiting.set_id, waiting.due_at) == (duty.kind, "850", NOON)


def test_a_duty_that_is_wanted_again_is_left_alone(store: Store):
    _want(store, a_duty("d1"), a_duty("d2"))
    _want(store, replace(a_duty("d1"), set_id="997"))
    with store.read() as tx:
        assert [(d.id, d.set_id, d.seq) for d in tx.duties.due(lane=LANE, now=NOON, limit=9)] == [
            ("d1", "850", 1),
            ("d2", "850", 2),
        ]


def test_the_order_of_a_lane_is_the_order_of_the_commits_under_eight_threads(store: Store):
    """Whoever commits later gets the later number, however long its transaction lasted."""
    visible: list[str] = []
    stop = threading.Event()
    first = threading.Barrier(9)

    def write(worker):
        first.wait()
        for n in range(12):
            _want(store, a_duty(f"{worker}-{n}"))

    def watch():
        first.wait()
        while not stop.is_set():
            visible.append(",".join(_due(store)))

    with ThreadPoolExecutor(9) as pool:
        watching = pool.submit(watch)
        for writing in [pool.submit(write, worker) for worker in range(8)]:
            writing.result()
        stop.set()
        watching.result()
    final = _due(store, limit=999)
    assert len(final) == 96
    for worker in range(8):
        mine = [key for key in final if key.startswith(f"{worker}-")]
        assert mine == [f"{worker}-{n}" for n in range(12)]
    # Nothing ever appeared before something that a watcher had seen already.
    for seen in visible:
        keys = seen.split(",") if seen else []
        assert keys == final[: len(keys)]
    with store.read() as tx:
        numbers = [duty.seq for duty in tx.duties.due(lane=LANE, now=NOON, limit=999)]
    assert numbers == list(range(1, 97))


def test_a_lane_is_held_by_one_owner_at_a_time(store: Store):
    assert _claim(store, "a") is None  # there is no such lane yet
    _want(store, a_duty("d1"))
    lease = _claim(store, "a")
    assert lease == Lease(lane=LANE, owner="a", token=1)
    assert _claim(store, "b") is None
    store.write(lambda tx: tx.duties.hold(lease, seconds=60))
    store.write(lambda tx: tx.duties.release(lease))
    assert _claim(store, "b") == Lease(lane=LANE, owner="b", token=2)


def test_of_eight_that_claim_at_once_one_gets_the_lane(store: Store):
    _want(store, a_duty("d1"))
    together = threading.Barrier(8)

    def claim(worker):
        together.wait()
        return _claim(store, f"worker {worker}")

    with ThreadPoolExecutor(8) as pool:
        leases = [*pool.map(claim, range(8))]
    assert len([lease for lease in leases if lease is not None]) == 1


def test_a_lease_that_ran_out_goes_to_the_next_and_the_late_worker_is_fenced_off(store: Store):
    _want(store, a_duty("d1"))
    late = _claim(store, "a")
    run_sql(store, "UPDATE lane SET lease_until = lease_until - 61000000")
    new = _claim(store, "b")
    assert (new.owner, new.token) == ("b", 2)

    def finish(tx):
        tx.duties.done(["d1"])
        tx.duties.hold(late, seconds=60)

    with pytest.raises(Conflict, match="was lost"):
        store.write(finish)
    assert _due(store) == ["d1"]
    store.write(lambda tx: tx.duties.release(late))
    assert _claim(store, "c") is None


def test_an_owner_that_claims_again_fences_off_its_own_past(store: Store):
    _want(store, a_duty("d1"))
    before, after = _claim(store, "a"), _claim(store, "a")
    assert after.token == before.token + 1
    with pytest.raises(Conflict):
        store.write(lambda tx: tx.duties.hold(before, seconds=1))


def test_a_lane_that_others_add_to_is_claimed_all_the_same(store: Store):
    """On PostgreSQL those who add duties lock the lane's row; a claim waits its turn."""
    _want(store, a_duty("d0"))
    stop = threading.Event()

    def add(worker):
        n = 0
        while not stop.is_set():
            n += 1
            _want(store, a_duty(f"{worker}-{n}"))

    with ThreadPoolExecutor(3) as pool:
        adding = [pool.submit(add, worker) for worker in range(3)]
        leases = [_claim(store, "a") for _ in range(20)]
        stop.set()
        for one in adding:
            one.result()
    assert [lease.token for lease in leases] == list(range(1, 21))


def test_a_parked_duty_holds_back_its_own_order_and_no_other(store: Store):
    _want(
        store,
        a_duty("a1", order_id="a"),
        a_duty("b1", order_id="b"),
        a_duty("a2", order_id="a"),
        a_duty("free"),
    )
    store.write(lambda tx: tx.duties.park("a1"))
    assert _due(store) == ["b1", "free"]
    store.write(lambda tx: tx.duties.park("free"))
    _want(store, a_duty("free too"))
    assert _due(store) == ["b1", "free too"]
    store.write(lambda tx: tx.duties.unpark("a1"))
    assert _due(store) == ["a1", "b1", "a2", "free too"]
    store.write(lambda tx: tx.duties.done(["a1", "b1"]))
    assert _due(store, limit=1) == ["a2"]


def test_what_is_not_due_yet_waits(store: Store):
    _want(store, replace(a_duty("later"), due_at=NOON + SECOND))
    assert _due(store) == []
    with store.read() as tx:
        assert tx.duties.lanes_due(now=NOON) == []
        assert tx.duties.lanes_due(now=NOON + SECOND) == [LANE]
    assert _due(store, now=NOON + SECOND) == ["later"]


def test_a_lane_that_fails_pauses_and_counts_until_it_runs_again(store: Store):
    _want(store, a_duty("d1"), a_duty("d2", lane="mill/api"))

    def pause(until):
        return store.write(
            lambda tx: tx.duties.pause(lane=LANE, until=until, reason="connection refused")
        )

    assert [pause(NOON + SECOND), pause(NOON + 2 * SECOND)] == [1, 2]
    with store.read() as tx:
        assert tx.duties.lanes_due(now=NOON) == ["mill/api"]
        assert tx.duties.lanes_due(now=NOON + 2 * SECOND) == [LANE, "mill/api"]
        acme, mill = tx.duties.lanes()
    assert (acme.paused, acme.paused_reason, acme.failures) == (True, "connection refused", 2)
    assert (mill.paused, mill.depth, mill.oldest_due) == (False, 1, NOON)
    assert store.write(lambda tx: tx.duties.resume(lane=LANE))
    assert not store.write(lambda tx: tx.duties.resume(lane=LANE))
    assert pause(NOON) == 1


def test_a_lane_whose_duties_are_all_held_back_is_not_due(store: Store):
    _want(store, a_duty("a1", order_id="a"), a_duty("a2", order_id="a"))
    store.write(lambda tx: tx.duties.park("a1"))
    with store.read() as tx:
        assert tx.duties.lanes_due(now=NOON) == []
        (lane,) = tx.duties.lanes()
        assert (lane.depth, lane.parked) == (2, 1)


def test_numbers_go_up_and_start_again_after_the_ceiling(store: Store):
    def take(count=1):
        return store.write(lambda tx: tx.duties.next_number("isa/acme", count=count, ceiling=9))

    assert [take(), take(3), take(), take(4), take(), take()] == [1, 2, 5, 6, 1, 2]
    assert [take(7), take(2)] == [3, 1]


def test_a_number_of_a_transaction_that_failed_is_given_again(store: Store):
    def fail(tx):
        assert tx.duties.next_number("isa/acme") == 1
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.write(fail)
    assert store.write(lambda tx: tx.duties.next_number("isa/acme")) == 1


def test_one_of_many_takes_a_ring_of_the_clock(store: Store):
    def ring(due_at):
        return store.write(lambda tx: tx.duties.fire(schedule="poll/acme", due_at=due_at))

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(ring, [NOON] * 4)) == [False, False, False, True]
    assert ring(NOON + SECOND)
    assert store.write(lambda tx: tx.duties.fire(schedule="poll/mill", due_at=NOON))
    assert ring(NOON + timedelta(days=1, seconds=0.5))
    assert ring(NOON)  # so old that it was forgotten, while the younger one is still known
    assert not ring(NOON + SECOND)
