"""Bytes as operators see them: segments in which what is wrong is marked, and the raw text."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hub.flow.parts import Parts
from hub.ops import explain
from hub.ops.desk.shown import decoded, visible
from hub.ops.places import Flaw
from hub.store import Erased

MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One segment, line or element of a paper: its first byte, its number, what is wrong there."""

    number: int
    offset: int
    text: str
    flaws: tuple[Flaw, ...]

    @property
    def wrong(self) -> bool:
        """Whether a problem stands here."""
        return bool(self.flaws)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """The bytes as text in which every sign can be seen; at most 64 kB of `size`."""

    text: str
    size: int
    cut: bool


def contents(parts: Parts, row_id: str) -> explain.Bytes | None:
    """Return the bytes of a paper or a delivery; None when they were destroyed."""
    try:
        return explain.contents(parts, row_id, most=MOST_BYTES)
    except Erased:
        return None


def marked(
    found: explain.Bytes | None, more: Sequence[Flaw] = ()
) -> tuple[tuple[Segment, ...], tuple[Flaw, ...]]:
    """Return the segments with what is wrong in each, and what stands at none of them.

    `more` is what others say of the same bytes: a receipt's lines, an envelope's problems.
    """
    if found is None:
        return (), tuple(more)
    shown = [
        Segment(number=one.number, offset=one.offset, text=visible(one.text), flaws=one.flaws)
        for one in found.pieces
    ]
    elsewhere = list(found.elsewhere)
    told = {flaw for one in shown for flaw in one.flaws}
    for flaw in more:
        at = _place(shown, flaw)
        if at is None:
            elsewhere += [flaw] * (flaw not in elsewhere)
        elif flaw not in told:
            shown[at] = replace(shown[at], flaws=(*shown[at].flaws, flaw))
    return tuple(shown), tuple(elsewhere)


def _place(shown: Sequence[Segment], flaw: Flaw) -> int | None:
    """Where it stands: by its byte, else by the segment's number and name."""
    if flaw.offset is not None:
        begun = [n for n, one in enumerate(shown) if one.offset <= flaw.offset]
        return begun[-1] if begun else None
    if flaw.ordinal is None or not flaw.segment:
        return None
    named = (
        n
        for n, one in enumerate(shown)
        if one.number == flaw.ordinal and _name(one.text) == flaw.segment
    )
    return next(named, None)


def _name(text: str) -> str:
    """What a segment is called: the letters and digits that it begins with."""
    end = next((n for n, sign in enumerate(text) if not sign.isalnum()), len(text))
    return text[:end]


def raw_of(size: int, found: explain.Bytes | None) -> Raw:
    """Return the bytes as text; nothing of those that were destroyed."""
    if found is None:
        return Raw(text="", size=size, cut=False)
    return Raw(text=visible(decoded(found.raw)), size=size, cut=len(found.raw) < size)
