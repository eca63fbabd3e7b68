"""What the operator's pages count is what stands behind each number; nothing is counted unsaid."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from click.testing import CliRunner

from hub.access import Role
from hub.cli.desk import Desk
from hub.cli.root import commands
from hub.domain.facts import Stuck
from hub.domain.names import Names
from hub.flow import accounts
from hub.flow.accounts_mails import UserMailTurn
from hub.flow.mailing import MailTurn
from hub.flow.watching import ring
from hub.ops.desk.causes import errors_by_cause
from hub.ops.desk.documents import documents
from hub.ops.desk.overview import MOST_CAUSES, overview
from hub.ops.desk.partners import partners
from hub.ops.desk.reports import NONE, report
from hub.ops.desk.signs import Sign
from hub.transports.mail import Server
from tests.rigs import desk_papers, free_port
from tests.rigs.changes import answer_change, cancel, changes_received
from tests.rigs.houses import House, furnish, post, shopping, stock_up
from tests.web.portal.rig import Mailbox

NEW_YORK, TOKYO = ZoneInfo("America/New_York"), ZoneInfo("Asia/Tokyo")


def _stuck(house: House, count: int) -> None:
    for n in range(count):
        stuck = Stuck(hold=f"x:{n}", kind=f"kind-{n}", partner="acme", text="a", next_step="b")
        house.parts.store.write(
            lambda tx, stuck=stuck, n=n: tx.exceptions.open(
                stuck, at=house.clock(), names=Names(f"stuck/{n}")
            )
        )


def test_all_causes_are_counted_though_only_some_are_named(house: House) -> None:
    _stuck(house, MOST_CAUSES + 5)
    seen = overview(house.parts)
    assert len(seen.causes) == MOST_CAUSES
    assert seen.causes_count == len(errors_by_cause(house.parts)) == MOST_CAUSES + 5


def _failing(house: House, name: str) -> None:
    """Acme sends a paper on an order that nobody knows, and a file that is no paper."""
    acme = house.suppliers["acme"]
    [order] = acme.purchase_orders()
    acme.send("856", [row.replace("JUN-1001-1", "NONE-1") for row in acme.notice(order, name=name)])
    (acme.home / "out" / f"{name}-none.edi").write_text(f"no EDI at all: {name}")
    for _ in range(3):
        house.turn()
        house.clock.on(seconds=61)


def _failed(house: House, zone: tzinfo) -> int:
    """How many the tile counts; as many as the list behind it."""
    seen = overview(house.parts, zone=zone)
    found = documents(house.parts, light="no", since=seen.midnight, limit=200)
    assert seen.today[Sign.NO] == len(found.rows) + len(found.deliveries)
    return seen.today[Sign.NO]


def test_what_failed_today_is_of_the_viewers_day_and_the_list_behind_it_is_the_same(
    house: House,
) -> None:
    post(house, shopping("1001", 2))
    house.turn()
    house.clock.time = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    _failing(house, "S1")
    assert [_failed(house, zone) for zone in (UTC, NEW_YORK, TOKYO)] == [2, 2, 2]
    house.clock.time = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)  # the day before in New York
    assert [_failed(house, zone) for zone in (UTC, NEW_YORK, TOKYO)] == [0, 2, 2]
    _failing(house, "S2")
    assert [_failed(house, zone) for zone in (UTC, NEW_YORK, TOKYO)] == [2, 4, 4]
    assert overview(house.parts, zone=NEW_YORK).midnight == datetime(2026, 11, 20, 5, tzinfo=UTC)
    assert len(documents(house.parts, light="no").rows) == 2
    page = documents(house.parts, since=overview(house.parts).midnight, partner="nobody")
    assert (page.rows, page.deliveries) == ((), ())


def test_a_page_of_a_day_ends_with_it(house: House) -> None:
    for number in ("1001", "1002"):
        post(house, shopping(number, 2))
        house.turn()
    house.clock.on(days=1)
    since = house.clock()
    for number in ("1003", "1004", "1005"):
        post(house, shopping(number, 2))
        house.turn()
    first = documents(house.parts, since=since, limit=2)
    rest = documents(house.parts, since=since, limit=2, before=first.next)
    assert [len(first.rows), len(rest.rows), rest.next] == [2, 1, ""]


def test_on_time_is_of_what_was_due(hub_database: str, tmp_path: Path) -> None:
    house = furnish(tmp_path, database=hub_database, rules="changes: {silence: decline}")
    stock_up(house)
    post(house, shopping("1001", 2))
    house.turn()
    [(_, papers, receipts, late, share, *answers)] = report(house.parts, "acknowledgements").rows
    assert (papers, receipts, late, share) == (1, 0, 0, NONE), "its receipt is not due yet"
    assert answers == [0, 0, NONE], "its answer is not due yet"
    acme = house.suppliers["acme"]
    acme.send("855", acme.answer(acme.purchase_orders()[0]))
    house.turn()
    assert report(house.parts, "acknowledgements").rows[0][-3:] == (1, 0, 100.0)
    cancel(house)
    house.turn()
    assert report(house.parts, "acknowledgements").rows[0][-3:] == (1, 0, 100.0)
    house.clock.on(days=9)
    ring(house.parts)
    assert report(house.parts, "acknowledgements").rows[0][-3:] == (1, 1, 50.0)
    acme.send("865", answer_change(changes_received(acme)[0]))
    house.turn()
    *_, answered, silent, share = report(house.parts, "acknowledgements").rows[0]
    assert (answered, silent, share) == (2, 1, 50.0), "late stays late"
    house.close()


def test_of_who_sends_no_receipts_none_is_on_time(desk_house: House) -> None:
    desk_papers.given(desk_house, 2)
    [(name, papers, receipts, late, share, *_)] = report(desk_house.parts, "acknowledgements").rows
    assert (name, papers, receipts, late, share) == ("Mill", 1, 0, 0, NONE)


def test_a_receipt_that_came_late_was_late(house: House) -> None:
    for number in ("1001", "1002"):
        post(house, shopping(number, 2))
        house.turn()
    acme = house.suppliers["acme"]
    first, second = acme.received()
    acme.send("997", acme.receipt(first))
    house.turn()
    assert report(house.parts, "acknowledgements").rows[0][2:5] == (1, 0, 100.0)
    house.clock.on(days=2)
    ring(house.parts)
    assert report(house.parts, "acknowledgements").rows[0][2:5] == (1, 1, 50.0)
    acme.send("997", acme.receipt(second))
    house.turn()
    assert report(house.parts, "acknowledgements").rows[0][2:5] == (2, 1, 50.0)


def test_days_of_utc_are_said(house: House) -> None:
    assert "days are of UTC" in report(house.parts, "orders").note
    assert report(house.parts, "cancellations").rows == ()


def test_the_page_and_the_command_count_alike_what_waits_in_a_lane(
    hub_database: str, tmp_path: Path
) -> None:
    house = furnish(tmp_path, database=hub_database)
    stock_up(house)
    post(house, shopping("1001", 2))
    house.turn()
    door = house.suppliers["acme"].home / "in"
    door.rename(door.with_name("away"))
    written = house.clock()
    post(house, shopping("1002", 2))
    house.turn()  # written, and did not leave
    house.clock.on(minutes=1)
    post(house, shopping("1003", 2))  # not written yet
    [lane] = overview(house.parts).lanes
    environment = {"HUB_DATA_DIR": str(tmp_path / "data")}
    environment |= {"HUB_PARTNER_CONFIGS": str(tmp_path / "partners")}
    environment |= {"HUB_DATABASE_URL": hub_database} if hub_database else {}
    answer = CliRunner().invoke(commands, ["lane", "list", "--json"], obj=Desk(environment))
    [told] = json.loads(answer.stdout)["lanes"]
    assert (lane.waiting, lane.oldest) == (2, written)
    assert (told["waiting"], told["unsent"], told["parked"]) == (2, 1, 0)
    assert datetime.fromisoformat(told["oldest"]) == written
    table = CliRunner().invoke(commands, ["lane", "list"], obj=Desk(environment)).stdout
    assert table.splitlines()[1].split()[:3] == ["acme/edi", "2", "0"]
    assert partners(house.parts)[0].waiting == 2
    house.close()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox(port=free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


def test_lanes_of_mails_say_when_the_last_one_left(house: House, mailbox: Mailbox) -> None:
    brands = {
        name: replace(brand, mails=("confirmed",)) for name, brand in house.parts.brands.items()
    }
    server = Server(host="127.0.0.1", port=mailbox.port, tls="none")
    house.parts = replace(house.parts, mail=server, brands=brands, mail_from="hub@example.com")
    accounts.invite(
        house.parts, email="kim@example.com", name="Kim", role=Role.OPERATOR, who="test"
    )
    post(house, shopping("1001", 2))
    before = {lane.name: lane.last_out for lane in overview(house.parts).lanes}
    assert (before["mail/juniper"], before["mail/_users"]) == (None, None)
    house.clock.on(hours=2)
    left = house.clock()
    brand = MailTurn(house.parts, house.parts.brands["juniper"], owner="test")
    for turn in (brand, UserMailTurn(house.parts, owner="test")):
        assert turn.take(poll=False) == 1
        turn.release()
    assert len(mailbox.raw) == 2
    house.clock.on(hours=1)
    after = {lane.name: lane.last_out for lane in overview(house.parts).lanes}
    assert (after["mail/juniper"], after["mail/_users"]) == (left, left)
