"""How one file is read: all that its records need, kept with the document as its `syntax`."""

import json
from dataclasses import asdict, dataclass

from hub.formats.tabular.tables import TABLES, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What was found out about a file.

    `heading` is the record that names the columns, counted from 1; `sheet` the one of a workbook
    that is read; `as_of` the day, time and zone of a stock table.
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

    @property
    def table(self) -> Table:
        """The table whose columns these are."""
        return TABLES[self.set_id]

    def dumps(self) -> str:
        """Return it as a text that `loads` reads."""
        return json.dumps(asdict(self))


def loads(syntax: str) -> Shape:
    """Return the shape of a document."""
    told = json.loads(syntax)
    return Shape(**{**told, "columns": tuple(told["columns"]), "as_of": tuple(told["as_of"])})
