"""One round of a loop read into values: elements parsed, every problem located, nothing raised."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from hub.domain.exchange import Problem, Segments, Severity, Where
from hub.mapping.converters import Converter, Unfit, in_currency
from hub.mapping.framing import Found, Round
from hub.mapping.origins import Begin, as_where
from hub.mapping.plan import (
    Choices,
    Constant,
    Count,
    Each,
    FirstOf,
    Lines,
    LoopPlan,
    Pairs,
    Part,
    SegmentPlan,
    Slot,
    Spread,
    Sum,
    Value,
    element,
    names,
)
from hub.mapping.shapes import Filled, shape


@dataclass(slots=True, kw_only=True)
class Notes:
    """What reading any paper carries along: its currency and the problems so far."""

    currency: str = ""
    problems: list[Problem] = field(default_factory=list)

    def fitted(self, converter: Converter) -> Converter:
        """Return the converter, money in the paper's currency."""
        return in_currency(converter, self.currency)


@dataclass(slots=True, kw_only=True)
class Reader(Notes):
    """What reading one paper of segments carries along besides: its totals."""

    total: Callable[[Count | Sum], Decimal]


# Not frozen: one is made for each segment of a feed, and freezing would double its price.
@dataclass(slots=True, kw_only=True, eq=False)
class Spot:
    """The segment being read: where it is and which record it fills."""

    found: Found
    path: str
    cls: type
    filled: Filled

    def at(self, position: int) -> Where:
        """Return the place of one element with what stands there."""
        return Where(
            segment=self.found.segment[0],
            ordinal=self.found.ordinal,
            element=position,
            path=self.path,
            value=element(self.found.segment, position)[:99],
        )

    def raw(self, elements: tuple[int, ...]) -> tuple[str, ...]:
        """Return these elements, empty where the segment is shorter."""
        segment = self.found.segment
        size = len(segment)
        if len(elements) == 1:  # nearly all
            place = elements[0]
            return (segment[place] if place < size else "",)
        return tuple([segment[one] if one < size else "" for one in elements])

    def note_home(self, name: str, position: int) -> None:
        """Note where a field would have stood, if the record needs it: nobody else is asked."""
        if shape(self.cls)[name].required:
            self.filled.homes.setdefault(name, self.at(position))


def fill(
    around: Round,
    *,
    cls: type,
    parts: tuple[Part, ...],
    firsts: tuple[FirstOf, ...],
    into: Filled,
    reader: Reader,
) -> Filled:
    """Read one round and the loops inside it into `into`, in page order.

    Where an `each` splits the record, what was read goes into every one of `into.records`.
    """
    here: dict[str, list[Found]] = {}
    for found in around.own:
        here.setdefault(found.segment[0], []).append(found)
    splits: list[LoopPlan] = []
    for part in parts:
        if isinstance(part, SegmentPlan):
            fitting = here.get(part.address.tag)
            if fitting is not None:
                _segments(part, fitting, around, cls, into, reader)
            elif part.missed:
                _absent(part, around, into, reader)
        elif isinstance(part, LoopPlan):
            if part.splits:
                splits.append(part)
            else:
                _loop(part, around, cls, into, reader)
    for first in firsts:
        if not first.levels and not into.values.keys() & first.value.fields:
            _look(first, here, around.path, cls, into, reader)
    into.variants = [into.laid_under(values) for values in into.spread]
    for split in splits:
        _split(split, around, cls, into, reader)
    return into


def _segments(
    part: SegmentPlan,
    tagged: list[Found],
    around: Round,
    cls: type,
    into: Filled,
    reader: Reader,
) -> None:
    """Read the segments of a tag that are meant, or note that there is none."""
    fits, left = part.address.fits, part.most
    for found in tagged:
        if left and fits(found.segment):
            left -= 1
            if part.read:
                spot = Spot(found=found, path=around.path, cls=cls, filled=into)
                for slot in part.slots:
                    if type(slot) is Value:  # nearly all
                        _value(slot, spot, reader)
                    else:
                        _slot(slot, spot, reader)
    if left == part.most and part.missed:
        _absent(part, around, into, reader)
    if "currency" in into.values:
        reader.currency = into.values["currency"]


def _absent(part: SegmentPlan, around: Round, into: Filled, reader: Reader) -> None:
    """Note where the fields of an absent segment would have stood, and that it is missed."""
    where = replace(_begin(around), segment=part.address.tag, element=None, value="")
    for slot in part.slots:
        for name in set(names(slot)).intersection(part.needs):
            into.homes.setdefault(name, replace(where, element=slot.elements[0]))
    if not part.optional:
        into.failed.update(part.needs)
        reader.problems.append(absent(str(part.address), where, needed=bool(part.needs)))


def _begin(around: Round) -> Where:
    """Return the place of a round's first segment, or of the paper's start."""
    return as_where(_start(around))


def _start(around: Round) -> Begin:
    """Return the same, said shortly."""
    if not around.own:
        return Begin("", None, around.path)
    first = around.own[0]
    return Begin(first.segment[0], first.ordinal, around.path)


