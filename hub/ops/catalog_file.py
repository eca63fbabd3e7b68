"""A catalogue file → articles and offers, or every mistake in it by row and column.

Pure: bytes in, values out. The first row names the columns, in any order, by any of the usual
names; each further row is one article, with one partner's offer when it names a partner. Nothing of
a file with a mistake is meant to be used.
"""

import csv
import difflib
import io
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from hub.domain.catalog import Item, PartnerItem
from hub.domain.exchange import Problem
from hub.domain.messages import ProductId
from hub.ops.catalog_columns import (
    COLUMNS,
    PRODUCT_KINDS,
    cost_cell,
    currency_cell,
    damage,
    day_cell,
    gtin_cell,
    heading,
    number_cell,
    text_cell,
    unit_cell,
    wrong,
)

LARGEST_FILE = 64 * 1024 * 1024  # bytes
MOST_ROWS = 500_000
MOST_PROBLEMS = 1000
_DELIMITERS = ",;\t|"
_OFFER = ("unit", "units_per_pack", "cost", "currency", "priority", "valid_from", "id:vendor",
          "id:buyer")  # fmt: skip


T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogFile:
    """What a file says; with `problems` the rest is not whole and must not be used."""

    items: tuple[Item, ...]
    offers: tuple[PartnerItem, ...]
    problems: tuple[Problem, ...]
    rows: int


@dataclass(slots=True, kw_only=True)
class _Reading:
    """One pass over a file that goes on after a mistake, to report them all."""

    partners: Collection[str]
    units: Mapping[str, str]
    columns: Sequence[str] = ()
    problems: list[Problem] = field(default_factory=list)
    items: dict[str, tuple[Item, int]] = field(default_factory=dict)
    offers: dict[tuple[str, str], tuple[PartnerItem, int]] = field(default_factory=dict)
    rows: int = 0

    def wrong(self, row: int, column: str, text: str, value: str = "") -> None:
        if len(self.problems) <= MOST_PROBLEMS:
            self.problems.append(wrong(row, column, text, value))


def read(body: bytes, *, partners: Collection[str], units: Mapping[str, str]) -> CatalogFile:
    """Return the articles and offers of a file, and everything wrong with it; never raises.

    `partners` are the ids that offers may name, `units` our words for units and their codes.
    Problems are in the order of the rows.
    """
    reading = _Reading(partners=partners, units=units)
    text = _text(body, reading)
    if text is not None:
        _rows(text, reading)
    problems = sorted(reading.problems, key=_row_number)
    if len(problems) > MOST_PROBLEMS:
        rest = wrong(
            reading.rows, "", f"more than {MOST_PROBLEMS} mistakes; the rest is not listed", ""
        )
        problems = [*problems[:MOST_PROBLEMS], rest]
    return CatalogFile(
        items=tuple(article for article, _ in reading.items.values()),
        offers=tuple(offer for offer, _ in reading.offers.values()),
        problems=tuple(problems),
        rows=reading.rows,
    )


def _row_number(problem: Problem) -> int:
    return int(problem.where.path.split(",")[0].removeprefix("row ") or 0)


def _text(body: bytes, reading: _Reading) -> str | None:
    if len(body) > LARGEST_FILE:
        most = LARGEST_FILE // (1024 * 1024)
        reading.wrong(1, "", f"the file has {len(body)} bytes; split it into files of {most} MB")
        return None
    codec = "utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return body.decode(codec)
    except UnicodeDecodeError as fault:
        row = body[: fault.start].count(b"\n") + 1
        reading.wrong(
            row,
            "",
            f"byte {fault.start + 1} of the file is not UTF-8 text; save it as `CSV UTF-8`",
        )
        return None


def _rows(text: str, reading: _Reading) -> None:
    delimiter, first = _delimiter(text)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(table, start=1):
            if number < first or not any(cell.strip() for cell in cells):
                continue
            if not reading.columns:
                if not _headings(cells, number, reading):
                    return
                continue
            reading.rows += 1
            if reading.rows > MOST_ROWS:
                reading.wrong(number, "", f"more than {MOST_ROWS} rows; split the file")
                return
            _row(cells, number, reading)
    except csv.Error as fault:
        reading.wrong(number + 1, "", f"the row cannot be read: {fault}; check its quotation marks")
    if not reading.columns:
        reading.wrong(1, "", "the file is empty; its first row must name the columns, sku at least")


def _delimiter(text: str) -> tuple[str, int]:
    """Return what separates columns, and the row that names them; Excel's `sep=;` is obeyed."""
    line = text.lstrip("\r\n").partition("\n")[0]
    if line.lower().startswith("sep=") and len(line.strip()) == 5 and line[4] in _DELIMITERS:
        return line[4], 2
    counts = {mark: line.count(mark) for mark in _DELIMITERS}
    return max(_DELIMITERS, key=lambda mark: counts[mark]), 1


