"""The message that a partner's mail channel makes of a file; no header can be slipped in."""

import email
import io
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default

import pytest
from pydantic import ValidationError

from hub.errors import ConfigError, TransportError
from hub.transports import mail

SETTINGS = {"to": "orders@corner.example.com", "from": "hub@juniper.example.com"}
NOW = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)


def made(name: str, body: bytes, **settings: str) -> EmailMessage:
    wire = mail.Letters(mail.Config(**SETTINGS, **settings), secrets=lambda _: "")
    wire.keep_time(lambda: NOW)
    raw = wire._message(name, body, "").as_bytes()
    return email.message_from_bytes(raw, _class=EmailMessage, policy=default)


def test_the_same_file_makes_the_same_message() -> None:
    one, two, other = (made("a.csv", body) for body in (b"x", b"x", b"y"))
    assert one["Message-ID"] == two["Message-ID"] != other["Message-ID"]
    assert one["Message-ID"].endswith("@juniper.example.com>")
    assert one["Date"].datetime == NOW
    assert one["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    "settings",
    [
        {"to": "a@example.com, b@example.com"},
        {"to": "a@example.com\r\nBcc: b@example.com"},
        {"to": "Somebody <a@example.com>"},
        {"from": "a@example.com\nX: y"},
        {"subject": "Order\r\nBcc: b@example.com"},
        {"subject": ""},
        {"server": "https://example.com"},
    ],
)
def test_a_page_cannot_bring_a_second_recipient_or_header(settings: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        mail.Config(**{**SETTINGS, **settings})


def test_a_name_of_two_lines_is_refused_before_anything_is_sent() -> None:
    wire = mail.Letters(mail.Config(**SETTINGS), secrets=lambda _: "smtp://127.0.0.1:1")
    with pytest.raises(TransportError) as told:
        wire.put("a\r\nBcc: b@example.com.csv", io.BytesIO(b"x"), size=1)
    assert told.value.permanent


def test_words_of_people_in_the_text_stay_in_the_text() -> None:
    body = b"Ship to: Noor\r\n.\r\nBcc: b@example.com\r\n"
    message = made("a.txt", body, place="in_text")
    assert message["Bcc"] is None
    assert "\n".join(message.get_content().splitlines()) == "Ship to: Noor\n.\nBcc: b@example.com"


def test_a_file_that_is_no_text_cannot_stand_in_the_text() -> None:
    with pytest.raises(TransportError, match="no text"):
        made("a.xlsx", b"PK\x03\x04\xff", place="in_text")


def test_a_file_that_no_mail_server_takes_is_told_with_a_way_out() -> None:
    wire = mail.Letters(mail.Config(**SETTINGS), secrets=lambda _: "")
    with pytest.raises(TransportError, match="lower batch_limit"):
        wire.put("a.csv", io.BytesIO(b""), size=11 * 1024 * 1024)


def test_a_server_s_address_that_is_none_is_told_without_showing_it() -> None:
    wire = mail.Letters(mail.Config(**SETTINGS), secrets=lambda _: "hunter2")
    with pytest.raises(ConfigError) as told:
        wire.put("a.csv", io.BytesIO(b""), size=0)
    assert "smtp://USER@HOST:PORT" in str(told.value) and "hunter2" not in str(told.value)


def test_nothing_is_ever_fetched_over_mail() -> None:
    wire = mail.connect(mail.Config(**SETTINGS), secrets=lambda _: "")
    assert wire.list() == ()
    wire.close()
