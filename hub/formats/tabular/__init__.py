"""Tables: CSV and other separated text (RFC 4180), as spreadsheet programs save it, and workbooks.

What lives here: encodings, separators, quotation marks, workbooks and their archives, the row that
names the columns and in which words, what spreadsheet programs do to ids, formulas kept from them.
What does not: what a row means (a map), who may send it, anything but one table a file.
Who may come in: hub.main, flow and ops; never another format.

A file is one interchange with one document. Its set is found by its headings: `stock`,
`response`, `shipment`; `order` and `change` are written. Records reach the map as segments: `TAB`
once (01 BIA01's code for all or changes, 02 the file's name, 03 to 05 day, time and zone code),
then for each record one segment for each level of its table (`tables.py` names the elements), ids
last in pairs of X12 235 code and id. A record that says nothing is as many empty segments.
"""

import io
from collections.abc import Sequence
from typing import Any, BinaryIO

from hub.domain.exchange import Receipt, Segments, SplitInterchange
from hub.formats.tabular import books
from hub.formats.tabular.looking import looked_at
from hub.formats.tabular.meanings import MEANINGS
from hub.formats.tabular.papers import discreet, locate, located, read, walk
from hub.formats.tabular.profile import Config
from hub.formats.tabular.returning import given_back, written_rows
from hub.formats.tabular.righting import columns, put_right
from hub.formats.tabular.splitting import split
from hub.formats.tabular.texts import BOOK
from hub.formats.tabular.writing import clean, join

__all__ = [
    "MEANINGS",
    "Config",
    "acknowledge",
    "clean",
    "columns",
    "discreet",
    "given_back",
    "is_receipt",
    "join",
    "locate",
    "located",
    "looked_at",
    "put_right",
    "read",
    "receipt",
    "split",
    "walk",
    "whole",
    "written_rows",
]


def whole(stream: BinaryIO) -> bool:
    """Say whether the file has its end: a line end, or the directory of a workbook's archive.

    A text without one is taken after a while as it is.
    """
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    if stream.read(len(BOOK)) == BOOK:
        return books.is_whole(stream)
    stream.seek(max(0, size - 2))
    end = stream.read(2)
    return b"\n" in end or end.endswith(b"\r")


def is_receipt(set_id: str) -> bool:
    """Say that no table is a receipt."""
    return False


def receipt(paper: Segments) -> Receipt:
    """Raise ValueError: there is none."""
    raise ValueError("a table is no receipt")


def acknowledge(interchange: SplitInterchange, *, profile: Any) -> Sequence[Segments]:
    """Return nothing: nobody answers a table."""
    return ()
