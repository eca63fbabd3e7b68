"""The short code beside what is wrong at a supplier's: as text, for its house has no reference."""

from hub.access import Role
from tests.web.portal.rig import seal_of
from tests.web.supplier.rig import Counter
from tests.web.supplier.test_upload import table, upload


def test_suppliers_read_the_code_as_text_for_their_house_has_no_reference(
    quick_counter: Counter,
) -> None:
    number, browser = quick_counter.order(), quick_counter.browser()
    path = upload(browser, table("PO,Line,Qty,Tracking,Carrier", f"{number},1,none,1Z99,ups"))
    page = browser.get(path).text
    assert '<code class="quiet">no-count</code>' in page
    assert "/docs/errors" not in page
    assert browser.get("/docs/errors/no-count").status_code == 404


def test_a_form_that_is_refused_names_its_code(quick_counter: Counter) -> None:
    browser = quick_counter.browser(role=Role.SUPPLIER_ADMIN)
    seal = seal_of(browser.get("/settings").text)
    refused = browser.post("/settings/zone", {"seal": seal, "zone": "Nowhere/None"})
    assert refused.status_code == 422
    summary = refused.text.partition('class="problems"')[2].partition("</ul>")[0]
    assert '<code class="quiet">own-setting</code>' in summary
