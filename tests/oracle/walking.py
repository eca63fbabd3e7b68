"""pyx12 over one interchange: order of segments, loops, elements, codes, syntax notes, levels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from pyx12.error_item import EleError, SegError
from pyx12.map_walker import walk_tree
from pyx12.segment import Segment
from pyx12.x12file import X12Reader

from tests.oracle.finding import Finding
from tests.oracle.pages import RELEASES, control_map, set_map
from tests.oracle.presence import Presence
from tests.oracle.splitting import Interchange

ISA_PATH = "/ISA_LOOP/ISA"
GS_PATH = "/ISA_LOOP/GS_LOOP/GS"
GE_PATH = "/ISA_LOOP/GS_LOOP/GE"


@dataclass(slots=True)
class _Walk:
    """Where the walk stands: the node of the last segment found and the loops counted so far.

    `muted` is set inside a group or a set the judge has no page for: one finding is enough.
    """

    reader: X12Reader
    walker: walk_tree = field(default_factory=walk_tree)
    presence: Presence = field(default_factory=Presence)
    node: Any = None
    ordinal: int = 0
    muted: str = ""
    before: int = 0

    def count(self, tag: str, place: int) -> None:
        """Number a segment: from its ST inside a set, from the ISA outside."""
        if tag == "ST":
            self.before = place - 1
        elif tag in ("GS", "GE", "IEA"):
            self.before = 0
        self.ordinal = place - self.before


def walk(interchange: Interchange) -> Iterator[Finding]:
    """Yield what pyx12 finds in a well nested interchange.

    Envelope counts and numbers are left to `envelope`, which does not stop at an empty segment;
    missing segments are left to `presence`.
    """
    version = interchange.segments[0][12]
    if version not in RELEASES:
        yield _finding("ISA", 1, "ISA12", "envelope-release", f"no page for version {version!r}")
        return
    state = _Walk(reader=X12Reader(StringIO(interchange.text(), newline="")))
    for (place, _), segment in zip(interchange.named(), state.reader, strict=True):
        tag = segment.get_seg_id() or ""
        state.count(tag, place)
        spoken = tuple(_of_reader(state.reader, tag, state.ordinal))
        if not state.muted:
            yield from spoken
            yield from _step(state, segment, tag)
        elif state.muted == tag:
            state.muted = ""
    yield from state.presence.end()


def _step(state: _Walk, segment: Segment, tag: str) -> Iterator[Finding]:
    """Find the place of one segment, then look into its elements."""
    node, findings = _located(state, segment, tag)
    yield from findings
    if node is None:
        return
    state.node = node
    yield from state.presence.meet(node, state.ordinal)
    for error in node.is_valid_errors(segment)[1]:
        # pyx12 wants even the separators from the character set; any free byte may serve.
        if error.refdes not in _separators(state):
            yield _of_element(error, tag, state.ordinal)


def _separators(state: _Walk) -> tuple[str, ...]:
    """ISA11 holds one from 00402 on; `splitting` has looked at both."""
    return ("ISA16",) if state.reader.icvn == "00401" else ("ISA11", "ISA16")


def _located(state: _Walk, segment: Segment, tag: str) -> tuple[Any, list[Finding]]:
    """Find the node of a segment; None when the pages have no place for it here."""
    if tag == "ISA":
        state.walker.forceWalkCounterToLoopStart("/ISA_LOOP", ISA_PATH)
        return control_map(state.reader.icvn).getnodebypath(ISA_PATH), []
    if tag == "GS":
        return _group(state, segment)
    reader = state.reader
    node, _, _, errors = state.walker.walk_errors(
        state.node, segment, reader.get_seg_count(), reader.get_cur_line(), None
    )
    if node is None and tag == "ST":
        state.muted = "SE"
    return node, [_of_segment(e, tag, state.ordinal) for e in errors if e.err_cde != "3"]


def _group(state: _Walk, segment: Segment) -> tuple[Any, list[Finding]]:
    release, group = segment.get_value("GS08") or "", segment.get_value("GS01") or ""
    page = set_map(version=state.reader.icvn, release=release, group=group)
    if page is None:
        state.muted = "GE"
        state.node = control_map(state.reader.icvn).getnodebypath(GE_PATH)
        text = f"no page for a {group!r} group of release {release!r}"
        return None, [_finding("GS", state.ordinal, "GS08", "envelope-release", text)]
    state.walker.forceWalkCounterToLoopStart("/ISA_LOOP/GS_LOOP", GS_PATH)
    return page.getnodebypath(GS_PATH), []


def _of_reader(reader: X12Reader, tag: str, ordinal: int) -> Iterator[Finding]:
    """Keep what the reader says of segments (levels, trailing delimiters, odd tags)."""
    for kind, code, text, _, _ in reader.pop_errors():
        if kind == "seg":
            room = "level" if code.startswith("HL") else "segment"
            yield _finding(tag, ordinal, "", f"{room}-{code}", text)


def _of_segment(error: SegError, tag: str, ordinal: int) -> Finding:
    return _finding(tag, ordinal, "", f"segment-{error.err_cde}", error.err_str)


def _of_element(error: EleError, tag: str, ordinal: int) -> Finding:
    reference = "" if error.refdes is None else str(error.refdes)
    reference = f"{tag}{int(reference):02d}" if reference.isdigit() else reference
    return _finding(tag, ordinal, reference, f"element-{error.err_cde}", error.err_str)


def _finding(tag: str, ordinal: int, element: str, code: str, text: str) -> Finding:
    return Finding(segment=tag, ordinal=ordinal, element=element, code=code, text=text)
