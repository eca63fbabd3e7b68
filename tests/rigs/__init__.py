"""Real servers for the tests: a PostgreSQL cluster and an OpenSSH server of their own.

What lives here: starting them on free loopback ports, and being sure that they end with the run.
What does not: fakes (`tests/fakes.py`), people and goods (`tests/cast.py`).
A server that cannot be had fails the tests with the command to type; none is ever skipped.
"""

import shutil
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

MISSING = """\
{program} is missing, and the tests never skip what they cannot run.
Type:  make system      (or: sudo apt-get install -y {package})"""

# Waits for process $1, then goes on with the script that follows.
WATCHMAN = "pid=$1; shift; tail --pid=$pid -s 0.2 -f /dev/null; "


def program(name: str, *, package: str, places: Sequence[Path] = ()) -> Path:
    """Return the path of a program, or fail the test saying what to type.

    Failing, not `pytest.exit`: a worker that leaves takes the sentence with it.
    """
    for place in places:
        if (place / name).exists():
            return place / name
    found = shutil.which(name)
    if found is None:
        pytest.fail(MISSING.format(program=name, package=package), pytrace=False)
    return Path(found).resolve()


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that was free a moment ago."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
    return port


def when_gone(pid: int, script: str, *words: str) -> None:
    """Have a shell `script` run as soon as process `pid` has ended.

    It holds however the process ends, SIGKILL included, which no fixture's last lines do. The
    script sees `words` as `$1`, `$2` and so on.
    """
    subprocess.Popen(
        ["sh", "-c", WATCHMAN + script, "rig", str(pid), *words],
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ).returncode = 0  # it outlives us on purpose: no "still running" warning at our end
