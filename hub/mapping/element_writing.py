"""A message written by a page as a tree of ours; what does not fit is a problem, never cut off."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.domain.exchange import Problem, Severity, Where
from hub.domain.messages import Message
from hub.mapping.converters import Converter, Unfit, in_currency
from hub.mapping.element_losses import losses
from hub.mapping.element_reading import control_total
from hub.mapping.elements import (
    MANY,
    ElementPlan,
    GroupRow,
    Kind,
    KindsRow,
    LetRow,
    Listed,
    Outer,
    Path,
    RecordRow,
    Row,
    SplitRow,
    Spoken,
    Total,
    ValueRow,
    Worth,
)
from hub.mapping.finding import NOTHING, OBJECT, Sight, Spot
from hub.mapping.iso import kind_of
from hub.mapping.plan import Constant, Each, Lines, Pairs, Value
from hub.mapping.saying import empty, holds, unsaid
from hub.mapping.sprouts import Sprout
from hub.mapping.writing import Writing


@dataclass(slots=True, kw_only=True)
class _Writer:
    message: Message
    sight: Sight
    top: Sprout
    currency: str
    without: frozenset[str] = frozenset()
    problems: list[Problem] = field(default_factory=list)
    # Which records of a field were written, by identity: two loops may share a field.
    written: dict[tuple[int, str], set[int]] = field(default_factory=dict)
    # Which fields of a record, by identity, were written or refused: the others found no place.
    said: dict[int, set[str]] = field(default_factory=dict)
    # Control totals speak of the whole paper: filled in when its last element stands.
    totals: list[tuple[Total, Sprout, Sprout, Path]] = field(default_factory=list)

    def saying(self, record: Any, *fields: str) -> None:
        """Note that a row has a place for fields of a record."""
        self.said.setdefault(id(record), set()).update(fields)

    def fitted(self, converter: Converter) -> Converter:
        """Return the converter, money in the message's currency."""
        return in_currency(converter, self.currency)

    def refuse(
        self,
        code: str,
        text: str,
        path: str,
        value: object,
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Note what cannot be written and where it would have stood."""
        where = Where(path=path, value=str(value)[:99])
        self.problems.append(Problem(code=code, text=text, where=where, severity=severity))


def write(plan: ElementPlan, message: Message) -> Writing:
    """Write one message; TypeError if it is not of the page's class.

    Control totals are right by construction.
    """
    if not isinstance(message, plan.message):
        raise TypeError(f"{plan.name} writes {plan.message.__name__}, not {type(message).__name__}")
    sight = Sight(json=not plan.root, prefixes=plan.prefixes)
    top = Sprout(name=plan.root, kind=OBJECT if sight.json else "text")
    top.path = "" if sight.json else f"/{sight.spelled(plan.root)}"
    currency = str(getattr(message, "currency", ""))
    writer = _Writer(message=message, sight=sight, top=top, currency=currency, without=plan.without)
    writer.problems += unsaid(message)
    _record(plan.rows, message, top, writer)
    _fill_totals(writer)
    return Writing(paper=top.node(), problems=tuple(writer.problems))


def _record(listed: Listed, record: Any, at: Sprout, writer: _Writer) -> None:
    """Write a record into an element; note what of it found no place on the page."""
    _rows(listed, record, at, writer)
    for name in dict.fromkeys(_looped(listed)):
        written = writer.written.get((id(record), name), set())
        for number, child in enumerate(getattr(record, name), start=1):
            if id(child) not in written:
                text = f"{name}: no loop of the page has a place for record {number}; see its `let`"
                writer.refuse("map-value", text, at.path, f"{name}[{number}]")
    kinds: dict[str, list[str]] = {}
    for name, word in _kinds_of(listed):
        kinds.setdefault(name, []).append(word)
    for name, words in kinds.items():
        pairs = getattr(record, name)
        if pairs and not writer.written.get((id(record), name)):
            known = ", ".join(dict.fromkeys(words))
            text = f"{name}: none has a place on the page, which knows {known}"
            writer.refuse("map-value", text, at.path, pairs[0].kind)
    for name in losses(record, writer.said.get(id(record), ()), without=writer.without):
        # What people wrote is not repeated here.
        text = f"{name}: the page has no place for it, and without it the paper asks something else"
        step = "add a row, or name it under `without:`"
        writer.refuse("map-no-place", f"{text}; {step}", at.path, name)


def _kinds_of(listed: Listed) -> Iterator[tuple[str, str]]:
    """Yield field and kind of every id that a page has a place for."""
    for row in listed.rows:
        if isinstance(row, LetRow) or not row.use.write:
            continue
        if isinstance(row, KindsRow):
            yield from ((row.field, kind.word) for kind in row.kinds)
        elif isinstance(row, GroupRow | SplitRow):
            yield from _kinds_of(row.rows)
        elif isinstance(row, ValueRow):
            for slot in row.slots:
                if isinstance(slot, Pairs):
                    yield from ((slot.field, one.words[0]) for one in slot.table.rows)


def _looped(listed: Listed) -> Iterator[str]:
    """Yield the fields whose records are written by loops of a page."""
    for row in listed.rows:
        if isinstance(row, RecordRow) and row.many and row.use.write:
            yield row.field
        elif isinstance(row, GroupRow | SplitRow) and row.use.write:
            yield from _looped(row.rows)


def _rows(listed: Listed, record: Any, at: Sprout, writer: _Writer) -> None:
    """Write rows into an element, in the order of the page."""
    for row in listed.rows:
        if isinstance(row, LetRow):
            _let(row, record, at, writer)
        elif row.use.write:
            _row(row, record, at, writer)


def _row(row: Row, record: Any, at: Sprout, writer: _Writer) -> None:
    match row:
        case ValueRow():
            _value_row(row, record, at, writer)
        case KindsRow():
            _kinds(row, record, at, writer)
        case RecordRow():
            _loop(row, record, at, writer)
        case GroupRow() | SplitRow():
            _group(row, record, at, writer)


def _let(row: LetRow, record: Any, at: Sprout, writer: _Writer) -> None:
    """Refuse what the paper has no word for; in a loop only fitting records come here."""
    said = getattr(record, row.field)
    if record is writer.message and str(said) != row.value:
        text = f"{row.field} is `{said}`; this page only says {row.value}, name another page"
        writer.refuse("map-value", text, at.path, said)


# --- records -----------------------------------------------------------------------------------


def _loop(row: RecordRow, record: Any, at: Sprout, writer: _Writer) -> None:
    value = getattr(record, row.field)
    records = value if row.many else () if value is None else (value,)
    written = writer.written.setdefault((id(record), row.field), set())
    fitting = [child for child in records if id(child) not in written and _fits(row, child)]
    written.update(id(child) for child in fitting)
    writer.saying(record, *([row.field] if fitting else []))
    if not row.path.steps and len(fitting) > 1:
        text = f"{row.field}: the page has room for one, there are {len(fitting)}"
        writer.refuse("map-too-much", text, at.path, row.field)
        fitting = fitting[:1]
    for child in fitting:
        inside = _opened(row.path, at, writer, many=row.many) if row.path.steps else at
        _record(row.rows, child, inside, writer)
    if writer.sight.json and row.many and not fitting and not row.optional and row.path.steps:
        _opened(row.path, at, writer, many=True).kind = NOTHING


def _fits(row: RecordRow, child: Any) -> bool:
    """Whether all that a loop leaves unsaid is true of a record."""
    return all(str(getattr(child, let.field)) == let.value for let in row.lets)


def _opened(path: Path, at: Sprout, writer: _Writer, *, many: bool) -> Sprout:
    """Open the element of a record; of many the marked step is new, the last one without a mark."""
    if not many:
        return at.down(path.steps, writer.sight, fresh=MANY, many=False)
    fresh = path.marked if path.marked >= 0 else len(path.steps) - 1
    around = at.down(path.steps[:fresh], writer.sight, fresh=MANY, many=False)
    opened = around.down(path.steps[fresh : fresh + 1], writer.sight, fresh=0, many=True)
    opened.round = True
    return opened.down(path.steps[fresh + 1 :], writer.sight, fresh=MANY, many=False)


def _group(row: GroupRow | SplitRow, record: Any, at: Sprout, writer: _Writer) -> None:
    """Write a group, an optional one only if a field of it says something."""
    if row.optional and not _speaks(row.rows, record):
        return
    by = isinstance(row, SplitRow) and row.by
    if by or not row.path.steps:
        _rows(row.rows, record, at, writer)
    else:
        _rows(row.rows, record, _opened(row.path, at, writer, many=False), writer)


def _speaks(listed: Listed, record: Any) -> bool:
    """Whether rows have anything of this record to say."""
    for row in listed.rows:
        match row:
            case ValueRow() if row.use.write and (row.when is None or holds(row.when, record)):
                if any(not empty(getattr(record, name)) for name in row.fields):
                    return True
            case KindsRow() | RecordRow() if row.use.write:
                if not empty(getattr(record, row.field)):
                    return True
            case GroupRow() | SplitRow() if row.use.write:
                if _speaks(row.rows, record):
                    return True
            case _:
                pass
    return False


# --- values ------------------------------------------------------------------------------------


def _value_row(row: ValueRow, record: Any, at: Sprout, writer: _Writer) -> None:
    if row.when is not None and not holds(row.when, record):
        return
    slot = row.slots[0]
    match slot:
        case Each():
            _each(row, slot, record, at, writer)
        case Lines():
            _lines(row, slot, record, at, writer)
        case Pairs():
            _pairs(row, slot, record, at, writer)
        case Total():
            target = _target(row, 1, _holder(row, at, writer), writer)
            target.say(row.places[0], "0", kind=row.kind or "number")
            writer.totals.append((slot, at, target, row.places[0]))
        case _:
            _plain(row, record, at, writer)


def _plain(row: ValueRow, record: Any, at: Sprout, writer: _Writer) -> None:
    """Write a value a place; a row that says nothing is left out, or there and empty."""
    texts: dict[int, tuple[str, str]] = {}
    for slot in row.slots:
        said = _texts(row, slot, record, at, writer)
        texts |= {place: (text, row.kind or _kind(slot)) for place, text in said.items() if text}
    if row.optional and (not texts or (row.constant and not _open(row, at, writer))):
        return
    holder = _holder(row, at, writer)
    for place, (text, kind) in sorted(
        (texts or {1: ("", row.kind or _kind(row.slots[0]))}).items()
    ):
        _target(row, place, holder, writer).say(row.places[place - 1], text, kind=kind)


def _open(row: ValueRow, at: Sprout, writer: _Writer) -> bool:
    """Whether the element that a constant goes into was written by another row."""
    steps = (*row.base.steps, *row.places[0].steps)
    return at.holds(steps if row.places[0].attribute else steps[:-1], writer.sight)


def _holder(row: ValueRow, at: Sprout, writer: _Writer) -> Sprout:
    """Return the element of a row, a new one where the open one has said its text."""
    steps, texts = row.base.steps, any(not p.attribute and not p.steps for p in row.places)
    used = texts and bool(steps) and at.spoken(steps, writer.sight)
    return at.down(steps, writer.sight, fresh=len(steps) - used, many=False)


def _target(row: ValueRow, place: int, holder: Sprout, writer: _Writer) -> Sprout:
    """Return the element of one place of a row."""
    path = row.places[place - 1]
    used = bool(path.steps) and not path.attribute and holder.spoken(path.steps, writer.sight)
    return holder.down(path.steps, writer.sight, fresh=len(path.steps) - used, many=False)


def _texts(row: ValueRow, slot: Spoken, record: Any, at: Sprout, writer: _Writer) -> dict[int, str]:
    """Return the text of each place that a slot fills."""
    match slot:
        case Constant():
            return {slot.elements[0]: slot.text}
        case Value():
            values = tuple(getattr(record, name) for name in slot.fields)
            writer.saying(record, *slot.fields)
        case Outer():
            values = tuple(getattr(writer.message, name) for name in slot.fields)
            writer.saying(writer.message, *slot.fields)
        case Worth():
            values = (_worth(slot, record),)
        case _:
            return {}
    if empty(values[0]):
        return {}
    formatted = writer.fitted(slot.converter).format(values, width=len(slot.elements))
    if isinstance(formatted, Unfit):
        named = "worth" if isinstance(slot, Worth) else " and ".join(slot.fields)
        text = f"{named}: `{values[0]}` {formatted.text}"
        writer.refuse("map-value", text, _where(row, slot.elements[0], at, writer), values[0])
        return {}
    return dict(zip(slot.elements, formatted, strict=True))


def _worth(slot: Worth, record: Any) -> int:
    records = getattr(record, slot.field) if slot.field else (record,)
    return sum(int(one.quantity) * int(getattr(one, slot.price)) for one in records)


def _kind(slot: Spoken) -> str:
    match slot:
        case Value() | Outer() | Worth() | Each():
            return kind_of(slot.converter)
        case _:
            return "text"


def _where(row: ValueRow, place: int, at: Sprout, writer: _Writer) -> str:
    """Return the place where a value stands, or would."""
    return at.path + writer.sight.down(row.base) + writer.sight.down(row.places[place - 1])


def _each(row: ValueRow, slot: Each, record: Any, at: Sprout, writer: _Writer) -> None:
    """Write a list of texts, one a place or one an element."""
    texts: list[str] = []
    writer.saying(record, slot.field)
    for value in getattr(record, slot.field):
        formatted = slot.converter.format((value,), width=1)
        if isinstance(formatted, Unfit) or empty(value):
            reason = formatted.text if isinstance(formatted, Unfit) else "is empty"
            text = f"{slot.field}: `{value}` {reason}"
            writer.refuse("map-value", text, _where(row, 1, at, writer), value)
        else:
            texts.append(formatted[0])
    _several(row, slot.field, texts, at, writer)


def _lines(row: ValueRow, slot: Lines, record: Any, at: Sprout, writer: _Writer) -> None:
    """Write a text, one element a line."""
    writer.saying(record, slot.field)
    said = getattr(record, slot.field)
    texts = said.split("\n") if not empty(said) else []
    for text in texts:
        if slot.limit and len(text) > slot.limit:
            what = f"{slot.field} has a line of more than {slot.limit} characters; break it"
            writer.refuse("map-too-long", what, _where(row, 1, at, writer), text)
    _several(row, slot.field, texts, at, writer)


def _several(row: ValueRow, name: str, texts: Sequence[str], at: Sprout, writer: _Writer) -> None:
    """Lay texts over the places of a row, the last of which may repeat, or over its elements."""
    last = row.places[-1]
    if len(row.places) == 1:
        most = max((step.most for step in row.base.steps), default=0) or 1
    else:
        most = len(row.places) - 1 + (max((step.most for step in last.steps), default=0) or 1)
    if len(texts) > most:
        text = f"{name} needs {len(texts)} places, the page has {most}; shorten it or allow more"
        writer.refuse("map-too-much", text, _where(row, 1, at, writer), texts[most])
    kind = row.kind or _kind(row.slots[0])
    alone = len(row.places) == 1
    holder = at if alone else at.down(row.base.steps, writer.sight, fresh=MANY, many=False)
    for number, text in enumerate(texts[:most]):
        if alone:
            repeats = row.base.marked >= 0
            target = _repeated(row.base, at, writer) if repeats else _holder(row, at, writer)
            target.say(last, text, kind=kind)
        else:
            path = row.places[min(number, len(row.places) - 1)]
            _repeated(path, holder, writer).say(path, text, kind=kind)
    if not texts and not row.optional and not writer.sight.json:
        _target(row, 1, _holder(row, at, writer), writer).say(row.places[0], "", kind=kind)


def _repeated(path: Path, at: Sprout, writer: _Writer) -> Sprout:
    """Return one more element of a path that repeats, of another the open one."""
    marked = path.marked
    fresh = marked if marked >= 0 else MANY
    return at.down(path.steps, writer.sight, fresh=fresh, many=marked >= 0)


def _pairs(row: ValueRow, slot: Pairs, record: Any, at: Sprout, writer: _Writer) -> None:
    """Write the pairs whose kind the table knows: the page chooses them."""
    pairs = getattr(record, slot.field)
    most = max((step.most for step in row.base.steps), default=0) or 1
    written, where = 0, _where(row, 1, at, writer)
    for pair in pairs:
        code = slot.table.code((pair.kind,), length=len(pair.value))
        if code is None and slot.table.keep and not slot.table.knows(pair.kind):
            code = pair.kind
        if code is None:
            if slot.table.knows(pair.kind):
                text = (
                    f"{slot.field}: no {pair.kind} is {len(pair.value)} characters long; left out"
                )
                writer.refuse("map-left-out", text, where, pair.value, Severity.WARNING)
            continue
        written += 1
        writer.written.setdefault((id(record), slot.field), set()).add(id(pair))
        if written > most:
            text = f"{slot.field}: {len(pairs)} ids do not fit into {most} elements"
            writer.refuse("map-too-much", text, where, pair.value)
            break
        holder = _repeated(row.base, at, writer)
        for element, text in zip(slot.elements, (pair.value, code), strict=True):
            _target(row, element, holder, writer).say(row.places[element - 1], text, kind="text")


def _kinds(row: KindsRow, record: Any, at: Sprout, writer: _Writer) -> None:
    """Write each id to the place of its kind: the page chooses them."""
    pairs = getattr(record, row.field)
    if not pairs and row.optional:
        return
    free = list(row.kinds)
    chosen: list[tuple[Kind, str]] = []
    where = at.path + writer.sight.down(row.base)
    for pair in pairs:
        fitting = [kind for kind in free if _goes(kind, pair)]
        if fitting:
            free.remove(fitting[0])
            writer.written.setdefault((id(record), row.field), set()).add(id(pair))
            chosen.append((fitting[0], pair.value))
        elif any(_goes(kind, pair) for kind in row.kinds):
            text = f"{row.field}: the page has one place for a {pair.kind}; left out"
            writer.refuse("map-left-out", text, where, pair.value, Severity.WARNING)
    holder = at.down(row.base.steps, writer.sight, fresh=MANY, many=False)
    for kind, value in sorted(chosen, key=lambda one: row.kinds.index(one[0])):
        target = holder.down(kind.path.steps, writer.sight, fresh=MANY, many=False)
        target.say(kind.path, value, kind="text")


def _goes(kind: Kind, pair: Any) -> bool:
    return bool(kind.word == pair.kind and kind.length in (None, len(pair.value)))


# --- control totals ----------------------------------------------------------------------------


def _fill_totals(writer: _Writer) -> None:
    for total, at, target, place in writer.totals:
        top = Spot(node=writer.top.node(), path="")
        spot = top if at is writer.top else Spot(node=at.node(), path=at.path, above=top)
        number = control_total(total, spot, writer.sight).normalize()
        target.say(place, f"{number:f}", kind=target.kind)
