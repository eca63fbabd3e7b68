"""One round of a loop read into values: elements parsed, every problem located, nothing raised."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from hub.domain.exchange import Problem, Segments, Severity, Where
from hub.mapping.converters import Converter, Money, Unfit
from hub.mapping.framing import Found, Round
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
    Sum,
    Value,
    element,
)
from hub.mapping.shapes import Filled, shape


@dataclass(slots=True, kw_only=True)
class Reader:
    """What reading one paper carries along: the paper, its currency, the problems so far."""

    paper: Segments
    currency: str = ""
    problems: list[Problem] = field(default_factory=list)

    def fitted(self, converter: Converter) -> Converter:
        """Return the converter, money in the paper's currency."""
        return converter.of(self.currency) if isinstance(converter, Money) else converter


@dataclass(frozen=True, slots=True, kw_only=True)
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
        return tuple(element(self.found.segment, position) for position in elements)


def fill(
    around: Round,
    *,
    cls: type,
    parts: tuple[Part, ...],
    firsts: tuple[FirstOf, ...],
    into: Filled,
    reader: Reader,
) -> Filled:
    """Read one round and the loops inside it into `into`, in page order."""
    for part in parts:
        if isinstance(part, SegmentPlan):
            _segments(part, around, cls, into, reader)
        elif isinstance(part, LoopPlan):
            _loop(part, around, cls, into, reader)
        if "currency" in into.values:
            reader.currency = into.values["currency"]
    for first in firsts:
        if not first.levels and not set(first.value.fields) & into.values.keys():
            _look(first, around, cls, into, reader)
    return into


def _segments(part: SegmentPlan, around: Round, cls: type, into: Filled, reader: Reader) -> None:
    if not part.read:
        return
    places = [found for found in around.own if part.address.matches(found.segment)]
    for found in places[: part.most]:
        spot = Spot(found=found, path=around.path, cls=cls, filled=into)
        for slot in part.slots:
            _slot(slot, spot, reader)
    if not places:
        where = replace(_begin(around), segment=part.address.tag, element=None, value="")
        names = _remember_homes(part, into, where)
        if not part.optional:
            needed = {name for name in names if shape(cls)[name].required}
            into.failed.update(needed)
            reader.problems.append(absent(str(part.address), where, needed=bool(needed)))


def _begin(around: Round) -> Where:
    """Return the place of a round's first segment, or of the paper's start."""
    if not around.own:
        return Where(path=around.path)
    first = around.own[0]
    return Where(segment=first.segment[0], ordinal=first.ordinal, path=around.path)


def _remember_homes(part: SegmentPlan, into: Filled, where: Where) -> list[str]:
    """Note where the fields of an absent segment would have stood."""
    names: list[str] = []
    for slot in part.slots:
        own = slot.fields if isinstance(slot, Value) else ()
        names += [slot.field] if isinstance(slot, Pairs | Each | Lines) else own
        for name in own:
            into.homes.setdefault(name, replace(where, element=slot.elements[0]))
    return names


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
            filled = Filled(where=_begin(one))
            into.children.setdefault(part.field, []).append(filled)
            inner = part.cls
        else:
            filled, inner = into, cls
        fill(one, cls=inner, parts=part.parts, firsts=part.firsts, into=filled, reader=reader)
    if not rounds and not part.optional:
        where = replace(_begin(around), segment=part.trigger.tag, value="")
        needed = bool(part.field) and shape(cls)[part.field].required
        reader.problems.append(absent(str(part.trigger), where, needed=needed))
        if needed:
            into.failed.add(part.field)


def _slot(slot: Slot, spot: Spot, reader: Reader) -> None:
    match slot:
        case Constant():
            pass  # Written, never checked: what must be told apart stands in an address.
        case Value():
            _value(slot, spot, reader)
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


def _warn(code: str, text: str, where: Where, reader: Reader) -> None:
    reader.problems.append(Problem(code=code, text=text, where=where, severity=Severity.WARNING))


