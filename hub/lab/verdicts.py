"""Whether a scenario ended as its page says, and everything in which it did not."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hub.lab.scenario import EndKeys, ScenarioKeys
from hub.lab.world import Line, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A scenario that was played: its story, how orders ended, and what is not as expected."""

    name: str
    about: str
    story: tuple[Line, ...]
    words: Mapping[str, str]
    exceptions: Mapping[str, int]
    cleared: Mapping[str, int]
    papers: Mapping[str, Mapping[str, int]]
    wrong: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether everything is as expected."""
        return not self.wrong


def judged(name: str, world: World) -> Played:
    """Hold the end of a scenario against its page."""
    scenario = world.scenario
    found = {number: world.order(number) for number in scenario.orders}
    words = {number: world.status(number).get("status", "") for number in scenario.orders}
    still, over = world.exceptions(is_open=True), world.exceptions(is_open=False)
    papers = {partner: dict(counts) for partner, counts in world.papers().items()}
    return Played(
        name=name,
        about=scenario.about,
        story=tuple(world.story),
        words=words,
        exceptions=dict(still),
        cleared=dict(over),
        papers=papers,
        wrong=(
            *_orders(scenario, words, found),
            *_exceptions(scenario, still, over),
            *_papers(scenario, papers),
        ),
    )


def _orders(
    scenario: ScenarioKeys, words: Mapping[str, str], found: Mapping[str, dict[str, Any]]
) -> Iterator[str]:
    for number, end in scenario.expect.orders.items():
        if words[number] != end.word:
            yield f"{number} is {words[number]!r}, not {str(end.word)!r}"
        if found[number]:
            yield from _order(number, end, found[number])


def _order(number: str, end: EndKeys, found: dict[str, Any]) -> Iterator[str]:
    lines = {line["number"]: line for group in found["ship_groups"] for line in group["lines"]}
    asked = {one["partner"] for line in lines.values() for one in line["sourcing"]["asked"]}
    if end.partners is not None and asked != set(end.partners):
        yield f"{number} was asked of {_all(asked)}, not of {_all(end.partners)}"
    parcels = sum(len(one["packages"]) for one in found["shipments"])
    if end.parcels is not None and parcels != end.parcels:
        yield f"{number} has {parcels} parcels, not {end.parcels}"
    for name, wanted in end.lines.items():
        if name not in lines:
            yield f"{number} has no line {name}"
            continue
        quantities = lines[name]["quantities"]
        for bucket, units in wanted.model_dump(exclude_none=True).items():
            if quantities[bucket] != units:
                yield f"{number} line {name}: {quantities[bucket]} {bucket}, not {units}"


def _exceptions(
    scenario: ScenarioKeys, still: Mapping[str, int], over: Mapping[str, int]
) -> Iterator[str]:
    wanted = scenario.expect.exceptions
    for kind in sorted(still.keys() | wanted.keys()):
        if still.get(kind, 0) != wanted.get(kind, 0):
            yield f"{still.get(kind, 0)} open exceptions {kind}, not {wanted.get(kind, 0)}"
    for kind, count in scenario.expect.cleared.items():
        if over.get(kind, 0) != count:
            yield f"{over.get(kind, 0)} exceptions {kind} that closed themselves, not {count}"


def _papers(scenario: ScenarioKeys, papers: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    for partner, sets in scenario.expect.papers.items():
        for set_id, count in sets.items():
            found = papers[partner].get(set_id, 0)
            if found != count:
                yield f"{partner}: {found} papers {set_id}, not {count}"


def _all(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "nobody"
