"""A brand's page is published whole or not at all, and what was published outlives a power cut."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hub import settings
from hub.main import build
from hub.partners import load_brands
from tests.rigs.kill import program, read_trace

CALLS = "fsync,rename,renameat,renameat2"


class Shop:
    """A house of brands on disk, and a page of one that waits to be published."""

    def __init__(self, folder: Path) -> None:
        self.brands, self.trace, self.draft = folder / "brands", folder / "trace", folder / "draft"
        shutil.copytree(settings.brands_beside(settings.share_folder()), self.brands)
        self.environment = {"HUB_DATA_DIR": str(folder / "data"), "HUB_BRANDS": str(self.brands)}
        build(self.environment, migrate=True).store.close()
        page = (self.brands / "juniper" / "brand.yaml").read_text()
        self.draft.write_text(page.replace("Juniper Home", "Juniper Garden"))

    @property
    def name(self) -> str:
        """What the brand is called on disk; raises when its page cannot be read."""
        return load_brands(settings.read_pages(self.brands))["juniper"].name

    def publish(self, *words: str) -> int:
        """Publish the draft by command in a process of its own under strace; return its end."""
        strace = str(program("strace", package="strace"))
        traced = [strace, "-f", "-qq", "-y", "-o", str(self.trace), "-e", f"trace={CALLS}", *words]
        command = [sys.executable, "-m", "hub", "brand", "publish", "juniper", str(self.draft)]
        environment = {**os.environ, **self.environment}
        return subprocess.run([*traced, *command], env=environment, capture_output=True).returncode


@pytest.fixture
def shop(workshop: Path) -> Shop:
    """One house."""
    return Shop(workshop)


def test_a_page_is_on_disk_before_it_takes_the_place_of_the_one_before(shop: Shop) -> None:
    assert shop.publish("--seccomp-bpf") == 0
    assert shop.name == "Juniper Garden"
    calls = [one for one in read_trace(shop.trace) if "brands/juniper" in one.text]
    moves = [one for one in calls if one.name.startswith("rename")]
    assert ["brand.yaml.before" in one.text for one in moves] == [True, False]
    for move in moves:
        syncs = [one for one in calls if one.name == "fsync"]
        before = [one for one in syncs if one.ended < move.began and "/juniper/." in one.text]
        after = [one for one in syncs if one.began > move.ended and "/juniper>" in one.text]
        assert before and after, "the bytes before the name, the name before it is told"


def test_who_is_killed_while_publishing_leaves_the_page_before(shop: Shop) -> None:
    assert shop.publish("-e", "inject=rename:signal=SIGKILL:when=2") != 0
    assert shop.name == "Juniper Home"
