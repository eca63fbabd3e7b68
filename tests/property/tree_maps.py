"""Messages made of the fields of a page of elements: the page is the strategy."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from hub.domain.exchange import Purpose
from hub.mapping import Page
from hub.mapping.converters import (
    Balance,
    Code,
    Converter,
    Implied,
    Money,
    Price,
    PurposeCode,
    Quantity,
    Upper,
)
from hub.mapping.elements import (
    ElementPlan,
    GroupRow,
    KindsRow,
    LetRow,
    Listed,
    RecordRow,
    Row,
    SplitRow,
    Spoken,
    ValueRow,
)
from hub.mapping.iso import IsoDate, IsoDateTime, IsoTime, Noon, PatternDate, Truth, Word
from hub.mapping.plan import Each, Lines, Pairs, Value
from hub.mapping.shapes import FieldShape, shape
from tests.property.maps import DAYS, WORDS, _maybe, _prices, _words

BLANKS = " \t\r\n"
TEXTS = WORDS.map(lambda text: text.strip(BLANKS)).filter(bool)
"""Blanks at the ends of a text do not travel in XML."""
Fields = dict[str, Any]


def tree_messages(page: Page) -> SearchStrategy[Any]:
    """Return messages of the page's class, filled where the page has a place."""
    assert isinstance(page.plan, ElementPlan)
    return _record(page.message, page.plan.rows)


def _record(cls: type, listed: Listed) -> SearchStrategy[Any]:
    shapes = shape(cls)
    single: dict[str, SearchStrategy[Any]] = {}
    joint: list[SearchStrategy[Fields]] = []
    lists: dict[str, list[SearchStrategy[Any]]] = {}
    for row in _written(listed):
        match row:
            case LetRow():
                kind = shapes[row.field].cls
                single[row.field] = st.just(kind(row.value) if kind else row.value)
            case RecordRow():
                lists.setdefault(row.field, []).append(_rounds(row))
            case KindsRow():
                single[row.field] = _kinds(row, shapes[row.field])
            case ValueRow():
                for slot in row.slots:
                    _add(slot, row, shapes, single, joint)
    for name, loops in lists.items():
        together = st.tuples(*loops).map(lambda parts: tuple(one for part in parts for one in part))
        many = shapes[name].kind == "records"
        single[name] = together if many else together.map(lambda one: one[0] if one else None)
    return st.tuples(st.fixed_dictionaries(single), *joint).map(
        lambda drawn: cls(**{key: value for one in drawn for key, value in one.items()})
    )


def _written(listed: Listed) -> Iterator[Row]:
    for row in listed.rows:
        if isinstance(row, LetRow):
            yield row
        elif row.use.write and isinstance(row, GroupRow | SplitRow):
            yield from _written(row.rows)
        elif row.use.write:
            yield row


def _rounds(row: RecordRow) -> SearchStrategy[tuple[Any, ...]]:
    fewest = 0 if row.optional else 1
    most = 1 if not row.many or not row.path.steps else 3
    records = _record(row.cls, row.rows)
    if not row.path.steps:
        # A record among the values around is there as soon as it says anything.
        silent = {let.field for let in row.lets}
        records = records.filter(lambda record: _says(record, silent))
    return st.lists(records, min_size=fewest, max_size=most).map(tuple)


def _says(record: Any, but: set[str]) -> bool:
    return any(
        getattr(record, name) not in (None, "", ())
        for name in shape(type(record))
        if name not in but
    )


def _add(
    slot: Spoken,
    row: ValueRow,
    shapes: dict[str, FieldShape],
    single: dict[str, SearchStrategy[Any]],
    joint: list[SearchStrategy[Fields]],
) -> None:
    match slot:
        case Value() if len(slot.fields) > 1 and isinstance(slot.converter, Code):
            joint.append(_words(slot.fields, slot.converter.table))
        case Value() if isinstance(slot.converter, Price):
            joint.append(_prices(slot.fields))
        case Value() if row.when is None:
            (name,) = slot.fields
            single[name] = _maybe(_value(name, slot.converter), shapes[name])
        case Each():
            room = _room(row) if len(row.places) == 1 else len(row.places)
            single[slot.field] = st.lists(TEXTS, max_size=min(room, 5)).map(tuple)
        case Lines():
            single[slot.field] = _lines(slot.limit, _room(row))
        case Pairs():
            pairs = st.lists(_pair(slot), min_size=1, max_size=min(_room(row), 4)).map(tuple)
            single[slot.field] = _maybe(pairs, shapes[slot.field])
        case _:
            pass


