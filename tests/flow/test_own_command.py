"""`hub partner settings`: what a partner set beside its page, shown, set and taken back."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.cli.desk import WHO, Desk
from hub.cli.root import commands
from tests.rigs.houses import House, furnish


@pytest.fixture
def acme(tmp_path: Path) -> Iterator[House]:
    """A house with Acme."""
    house = furnish(tmp_path)
    yield house
    house.close()


def _hub(folder: Path, *words: str, code: int = 0) -> Result:
    environment = {
        "HUB_DATA_DIR": str(folder / "data"),
        "HUB_PARTNER_CONFIGS": str(folder / "partners"),
    }
    told = CliRunner().invoke(commands, ["partner", "settings", *words], obj=Desk(environment))
    assert told.exit_code == code, told.output
    return told


def test_settings_are_shown_set_and_taken_back(acme: House, tmp_path: Path) -> None:
    assert "its page" in _hub(tmp_path, "acme").stdout
    _hub(tmp_path, "acme", "--zone", "America/Denver", "--carriers", "ups,fedex")
    told = json.loads(_hub(tmp_path, "acme", "--json").stdout)["settings"]
    assert told["zone"] == "America/Denver" and told["page_zone"] == "UTC"
    assert told["zone_said"]["who"] == WHO and told["carriers"] == ["ups", "fedex"]
    acme.parts.partners.own.look_again()
    assert acme.parts.partners.get("acme").carriers == ("ups", "fedex")
    table = _hub(tmp_path, "acme", "--take-back", "zone").stdout
    assert "UTC" in table and "America/Denver" not in table


def test_everything_that_is_named_is_set_or_nothing(acme: House, tmp_path: Path) -> None:
    days = ("--day-off", "2019-12-24", "--work-on", "2098-12-24")
    words = ("acme", "--zone", "America/Denver", *days, "--carriers", "ups,pigeon,owl")
    told = _hub(tmp_path, *words, code=1).stderr
    for wrong in ("day 2019-12-24: ", "day 2098-12-24: ", "carriers owl: ", "carriers pigeon: "):
        assert wrong in told
    assert "4 mistakes; nothing was set" in told and "zone" not in told
    with acme.parts.store.read() as tx:
        assert tx.own.all() == []
        assert not [one for one in tx.desk.inputs("acme", limit=9) if one.who == WHO]


@pytest.mark.parametrize(
    "words",
    [
        ("acme", "--zone", "Mars/Olympus"),
        ("acme", "--carriers", "pigeon"),
        ("nobody",),
    ],
)
def test_what_cannot_be_is_refused(acme: House, tmp_path: Path, words: tuple[str, ...]) -> None:
    _hub(tmp_path, *words, code=1)
    with acme.parts.store.read() as tx:
        assert tx.own.all() == []


def test_only_settings_and_days_are_taken_back(acme: House, tmp_path: Path) -> None:
    _hub(tmp_path, "acme", "--carriers", "ups")
    assert "name" in _hub(tmp_path, "acme", "--take-back", "name", code=2).output
    _hub(tmp_path, "acme", "--take-back", "2026-12-24")
    with acme.parts.store.read() as tx:
        assert [(row.setting, row.value) for row in tx.own.all()] == [("carriers", "ups")]