def _headings(cells: Sequence[str], number: int, reading: _Reading) -> bool:
    columns: list[str] = []
    for cell in cells:
        column = heading(cell)
        if not column and cell.strip():
            near = difflib.get_close_matches(cell.strip().lower(), COLUMNS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(COLUMNS)}"
            reading.wrong(number, cell.strip()[:40], f"no column is called so; {hint}", cell)
        elif column in columns and column:
            reading.wrong(number, column, "this column stands there twice; remove one", cell)
        columns.append(column)
    reading.columns = columns
    if "sku" not in columns:
        reading.wrong(number, "sku", "this column is missing; every row needs the SKU", "")
    return "sku" in columns


def _row(cells: Sequence[str], number: int, reading: _Reading) -> None:
    if any(cell.strip() for cell in cells[len(reading.columns) :]):
        reading.wrong(
            number,
            "",
            f"the row has {len(cells)} cells, the headings are {len(reading.columns)}; "
            "put a text with the separator in it into quotation marks",
        )
        return
    pairs = zip(reading.columns, cells, strict=False)
    values = {column: cell.strip() for column, cell in pairs if column and cell.strip()}
    _spoilt(values, number, reading)
    if values.get("sku"):
        _item(values, number, reading)
    else:
        reading.wrong(number, "sku", "the SKU is missing; every row needs one")
    _offer(values, number, reading)


def _spoilt(values: dict[str, str], number: int, reading: _Reading) -> None:
    """Name what a spreadsheet program or a copy did to texts, and take those cells out."""
    for column, text in list(values.items()):
        fault = damage(text)
        if not fault and column in ("gtin", "id:gtin"):
            fault = gtin_cell(text)
        if not fault:
            fault = text_cell(column, text)
        if fault:
            reading.wrong(number, column, fault, text)
            values[column] = "" if column != "sku" else text[:48]


def _item(values: Mapping[str, str], number: int, reading: _Reading) -> None:
    texts = {name: values.get(name, "") for name in ("gtin", "title", "description")}
    article = Item(sku=values["sku"], **texts)
    known, first = reading.items.get(article.sku, (article, number))
    for name, text in texts.items():
        former = getattr(known, name)
        if text and former and text != former:
            reading.wrong(
                number,
                name,
                f"row {first} says {former[:40]!r} for the same SKU {article.sku}; make them agree",
                text,
            )
        elif text and not former:
            known = replace(known, **{name: text})
    reading.items[article.sku] = (known, first)


def _offer(values: Mapping[str, str], number: int, reading: _Reading) -> None:
    partner = values.get("partner", "")
    if not partner:
        asked = [column for column in _OFFER if values.get(column)]
        if asked and "partner" not in values:  # a spoilt one has been named already
            reading.wrong(
                number,
                "partner",
                f"the row says {', '.join(asked)} but not whose; name the partner",
            )
        return
    if partner not in reading.partners:
        near = difflib.get_close_matches(partner.lower(), sorted(reading.partners), n=1)
        known = ", ".join(sorted(reading.partners)) or "none"
        hint = f"did you mean {near[0]}?" if near else f"there are: {known}"
        reading.wrong(number, "partner", f"no page is called so; {hint}", partner)
    offer = _read_offer(values, number, reading)
    key = (offer.sku, offer.partner)
    if not offer.sku:
        return
    if key in reading.offers:
        first = reading.offers[key][1]
        reading.wrong(
            number, "sku", f"row {first} has {offer.sku} of {partner} already; keep one", offer.sku
        )
        return
    reading.offers[key] = (offer, number)


def _read_offer(values: Mapping[str, str], number: int, reading: _Reading) -> PartnerItem:
    cells = _Cells(values=values, row=number, reading=reading)
    currency = cells.needed("currency", currency_cell, "")
    return PartnerItem(
        partner=values["partner"],
        sku=values.get("sku", ""),
        products=tuple(_products(values)),
        unit=cells.read("unit", lambda text: unit_cell(text, reading.units), "EA"),
        units_per_pack=cells.read("units_per_pack", lambda text: number_cell(text, least=1), 1),
        cost=cells.needed("cost", lambda text: cost_cell(text, currency), 0),
        currency=currency,
        priority=cells.read("priority", lambda text: number_cell(text, least=0), 0),
        valid_from=cells.read("valid_from", day_cell, None),
    )


def _products(values: Mapping[str, str]) -> Iterator[ProductId]:
    """The partner's ids of the article; SKU and GTIN of the row count where no id column does."""
    for kind in PRODUCT_KINDS:
        value = values.get(f"id:{kind}") or (
            values.get(kind, "") if kind in ("sku", "gtin") else ""
        )
        if value:
            yield ProductId(kind=kind, value=value)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """The cells of one offer, read one by one; a mistake is noted and a harmless value returned."""

    values: Mapping[str, str]
    row: int
    reading: _Reading

    def read(self, column: str, reader: Callable[[str], T], absent: T) -> T:
        text = self.values.get(column, "")
        if not text:
            return absent
        try:
            return reader(text)
        except ValueError as fault:
            self.reading.wrong(self.row, column, str(fault), text)
            return absent

    def needed(self, column: str, reader: Callable[[str], T], absent: T) -> T:
        if column not in self.values:  # a cell that was spoilt has been named already
            self.reading.wrong(self.row, column, f"{column} is missing; an offer needs it")
        return self.read(column, reader, absent)
