"""Where things stand in a tree: elements found by a path, places spelled for people.

In XML a place is spelled `/Order/Lines/Line[2]/Quantity`, in JSON as a pointer (RFC 6901),
`/lines/1/quantity`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from hub.domain.exchange import Node, Where
from hub.mapping.elements import Path, Step, Test

NOTHING = "nothing"
OBJECT = "object"
_PREFIX = re.compile(r"/[^/:@]+:")
_BLANKS = " \t\r\n"  # XML 1.0, production 3; a non-breaking space is a sign like others


def blank(text: str) -> bool:
    """Whether a text says nothing."""
    return not text.strip(_BLANKS)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spot:
    """An element with its place and the element above it."""

    node: Node
    path: str
    above: "Spot | None" = None


@dataclass(slots=True, kw_only=True, eq=False)
class Sight:
    """How one paper is looked at: its dialect, its prefixes, and what is not to be seen now."""

    json: bool
    prefixes: Mapping[str, str] = field(default_factory=dict)
    hidden: frozenset[int] = frozenset()

    def top(self, paper: Node) -> Spot:
        """Return the root's spot."""
        return Spot(node=paper, path="" if self.json else f"/{self.spelled(paper.name)}")

    def without(self, nodes: Iterable[Node]) -> "Sight":
        """Return the same sight, blind to some elements."""
        return replace(self, hidden=self.hidden | {id(node) for node in nodes})

    def spelled(self, name: str) -> str:
        """Return a name as the page spells it; in JSON as a pointer does."""
        if self.json:
            return name.replace("~", "~0").replace("/", "~1")
        if not name.startswith("{"):
            return name
        space, _, local = name[1:].partition("}")
        prefix = self.prefixes.get(space, "")
        return f"{prefix}:{local}" if prefix else local

    def raw(self, node: Node, attribute: str) -> str:
        """Return what an element or its attribute says, empty for null."""
        if attribute:
            found = (value for name, value in node.attributes if name == attribute)
            return next(found, "").strip(_BLANKS)
        if self.json:
            return "" if node.kind == NOTHING else node.text
        return node.text.strip(_BLANKS)

    def begin(self, spot: Spot, path: Path) -> Spot | None:
        """Return the spot from which a path goes down; None if it goes up too far."""
        here: Spot | None = spot
        if path.top:
            while spot.above is not None:
                spot = spot.above
            return spot
        for _ in range(path.up):
            here = here.above if here else None
        return here

    def nodes(self, node: Node, steps: tuple[Step, ...]) -> list[Node]:
        """Return the elements at the end of some steps down, in the order of the paper."""
        found = [node]
        for step in steps:
            name = step.name
            found = [child for one in found for child in one.children if child.name == name]
            if step.tests or self.hidden:
                found = [child for child in found if self.fits(child, step)]
        return found

    def found(self, spot: Spot, path: Path) -> list[Node]:
        """Return the elements at the end of a path."""
        start = spot if not path.away else self.begin(spot, path)
        return [] if start is None else self.nodes(start.node, path.steps)

    def spots(self, spot: Spot, path: Path) -> list[Spot]:
        """Return the same with their places; null is no element here."""
        start = self.begin(spot, path)
        found = [] if start is None else [start]
        for step in path.steps:
            found = [below for one in found for below in self._below(one, step)]
        return [one for one in found if one.node.kind != NOTHING]

    def _below(self, spot: Spot, step: Step) -> Iterator[Spot]:
        count = 0
        for child in spot.node.children:
            if child.name == step.name:
                count += 1
                if self.fits(child, step):
                    yield self.child(spot, child, count)

    def child(self, spot: Spot, child: Node, count: int) -> Spot:
        """Return the spot of an element, the `count`-th of its name in another."""
        name = self.spelled(child.name)
        mark = ""
        if self.json:
            mark = f"/{count - 1}" if child.many else ""
        elif count > 1 or self._repeats(spot.node, child.name):
            mark = f"[{count}]"
        return Spot(node=child, path=f"{spot.path}/{name}{mark}", above=spot)

    def _repeats(self, node: Node, name: str) -> bool:
        found = (child for child in node.children if child.name == name)
        return next(found, None) is not None and next(found, None) is not None

    def fits(self, node: Node, step: Step) -> bool:
        """Whether an element of the step's name is the one meant, and to be seen now."""
        if self.hidden and id(node) in self.hidden:
            return False
        return all(self._says(node, test) for test in step.tests)

    def _says(self, node: Node, test: Test) -> bool:
        steps = tuple(Step(name=name) for name in test.names)
        said = [self.raw(found, test.attribute) for found in self.nodes(node, steps)]
        fits = test.value in said if said else not test.value
        return fits != test.other

    def where(self, spot: Spot, path: Path, node: Node | None, place: Path) -> Where:
        """Return the place of an element found by a path, or where it would have stood."""
        found = self.spots(spot, path)
        at = next((one for one in found if one.node is node), None)
        start = self.begin(spot, path) or spot
        base = at.path if at else start.path + self.down(path)
        return Where(
            path=base + self.down(place), value=self.said(node, place)[:99] if node else ""
        )

    def said(self, node: Node, place: Path) -> str:
        """Return what stands at a place of an element, empty if nothing does."""
        found = self.nodes(node, place.steps) if place.steps else [node]
        return self.raw(found[0], place.attribute) if found else ""

    def down(self, path: Path) -> str:
        """Return the way of a path down as it is spelled."""
        steps = "".join(f"/{self.spelled(step.name)}" for step in path.steps)
        return steps + (f"/@{self.spelled(path.attribute)}" if path.attribute else "")


def place_of(paper: Node, value: str, *, under: str = "", within: str = "") -> Where | None:
    """Return the first place in a paper that says exactly this value, None if none does.

    Names are without prefix: only a page has prefixes. `under` is where the paper itself stands
    if it is a row of a longer one. `within` is the element, as a page spells its place, of which
    nothing beside is looked at.
    """
    sight = Sight(json=paper.kind == OBJECT)
    inside = within if sight.json else _PREFIX.sub("/", within)
    top = sight.top(paper)
    waiting = [Spot(node=paper, path=under) if under else top]
    while waiting:
        spot = waiting.pop()
        path = _saying(sight, spot, value) if _lies(spot.path, inside) else ""
        if path:
            return Where(path=path, value=value)
        counts: dict[str, int] = {}
        below: list[Spot] = []
        for child in spot.node.children:
            counts[child.name] = counts.get(child.name, 0) + 1
            below.append(sight.child(spot, child, counts[child.name]))
        waiting += reversed([one for one in below if _leads(one.path, inside)])
    return None


def _lies(path: str, inside: str) -> bool:
    """Whether a place is an element, or one below it."""
    return not inside or path == inside or path.startswith(inside + "/")


def _leads(path: str, inside: str) -> bool:
    """Whether a place lies in an element or on the way to it."""
    return _lies(path, inside) or inside.startswith(path + "/")


def _saying(sight: Sight, spot: Spot, value: str) -> str:
    if not spot.node.children and sight.raw(spot.node, "") == value:
        return spot.path or "/"
    for name, said in spot.node.attributes:
        if said == value:
            return f"{spot.path}/@{sight.spelled(name)}"
    return ""
