"""A partner that speaks in tables, from an order to the customer's status."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from hub.cli.desk import Desk
from hub.cli.root import commands
from hub.domain.exchange import DocumentState, Severity
from hub.domain.wishes import Fewer
from tests.cast import MAYA
from tests.rigs import changes
from tests.rigs.corner import TABLES, Corner, corner_settings, folder_wire, furnish_corner
from tests.rigs.houses import House, hub_database, post, shopping
from tests.rigs.sshd import Sshd

__all__ = ["hub_database"]

PO = "JUN-1001-1"


@pytest.fixture
def profile() -> str:
    """What stands in the profile of Corner's channel."""
    return ""


@pytest.fixture
def corner(hub_database: str, tmp_path: Path, profile: str) -> Iterator[Corner]:
    """Corner behind two directories, with one order, on each store."""
    home = tmp_path / "corner"
    tables = TABLES.format(wire=folder_wire(home), profile=profile)
    house = furnish_corner(tmp_path, tables, database=hub_database)
    corner = Corner(house=house, home=home)
    post(house, shopping("1001", 2, 1))
    corner.turn()
    yield corner
    house.close()


def both_lines(tracking: str) -> tuple[str, ...]:
    return (
        "PO Number;SKU;Qty shipped;Carrier;Tracking;Ship date",
        f"{PO};corner-SKU-1;2;UPS;{tracking};2026-11-20 14:30",
        f"{PO};corner-SKU-2;1;UPS;{tracking};2026-11-20 14:30",
    )


def test_an_order_goes_out_as_a_table_and_comes_back_as_shipped(corner: Corner) -> None:
    assert [path.name for path in corner.files()] == ["order-JUN-1001-1-000000001.csv"]
    rows = corner.sent()
    assert [(row["Line"], row["Vendor SKU"], row["Quantity"]) for row in rows] == [
        ("1", "corner-SKU-1", "2"),
        ("2", "corner-SKU-2", "1"),
    ]
    for row in rows:
        assert (row["Purchase order"], row["Purpose"]) == (PO, "NEW")
        assert (row["Ship to"], row["City"], row["ZIP"]) == (MAYA.name, MAYA.city, MAYA.postcode)
        assert (row["Unit cost"], row["Currency"]) == ("4.00", "USD")
        assert row["Phone"].lstrip("'") == MAYA.phone
    corner.leave("answer.csv", "PO,Line,Status", f"{PO},1,ok", f"{PO},2,confirmed")
    assert corner.came("response") == (DocumentState.APPLIED, [])
    assert corner.house.word() == "Being prepared"
    corner.leave("shipped.csv", *both_lines("1Z0001"))
    assert corner.came("shipment") == (DocumentState.APPLIED, [])
    assert corner.house.word() == "Shipped"
    assert corner.shipped() == [("1Z0001", [2, 1])], "two rows, one parcel"
    (shipment,) = corner.house.order().shipments
    assert (shipment.carrier, f"{shipment.shipped_at:%H:%M}") == ("ups", "14:30")
    assert corner.house.exceptions() == []


def test_what_stands_in_the_next_file_too_ships_nothing_twice(corner: Corner) -> None:
    head, first, second = both_lines("1Z0001")
    corner.leave("monday.csv", head, first)
    assert corner.house.word() == "Part shipped"
    other = second.replace("1Z0001", "1Z0002")
    corner.leave("tuesday.csv", head, other)
    corner.leave("week.csv", head, other, first)
    assert sorted(corner.shipped()) == [("1Z0001", [2]), ("1Z0002", [1])]
    assert corner.house.word() == "Shipped"


def test_quantities_side_by_side_answer_a_line(corner: Corner) -> None:
    corner.leave(
        "answer.csv",
        "PO,SKU,Accepted,Backordered,Rejected,Ship Date,Reason",
        f"{PO},corner-SKU-1,1,1,0,2026-12-24,",
        f"{PO},corner-SKU-2,0,0,1,,no longer made",
    )
    assert corner.came("response") == (DocumentState.APPLIED, [])
    (part,) = corner.house.order().fulfillments
    told = [
        (one.buckets.accepted, one.buckets.backordered, one.buckets.rejected) for one in part.lines
    ]
    assert told == [(1, 1, 0), (0, 0, 1)]


def test_one_word_answers_a_whole_order_where_no_line_is_named(corner: Corner) -> None:
    corner.leave("answer.csv", "Bestellnummer;Antwort", f"{PO};bestätigt")
    (part,) = corner.house.order().fulfillments
    assert [one.buckets.accepted for one in part.lines] == [2, 1]


