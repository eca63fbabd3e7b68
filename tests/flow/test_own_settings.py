"""What partners set beside their pages: laid over them at once, in each process, audited."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.exc import TimeoutError as NoneFree

from hub.access import Role
from hub.domain.orders import PromiseKind
from hub.errors import Refused
from hub.flow import accounts, own_settings
from hub.flow.own_settings import MOST_DAYS, OwnPages, following
from hub.flow.parts import Parts, Routes
from hub.store import Store, is_away, is_taken_up
from tests.rigs.houses import House, furnish, post, shopping
from tests.rigs.stores import run_sql


def _other_process(house: House, *, clock: float = 0.0) -> tuple[Parts, list[float]]:
    """The same hub as another process has it, whose clock of looks stands still until it is set."""
    own_clock = [clock]
    own = OwnPages(house.parts.store, clock=lambda: own_clock[0])
    partners = replace(house.parts.partners, own=own)
    routes = Routes(dict(house.parts.routes), own)
    return replace(house.parts, partners=partners, routes=routes), own_clock


def _ship_by(house: House, number: str) -> datetime | None:
    post(house, shopping(number))
    [part] = house.order(number).fulfillments
    return part.ship_by


def test_the_zone_and_the_days_off_count_for_what_is_promised_next(house: House) -> None:
    assert _ship_by(house, "1001") == datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC)  # 48 hours
    own_settings.close_on(house.parts, "acme", date(2026, 11, 21), who="user:ann")
    assert _ship_by(house, "1002") == datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC)
    # In Auckland it is the 21st already, which is a day off: work begins with the 22nd.
    own_settings.set_zone(house.parts, "acme", "Pacific/Auckland", who="user:ann")
    assert _ship_by(house, "1003") == datetime(2026, 11, 24, 10, 59, 59, tzinfo=UTC)
    agreed = house.order("1001").fulfillments[0].ship_by
    assert agreed == datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC)
    assert house.parts.routes["acme"].partner.calendar.zone == "Pacific/Auckland"


def test_the_day_that_was_promised_is_read_as_it_was_meant(house: House) -> None:
    own_settings.set_zone(house.parts, "acme", "America/Los_Angeles", who="operator")
    post(house, shopping("1001"))
    house.turn()
    own_settings.set_zone(house.parts, "acme", "Asia/Tokyo", who="operator")
    order = house.order("1001")
    [part] = order.fulfillments
    promise = order.promise(part.id, PromiseKind.SHIP_BY)
    assert promise is not None and part.ship_by is not None
    assert promise.day < part.ship_by.astimezone(ZoneInfo("Asia/Tokyo")).date()
    with house.parts.store.read() as tx:
        handed = tx.shelves.handed(partner="acme", numbers=[part.number])
    assert handed[part.number].ship_on == promise.day


def test_another_process_follows_within_a_second_and_reads_only_what_changed(house: House) -> None:
    other, clock = _other_process(house)
    assert other.partners.get("acme").calendar.zone == "UTC"
    own_settings.set_zone(house.parts, "acme", "America/Denver", who="operator")
    assert house.parts.partners.get("acme").calendar.zone == "America/Denver"
    assert other.partners.get("acme").calendar.zone == "UTC"
    clock[0] = own_settings.LOOKS_EVERY
    assert other.partners.get("acme").calendar.zone == "America/Denver"
    assert other.routes["acme"].partner.calendar.zone == "America/Denver"
    before = other.partners.get("acme").digest
    own_settings.take_back(house.parts, "acme", "zone", "", who="operator")
    clock[0] += own_settings.LOOKS_EVERY
    page = other.partners.page("acme")
    assert other.partners.get("acme").calendar.zone == "UTC"
    assert other.partners.get("acme").digest == page.digest != before


def test_it_is_read_within_a_transaction_of_somebody_else(house: House) -> None:
    other, clock = _other_process(house)
    own_settings.set_zone(house.parts, "acme", "America/Denver", who="operator")
    clock[0] = own_settings.LOOKS_EVERY
    zone = house.parts.store.write(lambda tx: other.partners.get("acme").calendar.zone)
    assert zone == "America/Denver"


def test_what_is_said_is_kept_with_who_and_when_and_so_is_its_end(house: House) -> None:
    own_settings.set_zone(house.parts, "acme", "America/Denver", who="user:ann")
    own_settings.set_zone(house.parts, "acme", "America/Denver", who="user:ann")
    house.clock.on(hours=1)
    own_settings.take_back(house.parts, "acme", "zone", "", who="operator")
    with house.parts.store.read() as tx:
        [row] = tx.own.of("acme")
        told = [(one.who, one.body["own_setting"]) for one in tx.desk.inputs("acme", limit=9)]
    assert (row.value, row.who, row.said_at) == ("", "operator", house.clock())
    said = {"partner": "acme", "setting": "zone", "subject": ""}
    set_, back = sorted(told, key=lambda one: one[0], reverse=True)
    assert set_ == ("user:ann", {**said, "value": "America/Denver", "before": ""})
    assert back == ("operator", {**said, "value": "", "before": "America/Denver"})


def test_holidays_of_the_page_may_be_worked_on_and_come_back(tmp_path: Path) -> None:
    house = furnish(tmp_path, rules="")
    page = house.parts.partners.page("acme")
    christmas, eve = date(2026, 12, 25), date(2026, 12, 24)
    page = replace(page, calendar=replace(page.calendar, holidays=frozenset({christmas})))
    own = OwnPages(house.parts.store)
    parts = replace(house.parts, partners=replace(house.parts.partners, all=(page,), own=own))
    own_settings.open_on(parts, "acme", christmas, who="user:ann")
    own_settings.close_on(parts, "acme", eve, who="user:ann")
    assert parts.partners.get("acme").calendar.holidays == {eve}
    shown = own_settings.own_page(parts, "acme").days
    assert [(one.day, one.works, one.said is not None) for one in shown] == [
        (eve, False, True),
        (christmas, True, True),
    ]
    own_settings.close_on(parts, "acme", christmas, who="user:ann")
    own_settings.open_on(parts, "acme", eve, who="user:ann")
    assert parts.partners.get("acme").calendar == page.calendar
    assert own_settings.own_page(parts, "acme").said == ()
    house.close()


@pytest.mark.parametrize("day", [date(2026, 11, 19), date(2028, 11, 25), date.max, date.min])
def test_days_that_are_over_or_far_away_are_refused(house: House, day: date) -> None:
    with pytest.raises(Refused):
        own_settings.close_on(house.parts, "acme", day, who="user:ann")


def test_nobody_closes_for_ever(house: House) -> None:
    today = date(2026, 11, 20)
    for n in range(MOST_DAYS):
        own_settings.close_on(house.parts, "acme", today + timedelta(days=n), who="user:ann")
    over = today + timedelta(days=MOST_DAYS)
    with pytest.raises(Refused):
        own_settings.close_on(house.parts, "acme", over, who="user:ann")
    house.clock.on(days=1)  # one of them is over
    own_settings.close_on(house.parts, "acme", over, who="user:ann")
    assert own_settings.own_page(house.parts, "acme").days[0].day == date(2026, 11, 21)


def test_wrong_words_are_refused_and_an_unknown_partner_is_none(house: House) -> None:
    for zone in ("", "Mars/Olympus", "../etc/passwd", "America/Chicago\x00"):
        with pytest.raises(Refused):
            own_settings.set_zone(house.parts, "acme", zone, who="user:ann")
    with pytest.raises(Refused):
        own_settings.set_carriers(house.parts, "acme", ["ups", "pigeon"], who="user:ann")
    with pytest.raises(KeyError):
        own_settings.set_zone(house.parts, "nobody", "UTC", who="user:ann")
    with house.parts.store.read() as tx:
        assert tx.own.all() == []


def test_all_is_kept_or_nothing_and_all_that_is_wrong_is_told(house: House) -> None:
    parts, over, near = house.parts, date(2019, 12, 24), date(2026, 12, 24)
    wanted = own_settings.Wanted(
        zone="America/Denver", closed=(near, over), opened=(over,), carriers=("ups", "pigeon")
    )
    with pytest.raises(Refused) as told:
        own_settings.set_all(parts, "acme", wanted, who="operator")
    where = [(one.where.path, one.where.value) for one in told.value.problems]
    assert where == [("day", "2019-12-24"), ("day", "2019-12-24"), ("carriers", "pigeon")]
    with parts.store.read() as tx:
        assert tx.own.all() == []
    assert parts.partners.get("acme") == parts.partners.page("acme")
    mended = replace(wanted, closed=(near,), opened=(), carriers=("ups",))
    own_settings.set_all(parts, "acme", mended, who="operator")
    found = parts.partners.get("acme")
    assert (found.calendar.zone, found.carriers) == ("America/Denver", ("ups",))
    assert found.calendar.holidays == {near}


def test_people_whose_zone_was_the_firms_go_with_it(house: House) -> None:
    for name in ("ann", "ben"):
        accounts.invite_by_link(
            house.parts,
            email=f"{name}@acme.example.com",
            name=name,
            role=Role.SUPPLIER_USER,
            partner="acme",
            who="test",
        )
    ann, ben = accounts.listed(house.parts, partner="acme")
    accounts.settings(
        house.parts, account_id=ben.id, zone="Europe/Berlin", language="en", name="ben"
    )
    own_settings.set_zone(house.parts, "acme", "America/Denver", who=f"user:{ann.id}")
    zones = [one.zone for one in accounts.listed(house.parts, partner="acme")]
    assert zones == ["America/Denver", "Europe/Berlin"]
    own_settings.take_back(house.parts, "acme", "zone", "", who="operator")
    zones = [one.zone for one in accounts.listed(house.parts, partner="acme")]
    assert zones == ["UTC", "Europe/Berlin"]


def test_while_the_store_is_away_what_was_known_counts(tmp_path: Path) -> None:
    house = furnish(tmp_path)
    own_settings.set_zone(house.parts, "acme", "America/Denver", who="operator")
    other, clock = _other_process(house)
    assert other.partners.get("acme").calendar.zone == "America/Denver"
    run_sql(house.parts.store, "ALTER TABLE partner_setting RENAME TO gone")
    clock[0] += own_settings.LOOKS_EVERY
    assert other.partners.get("acme").calendar.zone == "America/Denver"
    run_sql(house.parts.store, "ALTER TABLE gone RENAME TO partner_setting")
    house.close()


class _Slow:
    """A store whose looks wait for the test, or find nobody there."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.looks, self.may_go_on = threading.Event(), threading.Event()
        self.is_gone = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def own_turns(self) -> int:
        self.looks.set()
        if self.is_gone:
            raise sqlite3.OperationalError("unable to open database file")
        assert self.may_go_on.wait(30)
        return self._store.own_turns()


