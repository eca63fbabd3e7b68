"""Papers of ours → one interchange: cleaned, and every count right by construction."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime

from hub.domain.exchange import (
    Joined,
    JoinedDocument,
    Problem,
    Segments,
    Severity,
    Where,
)
from hub.formats.x12.codes import flaw
from hub.formats.x12.dictionary import NEW, OLD, Dictionary, dictionary
from hub.formats.x12.profile import Config, Separators
from hub.formats.x12.scanning import Delimiters
from hub.formats.x12.syntax import Checker, Spot

_BASIC = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!\"&'()*+,-./:;?= ")
_EXTENDED = _BASIC | frozenset("abcdefghijklmnopqrstuvwxyz%@[]_{}\\|<>~#$")
_SETS = {"basic": _BASIC, "extended": _EXTENDED}

_PLAIN = {
    "ß": "ss", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "œ": "oe", "Œ": "OE", "ł": "l",
    "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i", "€": "EUR",
    "‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "…": "...",
    "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "×": "x", "`": "'", "´": "'",
}  # fmt: skip
"""Characters that Unicode does not decompose but everybody knows how to write in ASCII."""

_ENVELOPE_VERSIONS = {OLD: "00401", NEW: "00501"}
_STANDARDS = "U"
"""X12 ISA11 before 00402; later it holds the repetition separator."""


def clean(paper: Segments, *, set_id: str, profile: Config) -> tuple[Segments, tuple[Problem, ...]]:
    """Return the paper as it fits the wire, and all that keeps it from fitting.

    Accents become ASCII (not with `charset: utf-8`), line ends become spaces; a delimiter or a
    symbol outside the character set is replaced or refused as the page says; a letter that cannot
    be carried is always an error. The result is then checked like a paper of theirs. Ordinals
    count from ST = 1. A paper with an error must not be joined.
    """
    rules = dictionary(profile.version)
    problems: list[Problem] = []
    rows = tuple(
        _trimmed(_clean_row(row, ordinal, profile, rules, problems))
        for ordinal, row in enumerate(paper, start=2)
    )
    problems.extend(_syntax(rows, set_id, profile, rules))
    return rows, tuple(problems)


def _clean_row(
    row: Sequence[str],
    ordinal: int,
    profile: Config,
    rules: Dictionary,
    problems: list[Problem],
) -> tuple[str, ...]:
    composites = _composites(row[0], rules)
    values = [row[0]]
    for element, value in enumerate(row[1:], start=1):
        where = Where(segment=row[0], ordinal=ordinal, element=element, value=value[:99])
        keep = profile.delimiters.component if element in composites else ""
        values.append(_clean_value(value, keep, where, profile, problems))
    return tuple(values)


def _composites(tag: str, rules: Dictionary) -> frozenset[int]:
    rule = rules.segments.get(tag.encode("latin-1", "replace"))
    places = enumerate(rule.elements if rule else (), start=1)
    return frozenset(place for place, element in places if element.kind == "C")


def _clean_value(
    value: str, keep: str, where: Where, profile: Config, problems: list[Problem]
) -> str:
    if profile.upper_case or profile.charset == "basic":
        value = value.upper()
    value = unicodedata.normalize("NFC", value)
    if _nothing_to_do(value, profile, keep):
        return value.rstrip(" ")
    value = re.sub(r"\r\n|[\r\n\t\u2028\u2029\xa0]", " ", value)
    kept = (_carried(each, keep, where, profile, problems) for each in value)
    return "".join(kept).rstrip(" ")


def _nothing_to_do(value: str, profile: Config, keep: str) -> bool:
    marks = _marks(profile.delimiters) - set(keep)
    allowed = _SETS.get(profile.charset)
    return not marks.intersection(value) and (
        value.isascii() and value.isprintable() if allowed is None else allowed.issuperset(value)
    )


def _marks(delimiters: Separators) -> set[str]:
    return {delimiters.element, delimiters.component, delimiters.segment, delimiters.repetition}


def _carried(
    character: str, keep: str, where: Where, profile: Config, problems: list[Problem]
) -> str:
    """Return what the wire carries instead of one character."""
    marks = _marks(profile.delimiters) - set(keep)
    if character in marks:
        return _instead("delimiter-in-data", character, where, profile, problems)
    if profile.charset == "utf-8" and character.isprintable():
        return character
    plain = _transliterated(character)
    if profile.upper_case or profile.charset == "basic":
        plain = plain.upper()
    allowed = _SETS.get(profile.charset, _EXTENDED) - (marks - {keep})
    if plain and allowed.issuperset(plain):
        return plain
    if unicodedata.category(character)[0] in "LN":
        _tell("cannot-be-carried", character, where, Severity.ERROR, problems)
        return profile.replacement
    return _instead("cannot-be-carried", character, where, profile, problems)


def _transliterated(character: str) -> str:
    plain = _PLAIN.get(character)
    if plain is not None:
        return plain
    apart = unicodedata.normalize("NFKD", character)
    return "".join(each for each in apart if not unicodedata.combining(each))


def _instead(
    code: str, character: str, where: Where, profile: Config, problems: list[Problem]
) -> str:
    """X12 has no escape character: what cannot be sent is replaced or refused, and told."""
    refuse = profile.in_data == "refuse"
    _tell(code, character, where, Severity.ERROR if refuse else Severity.WARNING, problems)
    return profile.replacement


def _tell(
    code: str, character: str, where: Where, severity: Severity, problems: list[Problem]
) -> None:
    done = "was replaced" if severity is Severity.WARNING else "cannot be sent; change the value"
    why = "separates" if code == "delimiter-in-data" else "is outside the character set"
    place = f"{where.segment}{where.element:02d}" if where.element else where.segment
    text = f"{place} has {character!r}, which {why} on this channel; it {done}."
    problems.append(flaw(code, text, where=where, severity=severity))


def _syntax(rows: Segments, set_id: str, profile: Config, rules: Dictionary) -> Iterator[Problem]:
    """Check our own paper with the tables that theirs are checked with."""
    checker = Checker(
        rules=rules,
        delimiters=_delimiters(profile),
        max_element_bytes=profile.max_element_bytes,
    )
    for ordinal, row in enumerate(rows, start=2):
        parts = [_encoded(value) for value in row]
        if not checker.fine(parts):
            for problem in checker.problems(parts, spot=Spot(ordinal=ordinal, offset=0)):
                yield _without_offset(problem)
    known = rules.sets.get(set_id)
    for name in known.mandatory if known else ():
        if not any(row[0] == name for row in rows):
            text = f"our {set_id} lacks the mandatory segment {name}; correct its map."
            yield flaw("x12-ak304-3", text, where=Where(segment=name))


def _without_offset(problem: Problem) -> Problem:
    where = problem.where
    place = Where(
        segment=where.segment, ordinal=where.ordinal, element=where.element, value=where.value
    )
    return flaw(problem.code, problem.text, where=place, severity=problem.severity)


def _encoded(value: str) -> bytes:
    return value.encode("utf-8", "replace")


def _delimiters(profile: Config) -> Delimiters:
    marks = profile.delimiters
    return Delimiters(
        element=marks.element.encode(),
        component=marks.component.encode(),
        segment=marks.segment.encode(),
        repetition=marks.repetition.encode() if _repeats(profile) else b"",
    )


def _repeats(profile: Config) -> bool:
    return profile.version.startswith(NEW)


def _trimmed(row: tuple[str, ...]) -> tuple[str, ...]:
    while len(row) > 1 and not row[-1]:
        row = row[:-1]
    return row


class _Writer:
    """Bytes of one interchange as they grow; counts segments so that nobody else has to."""

    def __init__(self, profile: Config) -> None:
        self._element = profile.delimiters.element
        newline = {False: "", True: "\n", "lf": "\n", "crlf": "\r\n"}[profile.newline]
        self._segment = profile.delimiters.segment
        self._gap = newline.encode() if self._segment not in "\r\n" else b""
        self._illegal = re.compile(f"[\r\n{re.escape(self._element + self._segment)}]")
        self.body = bytearray()

    def put(self, *row: str) -> int:
        """Add one segment and return the byte at which it begins.

        Raises ValueError if a value has a delimiter or line end in it: it was not cleaned.
        """
        row = _trimmed(row)
        for element, value in enumerate(row):
            if self._illegal.search(value):
                raise ValueError(f"{row[0]}{element:02d} {value!r} has a delimiter: clean it first")
        at = len(self.body)
        self.body += (self._element.join(row) + self._segment).encode("utf-8") + self._gap
        return at

    @property
    def end(self) -> int:
        """The byte after the last segment's terminator, before any newline."""
        return len(self.body) - len(self._gap)


