"""A delivery → interchanges → groups → papers: the frame segments and every check on them.

One `_Reading` reads one interchange from behind its ISA to its IEA, or to where it breaks off.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
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
from hub.formats.x12 import header
from hub.formats.x12.codes import (
    GROUP,
    GROUP_REFUSED,
    INTERCHANGE_REFUSED,
    TA1,
    describe,
    flaw,
    shown,
    tag_of,
)
from hub.formats.x12.dictionary import dictionary
from hub.formats.x12.header import Header
from hub.formats.x12.papers import Paper, _same
from hub.formats.x12.profile import Config
from hub.formats.x12.scanning import BLOCK, NEWLINE, Junk, Run, Window, next_run, seek
from hub.formats.x12.syntax import Checker

_FRAME = frozenset({b"ISA", b"TA1", b"GS", b"ST", b"SE", b"GE", b"IEA"})
SAMPLE = 8  # bytes: enough to tell what kind of file it is, too few for a person's name
_PRINTABLE = bytes(range(0x20, 0x7F))
READ_VERSIONS = ("004", "005")
"""How a GS08 begins whose groups are read; what is older writes dates with six digits."""


def split(stream: BinaryIO, *, profile: Config) -> Iterator[SplitInterchange]:
    """Yield every interchange of a delivery, each judged alone, memory flat.

    Problems are values on interchange, group or document; a document under an interchange or group
    with an error carries an error of its own, so that nobody applies it. What stands between two
    interchanges is a warning `x12-junk` on a neighbour. Raises Malformed, with the byte and what
    was found there, only when not one interchange can be seen. The stream must be at byte 0.
    """
    window = Window(stream)
    _strip_mark(window)
    start = window.fill(BLOCK)[:64]
    junk = seek(window)
    if not window.fill(1):
        raise Malformed([_nothing(start, junk)])
    alone = True
    while window.fill(1):
        found = _one(window, profile, junk)
        junk = seek(window)
        last = not window.fill(1)
        if alone and last and not found.interchange.sender:
            raise Malformed(found.interchange.problems)
        if junk is not None and last:
            found, junk = _with_problem(found, _junk_problem(junk)), None
        alone = False
        yield found


def _strip_mark(window: Window) -> None:
    if window.fill(3).startswith(b"\xef\xbb\xbf"):
        window.skip_to(3)


def _nothing(start: bytes, junk: Junk | None) -> Problem:
    """Say what the delivery is instead of X12, by its first bytes."""
    if junk is None:
        return flaw("x12-empty", "the delivery has no bytes in it; ask for it to be sent again.")
    where = Where(offset=junk.offset, value=shown(junk.sample[:SAMPLE]))
    if start.lstrip(b"\x40\x25\x15").startswith(b"\xc9\xe2\xc1"):
        text = "the delivery is in EBCDIC (it begins with C9 E2 C1); ask for ASCII."
        return flaw("x12-encoding", text, where=where)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"I\0S\0A" in start:
        text = "the delivery is in UTF-16; ask for ASCII or UTF-8."
        return flaw("x12-encoding", text, where=where)
    begins = shown(junk.sample[:SAMPLE])
    text = (
        f"the delivery has no ISA segment; byte {junk.offset} begins {begins!r}."
        " X12 begins with ISA: ask what was sent, or set another format for this channel."
    )
    return flaw("x12-no-isa", text, where=where)


def _one(window: Window, profile: Config, junk: Junk | None) -> SplitInterchange:
    """Read the interchange at which the window stands, leaving it behind it."""
    first = window.offset
    found = header.parse(window.fill(400))
    problems = [_junk_problem(junk)] if junk else []
    if found is None:
        return _broken_isa(window, problems)
    problems.extend(header.check(found, profile=profile, offset=first))
    window.skip_to(first + found.length)
    if not header.splittable(found):
        return SplitInterchange(
            interchange=_interchange(found, first, found.length, problems), groups=()
        )
    return _Reading(window, found, first, profile, problems).read()


def _broken_isa(window: Window, problems: list[Problem]) -> SplitInterchange:
    """An ISA without its sixteen elements, as a value without a sender; moves behind its tag."""
    sample = window.fill(400)
    why = "the bytes end" if len(sample) < header.LENGTH else "its separators cannot be found"
    first = window.offset
    problem = flaw(
        TA1 + "022",
        f"the ISA at byte {first} has no sixteen elements ({why}); it must be sent again.",
        where=Where(offset=first, segment="ISA", value=shown(sample)),
    )
    window.skip_to(first + 3)
    return SplitInterchange(
        interchange=Interchange(
            standard="x12",
            sender="",
            receiver="",
            number="",
            usage="",
            version="",
            offset=first,
            length=3,
            problems=(*problems, problem),
        ),
        groups=(),
    )


def _junk_problem(junk: Junk) -> Problem:
    return flaw(
        "x12-junk",
        f"{junk.length} bytes from byte {junk.offset} belong to no interchange and were not read;"
        " ask the partner what they are.",
        where=Where(offset=junk.offset, value=shown(junk.sample[:SAMPLE])),
        severity=Severity.WARNING,
    )


def _with_problem(found: SplitInterchange, problem: Problem) -> SplitInterchange:
    problems = (*found.interchange.problems, problem)
    return replace(found, interchange=replace(found.interchange, problems=problems))


def _interchange(
    found: Header, offset: int, length: int, problems: Sequence[Problem]
) -> Interchange:
    return Interchange(
        standard="x12",
        sender=found.sender,
        receiver=found.receiver,
        number=found.values[13],
        usage=found.usage,
        version=found.values[12],
        offset=offset,
        length=length,
        wants_receipt=found.values[14] == "1",
        problems=tuple(problems),
    )


class _OpenGroup:
    """A functional group between its GS and its GE."""

    __slots__ = ("documents", "function", "offset", "problems", "taken", "values", "version")

    def __init__(self, parts: list[bytes], offset: int) -> None:
        self.values = [shown(part) for part in parts] + [""] * (9 - len(parts))
        self.function = self.values[1]
        self.version = self.values[8]
        self.offset = offset
        self.documents: list[Document] = []
        self.problems: list[Problem] = []
        self.taken: set[str] = set()

    def note(
        self,
        code: str,
        text: str,
        element: int = 0,
        *,
        offset: int | None = None,
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Keep one thing wrong with the group."""
        where = Where(
            offset=self.offset if offset is None else offset,
            segment="GS" if offset is None else "GE",
            element=element or None,
            value=self.values[element] if element and offset is None else "",
        )
        self.problems.append(flaw(code, text, where=where, severity=severity))

    def begin(self, *, functions: frozenset[str], profile: Config) -> None:
        """Check GS against the tables and the page."""
        if self.function not in functions:
            text = f"a group of kind {self.function!r} is not supported (GS01)."
            self.note(GROUP + "1", text, 1)
        if self.function != "FA" and self.version[:6] != profile.version[:6]:
            self._other_version(profile.version)
        number = self.values[6]
        if not (number.isascii() and number.isdigit() and len(number) <= 9):
            self.note(GROUP + "6", f"the group number is {number!r} (GS06).", 6)
        for code, element, agreed in (
            ("x12-group-sender", 2, profile.theirs.group),
            ("x12-group-receiver", 3, profile.ours.group or profile.ours.id),
        ):
            if agreed is not None and self.values[element].strip() != agreed:
                text = f"{describe(code)} It is {self.values[element]!r}, agreed is {agreed!r}."
                self.note(code, text, element)

    def _other_version(self, agreed: str) -> None:
        """A version that can be read is only told; what it changes was checked by its tables."""
        text = f"the group is in version {self.version!r} (GS08), agreed is {agreed}"
        if self.version[:3] in READ_VERSIONS:
            text = f"{text}; it was read by the tables of {dictionary(self.version).version}."
            self.note("x12-group-version", text, 8, severity=Severity.WARNING)
        else:
            self.note(GROUP + "2", f"{text}.", 8)

    def close(self, parts: list[bytes], offset: int) -> SplitGroup:
        """Check GE and return the group."""
        claimed = shown(parts[1]) if len(parts) > 1 else ""
        number = shown(parts[2]) if len(parts) > 2 else ""
        if not _same(claimed, str(len(self.documents))):
            text = f"GE01 says {claimed!r} sets, the group has {len(self.documents)}."
            self.note(GROUP + "5", text, offset=offset)
        if (number.lstrip("0") or "0") != (self.values[6].lstrip("0") or "0"):
            text = f"the group ends with number {number!r}, it began with {self.values[6]!r}."
            self.note(GROUP + "4", text, offset=offset)
        return self.done(claimed)

    def done(self, claimed: str) -> SplitGroup:
        """Return the group as it stands; its error refuses all its papers."""
        documents = self.documents
        if _has_error(self.problems):
            reason = flaw(GROUP_REFUSED, _because(GROUP_REFUSED, self.problems))
            documents = [_refused(document, reason) for document in documents]
        group = Group(
            function=self.function,
            sender=self.values[2],
            receiver=self.values[3],
            number=self.values[6],
            version=self.version,
            claimed=int(claimed)
            if claimed.isascii() and claimed[:6].isdigit() and len(claimed) <= 6
            else len(documents),
            problems=tuple(self.problems),
        )
        return SplitGroup(group=group, documents=tuple(documents))


