"""`hub lab open`: the simulated partners and a hub of its own, live, on a clock of any speed."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.desk import Desk, pass_desk
from hub.cli.ending import Ending
from hub.cli.shown import Failure, Shown, as_json

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from hub.lab.clock import RunningClock
    from hub.lab.stage import Stage

HOST = "127.0.0.1"
SPEED = 60.0
FASTEST = 100_000.0
LOOKED_AFTER_SECONDS = 1.0
EPILOG = """\
hub lab open                                       an hour of the lab in a minute
hub lab open --speed 3600                          … in a second
hub lab open --at 2026-11-27T08:00:00+00:00        on that morning"""


@click.command("open", cls=Shown, epilog=EPILOG)
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".lab"),
    show_default=True,
    help="Where everything of the lab lies.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Of the web process.")
@click.option(
    "--speed",
    type=click.FloatRange(0.1, FASTEST),
    default=SPEED,
    show_default=True,
    help="Seconds of the lab in each second.",
)
@click.option("--at", "begins", default="", help="When the lab's day begins; without: now.")
@click.option("--seed", type=int, default=1, show_default=True, help="What is drawn by lot.")
@as_json
@pass_desk
def open_(
    desk: Desk, folder: Path, port: int, speed: float, begins: str, seed: int, as_json: bool
) -> None:
    """Let ten partners wait for orders that you place; Ctrl-C ends it.

    Each start is a new lab: what lies in its directory is emptied.
    """
    from hub.lab.clock import RunningClock
    from hub.lab.stage import Unfit, claimed

    clock = RunningClock(_moment(begins), speed=speed, seconds=time.monotonic)
    ending = Ending()
    ending.listen()
    with ExitStack() as stack:
        try:
            stack.enter_context(claimed(folder.absolute(), reset=True))
        except Unfit as fault:
            raise Failure(str(fault)) from fault
        stage, told = stack.enter_context(_running(desk, folder.absolute(), port, clock, seed))
        if as_json:
            desk.json(told)
        else:
            _tell(desk, told)
        while not ending.wait(LOOKED_AFTER_SECONDS):
            for text in stage.check():
                desk.say(text)


def _moment(text: str) -> datetime:
    if not text:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"{text!r} is no moment; write 2026-11-27T08:00:00+00:00") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@contextmanager
def _running(
    desk: Desk, folder: Path, port: int, clock: "RunningClock", seed: int
) -> "Iterator[tuple[Stage, dict[str, object]]]":
    """Open partners, hub and worker; yield the partners and what to tell about it all."""
    from hub.cli.lab_hub import OWNER, api_key, built, invitation, is_for_people
    from hub.lab.doors import NetDoor
    from hub.lab.scenario import PaceKeys
    from hub.lab.stage import Stage
    from hub.lab.terms import Pace
    from hub.schedule import Worker

    with ExitStack() as stack:
        stage = Stage(folder, clock=clock, pace=Pace(**PaceKeys().model_dump()))
        stack.callback(stage.stop)
        stage.start()
        parts, app = stack.enter_context(built(folder, desk.environment, clock=clock, seed=seed))
        door = socket.create_server((HOST, port))
        stack.enter_context(_served(app, door))
        where = door.getsockname()[1]
        keys = {brand: api_key(parts, brand=brand) for brand in parts.brands}
        partners = {partner: api_key(parts, partner=partner) for partner in stage.callers}
        partners |= {partner: invitation(parts, partner) for partner in stage.guests}
        stage.leave_to_people(partial(is_for_people, parts))
        stage.connect(NetDoor(HOST, where), partners)
        worker = Worker(parts, owner=f"{OWNER}:{os.getpid()}")
        stack.callback(worker.stop)
        worker.start()
        clock.start()
        told: dict[str, object] = {
            "url": f"http://{HOST}:{where}",
            "at": clock().isoformat(),
            "keys": keys,
            "partners": stage.addresses(),
        }
        yield stage, told


@contextmanager
def _served(app: "ASGIApp", door: socket.socket) -> Iterator[None]:
    """Answer on that socket in a thread of this process."""
    import uvicorn

    config = uvicorn.Config(app, access_log=False, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [door]}, name="lab web", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
        door.close()


def _tell(desk: Desk, told: dict[str, object]) -> None:
    desk.write(f"The hub answers at {told['url']}; it is {told['at']} in the lab.", bold=True)
    for title in ("keys", "partners"):
        named = told[title]
        assert isinstance(named, dict)  # noqa: S101  # as it was made above
        for name, text in named.items():
            desk.write(f"  {name:8} {text}")
    desk.say("Ctrl-C ends it.")
