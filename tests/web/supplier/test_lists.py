"""The list of orders: filters in the address, views, tables, and many ticked at once."""

import csv
import io
import re
from pathlib import Path
from urllib.parse import urlencode

import openpyxl
import pytest

from hub.access import Role
from hub.domain.catalog import Item, PartnerItem
from hub.domain.messages import ProductId
from hub.flow import supplier_views
from hub.flow.supplier_views import MOST
from tests.rigs.houses import post, shopping
from tests.web.portal.rig import Browser, seal_of
from tests.web.supplier.rig import TRACKING, Counter, once_of, open_counter
from tests.web.supplier.test_lost_session import in_again


@pytest.fixture
def counter(quick_counter: Counter) -> Counter:
    """What these tests are about is the same on every store."""
    return quick_counter


def _forms(page: str) -> dict[str, str]:
    return {"seal": seal_of(page), "once": once_of(page)}


def _shown(browser: Browser, numbers: list[str], **query: str) -> list[str]:
    page = browser.get(f"/orders?{urlencode(query)}")
    assert page.status_code == 200, query
    return [one for one in numbers if f'href="/orders/{one}"' in page.text]


def test_filters_stand_in_the_address_and_keep_away_what_does_not_fit(counter: Counter) -> None:
    first, second = counter.order("1001"), counter.order("1002")
    browser, both = counter.browser(), [first, second]
    due = counter.house.order("1001").fulfillments[0].ship_by
    assert due is not None
    day = due.date().isoformat()
    assert _shown(browser, both, show="confirm") == both
    assert _shown(browser, both, show="confirm", buyer="juniper") == both
    assert _shown(browser, both, show="confirm", buyer="harbor") == []
    assert _shown(browser, both, show="confirm", article="sku-1") == both
    assert _shown(browser, both, show="confirm", article="SKU-%") == []
    assert _shown(browser, both, show="all", **{"from": day, "to": day}) == both
    assert _shown(browser, both, show="all", to="2020-01-01") == []
    assert _shown(browser, both, show="all", **{"from": "9999-99-99"}) == both  # is no day
    assert _shown(browser, both, show="confirm", gifts="1") == []
    page = browser.get("/orders?show=confirm&article=none").text
    assert "No such order fits the filters." in page
    assert 'href="/orders?show=done&amp;article=none"' in page  # another shelf keeps the filters


def test_filters_hold_on_each_store(hub_database: str, tmp_path: Path) -> None:
    """Every filter at once is asked of a real store of both kinds."""
    counter = open_counter(tmp_path, hub_database)
    try:
        _named(counter, 'MÜG"7_\\')
        number = counter.order()
        browser = counter.browser()
        for article, is_found in {
            'MÜG"7_\\': True,
            'g"7': True,
            "sku-1": True,
            "vendor": False,  # is how we write an id down, and none
            '"': True,
            '","': False,
            "]": False,
            "7__": False,
            "a\x00b": False,
            "mü\x00g": hub_database != "",  # only PostgreSQL knows both cases of Ü
        }.items():
            wanted = [number] if is_found else []
            assert _shown(browser, [number], show="confirm", article=article) == wanted, article
        assert browser.get("/search?q=a%00b").status_code == 200
        for q, is_found in {"vendor": False, "]": False, 'MÜG"7': True}.items():
            assert ('name="was-SKU-1"' in browser.get(f"/stock?{urlencode({'q': q})}").text) is (
                is_found
            ), q
        query = {"buyer": "juniper", "article": "sku-1", "from": "2020-01-01", "to": "2030-01-01"}
        for show in ("confirm", "late", "all"):
            wanted = [] if show == "late" else [number]
            assert _shown(browser, [number], show=show, **query) == wanted
            assert _shown(browser, [number], show=show, gifts="1", **query) == []
    finally:
        counter.house.close()


