"""X12 hierarchies read into orders, parcels and lines, however the partner nests them.

S-O-P-I, S-O-I, S-O-T-P-I, S-O-I-P and S-P-O-I all end as: one message for each order level, in it
the parcels, in them the lines. A tracking number is taken from the level nearest to its parcel.
"""

from dataclasses import dataclass, field

from hub.domain.exchange import Purpose, Where
from hub.mapping.filling import Reader, absent, fill, put, sightings
from hub.mapping.framing import Round
from hub.mapping.plan import FirstOf, LevelPlan, TreePlan, element
from hub.mapping.shapes import Filled

Sightings = list[tuple[Where, tuple[str, ...]]]


@dataclass(slots=True, kw_only=True, eq=False)
class Knot:
    """One HL: its level, its parent, its children in order."""

    code: str
    round: Round
    parent: "Knot | None"
    children: "list[Knot]" = field(default_factory=list)

    def above(self, code: str) -> "Knot | None":
        """Return the nearest level of that code above this one, or None."""
        knot = self.parent
        while knot is not None and knot.code != code:
            knot = knot.parent
        return knot


@dataclass(slots=True, kw_only=True)
class Box:
    """One parcel being put together: the level that stands for it, if any, and its lines."""

    knot: Knot | None
    lines: list[Knot] = field(default_factory=list)
    filled: Filled = field(default_factory=Filled)


def orders(
    tree: TreePlan, around: Round, *, cls: type, root: Filled, reader: Reader
) -> list[Filled]:
    """Return the values of one message for each order level of the paper."""
    knots = _knots(tree, around.rounds(tree))
    message_levels = [level for level in tree.levels if not level.field]
    own = message_levels[-1]
    found: dict[Knot, list[Knot]] = {knot: [] for knot in knots if knot.code == own.code}
    for knot in knots:
        order = knot.above(own.code)
        if order is not None:
            found[order].append(knot)
    if not found:
        reader.problems.append(absent(f"{tree.tag}[03={own.code}]", _nowhere(tree), needed=True))
    filled: list[Filled] = []
    for knot, inside in found.items():
        values, start = root.copy(_begin(knot)), len(reader.problems)
        for level in message_levels:
            here = knot if level is own else knot.above(level.code)
            if here is not None:
                _fill(here, level, cls, reader, values)
        _parcels(tree, knot, inside, values, reader)
        values.met = (start, len(reader.problems))
        filled.append(values)
    return filled


def _nowhere(tree: TreePlan) -> Where:
    return Where(segment=tree.tag, element=3)


def _fill(
    knot: Knot, level: LevelPlan, cls: type, reader: Reader, into: Filled | None = None
) -> Filled:
    """Read one level of the paper, into what is read already or into a record of its own."""
    return fill(
        knot.round,
        cls=cls,
        parts=level.parts,
        firsts=level.firsts,
        into=Filled(where=_begin(knot)) if into is None else into,
        reader=reader,
    )


def _knots(tree: TreePlan, rounds: list[Round]) -> list[Knot]:
    """Tie each HL to the parent it names, else to the last one above its level.

    Only an earlier HL can be a parent, so there is no circle.
    """
    by_number: dict[str, Knot] = {}
    knots: list[Knot] = []
    for one in rounds:
        segment = one.own[0].segment
        code = element(segment, 3)
        parent = by_number.get(element(segment, 2)) or _likely(tree, code, knots)
        knot = Knot(code=code, round=one, parent=parent)
        if parent is not None:
            parent.children.append(knot)
        by_number[element(segment, 1)] = knot
        knots.append(knot)
    return knots


def _likely(tree: TreePlan, code: str, knots: list[Knot]) -> Knot | None:
    rank = tree.order.index(code) if code in tree.order else len(tree.order)
    above = tree.order[:rank]
    return next((knot for knot in reversed(knots) if knot.code in above), None)


