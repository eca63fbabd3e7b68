"""The order's timeline as a clerk reads it: who, by which way, what, and the paper behind it."""

import re
from datetime import timedelta

from lxml import html

from hub.access import Role
from hub.domain.exchange import Purpose
from hub.domain.messages import CarrierEvent, CarrierMoment
from hub.flow import accounts
from hub.flow.delivering import Told, tell
from tests.rigs.houses import post, shopping
from tests.web.clerk.rig import Office, fields_of
from tests.web.portal.rig import Browser

ONE = "/orders/juniper/1001"
TRACKING = "1Z999AA10123456784"
DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _rows(browser: Browser, section: str = "happened") -> list[html.HtmlElement]:
    page = html.document_fromstring(browser.get(ONE).text)
    found: list[html.HtmlElement] = page.xpath(f"//section[@aria-labelledby='{section}']//li")
    return found


def _texts(rows: list[html.HtmlElement]) -> list[str]:
    return [" ".join(row.text_content().split()) for row in rows]


def _is_told(office: Office, moment: CarrierMoment) -> None:
    office.house.clock.on(hours=2)
    event = CarrierEvent(
        purpose=Purpose.ORIGINAL,
        event=str(moment),
        tracking=TRACKING,
        moment=moment,
        at=office.house.clock() - timedelta(hours=1),
        carrier="ups",
        reason="",
        estimated_on=None,
    )
    tell(office.house.parts, Told(events=[event], brand="juniper", who="key:test")).result()


def test_what_a_clerk_entered_says_who_what_and_why_in_both_languages(
    each_office: Office,
) -> None:
    post(each_office.house, shopping("1001", 2))
    each_office.house.turn()
    clerk = each_office.browser()
    fields = fields_of(clerk.get(f"{ONE}/cancel"))
    said = {**fields, "units-1": "1", "reason": "changed_mind", "do": "lines"}
    assert clerk.post(f"{ONE}/cancel", said).status_code == 303
    (asked,) = [text for text in _texts(_rows(clerk)) if "Asked for" in text]
    assert "clerk · Kim Duarte · web page" in asked
    assert asked.endswith("Asked for: cancel 1 × Thing 1; reason: changed their mind")
    page = clerk.get(ONE).text
    assert "changed_mind" not in page and "Reason: changed their mind" in page
    [kim] = accounts.listed(each_office.house.parts)
    accounts.settings(
        each_office.house.parts, account_id=kim.id, zone="UTC", language="de", name=kim.name
    )
    (german,) = [text for text in _texts(_rows(clerk)) if "Gewünscht" in text]
    assert "Kim Duarte · Webseite" in german
    assert german.endswith("Gewünscht: Storno von 1 × Thing 1; Grund: hat es sich anders überlegt")


def test_each_news_of_a_parcel_says_which_and_leads_to_its_carrier(office: Office) -> None:
    house = office.house
    post(house, shopping("1001", 2))
    house.turn()
    acme = house.suppliers["acme"]
    acme.send("856", acme.notice(acme.purchase_orders()[0], tracking=TRACKING))
    house.turn()
    _is_told(office, CarrierMoment.IN_TRANSIT)
    _is_told(office, CarrierMoment.DELIVERED)
    rows = _rows(office.browser())
    texts = _texts(rows)
    for became in ("on its way", "delivered"):
        (row,) = [
            one
            for one, text in zip(rows, texts, strict=True)
            if f"Parcel UPS {TRACKING}: {became}" in text
        ]
        assert TRACKING in row.xpath(".//a/@href")[0]
    assert "Purchase order JUN-1001-1 was sent to Acme" in " ".join(texts)
    assert not any(DAY.search(text) for text in texts)
    assert _papers(rows) == [], "clerks may not read papers"
    shown = _papers(_rows(office.browser(role=Role.OPERATOR, name="olu")))
    with house.parts.store.read() as tx:
        kept = tx.exchange.documents_of_order(house.order().id)
    assert set(shown) == {f"/documents/{one.id}" for one in kept}


def _papers(rows: list[html.HtmlElement]) -> list[str]:
    links = (str(link) for row in rows for link in row.xpath(".//a/@href"))
    return [link for link in links if link.startswith("/documents/")]


def test_the_box_finds_papers_where_it_finds_no_order(office: Office) -> None:
    house = office.house
    post(house, shopping("1001", 2))
    house.turn()
    with house.parts.store.read() as tx:
        (paper,) = tx.exchange.documents_of_order(house.order().id)
    desk = office.browser(role=Role.OPERATOR, name="olu")
    answer = desk.get(f"/search?q={paper.id}")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/documents/{paper.id}"
    for said in (paper.transmission_id, "000000001", "850"):
        found = desk.get(f"/search?q={said}")
        shown = found.headers.get("location") or found.text
        assert "/documents/" in shown and "Nothing was found" not in shown, said
    assert "Nothing was found" in desk.get("/search?q=nothing-of-this-name").text
    assert desk.get("/search?q=1001").headers["location"] == ONE
    clerk = office.browser()
    assert "Nothing was found" in clerk.get(f"/search?q={paper.id}").text


def test_the_slash_key_is_a_script_of_our_own_and_the_box_has_an_access_key(
    office: Office,
) -> None:
    clerk = office.browser()
    page = clerk.get("/orders").text
    assert '<script src="/keys.js" defer></script>' in page
    assert 'accesskey="s"' in page and "aria-keyshortcuts" not in page  # the script says it
    script = clerk.get("/keys.js")
    assert script.headers["content-type"].startswith("text/javascript")
