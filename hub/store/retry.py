"""How often a work that lost a race is done again, and which errors say that the store is away."""

import sqlite3
import sys
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import TimeoutError as NoneFree

from hub.errors import Conflict

T = TypeVar("T")

ATTEMPTS = 5
"""A work is run at most so often; a Conflict in the last run is raised."""


def is_away(error: BaseException) -> bool:
    """Return whether an error says that the database cannot work now: gone, locked, disk full."""
    kinds: list[type[BaseException]] = [sqlite3.OperationalError]
    psycopg = sys.modules.get("psycopg")  # only where PostgreSQL is used
    if psycopg is not None:
        kinds.append(psycopg.OperationalError)
    # Class 54: a value beyond what the database takes. It works, for everybody else.
    limits = str(getattr(error, "sqlstate", None) or "").startswith("54")
    return isinstance(error, tuple(kinds)) and not limits


def is_taken_up(error: BaseException) -> bool:
    """Return whether all connections to the database were in use for too long; it works."""
    return isinstance(error, NoneFree)


def again(attempt: Callable[[], T]) -> T:
    """Run a whole transaction until it meets no Conflict, `ATTEMPTS` times."""
    for _ in range(ATTEMPTS - 1):
        try:
            return attempt()
        except Conflict:
            continue
    return attempt()
