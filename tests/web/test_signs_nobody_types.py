"""U+0000 and half a character at the doors of people and programs: told or dropped, never a 500."""

import json
from pathlib import Path

import pytest

from hub.api.examples import ORDER
from tests.rigs.desks import Mill
from tests.web.conftest import give_key
from tests.web.portal.rig import seal_of
from tests.web.supplier.rig import open_counter

ODD = ("a%00b", "%00", "%%0000")


def test_what_nobody_types_is_dropped_on_the_pages_of_people(
    hub_database: str, tmp_path: Path
) -> None:
    counter = open_counter(tmp_path, hub_database)
    number = counter.order()
    browser = counter.browser()
    for odd in ODD:
        for path in ("/orders/{}", "/orders/{}/ship", "/orders/{}/answer", "/print/order/{}"):
            assert browser.get(path.format(odd)).status_code == 404, path
        for path in ("/stock?q={}", "/print/slips?order={}", "/orders?article={}", "/search?q={}"):
            assert browser.get(path.format(odd)).status_code < 500, path
    page = browser.get(f"/orders/{number}%00")
    assert page.status_code == 200 and number in page.text
    fields = {"seal": seal_of(browser.get("/account").text), "zone": "Europe/Berlin\0"}
    saved = browser.post("/account", {**fields, "language": "en", "name": "An\0a \0", "x\0": "1"})
    assert saved.status_code == 303
    assert 'value="Ana"' in browser.get("/account").text
    hidden = browser.post("/account", {**fields, "language": "en", "name": "An\u200da"})
    assert hidden.status_code == 422 and "visible characters" in hidden.text
    counter.house.close()


@pytest.mark.parametrize(("odd", "status"), [("\0", 422), ("\ud800", 400)])
def test_a_posted_order_with_such_a_sign_is_told_where(
    odd: str, status: int, hub_database: str, tmp_path: Path
) -> None:
    counter = open_counter(tmp_path, hub_database)
    key, _ = give_key(counter.house, "juniper")
    shop = Mill(app=counter.app, house=counter.house, key=key)  # type: ignore[arg-type]
    texts = (ORDER | {"number": f"J{odd}"}, ORDER | {"customer": {"name": odd}})
    names = (ORDER | {f"n{odd}": 1}, ORDER | {"customer": {"name": "Maya", f"n{odd}": 1}})
    pointers = ("/number", "/customer/name", "/n\\u0000", "/customer/n\\u0000")
    for order, pointer in zip((*texts, *names), pointers, strict=True):
        body = json.dumps(order).encode()
        named = {"Idempotency-Key": f"key-{pointer.encode().hex()}"}
        answer = shop.ask("POST", "/v1/orders", content=body, headers=named)
        assert answer.status_code == status, answer.text
        told = answer.json()
        assert told["detail"]
        if status == 422:
            assert pointer in [one["pointer"] for one in told["errors"]]
        else:
            assert "this is not JSON" in told["detail"] and "correct the body" in told["detail"]
    counter.house.close()


@pytest.mark.parametrize("charset", ["punycode", "unicode_escape", "undefined", "utf-16"])
def test_a_form_in_another_encoding_than_browsers_send_is_refused_unread(
    charset: str, tmp_path: Path
) -> None:
    counter = open_counter(tmp_path)
    browser = counter.browser()
    seal = seal_of(browser.get("/upload").text)
    part = 'Content-Disposition: form-data; name="{}"'
    body = "".join(
        f"--B\r\n{part.format(name)}\r\n\r\n{text}\r\n"
        for name, text in (("seal", seal), ("kind", "\\ud800"))
    )
    kind = f"multipart/form-data; boundary=B; charset={charset}"
    answer = browser.ask(
        "POST", "/upload", content=f"{body}--B--\r\n".encode(), headers={"Content-Type": kind}
    )
    assert 400 <= answer.status_code < 500, answer.text
    counter.house.close()
