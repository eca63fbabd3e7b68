"""What of a supplier's own pages rests on SQL of its own: the same on each store."""

from hub.flow.supplier_notices import Notice, set_wish, wish
from tests.rigs.houses import stock_up
from tests.web.supplier.rig import TRACKING, Counter
from tests.web.supplier.test_upload import send, table, upload


def test_a_table_ships_the_figures_count_and_the_shelf_is_searched(counter: Counter) -> None:
    number, other = counter.order("1001"), counter.order("1002")
    browser = counter.browser()
    path = upload(browser, table("PO,SKU,Qty,Tracking", f"{number},SKU-1,2,{TRACKING}"))
    for _ in range(2):
        assert "<strong>1</strong> sent row" in send(browser, path)
    assert counter.house.word("1001") == "Shipped"
    shipped = browser.get("/figures/ship?days=30&mark=good").text
    assert number in shipped and other not in shipped
    stock_up(counter.house, skus=12)
    send(browser, upload(browser, table("SKU,On hand", "SKU-12,5")), kind="full")
    for text in ("corner-SKU-12", "aRTICLE 12"):
        page = browser.get(f"/stock?q={text}")
        assert 'name="was-SKU-12" value="5"' in page.text
        assert "SKU-11<" not in page.text
    assert "No article of yours" in browser.get("/stock?q=SKU_12").text
    assert browser.get("/print/logo/juniper").status_code == 200
    assert browser.get("/print/logo/harbor").status_code == 404


def test_a_wish_is_kept_and_may_be_another_one(counter: Counter) -> None:
    counter.browser()
    parts = counter.house.parts
    with parts.store.read() as tx:
        [person] = tx.accounts.page(partner="corner")
    for notice in (Notice.DIGEST, Notice.NONE, Notice.IMMEDIATE):
        set_wish(parts, person.id, notice)
        assert wish(parts, person.id) is notice
