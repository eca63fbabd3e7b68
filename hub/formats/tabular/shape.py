"""How one file is read: all that its records need, kept with the document as its `syntax`."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from hub.formats.tabular.tables import TABLES, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What was found out about a file.

    `heading` is the record that names the columns, counted from 1; `sheet` the one of a workbook
    that is read; `as_of` the day, time and zone of a stock table. `put` are cells that the sender
    put right: record from 1 on, place from 0 on, text.
    """

    set_id: str
    encoding: str = "utf-8"
    separator: str = ","
    sheet: str = ""
    heading: int = 0
    columns: tuple[str, ...] = ()
    kind: str = "full"
    dates: str = "iso"
    name: str = ""
    as_of: tuple[str, str, str] = ("", "", "")
    put: tuple[tuple[int, int, str], ...] = ()

    @property
    def table(self) -> Table:
        """The table whose columns these are."""
        return TABLES[self.set_id]

    def dumps(self) -> str:
        """Return it as a text that `loads` reads."""
        told = asdict(self)
        if not self.put:
            del told["put"]  # most tables have none: they stay as they were written before
        return json.dumps(told)

    def righted(self, number: int, cells: Sequence[str]) -> list[str]:
        """Return a record's cells with those that were put right."""
        found = list(cells)
        for row, place, text in self.put:
            if row == number:
                found += [""] * (place + 1 - len(found))
                found[place] = text
        return found


def loads(syntax: str) -> Shape:
    """Return the shape of a document."""
    told = json.loads(syntax)
    put = tuple((row, place, text) for row, place, text in told.get("put", ()))
    known = {"columns": tuple(told["columns"]), "as_of": tuple(told["as_of"]), "put": put}
    return Shape(**{**told, **known})
