"""Custody: what crossed the wire, in which state it is, and what is wrong with it.

A Transmission is one delivery of bytes, an Interchange one envelope in it, a Document one paper in
that. States change only through `moved`; the tables below are the whole truth about them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from hub.errors import Conflict


class Severity(StrEnum):
    """How bad a problem is: an error refuses the place it names, a warning only tells."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A place in a partner's bytes; every part is optional and empty means "the whole".

    `offset` counts bytes from the start of the archived object. `ordinal` is the segment's number
    in its transaction set with ST = 1 (X12 AK302); `element` and `component` count from 1.
    `path` is a loop path, JSON pointer, XPath or `row 4, column sku`.
    `value` is at most 99 characters.
    """

    offset: int | None = None
    segment: str = ""
    ordinal: int | None = None
    element: int | None = None
    component: int | None = None
    path: str = ""
    value: str = ""


NOWHERE = Where()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong: a short stable code, a sentence with the way out, and its place.

    X12 syntax codes are spelled `x12-ak304-3`, `x12-ak403-7`, `x12-ak502-4`, `x12-ak905-5`,
    `x12-ta105-001`, so that the 997 and TA1 are read off the problems; others are words.
    """

    code: str
    text: str
    where: Where = NOWHERE
    severity: Severity = Severity.ERROR


MOST_TOLD = 5
_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""", re.DOTALL)


def unquoted(text: str) -> str:
    """Return a text without what it quotes, which may be a person's words.

    Knows the quotes that `repr` writes, escapes included; words without quotes stay.
    """
    return _QUOTED.sub("(not shown)", text)


def told(sentences: Sequence[str]) -> str:
    """Return the first five sentences as one text, each with how often it was said."""
    counted: dict[str, int] = {}
    for sentence in sentences:
        counted[sentence] = counted.get(sentence, 0) + 1
    rows = [f"{sentence} (x {n})" if n > 1 else sentence for sentence, n in counted.items()]
    more = [f"and {len(rows) - MOST_TOLD} more"] if len(rows) > MOST_TOLD else []
    return "; ".join([*rows[:MOST_TOLD], *more])


class Direction(StrEnum):
    """Seen from the hub."""

    IN = "in"
    OUT = "out"


class Purpose(StrEnum):
    """What a document wants to be to an earlier one with the same business key."""

    ORIGINAL = "original"
    REPLACE = "replace"
    CANCEL = "cancel"


class TransmissionState(StrEnum):
    """One delivery: `received` bytes are safe; `split` means its documents are rows."""

    RECEIVED = "received"
    SPLIT = "split"
    DUPLICATE = "duplicate"
    PARKED = "parked"
    READY = "ready"
    DELIVERED = "delivered"


class DocumentState(StrEnum):
    """One inbound paper. Outbound papers are `composed` and carry four stamps instead."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    APPLIED = "applied"
    PARTLY_APPLIED = "partly_applied"
    REFUSED = "refused"
    PARKED = "parked"
    COMPOSED = "composed"


TRANSMISSION_MOVES: frozenset[tuple[TransmissionState, TransmissionState]] = frozenset(
    {
        (TransmissionState.RECEIVED, TransmissionState.SPLIT),
        (TransmissionState.RECEIVED, TransmissionState.DUPLICATE),
        (TransmissionState.RECEIVED, TransmissionState.PARKED),
        (TransmissionState.PARKED, TransmissionState.RECEIVED),
        (TransmissionState.READY, TransmissionState.DELIVERED),
        (TransmissionState.READY, TransmissionState.PARKED),
        (TransmissionState.PARKED, TransmissionState.READY),  # a person says: once more
        (TransmissionState.DELIVERED, TransmissionState.READY),  # asked for again: same bytes
    }
)

_SETTLED = (
    DocumentState.ACCEPTED,
    DocumentState.REJECTED,
    DocumentState.APPLIED,
    DocumentState.PARTLY_APPLIED,
    DocumentState.REFUSED,
)

