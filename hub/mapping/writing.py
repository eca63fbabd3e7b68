"""A message written by a page as a paper of ours; what does not fit is a problem, never cut off."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.domain.exchange import Paper, Problem, Severity, Where
from hub.domain.messages import Message
from hub.mapping.converters import Converter, Unfit, in_currency
from hub.mapping.filling import control_total
from hub.mapping.plan import (
    Choices,
    Constant,
    Count,
    Each,
    Lines,
    LoopPlan,
    Pairs,
    Part,
    Plan,
    Segment,
    SegmentPlan,
    Slot,
    Sum,
    TreePlan,
    Value,
    names,
)
from hub.mapping.saying import empty, holds, unsaid

Elements = dict[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """The paper (segments from ST to SE exclusive, or a tree) and what could not be said in it."""

    paper: Paper
    problems: tuple[Problem, ...]


@dataclass(slots=True, kw_only=True)
class _Writer:
    currency: str
    paper: list[Segment] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    # Control totals speak of the whole paper: filled in when the last segment stands.
    totals: list[tuple[int, Count | Sum]] = field(default_factory=list)

    def fitted(self, converter: Converter) -> Converter:
        """Return the converter, money in the message's currency."""
        return in_currency(converter, self.currency)

    def refuse(
        self,
        code: str,
        text: str,
        address: str,
        position: int,
        value: object,
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Note what cannot be written and where it would have stood."""
        where = Where(
            segment=address.partition("[")[0],
            ordinal=len(self.paper) + 2,
            element=position,
            path=address,
            value=str(value)[:99],
        )
        self.problems.append(Problem(code=code, text=text, where=where, severity=severity))


def write(plan: Plan, message: Message) -> Writing:
    """Write one message; TypeError if it is not of the page's class.

    Control totals are right by construction.
    """
    if not isinstance(message, plan.message):
        raise TypeError(f"{plan.name} writes {plan.message.__name__}, not {type(message).__name__}")
    writer = _Writer(currency=str(getattr(message, "currency", "")))
    writer.problems += unsaid(message)
    for part in plan.parts:
        _part(part, message, writer)
    _fill_totals(writer)
    return Writing(paper=tuple(writer.paper), problems=tuple(writer.problems))


def _part(part: Part, record: Any, writer: _Writer) -> None:
    match part:
        case SegmentPlan() | LoopPlan() if not part.write:
            pass  # Only another place to look when reading.
        case SegmentPlan():
            _segments(part, record, writer)
        case LoopPlan():
            _loop(part, record, writer)
        case TreePlan():
            _tree(part, record, writer)


def _loop(part: LoopPlan, record: Any, writer: _Writer) -> None:
    if not part.field:
        _group(part, record, writer)
        return
    value = getattr(record, part.field)
    children = value if part.many else () if value is None else (value,)
    for child in children:
        for inner in part.parts:
            _part(inner, child, writer)


def _group(part: LoopPlan, record: Any, writer: _Writer) -> None:
    """Write a group, an optional one only if a field of it says something."""
    if part.optional and not any(_speaks(inner, record) for inner in part.parts):
        return
    for inner in part.parts:
        _part(inner, record, writer)


def _speaks(part: Part, record: Any) -> bool:
    """Whether a part has anything of this record to say."""
    if isinstance(part, TreePlan) or not part.write:
        return False
    if isinstance(part, SegmentPlan):
        if part.when is not None and not holds(part.when, record):
            return False
        return any(not empty(getattr(record, name)) for name in _names(part))
    return not part.field and any(_speaks(inner, record) for inner in part.parts)


def _names(part: SegmentPlan) -> list[str]:
    return [name for slot in part.slots for name in names(slot)]


def _segments(part: SegmentPlan, record: Any, writer: _Writer) -> None:
    """Write a segment, or several where a field runs over more than one."""
    if part.when is not None and not holds(part.when, record):
        return
    said = _names(part)
    if part.optional and said and not _speaks(part, record):
        return
    rounds = max([1, *(_rounds(slot, record) for slot in part.slots)])
    if rounds > part.most:
        text = (
            f"{', '.join(said)} needs {rounds} {part.address}, the page allows {part.most}; "
            "shorten it or allow more on the page"
        )
        writer.refuse("map-too-much", text, str(part.address), 1, getattr(record, said[0], ""))
    for number in range(min(rounds, part.most)):
        _segment(part, number, record, writer)


def _segment(part: SegmentPlan, number: int, record: Any, writer: _Writer) -> None:
    address = part.address
    elements: Elements = {address.position: address.code} if address.code else {}
    totals: list[Count | Sum] = []
    for slot in part.slots:
        if isinstance(slot, Count | Sum):
            totals.append(slot)
        else:
            elements.update(_slot(slot, number, record, str(address), writer))
    writer.totals += [(len(writer.paper), total) for total in totals]
    writer.paper.append(_row(address.tag, elements))


def _row(tag: str, elements: Elements) -> Segment:
    said = [position for position, text in elements.items() if text]
    last = max(said, default=0)
    return (tag, *(elements.get(position, "") for position in range(1, last + 1)))


def _fill_totals(writer: _Writer) -> None:
    paper = tuple(writer.paper)
    for index, total in writer.totals:
        segment = writer.paper[index]
        known = dict(enumerate(segment[1:], start=1))
        number = control_total(total, paper).normalize()
        writer.paper[index] = _row(segment[0], known | {total.elements[0]: f"{number:f}"})


def _rounds(slot: Slot, record: Any) -> int:
    """Return how many segments a slot needs."""
    match slot:
        case Each():
            return -(-len(getattr(record, slot.field)) // len(slot.elements))
        case Lines():
            return len(_pieces(getattr(record, slot.field), slot))
    return 1


def _slot(slot: Slot, number: int, record: Any, address: str, writer: _Writer) -> Elements:
    match slot:
        case Constant():
            return {slot.elements[0]: slot.text}
        case Value():
            values = tuple(getattr(record, name) for name in slot.fields)
            return _value(slot, slot.elements, values, address, writer)
        case Choices():
            return _choices(slot, record, address, writer)
        case Pairs():
            return _pairs(slot, getattr(record, slot.field), address, writer)
        case Each():
            return _each(slot, number, getattr(record, slot.field), address, writer)
        case Lines():
            return _line(slot, number, getattr(record, slot.field), address, writer)
    return {}


def _value(
    slot: Value,
    elements: tuple[int, ...],
    values: tuple[object, ...],
    address: str,
    writer: _Writer,
) -> Elements:
    if empty(values[0]):
        return {}
    formatted = writer.fitted(slot.converter).format(values, width=len(elements))
    if isinstance(formatted, Unfit):
        text = f"{' and '.join(slot.fields)}: `{values[0]}` {formatted.text}"
        writer.refuse("map-value", text, address, elements[0], values[0])
        return {}
    return dict(zip(elements, formatted, strict=True))


def _choices(slot: Choices, record: Any, address: str, writer: _Writer) -> Elements:
    """Write each field once, behind the first qualifier that stands for it."""
    options = {value.fields: (code, value) for code, value in reversed(slot.options)}
    free = list(slot.elements[::2])
    elements: Elements = {}
    for fields, (code, value) in reversed(options.items()):
        values = tuple(getattr(record, name) for name in fields)
        if empty(values[0]):
            continue
        if not free:
            text = f"{fields[0]} finds no free pair of elements; widen the page's span"
            writer.refuse("map-too-much", text, address, slot.elements[0], values[0])
            continue
        position = free.pop(0)
        written = _value(value, (position + 1,), values, address, writer)
        elements.update({position: code, **written} if written else {})
    return elements


def _pairs(slot: Pairs, pairs: Sequence[Any], address: str, writer: _Writer) -> Elements:
    """Write the pairs whose kind the table knows: the page chooses them."""
    elements: Elements = {}
    free = list(slot.elements[::2])
    for pair in pairs:
        code = slot.table.code((pair.kind,), length=len(pair.value))
        if code is None:
            if slot.table.knows(pair.kind):
                text = (
                    f"{slot.field}: no {pair.kind} is {len(pair.value)} characters long; left out"
                )
                place = slot.elements[0]
                writer.refuse("map-left-out", text, address, place, pair.value, Severity.WARNING)
            continue
        if not free:
            text = f"{slot.field}: {len(pairs)} ids do not fit into {len(slot.elements)} elements"
            writer.refuse("map-too-much", text, address, slot.elements[0], pair.value)
            break
        position = free.pop(0)
        elements.update({position: code, position + 1: pair.value})
    if pairs and not elements:
        kinds = ", ".join(sorted({row.words[0] for row in slot.table.rows}))
        text = f"{slot.field}: none has a code in mappings/{slot.table.name}.yaml ({kinds})"
        writer.refuse("map-value", text, address, slot.elements[0], pairs[0].kind)
    return elements


def _each(
    slot: Each, number: int, values: Sequence[str], address: str, writer: _Writer
) -> Elements:
    start = number * len(slot.elements)
    elements: Elements = {}
    for position, value in zip(slot.elements, values[start:], strict=False):
        formatted = slot.converter.format((value,), width=1)
        if isinstance(formatted, Unfit) or empty(value):
            reason = formatted.text if isinstance(formatted, Unfit) else "is empty"
            text = f"{slot.field}: `{value}` {reason}"
            writer.refuse("map-value", text, address, position, value)
        else:
            elements[position] = formatted[0]
    return elements


Piece = tuple[str, str, str]


def _pieces(text: str, slot: Lines) -> list[Piece]:
    """Return a text as (piece, X12 934, number) rows of at most the limit.

    X12 carries neither spaces at the end of a line nor an empty line: the former do not travel, the
    latter is an advance of the line after it, and blank lines at the end do not travel either.
    """
    pieces: list[Piece] = []
    advance = 1
    for line in text.split("\n"):
        line = line.rstrip(" ")
        if not line:
            advance += 1
            continue
        control, number = ("", "") if advance == 1 else ("AA", str(advance))
        for piece in _cut(line, slot.limit):
            pieces.append((piece, control, number))
            control, number = "LC", ""
        advance = 1
    return pieces


def _cut(line: str, limit: int) -> list[str]:
    """Cut a line so that no piece ends with a space; a hopeless one stays whole."""
    pieces: list[str] = []
    while len(line) > limit:
        piece = line[:limit].rstrip(" ")
        if not piece:
            break
        pieces.append(piece)
        line = line[len(piece) :]
    return [*pieces, line]


def _line(slot: Lines, number: int, text: str, address: str, writer: _Writer) -> Elements:
    pieces = _pieces(text, slot)
    piece, control, advance = pieces[number] if number < len(pieces) else ("", "", "")
    plain = len(slot.elements) == 1
    if len(piece) > slot.limit or (control == "LC" and plain) or len(advance) > 2:
        what = f"{slot.field} has a line of more than {slot.limit} characters; break it"
        writer.refuse("map-too-long", what, address, slot.elements[0], piece)
    elif control and plain:
        what = f"{slot.field} has a blank line, for which the page has no place; write `01-03:`"
        writer.refuse("map-blank-line", what, address, slot.elements[0], piece)
    # MTX has a second place for text between the first and the control.
    spoken = (piece, "", control, advance) if len(slot.elements) == 4 else (piece, control, advance)
    return dict(zip(slot.elements, spoken, strict=False))


def _tree(tree: TreePlan, message: Any, writer: _Writer) -> None:
    """Write the hierarchy depth first, numbered from 1 without a gap."""
    count = 0

    def level(depth: int, record: Any, parent: int) -> None:
        nonlocal count
        if depth == len(tree.levels):
            return
        plan = tree.levels[depth]
        for child in getattr(record, plan.field) if plan.field else (record,):
            count += 1
            own = count
            index = len(writer.paper)
            writer.paper.append((tree.tag,))
            for part in plan.parts:
                _part(part, child, writer)
            level(depth + 1, child, own)
            # HL04 says whether there is a level below.
            above, below = str(parent) if parent else "", "1" if count > own else "0"
            writer.paper[index] = (tree.tag, str(own), above, plan.code, below)

    level(0, message, 0)
