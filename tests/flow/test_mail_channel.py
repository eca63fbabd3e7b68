"""A partner that is asked by mail and answers with a file in a drop folder."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from aiosmtpd.controller import Controller

from hub.flow import accounts
from tests.cast import MAYA
from tests.rigs import free_port
from tests.rigs.corner import Corner, Mailbox, furnish_corner
from tests.rigs.houses import House, hub_database, post, shopping

__all__ = ["hub_database"]

CHANNELS = """\
  - name: mail
    transport: mail
    settings: {{to: orders@corner.example.com, from: hub@juniper.example.com, {settings}}}
    format: tabular
    profile: {{{profile}}}
    send: order
    maps: {{order: csv/order}}
    file_name: "{{order}}-{{number}}.{ending}"
    batch_limit: 1
  - name: drop
    transport: folder
    settings: {{inbox: {home}/out, outbox: {home}/in}}
    format: tabular
    receive: [response, shipment]
    maps: {{response: csv/response, shipment: csv/shipment}}
    poll: 1s
"""


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server on a free port of this machine."""
    box = Mailbox(port=free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


def furnished(
    folder: Path,
    mailbox: Mailbox,
    *,
    database: str = "",
    settings: str = 'subject: "Order {name}"',
    profile: str = "",
    ending: str = "csv",
) -> Corner:
    """Corner, asked by the hub's own mail server."""
    home = folder / "corner"
    page = CHANNELS.format(home=home, settings=settings, profile=profile, ending=ending)
    more = {"HUB_SMTP_URL": f"smtp://127.0.0.1:{mailbox.port}"}
    return Corner(house=furnish_corner(folder, page, database=database, more=more), home=home)


@pytest.fixture
def corner(hub_database: str, tmp_path: Path, mailbox: Mailbox) -> Iterator[Corner]:
    """Corner on each store."""
    corner = furnished(tmp_path, mailbox, database=hub_database)
    yield corner
    corner.house.close()


def test_each_order_is_one_mail_and_the_answer_comes_by_the_drop_folder(
    corner: Corner, mailbox: Mailbox
) -> None:
    for number in ("1001", "1002"):
        post(corner.house, shopping(number, 2))
    corner.turn()
    assert [to for to, _ in mailbox.letters] == [["orders@corner.example.com"]] * 2
    message = mailbox.letters[0][1]
    assert message["To"] == "orders@corner.example.com"
    assert message["From"] == "hub@juniper.example.com"
    assert message["Subject"] == "Order JUN-1001-1-000000001"
    assert message["Date"].datetime == corner.house.clock()
    (attached,) = message.iter_attachments()
    assert attached.get_content_type() == "text/csv"
    assert attached.get_filename() == "JUN-1001-1-000000001.csv"
    text = attached.get_payload(decode=True).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert (row["Purchase order"], row["Ship to"]) == ("JUN-1001-1", MAYA.name)
    corner.leave("sent.csv", "PO,Line,Qty,Tracking", "JUN-1001-1,1,2,1Z0001")
    assert (corner.house.word("1001"), corner.house.word("1002")) == ("Shipped", "Confirmed")


def test_the_order_stands_in_the_text_for_people_to_read(tmp_path: Path, mailbox: Mailbox) -> None:
    corner = furnished(
        tmp_path, mailbox, settings="place: in_text", profile="file: text", ending="txt"
    )
    post(corner.house, shopping("1001", 2, 1))
    corner.turn()
    corner.house.close()
    ((_, message),) = mailbox.letters
    assert not list(message.iter_attachments())
    text = "\n".join(message.get_content().splitlines())
    head, first, second = text.strip().split("\n\n")
    assert "Purchase order: JUN-1001-1\n" in head
    assert f"Ship to: {MAYA.name}\n" in head
    assert "Vendor SKU: corner-SKU-1" in first and "Quantity: 2" in first
    assert "Vendor SKU: corner-SKU-2" in second and "Quantity: 1" in second


def test_a_workbook_travels_whole(tmp_path: Path, mailbox: Mailbox) -> None:
    corner = furnished(tmp_path, mailbox, settings="", profile="file: xlsx", ending="xlsx")
    post(corner.house, shopping("1001", 2))
    corner.turn()
    corner.house.close()
    ((_, message),) = mailbox.letters
    (attached,) = message.iter_attachments()
    book = openpyxl.load_workbook(io.BytesIO(attached.get_payload(decode=True)))
    head, row = book["Orders"].iter_rows(values_only=True)
    assert dict(zip(head, row, strict=True))["Purchase order"] == "JUN-1001-1"


def test_a_mail_that_is_refused_waits_and_is_told(corner: Corner, mailbox: Mailbox) -> None:
    mailbox.answer = "550 no such user"
    post(corner.house, shopping("1001", 2))
    corner.turn()
    assert corner.house.exceptions() == ["wire"]
    mailbox.answer = "250 taken"
    corner.house.clock.on(minutes=11)
    corner.turn()
    assert len(mailbox.letters) == 1
    assert corner.house.exceptions() == []


def test_a_hub_without_a_mail_server_says_what_is_missing(tmp_path: Path) -> None:
    page = CHANNELS.format(home=tmp_path / "corner", settings="", profile="", ending="csv")
    house: House = furnish_corner(tmp_path, page)
    post(house, shopping("1001", 2))
    house.turns["mail"].take(poll=False)
    with house.parts.store.read() as tx:
        (stuck,) = tx.exceptions.page(open_only=True, limit=9)
    assert "set HUB_SMTP_URL" in stuck.text
    house.close()


DESK = """\
  - name: portal
    transport: desk
    format: tabular
    send: [change]
    maps: {{change: csv/change}}
"""


def test_who_may_also_work_at_the_portal_finds_a_link_to_each_order(
    tmp_path: Path, mailbox: Mailbox
) -> None:
    home = tmp_path / "corner"
    page = (CHANNELS + DESK).format(home=home, settings="", profile="", ending="csv")
    more = {"HUB_SMTP_URL": f"smtp://127.0.0.1:{mailbox.port}"}
    corner = Corner(house=furnish_corner(tmp_path, page, more=more), home=home)
    post(corner.house, shopping("1001", 2))
    corner.turn()
    ((_, message),) = mailbox.letters
    (text, attached) = message.iter_parts()
    words = "\n".join(text.get_content().splitlines())
    assert words.startswith("Please find our papers attached.")
    found = re.search(r"^JUN-1001-1: https://portal\.localhost/a/([a-z2-7]+)$", words, re.MULTILINE)
    assert found
    act = accounts.peek_act(corner.house.parts, token=found[1])
    corner.house.close()
    assert act is not None
    assert (act.partner, act.purpose, act.subject) == ("corner", "work", "JUN-1001-1")
    assert attached.get_filename() == "JUN-1001-1-000000001.csv"
