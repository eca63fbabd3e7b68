"""Our orders as tables: what leaves, that it reads back, and that no spreadsheet runs it."""

import csv
import io
from datetime import datetime

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.domain.exchange import Document, Joined, Problem, Segments, Where
from hub.formats import tabular
from hub.formats.tabular import cells

AT = datetime(2026, 3, 9, 12, 0)
ORDER: Segments = (
    ("ORD", "NEW", "P-1", "20260309", "USD", "", "", "", "20260311"),
    ("TO", "Noor Okafor", "", "12 Harbor Lane"),
    ("ROW", "1", "2", "EA", "8.40", 'Mug, "blue"', "", "VN", "00017", "UP", "012345678905"),
    ("ROW", "2", "1", "EA", "9.00", "", "", "SK", "S-2"),
)
NEXT: Segments = ((*ORDER[0][:2], "P-2", "20260309", "USD"), ORDER[1], ORDER[2])


def joined(*papers: Segments, set_id: str = "order", **profile: object) -> Joined:
    return tabular.join(
        papers,
        set_id=set_id,
        profile=tabular.Config(**profile),
        interchange_number=7,
        group_number=3,
        at=AT,
    )


def rows(body: bytes, mark: str = ",") -> list[dict[str, str]]:
    text = io.StringIO(body.decode("utf-8-sig"), newline="")
    return list(csv.DictReader(text, delimiter=mark))


def test_one_row_a_line_with_what_stands_above_repeated():
    made = joined(ORDER, NEXT)
    first, second, third = rows(made.body)
    assert (first["Purchase order"], first["Line"], first["Quantity"]) == ("P-1", "1", "2")
    assert (first["Vendor SKU"], first["GTIN"]) == ("00017", "012345678905")
    assert (first["Description"], first["Ship by"]) == ('Mug, "blue"', "2026-03-11")
    assert (second["Ship to"], second["Line"], second["SKU"]) == ("Noor Okafor", "2", "S-2")
    assert third["Purchase order"] == "P-2"
    assert made.body.startswith(b"\xef\xbb\xbf") and made.body.endswith(b"\r\n")
    assert made.interchange_number == "000000007"


def test_each_order_of_a_file_is_a_slice_that_reads_by_itself():
    made = joined(ORDER, NEXT)
    assert [place.number for place in made.documents] == ["1", "2"]
    for place, lines in zip(made.documents, (2, 1), strict=True):
        body = made.body[place.offset : place.offset + place.length]
        document = Document(
            set_id="order", version="", number="1", offset=place.offset, length=place.length,
            syntax=made.syntax,
        )  # fmt: skip
        paper = tabular.read(body, document=document)
        assert [one[1] for one in paper if one and one[0] == "ROW"] == ["1", "2"][:lines]


def test_the_page_says_which_columns_in_which_order_and_what_they_are_called():
    headings = {"quantity": "How many", "vendor": "Ours", "number": "PO #"}
    made = joined(ORDER, headings=headings, separator="semicolon", **{"for": "machine"})
    assert made.body == b"How many;Ours;PO #\r\n2;00017;P-1\r\n1;;P-1\r\n"


def test_a_cancellation_without_lines_is_one_row():
    paper = (("CHG", "CANCEL", "P-1", "1", "20260310", "20260309", "USD"),)
    [row] = rows(joined(paper, set_id="change").body)
    assert (row["Purpose"], row["Purchase order"], row["Line"]) == ("CANCEL", "P-1", "")


