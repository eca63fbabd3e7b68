"""What a process tells of itself, how its supervisor hears it, and who listens for operators.

Each process beats about once a second. Under `hub serve` a beat is a line in a pipe to the
supervisor, which alone listens; a web or worker process that was started by itself listens for
itself, unless another one on this machine does already.
"""

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from hub.cli.desk import Desk
from hub.ops.health import Life, Lives
from hub.ops.traffic import Snapshot, Traffic

if TYPE_CHECKING:
    from hub.flow.parts import Parts

MOST_READ = 1 << 16  # bytes; a pipe holds no more
RECEIPTS = ("997", "999", "CONTRL")


class Pulse:
    """A process's own word that it lives; `pipe` leads to the supervisor, None without one."""

    def __init__(self, kind: str, *, pipe: int | None, traffic: Traffic | None = None) -> None:
        self._kind = kind
        self._pipe = pipe
        self._traffic = traffic
        self._beaten_at: float | None = None
        if pipe is not None:
            os.set_blocking(pipe, False)

    def beat(self) -> None:
        """Note, and tell the supervisor, that this process goes on. Never waits."""
        self._beaten_at = time.monotonic()
        if self._pipe is not None:
            with suppress(OSError):  # full: the supervisor is busy; broken: it is gone
                os.write(self._pipe, json.dumps(self._snapshot()).encode() + b"\n")

    def life(self) -> Life:
        """Return how this process fares, for its own listener."""
        silent = None if self._beaten_at is None else time.monotonic() - self._beaten_at
        return Life(kind=self._kind, pid=os.getpid(), silent=silent, traffic=self._snapshot())

    def _snapshot(self) -> Snapshot:
        return () if self._traffic is None else self._traffic.snapshot()


class Ear:
    """The supervisor's end of one child's pipe: when it was last heard of, and what it said."""

    def __init__(self) -> None:
        self._end, self.given = os.pipe()
        os.set_blocking(self._end, False)
        self._unread = b""
        self.heard_at: float | None = None
        self.traffic: Snapshot = ()

    def give_away(self) -> None:
        """Close the end that the child has by now."""
        os.close(self.given)

    def listen(self, now: float) -> None:
        """Take in what was said since; does not wait."""
        with suppress(BlockingIOError):
            while said := os.read(self._end, MOST_READ):
                *lines, self._unread = (self._unread + said).split(b"\n")
                if lines:
                    self.heard_at = now
                    with suppress(ValueError):  # a line that a full pipe cut
                        self.traffic = json.loads(lines[-1])

    def close(self) -> None:
        """Hear no more."""
        os.close(self._end)


@contextmanager
def listening(desk: Desk, parts: "Parts", lives: Lives) -> Iterator[None]:
    """Answer operators on the address of the settings for as long as the block lasts.

    A port that somebody else has is said, and the hub goes on without: its work comes first.
    """
    settings = desk.settings()
    if settings.operator_port is None:
        yield
        return
    try:
        door = _door(settings.operator_host, settings.operator_port)
    except OSError as fault:
        desk.say(
            f"warning: nothing listens for operators: {settings.operator_host} port "
            f"{settings.operator_port}: {fault.strerror or fault}; set HUB_OPERATOR_PORT"
        )
        yield
        return
    with door:
        desk.say(f"operator: {_address(door)}")
        names = (*settings.operator_names, settings.operator_host.lower())
        with _answering(door, parts, lives, names=names):
            yield


def _door(host: str, port: int) -> socket.socket:
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    return socket.create_server((host, port), family=family, backlog=16)


def _address(door: socket.socket) -> str:
    host, port = door.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


@contextmanager
def _answering(
    door: socket.socket, parts: "Parts", lives: Lives, *, names: tuple[str, ...]
) -> Iterator[None]:
    import uvicorn

    from hub.ops.listener import Door, Watch

    watch = Watch(
        parts.store,
        lives=lives,
        now=parts.now,
        seconds=time.monotonic,
        sets=known_sets(parts),
        code=parts.code,
    )
    config = uvicorn.Config(
        Door(watch, names=names),
        access_log=False,
        log_config=None,
        server_header=False,
        lifespan="off",
        ws="none",
        loop="asyncio",
        limit_concurrency=16,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [door]}, name="operator", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=5)


def known_sets(parts: "Parts") -> frozenset[str]:
    """Return the sets that pages name, and receipts: all that may be shown by name."""
    channels = [channel for partner in parts.partners.all for channel in partner.channels]
    named = [name for channel in channels for name in (*channel.sends, *channel.receives)]
    return frozenset((*named, *RECEIPTS))
