"""Mails to suppliers' people: what stands in them, in which words, and what cannot get in."""

import email
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.render.supplier_mails import KINDS, MailedLine, MailedOrder, SupplierLetter, supplier_mail

LINK = "https://portal.example.com/a/abc"
BY = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)


def mailed(
    kind: str = "work",
    *,
    name: str = "Ana",
    language: str = "en",
    title: str = "Log basket",
    orders: int = 1,
    more: int = 0,
) -> EmailMessage:
    one = MailedOrder(
        number="JUN-1001-1",
        city="Springfield",
        lines=[MailedLine(quantity=2, name=title)],
        by=BY,
        link=LINK,
    )
    letter = SupplierLetter(
        to="ana@example.com",
        name=name,
        language=language,
        zone=ZoneInfo("America/New_York"),
        orders=[one] * orders,
        at=BY,
        message_id="mail_1",
        more=more,
    )
    raw = supplier_mail(kind, letter, sender="hub@example.com")
    return email.message_from_bytes(raw, _class=EmailMessage, policy=default)  # type: ignore[arg-type]


def said(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_a_mail_says_what_where_to_and_by_when_in_the_readers_zone() -> None:
    message = mailed()
    assert message["Subject"] == "New order JUN-1001-1, ship by Tue, Nov 24, 08:00"
    for kind in ("plain", "html"):
        text = said(message, kind)
        for words in ("2 × Log basket", "To Springfield", "Ship by Tue, Nov 24, 08:00", LINK):
            assert words in text


def test_an_unknown_language_is_english_and_german_is_whole() -> None:
    assert mailed(language="xx")["Subject"] == mailed()["Subject"]
    for kind in sorted(KINDS):
        text = said(mailed(kind, language="de"), "plain")
        assert text.startswith("Guten Tag Ana,")
        assert "Hello" not in text and "Ship by" not in text


def test_a_digest_counts_what_is_not_in_it() -> None:
    message = mailed("digest", orders=2, more=5)
    assert message["Subject"] == "Orders to confirm: 7"
    assert "And 5 more." in said(message, "plain")


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(KeyError):
        mailed("party")


@settings(max_examples=40, deadline=None)
@given(words=st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_no_word_becomes_a_header_or_a_tag(words: str) -> None:
    plain = mailed()
    message = mailed(name=f"A{words}\r\nBcc: eve@example.com", title=f"<script>{words}</script>")
    assert message.keys() == plain.keys()
    assert message["To"] == "ana@example.com"
    assert message["Bcc"] is None
    page = said(message, "html")
    assert "<script" not in page
    assert page.count("<a ") == 1
