"""Answers and ship notices in tables: found by their headings, judged row by row."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.exchange import Document, Problem, Severity, Where
from hub.formats import tabular
from hub.formats.tabular import cells
from hub.formats.tabular.headings import words

Segments = list[tuple[str, ...]]


def split(text: str, **profile: object) -> tuple[Document, Segments]:
    """Return the one document of a table and its segments but the first."""
    body = text.encode()
    [one] = tabular.split(io.BytesIO(body), profile=tabular.Config(**profile))
    [document] = one.groups[0].documents
    return document, list(tabular.read(body, document=document))[1:]


def told(text: str, **profile: object) -> list[Problem]:
    """Return what a map that misses a number would make us tell of each row of a table."""
    body = text.encode()
    document, segments = split(text, **profile)
    found = []
    for ordinal, segment in enumerate(segments, start=3):
        if segment in (("RES", "00"), ("SHP", "00", "-")):
            where = Where(segment=segment[0], ordinal=ordinal, element=2, path="x")
            missed = Problem(code="map-missing", text="number is missing", where=where)
            found.append(tabular.locate(body, document=document, problem=missed))
    return found


@pytest.mark.parametrize(
    ("headings", "set_id"),
    [
        ("SKU,Qty", "stock"),
        ("PO,SKU,Qty,Status", "response"),
        ("PO,SKU,Qty,Tracking", "shipment"),
        ("PO,SKU,Qty,Status,Tracking,Ship date", "shipment"),
        ("Artikelnummer;Lagerbestand;Einheit", "stock"),
        ("Bestellnummer;Zeile;Antwort;Menge", "response"),
        ("Bestellnummer;Artikelnummer;Menge;Sendungsnummer;Paketdienst", "shipment"),
        ("Numéro de commande;Ligne;Quantité;Numéro de suivi", "shipment"),
        ("Pedido;Línea;Respuesta", "response"),
        ("Pedido;Artículo;Cantidad;Número de seguimiento", "shipment"),
        ("Bestelnummer;Regel;Aantal;Track & Trace", "shipment"),
        ("Ordine;Articolo;Quantità;Tracking", "shipment"),
        ("  po NUMBER ,\ufeffsku,QTY., Tracking # ", "shipment"),
    ],
)
def test_a_table_is_known_by_its_headings_in_many_languages(headings: str, set_id: str):
    mark = ";" if ";" in headings else ","
    row = mark.join("1" for _ in headings.split(mark))
    document, _ = split(f"{headings}\n{row}\n")
    assert document.set_id == set_id


def test_the_page_may_say_which_table_it_is():
    document, _ = split("PO,SKU,Qty,Status\nP,S,1,ok\n", table="stock")
    assert document.set_id == "stock"


def test_a_row_of_a_ship_notice_becomes_shipment_box_and_line():
    _, segments = split(
        "PO,Line,SKU,Qty,UoM,Carrier,Service,Tracking,Label,Ship date,Delivery date\n"
        "P-1,2,S-9,3,EA,Ups,ground,1Z1,00123,2026-03-09 14:30+01:00,10.03.2026\n"
    )
    head = ("SHP", "00", "1Z1", "P-1", "20260309", "133000", "UT", "UPS", "ground", "20260310")
    assert segments == [head, ("BOX", "1Z1", "00123"), ("ROW", "2", "3", "EA", "SK", "S-9")]


def test_a_shipment_s_own_number_comes_before_its_tracking_number():
    _, segments = split(
        "PO,Line,Qty,Tracking,ASN,Ship date\nP-1,1,1,1Z1,N-7,\nP-1,2,1,1Z2,,\n"
        "P-1,3,1,,,2026-03-10\n"
    )
    assert [one[2] for one in segments if one[0] == "SHP"] == ["N-7", "1Z2", "2026-03-10"]


def test_an_answer_is_a_word_or_quantities_side_by_side():
    _, by_word = split(
        "PO,Line,Status,Qty,Ship date,Reason\nP,1, back  Order ,2,2026-04-01,cloth\n"
    )
    assert by_word[:3] == [
        ("RES", "00", "P"),
        ("LIN", "1"),
        ("ANS", "BACK ORDER", "2", "20260401", "cloth"),
    ]
    found, beside = split("PO,Line,Accepted,Backordered,Rejected\nP,1,2,1,0\nP,2,0,0,0\n")
    assert [one for one in beside if one and one[0] == "ANS"] == [
        ("ANS", "ACCEPTED", "2"),
        ("ANS", "BACKORDERED", "1"),
    ]
    (zeros,) = found.problems
    assert (zeros.code, zeros.where.path) == ("answers-none", "row 3, column accepted")
    assert zeros.severity is Severity.WARNING, "no word yet is no mistake"


@pytest.mark.parametrize(
    ("row", "place", "code"),
    [
        (",1,2,1Z1,", "row 2, column number", "empty-cell"),
        ("P,1,,1Z1,", "row 2, column quantity", "empty-cell"),
        ("P,,2,1Z1,", "row 2, column line", "empty-cell"),
        ("P,1,two,1Z1,", "row 2, column quantity", "no-count"),
        ("P,1,-2,1Z1,", "row 2, column quantity", "no-count"),
        ("P,1,2.5,1Z1,", "row 2, column quantity", "no-count"),
        ("P,1,1e3,1Z1,", "row 2, column quantity", "no-count"),
        ("P,1,٣,1Z1,", "row 2, column quantity", "no-count"),
        ("P,1,2,9.4001E+21,", "row 2, column tracking", "spreadsheet-number"),
        ("4.5E+11,1,2,1Z1,", "row 2, column number", "spreadsheet-number"),
        ("P,1,2,1Z1,,x", "row 2, column quantity", "too-many-cells"),
    ],
)
def test_a_row_that_cannot_count_is_told_with_row_column_value_and_a_way_out(
    row: str, place: str, code: str
):
    [problem] = told(f"PO,Line,Qty,Tracking,Reason\n{row}\nP,2,1,1Z1,\n")
    assert (problem.where.path, problem.code, problem.severity) == (place, code, Severity.ERROR)
    value = problem.where.value
    assert value == "" or value in row
    assert any(word in problem.text for word in ("fill it in", "write", "format", "put "))


def test_everything_wrong_with_a_row_is_told_at_once():
    [problem] = told("PO,Line,Qty,Tracking\n,1,two,9.4E+21\n")
    assert problem.where.path == "row 2, column quantity"
    for part in ("no whole number", "column tracking: Excel changed", "column number: row 2"):
        assert part in problem.text


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("SKU", "12-Mar", "spreadsheet-date"),
        ("SKU", "Mar-12", "spreadsheet-date"),
        ("SKU", "2026-03-12", "spreadsheet-date"),
        ("SKU", "1E5", "spreadsheet-number"),
        ("Tracking", "940011189922300000", "spreadsheet-number"),
        ("UPC", "12345678905", "spreadsheet-zeros"),
        ("Ship date", "03/04/2026", "no-moment"),
        ("Delivery date", "soon", "no-day"),
    ],
)
def test_what_may_be_damage_is_a_warning_and_the_row_counts(column: str, value: str, code: str):
    said = {"PO": "P", "Line": "1", "Qty": "2", "Tracking": "1Z1", column: value}
    document, segments = split(f"{','.join(said)}\n{','.join(said.values())}\n")
    [problem] = document.problems
    assert (problem.code, problem.severity) == (code, Severity.WARNING)
    assert problem.where.value == value
    assert not document.rejected
    assert segments[0][3] == "P"


@pytest.mark.parametrize("value", ["MAR-KUS", "1Z999AA10123456784", "10-20-30", "E100", "00123"])
def test_an_id_that_nobody_changed_is_left_in_peace(value: str):
    document, _ = split(f"PO,SKU,Qty,Tracking\nP,{value},1,{value}\n")
    assert document.problems == ()


@pytest.mark.parametrize(
    ("text", "dates", "found"),
    [
        ("2026-03-04", "iso", "20260304"),
        ("04.03.2026", "iso", "20260304"),
        ("25/03/2026", "iso", "20260325"),
        ("03/25/2026", "iso", "20260325"),
        ("03/04/2026", "iso", ""),
        ("03/04/2026", "day_first", "20260403"),
        ("03/04/2026", "month_first", "20260304"),
        ("2026-02-30", "iso", ""),
        ("00000000", "iso", ""),
    ],
)
def test_a_day_is_read_where_it_can_be_only_one(text: str, dates: str, found: str):
    assert cells.day(text, dates=dates) == found


def test_headings_are_compared_without_accents_case_and_signs():
    assert words("  N° de Référence_(Article) ") == words("n de reference article")


def test_a_table_without_rows_is_no_paper_but_an_empty_stock_table_is():
    def documents(text: str) -> int:
        [one] = tabular.split(io.BytesIO(text.encode()), profile=tabular.Config())
        return len(one.groups[0].documents)

    assert documents("PO,Line,Qty,Tracking\n\n,,,\n") == 0
    assert documents("SKU,Qty\n") == 1


_CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


@given(st.lists(st.tuples(_CELL, _CELL, _CELL, _CELL), max_size=6))
def test_whatever_rows_say_each_is_three_segments_and_a_wrong_one_is_told(rows):
    lines = "".join(
        ",".join('"' + one.replace('"', '""') + '"' for one in row) + "\n" for row in rows
    )
    body = f"PO,Line,Qty,Tracking\n{lines}".encode()
    [one] = tabular.split(io.BytesIO(body), profile=tabular.Config())
    for document in one.groups[0].documents:
        segments = tabular.read(body, document=document)[1:]
        assert len(segments) == 3 * len(rows)
        for start in range(0, len(segments), 3):
            head, *rest = segments[start : start + 3]
            assert head in ((), ("SHP", "00", "-")) or (rest[1] and head[3])


def test_a_row_that_says_nothing_of_having_left_is_told_and_ships_nothing():
    _, segments = split(
        "PO Number,Line,SKU,Qty,Status,Tracking Number,Ship Date\n"
        "PO-1,1,A,2,Backordered,,\nPO-1,2,B,1,Shipped,1Z1,\n"
    )
    assert [one[2] for one in segments if one and one[0] == "ROW"] == ["1"]


def test_none_confirmed_is_none_whatever_the_word_beside_it_says():
    _, segments = split("PO,Line,Status,Accepted\nP,1,Acknowledged,0\n")
    assert [one for one in segments if one and one[0] == "ANS"] == [("ANS", "ACKNOWLEDGED", "0")]
