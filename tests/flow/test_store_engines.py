"""Transactions on both engines: alone or grouped, all or nothing, between processes, killed."""

import multiprocessing
import os
import queue
import signal
import sqlite3
import stat
import threading
from concurrent.futures import CancelledError

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from hub.domain.catalog import Item, PartnerItem
from hub.errors import ConfigError, Conflict
from hub.store import Store
from hub.store.migrating import configuration
from hub.store.schema import migrated
from tests.rigs.stores import MASTER_KEY, DatabaseErrors, open_store, run_sql

# A server without threads imports the store once and forks each process off.
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["hub.store", "tests.rigs.stores"])


def _put(sku):
    return lambda tx: tx.catalog.put([Item(sku=sku)], [])


def _skus(store):
    with store.read() as tx:
        return [item.sku for item, _ in tx.catalog.page(after="", limit=9999)]


def test_a_failing_work_is_undone_alone_and_told_alone(store: Store):
    started, go = threading.Event(), threading.Event()

    def hold_up(tx):
        started.set()
        go.wait()
        _put("first")(tx)
        return "done"

    def fail(tx):
        _put("half")(tx)
        raise ZeroDivisionError("no")

    first = store.submit(hold_up)
    started.wait()
    works = [store.submit(work) for work in (_put("a"), fail, _put("b"), fail, _put("c"))]
    go.set()
    assert first.result() == "done"
    outcomes = [type(work.exception()).__name__ for work in works]
    assert outcomes == ["NoneType", "ZeroDivisionError"] * 2 + ["NoneType"]
    assert sorted(_skus(store)) == ["a", "b", "c", "first"]


def test_the_embedded_store_is_for_its_owner_only_whatever_the_umask(tmp_path):
    former = os.umask(0o022)
    try:
        store = open_store("sqlite", tmp_path, "")
        store.write(_put("a"))
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.glob("hub.db*")}
        store.close()
    finally:
        os.umask(former)
    made = ("hub.db", "hub.db-wal", "hub.db-shm", "hub.db-turn", "hub.db-turn-next")
    assert modes == dict.fromkeys(made, 0o600)


def test_a_work_that_was_cancelled_while_it_waited_is_not_done(store: Store):
    go, busy = threading.Event(), threading.Event()
    held = [store.submit(lambda tx: (busy.set(), go.wait())) for _ in range(8)]
    busy.wait()
    waiting = store.submit(_put("cancelled"))
    cancelled = waiting.cancel()
    go.set()
    for work in held:
        work.result()
    store.write(_put("later"))
    assert cancelled
    with pytest.raises(CancelledError):
        waiting.result()
    assert _skus(store) == ["later"]


def test_a_future_is_resolved_only_after_the_commit(store: Store):
    seen: queue.SimpleQueue[list[str]] = queue.SimpleQueue()
    work = store.submit(_put("a"))
    work.add_done_callback(lambda _: seen.put(_skus(store)))
    assert seen.get() == ["a"]


def test_a_work_in_conflict_is_run_five_times_and_then_told(store: Store):
    runs = []

    def lose(tx):
        runs.append(_put(f"run {len(runs)}")(tx))
        if len(runs) < limit:
            raise Conflict("lost")
        return "won"

    limit = 5
    assert store.write(lose) == "won"
    assert _skus(store) == ["run 4"]
    runs.clear()
    limit = 6
    with pytest.raises(Conflict, match="lost"):
        store.submit(lose).result()
    assert len(runs) == 5
    assert _skus(store) == ["run 4"]


def test_a_reader_sees_one_moment_and_cannot_write(store: Store):
    store.write(_put("before"))
    with store.read() as tx:
        assert list(tx.catalog.items(["before", "after"])) == ["before"]
        store.write(_put("after"))
        assert list(tx.catalog.items(["before", "after"])) == ["before"]
        with pytest.raises(DatabaseErrors):
            _put("sneaked in")(tx)
    assert _skus(store) == ["after", "before"]
    store.write(_put("and on"))  # a reader's failure leaves no mark on the pool


def test_a_reader_that_fails_gives_its_connection_back(store: Store):
    for _ in range(60):
        with pytest.raises(ZeroDivisionError), store.read():
            raise ZeroDivisionError
    assert _skus(store) == []


def test_rows_must_point_at_rows(store: Store):
    offer = PartnerItem(
        partner="acme",
        sku="none",
        products=(),
        unit="EA",
        units_per_pack=1,
        cost=1,
        currency="USD",
        priority=1,
    )
    with pytest.raises(DatabaseErrors):
        store.write(lambda tx: tx.catalog.put([], [offer]))


