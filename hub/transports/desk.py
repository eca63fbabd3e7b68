"""The desk: a partner fetches its work from us and posts its answers, over our own API.

Nothing leaves this house by it: what is put is kept already and lies ready at `/v1/partner`, so
that a put is the moment from which the partner may see it. There is nothing to list or to fetch:
what the partner posts is taken in by the door (`hub.api`), in the same request.
"""

from collections.abc import Callable, Sequence
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict

from hub.errors import TransportError
from hub.transports import RemoteFile, Reply


class Config(BaseModel):
    """Nothing to set: who may fetch is decided by API keys (`hub keys add --partner`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def connect(config: BaseModel, *, secrets: Callable[[str], str]) -> "Desk":
    """Return the desk; there is no connection to open."""
    return Desk()


class Desk:
    """A wire that ends in this house."""

    def list(self) -> Sequence[RemoteFile]:
        """Return nothing: a partner's papers come in by the door."""
        return ()

    def fetch(self, file: RemoteFile, into: BinaryIO) -> RemoteFile:
        """Raise TransportError: there is nothing to fetch."""
        raise TransportError("a desk has no files to fetch", permanent=True)

    def put(self, name: str, body: BinaryIO, *, size: int) -> Reply | None:
        """Do nothing: the bytes are in the archive, and the partner may see the work now."""
        return None

    def remove(self, file: RemoteFile) -> None:
        """Do nothing: there is nothing to remove."""

    def close(self) -> None:
        """Do nothing: there is no connection."""
