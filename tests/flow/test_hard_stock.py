"""Reports, levels and waiting lines under a hostile look: each test is a way in which they lied."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.domain.exchange import DocumentState, Purpose
from hub.domain.feeds import Counted
from hub.domain.messages import CarrierEvent, CarrierMoment
from hub.domain.wishes import Fewer
from hub.errors import Conflict
from hub.flow import feeds, waiting
from hub.flow.delivering import Told, tell
from hub.flow.waiting import source_waiting
from hub.flow.watching import ring
from hub.store import DocumentRow, Feed, Store
from tests.rigs.changes import cancel
from tests.rigs.houses import House, furnish, post, shopping, stock_up
from tests.rigs.shelves import counted, report

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def counting(hub_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house with Acme, whose reports are sold from, and three articles."""
    monkeypatch.setattr(feeds, "PAUSE", 0)
    house = furnish(tmp_path, database=hub_database, rules=counted())
    stock_up(house)
    yield house
    house.close()


def quantity(store: Store, sku: str = "SKU-1") -> int:
    with store.read() as tx:
        (level,) = tx.stock.of_sku(sku)
    return level.quantity


def newest(house: House) -> DocumentRow:
    with house.parts.store.read() as tx:
        rows = tx.exchange.documents_page(
            partner="acme", set_id="846", state=None, limit=100, before=None
        )
    return max(rows, key=lambda row: (row.at, row.number))


def sent(house: House, units: int, *, at: str, name: str) -> DocumentRow:
    acme = house.suppliers["acme"]
    acme.send("846", acme.counts({"acme-SKU-1": units}, at=at, name=name))
    house.clock.on(hours=1)
    house.turn()
    return newest(house)


def test_of_two_reports_of_one_day_without_a_time_the_later_counts(counting: House) -> None:
    sent(counting, 9, at="20261120", name="MORNING")
    sent(counting, 2, at="20261120", name="EVENING")
    assert quantity(counting.parts.store) == 2


def test_the_same_report_in_another_envelope_takes_nothing_back(counting: House) -> None:
    sent(counting, 9, at="20261120", name="MORNING")
    sent(counting, 2, at="20261120", name="EVENING")
    row = sent(counting, 9, at="20261120", name="MORNING")
    assert row.state is DocumentState.APPLIED
    assert [problem.code for problem in row.problems] == ["older-report"]
    assert quantity(counting.parts.store) == 2


def of(as_of: datetime, name: str, *, full: bool = True) -> Feed:
    return Feed(partner="acme", feed=name, run=f"run of {name}", as_of=as_of, at=NOON, full=full)


def staged(store: Store, feed: Feed, units: int) -> None:
    store.write_levels(lambda desk: desk.begin(feed))
    store.write_levels(lambda desk: desk.stage(feed, [Counted(sku="SKU-1", quantity=units)]))


def merged(store: Store, feed: Feed) -> None:
    store.write_levels(lambda desk: desk.merge(feed, after="", limit=9))


def raised(store: Store, feed: Feed) -> None:
    store.write_levels(lambda desk: desk.raised(feed))


@pytest.mark.parametrize("full", [True, False])
def test_an_older_report_over_a_second_channel_never_ends_under_the_newer_ones_moment(
    store: Store, full: bool
) -> None:
    report_of_five = of(NOON - timedelta(hours=3), "first")
    staged(store, report_of_five, 5)
    merged(store, report_of_five)
    raised(store, report_of_five)
    newer, older = of(NOON, "newer"), of(NOON - timedelta(hours=1), "older", full=full)
    staged(store, newer, 5)
    staged(store, older, 7)
    merged(store, newer)  # it says 5 as before: the row is left alone
    merged(store, older)
    with pytest.raises(Conflict):
        raised(store, newer)
    raised(store, older)
    staged(store, newer, 5)
    merged(store, newer)
    raised(store, newer)
    assert quantity(store) == 5


@pytest.mark.parametrize("full", [True, False])
def test_a_report_that_was_overtaken_while_it_was_read_writes_nothing(
    store: Store, full: bool
) -> None:
    newer, older = of(NOON, "newer"), of(NOON - timedelta(hours=1), "older", full=full)
    staged(store, older, 7)
    staged(store, newer, 5)
    merged(store, newer)
    raised(store, newer)
    with pytest.raises(Conflict):
        merged(store, older)
    assert quantity(store) == 5


