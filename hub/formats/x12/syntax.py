"""Segments against the dictionary: lengths, types, syntax notes, characters.

The common case costs one dictionary look-up: whether lengths, presence and notes are right depends
only on a segment's tag and the lengths of its elements, so each such shape is judged once. Values
with a type (numbers, dates, times) are then matched one by one. Only what fails is looked at again.

Code lists, loops and the order of segments are not judged here.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from hub.domain.exchange import Problem, Severity, Where
from hub.formats.x12.codes import ELEMENT, NAMELESS, SEGMENT, flaw, shown, tag_of
from hub.formats.x12.dictionary import Dictionary, Element, SegmentRule
from hub.formats.x12.scanning import Delimiters

Matcher = Callable[[bytes], object]
Typed = tuple[tuple[int, Matcher], ...]
"""The places of a shape whose values have a type, each with the matcher of a good value."""

_MAX_SHAPES = 20_000

_DAY = (
    rb"(?:(?:0[13578]|1[02])(?:0[1-9]|[12]\d|3[01])"
    rb"|(?:0[469]|11)(?:0[1-9]|[12]\d|30)|02(?:0[1-9]|1\d|2[0-8]))"
)
_DATE = re.compile(rb"(?:19|20)\d\d" + _DAY + rb"|(?:19|20)(?:0[48]|[2468][048]|[13579][26])0229")
_DATE_2000 = re.compile(rb"20000229")
_TIME = re.compile(rb"(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d\d{0,2})?")


def _date(value: bytes) -> object:
    return _DATE.fullmatch(value) or _DATE_2000.fullmatch(value)


def _number(most: int) -> Matcher:
    """Digits only count for the length; no exponent, no plus, ASCII digits (X12 type R)."""
    pattern = rb"-?(?=(?:\.?\d){1,%d}\.?\Z)(?:\d+\.?\d*|\.\d+)" % most
    return re.compile(pattern).fullmatch


def _whole_number(most: int) -> Matcher:
    return re.compile(rb"-?\d{1,%d}" % most).fullmatch


def matcher(element: Element) -> Matcher | None:
    """Return the test of an element's type, or None where any text will do."""
    match element.kind:
        case "DT":
            return _date
        case "TM":
            return _TIME.fullmatch
        case "R":
            return _number(element.most)
        case kind if kind[0] in "NR" and kind[1:].isdigit():
            return _whole_number(element.most) if kind[0] == "N" else _number(element.most)
        case _:
            return None


_SOME_NUMBER = re.compile(rb"-?\d*\.?\d+|-?\d+\.")

_TYPE_FAULTS = {"DT": ELEMENT + "8", "TM": ELEMENT + "9"}
_TYPE_WORDS = {
    ELEMENT + "6": "is not a number as X12 writes it (digits, one point at most, a minus in front)",
    ELEMENT + "8": "is not a date of the form CCYYMMDD",
    ELEMENT + "9": "is not a time of the form HHMM, HHMMSS or HHMMSSDD",
}
_POINT_WORDS = "has a point; X12 leaves it out here and says in the standard where it would stand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a segment stands: its number in the set with ST = 1, and its first byte."""

    ordinal: int
    offset: int


