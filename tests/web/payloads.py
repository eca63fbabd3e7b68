"""Words that mean harm wherever they are shown, and a hub in which they stand everywhere.

Each holds `zq`: an element or attribute of that name in a page is one that the words made.
"""

import re
from collections.abc import Mapping
from typing import Any

from lxml import html

from hub.api import build
from hub.domain.catalog import Item
from tests.rigs.desks import Mill, partner_key
from tests.rigs.houses import House as Hub
from tests.unit.domain.trade import offer
from tests.web.conftest import Shop, give_key

PAYLOADS = (
    "<script zq>alert(1)</script>",
    '"><script zq>alert(1)</script>',
    "'><img src=x onerror=alert(1) zq>",
    '" onmouseover="alert(1)" zq="',
    "' onfocus='alert(1)' autofocus zq='",
    "</title><script zq>alert(1)</script>",
    "</textarea><svg onload=alert(1) zq>",
    "--><svg/onload=alert(1) zq>",
    "]]><zq/>",
    "javascript:alert(1)//zq",
    "data:text/html,<script zq>alert(1)",
    '<a href="javascript:alert(1)" zq>x</a>',
    "<svg><script zq>alert(1)</script></svg>",
    '<iframe srcdoc="<script>alert(1)" zq>',
    "<style zq>*{display:none}</style>",
    "<meta http-equiv=refresh content=0 zq>",
    "<form action=//x.example zq><input>",
    "{{ 7*7 }}{% zq %}${7*7}#{7*7}",
    "%(zq)s %s %n {zq} {0} {order}",
    "&lt;b zq&gt; &amp; &#x3c;zq&#x3e;",
    "\u202egnp.exe zq\u202c",
    "zq\u200b\u200d\ufeffzero\u00adwidth",
    '=HYPERLINK("http://x.example","zq")',
    "+1+cmd|'/C zq'!A0",
    "@SUM(1+1)*zq",
    "-2+3+zq",
    "zq\r\nBcc: eve@example.com",
    "👩‍👩‍👧‍👦 zq 🇩🇪 ﷽",
    "null zq undefined NaN None",
    "zq\ud800 half a sign",
    "zq" + "W" * 4_998,
    "ISA*00*zq~GS>:^'+?",
    "../../etc/zq\\..%2f..",
    "'; DROP TABLE orders;-- zq",
)
PLAIN = "Plain"
FORMULA = re.compile(r"[=+\-@\t\r]")
NUMBER = re.compile(r"[-+]?[0-9][0-9.,]*")
_CHOSEN = {"script", "iframe", "object", "embed", "base", "style", "frame", "applet", "template"}
_OURS = {"/htmx.js", "/keys.js", "/scan.js"}
_ADDRESSES = {"href", "src", "action", "formaction", "data", "poster", "background", "content"}
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_RUNS = re.compile(r"\s*(javascript|data|vbscript)\s*:", re.IGNORECASE)


def harm(tree: html.HtmlElement, *, mail: bool = False) -> list[str]:
    """What words of strangers became in a page besides text; mails may say how they look."""
    told = []
    for one in tree.iter():
        if not isinstance(one.tag, str):
            told += [f"comment {one.text}"] if "zq" in (one.text or "") else []
            continue
        ours = one.tag == "script" and one.get("src") in _OURS and not one.text
        if "zq" in one.tag or (
            one.tag in _CHOSEN and not ours and not (mail and one.tag != "script")
        ):
            told.append(f"<{one.tag}>")
        if one.tag == "meta" and one.get("http-equiv") and not mail:
            told.append("a meta that leads away")
        told += [
            f"<{one.tag} {name}>" for name, value in one.attrib.items() if _acts(name, value, mail)
        ]
    if len(tree.xpath("//title")) > 1:
        told.append("a second title")
    return told


def said(tree: html.HtmlElement) -> str:
    """The words of a page, and what stands in its fields."""
    fields = [str(one) for one in tree.xpath("//input/@value | //textarea/text()")]
    return " ".join([tree.text_content(), *fields])


def as_read(text: str) -> str:
    """The text without blanks: what a page breaks, and what has no width, is all the same."""
    return "".join(_UNSEEN.sub("", text).split())


def own_words(body: Mapping[str, Any]) -> list[str]:
    """Words of an order that everybody is shown who works on it."""
    [group] = body["ship_groups"]
    return [group["ship_to"]["name"], group["lines"][0]["description"], group["ship_to"]["city"]]


def typed_of(text: str) -> str:
    """A payload as a brand's page takes it: braces are for words to be filled in, 4,000 signs."""
    return text.replace("\ud800", "").replace("{", "(").replace("}", ")")[:4_000]


def _acts(name: str, value: str, mail: bool) -> bool:
    if name in _ADDRESSES:
        return bool(_RUNS.match(value))
    return (
        name.startswith("on") or "zq" in name or name == "srcdoc" or (name == "style" and not mail)
    )


