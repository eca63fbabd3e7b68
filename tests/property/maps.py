"""Messages made of a page's own fields: the page is the strategy."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from hub.domain.exchange import Purpose
from hub.mapping import Page
from hub.mapping.converters import (
    Balance,
    Code,
    Converter,
    Date,
    DateTime,
    Implied,
    Money,
    Price,
    PurposeCode,
    Quantity,
    Time,
)
from hub.mapping.plan import (
    Choices,
    Each,
    FirstOf,
    Lines,
    LoopPlan,
    Pairs,
    Part,
    SegmentPlan,
    Slot,
    TreePlan,
    Value,
)
from hub.mapping.shapes import FieldShape, shape
from hub.mapping.tables import Table

WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30).filter(
    lambda text: bool(text.strip(" "))
)
DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31))
Found = tuple[Slot, int]


def messages(page: Page) -> SearchStrategy[Any]:
    """Return messages of the page's class, filled where the page has a place."""
    return _record(page.message, page.plan.parts, page.plan.firsts)


def _record(
    cls: type, parts: tuple[Part, ...], firsts: tuple[FirstOf, ...] = ()
) -> SearchStrategy[Any]:
    shapes = shape(cls)
    single: dict[str, SearchStrategy[Any]] = {}
    joint: list[SearchStrategy[dict[str, Any]]] = []
    for slot, most in _slots(parts):
        if isinstance(slot, Value) and len(slot.fields) > 1 and isinstance(slot.converter, Code):
            joint.append(_words(slot.fields, slot.converter.table))
        elif isinstance(slot, Value) and isinstance(slot.converter, Price):
            joint.append(_prices(slot.fields))
        else:
            single.update(_slot(slot, most, shapes))
    for loop in _loops(parts):
        one = _many(loop) if loop.many else _record(loop.cls or cls, loop.parts)
        single[loop.field] = st.none() | one if loop.optional and not loop.many else one
    for part in parts:
        if isinstance(part, TreePlan):
            single.update(_tree(part, shapes, len(part.levels)))
    return st.tuples(st.fixed_dictionaries(single), *joint).map(
        lambda drawn: cls(**{key: value for one in drawn for key, value in one.items()})
    )


def _many(loop: LoopPlan) -> SearchStrategy[Any]:
    assert loop.cls is not None
    rounds = st.lists(_record(loop.cls, loop.parts), min_size=0 if loop.optional else 1, max_size=3)
    return rounds.map(tuple)


def _tree(tree: TreePlan, shapes: dict[str, FieldShape], depth: int) -> dict[str, Any]:
    """Return the fields that the levels of a tree fill, lines inside parcels."""
    here: dict[str, Any] = {}
    flat = tuple(part for level in tree.levels if not level.field for part in level.parts)
    for slot, most in _slots(flat):
        here.update(_slot(slot, most, shapes))
    pack, line = (level for level in tree.levels if level.field)
    assert pack.cls is not None
    assert line.cls is not None
    lines = st.lists(_record(line.cls, line.parts), max_size=3).map(tuple)
    parcels = st.tuples(_record(pack.cls, pack.parts), lines).map(
        lambda drawn: _with(drawn[0], line.field, drawn[1])
    )
    return here | {pack.field: st.lists(parcels, max_size=3).map(tuple)}


def _with(record: Any, name: str, value: Any) -> Any:
    told = {spot: getattr(record, spot) for spot in shape(type(record))}
    return type(record)(**(told | {name: value}))


def _slots(parts: tuple[Part, ...]) -> Iterator[Found]:
    for part in parts:
        if isinstance(part, TreePlan) or not part.write:
            continue
        if isinstance(part, SegmentPlan):
            yield from ((slot, part.most) for slot in part.slots)
        elif not part.field:
            yield from _slots(part.parts)


def _loops(parts: tuple[Part, ...]) -> Iterator[LoopPlan]:
    for part in parts:
        if isinstance(part, LoopPlan) and part.write:
            yield from [part] if part.field else _loops(part.parts)


