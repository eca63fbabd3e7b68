"""A compiled page of elements: where to look in a tree and what to write into it, in order.

Names are in Clark notation throughout; no text of a page is left but the address of each row.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.mapping.converters import Converter
from hub.mapping.plan import Constant, Each, Lines, Pairs, Value, When, names

MANY = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """`[@type=CO]`, `[Kind=CO]`: what an attribute or a child of an element must say.

    `[@type!=CO]` (`other`): what it must not say.
    """

    __test__ = False

    names: tuple[str, ...]
    attribute: str
    value: str
    other: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One element down. `most` is how often it may repeat, 0 where the page has no mark."""

    name: str
    tests: tuple[Test, ...] = ()
    most: int = 0

    def same(self, other: "Step") -> bool:
        """Whether both mean the same element."""
        return self.name == other.name and self.tests == other.tests


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A way from the element of a row: `up` elements above it or from the `top`, then down."""

    text: str
    steps: tuple[Step, ...] = ()
    attribute: str = ""
    up: int = 0
    top: bool = False

    @property
    def marked(self) -> int:
        """The place of the step that repeats, -1 if none is marked."""
        return next((place for place, step in enumerate(self.steps) if step.most), -1)

    @property
    def away(self) -> bool:
        """Whether it leaves the element of its row."""
        return bool(self.up) or self.top


@dataclass(frozen=True, slots=True, kw_only=True)
class Outer:
    """`the currency`: a field of the message, spoken of in a record inside it."""

    elements: tuple[int, ...]
    fields: tuple[str, ...]
    converter: Converter


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """`worth of lines`: quantity × cost over the records of `field`, of the record itself without.

    Only written.
    """

    elements: tuple[int, ...]
    field: str
    price: str
    converter: Converter


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """`count Lines/Line`, or, with `summed`, the sum of what stands there."""

    elements: tuple[int, ...]
    path: Path
    summed: bool


Spoken = Constant | Value | Each | Lines | Pairs | Outer | Worth | Total
"""What one or several places of a row say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Whether a row is read and written; `late` ones are read while their fields are empty."""

    read: bool = True
    write: bool = True
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRow:
    """`PATH + PATH: …`: places in one element (`base`) and what they say together."""

    address: str
    base: Path
    places: tuple[Path, ...]
    slots: tuple[Spoken, ...]
    optional: bool
    use: Use
    kind: str = ""
    when: When | None = None
    needs: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the record that it fills."""
        return tuple(name for slot in self.slots for name in fields_of(slot))

    @property
    def constant(self) -> bool:
        """Whether it only says what the page says."""
        return all(isinstance(slot, Constant) for slot in self.slots)


@dataclass(frozen=True, slots=True, kw_only=True)
class LetRow:
    """`let purpose: original`: a field that the paper does not spell."""

    address: str
    field: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One place of one kind of id; `length` where only ids of that many characters go there."""

    path: Path
    word: str
    length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KindsRow:
    """`pairs products at Item: {Sku: vendor}`: a place for each kind of id."""

    address: str
    base: Path
    field: str
    cls: type[Any]
    kinds: tuple[Kind, ...]
    optional: bool
    use: Use


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRow:
    """`loop lines* at PATH`: a record of its own for each element there."""

    address: str
    path: Path
    field: str
    cls: type[Any]
    many: bool
    optional: bool
    rows: "Listed"
    use: Use
    needed: bool = False

    @property
    def lets(self) -> tuple[LetRow, ...]:
        """What the paper does not spell of its records."""
        return tuple(row for row in self.rows.rows if isinstance(row, LetRow))


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """`group party? at PATH`: rows that go together and fill the record around."""

    address: str
    path: Path
    optional: bool
    rows: "Listed"
    use: Use


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitRow:
    """`each order at PATH`: every element there makes a record of its own of what is around.

    With `by` it is every different value there, and `path` says which elements have the first.
    Those without have the value of the `head`; `dealt` elements go with the ones inside them.
    """

    address: str
    path: Path
    by: tuple[Path, ...]
    optional: bool
    rows: "Listed"
    use: Use
    head: Path | None = None
    dealt: tuple[Path, ...] = ()


Row = ValueRow | LetRow | KindsRow | RecordRow | GroupRow | SplitRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Rows in the order of the page, which is that of writing.

    Read are first `plain` ones, those with the currency before others, as amounts need it; then
    those that are `late`, then what `splits` the record.
    """

    rows: tuple[Row, ...]
    plain: tuple[Row, ...] = field(init=False, compare=False)
    late: tuple[Row, ...] = field(init=False, compare=False)
    splits: tuple[SplitRow, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Lay the rows out in the order of reading."""
        seen = [row for row in self.rows if isinstance(row, LetRow) or row.use.read]
        late = [row for row in seen if not isinstance(row, LetRow) and row.use.late]
        splits = [row for row in seen if isinstance(row, SplitRow)]
        plain = [row for row in seen if row not in late and row not in splits]
        plain.sort(key=lambda row: not _says_currency(row))
        object.__setattr__(self, "plain", tuple(plain))
        object.__setattr__(self, "late", tuple(row for row in late if row not in splits))
        object.__setattr__(self, "splits", tuple(splits))


def _says_currency(row: Row) -> bool:
    if isinstance(row, GroupRow):
        return any(_says_currency(inner) for inner in row.rows.plain)
    return isinstance(row, ValueRow) and any(
        "currency" in slot.fields for slot in row.slots if isinstance(slot, Value | Outer)
    )


@dataclass(slots=True, kw_only=True)
class Known:
    """What a page names below an element: children and attributes, whatever their tests."""

    children: "dict[str, Known]" = field(default_factory=dict)
    attributes: set[str] = field(default_factory=set)

    def below(self, names: tuple[str, ...]) -> "Known":
        """Return what is known that many elements down, made known by it."""
        here = self
        for name in names:
            here = here.children.setdefault(name, Known())
        return here


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementPlan:
    """A whole page of elements, compiled. `feed` is the loop that may be read in pieces.

    `without` are fields that its papers go without, though they matter.
    """

    name: str
    title: str
    set_id: str
    message: type
    root: str
    prefixes: Mapping[str, str]
    rows: Listed
    known: Known | None = None
    feed: RecordRow | None = None
    without: frozenset[str] = frozenset()

    @property
    def path(self) -> str:
        """The Clark path of the feed's rows from the root on, empty if the page is no feed."""
        steps = [step.name for step in self.feed.path.steps] if self.feed else []
        return "/".join([self.root] * bool(self.root and steps) + steps)


def fields_of(slot: Spoken) -> tuple[str, ...]:
    """Return the fields of its own record that a slot fills."""
    return () if isinstance(slot, Outer | Worth | Total) else names(slot)


def fills(listed: Listed) -> Iterator[str]:
    """Yield every field of the record around that rows may fill when read."""
    for row in listed.rows:
        match row:
            case ValueRow():
                yield from row.fields
            case LetRow() | KindsRow() | RecordRow():
                yield row.field
            case GroupRow() | SplitRow():
                yield from fills(row.rows)