def _parcels(
    tree: TreePlan, order: Knot, inside: list[Knot], values: Filled, reader: Reader
) -> None:
    """Put an order's lines into its parcels and number the parcels.

    1. Each line goes to the pack above it, else the pack below it, else the pallet above it.
    2. Lines without any share a parcel, unless they carry tracking numbers of their own.
    3. Packs without lines stay parcels.
    """
    made = [level for level in tree.levels if level.field]
    if len(made) != 2:
        return
    pack, line = made
    lines = [knot for knot in inside if knot.code == line.code]
    boxes = _boxes(tree, pack, line, inside)
    for box in boxes:
        if box.knot is not None and pack.cls:
            box.filled = _fill(box.knot, pack, pack.cls, reader)
        elif box.lines:
            box.filled = Filled(where=_begin(box.lines[0]))
        if line.cls:
            box.filled.children[line.field] = [
                _fill(one, line, line.cls, reader) for one in box.lines
            ]
    parcels = [box.filled for box in boxes]
    for first in pack.firsts:
        if first.levels:
            parcels += _number(first, tree, boxes, order, reader)
    values.children = {**values.children, pack.field: parcels}
    takes_back = values.values.get("purpose") == Purpose.CANCEL  # which names no goods
    if not lines and not line.optional and not takes_back:
        reader.problems.append(absent(f"{tree.tag}[03={line.code}]", _begin(order), needed=False))


def _begin(knot: Knot) -> Where:
    first = knot.round.own[0]
    return Where(segment=first.segment[0], ordinal=first.ordinal, path=knot.round.path)


def _boxes(tree: TreePlan, pack: LevelPlan, line: LevelPlan, inside: list[Knot]) -> list[Box]:
    boxes: dict[object, Box] = {}
    for knot in inside:
        if knot.code == pack.code:
            boxes.setdefault(knot, Box(knot=knot))
        elif knot.code == line.code:
            holder = _holder(tree, knot, pack)
            key: object = holder or _own_numbers(knot, pack)
            boxes.setdefault(key, Box(knot=holder)).lines.append(knot)
    return list(boxes.values())


def _holder(tree: TreePlan, line: Knot, pack: LevelPlan) -> Knot | None:
    below = next((child for child in line.children if child.code == pack.code), None)
    pallets = (line.above(code) for code in tree.between(pack.code))
    pallet = next((knot for knot in pallets if knot is not None), None)
    return line.above(pack.code) or below or pallet


def _own_numbers(line: Knot, pack: LevelPlan) -> tuple[str, ...]:
    seen = [sightings(first, line.round) for first in pack.firsts if line.code in first.levels]
    return tuple(raw[0] for one in seen for _, raw in one)


def _number(
    first: FirstOf, tree: TreePlan, boxes: list[Box], order: Knot, reader: Reader
) -> list[Filled]:
    """Give each parcel its number; those left over become parcels.

    A parcel's own levels count first. What stands on the order or shipment is shared: one number is
    everybody's, several go round in order.
    """
    pack = next(level for level in tree.levels if level.field)
    cls = pack.cls or object
    spare: Sightings = []
    bare: list[Box] = []
    for box in boxes:
        near = _near(first, box, tree.between(pack.code))
        if near:
            put(first.value, near[0][1], near[0][0], cls, box.filled, reader)
            spare += near[1:]
        else:
            bare.append(box)
    shared = _shared(first, order) if bare or not boxes else []
    for index, box in enumerate(bare):
        seen = shared if len(shared) == 1 else shared[index : index + 1]
        if seen:
            put(first.value, seen[0][1], seen[0][0], cls, box.filled, reader)
    spare += shared[len(bare) :]
    return [_extra(first, where, raw, cls, reader) for where, raw in spare]


def _extra(first: FirstOf, where: Where, raw: tuple[str, ...], cls: type, reader: Reader) -> Filled:
    filled = Filled(where=where)
    put(first.value, raw, where, cls, filled, reader)
    return filled


def _near(first: FirstOf, box: Box, pallets: tuple[str, ...]) -> Sightings:
    """Return what the levels of a parcel say: itself, its lines, its pallet."""
    knots = ([box.knot] if box.knot else []) + box.lines
    above = [one.above(code) for one in knots for code in pallets]
    knots += [knot for knot in above if knot is not None]
    for code in first.levels:
        found: Sightings = []
        for knot in dict.fromkeys(knots):
            if knot.code == code:
                found += sightings(first, knot.round)
        if found:
            return _distinct(found)
    return []


def _shared(first: FirstOf, order: Knot) -> Sightings:
    """Return what the levels from the order up say, the nearest first."""
    for code in first.levels:
        knot = order if order.code == code else order.above(code)
        found = sightings(first, knot.round) if knot is not None else []
        if found:
            return _distinct(found)
    return []


def _distinct(found: Sightings) -> Sightings:
    return list({raw: (where, raw) for where, raw in reversed(found)}.values())[::-1]
