"""Rows that are asked about before they go, and what a row may say of its day and its carrier."""

import csv
import io
import re

import pytest

from hub.access import Role
from hub.domain.catalog import Item, PartnerItem
from hub.domain.messages import ProductId
from hub.flow import accounts
from tests.web.portal.rig import Browser
from tests.web.supplier.rig import TRACKING, Counter
from tests.web.supplier.test_upload import OTHER, send, table, upload

UPS = "1Z12345E6605272234"
HEAD = "PO,Line,Qty,Tracking"


def counts(page: str) -> dict[str, int]:
    """How many rows of each fate a page tells of."""
    found = re.findall(r'only=(\w+)"><strong>(\d+)</strong>', page)
    return {fate: int(number) for fate, number in found}


def test_a_number_that_stands_at_two_orders_is_asked_about_and_goes_when_said(
    counter: Counter,
) -> None:
    first, second, third = (counter.order(one) for one in ("1001", "1002", "1003"))
    browser = counter.browser()
    rows = (f"{first},1,2,{TRACKING}", f"{second},1,2,{TRACKING}", f"{third},1,2,{OTHER}")
    path = upload(browser, table(HEAD, *rows))
    page = browser.get(path).text
    assert counts(page) == {"good": 1, "wrong": 0, "asked": 2, "sent": 0}
    assert f"{second} has the same tracking number in this table" in page
    assert f"{first} has the same tracking number in this table" in page
    page = send(browser, path)
    assert "Sent: 1 order." in page
    assert counts(page) == {"good": 0, "wrong": 0, "asked": 2, "sent": 1}
    assert counter.house.order("1001").shipments == ()
    page = send(browser, path, also="asked")
    assert "Sent: 2 orders." in page
    assert counts(page) == {"good": 0, "wrong": 0, "sent": 3}
    assert "question" not in page
    for number in ("1001", "1002"):
        [shipment] = counter.house.order(number).shipments
        assert shipment.packages[0].tracking == TRACKING


def test_a_number_that_was_told_before_is_asked_about_until_it_is_taken_back(
    counter: Counter,
) -> None:
    first, second = counter.order("1001"), counter.order("1002")
    browser = counter.browser()
    sent = upload(browser, table(HEAD, f"{first},1,2,{TRACKING}"))
    assert "Sent: 1 order." in send(browser, sent)
    spaced = f"{TRACKING[:2].lower()} {TRACKING[2:]}"
    path = upload(browser, table(HEAD, f"{second},1,2,{spaced}"))
    page = browser.get(path).text
    assert counts(page) == {"good": 0, "wrong": 0, "asked": 1, "sent": 0}
    assert f"{first} left under this tracking number already" in page
    assert counts(send(browser, path)) == counts(page)  # nothing goes that nobody said
    taken = re.search(r'name="once" value="(\w+)"', browser.get(sent).text)
    assert taken
    send(browser, f"{sent}/undo", once=taken[1])
    assert counter.house.order("1001").shipments == ()
    assert counts(browser.get(path).text)["good"] == 1


def test_the_numbers_of_others_are_nobodys_question(quick_counter: Counter) -> None:
    counter = quick_counter
    counter.order("1001")
    number = counter.order("1002")
    browser = counter.browser()
    first = upload(browser, table(HEAD, f"{number},1,2,{TRACKING}"))
    send(browser, first)
    with counter.house.parts.store.read() as tx:
        for partner, told in (("corner", {TRACKING: [number]}), ("stranger", {})):
            found = tx.parcels.purchase_orders(partner=partner, trackings=[TRACKING])
            assert found == told


def test_rows_of_one_paper_go_together(quick_counter: Counter) -> None:
    first, second = quick_counter.order("1001", 3), quick_counter.order("1002", 2)
    browser = quick_counter.browser()
    rows = (f"{first},1,1,{UPS}", f"{first},1,2,{TRACKING}", f"{second},1,2,{TRACKING}")
    path = upload(browser, table(HEAD, *rows))
    page = browser.get(path).text
    assert counts(page) == {"good": 0, "wrong": 0, "asked": 3, "sent": 0}
    assert "It goes together with row 3" in page
    assert "Send the good rows" not in page
    assert "Sent: 2 orders." in send(browser, path, also="asked")
    assert len(quick_counter.house.order("1001").shipments) == 1


def test_a_question_is_asked_in_german(quick_counter: Counter) -> None:
    first, second = quick_counter.order("1001"), quick_counter.order("1002")
    browser = _german(quick_counter)
    rows = (f"{first},1,2,{TRACKING}", f"{second},1,2,{TRACKING}", f",1,2,{OTHER}")
    page = browser.get(upload(browser, table(HEAD, *rows))).text
    assert f"{first} hat in dieser Tabelle dieselbe Sendungsnummer" in page
    assert "Tragen Sie die Nummer der Bestellung ein" in page


