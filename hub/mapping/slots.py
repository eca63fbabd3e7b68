"""Elements of a page: the words that may stand behind an element number, compiled into slots."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from hub.mapping.converters import PLAIN, Code, Converter, Money, fills
from hub.mapping.iso import PATTERNS, Noon, PatternDate, Truth, Word
from hub.mapping.plan import (
    Choices,
    Constant,
    Count,
    Each,
    Lines,
    Pairs,
    Slot,
    Spread,
    Sum,
    Value,
    When,
)
from hub.mapping.shapes import FieldShape, shape
from hub.mapping.sheet import Block, Entry, Leaf, Line, Mistakes
from hub.mapping.tables import Table

_SPAN = re.compile(r"([0-9]{2})(?:-([0-9]{2}))?", re.ASCII)
CONVERTERS = (
    *PLAIN,
    "code TABLE",
    "lines N",
    "pairs TABLE",
    "date PATTERN",
    "truth WORDS",
    "word",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What compiling one record of a page needs: its fields, the tables, where mistakes go.

    `plain` are the converters of the page's dialect; `head` is the desk of the message itself.
    """

    cls: type
    tables: dict[str, Table]
    mistakes: Mistakes
    used: set[str] = field(default_factory=set)
    mentioned: set[str] = field(default_factory=set)
    plain: Mapping[str, Callable[[], Converter]] = field(default_factory=lambda: PLAIN)
    outer: "Desk | None" = None

    @property
    def head(self) -> "Desk":
        """The desk of the message."""
        return self.outer.head if self.outer else self

    def of(self, cls: type) -> "Desk":
        """Return the desk for a record inside this one."""
        return replace(self, cls=cls, mentioned=set(), outer=self)

    def field(self, name: str, line: Line, address: str) -> FieldShape | None:
        """Return a field's shape, or None after noting that there is none."""
        known = shape(self.cls)
        self.mentioned.add(name)
        if name not in known:
            self.mistakes.add(line, address, f"{self.cls.__name__} has no field `{name}`", known)
        return known.get(name)

    def table(self, name: str, line: Line, address: str) -> Table | None:
        """Return a code table: `units` is `codes/units`, a path is itself."""
        full = name if "/" in name else f"codes/{name}"
        table = self.tables.get(full)
        if table is None:
            known = (known.removeprefix("codes/") for known in self.tables)
            self.mistakes.add(line, address, f"there is no code table `{name}`", known)
        else:
            self.used.add(full)
        return table


def compile_when(block: Block, key: str, desk: Desk) -> When | None:
    """Compile `when: field present`, `field absent` and `field one of a, b`."""
    text = block.text("when")
    if not text:
        return None
    name, _, rest = text.partition(" ")
    desk.field(name, block.line_of("when"), f"{key}.when")
    words = tuple(word.strip() for word in rest[6:].split(","))
    if rest in ("present", "absent"):
        return When(field=name, absent=rest == "absent")
    if rest[:6] == "one of" and all(words):
        return When(field=name, words=words)
    allowed = ("field present", "field absent", "field one of a, b")
    desk.mistakes.add(block.line_of("when"), f"{key}.when", f"cannot be `{text}`", allowed)
    return None


def span(text: str) -> tuple[int, ...]:
    """Return the elements that `02` or `06-25` names, none if it is no span."""
    match = _SPAN.fullmatch(text)
    if match is None:
        return ()
    first, last = int(match[1]), int(match[2] or match[1])
    return tuple(range(first, last + 1)) if first else ()


def compile_slots(block: Block, address: str, desk: Desk) -> tuple[Slot, ...]:
    """Compile the elements of a segment; mistakes are noted and left out."""
    taken: set[int] = set()
    slots: list[Slot] = []
    for entry in block.entries:
        if entry.key == "when":
            continue
        elements, spot = span(entry.key), f"{address}.{entry.key}"
        if not elements:
            desk.mistakes.add(entry.line, spot, "is no element; write `02` or `06-25`")
            continue
        if taken.intersection(elements):
            desk.mistakes.add(entry.line, spot, "an element stands here twice")
        taken.update(elements)
        slot = _slot(elements, entry, spot, desk)
        if slot is not None:
            slots.append(slot)
    return tuple(slots)


