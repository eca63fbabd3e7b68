"""SIGKILL before every system call that changes anything, and everything is there once (SQLite)."""

import pytest

from tests.faults.conftest import Swept

SHARES = 3  # of one scene's points, so that two processors have something to share


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("scene", ["one-out", "notice-in"])
def test_killed_before_any_system_call_everything_is_there_once(
    scene: str, share: int, swept: Swept
) -> None:
    verdicts = swept(scene, "--system-calls", "--share", str(share), str(SHARES))
    missed = [point for point in verdicts if point.endswith("not killed")]
    assert len(verdicts) - len(missed) >= 60, missed
    assert {point: found for point, found in verdicts.items() if found} == {}
