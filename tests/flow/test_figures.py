"""What figures are summed from is what the orders themselves say, whatever happened to them."""

import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain.names import Names
from hub.domain.orders import Evidence, Order, Promise, PromiseKind
from hub.flow.supplier_figures import Mark, Measure, _Judge, behind, figures
from hub.ops.desk.reports import report
from hub.partners import Calendar
from hub.store import Marked, Store, Transaction, reports, supplying
from hub.store.migrating import configuration
from hub.store.statements import Statement, micros
from tests.flow.orders_drawn import buckets, moments, orders, shipments
from tests.rigs import desk_papers
from tests.rigs.desk_papers import BOX
from tests.rigs.desks import Mill
from tests.rigs.houses import House
from tests.rigs.stores import open_store, run_sql

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
_counted = itertools.count()


def _someone(tx: Transaction, key: str) -> tuple[str, str]:
    names = Names(key)
    customer = tx.people.customer(brand="juniper", email="", at=NOON, names=names)
    person = names.new("person")
    tx.people.add(customer_id=customer, person_id=person, role="recipient", words={})
    return customer, person


def _promise(draw: Any, key: str, part: str) -> Promise:
    return Promise(
        id=f"promise-{key}",
        fulfillment_id=part,
        kind=draw(st.sampled_from(PromiseKind)),
        due=draw(moments),
        day=date(2026, 11, 20),
        evidence=draw(st.sampled_from(Evidence)),
        reason="placed",
        made_at=NOON,
    )


def _changed(draw: Any, order: Order) -> Order:
    """Another state of the order: units moved, dates promised, shipments told and taken back."""
    key = f"{order.id}-later"
    lines = tuple(replace(line, buckets=draw(buckets())) for line in order.lines)
    parts = tuple(
        replace(part, lines=tuple(replace(line, buckets=draw(buckets())) for line in part.lines))
        for part in order.fulfillments
    )
    promises = [
        _promise(draw, f"{key}-{n}", part.id) for n, part in enumerate((*parts, *parts[:1]))
    ]
    left = order.shipments + tuple(draw(shipments(key=key, part=part)) for part in parts[:1])
    count = draw(st.integers(0, len(left)))
    gone = tuple(replace(one, voided_at=NOON) for one in left[:count])
    return replace(
        order, lines=lines, fulfillments=parts, promises=tuple(promises),
        shipments=left[count:], voided=gone,
    )  # fmt: skip


def _told(store: Store, sql: str) -> list[tuple[Any, ...]]:
    raw = store._engine.engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute(sql)
        return [tuple(row) for row in cursor.fetchall()]
    finally:
        raw.close()


def _differences(store: Store) -> list[tuple[Any, ...]]:
    """Rows of sums that are not what the migration would make of the orders there are."""
    module = ScriptDirectory.from_config(configuration()).get_revision("0017").module
    found = []
    for table, insert in (("order_sum", module.ORDERS), ("part_sum", module.PARTS)):
        made = insert[insert.index("SELECT") :]
        found += _told(store, f"SELECT * FROM {table} EXCEPT {made}")
        found += _told(store, f"{made} EXCEPT SELECT * FROM {table}")
    return found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(chosen=st.data())
def test_sums_are_those_of_the_order_after_every_change(store: Store, chosen: Any) -> None:
    key = f"sum{next(_counted)}"
    customer, person = store.write(lambda tx: _someone(tx, key))
    order = chosen.draw(orders(key=key, customer=customer, person=person))
    store.write(lambda tx: tx.orders.insert(order, content_hash=b"hash"))
    assert _differences(store) == []
    changed = _changed(chosen.draw, order)
    later = store.write(lambda tx: tx.orders.save(order, changed))
    assert _differences(store) == []
    back = replace(order, promises=later.promises, shipments=later.shipments, voided=later.voided)
    store.write(lambda tx: tx.orders.save(later, back))
    assert _differences(store) == []


def _plan(store: Store, statement: Statement, values: Mapping[str, Any]) -> str:
    with store._engine.read() as connection:
        ready = statement.ready(connection._dialect)
        connection._cursor.execute("EXPLAIN QUERY PLAN " + ready.text, ready.bound(values))
        return "\n".join(str(row) for row in connection._cursor.fetchall())


def test_figures_read_only_what_is_young_from_indexes_that_hold_it(tmp_path: Path) -> None:
    store = open_store("sqlite", tmp_path, "")
    values = {"since": 1, "now": 2, "day": 1, "partner": "corner"}
    orders_plan = _plan(store, reports._orders(None), values)
    assert "COVERING INDEX order_sum_by_day (day>?)" in orders_plan
    assert "TEMP B-TREE" not in orders_plan
    kept = _plan(store, reports._kept(None), values)
    assert "COVERING INDEX part_sum_by_day (day>?)" in kept
    papers = _plan(store, reports._ANSWERED, values)
    assert "COVERING INDEX document_delivered_by_at (at>?)" in papers
    marked = _plan(store, supplying._MARKED, values)
    assert "INDEX part_sum_by_partner (partner=? AND created_at>?)" in marked
    assert "COVERING INDEX document_delivered (fulfillment_id=?" in marked
    assert "FOR GROUP BY" not in marked
    store.close()


def _scored(house: House) -> dict[Measure, tuple[int, int, int]]:
    found = figures(house.parts, "mill", days=30)
    return {one.measure: (one.good, one.bad, one.open) for one in found.scores}


