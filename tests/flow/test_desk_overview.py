"""The operator's first page, partners' health, what is awaited, and figures over weeks."""

from datetime import timedelta
from pathlib import Path

import pytest

from hub.domain.orders import Order
from hub.errors import Refused
from hub.flow.watching import ring
from hub.ops.desk.awaited import acks_due
from hub.ops.desk.overview import overview
from hub.ops.desk.partners import MOST_SHOWN, partner, partners, try_file
from hub.ops.desk.reports import Report, report, reports
from hub.ops.desk.signs import Sign
from hub.ops.health import Life
from hub.schedule import Worker
from tests.rigs.houses import House, furnish, post, shopping, stock_up
from tests.rigs.stores import run_sql

BOTH = frozenset({"juniper", "harbor"})


def _table(made: Report) -> list[tuple[object, ...]]:
    return [tuple(row) for row in made.rows]


def test_an_empty_house_is_well_and_says_so(house: House) -> None:
    seen = overview(house.parts, lives=[Life(kind="web", pid=None, silent=None)])
    assert [lane.name for lane in seen.lanes] == ["acme/edi"]
    assert (seen.lanes[0].sign, seen.open_exceptions, seen.causes) == (Sign.YES, 0, ())
    assert seen.disk.size >= seen.disk.free > 0
    assert abs(seen.clock_off) < timedelta(seconds=5)
    assert not seen.clock_wrong
    assert seen.worker.alive
    assert [one.text for one in seen.processes] == ["it does not run"]
    assert set(seen.today.values()) == {0}
    assert seen.feeds == (), "nobody is to report stock"
    (well,) = partners(house.parts)
    assert (well.sign, well.why) == (Sign.YES, "")
    assert acks_due(house.parts).rows == ()
    assert all(made.csv.count("\n") == 1 + len(made.rows) for made in reports(house.parts))
    with pytest.raises(KeyError):
        report(house.parts, "nothing")
    with pytest.raises(KeyError):
        partner(house.parts, "stranger")


def test_what_waits_is_paused_or_late_is_on_the_first_page(house: House) -> None:
    parts, now = house.parts, house.clock()
    for number in ("1001", "1002"):
        post(house, shopping(number, 2))
    house.turn()
    parts.store.write(
        lambda tx: tx.duties.pause(
            lane="acme/edi", until=now + timedelta(days=30), reason="no route to host"
        )
    )
    post(house, shopping("1003", 2))
    house.clock.on(days=9)
    assert overview(parts).acks_overdue == 4, "late is late, whether or not the alarm rang yet"
    assert overview(parts).worker.text == "a worker is at it now"
    run_sql(parts.store, "UPDATE lane SET owner = '', lease_until = 0")
    assert not overview(parts).worker.alive, "watches should have rung long ago"
    assert ring(parts) > 0
    seen = overview(parts)
    (lane,) = seen.lanes
    assert (lane.sign, lane.paused_why) == (Sign.NO, "no route to host")
    assert (lane.waiting, lane.last_out) == (1, now)
    assert seen.acks_overdue == 4
    assert len(seen.acks_worst) >= 2
    assert {one.text for one in seen.causes} == {
        "2 × overdue receipt from Acme",
        "2 × overdue answer from Acme",
        "2 × overdue shipment from Acme",
    }
    assert seen.open_exceptions == 6
    (well,) = partners(parts)
    assert well.sign is Sign.NO
    assert "acme/edi is paused: no route to host" in well.why
    assert "4 overdue answers" in well.why


def test_what_partners_owe_is_listed_in_the_order_it_is_due(house: House) -> None:
    parts = house.parts
    for number in ("1001", "1002", "1003"):
        post(house, shopping(number, 2))
    post(house, shopping("2001", 2), brand="harbor")
    house.turn()
    page = acks_due(parts)
    assert len(page.rows) == 8
    assert page.next == ""
    assert [row.due_at for row in page.rows] == sorted(row.due_at for row in page.rows)
    assert {row.late for row in page.rows} == {None}
    first = next(row for row in page.rows if row.kind == "receipt" and row.order_number == "1001")
    assert first.text == "Acme owes a receipt for 850 JUN-1001-1"
    assert first.document_id.startswith("doc_")
    some = acks_due(parts, limit=3)
    rest = acks_due(parts, after=some.next)
    assert [row.hold for row in (*some.rows, *rest.rows)] == [row.hold for row in page.rows]
    assert {row.brand for row in acks_due(parts, brands=frozenset({"harbor"})).rows} == {"harbor"}
    assert acks_due(parts, partner="mill").rows == ()


