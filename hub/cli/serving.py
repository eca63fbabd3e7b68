"""`hub serve`: one web and one worker process, kept alive, ended together."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass

import click

from hub.cli.desk import Desk, pass_desk
from hub.cli.ending import Ending
from hub.cli.shown import Failure, Shown
from hub.cli.watching import Ear, listening
from hub.ops.health import Life

KINDS = ("web", "work")
GRACE = 25  # seconds from SIGTERM to SIGKILL; with the web's own 20 both end within 30
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before a process that ended is started again
STEADY = 60.0  # a process that ran so long begins with the first pause again


@dataclass(slots=True, kw_only=True)
class Child:
    """One supervised process: since when it runs, or when it is started again."""

    kind: str
    process: "subprocess.Popen[bytes] | None" = None
    ear: Ear | None = None
    starts: int = 0
    since: float = 0.0
    pause: float = 0.0
    again_at: float = 0.0

    def start(self, now: float) -> None:
        """Start the process; it ends by itself when this one is gone."""
        ear = Ear()
        command = [sys.executable, "-m", "hub", self.kind, "--end-with", str(os.getpid())]
        command += ["--report", str(ear.given)]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=(ear.given,))
        ear.give_away()
        self.ear = ear
        self.starts += 1
        self.since = now

    def ended(self, now: float) -> int | None:
        """Return the exit code of a process that just ended, and plan when it starts again."""
        code = self.process.poll() if self.process else None
        if self.ear is not None:
            self.ear.listen(now)
        if code is None:
            return None
        self.process = None
        if self.ear is not None:
            self.ear.close()
            self.ear = None
        steady = now - self.since >= STEADY
        self.pause = FIRST_PAUSE if steady or not self.pause else min(LONGEST_PAUSE, self.pause * 2)
        self.again_at = now + self.pause
        return code

    def life(self, now: float) -> Life:
        """Return how the process fares, for those who watch the hub."""
        process, ear = self.process, self.ear
        heard_at = None if ear is None else ear.heard_at
        return Life(
            kind=self.kind,
            pid=None if process is None else process.pid,
            silent=None if heard_at is None else now - heard_at,
            starts=self.starts,
            traffic=() if ear is None else ear.traffic,
        )


@click.command(cls=Shown, epilog="hub serve\nHUB_PORT=9000 hub serve")
@pass_desk
def serve(desk: Desk) -> None:
    """Run everything: a web process for requests and a worker for partners.

    A process that crashes is started again, a little later each time. SIGTERM ends both in order
    within 30 seconds. A store that is behind is refused (`hub migrate`); an embedded one is made.
    """
    from hub.cli import logs

    desk = logs.begin(desk, process="serve")
    ending = Ending()
    ending.listen()
    if desk.fresh():
        desk.say(f"making a store in {desk.settings().data_dir}")
    desk.warn_if_open()
    children = [Child(kind=kind) for kind in KINDS]
    # Pages, store and brands are right, or this ends here with every mistake.
    with (
        desk.running() as parts,
        listening(desk, parts, lambda: _lives(children)),
        logs.from_start_to_end(parts.code),
    ):
        while not ending.wait(0.1):
            for child in children:
                _tend(desk, child, time.monotonic())
        if not _end(children):
            raise Failure(f"a process did not end within {GRACE} seconds and was killed")


def _lives(children: list[Child]) -> list[Life]:
    now = time.monotonic()
    own = Life(kind="serve", pid=os.getpid(), silent=0.0)
    return [own, *(child.life(now) for child in children)]


def _tend(desk: Desk, child: Child, now: float) -> None:
    code = child.ended(now)
    if code is not None:
        desk.say(f"hub serve: {child.kind} ended with {code}; again in {child.pause:g} s")
    if child.process is None and now >= child.again_at:
        child.start(now)


def _end(children: list[Child]) -> bool:
    """End every process: asked first, killed when it does not listen. Whether all listened."""
    running = [child.process for child in children if child.process is not None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + GRACE
    listened = True
    for process in running:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            listened = False
    return listened
