"""The wire: one file is one way to move bytes, and its name is the registry.

What lives here: listing, fetching, putting and removing a partner's files. What does not: what the
bytes mean, retries and schedules (the rivers), memory of what was seen (the store).
Who may come in: flow and ops. Transports never see one another or a format.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """A regular file at a partner's door: path as the wire names it, bytes, mtime in seconds."""

    path: str
    size: int
    mtime: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the other side answered to a put, received like any delivery."""

    body: bytes
    content_type: str


class Transport(Protocol):
    """One open way to a partner; the wire's faults are raised as `TransportError`."""

    def list(self) -> Sequence[RemoteFile]:
        """Return the regular files waiting, oldest first, names in progress left out."""

    def fetch(self, file: RemoteFile, into: BinaryIO) -> RemoteFile:
        """Stream one file and return its size and mtime as seen through the open handle."""

    def put(self, name: str, body: BinaryIO, *, size: int) -> Reply | None:
        """Make the whole file appear at once under `name`, or not at all."""

    def remove(self, file: RemoteFile) -> None:
        """Remove or move away a file that was taken in; a file already gone is fine."""

    def close(self) -> None:
        """End the connection; a later call opens a new one."""
