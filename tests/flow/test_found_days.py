"""A day without a time never frees stock too early; a late backorder's exception clears itself."""

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub.domain.exchange import Purpose
from hub.domain.facts import FactKind
from hub.domain.messages import ShipNotice
from hub.domain.stock import available, left_at
from hub.flow.taking import in_zone
from hub.flow.watching import ring
from tests.rigs.changes import answer_change, cancel, changes_received
from tests.rigs.houses import House, furnish, post, shopping
from tests.rigs.shelves import counted, list_article, report

SEVEN = datetime(2026, 11, 20, 19, tzinfo=UTC)


def _left(house: House) -> int | None:
    pair = ("acme", "SKU-1")
    with house.parts.store.read() as tx:
        reserved = tx.reservations.of(["SKU-1"]).get(pair, ())
        level = tx.stock.levels([pair]).get(pair)
    rules = house.parts.partners.get("acme").stock
    return available(level, reserved, rules=rules, now=house.clock.time).now


def test_a_notice_of_today_frees_nothing_before_the_day_is_over(
    hub_database: str, tmp_path: Path
) -> None:
    with closing(furnish(tmp_path, database=hub_database, more=counted())) as house:
        list_article(house.parts, "SKU-1", "acme")
        report(house.parts, "acme", {"SKU-1": 5}, as_of=house.clock.time)
        post(house, shopping("1001", 2))
        house.turn()
        acme = house.suppliers["acme"]
        house.clock.time = SEVEN - timedelta(minutes=50)
        acme.send("856", acme.notice(acme.purchase_orders()[0]))  # written 12:00, left that day
        house.turn()
        assert house.order().lines[0].buckets.shipped == 2
        house.clock.time = SEVEN + timedelta(minutes=1)
        report(house.parts, "acme", {"SKU-1": 5}, as_of=SEVEN)  # the carrier comes later
        assert _left(house) == 3
        house.clock.on(days=1)
        report(house.parts, "acme", {"SKU-1": 3}, as_of=house.clock.time)
        assert _left(house) == 3
        assert house.order().shipments[0].shipped_at.date() == date(2026, 11, 20)


@pytest.mark.parametrize("zone", ["America/New_York", "America/Los_Angeles", "UTC"])
def test_a_day_of_leaving_is_that_day_at_the_customers_and_counts_until_it_ends(zone: str) -> None:
    notice = ShipNotice(
        purpose=Purpose.ORIGINAL,
        notice="S1",
        number="P1",
        parcels=(),
        shipped_at=datetime(2026, 11, 20),
    )
    read = in_zone(notice, zone)
    assert isinstance(read, ShipNotice)
    assert read.shipped_at is not None
    for brand in ("America/New_York", "America/Los_Angeles", "UTC"):
        assert read.shipped_at.astimezone(ZoneInfo(brand)).date() == date(2026, 11, 20)
    end = left_at(read.shipped_at.astimezone(UTC), zone=ZoneInfo(zone), now=SEVEN)
    assert end.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == datetime(2026, 11, 21)


def _backordered(house: House) -> None:
    post(house, shopping("1001", 2))
    house.turn()
    acme = house.suppliers["acme"]
    rows = acme.answer(acme.purchase_orders()[0], word="IB")
    acme.send("855", [f"{row}*068*20270301" if row.startswith("ACK*IB") else row for row in rows])
    house.turn()
    assert house.exceptions() == ["backorder-beyond-promise"]


def test_a_late_backorder_that_ships_needs_no_person_any_more(house: House) -> None:
    _backordered(house)
    acme = house.suppliers["acme"]
    acme.send("856", acme.notice(acme.purchase_orders()[0], quantities={"1": 1}))
    house.turn()
    assert house.exceptions() == ["backorder-beyond-promise"]
    (order,) = acme.purchase_orders()
    acme.send("856", acme.notice(order, name="S2", tracking="1ZOTHER", quantities={"1": 1}))
    house.turn()
    assert house.order().lines[0].buckets.open == 0
    assert house.exceptions() == []


@pytest.mark.parametrize("word", ["IR", "IA"])
def test_a_late_backorder_that_is_declined_or_there_after_all_is_cleared(
    house: House, word: str
) -> None:
    _backordered(house)
    acme = house.suppliers["acme"]
    acme.send("855", acme.answer(acme.purchase_orders()[0], word=word, day="20261121"))
    house.turn()
    assert "backorder-beyond-promise" not in house.exceptions()


def test_a_late_yes_to_what_a_rejection_left_open_still_counts(house: House) -> None:
    post(house, shopping("1001", 5))
    house.turn()
    cancel(house)
    house.turn()
    acme = house.suppliers["acme"]
    rows = acme.answer(acme.purchase_orders()[0], word="IR")
    acme.send("855", [row.replace("ACK*IR*5", "ACK*IR*2") for row in rows])
    house.turn()
    assert house.order().lines[0].buckets.cancelled == 2
    house.clock.on(days=30)
    ring(house.parts)
    assert "change-unanswered" in house.exceptions()
    paper = answer_change(changes_received(acme)[0])
    for _ in range(2):
        acme.send("865", paper)
        house.turn()
        buckets = house.order().lines[0].buckets
        assert (buckets.open, buckets.cancelled) == (0, 5)
    assert "change-unanswered" not in house.exceptions()
    with house.parts.store.read() as tx:
        kinds = [fact.kind for fact in tx.facts.of_order(house.order().id)]
    assert kinds.count(FactKind.LINES_CANCELLED) == 2