def test_sums_that_an_older_version_left_out_are_made_with_the_next_change(
    desk_house: House, mill: Mill
) -> None:
    store, number = desk_house.parts.store, desk_papers.given(desk_house, 2)
    for table in ("order_sum", "part_sum"):
        run_sql(store, f"DELETE FROM {table}")
    assert len(_differences(store)) > 0
    told = {"shipment": "S-1", "carrier": "ups", "packages": [BOX]}
    assert mill.post(f"/orders/{number}/shipments", told).status_code == 200
    assert _differences(store) == []


def test_what_was_taken_back_did_not_leave(desk_house: House, mill: Mill) -> None:
    number = desk_papers.given(desk_house, 2)
    assert _scored(desk_house)[Measure.SHIP] == (0, 0, 1)
    told = {"shipment": "S-1", "carrier": "ups", "packages": [BOX]}
    assert mill.post(f"/orders/{number}/shipments", told).status_code == 200
    assert _scored(desk_house)[Measure.SHIP] == (1, 0, 0)
    assert report(desk_house.parts, "promises").rows == (("Mill", 1, 0, 0, 0, 100.0),)
    assert mill.post(f"/orders/{number}/shipments/S-1/void", {}).status_code == 200
    assert _scored(desk_house)[Measure.SHIP] == (0, 0, 1)
    assert report(desk_house.parts, "promises").rows == (("Mill", 0, 0, 0, 1, "–"),)
    desk_house.clock.on(days=20)
    found = behind(desk_house.parts, "mill", days=30, measure=Measure.SHIP, mark=Mark.BAD, limit=10)
    assert [(one.row.number, one.row.left) for one in found.orders] == [(number, None)]
    assert found.count == 1
    assert report(desk_house.parts, "promises").rows == (("Mill", 0, 0, 1, 0, 0.0),)
    assert _differences(desk_house.parts.store) == []


def test_of_what_was_refused_or_cancelled_nothing_is_still_to_ship(
    desk_house: House, mill: Mill
) -> None:
    numbers = [desk_papers.given(desk_house, 2, number=f"100{n}") for n in range(4)]
    refused, gone, kept, left = numbers
    assert mill.post(f"/orders/{refused}/responses", {"whole": "reject"}).status_code == 200
    desk_papers.cancel(desk_house, "1001")
    yes = {"change": "1", "whole": "accept"}
    assert mill.post(f"/orders/{gone}/change-responses", yes).status_code == 200
    told = {"shipment": "S-1", "carrier": "ups", "packages": [BOX]}
    assert mill.post(f"/orders/{left}/shipments", told).status_code == 200
    assert _scored(desk_house)[Measure.SHIP] == (1, 0, 1)
    rows = {row[0]: row for row in report(desk_house.parts, "promises").rows}
    assert rows["Mill"] == ("Mill", 1, 0, 0, 1, 100.0)
    found = behind(desk_house.parts, "mill", days=30, measure=Measure.SHIP, mark=None, limit=10)
    assert ({one.row.number for one in found.orders}, found.count) == ({kept, left}, 2)
    [week] = figures(desk_house.parts, "mill", days=30).weeks
    assert (week.good, week.bad, week.open) == (1, 0, 1)
    desk_house.clock.on(days=20)
    assert _scored(desk_house)[Measure.SHIP] == (1, 1, 0)


def test_the_first_orders_behind_a_number_are_the_newest(desk_house: House) -> None:
    numbers = []
    for n in range(3):
        numbers.append(desk_papers.given(desk_house, 1, number=f"100{n}"))
        desk_house.clock.on(hours=1)
    found = behind(desk_house.parts, "mill", days=30, measure=Measure.CONFIRM, mark=None, limit=2)
    assert [one.row.number for one in found.orders] == numbers[:0:-1]
    assert found.count == 3


_MOMENTS = st.integers(0, 40 * 24 * 60).map(
    lambda minutes: datetime(2026, 10, 20, tzinfo=UTC) + timedelta(minutes=minutes)
)


@settings(max_examples=60)
@given(
    calendar=st.builds(
        Calendar,
        zone=st.sampled_from(["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "UTC"]),
        work_days=st.frozensets(st.integers(0, 6), min_size=1),
        holidays=st.frozensets(st.dates(date(2026, 10, 20), date(2026, 12, 1)), max_size=5),
    ),
    hours=st.integers(1, 100),
    rows=st.lists(st.tuples(_MOMENTS, st.none() | _MOMENTS), max_size=8),
    now=_MOMENTS,
)
def test_an_answer_is_judged_as_the_calendar_says(
    calendar: Calendar,
    hours: int,
    rows: list[tuple[datetime, datetime | None]],
    now: datetime,
) -> None:
    response = timedelta(hours=hours)
    judge = _Judge(partner="mill", calendar=calendar, response=response, since=now, now=now)
    said = []
    for at, done in rows:
        in_time = (done or now) <= calendar.add(at, response)
        said.append(Mark.BAD if not in_time else Mark.GOOD if done else Mark.OPEN)
    marked: list[Marked] = [
        ("part", micros(at), None if done is None else micros(done), None, 0, 0)
        for at, done in rows
    ]
    assert list(judge.marks(Measure.CONFIRM, marked)) == said
