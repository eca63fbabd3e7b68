"""Rows of a report, staged in pieces and merged: each article once, whichever piece it came in."""

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain.feeds import Counted, added_up
from hub.store import Feed, Store
from tests.rigs.stores import open_store

MOMENT = datetime(2026, 3, 2, tzinfo=UTC)
ROWS = st.lists(
    st.builds(
        Counted,
        sku=st.sampled_from(["A-1", "A-2", "B-1", "Ünïcode\t\\x"]),
        quantity=st.integers(0, 1000),
        next_on=st.none() | st.dates(date(2026, 3, 3), date(2026, 3, 5)),
        next_quantity=st.integers(0, 50),
    ),
    max_size=12,
)


def feed(number: int, *, full: bool = True) -> Feed:
    at = MOMENT + timedelta(hours=number)
    return Feed(
        partner="acme", feed=f"doc_{number}", run=f"run_{number}", as_of=at, at=at, full=full
    )


def stage(store: Store, one: Feed, *pieces: list[Counted]) -> None:
    store.write_levels(lambda desk: desk.begin(one))
    for piece in pieces:
        store.write_levels(lambda desk, piece=piece: desk.stage(one, piece))


def merged(store: Store, one: Feed, *, limit: int = 1000) -> list[str]:
    """Merge piece by piece and return the articles that changed, in turn."""
    changed: list[str] = []
    for step in ("merge", "zero") if one.full else ("merge",):
        after: str | None = ""
        while after is not None:
            found = store.write_levels(
                lambda desk, step=step, after=after: getattr(desk, step)(
                    one, after=after, limit=limit
                )
            )
            changed += found.skus
            after = found.last
    store.write_levels(lambda desk: desk.raised(one))
    store.write_levels(lambda desk: desk.close(one.feed))
    return changed


def levels(store: Store) -> dict[str, tuple[int, date | None, int]]:
    with store.read() as tx:
        found = tx.stock.page(after="", limit=1000)
    return {one.sku: (one.quantity, one.next_on, one.next_quantity) for one in found}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=ROWS, second=ROWS)
def test_an_article_in_two_pieces_or_twice_in_one_is_added_up(
    store: Store, first: list[Counted], second: list[Counted]
) -> None:
    with store.read() as tx:
        known = tx.stock.source("acme")
    number = 1 if known is None else int(known.feed.removeprefix("doc_")) + 1
    one = feed(number)
    stage(store, one, first, second)
    merged(store, one)
    # Everything of one piece is added up first, and the pieces then: the same for all but the
    # unannounced deliveries, which have no day to be weighed by.
    expected = added_up([*added_up(first), *added_up(second)])
    told = {row.sku: (row.quantity, row.next_on, row.next_quantity) for row in expected}
    found = levels(store)
    assert {sku: found[sku] for sku in told} == told
    assert all(found[sku] == (0, None, 0) for sku in found if sku not in told)


def test_only_what_changed_is_written_and_said(store: Store) -> None:
    rows = [Counted(sku=f"A-{n}", quantity=n) for n in range(7)]
    stage(store, feed(1), rows)
    assert merged(store, feed(1), limit=3) == [row.sku for row in rows]
    stage(store, feed(2), [*rows[:5], Counted(sku="A-5", quantity=50)])
    assert merged(store, feed(2), limit=2) == ["A-5", "A-6"]
    assert levels(store)["A-5"] == (50, None, 0)
    assert levels(store)["A-6"] == (0, None, 0)


def test_a_delta_of_an_earlier_moment_leaves_later_levels_alone(store: Store) -> None:
    stage(store, feed(2, full=False), [Counted(sku="A-1", quantity=4)])
    merged(store, feed(2, full=False))
    stage(store, feed(1, full=False), [Counted(sku="A-1", quantity=9)])
    assert merged(store, feed(1, full=False)) == []
    assert levels(store) == {"A-1": (4, None, 0)}


def test_a_delta_that_repeats_a_level_raises_its_moment(store: Store) -> None:
    for number in (1, 3):
        stage(store, feed(number, full=False), [Counted(sku="A-1", quantity=4)])
        merged(store, feed(number, full=False))
    with store.read() as tx:
        (level,) = tx.stock.of_sku("A-1")
    assert level.as_of == MOMENT + timedelta(hours=3)


def test_levels_of_the_first_version_are_kept_and_what_was_staged_begins_again(
    tmp_path: Path,
) -> None:
    store = open_store("sqlite", tmp_path, "")
    stage(store, feed(1), [Counted(sku="A-1", quantity=4)])
    merged(store, feed(1))
    stage(store, feed(2), [Counted(sku="A-1", quantity=5)])
    store.close()
    with closing(sqlite3.connect(tmp_path / "hub-stock.db")) as raw:
        raw.execute("PRAGMA user_version=1")
    store = open_store("sqlite", tmp_path, "")
    found = levels(store)
    stage(store, feed(2), [Counted(sku="A-1", quantity=5)])
    merged(store, feed(2))
    then = levels(store)
    store.close()
    assert (found, then) == ({"A-1": (4, None, 0)}, {"A-1": (5, None, 0)})
