"""A tree that speaks of several orders looked at once for each: `each … by`.

Nothing is guessed: what does not say whose it is, is an ERROR at its place and seen by nobody.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from hub.domain.exchange import Node, Problem, Where
from hub.mapping.elements import Path, SplitRow
from hub.mapping.finding import Sight, Spot, blank

MOST_LOOKS = 20_000_000
"""How many elements `each … by` looks at altogether: some thousands of orders in one paper."""
MOST_TOLD = 9  # values named in one sentence


@dataclass(slots=True, kw_only=True)
class Parted:
    """What is seen of a paper in each round, and what nobody can tell apart."""

    sights: list[Sight] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class _Parting:
    """Which elements are seen in which rounds; the order of rounds is that of the paper."""

    row: SplitRow
    sight: Sight
    spot: Spot
    owners: list[tuple[Node, set[str]]] = field(default_factory=list)
    rounds: dict[str, None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def own(self, spot: Spot, values: Iterable[str]) -> None:
        """Note the rounds in which an element is seen."""
        self.owners.append((spot.node, set(values)))

    def refuse(self, code: str, text: str, spot: Spot) -> None:
        """Say what cannot be told apart; where it stands, and what it says."""
        where = Where(path=spot.path or "/", value=_said(spot.node)[:99])
        self.problems.append(Problem(code=code, text=text, where=where))


def parted(row: SplitRow, spot: Spot, sight: Sight) -> Parted:
    """Return what each round of `each … by` sees.

    Rounds are the values of the elements named; where there are no such elements, those of the
    head. An element without a value has that of the head, if it has one.
    """
    parting = _Parting(row=row, sight=sight, spot=spot)
    heads = list(_heads(parting))
    named = list(dict.fromkeys(value for _, value in heads if value))
    marked = [(path, one) for path in row.by for one in _marked(path, parting)]
    for path, one in marked:
        parting.rounds |= dict.fromkeys(_values(path, one, sight)[:1])
    known = named or list(parting.rounds)
    for path, one in marked:
        _owned(path, one, named, known, parting)
    if not marked:
        parting.rounds = dict.fromkeys(named)
    elif not parting.problems:
        _unnamed(heads, parting)
    for one, value in heads:
        parting.own(one, [value] if value else parting.rounds)
    _dealt(parting)
    if len(parting.rounds) * len(parting.owners) > MOST_LOOKS:
        wanted = row.by[0].text
        text = f"{len(parting.rounds)} different values of {wanted} are too many"
        where = Where(path=spot.path + sight.down(row.path))
        told = Problem(code="map-too-many", text=f"{text}; send smaller papers", where=where)
        return Parted(problems=[told])
    others = ([n for n, seen in parting.owners if value not in seen] for value in parting.rounds)
    return Parted(sights=[sight.without(nodes) for nodes in others], problems=parting.problems)


def _cut(path: Path) -> tuple[Path, Path]:
    """Return the way to the elements that are marked, and from there to the value."""
    at = path.marked + 1
    rest = Path(text=path.text, steps=path.steps[at:], attribute=path.attribute)
    return Path(text=path.text, steps=path.steps[:at]), rest


def _marked(path: Path, parting: _Parting) -> list[Spot]:
    return parting.sight.spots(parting.spot, _cut(path)[0])


def _values(path: Path, spot: Spot, sight: Sight) -> list[str]:
    """Return the different values that an element says."""
    rest = _cut(path)[1]
    raws = (sight.raw(node, rest.attribute) for node in sight.nodes(spot.node, rest.steps))
    return list(dict.fromkeys(raw for raw in raws if not blank(raw)))


def _heads(parting: _Parting) -> Iterator[tuple[Spot, str]]:
    """Yield the elements of the head with the value of each, empty for none."""
    path = parting.row.head
    if path is not None:
        for spot in _marked(path, parting):
            values = _values(path, spot, parting.sight)
            yield spot, values[0] if values else ""


def _owned(path: Path, spot: Spot, named: list[str], known: list[str], parting: _Parting) -> None:
    """Say whose an element is: by its own value, else by that of the head."""
    values = _values(path, spot, parting.sight)
    if not values and (parting.row.head is None or not known):
        values = [""]
    elif not values and len(named) == 1:
        values = named
    if len(values) == 1:
        parting.rounds.setdefault(values[0])
        parting.own(spot, values)
        return
    parting.own(spot, ())
    if values:
        text = f"this says {_listed(values)} at once and nothing tells how it is divided"
    else:
        text = f"the paper is of {_listed(known)} and this does not say of which"
    step = f"ask the partner to send {path.text} once in each, or one paper each"
    parting.refuse("map-whose", f"{text}; {step}", spot)


def _unnamed(heads: list[tuple[Spot, str]], parting: _Parting) -> None:
    """Tell of values of the head that no element speaks of."""
    for spot, value in heads:
        if value and value not in parting.rounds:
            wanted = parting.row.by[0].text
            text = f"the paper names {value} and no {wanted} of it is of it; nothing was made of it"
            parting.refuse("map-whose", f"{text}; ask the partner what it says of it", spot)


def _dealt(parting: _Parting) -> None:
    """Deal out what goes with the elements inside it; nobody knows whose an empty one is.

    Unless it is the only one: then everything is in it. A further path may hold elements of an
    earlier one.
    """
    known = {id(node): seen for node, seen in parting.owners}
    for path in parting.row.dealt:
        spots = parting.sight.spots(parting.spot, path)
        for spot in spots:
            inside = [known[id(node)] for node in _below(spot.node) if id(node) in known]
            alone = len(spots) == 1 or len(parting.rounds) < 2
            seen = set().union(*inside) if inside else set(parting.rounds if alone else ())
            known[id(spot.node)] = seen
            parting.own(spot, seen)
            if not inside and not alone:
                _nobodys(spot, len(spots), parting)


def _nobodys(spot: Spot, count: int, parting: _Parting) -> None:
    text = (
        f"the paper is of {_listed(list(parting.rounds))} and there are {count} of these; nothing "
        "tells of which one this is, and it was used for none"
    )
    step = "ask the partner whose it is, and for one paper each"
    parting.refuse("map-whose", f"{text}; {step}", spot)


def _below(node: Node) -> Iterator[Node]:
    for child in node.children:
        yield child
        yield from _below(child)


def _said(node: Node) -> str:
    """Return what an element and those inside it say, for people."""
    if not node.children:
        return node.text.strip()
    return " ".join(text for child in node.children if (text := _said(child)))


def _listed(values: list[str]) -> str:
    more = f" and {len(values) - MOST_TOLD} more" if len(values) > MOST_TOLD else ""
    return " and ".join(value[:40] or "nothing" for value in values[:MOST_TOLD]) + more
