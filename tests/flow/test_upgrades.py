"""A store of before with orders and papers in it is upgraded: nothing is lost, nobody waits on."""

import json
import tracemalloc
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from alembic.script import ScriptDirectory

from hub.domain.facts import Watch
from hub.domain.orders import FulfillmentOrder
from hub.flow.following import shipment_hold
from hub.flow.watching import ring
from hub.store.migrating import configuration
from hub.store.statements import micros
from tests.fakes import Ordered
from tests.flow.test_long_names import LONG
from tests.rigs.houses import House, post, shopping
from tests.rigs.several import UNKNOWN, WRONG, three
from tests.rigs.stores import migrate_again, migrate_from, run_sql

AGREED = datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC)
LATER = datetime(2026, 12, 20, 23, 59, 59, tzinfo=UTC)


def _told(house: House, sql: str) -> list[tuple[Any, ...]]:
    with house.parts.store._engine.engine.connect() as connection:
        return sorted(tuple(row) for row in connection.exec_driver_sql(sql))


# --- parts in two -------------------------------------------------------------------------------


def _asked(house: House, number: str) -> Ordered:
    """Acme has a purchase order of two articles for that order."""
    post(house, shopping(number, 2, 3))
    house.turn()
    sent = house.suppliers["acme"].purchase_orders()
    return next(one for one in sent if number in one.number)


def _answered(house: House, number: str, later: Collection[int]) -> None:
    """Acme says of the lines of these places that they leave on December 20, yes to the rest."""
    acme = house.suppliers["acme"]
    rows = acme.answer(_asked(house, number))
    said = [place for place, row in enumerate(rows) if row.startswith("ACK")]
    for line in later:
        rows[said[line]] = rows[said[line]].replace("*IA*", "*IB*") + "*068*20261220"
    acme.send("855", rows)
    house.turn()


def _part(house: House, number: str) -> FulfillmentOrder:
    return house.order(number).fulfillments[0]


def _watch(house: House, number: str) -> Watch | None:
    with house.parts.store.read() as tx:
        return tx.watches.find(shipment_hold(_part(house, number).id))


def _until_the_last(house: House, number: str) -> None:
    """Await a part as before: until the last of it is due."""
    hold = shipment_hold(_part(house, number).id)
    sql = f"UPDATE watch SET due_at = {micros(LATER)}, rung_at = NULL WHERE hold = '{hold}'"
    run_sql(house.parts.store, sql)


def _is_due(house: House, number: str) -> tuple[datetime | None, datetime | None]:
    watch = _watch(house, number)
    return _part(house, number).due, watch.due_at if watch else None


def test_what_was_not_put_off_before_the_upgrade_is_awaited_by_its_own_day(house: House) -> None:
    places = {"1001": [1], "1002": [], "1003": [0, 1], "1004": [1]}
    for number, later in places.items():
        _answered(house, number, later)
    days = {"1001": AGREED, "1002": AGREED, "1003": LATER, "1004": AGREED}
    assert {number: _is_due(house, number) for number in places} == {
        number: (day, day) for number, day in days.items()
    }
    _until_the_last(house, "1001")
    _until_the_last(house, "1004")
    with_rung = shipment_hold(_part(house, "1004").id)
    at = house.clock()
    house.parts.store.write(lambda tx: tx.watches.rung(with_rung, at=at))
    migrate_again(house.parts.store, "0022")
    days_now = {number: _is_due(house, number) for number in places}
    assert days_now.pop("1004") == (AGREED, LATER), "it rang already and rings no second time"
    assert days_now == {number: (days[number], days[number]) for number in days_now}
    house.clock.time = AGREED + timedelta(hours=1)
    ring(house.parts)
    assert house.exceptions().count("overdue-shipment") == 2, "1001 and 1002"


def test_the_day_of_each_part_is_found_without_reading_every_promise(house: House) -> None:
    store = house.parts.store
    module = ScriptDirectory.from_config(configuration()).get_revision("0022").module
    if store._engine.engine.dialect.name == "sqlite":
        plan = [str(row[-1]) for row in _told(house, f"EXPLAIN QUERY PLAN {module._DUE}")]
        assert [line for line in plan if line.startswith("SEARCH p USING INDEX")]
    else:
        with store._engine.engine.connect() as connection:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            rows = connection.exec_driver_sql(f"EXPLAIN {module._DUE}")
            plan = [str(row[0]) for row in rows]
        assert not [line for line in plan if "Seq Scan on promise" in line]


