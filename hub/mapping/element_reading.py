"""A partner's tree read by a page into messages; whatever is wrong comes back located, at once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hub.domain.exchange import Node, Problem, Where
from hub.domain.telling import foremost
from hub.mapping.arrays import misplaced
from hub.mapping.converters import Unfit
from hub.mapping.element_parting import parted
from hub.mapping.elements import (
    ElementPlan,
    GroupRow,
    KindsRow,
    LetRow,
    Listed,
    Outer,
    Path,
    RecordRow,
    Row,
    SplitRow,
    Total,
    ValueRow,
    fields_of,
    fills,
)
from hub.mapping.filling import Notes, absent, decimal, refuse, taken, warn
from hub.mapping.finding import NOTHING, OBJECT, Sight, Spot, blank
from hub.mapping.origins import Origins
from hub.mapping.plan import Each, Lines, Pairs, Value
from hub.mapping.reading import Reading, Unread, made
from hub.mapping.shapes import Filled, shape
from hub.mapping.strictness import unknown


@dataclass(slots=True, kw_only=True)
class Heard:
    """A field of the message, said in a record inside it."""

    field: str
    value: object
    where: Where


@dataclass(slots=True, kw_only=True)
class TreeReader(Notes):
    """What reading one tree carries along besides: how it is looked at, what records say of it."""

    sight: Sight
    message: type
    heard: list[Heard] = field(default_factory=list)
    total: Callable[[Total, Spot], Decimal] | None = None

    def totalled(self, slot: Total, spot: Spot) -> Decimal:
        """Return what a control total should say."""
        return self.total(slot, spot) if self.total else control_total(slot, spot, self.sight)


def read(plan: ElementPlan, paper: Node) -> Reading:
    """Read a tree; it never raises on what it says."""
    reader = opened(plan, paper)
    if paper.name != plan.root:
        return Reading(messages=(), problems=(missing_root(plan, paper),))
    top = reader.sight.top(paper)
    problems = unknown(plan.known, top, reader.sight) if plan.known else []
    problems += misplaced(plan.rows, top, reader.sight)
    filled = Filled(where=Where(path=top.path))
    fill(top, plan.rows, cls=plan.message, into=filled, reader=reader)
    if not filled.variants:
        settle(filled, reader)
    origins = Origins()
    messages, unread = made(plan.message, filled.records, reader.problems, origins)
    told = foremost(tuple(dict.fromkeys((*problems, *reader.problems))))
    if problems:  # nothing of it may be used
        unread += tuple(Unread(number=str(getattr(one, "number", ""))) for one in messages)
        messages = ()
    return Reading(messages=messages, problems=told, origins=origins, unread=unread)


def opened(plan: ElementPlan, paper: Node) -> TreeReader:
    """Return the reader of one paper."""
    sight = Sight(json=paper.kind == OBJECT, prefixes=plan.prefixes)
    return TreeReader(sight=sight, message=plan.message)


def missing_root(plan: ElementPlan, paper: Node) -> Problem:
    """Say that a paper is another one than the page's."""
    text = (
        f"the paper is {paper.name[:99] or 'JSON'}, the page reads {plan.root or 'JSON'}; correct "
        "`root:` and `namespaces:` on the page, or ask the partner for the other paper"
    )
    return Problem(code="map-other-root", text=text, where=Where(path="/", value=paper.name[:99]))


def settle(filled: Filled, reader: TreeReader) -> None:
    """Lay what records said of their message into it; what differs is an error."""
    for one in reader.heard:
        known = filled.values.get(one.field)
        if known is None and one.field not in filled.failed:
            filled.values[one.field] = one.value
        elif known is not None and known != one.value:
            text = f"{one.field}: `{one.where.value}` here, `{known}` in the paper; one of the two"
            problem = Problem(code="map-other-value", text=f"{text} is wrong", where=one.where)
            reader.problems.append(problem)
            filled.failed.add(one.field)
    for name in filled.failed.intersection(one.field for one in reader.heard):
        filled.values.pop(name, None)
    reader.heard = []


def fill(spot: Spot, listed: Listed, *, cls: type, into: Filled, reader: TreeReader) -> None:
    """Read rows at an element into `into`; where an `each` splits it, into all its records."""
    for row in listed.plain:
        _row(row, spot, cls, into, reader)
    for row in listed.late:
        if not _said(row, into):
            _row(row, spot, cls, into, reader)
    for split in listed.splits:
        if not (split.use.late and into.variants):
            _split(split, spot, cls, into, reader)


