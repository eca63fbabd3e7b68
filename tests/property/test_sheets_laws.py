"""Rows of an uploaded table mean the same whether a few are read at once or each by itself."""

import io

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.exchange import Document
from hub.flow import supplier_sheets
from hub.flow.supplier_sheets import MAPS
from hub.formats import tabular
from tests.unit.mapping import library

_CELLS = {
    "purchase order": st.sampled_from(["PO-1", "PO-2", "PO-3", "PO-4", ""]),
    "line": st.sampled_from(["1", "2", "3", "4", "x", ""]),
    "quantity": st.sampled_from(["1", "2", "12", "0", "two", "1.5"]),
    "tracking number": st.sampled_from(["1Z999AA10000000001", "1Z2", "A1", "9.4E+21", ""]),
    "shipped at": st.sampled_from(["2026-11-20", "20.11.2026 14:30", "soon", ""]),
}
_GOOD = st.tuples(*(st.just(one) for one in ("PO-1", "1", "2", "1Z999AA10000000001", "")))
_ODD = st.tuples(*_CELLS.values())
_ROWS = st.lists(st.one_of(_GOOD, _GOOD, _GOOD, _ODD), min_size=1, max_size=40)


def _document(rows: list[tuple[str, ...]]) -> tuple[bytes, Document]:
    body = "\r\n".join(",".join(row) for row in [tuple(_CELLS), *rows]).encode()
    [one] = tabular.split(io.BytesIO(body), profile=tabular.Config())
    [document] = one.groups[0].documents
    assert document.set_id == "shipment"
    return body, document


@settings(max_examples=40, deadline=None)
@given(rows=_ROWS)
def test_rows_read_together_are_what_each_says_alone(rows: list[tuple[str, ...]]) -> None:
    body, document = _document([*rows, ("PO-9", "1", "1", "1Z9", "")])
    page = library().page(MAPS["shipment"])
    found = list(supplier_sheets._readings(tabular, page, document, body))
    head, *segments = tabular.read(body, document=document)
    assert len(found) * 3 == len(segments)
    for place, (message, problems) in enumerate(found):
        record = segments[place * 3 : place * 3 + 3]
        alone = page.read((head, *record)) if any(record) else None
        wrong = alone is None or alone.problems
        assert message == (None if wrong or alone is None else next(iter(alone.messages), None))
        assert bool(problems) == bool(alone is not None and alone.problems)
        assert all(one.where.path.startswith(f"row {place + 2}") for one in problems)


def test_a_whole_table_of_good_rows_is_read_without_a_row_of_its_own() -> None:
    rows = [("PO-1", str(n), "2", f"1Z{n}", "") for n in range(1, 24)]
    body, document = _document(rows)
    page = library().page(MAPS["shipment"])
    found = list(supplier_sheets._readings(tabular, page, document, body))
    said = [message.parcels[0].lines[0].number for message, _ in found if message is not None]
    assert said == [str(n) for n in range(1, 24)]
