"""Writers of one SQLite file come in the order they asked in, and the dead keep no place."""

import fcntl
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hub.store.turn import Turn


def _asked(path: Path) -> bool:
    """Whether somebody stands next in the queue."""
    opened = os.open(f"{path}-turn-next", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(opened)
    return False


@pytest.mark.timeout(30)
def test_who_was_just_served_stands_behind_who_waited(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    busy, patient = Turn(path), Turn(path)
    served: list[str] = []

    def wait() -> None:
        with patient:
            served.append("patient")

    thread = threading.Thread(target=wait)
    with busy:
        served.append("busy")
        thread.start()
        while not _asked(path):
            pass
    with busy:
        served.append("busy")
    thread.join()
    busy.close()
    patient.close()
    assert served == ["busy", "patient", "busy"]


@pytest.mark.timeout(30)
def test_a_killed_writer_leaves_the_turn_to_the_next(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    code = (
        "import sys, time; from pathlib import Path; from hub.store.turn import Turn\n"
        "with Turn(Path(sys.argv[1])):\n"
        "    print('mine', flush=True); time.sleep(60)"
    )
    held = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE)
    assert held.stdout is not None
    assert held.stdout.readline() == b"mine\n"
    held.send_signal(signal.SIGKILL)
    turn = Turn(path)
    with turn:
        held.wait()
        held.stdout.close()
    turn.close()
    assert held.returncode == -signal.SIGKILL


def test_the_queue_is_nobody_elses_to_read(tmp_path: Path) -> None:
    turn = Turn(tmp_path / "hub.db")
    with turn:
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    turn.close()
    assert modes == {"hub.db-turn": 0o600, "hub.db-turn-next": 0o600}