def test_a_filled_store_of_before_is_upgraded_in_one_go_and_no_second_time(house: House) -> None:
    _, good, _ = three(house, WRONG)
    _answered(house, "1002", [1])
    plain = "SELECT number, number_plain FROM fulfillment"
    kept, numbers = _told(house, _KEPT), _told(house, plain)
    _until_the_last(house, "1002")
    migrate_from(house.parts.store, "0019")
    for _ in range(2):
        assert (_told(house, _KEPT), _told(house, plain)) == (kept, numbers)
        assert good in {row[2] for row in kept}
        assert _is_due(house, "1002") == (AGREED, AGREED)
        house.parts.store.migrate()


# --- papers and their orders --------------------------------------------------------------------

_KEPT = "SELECT document_id, order_id, number FROM document_order"
_MANY = 20_000
_EACH = """
    WITH RECURSIVE each(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM each WHERE n < {many})
    INSERT INTO document ({columns}) SELECT {row} FROM each, document d WHERE d.id = '{like}'
"""


def _copies(house: House, like: str, many: int, **other: str) -> None:
    """Put papers of before beside one of them, each with an id and a place of its own."""
    columns = [name for name in _columns(house) if name != "id"]
    other = {"ordinal": "100 + n", **other}
    row = ", ".join(["'old' || n", *(other.get(name, f'd."{name}"') for name in columns)])
    names = ", ".join(f'"{name}"' for name in ("id", *columns))
    run_sql(house.parts.store, _EACH.format(many=many, columns=names, row=row, like=like))


def _columns(house: House) -> list[str]:
    with house.parts.store._engine.engine.connect() as connection:
        return list(connection.exec_driver_sql("SELECT * FROM document LIMIT 1").keys())


def test_every_order_of_papers_of_before_is_found_and_running_again_changes_nothing(
    house: House,
) -> None:
    paper, *_ = three(house, WRONG)
    now = _told(house, _KEPT)
    assert len([row for row in now if row[0] == paper]) == 3
    for _ in range(2):
        migrate_again(house.parts.store, "0020")
        assert _told(house, _KEPT) == now
    house.parts.store.migrate()
    assert _told(house, _KEPT) == now


def test_more_papers_than_are_looked_at_at_once_all_keep_their_orders(house: House) -> None:
    paper, *_ = three(house, WRONG)
    _copies(house, paper, 2500, order_number="'PO-' || n", order_id="NULL")
    now = [row for row in _told(house, _KEPT) if row[0] == paper]
    migrate_again(house.parts.store, "0020")
    kept = _told(house, _KEPT)
    assert [row for row in kept if row[0] == paper] == now
    old = [row for row in kept if row[0].startswith("old")]
    assert len(old) == 5000, "its own number, and the one that its problem quotes"
    assert {row[2] for row in old} == {UNKNOWN, *(f"PO-{n}" for n in range(1, 2501))}


def test_the_upgrade_never_has_every_paper_in_hand(house: House) -> None:
    paper, *_ = three(house, WRONG)
    _copies(house, paper, _MANY, order_number="'PO-' || n", problems="'[]'")
    tracemalloc.start()
    try:
        migrate_again(house.parts.store, "0020")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(_told(house, _KEPT)) > _MANY
    assert most < 4_000_000, f"{most:,} bytes"


@pytest.mark.parametrize("many", [256, 2680])
def test_a_number_of_before_that_no_index_takes_is_left_out(house: House, many: int) -> None:
    paper, good, _ = three(house, WRONG)
    number = LONG[:many]
    quoted = json.dumps([{"code": "unknown-order", "where": {"value": number[:99]}}])
    with_order = f"order_number = '{number}', problems = '{quoted}'"
    run_sql(house.parts.store, f"UPDATE document SET {with_order} WHERE id = '{paper}'")
    _copies(house, paper, 1, order_id="NULL", fulfillment_id="NULL")
    migrate_again(house.parts.store, "0020")
    kept = _told(house, _KEPT)
    assert max(len(row[2]) for row in kept) <= 255
    mine = [row for row in kept if row[0] == paper]
    assert good in {row[2] for row in mine} and len({row[1] for row in mine}) == 2
    assert not [row for row in kept if row[0] == "old1"], "nothing else is known of it"
