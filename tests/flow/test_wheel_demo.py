"""The installed wheel runs the whole demo from an empty directory."""

import json

from tests.rigs.wheels import Installed


def test_the_wheel_runs_the_demo_from_an_empty_directory(installed: Installed) -> None:
    done = installed.hub("demo", "--no-open", "--exit-when-done", "--json", "--port", "0")
    assert done.returncode == 0, done.stderr
    orders = json.loads(done.stdout)["orders"]
    assert len(orders) == 20
    assert {order["status"] for order in orders} == {"Shipped", "Part shipped"}
