"""What is wrong in bytes too long for a screen: windows around it, found as the bytes pass by."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from hub.ops.cutting import Block, Cutter, decoded
from hub.ops.places import Flaw

HEAD = 20
"""So many segments are shown from the beginning, whatever is wrong."""
AROUND = 3
"""So many segments are shown before and behind a wrong one."""
MOST_TEXT = 2000
"""Bytes of one segment that are shown; of a longer one those around what is wrong."""
_NAME = re.compile(rb"[A-Za-z0-9]*")
_ROW = re.compile(r"row (\d{1,9})\b", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One segment in a window; `before` counts those that are left out right before it."""

    number: int
    offset: int
    text: str
    flaws: tuple[Flaw, ...]
    before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """What is shown of long bytes.

    `elsewhere` are flaws that stand at no one place of them, `rest` is how many bytes follow.
    """

    seen: tuple[Seen, ...]
    elsewhere: tuple[Flaw, ...]
    rest: int


@dataclass(slots=True, kw_only=True)
class _Wanted:
    """Flaws still to be met, by how they are met; each is met once."""

    cutter: Cutter
    by_offset: list[tuple[int, Flaw]] = field(default_factory=list)
    by_number: dict[int, list[Flaw]] = field(default_factory=dict)
    by_value: list[tuple[re.Pattern[bytes], Flaw]] = field(default_factory=list)

    def add(self, flaw: Flaw) -> bool:
        """Take a flaw that says where it stands; False for one that does not."""
        row = _ROW.match(flaw.path)
        if flaw.offset is not None:
            self.by_offset.append((flaw.offset, flaw))
        elif flaw.ordinal and flaw.segment:
            self.by_number.setdefault(flaw.ordinal, []).append(flaw)
        elif row and self.cutter.between is None:
            self.by_number.setdefault(int(row[1]), []).append(flaw)
        elif flaw.value and flaw.path.startswith("/"):
            value = re.escape(flaw.value.encode("utf-8", "replace"))
            self.by_value.append((re.compile(rb"(?<![\w.-])" + value + rb"(?![\w.-])"), flaw))
        else:
            return False
        return True

    def left(self) -> bool:
        """Whether any is still to be met."""
        return bool(self.by_offset or self.by_number or self.by_value)

    def met(self, block: Block) -> list[tuple[int, Flaw]]:
        """Return which flaws stand in a block, each with the byte or, below zero, its number."""
        found = [(at, one) for at, one in self.by_offset if at < block.end]
        self.by_offset = [(at, one) for at, one in self.by_offset if at >= block.end]
        for number in [n for n in self.by_number if n < block.number + block.count]:
            found += [(-number, one) for one in self.by_number.pop(number)]
        for pattern, one in list(self.by_value):
            if hit := pattern.search(block.body):
                found.append((block.offset + hit.start(), one))
                self.by_value.remove((pattern, one))
        return found


@dataclass(slots=True, kw_only=True)
class _Piece:
    number: int
    offset: int
    raw: bytes
    flaws: list[Flaw] = field(default_factory=list)


def windows(blocks: Iterable[Block], cutter: Cutter, flaws: Sequence[Flaw], *, end: int) -> Windows:
    """Return the beginning and what stands around each flaw; reads on only while one is missing.

    `end` is the byte behind the last. Holds two blocks at most.
    """
    wanted = _Wanted(cutter=cutter)
    elsewhere = [one for one in flaws if not wanted.add(one)]
    seen: dict[int, _Piece] = {}
    before: Block | None = None
    until = HEAD
    for block in blocks:
        found = wanted.met(block)
        if found or until >= block.number:
            pieces = _pieces(block, cutter)
            hit = list(_marked(pieces, found, elsewhere))
            near = _near(pieces, hit, until)
            if before is not None and hit and hit[0] - AROUND < 0:
                near = [*_pieces(before, cutter)[hit[0] - AROUND :], *near]
            seen.update((one.number, one) for one in near if one.flaws or one.number not in seen)
            until = max([until, *(pieces[at].number + AROUND for at in hit)])
        before = block
        if not wanted.left() and until < block.number + block.count:
            break
    elsewhere += _unmet(wanted)
    return _told([seen[number] for number in sorted(seen)], elsewhere, end=end)


def _unmet(wanted: _Wanted) -> list[Flaw]:
    """Return the flaws that were met nowhere."""
    numbered = (one for several in wanted.by_number.values() for one in several)
    named = [one for _, one in (*wanted.by_offset, *wanted.by_value)]
    return [*named, *numbered]


def _pieces(block: Block, cutter: Cutter) -> list[_Piece]:
    return [
        _Piece(number=number, offset=block.offset + at, raw=raw)
        for number, (at, raw) in enumerate(cutter.cut(block.body), start=block.number)
    ]


def _marked(
    pieces: list[_Piece], found: Sequence[tuple[int, Flaw]], elsewhere: list[Flaw]
) -> Iterator[int]:
    """Put flaws to their pieces and yield which those are, in order; others go to `elsewhere`."""
    begins = [one.offset for one in pieces]
    number = pieces[0].number if pieces else 0
    hit: set[int] = set()
    for at, flaw in found:
        place = max(0, bisect_right(begins, at) - 1) if at >= 0 else -at - number
        if not 0 <= place < len(pieces) or not _fits(pieces[place].raw, flaw):
            elsewhere.append(flaw)
        else:
            pieces[place].flaws.append(flaw)
            hit.add(place)
    yield from sorted(hit)


def _fits(raw: bytes, flaw: Flaw) -> bool:
    """Whether a piece that was found by its number is the one that is meant."""
    if flaw.offset is not None:
        return True
    if flaw.segment:
        name = _NAME.match(raw)
        return name is not None and name[0] == flaw.segment.encode()
    return not flaw.value or flaw.value in decoded(raw)


def _near(pieces: Sequence[_Piece], hit: Sequence[int], until: int) -> list[_Piece]:
    """The pieces around those that were hit, and those that are owed to what went before."""
    near = {n for at in hit for n in range(at - AROUND, at + AROUND + 1)}
    return [one for n, one in enumerate(pieces) if n in near or one.number <= until]


def _told(shown: Sequence[_Piece], elsewhere: list[Flaw], *, end: int) -> Windows:
    seen, last, behind = [], 0, 0
    for one in shown:
        seen.append(
            Seen(
                number=one.number,
                offset=one.offset,
                text=_text(one),
                flaws=tuple(one.flaws),
                before=one.number - last - 1,
            )
        )
        last, behind = one.number, one.offset + len(one.raw)
    return Windows(seen=tuple(seen), elsewhere=tuple(elsewhere), rest=max(0, end - behind))


def _text(piece: _Piece) -> str:
    if len(piece.raw) <= MOST_TEXT:
        return decoded(piece.raw)
    wrong = min((one.offset for one in piece.flaws if one.offset is not None), default=piece.offset)
    start = max(0, wrong - piece.offset - MOST_TEXT // 2)
    shown = piece.raw[start : start + MOST_TEXT].decode("utf-8", "replace")
    more = start + MOST_TEXT < len(piece.raw)
    return f"{'… ' if start else ''}{shown}{' …' if more else ''}"
