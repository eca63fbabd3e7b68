"""A table of orders and tracking numbers alone ships all that is open of each order."""

import re

from portal.web.ground.heard import heard
from tests.rigs.changes import cancel
from tests.rigs.houses import post, shopping
from tests.web.portal.rig import seal_of
from tests.web.supplier.rig import TRACKING, Counter
from tests.web.supplier.test_upload import OTHER, send, table, upload
from tests.web.supplier.test_upload_asked import counts


def _order(counter: Counter, number: str, *quantities: int) -> str:
    """An order of several lines that lies with Corner."""
    post(counter.house, shopping(number, *quantities))
    counter.house.turn("corner")
    [part] = counter.house.order(number).fulfillments
    return part.number


def _shipped(counter: Counter, number: str) -> list[int]:
    return [line.buckets.shipped for line in counter.house.order(number).fulfillments[0].lines]


def test_each_row_is_shown_as_what_it_sends_and_sends_it(counter: Counter) -> None:
    first, second = _order(counter, "1001", 2, 3), counter.order("1002", 4)
    browser = counter.browser()
    rows = (f"{first},{TRACKING}", f"{second.lower()},{OTHER}")
    path = upload(browser, table("PO,Tracking", *rows))
    answer = browser.get(path)
    assert answer.status_code == 200 and "names no articles and no quantities" in answer.text
    assert counts(answer.text) == {"good": 2, "wrong": 0, "sent": 0}
    shown = " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())
    assert "2 × SKU-1 3 × SKU-2" in shown and "4 × SKU-1" in shown
    assert _shipped(counter, "1001") == [0, 0]
    page = send(browser, path)
    assert "Sent: 2 orders." in page and counts(page) == {"good": 0, "wrong": 0, "sent": 2}
    assert _shipped(counter, "1001") == [2, 3] and _shipped(counter, "1002") == [4]
    [sent] = counter.house.order("1001").shipments
    assert [one.tracking for one in sent.packages] == [TRACKING]
    assert "Undo all 2" in page


def test_what_was_put_off_stays_as_in_the_scan_grid(quick_counter: Counter) -> None:
    number, browser = quick_counter.order(quantity=5), quick_counter.browser()
    page = browser.get(f"/orders/{number}/answer").text
    later = {"accept-1": "2", "backorder-1": "3", "date-1": "2026-12-20"}
    once = re.findall(r'name="(seal|once)" value="(\w+)"', page)
    assert browser.post(f"/orders/{number}/answer", {**dict(once), **later}).status_code == 303
    path = upload(browser, table("PO,Tracking", f"{number},{TRACKING}"))
    assert "2 × " in browser.get(path).text
    send(browser, path)
    assert _shipped(quick_counter, "1001") == [2]


def test_what_cannot_leave_whole_is_said_at_its_row(quick_counter: Counter) -> None:
    counter = quick_counter
    gone, two, stopped = (counter.order(one) for one in ("1001", "1002", "1003"))
    browser = counter.browser()
    send(browser, upload(browser, table("PO,Tracking", f"{gone},{TRACKING}")))
    cancel(counter.house, number="1003")
    counter.house.turn("corner")
    page = browser.get(f"/orders/{stopped}").text
    asked = {"answer": "stopped", "sure": "1", "change": "1"}
    once = dict(re.findall(r'name="(seal|once)" value="(\w+)"', page))
    browser.post(f"/orders/{stopped}/change", {**once, **asked})
    labels = ("1Z12345E6605272234", "9400111899223197428497", "1Z12345E0205271688")
    rows = (
        f"{gone},{labels[0]}",
        f"{two},{labels[1]}",
        f"{two},{labels[2]}",
        f"{stopped},{OTHER}",
        f"{two},",
        f"NOPE,{OTHER}",
    )
    page = browser.get(upload(browser, table("PO,Tracking", *rows))).text
    assert counts(page) == {"good": 0, "wrong": 6, "sent": 0}
    assert "Nothing of this order is open any more" in page
    assert page.count("The table has several parcels of this order") == 2
    assert "The order was cancelled; do not ship it" in page
    assert "Fill in the tracking number" in page
    assert "No purchase order of this number" in page


def test_a_column_that_is_not_read_is_asked_about(quick_counter: Counter) -> None:
    number, browser = quick_counter.order(), quick_counter.browser()
    path = upload(browser, table("PO,Tracking,Stk", f"{number},{TRACKING},1"))
    page = browser.get(path).text
    assert counts(page) == {"good": 0, "wrong": 0, "asked": 1, "sent": 0}
    assert "not read: Stk" in page
    assert "Sent: 1 order." in send(browser, path, also="asked")


def test_cells_below_no_heading_are_asked_about_and_an_empty_column_is_not(
    quick_counter: Counter,
) -> None:
    number, browser = quick_counter.order(quantity=8), quick_counter.browser()
    for row, head, asked in (
        (f"{number},{TRACKING},1", "PO,Tracking,", "column 3"),
        (f"{number}, ,1,{TRACKING},2", "PO,, ,Tracking,Stk", "column 3, Stk"),
        (f"{number},{TRACKING}, ", "PO,Tracking,", ""),
    ):
        page = browser.get(upload(browser, table(head, row))).text
        expected = {"good": 0, "asked": 1} if asked else {"good": 1}
        assert counts(page) == {"wrong": 0, "sent": 0, **expected}, head
        assert (f"not read: {asked}." in page) == bool(asked)
    assert _shipped(quick_counter, "1001") == [0]
    assert heard(
        "de",
        "all that is open leaves in this parcel; not read: column 3, Stk. Is no quantity there?",
    ).endswith("nicht gelesen: Spalte 3, Stk. Steht dort keine Menge?")


def test_columns_that_lack_are_named_with_what_to_do(quick_counter: Counter) -> None:
    number, browser = quick_counter.order(), quick_counter.browser()
    path = upload(browser, table("PO,Tracking,Stk", f"{number},{TRACKING},1"))
    columns = browser.get(f"{path}/columns").text
    meant = {"column-2": "quantity"}
    answer = browser.post(f"{path}/columns", {"seal": seal_of(columns), **meant})
    page = browser.get(answer.headers["location"])
    assert page.status_code == 422
    assert "known yet for: Line / Your article number / GTIN (barcode) / SKU." in page.text
    assert "put it in and upload the table again" in page.text
    assert "Without any column for articles and quantities" in page.text
    page = browser.get(upload(browser, table("SKU,Remark", "SKU-1,5")))
    assert "For a table of stock no column is known yet for: Quantity." in page.text
    page = browser.get(upload(browser, table("PO,PO no,Tracking", f"{number},{number},X")))
    assert "Two columns mean the same (Purchase order)" in page.text


def test_an_order_with_its_quantity_still_needs_its_article(quick_counter: Counter) -> None:
    number, browser = quick_counter.order(), quick_counter.browser()
    page = browser.get(upload(browser, table("PO,Qty,Tracking", f"{number},1,{TRACKING}")))
    assert page.status_code == 422 and "known yet for: Line /" in page.text
    assert _shipped(quick_counter, "1001") == [0]