def test_a_partners_page_shows_what_it_says_and_hides_what_is_secret(house: House) -> None:
    post(house, shopping("1001", 2))
    house.turn()
    acme = house.suppliers["acme"]
    made = partner(house.parts, "acme")
    (channel,) = made.channels
    assert (channel.transport, channel.format, channel.receipts) == ("folder", "x12", True)
    said = {fact.label: fact.value for fact in channel.identities}
    assert said["Our identifier"] == "5550100200"
    assert [one.direction for one in channel.files] == ["out"]
    assert {fact.label: fact.value for fact in channel.maps}["850"] == "x12/004010/850"
    assert {fact.label: fact.value for fact in made.rules}["Time zone"] == "UTC"
    order = acme.purchase_orders()[0]
    text = acme.interchange("856", [acme.notice(order)])
    tried = try_file(house.parts, "acme", text.encode())
    assert (tried.usable, tried.papers) == (1, 1)
    assert tried.interchanges[0].papers[0].found[0].order == "1001"
    assert house.word() == "Confirmed", "nothing was written"
    with pytest.raises(KeyError):
        try_file(house.parts, "acme", b"", channel="fax")
    with pytest.raises(Refused, match="at most"):
        try_file(house.parts, "acme", bytes(5_000_000))


def _shipped(house: House, order: Order, *, on: str) -> None:
    acme = house.suppliers["acme"]
    number = order.fulfillments[0].number
    asked = next(one for one in acme.purchase_orders() if one.number == number)
    rows = acme.notice(asked, name=number, tracking=f"T{number}")
    acme.send("856", [row.replace("DTM*011*20261120", f"DTM*011*{on}") for row in rows])
    house.turn()


def test_reports_count_orders_promises_exceptions_and_units(house: House) -> None:
    parts = house.parts
    for number in ("1001", "1002", "1003"):
        post(house, shopping(number, 2))
    post(house, shopping("2001", 4), brand="harbor")
    house.turn()
    _shipped(house, house.order("1001"), on="20261120")
    assert _table(report(parts, "orders")) == [
        ("2026-11-20", "web", "harbor", 1),
        ("2026-11-20", "web", "juniper", 3),
    ]
    assert _table(report(parts, "orders", brands=frozenset({"harbor"}))) == [
        ("2026-11-20", "web", "harbor", 1)
    ]
    assert report(parts, "orders", brands=frozenset()).rows == ()
    house.clock.on(days=5)
    ring(parts)
    _shipped(house, house.order("1002"), on="20261125")
    assert _table(report(parts, "promises")) == [("Acme", 1, 1, 2, 0, 25.0)]
    house.clock.on(days=1)
    assert _table(report(parts, "promises", brands=BOTH))[0][0] == "Acme"
    assert report(parts, "promises", days=1).rows == ()
    causes = {row[0]: row[1] for row in report(parts, "exceptions").rows}
    assert causes["overdue receipt"] == 4
    assert causes["overdue shipment"] == 3
    assert report(parts, "exceptions").rows[-1][-1] == 100.0
    ((name, papers, receipts, late, *_),) = report(parts, "acknowledgements").rows
    assert (name, papers, receipts, late) == ("Acme", 4, 0, 4)
    assert report(parts, "acknowledgements", brands=BOTH).rows == ()
    units = {row[0]: row[1:4] for row in report(parts, "cancellations").rows}
    assert units == {"harbor": (4, 0, 0.0), "juniper": (6, 0, 0.0)}
    lines = report(parts, "cancellations").csv.splitlines()
    assert lines[0] == "brand,ordered,cancelled,cancelled %,returned,returned %"