def absent(address: str, where: Where, *, needed: bool) -> Problem:
    """Say that a segment is missing: an error where a field needs it."""
    return Problem(
        code="map-segment-missing",
        text=f"{address} is missing; ask the partner to send it, or mark it `?` on the page",
        where=where,
        severity=Severity.ERROR if needed else Severity.WARNING,
    )


def _loop(part: LoopPlan, around: Round, cls: type, into: Filled, reader: Reader) -> None:
    rounds = around.rounds(part)
    for one in rounds if part.many or not part.field else rounds[:1]:
        if part.field and part.cls:
            filled = Filled(where=_start(one))
            fill(
                one,
                cls=part.cls,
                parts=part.parts,
                firsts=part.firsts,
                into=filled,
                reader=reader,
            )
            into.children.setdefault(part.field, []).extend(filled.records)
        else:
            fill(one, cls=cls, parts=part.parts, firsts=part.firsts, into=into, reader=reader)
    if not rounds and not part.optional:
        where = replace(_begin(around), segment=part.trigger.tag, value="")
        needed = bool(part.field) and shape(cls)[part.field].required
        reader.problems.append(absent(str(part.trigger), where, needed=needed))
        if needed:
            into.failed.add(part.field)


def _split(part: LoopPlan, around: Round, cls: type, into: Filled, reader: Reader) -> None:
    """Make a record of each round; what was read before speaks for all of them."""
    rounds = around.rounds(part)
    for one in rounds:
        split, start = into.copy(_start(one)), len(reader.problems)
        fill(one, cls=cls, parts=part.parts, firsts=part.firsts, into=split, reader=reader)
        split.met = (start, len(reader.problems))
        into.variants += split.records
    if not rounds and not part.optional:
        where = replace(_begin(around), segment=part.trigger.tag, value="")
        first = part.parts[0]
        needs = first.needs if isinstance(first, SegmentPlan) else ()
        reader.problems.append(absent(str(part.trigger), where, needed=bool(needs)))
        into.failed.update(needs)


def _slot(slot: Slot, spot: Spot, reader: Reader) -> None:
    match slot:
        case Value():
            _value(slot, spot, reader)
        case Constant():
            pass  # Written, never checked: what must be told apart stands in an address.
        case Choices():
            _choices(slot, spot, reader)
        case Pairs():
            _pairs(slot, spot)
        case Each():
            _each(slot, spot, reader)
        case Lines():
            gathered = spot.filled.values.get(slot.field, "")
            spot.filled.values[slot.field] = _continued(gathered, slot, spot)
        case Count() | Sum():
            _control(slot, spot, reader)
        case Spread():
            _spread(slot, spot, reader)


def _spread(slot: Spread, spot: Spot, reader: Reader) -> None:
    """Make a record of each group of elements, besides what else is read of the one around."""
    size = len(slot.values)
    for start in range(0, len(slot.elements), size):
        positions = slot.elements[start : start + size]
        if any(one.strip(" ") for one in spot.raw(positions)):
            part = Filled(where=spot.at(positions[0]))
            for position, value in zip(positions, slot.values, strict=True):
                place = replace(value, elements=(position,))
                _value(place, replace(spot, filled=part), reader)
            spot.filled.spread.append(part)


def warn(code: str, text: str, where: Where, reader: Notes) -> None:
    """Note what is odd and hinders nothing."""
    reader.problems.append(Problem(code=code, text=text, where=where, severity=Severity.WARNING))


def _value(slot: Value, spot: Spot, reader: Reader) -> None:
    raw = spot.raw(slot.elements)
    if (raw[0] if len(raw) == 1 else "".join(raw)).strip(" "):
        unfit = taken(slot, raw, spot.filled, reader)
        if unfit is not None:
            refuse(slot, unfit, spot.at(slot.elements[0]), spot.cls, reader)
    else:
        for name in slot.fields:
            spot.note_home(name, slot.elements[0])


def put(
    slot: Value,
    raw: tuple[str, ...],
    where: Where,
    cls: type,
    filled: Filled,
    reader: Reader,
) -> None:
    """Parse elements into their fields, or note why they cannot be read.

    Unreadable is an error where the record needs the field, else a warning; it stays empty.
    """
    unfit = taken(slot, raw, filled, reader)
    if unfit is not None:
        refuse(slot, unfit, where, cls, reader)


def taken(slot: Value, raw: tuple[str, ...], filled: Filled, reader: Notes) -> Unfit | None:
    """Parse elements into their fields; return why they cannot be."""
    parsed = reader.fitted(slot.converter).parse(raw)
    if isinstance(parsed, Unfit):
        filled.failed.update(slot.fields)
        return parsed
    for name, value in zip(slot.fields, parsed, strict=True):
        if value != "":
            filled.values[name] = value
            if filled.failed:
                filled.failed.discard(name)
    return None


