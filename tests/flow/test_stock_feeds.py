"""Stock reports on the whole road: staged, guarded, merged, zeroed; levels and what is told."""

import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from hub.domain.catalog import Item, PartnerItem
from hub.domain.exchange import DocumentState
from hub.domain.facts import FactKind
from hub.domain.feeds import Counted
from hub.domain.messages import ProductId
from hub.errors import ConfigError, Conflict, Refused
from hub.flow import feeds, levels
from hub.flow.levels import ByHand
from hub.ops import again
from hub.store import DocumentRow, Feed, Restocking
from tests.rigs.houses import START, House, furnish

RULES = "stock: {level: reports, trust: 2d, guard: 50}"
SKUS = 12


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small pieces, so that few rows make many of them, and no pauses."""
    monkeypatch.setattr(feeds, "PAUSE", 0)
    monkeypatch.setattr(feeds, "CHUNK", 3)
    monkeypatch.setattr(feeds, "PIECE", 2)


@pytest.fixture
def stocked(hub_database: str, tmp_path: Path) -> Iterator[House]:
    """A house with Acme, who reports its stock and sells twelve articles, two of them in cases."""
    house = furnish(tmp_path, database=hub_database, rules=RULES)
    list_articles(house)
    yield house
    house.close()


def list_articles(house: House, *, partner: str = "acme", count: int = SKUS) -> None:
    items = [Item(sku=f"SKU-{n:02}") for n in range(1, count + 1)]
    offers = [
        PartnerItem(
            partner=partner,
            sku=item.sku,
            products=(ProductId(kind="vendor", value=f"A-{n:02}"),),
            unit="CA" if n > count - 2 else "EA",
            units_per_pack=6 if n > count - 2 else 1,
            cost=400,
            currency="USD",
            priority=0,
        )
        for n, item in enumerate(items, start=1)
    ]
    house.parts.store.write(lambda tx: tx.catalog.put(items, offers))


def send(
    house: House, stock: dict[str, int], *, full: bool = True, at: str = "20261120*1500", name=""
) -> DocumentRow:
    """Let Acme send an 846 and the hub take its turn; return the document."""
    supplier = house.suppliers["acme"]
    supplier.send("846", supplier.counts(stock, full=full, at=at, name=name))
    house.turn()
    return newest(house)


def newest(house: House, *, set_id: str = "846") -> DocumentRow:
    with house.parts.store.read() as tx:
        rows = tx.exchange.documents_page(
            partner="acme", set_id=set_id, state=None, limit=100, before=None
        )
    inward = [row for row in rows if row.direction.value == "in"]
    return max(inward, key=lambda row: (row.at, row.group_number.rjust(9), row.ordinal))


def quantities(house: House, *, partner: str = "acme") -> dict[str, int]:
    with house.parts.store.read() as tx:
        levels = tx.stock.page(after="", limit=1000)
    return {level.sku: level.quantity for level in levels if level.partner == partner}


def all_of(quantity: int, *, but: dict[str, int] | None = None) -> dict[str, int]:
    return {f"A-{n:02}": quantity for n in range(1, SKUS - 1)} | (but or {})


def facts(house: House) -> list[dict[str, object]]:
    house.parts.store.write(lambda tx: tx.facts.seal(now=house.parts.now()))
    with house.parts.store.read() as tx:
        rows = tx.facts.page(brand=None, after=0, limit=500)
    return [dict(row.body) for row in rows if row.kind == FactKind.STOCK_REPORTED]


def codes(row: DocumentRow) -> list[str]:
    return [problem.code for problem in row.problems]


def test_a_full_report_sets_levels_in_our_units_and_leaves_one_fact(stocked: House):
    row = send(stocked, all_of(7, but={"A-11": 30, "A-01": 0}))
    assert (row.state, codes(row)) == (DocumentState.APPLIED, [])
    found = quantities(stocked)
    assert found["SKU-01"] == 0
    assert {found[f"SKU-{n:02}"] for n in range(2, 11)} == {7}
    assert found["SKU-11"] == 30, "reported in single pieces, though sold in cases"
    assert "SKU-12" not in found
    [fact] = facts(stocked)
    assert fact == {
        "partner": "acme", "document": row.id, "kind": "full", "rows": 11, "changed": 11,
        "as_of": "2026-11-20T15:00:00+00:00",
    }  # fmt: skip
    with stocked.parts.store.read() as tx:
        watch = tx.watches.find("feed:acme")
        source = tx.stock.source("acme")
    assert watch is not None and watch.due_at == START + timedelta(days=2)
    assert source is not None and source.full_as_of == START and source.rows == 11


def test_what_a_full_report_does_not_list_goes_to_zero_and_a_delta_leaves_it(stocked: House):
    send(stocked, all_of(5))
    stocked.clock.on(hours=1)
    send(stocked, {"A-01": 4}, full=False, at="20261120*1530")
    assert quantities(stocked)["SKU-02"] == 5
    listed = all_of(5)
    del listed["A-02"], listed["A-03"]
    stocked.clock.on(hours=1)
    row = send(stocked, listed, at="20261120*1630")
    assert row.state is DocumentState.APPLIED
    found = quantities(stocked)
    assert (found["SKU-01"], found["SKU-02"], found["SKU-03"], found["SKU-04"]) == (5, 0, 0, 5)
    assert [fact["changed"] for fact in facts(stocked)] == [10, 1, 3]


def test_an_older_report_is_passed_over_whole_and_told(stocked: House):
    stocked.clock.on(hours=3)
    send(stocked, all_of(5), at="20261120*1700")
    for full, at in ((True, "20261120*1600"), (False, "20261120*1600"), (True, "20261120*1700")):
        row = send(stocked, all_of(1), full=full, at=at)
        assert (row.state, codes(row)) == (DocumentState.APPLIED, ["older-report"])
    assert quantities(stocked)["SKU-01"] == 5
    assert len(facts(stocked)) == 1
    assert stocked.exceptions() == []


def test_a_late_delta_passes_over_rows_that_are_newer(stocked: House):
    stocked.clock.on(hours=5)
    send(stocked, all_of(5), at="20261120*1500")
    send(stocked, {"A-01": 4, "A-02": 4}, full=False, at="20261120*1800")
    send(stocked, {"A-02": 9, "A-03": 9}, full=False, at="20261120*1700")
    found = quantities(stocked)
    assert (found["SKU-01"], found["SKU-02"], found["SKU-03"]) == (4, 4, 9)


def test_a_full_report_older_than_a_row_leaves_that_row(stocked: House):
    stocked.clock.on(hours=5)
    send(stocked, {"A-01": 4, "A-02": 4}, full=False, at="20261120*1800")
    send(stocked, {f"A-{n:02}": 9 for n in range(2, 8)}, at="20261120*1700")
    found = quantities(stocked)
    assert (found["SKU-01"], found["SKU-02"], found["SKU-03"]) == (4, 4, 9)
    with stocked.parts.store.read() as tx:
        moments = {level.sku: level.as_of.hour for level in tx.stock.page(after="", limit=9)}
    assert (moments["SKU-01"], moments["SKU-03"]) == (18, 17)


def test_a_report_never_speaks_of_a_time_after_its_arrival(stocked: House):
    send(stocked, all_of(5), at="20291120*1500")
    with stocked.parts.store.read() as tx:
        assert tx.stock.source("acme").full_as_of == START


def test_unknown_articles_are_told_with_their_place_and_the_others_count(stocked: House):
    row = send(stocked, {"A-01": 3, "NOBODY": 4, "A-02": 5})
    assert row.state is DocumentState.APPLIED
    [problem] = row.problems
    assert problem.code == "unknown-article"
    assert (problem.where.segment, problem.where.ordinal, problem.where.element) == ("LIN", 5, 3)
    assert quantities(stocked) == {"SKU-01": 3, "SKU-02": 5}


def test_of_very_many_unknown_articles_the_first_hundred_are_told(stocked: House):
    row = send(stocked, {f"X-{n}": 1 for n in range(250)} | {"A-01": 1})
    assert codes(row).count("unknown-article") == 100
    assert "150 more" in row.problems[-1].text


def test_a_row_that_cannot_be_read_keeps_a_full_report_from_zeroing(stocked: House):
    send(stocked, all_of(5))
    stocked.clock.on(hours=1)
    supplier = stocked.suppliers["acme"]
    paper = supplier.counts({"A-01": 4, "A-02": 4}, at="20261120*1600")
    paper[4] = "QTY*33*4*KG"  # a weight where pieces are counted
    supplier.send("846", paper)
    stocked.turn()
    row = newest(stocked)
    assert (row.state, codes(row)) == (DocumentState.PARTLY_APPLIED, ["other-unit"])
    found = quantities(stocked)
    assert (found["SKU-01"], found["SKU-02"], found["SKU-09"]) == (4, 5, 5)
    assert stocked.exceptions() == ["partly_applied"]
    with stocked.parts.store.read() as tx:
        assert tx.stock.source("acme").full_as_of == START
    stocked.clock.on(hours=1)
    send(stocked, all_of(5), at="20261120*1700")
    assert quantities(stocked)["SKU-01"] == 5


def test_a_report_that_empties_the_shelf_waits_for_a_person(stocked: House):
    send(stocked, all_of(5))
    stocked.clock.on(hours=1)
    row = send(stocked, {"A-01": 5, "A-02": 5}, at="20261120*1600")
    assert (row.state, codes(row)) == (DocumentState.PARKED, ["feed-guard"])
    assert set(quantities(stocked).values()) == {5}
    with stocked.parts.store.read() as tx:
        [stuck] = tx.exceptions.page(open_only=True, limit=9)
    assert stuck.kind == "feed-guard"
    assert "8 of the 10" in stuck.text
    assert f"hub stock accept {row.id}" in stuck.next_step


def test_a_few_articles_sold_out_are_nobodys_alarm(stocked: House):
    send(stocked, {"A-01": 5, "A-02": 5, "A-03": 5, "A-04": 5})
    stocked.clock.on(hours=1)
    row = send(stocked, {"A-01": 0, "A-02": 0, "A-03": 0, "A-04": 0}, at="20261120*1600")
    assert row.state is DocumentState.APPLIED
    assert set(quantities(stocked).values()) == {0}


def test_the_next_good_report_clears_what_waited(stocked: House):
    send(stocked, all_of(5))
    stocked.clock.on(hours=1)
    send(stocked, {"A-01": 5}, at="20261120*1600")
    assert stocked.exceptions() == ["feed-guard"]
    stocked.clock.on(hours=1)
    send(stocked, all_of(6), at="20261120*1700")
    assert stocked.exceptions() == []
    assert set(quantities(stocked).values()) == {6}


def test_the_same_report_settled_again_changes_nothing(stocked: House):
    row = send(stocked, all_of(5))
    before = quantities(stocked), facts(stocked)
    stocked.parts.store.write(
        lambda tx: [
            tx.exchange.move_document(row.id, then=then, at=stocked.parts.now())
            for then in (DocumentState.PARKED, DocumentState.RECEIVED, DocumentState.ACCEPTED)
        ]
    )
    stocked.turn()
    assert newest(stocked).state is DocumentState.APPLIED
    assert quantities(stocked) == before[0]
    assert [fact["changed"] for fact in facts(stocked)] == [10, 10]


class Killed(BaseException):
    """The process ends here."""


STOPS = [
    (step, nth, when)
    for step, times in (
        *(("begin", 1), ("stage", 3), ("merge", 2), ("zero", 1), ("raised", 1)),
        *(("touched", 1), ("close", 1)),
    )
    for nth in range(1, times + 1)
    for when in ("before the commit", "after the commit")
]


def stopping(house: House, step: str, nth: int, when: str):
    """`write_levels` that ends the process at the nth time of a step."""
    real, calls = house.parts.store.write_levels, []

    class Watched:
        def __init__(self, desk):
            self._desk = desk

        def __getattr__(self, name):
            calls.append(name)
            return getattr(self._desk, name)

    def write_levels(work):
        before = calls.count(step)

        def watched(desk):
            done = work(Watched(desk))
            if when == "before the commit" and before < nth == calls.count(step):
                raise Killed
            return done

        done = real(watched)
        if when == "after the commit" and before < nth == calls.count(step):
            raise Killed
        return done

    return write_levels


def test_stopped_at_any_step_a_report_comes_to_the_same_end(
    stocked: House, monkeypatch: pytest.MonkeyPatch
):
    supplier, store = stocked.suppliers["acme"], stocked.parts.store
    listed = all_of(5, but={"A-01": 1, "A-04": 9, "A-11": 2, "A-05": 0})
    del listed["A-09"]
    for step, nth, when in STOPS:
        point = (step, nth, when)
        send(stocked, all_of(5), at=f"{stocked.clock():%Y%m%d*%H%M}")
        before = stocked.clock()
        stocked.clock.on(hours=1)
        supplier.send("846", supplier.counts(listed, at=f"{stocked.clock():%Y%m%d*%H%M}"))
        with monkeypatch.context() as patch, pytest.raises(Killed):
            patch.setattr(store, "write_levels", stopping(stocked, step, nth, when))
            stocked.turn()
        assert quantities(stocked)["SKU-02"] == 5, point
        with store.read() as tx:
            raised = tx.stock.source("acme").full_as_of > before
        if raised:
            found = quantities(stocked)
            assert (found["SKU-01"], found["SKU-09"]) == (1, 0), (point, "raised last")
        stocked.turn()
        assert newest(stocked).state is DocumentState.APPLIED, point
        assert quantities(stocked) == {
            **{f"SKU-{n:02}": 5 for n in (2, 3, 6, 7, 8, 10)},
            "SKU-01": 1, "SKU-04": 9, "SKU-05": 0, "SKU-09": 0, "SKU-11": 2,
        }, point  # fmt: skip
        stocked.clock.on(hours=1)
    told = [fact["as_of"] for fact in facts(stocked)]
    assert len(told) == len(set(told)) == 2 * len(STOPS), "one fact for each report"


def test_a_second_worker_that_takes_a_report_over_ends_the_first(stocked: House):
    now = datetime(2026, 11, 20, tzinfo=UTC)
    first, second = (
        Feed(partner="acme", feed="doc", run=run, as_of=now, at=now, full=True)
        for run in ("one", "two")
    )
    store = stocked.parts.store
    store.write_levels(lambda desk: desk.begin(first))
    store.write_levels(lambda desk: desk.begin(second))
    with pytest.raises(Conflict, match="took over"):
        store.write_levels(lambda desk: desk.zero(first, after="", limit=9))
    store.write_levels(lambda desk: desk.zero(second, after="", limit=9))


def test_a_report_let_through_by_a_person_is_merged_and_others_are_not(stocked: House):
    send(stocked, all_of(5))
    stocked.clock.on(hours=1)
    row = send(stocked, {"A-01": 5, "A-02": 5}, at="20261120*1600")
    levels.accept(stocked.parts, row.id, who="test")
    stocked.turn()
    assert newest(stocked).state is DocumentState.APPLIED
    assert sum(quantities(stocked).values()) == 10
    assert stocked.exceptions() == []
    with pytest.raises(Refused, match="no stock report that waits"):
        levels.accept(stocked.parts, row.id, who="test")


def test_retrying_a_held_up_report_holds_it_up_again(stocked: House):
    send(stocked, all_of(5))
    stocked.clock.on(hours=1)
    row = send(stocked, {"A-01": 5}, at="20261120*1600")
    again.retry(stocked.parts, row.id, who="test")
    stocked.turn()
    assert newest(stocked).state is DocumentState.PARKED
    assert stocked.exceptions() == ["feed-guard"]


def test_a_level_set_by_hand_is_a_report_of_one_row(stocked: House):
    send(stocked, all_of(5))
    stocked.clock.on(hours=1)
    said = Counted(sku="SKU-02", quantity=3, next_on=date(2026, 12, 1), next_quantity=8)
    levels.set_level(stocked.parts, ByHand(partner="acme", level=said, who="test"))
    with stocked.parts.store.read() as tx:
        level = tx.stock.levels([("acme", "SKU-02")])["acme", "SKU-02"]
    assert (level.quantity, level.as_of, level.next_on, level.next_quantity) == (
        3, stocked.clock(), date(2026, 12, 1), 8,
    )  # fmt: skip
    assert facts(stocked)[-1]["rows"] == 1
    send(stocked, all_of(5), at="20261120*1530")
    assert quantities(stocked)["SKU-02"] == 3, "counted later than the report"
    stocked.clock.time -= timedelta(hours=3)
    with pytest.raises(Refused, match="later moment"):
        levels.set_level(stocked.parts, ByHand(partner="acme", level=said, who="test"))
    for wrong in (replace(said, sku="NOBODY"), replace(said, quantity=-1)):
        with pytest.raises(Refused):
            levels.set_level(stocked.parts, ByHand(partner="acme", level=wrong, who="test"))


def test_a_lost_file_of_levels_is_made_anew_and_filled_by_the_next_report(tmp_path: Path):
    house = furnish(tmp_path, rules=RULES)
    list_articles(house)
    send(house, all_of(5))
    house.close()
    for lost in (tmp_path / "data").glob("hub-stock.db*"):
        lost.unlink()
    house = furnish(tmp_path, rules=RULES)
    house.clock.on(hours=1)
    assert quantities(house) == {}
    house.suppliers["acme"]._next = 7
    send(house, all_of(6), at="20261120*1600")
    assert set(quantities(house).values()) == {6}
    house.close()


def test_an_order_touches_no_byte_of_the_levels_file(tmp_path: Path):
    house = furnish(tmp_path, rules=RULES)
    list_articles(house)
    send(house, all_of(5))
    files = sorted((tmp_path / "data").glob("hub-stock.db*"))
    before = [file.read_bytes() for file in files if not file.name.endswith("-shm")]
    assert len(files) == 3
    modes = {stat.S_IMODE(file.stat().st_mode) for file in files}
    house.parts.store.write(lambda tx: tx.catalog.put([Item(sku="NEW")], []))
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        house.parts.store.write(
            lambda tx: Restocking(tx.stock._connection).accept(partner="a", feed="b", by="c")
        )
    after = [file.read_bytes() for file in files if not file.name.endswith("-shm")]
    assert before == after
    assert modes == {0o600}
    house.close()


def test_a_file_of_levels_from_another_version_is_refused_in_a_sentence(tmp_path: Path):
    furnish(tmp_path, rules=RULES).close()
    raw = sqlite3.connect(tmp_path / "data" / "hub-stock.db")
    raw.execute("PRAGMA user_version=99")
    raw.close()
    with pytest.raises(ConfigError, match="move the file away"):
        furnish(tmp_path, rules=RULES)