class _Reading:
    """One interchange on its way from ISA to IEA; the only state of a split but the window."""

    def __init__(
        self,
        window: Window,
        found: Header,
        first: int,
        profile: Config,
        problems: list[Problem],
    ) -> None:
        self._window = window
        self._header = found
        self._first = first
        self._profile = profile
        self._problems = problems
        self._marks = found.delimiters
        self._syntax = found.delimiters.dumps()
        self._checkers: dict[str, Checker] = {}
        self._plain = _PRINTABLE + NEWLINE + found.delimiters.every
        self._groups: list[SplitGroup] = []
        self._group: _OpenGroup | None = None
        self._paper: Paper | None = None
        self._strays = 0
        self._end: int | None = None

    def read(self) -> SplitInterchange:
        """Read to the IEA, the next ISA or the end, whichever comes first."""
        while self._end is None:
            run = next_run(self._window, self._marks, cap=self._profile.max_segment_bytes)
            self._walk(run)
            if run.last and self._end is None:
                self._break_off(run)
        self._window.skip_to(self._end)
        if _has_error(self._problems):
            self._refuse_all()
        length = self._end - self._first
        return SplitInterchange(
            interchange=_interchange(self._header, self._first, length, self._problems),
            groups=tuple(self._groups),
        )

    def _walk(self, run: Run) -> None:
        """The hot loop: what is not a frame segment goes straight to the open paper."""
        at, width, element = run.offset, len(self._marks.segment), self._marks.element
        careful = not self._is_plain(run.body)
        lines = careful or b"\n" in run.body or b"\r" in run.body
        isa = b"ISA" in run.body
        for raw in run.pieces:
            offset, at = at, at + len(raw) + width
            if not raw or (lines and raw[:1] in NEWLINE) or careful:
                stripped = raw.lstrip(NEWLINE)
                offset += len(raw) - len(stripped)
                raw = stripped.rstrip(NEWLINE)
                if not raw:
                    continue
            parts = raw.split(element)
            paper = self._paper
            if paper is None or parts[0] in _FRAME or (isa and raw[:3] == b"ISA"):
                self._frame(parts, offset, at)
                if self._end is not None:
                    return
                continue
            paper.segment(parts, offset)
            if careful:
                paper.odd(parts, offset)
        self._window.skip_to(at)

    def _is_plain(self, body: bytes) -> bool:
        """Whether all bytes are printable ASCII and line ends stand only behind terminators."""
        if body.translate(None, self._plain):
            return False
        mark = self._marks.segment
        if mark not in NEWLINE and (b"\n" in body or b"\r" in body):
            body = body.lstrip(NEWLINE).replace(mark + b"\r\n", mark).replace(mark + b"\n", mark)
            return b"\n" not in body and b"\r" not in body
        return mark != b"\n" or b"\r" not in body

    def _frame(self, parts: list[bytes], offset: int, end: int) -> None:
        match parts[0]:
            case b"ST":
                self._open_paper(parts, offset)
            case b"SE" if self._paper is not None and self._group is not None:
                closed = self._paper.close(parts, offset=offset, end=end, syntax=self._syntax)
                self._group.documents.append(closed)
                self._paper = None
            case b"GS":
                self._open_group(parts, offset)
            case b"GE" if self._group is not None:
                self._drop_paper(offset)
                self._groups.append(self._group.close(parts, offset))
                self._group = None
            case b"IEA":
                self._close(parts, offset, end)
            case b"TA1" if self._group is None:
                pass
            case tag if tag[:3] == b"ISA":
                self._cut(offset, "a new ISA begins")
            case tag:
                self._stray(tag, offset)

    def _open_paper(self, parts: list[bytes], offset: int) -> None:
        self._drop_paper(offset)
        if self._group is None:
            self._stray(b"ST", offset)
            return
        self._paper = Paper(
            parts,
            offset=offset,
            version=self._group.version,
            checker=self._checker(self._group.version),
            profile=self._profile,
        )
        self._paper.begin(function=self._group.function, taken=self._group.taken)

    def _drop_paper(self, offset: int) -> None:
        """Closes a paper that has no SE, up to the segment that comes instead of it."""
        if self._paper is not None and self._group is not None:
            self._group.documents.append(self._paper.abandon(end=offset, syntax=self._syntax))
        self._paper = None

    def _open_group(self, parts: list[bytes], offset: int) -> None:
        self._drop_group(offset)
        self._group = _OpenGroup(parts, offset)
        functions = dictionary(self._group.version).functions
        self._group.begin(functions=functions, profile=self._profile)

    def _checker(self, version: str) -> Checker:
        """Return the checker of a group's version; it learns over the whole interchange."""
        rules = dictionary(version)
        if rules.version not in self._checkers:
            self._checkers[rules.version] = Checker(
                rules=rules,
                delimiters=self._marks,
                max_element_bytes=self._profile.max_element_bytes,
            )
        return self._checkers[rules.version]

    def _drop_group(self, offset: int) -> None:
        self._drop_paper(offset)
        if self._group is not None:
            self._group.note(GROUP + "3", f"group {self._group.values[6]} has no GE segment.")
            self._groups.append(self._group.done(""))
        self._group = None

    def _stray(self, tag: bytes, offset: int) -> None:
        """A segment where only frame segments may stand; told once, not for each that follows."""
        self._strays += 1
        if self._strays == 1:
            text = f"segment {tag_of(tag)} at byte {offset} stands outside of any set."
            self._note(TA1 + "022", text, offset, tag_of(tag))

    def _close(self, parts: list[bytes], offset: int, end: int) -> None:
        self._drop_group(offset)
        claimed = shown(parts[1]) if len(parts) > 1 else ""
        number = shown(parts[2]).strip() if len(parts) > 2 else ""
        if not _same(claimed, str(len(self._groups))):
            text = f"IEA01 says {claimed!r} groups, the interchange has {len(self._groups)}."
            self._note(TA1 + "021", text, offset, "IEA")
        began = self._header.values[13]
        if (number.lstrip("0") or "0") != (began.lstrip("0") or "0"):
            text = f"the interchange ends with number {number!r} (IEA02), it began with {began!r}."
            self._note(TA1 + "001", text, offset, "IEA")
        self._end = end

    def _break_off(self, run: Run) -> None:
        """The segments end without an IEA; an IEA that lacks only its terminator still counts."""
        rest = run.rest.strip(NEWLINE + b" \x1a\x00")
        parts = rest.split(self._marks.element)
        number = self._header.values[13]
        if parts[0] == b"IEA" and len(parts) == 3 and shown(parts[2]) == number:
            self._close(parts, run.offset, run.resume)
            text = "the IEA segment has no terminator; its number shows that it is whole."
            where = Where(offset=run.offset, segment="IEA")
            warning = Severity.WARNING
            self._problems.append(flaw("x12-unterminated", text, where=where, severity=warning))
        elif run.too_long:
            cap = self._profile.max_segment_bytes
            self._cut(run.resume, f"a segment at byte {run.offset} is longer than {cap} bytes")
        else:
            self._cut(run.resume, "the bytes end" if self._window.ended else "a new ISA begins")

    def _cut(self, end: int, why: str) -> None:
        self._drop_group(end)
        text = (
            f"the interchange has no IEA: {why} at byte {end}. Nothing in it is applied;"
            " the whole interchange must be sent again."
        )
        self._note(TA1 + "023", text, end, "IEA")
        self._end = end

    def _note(self, code: str, text: str, offset: int, segment: str) -> None:
        self._problems.append(flaw(code, text, where=Where(offset=offset, segment=segment)))

    def _refuse_all(self) -> None:
        reason = flaw(INTERCHANGE_REFUSED, _because(INTERCHANGE_REFUSED, self._problems))
        self._groups = [
            replace(each, documents=tuple(_refused(paper, reason) for paper in each.documents))
            for each in self._groups
        ]


def _has_error(problems: Sequence[Problem]) -> bool:
    return any(problem.severity is Severity.ERROR for problem in problems)


def _because(code: str, problems: Sequence[Problem]) -> str:
    first = next(problem for problem in problems if problem.severity is Severity.ERROR)
    return f"{describe(code).removesuffix('.')}: {first.text}"


def _refused(document: Document, reason: Problem) -> Document:
    return replace(document, problems=(*document.problems, reason))
