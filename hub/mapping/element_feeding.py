"""A feed in a tree read in pieces: the head, then row after row, never the whole of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, cast

from hub.domain.exchange import NOWHERE, Node, Problem, Severity, Where
from hub.domain.messages import Message
from hub.domain.telling import foremost
from hub.mapping.arrays import misplaced
from hub.mapping.element_reading import (
    TreeReader,
    control_total,
    fill,
    missing_root,
    opened,
    read,
    settle,
)
from hub.mapping.elements import (
    ElementPlan,
    GroupRow,
    Listed,
    Path,
    RecordRow,
    Step,
    Total,
    ValueRow,
)
from hub.mapping.finding import NOTHING, Sight, Spot
from hub.mapping.reading import Reading
from hub.mapping.shapes import Filled, build
from hub.mapping.strictness import unknown


def read_tree(plan: ElementPlan, paper: Node) -> Reading:
    """Read a whole tree; of a feed the rows that can be read, as piece by piece."""
    if plan.feed is None or paper.name != plan.root:
        return read(plan, paper)
    rows, rest = _apart(paper, plan.feed.path.steps)
    return next(tree_pieces(plan, iter((rest, *rows, rest)), size=len(rows) + 1))


def _apart(node: Node, steps: tuple[Step, ...]) -> tuple[list[Node], Node]:
    """Return the elements at the end of some steps, whatever they say, and the tree without."""
    if not steps:
        return [node], node
    rows: list[Node] = []
    kept: list[Node] = []
    for child in node.children:
        if child.name != steps[0].name:
            kept.append(child)
        elif len(steps) == 1:
            rows.append(child)
        else:
            found, rest = _apart(child, steps[1:])
            rows += found
            kept.append(rest)
    return rows, replace(node, children=tuple(kept))


def tree_pieces(plan: ElementPlan, nodes: Iterable[Node], *, size: int) -> Iterator[Reading]:
    """Yield a message for every `size` rows of the feed, each with the head repeated.

    `nodes` are the root as known when the first row begins, the rows, and the root at the end. A
    row that cannot be read is an ERROR problem and is left out. Raises TypeError if the page is no
    feed, ValueError for a size below 1.
    """
    if size < 1:
        raise ValueError("a piece of a feed has at least one row")
    if plan.feed is None:
        raise TypeError(f"{plan.name} is no feed: it has no `feed:` word")
    coming = iter(nodes)
    head = next(coming)
    if head.name != plan.root:
        yield Reading(messages=(), problems=(missing_root(plan, head),))
        return
    feed = _Feed(plan=plan, loop=plan.feed, reader=opened(plan, head))
    feed.begin(head)
    newest = head
    for number, node in enumerate(coming):
        # The root comes again at the end: what came before this one was a row.
        if number:
            feed.take(newest)
            if len(feed.made) + feed.bad >= size:
                yield feed.piece()
        newest = node
    yield feed.last(newest)


def row_path(plan: ElementPlan, number: int) -> str:
    """Return the place of a row, counted from 1; empty if the page is no feed."""
    if plan.feed is None:
        return ""
    sight = Sight(json=not plan.root, prefixes=plan.prefixes)
    root = f"/{sight.spelled(plan.root)}" if plan.root else ""
    mark = f"/{number - 1}" if sight.json else f"[{number}]"
    return root + sight.down(plan.feed.path) + mark


@dataclass(slots=True, kw_only=True)
class _Feed:
    """A paper while it passes: its head, the rows not yet given out, its totals."""

    plan: ElementPlan
    loop: RecordRow
    reader: TreeReader
    head: Filled = field(default_factory=Filled)
    around: Spot | None = None
    problems: list[Problem] = field(default_factory=list)
    made: list[Any] = field(default_factory=list)
    bad: int = 0
    ordinal: int = 0
    refused: bool = False
    told: set[Problem] = field(default_factory=set)
    totals: dict[str, Decimal] = field(default_factory=dict)
    watched: tuple[Total, ...] = ()
    place: str = ""

    def __post_init__(self) -> None:
        """Note which totals speak of the rows, and how places in rows begin."""
        self.watched = tuple(_watched(self.plan.rows, self.loop))
        self.place = row_path(self.plan, 1).rpartition("/" if not self.plan.root else "[")[0]

    def begin(self, head: Node) -> None:
        """Read the head; of what is missing only errors are told before the end."""
        self.head, problems = self._read(head)
        self.problems += [one for one in problems if one.severity is Severity.ERROR]
        top = self.reader.sight.top(head)
        path = Path(text="", steps=self.loop.path.steps[:-1])
        found = self.reader.sight.spots(top, path)
        spelled = top.path + self.reader.sight.down(path)
        self.around = found[-1] if found else Spot(node=head, path=spelled, above=top)

    def _read(self, root: Node) -> tuple[Filled, list[Problem]]:
        reader = replace(self.reader, problems=[], heard=[], total=self._total)
        top = reader.sight.top(root)
        filled = Filled(where=Where(path=top.path))
        rows = Listed(rows=tuple(row for row in self.plan.rows.rows if row is not self.loop))
        fill(top, rows, cls=self.plan.message, into=filled, reader=reader)
        settle(filled, reader)
        strange = unknown(self.plan.known, top, reader.sight) if self.plan.known else []
        strange += misplaced(self.plan.rows, top, reader.sight)
        self.refused = self.refused or bool(strange)
        self.reader.currency = reader.currency
        return filled, [*strange, *reader.problems]

    def take(self, row: Node) -> None:
        """Read one row."""
        self.ordinal += 1
        last = self.loop.path.steps[-1]
        if self.around is None or row.kind == NOTHING or not self.reader.sight.fits(row, last):
            return
        number = f"/{self.ordinal - 1}" if self.reader.sight.json else f"[{self.ordinal}]"
        path = self.place + number
        spot = Spot(node=row, path=path, above=self.around)
        self._tally(spot)
        if not self._known(spot):
            self.bad += 1
            return
        filled = Filled(where=Where(path=path))
        fill(spot, self.loop.rows, cls=self.loop.cls, into=filled, reader=self.reader)
        for one in filled.records:
            made = build(self.loop.cls, one, problems=self.reader.problems)
            self.made += [made] if made is not None else []
            self.bad += made is None

    def _known(self, spot: Spot) -> bool:
        names = tuple(step.name for step in self.loop.path.steps)
        strange = misplaced(self.plan.rows, spot, self.reader.sight, under=names)
        if self.plan.known is not None:
            strange += unknown(self.plan.known.below(names), spot, self.reader.sight)
        self.reader.problems += strange
        return not strange

    def piece(self) -> Reading:
        """Give out the rows that were read."""
        heard, self.reader.heard = self.reader.heard, []
        whole = self.head.copy(NOWHERE)
        reader = replace(self.reader, heard=heard)
        settle(whole, reader)
        whole.values[self.loop.field] = tuple(self.made)
        message = cast("Message | None", build(self.plan.message, whole, problems=self.problems))
        new = [one for one in dict.fromkeys(self.problems) if one not in self.told]
        self.told.update(new)  # The head is told once, not with every piece.
        problems = foremost((*new, *self.reader.problems))
        self.problems, self.reader.problems, self.made, self.bad = [], [], [], 0
        used = () if message is None or self.refused else (message,)
        return Reading(messages=used, problems=problems)

    def last(self, root: Node) -> Reading:
        """Give out what is left, and what is wrong with the paper as a whole."""
        after, problems = self._read(root)
        late = sorted(
            name
            for name, value in after.values.items()
            if self.head.values.get(name) != value and self.ordinal
        )
        self.problems += problems + [_late(name) for name in late]
        if not self.ordinal:
            self.head = after
        return self.piece()

    # --- control totals ---

    def _total(self, slot: Total, spot: Spot) -> Decimal:
        """Return a control total of what passed and of what is in hand."""
        tallied = self.totals.get(slot.path.text, Decimal(0))
        return tallied + control_total(slot, spot, self.reader.sight)

    def _tally(self, spot: Spot) -> None:
        """Count a row for the totals that speak of rows."""
        depth = len(self.loop.path.steps)
        for slot in self.watched:
            if self.reader.sight.fits(spot.node, slot.path.steps[depth - 1]):
                rest = replace(slot.path, steps=slot.path.steps[depth:])
                found = control_total(replace(slot, path=rest), spot, self.reader.sight)
                self.totals[slot.path.text] = self.totals.get(slot.path.text, Decimal(0)) + found


def _watched(listed: Listed, loop: RecordRow) -> Iterator[Total]:
    """Yield the control totals that speak of the rows of a feed."""
    names = [step.name for step in loop.path.steps]
    for row in listed.rows:
        if isinstance(row, GroupRow) and not row.path.steps:
            yield from _watched(row.rows, loop)
        for slot in row.slots if isinstance(row, ValueRow) else ():
            path = slot.path if isinstance(slot, Total) and not slot.path.away else Path(text="")
            if isinstance(slot, Total) and [s.name for s in path.steps[: len(names)]] == names:
                yield slot


def _late(name: str) -> Problem:
    text = (
        f"{name} stands behind the rows, or says another thing there; it must stand before them, "
        "as they are used while the paper passes"
    )
    return Problem(code="map-late", text=text, where=Where(path=name))