def refuse(slot: Value, unfit: Unfit, where: Where, cls: type, reader: Notes) -> None:
    """Say that a value cannot be read: an error where the record needs it, else a warning."""
    needed = any(shape(cls)[name].required for name in slot.fields)
    reader.problems.append(
        Problem(
            code="map-value",
            text=f"{' and '.join(slot.fields)}: `{where.value}` {unfit.text}",
            where=where,
            severity=Severity.ERROR if needed else Severity.WARNING,
        )
    )


def _choices(slot: Choices, spot: Spot, reader: Reader) -> None:
    for position in slot.elements[::2]:
        qualifier, raw = spot.raw((position, position + 1))
        for code, value in slot.options:
            seen = value.fields[0] in spot.filled.values
            if raw.strip(" ") and qualifier == code and not seen:
                where = spot.at(position + 1)
                put(value, (raw,), where, spot.cls, spot.filled, reader)


def _pairs(slot: Pairs, spot: Spot) -> None:
    """Gather the pairs whose qualifier the table knows, no others."""
    pairs: list[Any] = []
    segment = spot.found.segment
    for position in slot.elements[::2]:
        if position + 1 >= len(segment):
            break
        raw, words = segment[position + 1], slot.table.words(segment[position])
        if words and raw.strip(" "):
            pairs.append(slot.cls(kind=words[0], value=raw))
    if pairs:
        spot.filled.values[slot.field] = tuple(pairs)
    else:
        spot.note_home(slot.field, slot.elements[0])


def _each(slot: Each, spot: Spot, reader: Reader) -> None:
    gathered: tuple[Any, ...] = spot.filled.values.get(slot.field, ())
    for position in slot.elements:
        (raw,) = spot.raw((position,))
        parsed = slot.converter.parse((raw,)) if raw.strip(" ") else ()
        if isinstance(parsed, Unfit):
            text = f"{slot.field}: `{raw[:99]}` {parsed.text}"
            warn("map-value", text, spot.at(position), reader)
        else:
            gathered += parsed
    if gathered:
        spot.filled.values[slot.field] = gathered


# X12 934: how many lines a MSG advances before it is printed; `AA` names the number itself.
_ADVANCES = {"LC": 0, "DS": 2, "AT": 3}


def _continued(gathered: str, slot: Lines, spot: Spot) -> str:
    """Add one segment to a text: on a new line, after blank ones, or going on."""
    said = spot.raw(slot.elements)
    if len(said) == 4:  # MTX has a second place for text between the first and the control.
        said = (said[0] + said[1], *said[2:])
    text, control, number = (*said, "", "")[:3]
    lines = _ADVANCES.get(control, 1)
    if control == "AA" and number.isascii() and number.isdigit() and len(number) <= 2:
        lines = int(number)
    begun = slot.field in spot.filled.values
    return gathered + "\n" * (lines if begun else lines - 1) + text


def _control(slot: Count | Sum, spot: Spot, reader: Reader) -> None:
    position = slot.elements[0]
    (raw,) = spot.raw((position,))
    expected = reader.total(slot)
    if raw and decimal(raw) != expected:
        text = (
            f"the paper has {expected:f} ({_what(slot)}), not {raw[:20]}; it is read as it stands"
        )
        warn("map-count", text, spot.at(position), reader)


def _what(slot: Count | Sum) -> str:
    return (
        f"number of {slot.tag}"
        if isinstance(slot, Count)
        else f"sum of {slot.tag}{slot.position:02d}"
    )


def decimal(raw: str) -> Decimal | None:
    """Return an element as an exact number, or None if it is none."""
    # Decimal alone would take exponents, underscores and foreign digits.
    plain = raw.isascii() and raw.replace(".", "", 1).isdigit()
    return Decimal(raw) if plain else None


def control_total(slot: Count | Sum, paper: Segments) -> Decimal:
    """Count the segments of a tag, or sum one of their elements."""
    segments = [segment for segment in paper if segment and segment[0] == slot.tag]
    if isinstance(slot, Count):
        return Decimal(len(segments))
    numbers = (decimal(element(segment, slot.position)) for segment in segments)
    return sum((number for number in numbers if number is not None), start=Decimal(0))


def _look(
    first: FirstOf,
    here: Mapping[str, list[Found]],
    path: str,
    cls: type,
    into: Filled,
    reader: Reader,
) -> None:
    """Take the value from the first place that has one."""
    for place in first.places:
        for found in here.get(place.address.tag, ()):
            spot = Spot(found=found, path=path, cls=cls, filled=into)
            raw = spot.raw(place.elements)
            if place.address.fits(found.segment) and "".join(raw).strip(" "):
                put(first.value, raw, spot.at(place.elements[0]), cls, into, reader)
                return


def sightings(first: FirstOf, around: Round) -> list[tuple[Where, tuple[str, ...]]]:
    """Return all that stands in the first place that has anything."""
    for place in first.places:
        seen: list[tuple[Where, tuple[str, ...]]] = []
        for found in around.own:
            raw = tuple(element(found.segment, position) for position in place.elements)
            if place.address.matches(found.segment) and any(part.strip(" ") for part in raw):
                spot = Spot(found=found, path=around.path, cls=object, filled=Filled())
                seen.append((spot.at(place.elements[0]), raw))
        if seen:
            return seen
    return []
