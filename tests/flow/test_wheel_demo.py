"""The installed wheel runs the whole demo from an empty directory."""

import json

from tests.rigs.wheels import Installed


def test_the_wheel_runs_the_demo_from_an_empty_directory(installed: Installed) -> None:
    done = installed.hub("demo", "--no-open", "--exit-when-done", "--json", "--port", "0")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert len(told["orders"]) == 40
    assert (told["missing"], len(told["pages"])) == ([], 5)
