"""SIGKILL around every step of both rivers, on both engines: everything is there once."""

import secrets

import pytest

from tests.faults.conftest import Swept
from tests.rigs.postgres import Cluster

FEWEST = {"out": 40, "in": 55, "several-in": 20}  # points: a sweep of less looks away


def _judge(scene: str, verdicts: dict[str, list[str]]) -> None:
    assert len(verdicts) >= FEWEST[scene], list(verdicts)
    assert list(verdicts)[-1].endswith("not killed")
    assert {point: found for point, found in verdicts.items() if found} == {}


@pytest.mark.parametrize("scene", FEWEST)
def test_killed_between_any_two_steps_on_sqlite_everything_is_there_once(
    scene: str, swept: Swept
) -> None:
    _judge(scene, swept(scene))


@pytest.mark.parametrize("scene", FEWEST)
def test_killed_between_any_two_steps_on_postgresql_everything_is_there_once(
    scene: str, swept: Swept, postgres_cluster: Cluster
) -> None:
    name = f"hub_{secrets.token_hex(6)}"
    postgres_cluster.run(f"CREATE DATABASE {name}")
    try:
        _judge(scene, swept(scene, "--database", postgres_cluster.url(name)))
    finally:
        postgres_cluster.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        postgres_cluster.run(f"DROP DATABASE IF EXISTS {name}_template WITH (FORCE)")
