"""Every byte served to a customer, searched for what is nobody's business, and its headers."""

import html
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from tests.cast import MAYA
from tests.rigs.houses import post, shopping
from tests.web.portal import rig
from tests.web.portal.rig import HARBOR_HOST, Browser, Street

STATES = {
    "confirmed": rig.confirmed,
    "being prepared": rig.being_prepared,
    "part shipped": rig.part_shipped,
    "shipped": rig.shipped,
    "on its way": rig.on_its_way,
    "delivered": rig.delivered,
    "delayed": rig.delayed,
    "rejected": rig.rejected,
}
PATHS = (
    *("/", "/code", "/order", "/nothing", "/s/none", "/portal.css", "/brand.css", "/logo"),
    *("/robots.txt", "/v1/orders", "/healthz", "/leave", "/pictures/0/none.png"),
    *("/cancel", "/quantities", "/address", "/outcome/" + "0" * 24),
)
XSS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{7*7}}${7*7}#{7*7}",
    "{order}{code}%s{0}",
    "javascript:alert(1)",
    "</title><svg/onload=alert(1)>",
    "<!--<a href=//evil.example>",
)


def _walk(lane: Street, browser: Browser, links: list[str]) -> list[tuple[str, bytes]]:
    served = []
    for path in (*PATHS, *links):
        for answer in (browser.get(path), browser.post(path, {"seal": "0", "number": ""})):
            heads = "".join(f"{name}: {text}\n" for name, text in answer.headers.items())
            served.append((path, heads.encode() + answer.content))
    return served


def test_no_byte_served_or_mailed_names_partners_costs_or_other_brands(talking: Street) -> None:
    links, secrets = [], {b"acme", b"123457", b"400", b"A-1", b"Harbor", b"harbor", b"HAR"}
    for n, make in enumerate(STATES.values(), start=1):
        make(talking.house, f"700{n}")
        links.append(talking.link(f"700{n}"))
    post(talking.house, shopping("900", 1), brand="harbor")
    proven = talking.prove("7004", MAYA.email)
    changing = talking.browser(address="192.0.2.77")
    talking.prove("7002", MAYA.email, browser=changing)
    talking.house.clock.on(minutes=2)
    while talking.mail():
        pass
    served = _walk(talking, talking.browser(), links) + _walk(talking, proven, [*links, "/order"])
    served += _walk(talking, changing, ["/order", _cancelled(changing)])
    while talking.mail():
        pass
    served += [("mail", raw) for raw in talking.mailbox.raw]
    for n in range(1, len(STATES) + 1):
        order = talking.house.order(f"700{n}")
        ids = [order.id, order.customer_id, *(line.id for line in order.lines)]
        ids += [part.number for part in order.fulfillments]
        ids += [part.id for part in order.fulfillments]
        ids += [shipment.notice for shipment in order.shipments]
        ids += [fine.id for one in order.promises for fine in (one,)]
        secrets |= {one.encode() for one in ids}
    secrets |= {b"JUNIPER", b"acme-SKU", b"fulfillment", b"purchase", b"supplier", b"partner"}
    found = {
        (path, secret)
        for path, body in served
        for secret in secrets
        if secret.lower() in re.sub(rb"(?i)harbor-?only", b"", body).lower()
        and not _allowed(secret, body)
    }
    assert found == set()
    assert len(served) > 60 and len(talking.mailbox.raw) >= 2