def _german(counter: Counter) -> Browser:
    browser, parts = counter.browser(), counter.house.parts
    [ana] = accounts.listed(parts, partner="corner")
    accounts.settings(parts, account_id=ana.id, zone="UTC", language="de", name="Ana")
    return browser


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("2062-11-20", "This day is still to come"),
        ("2026-11-21", "This day is still to come"),
        ("9999-12-31 23:30", "This day is still to come"),
        ("2016-11-20", "the order was not given yet"),
        ("2026-11-19", "the order was not given yet"),
    ],
)
def test_a_day_on_which_nothing_can_have_left_is_told_at_its_row(
    quick_counter: Counter, day: str, told: str
) -> None:
    first, second = quick_counter.order("1001"), quick_counter.order("1002")
    browser = quick_counter.browser()
    rows = (f"{first},1,2,{TRACKING},{day}", f"{second},1,2,{OTHER},2026-11-20")
    path = upload(browser, table(f"{HEAD},Shipped on", *rows))
    page = browser.get(path).text
    assert counts(page) == {"good": 1, "wrong": 1, "sent": 0}
    assert told in page
    assert 'data-label="Shipped on">Fri, Nov 20<' in page  # of the good one
    assert "Sent: 1 order." in send(browser, path)
    assert quick_counter.house.order("1001").shipments == ()
    [shipment] = quick_counter.house.order("1002").shipments
    assert shipment.shipped_at is not None and shipment.shipped_at.day == 20


def test_a_table_without_days_shows_no_column_for_them(quick_counter: Counter) -> None:
    number, browser = quick_counter.order(), quick_counter.browser()
    page = browser.get(upload(browser, table(HEAD, f"{number},1,2,{TRACKING}"))).text
    assert "Shipped on" not in page


def test_a_number_that_is_another_carriers_goes_by_that_one_and_the_row_says_so(
    quick_counter: Counter,
) -> None:
    number, browser = quick_counter.order(), quick_counter.browser()
    path = upload(browser, table(f"{HEAD},Carrier", f"{number},1,2,{TRACKING},FedEx"))
    page = browser.get(path).text
    assert "goes by UPS and not by FedEx" in page
    assert counts(page)["good"] == 1
    send(browser, path)
    assert quick_counter.house.order().shipments[0].carrier == "ups"
    right = upload(browser, table(f"{HEAD},Carrier", f"{number},1,2,{OTHER},USPS"))
    assert "check digit" not in browser.get(right).text


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (f",1,1,{TRACKING}", "Fill in the number of the purchase order"),
        (f"JUN-1001-1,,1,{TRACKING}", "Fill in the line"),
        (f"JUN-1001-1,1,,{TRACKING}", "Fill in the quantity"),
        ("JUN-1001-1,1,1,", "Fill in the tracking number as it stands on the label"),
    ],
)
def test_what_a_row_lacks_is_told_in_the_words_of_its_sender(
    quick_counter: Counter, row: str, told: str
) -> None:
    quick_counter.order()
    browser = quick_counter.browser()
    page = browser.get(upload(browser, table(HEAD, row))).text
    assert told in page
    assert "does not say" not in page


def test_open_lines_say_that_pieces_are_counted_and_how_they_lie_in_packs(
    counter: Counter,
) -> None:
    offer = PartnerItem(
        partner="corner",
        sku="SKU-1",
        products=(ProductId(kind="vendor", value="corner-SKU-1"),),
        unit="CA",
        units_per_pack=6,
        cost=400,
        currency="USD",
        priority=0,
    )
    store = counter.house.parts.store
    store.write(lambda tx: tx.catalog.put([Item(sku="SKU-1", title="Article 1")], [offer]))
    number = counter.order(quantity=12)
    browser = counter.browser(role=Role.SUPPLIER_ADMIN)
    body = browser.get("/upload/open.csv").content.decode("utf-8-sig")
    [head, row] = csv.reader(io.StringIO(body, newline=""))
    asked = dict(zip(head, row, strict=True))
    assert (asked["Quantity"], asked["Unit"], asked["Packs"]) == ("12", "each", "2 × 6")
    row[head.index("Tracking number")] = TRACKING
    path = upload(browser, table(",".join(head), ",".join(row)))
    assert "Sent: 1 order." in send(browser, path)
    assert counter.house.order().lines[0].buckets.shipped == 12
    assert number not in browser.get("/upload/open.csv").text
