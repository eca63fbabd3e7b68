"""One transaction set while it is being read: from its ST to its SE, segment by segment."""

from hub.domain.exchange import Document, Problem, Severity, Where
from hub.formats.x12.codes import ELEMENT, SEGMENT, SET, flaw, shown
from hub.formats.x12.profile import Config
from hub.formats.x12.syntax import Checker, Spot, unknown

MAX_DEPTH = 50
"""Levels of HL under one another."""


class Paper:
    """Collects what is wrong with a set; keeps counts and problems, never its segments."""

    __slots__ = (
        "_cap",
        "_checker",
        "_fine",
        "_levels",
        "_limits",
        "_rule",
        "_seen",
        "foreign",
        "number",
        "offset",
        "ordinal",
        "problems",
        "set_id",
        "utf8",
        "version",
    )

    def __init__(
        self, parts: list[bytes], *, offset: int, version: str, checker: Checker, profile: Config
    ) -> None:
        self.set_id = shown(parts[1]) if len(parts) > 1 else ""
        self.number = shown(parts[2]) if len(parts) > 2 else ""
        self.version = version
        self.offset = offset
        self.ordinal = 1
        self.problems: list[Problem] = []
        self.foreign = False
        self.utf8 = True
        self._checker = checker
        self._fine = checker.fine
        self._limits = profile
        self._cap = profile.max_levels
        self._rule = checker.rules.sets.get(self.set_id)
        self._seen: set[bytes] = set()
        self._levels: dict[bytes, int] = {}

    def note(self, problem: Problem) -> None:
        """Keep a problem; past the page's cap it only tells, once, of more."""
        cap = self._limits.max_problems
        if len(self.problems) < cap:
            self.problems.append(problem)
        elif len(self.problems) == cap:
            text = f"there are more than {cap} problems; the rest are not listed."
            self.problems.append(flaw("x12-more", text, where=problem.where))

    def begin(self, *, function: str, taken: set[str]) -> None:
        """Check ST: a known set, fit for its group, a number of its own."""
        if self._rule is None:
            text = f"set {self.set_id!r} is not supported (ST01)."
            self.note(self._frame(SET + ("1" if self.set_id else "6"), text, self.offset))
        elif function and self._rule.function != function:
            text = (
                f"set {self.set_id} stands in a group {function!r};"
                f" it belongs in {self._rule.function} (GS01)."
            )
            self.note(self._frame(SET + "6", text, self.offset))
        if not (4 <= len(self.number) <= 9 and self.number.isascii() and self.number.isalnum()):
            text = f"the set number {self.number!r} (ST02) must have four to nine characters."
            self.note(self._frame(SET + "7", text, self.offset))
        if self.number in taken:
            text = f"the set number {self.number} (ST02) was used before in this group."
            self.note(self._frame(SET + "23", text, self.offset))
        taken.add(self.number)

    def segment(self, parts: list[bytes], offset: int) -> None:
        """Check one segment between ST and SE; characters apart."""
        self.ordinal += 1
        tag = parts[0]
        if tag not in self._seen:
            self._first(tag, offset)
        if not self._fine(parts):
            self._faults(parts, offset)
        if tag == b"HL":
            self._level(parts, offset)

    def odd(self, parts: list[bytes], offset: int) -> None:
        """Look at the characters of a segment that is not plain ASCII."""
        spot = Spot(ordinal=self.ordinal, offset=offset)
        for problem in self._checker.characters(parts, spot=spot):
            self.note(problem)
        for value in parts:
            if not value.isascii():
                self.foreign = True
                self.utf8 = self.utf8 and _is_utf8(value)

    def _first(self, tag: bytes, offset: int) -> None:
        rule = self._rule
        if rule is None:
            return
        if self._seen and tag in rule.tags:
            self._seen.add(tag)
            return
        spot = Spot(ordinal=self.ordinal, offset=offset)
        if tag not in rule.tags:
            self.note(unknown(tag, rules=self._checker.rules, set_id=self.set_id, spot=spot))
            return
        if not self._seen and tag != rule.mandatory[0].encode():
            self.note(self._missing(rule.mandatory[0], spot))
        self._seen.add(tag)

    def _faults(self, parts: list[bytes], offset: int) -> None:
        spot = Spot(ordinal=self.ordinal, offset=offset)
        for problem in self._checker.problems(parts, spot=spot):
            if problem.severity is Severity.ERROR or not self._told(problem.code):
                self.note(problem)

    def _told(self, code: str) -> bool:
        return any(problem.code == code for problem in self.problems)

    def _missing(self, name: str, spot: Spot) -> Problem:
        return flaw(
            SEGMENT + "3",
            f"segment {name} is missing and mandatory; a {self.set_id} cannot be read without it.",
            where=Where(offset=spot.offset, segment=name, ordinal=spot.ordinal),
        )

    def _level(self, parts: list[bytes], offset: int) -> None:
        """Check HL01 and HL02: each level new, below one that came before it."""
        own, parent = (parts[1], parts[2]) if len(parts) > 2 else (parts[-1], b"")
        levels = self._levels
        depth = levels.get(parent, 0) + 1
        if (
            own in levels
            or depth > MAX_DEPTH
            or len(levels) >= self._cap
            or (depth == 1 and parent)
        ):
            self._level_faults(parts, offset, own, parent, depth)
        if own and len(levels) <= self._cap:
            levels.setdefault(own, depth)

    def _level_faults(
        self, parts: list[bytes], offset: int, own: bytes, parent: bytes, depth: int
    ) -> None:
        if own in self._levels:
            self._bad_level(parts, 1, f"level {shown(own)} was used before", offset)
        if parent and parent not in self._levels:
            text = f"level {shown(own)} stands under {shown(parent)}, which has not come before it"
            self._bad_level(parts, 2, text, offset)
        if depth > MAX_DEPTH:
            self._bad_level(parts, 2, f"levels are nested more than {MAX_DEPTH} deep", offset)
        cap = self._cap
        if len(self._levels) == cap:
            where = Where(offset=offset, segment="HL", ordinal=self.ordinal)
            self.note(flaw(SEGMENT + "4", f"there are more than {cap} HL segments.", where=where))

    def _bad_level(self, parts: list[bytes], element: int, text: str, offset: int) -> None:
        value = parts[element] if len(parts) > element else b""
        before = sum(len(part) + 1 for part in parts[:element])
        where = Where(
            offset=offset + before,
            segment="HL",
            ordinal=self.ordinal,
            element=element,
            value=shown(value),
        )
        self.note(flaw(ELEMENT + "7", f"{text} (HL{element:02d}).", where=where))

    def close(self, parts: list[bytes], *, offset: int, end: int, syntax: str) -> Document:
        """Check SE and return the document; `end` is the byte after SE."""
        self.ordinal += 1
        claimed = shown(parts[1]) if len(parts) > 1 else ""
        number = shown(parts[2]) if len(parts) > 2 else ""
        if not (claimed.isascii() and claimed.isdigit() and _same(claimed, str(self.ordinal))):
            text = f"SE01 says {claimed!r} segments, ST to SE are {self.ordinal}."
            self.note(self._frame(SET + "4", text, offset, "SE"))
        if number != self.number:
            text = f"the set ends with number {number!r} (SE02), it began with {self.number!r}."
            self.note(self._frame(SET + "3", text, offset, "SE"))
        self._require_all(offset)
        return self._document(end, syntax)

    def abandon(self, *, end: int, syntax: str) -> Document:
        """Return a document that has no SE, with that as its problem."""
        text = f"set {self.set_id} {self.number} has no SE segment; it is not used."
        self.note(self._frame(SET + "2", text, self.offset))
        return self._document(end, syntax)

    def _require_all(self, offset: int) -> None:
        for name in self._rule.mandatory if self._rule else ():
            begun = any(problem.where.segment == name for problem in self.problems)
            if name.encode() not in self._seen and not begun:
                self.note(self._missing(name, Spot(ordinal=self.ordinal, offset=offset)))

    def _document(self, end: int, syntax: str) -> Document:
        if self.foreign:
            self.note(self._charset())
        key, cap = self._limits.largest(self.set_id)
        if end - self.offset > cap:
            text = (
                f"the paper is {end - self.offset} bytes long, this channel allows {cap}; ask for "
                f"smaller ones, or raise {key} in the profile on the partner's page."
            )
            self.problems.append(flaw("x12-too-large", text, where=Where(offset=self.offset)))
        return Document(
            set_id=self.set_id,
            version=self.version,
            number=self.number,
            offset=self.offset,
            length=end - self.offset,
            syntax=syntax,
            problems=tuple(self.problems),
        )

    def _charset(self) -> Problem:
        name = "UTF-8" if self.utf8 else "ISO 8859-1 (it is not UTF-8)"
        return flaw(
            "x12-charset",
            f"the paper has characters outside ASCII; it was read as {name}.",
            where=Where(offset=self.offset),
            severity=Severity.WARNING,
        )

    def _frame(self, code: str, text: str, offset: int, segment: str = "ST") -> Problem:
        return flaw(code, text, where=Where(offset=offset, segment=segment, ordinal=self.ordinal))


def _same(claimed: str, found: str) -> bool:
    """Leading zeros do not count; compared as text, so that no long number is ever converted."""
    return (claimed.lstrip("0") or "0") == found


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
