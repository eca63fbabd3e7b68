"""How problems of this format are worded, and which of their words may be people's."""

from dataclasses import replace

from hub.domain.exchange import Problem, Severity, Where, unquoted
from hub.domain.people import is_about_people
from hub.errors import Malformed

CUT = 99  # characters of a value that are kept


def flaw(code: str, text: str, *, where: Where, severity: Severity = Severity.ERROR) -> Problem:
    """Return a Problem of this format."""
    return Problem(code=code, text=text, where=where, severity=severity)


def malformed(code: str, text: str, offset: int, path: str = "") -> Malformed:
    """Return what is raised for a file that cannot be used as a whole, with the byte."""
    return Malformed([flaw(code, text, where=Where(offset=offset, path=path))])


def refuse_encoding(start: bytes) -> None:
    """Raise Malformed, naming the encoding, for a file that does not begin as UTF-8 does."""
    for marks, name in (
        ((b"\xff\xfe", b"\xfe\xff"), "UTF-16"),
        ((b"{\0", b"[\0", b"\0{", b"\0["), "UTF-16"),
        ((b"\0\0",), "UTF-32"),
    ):
        if start.startswith(marks):
            raise malformed("json-encoding", f"the file is in {name}; JSON is UTF-8", 0)


def not_utf8(offset: int) -> Malformed:
    """Return what is raised for bytes that are no UTF-8."""
    return malformed("json-encoding", "the bytes from here on are not UTF-8, as JSON is", offset)


def discreet(problem: Problem) -> Problem:
    """Return a problem fit to be kept and shown: where people's words stand, without them."""
    if not is_about_people(problem.where.path):
        return problem
    text = unquoted(problem.text)
    if problem.where.value:
        text = text.replace(problem.where.value, "(not shown)")
    return replace(problem, text=text, where=replace(problem.where, value=""))
