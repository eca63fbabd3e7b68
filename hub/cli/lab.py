"""`hub lab`: simulated partners on a clock of their own; scenarios with a verdict."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from hub.cli.desk import Desk, pass_desk
from hub.cli.lab_open import open_
from hub.cli.shown import Failure, ShownGroup, as_json

if TYPE_CHECKING:
    from datetime import datetime

    from hub.lab.verdicts import Played

NOT_PASSED = 1
EPILOG = """\
hub lab list                           the scenarios that come with the hub
hub lab run refused-and-refilled       play one, with its story
hub lab run mine.yaml other.yaml       play your own
hub lab open --speed 3600              partners that wait for your orders, an hour in a second"""


@click.group(cls=ShownGroup, epilog=EPILOG)
def lab() -> None:
    """Try partners without any: they read and write real papers, at any speed you like."""


lab.add_command(open_)


@lab.command(epilog="hub lab run short-shipped\nhub lab run mine.yaml --json")
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO…")
@click.option("--quiet", is_flag=True, help="Verdicts only, no stories.")
@as_json
@pass_desk
def run(desk: Desk, scenarios: tuple[str, ...], quiet: bool, as_json: bool) -> None:
    """Play scenarios: files, names of those that come with the hub, or `all` of these.

    Ends with 1 when one of them does not end as its page says.
    """
    played = []
    for path in _pages(scenarios):
        one = play(path, desk.environment)
        played.append(one)
        if not as_json:
            _tell(desk, one, quiet=quiet)
    if as_json:
        desk.json({"scenarios": [as_values(one) for one in played]})
    if not all(one.passed for one in played):
        click.get_current_context().exit(NOT_PASSED)


@lab.command("list", epilog="hub lab list --json")
@as_json
@pass_desk
def list_(desk: Desk, as_json: bool) -> None:
    """Show the scenarios that come with the hub."""
    from hub.lab.scenario import SHIPPED, load

    rows = [
        (path.stem, load(path.name, path.read_text()).about)
        for path in sorted(SHIPPED.glob("*.yaml"))
    ]
    if as_json:
        desk.json({"scenarios": [{"name": name, "about": about} for name, about in rows]})
    else:
        desk.table(("SCENARIO", "ABOUT"), rows)


def _pages(scenarios: Sequence[str]) -> Iterator[Path]:
    from hub.lab.scenario import SHIPPED

    for name in scenarios:
        shipped = SHIPPED / f"{name}.yaml"
        if name == "all":
            yield from sorted(SHIPPED.glob("*.yaml"))
        elif shipped.is_file():
            yield shipped
        elif Path(name).is_file():
            yield Path(name)
        else:
            raise Failure(f"there is no scenario {name!r}", then="hub lab list")


def play(path: Path, environment: Mapping[str, str], *, database: str = "") -> "Played":
    """Play the scenario on a page, in a directory that is gone afterwards.

    `database` is the address of an empty store; without, it is an embedded one in that directory.
    """
    from hub.cli.lab_hub import opened
    from hub.lab.clock import TurnedClock
    from hub.lab.scenario import load
    from hub.lab.stage import Stage, claimed
    from hub.lab.terms import Pace
    from hub.lab.verdicts import judged
    from hub.lab.world import Astray, World, firms_of

    scenario = load(str(path), path.read_text())
    clock = TurnedClock(scenario.begins)
    shelves = {key: one.sells for key, one in scenario.partners.items()}
    with TemporaryDirectory(prefix="hub-lab-") as made, claimed(Path(made) / "lab", reset=False):
        folder = Path(made) / "lab"
        stage = Stage(folder, clock=clock, pace=Pace(), firms=firms_of(scenario))
        try:
            stage.open(shelves)
            with opened(
                folder,
                environment,
                clock=clock,
                seed=scenario.seed,
                sellers=shelves,
                callers=stage.callers,
                guests=stage.guests,
                database=database,
            ) as hub:
                world = World(scenario=scenario, stage=stage, hub=hub, clock=clock)
                world.play()
                return judged(path.stem, world)
        except Astray as fault:
            raise Failure(f"{path}: {fault}") from fault
        finally:
            stage.stop()


def _tell(desk: Desk, played: "Played", *, quiet: bool) -> None:
    desk.write(f"{played.name}: {played.about}", bold=True)
    begins = played.story[0].at if played.story else None
    for line in played.story if not quiet else ():
        desk.write(f"  {_since(line.at, begins)}  {line.words}")
    for wrong in played.wrong:
        desk.write(f"  {wrong}", colour="red")
    desk.write("PASS" if played.passed else "FAIL", colour="green" if played.passed else "red")


def _since(at: "datetime", begins: "datetime | None") -> str:
    passed = (at - begins).total_seconds() if begins else 0
    days, rest = divmod(int(passed), 86_400)
    return f"day {days + 1} {rest // 3600:02d}:{rest % 3600 // 60:02d}"


def as_values(played: "Played") -> dict[str, object]:
    """Return everything of a scenario that was played, with stable keys."""
    return {
        "name": played.name,
        "about": played.about,
        "passed": played.passed,
        "wrong": list(played.wrong),
        "orders": dict(played.words),
        "exceptions": dict(played.exceptions),
        "cleared": dict(played.cleared),
        "papers": {partner: dict(sets) for partner, sets in played.papers.items()},
        "story": [{"at": line.at.isoformat(), "words": line.words} for line in played.story],
    }
