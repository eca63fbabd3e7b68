"""The whole demo as a user starts it, in an empty directory, beside another installation."""

import json
import os
import re
import stat
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.oracle import judge

COMMAND = [sys.executable, "-m", "hub", "demo", "--no-open", "--exit-when-done", "--json"]


def run(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    environment = {name: text for name, text in os.environ.items() if not name.startswith("HUB_")}
    root = Path(__file__).parents[2]
    environment |= {
        "HUB_DATA_DIR": str(folder / "another"),
        "HUB_PARTNER_CONFIGS": str(folder / "nowhere"),
        "PYTHONPATH": str(root),
    }
    return subprocess.run(
        [*COMMAND, "--port", "0", *more],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        umask=0o022,  # as most machines have it
    )


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("demo")
    done = run(folder)
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout)


def orders_in(folder: Path) -> Counter[str]:
    """Purchase order numbers in the 850s that lie at the suppliers."""
    texts = [path.read_text() for path in (folder / ".demo" / "partners").glob("*/in/*_850_*.edi")]
    return Counter(
        number for text in texts for number in re.findall(r"BEG\*00\*DS\*([^*]+)\*", text)
    )


def shipped(folder: Path) -> Counter[tuple[str, str]]:
    """(notice, tracking) in the ship notices that the hub has taken."""
    paths = sorted((folder / ".demo" / "partners").glob("*/out/taken/*_856_*.edi*"))
    texts = [path.read_text() for path in paths]
    return Counter(
        (re.findall(r"BSN\*00\*([^*]+)\*", text)[0], tracking)
        for text in texts
        if "*SOME*" not in text
        for tracking in set(re.findall(r"(?:MAN\*CP|REF\*2I)\*([^~]+)~", text))
    )


def test_every_order_ends_as_intended(played) -> None:
    _, told = played
    words = Counter(order["status"] for order in told["orders"])
    assert words == {"Shipped": 19, "Part shipped": 1}
    assert told["missing"] == []
    assert all(order["parcels"] for order in told["orders"])
    assert {order["brand"] for order in told["orders"]} == {"juniper", "harbor"}


def test_only_the_intended_exceptions_are_left(played) -> None:
    _, told = played
    assert sorted(row["kind"] for row in told["exceptions"]) == ["no-source", "rejected"]
    assert all(row["next_step"] for row in told["exceptions"])


def test_the_suppliers_folders_show_everything_once(played) -> None:
    folder, told = played
    asked = orders_in(folder)
    assert set(asked.values()) == {1}
    assert len(asked) == 20 + sum(len(order["partners"]) - 1 for order in told["orders"])
    gone = shipped(folder)
    assert set(gone.values()) == {1}
    assert len(gone) == sum(order["parcels"] for order in told["orders"])


def test_nothing_is_left_at_the_door_and_what_we_sent_is_clean(played) -> None:
    folder, _ = played
    partners = folder / ".demo" / "partners"
    assert [path for path in partners.glob("*/out/*") if path.is_file()] == []
    sent = list(partners.glob("*/in/*"))
    assert {path.name.split("_")[1] for path in sent} == {"850", "997"}
    assert [(path.name, found) for path in sent for found in judge(path.read_bytes())] == []


def test_secrets_are_for_their_owner_only_and_nothing_lies_elsewhere(played) -> None:
    folder, _ = played
    demo = folder / ".demo"
    assert [path.name for path in folder.iterdir()] == [".demo"]
    for path in (demo / "api-keys.json", demo / "master.key", demo / "keys" / "acme"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_the_demo_keeps_is_for_its_owner_only(played) -> None:
    demo = played[0] / ".demo"
    folders = (demo, demo / "keys", demo / "partner_configs", demo / "partners")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folders}
    assert set(modes.values()) == {0o700}, modes
    files = [demo / "demo.log", *demo.glob("hub.db*")]
    assert len(files) >= 2
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in files}
    assert set(modes.values()) == {0o600}, modes


def test_the_demos_log_is_silent_about_what_always_happens(played) -> None:
    log = (played[0] / ".demo" / "demo.log").read_text()
    assert "alembic" not in log


def test_a_second_run_goes_on_and_doubles_nothing(played) -> None:
    folder, told = played
    asked, gone = orders_in(folder), shipped(folder)
    again = run(folder)
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["orders"] == told["orders"]
    assert (orders_in(folder), shipped(folder)) == (asked, gone)


def test_a_directory_that_is_not_the_demos_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").touch()
    done = run(tmp_path, "--dir", "mine", "--reset")
    assert done.returncode == 1
    assert "was not made by the demo" in done.stderr
    assert (tmp_path / "mine" / "thesis.txt").exists()
