"""How often a work that lost a race is done again."""

from collections.abc import Callable
from typing import TypeVar

from hub.errors import Conflict

T = TypeVar("T")

ATTEMPTS = 5
"""A work is run at most so often; a Conflict in the last run is raised."""


def again(attempt: Callable[[], T]) -> T:
    """Run a whole transaction until it meets no Conflict, `ATTEMPTS` times."""
    for _ in range(ATTEMPTS - 1):
        try:
            return attempt()
        except Conflict:
            continue
    return attempt()
