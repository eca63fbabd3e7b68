"""Bytes to interchanges, by hand and strictly: what a partner with no mercy would accept."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.oracle.finding import Finding

ISA_LENGTH = 106
ISA_SEPARATORS = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)
NEWLINES = b"\r\n"
TAG = re.compile("[A-Z][A-Z0-9]{1,2}")

Segment = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interchange:
    """One interchange from its ISA to the end of its IEA; `segments` hold tag and elements."""

    header: str
    segments: tuple[Segment, ...]

    def named(self) -> tuple[tuple[int, Segment], ...]:
        """List the segments that have a proper tag, each with its place from 1."""
        numbered = enumerate(self.segments, 1)
        return tuple((place, one) for place, one in numbered if TAG.fullmatch(one[0]))

    def text(self) -> str:
        """Write the named segments with the interchange's own delimiters, without line ends."""
        separator, terminator = self.header[3], self.header[-1]
        return "".join(separator.join(one) + terminator for _, one in self.named())


def split(body: bytes) -> tuple[tuple[Interchange, ...], tuple[Finding, ...]]:
    """Split a body into its interchanges.

    Stops at the first place it cannot read on from; what is found there is in the findings.
    Never raises.
    """
    interchanges: list[Interchange] = []
    findings: list[Finding] = []
    rest = body
    while rest.strip(NEWLINES) or not interchanges:
        rest = rest.lstrip(NEWLINES) if interchanges else rest
        wrong = _header(rest)
        findings += wrong
        if wrong:
            break
        interchange, rest, more = _interchange(rest)
        interchanges.append(interchange)
        findings += more
    return tuple(interchanges), tuple(findings)


def _header(body: bytes) -> list[Finding]:
    """Check the fixed places of an ISA; an empty answer means the delimiters can be trusted."""
    if not body.startswith(b"ISA"):
        return [_of_body("not-isa", f"here begins {body[:12]!r}, not an ISA")]
    if len(body) < ISA_LENGTH:
        return [_of_body("isa-length", f"the ISA ends after {len(body)} of {ISA_LENGTH} bytes")]
    element, component, terminator = body[3], body[104], body[105]
    if any(body[at] != element for at in ISA_SEPARATORS):
        return [_of_body("isa-length", "an element of the ISA has not its fixed length")]
    if body[:105].count(element) != len(ISA_SEPARATORS) or terminator in body[:105]:
        return [_of_body("isa-length", "a delimiter stands inside an element of the ISA")]
    marks = bytes((element, component, terminator, *_repetition(body)))
    if len(set(marks)) != len(marks) or any(chr(m).isalnum() or m == 32 for m in marks):
        return [_of_body("delimiters", f"{marks!r} cannot serve as delimiters")]
    return []


def _repetition(body: bytes) -> bytes:
    """ISA11, which is a separator in 00501."""
    return body[82:83] if body[84:89] == b"00501" else b""


def _interchange(body: bytes) -> tuple[Interchange, bytes, list[Finding]]:
    separator, terminator = body[3:4], body[105:106]
    segments: list[Segment] = []
    findings: list[Finding] = []
    place = 0
    while True:
        end = body.find(terminator, place)
        if end < 0:
            findings.append(_of_body("truncated", "the bytes end before an IEA and its terminator"))
            place = len(body)
            break
        raw = body[place:end].lstrip(NEWLINES if segments else b"")
        place = end + 1
        elements = tuple(part.decode("latin-1") for part in raw.split(separator))
        segments.append(elements)
        marks = separator + body[104:105] + _repetition(body)
        findings += _characters(raw, elements[0], len(segments), marks)
        if elements[0] == "IEA":
            break
    header = body[:ISA_LENGTH].decode("latin-1")
    return Interchange(header=header, segments=tuple(segments)), body[place:], findings


def _characters(raw: bytes, tag: str, ordinal: int, delimiters: bytes) -> list[Finding]:
    """Find what no segment may be: empty, without a tag, or holding more than printable ASCII."""
    wrong: list[tuple[str, str]] = []
    if not raw.strip():
        wrong.append(("body-empty-segment", "two terminators with nothing between them"))
    elif not TAG.fullmatch(tag):
        wrong.append(("body-tag", f"{tag!r} is not the tag of a segment"))
    strange = sorted({byte for byte in raw if not 32 <= byte < 127 and byte not in delimiters})
    wrong += [("body-character", f"byte 0x{byte:02x} is not printable ASCII") for byte in strange]
    return [
        Finding(segment=tag, ordinal=ordinal, element="", code=code, text=text)
        for code, text in wrong
    ]


def _of_body(code: str, text: str) -> Finding:
    return Finding(segment="", ordinal=0, element="", code=f"body-{code}", text=text)
