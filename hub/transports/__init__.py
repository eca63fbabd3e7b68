"""The wire: one file is one way to move bytes, and its name is the registry.

What lives here: listing, fetching, putting and removing a partner's files. What does not: what the
bytes mean, retries and schedules (the rivers), memory of what was seen (the store).
Who may come in: flow and ops. Transports never see one another or a format.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, BinaryIO, Protocol, runtime_checkable

from pydantic import BeforeValidator

from hub.domain.exchange import Problem
from hub.errors import Refused, TransportError

IN_PROGRESS = (".*", "*.tmp", "*.part", "*.filepart", "*.partial")
"""Names of files that somebody is still writing."""
LONGEST_NAME = 200  # bytes; leaves room for the temporary and the archive name under 255


def _several(globs: object) -> object:
    return (globs,) if isinstance(globs, str) else globs


Globs = Annotated[tuple[str, ...], BeforeValidator(_several)]
"""One glob or several, as a page writes them."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a call over HTTP may take, how much it may answer, and how far it may go.

    `connect_seconds` is for each address, `read_seconds` for each wait, `total_seconds` for all of
    it by the wall; of an answer `most_bytes` are read. With `private` this machine and private
    networks may be called, this machine without TLS too.
    """

    connect_seconds: float = 10
    read_seconds: float = 30
    total_seconds: float = 60
    most_bytes: int = 64 * 1024
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a call over HTTP got: status, headers by lower-case name, the body's beginning."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class RefusedPaper(Refused):
    """A partner's no to one paper; what it answered may quote people and is for the archive."""

    def __init__(self, problems: Sequence[Problem], *, reply: Reply) -> None:
        self.reply = reply
        super().__init__(problems)


class RefusedCall(TransportError):
    """An answer that means no to whatever is sent or asked; its body is for the archive."""

    def __init__(
        self, text: str, *, reply: Reply, permanent: bool = False, retry_seconds: float = 0
    ) -> None:
        self.reply = reply
        super().__init__(text, permanent=permanent, retry_seconds=retry_seconds)


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


@runtime_checkable
class Remaining(Protocol):
    """A transport at whose other end files stay when they were taken."""

    def unchanged(self) -> Collection[str]:
        """Return the paths that lie there as they were taken; `list` leaves them out."""


@runtime_checkable
class Timed(Protocol):
    """A transport that says what time it is in what it sends."""

    def keep_time(self, now: Callable[[], datetime]) -> None:
        """Take the clock to go by."""


@runtime_checkable
class Worded(Protocol):
    """A transport that a person reads: words may go with a file."""

    def accompany(self, words: str) -> None:
        """Take what the next file that is put is accompanied by; empty for nothing."""


def own_name(name: str) -> str:
    """Return a name that is safe to write at a partner's; TransportError, permanent, for others.

    Ours are made of control numbers; anything else is a wrong pattern on the page.
    """
    if (
        not name
        or name.startswith(".")
        or not name.isprintable()
        or any(sign in name for sign in "/\\\0")
        or len(name.encode()) > LONGEST_NAME
    ):
        raise TransportError(
            f"{name[:LONGEST_NAME]!r} cannot be a file name of ours: no slash, backslash, control "
            f"sign or leading dot, 1 to {LONGEST_NAME} bytes; correct the name pattern on the page",
            permanent=True,
        )
    return name


def archive_names(name: str, mtime: int) -> Iterator[str]:
    """Yield names under which a taken file may be kept, the plainest first."""
    # A fixed-name feed comes daily: its own time makes it unique without counting through them all.
    yield name
    yield f"{name}.{mtime}"
    yield from (f"{name}.{mtime}.{turn}" for turn in range(1, 100))
