"""What SFTP promises beyond the common contract: what a broken line or an odd server may do."""

import io
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import paramiko
import pytest
from pydantic import ValidationError

from hub.lab.sftp_server import SftpServer
from hub.transports import sftp
from tests.contract.pages import (
    ACCEPTED,
    OTHER_KEY,
    Connect,
    lab_page,
    put,
    refused,
)
from tests.rigs.sshd import Sshd

MEBIBYTE = 1 << 20


class _Interrupted(io.BytesIO):
    """A body during whose reading something happens once, after `after` bytes."""

    def __init__(self, body: bytes, *, after: int, act: Callable[[], object]) -> None:
        super().__init__(body)
        self._after = after
        self._act: Callable[[], object] | None = act

    def read(self, size: int | None = -1, /) -> bytes:
        if self._act is not None and self.tell() >= self._after:
            act, self._act = self._act, None
            act()
        return super().read(size)


# -- the line


def test_twenty_operations_need_one_login(clean_sshd: Sshd, connect: Connect) -> None:
    before = clean_sshd.log().count(ACCEPTED)
    transport = connect()
    for turn in range(5):
        put(transport, f"850_{turn}.edi", b"ISA*")
        (clean_sshd.root / "in" / "997.edi").write_bytes(b"ISA*")
        (file,) = transport.list()
        transport.fetch(file, io.BytesIO())
        transport.remove(file)
    assert clean_sshd.log().count(ACCEPTED) - before == 1


def test_a_kept_connection_that_died_is_replaced_unseen(clean_sshd: Sshd, connect: Connect) -> None:
    transport = connect()
    (clean_sshd.root / "in" / "997.edi").write_bytes(b"ISA*")
    (file,) = transport.list()
    assert clean_sshd.kill_sessions() > 0
    transport.fetch(file, io.BytesIO())
    assert clean_sshd.kill_sessions() > 0
    put(transport, "850.edi", b"ISA*")
    assert clean_sshd.kill_sessions() > 0
    transport.remove(file)
    assert clean_sshd.kill_sessions() > 0
    assert transport.list() == []


