"""Whether this hub can do its work now: its processes, its store, its pages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hub.ops.traffic import Snapshot
from hub.store import Store
from hub.store.standing import troubles

LONGEST_SILENCE = 10.0
"""Seconds after which a process that says nothing is taken for stuck; it beats every second."""
WRONG_PAGES = "pages"
"""The hold of the exception that tells of wrong pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One process of the hub as its supervisor, or it itself, sees it.

    `pid` is None while it does not run, `silent` the seconds since it was last heard of, None when
    it never was. `starts` counts how often it was started.
    """

    kind: str
    pid: int | None
    silent: float | None
    starts: int = 1
    traffic: Snapshot = ()


Lives = Callable[[], Sequence[Life]]
"""Who tells of every process that should be alive, at the time of asking."""


def reasons(store: Store, lives: Sequence[Life]) -> list[str]:
    """Say why this hub is not ready, one sentence each; empty when it is. Changes nothing."""
    found = [reason for life in lives if (reason := _of(life))]
    return [*found, *troubles(store, hold=WRONG_PAGES)]


def _of(life: Life) -> str:
    if life.pid is None:
        return f"the {life.kind} process does not run; the log says how it ended"
    if life.silent is None:
        return f"the {life.kind} process is starting"
    if life.silent > LONGEST_SILENCE:
        return f"the {life.kind} process has not been heard of for {life.silent:.0f} seconds"
    return ""