def test_what_was_begun_of_a_paper_that_no_store_knows_stops_no_report(counting: House) -> None:
    stray = of(NOON, "doc_of_another_store")
    staged(counting.parts.store, stray, 3)
    row = sent(counting, 4, at="20261120*1500", name="R1")
    assert (row.state, row.problems) == (DocumentState.APPLIED, ())
    assert quantity(counting.parts.store) == 4


def test_lines_that_nothing_came_for_do_not_stand_before_those_it_came_for(
    counting: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "MOST_ORDERS", 2)
    for n in range(6):
        post(counting, shopping(f"W{n}", 1))
    other = shopping("LAST", 1)
    (group,) = other.groups
    (line,) = group.lines
    lines = (replace(line, sku="SKU-2"),)
    post(counting, replace(other, groups=(replace(group, lines=lines),)))
    report(counting.parts, "acme", {"SKU-2": 1}, as_of=counting.clock(), full=True)
    assert source_waiting(counting.parts, None) == 1
    assert len(counting.order("LAST").fulfillments) == 1


def test_orders_go_on_when_the_file_of_levels_is_taken_away(tmp_path: Path) -> None:
    house = furnish(tmp_path, rules=counted())
    stock_up(house)
    report(house.parts, "acme", {"SKU-1": 5}, as_of=house.clock(), full=True)
    for path in (tmp_path / "data").glob("hub-stock.db*"):
        path.unlink()
    post(house, shopping("1001", 2))
    assert house.order().number == "1001"
    house.close()
    again = furnish(tmp_path, rules=counted())
    assert post(again, shopping("1002", 2)).order is not None
    assert again.exceptions() == ["no-source"]
    again.close()


def test_everything_at_once_sells_no_unit_twice_and_loses_none(counting: House) -> None:
    house, store = counting, counting.parts.store
    shelf = {"SKU-1": 14, "SKU-2": 14}
    report(house.parts, "acme", shelf, as_of=house.clock(), full=True)
    house.clock.on(minutes=1)
    first = [f"A{n}" for n in range(5)]
    for number in first:
        post(house, shopping(number, 2, 1))
    house.turn()
    acme = house.suppliers["acme"]
    orders = acme.purchase_orders()
    acme.send("856", *[acme.notice(one, tracking=f"N{n}") for n, one in enumerate(orders)])
    later = [f"B{n}" for n in range(5)]

    def events(way: int) -> list[CarrierEvent]:
        moments = (CarrierMoment.PICKED_UP, CarrierMoment.DELIVERED)
        return [
            CarrierEvent(
                purpose=Purpose.ORIGINAL,
                event="",
                tracking=f"N{n}",
                moment=moment,
                at=house.clock() + timedelta(hours=hour),
            )
            for n in range(len(orders))
            for hour, moment in enumerate(moments, start=1)
        ][::way]

    runners: list[Callable[[], object]] = [
        house.turn,
        lambda: [cancel(house, Fewer(line="1", quantity=1), number=one) for one in first],
        lambda: [post(house, shopping(one, 2, 2)) for one in later],
        lambda: [post(house, shopping(f"{one}X", 2, 2)) for one in reversed(later)],
        lambda: tell(house.parts, Told(events=events(1), brand="juniper", who="test")).result(),
        lambda: tell(house.parts, Told(events=events(-1), brand="juniper", who="test")).result(),
        lambda: [(ring(house.parts), source_waiting(house.parts, None)) for _ in range(3)],
    ]
    with ThreadPoolExecutor(len(runners)) as pool:
        for running in [pool.submit(runner) for runner in runners]:
            running.result()
    sold = {"SKU-1": 0, "SKU-2": 0}
    for number in (*first, *later, *(f"{one}X" for one in later)):
        for line in house.order(number).lines:
            sold[line.sku] += line.kept - house.order(number).unsourced(line)
    assert all(units <= shelf[sku] for sku, units in sold.items())
    assert sold["SKU-2"] in (13, 14)
    delivered = [house.order(number).lines[1].buckets.delivered for number in first]
    assert delivered == [1] * len(first)
    with store.read() as tx:
        kept = tx.reservations.all()
    assert sum(held.quantity for held, _ in kept if held.sku == "SKU-2") == sold["SKU-2"]