def _said(row: Row, into: Filled) -> bool:
    """Whether any field of a row has a value."""
    names = fills(Listed(rows=(row,)))
    return any(name in into.values or into.children.get(name) for name in names)


def _row(row: Row, spot: Spot, cls: type, into: Filled, reader: TreeReader) -> None:
    match row:
        case ValueRow():
            _value_row(row, spot, cls, into, reader)
        case LetRow():
            into.values[row.field] = row.value
        case KindsRow():
            _kinds(row, spot, cls, into, reader)
        case RecordRow():
            _loop(row, spot, into, reader)
        case GroupRow():
            _group(row, spot, cls, into, reader)


# --- values ------------------------------------------------------------------------------------


def _value_row(row: ValueRow, spot: Spot, cls: type, into: Filled, reader: TreeReader) -> None:
    """Read the places of a row, or note that there is no such element."""
    there = False
    for node in reader.sight.found(spot, row.base):
        if _slots(row, node, spot, cls, into, reader):
            there = True
            break
        there = there or row.optional or _stands(row, node, reader.sight)
    if "currency" in into.values:
        reader.currency = into.values["currency"]
    if row.needs and not into.values.keys() >= set(row.needs):
        where = reader.sight.where(spot, row.base, None, row.places[0])
        for name in row.needs:
            into.homes.setdefault(name, where)
    if not there and not row.optional and not row.constant:
        where = reader.sight.where(spot, row.base, None, row.places[0])
        into.failed.update(name for name in row.needs if name not in into.values)
        missed(row.address, where, reader, needed=bool(row.needs))


def missed(address: str, where: Where, reader: TreeReader, *, needed: bool) -> None:
    """Say that an element is missing: an error where a field needs it."""
    reader.problems.append(absent(address, where, needed=needed))


def _stands(row: ValueRow, node: Node, sight: Sight) -> bool:
    """Whether any place of a row is in the paper, were it empty."""
    for place in row.places:
        for found in sight.nodes(node, place.steps):
            if not place.attribute or any(name == place.attribute for name, _ in found.attributes):
                return True
    return False


def _slots(
    row: ValueRow, node: Node, spot: Spot, cls: type, into: Filled, reader: TreeReader
) -> bool:
    """Read one element; tell whether the row needs no other: a list goes on over all of them."""
    done = False
    for slot in row.slots:
        match slot:
            case Value():
                done = _value(row, slot, node, spot, cls, into, reader) or done
            case Outer():
                done = _outer(row, slot, node, spot, reader) or done
            case Each():
                _each(row, slot, node, spot, into, reader)
            case Lines():
                _lines(row, slot, node, into, reader)
            case Pairs():
                _pairs(row, slot, node, into, reader)
            case Total():
                _control(row, slot, node, spot, reader)
            case _:
                pass  # What the page says itself is written, never checked.
    return done


def _raw(row: ValueRow, elements: tuple[int, ...], node: Node, sight: Sight) -> tuple[str, ...]:
    """Return what stands at some places of a row, of each the first that says anything."""
    said: list[str] = []
    for element in elements:
        place = row.places[element - 1]
        if place.steps:
            texts = (sight.raw(one, place.attribute) for one in sight.nodes(node, place.steps))
            said.append(next((text for text in texts if not blank(text)), ""))
        else:
            said.append(sight.raw(node, place.attribute))
    return tuple(said)


def _value(
    row: ValueRow,
    slot: Value,
    node: Node,
    spot: Spot,
    cls: type,
    into: Filled,
    reader: TreeReader,
) -> bool:
    raw = _raw(row, slot.elements, node, reader.sight)
    if blank(raw[0]):
        return False
    unfit = taken(slot, raw, into, reader)
    if unfit is not None:
        place = row.places[slot.elements[0] - 1]
        refuse(slot, unfit, reader.sight.where(spot, row.base, node, place), cls, reader)
    return True