def _slot(elements: tuple[int, ...], entry: Entry, spot: str, desk: Desk) -> Slot | None:
    if isinstance(entry.tree, Block):
        return _choices(elements, entry.tree, spot, desk)
    if not isinstance(entry.tree, Leaf) or not entry.tree.text:
        desk.mistakes.add(entry.line, spot, "must be a field, `=constant` or {QUALIFIER: field}")
        return None
    text = entry.tree.text
    word, _, rest = text.partition(" ")
    if text.startswith("="):
        return Constant(elements=elements, text=text[1:])
    if word == "count" and rest.isalnum():
        return Count(elements=elements, tag=rest)
    if word == "sum" and rest:
        return _sum(elements, rest, entry.line, spot, desk)
    if word == "each" and rest:
        several = "+" in rest.partition("|")[0]
        return (_spread if several else compile_each)(elements, rest, entry.line, spot, desk)
    return _field(elements, text, entry.line, spot, desk)


def _sum(elements: tuple[int, ...], text: str, line: Line, spot: str, desk: Desk) -> Sum | None:
    tag, _, position = text.partition(".")
    place = span(position)
    if len(place) != 1:
        desk.mistakes.add(line, spot, f"`sum {text}` must name one element, as in `sum PO1.02`")
        return None
    return Sum(elements=elements, tag=tag, position=place[0])


def compile_each(
    elements: tuple[int, ...], text: str, line: Line, spot: str, desk: Desk
) -> Each | None:
    """Compile `each lines`, a list of texts."""
    name, converter = _converter(text, line, spot, desk)
    known = desk.field(name, line, spot)
    if known is None or converter is None:
        return None
    if known.kind != "texts" or "texts" not in converter.fits:
        desk.mistakes.add(line, spot, f"`each {name}` needs a list of texts, it is {known.kind}")
        return None
    return Each(elements=elements, field=name, converter=converter)


def _spread(
    elements: tuple[int, ...], text: str, line: Line, spot: str, desk: Desk
) -> Spread | None:
    """Compile `each place + quantity | quantity`: the converter is the last one's."""
    names, _, wanted = text.partition("|")
    fields = [name.strip() for name in names.split("+")]
    texts = [*fields[:-1], f"{fields[-1]} | {wanted.strip() or 'text'}"]
    values = [compile_value((1,), one, line=line, spot=spot, desk=desk) for one in texts]
    if len(elements) % len(fields):
        desk.mistakes.add(line, spot, f"{len(elements)} elements are no groups of {len(fields)}")
    known = tuple(value for value in values if value is not None)
    return Spread(elements=elements, values=known) if len(known) == len(fields) else None


def _field(elements: tuple[int, ...], text: str, line: Line, spot: str, desk: Desk) -> Slot | None:
    name, _, wanted = (part.strip() for part in text.partition("|"))
    word, _, rest = wanted.partition(" ")
    if word == "lines":
        return _lines(elements, name, rest.strip(), line, spot, desk)
    if word == "pairs":
        return compile_pairs(elements, name, rest.strip(), line, spot, desk)
    return compile_value(elements, text, line=line, spot=spot, desk=desk)


def compile_value(
    elements: tuple[int, ...], text: str, *, line: Line, spot: str, desk: Desk
) -> Value | None:
    """Compile `field | converter` or `field + field | code TABLE`."""
    names, converter = _converter(text, line, spot, desk)
    fields = tuple(name.strip() for name in names.split("+"))
    shapes = [desk.field(name, line, spot) for name in fields]
    known = [one for one in shapes if one is not None]
    if converter is None or len(known) != len(fields):
        return None
    if not converter.width[0] <= len(elements) <= converter.width[1]:
        desk.mistakes.add(line, spot, f"the converter spans {converter.width} elements")
    width = fills(converter)
    if width != len(fields):
        desk.mistakes.add(line, spot, f"fills {len(fields)} fields, the converter has {width}")
        return None
    for place, one in enumerate(known):
        _check_kind(one, place, converter, line, spot, desk)
    return Value(elements=elements, fields=fields, converter=converter)


