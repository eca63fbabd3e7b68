"""One record of a file: what its cells say, what is wrong with them, and its segments."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from hub.domain.exchange import Problem, Severity, Where
from hub.formats.tabular import cells as cell
from hub.formats.tabular.shape import Shape
from hub.formats.tabular.tables import FEED, GTINS, IDS, LINE, PARCELS, TABLES, WRITTEN, Column

Segment = tuple[str, ...]
Values = dict[str, str]

_COUNT = re.compile(r"[0-9]{1,15}(?:\.0{1,15})?", re.ASCII)
_BELOW = re.compile(r"-\d+(?:\.0*)?", re.ASCII)


def overlong(shape: Shape, cells: Sequence[str]) -> bool:
    """Whether a record says something beyond its headings."""
    return any(one.strip() for one in cells[len(shape.columns) :])


def values(shape: Shape, cells: Sequence[str]) -> Values:
    """Return a record's cells by column, those that are empty left out."""
    said = {}
    # In a workbook an apostrophe is the author's own: ours has texts without any (`writing`).
    plain = str.strip if shape.sheet else cell.plain
    for column, text in zip(shape.columns, cells, strict=False):
        if column and text and (told := plain(text)):
            said[column] = told
    return said


# --- what is wrong ------------------------------------------------------------------------------


def wrong(shape: Shape, number: int, cells: Sequence[str], said: Values) -> list[Problem]:
    """Return what is wrong with a record: an error where it cannot count, else a warning.

    Of a stock table only what the map does not see: that is for it to judge.
    """
    if overlong(shape, cells):
        return [_too_many(shape, number, cells)]
    found: list[Problem] = []
    for name, text in said.items():
        column = shape.table.columns[name]
        told = _wrong_cell(shape, column, text)
        if told is not None:
            code, sentence, severity = told
            found.append(_problem(code, sentence, number, name, text, severity))
    return [*found, *_silent(shape, number, said), *_of_none(shape, number, said)]


def _problem(
    code: str, text: str, number: int, column: str, value: str, severity: Severity
) -> Problem:
    where = Where(path=f"row {number}, column {column}", value=value[:99])
    return Problem(code=code, text=text, where=where, severity=severity)


def _too_many(shape: Shape, number: int, cells: Sequence[str]) -> Problem:
    text = (
        f"row {number} has {len(cells)} cells, the headings are {len(shape.columns)}; put a text "
        "with the separator in it into quotation marks"
    )
    # A stock row without a quantity is told by the map as well.
    severity = Severity.WARNING if shape.set_id == FEED else Severity.ERROR
    return _problem("too-many-cells", text, number, "quantity", "", severity)


def _wrong_cell(shape: Shape, column: Column, text: str) -> tuple[str, str, Severity] | None:
    match column.kind:
        case "id" | "gtin":
            harm = cell.damage(text, kind=column.kind)
            # An article that is not found is told later; a tracking number would be believed.
            sure = shape.set_id != FEED and harm is not None and cell.lost(text)
            return harm and (*harm, Severity.ERROR if sure else Severity.WARNING)
        case "count":
            good = _COUNT.fullmatch(text)
            return None if good else ("no-count", _NO_COUNT, Severity.ERROR)
        case "balance" if _BELOW.fullmatch(text):
            return "odd-quantity", "a stock below none counts as none", Severity.WARNING
        case "day" if not cell.day(text, dates=shape.dates):
            return "no-day", _NO_DAY, Severity.WARNING
        case "moment" if column.tag and not cell.moment(text, dates=shape.dates)[0]:
            return "no-moment", _NO_MOMENT, Severity.WARNING
    return None


_NO_COUNT = "this is no whole number of units; write digits alone, such as 12"
_NO_DAY = (
    "this is no day written 2026-11-26; it was passed over. Write it so, or say under `dates` in "
    "the channel's profile whether the day or the month comes first"
)
_NO_MOMENT = (
    "this is no day, or day with its time, written 2026-11-26 14:30; it was passed over. Write it "
    "so, or say under `dates` in the channel's profile whether the day or the month comes first"
)


def _silent(shape: Shape, number: int, said: Values) -> Iterator[Problem]:
    groups = shape.table.says
    if shape.set_id == "response" and not _whole(shape, said):
        groups = (*groups, LINE)
    for group in groups:
        if said.keys().isdisjoint(group):
            text = f"row {number} does not say its {' or '.join(group)}; fill it in"
            yield _problem("empty-cell", text, number, group[0], "", Severity.ERROR)


def _of_none(shape: Shape, number: int, said: Values) -> Iterator[Problem]:
    """Tell of quantities side by side that are all zero: their row answers nothing.

    No error: partners leave such rows for lines on which they have no word yet.
    """
    spread = [name for name in shape.table.spread if name in said]
    if spread and "status" not in said and not any(_some(said[name]) for name in spread):
        yield _problem(
            "answers-none", _NO_ANSWER, number, spread[0], said[spread[0]], Severity.WARNING
        )