@pytest.mark.parametrize("percent", [0, 1, 37, 50, 99, 100])
def test_a_session_killed_while_putting_leaves_no_part_and_the_retry_one_whole_file(
    clean_sshd: Sshd, connect: Connect, percent: int
) -> None:
    body = os.urandom(8 * MEBIBYTE)
    out = clean_sshd.root / "out"
    transport = connect()
    transport.list()
    cut = _Interrupted(body, after=len(body) * percent // 100, act=clean_sshd.kill_sessions)

    fault = refused(lambda: transport.put("850.edi", cut, size=len(body)))

    assert not fault.permanent
    assert [path.name for path in out.iterdir() if not path.name.startswith(".")] == []
    put(transport, "850.edi", body)
    assert [path.name for path in out.iterdir()] == ["850.edi"]
    assert (out / "850.edi").read_bytes() == body


def test_a_session_killed_while_fetching_is_tried_again_by_the_caller(
    clean_sshd: Sshd, connect: Connect
) -> None:
    body = os.urandom(16 * MEBIBYTE)
    (clean_sshd.root / "in" / "856.edi").write_bytes(body)
    transport = connect()
    (file,) = transport.list()

    class Cutting(io.BytesIO):
        def write(self, chunk: bytes, /) -> int:
            clean_sshd.kill_sessions()
            return super().write(chunk)

    assert not refused(lambda: transport.fetch(file, Cutting())).permanent
    into = io.BytesIO()
    assert transport.fetch(file, into) == file
    assert into.getvalue() == body


def test_a_full_disk_on_our_side_is_told_as_such_and_the_next_call_works(
    clean_sshd: Sshd, connect: Connect
) -> None:
    (clean_sshd.root / "in" / "856.edi").write_bytes(bytes(4 * MEBIBYTE))
    transport = connect()
    (file,) = transport.list()
    with Path("/dev/full").open("wb", buffering=0) as full, pytest.raises(OSError, match="space"):
        transport.fetch(file, full)
    assert transport.list() == [file]


def test_a_server_that_is_not_there_is_tried_again(clean_sshd: Sshd, connect: Connect) -> None:
    transport = connect()
    clean_sshd.stop()
    fault = refused(transport.list)
    assert not fault.permanent
    assert f"{clean_sshd.host}:{clean_sshd.port}" in str(fault)
    clean_sshd.start()
    assert transport.list() == []


@pytest.mark.parametrize("greeting", [b"", b"SSH-2.0-Slow\r\n", b"220 this is FTP\r\n"])
def test_a_server_that_accepts_and_never_answers_is_given_up(
    connect: Connect, greeting: bytes
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        clients: list[socket.socket] = []

        def accept() -> None:
            clients.append(listener.accept()[0])
            clients[0].sendall(greeting)

        accepting = threading.Thread(target=accept)
        accepting.start()
        port = listener.getsockname()[1]
        fault = refused(connect(port=port, connect_seconds=0.3, io_seconds=0.3).list)
        accepting.join()
        for client in clients:
            client.close()
    assert not fault.permanent


class _Mute(paramiko.ServerInterface):
    """A server that lets everybody in and then says nothing, at one of two points."""

    def __init__(self, *, answers_request: bool) -> None:
        self.over = threading.Event()
        self._answers_request = answers_request

    def check_auth_password(self, username: str, password: str) -> int:
        return paramiko.common.AUTH_SUCCESSFUL

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.common.OPEN_SUCCEEDED

    def check_channel_subsystem_request(self, channel: paramiko.Channel, name: str) -> bool:
        if not self._answers_request:
            self.over.wait()
        return True


@pytest.mark.parametrize("answers_request", [True, False])
def test_a_server_that_falls_silent_after_the_login_is_given_up(
    lab: SftpServer, answers_request: bool
) -> None:
    mute = _Mute(answers_request=answers_request)
    sessions: list[paramiko.Transport] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            session = paramiko.Transport(listener.accept()[0])
            session.add_server_key(lab._host_key)
            session.start_server(event=threading.Event(), server=mute)
            sessions.append(session)

        serving = threading.Thread(target=serve)
        serving.start()
        port = listener.getsockname()[1]
        page = lab_page(lab, port=port, connect_seconds=2, io_seconds=1)
        transport = sftp.connect(page, secrets=lambda _: "sesame")
        fault = refused(transport.list)
        serving.join()
    mute.over.set()
    for session in sessions:
        session.close()
        session.join()
        session.sock.close()
    assert not fault.permanent


def test_a_dropped_lab_session_is_replaced_too(lab: SftpServer) -> None:
    transport = sftp.connect(lab_page(lab), secrets=lambda _: "sesame")
    assert transport.list() == []
    lab.drop_sessions()
    assert transport.list() == []
    transport.close()


# -- servers with habits of their own


def test_without_rename_direct_finishes_what_an_earlier_attempt_left_short(
    clean_sshd: Sshd, connect: Connect
) -> None:
    out = clean_sshd.root / "out"
    (out / "850.edi").write_bytes(b"IS")
    (out / "850.edi").chmod(0o666)
    transport = connect(direct=True)
    put(transport, "850.edi", b"ISA*IEA*")
    put(transport, "850.edi", b"ISA*IEA*")
    assert [path.name for path in out.iterdir()] == ["850.edi"]
    assert (out / "850.edi").read_bytes() == b"ISA*IEA*"
    assert refused(lambda: put(transport, "850.edi", b"ISA*IEA+")).permanent
    assert (out / "850.edi").read_bytes() == b"ISA*IEA*"


def test_direct_is_warned_about() -> None:
    page = {
        "host": "sftp.acme.example.com",
        "user": "juniper",
        "host_key": OTHER_KEY,
        "password": "env:ACME_PASSWORD",
        "inbox": "out",
        "outbox": "in",
    }
    assert sftp.Config.model_validate(page).warnings == ()
    (warning,) = sftp.Config.model_validate(page | {"direct": True}).warnings
    assert "half" in warning


def test_where_we_may_write_but_not_read_our_name_and_size_must_do(
    clean_sshd: Sshd, connect: Connect
) -> None:
    ours = clean_sshd.root / "out" / "850.edi"
    ours.write_bytes(b"ISA*IEA*")
    ours.chmod(0o200)
    transport = connect()
    put(transport, "850.edi", b"ISA*IEA*")
    assert refused(lambda: put(transport, "850.edi", b"ISA*")).permanent


def test_a_directory_that_may_not_be_written_needs_a_person(
    clean_sshd: Sshd, connect: Connect
) -> None:
    (clean_sshd.root / "out").chmod(0o555)
    fault = refused(lambda: put(connect(), "850.edi", b"ISA*"))
    assert fault.permanent
    assert "850.edi" in str(fault)


def test_a_long_listing_comes_in_parts_and_an_endless_one_isrefused(
    clean_sshd: Sshd, connect: Connect
) -> None:
    inbox = clean_sshd.root / "in"
    for number in range(5):
        path = inbox / f"{number}.edi"
        path.write_bytes(b"ISA*")
        path.chmod(0o666)
    transport = connect(max_listing=3)
    seen = set()
    while files := transport.list():
        assert len(files) <= 3
        for file in files:
            seen.add(file.path)
            transport.remove(file)
    assert len(seen) == 5
    for number in range(31):
        (inbox / f"{number}.tmp").write_bytes(b"")
    fault = refused(transport.list)
    assert fault.permanent
    assert "30" in str(fault)


# -- the page


def test_connecting_touches_nothing_and_asks_for_no_secret() -> None:
    asked: list[str] = []

    def secrets(reference: str) -> str:
        asked.append(reference)
        return "secret"

    page = {"host": "nowhere.invalid", "user": "u", "password": "env:P", "inbox": "i"}
    config = sftp.Config.model_validate(page | {"outbox": "o", "host_key": OTHER_KEY})
    sftp.connect(config, secrets=secrets).close()
    assert asked == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "hunter2"},
        {"key_file": "/home/juniper/.ssh/id_ed25519"},
        {"password": None},
        {"host_key": ""},
        {"host_key": "ssh-ed25519"},
        {"host_key": "ssh-ed25519 AAAAB3NzaC1yc2E="},
        {"host_key": "SHA256:short"},
        {"host_key": "accept-any"},
        {"archive": "in/"},
        {"port": 0},
        {"hostkey": OTHER_KEY},
        {"inbox": "a\nb"},
        {"io_seconds": 0},
    ],
    ids=lambda wrong: f"{wrong}",
)
def test_a_page_with_a_mistake_isrefused(wrong: dict[str, object]) -> None:
    page = {
        "host": "sftp.acme.example.com",
        "user": "juniper",
        "host_key": OTHER_KEY,
        "password": "env:ACME_PASSWORD",
        "inbox": "in",
        "outbox": "out",
    }
    assert sftp.Config.model_validate(page).host_key == OTHER_KEY
    with pytest.raises(ValidationError):
        sftp.Config.model_validate(page | wrong)
