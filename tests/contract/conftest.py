"""Servers and transports for the contracts, and the check that none leaves a thread behind."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.lab.sftp_server import SftpServer
from hub.transports import Transport, sftp
from tests.contract.pages import Connect, from_files
from tests.rigs.sshd import Sshd


@pytest.fixture(autouse=True)
def no_thread_left_behind() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=10)
        assert not thread.is_alive(), f"left behind: {thread.name}"


@pytest.fixture
def connect(clean_sshd: Sshd) -> Iterator[Connect]:
    """Acme's server as its page describes it; each keyword changes one line of that page."""
    opened: list[Transport] = []

    def make(**changed: object) -> Transport:
        page = {
            "host": clean_sshd.host,
            "port": clean_sshd.port,
            "user": clean_sshd.user,
            "host_key": clean_sshd.host_key,
            "key_file": f"file:{clean_sshd.key_path}",
            "inbox": clean_sshd.remote("/in"),
            "outbox": clean_sshd.remote("/out"),
        }
        config = sftp.Config.model_validate(page | changed)
        opened.append(sftp.connect(config, secrets=from_files))
        return opened[-1]

    yield make
    for transport in opened:
        transport.close()


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[SftpServer]:
    for name in ("in", "out"):
        (tmp_path / name).mkdir()
    server = SftpServer(tmp_path, user="acme", password="sesame")
    server.start()
    yield server
    server.stop()
