"""Wrong rows of an uploaded table, put right in its page: kept with the upload, judged anew."""

import csv
import io
from html import unescape
from re import findall

import openpyxl
import pytest

from hub.flow import accounts
from tests.rigs.houses import stock_up
from tests.web.portal.rig import Browser, seal_of
from tests.web.supplier.rig import TRACKING, Counter
from tests.web.supplier.test_lost_session import in_again
from tests.web.supplier.test_upload import OTHER, send, table, upload
from tests.web.supplier.test_upload_asked import HEAD, UPS, counts

QUANTITY, NUMBER, LABEL = "cell-{}-2", "cell-{}-0", "cell-{}-3"


def cells(page: str) -> dict[str, str]:
    """The fields of a page's rows, with what they say."""
    found = findall(r'name="(cell-\d+-\d+)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found}


def correct(browser: Browser, path: str, **changed: str) -> str:
    """Post the whole form with some cells changed, as a browser does, and return the next page."""
    fields = {**cells(browser.get(path).text), **changed}
    return send(browser, path, do="correct", **fields)


def book(*rows: tuple[object, ...]) -> bytes:
    made, out = openpyxl.Workbook(), io.BytesIO()
    page = made.active
    assert page is not None
    for row in rows:
        page.append(row)
    made.save(out)
    return out.getvalue()


def test_a_wrong_quantity_and_a_damaged_number_are_put_right_and_sent(counter: Counter) -> None:
    first, second = counter.order("1001"), counter.order("1002")
    browser = counter.browser()
    rows = (f"{first},1,1,{TRACKING}", f"{first},1,many,{OTHER}", f"{second},1,2,9.4E+21")
    path = upload(browser, table(HEAD, *rows))
    page = browser.get(path).text
    assert counts(page) == {"good": 1, "wrong": 2, "sent": 0}
    assert set(cells(page)) == {f"cell-{row}-{n}" for row in (3, 4) for n in range(4)}
    assert '<span class="hidden">Row 3: </span>Quantity</label>' in page
    page = correct(browser, path, **{QUANTITY.format(3): "7"})
    assert "1 of this line are open, the row says 7" in page
    page = correct(browser, path, **{QUANTITY.format(3): "1", LABEL.format(4): f" {UPS} "})
    assert "Corrected: 2 rows." in page
    assert counts(page) == counts(browser.get(path).text) == {"good": 3, "wrong": 0, "sent": 0}
    assert cells(page) == {}
    assert "Sent: 3 orders." in send(browser, path)  # two papers of the first
    [shipment] = counter.house.order("1002").shipments
    assert shipment.packages[0].tracking == UPS
    assert counter.house.order("1001").lines[0].buckets.shipped == 2
    assert counts(browser.get(path).text) == {"good": 0, "wrong": 0, "sent": 3}


def test_what_was_put_right_counts_after_the_good_rows_went(counter: Counter) -> None:
    number = counter.order("1001", 3)
    browser = counter.browser()
    rows = (f"{number},1,many,{TRACKING}", f"{number},1,1,{OTHER}", f"{number},1,x,{UPS}")
    path = upload(browser, table(HEAD, *rows))
    assert "Sent: 1 order." in send(browser, path)
    page = correct(browser, path, **{QUANTITY.format(2): "1", QUANTITY.format(4): "1"})
    assert counts(page) == {"good": 2, "wrong": 0, "sent": 1}
    assert "Sent: 1 order." in send(browser, path)
    assert counts(browser.get(path).text) == {"good": 0, "wrong": 0, "sent": 3}
    assert counter.house.order("1001").lines[0].buckets.shipped == 3
    assert cells(browser.get(path).text) == {}


def test_a_row_that_went_stays_as_it_is(quick_counter: Counter) -> None:
    number = quick_counter.order("1001")
    browser = quick_counter.browser()
    path = upload(browser, table(HEAD, f"{number},1,1,{TRACKING}", f"{number},1,9,{TRACKING}"))
    send(browser, path)
    page = send(browser, path, do="correct", **{LABEL.format(2): OTHER, QUANTITY.format(3): "1"})
    assert "Row 2 was sent already and stays as it is." in page
    assert counts(page) == {"good": 0, "wrong": 1, "sent": 1}
    assert cells(page)[QUANTITY.format(3)] == "1"  # typed, not kept
    assert cells(browser.get(path).text)[QUANTITY.format(3)] == "9"


@pytest.mark.parametrize(
    "words",
    ["=1+1", "'=HYPERLINK(1)", "<script>alert(1)</script>", '"><b>', "@SUM(A1)", "Ünïcode;,"],
)
def test_hostile_words_stay_words(quick_counter: Counter, words: str) -> None:
    number = quick_counter.order("1001")
    browser = quick_counter.browser()
    path = upload(browser, table(HEAD, f"{number},1,many,{TRACKING}"))
    page = correct(browser, path, **{QUANTITY.format(2): words})
    assert counts(page)["wrong"] == 1
    assert "<script>alert" not in page and '"><b>' not in page
    assert cells(page)[QUANTITY.format(2)] == words
    back = browser.get(f"{path}/wrong.csv").content.decode("utf-8-sig")
    [_, row] = csv.reader(io.StringIO(back, newline=""))
    assert row[2].lstrip("'") == words.lstrip("'")
    assert row[2][0] not in "=@"
    again = upload(browser, back.encode())
    assert cells(browser.get(again).text)[QUANTITY.format(2)].lstrip("'") == words.lstrip("'")


@pytest.mark.parametrize("words", ["9" * 201, "1\n2", "1\u202e2"])
def test_what_no_cell_is_is_told_at_its_row(quick_counter: Counter, words: str) -> None:
    number = quick_counter.order("1001")
    browser = quick_counter.browser()
    path = upload(browser, table(HEAD, f"{number},1,many,{TRACKING}"))
    page = correct(browser, path, **{QUANTITY.format(2): words})
    assert "Row 2: write at most 200 letters" in page
    assert 'id="cell-2-2-wrong"' in page
    assert cells(browser.get(path).text)[QUANTITY.format(2)] == "many"


def test_the_table_of_others_is_not_there(quick_counter: Counter) -> None:
    number = quick_counter.order("1001")
    path = upload(quick_counter.browser(), table(HEAD, f"{number},1,many,{TRACKING}"))
    other = quick_counter.browser("stranger")
    seal = seal_of(other.get("/").text)
    answer = other.post(path, {"seal": seal, "do": "correct", QUANTITY.format(2): "1"})
    assert answer.status_code == 404
    assert other.post("/upload/tra_0", {"seal": seal, "do": "correct"}).status_code == 404


def test_unknown_cells_and_the_headings_are_passed_over(quick_counter: Counter) -> None:
    number = quick_counter.order("1001")
    browser = quick_counter.browser()
    path = upload(browser, table(f"{HEAD},Note", f"{number},1,many,{TRACKING},mine"))
    odd = {"cell-1-0": "x", "cell-2-4": "x", "cell-2-99": "x", "cell-99-0": "x", "cell-x-1": "x"}
    page = correct(browser, path, **odd)
    assert "Corrected" not in page
    assert "mine" in browser.get(f"{path}/wrong.csv").text


def test_a_workbook_keeps_what_excel_did_to_other_cells(quick_counter: Counter) -> None:
    number = quick_counter.order("1001")
    browser = quick_counter.browser()
    rows = (("PO", "Line", "Qty", "Tracking"), (number, 1, "many", 9400111899223197428497))
    path = upload(browser, book(*rows), "rows.xlsx")
    page = correct(browser, path, **{QUANTITY.format(2): "2"})
    assert "Excel changed this number" in page
    page = correct(browser, path, **{LABEL.format(2): OTHER})
    assert counts(page) == {"good": 1, "wrong": 0, "sent": 0}
    assert "Sent: 1 order." in send(browser, path)
    [shipment] = quick_counter.house.order("1001").shipments
    assert shipment.packages[0].tracking == OTHER


def test_a_question_is_answered_by_another_number(quick_counter: Counter) -> None:
    first, second = quick_counter.order("1001"), quick_counter.order("1002")
    browser = quick_counter.browser()
    path = upload(browser, table(HEAD, f"{first},1,2,{UPS}", f"{second},1,2,{UPS}"))
    assert counts(browser.get(path).text)["asked"] == 2
    page = correct(browser, path, **{LABEL.format(3): OTHER})
    assert "asked" not in counts(page) or counts(page)["asked"] <= 1


def test_a_row_of_stock_is_put_right(counter: Counter) -> None:
    stock_up(counter.house, skus=3)
    browser = counter.browser()
    path = upload(browser, table("SKU,On hand", "SKU-1,many", "NONE,4", "SKU-3,7"))
    page = browser.get(path).text
    assert set(cells(page)) == {"cell-2-0", "cell-2-1", "cell-3-0", "cell-3-1"}
    page = correct(browser, path, **{"cell-2-1": "5", "cell-3-0": "SKU-2"})
    assert counts(page) == {"good": 3, "wrong": 0}
    send(browser, path, kind="full")
    page = browser.get("/stock").text
    for sku, units in (("SKU-1", 5), ("SKU-2", 4), ("SKU-3", 7)):
        assert f'name="was-{sku}" value="{units}"' in page
    page = send(browser, path, do="correct", **{"cell-2-1": "6"})
    assert "This table was sent already" in page


def test_it_is_said_in_german(quick_counter: Counter) -> None:
    number = quick_counter.order("1001")
    browser, parts = quick_counter.browser(), quick_counter.house.parts
    [ana] = accounts.listed(parts, partner="corner")
    accounts.settings(parts, account_id=ana.id, zone="UTC", language="de", name="Ana")
    path = upload(browser, table(HEAD, f"{number},1,many,{TRACKING}"))
    page = browser.get(path).text
    assert "Diese Zeilen berichtigen" in page
    assert '<span class="hidden">Zeile 2: </span>Menge</label>' in page
    page = correct(browser, path, **{QUANTITY.format(2): "9" * 201})
    assert "Zeile 2: Schreiben Sie höchstens 200 Buchstaben" in page
    assert "Berichtigt: 1 Zeile." in correct(browser, path, **{QUANTITY.format(2): "2"})


def test_a_form_holds_no_more_rows_than_it_can(quick_counter: Counter) -> None:
    browser = quick_counter.browser()
    rows = [f"NOBODYS-{n},1,1,{TRACKING}" for n in range(120)]
    path = upload(browser, table(HEAD, *rows))
    page = browser.get(path).text
    assert len(cells(page)) == 400
    assert "The first 100 of these rows" in page
    number = quick_counter.order("1001")
    changed = {NUMBER.format(row): number for row in range(2, 102)}
    assert "Corrected: 100 rows." in correct(browser, path, **changed)


def test_what_was_typed_outlives_the_session(quick_counter: Counter) -> None:
    number = quick_counter.order("1001")
    browser = quick_counter.browser()
    path = upload(browser, table(HEAD, f"{number},1,many,{TRACKING}"))
    seal = seal_of(browser.get(path).text)
    quick_counter.house.clock.on(days=1)
    fields = {**cells(f'name="cell-2-0" value="{number}"'), QUANTITY.format(2): "2"}
    answer = browser.post(path, {"seal": seal, "do": "correct", **fields})
    assert answer.headers["location"].startswith("/sign-in?next=%2Fupload%2F")
    page = in_again(quick_counter).get(path).text
    assert cells(page)[QUANTITY.format(2)] == "2"
    assert counts(page)["wrong"] == 1  # typed, not kept
