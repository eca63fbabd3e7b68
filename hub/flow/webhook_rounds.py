"""Who is called next: every endpoint takes turns of its own, and none holds up the others.

A turn stands behind the wall (`hub.flow.walls`): what nobody foresaw there leaves its endpoint
alone for a while and ends neither the worker nor another's turn. Endpoints that fail or answer
slowly never have more than half of the callers, so that a crowd of them leaves room for those that
answer at once.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from hub.errors import Conflict
from hub.flow.parts import Parts
from hub.flow.walls import pause_after, walled
from hub.flow.webhook_turns import Turned, fell, stands_again, take_turn
from hub.store.webhook_rows import Looked

CALLERS = 16  # endpoints under way at once in one process
FOR_SLOW = CALLERS // 2
SLOW = 2.0  # seconds of a turn
MOST_TURNS = 20  # in a row, before others that wait get the caller


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """What this process knows of an endpoint's last turn; only to spare it needless looks."""

    cursor: int = -1
    read_to: int = -1
    look_at: datetime | None = None
    slow: bool = False
    ordinal: int = 0
    stands: bool = False
    falls: int = 0
    left_until: datetime | None = None

    def is_left(self, now: datetime) -> bool:
        """Whether the endpoint is left alone since a turn of it met a fault of ours."""
        return self.left_until is not None and self.left_until > now


_NEVER = _Before()


class Rounds:
    """The callers of one process; `look` gives endpoints with something to tell to free ones.

    `seconds` runs evenly; it tells who answers slowly.
    """

    def __init__(self, parts: Parts, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._parts = parts
        self._seconds = seconds
        self._pool: ThreadPoolExecutor | None = None
        self._stopping = threading.Event()
        self._under_way: dict[str, Future[None]] = {}
        self._slow: set[str] = set()
        self._before: dict[str, _Before] = {}
        self._ordinal = 0

    def look(self) -> int:
        """Start a caller for each endpoint that has something to be told; returns how many.

        Does not wait for them. Raises what says that the store is away.
        """
        self._gather()
        started = 0
        for one in self._wanting():
            slow = one.failing or self._before.get(one.id, _NEVER).slow
            if self._has_room(one.id, slow=slow):
                self._start(one, slow=slow)
                started += 1
        return started

    def until_idle(self) -> int:
        """Take turns in this thread until nothing can be told now; returns how many calls."""
        made, going = 0, True
        while going:
            going = False
            for one in self._wanting():
                turned = self._turn(one.id, due=one.due)
                made += turned.calls
                going = going or turned.calls > 0 or turned.more
        return made

    def close(self) -> None:
        """Let calls under way end, start no other, and return when all is quiet."""
        self._stopping.set()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _gather(self) -> None:
        for webhook_id, work in list(self._under_way.items()):
            if work.done():
                del self._under_way[webhook_id]
                self._slow.discard(webhook_id)
                work.result()

    def _wanting(self) -> list[Looked]:
        """Endpoints with messages that are due, or facts behind their cursors.

        Those that work come first, and among them who waited longest.
        """
        now = self._parts.now()
        with self._parts.store.read() as tx:
            endpoints = tx.webhooks.look(now=now)
            head = tx.webhooks.head() if endpoints else 0
        before = self._before
        wanting = [
            one
            for one in endpoints
            if (one.due or self._has_news(one, head, now))
            and not before.get(one.id, _NEVER).is_left(now)
        ]
        return sorted(
            wanting, key=lambda one: (one.failing, before.get(one.id, _NEVER).ordinal, one.id)
        )

    def _has_news(self, one: Looked, head: int, now: datetime) -> bool:
        """A cursor that somebody moved back has facts behind it that were read before."""
        before = self._before.get(one.id, _NEVER)
        if before.look_at is not None and before.look_at <= now:
            return True
        return one.cursor < head and (before.cursor != one.cursor or before.read_to < head)

    def _has_room(self, webhook_id: str, *, slow: bool) -> bool:
        if webhook_id in self._under_way or len(self._under_way) >= CALLERS:
            return False
        return not slow or len(self._slow) < FOR_SLOW

    def _start(self, one: Looked, *, slow: bool) -> None:
        if self._pool is None:  # a hub without endpoints has no callers
            self._pool = ThreadPoolExecutor(CALLERS, thread_name_prefix="webhooks")
        if slow:
            self._slow.add(one.id)
        self._under_way[one.id] = self._pool.submit(self._call, one)

    def _call(self, one: Looked) -> None:
        due = one.due
        for _ in range(MOST_TURNS):
            turned = self._turn(one.id, due=due)
            if self._stopping.is_set() or not (turned.calls or turned.more):
                return
            due = True

    def _turn(self, webhook_id: str, *, due: bool) -> Turned:
        began, before = self._seconds(), self._before.get(webhook_id, _NEVER)
        try:
            taken = walled(
                lambda: self._taken(webhook_id, before, due=due),
                where=webhook_id,
                fell=partial(fell, self._parts, webhook_id),
            )
        except Conflict:  # others write the same rows; the next look finds what is left
            taken = Turned(), before.stands
        self._ordinal += 1
        turned, stands = taken or (Turned(), False)
        falls = before.falls + 1 if taken is None else 0 if stands else before.falls
        self._before[webhook_id] = _Before(
            cursor=turned.cursor,
            read_to=turned.read_to,
            look_at=turned.look_at,
            slow=self._seconds() - began > SLOW,
            ordinal=self._ordinal,
            stands=stands,
            falls=falls,
            left_until=None if taken else self._parts.now() + pause_after(before.falls),
        )
        return turned

    def _taken(self, webhook_id: str, before: _Before, *, due: bool) -> tuple[Turned, bool]:
        """Take a turn, and say whether the endpoint stands: what was told of a fault is closed."""
        turned = take_turn(self._parts, webhook_id, due=due)
        return turned, before.stands or stands_again(self._parts, webhook_id, turned)