def _some(quantity: str) -> bool:
    """Whether a cell says more than zero; what is no number at all is told elsewhere."""
    return bool(quantity.strip("0."))


_NO_ANSWER = (
    "every quantity of this row is zero, so that it answers nothing; it was passed over. Say how "
    "many are accepted, backordered or rejected, or leave the row out"
)


def _whole(shape: Shape, said: Values) -> bool:
    """Whether an answer speaks for its whole order: a cell left empty by mistake must not."""
    return "status" in said and not set(LINE) & set(shape.columns)


# --- segments -----------------------------------------------------------------------------------


def segments(shape: Shape, number: int, cells: Sequence[str]) -> list[Segment]:
    """Return a record's segments, as many for each; empty ones where it says nothing.

    A record that cannot count is its first segment alone, without its number, so that the map tells
    of it and uses nothing.
    """
    table = shape.table
    said = values(shape, cells)
    if not said:
        return [()] * table.width
    if table.set_id == FEED:
        return [_stock(shape, cells, said)]
    errors = (one for one in wrong(shape, number, cells, said) if one.severity is Severity.ERROR)
    if next(errors, None) is not None:
        head = (table.levels[0], *(table.fixed.get(n, "-") for n in range(1, table.number)))
        return [head, *[()] * (table.width - 1)]
    return _spelled(shape, said)


def _stock(shape: Shape, cells: Sequence[str], said: Values) -> Segment:
    if overlong(shape, cells):
        # Nobody knows which cell is the quantity: the map finds none and leaves the row out.
        return ("ROW", f"one of {len(cells)} cells")
    if _BELOW.fullmatch(said.get("quantity", "")):
        said["quantity"] = "0"
    return _segment(shape, "ROW", said)


def _spelled(shape: Shape, said: Values) -> list[Segment]:
    if shape.set_id in ("shipment", PARCELS) and "notice" not in said:
        # What is told again in another file is known by what travels: the parcel.
        said["notice"] = said.get("tracking") or said.get("shipped_at") or said["number"]
    if shape.set_id == "response":
        return _answers(shape, said)
    spelled = [_segment(shape, tag, said) for tag in shape.table.levels]
    if shape.set_id not in WRITTEN:
        return spelled
    return [segment if len(segment) > 1 else () for segment in spelled]


def _answers(shape: Shape, said: Values) -> list[Segment]:
    """An answer by its word or by quantities side by side, at most one of each."""
    table = shape.table
    answers = [
        {**said, "status": name, "quantity": said[name]}
        for name in table.spread
        if _some(said.get(name, "0"))
    ]
    if "status" in said and not answers:
        # A quantity that is said to be none is none, whatever the word beside it.
        none = any(name in said for name in table.spread)
        answers = [{**said, "quantity": "0"} if none else said]
    head, line = (_segment(shape, tag, said) for tag in table.levels[:2])
    if _whole(shape, said):
        word = _element(shape, table.columns["status"], said["status"])
        return [(*_padded(head, 4), word), *[()] * (table.width - 1)]
    told = [_segment(shape, table.levels[2], one) for one in answers]
    rest: list[Segment] = [()] * (len(table.spread) - len(told))
    return [head, line, *told, *rest] if told else [()] * table.width


def _padded(segment: Segment, elements: int) -> Segment:
    return (*segment, *[""] * (elements + 1 - len(segment)))


def _segment(shape: Shape, tag: str, said: Mapping[str, str]) -> Segment:
    """Return what a record says in one segment, without the empty elements at its end."""
    table = shape.table
    elements = [""] * _room(shape.set_id, tag)
    if tag == table.levels[0]:
        for place, text in table.fixed.items():
            elements[place] = text
    ids: dict[str, str] = {}
    for name, text in said.items():
        column = table.columns[name]
        if column.tag != tag:
            continue
        if not column.element:
            ids[name] = text
        elif column.kind == "moment":
            elements[column.element : column.element + 3] = cell.moment(text, dates=shape.dates)
        else:
            elements[column.element] = _element(shape, column, text)
    pairs = [
        part for name in IDS if name in ids for part in (_qualifier(name, ids[name]), ids[name])
    ]
    return (tag, *_said([*elements[1:], *pairs]))


@cache
def _room(set_id: str, tag: str) -> int:
    """Return how many places a segment has before its ids, its tag among them."""
    table = TABLES[set_id]
    here = [column for column in table.columns.values() if column.tag == tag]
    if any(not column.element for column in here):
        return table.ids_at
    return 1 + max(column.element + 2 * (column.kind == "moment") for column in here)


def _said(elements: list[str]) -> list[str]:
    while elements and not elements[-1]:
        elements.pop()
    return elements


def _qualifier(name: str, text: str) -> str:
    return GTINS.get(len(text), IDS[name]) if name == "gtin" else IDS[name]


def _element(shape: Shape, column: Column, text: str) -> str:
    match column.kind:
        case "day":
            return cell.day(text, dates=shape.dates)
        case "word":
            return " ".join(text.upper().split())
    return text
