import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.lab.firms import CAST
from hub.lab.sites import public_line
from hub.lab.stage import MARKER, Stage, Unfit, claimed
from hub.lab.terms import Pace


def test_a_directory_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    for reset in (False, True):
        with pytest.raises(Unfit, match="not made by the demo"), claimed(tmp_path, reset=reset):
            pass
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_two_demos_do_not_share_a_directory(tmp_path: Path) -> None:
    with (
        claimed(tmp_path, reset=False),
        pytest.raises(Unfit, match="runs in"),
        claimed(tmp_path, reset=True),
    ):
        pass


def test_reset_empties_what_the_demo_made_and_nothing_behind_a_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    demo = tmp_path / "demo"
    with claimed(demo, reset=False):
        (demo / "hub.db").touch()
        (demo / "link").symlink_to(outside)
        (demo / "partners" / "acme").mkdir()
    with claimed(demo, reset=False):
        assert (demo / "hub.db").exists()
    with claimed(demo, reset=True):
        found = sorted(path.name for path in demo.iterdir())
    assert found == sorted(["keys", MARKER, "partner_configs", "partners"])
    assert list((demo / "partners").iterdir()) == []
    assert (outside / "kept").exists()


def test_a_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    line = public_line(tmp_path / "acme")
    assert line.startswith("ssh-ed25519 ")
    assert public_line(tmp_path / "acme") == line
    assert (tmp_path / "acme").stat().st_mode & 0o077 == 0


def test_one_supplier_gets_its_orders_together_long_after_the_demo(tmp_path: Path) -> None:
    noon = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
    with claimed(tmp_path, reset=False):
        stage = Stage(tmp_path, clock=lambda: noon, pace=Pace())
        stage.start()
        stage.stop()
    pages = {path.stem: path.read_text() for path in (tmp_path / "partner_configs").iterdir()}
    assert set(pages) == set(CAST)
    assert [name for name, page in pages.items() if 'cutoff: ["00:30"]' in page] == ["wick"]


def test_a_stage_keeps_its_host_keys_over_a_restart(tmp_path: Path) -> None:
    pins = []
    for _ in range(2):
        with claimed(tmp_path, reset=False):
            stage = Stage(tmp_path, clock=lambda: datetime(2026, 3, 2, tzinfo=UTC), pace=Pace())
            stage.start()
            stage.stop()
        page = (tmp_path / "partner_configs" / "acme.yaml").read_text()
        pins.append(next(row for row in page.splitlines() if "host_key:" in row))
    assert pins[0] == pins[1]


def test_a_fault_that_ended_the_partners_acting_is_told_to_who_looks(tmp_path: Path) -> None:
    broken = threading.Event()

    def clock() -> datetime:
        if broken.is_set():
            raise ZeroDivisionError("the clock fell off the wall")
        return datetime(2026, 3, 2, 12, 30, tzinfo=UTC)

    with claimed(tmp_path, reset=False):
        stage = Stage(tmp_path, clock=clock, pace=Pace())
        stage.start()
        try:
            stage.check()
            broken.set()
            with pytest.raises(ZeroDivisionError, match="fell off the wall"):
                until(stage)
        finally:
            stage.stop()


def test_a_partner_that_meets_a_fault_stops_alone_and_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    noon = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
    with claimed(tmp_path, reset=False):
        stage = Stage(tmp_path, clock=lambda: noon, pace=Pace())
        unread = b"\xff is no text"
        (tmp_path / "partners" / "acme" / "in" / "850.edi").write_bytes(unread)
        stage.start()
        try:
            told = _told(stage)
            assert stage.check() == []
            (tmp_path / "partners" / "delta" / "in" / "850.edi").write_bytes(unread)
            assert "delta met a fault" in _told(stage), "it went on until then"
        finally:
            stage.stop()
    assert "acme met a fault of its own" in told and "UnicodeDecodeError" in told
    logged = [one for one in caplog.records if one.name == "hub.lab" and one.exc_info]
    assert [one.getMessage() for one in logged] == [
        f"the simulated partner {name} met a fault and stops" for name in ("acme", "delta")
    ]
    assert set(stage.fallen) == {"acme", "delta"}


def _told(stage: Stage) -> str:
    told: list[str] = []

    def heard() -> bool:
        told.extend(stage.check())
        return bool(told)

    _wait_for(heard)
    [text] = told
    return text


def _wait_for(done: Callable[[], bool]) -> None:
    """Look for ten seconds at most."""
    for _ in range(100):
        if done():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come to pass")


def until(stage: Stage) -> None:
    """Look at the partners until a fault is told, for ten seconds at most."""
    for _ in range(100):
        stage.check()
        time.sleep(0.1)
