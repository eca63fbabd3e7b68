"""Tables in text files (CSV, RFC 4180, as spreadsheet programs save them): read, never written.

What lives here: encodings, separators, quotation marks, the row that names the columns, and what
spreadsheet programs do to ids. What does not: what a row means (a map), anything but one table a
file. Who may come in: hub.main, flow and ops; never another format.

A file is one interchange with one document of the set `stock`. Its rows reach the map as segments:
`TAB` once (01 BIA01's code for all or changes, 02 name, 03 to 05 day, time and zone code), then for
each record `ROW` (01 quantity, 02 unit, 03 place, 04 next quantity, 05 next day, from 06 pairs of
X12 235 code and id). A record that says nothing is an empty segment, so that numbers stay right.
"""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Annotated, Any, BinaryIO, Literal

from pydantic import BaseModel, ConfigDict, Field

from hub.domain.exchange import (
    Document,
    Group,
    Interchange,
    Joined,
    Problem,
    Receipt,
    Segments,
    Severity,
    SplitGroup,
    SplitInterchange,
    Where,
)
from hub.errors import Malformed

STOCK = "stock"
MOST_TOLD = 100
_MARKS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
_MEGABYTE = 1024 * 1024

# What each column may be called in somebody's spreadsheet; compared in lower case, words only.
_NAMES: Mapping[str, str] = {
    "quantity": "quantity|qty|stock|stock level|stock qty|stock quantity|on hand|qty on hand|"
    "quantity on hand|available|available qty|qty available|quantity available|inventory|"
    "available to sell|ats|atp|units",
    "unit": "unit|uom|unit of measure|unit of measurement",
    "place": "place|warehouse|location|site|facility|warehouse code|location code",
    "next_quantity": "next quantity|next qty|incoming|incoming qty|expected qty|on order|"
    "expected quantity|incoming quantity|on order qty",
    "next_on": "next on|next date|expected on|expected date|eta|restock date|available on|"
    "availability date|back in stock|next available date|due date",
    "vendor": "vendor|vendor sku|vendor item|vendor item number|vendor part|supplier sku|"
    "supplier item|supplier item number|item|item no|item number|item id|part|part number|"
    "part no|article|article number|article no|model|product code|stock code|style",
    "gtin": "gtin|upc|ean|barcode|bar code|gtin 14|upc code|ean code|upc a|ean 13",
    "sku": "sku|our sku|retailer sku|customer sku",
    "buyer": "buyer|buyer sku|buyer item|buyer item number|customer item|customer item number",
    "as_of": "as of|counted at|updated at|last updated|timestamp|report time|date time",
}
COLUMNS = tuple(_NAMES)
_SYNONYMS = {name: column for column, names in _NAMES.items() for name in names.split("|")}
_IDS = {"vendor": "VN", "gtin": "EN", "sku": "SK", "buyer": "BP"}
_GTINS = {8: "EO", 12: "UP", 14: "UK"}
_PLACES = ("quantity", "unit", "place", "next_quantity", "next_on")

Column = Literal[
    "quantity", "unit", "place", "next_quantity", "next_on", "vendor", "gtin", "sku", "buyer",
    "as_of",
]  # fmt: skip


class Config(BaseModel):
    """All that is agreed on about a partner's tables; `columns` adds names to the usual ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["full", "delta"] = "full"
    separator: Literal["detect", "comma", "semicolon", "tab", "bar"] = "detect"
    columns: dict[Column, tuple[str, ...]] = {}
    max_bytes: Annotated[int, Field(ge=1024, le=256 * _MEGABYTE)] = 5 * _MEGABYTE
    max_rows: Annotated[int, Field(ge=1, le=2_000_000)] = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """How one file is read: all that its rows need, kept with the document."""

    encoding: str
    separator: str
    heading: int  # the record that names the columns, counted from 1
    columns: tuple[str, ...]
    kind: str
    name: str
    as_of: tuple[str, str, str] = ("", "", "")

    def written(self) -> str:
        return json.dumps(
            [
                self.encoding, self.separator, self.heading, self.columns, self.kind, self.name,
                self.as_of,
            ]
        )  # fmt: skip


def _shape(syntax: str) -> _Shape:
    encoding, separator, heading, columns, kind, name, as_of = json.loads(syntax)
    return _Shape(
        encoding=encoding,
        separator=separator,
        heading=heading,
        columns=tuple(columns),
        kind=kind,
        name=name,
        as_of=tuple(as_of),
    )


# --- split -------------------------------------------------------------------------------------


def whole(stream: BinaryIO) -> bool:
    """Say whether the file ends with a line end; one without is taken after a while as it is."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - 2))
    return b"\n" in stream.read(2) or b"\r" in _last(stream, size)


