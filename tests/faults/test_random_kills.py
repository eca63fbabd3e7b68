"""Real workers with all their threads, killed at random moments under a stream of orders."""

import json
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.conftest import ROOT
from tests.rigs.postgres import Cluster


def _storm(folder: Path, *words: str) -> list[str]:
    command = [sys.executable, "-m", "tests.faults.storm", str(folder), *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.fail(done.stderr[-6000:], pytrace=False)
    found: list[str] = json.loads(done.stdout)
    return found


def test_one_worker_killed_ten_times_leaves_everything_there_once(workshop: Path) -> None:
    assert _storm(workshop, "--seed", "1871") == []


def test_two_workers_on_one_postgresql_killed_in_turn_leave_everything_there_once(
    workshop: Path, postgres_cluster: Cluster
) -> None:
    name = f"hub_{secrets.token_hex(6)}"
    postgres_cluster.run(f"CREATE DATABASE {name}")
    try:
        url = postgres_cluster.url(name)
        assert _storm(workshop, "--seed", "1872", "--database", url, "--workers", "2") == []
    finally:
        postgres_cluster.run(f"DROP DATABASE {name} WITH (FORCE)")
