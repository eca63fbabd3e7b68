"""Whom SFTP trusts: pinned host keys, logins, algorithms."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko
import pytest

from hub.lab.sftp_server import SftpServer
from hub.transports import sftp
from tests.contract.pages import (
    ACCEPTED,
    OTHER_KEY,
    Connect,
    fingerprint,
    lab_page,
    refused,
)
from tests.rigs import free_port
from tests.rigs.sshd import Sshd


def test_a_changed_host_key_stops_before_any_login_and_shows_both(
    clean_sshd: Sshd, connect: Connect
) -> None:
    transport = connect()
    transport.list()
    old = clean_sshd.host_key
    clean_sshd.new_host_key()
    logged = len(clean_sshd.log())

    fault = refused(transport.list)

    assert fault.permanent
    for line in (old, clean_sshd.host_key):
        assert fingerprint(line) in str(fault)
    assert f"{clean_sshd.host}:{clean_sshd.port}" in str(fault)
    assert "for nobody" not in clean_sshd.log()[logged:]
    assert ACCEPTED not in clean_sshd.log()[logged:]


def test_a_pinnedfingerprint_is_as_good_as_the_whole_key(
    clean_sshd: Sshd, connect: Connect
) -> None:
    assert connect(host_key=fingerprint(clean_sshd.host_key)).list() == []
    fault = refused(connect(host_key=fingerprint(OTHER_KEY)).list)
    assert fault.permanent
    assert fingerprint(clean_sshd.host_key) in str(fault)


def test_a_key_the_server_does_not_know_needs_a_person(connect: Connect, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", wrong], check=True)
    fault = refused(connect(key_file=f"file:{wrong}").list)
    assert fault.permanent
    assert "refused the login" in str(fault)
    assert wrong.read_text().split("\n")[1] not in str(fault)


def test_a_key_with_a_passphrase_opens_with_it_and_only_with_it(
    clean_sshd: Sshd, connect: Connect, tmp_path: Path
) -> None:
    sealed, word = tmp_path / "sealed", tmp_path / "word"
    sealed.write_bytes(clean_sshd.key_path.read_bytes())
    sealed.chmod(0o600)
    subprocess.run(["ssh-keygen", "-q", "-p", "-N", "open up", "-f", sealed], check=True)
    word.write_text("open up")
    page = {"key_file": f"file:{sealed}"}
    assert connect(**page, passphrase=f"file:{word}").list() == []
    assert refused(connect(**page).list).permanent
    word.write_text("something else")
    assert refused(connect(**page, passphrase=f"file:{word}").list).permanent


def test_what_is_no_key_at_all_needs_a_person_and_is_not_shown(
    connect: Connect, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("not a key but a secret")
    fault = refused(connect(key_file=f"file:{tmp_path / 'key'}").list)
    assert fault.permanent
    assert "not a key but a secret" not in str(fault)


class _Both(paramiko.ServerInterface):
    """A door that wants a key and then a password (RFC 4252 §5.1, partial success)."""

    def get_allowed_auths(self, username: str) -> str:
        return "publickey,password"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return paramiko.common.AUTH_PARTIALLY_SUCCESSFUL

    def check_auth_password(self, username: str, password: str) -> int:
        known = password == "sesame"
        return paramiko.common.AUTH_SUCCESSFUL if known else paramiko.common.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.common.OPEN_SUCCEEDED


def test_a_server_that_wants_key_and_password_gets_both(lab: SftpServer, clean_sshd: Sshd) -> None:
    lab._door = _Both()
    secrets = {"env:ACME_PASSWORD": "sesame", "env:KEY": clean_sshd.key_path.read_text()}
    transport = sftp.connect(lab_page(lab, key_file="env:KEY"), secrets=secrets.__getitem__)
    assert transport.list() == []
    transport.close()
    page = lab_page(lab, key_file="env:KEY", password=None)
    fault = refused(sftp.connect(page, secrets=secrets.__getitem__).list)
    assert fault.permanent
    assert "wants more" in str(fault)


def test_a_wrong_password_needs_a_person_and_is_not_shown(lab: SftpServer) -> None:
    transport = sftp.connect(lab_page(lab), secrets={"env:ACME_PASSWORD": "tr0ub4dor"}.__getitem__)
    fault = refused(transport.list)
    assert fault.permanent
    assert "tr0ub4dor" not in str(fault)


@pytest.mark.parametrize(
    "weak",
    [
        {"KexAlgorithms": "diffie-hellman-group14-sha1,diffie-hellman-group1-sha1"},
        {"Ciphers": "aes128-cbc,aes256-cbc,3des-cbc"},
        {"Ciphers": "aes128-ctr", "MACs": "hmac-sha1,hmac-md5,hmac-sha1-96"},
        {"HostKeyAlgorithms": "ssh-rsa"},
    ],
    ids="-".join,
)
def test_a_server_with_only_weak_algorithms_isrefused(
    clean_sshd: Sshd, connect: Connect, tmp_path: Path, weak: dict[str, str]
) -> None:
    rsa = tmp_path / "rsa"
    subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", rsa], check=True)
    kind, body = rsa.with_suffix(".pub").read_text().split()[:2]
    with _another_sshd(clean_sshd, weak | {"HostKey": str(rsa)}) as port:
        pin = f"{kind} {body}" if "HostKeyAlgorithms" in weak else clean_sshd.host_key
        fault = refused(connect(port=port, host_key=pin).list)
    assert fault.permanent
    assert "too weak" in str(fault)


def test_an_rsa_host_key_is_fine_with_sha_2(
    clean_sshd: Sshd, connect: Connect, tmp_path: Path
) -> None:
    rsa = tmp_path / "rsa"
    subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", rsa], check=True)
    pin = rsa.with_suffix(".pub").read_text()
    settings = {"HostKey": str(rsa), "HostKeyAlgorithms": "ssh-ed25519,rsa-sha2-512"}
    with _another_sshd(clean_sshd, settings) as port:
        assert connect(port=port, host_key=pin).list() == []


@contextmanager
def _another_sshd(rig: Sshd, settings: dict[str, str]) -> Iterator[int]:
    """Run the rig's sshd once more, on another port, with other settings."""
    port = free_port()
    # The first value wins in sshd_config(5), and the command line comes first.
    changed = [f"-o{key}={value}" for key, value in settings.items()]
    server = subprocess.Popen(
        [
            rig.binary,
            "-D",
            "-e",
            "-f",
            rig.etc / "sshd_config",
            f"-p{port}",
            "-oPidFile=none",
            *changed,
        ],
        cwd="/",
        stderr=subprocess.DEVNULL,
    )
    try:
        while server.poll() is None and not _greets(port):
            pass
        assert server.poll() is None, "sshd refused its settings"
        yield port
    finally:
        server.terminate()
        server.wait()


def _greets(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
            return line.recv(4) == b"SSH-"
    except OSError:
        return False
