"""A feed read in pieces: a paper of any length, never held whole, its totals checked at its end."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from hub.domain.exchange import NOWHERE, Problem, Severity
from hub.domain.messages import Message
from hub.domain.telling import foremost
from hub.mapping.filling import Reader, decimal, fill
from hub.mapping.framing import Found, Round, lay, opening
from hub.mapping.plan import Count, LoopPlan, Part, Plan, Segment, SegmentPlan, Sum, element
from hub.mapping.reading import Reading
from hub.mapping.shapes import Filled, build


def pieces(plan: Plan, segments: Iterable[Segment], *, size: int) -> Iterator[Reading]:
    """Yield a message for every `size` rounds of the feed's loop, each with the head repeated.

    A row that cannot be read is an ERROR problem and is left out; the others stand. Without a head
    there are only problems. Raises TypeError if the page is no feed, ValueError for a size below 1.
    """
    if size < 1:
        raise ValueError("a piece of a feed has at least one row")
    feed = _Feed(plan=plan, loop=_loop(plan), root=opening(plan.parts, plan.firsts))
    for ordinal, segment in enumerate(segments, start=2):
        if segment:
            feed.lay(Found(ordinal=ordinal, segment=segment))
            if feed.rows > size:
                yield feed.piece()
    yield feed.last()


def _loop(plan: Plan) -> LoopPlan:
    for part in plan.parts:
        if isinstance(part, LoopPlan) and plan.feed and part.field == plan.feed:
            return part
    raise TypeError(f"{plan.name} is no feed: it has no `feed:` word")


@dataclass(slots=True, kw_only=True)
class _Tally:
    """What the control totals of a paper speak of, counted as it passes."""

    watched: frozenset[tuple[str, int]]
    tags: frozenset[str]
    counts: dict[str, int] = field(default_factory=dict)
    sums: dict[tuple[str, int], Decimal] = field(default_factory=dict)

    def take(self, segment: Segment) -> None:
        """Count one segment."""
        for tag, position in self.watched:
            if tag == segment[0]:
                self.counts[tag] = self.counts.get(tag, 0) + (not position)
                number = decimal(element(segment, position)) if position else None
                if number is not None:
                    key = (tag, position)
                    self.sums[key] = self.sums.get(key, Decimal(0)) + number

    def total(self, slot: Count | Sum) -> Decimal:
        """Return what a control total should say of all that passed."""
        if isinstance(slot, Count):
            return Decimal(self.counts.get(slot.tag, 0))
        return self.sums.get((slot.tag, slot.position), Decimal(0))


def _watched(parts: tuple[Part, ...]) -> Iterator[tuple[str, int]]:
    """Yield tag and element of each control total; element 0 counts the segments."""
    for part in parts:
        if isinstance(part, LoopPlan):
            yield from _watched(part.parts)
        elif isinstance(part, SegmentPlan):
            for slot in part.slots:
                if isinstance(slot, Count | Sum):
                    yield slot.tag, slot.position if isinstance(slot, Sum) else 0


@dataclass(slots=True, kw_only=True)
class _Feed:
    """A paper while it passes: its head, the rows not yet given out, its totals."""

    plan: Plan
    loop: LoopPlan
    root: Round
    stack: list[Round] = field(init=False)
    tally: _Tally = field(init=False)
    head: Filled | None = None
    currency: str = ""
    kept: int = 0
    told: set[Problem] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.stack = [self.root]
        watched = frozenset(_watched(self.plan.parts))
        self.tally = _Tally(watched=watched, tags=frozenset(tag for tag, _ in watched))

    @property
    def rows(self) -> int:
        """How many rounds wait, the open one among them."""
        return len(self.root.inner) - self.kept

    def lay(self, found: Found) -> None:
        """Take one more segment of the paper."""
        if found.segment[0] in self.tally.tags:
            self.tally.take(found.segment)
        before = len(self.root.inner)
        lay(found, self.stack)
        if len(self.root.inner) > before and self.root.inner[-1].plan is not self.loop:
            self.kept += 1

    def piece(self) -> Reading:
        """Give out all rounds but the one just opened."""
        *done, opened = self.root.inner
        self.root.inner = [one for one in done if one.plan not in (None, self.loop)]
        problems: list[Problem] = []
        if self.head is None:
            # What is missing or counted wrong is only known when the paper has passed.
            problems = [one for one in self._read_head() if one.severity is Severity.ERROR]
        self.kept = len(self.root.inner)
        self.root.inner.append(opened)
        return self._reading([one for one in done if one.plan is self.loop], problems)

    def last(self) -> Reading:
        """Give out what is left, and what is wrong with the paper as a whole."""
        rounds = self.root.rounds(self.loop)
        self.root.inner = [one for one in self.root.inner if one.plan is not self.loop]
        first = self.head
        problems = self._read_head()
        self.head = first or self.head
        return self._reading(rounds, problems)

    def _read_head(self) -> list[Problem]:
        """Read everything but the rows; return what is wrong with it."""
        reader = Reader(total=self.tally.total)
        self.head = fill(
            self.root,
            cls=self.plan.message,
            parts=tuple(part for part in self.plan.parts if part is not self.loop),
            firsts=self.plan.firsts,
            into=Filled(),
            reader=reader,
        )
        self.currency = reader.currency
        return reader.problems

    def _reading(self, rounds: list[Round], of_head: list[Problem]) -> Reading:
        reader = Reader(total=self.tally.total, currency=self.currency)
        chunk = fill(
            Round(parts=(self.loop,), own=self.root.own[:1], inner=rounds),
            cls=self.plan.message,
            parts=(self.loop,),
            firsts=(),
            into=Filled(),
            reader=reader,
        )
        cls: type[Any] = self.loop.cls or object
        found = chunk.children.get(self.loop.field, [])
        made = [build(cls, one, problems=reader.problems) for one in found]
        whole = (self.head or Filled()).copy(NOWHERE)
        whole.values[self.loop.field] = tuple(row for row in made if row is not None)
        message = cast("Message | None", build(self.plan.message, whole, problems=of_head))
        new = [one for one in dict.fromkeys(of_head) if one not in self.told]
        self.told.update(new)  # The head is told once, not with every piece.
        problems = foremost((*new, *reader.problems))
        return Reading(messages=() if message is None else (message,), problems=problems)
