"""The first rows of a table whose columns nobody knows yet, whatever the bytes are."""

import io

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import Malformed
from hub.formats import tabular

CONFIG = tabular.Config(table="shipment")
CELLS = st.text(st.characters(codec="utf-8", exclude_characters='\r\n"\0;,\t|'), max_size=12)


@given(body=st.binary(max_size=300))
@settings(max_examples=60)
def test_any_bytes_are_looked_at_or_refused_in_words(body: bytes) -> None:
    try:
        found = tabular.looked_at(body, profile=CONFIG)
    except Malformed as fault:
        assert all(problem.text for problem in fault.problems)
        return
    cells = dict(found.rows)[found.number]
    assert len(found.columns) == len(cells)
    assert len(found.rows) <= 20


@given(rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=8))
@settings(max_examples=40)
def test_below_headings_that_are_known_every_row_is_shown_as_it_stands(
    rows: list[list[str]],
) -> None:
    table = [["PO", "Qty", "Paketschein"], *rows]
    body = "".join(f"{';'.join(row)}\r\n" for row in table).encode()
    found = tabular.looked_at(body, profile=CONFIG)
    assert found.number == 1
    assert found.columns == ("number", "quantity", "")
    told = [row for row in rows if any(cell.strip() for cell in row)]
    assert [list(cells) for _, cells in found.rows[1:]] == told


def test_of_several_sheets_the_one_that_is_known_best_counts() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["a note", "to myself"])
    sheet = book.create_sheet("Rows")
    for row in (["PO", "Qty", "Tracking", "What"], ["J-1", 2, "X-1", "SKU-1"]):
        sheet.append(row)
    kept = io.BytesIO()
    book.save(kept)
    found = tabular.looked_at(kept.getvalue(), profile=CONFIG)
    assert found.columns == ("number", "quantity", "tracking", "")
    assert found.rows[1] == (2, ("J-1", "2", "X-1", "SKU-1"))
    assert found.lacks == 1  # neither a line nor an article


@pytest.mark.parametrize("body", [b"", b"\r\n\r\n", b"\x00"])
def test_what_says_nothing_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        tabular.looked_at(body, profile=CONFIG)
