"""Pages of partners reached by SFTP, and the few words in which their tests speak."""

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.errors import TransportError
from hub.lab.sftp_server import SftpServer
from hub.transports import Transport, sftp

OTHER_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
ACCEPTED = "Accepted publickey"
Connect = Callable[..., Transport]


def from_files(reference: str) -> str:
    assert reference.startswith("file:")
    return Path(reference[5:]).read_text()


def lab_page(server: SftpServer, **changed: object) -> sftp.Config:
    page = {
        "host": server.host,
        "port": server.port,
        "user": "acme",
        "host_key": server.host_key_line,
        "password": "env:ACME_PASSWORD",
        "inbox": "/in",
        "outbox": "/out",
    }
    return sftp.Config.model_validate(page | changed)


def put(transport: Transport, name: str, body: bytes) -> None:
    transport.put(name, io.BytesIO(body), size=len(body))


def refused(act: Callable[[], object]) -> TransportError:
    with pytest.raises(TransportError) as caught:
        act()
    assert "\n" not in str(caught.value)
    return caught.value


def fingerprint(line: str) -> str:
    shown = subprocess.run(
        ["ssh-keygen", "-l", "-f", "-"], input=line.encode(), capture_output=True, check=True
    )
    return shown.stdout.split()[1].decode()