def _cancelled(browser: Browser) -> str:
    """Cancel everything; return where the outcome stands."""
    page = browser.get("/cancel").text
    fields = dict(re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', page))
    location: str = browser.post("/cancel", fields).headers["location"]
    return location


def _allowed(secret: bytes, body: bytes) -> bool:
    """Three digits may stand in a token or colour, a brand's code is its own name's beginning."""
    if secret == b"JUNIPER":
        return secret not in body
    if secret in (b"400", b"HAR", b"A-1"):
        return not re.search(rb"\b" + secret + rb"\b", body)
    return False


def test_harbor_shows_nothing_of_juniper(lane: Street) -> None:
    post(lane.house, shopping("900", 1), brand="harbor")
    link = lane.link("900", brand="harbor")
    for path, body in _walk(lane, lane.browser(HARBOR_HOST), [link]):
        assert b"juniper" not in body.lower(), path


@pytest.mark.parametrize("payload", XSS)
def test_what_customers_and_partners_wrote_is_shown_and_never_run(
    lane: Street, payload: str
) -> None:
    new = shopping("1001", 1)
    line = replace(new.groups[0].lines[0], description=payload)
    address = replace(
        new.customer, name=payload, name2=payload, lines=(payload, payload), city=payload
    )
    group = replace(new.groups[0], ship_to=address, lines=(line,))
    post(lane.house, replace(new, customer=address, groups=(group,)))
    order = rig.sent(lane.house, "1001")
    before = lane.prove("1001", MAYA.email)
    forms = [before.get(path) for path in ("/cancel", "/quantities", "/address")]
    assert all("<form" in one.text for one in forms)
    paper = rig.acme(lane.house).notice(order, tracking="<b>1</b>&{{7*7}}")
    rig.acme(lane.house).send("856", paper)
    lane.house.turn()
    proven = lane.prove("1001", MAYA.email)
    pages = [lane.browser().get(lane.link()), proven.get("/order")]
    form = lane.browser().post("/", {"number": payload, "known": payload + "\n"})
    for page in (*pages, *forms, form):
        assert _Tags.strange(page.text) == []
        if "{{7*7}}" in payload:
            assert payload in html.unescape(page.text)


class _Tags(HTMLParser):
    """Reads a page as browsers do and notes what no page of ours holds."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    @classmethod
    def strange(cls, page: str) -> list[str]:
        """Name the elements and attributes that could act."""
        reader = cls()
        reader.feed(page)
        return reader.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        words = dict(attrs)
        if tag in ("script", "svg", "b", "iframe", "style", "object", "embed"):
            self.found.append(tag)
        if tag == "img" and words.get("src") != "/logo":
            self.found.append("img")
        self.found += [name for name in words if name.startswith("on") or name == "style"]
        link = words.get("href") or ""
        if not link.startswith(("/", "#", "mailto:care@", "tel:", "https://www.ups.com/")):
            self.found += [link] if link else []

    def handle_comment(self, data: str) -> None:
        self.found.append("comment")


def test_every_answer_guards_itself(lane: Street) -> None:
    rig.confirmed(lane.house)
    browser = lane.browser()
    for path in (*PATHS, lane.link()):
        answer = browser.get(path)
        heads = answer.headers
        assert heads["x-content-type-options"] == "nosniff", path
        assert heads["referrer-policy"] == "no-referrer", path
        policy = heads["content-security-policy"]
        assert policy.startswith("default-src 'none'") and "unsafe" not in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert heads["strict-transport-security"].startswith("max-age="), path
        assert "noindex" in heads["x-robots-tag"], path
        assert "Host" in heads["vary"], path
        if heads["content-type"].startswith("text/html"):
            assert heads["cache-control"] == "no-store", path
            assert "style=" not in answer.text and "<script" not in answer.text, path
    assert len(browser.get("/portal.css").content) <= 20_000


def test_an_unknown_host_gets_421_and_no_brand(lane: Street) -> None:
    for host in ("example.com", "juniper.localhost.evil.example", "localhost"):
        answer = lane.browser(host).get("/")
        assert answer.status_code == 421
        assert b"juniper" not in answer.content.lower()
    assert lane.browser("hub.test").get("/healthz").status_code == 200
    assert lane.browser("hub.test").get("/v1/orders/x").status_code == 401
    assert lane.browser().get("/v1/facts").status_code == 404  # no REST door under a brand's host


def test_forms_of_other_sites_are_refused(lane: Street) -> None:
    rig.confirmed(lane.house)
    fields = {"number": "1001", "known": MAYA.email}
    browser = lane.browser()
    assert browser.post("/", fields, sec_fetch_site="cross-site").status_code == 403
    assert browser.post("/", fields, origin="https://evil.example").status_code == 403
    assert browser.post("/", fields, origin="https://juniper.localhost").status_code == 303
    assert browser.post("/code", {"code": "12345678", "seal": "0" * 32}).status_code == 403
    link = lane.link()
    assert browser.post(f"{link}/code", {"seal": "0" * 32}).status_code == 403
    twice = browser.ask(
        "POST",
        "/",
        content=b"number=1&number=2&known=a%40b.example",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert twice.status_code == 403
    huge = browser.post("/", {"number": "1" * 9000, "known": MAYA.email})
    assert huge.status_code == 403


def test_looking_changes_nothing(lane: Street) -> None:
    rig.shipped(lane.house)
    link, before = lane.link(), lane.house.order()
    browser = lane.prove("1001", MAYA.email)
    for path in (*PATHS, link, f"{link}/code"):
        browser.get(path)
    assert lane.house.order() == before
    assert browser.get("/order").status_code == 200


def test_a_wrong_form_says_all_that_is_wrong_with_links_to_the_fields(lane: Street) -> None:
    page = lane.browser().post("/", {"number": " ", "known": "nobody"})
    assert page.status_code == 422
    assert "<title>Error: " in page.text and "There is a problem" in page.text
    assert 'href="#number"' in page.text and 'href="#known"' in page.text
    assert page.text.count('aria-invalid="true"') == 2
    assert 'value="nobody"' in page.text
