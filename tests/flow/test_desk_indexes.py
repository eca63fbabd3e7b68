"""Ten thousand papers: every list and search of the desks goes by an index, and pages meet."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.domain.exchange import Direction, DocumentState, TransmissionState
from hub.domain.facts import Stuck, Watch, WatchKind
from hub.domain.names import at_moment
from hub.ops.desk.signs import HOLDS
from hub.store import DocumentRow, InterchangeRow, Store, TransmissionRow
from hub.store import desk as desks
from hub.store import desk_deliveries as deliveries
from hub.store import desk_rows as rows
from hub.store import queue as queues
from hub.store.statements import Statement
from hub.store.transaction import Transaction
from tests.rigs.stores import run_sql

START = datetime(2026, 11, 20, tzinfo=UTC)
DELIVERIES, EACH = 50, 200
MICROS = 1_763_600_000_000_000
WIDE = ("document", "transmission", "interchange", "watch", "exception", "input", "package")


def _delivery(number: int) -> TransmissionRow:
    return TransmissionRow(
        id=f"tra_{number:03d}",
        partner=f"partner{number % 5}",
        channel="edi",
        direction=Direction.IN,
        name=f"file-{number}.edi",
        size=1,
        sha256=b"x",
        delivery_key=str(number),
        state=TransmissionState.SPLIT,
        at=START + timedelta(minutes=number),
    )


def _envelope(number: int) -> InterchangeRow:
    return InterchangeRow(
        id=f"int_{number:03d}",
        transmission_id=f"tra_{number:03d}",
        partner=f"partner{number % 5}",
        direction=Direction.IN,
        sender="a",
        receiver="b",
        number=f"{number:09d}",
        usage="P",
        sha256=b"x",
        offset=0,
        length=1,
    )


def _paper(number: int, ordinal: int) -> DocumentRow:
    return DocumentRow(
        id=f"doc_{number:03d}_{ordinal:03d}",
        transmission_id=f"tra_{number:03d}",
        interchange_id=f"int_{number:03d}",
        ordinal=ordinal,
        partner=f"partner{number % 5}",
        channel="edi",
        direction=Direction.IN,
        set_id="856",
        version="004010",
        function="SH",
        group_number=str(number),
        number=f"{ordinal:04d}",
        offset=0,
        length=1,
        syntax="",
        state=DocumentState.APPLIED,
        at=START + timedelta(minutes=number, seconds=ordinal // 10),
        order_number=f"PO-{number}-{ordinal}",
        order_id=f"ord_{number}_{ordinal}",
    )


def _filled(tx: Transaction) -> None:
    for number in range(DELIVERIES):
        tx.exchange.add_transmission(_delivery(number), body=b"x")
        tx.exchange.add_interchange(_envelope(number))
        tx.exchange.add_documents([_paper(number, ordinal) for ordinal in range(EACH)])
    for number in range(500):
        at = START + timedelta(minutes=number)
        stuck = Stuck(
            hold=f"x:{number}", kind="wire", text="x", next_step="y", partner=f"partner{number % 5}"
        )
        tx.exceptions.open(stuck, at=at, document_id=f"doc_{number}", names=at_moment("x", at))
        if number >= 5:
            tx.exceptions.clear(f"x:{number}", at=at, by="x")
        watch = Watch(
            hold=f"w:{number}", kind=WatchKind.RECEIPT, partner="p", subject="s", due_at=at
        )
        tx.watches.set(watch)


def _plan(store: Store, statement: Statement, values: Mapping[str, Any]) -> str:
    """How the engine would answer a statement, as it tells it."""
    with store._engine.read() as connection:
        ready = statement.ready(connection._dialect)
        word = "EXPLAIN QUERY PLAN " if connection.one_writer else "EXPLAIN "
        connection._cursor.execute(word + ready.text, ready.bound(values))
        return "\n".join(str(row) for row in connection._cursor.fetchall())


def _scanned(plan: str, engine: str) -> list[str]:
    """The tables that are read from end to end, of those that grow.

    PostgreSQL knows that all but one are small here, and reads them whole for good reason.
    """
    wide = WIDE if engine == "sqlite" else ("document",)
    rows = [row for row in plan.splitlines() if "Seq Scan on" in row or "SCAN " in row]
    whole = [row for row in rows if "USING" not in row]
    return [table for table in wide for row in whole if f" {table}" in row.replace('"', "")]


def test_every_list_and_search_goes_by_an_index_and_pages_meet(store: Store, engine: str) -> None:
    store.write(_filled)
    if engine == "postgresql":
        run_sql(store, "ANALYZE")  # it does so by itself after a while; SQLite never does
    holds = {"receipt_hold": "r:", "response_hold": "a:", "limit": 50}
    before = {"before_at": MICROS, "before_id": "doc_x"}
    asked: list[tuple[str, Statement, dict[str, Any]]] = [
        ("list", rows.page(frozenset(), ""), holds),
        ("older", rows.page(frozenset(before), "no"), holds | before),
        ("partner", rows.page(frozenset({"partner"}), ""), holds | {"partner": "partner1"}),
        ("place", rows.place(frozenset(before)), before | {"passed": 4999}),
        ("words", rows.words(frozenset()), {"limit": 50}),
        ("one", desks._ONE, holds | {"id": "doc_001_001"}),
        ("related", desks._ABOUT_ORDER, holds | {"order_id": "ord_1"}),
        ("inputs", desks._INPUTS, {"subject": "doc_001_001", "limit": 5}),
        ("last", desks._LAST, {"partner": "partner1", "channel": "edi", "direction": "in"}),
        ("open", queues._NEWEST, {"limit": 50}),
        ("queue", queues._page(frozenset()), {"limit": 50}),
        ("nobody's", queues._page(frozenset({"taken_by"})), {"taken_by": "", "limit": 50}),
        ("somebody's", queues._TAKEN, {"taken_by": "acc_ana"}),
        ("owners", queues._OWNERS, {}),
        ("awaited", desks._awaited(after=False), {"kind": "receipt", "limit": 50}),
        ("of paper", queues._OF_DOCUMENT, {"document_id": "doc_7"}),
        ("of delivery", queues._OF_DELIVERY, {"transmission_id": "tra_007"}),
        ("envelopes", deliveries._ENVELOPES, {"id": "tra_007"}),
        ("stuck", deliveries._PARKED, {"limit": 50}),
        ("unsplit", deliveries._UNSPLIT_COUNTED, {"since": MICROS}),
        ("unsplit, listed", deliveries._UNSPLIT_LISTED, {"since": MICROS, "limit": 50}),
        ("copies", desks._COPIES, {"origin": "doc_7"}),
    ]
    asked += [
        (f"file by {kind}", statement, {"sought": "PO-1-1", "limit": 50})
        for kind, statement in deliveries.DELIVERIES.items()
    ]
    asked += [
        (kind, statement, holds | {"sought": "PO-1-1", "brand": "juniper"})
        for kind, statement in desks.SEARCHES.items()
    ]
    asked += [
        (f"several by {kind}", statement, holds | {"key_0": "x"})
        for kind, several in rows.SEVERAL.items()
        for statement, _ in several.parts(["x"])
    ]
    plans = {name: _plan(store, statement, values) for name, statement, values in asked}
    assert {name: plan for name, plan in plans.items() if _scanned(plan, engine)} == {}
    today = _plan(store, deliveries._PAPERS, {"since": MICROS})
    assert engine == "postgresql" or "document_by_at" in today  # not all in another index's order
    _pages_meet(store)


def _pages_meet(store: Store) -> None:
    seen: list[str] = []
    before: tuple[datetime, str] | None = None
    with store.read() as tx:
        while found := tx.desk.page(
            HOLDS, desks.Asked(partner="partner1", before=before), limit=170
        ):
            seen += [one.row.id for one in found]
            before = (found[-1].row.at, found[-1].row.id)
        found = tx.desk.search(HOLDS, kind="control", sought="0007", brand="", limit=200)
    assert len(seen) == len(set(seen)) == DELIVERIES // 5 * EACH
    assert seen == sorted(seen, reverse=True)
    assert len(found) == DELIVERIES
