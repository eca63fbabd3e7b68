"""The API's reference under its own name: for everybody, without sign-in; webhooks can be tried."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from types import ModuleType
from urllib.parse import quote, unquote

import pytest
from standardwebhooks import Webhook

from hub import api, formats
from hub.access import Role
from hub.domain.webhooks import BRAND_TYPES, PARTNER_TYPES
from hub.flow.webhook_turns import signed
from hub.main import doors, read_settings, registry
from hub.ops.codes import catalogue
from hub.store import Picked
from portal.web.reference.described import operations
from tests.rigs.houses import House, furnish
from tests.web.admin.conftest import come_in
from tests.web.portal.rig import Browser
from tests.web.test_german import english_in

API = "api.hub.example"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    found = furnish(tmp_path_factory.mktemp("reference"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def reader(hub: House) -> Browser:
    """A programmer who has no account here."""
    app = doors(read_settings({"HUB_DATA_DIR": "/nowhere"}), hub.parts, api.build(hub.parts))
    return Browser(app=app, host=API, address="192.0.2.7")


def test_a_programmer_reads_every_page_without_signing_in(reader: Browser) -> None:
    document = json.loads(reader.get("/docs/openapi.json").content)
    paths = ["/docs", "/docs/webhooks", "/docs/errors", "/docs/errors/x12-ak304-3"]
    paths += [f"/docs/{one.name}" for one in operations(document)]
    assert len(paths) > 30
    seen = set()
    for path in paths:
        page = reader.get(path)
        assert page.status_code == 200, path
        heads = page.headers
        assert heads["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
        assert "script" not in heads["content-security-policy"]
        assert "set-cookie" not in heads and "server" not in heads
        assert heads["cache-control"] == "public, max-age=300"
        assert "Accept-Language" in heads["vary"]
        assert "<script" not in page.text and "<form" not in page.text
        assert document["info"]["version"] not in page.text.replace("1.0", "")
        assert len(page.content) < 100_000
        seen |= set(re.findall(r'(?:href|src)="(/[^"#]*)', page.text))
    for path in seen:
        assert reader.get(path).status_code == 200, path
    assert {"/docs/place_order", "/docs/staff.css"} <= seen


def test_only_the_apis_own_names_show_it_and_nothing_but_looking_is_done(
    hub: House, reader: Browser
) -> None:
    for host in ("juniper.localhost", "portal.localhost"):
        other = Browser(app=reader.app, host=host, address="127.0.0.1")
        assert other.get("/docs").status_code in (303, 404)
    assert reader.get("/docs/nothing").status_code == 404
    assert reader.get("/docs/").status_code == 404
    assert reader.post("/docs", {}).status_code == 405
    assert reader.get("/docsy").status_code == reader.get("/").status_code == 421
    for role in (Role.CLERK, Role.VIEWER, Role.OPERATOR):
        one = come_in(hub, reader.app, role, f"{role.value}@hub.example.com", "juniper")
        page = one.get("/docs/webhooks")
        assert page.status_code == 200
        assert '<a href="/docs">' in one.get("/account").text
        leads = re.findall(r'href="(/[^"#?]*)"', page.text.partition("<main")[2])
        assert all(one.get(path).status_code == 200 for path in leads), leads


def test_the_frame_is_in_the_readers_language_and_the_prose_says_it_is_english(
    reader: Browser,
) -> None:
    page = reader.get("/docs/webhooks", accept_language="de").text
    assert '<html lang="de"' in page and '<div lang="en">' in page
    assert '<html lang="en"' in reader.get("/docs/webhooks", accept_language="en").text


CODES = tuple(sorted(catalogue(registry(formats)).entries))


def test_every_error_code_has_a_page_that_says_what_to_do(reader: Browser) -> None:
    index = reader.get("/docs/errors", accept_language="en").text
    listed = [unescape(unquote(one)) for one in re.findall(r'href="/docs/errors/([^"]+)"', index)]
    assert sorted(listed) == list(CODES)
    anchors = set(re.findall(r'id="([^"]+)"', index))
    for code in CODES:
        assert f"code-{code.replace('*', 'others')}" in anchors
        page = reader.get(f"/docs/errors/{quote(code)}", accept_language="en").text
        entry = catalogue(registry(formats)).entries[code]
        words = unescape(page)
        assert entry.means in words and entry.do in words, code
        for place in re.findall(r'href="/docs/errors#([^"]+)"', page):
            assert place in anchors, code
        assert '<a class="button second" href="/docs/errors">' in page


def test_an_x12_code_is_quoted_as_the_receipt_has_it(reader: Browser) -> None:
    page = reader.get("/docs/errors/x12-ak304-3", accept_language="en").text
    assert "<code>AK304 = 3</code>" in page
    assert "<code>TA105 = 022</code>" in reader.get("/docs/errors/x12-ta105-022").text
    assert "<code>AK403 = I10</code>" in reader.get("/docs/errors/x12-ak403-I10").text
    assert "<code>AK" not in reader.get("/docs/errors/unknown-order").text


@pytest.mark.parametrize("code", ["none", "http-", "http-%3Cb%3E", "x12-ak304", "..%2Fwebhooks"])
def test_a_code_that_nobody_gives_has_no_page(reader: Browser, code: str) -> None:
    answer = reader.get(f"/docs/errors/{code}")
    assert answer.status_code == 404
    assert "/docs lists what there is" in answer.text


def test_the_error_codes_are_explained_in_german(reader: Browser) -> None:
    for path in ("/docs/errors", *(f"/docs/errors/{quote(code)}" for code in CODES)):
        page = reader.get(path, accept_language="de").text
        assert '<html lang="de"' in page
        assert english_in(page) == [], path


def test_index_and_webhooks_lead_to_the_error_codes(reader: Browser, hub: House) -> None:
    olu = come_in(hub, reader.app, Role.OPERATOR, "codes@hub.example.com", "juniper")
    for browser in (reader, olu):
        for path in ("/docs", "/docs/webhooks"):
            assert 'href="/docs/errors"' in browser.get(path).text
        assert browser.get("/docs/errors/unknown-order").status_code == 200
        assert browser.get("/docs/errors/none").status_code == 404


def _blocks(page: str) -> list[str]:
    return [unescape(one) for one in re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)]


def _verifier(code: str) -> ModuleType:
    """The code that the page shows, as a module."""
    made = ModuleType("verify")
    exec(compile(code, "verify.py", "exec"), made.__dict__)  # what readers run
    return made


def test_the_code_that_is_shown_takes_what_the_hub_signs_and_refuses_all_else(
    reader: Browser, hub: House
) -> None:
    code = _blocks(reader.get("/docs/webhooks").text)[0]
    verify, now = _verifier(code), hub.parts.now()
    old, new = b"o" * 32, b"n" * 32
    secret = "whsec_" + "bm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm4="
    picked = Picked(id="msg_1", body='{"type":"order.placed","é":1}', tries=1, position=1)
    headers = signed(picked, [old, new], at=now)
    body, seconds = picked.body.encode(), now.timestamp()
    assert verify.is_genuine(secret, headers, body, now=seconds)
    assert verify.is_genuine(secret, headers, body, now=seconds + 299)
    for at in (seconds + 302, seconds - 302):
        assert not verify.is_genuine(secret, headers, body, now=at)
    assert not verify.is_genuine(secret, headers, body + b" ", now=seconds)
    wrong = (
        ("webhook-id", "msg_2"),
        ("webhook-timestamp", str(int(seconds) + 1)),
        ("webhook-timestamp", "٣"),
        ("webhook-timestamp", "-1"),
        ("webhook-signature", headers["webhook-signature"].replace("v1,", "v2,")),
        ("webhook-signature", "v1,é"),
    )
    for name, value in wrong:
        assert not verify.is_genuine(secret, {**headers, name: value}, body, now=seconds), value
    for name in headers:
        less = {key: text for key, text in headers.items() if key != name}
        assert not verify.is_genuine(secret, less, body, now=seconds)
    assert not verify.is_genuine("whsec_!", headers, body, now=seconds)


def test_the_sample_on_the_page_is_signed_by_its_secret(reader: Browser) -> None:
    page = reader.get("/docs/webhooks").text
    code, sample, *_ = _blocks(page)
    head, _, body = sample.partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    now = float(fields["webhook-timestamp"])
    assert _verifier(code).is_genuine(fields["secret"], fields, body.encode(), now=now)
    mark = Webhook(fields["secret"]).sign(
        fields["webhook-id"], datetime.fromtimestamp(now, UTC), body
    )
    assert mark == fields["webhook-signature"]


def test_every_event_is_there_with_a_body_of_its_own(reader: Browser) -> None:
    page = reader.get("/docs/webhooks").text
    brand, partner = page.partition('id="brand"')[2].split('id="partner"')
    for part, types in ((brand, BRAND_TYPES), (partner, PARTNER_TYPES)):
        told = re.findall(r"<summary><code>([^<]+)</code> \S", part)
        assert tuple(told) == types
        bodies = [json.loads(one) for one in _blocks(part)]
        assert [one["type"] for one in bodies] == told
    for inside in ("acme", "doc_", "I-100245"):
        assert inside not in brand
    assert 'J-100245"' not in unescape(partner)
    for said in ("5 min", "24 h", "whsec_", "HMAC-SHA256", "410", "webhook-id"):
        assert said in page