def join(
    papers: Sequence[Segments],
    *,
    set_id: str,
    profile: Config,
    interchange_number: int,
    group_number: int,
    at: datetime,
) -> Joined:
    """Put cleaned papers of one set into one group of one interchange.

    The same arguments always give the same bytes: dates come from `at` as it stands, ST02 is the
    paper's number in the group. Raises ValueError for an unknown set, a control number that does
    not fit nine digits, or a paper that was not cleaned; that is our own fault, not a partner's.
    """
    rule = dictionary(profile.version).sets.get(set_id)
    if rule is None:
        raise ValueError(f"set {set_id!r} is not in the tables of {profile.version}")
    for number in (interchange_number, group_number):
        if not 1 <= number <= 999_999_999:
            raise ValueError(f"control number {number} is not between 1 and 999999999")
    writer = _Writer(profile)
    control, group = f"{interchange_number:09d}", str(group_number)
    _isa(writer, profile, control, at, receipt=rule.function == "FA")
    writer.put("GS", rule.function, *_group_ids(profile), *_stamp(at), group, "X", profile.version)
    documents = tuple(
        _set(writer, paper, set_id, f"{ordinal:04d}") for ordinal, paper in enumerate(papers, 1)
    )
    writer.put("GE", str(len(documents)), group)
    writer.put("IEA", "1", control)
    return Joined(
        body=bytes(writer.body),
        documents=documents,
        function=rule.function,
        group_number=group,
        interchange_number=control,
        syntax=_delimiters(profile).dumps(),
    )