def _count_in_another_process(address, folder, out):
    store = Store.open(address, data_dir=folder, master_key=MASTER_KEY)
    out.put([store.write(lambda tx: tx.duties.next_number("isa/acme")) for _ in range(25)])
    store.close()


def test_numbers_are_unique_and_rise_under_eight_processes(store: Store, address, tmp_path):
    out = _processes.Queue()
    workers = [
        _processes.Process(target=_count_in_another_process, args=(address, tmp_path, out))
        for _ in range(8)
    ]
    for worker in workers:
        worker.start()
    taken = [out.get() for _ in workers]
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    out.close()
    assert all(numbers == sorted(numbers) for numbers in taken)
    assert sorted(number for numbers in taken for number in numbers) == list(range(1, 201))


def _write_until_killed(address, folder, said):
    store = Store.open(address, data_dir=folder, master_key=MASTER_KEY)
    n = 0
    while True:
        n += 1

        def work(tx, n=n):
            tx.catalog.put([Item(sku=f"{n:06}-a")], [])
            tx.duties.next_number("items")
            tx.catalog.put([Item(sku=f"{n:06}-b")], [])

        store.write(work)
        said.send(n)


def test_a_killed_process_leaves_no_half_state_and_loses_nothing_it_told(
    store: Store, address, tmp_path
):
    heard, said = _processes.Pipe(duplex=False)
    worker = _processes.Process(target=_write_until_killed, args=(address, tmp_path, said))
    worker.start()
    said.close()
    told = 0
    while told < 40:
        told = heard.recv()
    os.kill(worker.pid, signal.SIGKILL)
    worker.join()
    while heard.poll():
        try:
            told = heard.recv()
        except EOFError:
            break
    heard.close()
    skus = _skus(store)
    done = len(skus) // 2
    assert done >= told
    assert skus == [f"{n:06}-{half}" for n in range(1, done + 1) for half in "ab"]
    assert store.write(lambda tx: tx.duties.next_number("items")) == done + 1


def test_migrations_give_what_the_tables_say(store: Store, engine: str):
    with store._engine.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, migrated(engine)) == []


def test_migrations_go_one_way_and_know_when_they_are_missing(engine, request, tmp_path):
    postgres = request.getfixturevalue("fresh_postgres") if engine == "postgresql" else ""
    address = postgres or f"sqlite:///{tmp_path / 'hub.db'}"
    store = Store.open(address, data_dir=tmp_path, master_key=MASTER_KEY)
    assert store.behind()
    store.migrate()
    assert not store.behind()
    store.write(_put("kept"))
    store.migrate()
    assert _skus(store) == ["kept"]
    run_sql(store, "UPDATE alembic_version SET version_num = 'older'")
    assert store.behind()
    store.close()
    assert len(ScriptDirectory.from_config(configuration()).get_heads()) == 1


def test_a_transaction_inside_a_transaction_is_refused_on_sqlite(tmp_path):
    store = open_store("sqlite", tmp_path, "")
    with pytest.raises(RuntimeError, match="inside its own"):
        store.write(lambda tx: store.write(_put("never")))
    store.close()


def test_a_closed_store_takes_no_more_work(tmp_path):
    store = open_store("sqlite", tmp_path, "")
    works = [store.submit(_put(f"s{n}")) for n in range(200)]
    store.close()
    assert all(work.done() for work in works)
    with pytest.raises(RuntimeError, match="closed"):
        store.submit(_put("late"))
    with sqlite3.connect(tmp_path / "hub.db") as raw:
        assert raw.execute("SELECT count(*) FROM item").fetchone() == (200,)
    raw.close()


def test_sqlite_is_opened_durably(tmp_path):
    store = open_store("sqlite", tmp_path, "")
    raw = store._engine._connect()
    found = [
        raw.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys")
    ]
    raw.close()
    assert found == ["wal", 2, 1]
    store.close()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://somewhere/hub", "allowed: sqlite"),
        ("what is this", "allowed: sqlite"),
        ("sqlite://", "name a file"),
        ("sqlite:////nowhere/at/all/hub.db", "/nowhere/at/all/hub.db"),
        ("postgresql+psycopg://hub:secret@127.0.0.1:1/hub", "hub:***@127.0.0.1"),
    ],
)
def test_a_wrong_address_is_told_in_a_sentence_without_the_password(tmp_path, url, sentence):
    with pytest.raises(ConfigError, match=sentence.replace("*", r"\*")) as told:
        Store.open(url, data_dir=tmp_path, master_key=MASTER_KEY)
    assert "secret" not in str(told.value)


def test_a_short_master_key_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="32"):
        Store.open(f"sqlite:///{tmp_path}/hub.db", data_dir=tmp_path, master_key=b"short")