def test_old_reports_and_ending_keys_are_told(hub_database: str, tmp_path: Path) -> None:
    rules = "stock: {level: reports, trust: 2d}"
    house = furnish(tmp_path, database=hub_database, rules=rules)
    stock_up(house)
    parts, acme = house.parts, house.suppliers["acme"]
    (never,) = overview(parts).feeds
    assert (never.stale, never.age, never.allowed) == (True, None, timedelta(days=2))
    acme.send("846", acme.counts({"acme-SKU-1": 5}))
    house.turn()
    for key_id, days in (("key_1", 40), ("key_2", 10)):
        parts.store.write(
            lambda tx, key_id=key_id, days=days: tx.keys.add(
                key_id=key_id,
                brand="",
                partner="acme",
                label=key_id,
                secret_hash=key_id.encode(),
                at=house.clock(),
                expires_at=house.clock() + timedelta(days=days),
            )
        )
    house.clock.on(days=1)
    seen = overview(parts)
    assert [(feed.stale, feed.sold_from) for feed in seen.feeds] == [(False, True)]
    assert [(one.kind, one.left) for one in seen.expiring] == [("API key", timedelta(days=9))]
    assert len(partner(parts, "acme").api_keys) == 2
    house.clock.on(days=2)
    (well,) = partners(parts)
    assert (well.sign, well.why) == (Sign.WARNING, "its stock report is too old")
    ((name, _, hours, allowed, old),) = report(parts, "feeds").rows
    assert (name, hours, allowed, old) == ("Acme", 72.0, 48.0, "yes")
    house.close()


def test_a_worker_tells_that_it_lives_and_its_silence_is_seen(house: House) -> None:
    parts = house.parts
    worker = Worker(parts, owner="test")
    worker.start()
    worker.stop()
    run_sql(parts.store, "UPDATE lane SET owner = '', lease_until = 0")
    assert overview(parts).worker.text == "last heard of 0 seconds ago"
    house.clock.on(seconds=61)
    silent = overview(parts).worker
    assert (silent.alive, silent.text) == (
        False,
        "no worker runs: the last was heard of 1 minutes ago",
    )


def test_a_lane_of_mails_is_named_after_its_brand_and_of_no_partner(house: House) -> None:
    house.parts.store.write(lambda tx: tx.duties.open_lane("mail/juniper"))
    house.parts.store.write(lambda tx: tx.duties.open_lane("mail/_users"))
    told = {lane.name: (lane.shown, lane.partner_name) for lane in overview(house.parts).lanes}
    assert told["mail/juniper"] == (False, "Mails of Juniper Home")
    assert told["mail/_users"] == (False, "Mails to people with accounts")


def test_of_a_file_without_an_end_only_the_beginning_is_tried(house: House) -> None:
    tried = try_file(house.parts, "acme", b"ISA" * 20_000)
    assert tried.cut
    assert len(tried.interchanges) == MOST_SHOWN
    acme = house.suppliers["acme"]
    papers = [acme.counts({"acme-SKU-1": n}, name=f"R{n}") for n in range(MOST_SHOWN + 2)]
    long = try_file(house.parts, "acme", acme.interchange("846", papers).encode())
    assert long.cut and [len(one.papers) for one in long.interchanges] == [MOST_SHOWN]
    whole = try_file(house.parts, "acme", acme.interchange("846", papers[:9]).encode())
    assert not whole.cut and [len(one.papers) for one in whole.interchanges] == [9]


def test_what_was_written_and_did_not_leave_waits_in_its_lane(house: House) -> None:
    post(house, shopping("1001", 2))
    house.turn()
    left_at = house.clock()
    (lane,) = overview(house.parts).lanes
    assert (lane.waiting, lane.oldest, lane.last_out) == (0, None, left_at)
    door = house.suppliers["acme"].home / "in"
    door.rename(door.with_name("away"))
    house.clock.on(minutes=1)
    written = house.clock()
    for number in ("1002", "1003"):
        post(house, shopping(number, 2))
        house.turn()
        house.clock.on(minutes=30)
    (lane,) = overview(house.parts).lanes
    assert (lane.waiting, lane.oldest, lane.last_out) == (2, written, left_at)
    assert partners(house.parts)[0].waiting == 2
    door.with_name("away").rename(door)
    house.turn()
    (lane,) = overview(house.parts).lanes
    assert (lane.waiting, lane.oldest) == (0, None)
