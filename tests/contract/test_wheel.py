"""The wheel carries everything: built, installed elsewhere, and used from an empty folder."""

import sys
import zipfile
from pathlib import Path

import pytest

from tests.house import ROOT
from tests.rigs.wheels import Installed

# Where the pages of the checkout lie inside the wheel.
PAGES = {"mappings": "hub/_share/mappings", "partner_configs": "hub/_share/partner_configs"}

WHERE = "import hub, portal; print(hub.__file__); print(portal.__file__)"


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
