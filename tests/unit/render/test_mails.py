import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.partners import TEXTS, load_brands
from hub.partners.brand_texts import MAILS
from hub.render import NEWS, Letterhead, filled, mail
from hub.render.dressed import dressed
from hub.settings import read_pages

BRAND = load_brands(read_pages(Path(__file__).resolve().parents[3] / "portal" / "brands"))[
    "juniper"
]


def _head(to: str = "maya@example.com") -> Letterhead:
    return Letterhead(to=to, at=datetime(2026, 11, 20, 15, tzinfo=UTC), message_id="mail_1")


@given(st.text())
def test_nothing_that_is_filled_in_breaks_out_of_its_header(order: str):
    words = {"order": order, "now": order, "was": "x", "reason": order, "link": "https://x.example"}
    message = message_from_bytes(mail(BRAND, "moved", words, _head()), policy=default)
    assert message.get_all("To") == ["maya@example.com"]
    assert message["Bcc"] is None and len(message.get_all("Subject")) == 1
    assert message["From"] == "Juniper Home <care@juniper.example.com>"


def test_what_is_filled_in_is_not_filled_in_again():
    assert filled("{order} {code}", {"order": "{code}", "code": "1"}) == "{code} 1"


@pytest.mark.parametrize("to", ["", "a@b.example,c@d.example", "a@b\r\nBcc: c@d.example", "a@b@c"])
def test_a_recipient_that_is_not_one_address_is_refused(to: str):
    with pytest.raises(ValueError):
        mail(BRAND, "code", {"order": "1", "code": "2", "minutes": "15"}, _head(to))


@given(st.text(max_size=200), st.text(max_size=200))
def test_nothing_that_is_said_becomes_markup_or_a_link(article: str, parcel: str):
    words = {"order": "1", "link": "https://x.example/s/1", "parcels": parcel, "rest": article}
    message = message_from_bytes(
        mail(BRAND, "shipped", words, _head(), links={"https://x.example/s/1"}), policy=default
    )
    page = message.get_body(("html",)).get_content()
    inside = re.sub(
        r"<(/?)(p|strong|br|a|div|body|html|head|title|meta|!doctype)\b[^<>]*>", "", page
    )
    assert "<" not in inside
    assert re.findall(r'href="([^"]*)"', page) == ["https://x.example/s/1"]


def test_only_what_is_ours_can_be_clicked_and_the_rest_is_words():
    text = "Hello\n\nhttps://evil.example/\n\nSee it:\nhttps://x.example/\n\n<b>&"
    page = dressed(BRAND, "<title>", text, links={"https://x.example/"})
    assert re.findall(r'href="([^"]*)"', page) == ["https://x.example/"]
    assert ">https://evil.example/</p>" in page and "&lt;b&gt;&amp;" in page
    assert "<strong>See it</strong></a>" in page and "&lt;title&gt;" in page


def test_the_same_mail_is_the_same_bytes():
    words = {"order": "1", "goods": "", "arrival": "", "link": "https://x.example/s/1"}
    one, other = (mail(BRAND, "confirmed", words, _head()) for _ in range(2))
    assert one == other
    text = message_from_bytes(one, policy=default).get_body(("plain",)).get_content()
    assert "\n\n\n" not in text, "what is not known leaves no hole"


def test_every_mail_has_a_text_a_subject_and_a_writer():
    assert set(MAILS) - {"code"} == set(NEWS)
    for kind in MAILS:
        assert {kind, f"{kind}_subject"} <= set(TEXTS)
        assert kind == "code" or "link" in TEXTS[kind].words