def test_nobody_takes_a_first_look_that_still_runs_for_nothing_set(house: House) -> None:
    own_settings.set_zone(house.parts, "acme", "America/Denver", who="operator")
    slow, asked = _Slow(house.parts.store), threading.Semaphore(0)

    def clock() -> float:
        asked.release()
        return 0.0

    own = OwnPages(slow, clock=clock)  # type: ignore[arg-type]
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(own.known)
        assert slow.looks.wait(30)
        while asked.acquire(blocking=False):
            pass
        second = threads.submit(own.known)
        assert asked.acquire(timeout=30)
        threading.Event().wait(0.2)  # whoever does not wait is through by now
        slow.may_go_on.set()
        assert first.result(30)["acme"].zone == "America/Denver"
        assert second.result(30)["acme"].zone == "America/Denver"


def test_what_is_set_is_known_before_anybody_asks(house: House) -> None:
    own_settings.set_zone(house.parts, "acme", "America/Denver", who="operator")
    slow = _Slow(house.parts.store)
    slow.may_go_on.set()
    other = following(replace(house.parts, store=slow))  # type: ignore[arg-type]
    slow.is_gone = True
    assert other.partners.get("acme").calendar.zone == "America/Denver"


def test_a_store_that_is_away_hinders_no_start(house: House) -> None:
    own_settings.set_zone(house.parts, "acme", "America/Denver", who="operator")
    slow = _Slow(house.parts.store)
    slow.is_gone = True
    slow.may_go_on.set()
    other = following(replace(house.parts, store=slow))  # type: ignore[arg-type]
    assert slow.looks.is_set()
    slow.is_gone = False
    other.partners.own.look_again()
    assert other.partners.get("acme").calendar.zone == "America/Denver"


