"""Tables in text files: what spreadsheet programs make of them, and what is read all the same."""

import csv
import io
import resource
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.exchange import Document, Problem, Where
from hub.errors import Malformed
from hub.formats import tabular
from hub.formats.tabular import texts


def _split(text: str | bytes, **profile) -> tuple[Document, list[tuple[str, ...]]]:
    body = text if isinstance(text, bytes) else text.encode()
    [one] = tabular.split(io.BytesIO(body), profile=tabular.Config(**profile))
    [document] = one.groups[0].documents
    rows = list(tabular.walk(io.BytesIO(body), document=document))
    assert rows == list(tabular.read(body, document=document))
    return document, rows[1:]


def _codes(document: Document) -> list[str]:
    return [problem.code for problem in document.problems]


def test_a_row_becomes_a_segment_with_its_ids_as_pairs():
    document, rows = _split(
        "Vendor SKU,UPC,On Hand,UoM,Warehouse,ETA,Incoming,Colour\n"
        "A-1,012345678905,5,EA,East,2026-12-01,40,blue\n"
    )
    assert rows == [("ROW", "5", "EA", "East", "40", "20261201", "VN", "A-1", "UP", "012345678905")]
    assert document.problems == ()
    assert (document.set_id, document.offset) == ("stock", 0)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_the_separator_is_found_and_quoted_text_is_kept_whole(mark, line_end):
    lines = (mark.join(("item", "remark", "qty")), mark.join(('"A""1"', f'"x{mark}\ny"', "5")))
    _, rows = _split(line_end.join(lines) + line_end)
    assert rows == [("ROW", "5", "", "", "", "", "VN", 'A"1')]


def test_the_line_that_spreadsheets_put_first_is_obeyed():
    _, rows = _split("sep=|\nitem|qty\nA,1|5\n")
    assert rows == [("ROW", "5", "", "", "", "", "VN", "A,1")]


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ("item;qty\nLärm;1\n".encode(), []),
        ("\ufeffitem;qty\nLärm;1\n".encode(), []),
        ("item;qty\nLärm;1\n".encode("utf-16"), []),
        ("item;qty\nLärm;1\n".encode("latin-1"), ["not-utf-8"]),
    ],
)
def test_every_usual_encoding_is_read_and_an_old_one_told(body, codes):
    document, rows = _split(body)
    assert rows == [("ROW", "1", "", "", "", "", "VN", "Lärm")]
    assert _codes(document) == codes


def test_what_spreadsheets_do_to_ids_is_undone_or_told():
    document, rows = _split('item,gtin,qty\n="00123",9.4E+12,5\n=1+1,,2\n')
    assert rows[0][6:8] == ("VN", "00123")
    assert rows[1] == ("ROW", "2", "", "", "", "", "VN", "=1+1"), "a text like any other"
    [problem] = document.problems
    assert problem.code == "spreadsheet-number"
    assert problem.where.path == "row 2, column gtin"


def test_less_than_none_is_none_and_other_numbers_are_left_to_the_map():
    document, rows = _split("item,qty\nA,-3\nB,2.0\nC,about 5\n")
    assert [row[1] for row in rows] == ["0", "2.0", "about 5"]
    assert _codes(document) == ["odd-quantity"]


def test_a_row_with_too_many_cells_has_no_quantity():
    document, rows = _split("item,qty\nA,1,5\nB,2,\n")
    assert [row[1] for row in rows] == ["one of 3 cells", "2"]
    assert _codes(document) == ["too-many-cells"]


@pytest.mark.parametrize(
    ("cells", "moment"),
    [
        (["2026-11-20T14:30", "2026-11-20T13:00"], ("20261120", "130000", "")),
        (["2026-11-20T14:30+02:00"], ("20261120", "123000", "UT")),
        (["2026-11-20"], ("", "", "")),
        (["2026-11-20T14:30", "yesterday"], ("", "", "")),
        (["", ""], ("", "", "")),
    ],
)
def test_the_report_is_as_old_as_its_oldest_row(cells, moment):
    body = "item,qty,as of\n" + "".join(f"A,1,{cell}\n" for cell in cells)
    document, _ = _split(body)
    head = next(iter(tabular.walk(io.BytesIO(body.encode()), document=document)))
    assert head[3:] == moment


def test_blank_rows_count_so_that_numbers_stay_right():
    document, rows = _split("\nitem,qty\n\nA,1\n,\nB,x\n")
    assert rows[0] == rows[2] == ()
    at = rows.index(("ROW", "x", "", "", "", "", "VN", "B"))
    found = tabular.locate(
        b"",
        document=document,
        problem=Problem(code="c", text="t", where=Where(segment="ROW", ordinal=at + 3, element=1)),
    )
    assert found.where.path == "row 6, column quantity"


def test_the_page_says_what_columns_are_called():
    columns = {"quantity": ("Lagerbestand",), "vendor": ("Nr.",)}
    _, rows = _split("Nr.;Lagerbestand;stock\nA;4;9\n", columns=columns)
    assert rows == [("ROW", "4", "", "", "", "", "VN", "A")]


