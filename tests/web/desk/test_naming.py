"""What a partner's name stands for, said at the desk: for a paper, for a group, and taken back."""

import html
import re
from urllib.parse import quote

from hub.access import Role
from hub.domain.exchange import DocumentState
from hub.ops.desk.causes import parked
from hub.ops.desk.naming import names
from tests.rigs.houses import post, shopping
from tests.web.desk.test_desk import Desk, desk
from tests.web.portal.rig import Browser, seal_of

__all__ = ["desk"]


def _link(page: str) -> str:
    found = re.search(r'href="(/partners/acme/names\?[^"]+)">Say what ODD-7 means<', page)
    assert found, page
    return html.unescape(found[1])


def _fields(page: str, **said: str) -> dict[str, str]:
    """What the page's own form would send: its hidden fields and what is ticked."""
    form = page[page.index('action="/partners/acme/names"') :]
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    ticked = re.findall(r'type="radio" id="[\w-]+" name="(\w+)" value="([^"]*)" checked', form)
    return {name: html.unescape(text) for name, text in (*hidden, *ticked)} | said


def _state(desk: Desk, paper: str) -> DocumentState:
    with desk.house.parts.store.read() as tx:
        return tx.exchange.document(paper).state


def test_one_paper_is_mended_by_two_clicks_from_its_own_page(desk: Desk) -> None:
    paper = desk.notice(sku="ODD-7")
    browser = desk.browser()
    form = browser.get(_link(browser.get(f"/documents/{paper}").text)).text
    assert "Line 1:" in form and "Save and run again" in form
    fields = _fields(form)
    assert fields["sku"] == "SKU-1", "the only line that is left is chosen"
    answer = browser.post("/partners/acme/names", fields)
    assert answer.headers["location"] == f"/documents/{paper}?done=named"
    desk.house.turn()
    assert _state(desk, paper) is DocumentState.APPLIED
    assert desk.house.word() == "Shipped"
    [box] = [box for one in desk.house.order().shipments for box in one.packages]
    assert len(box.lines) == 1, "the parcel of unknown contents gave way to itself"
    page = browser.get(answer.headers["location"]).text
    assert "the name is kept, and the paper was run again" in page
    assert "/names?" not in page
    told = browser.get(f"/documents/{paper}?tab=audit").text
    assert "said what a name of the partner&#39;s stands for" in told
    assert browser.post("/partners/acme/names", fields).status_code == 303, "twice is once"


def test_one_that_is_run_again_is_counted_as_one(desk: Desk) -> None:
    desk.notice(sku="ODD-7")
    [group] = parked(desk.house.parts)
    browser = desk.browser()
    form = browser.get(_link(browser.get(f"/parked/{group.id}").text)).text
    told = browser.post("/partners/acme/names", _fields(form)).headers["location"]
    again = browser.post(f"/parked/{group.id}", {"seal": seal_of(browser.get(told).text)}).text
    assert "1 of 1 is run again now." in again


def test_a_group_is_said_once_tried_and_run_again(desk: Desk) -> None:
    desk.notice(sku="ODD-7")
    desk.notice(number=78, sku="ODD-7", tracking="1Z999AA10123456793")
    [group] = parked(desk.house.parts)
    browser = desk.browser()
    form = browser.get(_link(browser.get(f"/parked/{group.id}").text)).text
    assert "2 papers from Acme wait for it." in form
    answer = browser.post("/partners/acme/names", _fields(form))
    assert answer.headers["location"] == f"/parked/{group.id}?done=named"
    tried = browser.get(answer.headers["location"]).text
    assert "Done: the name is kept." in tried and tried.count("right-row") == 2
    again = browser.post(f"/parked/{group.id}", {"seal": seal_of(tried)}).text
    assert again.count("right-row") == 2 and "2 of 2 are run again now." in again
    desk.house.turn()
    assert parked(desk.house.parts) == ()


