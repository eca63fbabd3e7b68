"""Bytes as operators see them: segments in which what is wrong is marked, and the raw text."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from hub.flow.parts import Parts
from hub.ops import explain
from hub.ops.cutting import blocks, masked
from hub.ops.desk.shown import decoded, visible
from hub.ops.desk.windows import windows
from hub.ops.lying import lying
from hub.ops.places import Flaw, flaws
from hub.store import Erased

MOST_BYTES = 64 * 1024
"""Bytes that are shown whole; of longer ones the beginning and what stands around the wrong."""
MOST_WRONG = 50
"""So many problems are looked for at once in what is longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One segment, line or element of a paper: its first byte, its number, what is wrong there.

    `before` counts those that are left out right before it.
    """

    number: int
    offset: int
    text: str
    flaws: tuple[Flaw, ...]
    before: int = 0

    @property
    def wrong(self) -> bool:
        """Whether a problem stands here."""
        return bool(self.flaws)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """The segments that are shown, and what stands at none of them.

    `rest` is how many bytes follow the last of them. Of very many problems only some are looked
    for in long bytes: those from the `first` on; `more` is where the next ones begin, 0 for none.
    """

    segments: tuple[Segment, ...] = ()
    elsewhere: tuple[Flaw, ...] = ()
    rest: int = 0
    first: int = 0
    more: int = 0

    @property
    def wrong(self) -> tuple[int, ...]:
        """The numbers of the segments that are wrong."""
        return tuple(one.number for one in self.segments if one.wrong)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """The bytes as text in which every sign can be seen; at most 64 kB of `size`."""

    text: str
    size: int
    cut: bool


def contents(parts: Parts, row_id: str) -> explain.Bytes | None:
    """Return the first bytes of a paper or a delivery; None when they were destroyed."""
    try:
        return explain.contents(parts, row_id, most=MOST_BYTES)
    except Erased:
        return None


def marked(
    parts: Parts, found: explain.Bytes | None, more: Sequence[Flaw] = (), *, first: int = 0
) -> Marked:
    """Return the segments with what is wrong in each.

    `more` is what others say of the same bytes: a receipt's lines, an envelope's problems. Bytes of
    more than 64 kB are read as far as the last problem, and never held whole.
    """
    if found is None:
        return Marked(elsewhere=tuple(more))
    if found.length > len(found.raw):
        return _windows(parts, found, more, max(0, first))
    shown = [
        Segment(number=one.number, offset=one.offset, text=visible(one.text), flaws=one.flaws)
        for one in found.pieces
    ]
    elsewhere: list[Flaw] = []
    told = {flaw for one in shown for flaw in one.flaws}
    for flaw in dict.fromkeys((*found.elsewhere, *more)):
        at = _place(shown, flaw)
        if at is None:
            elsewhere.append(flaw)
        elif flaw not in told:
            shown[at] = replace(shown[at], flaws=(*shown[at].flaws, flaw))
    return Marked(segments=tuple(shown), elsewhere=tuple(elsewhere))


def _windows(parts: Parts, found: explain.Bytes, more: Sequence[Flaw], first: int) -> Marked:
    with lying(parts, found.id) as lies:
        said = tuple(dict.fromkeys((*flaws(lies.problems), *more)))
        first = first if first < len(said) else 0
        cutter = lies.cutter()
        passing = blocks(
            lies.stream, start=lies.start, length=lies.length, cutter=cutter, mask=lies.mask
        )
        now = said[first : first + MOST_WRONG]
        seen = windows(passing, cutter, now, end=lies.end)
    segments = tuple(
        Segment(
            number=one.number,
            offset=one.offset,
            text=visible(one.text),
            flaws=one.flaws,
            before=one.before,
        )
        for one in seen.seen
    )
    behind = first + MOST_WRONG
    return Marked(
        segments=segments,
        elsewhere=seen.elsewhere,
        rest=seen.rest,
        first=first,
        more=behind if behind < len(said) else 0,
    )


def given(parts: Parts, row_id: str) -> tuple[str, Iterator[bytes]]:
    """Return the name of a paper's or a delivery's delivery, and its bytes block by block.

    Raises KeyError when there is none of that id, Erased where its bytes were destroyed. Secrets
    that a format carries in its papers (cXML) are stars. Whoever takes them must take them all.
    """
    opened = ExitStack()
    lies = opened.enter_context(lying(parts, row_id, most_located=0))

    def passing() -> Iterator[bytes]:
        with opened:
            yield from masked(lies.stream, start=lies.start, length=lies.length, mask=lies.mask)

    return lies.name, passing()


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
