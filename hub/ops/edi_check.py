"""X12 files judged as they lie there: no partner, no page, no store; what they say is all there is.

Of a partner's file `hub.ops.dry_run` says more: whether it is from whom it should be, what it means
and what it would do.
"""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pydantic import BaseModel, ValidationError

from hub.domain.exchange import Problem, Severity, SplitInterchange
from hub.errors import Malformed
from hub.formats import Format
from hub.ops.places import Flaw, flaw

_LONGEST = 200  # characters of a segment that are shown
_HEAD = 4096  # bytes in which the ISA and the first GS stand
_KNOWN_VERSION = re.compile(r"00[45]010[A-Z0-9]{0,6}")
_NOBODY = {"qualifier": "ZZ", "id": "NOBODY"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One problem and the segment in which it stands, empty where no single one is at fault."""

    flaw: Flaw
    segment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPaper:
    """One set and what is wrong with it."""

    set_id: str
    number: str
    version: str
    function: str
    rejected: bool
    problems: tuple[Seen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedInterchange:
    """One envelope, what is wrong with it or its groups, and its sets."""

    number: str
    sender: str
    receiver: str
    problems: tuple[Seen, ...]
    papers: tuple[CheckedPaper, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFile:
    """A whole file, with what is wrong outside of its interchanges."""

    problems: tuple[Seen, ...]
    interchanges: tuple[CheckedInterchange, ...]

    @property
    def errors(self) -> int:
        """How many problems keep something from being used; warnings are not among them."""
        return sum(one.flaw.severity == Severity.ERROR for one in self._seen())

    def _seen(self) -> Iterator[Seen]:
        yield from self.problems
        for one in self.interchanges:
            yield from one.problems
            for paper in one.papers:
                yield from paper.problems


def check(fmt: Format, body: bytes) -> CheckedFile:
    """Judge the bytes of an X12 file; raises nothing on what they say.

    Everybody is taken for whom the envelope names, and the version for the agreed one: those are
    for a partner's page to judge. What a set means is not looked at, nor who needs which segments.
    """
    try:
        found = list(fmt.split(io.BytesIO(body), profile=profile_of(fmt, body)))
    except Malformed as fault:
        return CheckedFile(problems=_seen(body, 0, fault.problems), interchanges=())
    between = [
        problem
        for one in found
        for problem in one.interchange.problems
        if problem.code.endswith("junk")
    ]
    return CheckedFile(
        problems=_seen(body, 0, between),
        interchanges=tuple(_interchange(fmt, body, one) for one in found),
    )


def _interchange(fmt: Format, body: bytes, one: SplitInterchange) -> CheckedInterchange:
    """Judge an interchange once more by itself, as its own envelope would have it."""
    start = one.interchange.offset
    own = body[start : start + one.interchange.length]
    try:
        one = next(fmt.split(io.BytesIO(own), profile=profile_of(fmt, own)))
        problems: Sequence[Problem] = one.interchange.problems
    except Malformed as fault:
        problems = fault.problems
    told = [*problems, *(problem for group in one.groups for problem in group.group.problems)]
    papers = [
        CheckedPaper(
            set_id=document.set_id,
            number=document.number,
            version=document.version,
            function=group.group.function,
            rejected=document.rejected,
            problems=_seen(own, start, document.problems),
        )
        for group in one.groups
        for document in group.documents
    ]
    return CheckedInterchange(
        number=one.interchange.number,
        sender=one.interchange.sender,
        receiver=one.interchange.receiver,
        problems=_seen(own, start, [each for each in told if not each.code.endswith("junk")]),
        papers=tuple(papers),
    )


def _seen(body: bytes, start: int, problems: Sequence[Problem]) -> tuple[Seen, ...]:
    """Return problems of a slice that begins at byte `start` of the file, placed in the file."""
    found = []
    for problem in dict.fromkeys(problems):
        at = problem.where.offset
        moved = replace(problem.where, offset=None if at is None else at + start)
        segment = "" if at is None else _segment(body, at)
        found.append(Seen(flaw=flaw(replace(problem, where=moved)), segment=segment))
    return tuple(found)


def _segment(body: bytes, at: int) -> str:
    mark = body[105:106] if body.startswith(b"ISA") else b""
    if not mark:
        return ""
    begin = body.rfind(mark, 0, at) + 1
    end = body.find(mark, at)
    raw = body[begin : end if end >= 0 else None][: _LONGEST * 2]
    return raw.decode("latin-1").strip("\r\n")[:_LONGEST]


def profile_of(fmt: Format, body: bytes) -> BaseModel:
    """Return the page on which whoever wrote this envelope would have agreed with its reader."""
    isa, group = _words(body)
    version = _KNOWN_VERSION.fullmatch(group[8])
    values = {
        "version": version[0] if version else "004010",
        "usage": "test" if isa[15] == "T" else "production",
        "theirs": {"qualifier": isa[5], "id": isa[6], "group": group[2] or None},
        "ours": {"qualifier": isa[7], "id": isa[8], "group": group[3] or None},
    }
    try:
        return fmt.Config.model_validate(values)
    except ValidationError:
        return fmt.Config.model_validate({"theirs": _NOBODY, "ours": _NOBODY})


def _words(body: bytes) -> tuple[list[str], list[str]]:
    """Return the elements of the first ISA and GS, as many as there may be; empty where not."""
    head = body[body.find(b"ISA") :][:_HEAD].decode("latin-1")
    between, end = head[3:4], head[105:106]
    segments = head.split(end) if between and end else [""]
    isa = [word.strip() for word in segments[0].split(between)] if between else []
    rest = (each.strip().split(between) for each in segments[1:])
    group = next((words for words in rest if words[0] == "GS"), [])
    return [*isa, *[""] * (17 - len(isa))], [*group, *[""] * (9 - len(group))]