def _isa(writer: _Writer, profile: Config, control: str, at: datetime, *, receipt: bool) -> None:
    """X12 ISA: 106 bytes, every element padded; no TA1 is asked for in answer to a receipt."""
    wants = "1" if profile.wants_receipt and not receipt else "0"
    writer.put(
        "ISA", "00", " " * 10, "00", " " * 10,
        profile.ours.qualifier, profile.ours.id.ljust(15),
        profile.theirs.qualifier, profile.theirs.id.ljust(15),
        at.strftime("%y%m%d"), at.strftime("%H%M"),
        profile.delimiters.repetition if _repeats(profile) else _STANDARDS,
        _ENVELOPE_VERSIONS[profile.version[:6]], control, wants,
        "P" if profile.usage == "production" else "T",
        profile.delimiters.component,
    )  # fmt: skip


def _group_ids(profile: Config) -> tuple[str, str]:
    ours, theirs = profile.ours, profile.theirs
    return ours.group or ours.id, theirs.group or theirs.id


def _stamp(at: datetime) -> tuple[str, str]:
    return f"{at.year:04d}{at.month:02d}{at.day:02d}", at.strftime("%H%M")


def _set(writer: _Writer, paper: Segments, set_id: str, number: str) -> JoinedDocument:
    offset = writer.put("ST", set_id, number)
    for row in paper:
        writer.put(*row)
    writer.put("SE", str(len(paper) + 2), number)
    return JoinedDocument(number=number, offset=offset, length=writer.end - offset)