def _outer(row: ValueRow, slot: Outer, node: Node, spot: Spot, reader: TreeReader) -> bool:
    """Read a field of the message in one of its records."""
    raw = _raw(row, slot.elements, node, reader.sight)
    if blank(raw[0]):
        return False
    place = row.places[slot.elements[0] - 1]
    where = reader.sight.where(spot, row.base, node, place)
    parsed = reader.fitted(slot.converter).parse(raw)
    if isinstance(parsed, Unfit):
        text = f"{' and '.join(slot.fields)}: `{where.value}` {parsed.text}"
        warn("map-value", text, where, reader)
        return True
    for name, value in zip(slot.fields, parsed, strict=True):
        reader.heard.append(Heard(field=name, value=value, where=where))
        if name == "currency" and not reader.currency:
            reader.currency = str(value)
    return True


def _each(
    row: ValueRow, slot: Each, node: Node, spot: Spot, into: Filled, reader: TreeReader
) -> None:
    gathered: tuple[Any, ...] = into.values.get(slot.field, ())
    for element in slot.elements:
        place = row.places[element - 1]
        for found in reader.sight.nodes(node, place.steps):
            raw = reader.sight.raw(found, place.attribute)
            parsed = slot.converter.parse((raw,)) if not blank(raw) else ()
            if isinstance(parsed, Unfit):
                where = reader.sight.where(spot, row.base, node, place)
                text = f"{slot.field}: `{raw[:99]}` {parsed.text}"
                warn("map-value", text, where, reader)
            else:
                gathered += parsed
    if gathered:
        into.values[slot.field] = gathered


def _lines(row: ValueRow, slot: Lines, node: Node, into: Filled, reader: TreeReader) -> None:
    place = row.places[slot.elements[0] - 1]
    for found in reader.sight.nodes(node, place.steps):
        line = reader.sight.raw(found, place.attribute)
        begun = slot.field in into.values
        into.values[slot.field] = f"{into.values[slot.field]}\n{line}" if begun else line


def _pairs(row: ValueRow, slot: Pairs, node: Node, into: Filled, reader: TreeReader) -> None:
    """Take the pair whose qualifier the table knows, no others."""
    value, qualifier = _raw(row, slot.elements, node, reader.sight)
    words = slot.table.words(qualifier)
    if words is None and slot.table.keep and qualifier:
        words = (qualifier,)
    if words and not blank(value):
        pair = slot.cls(kind=words[0], value=value)
        into.values[slot.field] = (*into.values.get(slot.field, ()), pair)


def _control(row: ValueRow, slot: Total, node: Node, spot: Spot, reader: TreeReader) -> None:
    (raw,) = _raw(row, slot.elements, node, reader.sight)
    expected = reader.totalled(slot, spot)
    if raw and decimal(raw) != expected:
        what = f"{'sum' if slot.summed else 'number'} of {slot.path.text}"
        text = f"the paper has {expected:f} ({what}), not {raw[:20]}; it is read as it stands"
        where = reader.sight.where(spot, row.base, node, row.places[slot.elements[0] - 1])
        warn("map-count", text, where, reader)


def control_total(slot: Total, spot: Spot, sight: Sight) -> Decimal:
    """Count the elements of a path, or sum what they say."""
    found = sight.found(spot, slot.path)
    if not slot.summed:
        return Decimal(sum(1 for node in found if not (node.many and node.kind == NOTHING)))
    numbers = (decimal(sight.raw(node, slot.path.attribute)) for node in found)
    return sum((number for number in numbers if number is not None), start=Decimal(0))


def _kinds(row: KindsRow, spot: Spot, cls: type, into: Filled, reader: TreeReader) -> None:
    """Take an id from the place of each kind."""
    pairs: list[Any] = list(into.values.get(row.field, ()))
    had = len(pairs)
    for node in reader.sight.found(spot, row.base):
        for kind in row.kinds:
            value = reader.sight.said(node, kind.path)
            known = any(pair.kind == kind.word and pair.value == value for pair in pairs)
            if not blank(value) and not known and kind.length in (None, len(value)):
                pairs.append(row.cls(kind=kind.word, value=value))
    if pairs:
        into.values[row.field] = tuple(pairs)
    if len(pairs) == had and not row.optional:
        needed = shape(cls)[row.field].required
        where = reader.sight.where(spot, row.base, None, Path(text="."))
        missed(row.address, where, reader, needed=needed)
        into.failed.update([row.field] if needed else [])


