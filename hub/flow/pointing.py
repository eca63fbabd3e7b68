"""What the business finds wrong told with its place in the partner's paper.

Rules speak of places in messages, such as `lines[2]`: the map knows where it read that record. Of
what it does not know, the first place that says the problem's value is taken.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from hub.domain.exchange import Document, Node, Paper, Problem, Segments, Where
from hub.domain.messages import Message
from hub.domain.telling import foremost
from hub.formats import Format
from hub.mapping import Origins, place_of

_STEP = re.compile(r"([a-z_]+)(?:\[(\d{1,9})\])?", re.ASCII)
_First = tuple[str, int, int]
"""A segment's name, its ordinal, the element."""
_FIRST = 2  # the ordinal of a paper's first segment: the set's own ST is 1


def all_traced(
    origins: Origins, message: Message, paper: Paper, problems: Sequence[Problem]
) -> tuple[Problem, ...]:
    """Return a message's problems, those that will be told of very many with their places.

    Each costs a look through the paper.
    """
    worth = set(foremost(problems))
    return tuple(traced(origins, message, paper, one) if one in worth else one for one in problems)


def traced(origins: Origins, message: Message, paper: Paper, problem: Problem) -> Problem:
    """Return a problem of a message with the place at which the map read what it speaks of.

    In that record the value decides, where it says exactly that. A problem of no record of the
    message's, or of one that was put together from several, is returned as it is.
    """
    where = problem.where
    if where.ordinal is not None or where.offset is not None or "[" not in where.path:
        return problem
    begin = _begin(origins, message, where.path)
    if begin is None:
        return problem
    if isinstance(paper, Node):
        found = where.value and place_of(paper, where.value, within=begin.path)
        place = found or begin
    else:
        place = _inside(paper, begin, where.value)
    return replace(problem, where=replace(place, value=where.value))


def _begin(origins: Origins, message: Message, path: str) -> Where | None:
    """Where the innermost record of a path begins whose place is known."""
    record: object = message
    known: Where | None = None
    for step in path.split("."):
        found = _STEP.fullmatch(step)
        record = getattr(record, found[1], None) if found else None
        if found and found[2] and isinstance(record, tuple):
            place = int(found[2])
            record = record[place] if place < len(record) else None
        if record is None:
            break
        known = origins.of(record) or known
    return known if known is not None and (known.ordinal is not None or known.path) else None


def _inside(paper: Segments, begin: Where, value: str) -> Where:
    """The segment of a record that says a value, else the record's first."""
    if begin.ordinal is None:
        return begin
    for ordinal, segment in enumerate(paper[begin.ordinal - _FIRST :], start=begin.ordinal):
        if ordinal > begin.ordinal and segment and segment[0] == begin.segment:
            break  # the next record of the same kind
        if value and value in segment[1:]:
            element = segment.index(value, 1)
            return replace(begin, segment=segment[0], ordinal=ordinal, element=element)
    return begin


def pointed(paper: Paper, problem: Problem) -> Problem:
    """Return a problem of the business's with the place at which the value it speaks of stands.

    The first segment or node that says exactly that value is taken; a problem with a place keeps
    it.
    """
    return all_pointed(paper, (problem,))[0]


def all_pointed(paper: Paper, problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Do so for several; segments are gone through once, a tree once for each."""
    if isinstance(paper, Node):
        return tuple(_in_tree(paper, problem) for problem in problems)
    wanted = {problem.where.value for problem in problems if _is_open(problem)}
    firsts = _firsts(paper, wanted)
    return tuple(_at_first(problem, firsts) for problem in problems)


def _is_open(problem: Problem) -> bool:
    return problem.where.ordinal is None and bool(problem.where.value)


def _in_tree(paper: Node, problem: Problem) -> Problem:
    where = problem.where
    if not _is_open(problem) or where.path.startswith("/"):
        return problem
    place = place_of(paper, where.value)
    return replace(problem, where=place) if place else problem


def _at_first(problem: Problem, firsts: Mapping[str, _First]) -> Problem:
    where = problem.where
    if not _is_open(problem) or where.value not in firsts:
        return problem
    segment, ordinal, element = firsts[where.value]
    found = replace(where, segment=segment, ordinal=ordinal, element=element, path="")
    return replace(problem, where=found)


def _firsts(paper: Segments, wanted: set[str]) -> dict[str, _First]:
    """Where each of some values stands first."""
    found: dict[str, _First] = {}
    for ordinal, segment in enumerate(paper, start=_FIRST):
        if len(found) == len(wanted):
            break
        if wanted.isdisjoint(segment):
            continue
        for element, value in enumerate(segment[1:], start=1):
            if value in wanted and value not in found:
                found[value] = (segment[0], ordinal, element)
    return found


def located(
    fmt: Format, body: bytes, *, document: Document, problems: Sequence[Problem]
) -> tuple[Problem, ...]:
    """Return problems with their bytes, as far as the format finds them; in one go if it can."""
    together = getattr(fmt, "located", None)
    if together is not None:
        return tuple(together(body, document=document, problems=tuple(problems)))
    return tuple(fmt.locate(body, document=document, problem=one) for one in problems)
