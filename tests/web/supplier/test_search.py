"""One search for any id: numbers of orders typed anyhow, and articles by every id of theirs."""

from urllib.parse import urlencode

import pytest

from hub.domain.catalog import Item, PartnerItem
from hub.domain.messages import ProductId
from tests.rigs.houses import post, shopping
from tests.web.portal.rig import Browser, seal_of
from tests.web.supplier.rig import Counter, once_of


def _found(browser: Browser, text: str) -> str:
    """Where a search leads; empty when it stays."""
    answer = browser.get(f"/search?{urlencode({'q': text})}")
    assert answer.status_code in (200, 303)
    return str(answer.headers.get("location", ""))


def _scanned(browser: Browser, text: str) -> str:
    page = browser.get("/ship").text
    scan = {"seal": seal_of(page), "once": once_of(page), "scan": "1", "order": text, "label": ""}
    return browser.post("/ship", scan).text


def _called(counter: Counter, vendor: str, gtin: str) -> None:
    """Let SKU-1 have these ids at Corner."""
    offer = PartnerItem(
        partner="corner",
        sku="SKU-1",
        products=(ProductId(kind="vendor", value=vendor),),
        unit="EA",
        units_per_pack=1,
        cost=400,
        currency="USD",
        priority=0,
    )
    item = Item(sku="SKU-1", title="Article 1", gtin=gtin)
    counter.house.parts.store.write(lambda tx: tx.catalog.put([item], [offer]))


def test_a_customers_number_is_found_in_any_letters(counter: Counter) -> None:
    number = counter.order("web-1007a")
    browser = counter.browser()
    for text in ("web-1007a", "WEB-1007A", " web-1007A ", "web_1007a", "#Web 1007a"):
        assert _found(browser, text) == f"/orders/{number}", text
        assert f'value="{number}"' in _scanned(browser, text), text
    for text in ("web-1007", "web_100_a", "%", "", " "):
        assert _found(browser, text) == "", text
    stranger = counter.browser("stranger")
    for text in ("web-1007a", "WEB-1007A"):
        assert _found(stranger, text) == ""


def test_numbers_that_differ_in_letters_alone_are_told_apart(counter: Counter) -> None:
    small, large = counter.order("web-7"), counter.order("WEB-7")
    browser = counter.browser()
    assert _found(browser, "web-7") == f"/orders/{small}"
    assert _found(browser, "WEB-7") == f"/orders/{large}"
    page = browser.get("/search?q=Web-7")
    assert page.status_code == 200
    assert all(f'href="/orders/{number}"' in page.text for number in (small, large))
    assert "Several orders of yours have this number" in _scanned(browser, "Web-7")


@pytest.mark.parametrize(
    "text", ["SKU-1", "sku-1", 'mug"7_\\%', 'MUG"7_\\%', "012345678905", "00012345678905"]
)
def test_an_articles_id_leads_to_the_orders_with_it(counter: Counter, text: str) -> None:
    _called(counter, 'Mug"7_\\%', "012345678905")
    number = counter.order()
    browser = counter.browser()
    assert _found(browser, text) == "/orders?show=all&article=SKU-1"
    assert f'href="/orders/{number}"' in browser.get(_found(browser, text)).text
    scanned = _scanned(browser, text)
    assert "This is the number of an article, not of an order: scan the slip." in scanned
    assert 'href="/orders?show=all&amp;article=SKU-1"' in scanned
    assert counter.house.order().shipments == ()


def test_what_is_no_id_of_an_article_leads_nowhere(counter: Counter) -> None:
    _called(counter, 'Mug"7_\\%', "")
    counter.order()
    browser = counter.browser()
    for text in ("SKU", "vendor", "Mug", '"', "%", "000", '["vendor"', "Mug_7_\\%", "a\x00b"):
        assert _found(browser, text) == "", text
        assert "No order of yours has this number" in _scanned(browser, text or "x"), text


def test_an_order_of_that_number_comes_before_an_article(counter: Counter) -> None:
    _called(counter, "1001", "")
    number = counter.order("1001")
    assert _found(counter.browser(), "1001") == f"/orders/{number}"


def test_what_several_articles_are_called_lists_the_orders_with_any(counter: Counter) -> None:
    _called(counter, "MUG", "")
    store = counter.house.parts.store
    with store.read() as tx:
        [offer] = [one for one in tx.catalog.offers(["SKU-2"])["SKU-2"] if one.partner == "corner"]
    twin = PartnerItem(
        partner="corner",
        sku="SKU-2",
        products=(ProductId(kind="vendor", value="MUG"),),
        unit=offer.unit,
        units_per_pack=1,
        cost=400,
        currency=offer.currency,
        priority=0,
    )
    store.write(lambda tx: tx.catalog.put([Item(sku="SKU-2", title="Article 2")], [twin]))
    post(counter.house, shopping("1001", 1))
    assert _found(counter.browser(), "mug") == "/orders?show=all&article=mug"
