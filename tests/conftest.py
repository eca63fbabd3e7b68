"""What every test shares: Hypothesis profiles and the rigs.

`HYPOTHESIS_PROFILE` chooses how hard the property tests look: `quick` (`make check`), `default`
(`make test`), `thorough` (an hour to spare). No profile has a deadline: nothing here is timed.
"""

import os

from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.rigs.postgres",
    "tests.rigs.swift",
    "tests.rigs.sshd",
    "tests.rigs.houses",
    "tests.rigs.depots",
    "tests.rigs.desks",
    "tests.rigs.wheels",
]

for _name, _examples in {"quick": 25, "default": 100, "thorough": 3000}.items():
    settings.register_profile(
        _name,
        max_examples=_examples,
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
