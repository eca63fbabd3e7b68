"""A door in this house: what a partner posts to us over HTTP comes in by it, and nothing leaves.

For channels that only receive: raw documents at `/v1/partner/documents/CHANNEL`, cXML at
`/v1/cxml/PARTNER/CHANNEL`. The door itself is `hub.api`; here is what the lane sees of it.
"""

from collections.abc import Callable, Sequence
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict

from hub.errors import TransportError
from hub.transports import RemoteFile, Reply


class Config(BaseModel):
    """Nothing to set: API keys, or the credentials inside of cXML, decide who comes in."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def connect(config: BaseModel, *, secrets: Callable[[str], str]) -> "Door":
    """Return the lane's side of the door; there is no connection to open."""
    return Door()


class Door:
    """A wire that leads in only."""

    def list(self) -> Sequence[RemoteFile]:
        """Return nothing: what is posted is kept at once and waits in the store."""
        return ()

    def fetch(self, file: RemoteFile, into: BinaryIO) -> RemoteFile:
        """Raise TransportError: there is nothing to fetch."""
        raise TransportError("a door has no files to fetch", permanent=True)

    def put(self, name: str, body: BinaryIO, *, size: int) -> Reply | None:
        """Raise TransportError: nobody is asked for anything by this door."""
        raise TransportError(
            f"{name!r} cannot leave by a door that leads in only; name another transport for what "
            "this channel sends, `http` for one",
            permanent=True,
        )

    def remove(self, file: RemoteFile) -> None:
        """Do nothing: there is nothing to remove."""

    def close(self) -> None:
        """Do nothing: there is no connection."""