BAD = (
    "PO,SKU,Status,Ship date",
    f"{PO},corner-SKU-1,ok,",
    f"{PO},,ok,",
    f"{PO},corner-SKU-2,perhaps,",
    f"{PO},corner-SKU-9,ok,12/24/2026",
)


def test_one_bad_row_keeps_the_others_from_counting_and_all_are_told(corner: Corner) -> None:
    corner.leave("answer.csv", *BAD)
    state, places = corner.came("response")
    assert state is DocumentState.REFUSED
    assert sorted(places) == ["row 3, column line", "row 4, column status"]
    (row,) = corner.papers("response")
    told = {one.where.path: one for one in row.problems}
    assert told["row 4, column status"].where.value == "PERHAPS"
    assert "does not say its line or vendor" in told["row 3, column line"].text
    (part,) = corner.house.order().fulfillments
    assert [one.buckets.accepted for one in part.lines] == [0, 0]
    assert corner.house.exceptions() == ["refused"]


@pytest.mark.parametrize("profile", ["rows: good_ones"])
def test_good_rows_count_where_the_partner_s_page_allows_it(corner: Corner) -> None:
    corner.leave("answer.csv", *BAD)
    state, places = corner.came("response")
    assert state is DocumentState.PARTLY_APPLIED
    assert sorted(places) == [
        "row 3, column line",
        "row 4, column status",
        "row 5, column sku",
    ], "an article that the order does not have is told by its row too"
    (part,) = corner.house.order().fulfillments
    assert [one.buckets.accepted for one in part.lines] == [2, 0]


def test_rows_that_answer_for_no_unit_are_told_with_their_place(corner: Corner) -> None:
    corner.leave(
        "answer.csv", "PO,Line,Accepted,Backordered,Rejected", f"{PO},1,2,0,0", f"{PO},2,0,0.0,0"
    )
    row = corner.papers("response")[0]
    (zero,) = row.problems
    assert (row.state, zero.code) == (DocumentState.APPLIED, "answers-none")
    assert (zero.where.path, zero.severity) == ("row 3, column accepted", Severity.WARNING)
    corner.house.clock.on(minutes=1)
    corner.leave(
        "no.csv",
        "PO,SKU,Status,Quantity",
        f"{PO},corner-SKU-1,ok,2",
        f"{PO},corner-SKU-2,rejected,0",
    )
    row = corner.papers("response")[0]
    (rejected,) = row.problems
    assert (row.state, rejected.code) == (DocumentState.PARTLY_APPLIED, "rejects-none")
    assert rejected.where.path == "row 3, column sku"
    (part,) = corner.house.order().fulfillments
    assert [one.buckets.accepted for one in part.lines] == [2, 0]


@pytest.mark.parametrize("profile", ["rows: good_ones"])
def test_a_tracking_number_that_excel_rounded_is_named_and_not_used(corner: Corner) -> None:
    head, first, second = both_lines("1Z0001")
    rounded = second.replace("1Z0001", "9.4001E+21")
    corner.leave("shipped.csv", head, first, rounded)
    row = corner.papers("shipment")[0]
    assert row.state is DocumentState.PARTLY_APPLIED
    (problem,) = row.problems
    assert (problem.where.path, problem.where.value) == ("row 3, column tracking", "9.4001E+21")
    assert "Excel changed this number" in problem.text
    assert "format the column as Text" in problem.text
    assert corner.shipped() == [("1Z0001", [2])]


def test_a_workbook_is_an_answer_like_any_other(corner: Corner) -> None:
    book = openpyxl.Workbook()
    cover = book.active
    assert cover is not None
    cover.append(["Corner Workshop", "shipments"])
    sheet = book.create_sheet("Sent")
    sheet.append(["Shipments of today"])
    sheet.append(["PO", "Line", "Quantity", "Tracking number"])
    sheet.append([PO, 1, 2, "1Z0001"])
    sheet.append([PO, 2, 1, "1Z0001"])
    body = io.BytesIO()
    book.save(body)
    corner.leave("sent.xlsx", body=body.getvalue())
    assert corner.shipped() == [("1Z0001", [2, 1])]


def test_a_file_of_headings_alone_is_nothing_to_tell(corner: Corner) -> None:
    corner.leave("shipped.csv", both_lines("")[0])
    assert (corner.papers("shipment"), corner.house.exceptions()) == ([], [])


