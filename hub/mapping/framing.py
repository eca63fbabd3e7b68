"""A paper's segments laid into the loops of a page: order-free inside a loop, forward between them.

What the page does not name stays where it fell and is not looked at again.
"""

from dataclasses import dataclass, field

from hub.domain.exchange import Segments
from hub.mapping.plan import (
    FirstOf,
    LoopPlan,
    Part,
    Segment,
    SegmentPlan,
    Tags,
    TreePlan,
    begins,
    element,
    tags,
)

# These begin a loop in every set they occur in; named by the page or not, what follows is theirs.
_ALWAYS_LOOPS = frozenset({"N1", "SLN", "SCH", "AMT", "LM"})


# Not frozen, as `Spot`: one is made for each segment of a feed; freezing would double its price.
@dataclass(slots=True, kw_only=True, eq=False)
class Found:
    """One segment and its number in the set (X12 AK302: ST is 1)."""

    ordinal: int
    segment: Segment


@dataclass(slots=True, kw_only=True)
class Round:
    """One round of a loop while it is laid out: its own segments and the rounds inside."""

    parts: tuple[Part, ...]
    tags: Tags = field(default_factory=dict)
    firsts: tuple[FirstOf, ...] = ()
    path: str = ""
    plan: LoopPlan | TreePlan | None = None
    own: list[Found] = field(default_factory=list)
    inner: "list[Round]" = field(default_factory=list)
    position: int = -1
    flat: bool = False
    counts: dict[str, int] = field(default_factory=dict)

    def rounds(self, plan: LoopPlan | TreePlan) -> "list[Round]":
        """Return the rounds inside that belong to one loop of the page."""
        return [one for one in self.inner if one.plan is plan]

    def names(self, segment: Segment) -> bool:
        """Whether the page looks for this segment here."""
        if self._plain(segment) is not None:
            return True
        if not self.firsts or self._begins(segment):
            return False
        places = (place.address for first in self.firsts for place in first.places)
        return any(place.matches(segment) for place in places)

    def forward(self, segment: Segment) -> bool:
        """Whether this is a segment of ours that stands after the loop being open."""
        plain = self._plain(segment)
        return plain is not None and plain > self.position

    def _plain(self, segment: Segment) -> int | None:
        spots = self.tags.get(segment[0])
        if spots is None or (spots[0] == 0 and self._begins(segment)):
            return None
        for position in reversed(spots):
            part = self.parts[position]
            if isinstance(part, SegmentPlan) and part.address.fits(segment):
                return position
        return None

    def _begins(self, segment: Segment) -> bool:
        # The first segment of a loop only ever begins a round.
        return isinstance(self.plan, LoopPlan) and self.plan.trigger.matches(segment)


def opening(parts: tuple[Part, ...], firsts: tuple[FirstOf, ...]) -> Round:
    """Return the round of a whole paper, nothing laid into it yet."""
    return Round(parts=parts, tags=tags(parts), firsts=firsts)


def frame(paper: Segments, parts: tuple[Part, ...], firsts: tuple[FirstOf, ...]) -> Round:
    """Lay a paper into the loops of a page; it never refuses a paper."""
    root = opening(parts, firsts)
    stack = [root]
    for ordinal, segment in enumerate(paper, start=2):
        if segment:
            lay(Found(ordinal=ordinal, segment=segment), stack)
    return root


def lay(found: Found, stack: list[Round]) -> None:
    """Put one segment where it belongs, closing the rounds that it ends.

    1. The innermost round asks first, then those around it.
    2. The first segment of a loop opens a round, unless the page's order has passed that loop.
    3. A segment named here stays here; one named further out must stand after the open loop.
    4. Everything else stays in the innermost round, unlooked at.
    """
    innermost = True
    for depth in range(len(stack) - 1, -1, -1):
        here = stack[depth]
        opened = None if here.flat else _opened(here, found)
        if opened is not None:
            del stack[depth + 1 :]
            stack.append(opened)
            return
        if here.names(found.segment) if innermost else here.forward(found.segment):
            del stack[depth + 1 :]
            here.own.append(found)
            return
        innermost = False
    if found.segment[0] in _ALWAYS_LOOPS:
        stack.append(Round(parts=()))
    stack[-1].own.append(found)


def _opened(here: Round, found: Found) -> Round | None:
    """Open a round of `here`, an unlooked-at one for a code not named."""
    tag = found.segment[0]
    named = here.tags.get(tag)
    if named is None:
        return None
    spots = [spot for spot in named if not isinstance(here.parts[spot], SegmentPlan)]
    if not spots or spots[-1] < here.position:
        return None
    here.position = spots[0]
    for spot in spots:
        part = here.parts[spot]
        if not isinstance(part, SegmentPlan) and begins(part).matches(found.segment):
            return _round(here, part, found)
    ignored = Round(parts=(), own=[found])
    here.inner.append(ignored)
    return ignored


def _round(here: Round, part: LoopPlan | TreePlan, found: Found) -> Round:
    name = str(begins(part))
    here.counts[name] = here.counts.get(name, 0) + 1
    path = f"{here.path}/{name}[{here.counts[name]}]".removeprefix("/")
    laid = part if isinstance(part, LoopPlan) else part.level(element(found.segment, 3))
    opened = Round(parts=(), path=path, plan=part, own=[found])
    if laid is not None:
        opened.parts, opened.tags, opened.firsts = laid.parts, laid.tags, laid.firsts
    opened.flat = isinstance(laid, LoopPlan) and laid.flat
    here.inner.append(opened)
    return opened
