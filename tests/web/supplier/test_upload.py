"""Tables at the supplier's pages: every row looked at first, the good ones sent once."""

import csv
import io
import re

import openpyxl
import pytest

from hub.flow.naming import say_name
from tests.web.portal.rig import Browser, seal_of
from tests.web.supplier.rig import TRACKING, Counter, once_of


@pytest.fixture
def counter(quick_counter: Counter) -> Counter:
    """What these tests are about is the same on every store."""
    return quick_counter


OTHER = "9400111899223197428497"


def table(*rows: str) -> bytes:
    return ("\r\n".join(rows) + "\r\n").encode()


def upload(browser: Browser, body: bytes, name: str = "shipments.csv") -> str:
    """Upload a file and return the path it leads to."""
    page = browser.get("/upload").text
    fields = {"seal": seal_of(page), "once": once_of(page)}
    answer = browser.ask("POST", "/upload", data=fields, files={"file": (name, body)})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def send(browser: Browser, path: str, **fields: str) -> str:
    """Send the good rows and return the page that this leads to."""
    answer = browser.post(path, {"seal": seal_of(browser.get("/").text), **fields})
    return (
        browser.get(answer.headers["location"]).text if answer.status_code == 303 else answer.text
    )


def _back(browser: Browser, path: str) -> list[list[str]]:
    answer = browser.get(f"{path}/wrong.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="wrong-rows.csv"'
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_every_row_is_shown_and_only_good_ones_are_sent(counter: Counter) -> None:
    first, second = counter.order("1001"), counter.order("1002")
    browser = counter.browser()
    body = table(
        "Bestellnummer;SKU;Menge;Sendungsnummer",
        f"{first};SKU-1;2;{TRACKING}",
        f"{second};SKU-1;9;{OTHER}",
        f"{second};NONE;1;{OTHER}",
        f"NOBODYS-1;SKU-1;1;{OTHER}",
        f"{second};SKU-1;1;9.4001E+21",
        f"{second};SKU-1;zwei;{OTHER}",
    )
    path = upload(browser, body)
    page = browser.get(path).text
    for words in (
        "2 of this line are open, the row says 9",
        "no such line or article",
        "lies with you",
        "Excel changed this number",
        "no whole number",
    ):
        assert words in page, words
    assert "<strong>1</strong> good row" in page
    assert "<strong>5</strong> wrong rows" in page
    assert counter.house.order("1001").shipments == ()  # looked at, not sent
    assert "Sent: 1 order." in send(browser, path)
    assert counter.house.word("1001") == "Shipped"
    assert counter.house.order("1001").shipments[0].carrier == "ups"
    assert counter.house.order("1002").shipments == ()


def test_the_file_is_kept_before_it_is_looked_at(counter: Counter) -> None:
    browser = counter.browser()
    body = b"\x00 no table at all"
    path = upload(browser, body, "../../etc/p\u202ewned.csv")
    page = browser.get(path)
    assert page.status_code == 422
    assert "save the table as" in page.text
    with counter.house.parts.store.read() as tx:
        row = tx.exchange.transmission(path.rpartition("/")[2])
        with tx.exchange.body(row.id) as stream:
            assert stream.read() == body
    assert (row.partner, row.name) == ("corner", "pwned.csv")


def test_sending_twice_ships_once_and_a_later_look_says_sent(counter: Counter) -> None:
    number = counter.order(quantity=3)
    browser = counter.browser()
    body = table(
        "PO,Line,Qty,Tracking",
        f"{number},1,1,{TRACKING}",
        f"{number},1,2,{OTHER}",
        f"{number},1,1,{OTHER}",
    )
    path = upload(browser, body)
    for _ in range(2):
        page = send(browser, path)
    order = counter.house.order()
    assert order.lines[0].buckets.shipped == 3
    assert len(order.shipments) == 2  # two carriers, two papers
    assert "<strong>2</strong> sent rows" in page
    assert "<strong>1</strong> wrong row" in page  # a third row asked for what was not open
    with counter.house.parts.store.read() as tx:
        papers = [
            row.set_id
            for row in tx.exchange.documents_page(
                partner=None, set_id=None, state=None, limit=50, before=None
            )
        ]
    assert papers.count("ship_notice") == 2


def test_wrong_rows_come_back_and_go_in_again_once_they_are_right(counter: Counter) -> None:
    number = counter.order()
    browser = counter.browser()
    path = upload(
        browser,
        table("PO,SKU,Qty,Tracking,Note", f'{number},SKU-1,5,{TRACKING},"=HYPERLINK(""x"")"'),
    )
    heading, row = _back(browser, path)
    assert heading == ["PO", "SKU", "Qty", "Tracking", "Note", "What is wrong"]
    assert row[:4] == [number, "SKU-1", "5", TRACKING]
    assert row[4] == '\'=HYPERLINK("x")'
    assert "2 of this line are open" in row[5]
    book = openpyxl.load_workbook(io.BytesIO(browser.get(f"{path}/wrong.xlsx").content))
    [_, cells] = book.active.iter_rows(values_only=True)
    assert cells[3] == TRACKING and cells[4] == '=HYPERLINK("x")'
    assert book.active["E2"].data_type == "s"  # a text, no formula
    row[2] = "2"
    again = upload(
        browser, table(",".join(heading), ",".join(one.replace(",", " ") for one in row[:4]))
    )
    assert "Sent: 1 order." in send(browser, again)


def test_a_workbook_is_read_as_well(counter: Counter) -> None:
    number = counter.order()
    browser = counter.browser()
    book = openpyxl.Workbook()
    book.active.append(["Purchase Order", "SKU", "Quantity", "Tracking Number", "Carrier"])
    book.active.append([number, "SKU-1", 2, "X-77", "Other"])
    kept = io.BytesIO()
    book.save(kept)
    path = upload(browser, kept.getvalue(), "today.xlsx")
    assert "Sent: 1 order." in send(browser, path)
    assert counter.house.order().shipments[0].packages[0].tracking == "X-77"


def test_an_upload_of_another_supplier_is_not_there(counter: Counter) -> None:
    number = counter.order()
    path = upload(counter.browser(), table("PO,SKU,Qty,Tracking", f"{number},SKU-1,2,{TRACKING}"))
    stranger = counter.browser("stranger")
    seal = seal_of(stranger.get("/").text)
    for tried in (path, f"{path}/wrong.csv", f"{path}/wrong.xlsx"):
        assert stranger.get(tried).status_code == 404
    assert stranger.post(path, {"seal": seal}).status_code == 404
    assert stranger.post(f"{path}/accept", {"seal": seal}).status_code == 404
    assert counter.house.order().shipments == ()


def test_what_a_table_names_of_others_is_as_unknown_as_what_there_is_not(counter: Counter) -> None:
    number = counter.order()
    stranger = counter.browser("stranger")
    path = upload(
        stranger,
        table("PO,SKU,Qty,Tracking", f"{number},SKU-1,2,{TRACKING}", f"NOPE-1,SKU-1,2,{TRACKING}"),
    )
    heading, theirs, nobodys = _back(stranger, path)
    assert theirs[4] == nobodys[4] != ""
    assert heading[4] == "What is wrong"


@pytest.mark.parametrize("body", [b"", b"x" * (5 * 1024 * 1024 + 1)])
def test_a_file_that_cannot_be_taken_is_told_at_its_field(counter: Counter, body: bytes) -> None:
    browser = counter.browser()
    page = browser.get("/upload").text
    fields = {"seal": seal_of(page), "once": once_of(page)}
    answer = browser.ask("POST", "/upload", data=fields, files={"file": ("a.csv", body)})
    assert answer.status_code == 422
    assert 'href="#file"' in answer.text and 'aria-invalid="true"' in answer.text


def test_a_stock_table_shows_the_levels_before_and_after(counter: Counter) -> None:
    browser = counter.browser()
    path = upload(browser, table("SKU,On hand", "SKU-1,12", "SKU-9,4", "SKU-2,"), "stock.csv")
    page = browser.get(path).text
    assert "not in our catalogue" in page
    assert "Your stock is told" in send(browser, path, kind="delta")
    with counter.house.parts.store.read() as tx:
        held = tx.stock.levels([("corner", "SKU-1"), ("corner", "SKU-2")])
    assert {sku: level.quantity for (_, sku), level in held.items()} == {"SKU-1": 12}


def test_a_row_that_nobody_can_read_puts_nothing_to_zero(counter: Counter) -> None:
    browser = counter.browser()
    send(browser, upload(browser, table("SKU,On hand", "SKU-1,5", "SKU-2,5")), kind="full")
    path = upload(browser, table("SKU,On hand", "SKU-1,7", "SKU-2,many"))
    assert re.search(r'value="full"\s+disabled', browser.get(path).text)
    send(browser, path, kind="full")
    with counter.house.parts.store.read() as tx:
        held = tx.stock.levels([("corner", "SKU-1"), ("corner", "SKU-2")])
    assert {sku: level.quantity for (_, sku), level in held.items()} == {"SKU-1": 7, "SKU-2": 5}


def test_the_open_lines_come_as_a_table_that_can_be_filled_in(counter: Counter) -> None:
    number = counter.order()
    browser = counter.browser()
    answer = browser.get("/upload/open.csv")
    [head, row] = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert row == [number, "1", "SKU-1", "Thing 1", "2", "each", "", "", ""]
    path = upload(browser, answer.content)
    assert "Fill in the tracking number" in browser.get(path).text
    row[7] = TRACKING
    assert "Sent: 1 order." in send(browser, upload(browser, table(",".join(head), ",".join(row))))
    assert number not in counter.browser("stranger").get("/upload/open.csv").text
    assert browser.get("/upload/open.exe").status_code == 404


@pytest.mark.parametrize("length", [7 * 1024 * 1024, 65 * 1024 * 1024])
def test_a_file_that_is_far_too_large_is_refused_with_words(counter: Counter, length: int) -> None:
    browser = counter.browser()
    page = browser.get("/upload").text
    fields = {"seal": seal_of(page), "once": once_of(page)}
    answer = browser.ask("POST", "/upload", data=fields, files={"file": ("a.csv", b"x" * length)})
    assert answer.status_code == 413
    assert "divide the file into smaller ones" in answer.text
    assert answer.headers["connection"] == "close"


def test_a_form_that_is_too_long_is_refused_with_words(counter: Counter) -> None:
    number = counter.order()
    browser = counter.browser()
    answer = browser.post(f"/orders/{number}/confirm", {"why": "x" * 300_000})
    assert answer.status_code == 413
    assert "Nothing was changed" in answer.text


def test_a_table_may_use_a_name_that_an_operator_said_the_meaning_of(counter: Counter) -> None:
    number, browser = counter.order(), counter.browser()
    goods = table("PO,SKU,Qty,Tracking", f"{number},ODD-7,2,{TRACKING}")
    stock = table("SKU,On hand", "ODD-7,12")
    assert "no such line or article" in browser.get(upload(browser, goods)).text
    assert "not in our catalogue" in browser.get(upload(browser, stock, "stock.csv")).text
    say_name(counter.house.parts, "corner", "ODD-7", "SKU-1", who="operator")
    path = upload(browser, stock, "stock.csv")
    assert "Your stock is told" in send(browser, path, kind="delta")
    with counter.house.parts.store.read() as tx:
        assert tx.stock.levels([("corner", "SKU-1")])["corner", "SKU-1"].quantity == 12
    assert "Sent: 1 order." in send(browser, upload(browser, goods))
    both = table("SKU,On hand", "SKU-1,5", "ODD-7,12")
    path = upload(browser, both, "both.csv")
    assert "lists by its own id too" in browser.get(path).text
    assert "Your stock is told" in send(browser, path, kind="delta")
    with counter.house.parts.store.read() as tx:
        assert tx.stock.levels([("corner", "SKU-1")])["corner", "SKU-1"].quantity == 5