def test_while_no_connection_is_to_spare_what_was_known_counts(house: House) -> None:
    other, clock = _other_process(house)
    own_settings.set_zone(house.parts, "acme", "America/Denver", who="operator")
    assert other.partners.get("acme").calendar.zone == "America/Denver"
    own_settings.set_zone(house.parts, "acme", "Europe/Berlin", who="operator")
    store = house.parts.store
    engine = store._engine  # type: ignore[attr-defined]
    pool = getattr(engine, "_readers", engine.engine).pool
    patience, pool._timeout = pool._timeout, 0.01
    with ExitStack() as held:
        fault: Exception | None = None
        while fault is None:
            try:
                held.enter_context(store.read())
            except NoneFree as full:
                fault = full
        assert is_taken_up(fault) and not is_away(fault)
        clock[0] += own_settings.LOOKS_EVERY
        assert other.partners.get("acme").calendar.zone == "America/Denver"
    pool._timeout = patience
    clock[0] += own_settings.LOOKS_EVERY
    assert other.partners.get("acme").calendar.zone == "Europe/Berlin"


def test_a_wish_for_another_channel_waits_for_a_person(house: House) -> None:
    for wish in ("EDI (X12) over SFTP", "tables by mail"):
        own_settings.ask_for_channel(house.parts, "acme", wish, who="user:ann")
    with house.parts.store.read() as tx:
        [row] = tx.exceptions.page(open_only=True, limit=9)
    assert (row.kind, row.partner) == ("channel-wish", "acme")
    assert "tables by mail" in row.text
