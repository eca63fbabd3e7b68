"""A paper's segments laid into the loops of a page: order-free inside a loop, forward between them.

What the page does not name stays where it fell and is not looked at again.
"""

from collections import Counter
from dataclasses import dataclass, field

from hub.domain.exchange import Segments
from hub.mapping.plan import (
    Address,
    FirstOf,
    LoopPlan,
    Part,
    Segment,
    SegmentPlan,
    TreePlan,
    element,
)

# These begin a loop in every set they occur in; named by the page or not, what follows is theirs.
_ALWAYS_LOOPS = frozenset({"N1", "SLN", "SCH", "AMT", "LM"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One segment and its number in the set (X12 AK302: ST is 1)."""

    ordinal: int
    segment: Segment


@dataclass(slots=True, kw_only=True)
class Round:
    """One round of a loop while it is laid out: its own segments and the rounds inside."""

    parts: tuple[Part, ...]
    firsts: tuple[FirstOf, ...] = ()
    path: str = ""
    plan: LoopPlan | TreePlan | None = None
    own: list[Found] = field(default_factory=list)
    inner: "list[Round]" = field(default_factory=list)
    position: int = -1
    counts: Counter[str] = field(default_factory=Counter)

    def rounds(self, plan: LoopPlan | TreePlan) -> "list[Round]":
        """Return the rounds inside that belong to one loop of the page."""
        return [one for one in self.inner if one.plan is plan]

    def names(self, segment: Segment) -> bool:
        """Whether the page looks for this segment here."""
        places = (place.address for first in self.firsts for place in first.places)
        return self._plain(segment) is not None or any(place.matches(segment) for place in places)

    def forward(self, segment: Segment) -> bool:
        """Whether this is a segment of ours that stands after the loop being open."""
        plain = self._plain(segment)
        return plain is not None and plain > self.position

    def _plain(self, segment: Segment) -> int | None:
        # The first segment of a loop only ever begins a round.
        begin = 1 if isinstance(self.plan, LoopPlan) else 0
        spots = (
            position
            for position, part in enumerate(self.parts)
            if position >= begin and isinstance(part, SegmentPlan) and part.address.matches(segment)
        )
        return max(spots, default=None)


def frame(paper: Segments, parts: tuple[Part, ...], firsts: tuple[FirstOf, ...]) -> Round:
    """Lay a paper into the loops of a page; it never refuses a paper."""
    root = Round(parts=parts, firsts=firsts)
    stack = [root]
    for ordinal, segment in enumerate(paper, start=2):
        if segment:
            _lay(Found(ordinal=ordinal, segment=segment), stack)
    return root


def _lay(found: Found, stack: list[Round]) -> None:
    """Put one segment where it belongs, closing the rounds that it ends.

    1. The innermost round asks first, then those around it.
    2. The first segment of a loop opens a round, unless the page's order has passed that loop.
    3. A segment named here stays here; one named further out must stand after the open loop.
    4. Everything else stays in the innermost round, unlooked at.
    """
    for depth in range(len(stack) - 1, -1, -1):
        here = stack[depth]
        opened = _opened(here, found)
        if opened is not None:
            del stack[depth + 1 :]
            stack.append(opened)
            return
        innermost = depth == len(stack) - 1
        if here.names(found.segment) if innermost else here.forward(found.segment):
            del stack[depth + 1 :]
            here.own.append(found)
            return
    if found.segment[0] in _ALWAYS_LOOPS:
        stack.append(Round(parts=()))
    stack[-1].own.append(found)


def _opened(here: Round, found: Found) -> Round | None:
    """Open a round of `here`, an unlooked-at one for a code not named."""
    tag = found.segment[0]
    spots = [
        position
        for position, part in enumerate(here.parts)
        if not isinstance(part, SegmentPlan) and trigger(part).tag == tag
    ]
    if not spots or max(spots) < here.position:
        return None
    here.position = min(spots)
    for spot in spots:
        part = here.parts[spot]
        if not isinstance(part, SegmentPlan) and trigger(part).matches(found.segment):
            return _round(here, part, found)
    ignored = Round(parts=(), own=[found])
    here.inner.append(ignored)
    return ignored


def trigger(part: LoopPlan | TreePlan) -> Address:
    """Return the address that begins a round of a loop or tree."""
    return part.trigger if isinstance(part, LoopPlan) else Address(tag=part.tag)


def _round(here: Round, part: LoopPlan | TreePlan, found: Found) -> Round:
    name = str(trigger(part))
    here.counts[name] += 1
    path = f"{here.path}/{name}[{here.counts[name]}]".removeprefix("/")
    parts: tuple[Part, ...] = part.parts if isinstance(part, LoopPlan) else ()
    firsts = part.firsts if isinstance(part, LoopPlan) else ()
    if isinstance(part, TreePlan):
        level = part.level(element(found.segment, 3))
        parts, firsts = (level.parts, level.firsts) if level else ((), ())
    opened = Round(parts=parts, firsts=firsts, path=path, plan=part, own=[found])
    here.inner.append(opened)
    return opened
