"""997 out and in: what we say of their groups, what they said of ours. No receipt for a receipt."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from hub.domain.exchange import (
    Document,
    Problem,
    Receipt,
    ReceiptLine,
    Segments,
    Severity,
    SplitGroup,
    SplitInterchange,
    Where,
)
from hub.formats.x12.codes import (
    ELEMENT,
    GROUP,
    GROUP_REFUSED,
    PEOPLE,
    SEGMENT,
    SET,
    describe,
    flaw,
)
from hub.formats.x12.dictionary import OLD, Dictionary, dictionary
from hub.formats.x12.profile import Config

RECEIPT_SETS = frozenset({"997", "999"})

_HARMLESS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,:;/()+=-")
_ID = re.compile(r"[A-Za-z0-9]{3}")
"""X12 AK201: a set that has no such name cannot be answered one by one."""
_NUMBER = re.compile(r"[A-Za-z0-9]{4,9}")
_MAX_CODES = 5
_MAX_ELEMENTS = 99
_SEGMENT_LOOPS = {"AK2": "AK2", "AK3": "AK3", "AK4": "AK4", "AK5": "AK5"} | {
    "IK3": "AK3",
    "IK4": "AK4",
    "IK5": "AK5",
}


def is_receipt(set_id: str) -> bool:
    """Say whether a set is a receipt: 997, or the 999 of later versions."""
    return set_id in RECEIPT_SETS


def acknowledge(interchange: SplitInterchange, *, profile: Config) -> Sequence[Segments]:
    """Return one 997 for each group but FA ones, in the order of the groups.

    Nothing is said when the page has no `receipts`, or when the interchange itself was refused:
    that is a TA1's business. Counts come from what was received, not from what was claimed, but
    for AK902. Warnings are not told; a set with an error is R, all others A. The receipts are of
    the page's version, the one we answer in; AK402 follows the version of the group.
    """
    if not profile.receipts or _errors(interchange.interchange.problems):
        return ()
    return tuple(
        _paper(each, dictionary(each.group.version), profile)
        for each in interchange.groups
        if each.group.function != "FA" and _can_be_named(each)
    )


def _can_be_named(split: SplitGroup) -> bool:
    """X12 AK101 and AK102: two letters and one to nine digits."""
    return bool(
        re.fullmatch(r"[A-Z0-9]{2}", split.group.function)
        and re.fullmatch(r"[0-9]{1,9}", split.group.number)
    )


def _paper(split: SplitGroup, rules: Dictionary, profile: Config) -> Segments:
    version = split.group.version if _tells_version(split, profile) else ""
    rows: list[tuple[str, ...]] = [("AK1", split.group.function, split.group.number, version)]
    for document in split.documents:
        own = [each for each in _errors(document.problems) if each.code != GROUP_REFUSED]
        named = _ID.fullmatch(document.set_id) and _NUMBER.fullmatch(document.number)
        if named and (own or not document.rejected):
            rows.extend(_answer(document, own, rules, profile))
    rows.append(_verdict(split))
    return tuple(_trimmed(row) for row in rows)


def _tells_version(split: SplitGroup, profile: Config) -> bool:
    """X12 AK103, which came with 005010 and says what the group's GS08 said."""
    newer = dictionary(profile.version).version != OLD
    return newer and re.fullmatch(r"[A-Z0-9]{6,12}", split.group.version) is not None


