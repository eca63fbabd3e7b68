"""Mail servers that refuse, drop and offer no TLS, and addresses that are none."""

import io
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from hypothesis import given
from hypothesis import strategies as st

from hub.api.posted import E_MAIL
from hub.errors import Refused, TransportError
from hub.flow.mailing import MOST_TRIES
from hub.render.mails import _one_address
from hub.transports import mail
from hub.transports.mail import Server
from tests.cast import MAYA
from tests.rigs import free_port
from tests.rigs.houses import post, shopping
from tests.web.portal import rig
from tests.web.portal.rig import Street

LETTER = b"From: care@juniper.example.com\r\nTo: maya@example.com\r\nSubject: x\r\n\r\nx\r\n"


def _wire(port: int, **words: Any) -> mail.MailWire:
    config = Server(host="127.0.0.1", port=port, **{"tls": "none", **words})
    return mail.connect(config, secrets=lambda _: "secret")


def _put(wire: mail.MailWire) -> None:
    wire.put("dut_1", io.BytesIO(LETTER), size=len(LETTER))


@contextmanager
def _talking(said: list[bytes], answers: Callable[[bytes], bytes | None]) -> Iterator[int]:
    """A server that answers each line as told and hangs up on None; what it heard is noted."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            while True:
                try:
                    line, _ = door.accept()
                except OSError:
                    return
                with line, line.makefile("rb") as heard:
                    line.sendall(b"220 here\r\n")
                    for row in heard:
                        said.append(row.strip())
                        answer = answers(row.strip())
                        if answer is None:
                            break
                        line.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield door.getsockname()[1]
        door.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def _saying(**at: bytes | None) -> Callable[[bytes], bytes | None]:
    """Answers by the first word of what was said; 250 to all else."""

    def answer(row: bytes) -> bytes | None:
        word = row.split(b" ")[0].split(b":")[0].decode().upper()
        if word == "DATA" and "DATA" not in at:
            return b"354 go\r\n"
        return at.get(word, b"250 fine\r\n")

    return answer


class FullBox(rig.Mailbox):
    """A server on which one mailbox is full."""

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take every recipient but one."""
        if address == "full@example.com":
            return "452 full"
        return await super().handle_RCPT(server, session, envelope, address, options)


class DroppingBox(rig.Mailbox):
    """A server that takes a mail and is gone before it says so."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the message and hang up."""
        await super().handle_DATA(server, session, envelope)
        assert server.transport is not None
        server.transport.abort()
        return "250 OK"


@contextmanager
def _serving(lane: Street, box: rig.Mailbox) -> Iterator[None]:
    """Have the house's mails go to that box."""
    server = Controller(box, hostname="127.0.0.1", port=box.port)
    server.start()
    config = Server(host="127.0.0.1", port=box.port, tls="none")
    lane.house.parts = replace(lane.house.parts, mail=config)
    try:
        yield
    finally:
        server.stop()


def test_without_the_tls_that_was_asked_for_nothing_is_said(lane: Street) -> None:
    said: list[bytes] = []
    with _talking(said, _saying()) as port, pytest.raises(TransportError) as fault:
        _put(_wire(port, tls="starttls", user="hub", password="env:X"))
    assert fault.value.permanent
    assert {row.split(b" ")[0].upper() for row in said} <= {b"EHLO", b"HELO", b"QUIT"}


def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(lane: Street) -> None:
    said: list[bytes] = []
    answers = _saying(EHLO=b"250-here\r\n250 STARTTLS\r\n", STARTTLS=b"454 no\r\n")
    with _talking(said, answers) as port, pytest.raises(TransportError):
        _put(_wire(port, tls="starttls", user="hub", password="env:X"))
    assert not [row for row in said if row.upper().startswith((b"AUTH", b"MAIL", b"DATA"))]


