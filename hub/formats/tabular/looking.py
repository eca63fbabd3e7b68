"""A table whose columns nobody knows yet: its first rows, for its sender to say what they mean.

Nothing is made of it. Which row names the columns is a guess, and so is what each is taken for.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from hub.formats.tabular import books, headings, texts
from hub.formats.tabular.headings import Row
from hub.formats.tabular.profile import FEED_BYTES, Config

LOOKED_AT = headings.LOOKED_AT


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """The first rows that say something, and the guess at which of them names the columns.

    `columns` are what its cells are taken for, empty for a column nobody knows. For a table of
    `set_id` it still needs one column of each group in `missing`, and has those in `twice` twice.
    """

    rows: tuple[tuple[int, tuple[str, ...]], ...]
    number: int
    columns: tuple[str, ...]
    set_id: str
    missing: tuple[tuple[str, ...], ...]
    twice: tuple[str, ...]

    @property
    def lacks(self) -> int:
        """How many columns the table still misses, or has twice."""
        return len(self.missing) + len(self.twice)


def looked_at(body: bytes, *, profile: Config) -> Looked:
    """Return the first rows of a table; raises Malformed for a file that is none, or empty.

    Of several sheets, or several signs between cells, the one whose headings are known best counts.
    """
    found = [
        (headings.nearest(rows, profile=profile), rows)
        for rows in _tries(io.BytesIO(body), profile)
        if rows
    ]
    if not found:
        raise texts.unfit("empty", "the file is empty; its first row must name the columns")
    guess, rows = min(found, key=lambda one: (one[0].lacks, -len(one[0].columns)))
    return Looked(
        rows=tuple((number, tuple(cells)) for number, cells in rows),
        number=guess.number,
        columns=guess.columns,
        set_id=guess.table.set_id,
        missing=guess.missing,
        twice=guess.twice,
    )


def _tries(stream: io.BytesIO, profile: Config) -> Iterator[list[Row]]:
    scanned = texts.scan(stream, most=profile.max_bytes or FEED_BYTES)
    if scanned.head.startswith((texts.BOOK, texts.OLD_BOOK)):
        book = books.opened(stream)
        for sheet in book.sheet_names:
            yield _top(books.rows(book, sheet), skipped=0)
        return
    first = texts.first_line(stream, encoding=scanned.encoding)
    marks, skipped = texts.separators(first, asked=profile.separator)
    for mark in marks:
        read = texts.records(stream, encoding=scanned.encoding, separator=mark)
        yield _top(read, skipped=skipped)


def _top(records: Iterable[Sequence[str]], *, skipped: int) -> list[Row]:
    said = (
        (number, cells)
        for number, cells in enumerate(records, start=1)
        if any(one.strip() for one in cells)
    )
    return list(islice(said, LOOKED_AT + skipped))[skipped:]
