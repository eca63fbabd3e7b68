"""The ISA segment: sixteen elements, three or four delimiters, and what is wrong with them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hub.domain.exchange import Problem, Severity, Where
from hub.formats.x12.codes import TA1, flaw, shown
from hub.formats.x12.profile import Config, Identity
from hub.formats.x12.scanning import NEWLINE, Delimiters

LENGTH = 106
"""Bytes from `I` to the segment terminator, both included, in an ISA as the standard wants it."""

_FIELDS = 16
_ENDS = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)
_USAGE = {"P": "production", "T": "test", "I": "information"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """One ISA as it was found; `values[13]` is ISA13, stripped of its padding."""

    values: tuple[str, ...]
    delimiters: Delimiters
    length: int
    padded: bool

    @property
    def sender(self) -> str:
        """ISA05 and ISA06."""
        return f"{self.values[5]}:{self.values[6]}"

    @property
    def receiver(self) -> str:
        """ISA07 and ISA08."""
        return f"{self.values[7]}:{self.values[8]}"

    @property
    def usage(self) -> str:
        """ISA15 as a word; an unknown letter is kept as it is."""
        return _USAGE.get(self.values[15], self.values[15])


def parse(buffer: bytes) -> Header | None:
    """Read the ISA the buffer begins with, padded or not, or return None.

    None means that there are not sixteen elements and a terminator within the first 400 bytes.
    """
    if len(buffer) < 8:
        return None
    element = buffer[3:4]
    padded = len(buffer) >= LENGTH and all(buffer[at : at + 1] == element for at in _ENDS)
    end = _ENDS[-1] if padded else _sixteenth(buffer[:400], element)
    if end is None or len(buffer) < end + 3:
        return None
    fields = buffer[:end].split(element)
    terminator = _character(buffer, end + 2)
    values = (*(shown(field).strip() for field in fields), shown(buffer[end + 1 : end + 2]))
    mark = fields[11]
    taken = (element, terminator, buffer[end + 1 : end + 2])
    repeats = _repeats(values[12]) and not _unfit(mark) and mark not in (*taken, b"\r", b"\n")
    return Header(
        values=values,
        delimiters=Delimiters(
            element=element,
            component=buffer[end + 1 : end + 2],
            segment=terminator,
            repetition=mark if repeats else b"",
        ),
        length=end + 2 + len(terminator),
        padded=padded,
    )


def _repeats(version: str) -> bool:
    """Say whether ISA11 separates repetitions in envelopes of this version (X12 00402 and on)."""
    return version >= "00402"


def _sixteenth(buffer: bytes, element: bytes) -> int | None:
    at = -1
    for _ in range(_FIELDS):
        at = buffer.find(element, at + 1)
        if at < 0:
            return None
    return at


def _character(buffer: bytes, at: int) -> bytes:
    """Return one byte, or the whole character if UTF-8 is the terminator."""
    for width in (4, 3, 2):
        piece = buffer[at : at + width]
        if piece[:1] >= b"\xc2" and len(piece) == width:
            try:
                if len(piece.decode("utf-8")) == 1:
                    return piece
            except UnicodeDecodeError:
                continue
    return buffer[at : at + 1]


def splittable(header: Header) -> bool:
    """Say whether the delimiters cut at all (X12 TA1 004 and 026 do not)."""
    return not any(code in (TA1 + "004", TA1 + "026") for code, _, _ in _bad_marks(header))


def _bad_marks(header: Header) -> Iterator[tuple[str, int, bytes]]:
    marks = header.delimiters
    end = header.length - len(marks.segment) - 1
    if _unfit(marks.element) or marks.element in NEWLINE:
        yield TA1 + "026", 3, marks.element
    if _unfit(marks.segment) or marks.segment == marks.element:
        yield TA1 + "004", end + 1, marks.segment
    taken = (marks.element, marks.segment)
    if _unfit(marks.component) or marks.component in NEWLINE or marks.component in taken:
        yield TA1 + "027", end, marks.component


def _unfit(mark: bytes) -> bool:
    return mark.isalnum() or mark in (b" ", b"\0", b"")


def check(header: Header, *, profile: Config, offset: int) -> Iterator[Problem]:
    """Yield everything wrong with the ISA in itself and against the page."""
    yield from _check_shape(header, profile, offset)
    yield from _check_parties(header, profile, offset)
    yield from _check_values(header, profile, offset)


def _check_shape(header: Header, profile: Config, offset: int) -> Iterator[Problem]:
    for code, at, mark in _bad_marks(header):
        place = offset + at
        text = f"byte {place} is {mark!r}: it cannot be a delimiter, or is one already. Ask for"
        yield flaw(
            code,
            f"{text} another one, such as * > ~.",
            where=Where(offset=place, segment="ISA", value=shown(mark)),
        )
    if not header.padded:
        lenient = profile.short_isa == "accept"
        yield flaw(
            TA1 + "022",
            f"ISA is {header.length} bytes long instead of {LENGTH}: its elements must be padded"
            " to their fixed lengths (page: `short_isa: accept` takes such files).",
            where=Where(offset=offset, segment="ISA"),
            severity=Severity.WARNING if lenient else Severity.ERROR,
        )


def _check_parties(header: Header, profile: Config, offset: int) -> Iterator[Problem]:
    for side, theirs, first in (("sender", profile.theirs, 5), ("receiver", profile.ours, 7)):
        for element, agreed in ((first, theirs.qualifier), (first + 1, theirs.id)):
            if header.values[element] != agreed:
                yield _mismatch(header, side, element, theirs, offset)


def _mismatch(header: Header, side: str, element: int, agreed: Identity, offset: int) -> Problem:
    found = header.sender if side == "sender" else header.receiver
    return flaw(
        f"{TA1}{element:03d}",
        f"the {side} is {found}, the page of this partner says {agreed.qualifier}:{agreed.id}."
        " Nothing in the interchange is applied; correct the page or ask the partner.",
        where=_place(header, element, offset),
    )


def _place(header: Header, element: int, offset: int) -> Where:
    at = _ENDS[element - 1] + 1 if header.padded else 0
    return Where(offset=offset + at, segment="ISA", element=element, value=header.values[element])


_PATTERNS = (
    (9, TA1 + "014", r"\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", Severity.WARNING),
    (10, TA1 + "015", r"([01]\d|2[0-3])[0-5]\d", Severity.WARNING),
    (12, TA1 + "017", r"00[2-8]\d\d", Severity.ERROR),
    (13, TA1 + "018", r"\d{9}", Severity.ERROR),
    (14, TA1 + "019", r"[01]", Severity.WARNING),
)


def _check_values(header: Header, profile: Config, offset: int) -> Iterator[Problem]:
    for element, code, pattern, severity in _PATTERNS:
        if not re.fullmatch(pattern, header.values[element], re.ASCII):
            yield flaw(
                code,
                f"ISA{element:02d} is {header.values[element]!r}.",
                where=_place(header, element, offset),
                severity=severity,
            )
    if _repeats(header.values[12]) and not header.delimiters.repetition:
        yield flaw(
            TA1 + "002",
            f"ISA11 is {header.values[11]!r}, which cannot separate repetitions; nothing is taken"
            " as repeated.",
            where=_place(header, 11, offset),
            severity=Severity.WARNING,
        )
    if header.usage != profile.usage:
        yield flaw(
            TA1 + "020",
            f"the interchange is marked {header.usage!r} (ISA15) but this channel is for"
            f" {profile.usage}. Nothing in it is applied.",
            where=_place(header, 15, offset),
        )
