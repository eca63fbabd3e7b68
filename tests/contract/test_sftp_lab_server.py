"""The lab's server, seen by another client than ours: nothing leads out of its directory."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

from hub.lab.sftp_server import SftpServer


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_bytes(b"secret")
    return tmp_path / "outside"


@pytest.fixture
def root(tmp_path: Path, outside: Path) -> Path:
    (tmp_path / "root" / "in").mkdir(parents=True)
    (tmp_path / "root" / "in" / "a.edi").write_bytes(b"ISA*")
    (tmp_path / "root" / "door").symlink_to(outside)
    (tmp_path / "root" / "window").symlink_to(outside / "secret")
    return tmp_path / "root"


@pytest.fixture
def server(root: Path) -> Iterator[SftpServer]:
    before = set(threading.enumerate())
    running = SftpServer(root, user="acme", password="sesame")
    running.start()
    yield running
    running.stop()
    running.stop()
    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=10)
        assert not thread.is_alive(), f"left behind: {thread.name}"


@pytest.fixture
def client(server: SftpServer) -> Iterator[paramiko.SFTPClient]:
    with paramiko.Transport((server.host, server.port)) as line:
        line.connect(username="acme", password="sesame")
        shown = line.get_remote_server_key()
        assert f"{shown.get_name()} {shown.get_base64()}" == server.host_key_line
        files = paramiko.SFTPClient.from_transport(line)
        assert files is not None
        yield files
        files.close()


OUTSIDE = (
    "/../outside/secret",
    "../outside/secret",
    "/in/../../outside/secret",
    "/in/../../../../../../etc/passwd",
    "/door/secret",
    "/window",
    "/in/./../door/../door/secret",
)


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_outside_can_be_read(client: paramiko.SFTPClient, path: str) -> None:
    with pytest.raises(OSError):
        client.open(path, "rb")


@pytest.mark.parametrize("path", ["/../outside/new", "/door/new", "/in/../../outside/new"])
def test_nothing_outside_can_be_changed(
    client: paramiko.SFTPClient, outside: Path, path: str
) -> None:
    attempts = (
        lambda: client.open(path, "wb"),
        lambda: client.mkdir(path),
        lambda: client.rename("/in/a.edi", path),
        lambda: client.posix_rename("/in/a.edi", path),
        lambda: client.remove(path.replace("new", "secret")),
    )
    for attempt in attempts:
        with pytest.raises(OSError):
            attempt()
    assert [path.name for path in outside.iterdir()] == ["secret"]
    assert (outside / "secret").read_bytes() == b"secret"


def test_no_link_can_be_made_and_none_is_described_by_its_target(
    client: paramiko.SFTPClient, root: Path
) -> None:
    with pytest.raises(OSError):
        client.symlink("/etc/passwd", "/in/link")
    with pytest.raises(OSError):
        client.readlink("/door")
    window = client.stat("/window")
    assert window.st_mode is not None
    assert (window.st_mode & 0o170000) == 0o120000
    assert client.normalize("/in/../../..") == "/"


def test_a_pipe_does_not_hold_the_session(client: paramiko.SFTPClient, root: Path) -> None:
    os.mkfifo(root / "in" / "pipe")
    for mode in ("rb", "wb"):
        with pytest.raises(OSError):
            client.open("/in/pipe", mode)
    assert client.listdir("/in") == ["a.edi", "pipe"] or client.listdir("/in") == ["pipe", "a.edi"]


def test_a_plain_rename_never_replaces_and_a_posix_rename_does(
    client: paramiko.SFTPClient, root: Path
) -> None:
    (root / "in" / "b.edi").write_bytes(b"IEA*")
    with pytest.raises(OSError):
        client.rename("/in/a.edi", "/in/b.edi")
    assert (root / "in" / "b.edi").read_bytes() == b"IEA*"
    client.posix_rename("/in/a.edi", "/in/b.edi")
    assert (root / "in" / "b.edi").read_bytes() == b"ISA*"
    client.rename("/in/b.edi", "/in/c.edi")
    assert [path.name for path in (root / "in").iterdir()] == ["c.edi"]


def test_files_and_directories_come_and_go(client: paramiko.SFTPClient, root: Path) -> None:
    client.mkdir("/new")
    with client.open("/new/x", "wb") as file:
        file.write(b"12345")
    with client.open("/new/x", "ab") as file:
        file.write(b"678")
    assert client.stat("/new/x").st_size == 8
    assert (root / "new" / "x").read_bytes() == b"12345678"
    client.remove("/new/x")
    client.rmdir("/new")
    assert not (root / "new").exists()


@pytest.mark.parametrize(
    ("user", "password"), [("acme", "wrong"), ("root", "sesame"), ("", ""), ("acme", "")]
)
def test_only_the_account_with_its_password_comes_in(
    server: SftpServer, user: str, password: str
) -> None:
    with paramiko.Transport((server.host, server.port)) as line:
        with pytest.raises(paramiko.AuthenticationException):
            line.connect(username=user, password=password)
        assert not line.is_authenticated()


def test_a_key_login_takes_that_key_and_no_password(root: Path) -> None:
    ours, other = (paramiko.ECDSAKey.generate() for _ in range(2))
    key = f"{ours.get_name()} {ours.get_base64()} acme"
    server = SftpServer(root, user="acme", authorized_key=key)
    server.start()
    try:
        for proof, welcome in ((ours, True), (other, False)):
            with paramiko.Transport((server.host, server.port)) as line:
                line.start_client()
                if welcome:
                    assert line.auth_publickey("acme", proof) == []
                else:
                    with pytest.raises(paramiko.AuthenticationException):
                        line.auth_publickey("acme", proof)
                    with pytest.raises(paramiko.BadAuthenticationType):
                        line.auth_password("acme", "sesame", fallback=False)
    finally:
        server.stop()


def test_the_host_key_is_kept_where_the_page_can_go_on_pinning_it(tmp_path: Path) -> None:
    path = tmp_path / "host_key"
    first = SftpServer(tmp_path, user="acme", password="x", host_key_path=path)
    second = SftpServer(tmp_path, user="acme", password="x", host_key_path=path)
    other = SftpServer(tmp_path, user="acme", password="x")
    assert first.host_key_line == second.host_key_line != other.host_key_line
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_server_that_lets_nobody_in_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="authorized_key or password"):
        SftpServer(tmp_path, user="acme")
