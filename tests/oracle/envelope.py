"""Order, counts and numbers of the envelope: ISA GS ST … SE GE IEA."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.oracle.finding import Finding
from tests.oracle.splitting import Interchange, Segment

OPENS = {"ISA": (), "GS": ("ISA",), "ST": ("ISA", "GS")}
CLOSES = {"SE": ("ISA", "GS", "ST"), "GE": ("ISA", "GS"), "IEA": ("ISA",)}
NUMBER_AT = {"ISA": 13, "GS": 6, "ST": 2}
TWICE = {"ISA": "", "GS": "envelope-group-number", "ST": "envelope-set-number"}


@dataclass(slots=True, kw_only=True)
class _Level:
    tag: str
    number: str
    ordinal: int
    children: int = 0
    numbers: set[str] = field(default_factory=set)


def nested(interchange: Interchange) -> tuple[Finding, ...]:
    """Say where the envelope is out of order; empty means every start has its end in place."""
    open_tags: tuple[str, ...] = ()
    for ordinal, segment in enumerate(interchange.segments, 1):
        tag = segment[0]
        expected = _expected(tag)
        if open_tags != expected:
            where = " ".join(open_tags) or "nothing"
            return (_finding(tag, ordinal, "envelope-nesting", f"{tag} stands inside {where}"),)
        if tag in OPENS:
            open_tags = (*open_tags, tag)
        elif tag in CLOSES:
            open_tags = open_tags[:-1]
    if open_tags:
        return (_finding("", 0, "envelope-nesting", f"{open_tags[-1]} is never closed"),)
    return ()


def counted(interchange: Interchange) -> Iterator[Finding]:
    """Yield wrong counts and numbers of a well nested interchange.

    SE01 segments, GE01 sets, IEA01 groups; SE02 = ST02, GE02 = GS06, IEA02 = ISA13; no number
    twice inside what holds it.
    """
    levels: list[_Level] = []
    for ordinal, segment in enumerate(interchange.segments, 1):
        tag = segment[0]
        if tag in OPENS:
            level = _Level(tag=tag, number=_at(segment, NUMBER_AT[tag]), ordinal=ordinal)
            if levels:
                yield from _entered(levels[-1], level)
            levels.append(level)
        elif tag in CLOSES:
            yield from _closed(levels.pop(), segment, ordinal)


def sets(interchange: Interchange) -> Iterator[tuple[Segment, ...]]:
    """Yield each set of a well nested interchange, from ST to SE."""
    start = 0
    for place, segment in enumerate(interchange.segments):
        if segment[0] == "ST":
            start = place
        elif segment[0] == "SE":
            yield interchange.segments[start : place + 1]


def _expected(tag: str) -> tuple[str, ...]:
    if tag == "TA1":
        return ("ISA",)
    return OPENS.get(tag, CLOSES.get(tag, ("ISA", "GS", "ST")))


def _entered(parent: _Level, level: _Level) -> Iterator[Finding]:
    parent.children += 1
    if level.number in parent.numbers:
        text = f"number {level.number} twice in one {parent.tag}"
        ordinal = 1 if level.tag == "ST" else level.ordinal
        yield _finding(level.tag, ordinal, TWICE[level.tag], text)
    parent.numbers.add(level.number)


def _closed(level: _Level, segment: Segment, ordinal: int) -> Iterator[Finding]:
    tag = segment[0]
    in_set = ordinal - level.ordinal + 1
    counted_here, ordinal = (in_set, in_set) if tag == "SE" else (level.children, ordinal)
    if _at(segment, 1) != str(counted_here):
        text = f"{tag}01 says {_at(segment, 1)!r}, counted {counted_here}"
        yield _finding(tag, ordinal, "envelope-count", text, element=f"{tag}01")
    if _at(segment, 2) != level.number:
        text = f"{tag}02 says {_at(segment, 2)!r}, {level.tag} says {level.number!r}"
        yield _finding(tag, ordinal, "envelope-number", text, element=f"{tag}02")


def _at(segment: Segment, place: int) -> str:
    return segment[place] if place < len(segment) else ""


def _finding(tag: str, ordinal: int, code: str, text: str, *, element: str = "") -> Finding:
    return Finding(segment=tag, ordinal=ordinal, element=element, code=code, text=text)