def _last(stream: BinaryIO, size: int) -> bytes:
    stream.seek(max(0, size - 1))
    return stream.read(1)


def split(stream: BinaryIO, *, profile: Config) -> Iterator[SplitInterchange]:
    """Yield the file as one interchange with one document.

    What is odd in single cells is a warning. Raises Malformed for a file that cannot be trusted as
    a whole: no text, too long, no columns that are known, quotation marks that do not close.
    """
    stream.seek(0)
    body = stream.read(profile.max_bytes + 1)
    if len(body) > profile.max_bytes:
        raise _unfit(
            "too-long",
            f"the file has more than {profile.max_bytes} bytes; raise `max_bytes` in the channel's "
            "profile if that is right",
        )
    judged = _Judged(profile=profile)
    shape = judged.shape(body)
    document = Document(
        set_id=STOCK,
        version="",
        number=shape.name,
        offset=0,
        length=len(body),
        syntax=shape.written(),
        problems=tuple(judged.problems),
    )
    envelope = Interchange(
        standard="csv",
        sender="",
        receiver="",
        number="",
        usage="",
        version="",
        offset=0,
        length=len(body),
    )
    yield SplitInterchange(
        interchange=envelope, groups=(SplitGroup(group=Group(), documents=(document,)),)
    )


def _decodes(body: bytes, encoding: str) -> bool:
    try:
        body.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _unfit(code: str, text: str, *, path: str = "") -> Malformed:
    return Malformed([Problem(code=code, text=text, where=Where(path=path))])


