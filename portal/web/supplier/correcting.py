"""Cells of an uploaded table that are put right in its page, under the row that is wrong."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from hub.flow.supplier_kept import Cells
from hub.flow.supplier_rows import Fate, ShipmentRow
from hub.flow.supplier_sheets import Sheet
from hub.flow.supplier_stock import StockSheetRow
from portal.web.ground.problems import Problem
from portal.web.ground.words import Words
from portal.web.supplier.columns import LABELS

ROWS = 100  # of one form: with all their columns they stay below the most fields of a form
LONGEST = 200  # signs of a cell
LARGEST_FORM = 2 * 1024 * 1024  # all cells of it at their longest, each sign as nine
COLUMNS = (
    "number", "line", "sku", "vendor", "gtin", "quantity", "tracking", "carrier", "shipped_at",
    "next_quantity",
)  # fmt: skip
"""The columns that can be put right, as far as a table has them."""

Row = ShipmentRow | StockSheetRow
_OPEN = (Fate.WRONG, Fate.ASKED)
_NAME = re.compile(r"cell-(\d{1,7})-(\d{1,4})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One cell to put right: the field's name, its column in words, what it says."""

    name: str
    label: str
    value: str


def inputs(
    found: Sheet, rows: Sequence[Row], typed: Mapping[str, str], words: Words
) -> dict[int, list[Input]]:
    """Return the cells of the first of these rows that are wrong or asked about, by row.

    What was typed stands in the place of what the table says. Longer cells are left out.
    """
    places = _places(found)
    chosen = [row for row in rows if row.fate in _OPEN][:ROWS]
    return {
        row.row.number: [
            Input(name=name, label=words.say(LABELS[column]), value=typed.get(name, said))
            for place, column in places.items()
            if len(said := _said(row, place)) <= LONGEST
            for name in [f"cell-{row.row.number}-{place}"]
        ]
        for row in chosen
    }


def changed(
    found: Sheet, rows: Sequence[Row], fields: Mapping[str, str], words: Words
) -> tuple[Cells, list[Problem]]:
    """Return the cells that say something else than the table, and what speaks against them.

    Fields of rows or columns that the table has not are passed over.
    """
    known, places = {row.row.number: row for row in rows}, _places(found)
    cells: dict[tuple[int, int], str] = {}
    problems: list[Problem] = []
    for name, text in fields.items():
        if not (named := _NAME.fullmatch(name)):
            continue
        number, place, told = int(named[1]), int(named[2]), text.strip()
        row = known.get(number)
        if row is None or place not in places or told == _said(row, place):
            continue
        cells[number, place] = told
        if wrong := _wrong(row, told, words):
            problems.append(Problem(field=name if row.fate in _OPEN else "", text=wrong))
    return cells, problems


def rows_of(cells: Collection[tuple[int, int]]) -> int:
    """Return how many rows these cells are of."""
    return len({number for number, _ in cells})


def _places(found: Sheet) -> dict[int, str]:
    return {place: name for place, name in enumerate(found.columns) if name in COLUMNS}


def _said(row: Row, place: int) -> str:
    """What a cell says, as a field of one line can show it and gives it back."""
    cells = row.row.cells
    text = cells[place] if place < len(cells) else ""
    return "".join(sign for sign in text if sign.isprintable()).strip()


def _wrong(row: Row, text: str, words: Words) -> str:
    number = {"row": str(row.row.number)}
    if row.fate is Fate.SENT:
        return words.say("Row %(row)s was sent already and stays as it is.", number)
    if len(text) > LONGEST or not text.isprintable():
        return words.say("Row %(row)s: write at most 200 letters and digits in a cell.", number)
    return ""
