"""Text files: their encoding and separator, and their records one at a time, memory flat."""

import codecs
import csv
import hashlib
import io
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from hub.domain.exchange import Problem, Where
from hub.errors import Malformed
from hub.formats.tabular.profile import SEPARATORS

BLOCK = 1 << 20
LONGEST_LINE = 1 << 20  # characters; more is no table
BOOK = b"PK\x03\x04"
OLD_BOOK = b"\xd0\xcf\x11\xe0"
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def unfit(code: str, text: str, *, path: str = "") -> Malformed:
    """Return what is raised for a file that cannot be trusted as a whole."""
    return Malformed([Problem(code=code, text=text, where=Where(path=path))])


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What one pass over the bytes tells: how many, which, in what encoding.

    `bad_at` is the first byte that is not UTF-8, `bad_row` the line it stands in.
    """

    size: int
    sha256: str
    head: bytes
    encoding: str
    bad_at: int | None = None
    bad_row: int = 0


def scan(stream: BinaryIO, *, most: int) -> Scanned:
    """Read a stream once; raises Malformed when it is longer than `most` bytes."""
    stream.seek(0)
    sha, judge, size, nul = hashlib.sha256(), _Utf8(), 0, False
    head = b""
    while block := stream.read(BLOCK):
        head = head or block[:4]
        size += len(block)
        if size > most:
            raise unfit(
                "too-long",
                f"the file has more than {most} bytes; raise `max_bytes` in the channel's profile "
                "if that is right",
            )
        sha.update(block)
        judge.take(block)
        nul = nul or b"\0" in block
    judge.take(b"")
    encoding = _encoding(stream, head, nul=nul, judge=judge)
    return Scanned(
        size=size,
        sha256=sha.hexdigest(),
        head=head,
        encoding=encoding,
        bad_at=judge.bad_at,
        bad_row=judge.bad_row,
    )


class _Utf8:
    """Notes where bytes stop being UTF-8 (RFC 3629) while they pass."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._passed = self._rows = 0
        self.bad_at: int | None = None
        self.bad_row = 0

    def take(self, block: bytes) -> None:
        """Look at the next bytes; none at all mean the end."""
        if self.bad_at is not None:
            return
        waiting = len(self._decoder.getstate()[0])
        try:
            self._decoder.decode(block, final=not block)
        except UnicodeDecodeError as fault:
            # The decoder begins with the bytes of a sign that the last block left unfinished.
            at = max(0, fault.start - waiting)
            self.bad_at = self._passed - waiting + fault.start
            self.bad_row = self._rows + block[:at].count(b"\n") + 1
        self._passed += len(block)
        self._rows += block.count(b"\n")


def _encoding(stream: BinaryIO, head: bytes, *, nul: bool, judge: _Utf8) -> str:
    if head[:2] in _WIDE and _decodes(stream, "utf-16"):
        judge.bad_at = None
        return "utf-16"
    if nul and not head.startswith((BOOK, OLD_BOOK)):
        raise unfit("no-text", "the file is no text; save the table as `CSV UTF-8`")
    if judge.bad_at is None:
        return "utf-8-sig"
    # What Windows calls ANSI; five bytes of it stand for nothing, ISO 8859-1 knows them all.
    return "cp1252" if _decodes(stream, "cp1252") else "latin-1"


def _decodes(stream: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    stream.seek(0)
    try:
        while block := stream.read(BLOCK):
            if "\0" in decoder.decode(block):
                return False  # no text of any encoding has this sign
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def separators(first: str, *, asked: str) -> tuple[list[str], int]:
    """Return what may separate cells, the likeliest first, and how many records are no rows.

    Excel's own first line, `sep=;`, is obeyed.
    """
    if first.lower().startswith("sep=") and len(first) == 5:
        return [first[4]], 1
    if asked != "detect":
        return [SEPARATORS[asked]], 0
    return sorted(SEPARATORS.values(), key=first.count, reverse=True), 0


def first_line(stream: BinaryIO, *, encoding: str) -> str:
    """Return the first line that is not empty, without its end."""
    with _Text(stream, encoding=encoding) as lines:
        for line in lines:
            if line.strip("\r\n"):
                return line.strip("\r\n")
    return ""


def records(
    stream: BinaryIO, *, encoding: str, separator: str, offset: int = 0
) -> Iterator[list[str]]:
    """Yield the records of a text (RFC 4180) from a byte on; lines end as they like.

    Raises Malformed where quotation marks do not close or a cell is larger than any table has.
    """
    with _Text(stream, encoding=encoding, offset=offset) as lines:
        reader = csv.reader(lines, delimiter=separator, strict=True)
        number = 1
        try:
            for cells in reader:
                yield cells
                number += 1
        except csv.Error as fault:
            raise unfit(
                "quotation-marks",
                f"row {number} cannot be read: {fault}; a quotation mark is missing there or "
                "further down",
                path=f"row {number}",
            ) from fault


def beginnings(
    stream: BinaryIO, *, encoding: str, separator: str, wanted: Collection[int], offset: int = 0
) -> dict[int, int]:
    """Return at which byte of the stream each wanted record begins, counted from 1.

    Those behind a mistake in the quotation marks are left out; nothing is read behind the last.
    """
    stream.seek(offset)
    head = stream.read(3)
    mark = next((one for one in (*_WIDE, codecs.BOM_UTF8) if head.startswith(one)), b"")
    plain = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
    spelled = plain.get(mark, "utf-8" if encoding == "utf-8-sig" else encoding)
    passed = _Passed(at=offset + len(mark), encoding=spelled)
    left, found, begin = set(wanted), dict[int, int](), passed.at
    with _Text(stream, encoding=encoding, offset=offset) as lines:
        reader = csv.reader(passed.counted(lines), delimiter=separator, strict=True)
        try:
            for number, _ in enumerate(reader, start=1):
                if number in left:
                    found[number] = begin
                    left.remove(number)
                if not left:
                    break
                begin = passed.at
        except (csv.Error, Malformed):
            pass
    return found


@dataclass(slots=True, kw_only=True)
class _Passed:
    """Up to which byte lines were handed on; a record takes no line more than its own."""

    at: int
    encoding: str

    def counted(self, lines: Iterable[str]) -> Iterator[str]:
        """Hand lines on."""
        for line in lines:
            self.at += len(line) if line.isascii() and self._single else self._length(line)
            yield line

    @property
    def _single(self) -> bool:
        return not self.encoding.startswith("utf-16")

    def _length(self, line: str) -> int:
        return len(line.encode(self.encoding))


class _Text:
    """The lines of a stream with their ends, each at most LONGEST_LINE; the stream stays open."""

    def __init__(self, stream: BinaryIO, *, encoding: str, offset: int = 0) -> None:
        stream.seek(offset)
        self._stream = stream
        # CR alone ends a line too; ends are kept, for within quotation marks they are text.
        self._text = io.TextIOWrapper(stream, encoding=encoding, errors="strict", newline="")

    def __enter__(self) -> "_Text":
        return self

    def __exit__(self, *fault: object) -> None:
        if not self._stream.closed:  # whoever gave it may have closed it before we ended
            self._text.detach()

    def __iter__(self) -> Iterator[str]:
        number = 1
        while line := self._text.readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE and line[-1] not in "\r\n":
                raise unfit(
                    "long-line",
                    f"line {number} has more than {LONGEST_LINE} characters; the file is no table, "
                    "or a quotation mark is missing",
                    path=f"row {number}",
                )
            yield line
            number += 1
