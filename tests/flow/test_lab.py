"""Every scenario that comes with the hub, played as `hub lab run` does, and the lab's promises."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.cli.desk import Desk
from hub.cli.lab import as_values, play
from hub.cli.root import commands
from hub.lab.misdeeds import Does
from hub.lab.scenario import SHIPPED, load

PAGES = sorted(SHIPPED.glob("*.yaml"))


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_a_scenario_ends_as_its_page_says(page: Path) -> None:
    played = play(page, {})
    assert played.wrong == ()
    assert played.story


def test_six_partners_in_five_languages_are_one_story_on_the_other_store_too(
    ready_postgres: str,
) -> None:
    played = play(SHIPPED / "one-order-six-partners.yaml", {}, database=ready_postgres)
    assert played.wrong == ()


def test_a_dozen_scenarios_show_every_misbehaviour() -> None:
    scenarios = [load(page.name, page.read_text()) for page in PAGES]
    assert len(scenarios) >= 12
    assert {one.does for scenario in scenarios for one in scenario.misbehaviour} == set(Does)


def test_the_same_seed_tells_the_same_story_to_the_letter() -> None:
    page = SHIPPED / "bad-week.yaml"
    first, again = as_values(play(page, {})), as_values(play(page, {}))
    assert first == again


FAILING = """\
about: Nobody is late here, whatever the page says.
until: 12h
partners: {acme: {sells: {JUN-MUG-BLUE: 4}}}
orders: {J-1: {lines: {JUN-MUG-BLUE: 1}}}
expect:
  orders: {J-1: {word: Delayed, parcels: 2, partners: [], lines: {"1": {shipped: 0}, "2": {}}}}
  exceptions: {overdue-shipment: 1}
  cleared: {file: 1}
  papers: {acme: {850: 2}}
"""


def test_what_did_not_end_as_expected_is_told_all_at_once_and_ends_with_one(
    tmp_path: Path,
) -> None:
    page = tmp_path / "failing.yaml"
    page.write_text(FAILING)
    done = CliRunner().invoke(commands, ["lab", "run", str(page), "--json"], obj=Desk({}))
    assert done.exit_code == 1
    (told,) = json.loads(done.stdout)["scenarios"]
    assert told["passed"] is False
    assert told["wrong"] == [
        "J-1 is 'Shipped', not 'Delayed'",
        "J-1 was asked of acme, not of nobody",
        "J-1 has 1 parcels, not 2",
        "J-1 line 1: 1 shipped, not 0",
        "J-1 has no line 2",
        "0 open exceptions overdue-shipment, not 1",
        "0 exceptions file that closed themselves, not 1",
        "acme: 1 papers 850, not 2",
    ]


def test_a_short_story_and_a_verdict_are_printed() -> None:
    done = CliRunner().invoke(commands, ["lab", "run", "straight-through"], obj=Desk({}))
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0].startswith("straight-through: ")
    assert "  day 1 00:00  juniper places J-1: 2 Stoneware mug, blue" in lines
    assert "  day 1 06:00  J-1 is Shipped" in lines
    assert lines[-1] == "PASS"
