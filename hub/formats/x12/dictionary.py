"""The tables of a version made quick to ask: which elements a segment has, which segments a set."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Protocol

from hub.formats.x12 import tables_004010, tables_005010, tables_warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One place in a segment: X12 data element number, type, least and greatest length."""

    number: str
    kind: str
    least: int
    most: int
    mandatory: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One syntax note, such as P0203: its letter and the places it speaks of, counted from 1."""

    letter: str
    places: tuple[int, ...]

    def broken(self, present: frozenset[int]) -> int | None:
        """Return the first place at fault, or None if the note is kept."""
        given = [place for place in self.places if place in present]
        missing = [place for place in self.places if place not in present]
        first, others = self.places[0], self.places[1:]
        match self.letter:
            case "P":
                return missing[0] if given and missing else None
            case "R":
                return None if given else first
            case "E":
                return given[1] if len(given) > 1 else None
            case "C":
                return missing[0] if first in present and missing else None
            case _:
                return others[0] if first in present and given == [first] else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRule:
    """All that the table says of one segment."""

    tag: str
    elements: tuple[Element, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRule:
    """All that the table says of one transaction set; `mandatory[0]` comes right after ST."""

    set_id: str
    function: str
    mandatory: tuple[str, ...]
    tags: frozenset[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dictionary:
    """One version of the standard, as far as the hub knows it."""

    version: str
    segments: Mapping[bytes, SegmentRule]
    sets: Mapping[str, SetRule]
    functions: frozenset[str]

    def element_number(self, tag: str, element: int) -> str:
        """Return the data element number at a place (X12 AK402), or ""."""
        rule = self.segments.get(tag.encode("latin-1", "replace"))
        if rule is None or not 1 <= element <= len(rule.elements):
            return ""
        number = rule.elements[element - 1].number
        return number if number.isdigit() else ""


class Tables(Protocol):
    """What a module of tables offers; a later one tells only what is other than before."""

    SEGMENTS: str
    ELEMENTS: str
    SETS: str


OLD, NEW = "004010", "005010"
_TABLES: dict[str, tuple[Tables, ...]] = {
    OLD: (tables_004010, tables_warehouse),
    NEW: (tables_004010, tables_warehouse, tables_005010),
}


def dictionary(version: str) -> Dictionary:
    """Return the tables for a GS08: those of 005010 for every 005, of 004010 for all others."""
    return _compiled(NEW if version[:3] == "005" else OLD)


@cache
def _compiled(version: str) -> Dictionary:
    tables = _TABLES[version]
    elements = {number: element for each in tables for number, element in _elements(each)}
    segments = {rule.tag.encode(): rule for each in tables for rule in _segments(each, elements)}
    sets: dict[str, SetRule] = {}
    for each in tables:
        sets.update((rule.set_id, rule) for rule in _sets(each, sets))
    return Dictionary(
        version=version,
        segments=segments,
        sets=sets,
        functions=frozenset(rule.function for rule in sets.values()),
    )


def _rows(table: str) -> Iterator[str]:
    yield from re.sub(r"\n\s+", " ", table.strip()).splitlines()


def _elements(tables: Tables) -> Iterator[tuple[str, Element]]:
    for row in tables.ELEMENTS.split("|"):
        number, kind, *lengths = row.split()
        least, most = (int(length) for length in lengths) if lengths else (1, 999)
        yield (
            number,
            Element(number=number, kind=kind, least=least, most=most, mandatory=False),
        )


def _segments(tables: Tables, elements: Mapping[str, Element]) -> Iterator[SegmentRule]:
    for row in _rows(tables.SEGMENTS):
        tag, _, rest = row.partition(" ")
        places, _, notes = rest.partition(";")
        yield SegmentRule(
            tag=tag,
            elements=tuple(_placed(each, elements) for each in _unrolled(places)),
            notes=tuple(_note(each) for each in notes.split()),
        )


def _unrolled(places: str) -> list[str]:
    def repeat(run: re.Match[str]) -> str:
        return " ".join([run[2]] * int(run[1]))

    return re.sub(r"\b(\d+)\(([^)]*)\)", repeat, places).split()


def _placed(word: str, elements: Mapping[str, Element]) -> Element:
    plain = elements[word.rstrip("!")]
    return Element(
        number=plain.number,
        kind=plain.kind,
        least=plain.least,
        most=plain.most,
        mandatory=word.endswith("!"),
    )


def _note(word: str) -> Note:
    places = tuple(int(word[at : at + 2]) for at in range(1, len(word), 2))
    return Note(letter=word[0], places=places)


def _sets(tables: Tables, known: Mapping[str, SetRule]) -> Iterator[SetRule]:
    """Yield the sets of one module; a row without GS01 adds its tags to a set that is known."""
    for row in _rows(tables.SETS):
        head, _, tags = row.partition(":")
        set_id, *words = head.split()
        own = frozenset(tags.encode().split())
        if words:
            function, *mandatory = words
            yield SetRule(set_id=set_id, function=function, mandatory=tuple(mandatory), tags=own)
        else:
            before = known[set_id]
            yield replace(before, tags=before.tags | own)
