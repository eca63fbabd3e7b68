"""1.000 in a table that people upload is one or a thousand: its row is wrong and says so."""

import csv
import io

import pytest

from hub.flow import accounts
from tests.rigs.houses import stock_up
from tests.web.supplier.rig import TRACKING, Counter
from tests.web.supplier.test_upload import OTHER, send, table, upload
from tests.web.supplier.test_upload_asked import HEAD, counts
from tests.web.supplier.test_upload_corrected import QUANTITY, book, cells, correct


def test_a_thousand_or_one_is_put_right_at_its_row(counter: Counter) -> None:
    first, second = counter.order("1001", 2), counter.order("1002", 3)
    browser = counter.browser()
    path = upload(browser, table(HEAD, f"{first},1,2.000,{TRACKING}", f"{second},1,3,{OTHER}"))
    page = browser.get(path).text
    assert counts(page) == {"good": 1, "wrong": 1, "sent": 0}
    assert "2.000 can be 2 or 2000: write 2 or 2000" in page
    assert cells(page)[QUANTITY.format(2)] == "2.000"
    body = browser.get(f"{path}/wrong.csv").content.decode("utf-8-sig")
    [_, row] = csv.reader(io.StringIO(body, newline=""))
    assert row[-1] == "2.000 can be 2 or 2000: write 2 or 2000"
    page = correct(browser, path, **{QUANTITY.format(2): "2.000 "})
    assert counts(page)["wrong"] == 1
    page = correct(browser, path, **{QUANTITY.format(2): "2"})
    assert counts(page) == {"good": 2, "wrong": 0, "sent": 0}
    assert "Sent: 2 orders." in send(browser, path)
    assert counter.house.order("1001").lines[0].buckets.shipped == 2


def test_a_stock_of_thousands_tells_no_ones(quick_counter: Counter) -> None:
    stock_up(quick_counter.house, skus=4)
    browser = quick_counter.browser()
    rows = ("SKU-1;1.000;", "SKU-2;12;10.000", 'SKU-3;"=""7.000""";', "SKU-4;0.000;")
    page = browser.get(
        path := upload(browser, table("SKU;On hand;Next quantity", *rows), "stock.csv")
    ).text
    assert counts(page) == {"good": 1, "wrong": 3}
    for told in ("1.000 can be 1 or 1000", "10.000 can be 10 or 10000", "7.000 can be 7 or 7000"):
        assert told in page
    assert 'value="full" disabled' in page  # what the rows speak of is not put to none
    page = correct(browser, path, **{"cell-2-1": "1000", "cell-3-2": "10", "cell-4-1": "7"})
    assert counts(page) == {"good": 4, "wrong": 0}
    assert ">1,000<" in page


@pytest.mark.parametrize("quantity", ["3", "3.0", "3.00", "3.0000", "003", "0003.00"])
def test_what_can_be_read_in_one_way_counts(quick_counter: Counter, quantity: str) -> None:
    number, browser = quick_counter.order("1001", 3), quick_counter.browser()
    path = upload(browser, table(HEAD, f"{number},1,{quantity},{TRACKING}"))
    assert counts(browser.get(path).text) == {"good": 1, "wrong": 0, "sent": 0}


def test_a_workbook_tells_by_its_cells(quick_counter: Counter) -> None:
    first, second = quick_counter.order("1001", 2), quick_counter.order("1002", 2)
    browser = quick_counter.browser()
    rows = ((first, "1", 2.000, TRACKING), (second, "1", "2.000", OTHER))
    path = upload(browser, book(tuple(HEAD.split(",")), *rows), "shipments.xlsx")
    page = browser.get(path).text
    assert counts(page) == {"good": 1, "wrong": 1, "sent": 0}
    assert page.count("2.000 can be 2 or 2000") == 1


def test_it_is_asked_in_german(quick_counter: Counter) -> None:
    number, browser = quick_counter.order(), quick_counter.browser()
    parts = quick_counter.house.parts
    [ana] = accounts.listed(parts, partner="corner")
    accounts.settings(parts, account_id=ana.id, zone="UTC", language="de", name="Ana")
    page = browser.get(upload(browser, table(HEAD, f"{number},1,2.000,{TRACKING}"))).text
    assert "2.000 kann 2 oder 2000 heißen: Schreiben Sie 2 oder 2000" in page