class Checker:
    """The dictionary made ready for one interchange; remembers shapes, keeps no segment."""

    __slots__ = ("_controls", "_delimiters", "_learned", "_max_element", "_shapes", "rules")

    def __init__(
        self, *, rules: Dictionary, delimiters: Delimiters, max_element_bytes: int
    ) -> None:
        self.rules = rules
        self._delimiters = delimiters
        self._max_element = max_element_bytes
        self._shapes: dict[bytes, dict[tuple[int, ...], Typed | None]] = {}
        self._learned = 0
        marks = re.escape(delimiters.component + delimiters.repetition)
        self._controls = re.compile(rb"(?![%s])[\x00-\x1f\x7f]" % (marks or rb"\xff"))

    def fine(self, parts: list[bytes]) -> bool:
        """Say quickly whether a segment has nothing wrong; characters apart."""
        lengths = tuple(map(len, parts))
        try:
            typed = self._shapes[parts[0]][lengths]
        except KeyError:
            typed = self._learn(parts[0], lengths)
        if typed is None:
            return False
        for place, matches in typed:  # noqa: SIM110 - all() costs a generator for every segment
            if not matches(parts[place]):
                return False
        return True

    def _learn(self, tag: bytes, lengths: tuple[int, ...]) -> Typed | None:
        """Judges a new shape; forgets all when a stranger's file makes too many of them."""
        self._learned += 1
        if self._learned > _MAX_SHAPES:
            self._shapes.clear()
            self._learned = 0
        typed = self._shape(self.rules.segments.get(tag), lengths)
        self._shapes.setdefault(tag, {})[lengths] = typed
        return typed

    def _shape(self, rule: SegmentRule | None, lengths: tuple[int, ...]) -> Typed | None:
        if len(lengths) > 1 and lengths[-1] == 0:
            return None
        if rule is None:
            return () if max(lengths) <= self._max_element else None
        if any(_misfits(rule, lengths)):
            return None
        found: list[tuple[int, Matcher]] = []
        for place, element in enumerate(rule.elements[: len(lengths) - 1], start=1):
            matches = matcher(element) if lengths[place] else None
            if matches is not None:
                found.append((place, matches))
        return tuple(found)

    def problems(self, parts: list[bytes], *, spot: Spot) -> Iterator[Problem]:
        """Yield all that is wrong in one segment, element by element."""
        kept = parts[: _last_given(parts) + 1]
        if len(kept) < len(parts):
            yield self._warn_trailing(parts, spot)
        rule = self.rules.segments.get(parts[0])
        if rule is None:
            yield from self._oversized(kept, spot)
            return
        lengths = tuple(max(map(len, self._repetitions(part))) for part in kept)
        for place, code, words in _misfits(rule, lengths):
            yield self._at(kept, place, code, words, spot)
        for place, element in enumerate(rule.elements[: len(kept) - 1], start=1):
            yield from self._mistyped(kept, place, element, spot)

    def characters(self, parts: list[bytes], *, spot: Spot) -> Iterator[Problem]:
        """Yield the elements with control characters or line ends in them."""
        for place, value in enumerate(parts):
            odd = self._controls.search(value)
            if odd is not None:
                words = f"has the control character {odd[0]!r}"
                yield self._at(parts, place, ELEMENT + "6", words, spot)

    def _oversized(self, parts: list[bytes], spot: Spot) -> Iterator[Problem]:
        for place, value in enumerate(parts):
            if len(value) > self._max_element:
                words = f"is longer than {self._max_element} bytes"
                yield self._at(parts, place, ELEMENT + "5", words, spot)

    def _mistyped(
        self, parts: list[bytes], place: int, element: Element, spot: Spot
    ) -> Iterator[Problem]:
        matches = matcher(element)
        if matches is None:
            return
        for value in self._repetitions(parts[place]):
            if value and not matches(value) and not _wrong_length(element, value):
                yield self._mistype(parts, place, element, value, spot)
                return

    def _mistype(
        self, parts: list[bytes], place: int, element: Element, value: bytes, spot: Spot
    ) -> Problem:
        code = _TYPE_FAULTS.get(element.kind, ELEMENT + "6")
        if element.kind[0] == "N" and b"." in value:
            return self._at(parts, place, code, _POINT_WORDS, spot)
        if code == ELEMENT + "6" and _SOME_NUMBER.fullmatch(value):
            return self._at(parts, place, ELEMENT + "5", f"has over {element.most} digits", spot)
        return self._at(parts, place, code, _TYPE_WORDS[code], spot)

    def _repetitions(self, value: bytes) -> list[bytes]:
        """Cut a repeated element (X12 from 00402); any may repeat, to refuse no good paper."""
        mark = self._delimiters.repetition
        return value.split(mark) if mark else [value]

    def _warn_trailing(self, parts: list[bytes], spot: Spot) -> Problem:
        tag = tag_of(parts[0])
        return flaw(
            "x12-trailing-empty",
            f"{tag} ends in empty elements; they were left out (told once per paper).",
            where=Where(offset=spot.offset, segment=tag, ordinal=spot.ordinal),
            severity=Severity.WARNING,
        )

    def _at(self, parts: list[bytes], place: int, code: str, words: str, spot: Spot) -> Problem:
        tag = tag_of(parts[0])
        value = parts[place] if place < len(parts) else b""
        before = sum(map(len, parts[:place])) + place * len(self._delimiters.element)
        name = f"{tag}{place:02d}" if place else f"the name of segment {tag}"
        shown_value = f" {shown(value)!r}" if value and place else ""
        return flaw(
            code,
            f"{name}{shown_value} {words}; segment {spot.ordinal} of its set.",
            where=Where(
                offset=spot.offset + before,
                segment=tag,
                ordinal=spot.ordinal,
                element=place or None,
                value=shown(value),
            ),
        )


def _last_given(parts: Sequence[bytes]) -> int:
    last = len(parts) - 1
    while last > 0 and not parts[last]:
        last -= 1
    return last


def _misfits(rule: SegmentRule, lengths: tuple[int, ...]) -> Iterator[tuple[int, str, str]]:
    """Yield (place, code, words) for presence, lengths, count and notes."""
    for place, element in enumerate(rule.elements, start=1):
        length = lengths[place] if place < len(lengths) else 0
        if not length:
            if element.mandatory:
                yield place, ELEMENT + "1", "is missing and mandatory"
        elif length < element.least:
            yield place, ELEMENT + "4", f"is too short: {_span(element)} are needed"
        elif length > _longest(element):
            yield place, ELEMENT + "5", f"is too long: {_span(element)} are allowed"
    if len(lengths) - 1 > len(rule.elements):
        words = f"is one element too many: {rule.tag} has {len(rule.elements)}"
        yield len(rule.elements) + 1, ELEMENT + "3", words
    present = frozenset(place for place, length in enumerate(lengths) if place and length)
    for note in rule.notes:
        place_at_fault = note.broken(present)
        if place_at_fault is not None:
            code = ELEMENT + ("10" if note.letter == "E" else "2")
            together = ", ".join(f"{each:02d}" for each in note.places)
            words = f"breaks the rule {note.letter} over elements {together}"
            yield place_at_fault, code, words


def _longest(element: Element) -> int:
    """A number's sign and point do not count for its length, so they may come on top."""
    return element.most + (2 if element.kind[0] in "NR" else 0)


def _wrong_length(element: Element, value: bytes) -> bool:
    return not element.least <= len(value) <= _longest(element)


def _span(element: Element) -> str:
    if element.least == element.most:
        return f"{element.most} characters"
    return f"{element.least} to {element.most} characters"


def unknown(tag: bytes, *, rules: Dictionary, set_id: str, spot: Spot) -> Problem:
    """Say that a tag is none of the set's (X12 AK304 6) or none (1)."""
    name = tag_of(tag)
    known = tag in rules.segments
    text = f"there is no segment {name!r}"
    if known:
        text = f"segment {name} does not belong in a {set_id}"
    elif name == NAMELESS:
        text = "what stands where a segment begins is no segment's name"
    return flaw(
        SEGMENT + ("6" if known else "1"),
        f"{text}; segment {spot.ordinal} of its set.",
        where=Where(offset=spot.offset, segment=name, ordinal=spot.ordinal),
    )
