"""A file judged before anything is made of it: its shape, how long it is, what is odd in it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain, islice
from typing import BinaryIO

from hub.domain.exchange import (
    Document,
    Group,
    Interchange,
    Problem,
    Severity,
    SplitGroup,
    SplitInterchange,
    Where,
)
from hub.errors import Malformed
from hub.formats.tabular import books, cells, headings, rows, texts
from hub.formats.tabular.profile import FEED_BYTES, Config
from hub.formats.tabular.shape import Shape
from hub.formats.tabular.tables import FEED

MOST_TOLD = 100

Record = tuple[int, list[str]]


def split(stream: BinaryIO, *, profile: Config) -> Iterator[SplitInterchange]:
    """Yield the file as one interchange with one document, or with none when it has no rows.

    A stock table without rows is a document: it may say that nothing is left. What is odd in single
    cells is a warning; what keeps a row from counting is told when it is read. Raises Malformed
    for a file that cannot be trusted as a whole: no table, too long, no headings that are known,
    quotation marks that do not close.
    """
    scanned = texts.scan(stream, most=profile.max_bytes or FEED_BYTES)
    judged = _Judged(profile=profile, scanned=scanned)
    shape = judged.shape(stream)
    document = Document(
        set_id=shape.set_id,
        version="",
        number=shape.name,
        offset=0,
        length=scanned.size,
        syntax=shape.dumps(),
        problems=tuple(judged.problems),
    )
    envelope = Interchange(
        standard="table",
        sender="",
        receiver="",
        number="",
        usage="",
        version="",
        offset=0,
        length=scanned.size,
    )
    documents = (document,) if judged.rows or shape.set_id == FEED else ()
    yield SplitInterchange(
        interchange=envelope, groups=(SplitGroup(group=Group(), documents=documents),)
    )


@dataclass(slots=True, kw_only=True)
class _Judged:
    """One pass over a file that finds its shape and what is odd in it."""

    profile: Config
    scanned: texts.Scanned
    problems: list[Problem] = field(default_factory=list)
    moments: list[datetime] = field(default_factory=list)
    rows: int = 0

    def shape(self, stream: BinaryIO) -> Shape:
        """Return the file's shape; raises Malformed."""
        book = self.scanned.head.startswith((texts.BOOK, texts.OLD_BOOK))
        head, base, records = self._book(stream) if book else self._text(stream)
        shape = replace(
            base,
            set_id=head.table.set_id,
            heading=head.number,
            columns=head.columns,
            kind=self.profile.kind,
            dates=self.profile.dates,
            name=self.scanned.sha256[:12],
        )
        self._measure(shape)
        for number, said in records:
            if number > shape.heading and any(one.strip() for one in said):
                self._row(shape, said, number)
        return replace(shape, as_of=self._as_of())

    def _text(self, stream: BinaryIO) -> tuple[headings.Head, Shape, Iterator[Record]]:
        """Find the headings by the first separator with which there are any."""
        self._tell_encoding()
        encoding = self.scanned.encoding
        first = texts.first_line(stream, encoding=encoding)
        marks, skipped = texts.separators(first, asked=self.profile.separator)
        trouble: Malformed | None = None
        for mark in marks:
            records = enumerate(texts.records(stream, encoding=encoding, separator=mark), start=1)
            try:
                top, head = self._top(records, skipped=skipped)
            except Malformed as fault:
                trouble = trouble or fault
                continue
            return head, Shape(set_id="", encoding=encoding, separator=mark), chain(top, records)
        assert trouble is not None  # noqa: S101  # there is a separator to try, and it had trouble
        raise trouble

    def _book(self, stream: BinaryIO) -> tuple[headings.Head, Shape, Iterator[Record]]:
        """Find the first sheet whose headings are known; else tell the first one's trouble."""
        book = books.opened(stream)
        trouble: Malformed | None = None
        for sheet in book.sheet_names:
            records = enumerate(books.rows(book, sheet), start=1)
            try:
                top, head = self._top(records, skipped=0)
            except Malformed as fault:
                trouble = trouble or fault
                continue
            return head, Shape(set_id="", sheet=sheet), chain(top, records)
        raise trouble or texts.unfit("empty", "the workbook has no sheet with a table")

    def _top(
        self, records: Iterator[Record], *, skipped: int
    ) -> tuple[list[Record], headings.Head]:
        """Take the records among which the headings are, and find them."""
        said = (one for one in records if any(one[1]))
        top = list(islice(said, headings.LOOKED_AT + skipped))[skipped:]
        return top, headings.found(top, profile=self.profile)

    def _measure(self, shape: Shape) -> None:
        most = self.profile.most_bytes(shape.set_id)
        if self.scanned.size > most:
            raise texts.unfit(
                "too-long",
                f"the file has more than {most} bytes; raise `max_bytes` in the channel's profile "
                "if that is right",
            )

    def _tell_encoding(self) -> None:
        if self.scanned.bad_at is None:
            return
        name = {"cp1252": "Windows-1252"}.get(self.scanned.encoding, "ISO 8859-1")
        text = f"the file is not UTF-8 and was read as {name}; save it as `CSV UTF-8`"
        where = Where(offset=self.scanned.bad_at, path=f"row {self.scanned.bad_row}")
        problem = Problem(code="not-utf-8", text=text, where=where, severity=Severity.WARNING)
        self.problems.append(problem)

    def _row(self, shape: Shape, said: list[str], number: int) -> None:
        """Note what is odd in a row; what keeps it from counting is told by who reads it."""
        self.rows += 1
        most = self.profile.most_rows(shape.set_id)
        if self.rows > most:
            raise texts.unfit(
                "too-many-rows",
                f"the file has more than {most} rows; raise `max_rows` in the channel's profile if "
                "that is right",
            )
        values = rows.values(shape, said)
        for problem in rows.wrong(shape, number, said, values):
            # Of very many the first are told.
            if problem.severity is Severity.WARNING and len(self.problems) < MOST_TOLD:
                self.problems.append(problem)
        if "as_of" in values:
            self._moment(values["as_of"], number)

    def _moment(self, text: str, number: int) -> None:
        found = cells.instant(text)
        if found is not None:
            self._keep(found)
        elif not any(problem.code == "no-moment" for problem in self.problems):
            told = "this is no day with its time, 2026-11-26T14:30; the file's arrival counts"
            where = Where(path=f"row {number}, column as_of", value=text[:99])
            self.problems.append(
                Problem(code="no-moment", text=told, where=where, severity=Severity.WARNING)
            )

    def _keep(self, found: datetime) -> None:
        """Keep the earliest moment with a zone and the earliest without one."""
        naive = found.tzinfo is None
        known = found if naive else found.astimezone(UTC)
        same = [one for one in self.moments if (one.tzinfo is None) is naive]
        if not same or known < same[0]:
            self.moments = [one for one in self.moments if (one.tzinfo is None) is not naive]
            self.moments.append(known)

    def _as_of(self) -> tuple[str, str, str]:
        """The earliest moment of the rows: what the file says is at least as old."""
        if not self.moments or any(problem.code == "no-moment" for problem in self.problems):
            return ("", "", "")
        local = [moment for moment in self.moments if moment.tzinfo is None]
        first = local[0] if local else self.moments[0]
        return (f"{first:%Y%m%d}", f"{first:%H%M%S}", "" if local else "UT")
