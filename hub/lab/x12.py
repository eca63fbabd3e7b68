"""A supplier's own small reading and writing of X12 interchanges, one to a file.

It knows envelopes and elements only; repetition, component values and several interchanges in one
file are not for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

ISA_LENGTH = 106  # X12.5: the only segment of fixed width; its ends say which delimiters are used
ELEMENT, COMPONENT, TERMINATOR = "*", ">", "~"

Segment = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """How one side is named in envelopes: ISA qualifier and id, GS application code."""

    qualifier: str
    id: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One transaction set without its ST and SE."""

    set_id: str
    number: str
    segments: tuple[Segment, ...]

    def first(self, tag: str) -> Segment:
        """Return the first segment of that tag; KeyError when the paper has none."""
        for segment in self.segments:
            if segment[0] == tag:
                return segment
        raise KeyError(tag)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One functional group: GS01, GS06 and its papers."""

    function: str
    number: str
    papers: tuple[Paper, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interchange:
    """One envelope: who sends, its number and its groups."""

    sender: str
    number: str
    groups: tuple[Group, ...]


def is_whole(text: str) -> bool:
    """Return whether the text begins with ISA and its closing IEA is there."""
    return len(text) > ISA_LENGTH and text.startswith("ISA") and _segments(text)[-1][0] == "IEA"


def element(segment: Segment, position: int) -> str:
    """Return an element by its number in the standard, nothing where the segment is shorter."""
    return segment[position] if position < len(segment) else ""


def read(text: str) -> Interchange:
    """Return the interchange of a whole file; it does not check counts.

    Raises ValueError when the envelopes do not nest.
    """
    return folded(_segments(text))


def folded(rows: Sequence[Segment]) -> Interchange:
    """Return the interchange of these segments, ISA and IEA at its ends.

    Raises ValueError when the envelopes do not nest.
    """
    isa, *inside, _ = rows
    return Interchange(sender=isa[6].strip(), number=isa[13], groups=tuple(_groups(iter(inside))))


def _segments(text: str) -> list[Segment]:
    star, end = text[3], text[ISA_LENGTH - 1]
    rows = (row.strip("\r\n") for row in text.split(end))
    return [tuple(row.split(star)) for row in rows if row.strip()]


def _groups(rows: Iterator[Segment]) -> Iterator[Group]:
    for row in rows:
        if row[0] == "TA1":
            continue
        if row[0] != "GS":
            raise ValueError(f"{row[0]} stands where a group should begin")
        yield Group(function=row[1], number=row[6], papers=tuple(_papers(rows)))


def _papers(rows: Iterator[Segment]) -> Iterator[Paper]:
    for row in rows:
        if row[0] == "GE":
            return
        if row[0] != "ST":
            raise ValueError(f"{row[0]} stands where a paper should begin")
        body: list[Segment] = []
        for inner in rows:
            if inner[0] == "SE":
                break
            body.append(inner)
        yield Paper(set_id=row[1], number=row[2], segments=tuple(body))
    raise ValueError("a group does not end")


def write(
    papers: Sequence[Paper],
    *,
    function: str,
    sender: Company,
    receiver: Company,
    number: int,
    at: datetime,
) -> str:
    """Return a production interchange of one group, in 004010, one segment a line.

    ISA13 and GS06 are both `number`.
    """
    rows: list[Segment] = [
        _isa(sender, receiver, number, at),
        (
            "GS", function, sender.group, receiver.group, f"{at:%Y%m%d}", f"{at:%H%M}",
            str(number), "X", "004010",
        ),
    ]  # fmt: skip
    for paper in papers:
        rows += [
            ("ST", paper.set_id, paper.number),
            *paper.segments,
            ("SE", str(len(paper.segments) + 2), paper.number),
        ]
    rows += [("GE", str(len(papers)), str(number)), ("IEA", "1", f"{number:09d}")]
    return "".join(f"{_row(row)}{TERMINATOR}\n" for row in rows)


def packed(rows: Sequence[Segment]) -> str:
    """Return segments as a text of one a line, to be kept until they are written."""
    return "\n".join(ELEMENT.join(row) for row in rows)


def unpacked(text: str) -> tuple[Segment, ...]:
    """Return the segments that were packed."""
    return tuple(tuple(row.split(ELEMENT)) for row in text.splitlines())


def _row(segment: Segment) -> str:
    return ELEMENT.join(segment) if segment[0] == "ISA" else ELEMENT.join(segment).rstrip(ELEMENT)


def _isa(sender: Company, receiver: Company, number: int, at: datetime) -> Segment:
    return (
        "ISA", "00", " " * 10, "00", " " * 10,
        sender.qualifier, f"{sender.id:15}", receiver.qualifier, f"{receiver.id:15}",
        f"{at:%y%m%d}", f"{at:%H%M}", "U", "00401", f"{number:09d}", "0", "P", COMPONENT,
    )  # fmt: skip
