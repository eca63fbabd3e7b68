"""Paths of problems → bytes and lines, all of a paper's in one pass."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from hub.domain.exchange import Document, Problem
from hub.errors import Malformed
from hub.formats.xml.scanning import Scan, run
from hub.formats.xml.syntax import Syntax
from hub.formats.xml.trees import WIDEST
from hub.formats.xml.wording import local

_STEP = re.compile(r"(?:[^:/\[\]]*:)?([^:/\[\]]+)(?:\[(\d{1,9})\])?")
_Way = tuple[tuple[str, int], ...]
LINE = ", line "


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an element stands: its first byte in the document's slice, its line in the file."""

    offset: int
    line: int


def located(
    body: bytes, *, document: Document, problems: Collection[Problem]
) -> tuple[Problem, ...]:
    """Return problems that name a path (`/Order/Line[2]/@no`) with the byte and line it leads to.

    Names are compared without their namespaces. What is not there is looked for as far as its path
    goes. A problem that has a byte or a line, or no path, is returned as it is.
    """
    paths = {problem.where.path for problem in problems if _is_open(problem)}
    places = _places(body, document, paths) if paths and body else {}
    return tuple(_placed(problem, places, document) for problem in problems)


def _is_open(problem: Problem) -> bool:
    where = problem.where
    return where.offset is None and where.path.startswith("/") and LINE not in where.path


def _placed(problem: Problem, places: Mapping[str, Place], document: Document) -> Problem:
    where = problem.where
    found = places.get(where.path) if _is_open(problem) else None
    if found is None:
        return problem
    path, offset = f"{where.path}{LINE}{found.line}", document.offset + found.offset
    return replace(problem, where=replace(where, offset=offset, path=path))


def _places(body: bytes, document: Document, paths: Collection[str]) -> dict[str, Place]:
    syntax = Syntax.loads(document.syntax)
    above: _Way = tuple((local(name), 1) for name in syntax.at[:-1])
    ways = {path: above + _way(path) for path in paths}
    finder = _Finder(ways.values())
    scan = Scan(limits=WIDEST, begin=finder.begin, end=finder.end, cxml=syntax.cxml)
    finder.scan = scan
    try:
        run(scan, [body])
    except Malformed:
        return {}
    found = {path: finder.deepest(way, least=len(above)) for path, way in ways.items()}
    return {path: place for path, place in found.items() if place is not None}


def _way(path: str) -> _Way:
    steps = (step for step in path.split("/") if step and not step.startswith("@"))
    parsed = (_STEP.fullmatch(step) for step in steps)
    return tuple((found[1], int(found[2] or 1)) for found in parsed if found)


class _Finder:
    """Follows several ways through one pass and remembers every element on them."""

    def __init__(self, ways: Collection[_Way]) -> None:
        self._wanted = {way[:deep] for way in ways for deep in range(1, len(way) + 1)}
        self._met: dict[_Way, Place] = {}
        self._here: _Way = ()
        self._depth = 0
        self._counts: list[dict[str, int]] = [{}]
        self.scan: Scan | None = None

    def begin(self, name: str, attributes: list[str]) -> None:
        """Take an element's start."""
        del attributes
        if self._depth == len(self._here):
            counts, own = self._counts[-1], local(name)  # also of a name as expat spells it
            counts[own] = counts.get(own, 0) + 1
            way = (*self._here, (own, counts[own]))
            if way in self._wanted and self.scan is not None:
                self._met[way] = Place(offset=self.scan.offset, line=self.scan.line)
                self._here = way
                self._counts.append({})
        self._depth += 1

    def end(self) -> None:
        """Take an element's end."""
        if self._depth == len(self._here):
            self._here = self._here[:-1]
            self._counts.pop()
        self._depth -= 1

    def deepest(self, way: _Way, *, least: int) -> Place | None:
        """Return where a way leads as far as it goes; None when not even its root was there."""
        for deep in range(len(way), least, -1):
            if way[:deep] in self._met:
                return self._met[way[:deep]]
        return None
