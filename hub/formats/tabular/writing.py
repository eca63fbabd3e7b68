"""Our papers as tables: one row a line, what stands above the lines repeated in each."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from hub.domain.exchange import (
    Joined,
    JoinedDocument,
    Problem,
    Segments,
    Severity,
    Where,
)
from hub.formats.tabular import cells, workbook
from hub.formats.tabular.profile import SEPARATORS, Config
from hub.formats.tabular.shape import Shape
from hub.formats.tabular.tables import GTINS, IDS, TABLES, WRITTEN, Column, Table

SHEET = "Orders"
_BOM = b"\xef\xbb\xbf"
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_QUALIFIERS = {
    **dict.fromkeys(GTINS.values(), "gtin"),
    **{code: name for name, code in IDS.items()},
}

Row = dict[str, str]


def clean(paper: Segments, *, set_id: str, profile: Config) -> tuple[Segments, tuple[Problem, ...]]:
    """Return the paper without control signs, of which a problem tells.

    Only orders and changes are written: of other sets the problem is that they are only read.
    """
    if set_id not in WRITTEN:
        text = (
            f"tables of this set are only read; {' and '.join(WRITTEN)} are written. Send it over "
            "another channel of the partner"
        )
        return paper, (Problem(code="only-read", text=text),)
    problems = _unsaid(paper, TABLES[set_id], profile)
    fit = tuple(_cleaned(segment, number, problems) for number, segment in enumerate(paper, 2))
    return fit, tuple(problems)


def _unsaid(paper: Segments, table: Table, profile: Config) -> list[Problem]:
    """What the paper says and the columns on the page have no place for, where that matters."""
    written = _columns(table, profile)
    lost = {name for row in flat(paper, table) for name in NEEDED if row.get(name)} - {*written}
    return [
        Problem(
            code="no-column",
            text=f"the order says {name.replace('_', ' ')}, and `headings` on the partner's page "
            f"names no column for it; add `{name}` there",
        )
        for name in sorted(lost)
    ]


def _columns(table: Table, profile: Config) -> tuple[str, ...]:
    """The columns in the order they are written; a change always says what it changes."""
    named = tuple(name for name in profile.headings or table.columns if name in table.columns)
    meant = MEANT if table.set_id == "change" else ()
    return (*named, *(name for name in meant if name in table.columns and name not in named))


def _cleaned(segment: tuple[str, ...], ordinal: int, problems: list[Problem]) -> tuple[str, ...]:
    lines = tuple(text.replace("\r\n", "\n").replace("\r", "\n") for text in segment)
    fit = tuple(_CONTROL.sub("", text) for text in lines)
    for element, (before, after) in enumerate(zip(lines, fit, strict=True)):
        if before != after:
            where = Where(segment=segment[0], ordinal=ordinal, element=element)
            text = "control signs do not travel in a table and were left out"
            problem = Problem(
                code="control-signs", text=text, where=where, severity=Severity.WARNING
            )
            problems.append(problem)
    return fit


def join(
    papers: Sequence[Segments],
    *,
    set_id: str,
    profile: Config,
    interchange_number: int,
    group_number: int,
    at: datetime,
) -> Joined:
    """Put papers of one set into one file; the same arguments always give the same bytes.

    Raises ValueError for a set that is only read: `clean` said so.
    """
    del group_number, at  # a table has neither
    if set_id not in WRITTEN:
        raise ValueError(f"tables of the set {set_id!r} are only read")
    table = TABLES[set_id]
    columns = _columns(table, profile)
    titles = [profile.headings.get(name, table.columns[name].title) for name in columns]
    rows = [list(flat(paper, table)) for paper in papers]
    shape = Shape(set_id=set_id, columns=columns)
    match profile.file:
        case "csv":
            shape = replace(shape, separator=SEPARATORS.get(profile.separator, ","))
            body, places = _text_table(rows, titles, shape, profile)
        case "xlsx":
            shape = replace(shape, sheet=SHEET, heading=1)
            body, places = _workbook(rows, titles, table, columns)
        case "text":
            body, places = _for_people(rows, titles, table, columns)
    return Joined(
        body=body,
        documents=tuple(
            JoinedDocument(number=str(n), offset=start, length=end - start)
            for n, (start, end) in enumerate(places, start=1)
        ),
        function="",
        group_number="",
        interchange_number=f"{interchange_number:09d}",
        syntax=shape.dumps(),
    )


NEEDED = ("personalization", "gift_message", "instructions", "quantity")
"""What nobody may leave out who ships: the page's columns have a place for it, if it is said."""
MEANT = ("purpose", "change", "action")
"""What makes a change one; without it a cancellation would read like an order."""
Places = list[tuple[int, int]]


