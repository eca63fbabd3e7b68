"""The lab's clocks: one that moves only when it is told, and one that runs faster than the day."""

from collections.abc import Callable
from datetime import datetime, timedelta


class TurnedClock:
    """Stands still until somebody turns it on."""

    def __init__(self, begins: datetime) -> None:
        self._time = begins

    def __call__(self) -> datetime:
        """Return what time it is in the lab."""
        return self._time

    def turn_to(self, moment: datetime) -> None:
        """Let it be that moment; never an earlier one."""
        self._time = max(self._time, moment)


class RunningClock:
    """Runs `speed` times as fast as `seconds`, which counts evenly; stands until it is started."""

    def __init__(self, begins: datetime, *, speed: float, seconds: Callable[[], float]) -> None:
        self._begins = begins
        self._speed = speed
        self._seconds = seconds
        self._began: float | None = None

    def start(self) -> None:
        """Run from now on."""
        self._began = self._seconds()

    def __call__(self) -> datetime:
        """Return what time it is in the lab."""
        passed = 0.0 if self._began is None else self._seconds() - self._began
        return self._begins + timedelta(seconds=passed * self._speed)
