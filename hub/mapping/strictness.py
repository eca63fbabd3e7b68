"""What a strict page knows, and what of a paper it does not: every such place is a problem."""

from hub.domain.exchange import Problem, Where
from hub.mapping.elements import (
    GroupRow,
    KindsRow,
    Known,
    LetRow,
    Listed,
    Path,
    RecordRow,
    SplitRow,
    Total,
    ValueRow,
)
from hub.mapping.finding import Sight, Spot
from hub.mapping.paths import KNOWN_PREFIXES

_ALWAYS = tuple(f"{{{space}}}" for space in KNOWN_PREFIXES.values())


def unknown(known: Known, spot: Spot, sight: Sight) -> list[Problem]:
    """Return a problem for each element and attribute that the page does not name.

    What stands inside an unknown element is not told of again. Attributes of XML itself pass.
    """
    found = [
        _problem(f"{spot.path}/@{sight.spelled(name)}", value)
        for name, value in spot.node.attributes
        if name not in known.attributes and not name.startswith(_ALWAYS)
    ]
    counts: dict[str, int] = {}
    for child in spot.node.children:
        counts[child.name] = counts.get(child.name, 0) + 1
        below = sight.child(spot, child, counts[child.name])
        named = known.children.get(child.name)
        if named is None:
            found.append(_problem(below.path, sight.raw(child, "")))
        else:
            found += unknown(named, below, sight)
    return found


def _problem(path: str, value: str) -> Problem:
    return Problem(
        code="map-unknown",
        text=f"{path} is not known here; leave it out, or name it on the page",
        where=Where(path=path, value=value[:99]),
    )


def known_by(rows: Listed) -> Known:
    """Return all that the rows of a page name, at whatever depth."""
    top = Known()
    _learn(rows, [top])
    return top


def _learn(listed: Listed, above: list[Known]) -> None:
    """Note every name that rows look for; `above` are the elements from the root to their own."""
    for row in listed.rows:
        match row:
            case ValueRow():
                ends = _walked(row.base, above)
                for place in row.places:
                    _walked(place, ends)
                for slot in row.slots:
                    if isinstance(slot, Total):
                        _walked(slot.path, above)
            case KindsRow():
                ends = _walked(row.base, above)
                for kind in row.kinds:
                    _walked(kind.path, ends)
            case RecordRow() | GroupRow():
                _learn(row.rows, _walked(row.path, above))
            case SplitRow():
                ends = _walked(row.path, above)
                for path in (*row.by, *([row.head] if row.head else []), *row.dealt):
                    _walked(path, above)
                _learn(row.rows, above if row.by else ends)
            case LetRow():
                pass


def _walked(path: Path, above: list[Known]) -> list[Known]:
    """Make a path known; return the elements from the root to its end."""
    here = above[:1] if path.top else above[: max(1, len(above) - path.up)]
    for step in path.steps:
        here = [*here, here[-1].below((step.name,))]
        for test in step.tests:
            tested = here[-1].below(test.names)
            tested.attributes.update([test.attribute] if test.attribute else [])
    if path.attribute:
        here[-1].attributes.add(path.attribute)
    return here