def order(number: str, text: str) -> dict[str, Any]:
    """An order in which a text stands wherever a customer may say something."""
    address = {
        "name": text[:60],
        "lines": [text[:55], text[:55]],
        "city": text[:30],
        "region": "BY",  # X12 N402 has room for two letters
        "postal_code": text[:15],
        "country": "DE",
        "phone": text[:40],
    }
    line = {
        "quantity": 1,
        "unit_price": 1000,
        "description": text[:80],
        "personalization": text[:80],
    }
    group = {
        "number": "1",
        "ship_to": address,
        "method": "ground",
        "instructions": text[:500],
        "gift": {"sender": text[:60], "recipient": text[:60], "message": text[:500]},
        "lines": [{**line, "number": "1", "sku": "SKU-8"}, {**line, "number": "2", "sku": "SKU-9"}],
    }
    email = f"p{number.lower()}@example.com"
    return {
        "number": number,
        "channel": "web",
        "currency": "USD",
        "customer": {"name": text[:60], "email": email, "phone": text[:40]},
        "ship_groups": [group],
        "total": 2000,
    }


def posted(shop: Shop, body: dict[str, Any]) -> dict[str, Any]:
    """Post an order, its refused words made plain; return it as it was taken in."""
    for _ in range(3):
        answer = shop.post(body, key=f"key-{len(str(body))}-{body['number']}")
        if answer.status_code == 201:
            return body
        assert answer.status_code == 422, answer.text
        for error in answer.json()["errors"]:
            _plain(body, error["pointer"])
    raise AssertionError(answer.text)


def _plain(body: Any, pointer: str) -> None:
    *way, last = pointer.strip("/").split("/")
    for step in way:
        body = body[int(step)] if isinstance(body, list) else body[step]
    body[int(last) if isinstance(body, list) else last] = PLAIN


def number_of(n: int) -> str:
    """The number of the order that holds a payload."""
    return f"P-{n:02d}"


def hostile(hub: Hub) -> Mapping[str, dict[str, Any]]:
    """Place an order of every payload, and let both partners answer in the same words."""
    listed(hub, {"SKU-8": "corner", "SKU-9": "acme"})
    app, (key, key_id) = build(hub.parts), give_key(hub, "juniper")
    shop = Shop(app=app, key=key, key_id=key_id)
    taken = {
        number_of(n): posted(shop, order(number_of(n), text.replace("\ud800", "")))
        for n, text in enumerate(PAYLOADS)
    }
    for partner in ("corner", "acme"):
        while hub.turn(partner):
            pass
    _told_by_corner(hub, Mill(app=app, house=hub, key=partner_key(hub, "corner")[0]))
    _told_by_acme(hub)
    return taken


def listed(hub: Hub, sellers: Mapping[str, str]) -> None:
    """List what one partner alone sells, under titles that mean harm."""
    items = [Item(sku=sku, title=PAYLOADS[n]) for n, sku in enumerate(sellers)]
    offers = [offer(partner, sku) for sku, partner in sellers.items()]
    hub.parts.store.write(lambda tx: tx.catalog.put(items, offers))


def _told_by_corner(hub: Hub, corner: Mill) -> None:
    """Corner refuses every other order with a reason, and ships the others by a carrier."""
    went = 0
    for n, text in enumerate(PAYLOADS):
        [part] = [one for one in hub.order(number_of(n)).fulfillments if one.partner == "corner"]
        path = f"/orders/{part.number}"
        if n % 2:
            said = {"action": "reject", "quantity": 1, "reason": _one_line(text)[:80]}
            body: object = {
                "partner_order": _one_line(text)[:40],
                "lines": [{"line": "1", "actions": [said]}],
            }
            answer = corner.post(f"{path}/responses", body)
        else:
            parcel = {"items": [{"line": "1", "quantity": 1}]}
            body = {
                "shipment": _one_line(text)[:40],
                "carrier": _one_line(text)[:20],
                "service": _one_line(text)[:30],
                "packages": [parcel],
            }
            answer = corner.post(f"{path}/shipments", body)
        went += answer.status_code < 300
    assert went > len(PAYLOADS) // 2


def _one_line(text: str) -> str:
    return text.replace("\r\n", " ").replace("\ud800", "")


def _told_by_acme(hub: Hub) -> None:
    """Acme sends papers about orders that nobody knows, and complains of those that it has."""
    acme = hub.suppliers["acme"]
    said = [_in_x12(text) for text in PAYLOADS]
    unknown = [[f"BAK*00*AC*{one[:22]}*20261120", f"PO1*1*1*EA*4**VN*{one[:40]}"] for one in said]
    acme.send("855", *([*paper, "ACK*IA*1*EA", "CTT*1"] for paper in unknown))
    told = list(zip(acme.purchase_orders(), said, strict=False))
    acme.send("824", *(acme.advice(one, verdict="TE", why=text[:60]) for one, text in told))
    acme.send("856", *(_notice(acme, one, text) for one, text in told))
    hub.turn("acme")
    hub.clock.on(seconds=61)
    while hub.turn("acme"):
        pass


def _notice(acme: Any, one: Any, text: str) -> list[str]:
    paper: list[str] = acme.notice(one, name=f"S{one.number}"[:20], tracking=text[:30])
    return paper


def _in_x12(text: str) -> str:
    """The text without what ends elements and segments, and without what is no text at all."""
    return re.sub(r"[*~>:^\r\n\ud800]", " ", text).strip()
