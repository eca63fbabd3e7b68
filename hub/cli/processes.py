"""`hub work`, `hub web`, `hub migrate`: one process each, ended by SIGTERM or SIGINT."""

import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from types import FrameType
from typing import TYPE_CHECKING

import click

from hub.cli.desk import Desk, gone, owner, pass_desk
from hub.cli.ending import Ending
from hub.cli.shown import Failure, Shown, as_json

if TYPE_CHECKING:
    import uvicorn

    from hub.cli.watching import Pulse
    from hub.flow.parts import Parts
    from hub.ops.traffic import Traffic
    from hub.schedule import Worker
    from hub.settings import Settings

GRACE = 20
"""Seconds that requests under way have to end in."""
SHARING = 0.0002
"""Seconds that a thread keeps the interpreter while others ask for it.

A work on the store gives it up at each of its statements; with Python's 5 ms a thread that reads a
large file holds the writer, and with it everybody's, for tenths of a second.
"""
MOST_CONNECTIONS = 1000
"""Connections at once; one more is told 503 and closed, so that they cannot eat the memory."""

ended_with = click.option(
    "--end-with", "parent", type=int, default=None, hidden=True, help="Stop when this process ends."
)
reports_to = click.option(
    "--report", "pipe", type=int, default=None, hidden=True, help="Tell the supervisor there."
)


@click.command(cls=Shown, epilog="hub migrate")
@as_json
@pass_desk
def migrate(desk: Desk, as_json: bool) -> None:
    """Make the store, or bring it up to date. Safe to run again.

    Processes of this version may go on meanwhile; stop those of an older one first: what they
    write later lacks what is new.
    """
    from hub.main import open_store

    settings = desk.settings()
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = open_store(settings)
    try:
        behind = store.behind()
        store.migrate()
    finally:
        store.close()
    if as_json:
        desk.json({"changed": behind})
    else:
        desk.write("The store was brought up to date." if behind else "The store was up to date.")


@click.command(cls=Shown, epilog="hub work\nhub work --until-idle")
@click.option("--until-idle", is_flag=True, help="Do what can be done now, then end.")
@ended_with
@reports_to
@pass_desk
def work(desk: Desk, until_idle: bool, parent: int | None, pipe: int | None) -> None:
    """Send what is owed, collect what lies at partners' doors, settle what was kept.

    On PostgreSQL several workers share the lanes. A worker may be killed at any time: the next one
    goes on where it was.
    """
    from hub.cli import logs
    from hub.cli.watching import Pulse
    from hub.schedule import Worker

    desk = logs.begin(desk, process="work")
    _on_end(_leave)
    if parent is None:
        desk.warn_if_open()
    with _telling(desk) as parts:
        worker = Worker(parts, owner=owner(), gone=gone)
        if until_idle:
            done = worker.until_idle()
            desk.say(f"idle after {done} steps")
        else:
            pulse = Pulse("work", pipe=pipe)
            with _watched(desk, parts, pulse, parent), logs.from_start_to_end(parts.code):
                _run(worker, parent, pulse)


@contextmanager
def _telling(desk: Desk) -> "Iterator[Parts]":
    """Open the store so that what it does is written to the log."""
    from hub.cli.logs import Teller
    from hub.cli.watching import known_sets
    from hub.store.witness import WitnessedStore

    sys.setswitchinterval(SHARING)
    with desk.running() as parts:
        # Pages and maps stay for good: the collector need not look at them while a work waits.
        gc.freeze()
        store = WitnessedStore(parts.store, tell=Teller(known_sets(parts)))
        yield replace(parts, store=store)


@contextmanager
def _watched(desk: Desk, parts: "Parts", pulse: "Pulse", parent: int | None) -> Iterator[None]:
    """Listen for operators, unless a supervisor does."""
    from hub.cli.watching import listening

    with listening(desk, parts, lambda: [pulse.life()]) if parent is None else nullcontext():
        yield


def _on_end(act: Callable[[int, FrameType | None], object]) -> None:
    """Do this at SIGTERM and SIGINT from now on."""
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, act)


def _leave(sign: int, frame: FrameType | None) -> None:
    """End at once and in order: what is not committed is done again by the next worker."""
    raise SystemExit(0)


def _run(worker: "Worker", parent: int | None, pulse: "Pulse") -> None:
    ending = Ending()
    ending.listen()
    worker.start()
    pulse.beat()
    while not ending.wait(0.5):
        pulse.beat()
        if worker.broken or _orphaned(parent):
            break
    worker.stop()
    if worker.broken:
        raise Failure(
            "a fault of ours ended the worker; its traceback stands above",
            then="hub work  (it goes on where it was; `hub serve` does that by itself)",
        )


def _orphaned(parent: int | None) -> bool:
    return parent is not None and os.getppid() != parent


@click.command(cls=Shown, epilog="hub web\nHUB_PORT=9000 hub web")
@ended_with
@reports_to
@pass_desk
def web(desk: Desk, parent: int | None, pipe: int | None) -> None:
    """Answer requests: orders in, statuses and facts out. Sends nothing to partners itself."""
    from hub.cli import logs
    from hub.cli.watching import Pulse
    from hub.ops.traffic import Traffic

    desk = logs.begin(desk, process="web")
    _on_end(_leave)
    settings = desk.settings()
    traffic = Traffic()
    pulse = Pulse("web", pipe=pipe, traffic=traffic)
    with (
        _telling(desk) as parts,
        _door(settings.host, settings.port) as door,
        _watched(desk, parts, pulse, parent),
        logs.from_start_to_end(parts.code),
    ):
        server = _server(settings, parts, traffic, pulse)
        # Before the server listens to signals itself none may be lost; when all is closed it raises
        # the one that ended it once more, which changes nothing then.
        _on_end(lambda sign, frame: setattr(server, "should_exit", True))
        if parent is not None:
            _end_with(parent)
        host, port = door.getsockname()[:2]
        desk.say(f"web: http://{f'[{host}]' if ':' in host else host}:{port}")
        server.run(sockets=[door])


def _server(
    settings: "Settings", parts: "Parts", traffic: "Traffic", pulse: "Pulse"
) -> "uvicorn.Server":
    import uvicorn

    from hub import api
    from hub.api.rates import Rates
    from hub.cli.wire import BoundedHttp
    from hub.main import doors

    async def beat() -> None:
        pulse.beat()

    rates = Rates(reads=settings.key_reads, writes=settings.key_writes)
    config = uvicorn.Config(
        doors(settings, parts, api.build(parts, traffic=traffic, rates=rates)),
        http=BoundedHttp,
        access_log=False,
        log_config=None,
        server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=GRACE,
        callback_notify=beat,  # in the loop that answers: when it is stuck, the pulse is too
        timeout_notify=0,
    )
    return uvicorn.Server(config)


def _door(host: str, port: int) -> socket.socket:
    """Return a listening socket; fails in words when the address cannot be had."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as fault:
        raise Failure(
            f"cannot listen on {host} port {port}: {fault.strerror or fault}",
            then="HUB_PORT=0 hub web  (any free port), or end who listens there",
        ) from None


def _end_with(parent: int) -> None:
    """Stop this process in order as soon as its supervisor is gone, however that ended."""

    def watch() -> None:
        while not _orphaned(parent):
            threading.Event().wait(0.5)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="end with supervisor", daemon=True).start()