@pytest.mark.parametrize(
    ("at", "kind", "lasting"),
    [
        ({"RCPT": b"550 no such box\r\n"}, "never", False),
        ({"RCPT": b"452 full\r\n"}, "later", False),
        ({"DATA": b"554 no\r\n"}, "never", False),
        ({"DATA": b"451 wait\r\n"}, "later", False),
        ({"RCPT": b"421 going\r\n"}, "wire", False),
        ({"MAIL": b"550 not you\r\n"}, "wire", True),
        ({"MAIL": b"530 log in first\r\n"}, "wire", True),
        ({"MAIL": b"451 wait\r\n"}, "wire", False),
        ({"EHLO": b"554 no\r\n", "HELO": b"554 no\r\n"}, "wire", True),
        ({"RCPT": None}, "wire", False),
        ({"DATA": None}, "wire", False),
        ({"RCPT": b"\xff\xfe\r\n"}, "wire", False),
    ],
)
def test_what_is_the_mail_s_fault_and_what_the_wire_s(
    at: dict[str, bytes | None], kind: str, lasting: bool
) -> None:
    said: list[bytes] = []
    with _talking(said, _saying(**at)) as port:
        wire = _wire(port)
        with pytest.raises((Refused, TransportError)) as caught:
            _put(wire)
        wire.close()
    fault = caught.value
    if isinstance(fault, Refused):
        assert fault.problems[0].code == kind
    else:
        assert kind == "wire" and fault.permanent is lasting
    assert "maya" not in str(fault)


def test_a_full_mailbox_waits_alone(lane: Street) -> None:
    rig.confirmed(lane.house)
    new = shopping("1002", 1)
    post(lane.house, replace(new, customer=replace(new.customer, email="full@example.com")))

    box = FullBox(port=free_port())
    with _serving(lane, box):
        lane.browser(address="192.0.2.1").find("1002", "full@example.com")
        for n in range(3):
            lane.mail()
            lane.browser(address=f"192.0.2.{9 + n}").find("1001", MAYA.email)
            assert lane.mail() == 1, "somebody else's full mailbox held it back"
        assert box.recipients == [[MAYA.email]] * 3
        assert lane.house.exceptions() == []
        for _ in range(MOST_TRIES):
            lane.house.clock.on(minutes=11)
            lane.mail()
        assert lane.house.exceptions() == ["mail-refused"]


@pytest.mark.parametrize("address", ["maya@(b.c", "O3Kn@\\.>", "s@[<.a", "a@b]@c.d", '"a"@b.c'])
def test_an_address_that_parsers_break_on_parks_its_mail_and_stops_nobody(
    lane: Street, address: str
) -> None:
    new = shopping("1001", 1)
    post(lane.house, replace(new, customer=replace(new.customer, email=address)))
    rig.confirmed(lane.house, "1002")
    lane.browser(address="192.0.2.1").find("1001", address)
    lane.browser(address="192.0.2.2").find("1002", MAYA.email)
    lane.mail()
    assert lane.mailbox.recipients == [[MAYA.email]]
    assert lane.house.exceptions() in (["mail-refused"], [])


@given(st.from_regex(E_MAIL, fullmatch=True).filter(lambda text: len(text) <= 254))
def test_an_address_is_one_or_none_and_never_a_fault_of_ours(text: str) -> None:
    try:
        address = _one_address(text)
    except ValueError:
        return
    assert address.addr_spec == text


def test_nothing_written_into_an_order_breaks_out_of_a_mail_s_head(lane: Street) -> None:
    new = shopping("1001", 1)
    evil = "Mug\u2028Bcc: a@evil.example\u202e"
    line = replace(new.groups[0].lines[0], description=evil)
    post(lane.house, replace(new, groups=(replace(new.groups[0], lines=(line,)),)))
    rig.acme(lane.house).send(
        "855", rig.acme(lane.house).answer(rig.sent(lane.house, "1001"), word="IR")
    )
    lane.house.turn()
    lane.browser().find("1001", MAYA.email)
    while lane.mail():
        pass
    for message, raw in zip(lane.mailbox.messages, lane.mailbox.raw, strict=True):
        assert message["Bcc"] is None and message.get_all("To") == [MAYA.email]
        assert "\u202e".encode() not in raw
    assert lane.mailbox.recipients == [[MAYA.email]] * len(lane.mailbox.raw)


def test_a_mail_whose_answer_was_lost_is_written_again_with_another_code(lane: Street) -> None:
    """The wire is at-least-once: a connection that ends after DATA leads to another mail."""
    rig.confirmed(lane.house)
    lane.browser().find("1001", MAYA.email)
    box, before = DroppingBox(port=free_port()), lane.house.parts
    with _serving(lane, box):
        assert lane.mail() == 0
    lane.house.parts = before
    lane.mailbox.raw[:] = box.raw
    lane.house.clock.on(minutes=1)
    assert lane.mail() == 1
    first, second = lane.mailbox.texts()
    assert first != second  # the code of the newest mail counts, the other opens nothing
    assert lane.house.exceptions() == []
