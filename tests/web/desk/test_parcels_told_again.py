"""At the desk: a parcel told again, and a paper about several orders, in either language."""

import html

from hub.ops.desk.documents import documents
from tests.rigs.several import UNKNOWN, notice
from tests.web.desk.test_desk import Desk, desk

__all__ = ["desk"]


def test_who_decides_about_a_parcel_told_again_reads_both_ways_on(desk: Desk) -> None:
    desk.notice()
    paper = desk.notice(number=78)
    browser = desk.browser(language="de")
    cards = html.unescape(browser.get("/exceptions").text)
    assert "Ist es dasselbe Paket? Wenn ja, legen Sie den Beleg beiseite." in cards
    assert "Sind weitere Stücke darin, lassen Sie den Partner einen Ersatz (Zweck 05)" in cards
    page = html.unescape(browser.get(f"/documents/{paper}").text)
    assert "Paket 1Z999AA10123456784 steht schon mit 2 von Position 1 da, aus Sendung S77" in page
    assert "wenn es dasselbe Paket ist; ist mehr darin, lassen Sie die erste" in page
    assert "Paket, das schon gemeldet wurde" in html.unescape(browser.get("/parked").text)


def test_a_paper_about_several_orders_says_so_in_its_row_and_its_verdict(desk: Desk) -> None:
    number = desk.house.order().fulfillments[0].number
    lines = [("1", "2", "acme-SKU-1")]
    desk.house.suppliers["acme"].send("856", notice((UNKNOWN, lines), (number, lines)))
    desk.house.turn()
    (row,) = documents(desk.house.parts, set_id="856").rows
    browser = desk.browser(language="de")
    listed = html.unescape(browser.get("/documents?set=856").text)
    assert number in listed
    assert "und 1 weitere" in listed
    page = html.unescape(browser.get(f"/documents/{row.id}").text)
    assert f"Auftrag {UNKNOWN} und 1 weitere" in page