def test_a_workbook_has_texts_for_ids_and_numbers_for_counts_and_is_always_the_same():
    made = joined(ORDER, file="xlsx")
    assert made == joined(ORDER, file="xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(made.body))["Orders"]
    head, first, _ = sheet.iter_rows()
    named = {str(one.value): cell for one, cell in zip(head, first, strict=True)}
    assert (named["Vendor SKU"].value, named["Vendor SKU"].number_format) == ("00017", "@")
    assert (named["Quantity"].value, named["Quantity"].data_type) == (2, "n")
    [one] = tabular.split(io.BytesIO(made.body), profile=tabular.Config())
    [document] = one.groups[0].documents
    assert document.set_id == "order"


def test_lines_for_people_say_once_what_is_true_of_the_order():
    paper = (*ORDER[:1], ("TO", "Noor\r\nQuantity: 99"), *ORDER[2:])
    cleaned, _ = tabular.clean(paper, set_id="order", profile=tabular.Config())
    text = joined(cleaned, file="text").body.decode()
    assert text.count("Purchase order: P-1") == 1
    assert "Ship to: Noor / Quantity: 99\r\n" in text
    assert [one for one in text.splitlines() if one.startswith("Quantity")] == [
        "Quantity: 2",
        "Quantity: 1",
    ]


DANGEROUS = ['=HYPERLINK("x")', "+1", "-1", "@a", "\tx", "＝1", "＋1", "－1", "＠1", "'=1", "''@"]


@pytest.mark.parametrize("text", DANGEROUS)
@pytest.mark.parametrize("file", ["csv", "xlsx"])
def test_a_spreadsheet_never_gets_a_formula_and_our_own_reading_is_unchanged(text: str, file: str):
    paper = (ORDER[0], ("TO", text), ORDER[2])
    body = joined(paper, file=file).body
    if file == "csv":
        [row] = rows(body)
        shown = row["Ship to"]
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(body))["Orders"]
        head, first = sheet.iter_rows()
        [cell] = [two for one, two in zip(head, first, strict=True) if one.value == "Ship to"]
        assert cell.data_type == "s"
        shown = str(cell.value)
    # A workbook says itself that this is a text; a card or an engraving stays as it is there.
    assert shown == (f"'{text}" if file == "csv" else text)
    [one] = tabular.split(io.BytesIO(body), profile=tabular.Config())
    [document] = one.groups[0].documents
    kept = text if file == "csv" else text.strip()
    assert ("TO", kept) in tabular.read(body, document=document)


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_machine_gets_the_text_as_it_is(text: str):
    [row] = rows(joined((ORDER[0], ("TO", text), ORDER[2]), **{"for": "machine"}).body)
    assert row["Ship to"] == text


@example("\r")
@example("\t \r")
@given(st.text())
def test_what_we_kept_from_formulas_is_given_back(text: str):
    kept = cells.kept_from_formulas(text)
    assert not kept.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
    if text == text.strip() or text[:1] in "\t\r":
        held = text.rstrip() if text[:1] in "\t\r" else text
        if not (text.startswith('="') and kept == text):
            assert cells.plain(kept) == held


_WORD = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=9
).filter(lambda text: not text.startswith('="'))
_LINES = st.lists(st.tuples(_WORD, st.integers(0, 999), _WORD), min_size=1, max_size=4)


@given(name=_WORD, note=_WORD, lines=_LINES, file=st.sampled_from(["csv", "xlsx"]))
def test_what_we_write_we_read(name: str, note: str, lines, file: str):
    paper = [("ORD", "NEW", "P-1", "20260309", *[""] * 8, "", note, "x"), ("TO", name)]
    paper += [("ROW", str(n), str(count), "", "", text, "", "VN", "V-1")
              for n, (text, count, _) in enumerate(lines, 1)]  # fmt: skip
    body = joined(tuple(paper), file=file).body
    [one] = tabular.split(io.BytesIO(body), profile=tabular.Config())
    [document] = one.groups[0].documents
    found = [one for one in tabular.read(body, document=document)[1:] if one]
    assert [one for one in found if one[0] == "ROW"] == [one for one in paper if one[0] == "ROW"]
    assert {one for one in found if one[0] == "TO"} == {("TO", name)}
    assert {one for one in found if one[0] == "ORD"} == {paper[0]}


def test_control_signs_are_left_out_and_told():
    paper = (("ORD", "NEW", "P\x001\x1b"), ("TO", "a\r\nb"))
    cleaned, problems = tabular.clean(paper, set_id="order", profile=tabular.Config())
    assert cleaned == (("ORD", "NEW", "P1"), ("TO", "a\nb"))
    assert [(one.code, one.where.segment, one.where.element) for one in problems] == [
        ("control-signs", "ORD", 2)
    ]


def test_a_set_that_is_only_read_says_so():
    _, problems = tabular.clean((), set_id="shipment", profile=tabular.Config())
    assert [one.code for one in problems] == ["only-read"]
    with pytest.raises(ValueError, match="only read"):
        joined((), set_id="shipment")


def test_people_s_words_are_taken_out_of_what_is_kept():
    where = Where(segment="TO", element=1, value="Noor Okafor")
    problem = Problem(code="map-value", text="name: `Noor Okafor` is odd", where=where)
    kept = tabular.discreet(problem)
    assert (kept.text, kept.where.value) == ("name: `(not shown)` is odd", "")
    gift = Problem(code="x", text="x Hi", where=Where(segment="ORD", element=14, value="Hi"))
    assert tabular.discreet(gift).text == "x (not shown)"
    plain = Problem(code="x", text="row", where=Where(path="row 4, column quantity", value="two"))
    assert tabular.discreet(plain) == plain