@dataclass(slots=True, kw_only=True)
class _Judged:
    """One pass over a file that finds its shape and what is odd in it."""

    profile: Config
    problems: list[Problem] = field(default_factory=list)
    moments: list[datetime] = field(default_factory=list)

    def shape(self, body: bytes) -> _Shape:
        """Return the file's shape; raises Malformed."""
        encoding = self._encoding(body)
        text = body.decode(encoding)
        separator, skipped = self._separator(text)
        shape = _Shape(
            encoding=encoding,
            separator=separator,
            heading=0,
            columns=(),
            kind=self.profile.kind,
            name=hashlib.sha256(body).hexdigest()[:12],
        )
        number = rows = 0
        try:
            for number, cells in enumerate(_records(text, separator), start=1):
                if number <= skipped or not any(cell.strip() for cell in cells):
                    continue
                if not shape.heading:
                    shape = replace(shape, heading=number, columns=self._columns(cells, number))
                    continue
                rows += 1
                if rows > self.profile.max_rows:
                    raise _unfit(
                        "too-many-rows",
                        f"the file has more than {self.profile.max_rows} rows; raise `max_rows` in "
                        "the channel's profile if that is right",
                    )
                self._row(shape, cells, number)
        except csv.Error as fault:
            raise _unfit(
                "quotation-marks",
                f"row {number + 1} cannot be read: {fault}; a quotation mark is missing there or "
                "further down",
                path=f"row {number + 1}",
            ) from fault
        if not shape.heading:
            raise _unfit("empty", "the file is empty; its first row must name the columns")
        return replace(shape, as_of=self._as_of())

    def warn(self, code: str, text: str, number: int, column: str, value: str) -> None:
        """Tell what is odd in a cell, of very many the first."""
        if len(self.problems) < MOST_TOLD:
            where = Where(path=f"row {number}, column {column}", value=value[:99])
            self.problems.append(
                Problem(code=code, text=text, where=where, severity=Severity.WARNING)
            )

    def _encoding(self, body: bytes) -> str:
        if body[:2] in (b"\xff\xfe", b"\xfe\xff") and _decodes(body, "utf-16"):
            return "utf-16"
        if b"\0" in body or body[:4] == b"PK\x03\x04":
            raise _unfit("no-text", "the file is no text; save the table as `CSV UTF-8`")
        try:
            body.decode("utf-8")
        except UnicodeDecodeError as fault:
            row = body[: fault.start].count(b"\n") + 1
            text = "the file is not UTF-8 and was read as ISO 8859-1; save it as `CSV UTF-8`"
            where = Where(offset=fault.start, path=f"row {row}")
            self.problems.append(
                Problem(code="not-utf-8", text=text, where=where, severity=Severity.WARNING)
            )
            return "latin-1"
        return "utf-8-sig"

    def _separator(self, text: str) -> tuple[str, int]:
        """What separates cells, and how many records are no rows; Excel's `sep=;` is obeyed."""
        line = text.lstrip("\r\n").partition("\n")[0]
        if line.lower().startswith("sep=") and len(line.strip("\r")) == 5:
            return line[4], 1
        if self.profile.separator != "detect":
            return _MARKS[self.profile.separator], 0
        return max(_MARKS.values(), key=line.count), 0

    def _columns(self, cells: Sequence[str], number: int) -> tuple[str, ...]:
        """What each column is; the page's own names win over the usual ones."""
        own = {
            _words(name): column for column, names in self.profile.columns.items() for name in names
        }
        named = [own.get(_words(cell), "") for cell in cells]
        columns = [
            mine or (usual if (usual := _SYNONYMS.get(_words(cell), "")) not in named else "")
            for cell, mine in zip(cells, named, strict=True)
        ]
        twice = sorted({name for name in columns if name and columns.count(name) > 1})
        missing = [] if "quantity" in columns else ["quantity"]
        missing += [] if set(columns) & set(_IDS) else [" or ".join(_IDS)]
        if twice or missing:
            said = ", ".join(cell.strip()[:40] for cell in cells if cell.strip())
            wrong = f"no column is {' and none is '.join(missing)}" if missing else (
                f"several columns are {' and '.join(twice)}"
            )  # fmt: skip
            raise _unfit(
                "columns",
                f"{wrong}: row {number} names {said}. Say under `columns` in the channel's profile "
                "what they are called",
                path=f"row {number}",
            )
        return tuple(columns)

    def _row(self, shape: _Shape, cells: Sequence[str], number: int) -> None:
        """Note what is odd in a row; what is wrong with its values is the map's to say."""
        if _overlong(shape, cells):
            self.warn(
                "too-many-cells",
                f"row {number} has {len(cells)} cells, the headings are {len(shape.columns)}; put "
                "a text with the separator in it into quotation marks",
                number,
                "quantity",
                "",
            )
            return
        values = _values(shape, cells)
        for column in _IDS:
            if _DAMAGED.fullmatch(values.get(column, "")):
                text = (
                    "a spreadsheet program rounded this number, its digits are lost; format the "
                    "column as Text and export it again"
                )
                self.warn("spreadsheet-number", text, number, column, values[column])
        if _negative(values.get("quantity", "")):
            text = "a stock below none counts as none"
            self.warn("odd-quantity", text, number, "quantity", values["quantity"])
        if values.get("next_on") and not _day(values["next_on"]):
            text = "this is no day written 2026-11-26; it was passed over"
            self.warn("no-day", text, number, "next_on", values["next_on"])
        if values.get("as_of"):
            self._moment(values["as_of"], number)

    def _moment(self, text: str, number: int) -> None:
        found = _instant(text)
        if found is not None:
            self.moments.append(found)
        elif not any(problem.code == "no-moment" for problem in self.problems):
            told = "this is no day with its time, 2026-11-26T14:30; the file's arrival counts"
            self.warn("no-moment", told, number, "as_of", text)

    def _as_of(self) -> tuple[str, str, str]:
        """The earliest moment of the rows: what the file says is at least as old."""
        if not self.moments or any(problem.code == "no-moment" for problem in self.problems):
            return ("", "", "")
        local = [moment for moment in self.moments if moment.tzinfo is None]
        known = [moment.astimezone(UTC) for moment in self.moments if moment.tzinfo is not None]
        first = min(local) if local else min(known)
        return (f"{first:%Y%m%d}", f"{first:%H%M%S}", "" if local else "UT")


# --- rows --------------------------------------------------------------------------------------

_DAMAGED = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+?\d{1,3}")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})|(\d{4})(\d{2})(\d{2})", re.ASCII)


def _records(text: str, separator: str) -> Iterator[list[str]]:
    return iter(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))


