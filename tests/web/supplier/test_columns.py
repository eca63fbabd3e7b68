"""Tables whose headings nobody knows: their sender says once what the columns mean."""

import io
import re
from pathlib import Path

import openpyxl
import pytest

from hub.flow import supplier_columns
from tests.web.portal.rig import seal_of
from tests.web.supplier.rig import TRACKING, Counter, open_counter
from tests.web.supplier.test_upload import OTHER, send, table, upload


@pytest.fixture
def counter(quick_counter: Counter) -> Counter:
    """What these tests are about is the same on every store."""
    return quick_counter


def _book(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


HEADINGS = ("Vorgang", "Ware", "Anz.", "Paketschein", "Bemerkung 7")
MEANT = {"column-0": "number", "column-1": "sku", "column-2": "quantity", "column-3": "tracking"}


def _named(number: str, *, book: bool) -> bytes:
    row = (number, "SKU-1", 2, TRACKING, "soft")
    if book:
        return _book(HEADINGS, row)
    return table(";".join(HEADINGS), ";".join(map(str, row)))


@pytest.mark.parametrize("book", [False, True])
def test_columns_are_named_once_and_known_in_every_later_table(
    counter: Counter, book: bool
) -> None:
    number = counter.order()
    browser = counter.browser()
    path = upload(browser, _named(number, book=book), "mine.xlsx" if book else "mine.csv")
    asked = browser.get(path)
    assert asked.status_code == 422
    assert "Say what each one means" in asked.text
    assert all(f"<bdi>{heading}</bdi>" in asked.text for heading in HEADINGS)
    assert TRACKING in asked.text  # what stands in a column says what it is
    answer = browser.post(f"{path}/columns", {"seal": seal_of(asked.text), **MEANT})
    assert answer.headers["location"] == path
    assert "<strong>1</strong> good row" in browser.get(path).text
    assert "Sent: 1 order." in send(browser, path)
    later = counter.order("1002")
    again = upload(browser, _named(later, book=not book))
    page = browser.get(again).text
    assert "<strong>1</strong> row with a question" in page  # its number left with the first one
    told = browser.get("/upload").text
    assert "<bdi>Paketschein</bdi>: Tracking number" in told
    stranger = counter.browser("stranger")
    assert "Paketschein" not in stranger.get("/upload").text
    assert stranger.get(f"{path}/columns").status_code == 404


def test_a_column_that_is_not_read_can_be_named_and_forgotten(counter: Counter) -> None:
    number = counter.order()
    browser = counter.browser()
    path = upload(
        browser,
        table("PO,SKU,Qty,Tracking,Sent by hand of", f"{number},SKU-1,2,X-77,Local Wheels"),
    )
    assert "name the carrier in a column" in browser.get(path).text
    page = browser.get(f"{path}/columns").text
    chosen = re.findall(r'<option value="(\w+)" selected>', page)
    assert chosen == ["number", "sku", "quantity", "tracking"]
    meant = {f"column-{place}": means for place, means in enumerate(chosen)}
    fields = {"seal": seal_of(page), **meant, "column-4": "carrier"}
    assert browser.post(f"{path}/columns", fields).status_code == 303
    assert "<strong>1</strong> good row" in browser.get(path).text
    seal = seal_of(page)
    browser.post("/upload/forget", {"seal": seal, "heading": "sent BY hand of"})
    assert "name the carrier in a column" in browser.get(path).text
    browser.post(f"{path}/columns", fields)
    browser.post(f"{path}/columns", {**fields, "column-4": ""})
    assert supplier_columns.known(counter.house.parts, "corner") == []


def test_a_title_above_the_headings_is_no_heading(counter: Counter) -> None:
    number = counter.order()
    browser = counter.browser()
    path = upload(
        browser,
        table(
            "Shipments of Friday",
            "",
            "PO;Art;Qty;Label no",
            f"{number};SKU-1;2;{TRACKING}",
        ),
    )
    page = browser.get(path).text
    assert "<bdi>Label no</bdi>" in page and "<bdi>Shipments of Friday</bdi>" not in page
    meant = {"column-1": "sku", "column-3": "tracking"}
    browser.post(f"{path}/columns", {"seal": seal_of(page), **meant})
    assert "<strong>1</strong> good row" in browser.get(path).text


def test_what_two_columns_cannot_both_mean_is_told_and_nothing_is_kept(counter: Counter) -> None:
    number = counter.order()
    browser = counter.browser()
    path = upload(browser, _named(number, book=False))
    page = browser.get(path).text
    fields = {"seal": seal_of(page), **MEANT, "column-4": "number"}
    answer = browser.post(f"{path}/columns", fields)
    assert answer.status_code == 422
    assert "Two columns cannot mean the same" in answer.text
    assert supplier_columns.known(counter.house.parts, "corner") == []
    wrong = browser.post(f"{path}/columns", {**fields, "column-4": "cost"})
    assert wrong.status_code == 404  # no field of these tables


def test_what_is_no_table_has_no_columns_to_name(counter: Counter) -> None:
    browser = counter.browser()
    for body in (b"\x00 no table", b"PK\x03\x04 a broken book", b"\xd0\xcf\x11\xe0 old"):
        page = browser.get(f"{upload(browser, body)}/columns")
        assert page.status_code == 422
        assert "<select" not in page.text


def test_excels_damage_in_a_workbook_is_named_and_its_rows_come_back(counter: Counter) -> None:
    first, second = counter.order("1001"), counter.order("1002")
    browser = counter.browser()
    body = _book(
        ("Purchase Order", "SKU", "Quantity", "Tracking Number"),
        (first, "SKU-1", 2, 9400111899223197428497),  # a number: digits are lost
        (second, "SKU-1", 2, OTHER),
    )
    path = upload(browser, body, "today.xlsx")
    page = browser.get(path).text
    assert "Excel changed this number" in page
    assert "<strong>1</strong> good row" in page and "<strong>1</strong> wrong row" in page
    assert "Sent: 1 order." in send(browser, path)
    back = openpyxl.load_workbook(io.BytesIO(browser.get(f"{path}/wrong.xlsx").content))
    assert back.active is not None
    _, row = back.active.iter_rows(values_only=True)
    assert row[0] == first and "Excel changed" in str(row[4])
    cells = [str(one) for one in row[:3]]
    again = upload(browser, _book(("PO", "SKU", "Qty", "Tracking"), (*cells, TRACKING)))
    assert "Sent: 1 order." in send(browser, again)


def test_headings_are_kept_on_each_store(hub_database: str, tmp_path: Path) -> None:
    counter = open_counter(tmp_path, hub_database)
    try:
        number = counter.order()
        browser = counter.browser()
        path = upload(browser, _named(number, book=False))
        browser.post(f"{path}/columns", {"seal": seal_of(browser.get(path).text), **MEANT})
        assert "<strong>1</strong> good row" in browser.get(path).text
    finally:
        counter.house.close()


def test_of_two_columns_that_mean_the_same_one_is_asked_to_mean_something_else(
    counter: Counter,
) -> None:
    number, browser = counter.order(), counter.browser()
    rows = ("PO;SKU;SKU;Qty;Tracking", f"{number};SKU-1;SKU-1;2;{TRACKING}")
    told = browser.get(upload(browser, table(*rows))).text
    assert "Two columns mean the same (SKU): choose something else for one of" in told
