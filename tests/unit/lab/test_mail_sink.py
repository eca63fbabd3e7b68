import smtplib
import stat
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from hub.lab.mail_sink import MailSink


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[MailSink]:
    opened = MailSink(tmp_path / "mails")
    opened.start()
    yield opened
    opened.stop()


def letter(subject: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "care@juniper.example.com"
    message["To"] = "maya@example.com"
    message.set_content(text)
    return message


def test_mails_are_kept_as_they_came_for_their_owner_only(sink: MailSink, tmp_path: Path) -> None:
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=10) as sender:
        assert sender.noop()[0] == 250
        sender.send_message(letter("Your code", "12345678\n.\n..and a point"))
        sender.send_message(letter("Shipped", "It left."))
    first, second = sorted((tmp_path / "mails").iterdir())
    assert (first.name, second.name) == ("0001.eml", "0002.eml")
    assert b"Subject: Your code" in first.read_bytes()
    assert b"12345678\r\n.\r\n..and a point" in first.read_bytes()
    assert {stat.S_IMODE(path.stat().st_mode) for path in (first, second)} == {0o600}


def test_mails_are_numbered_on_after_a_restart(tmp_path: Path) -> None:
    for _ in range(2):
        sink = MailSink(tmp_path / "mails")
        sink.start()
        with smtplib.SMTP("127.0.0.1", sink.port, timeout=10) as sender:
            sender.send_message(letter("Again", "And again."))
        sink.stop()
    assert sorted(path.name for path in (tmp_path / "mails").iterdir()) == ["0001.eml", "0002.eml"]


def test_only_the_subject_is_told(
    sink: MailSink, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"), smtplib.SMTP("127.0.0.1", sink.port, timeout=10) as sender:
        sender.send_message(letter("Your code", "12345678"))
    assert [record.getMessage() for record in caplog.records] == ["mail 0001.eml: Your code"]


def test_half_a_mail_is_not_kept_and_other_commands_are_refused(
    sink: MailSink, tmp_path: Path
) -> None:
    sender = smtplib.SMTP("127.0.0.1", sink.port, timeout=10)
    assert sender.docmd("VRFY maya")[0] == 502
    assert sender.docmd("DATA")[0] == 354
    sender.send(b"Subject: half\r\n")
    sender.close()
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=10) as other:
        other.send_message(letter("Whole", "All of it."))
    (kept,) = (tmp_path / "mails").iterdir()
    assert b"Subject: Whole" in kept.read_bytes()
