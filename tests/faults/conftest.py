"""A workshop in memory for each test, and the sweep as a process of its own."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MEMORY = Path("/dev/shm")
Swept = Callable[..., dict[str, list[str]]]


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Path]:
    """A folder that is gone afterwards; in memory where there is one: nobody tests the disk."""
    if not MEMORY.is_dir():
        yield tmp_path
        return
    folder = Path(tempfile.mkdtemp(prefix="hub-faults-", dir=MEMORY))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def swept(workshop: Path) -> Swept:
    """Run a sweep and return its verdicts: {point: complaints}."""

    def sweep(scene: str, *words: str) -> dict[str, list[str]]:
        command = [sys.executable, "-m", "tests.faults.sweep", scene, str(workshop), *words]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            pytest.fail(done.stderr[-6000:], pytrace=False)
        verdicts: dict[str, list[str]] = json.loads(done.stdout)
        return verdicts

    return sweep
