"""The lab as it is opened by hand: live, on a clock that runs faster than the day."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hub.lab.doors import NetDoor
from hub.lab.orders import MAYA, group, order, posted
from tests.house import ROOT

SIX = (
    ("JUN-VASE-LOW", 1),  # acme
    ("JUN-TRUG-WILLOW", 1),  # nordic
    ("JUN-GLOVES-M", 2),  # fjord
    ("HAR-JUG-GLASS", 1),  # kiln
    ("JUN-CUSHION-MOSS", 1),  # mill
    ("HAR-KNIFE-CHEF", 1),  # depot
)


@contextmanager
def opened(folder: Path, *more: str) -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", "hub", "lab", "open", "--dir", str(folder / "lab"), "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [*command, *more], stdout=subprocess.PIPE, text=True, cwd=folder, env=environment
    ) as lab:
        assert lab.stdout is not None
        lines = []
        while not lines or lines[-1] != "}\n":
            lines.append(lab.stdout.readline())
            assert lines[-1], "the lab did not open"
        try:
            yield json.loads("".join(lines))
        finally:
            lab.send_signal(signal.SIGINT)
            assert lab.wait(60) == 0


def test_days_of_the_lab_pass_in_seconds_and_six_partners_ship(tmp_path: Path) -> None:
    speed = ("--speed", "7200", "--at", "2026-11-27T08:00:00+00:00")
    with opened(tmp_path, *speed) as told:
        assert told["at"].startswith("2026-11-27T")
        host, _, port = told["url"].removeprefix("http://").partition(":")
        door, token = NetDoor(host, int(port)), told["keys"]["juniper"]
        new = order("J-1", MAYA, group(MAYA, *SIX))
        body = json.dumps(posted(new)).encode()
        _until(lambda: door.ask("GET", "/v1/stock/JUN-VASE-LOW", token=token).good)
        status = {}
        for _ in range(100):
            if door.ask("POST", "/v1/orders", token=token, body=body, key="one").good:
                break
            time.sleep(0.2)

        def shipped() -> bool:
            nonlocal status
            status = door.ask("GET", "/v1/orders/J-1/status", token=token).json()
            return status["status"] == "Shipped"

        _until(shipped)
        assert len(status["parcels"]) == 6
        assert all(one["shipped_at"] >= "2026-11-27" for one in status["parcels"])


def _until(done: Any, seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, "it did not come to pass"
        time.sleep(0.2)


@pytest.mark.parametrize("words", [("--at", "tomorrow"), ("--speed", "0")])
def test_a_clock_that_cannot_be_is_refused(tmp_path: Path, words: tuple[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hub", "lab", "open", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert list(tmp_path.iterdir()) == []