# --- rows ---------------------------------------------------------------------------------------


def flat(paper: Segments, table: Table) -> Iterator[Row]:
    """Yield a paper's rows: each of its innermost segments with those it stands below."""
    open_: dict[str, tuple[str, ...]] = {}
    for segment in paper:
        if not segment or segment[0] not in table.levels:
            continue
        level = table.levels.index(segment[0])
        if any(tag in open_ for tag in table.levels[level:]):
            yield _row(open_, table)
            open_ = {tag: open_[tag] for tag in table.levels[:level] if tag in open_}
        open_[segment[0]] = segment
    if open_:
        yield _row(open_, table)


def _row(segments: Mapping[str, tuple[str, ...]], table: Table) -> Row:
    row: Row = {}
    for name, column in table.columns.items():
        segment = segments.get(column.tag, ())
        if column.element and column.element < len(segment) and segment[column.element]:
            row[name] = _cell(column, segment[column.element])
    for segment in segments.values():
        row |= _ids(segment, table)
    return row


def _cell(column: Column, text: str) -> str:
    """A day as everybody's spreadsheet reads it (ISO 8601); anything else as it stands."""
    if column.kind == "day" and len(text) == len("20261126"):
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    return text


def _ids(segment: tuple[str, ...], table: Table) -> Row:
    if not any(
        column.tag == segment[0] and not column.element for column in table.columns.values()
    ):
        return {}
    pairs = segment[table.ids_at :]
    found: Row = {}
    for code, value in zip(pairs[::2], pairs[1::2], strict=False):
        found.setdefault(_QUALIFIERS.get(code, ""), value)
    found.pop("", None)
    return found


# --- the files ----------------------------------------------------------------------------------


def _text_table(
    papers: list[list[Row]], titles: Sequence[str], shape: Shape, profile: Config
) -> tuple[bytes, Places]:
    """Write RFC 4180, its lines ended by CR LF; a spreadsheet also needs to be told it is UTF-8."""
    machine = profile.read_by == "machine"
    body = bytearray(b"" if machine else _BOM)
    body += _record(titles, shape, machine=machine)
    places: Places = []
    for rows in papers:
        start = len(body)
        for row in rows:
            body += _record([row.get(name, "") for name in shape.columns], shape, machine=machine)
        places.append((start, len(body)))
    return bytes(body), places


def _record(said: Sequence[str], shape: Shape, *, machine: bool) -> bytes:
    out = io.StringIO(newline="")
    texts = said if machine else [cells.kept_from_formulas(text) for text in said]
    csv.writer(out, delimiter=shape.separator, lineterminator="\r\n").writerow(texts)
    return out.getvalue().encode()


def _workbook(
    papers: list[list[Row]], titles: Sequence[str], table: Table, columns: Sequence[str]
) -> tuple[bytes, Places]:
    """Write one sheet; its papers cannot be told apart by bytes, each is the whole file."""
    counted = [table.columns[name].kind == "count" for name in columns]
    rows = [[row.get(name, "") for name in columns] for paper in papers for row in paper]
    # Texts in a workbook are texts: no program takes them for a formula, and a card stays as it is.
    body = workbook.written([list(titles), *rows], sheet=SHEET, counted=counted)
    return body, [(0, len(body)) for _ in papers]


def _for_people(
    papers: list[list[Row]], titles: Sequence[str], table: Table, columns: Sequence[str]
) -> tuple[bytes, Places]:
    """Write lines for the text of a mail: what is said once, then each line of the order."""
    named = list(zip(columns, titles, strict=True))
    inner = {name for name, column in table.columns.items() if column.tag == table.levels[-1]}
    body, places = bytearray(), Places()
    for rows in papers:
        start = len(body)
        lines = [
            _line(title, rows[0][name]) for name, title in named if name in rows[0].keys() - inner
        ]
        for row in rows:
            said = [(name, title) for name, title in named if name in row.keys() & inner]
            lines += [""] * bool(said) + [_line(title, row[name]) for name, title in said]
        body += ("\r\n".join(lines) + "\r\n\r\n").encode()
        places.append((start, len(body)))
    return bytes(body), places


def _line(title: str, text: str) -> str:
    # A line end of somebody's words must not look like a line of ours.
    return f"{title}: {' / '.join(text.splitlines())}"
