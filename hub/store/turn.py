"""Whose turn it is to write an SQLite file, among processes: first come, first served.

SQLite itself lets a writer that finds the file taken sleep and look again, up to 0.1 s at a time:
who writes often comes first every time, and an order waits beside a worker that is busy.
"""

import fcntl
import os
from pathlib import Path
from types import TracebackType


class Turn:
    """A place in the queue of writers; one thread asks for it at a time.

    It only spares waiting: who writes without it is still kept apart by SQLite. The kernel gives
    both locks back when a process ends, however it ends.
    """

    def __init__(self, beside: Path) -> None:
        self._path = beside.with_name(f"{beside.name}-turn")
        self._next = -1  # held by the one process that comes next
        self._now = -1  # held by the one that writes

    def __enter__(self) -> None:
        if self._now < 0:
            # Two openings: locks of flock(2) belong to an opening, not to a process.
            self._next = self._open("-next")
            self._now = self._open("")
        fcntl.flock(self._next, fcntl.LOCK_EX)
        try:
            fcntl.flock(self._now, fcntl.LOCK_EX)
        finally:
            fcntl.flock(self._next, fcntl.LOCK_UN)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        fcntl.flock(self._now, fcntl.LOCK_UN)

    def _open(self, which: str) -> int:
        path = f"{self._path}{which}"
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def close(self) -> None:
        """Leave the queue; a later turn joins it again."""
        for opened in (self._next, self._now):
            if opened >= 0:
                os.close(opened)
        self._next = self._now = -1