def _named(counter: Counter, value: str) -> None:
    """Let Corner's own id of SKU-1 be this one."""
    offer = PartnerItem(
        partner="corner",
        sku="SKU-1",
        products=(ProductId(kind="vendor", value=value),),
        unit="EA",
        units_per_pack=1,
        cost=400,
        currency="USD",
        priority=0,
    )
    counter.house.parts.store.write(
        lambda tx: tx.catalog.put([Item(sku="SKU-1", title="Article 1")], [offer])
    )


def test_a_number_of_two_brands_names_both_orders_and_nothing_to_ship(counter: Counter) -> None:
    numbers = [counter.order("7001")]
    post(counter.house, shopping("7001", 2), brand="harbor")
    counter.house.turn("corner")
    numbers.append(counter.house.order("7001", brand="harbor").fulfillments[0].number)
    assert len(set(numbers)) == 2
    browser = counter.browser()
    found = browser.get("/search?q=7001")
    assert all(f'href="/orders/{number}"' in found.text for number in numbers)
    page = browser.get("/ship").text
    scan = {"scan": "1", "order": "7001", "label": TRACKING}
    answer = browser.post("/ship", {**_forms(page), **scan})
    assert answer.status_code == 422
    for brand in ("juniper", "harbor"):
        [part] = counter.house.order("7001", brand=brand).fulfillments
        assert part.lines[0].buckets.shipped == 0


def test_addresses_that_no_page_wrote_are_the_beginning(counter: Counter) -> None:
    number = counter.order()
    browser = counter.browser()
    for after in ("9999999999999999999.x", "9" * 190 + ".x", "1.a\x00", "x.1", "7", "-1.x"):
        assert _shown(browser, [number], show="confirm", after=after) == [number], after
    undated = browser.get(f"/orders?show=confirm&after={2**62}.x")  # behind what is due some day
    assert undated.status_code == 200 and "There are no more." in undated.text


def test_who_confirms_on_the_second_page_stays_there(counter: Counter) -> None:
    for n in range(53):
        post(counter.house, shopping(str(2000 + n), 1))
    counter.house.turn("corner")
    browser = counter.browser()
    first = browser.get("/orders?show=confirm").text
    more = re.search(r'href="(/orders\?[^"]*after=[^"]+)">More', first)
    assert more
    page = browser.get(more[1].replace("&amp;", "&")).text
    after = re.search(r'name="after" value="([^"]+)"', page)
    behind = re.findall(r'id="tick-([^"]+)"', page)
    assert after and len(behind) == 3
    fields = {**_forms(page), "show": "confirm", "do": "accept", "after": after[1]}
    ticks = {f"tick-{behind[0]}": "1", "tick-GONE-1": "1", "tick-a\x00": "1"}
    answer = browser.post("/orders", {**fields, **ticks})
    assert answer.status_code == 422
    assert "Done: 1 order is confirmed." in answer.text
    assert "GONE-1: this order does not lie with you any more" in answer.text
    assert 'href="#tick-GONE-1"' not in answer.text  # nowhere to go
    assert re.findall(r'id="tick-([^"]+)"', answer.text) == behind[1:]
    printed = browser.post("/orders", {**fields, **ticks, "do": "print"})
    assert printed.status_code == 422 and "GONE-1: this order" in printed.text
    rest = {f"tick-{number}": "1" for number in behind[1:]}
    answer = browser.post("/orders", {**fields, "once": once_of(answer.text), **rest})
    assert answer.status_code == 200
    assert "Done: 2 orders are confirmed." in answer.text and "There are no more." in answer.text


