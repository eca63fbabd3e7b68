"""What is told of a partner's answer: codes of machines, and no word of anybody."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.transports.http.client import Head
from hub.transports.http.wording import told

BODIES = [
    (b'{"type": "urn:mill:problem:bad-sku", "title": "Maya Example"}', "urn:mill:problem:bad-sku"),
    (b'{"error": {"code": "invalidSku", "message": "12 Elm Street"}}', "invalidSku"),
    (b'{"errors": [{"code": 1207}, {"code": "ship_to.postal_code"}]}', "1207, ship_to.postal_code"),
    (b'{"errors": ["bad_sku", "Maya Example"]}', "bad_sku"),
    (b'{"code": "Maya Example", "error": "SPRINGFIELD", "type": "555-0134"}', ""),
    (b'{"code": true, "error": null, "name": "a_b"}', ""),
    (b'{"code": "' + b"a_" * 50 + b'a"}', ""),
    (b"[" * 5000, ""),
    (b'"bad_sku"', ""),
    (b"bad_sku", ""),
    (
        b'{"errors": [' + b",".join(b'"e_%d"' % n for n in range(99)) + b"]}",
        "e_0, e_1, e_2, e_3, e_4",
    ),
]


@pytest.mark.parametrize(("body", "shown"), BODIES)
def test_of_an_answer_only_codes_of_machines_are_told(body: bytes, shown: str) -> None:
    head = Head(status=422, headers={"content-type": "application/json"}, whole=True)
    said = f"; {shown}" if shown else ""
    assert told(head, body) == f"422 (application/json, {len(body)} bytes{said})"


@settings(max_examples=60)
@given(body=st.binary(max_size=80))
def test_whatever_a_partner_answers_what_is_told_of_it_is_short_and_printable(body: bytes) -> None:
    kind = body[:40].decode("latin-1")
    for whole in (True, False):
        text = told(Head(status=400, headers={"content-type": kind}, whole=whole), body)
        assert text.isascii()
        assert text.isprintable()
        assert len(text) < 450
