"""What a journey is: where it begins, what it may take, and the walk itself."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.web.journeys.houses import World
from tests.web.walker import Walker, Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a journey may take at most; seconds are those of the keystroke-level model."""

    clicks: int
    seconds: float
    fields: int = 0
    scans: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A journey by its number and what it is about; `walk` goes it once and returns the counts."""

    number: str
    about: str
    goal: Goal
    walk: Callable[[World, Way], Walker]


def within(walker: Walker, goal: Goal) -> list[str]:
    """Say what took more than it may; empty when nothing did."""
    counted = {
        "clicks": (walker.clicks, goal.clicks),
        "fields": (walker.fields, goal.fields),
        "scans": (walker.scans, goal.scans),
        "seconds": (round(walker.model, 1), goal.seconds),
    }
    return [f"{took} {name}, not {most}" for name, (took, most) in counted.items() if took > most]