def test_what_is_ticked_is_confirmed_order_by_order_and_undone_in_one_go(counter: Counter) -> None:
    numbers = [counter.order(str(1001 + n)) for n in range(3)]
    browser = counter.browser()
    page = browser.get("/orders?show=confirm").text
    assert len(re.findall(r'type="checkbox" id="tick-', page)) == 3
    assert browser.get("/orders?show=confirm&tick=all").text.count(" checked") == 3
    fields = {**_forms(page), "show": "confirm", "do": "accept"}
    ticks = {f"tick-{number}": "1" for number in numbers[:2]}
    for _ in range(2):  # a second click says nothing twice
        answer = browser.post("/orders", {**fields, **ticks})
        assert answer.status_code == 200
        assert "Done: 2 orders are confirmed." in answer.text
    with counter.house.parts.store.read() as tx:
        papers = tx.exchange.documents_page(
            partner="corner", set_id="order_response", state=None, limit=10, before=None
        )
    assert len(papers) == 2
    taken = dict(re.findall(r'name="((?:kind|number|name)-\d+)" value="([^"]+)"', answer.text))
    undone = browser.post("/undo", {**_forms(answer.text), **taken})
    assert undone.status_code == 200
    assert undone.text.count("it is as it was before.") == 2
    for order in ("1001", "1002"):
        assert counter.house.order(order).fulfillments[0].lines[0].buckets.accepted == 0


def test_what_cannot_be_confirmed_is_told_and_the_others_are(counter: Counter) -> None:
    first, second = counter.order("1001"), counter.order("1002")
    browser = counter.browser()
    path = f"/orders/{first}"
    browser.post(f"{path}/confirm", _forms(browser.get(path).text))
    fields = {**_forms(browser.get("/orders?show=all").text), "show": "all", "do": "accept"}
    answer = browser.post("/orders", {**fields, f"tick-{first}": "1", f"tick-{second}": "1"})
    assert answer.status_code == 422
    assert f"{first}: there is nothing to confirm any more" in answer.text
    assert "Done: 1 order is confirmed." in answer.text
    assert counter.house.order("1002").fulfillments[0].lines[0].buckets.accepted == 2
    nothing = browser.post("/orders", fields)
    assert nothing.status_code == 422 and "Tick at least one order." in nothing.text


def test_what_is_ticked_is_printed_and_what_is_anothers_is_not_there(counter: Counter) -> None:
    first, second = counter.order("1001"), counter.order("1002")
    browser = counter.browser()
    fields = {**_forms(browser.get("/orders?show=all").text), "do": "print"}
    ticks = {f"tick-{first}": "1", f"tick-{second}": "1"}
    answer = browser.post("/orders", {**fields, **ticks})
    assert answer.headers["location"] == f"/print/slips?order={first}&order={second}"
    stranger = counter.browser("stranger")
    seal = {"seal": seal_of(stranger.get("/orders").text), "once": "ab"}
    for do in ("accept", "print"):
        answer = stranger.post("/orders", {**seal, "do": do, **ticks})
        assert answer.status_code == 422
        assert f"{first}: this order does not lie with you any more" in answer.text
    assert counter.house.order("1001").fulfillments[0].lines[0].buckets.accepted == 0
    named = {"kind-1": "shipment_void", "number-1": first, "name-1": TRACKING}
    answer = stranger.post("/undo", {**seal, **named})
    assert answer.status_code == 409 and "cannot be taken back" in answer.text
    assert stranger.post("/undo", seal).status_code == 404


def test_ticks_outlive_a_lost_session(counter: Counter) -> None:
    number = counter.order()
    browser = counter.browser()
    fields = {**_forms(browser.get("/orders?show=confirm").text), "show": "confirm"}
    counter.house.clock.on(minutes=45)
    answer = browser.post("/orders", {**fields, "do": "accept", f"tick-{number}": "1"})
    assert answer.headers["location"] == "/sign-in?next=%2Forders&kept=1"
    [part] = counter.house.order().fulfillments
    assert part.lines[0].buckets.accepted == 0
    again = in_again(counter).get("/orders").text
    assert re.search(rf'id="tick-{number}"[^>]* checked', again)


