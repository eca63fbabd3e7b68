"""What pyx12, an X12 engine of somebody else's, says of a file; only where it is installed.

Its reader counts segments, sets and groups. It comes without maps of the sets of trade, and what it
has no map for is said: silence about those is no verdict.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

ENGINE = "pyx12"
NO_MAP = "no map"
UNUSED_MAP = "its map is not used"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that pyx12 says is wrong; `ordinal` counts segments of the file from 1."""

    segment: str
    ordinal: int
    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unjudged:
    """Sets of one kind that pyx12 looked at no further than their counts and numbers, and why."""

    set_id: str
    function: str
    version: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """All that pyx12 says of a file; `release` is its own."""

    release: str
    findings: tuple[Finding, ...]
    unjudged: tuple[Unjudged, ...]


def at_hand() -> bool:
    """Say whether pyx12 is installed; it never comes along by itself."""
    return find_spec(ENGINE) is not None


def opinion(body: bytes) -> Opinion:
    """Let pyx12 read a file; raises nothing on what it says. ImportError without pyx12."""
    from pyx12.errors import X12Error
    from pyx12.x12file import X12Reader

    findings: list[Finding] = []
    unjudged: dict[Unjudged, None] = {}
    try:
        reader = X12Reader(io.StringIO(body.decode("latin-1"), newline=""))
        for one in _walked(reader, unjudged):
            findings.append(one)
    # Over envelopes that do not nest it stumbles itself: that is its verdict on them.
    except (X12Error, LookupError, ValueError, TypeError, AttributeError) as fault:
        text = f"pyx12 gives up here: {type(fault).__name__}: {fault}"
        last = findings[-1].ordinal if findings else 1
        findings.append(Finding(segment="", ordinal=last, code="gave-up", text=text))
    return Opinion(release=version(ENGINE), findings=tuple(findings), unjudged=tuple(unjudged))


def _walked(reader: Any, unjudged: dict[Unjudged, None]) -> Iterator[Finding]:
    from pyx12.map_index import map_index

    index = map_index()
    interchange = release = function = ""
    tag, ordinal = "", 0
    for ordinal, segment in enumerate(reader, start=1):
        tag = segment.get_seg_id() or ""
        match tag:
            case "ISA":
                interchange = segment.get_value("ISA12") or ""
            case "GS":
                function = segment.get_value("GS01") or ""
                release = segment.get_value("GS08") or ""
            case "ST":
                known = index.get_filename(interchange, release, function)
                why = NO_MAP if known is None else UNUSED_MAP
                set_id = segment.get_value("ST01") or ""
                unjudged[Unjudged(set_id=set_id, function=function, version=release, why=why)] = (
                    None
                )
        yield from _popped(reader, tag, ordinal)
    reader.cleanup()  # what never ended
    yield from _popped(reader, tag, ordinal)


def _popped(reader: Any, tag: str, ordinal: int) -> Iterator[Finding]:
    for _, code, text, *_rest in reader.pop_errors():
        yield Finding(segment=tag, ordinal=ordinal, code=str(code), text=str(text))
