"""Each import contract is shown to bite: a breach is planted in a copy and must be refused."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import ROOT

# Where the breach is planted (a new file, or lines added to one) · its text · the contract broken.
BREACHES = [
    ("hub/domain/planted.py", "import sqlalchemy", "pure"),
    ("hub/mapping/planted.py", "from logging import getLogger", "pure"),
    ("hub/formats/planted.py", "import time", "pure"),
    ("hub/errors.py", "import httpx", "pure"),
    ("hub/flow/planted.py", "from sqlalchemy import select", "cellar"),
    ("hub/ops/planted.py", "import sqlite3", "cellar"),
    ("portal/planted.py", "import psycopg", "cellar"),
    ("hub/store/planted.py", "from hub.flow import inbound", "rooms"),
    ("hub/store/planted.py", "from hub import transports", "rooms"),
    ("hub/domain/planted.py", "def late():\n    import hub.store", "rooms"),
    ("hub/mapping/planted.py", "import hub.formats", "rooms"),
    ("hub/annexe.py", '"""A room that is on no plan."""', "rooms"),
    ("hub/lab/planted.py", "import hub.formats", "second-reading"),
    ("hub/lab/planted.py", "import hub.mapping", "second-reading"),
    ("hub/flow/planted.py", "from hub.transports import planted_wire", "concrete-parts"),
    ("hub/transports/planted.py", "from hub.transports import planted_wire", "transports-apart"),
    ("hub/formats/planted.py", "from hub.formats import planted_paper", "formats-apart"),
    ("hub/api/planted.py", "import portal", "portal-door"),
    ("hub/flow/planted.py", "import portal", "portal"),
    ("portal/planted.py", "import hub.formats", "portal-reach"),
    (
        "hub/flow/__init__.py",
        "from hub.flow import planted_one, planted_two",
        "no-knots",
    ),
]
# What the breaches above lean on: innocent leaves, and two siblings that need each other.
GROUND = {
    "hub/transports/planted_wire.py": "",
    "hub/formats/planted_paper.py": "",
    "hub/flow/inbound.py": "",
    "hub/flow/planted_one.py": "",
    "hub/flow/planted_two.py": "",
}
KNOT = {
    "hub/flow/planted_one.py": "import hub.flow.planted_two",
    "hub/flow/planted_two.py": "import hub.flow.planted_one",
}


def _add(path: Path, text: str) -> None:
    """Append lines to a file, made when it is not there."""
    with path.open("a") as file:
        file.write(f"\n{text}\n")


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the packages and their contracts, with the ground laid for the breaches."""
    for package in ("hub", "portal"):
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path, text in GROUND.items():
        _add(tmp_path / path, text)
    return tmp_path


def _lint(house: Path, *contracts: str) -> tuple[bool, str]:
    """Ask import-linter in its own process, as `make check` does."""
    chosen = [word for contract in contracts for word in ("--contract", contract)]
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [str(program), "--no-cache", *chosen], cwd=house, capture_output=True, text=True
    )
    return done.returncode == 0, done.stdout + done.stderr


def test_the_house_as_it_stands_keeps_every_contract(house: Path) -> None:
    kept, report = _lint(house)
    assert kept, report
    assert "0 broken" in report


@pytest.mark.parametrize(
    ("path", "breach", "contract"), BREACHES, ids=[f"{c}:{p}" for p, _, c in BREACHES]
)
def test_a_planted_breach_is_refused_by_its_contract(
    house: Path, path: str, breach: str, contract: str
) -> None:
    for grown, text in (KNOT if contract == "no-knots" else {}).items():
        _add(house / grown, text)
    _add(house / path, breach)
    kept, report = _lint(house, contract)
    assert not kept, report
    assert "0 kept, 1 broken" in report
