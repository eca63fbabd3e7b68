"""Problems in words with a place and a way out, and the bytes they stand in, cut into segments."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hub.domain.exchange import Problem, Severity, Where
from hub.domain.meanings import Do
from hub.ops.cutting import cutter_of, decoded

# What to do about a problem, by the beginning of its code; the first that fits.
_ADVICE = (
    (
        "unknown-order",
        "Ask the partner which purchase order is meant; it must send the paper again.",
    ),
    (
        "unknown-line",
        "Say what its name for the article means, or ask the partner which line is meant.",
    ),
    ("parcel-told-before", Do.PARCEL.value),
    ("unknown-group", "Nothing to do unless it comes often: it answers something we never sent."),
    ("no-map", "Add the map to the partner's page, then re-run the paper."),
    ("our-fault", "It is the hub's fault; report it with these lines, re-run it after an upgrade."),
    ("takes-back", "Ask the partner what is true now and put it right by hand."),
    ("x12-ta105-", "The partner must send the whole interchange again, corrected."),
    ("x12-ak905-", "The partner must send the group again, corrected; the receipt says why."),
    ("x12-ak", "The partner must send this paper again, corrected; the receipt says why."),
    ("x12-", "The partner must send it again, corrected."),
)


_STEP = re.compile(r"([a-z_]+)(?:\[(\d{1,9})\])?", re.ASCII)
_ONE = {
    "lines": "line {} of the paper",
    "loose": "line {} of the paper",
    "parcels": "parcel {} of the paper",
    "cartons": "carton {} of the paper",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One problem as it is told: where, what is wrong, what to do; and the place in numbers."""

    code: str
    severity: str
    text: str
    place: str
    advice: str
    offset: int | None
    segment: str
    ordinal: int | None
    element: int | None
    component: int | None
    path: str
    value: str


def flaw(problem: Problem) -> Flaw:
    """Return a problem as it is told."""
    where = problem.where
    error = problem.severity is Severity.ERROR
    return Flaw(
        code=problem.code,
        severity=str(problem.severity),
        text=problem.text,
        place=place(where),
        advice=_advice(problem.code) if error else "",
        offset=where.offset,
        segment=where.segment,
        ordinal=where.ordinal,
        element=where.element,
        component=where.component,
        path=where.path,
        value=where.value,
    )


def flaws(problems: Sequence[Problem]) -> tuple[Flaw, ...]:
    """Return problems as they are told, each once, in their order."""
    return tuple(dict.fromkeys(flaw(problem) for problem in problems))


def _advice(code: str) -> str:
    return next((advice for start, advice in _ADVICE if code.startswith(start)), "")


def place(where: Where) -> str:
    """Return a place in words, such as `PO1 (segment 7), element 2, at byte 1204`, or ""."""
    words = []
    if where.segment:
        number = f" (segment {where.ordinal})" if where.ordinal else ""
        words.append(f"{where.segment}{number}")
    elif where.ordinal:
        words.append(f"segment {where.ordinal}")
    if where.element:
        words.append(f"element {where.element}")
    if where.component:
        words.append(f"component {where.component}")
    if where.path:
        words += _path(where)
    if where.offset is not None:
        words.append(f"at byte {where.offset}")
    return ", ".join(words)


def _path(where: Where) -> Iterator[str]:
    """Yield a path in words: of a place in our messages, not in the bytes, what it means.

    It is left out where the segment is known.
    """
    if where.path == "whole":
        return
    if where.path.startswith("sku:"):
        yield where.path.removeprefix("sku:")
        return
    steps = [_STEP.fullmatch(step) for step in where.path.split(".")]
    if not all(steps) or not any(step and step[2] for step in steps):
        yield where.path
        return
    for step in steps if not where.segment else ():
        if step and step[2] and step[1] in _ONE:
            yield _ONE[step[1]].format(int(step[2]) + 1)
        elif step:
            yield step[1].replace("_", " ") + (f" {int(step[2]) + 1}" if step[2] else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One segment: its first byte in the delivery, its number (ST = 1), what is wrong there."""

    offset: int
    number: int
    text: str
    flaws: tuple[Flaw, ...]


def pieces(
    body: bytes, *, start: int, syntax: str, problems: Sequence[Problem]
) -> tuple[Piece, ...]:
    """Return the segments of a slice that begins at byte `start` of its delivery.

    A tree (XML, JSON) is cut into its lines, long ones between elements. `syntax` is what the
    format kept with the document. A problem without a byte is with no piece.
    """
    told = flaws(problems)
    found = []
    cutter = cutter_of(body, syntax)
    tree = cutter.between is not None
    for number, (at, raw) in enumerate(cutter.cut(body), start=1):
        begin, end = start + at, start + at + len(raw) - tree  # nothing lies between lines
        here = tuple(
            each for each in told if each.offset is not None and begin <= each.offset <= end
        )
        found.append(Piece(offset=begin, number=number, text=decoded(raw), flaws=here))
    return tuple(found)