def _room(row: ValueRow) -> int:
    return max((step.most for step in row.base.steps), default=0) or 1


def _lines(limit: int, room: int) -> SearchStrategy[str]:
    """Return a text of several lines, some of them blank, none with blanks at its ends."""
    line = st.text("ab cö,", max_size=min(limit or 20, 20)).map(lambda text: text.strip(BLANKS))
    lines = st.lists(line, min_size=1, max_size=min(room, 5)).map("\n".join)
    return st.just("") | lines.filter(lambda text: bool(text.strip(BLANKS)))


def _kinds(row: KindsRow, spot: FieldShape) -> SearchStrategy[Any]:
    """Return at most one id for each place of the page, in its order."""
    free: list[Any] = []
    for kind in row.kinds:
        digits = st.text("0123456789", min_size=kind.length or 1, max_size=kind.length or 20)
        value = digits if kind.length else TEXTS
        if kind.path not in [path for path, _ in free]:
            pair = value.map(lambda text, word=kind.word: row.cls(kind=word, value=text))
            free.append((kind.path, pair))
    least = 0 if row.optional and not spot.required else 1
    chosen = st.lists(st.sampled_from(range(len(free))), min_size=least, unique=True).map(sorted)
    return chosen.flatmap(lambda places: st.tuples(*(free[place][1] for place in places)))


def _pair(slot: Pairs) -> SearchStrategy[Any]:
    return st.one_of(
        [
            (
                st.text("0123456789", min_size=one.length, max_size=one.length)
                if one.length
                else TEXTS
            ).map(lambda value, kind=one.words[0]: slot.cls(kind=kind, value=value))
            for one in slot.table.rows
        ]
    )


def _value(name: str, converter: Converter) -> SearchStrategy[Any]:
    if name == "currency":
        return st.sampled_from(["USD", "EUR", "JPY", "BHD"])
    match converter:
        case Quantity():
            return st.integers(0, 10**5)
        case Balance():
            return st.integers(-(10**5), 10**5)
        case Money():
            return st.integers(0, 10**6)
        case Implied():
            return st.integers(-(10**6), 10**6).map(lambda amount: amount * 10)
        case IsoDate() | Noon() | PatternDate():
            return DAYS
        case IsoTime():
            return st.times()
        case IsoDateTime():
            return moments()
        case PurposeCode():
            return st.sampled_from(Purpose)
        case Truth():
            return st.sampled_from([converter.yes, converter.no])
        case Word():
            return st.sampled_from(sorted(converter.words))
        case Upper():
            return TEXTS.map(str.upper).filter(
                lambda text: text == text.upper() == text.strip(BLANKS)
            )
        case Code():
            return _words((name,), converter.table).map(lambda drawn: drawn[name].strip(BLANKS))
    return TEXTS


def moments() -> SearchStrategy[datetime]:
    """Return moments to the microsecond, without a zone, in UTC or beside it."""
    plain = st.datetimes(min_value=datetime(1901, 1, 1), max_value=datetime(2199, 1, 1))
    zones = st.sampled_from(
        [None, UTC, timezone(timedelta(hours=-5)), timezone(timedelta(minutes=330))]
    )
    return st.tuples(plain, zones).map(lambda drawn: drawn[0].replace(tzinfo=drawn[1]))


def worded(cls: type, drawn: Any) -> Any:
    """Return a message whose words are members of their enums, as a page reads them."""
    changes: Fields = {}
    for spot in shape(cls).values():
        value = getattr(drawn, spot.name)
        if spot.kind == "word" and spot.cls and value is not None:
            changes[spot.name] = spot.cls(value)
        elif spot.kind == "records" and spot.cls:
            changes[spot.name] = tuple(worded(spot.cls, one) for one in value)
        elif spot.kind == "record" and spot.cls and value is not None:
            changes[spot.name] = worded(spot.cls, value)
    return replace(drawn, **changes)
