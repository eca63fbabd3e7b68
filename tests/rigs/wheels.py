"""The wheel: built without a network, laid out somewhere else, run from an empty folder."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.house import ROOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """The wheel laid out in a folder of its own, and an empty folder to work from."""

    site: Path
    empty: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command that sees this installation before the checkout."""
        env = {
            "HOME": str(self.empty),
            "PATH": f"{self.site / 'bin'}:{os.environ['PATH']}",
            "PYTHONPATH": str(self.site),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return subprocess.run(command, cwd=self.empty, env=env, capture_output=True, text=True)

    def hub(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the installed `hub` command."""
        return self.run(sys.executable, str(self.site / "bin" / "hub"), *words)


def _run(command: Sequence[str]) -> None:
    """Run a build step; its output is the failure's text."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout without any network."""
    out = tmp_path_factory.mktemp("wheel")
    _run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out)])
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture
def installed(wheel: Path, tmp_path: Path) -> Installed:
    """The wheel installed; what it depends on comes from the environment of the tests."""
    site, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    _run([*pip, "--no-deps", "--no-index", "--no-compile", "--target", str(site), str(wheel)])
    return Installed(site=site, empty=empty)