@pytest.mark.parametrize(
    ("body", "profile", "said"),
    [
        (b"", {}, "is empty"),
        (b"PK\x03\x04....", {}, "the workbook is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", {}, ".xls"),
        (b"item,qty\nA\0,1\n", {}, "no text"),
        (b'item,qty\n"A,1\n', {}, "quotation mark"),
        (b"\xff\xfea\x00b", {}, "no text"),
        ("item,qty\nA\0,1\n".encode("utf-16"), {}, "no text"),
        (b"a,b\n1,2\n", {}, "no column is quantity and none is vendor or gtin"),
        (b"item,qty,stock\nA,1,2\n", {}, "several columns are quantity"),
        (b"item,qty\nA,1\nB,1\n", {"max_rows": 1}, "more than 1 rows"),
        (b"item,qty\n" + b"A,1\n" * 400, {"max_bytes": 1024}, "more than 1024 bytes"),
        (b'item,qty\n"A' + b"x" * 200_000 + b'",1\n', {}, "field larger than field limit"),
        (b'item,qty\nA,1\n"B,1\n' + b"C,1\n" * 50_000, {}, "row 3 cannot be read"),
        (b"item,qty\n" + b"A" * 2_000_000, {}, "line 2 has more than"),
        (b"item,qty,item\nA,1,B\n", {}, "several columns are vendor"),
        (b"A,1\nB,2\n", {}, "row 1 names A, 1"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_with_a_way_out(body, profile, said):
    with pytest.raises(Malformed) as told:
        _split(body, **profile)
    [problem] = told.value.problems
    assert said in problem.text


@pytest.mark.parametrize(
    ("body", "whole"), [(b"item,qty\nA,1\n", True), (b"item,qty\nA,1", False), (b"", False)]
)
def test_a_file_is_whole_when_its_last_line_ends(body, whole):
    assert tabular.whole(io.BytesIO(body)) is whole


def test_nothing_is_written_and_nothing_answered():
    paper, problems = tabular.clean((("TAB",),), set_id="stock", profile=tabular.Config())
    assert paper == (("TAB",),)
    assert [problem.code for problem in problems] == ["only-read"]
    assert not tabular.is_receipt("997")


_CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8)


@given(rows=st.lists(st.tuples(_CELL, st.integers(0, 999)), max_size=20))
def test_whatever_a_writer_quotes_is_read_back(rows):
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow(("item", "qty"))
    writer.writerows(rows)
    _, found = _split(out.getvalue())
    assert [row[1] for row in found if row] == [str(quantity) for _, quantity in rows]
    for row, (cell, _) in zip(found, rows, strict=True):
        named = cell.strip()
        if not (named.startswith('="') and named.endswith('"')):
            assert row[6:] == (("VN", named) if named else ())


@given(body=st.binary(max_size=200))
def test_no_bytes_break_the_reader(body):
    try:
        document, rows = _split(body)
    except Malformed as told:
        assert told.problems
    else:
        assert all(not row or row[0] == "ROW" for row in rows)
        assert not document.rejected


def test_titles_above_the_headings_are_passed_over():
    document, rows = _split("Stock of Monday, 9 March\n\nItem;Qty\nA;5\n")
    assert rows == [("ROW", "5", "", "", "", "", "VN", "A")]
    assert document.problems == ()


def test_a_text_of_another_code_page_is_told_at_its_first_sign_however_late(monkeypatch):
    monkeypatch.setattr(texts, "BLOCK", 1000)
    body = b"item,qty\n" + b"A,1\n" * 3000 + "Lärm,2\n".encode("cp1252")
    document, rows = _split(body)
    assert rows[-1][7] == "Lärm"
    [problem] = document.problems
    assert (problem.code, problem.where.path) == ("not-utf-8", "row 3002")
    assert body[problem.where.offset :].startswith("ärm".encode("cp1252"))


def test_a_sign_that_two_blocks_share_is_no_other_code_page(monkeypatch):
    monkeypatch.setattr(texts, "BLOCK", 3)
    document, rows = _split("item,qty\naä,1\nää,2\n")
    assert [row[7] for row in rows] == ["aä", "ää"]
    assert document.problems == ()


class _Long(io.RawIOBase):
    """A table of very many long rows that is nowhere but in what was just read of it."""

    ROW = b"A-%07d,1," + b"x" * 990 + b"\n"

    def __init__(self, rows: int) -> None:
        self._rows, self._at = rows, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        assert whence == io.SEEK_SET
        self._at = offset
        return offset

    def readinto(self, buffer) -> int:
        size = len(self.ROW % 0)
        number, start = divmod(self._at, size)
        line = b"item,qty,%0*d\n" % (size - 10, 0) if not number else self.ROW % number
        part = line[start : start + len(buffer)] if number <= self._rows else b""
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)


def test_a_feed_of_any_length_is_judged_and_read_without_being_held():
    stream = io.BufferedReader(_Long(30_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    [one] = tabular.split(stream, profile=tabular.Config())
    [document] = one.groups[0].documents
    assert document.length > 30_000_000
    last = deque(tabular.walk(stream, document=document), maxlen=1)[0]
    assert last[-1] == "A-0030000"
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 12 * 1024  # kB


def test_a_feed_of_a_million_rows_is_within_the_limits_of_stock_alone():
    profile = tabular.Config()
    assert profile.most_rows("stock") >= 1_000_000
    assert (profile.most_bytes("stock"), profile.most_bytes("shipment")) == (2 << 30, 50 << 20)
