"""What every house of a test run would do alike is done once a process: maps compiled, tables made.

A house compiles the same maps and runs the same migrations each time: most of what a small test
costs. Compiling is a pure function of the texts, so its result is kept by them. An empty SQLite
database is filled with the pages of one on which the real migrations have run in this process.
Processes that tests start do all of it themselves.
"""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, inspect

from hub import mapping
from hub.mapping import Library
from hub.store import migrating


@pytest.fixture(scope="session", autouse=True)
def swift_houses() -> Iterator[None]:
    """Keep compiled maps, and tables as migrations make them, for this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mapping, "load", _remembering(mapping.load))
        patch.setattr(migrating, "upgrade", _copying(migrating.upgrade))
        yield


def _remembering(load: Callable[[Mapping[str, str]], Library]) -> Callable[..., Library]:
    """Compile a set of pages once; one with mistakes is compiled, and refused, each time."""
    known: dict[frozenset[tuple[str, str]], Library] = {}

    def loaded(pages: Mapping[str, str]) -> Library:
        key = frozenset(pages.items())
        if key not in known:
            known[key] = load(pages)
        return known[key]

    return loaded


def _copying(upgrade: Callable[[Engine], None]) -> Callable[[Engine], None]:
    """Run the migrations once; later empty SQLite databases are given what they made."""
    made: list[sqlite3.Connection] = []

    def upgraded(engine: Engine) -> None:
        if engine.dialect.name != "sqlite" or inspect(engine).get_table_names():
            upgrade(engine)
            return
        if not made:
            made.append(_made_by(upgrade))
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            made[0].backup(driver)

    return upgraded


def _made_by(upgrade: Callable[[Engine], None]) -> sqlite3.Connection:
    """Return a database in memory as the migrations leave an empty one."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hub.db"
        engine = create_engine(f"sqlite:///{path}")
        upgrade(engine)
        engine.dispose()
        memory = sqlite3.connect(":memory:", check_same_thread=False)
        with sqlite3.connect(path) as file:
            file.backup(memory)
        file.close()
    return memory
