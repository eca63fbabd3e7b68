"""Empty arrays of JSON where a page means one value or object: there, and not to be passed over.

`[]` where a list belongs is a list of nothing. Anywhere else it says neither a value nor that
there is none (that is null, or leaving it out), and is a problem.
"""

from collections.abc import Iterator

from hub.domain.exchange import Problem, Where
from hub.mapping.elements import (
    GroupRow,
    KindsRow,
    Listed,
    Path,
    RecordRow,
    SplitRow,
    ValueRow,
)
from hub.mapping.finding import NOTHING, Sight, Spot
from hub.mapping.plan import Each, Lines, Pairs

Names = tuple[str, ...]


def misplaced(rows: Listed, top: Spot, sight: Sight, *, under: Names = ()) -> list[Problem]:
    """Return a problem for each empty array that stands where the page wants no list.

    What the page does not name passes here. `rows` are those of the paper's root, `under` is the
    way from there to `top`.
    """
    empty = list(_empty(top, under, sight)) if sight.json else []
    if not empty:
        return []
    named: dict[Names, bool] = {}
    _learn(rows, (), named)
    return [_problem(path) for names, path in empty if named.get(names) is False]


def _problem(path: str) -> Problem:
    text = f"{path} is an empty list where one value belongs; leave it out, or write null"
    return Problem(code="map-list", text=text, where=Where(path=path, value="[]"))


def _empty(spot: Spot, names: Names, sight: Sight) -> Iterator[tuple[Names, str]]:
    """Yield each empty array below an element: the names on the way there, and its place."""
    counts: dict[str, int] = {}
    for child in spot.node.children:
        counts[child.name] = counts.get(child.name, 0) + 1
        if child.many and child.kind == NOTHING and counts[child.name] == 1:
            yield (*names, child.name), f"{spot.path}/{sight.spelled(child.name)}"
        elif child.children:
            below = sight.child(spot, child, counts[child.name])
            yield from _empty(below, (*names, child.name), sight)


def _learn(listed: Listed, here: Names, named: dict[Names, bool]) -> None:
    """Note every way that rows look along, and whether a list may stand at its end."""
    for row in listed.rows:
        match row:
            case ValueRow():
                many = any(isinstance(slot, Each | Lines | Pairs) for slot in row.slots)
                base = _walked(row.base, here, named, every=many)
                for place in row.places:
                    _walked(place, base, named, every=many)
            case KindsRow():
                base = _walked(row.base, here, named)
                for kind in row.kinds:
                    _walked(kind.path, base, named)
            case RecordRow():
                _learn(row.rows, _walked(row.path, here, named, last=row.many), named)
            case GroupRow():
                _learn(row.rows, _walked(row.path, here, named), named)
            case SplitRow():
                there = _walked(row.path, here, named, every=True)
                for path in (*row.by, *([row.head] if row.head else []), *row.dealt):
                    _walked(path, here, named, every=True)
                _learn(row.rows, here if row.by else there, named)
            case _:
                pass


def _walked(
    path: Path, here: Names, named: dict[Names, bool], *, last: bool = False, every: bool = False
) -> Names:
    """Note each step of a path; lists may stand at marked steps, at the `last`, or at `every`."""
    at = () if path.top else here[: len(here) - path.up]
    for place, step in enumerate(path.steps):
        at = (*at, step.name)
        ends = last and path.marked < 0 and place == len(path.steps) - 1
        many = every or ends or place == path.marked
        named[at] = named.get(at, False) or many
    return at
