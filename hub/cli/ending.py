"""Being asked to end: SIGTERM and SIGINT, noted in a way that a signal may interrupt anywhere."""

import signal
import time
from types import FrameType


class Ending:
    """Says whether this process was asked to end.

    No `threading.Event`: its `set` takes the very lock that the interrupted `wait` may hold, and
    the process would then never end.
    """

    def __init__(self) -> None:
        self.asked = False

    def listen(self) -> None:
        """Note SIGTERM and SIGINT from now on; for the main thread."""
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, self._note)

    def wait(self, seconds: float) -> bool:
        """Wait so long, or less if asked meanwhile in steps of a tenth; say whether it was."""
        until = time.monotonic() + seconds
        while not self.asked and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))
        return self.asked

    def _note(self, sign: int, frame: FrameType | None) -> None:
        self.asked = True
