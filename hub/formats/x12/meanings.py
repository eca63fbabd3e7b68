"""What the codes of this format mean, for those who look one up: the sentences are `codes`'s."""

from hub.domain.meanings import FAMILY, Do, Meaning, Met
from hub.formats.x12.codes import ELEMENT, GROUP, SEGMENT, SET, TA1, described

_FAMILIES = {
    TA1: "The interchange has a mistake that the partner names by a code of its own.",
    GROUP: "The group has a mistake that the partner names by a code of its own.",
    SET: "The paper has a mistake that the partner names by a code of its own.",
    SEGMENT: "A segment has a mistake that the partner names by a code of its own.",
    ELEMENT: "An element has a mistake that the partner names by a code of its own.",
}
"""The codes of a 997 and TA1; a 999 has more of them, and partners invent their own."""

_DO = {
    TA1 + "000": Do.STANDS,
    TA1 + "025": Do.STANDS,
    TA1: Do.ENVELOPE,
    GROUP: Do.GROUP,
    "x12-group-": Do.GROUP,
    "x12-interchange-refused": Do.ENVELOPE,
    "x12-junk": Do.NOTHING,
    "x12-charset": Do.WARNED,
    "x12-trailing-empty": Do.WARNED,
    "x12-unterminated": Do.WARNED,
    "x12-more": Do.FIRST,
    "x12-too-large": Do.SMALLER,
    "x12-empty": Do.FILE,
    "x12-no-isa": Do.CHANNEL,
    "x12-encoding": Do.CHANNEL,
    "delimiter-in-data": Do.WARNED,
    "x12-": Do.SET,
}
"""What to do, by the beginning of a code; the first that fits."""


def _meaning(code: str, means: str) -> Meaning:
    do = next(do for start, do in _DO.items() if code.startswith(start))
    return Meaning(code=code, met=(Met.X12,), means=means, do=do)


MEANINGS = tuple(
    _meaning(code, means)
    for code, means in (
        *((prefix + FAMILY, means) for prefix, means in _FAMILIES.items()),
        *described().items(),
    )
)
