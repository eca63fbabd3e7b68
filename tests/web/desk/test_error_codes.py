"""The short code beside what is wrong at the desk: a link to the page that explains it."""

import re

from hub.ops.desk.causes import parked
from tests.web.desk.test_desk import Desk, desk
from tests.web.portal.rig import Browser, seal_of

__all__ = ["desk"]

LINK = re.compile(r'href="(/docs/errors/[^"]+)"')


def _leads(browser: Browser, path: str) -> list[str]:
    """The pages of codes that a page links, each of which is there."""
    page = browser.get(path)
    assert page.status_code == 200, path
    found = sorted(set(LINK.findall(page.text)))
    for one in found:
        assert browser.get(one).status_code == 200, one
    return found


def test_a_paper_its_cause_and_its_card_lead_to_what_the_code_means(desk: Desk) -> None:
    paper = desk.notice(sku="ODD-7")
    [group] = parked(desk.house.parts)
    assert group.code == "unknown-line"
    browser = desk.browser()
    with desk.house.parts.store.read() as tx:
        [card] = tx.queue.newest()
    for path in (f"/documents/{paper}", "/parked", f"/parked/{group.id}", f"/exceptions/{card.id}"):
        assert "/docs/errors/unknown-line" in _leads(browser, path), path


def test_the_bench_of_a_partner_names_codes_with_their_pages(desk: Desk) -> None:
    browser = desk.browser()
    page = browser.get("/partners/acme").text
    fields = {"seal": seal_of(page), "channel": "edi", "body": "no X12 at all"}
    tried = browser.ask("POST", "/partners/acme", data=fields, files={"file": ("", b"")}).text
    assert "/docs/errors/x12-no-isa" in LINK.findall(tried)


def test_what_is_refused_at_a_form_names_its_code(desk: Desk) -> None:
    browser = desk.browser()
    seal = seal_of(browser.get("/partners/acme").text)
    fields = {"seal": seal, "do": "zone", "zone": "Nowhere/None"}
    refused = browser.post("/partners/acme/own", fields)
    assert refused.status_code == 422
    summary = refused.text.partition('class="problems"')[2].partition("</ul>")[0]
    assert LINK.findall(summary) == ["/docs/errors/own-setting"]