def test_a_change_goes_out_as_a_table(corner: Corner) -> None:
    corner.leave("answer.csv", "PO,Line,Status", f"{PO},1,ok", f"{PO},2,ok")
    changes.cancel(corner.house, Fewer(line="1", quantity=1))
    corner.turn()
    assert corner.files()[-1].name == "change-JUN-1001-1-000000002.csv"
    (row,) = corner.sent()
    assert (row["Purpose"], row["Change"], row["Line"]) == ("CHANGE", "1", "1")
    assert (row["Action"], row["New quantity"], row["Former quantity"]) == ("LESS", "1", "2")


# --- headings that a person assigned -------------------------------------------------------------


def hub(corner: Corner, database: str, *words: str) -> Result:
    environment = corner_settings(corner.home.parent)
    environment |= {"HUB_DATABASE_URL": database} if database else {}
    answer = CliRunner().invoke(commands, list(words), obj=Desk(environment))
    if answer.exception is not None and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    return answer


def test_headings_that_were_assigned_once_are_remembered(
    corner: Corner,
    hub_database: str,
) -> None:
    odd = ("Vorgang,Ding,Stand der Sache", f"{PO},corner-SKU-1,ok", f"{PO},corner-SKU-2,ok")
    corner.leave("answer.csv", *odd)
    with corner.house.parts.store.read() as tx:
        (stuck,) = tx.exceptions.page(open_only=True, limit=9)
    assert "row 1 names Vorgang, Ding" in stuck.text and "hub partner headings" in stuck.text
    run = lambda *words: hub(corner, hub_database, "partner", "headings", *words)  # noqa: E731
    said = run("corner", "Vorgang=number", "ding=vendor", "Stand der Sache=status")
    assert said.exit_code == 0, said.output
    assert stuck.transmission_id is not None
    assert hub(corner, hub_database, "doc", "retry", stuck.transmission_id).exit_code == 0
    corner.turn()
    assert corner.came("response") == (DocumentState.APPLIED, [])
    corner.leave("again.csv", *odd)
    assert [row.state for row in corner.papers("response")] == [DocumentState.APPLIED] * 2
    shown = json.loads(run("corner", "--json").stdout)["headings"]
    assert {one["heading"]: one["means"] for one in shown}["Vorgang"] == "number"
    assert run("corner", "--forget", "Vorgang").exit_code == 0
    corner.leave("third.csv", *odd)
    assert corner.house.exceptions() == ["unreadable"]


EMBEDDED = pytest.mark.parametrize("hub_database", [""])  # what is no matter of the engine


@EMBEDDED
def test_a_heading_that_cannot_be_assigned_is_told_with_a_way_out(
    corner: Corner, hub_database: str
) -> None:
    for words, said in (
        (("nobody",), "no page has the partner"),
        (("corner", "Ding=thing"), "'thing' is no column; there are notice"),
        (("corner", "Ding"), "write HEADING=COLUMN"),
        (("corner", "--forget", "Ding"), "nobody said"),
    ):
        answer = hub(corner, hub_database, "partner", "headings", *words)
        assert (answer.exit_code != 0, said in answer.stderr) == (True, True), answer.stderr


@EMBEDDED
def test_a_dry_run_knows_what_was_assigned(
    corner: Corner, hub_database: str, tmp_path: Path
) -> None:
    file = tmp_path / "odd.csv"
    file.write_text(f"Vorgang,Line,Status\n{PO},1,ok\n")
    assert hub(corner, hub_database, "try", "corner", str(file)).exit_code == 1
    hub(corner, hub_database, "partner", "headings", "corner", "Vorgang=number")
    assert hub(corner, hub_database, "try", "corner", str(file)).exit_code == 0


# --- over a real server --------------------------------------------------------------------------


def test_the_same_road_over_sftp(tmp_path: Path, clean_sshd: Sshd) -> None:
    server = clean_sshd
    for name in ("in", "out"):
        (server.root / name).mkdir(exist_ok=True)
    wire = (
        "transport: sftp\n"
        f"    settings: {{host: {server.host}, port: {server.port}, user: {server.user}, "
        f"host_key: {server.host_key}, key_file: 'file:{server.key_path}', "
        f"inbox: {server.remote('/out')}, outbox: {server.remote('/in')}}}"
    )
    house: House = furnish_corner(tmp_path, TABLES.format(wire=wire, profile="separator: tab"))
    corner = Corner(house=house, home=server.root)
    try:
        post(house, shopping("1001", 2, 1))
        corner.turn()
        (file,) = corner.files()
        assert b"\tJUN-1001-1\t" in file.read_bytes()
        corner.leave("shipped.tsv", *(row.replace(";", "\t") for row in both_lines("1Z0001")))
        assert house.word() == "Shipped"
    finally:
        house.close()
