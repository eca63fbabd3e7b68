"""X12's error codes in plain words, and the one way a Problem of this format is made."""

from collections.abc import Mapping
from dataclasses import replace

from hub.domain.exchange import NOWHERE, Problem, Severity, Where, unquoted

TA1 = "x12-ta105-"
"""TA105, on the interchange."""
GROUP = "x12-ak905-"
"""AK905, on the functional group."""
SET = "x12-ak502-"
"""AK502, on the transaction set."""
SEGMENT = "x12-ak304-"
"""AK304, on one segment."""
ELEMENT = "x12-ak403-"
"""AK403, on one element."""

GROUP_REFUSED = "x12-group-refused"
INTERCHANGE_REFUSED = "x12-interchange-refused"

_SENTENCES = {
    TA1 + "000": "The interchange was accepted.",
    TA1 + "001": "The interchange number at its end (IEA02) is not the one at its start (ISA13).",
    TA1 + "002": "The standards identifier or repetition separator (ISA11) is not understood.",
    TA1 + "003": "The version of the envelope (ISA12) is not supported.",
    TA1 + "004": "The segment terminator cannot be used.",
    TA1 + "005": "The sender's qualifier (ISA05) is not the agreed one.",
    TA1 + "006": "The sender (ISA06) is not the agreed one.",
    TA1 + "007": "The receiver's qualifier (ISA07) is not the agreed one.",
    TA1 + "008": "The receiver (ISA08) is not the agreed one.",
    TA1 + "009": "The receiver (ISA08) is not known there.",
    TA1 + "010": "The authorization qualifier (ISA01) is wrong.",
    TA1 + "011": "The authorization value (ISA02) is wrong.",
    TA1 + "012": "The security qualifier (ISA03) is wrong.",
    TA1 + "013": "The security value (ISA04) is wrong.",
    TA1 + "014": "The date of the interchange (ISA09) is not a date.",
    TA1 + "015": "The time of the interchange (ISA10) is not a time.",
    TA1 + "016": "The standards identifier (ISA11) is wrong.",
    TA1 + "017": "The version of the envelope (ISA12) is wrong.",
    TA1 + "018": "The interchange number (ISA13) is not nine digits.",
    TA1 + "019": "The wish for an acknowledgment (ISA14) is neither 0 nor 1.",
    TA1 + "020": "Test and production do not fit (ISA15).",
    TA1 + "021": "The number of groups at the end (IEA01) is not the number of groups found.",
    TA1 + "022": "The frame of the interchange is wrong: a segment is missing or in a wrong place.",
    TA1 + "023": "The interchange ends too early; it has no IEA segment.",
    TA1 + "024": "The frame of the interchange has content that cannot be read.",
    TA1 + "025": "The interchange was received before.",
    TA1 + "026": "The element separator cannot be used.",
    TA1 + "027": "The component separator cannot be used.",
    GROUP + "1": "The kind of functional group (GS01) is not supported.",
    GROUP + "2": "The version of the group (GS08) is not supported.",
    GROUP + "3": "The group has no end (GE segment).",
    GROUP + "4": "The group number at its end (GE02) is not the one at its start (GS06).",
    GROUP + "5": "The number of sets at the end of the group (GE01) is not the number found.",
    GROUP + "6": "The group number (GS06) is not one to nine digits.",
    SET + "1": "This transaction set is not supported.",
    SET + "2": "The set has no end (SE segment).",
    SET + "3": "The set number at its end (SE02) is not the one at its start (ST02).",
    SET + "4": "The number of segments at the end of the set (SE01) is not the number found.",
    SET + "5": "One or more segments of the set are wrong.",
    SET + "6": "The kind of set (ST01) is missing or does not belong in this group.",
    SET + "7": "The set number (ST02) is missing or not four to nine characters.",
    SET + "23": "The set number (ST02) was used before in the same group.",
    SEGMENT + "1": "There is no segment of this name.",
    SEGMENT + "2": "The segment is not expected at this place.",
    SEGMENT + "3": "A mandatory segment is missing.",
    SEGMENT + "4": "The loop occurs too often.",
    SEGMENT + "5": "The segment occurs too often.",
    SEGMENT + "6": "The segment does not belong in this set.",
    SEGMENT + "7": "The segment is in the wrong order.",
    SEGMENT + "8": "The segment has wrong elements.",
    ELEMENT + "1": "A mandatory element is missing.",
    ELEMENT + "2": "An element that others call for is missing.",
    ELEMENT + "3": "The segment has too many elements.",
    ELEMENT + "4": "The value is too short.",
    ELEMENT + "5": "The value is too long.",
    ELEMENT + "6": "The value has characters that are not allowed here.",
    ELEMENT + "7": "The value is not one of the allowed ones.",
    ELEMENT + "8": "The value is not a date of the form CCYYMMDD.",
    ELEMENT + "9": "The value is not a time of the form HHMM, HHMMSS or HHMMSSDD.",
    ELEMENT + "10": "Two elements are given of which only one may be.",
    ELEMENT + "12": "The element is repeated too often.",
    ELEMENT + "13": "The element has too many components.",
    GROUP_REFUSED: "The paper stands in a group that was refused as a whole.",
    INTERCHANGE_REFUSED: "The paper stands in an interchange that was refused as a whole.",
    "x12-group-sender": "The sender of the group (GS02) is not the agreed one.",
    "x12-group-version": "The group is in another version (GS08) than the agreed one.",
    "x12-group-receiver": "The receiver of the group (GS03) is not the agreed one.",
    "x12-junk": "There are bytes between interchanges that belong to none.",
    "x12-charset": "The paper has characters outside ASCII.",
    "x12-trailing-empty": "Segments end in empty elements; they were left out.",
    "x12-unterminated": "The last segment has no terminator; its number shows that it is whole.",
    "x12-more": "There are more problems of this kind than are listed.",
    "x12-too-large": "The paper is larger than the channel allows.",
    "x12-receipt": "The receipt lacks its frame; it answers nothing.",
    "x12-empty": "There are no bytes.",
    "x12-no-isa": "The bytes do not begin with an ISA segment.",
    "x12-encoding": "The bytes are in an encoding that X12 partners do not use.",
    "delimiter-in-data": "A value of ours has a character that separates elements on this channel.",
    "cannot-be-carried": "A value of ours has a character outside the channel's character set.",
}