# --- records -----------------------------------------------------------------------------------


def _loop(row: RecordRow, spot: Spot, into: Filled, reader: TreeReader) -> None:
    rounds = _rounds(row.path, row.rows, spot, reader)
    for one in rounds if row.many else rounds[:1]:
        filled = Filled(where=Where(path=one.path))
        fill(one, row.rows, cls=row.cls, into=filled, reader=reader)
        into.children.setdefault(row.field, []).extend(filled.records)
    if not rounds and not row.optional and not into.children.get(row.field):
        where = reader.sight.where(spot, row.path, None, Path(text="."))
        missed(row.address, where, reader, needed=row.needed)
        into.failed.update([row.field] if row.needed else [])


def _rounds(path: Path, listed: Listed, spot: Spot, reader: TreeReader) -> list[Spot]:
    """Return the elements of a loop or group; at `.` this one, if anything there speaks."""
    if path.steps or path.away:
        return reader.sight.spots(spot, path)
    return [spot] if speaks(listed, spot, reader) else []


def speaks(listed: Listed, spot: Spot, reader: TreeReader) -> bool:
    """Whether any row finds something of its own at an element."""
    rows = (row for row in listed.rows if not isinstance(row, LetRow) and row.use.read)
    return any(_row_speaks(row, spot, reader) for row in rows)


def _row_speaks(row: Row, spot: Spot, reader: TreeReader) -> bool:
    sight = reader.sight
    match row:
        case ValueRow():
            if row.base.away or not any(fields_of(slot) for slot in row.slots):
                return False
            elements = tuple(range(1, len(row.places) + 1))
            found = sight.found(spot, row.base)
            return any(
                not blank(text) for node in found for text in _raw(row, elements, node, sight)
            )
        case KindsRow():
            found = sight.found(spot, row.base)
            return any(
                not blank(sight.said(node, kind.path)) for node in found for kind in row.kinds
            )
        case RecordRow() | GroupRow() | SplitRow():
            return not row.path.away and bool(_rounds(row.path, row.rows, spot, reader))
        case _:
            return False


def _group(row: GroupRow, spot: Spot, cls: type, into: Filled, reader: TreeReader) -> None:
    """Read rows that go together; an optional group that is not there is not missed."""
    rounds = _rounds(row.path, row.rows, spot, reader)
    if rounds or (not row.optional and not row.path.steps):
        fill(rounds[0] if rounds else spot, row.rows, cls=cls, into=into, reader=reader)
    elif not row.optional:
        needs = _needed(row.rows, cls)
        where = reader.sight.where(spot, row.path, None, Path(text="."))
        missed(row.address, where, reader, needed=bool(needs))
        into.failed.update(needs)


def _needed(listed: Listed, cls: type) -> list[str]:
    shapes = shape(cls)
    return [name for name in fills(listed) if name in shapes and shapes[name].required]


def _split(row: SplitRow, spot: Spot, cls: type, into: Filled, reader: TreeReader) -> None:
    """Make a record of each round; what was read before speaks for all of them."""
    outer, sight, found, told = reader.heard, reader.sight, False, len(reader.problems)
    for one, seen in _parted(row, spot, reader):
        split, start = into.copy(Where(path=one.path)), len(reader.problems)
        found, reader.heard, reader.sight = True, list(outer), seen
        fill(one, row.rows, cls=cls, into=split, reader=reader)
        if cls is reader.message and not split.variants:
            settle(split, reader)
        split.met = (start, len(reader.problems))
        into.variants += split.records
        reader.sight = sight
    reader.heard = outer
    if not found and not row.optional:
        needs = _needed(row.rows, cls)
        where = sight.where(spot, row.path, None, Path(text="."))
        if len(reader.problems) == told:  # else it is there, and was told why it is of no use
            missed(row.address, where, reader, needed=bool(needs))
        into.failed.update(needs)


def _parted(row: SplitRow, spot: Spot, reader: TreeReader) -> Iterator[tuple[Spot, Sight]]:
    """Yield the element of each round and what is seen from there."""
    sight = reader.sight
    if not row.by:
        for one in sight.spots(spot, row.path):
            yield one, sight
        return
    seen = parted(row, spot, sight)
    reader.problems += seen.problems
    for one_sight in seen.sights:
        yield spot, one_sight
