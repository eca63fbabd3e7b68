"""Killing the hub at a chosen point: children of a warm parent, counted points, strace.

What lives here: forking a child that may die, counting the points at which it can be killed, and
putting strace on its threads. What does not: what the child does and how the world is judged
afterwards (`tests/faults`). The parent must have no threads: a store that it opened is closed
before.
"""

import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.rigs import program

# Everything by which a process changes files or speaks to another one; "?" is strace's word for
# "if this machine has it".
CALLS = (
    "pwrite64",
    "write",
    "fsync",
    "fdatasync",
    "?rename",
    "?renameat",
    "renameat2",
    "?unlink",
    "unlinkat",
    "ftruncate",
    "?link",
    "linkat",
    "sendto",
)
PATIENCE = 60  # seconds after which a child counts as hanging and the rig fails
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)
NO_ATTACH = """\
strace cannot attach to a child: {reason}
Type:  sudo sysctl kernel.yama.ptrace_scope=0      (or run the tests as root)"""


class Knife:
    """Counts the points a process passes and kills it, without a last word, at the fatal one."""

    def __init__(self, fatal: int, told: int) -> None:
        self._fatal = fatal
        self._told = told
        self._count = 0
        self._lock = threading.Lock()

    def __call__(self, place: str) -> None:
        """Pass a point; the last thing that leaves the process is the point's name."""
        with self._lock:
            self._count += 1
            if self._count == self._fatal:
                os.write(self._told, place.encode())
                os.kill(os.getpid(), signal.SIGKILL)
                signal.pause()


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a child ended: killed or not, and what it wrote to its pipe."""

    killed: bool
    said: str


class Child:
    """A forked child: `work(told)` runs in it, and what is written to `told` is what it said."""

    def __init__(self, work: Callable[[int], None]) -> None:
        self._out, told = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._out)
            _run(work, told)
        os.close(told)

    def kill(self) -> None:
        """Kill it now, wherever it is."""
        os.kill(self.pid, signal.SIGKILL)

    def alive(self) -> bool:
        """Whether it runs still; a child that has ended is left for `end`."""
        found = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return found is None

    def line(self) -> str:
        """Wait for the next thing it says."""
        ready, _, _ = select.select([self._out], [], [], PATIENCE)
        if not ready:
            raise RuntimeError("the child hangs before it is ready")
        return os.read(self._out, 65_536).decode()

    def end(self) -> End:
        """Wait for its end. Raises RuntimeError with its traceback if it failed by itself."""
        said = b""
        while True:
            ready, _, _ = select.select([self._out], [], [], PATIENCE)
            if not ready:
                self.kill()
                raise RuntimeError(f"the child hangs after saying {said.decode()!r}")
            block = os.read(self._out, 65_536)
            if not block:
                break
            said += block
        os.close(self._out)
        _, status = os.waitpid(self.pid, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        if status and not killed:
            raise RuntimeError(said.decode(errors="replace"))
        return End(killed=killed, said=said.decode())


def _run(work: Callable[[int], None], told: int) -> None:
    """Do a child's work and leave at once: nothing of the parent is ended twice."""
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    try:
        work(told)
    except BaseException:  # noqa: BLE001  (its traceback is what the parent hears)
        os.write(told, traceback.format_exc().encode())
        os._exit(1)
    os._exit(0)


def answered(work: Callable[[], object]) -> object:
    """Do a work in a child and return what it returned, through JSON."""
    return json.loads(Child(lambda told: _tell(told, json.dumps(work()))).end().said)


def _tell(told: int, text: str) -> None:
    block = text.encode()
    while block:
        block = block[os.write(told, block) :]


# --- strace ------------------------------------------------------------------------------------


@contextmanager
def straced(threads: Mapping[str, int], *words: str) -> Iterator[None]:
    """Have strace on these threads, and no others, while the body runs; waits for its end."""
    command = [str(program("strace", package="strace")), "-qq", *words]
    for thread in threads.values():
        command += ["-p", str(thread)]
    tracer = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        for thread in threads.values():
            _wait_until_traced(thread, tracer)
        yield
    finally:
        tracer.communicate(timeout=PATIENCE)


def _wait_until_traced(thread: int, tracer: "subprocess.Popen[str]") -> None:
    state = Path(f"/proc/{thread}/status")
    while "\nTracerPid:\t0\n" in state.read_text():
        if tracer.poll() is not None:
            _, reason = tracer.communicate()
            raise RuntimeError(NO_ATTACH.format(reason=reason.strip()))
        time.sleep(0.001)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One system call of a trace; `began` and `ended` are the lines where it did."""

    thread: int
    name: str
    text: str
    began: int
    ended: int


def read_trace(path: Path) -> list[Call]:
    """Read a trace of several threads; calls stand in the order in which they began."""
    calls: list[Call] = []
    open_calls: dict[int, int] = {}
    for number, line in enumerate(path.read_text(errors="replace").splitlines()):
        word, _, rest = line.strip().partition(" ")
        thread, rest = int(word), rest.strip()
        if rest.startswith("<... "):
            begun = open_calls.pop(thread, None)
            if begun is not None:
                calls[begun] = replace(calls[begun], ended=number)
        elif not rest.startswith(("+", "-")):
            if rest.endswith("<unfinished ...>"):
                open_calls[thread] = len(calls)
            name = rest.partition("(")[0]
            calls.append(Call(thread=thread, name=name, text=rest, began=number, ended=number))
    return calls


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemPoint:
    """Just before the `nth` call of that name by that thread."""

    role: str
    call: str
    nth: int

    def __str__(self) -> str:
        return f"{self.role} before {self.call} {self.nth}"


def system_points(trace: Path, threads: Mapping[str, int]) -> list[SystemPoint]:
    """Every point of a trace, thread by thread, in the order of the run."""
    roles = {thread: role for role, thread in threads.items()}
    seen: Counter[tuple[str, str]] = Counter()
    points = []
    for call in read_trace(trace):
        key = (roles[call.thread], call.name)
        seen[key] += 1
        points.append(SystemPoint(role=key[0], call=key[1], nth=seen[key]))
    return points
