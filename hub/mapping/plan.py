"""A compiled page: what to look for and what to write, in order; no text of a page is left in it.

Elements count from 1 as in the standard; a segment is (tag, element 1, element 2, …).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as spot

from hub.mapping.converters import Converter
from hub.mapping.tables import Table

Segment = tuple[str, ...]


def element(segment: Segment, position: int) -> str:
    """Return an element, empty where the segment is shorter."""
    return segment[position] if position < len(segment) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """`REF[CO]`: segments of a tag, with `code` in `position` where a code is named."""

    tag: str
    position: int = 1
    code: str = ""

    def matches(self, segment: Segment) -> bool:
        """Whether a segment is meant."""
        return segment[0] == self.tag and self.fits(segment)

    def fits(self, segment: Segment) -> bool:
        """Whether a segment of this tag is meant."""
        code, position = self.code, self.position
        return not code or (position < len(segment) and segment[position] == code)

    def __str__(self) -> str:
        place = "" if self.position == 1 else f"{self.position:02d}="
        return self.tag + (f"[{place}{self.code}]" if self.code else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """`=x`: written always, passed over when read."""

    elements: tuple[int, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """`field | converter`: a converter between few elements and few fields, mostly one each."""

    elements: tuple[int, ...]
    fields: tuple[str, ...]
    converter: Converter


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """`{TE: phone, EM: email}`: qualifier and value side by side, in any slot of the span."""

    elements: tuple[int, ...]
    options: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """`products | pairs T`: as many qualifier/value pairs as there are, the qualifiers by table."""

    elements: tuple[int, ...]
    field: str
    cls: type
    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Each:
    """`each field`: the values of a tuple of texts, one an element, on into repeated segments."""

    elements: tuple[int, ...]
    field: str
    converter: Converter


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """`field | lines N`: a text, one segment a line; with three elements long lines continue."""

    elements: tuple[int, ...]
    field: str
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """`count TAG`: how many such segments the paper has."""

    elements: tuple[int, ...]
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """`sum PO1.02`: the sum of an element over the paper (X12 hash total)."""

    elements: tuple[int, ...]
    tag: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """`each place + quantity`: values side by side, each group of them a record of its own."""

    elements: tuple[int, ...]
    values: tuple[Value, ...]


Slot = Constant | Value | Choices | Pairs | Each | Lines | Count | Sum | Spread


def names(slot: Slot) -> tuple[str, ...]:
    """Return the fields that a slot fills."""
    match slot:
        case Value():
            return slot.fields
        case Choices():
            return tuple(name for _, value in slot.options for name in value.fields)
        case Pairs() | Each() | Lines():
            return (slot.field,)
        case Spread():
            return tuple(name for value in slot.values for name in value.fields)
        case Constant() | Count() | Sum():
            return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """`when: field present`, `absent`, or `one of a, b`: whether to write a segment or row."""

    field: str
    words: tuple[str, ...] = ()
    absent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentPlan:
    """One segment. `most` is how often it may repeat.

    `read` is off where it is only written, `write` where it is only read. `needs` are the fields
    of it without which there is no record.
    """

    address: Address
    optional: bool
    most: int
    slots: tuple[Slot, ...]
    when: When | None = None
    read: bool = True
    write: bool = True
    needs: tuple[str, ...] = ()
    missed: bool = spot(init=False, compare=False)

    def __post_init__(self) -> None:
        """Note whether anything is to be said where it is absent."""
        speaks = not self.optional or (self.write and bool(self.needs))
        object.__setattr__(self, "missed", self.read and speaks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One more place to look for a value."""

    address: Address
    elements: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstOf:
    """`first_of field`: places to look at, in order, while the field is empty.

    `levels` are those of a tree, nearest first; empty means only here.
    """

    value: Value
    places: tuple[Place, ...]
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopPlan:
    """`loop field*`: segments that belong together; the first begins each round.

    With no `field` it is a group: its segments fill the record around it, or, where it `splits`,
    each of its rounds makes a record of its own of what is around.
    """

    name: str
    field: str
    cls: type | None
    optional: bool
    many: bool
    parts: "tuple[Part, ...]"
    firsts: tuple[FirstOf, ...] = ()
    splits: bool = False
    write: bool = True
    flat: bool = spot(init=False, compare=False)
    trigger: Address = spot(init=False, compare=False)
    tags: "Tags" = spot(init=False, compare=False)

    def __post_init__(self) -> None:
        """Note what begins a round and which tags the parts look for."""
        first = self.parts[0]
        address = first.address if isinstance(first, SegmentPlan) else Address(tag="")
        object.__setattr__(self, "trigger", address)
        flat = all(isinstance(part, SegmentPlan) for part in self.parts)
        object.__setattr__(self, "flat", flat)
        object.__setattr__(self, "tags", tags(self.parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelPlan:
    """One level of a tree. `field` names what it makes in the level above; empty is the message."""

    code: str
    optional: bool
    field: str
    cls: type | None
    parts: "tuple[Part, ...]"
    firsts: tuple[FirstOf, ...] = ()
    tags: "Tags" = spot(init=False, compare=False)

    def __post_init__(self) -> None:
        """Note which tags the parts look for."""
        object.__setattr__(self, "tags", tags(self.parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class TreePlan:
    """`tree HL S/O/[T]/[P]/I`: the hierarchy of X12 856, one message for each order level."""

    tag: str
    order: tuple[str, ...]
    levels: tuple[LevelPlan, ...]

    def between(self, code: str) -> tuple[str, ...]:
        """Return levels above `code` that make nothing, the nearest first."""
        named = {level.code for level in self.levels}
        above = self.order[: self.order.index(code)]
        return tuple(one for one in reversed(above) if one not in named)

    def level(self, code: str) -> LevelPlan | None:
        """Return the plan of a level, or None if the page does not name it."""
        return next((level for level in self.levels if level.code == code), None)


Part = SegmentPlan | LoopPlan | TreePlan
Tags = Mapping[str, tuple[int, ...]]


def tags(parts: Sequence[Part]) -> Tags:
    """Return the positions of the parts that may begin with a tag."""
    found: dict[str, tuple[int, ...]] = {}
    for position, part in enumerate(parts):
        tag = begins(part).tag
        found[tag] = (*found.get(tag, ()), position)
    return found


def begins(part: Part) -> Address:
    """Return the address of the segment with which a part begins."""
    match part:
        case SegmentPlan():
            return part.address
        case LoopPlan():
            return part.trigger
        case TreePlan():
            return Address(tag=part.tag)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A whole page, compiled. `feed` names the rows of a paper that may be read in pieces."""

    name: str
    title: str
    set_id: str
    message: type
    parts: tuple[Part, ...]
    firsts: tuple[FirstOf, ...] = ()
    feed: str = ""
