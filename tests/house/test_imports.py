"""Nothing happens at import: the world is opened by `hub.main`, once, and by nothing else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import NOT_OURS, ROOT

# Imports the module named in argv[1] and prints each thing that this did to the world.
WATCH = r"""
import importlib, os, sys, threading

TOUCHES = ("socket.", "subprocess.", "sqlite3.connect", "os.mkdir", "os.remove", "os.rename",
           "os.rmdir", "os.system", "os.fork", "os.exec", "shutil.", "tempfile.", "ftplib.",
           "_thread.start_new_thread")
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
seen = []

def watch(event, details):
    if event == "open":
        path, mode, flags = details
        if flags & WRITES and path != os.devnull:
            seen.append(f"open {path} {mode}")
    elif event.startswith(TOUCHES) and event not in ("socket.__new__", "socket.gethostname"):
        seen.append(f"{event} {details}")

sys.addaudithook(watch)
importlib.import_module(sys.argv[1])
seen += [f"thread {thread.name}" for thread in threading.enumerate()[1:]]
print(*seen, sep="\n", end="")
"""


def _modules() -> list[str]:
    """Name every module of the packages, without importing any."""
    names = []
    for package in ("hub", "portal"):
        names.append(package)
        for file in sorted((ROOT / package).rglob("*.py")):
            path = file.relative_to(ROOT)
            if file.name != "__main__.py" and not path.as_posix().startswith(NOT_OURS):
                name = ".".join(path.with_suffix("").parts)
                names.append(name.removesuffix(".__init__"))
    return sorted(set(names))


def _watched(script: str, *words: str, cwd: Path) -> str:
    """Run a script against the checkout from an empty folder; returns stdout."""
    done = subprocess.run(
        [sys.executable, "-B", "-c", script, *words],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(cwd)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_every_module_touches_nothing(tmp_path: Path) -> None:
    every = "import importlib\nfor name in NAMES: importlib.import_module(name)"
    script = WATCH.replace(
        "importlib.import_module(sys.argv[1])", every.replace("NAMES", repr(_modules()))
    )
    assert _watched(script, cwd=tmp_path) == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "deed",
    [
        "open('left-behind', 'w').close()",
        "import sqlite3; sqlite3.connect(':memory:')",
        "import socket; socket.create_server(('127.0.0.1', 0))",
        "import subprocess; subprocess.run(['true'])",
        "import threading; threading.Thread(target=print).start()",
    ],
)
def test_the_watch_sees_a_module_that_does_something(tmp_path: Path, deed: str) -> None:
    (tmp_path / "doer.py").write_text(deed)
    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{WATCH}"
    assert _watched(script, "doer", cwd=tmp_path) != ""


def test_the_package_alone_brings_no_room_with_it(tmp_path: Path) -> None:
    script = "import sys, hub; print([name for name in sys.modules if name.startswith('hub.')])"
    assert _watched(script, cwd=tmp_path).strip() == "[]"