def _errors(problems: Sequence[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.severity is Severity.ERROR]


def _answer(
    document: Document, errors: Sequence[Problem], rules: Dictionary, profile: Config
) -> Iterator[tuple[str, ...]]:
    """Yield AK2, AK3 and AK4 for each bad segment, and AK5 (X12 997)."""
    yield "AK2", document.set_id, document.number
    located = [each for each in errors if each.code.startswith((SEGMENT, ELEMENT))]
    located.sort(key=lambda each: (each.where.ordinal or 0, each.where.segment))
    for (ordinal, tag), group in groupby(
        located, key=lambda each: (each.where.ordinal or 1, each.where.segment)
    ):
        if re.fullmatch(r"[A-Z0-9]{2,3}", tag):
            yield from _segment(str(ordinal), tag, list(group), rules, profile)
    codes = ["5"] if located else []
    codes.extend(_numbers(errors, SET))
    verdict = "R" if errors else "A"
    yield ("AK5", verdict, *list(dict.fromkeys(codes))[:_MAX_CODES])


def _segment(
    ordinal: str, tag: str, problems: Sequence[Problem], rules: Dictionary, profile: Config
) -> Iterator[tuple[str, ...]]:
    for code in dict.fromkeys(_numbers(problems, SEGMENT)):
        yield "AK3", tag, ordinal, "", code
    elements = [each for each in problems if each.code.startswith(ELEMENT)]
    if elements:
        yield "AK3", tag, ordinal, "", "8"
    for problem in elements[
        :_MAX_ELEMENTS
    ]:  # AK404 is optional: people's words stay where they are
        place = problem.where.element or 1
        code = problem.code.removeprefix(ELEMENT)
        number = rules.element_number(problem.where.segment, place)
        copy = "" if tag in PEOPLE else _copy(problem.where.value, profile)
        yield "AK4", str(place), number, code, copy


def _copy(value: str, profile: Config) -> str:
    """X12 AK404: the bad value as far as any page's characters carry it, at most 99 of them."""
    marks = profile.delimiters
    taken = marks.element + marks.component + marks.segment + marks.repetition
    kept = (each if each in _HARMLESS and each not in taken else " " for each in value)
    return "".join(kept)[:99].strip()


def _verdict(split: SplitGroup) -> tuple[str, ...]:
    """AK9: R if the group was refused or no set is good, P if some are, A if all are."""
    received = len(split.documents)
    accepted = sum(not document.rejected for document in split.documents)
    refused = bool(_errors(split.group.problems))
    verdict = "A" if accepted == received and not refused else "P" if accepted else "R"
    codes = list(dict.fromkeys(_numbers(split.group.problems, GROUP)))[:_MAX_CODES]
    return ("AK9", verdict, str(split.group.claimed), str(received), str(accepted), *codes)


def _numbers(problems: Sequence[Problem], family: str) -> Iterator[str]:
    for problem in problems:
        if problem.code.startswith(family):
            yield problem.code.removeprefix(family)


def _trimmed(row: tuple[str, ...]) -> tuple[str, ...]:
    while len(row) > 1 and not row[-1]:
        row = row[:-1]
    return row


def receipt(paper: Segments) -> Receipt:
    """Read a 997 or 999: who is answered, the verdicts, and why, in plain words.

    The group number comes without leading zeros, as we wrote it. A and E are accepted; P is
    accepted and `partly`: lines that are there have verdicts of their own. A paper without AK1 or
    AK9 accepts nothing and says so in its problems.
    """
    rows = [_padded(row) for row in paper]
    first = next((row for row in rows if row[0] == "AK1"), None)
    last = next((row for row in reversed(rows) if row[0] == "AK9"), None)
    problems = [*_group_problems(last)]
    if first is None or last is None:
        problems.append(flaw("x12-receipt", "the receipt lacks AK1 or AK9; it answers nothing."))
    verdict = last[1] if first is not None and last is not None else "R"
    return Receipt(
        function=first[1] if first else "",
        group_number=(first[2].lstrip("0") or first[2]) if first else "",
        accepted=verdict in ("A", "E", "P"),
        partly=verdict == "P",
        lines=tuple(_lines(rows)),
        problems=tuple(problems),
    )


def _padded(row: tuple[str, ...]) -> tuple[str, ...]:
    return row + ("",) * (10 - len(row))


def _group_problems(row: tuple[str, ...] | None) -> Iterator[Problem]:
    for code in row[5:10] if row else ():
        if code:
            yield _told(GROUP + code, Where(segment="GS"))


def _lines(rows: Sequence[tuple[str, ...]]) -> Iterator[ReceiptLine]:
    """Walk AK2 … AK5 (IK in a 999) and yield one line for each set answered."""
    set_id = number = tag = ordinal = ""
    problems: list[Problem] = []
    for row in rows:
        match _SEGMENT_LOOPS.get(row[0]):
            case "AK2":
                set_id, number, problems = row[1], row[2], []
            case "AK3":
                tag, ordinal = row[1], row[2]
                problems.extend(_segment_problem(row))
            case "AK4":
                problems.append(_element_problem(row, tag, ordinal))
            case "AK5":
                problems.extend(_told(SET + code, Where(segment="ST")) for code in row[2:7] if code)
                yield ReceiptLine(
                    set_id=set_id,
                    number=number,
                    accepted=row[1] in ("A", "E"),
                    problems=tuple(problems),
                )
            case _:
                continue


def _segment_problem(row: tuple[str, ...]) -> Iterator[Problem]:
    if row[4] and row[4] != "8":
        yield _told(SEGMENT + row[4], Where(segment=row[1], ordinal=_small(row[2])))


def _element_problem(row: tuple[str, ...], tag: str, ordinal: str) -> Problem:
    place, *rest = row[1].replace(">", ":").split(":")
    where = Where(
        segment=tag,
        ordinal=_small(ordinal),
        element=_small(place),
        component=_small(rest[0]) if rest else None,
        value=row[4][:99],
    )
    return _told(ELEMENT + row[3], where)


def _small(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def _told(code: str, where: Where) -> Problem:
    element = f"{where.element:02d}" if where.element else ""
    at = f", segment {where.ordinal}" if where.ordinal else ""
    place = f" ({where.segment}{element}{at})" if where.segment else ""
    value = f" Their copy of the value: {where.value!r}." if where.value else ""
    sentence = describe(code) or f"They gave the code {code}, which X12 does not define."
    return flaw(code, f"{sentence.removesuffix('.')}{place}.{value}", where=where)