def test_a_view_is_kept_for_one_account_until_it_is_removed(counter: Counter) -> None:
    counter.order()
    browser, other = counter.browser(), counter.browser(role=Role.SUPPLIER_ADMIN)
    page = browser.get("/orders?show=all&article=sku-1").text
    query = re.search(r'name="query" value="([^"]+)"', page)
    assert query
    fields = {"seal": seal_of(page), "query": query[1].replace("&amp;", "&")}
    kept = browser.post("/orders/views", {**fields, "name": " Mugs  <b> "})
    assert kept.headers["location"] == "/orders?show=all&article=sku-1"
    again = browser.get("/orders").text
    assert 'href="/orders?show=all&amp;article=sku-1"' in again
    assert "<bdi>Mugs &lt;b&gt;</bdi>" in again
    assert "Mugs" not in other.get("/orders").text
    bad = browser.post("/orders/views", {**fields, "name": " "})
    assert bad.status_code == 422 and 'href="#name"' in bad.text
    saved = browser.get("/account").text
    browser.post(
        "/account",
        {"seal": seal_of(saved), "name": "Ana", "zone": "Europe/Berlin", "language": "en"},
    )
    assert "Mugs" in browser.get("/orders").text  # another name and zone leave it alone
    browser.post("/orders/views/remove", {**fields, "name": "Mugs <b>"})
    assert "Mugs" not in browser.get("/orders").text


def test_no_more_views_are_kept_than_a_page_shows(counter: Counter) -> None:
    counter.browser()
    parts = counter.house.parts
    with parts.store.read() as tx:
        [row] = tx.accounts.page(partner="corner")
    for n in range(MOST):
        assert supplier_views.keep_view(parts, row.id, name=f"v{n}", query="show=all") == ""
    assert supplier_views.keep_view(parts, row.id, name="more", query="show=all") != ""
    assert supplier_views.keep_view(parts, row.id, name="v1", query="show=done") == ""
    assert supplier_views.views(parts, row.id)["v1"] == "show=done"


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_list_is_handed_over_as_a_table_with_its_filters(counter: Counter, ending: str) -> None:
    number = counter.order(quantity=3)
    counter.order("1002")
    browser = counter.browser()
    path = f"/orders/{number}/ship"
    fields = {**_forms(browser.get(path).text), "parcels": "1", "quantity-1-1": "3"}
    browser.post(path, {**fields, "tracking-1": TRACKING})
    answer = browser.get(f"/orders.{ending}?show=done")
    assert answer.headers["content-disposition"] == f'attachment; filename="orders-done.{ending}"'
    if ending == "csv":
        text = answer.content.decode("utf-8-sig")
        rows = [list(row) for row in csv.reader(io.StringIO(text, newline=""))]
    else:
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        assert book.active is not None
        rows = [[str(one or "") for one in row] for row in book.active.iter_rows(values_only=True)]
    heading, row = rows
    told = dict(zip(heading, row, strict=True))
    assert told["Purchase order"] == number
    assert (told["Line"], told["SKU"], told["Ordered"], told["Shipped"]) == ("1", "SKU-1", "3", "3")
    assert (told["State"], told["Tracking numbers"]) == ("closed", TRACKING)
    assert told["City"] != "" and "10.00" not in row and "maya@" not in "".join(row)
    nothing = browser.get(f"/orders.{ending}?show=done&buyer=harbor").content
    assert number.encode() not in nothing
    assert browser.get("/orders.exe").status_code == 404
    assert number.encode() not in counter.browser("stranger").get("/orders.csv?show=all").content


def test_a_long_list_is_turned_page_by_page_with_its_filters(counter: Counter) -> None:
    for n in range(52):
        post(counter.house, shopping(str(2000 + n), 1))
    counter.house.turn("corner")
    browser = counter.browser()
    page = browser.get("/orders?show=confirm&article=sku-1").text
    more = re.search(r'href="(/orders\?[^"]*after=[^"]+)">More', page)
    assert more
    behind = browser.get(more[1].replace("&amp;", "&")).text
    assert page.count('id="tick-') + behind.count('id="tick-') == 52
    assert 'href="/orders?show=confirm&amp;article=sku-1' in behind
