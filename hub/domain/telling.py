"""How much of what is wrong is told: a broken paper must not fill a store or a person's screen."""

from collections.abc import Sequence

from hub.domain.exchange import Problem, Severity

MOST_PROBLEMS = 100


def foremost(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return the problems, of very many the first MOST_PROBLEMS, errors before warnings.

    One problem more then says how many are left out; it is as bad as the worst of them.
    """
    if len(problems) <= MOST_PROBLEMS:
        return tuple(problems)
    ordered = sorted(problems, key=lambda problem: problem.severity is not Severity.ERROR)
    left = ordered[MOST_PROBLEMS:]
    rest = Problem(
        code="more",
        text=f"{len(left)} more problems of this paper are not listed; correct these first",
        severity=left[0].severity,
    )
    return (*ordered[:MOST_PROBLEMS], rest)