def test_an_article_is_looked_for_and_what_is_wrong_is_told_at_the_form(desk: Desk) -> None:
    browser = desk.browser()
    form = browser.get(f"/partners/acme/names?name={quote('ODD 7/ä')}").text
    nothing = browser.post("/partners/acme/names", _fields(form))
    assert nothing.status_code == 422
    assert "<title>Error:" in nothing.text and 'href="#other"' in nothing.text
    none = browser.post("/partners/acme/names", _fields(form, other="quince"))
    assert none.status_code == 422 and "No article that this partner offers" in none.text
    found = browser.post("/partners/acme/names", _fields(form, other="article", do="find"))
    assert found.status_code == 200 and found.text.count('type="radio"') == 3
    several = browser.post("/partners/acme/names", _fields(form, other="article"))
    assert several.status_code == 422 and 'href="#sku"' in several.text
    kept = browser.post("/partners/acme/names", _fields(found.text, sku="SKU-2"))
    assert kept.headers["location"] == "/partners/acme?done=named"
    whole = browser.post("/partners/acme/names", _fields(form, name="ODD-8", other="acme-sku-3"))
    assert whole.status_code == 303, "an id in full needs no second look"
    assert {one.name: one.sku for one in names(desk.house.parts, "acme")} == {
        "ODD 7/ä": "SKU-2",
        "ODD-8": "SKU-3",
    }
    taken = browser.post("/partners/acme/names", _fields(form, name="acme-SKU-1", other="SKU-2"))
    assert taken.status_code == 422 and 'href="#name"' in taken.text
    assert "own name of SKU-1" in taken.text


def test_who_said_otherwise_before_is_told_and_replaced_only_knowingly(desk: Desk) -> None:
    ana = ben = desk.browser()  # one person in two windows
    at = "/partners/acme/names?name=ODD-7"
    theirs = ben.get(at).text
    ana.post("/partners/acme/names", _fields(ana.get(at).text, sku="SKU-1"))
    desk.house.clock.on(seconds=180)
    refused = ben.post("/partners/acme/names", _fields(theirs, sku="SKU-2"))
    assert refused.status_code == 422
    assert "Olu Peters said 3 minutes ago that ODD-7 stands for SKU-1." in refused.text
    assert names(desk.house.parts, "acme")[0].sku == "SKU-1"
    assert ben.post("/partners/acme/names", _fields(refused.text, sku="SKU-2")).status_code == 303
    assert names(desk.house.parts, "acme")[0].sku == "SKU-2"
    page = ana.get("/partners/acme").text
    assert "Take back" in page and "ODD-7" in page
    gone = {"seal": seal_of(page), "name": "ODD-7"}
    for _ in range(2):  # the second finds it gone
        assert ana.post("/partners/acme/names/forget", gone).status_code == 303
    assert names(desk.house.parts, "acme") == ()


def test_who_only_looks_sees_the_names_and_has_no_way_to_say_one(desk: Desk) -> None:
    paper = desk.notice(sku="ODD-7")
    keeper = desk.browser()
    keeper.post(
        "/partners/acme/names",
        _fields(keeper.get("/partners/acme/names").text, name="X", other="SKU-2"),
    )
    viewer = desk.browser(Role.VIEWER)
    page = viewer.get("/partners/acme").text
    assert "Names in its papers" in page and "Take back" not in page
    assert "/names?" not in viewer.get(f"/documents/{paper}").text
    assert viewer.get("/partners/acme/names").status_code == 404
    for path in ("/partners/nobody/names", "/partners/acme/names?paper=doc_no&name=X"):
        assert keeper.get(path).status_code == 404


def test_a_paper_of_another_partner_or_cause_that_is_gone_is_not_there(desk: Desk) -> None:
    post(desk.house, shopping("1002", 2))
    browser: Browser = desk.browser()
    assert browser.get("/partners/acme/names?cause=cause_none&name=X").status_code == 404


def test_a_group_that_somebody_settled_meanwhile_leaves_the_name_kept(desk: Desk) -> None:
    desk.notice(sku="ODD-7")
    desk.notice(number=78, sku="ODD-7")
    [group] = parked(desk.house.parts)
    browser = desk.browser()
    fields = _fields(browser.get(_link(browser.get(f"/parked/{group.id}").text)).text, sku="SKU-1")
    answer = browser.post("/partners/acme/names", fields | {"cause": "cause_gone"})
    assert answer.headers["location"] == "/partners/acme?done=named"
    assert [one.sku for one in names(desk.house.parts, "acme")] == ["SKU-1"]
