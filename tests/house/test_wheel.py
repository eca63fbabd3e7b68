"""The wheel carries everything: built, installed elsewhere, and used from an empty folder."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.house import ROOT

# Where the pages of the checkout lie inside the wheel.
PAGES = {"mappings": "hub/_share/mappings", "partner_configs": "hub/_share/partner_configs"}

WHERE = "import hub, portal; print(hub.__file__); print(portal.__file__)"


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


def _files(folder: Path) -> set[str]:
    """Name the files below a folder, compiled code and hidden ones left out."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }


@pytest.mark.parametrize("pages", sorted(PAGES))
def test_every_page_is_in_the_wheel(wheel: Path, pages: str) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    wanted = {f"{PAGES[pages]}/{name}" for name in _files(ROOT / pages)}
    assert wanted
    assert wanted - inside == set()


@pytest.mark.parametrize("package", ["hub", "portal"])
def test_every_file_of_the_packages_is_in_the_wheel(wheel: Path, package: str) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    assert {f"{package}/{name}" for name in _files(ROOT / package)} - inside == set()


def test_the_wheel_holds_neither_tests_nor_measurements(wheel: Path) -> None:
    rooms = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {room for room in rooms if not room.endswith(".dist-info")} == {"hub", "portal"}


def test_the_installed_packages_are_the_ones_that_run(installed: Installed) -> None:
    places = installed.run(sys.executable, "-c", WHERE).stdout.split()
    assert len(places) == 2
    assert all(place.startswith(str(installed.site)) for place in places)


def test_the_installed_command_helps_from_an_empty_folder(installed: Installed) -> None:
    done = installed.hub("--help")
    assert done.returncode == 0, done.stderr
    assert "demo" in done.stdout
    assert list(installed.empty.iterdir()) == []