def _words(heading: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", heading.lower()).split())


def _overlong(shape: _Shape, cells: Sequence[str]) -> bool:
    return any(cell.strip() for cell in cells[len(shape.columns) :])


def _values(shape: _Shape, cells: Sequence[str]) -> dict[str, str]:
    """A row's cells by column; `="00123"` is how spreadsheets are told to keep digits."""
    values = {}
    for column, cell in zip(shape.columns, cells, strict=False):
        text = cell.strip()
        if text.startswith('="') and text.endswith('"') and len(text) > 3:
            text = text[2:-1]
        if column and text:
            values[column] = text
    return values


def _negative(text: str) -> bool:
    return re.fullmatch(r"-\d+(?:\.0*)?", text, re.ASCII) is not None


def _day(text: str) -> str:
    """A day as CCYYMMDD, empty when it is none."""
    found = _ISO_DAY.match(text)
    if found is None:
        return ""
    try:
        return f"{date(*(int(part) for part in found.groups() if part)):%Y%m%d}"
    except ValueError:
        return ""


def _instant(text: str) -> datetime | None:
    if len(text) < len("2026-11-26T14:30"):
        return None  # without a time of day nobody knows whether it was before or after anything
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def walk(stream: BinaryIO, *, document: Document) -> Iterator[tuple[str, ...]]:
    """Yield the document's segments, see the module; the text is held, its rows are not."""
    stream.seek(document.offset)
    yield from _segments(stream.read(document.length), _shape(document.syntax))


def read(body: bytes, *, document: Document) -> Segments:
    """Return the same segments at once."""
    return tuple(_segments(body, _shape(document.syntax)))


def _segments(body: bytes, shape: _Shape) -> Iterator[tuple[str, ...]]:
    yield ("TAB", "00" if shape.kind == "full" else "04", shape.name, *shape.as_of)
    for number, cells in enumerate(_records(body.decode(shape.encoding), shape.separator), start=1):
        if number > shape.heading:
            yield _segment(shape, cells)


def _segment(shape: _Shape, cells: Sequence[str]) -> tuple[str, ...]:
    if not any(cell.strip() for cell in cells):
        return ()
    if _overlong(shape, cells):
        # Nobody knows which cell is the quantity: the map finds none and leaves the row out.
        return ("ROW", f"one of {len(cells)} cells")
    values = _values(shape, cells)
    if _negative(values.get("quantity", "")):
        values["quantity"] = "0"
    values["next_on"] = _day(values.get("next_on", ""))
    ids = [
        part
        for column, code in _IDS.items()
        if column in values
        for part in (_GTINS.get(len(values[column]), code) if column == "gtin" else code,
                     values[column])
    ]  # fmt: skip
    return ("ROW", *(values.get(name, "") for name in _PLACES), *ids)


def locate(body: bytes, *, document: Document, problem: Problem) -> Problem:
    """Return a problem that names a segment with its row and column instead."""
    where = problem.where
    if where.ordinal is None or where.ordinal < 3:
        return problem
    shape = _shape(document.syntax)
    number = where.ordinal - 2 + shape.heading
    place = (where.element or 0) - 1
    column = _PLACES[place] if 0 <= place < len(_PLACES) else ""
    path = f"row {number}, column {column}" if column else f"row {number}"
    return replace(problem, where=Where(path=path, value=where.value))


def discreet(problem: Problem) -> Problem:
    """Return the problem: a table of stock says nothing of people."""
    return problem


# --- what tables have not ----------------------------------------------------------------------


def is_receipt(set_id: str) -> bool:
    """Say that no table is a receipt."""
    return False


def receipt(paper: Segments) -> Receipt:
    """Raise ValueError: there is none."""
    raise ValueError("a table is no receipt")


def acknowledge(interchange: SplitInterchange, *, profile: Any) -> Sequence[Segments]:
    """Return nothing: nobody answers a table."""
    return ()


def clean(paper: Segments, *, set_id: str, profile: Any) -> tuple[Segments, tuple[Problem, ...]]:
    """Return the problem that tables are only read."""
    text = "tables are only read; send this set over another channel of the partner"
    return paper, (Problem(code="only-read", text=text),)


def join(
    papers: Sequence[Segments],
    *,
    set_id: str,
    profile: Any,
    interchange_number: int,
    group_number: int,
    at: datetime,
) -> Joined:
    """Raise ValueError: `clean` said that tables are only read."""
    raise ValueError("tables are only read")