def _value(slot: Value, spot: Spot, reader: Reader) -> None:
    raw = spot.raw(slot.elements)
    for name in slot.fields:
        spot.filled.homes.setdefault(name, spot.at(slot.elements[0]))
    if any(part.strip(" ") for part in raw):
        put(slot, raw, spot.at(slot.elements[0]), spot.cls, spot.filled, reader)


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
    parsed = reader.fitted(slot.converter).parse(raw)
    if not isinstance(parsed, Unfit):
        for name, value in zip(slot.fields, parsed, strict=True):
            if value != "" and not _vaguer(value, raw, filled.values.get(name)):
                filled.values[name] = value
                filled.failed.discard(name)
        return
    needed = any(shape(cls)[name].required for name in slot.fields)
    filled.failed.update(slot.fields)
    reader.problems.append(
        Problem(
            code="map-value",
            text=f"{' and '.join(slot.fields)}: `{where.value}` {parsed.text}",
            where=where,
            severity=Severity.ERROR if needed else Severity.WARNING,
        )
    )


def _vaguer(value: object, raw: tuple[str, ...], before: object) -> bool:
    """Whether a day without a time would replace a moment of that same day."""
    moments = isinstance(value, datetime) and isinstance(before, datetime)
    return moments and len(raw) > 1 and not raw[1] and _day(value) == _day(before)


def _day(value: object) -> object:
    return value.date() if isinstance(value, datetime) else value


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
    for position in slot.elements[::2]:
        qualifier, raw = spot.raw((position, position + 1))
        words = slot.table.words(qualifier)
        if raw.strip(" ") and words:
            pairs.append(slot.cls(kind=words[0], value=raw))
    if pairs:
        spot.filled.values[slot.field] = tuple(pairs)
    spot.filled.homes.setdefault(slot.field, spot.at(slot.elements[0]))


def _each(slot: Each, spot: Spot, reader: Reader) -> None:
    gathered: tuple[Any, ...] = spot.filled.values.get(slot.field, ())
    for position in slot.elements:
        (raw,) = spot.raw((position,))
        parsed = slot.converter.parse((raw,)) if raw.strip(" ") else ()
        if isinstance(parsed, Unfit):
            text = f"{slot.field}: `{raw[:99]}` {parsed.text}"
            _warn("map-value", text, spot.at(position), reader)
        else:
            gathered += parsed
    if gathered:
        spot.filled.values[slot.field] = gathered


# X12 934: how many lines a MSG advances before it is printed; `AA` names the number itself.
_ADVANCES = {"LC": 0, "DS": 2, "AT": 3}


def _continued(gathered: str, slot: Lines, spot: Spot) -> str:
    """Add one segment to a text: on a new line, after blank ones, or going on."""
    text, control, number = (*spot.raw(slot.elements), "", "")[:3]
    lines = _ADVANCES.get(control, 1)
    if control == "AA" and number.isascii() and number.isdigit() and len(number) <= 2:
        lines = int(number)
    begun = slot.field in spot.filled.values
    return gathered + "\n" * (lines if begun else lines - 1) + text


def _control(slot: Count | Sum, spot: Spot, reader: Reader) -> None:
    position = slot.elements[0]
    (raw,) = spot.raw((position,))
    expected = control_total(slot, reader.paper)
    if raw and _decimal(raw) != expected:
        text = (
            f"the paper has {expected:f} ({_what(slot)}), not {raw[:20]}; it is read as it stands"
        )
        _warn("map-count", text, spot.at(position), reader)


def _what(slot: Count | Sum) -> str:
    return (
        f"number of {slot.tag}"
        if isinstance(slot, Count)
        else f"sum of {slot.tag}{slot.position:02d}"
    )


def _decimal(raw: str) -> Decimal | None:
    # Decimal alone would take exponents, underscores and foreign digits.
    plain = raw.isascii() and raw.replace(".", "", 1).isdigit()
    return Decimal(raw) if plain else None


def control_total(slot: Count | Sum, paper: Segments) -> Decimal:
    """Count the segments of a tag, or sum one of their elements."""
    segments = [segment for segment in paper if segment and segment[0] == slot.tag]
    if isinstance(slot, Count):
        return Decimal(len(segments))
    numbers = (_decimal(element(segment, slot.position)) for segment in segments)
    return sum((number for number in numbers if number is not None), start=Decimal(0))


def _look(first: FirstOf, around: Round, cls: type, into: Filled, reader: Reader) -> None:
    for where, raw in sightings(first, around):
        put(first.value, raw, where, cls, into, reader)
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