def _check_kind(
    one: FieldShape, place: int, converter: Converter, line: Line, spot: str, desk: Desk
) -> None:
    if one.kind not in converter.fits:
        fitting = (name for name, make in desk.plain.items() if one.kind in make().fits)
        what = f"`{one.name}` is a {one.kind}; this converter does not fit"
        desk.mistakes.add(line, spot, what, (*fitting, "code TABLE"))
    elif one.kind == "word" and isinstance(converter, Truth) and one.cls is not None:
        members = {str(member) for member in one.cls}
        if not {converter.yes, converter.no} <= members:
            desk.mistakes.add(line, spot, f"`{one.name}` has no such words", members)
    elif one.kind == "word" and isinstance(converter, Code) and one.cls is not None:
        members = {str(member) for member in one.cls}
        for row in converter.table.rows:
            if row.words[place] not in members:
                what = f"{converter.table.name} says `{row.words[place]}` for {row.code}"
                desk.mistakes.add(line, spot, what, members)


def _converter(text: str, line: Line, spot: str, desk: Desk) -> tuple[str, Converter | None]:
    """Return the part before `|` and the converter that the part after names."""
    name, _, wanted = (part.strip() for part in text.partition("|"))
    word, _, rest = (part.strip() for part in (wanted or "text").partition(" "))
    if word == "code" and rest:
        table = desk.table(rest, line, spot)
        return name, Code(table=table) if table else None
    if word == "money" and rest.isdigit():
        return name, Money(digits=int(rest), width=desk.plain["money"]().width)
    if word in desk.plain and not rest:
        return name, desk.plain[word]()
    special = _special(name, word, rest, desk)
    if special is not None:
        return name, special
    desk.mistakes.add(line, spot, f"`{wanted}` is no converter", CONVERTERS)
    return name, None


def _special(name: str, word: str, rest: str, desk: Desk) -> Converter | None:
    """Return `date PATTERN`, `date noon`, `truth yes, no` or `word`, None for others."""
    if word == "date":
        known = {"noon": Noon()} | {one: PatternDate(pattern=one) for one in PATTERNS}
        return known.get(rest)
    said = [one.strip() for one in rest.split(",")]
    if word == "truth" and len(said) == 2 and all(said):
        return Truth(yes=said[0], no=said[1])
    one = shape(desk.cls).get(name)
    if word == "word" and not rest and one and one.kind == "word" and one.cls is not None:
        return Word(words=frozenset(str(member) for member in one.cls))
    return None


def _lines(
    elements: tuple[int, ...], name: str, limit: str, line: Line, spot: str, desk: Desk
) -> Lines | None:
    known = desk.field(name, line, spot)
    if known is None:
        return None
    fits = known.kind == "text" and len(elements) in (1, 3, 4)
    if not fits or not limit.isdigit() or int(limit) < 2:
        what = "write `01: text_field | lines 80`, or `01-03:` (MSG), `02-05:` (MTX) to continue"
        desk.mistakes.add(line, spot, what)
        return None
    return Lines(elements=elements, field=name, limit=int(limit))


def compile_pairs(
    elements: tuple[int, ...], name: str, table: str, line: Line, spot: str, desk: Desk
) -> Pairs | None:
    """Compile `products | pairs products`, a list of kind and value."""
    known, codes = desk.field(name, line, spot), desk.table(table, line, spot)
    if known is None or codes is None:
        return None
    if known.kind != "records" or known.cls is None or set(shape(known.cls)) != {"kind", "value"}:
        desk.mistakes.add(line, spot, f"`{name}` is not a list of kind and value")
        return None
    if len(elements) % 2:
        desk.mistakes.add(line, spot, "pairs need an even number of elements")
    return Pairs(elements=elements, field=name, cls=known.cls, table=codes)


def _choices(elements: tuple[int, ...], block: Block, spot: str, desk: Desk) -> Choices | None:
    if len(elements) % 2:
        desk.mistakes.add(block.line, spot, "qualifier and value need an even number of elements")
        return None
    options: list[tuple[str, Value]] = []
    for entry in block.entries:
        if not isinstance(entry.tree, Leaf):
            desk.mistakes.add(entry.line, spot, f"`{entry.key}` must name a field")
            continue
        place = f"{spot}[{entry.key}]"
        value = compile_value((2,), entry.tree.text, line=entry.line, spot=place, desk=desk)
        if value is not None:
            options.append((entry.key, value))
    return Choices(elements=elements, options=tuple(options))
