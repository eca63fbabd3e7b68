"""How much of what is wrong is told: a broken paper must not fill a store or a person's screen."""

import re
from collections.abc import Sequence

from hub.domain.exchange import Problem, Severity

MOST_PROBLEMS = 100
MORE = "more"
"""The code of the problem that says how many are left out."""
_LEFT_OUT = re.compile(r"(\d+) more problems")


def foremost(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return the problems, of very many the first MOST_PROBLEMS, errors before warnings.

    One problem more then says how many are left out; it is as bad as the worst of them. What was
    left out of the problems before is counted with them.
    """
    if len(problems) <= MOST_PROBLEMS:
        return tuple(problems)
    ordered = sorted(problems, key=_rank)
    told = sum(problem.code != MORE for problem in ordered[:MOST_PROBLEMS])
    left = ordered[told:]
    rest = Problem(
        code=MORE,
        text=f"{sum(map(_many, left))} more problems of this paper are not listed; "
        "correct these first",
        severity=min(left, key=_severity).severity,
    )
    return (*ordered[:told], rest)


def _rank(problem: Problem) -> tuple[bool, bool]:
    """Problems of their own come first, errors before warnings."""
    return problem.code == MORE, _severity(problem)


def _severity(problem: Problem) -> bool:
    return problem.severity is not Severity.ERROR


def _many(problem: Problem) -> int:
    found = _LEFT_OUT.match(problem.text) if problem.code == MORE else None
    return int(found[1]) if found else 1