DOCUMENT_MOVES: frozenset[tuple[DocumentState, DocumentState]] = frozenset(
    {
        (DocumentState.RECEIVED, DocumentState.ACCEPTED),
        (DocumentState.RECEIVED, DocumentState.REJECTED),
        (DocumentState.ACCEPTED, DocumentState.APPLIED),
        (DocumentState.ACCEPTED, DocumentState.PARTLY_APPLIED),
        (DocumentState.ACCEPTED, DocumentState.REFUSED),
        (DocumentState.RECEIVED, DocumentState.PARKED),
        (DocumentState.PARKED, DocumentState.RECEIVED),
        *((state, DocumentState.PARKED) for state in _SETTLED),
    }
)


def moved_document(*, now: DocumentState, then: DocumentState) -> DocumentState:
    """Return `then` if a document may go there from `now`, else raise Conflict."""
    if (now, then) not in DOCUMENT_MOVES:
        raise Conflict(f"a document that is {now} cannot become {then}")
    return then


def moved_transmission(*, now: TransmissionState, then: TransmissionState) -> TransmissionState:
    """Return `then` if a delivery may go there from `now`, else raise Conflict."""
    if (now, then) not in TRANSMISSION_MOVES:
        raise Conflict(f"a transmission that is {now} cannot become {then}")
    return then


@dataclass(frozen=True, slots=True, kw_only=True)
class Interchange:
    """One envelope: who it claims to be from and to (`qualifier:id`), its number and usage.

    `length` and `problems` are complete only when the envelope has been read to its end.
    """

    standard: str
    sender: str
    receiver: str
    number: str
    usage: str
    version: str
    offset: int
    length: int = 0
    wants_receipt: bool = False
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One functional group: X12 GS01, GS02, GS03, GS06, GS08; where there is none, empty."""

    function: str = ""
    sender: str = ""
    receiver: str = ""
    number: str = ""
    version: str = ""
    claimed: int = 0
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One paper found by a split: a slice of the archived object and what is wrong with its syntax.

    `syntax` is what the format needs to read the slice again on its own (X12: the delimiters).
    """

    set_id: str
    version: str
    number: str
    offset: int
    length: int
    syntax: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def rejected(self) -> bool:
        """Whether the syntax alone forbids to use it."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitGroup:
    """A group read to its end with its documents in order."""

    group: Group
    documents: tuple[Document, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitInterchange:
    """An envelope read to its end with its groups in order; what `Format.split` yields."""

    interchange: Interchange
    groups: tuple[SplitGroup, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    """What the other side said of one document of ours (X12 997 AK2/AK5)."""

    set_id: str
    number: str
    accepted: bool
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A receipt for one group of ours (X12 997 AK1/AK9); `lines` may name only some documents.

    A document without a line shares the group's fate.
    """

    function: str
    group_number: str
    accepted: bool
    partly: bool
    lines: tuple[ReceiptLine, ...]
    problems: tuple[Problem, ...] = ()


Segments = tuple[tuple[str, ...], ...]
"""One X12 paper, ST and SE left out: (tag, element 1, …), so `segment[3]` is element 3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One element of a paper that is a tree: an XML element, or a member of a JSON object.

    `name` and the names of `attributes` are in Clark notation (`{urn:example}Order`) where there is
    a namespace. `text` is the element's own, without that of its `children`. In JSON `kind` says
    what a value is (`object`, `text`, `number`, `truth`, `nothing`) and `many` that it stands in an
    array; XML has only `text`.
    """

    name: str
    text: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    children: tuple["Node", ...] = ()
    kind: str = "text"
    many: bool = False


Paper = Segments | Node
"""What a map reads and writes: rows of elements, or a tree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedDocument:
    """Where one paper of ours lies in the bytes that were joined, and its control number."""

    number: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """The bytes of one outbound interchange and the papers in it, in the order they were given."""

    body: bytes
    documents: tuple[JoinedDocument, ...]
    function: str
    group_number: str
    interchange_number: str
    syntax: str
