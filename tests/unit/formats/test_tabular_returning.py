"""A table shown to whoever sent it and given back: as they wrote it, and harmless."""

import io

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.exchange import Document
from hub.formats import tabular

HEADINGS = ("PO", "SKU", "Qty", "Tracking", "Note")
# What a cell of a CSV can say: any text but lone carriage returns, which end a line.
CELLS = st.text(
    st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), max_size=12
)


def _document(body: bytes) -> Document:
    [interchange] = tabular.split(io.BytesIO(body), profile=tabular.Config())
    [document] = interchange.groups[0].documents
    return document


@pytest.mark.parametrize("book", [True, False])
@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS, CELLS), min_size=1, max_size=6))
def test_what_is_given_back_is_read_as_it_was_written(
    book: bool, rows: list[tuple[str, ...]]
) -> None:
    rows = [("PO-1", *row[1:4], row[4] or "x") for row in rows]
    body = tabular.given_back([HEADINGS, *rows], book=book)
    headings, found = tabular.written_rows(body, document=_document(body))
    assert headings == HEADINGS
    assert [number for number, _ in found] == list(range(2, len(rows) + 2))
    for (_, cells), row in zip(found, rows, strict=True):
        for read, written in zip(cells, row, strict=True):
            harmless = read.lstrip("'").removeprefix('="').removesuffix('"')
            assert harmless == written.lstrip("'").removeprefix('="').removesuffix('"')
            assert book or not read.startswith(("=", "+", "-", "@"))


def test_a_row_that_says_nothing_keeps_its_number() -> None:
    body = b"A title\nPO,SKU,Qty,Tracking\nP-1,S,1,T\n,,,\nP-2,S,1,T\n"
    headings, rows = tabular.written_rows(body, document=_document(body))
    assert headings == ("PO", "SKU", "Qty", "Tracking")
    assert [(number, cells[0]) for number, cells in rows] == [(3, "P-1"), (4, ""), (5, "P-2")]


def test_signs_that_a_workbook_cannot_hold_become_spaces() -> None:
    body = tabular.given_back([["a"], ["b\x01c", "more", "\x0b"]], book=True)
    sheet = openpyxl.load_workbook(io.BytesIO(body)).active
    assert [cell.value for cell in sheet[2]] == ["b c", "more", " "]


def test_nothing_at_all_is_a_file_too() -> None:
    assert tabular.given_back([], book=False) == b"\xef\xbb\xbf"
    assert openpyxl.load_workbook(io.BytesIO(tabular.given_back([], book=True))).active.max_row == 1
