"""Whether the store can be asked anything just now, and what it says then."""

import logging
import sqlite3
import sys
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from hub.store.store import Store

T = TypeVar("T")

_log = logging.getLogger(__name__)


def asked(ask: Callable[[], T]) -> T | None:
    """Return what `ask` finds in the store, or None when the database cannot be asked now.

    Faults of ours are raised; the database's own are logged.
    """
    try:
        return ask()
    except _of_the_database() as fault:
        _log.warning("the store could not be asked", exc_info=fault)
        return None


def troubles(store: Store, *, hold: str) -> list[str]:
    """Say in sentences what keeps the store from being worked with; empty when nothing does.

    `hold` is that of the exception that tells of wrong pages.
    """
    behind = asked(store.behind)
    if behind is None:
        return ["the store cannot be reached; see that it runs and that HUB_DATABASE_URL names it"]
    if behind:
        return ["the store is older than this program; run `hub migrate`"]
    wrong = asked(lambda: _is_open(store, hold))
    if wrong is None:
        return ["the store cannot be read; see that it runs and has room"]
    return ["pages are wrong; `hub partner check` tells each mistake"] if wrong else []


def _is_open(store: Store, hold: str) -> bool:
    with store.read() as tx:
        return tx.figures.is_open(hold)


def _of_the_database() -> tuple[type[Exception], ...]:
    psycopg = sys.modules.get("psycopg")  # only where PostgreSQL is used
    own = () if psycopg is None else (psycopg.Error,)
    return (SQLAlchemyError, sqlite3.Error, OSError, *own)
