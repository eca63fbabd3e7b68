"""How a simulated partner's messages travel: folders behind its own SFTP server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol


class Post(Protocol):
    """A partner's side of the wire."""

    def arrived(self) -> Iterator[tuple[str, str]]:
        """Yield (name, text) of each message of the hub that lies there, in order."""

    def send(self, name: str, text: str) -> None:
        """Give a message out under that name, whole at once; again is the same again."""

    def untaken(self) -> int:
        """Return how many messages were given out and not taken by the hub yet."""


class Folders:
    """`in`, where the hub puts, and `out`, where it collects."""

    def __init__(self, home: Path, *, suffix: str) -> None:
        self._inbox, self._outbox = home / "in", home / "out"
        self._suffix = suffix
        for folder in (self._inbox, self._outbox):
            folder.mkdir(parents=True, exist_ok=True)

    def arrived(self) -> Iterator[tuple[str, str]]:
        """Yield every file that is not being written."""
        for path in sorted(self._inbox.iterdir()):
            if not path.name.startswith(".") and path.suffix == self._suffix and path.is_file():
                yield path.name, path.read_text()

    def send(self, name: str, text: str) -> None:
        """Let a file appear whole in the outbox."""
        put(self._outbox / name, text)

    def untaken(self) -> int:
        """Return how many files lie in the outbox."""
        return sum(path.suffix == self._suffix for path in self._outbox.iterdir())


def put(path: Path, text: str) -> None:
    """Write a file that appears whole: under a hidden name first, then renamed."""
    hidden = path.with_name(f".{path.name}")
    hidden.write_text(text, newline="")
    hidden.rename(path)
