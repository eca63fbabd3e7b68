"""The command answers at once: `hub --help` loads none of what only serving needs."""

import os
import subprocess
import sys
from pathlib import Path

from tests.house import ROOT

# Each of these costs more than the help text is worth; commands import them when they run.
HEAVY = ("alembic", "apscheduler", "fastapi", "httpx", "paramiko", "sqlalchemy", "uvicorn")

ASK = f"""
import sys
from hub.cli import main
sys.argv = ["hub", "--help"]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print("loaded:", [name for name in {HEAVY!r} if name in sys.modules])
"""


def _run(*command: str, cwd: Path) -> str:
    """Run a command in an empty folder and return what it printed."""
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(cwd)}
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert list(cwd.iterdir()) == []
    return done.stdout


def test_help_names_the_commands_without_loading_the_house(tmp_path: Path) -> None:
    answer = _run(sys.executable, "-B", "-c", ASK, cwd=tmp_path)
    assert {"serve", "work", "demo", "partner", "orders", "doc"} <= set(answer.split())
    assert answer.rstrip().endswith("loaded: []")


def test_the_installed_command_is_the_same_one(tmp_path: Path) -> None:
    assert "demo" in _run(str(Path(sys.executable).with_name("hub")), "--help", cwd=tmp_path)
