"""Workbooks of Excel (Office Open XML), read by calamine once their archive is known to be sane.

Names inside the archive are never used as paths. calamine gets an archive of our own making with
what was checked, so that no two readers can see different things in it.
"""

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import BinaryIO

import python_calamine

from hub.formats.tabular.profile import MEGABYTE
from hub.formats.tabular.texts import BLOCK, BOOK, OLD_BOOK, unfit

MOST_ENTRIES = 100
MOST_UNPACKED = 50 * MEGABYTE
MOST_RATIO = 100
SMALL = 64 * 1024  # what unpacks to less than this may have any ratio
_DAMAGED = (
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
_WORKBOOK = "xl/workbook.xml"
MOST_CELLS = 5_000_000
_CELL = re.compile(rb"""\sr\s*=\s*["']\s*([A-Za-z]{0,3})([0-9]{1,9})\s*["']""")
_SPELLED_OUT = re.compile(rb"""\sr\s*=\s*["'][^"'<>]*&""")
_NESTED = (BOOK, OLD_BOOK, b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")
_NUL = "row {0} has the sign U+0000, which no text may hold; take it out and send the file again"
_SAVE = "save it anew as an Excel workbook (.xlsx) or as `CSV UTF-8`"


def is_whole(stream: BinaryIO) -> bool:
    """Say whether a zip archive has its directory, which stands at its end."""
    return zipfile.is_zipfile(stream)


def opened(stream: BinaryIO) -> python_calamine.CalamineWorkbook:
    """Return the workbook; raises Malformed for an archive that is none, or too much."""
    stream.seek(0)
    if stream.read(4) == OLD_BOOK:
        raise unfit(
            "old-workbook",
            "the file is a workbook of Excel 97-2003 (.xls) or protected by a password; "
            "open it and save it as an Excel workbook (.xlsx) without a password",
        )
    sane = _checked(stream)
    try:
        return python_calamine.CalamineWorkbook.from_filelike(sane)
    except (python_calamine.CalamineError, OSError, ValueError) as fault:
        raise unfit(
            "no-workbook", f"the workbook cannot be opened ({str(fault)[:99]}); {_SAVE}"
        ) from fault


def rows(book: python_calamine.CalamineWorkbook, sheet: str) -> Iterator[list[str]]:
    """Yield a sheet's rows as texts, from its first row on."""
    try:
        page = book.get_sheet_by_name(sheet)
    except (python_calamine.CalamineError, ValueError) as fault:
        raise unfit("no-workbook", f"sheet {sheet[:40]!r} cannot be read; {_SAVE}") from fault
    for number, cells in enumerate(page.iter_rows(), start=1):
        row = [_text(cell) for cell in cells]
        if any("\0" in text for text in row):  # spelled `_x0000_` (ECMA-376 22.9.2.19)
            raise unfit("no-text", _NUL.format(number), path=f"row {number}")
        yield row


def _text(cell: object) -> str:
    """A cell as somebody would have typed it; a number without the point that files give it."""
    if isinstance(cell, float):
        # Beyond 15 digits Excel shows and keeps no more than it would write as 9.4E+21.
        whole = cell.is_integer() and abs(cell) < 10**15
        return str(int(cell)) if whole else f"{cell:.15G}"
    if isinstance(cell, datetime):
        bare = not (cell.hour or cell.minute or cell.second)
        return cell.date().isoformat() if bare else cell.replace(microsecond=0).isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _checked(stream: BinaryIO) -> BinaryIO:
    """Return the same archive with nothing but what was unpacked here within its limits."""
    sane = io.BytesIO()
    try:
        with zipfile.ZipFile(stream) as archive, zipfile.ZipFile(sane, "w") as ours:
            entries = archive.infolist()
            _refuse_shape(entries)
            room = MOST_UNPACKED
            for entry in entries:
                if entry.is_dir():
                    continue
                body = _unpacked(archive, entry, room=room)
                room -= len(body)
                if entry.filename.startswith("xl/worksheets/"):
                    _refuse_wide(body)
                ours.writestr(zipfile.ZipInfo(entry.filename), body)
    except _DAMAGED as fault:
        raise unfit(
            "no-workbook", f"the workbook is damaged ({str(fault)[:99]}); {_SAVE}"
        ) from fault
    sane.seek(0)
    return sane


def _refuse_shape(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise unfit(
            "too-many-entries",
            f"the workbook's archive has {len(entries)} entries, more than {MOST_ENTRIES}; {_SAVE}",
        )
    names = [entry.filename for entry in entries]
    if _WORKBOOK not in names or len(set(names)) < len(names):
        raise unfit("no-workbook", f"the file is a zip archive and no Excel workbook; {_SAVE}")
    for entry in entries:
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind and kind not in (stat.S_IFREG, stat.S_IFDIR):
            raise unfit(
                "odd-entry", f"the workbook's archive has an entry that is no file; {_SAVE}"
            )


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, room: int) -> bytes:
    """Unpack one entry, stopping as soon as it is too much; its own claims are not believed."""
    most = min(room, max(SMALL, MOST_RATIO * entry.compress_size))
    body = bytearray()
    with archive.open(entry) as file:
        while block := file.read(min(BLOCK, most + 1 - len(body))):
            body += block
            if len(body) > most:
                raise unfit(
                    "unpacks-to-too-much",
                    f"the workbook unpacks to more than {MOST_UNPACKED // MEGABYTE} MB or "
                    f"{MOST_RATIO} times its size; send fewer rows, or `CSV UTF-8`",
                )
    if bytes(body[:4]).startswith(_NESTED):
        raise unfit("archive-inside", f"the workbook has another archive inside; {_SAVE}")
    return bytes(body)


def _refuse_wide(sheet: bytes) -> None:
    """Refuse a sheet whose corners are far apart: room is made for every cell between them."""
    if b"\0" in sheet or _SPELLED_OUT.search(sheet):
        raise unfit("no-workbook", f"a sheet of the workbook is written strangely; {_SAVE}")
    wide = high = 1
    for found in _CELL.finditer(sheet):
        high = max(high, int(found[2]))
        wide = max(wide, _column(found[1]))
    if wide * high > MOST_CELLS:
        raise unfit(
            "too-wide",
            f"a sheet reaches to column {wide} and row {high}; remove what stands far outside the "
            "table, or send `CSV UTF-8`",
        )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