def describe(code: str) -> str:
    """Say in one plain sentence what a code of this format means, or return "".

    Codes of a 999 that a 997 does not have (I4, I5 …) are not told apart.
    """
    return _SENTENCES.get(code, "")


def described() -> Mapping[str, str]:
    """Return the sentence of every code that is of X12 alone."""
    return {code: said for code, said in _SENTENCES.items() if code != "cannot-be-carried"}


def flaw(
    code: str, text: str = "", *, where: Where = NOWHERE, severity: Severity = Severity.ERROR
) -> Problem:
    """Return a Problem; without a text it gets the code's own sentence."""
    return Problem(code=code, text=text or describe(code), where=where, severity=severity)


NAMELESS = "?"
"""The name of a segment that has none: what stands there may be the rest of somebody's address."""
PEOPLE = frozenset(f"N1 N2 N3 N4 NM1 NX2 DMG IN2 PER G61 K1 MSG MTX NTE TED {NAMELESS}".split())
"""Segments in which a person's name, address or words stand."""
MOST_TAG = 3  # characters of a segment's name


def discreet(problem: Problem) -> Problem:
    """Return a problem fit to be kept and shown: where people's words stand, without them."""
    if problem.where.segment not in PEOPLE:
        return problem
    text = unquoted(problem.text)
    if problem.where.value:
        text = text.replace(problem.where.value, "(not shown)")
    return replace(problem, text=text, where=replace(problem.where, value=""))


def tag_of(raw: bytes) -> str:
    """Return a segment's name fit for a screen; NAMELESS where none can be."""
    return shown(raw) if len(raw) <= MOST_TAG else NAMELESS


def shown(raw: bytes) -> str:
    """Return at most 99 characters of a value fit for a screen and for AK404.

    Control characters become U+FFFD; bytes that are not UTF-8 are read as ISO 8859-1.
    """
    piece = raw[:400]
    try:
        text = piece.decode("utf-8")
    except UnicodeDecodeError:
        text = piece.decode("latin-1")
    return "".join(each if each.isprintable() else "�" for each in text)[:99]
