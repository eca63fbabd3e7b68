"""A table shown to whoever sent it and given back to them: its rows as they wrote them.

Nothing is judged here: which rows come back, and why, is the caller's.
"""

import csv
import io
import re
from collections.abc import Sequence

from hub.domain.exchange import Document
from hub.formats.tabular import cells, workbook
from hub.formats.tabular.papers import numbered
from hub.formats.tabular.shape import loads

_BOM = b"\xef\xbb\xbf"
_SHEET = "Rows"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def written_rows(
    body: bytes, *, document: Document
) -> tuple[tuple[str, ...], tuple[tuple[int, tuple[str, ...]], ...]]:
    """Return the headings, and every record below them with its number in the file.

    Records that say nothing are among them: their numbers are those of `read` and `locate`.
    """
    shape = loads(document.syntax)
    stream = io.BytesIO(body)
    headings: tuple[str, ...] = ()
    rows: list[tuple[int, tuple[str, ...]]] = []
    for number, said in numbered(stream, shape, offset=document.offset):
        if number == shape.heading:
            headings = tuple(said)
        elif number > shape.heading:
            rows.append((number, tuple(said)))
    return headings, tuple(rows)


def given_back(rows: Sequence[Sequence[str]], *, book: bool) -> bytes:
    """Return rows as a workbook, or as CSV that a spreadsheet opens without running anything.

    Texts of a workbook are texts; in CSV what looks like a formula stands behind an apostrophe,
    which reading takes away again.
    """
    if book:
        # No column holds numbers: a tracking number must come back as it was sent.
        width = max(map(len, rows), default=0)
        return workbook.written(_even(rows, width), sheet=_SHEET, counted=[False] * width)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        # What was read in may stand behind an apostrophe of ours already: it gets no second one.
        writer.writerow([cells.kept_from_formulas(cells.plain(one)) for one in row])
    return _BOM + out.getvalue().encode()


def _even(rows: Sequence[Sequence[str]], width: int) -> list[list[str]]:
    """Rows of one width, without signs that XML 1.0 has no way to write."""
    plain = ([_CONTROL.sub(" ", one) for one in row] for row in rows)
    return [[*row, *[""] * (width - len(row))] for row in plain]
