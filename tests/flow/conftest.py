"""A store for every test of the flow, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.store import Store
from tests.rigs.stores import ENGINES, open_store, store_url


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Which engine the test runs on."""
    return str(request.param)


@pytest.fixture
def database(engine: str, request: pytest.FixtureRequest) -> str:
    """The address of a PostgreSQL database without a row, or nothing where SQLite needs none."""
    return "" if engine == "sqlite" else str(request.getfixturevalue("ready_postgres"))


@pytest.fixture
def address(engine: str, database: str, tmp_path: Path) -> str:
    """What another process needs to open the same store."""
    return store_url(engine, tmp_path, database)


@pytest.fixture
def store(engine: str, database: str, tmp_path: Path) -> Iterator[Store]:
    """An empty store, closed when the test is over."""
    opened = open_store(engine, tmp_path, database)
    yield opened
    opened.close()
