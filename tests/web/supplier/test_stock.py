"""Stock at the supplier's pages: what was changed is told, and nothing else."""

import re

import pytest

from hub.domain.exchange import DocumentState
from tests.rigs.houses import stock_up
from tests.web.portal.rig import Browser, seal_of
from tests.web.supplier.rig import Counter, once_of
from tests.web.supplier.test_upload import send, table, upload


@pytest.fixture
def counter(quick_counter: Counter) -> Counter:
    """What these tests are about is the same on every store."""
    return quick_counter


def levels(counter: Counter, partner: str = "corner") -> dict[str, int]:
    with counter.house.parts.store.read() as tx:
        rows = tx.stock.page(after="", limit=500)
    return {row.sku: row.quantity for row in rows if row.partner == partner}


def _fields(browser: Browser) -> dict[str, str]:
    page = browser.get("/stock").text
    return {"seal": seal_of(page), "once": once_of(page), "q": "", "after": ""}


def test_only_what_was_changed_is_told(counter: Counter) -> None:
    browser = counter.browser()
    fields = {
        **_fields(browser),
        "units-SKU-1": "12",
        "was-SKU-1": "",
        "units-SKU-2": "",
        "was-SKU-2": "",
    }
    answer = browser.post("/stock", fields)
    assert answer.headers["location"] == "/stock?q=&after=&saved=1"
    assert levels(counter) == {"SKU-1": 12}
    counter.house.clock.on(hours=3)
    browser = counter.browser()
    page = browser.get(answer.headers["location"]).text
    assert "1 level changed" in page
    assert "3 hours ago" in page
    assert 'name="was-SKU-1" value="12"' in page


def test_an_untouched_field_never_overwrites_a_newer_level(counter: Counter) -> None:
    browser = counter.browser()
    fields = {
        **_fields(browser),
        "units-SKU-1": "5",
        "was-SKU-1": "5",
        "units-SKU-2": "7",
        "was-SKU-2": "",
    }
    browser.post("/stock", fields)
    assert levels(counter) == {"SKU-2": 7}


def test_everything_wrong_is_told_at_its_field_and_nothing_is_saved(counter: Counter) -> None:
    browser = counter.browser()
    fields = {
        **_fields(browser),
        "units-SKU-1": "many",
        "units-SKU-2": "-1",
        "units-SKU-3": "9999999999",
    }
    answer = browser.post("/stock", fields)
    assert answer.status_code == 422
    for sku in ("SKU-1", "SKU-2", "SKU-3"):
        assert f'href="#units-{sku}"' in answer.text
    assert 'value="many"' in answer.text
    assert levels(counter) == {}


def test_articles_of_others_and_of_nobody_are_not_there(counter: Counter) -> None:
    stranger = counter.browser("stranger")
    page = stranger.get("/stock").text
    assert "corner-SKU-1" not in page and "stranger-SKU-1" in page
    fields = {**_fields(stranger), "units-NOBODYS": "3"}
    assert stranger.post("/stock", fields).status_code == 404
    stranger.post("/stock", {**_fields(stranger), "units-SKU-1": "3"})
    assert levels(counter) == {}
    assert levels(counter, "stranger") == {"SKU-1": 3}


def test_an_article_is_found_by_any_of_its_numbers_and_pages_go_on(counter: Counter) -> None:
    stock_up(counter.house, skus=205)
    browser = counter.browser()
    for text in ("corner-sku-105", "ARTICLE 105", "sku-105"):
        page = browser.get(f"/stock?q={text}").text
        assert "SKU-105" in page and "SKU-104<" not in page
    first = browser.get("/stock").text
    assert first.count('name="was-') == 200
    assert browser.get("/stock?after=SKU-95").text.count('name="was-') == 4
    assert "No article of yours" in browser.get("/stock?q=%25").text  # a sign, not a wildcard


def test_a_table_that_takes_much_to_none_asks_first(counter: Counter) -> None:
    stock_up(counter.house, skus=12)
    browser = counter.browser()
    rows = [f"SKU-{n},5" for n in range(1, 13)]
    send(browser, upload(browser, table("SKU,On hand", *rows)), kind="full")
    path = upload(browser, table("SKU,On hand", "SKU-1,4"))
    page = send(browser, path, kind="full")
    assert "would leave 11 of the 12 articles" in page
    assert "Yes, they are gone" in page
    assert levels(counter)["SKU-2"] == 5  # nothing happened yet
    answer = browser.post(f"{path}/accept", {"seal": seal_of(page)})
    assert "Your stock is told" in browser.get(answer.headers["location"]).text
    left = levels(counter)
    assert left.pop("SKU-1") == 4
    assert set(left.values()) == {0}
    assert counter.house.exceptions() == []


def test_only_its_sender_lets_a_table_pass(counter: Counter) -> None:
    stock_up(counter.house, skus=12)
    browser = counter.browser()
    rows = [f"SKU-{n},5" for n in range(1, 13)]
    send(browser, upload(browser, table("SKU,On hand", *rows)), kind="full")
    path = upload(browser, table("SKU,On hand", "SKU-1,4"))
    send(browser, path, kind="full")
    stranger = counter.browser("stranger")
    seal = seal_of(stranger.get("/").text)
    assert stranger.post(f"{path}/accept", {"seal": seal}).status_code == 404
    with counter.house.parts.store.read() as tx:
        papers = tx.exchange.documents_page(
            partner="corner",
            set_id="stock_report",
            state=DocumentState.PARKED,
            limit=9,
            before=None,
        )
    assert len(papers) == 1


def test_an_article_that_is_named_twice_shows_what_its_rows_say_together(
    counter: Counter,
) -> None:
    browser = counter.browser()
    path = upload(browser, table("SKU,On hand", "SKU-1,5", "SKU-2,3", "SKU-1,7"), "stock.csv")
    page = browser.get(path).text
    shown = [int(one) for one in re.findall(r'data-label="From now on">(\d+)<', page)]
    assert shown == [12, 3, 12]
    assert page.count("2 rows name this article; what they say is added up") == 2
    assert "Your stock is told" in send(browser, path, kind="delta")
    assert levels(counter) == {"SKU-1": 12, "SKU-2": 3}


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("SKU-1,", "Fill in the quantity"),
        (",7", "Fill in the SKU, your article number or the GTIN"),
        ("SKU-1,x", "write digits alone, such as 12"),
        ("SKU-1,1,2,3", "put a text with the separator in it into quotation marks"),
    ],
)
def test_what_a_row_of_stock_lacks_is_told_in_the_words_of_its_sender(
    counter: Counter, row: str, told: str
) -> None:
    browser = counter.browser()
    path = upload(browser, table("SKU,On hand", row, "SKU-2,3"), "stock.csv")
    page = browser.get(path).text
    assert page.count(told) == 1
    for word in ("ROW01", "ask the partner", "is missing"):
        assert word not in page
    assert re.search(r'value="full"\s+disabled', page)  # what it speaks of is put to none by no row