def _slot(slot: Slot, most: int, shapes: dict[str, FieldShape]) -> dict[str, Any]:
    match slot:
        case Value():
            name = slot.fields[0]
            return {name: _maybe(_value(name, slot.converter), shapes[name])}
        case Choices():
            return {
                name: value
                for _, option in slot.options
                for name, value in _slot(option, most, shapes).items()
            }
        case Pairs():
            pairs = st.lists(_pair(slot), min_size=1, max_size=len(slot.elements) // 2)
            return {slot.field: _maybe(pairs.map(tuple), shapes[slot.field])}
        case Each():
            room = min(len(slot.elements) * most, 8)
            return {slot.field: st.lists(WORDS, max_size=room).map(tuple)}
        case Lines():
            return {slot.field: _texts(slot.limit)}
    return {}


def _texts(limit: int) -> SearchStrategy[str]:
    """Return texts as X12 can carry them, among them lines that must be cut."""
    word = st.text("ab ,", max_size=9)
    long = st.integers(1, limit * 2 + 2).map(lambda size: "ab  c" * size)
    lines = st.lists(word | long, max_size=5)
    return lines.map(lambda drawn: "\n".join(one.rstrip(" ") for one in drawn).rstrip("\n"))


def _maybe(values: SearchStrategy[Any], spot: FieldShape) -> SearchStrategy[Any]:
    return values if spot.required else st.one_of(st.just(spot.default), values)


def _value(name: str, converter: Converter) -> SearchStrategy[Any]:
    if name == "currency":
        return st.sampled_from(["USD", "EUR", "JPY", "BHD"])
    match converter:
        case Quantity():
            return st.integers(0, 10**15 - 1)
        case Balance():
            return st.integers(1 - 10**15, 10**15 - 1)
        case Money():
            return st.integers(0, 10**15 - 1)
        case Implied():
            # Hundredths are all that N2 can say: of a thousandth, only tens.
            return st.integers(1 - 10**12, 10**12 - 1).map(lambda amount: amount * 10)
        case Date():
            return DAYS
        case Time():
            return st.times().map(
                lambda at: at.replace(microsecond=at.microsecond // 10000 * 10000)
            )
        case DateTime():
            return _moments()
        case PurposeCode():
            return st.sampled_from(Purpose)
        case Code():
            return _words((name,), converter.table).map(lambda drawn: drawn[name])
    return WORDS


def _moments() -> SearchStrategy[datetime]:
    hundredths = st.integers(0, 100 * 86_400 * 365 * 200)
    moments = hundredths.map(lambda n: datetime(1901, 1, 1) + timedelta(milliseconds=10 * n))
    return st.one_of(moments, moments.map(lambda moment: moment.replace(tzinfo=UTC)))


def _words(fields: tuple[str, ...], table: Table) -> SearchStrategy[dict[str, Any]]:
    known = st.sampled_from(sorted({row.words for row in table.rows}))
    taken = {row.code for row in table.rows} | {row.words[0] for row in table.rows}
    if table.keep:
        kept = WORDS.filter(lambda word: word not in taken)
        known = st.one_of(known, kept.map(lambda word: (word,)))
    return known.map(lambda words: dict(zip(fields, words, strict=True)))


def _prices(fields: tuple[str, ...]) -> SearchStrategy[dict[str, Any]]:
    amounts = st.integers(-(10**14), 10**14)
    parts = amounts.map(
        lambda n: divmod(n, 10**4) if n >= 0 else tuple(-one for one in divmod(-n, 10**4))
    )
    return parts.map(lambda drawn: dict(zip(fields, drawn, strict=True)))


def _pair(slot: Pairs) -> SearchStrategy[Any]:
    digits = st.text("0123456789", min_size=1)
    return st.one_of(
        [
            (
                st.text("0123456789", min_size=row.length, max_size=row.length)
                if row.length
                else WORDS | digits
            ).map(lambda value, kind=row.words[0]: slot.cls(kind=kind, value=value))
            for row in slot.table.rows
        ]
    )
