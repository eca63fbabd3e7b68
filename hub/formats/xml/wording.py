"""How problems of this format are worded, and which of their words may be people's."""

from dataclasses import replace

from hub.domain.exchange import NOWHERE, Problem, Severity, Where, unquoted
from hub.domain.people import is_about_people

CUT = 99  # characters of a value that are kept


def flaw(
    code: str, text: str, *, where: Where = NOWHERE, severity: Severity = Severity.ERROR
) -> Problem:
    """Return a Problem of this format."""
    return Problem(code=code, text=text, where=where, severity=severity)


def warned(code: str, text: str, *, where: Where = NOWHERE) -> Problem:
    """Return a Problem that only tells."""
    return flaw(code, text, where=where, severity=Severity.WARNING)


def discreet(problem: Problem) -> Problem:
    """Return a problem fit to be kept and shown: where people's words stand, without them.

    An element counts as a person's when its name, or that of one around it, says so: there is no
    list of the names that partners invent.
    """
    if not is_about_people(problem.where.path):
        return problem
    text = unquoted(problem.text)
    if problem.where.value:
        text = text.replace(problem.where.value, "(not shown)")
    return replace(problem, text=text, where=replace(problem.where, value=""))


def local(name: str) -> str:
    """Return a name without its namespace."""
    return name.rpartition("}")[2]
