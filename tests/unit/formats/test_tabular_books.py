"""Workbooks: the first sheet that is a table, and archives that are not what they seem."""

import io
import stat
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import Malformed
from hub.formats import tabular
from hub.formats.tabular import books, workbook


def book(*rows: list[object], lead: str = "") -> bytes:
    """A workbook with these rows, on the second sheet if the first has a lead."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    if lead:
        sheet.append([lead])
        sheet = made.create_sheet("Table")
    for row in rows:
        sheet.append(row)
    body = io.BytesIO()
    made.save(body)
    return body.getvalue()


def segments(body: bytes) -> list[tuple[str, ...]]:
    [one] = tabular.split(io.BytesIO(body), profile=tabular.Config())
    [document] = one.groups[0].documents
    read = list(tabular.read(body, document=document))
    assert read == list(tabular.walk(io.BytesIO(body), document=document))
    return read[1:]


def archive(**entries: bytes) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/workbook.xml", b"<workbook/>")
        for name, text in entries.items():
            made.writestr(name, text)
    return body.getvalue()


def refused(body: bytes) -> str:
    with pytest.raises(Malformed) as told:
        list(tabular.split(io.BytesIO(body), profile=tabular.Config()))
    [problem] = told.value.problems
    return f"{problem.code}: {problem.text}"


def test_cells_are_read_as_somebody_would_have_typed_them():
    body = book(
        ["Vendor SKU", "GTIN", "Qty", "ETA", "Unit"],
        ["A-1", 12345678905, 5.0, date(2026, 3, 12), "EA"],
        ["A-2", None, 7, datetime(2026, 3, 12, 14, 30), True],
        lead="Stock of Monday",
    )
    first, second = segments(body)
    assert first == ("ROW", "5", "EA", "", "", "20260312", "VN", "A-1", "EN", "12345678905")
    assert second == ("ROW", "7", "True", "", "", "20260312", "VN", "A-2")


def test_rows_are_counted_as_the_spreadsheet_counts_them():
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for place, text in {"C3": "PO", "D3": "Line", "E3": "Qty", "F3": "Tracking"}.items():
        sheet[place] = text
    for place, text in {"C5": "P-1", "D5": "1", "E5": "many", "F5": "1Z"}.items():
        sheet[place] = text
    body = io.BytesIO()
    made.save(body)
    [one] = tabular.split(body, profile=tabular.Config())
    [document] = one.groups[0].documents
    paper = tabular.read(body.getvalue(), document=document)
    at = paper.index(("SHP", "00", "-")) + 2
    from hub.domain.exchange import Problem, Where

    missed = Problem(code="x", text="x", where=Where(segment="SHP", ordinal=at, element=3))
    found = tabular.locate(body.getvalue(), document=document, problem=missed)
    assert found.where.path == "row 5, column quantity"


def test_a_number_that_excel_rounded_is_told_as_such():
    body = book(["PO", "Line", "Qty", "Tracking"], ["P-1", 1, 1, 9400111899223857123456.0])
    assert segments(body)[0] == ("SHP", "00", "-")


def test_the_trouble_of_the_first_sheet_is_told_when_none_is_a_table():
    assert "row 1 names Holidays" in refused(book(["more"], lead="Holidays"))


def test_old_and_protected_workbooks_are_refused_with_a_way_out():
    said = refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    assert said.startswith("old-workbook") and "save it as an Excel workbook (.xlsx)" in said


def test_an_archive_of_more_entries_than_a_workbook_has_is_refused():
    many = archive(**{f"xl/{n}.xml": b"" for n in range(100)})
    assert refused(many).startswith("too-many-entries")


def test_a_bomb_is_stopped_by_its_ratio_and_by_its_size(monkeypatch):
    bomb = archive(**{"xl/worksheets/sheet1.xml": b" " * 20_000_000})
    assert len(bomb) < 50_000
    assert refused(bomb).startswith("unpacks-to-too-much")
    monkeypatch.setattr(books, "MOST_UNPACKED", 100_000)
    several = archive(**{f"xl/{n}.xml": bytes(range(256)) * 200 for n in range(3)})
    assert refused(several).startswith("unpacks-to-too-much")


def test_what_an_entry_claims_of_its_size_is_not_believed():
    honest = archive(**{"xl/worksheets/sheet1.xml": b"<x>" + b"a" * 5000})
    # The size in the directory and in the entry's own header, told ten times smaller.
    forged = honest.replace((5003).to_bytes(4, "little"), (503).to_bytes(4, "little"))
    assert forged != honest
    assert refused(forged).startswith("no-workbook")


@pytest.mark.parametrize("inner", [b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0"])
def test_an_archive_inside_an_archive_is_refused(inner: bytes):
    assert refused(archive(**{"xl/media/x.bin": inner + b"...."})).startswith("archive-inside")


def test_a_link_inside_an_archive_is_refused():
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as made:
        made.writestr("xl/workbook.xml", b"<workbook/>")
        entry = zipfile.ZipInfo("xl/worksheets/sheet1.xml")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(entry, b"/etc/passwd")
    assert refused(body.getvalue()).startswith("odd-entry")


def test_names_inside_are_never_used_as_paths():
    odd = {"../../escaped.xml": b"<x/>", "/etc/escaped.xml": b"<x/>"}
    assert refused(archive(**odd)).startswith("no-workbook")


@pytest.mark.parametrize("corner", ["XFD1048576", "A1048576", "ZZ99999"])
def test_a_cell_far_outside_the_table_costs_no_room(corner: str):
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.append(["SKU", "Qty"])
    sheet[corner] = "x"
    sheet["XA1"] = "y"
    body = io.BytesIO()
    made.save(body)
    assert refused(body.getvalue()).startswith("too-wide")


def test_a_cell_that_spells_a_sign_no_text_may_hold_is_told_with_its_row():
    body = book(["item", "qty"], ["A", 1], ["B_x0000_", 2])
    assert "row 3 has the sign U+0000" in refused(body)


def test_another_zip_archive_is_no_workbook():
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as made:
        made.writestr("word/document.xml", b"<x/>")
    assert "no Excel workbook" in refused(body.getvalue())


def test_a_workbook_is_whole_when_its_directory_is_there():
    body = book(["SKU", "Qty"], ["A", 1])
    assert tabular.whole(io.BytesIO(body))
    assert not tabular.whole(io.BytesIO(body[:-30]))


@given(st.data())
def test_no_damage_to_a_workbook_breaks_the_reader(data: st.DataObject):
    body = bytearray(workbook.written([["SKU", "Qty"], ["A", "1"]], sheet="S", counted=[False] * 2))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(4, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        segments(bytes(body))
    except Malformed as told:
        assert told.problems
