"""Segments, loops, trees: the rows of a page compiled into a plan, every mistake noted at once."""

import re
from dataclasses import replace

from hub.mapping.plan import (
    Address,
    FirstOf,
    LevelPlan,
    LoopPlan,
    Part,
    Place,
    Plan,
    SegmentPlan,
    Slot,
    Spread,
    TreePlan,
    names,
)
from hub.mapping.shapes import shape
from hub.mapping.sheet import Block, Entry, Leaf, Line, Rows, Tree
from hub.mapping.slots import Desk, compile_slots, compile_value, compile_when, span

_SEGMENT = re.compile(
    r"([A-Z][A-Z0-9]{1,2})(?:\[(?:([0-9]{2})=)?([^\[\]=]+)\])?(?:(\*)([0-9]{0,4}))?(\?)?", re.ASCII
)
_NAMED = re.compile(r"(loop|group|each) ([a-z_0-9]+)(\*)?(\?)?", re.ASCII)
_LEVEL = re.compile(r"([A-Z])(?: ([a-z_0-9]+)\*)?(\?)?", re.ASCII)
_ROWS = (
    "SEG[code]*?",
    "also SEG[code]*?",
    "loop field*?",
    "group name*?",
    "each name?",
    "first_of field",
    "tree HL S/O/[T]/[P]/I",
)
_MANY = 10_000


def compile_plan(name: str, block: Block, rows: Rows, *, desk: Desk) -> Plan:
    """Compile the rows of a page whose message class is the desk's.

    Notes a required field that the page never names: such a message could never be read.
    """
    parts, firsts = _rows(rows, desk)
    _unnamed(desk, rows.line, "segments")
    return Plan(
        name=name,
        title=block.text("about"),
        set_id=block.text("set"),
        message=desk.cls,
        parts=parts,
        firsts=firsts,
        feed=_feed(block, parts, desk),
    )


def _feed(block: Block, parts: tuple[Part, ...], desk: Desk) -> str:
    """Return the field whose loop is read in pieces; its first segment stands for no other."""
    name = block.text("feed")
    loops = (part for part in parts if isinstance(part, LoopPlan) and part.many and part.field)
    known = [part.field for part in loops]
    if name and known != [name]:
        what = f"`{name}` is not the one loop of records at the top"
        desk.mistakes.add(block.line_of("feed"), "feed", what, known)
    return name


def _unnamed(desk: Desk, line: Line, address: str) -> None:
    needed = {spot.name for spot in shape(desk.cls).values() if spot.required}
    for name in sorted(needed - desk.mentioned):
        what = f"no segment carries `{name}`, without which there is no {desk.cls.__name__}"
        desk.mistakes.add(line, address, what)


def _rows(rows: Tree | None, desk: Desk) -> tuple[tuple[Part, ...], tuple[FirstOf, ...]]:
    """Compile a list of rows into its parts and its extra places to look."""
    parts: list[Part] = []
    firsts: list[FirstOf] = []
    for row in rows.rows if isinstance(rows, Rows) else ():
        if not isinstance(row, Block) or len(row.entries) != 1:
            desk.mistakes.add(row.line, "segments", "each row is one `NAME: …`", _ROWS)
            continue
        entry = row.entries[0]
        if entry.key.startswith("first_of "):
            written, first = _first_of(entry, desk)
            parts.extend(written)
            firsts.extend(first)
        else:
            part = _part(entry, desk)
            parts.extend([part] if part else [])
    return tuple(parts), tuple(firsts)


def _part(entry: Entry, desk: Desk) -> Part | None:
    if not entry.key.startswith("also "):
        part = _plain_part(entry, desk)
        if isinstance(part, SegmentPlan) and any(isinstance(one, Spread) for one in part.slots):
            what = "`each a + b` is only read; write `also` before the segment"
            desk.mistakes.add(entry.line, entry.key, what)
        return part
    key = entry.key.removeprefix("also ")
    part = _plain_part(Entry(line=entry.line, key=key, tree=entry.tree), desk)
    if isinstance(part, TreePlan):
        desk.mistakes.add(entry.line, entry.key, "a tree is read and written")
        return None
    return replace(part, write=False) if part else None


def _plain_part(entry: Entry, desk: Desk) -> Part | None:
    named = _NAMED.fullmatch(entry.key)
    if named:
        return _loop(named, entry, desk)
    if entry.key.startswith("tree "):
        return _tree(entry, desk)
    segment = _SEGMENT.fullmatch(entry.key)
    if segment and isinstance(entry.tree, Block):
        return _segment(segment, entry.tree, entry.key, desk)
    desk.mistakes.add(entry.line, entry.key, "is no row of a page", _ROWS)
    return None


def _segment(match: re.Match[str], block: Block, key: str, desk: Desk) -> SegmentPlan:
    address = Address(tag=match[1], position=int(match[2] or 1), code=match[3] or "")
    slots = compile_slots(block, key, desk)
    known = shape(desk.cls)
    needs = (name for slot in slots for name in names(slot) if name in known)
    return SegmentPlan(
        address=address,
        optional=bool(match[6]),
        most=(int(match[5]) if match[5] else _MANY) if match[4] else 1,
        slots=slots,
        when=compile_when(block, key, desk),
        needs=tuple(name for name in needs if known[name].required),
    )


def _loop(match: re.Match[str], entry: Entry, desk: Desk) -> LoopPlan | None:
    """Compile a loop (a record of its own), a group or an `each` (of the record around)."""
    name, many, nested = match[2], bool(match[3]), match[1] == "loop"
    splits = match[1] == "each"
    inner, known = desk, desk.field(name, entry.line, entry.key) if nested else None
    if nested:
        kind = "records" if many else "record"
        if known is None or known.cls is None or known.kind != kind:
            desk.mistakes.add(entry.line, entry.key, f"`{name}` is not a {kind} field")
            return None
        inner = desk.of(known.cls)
    parts, firsts = _rows(entry.tree, inner)
    if not parts or not isinstance(parts[0], SegmentPlan) or parts[0].optional:
        desk.mistakes.add(entry.line, entry.key, "must begin with a segment that is always there")
        return None
    if nested:
        _unnamed(inner, entry.line, entry.key)
    return LoopPlan(
        name=name,
        field=name if nested else "",
        cls=inner.cls if nested else None,
        optional=bool(match[4]),
        many=many or splits,
        parts=parts,
        firsts=firsts,
        splits=splits,
    )


def _place(text: str, line: Line, spot: str, desk: Desk) -> Place | None:
    """Compile `MAN[CP].02`."""
    segment, _, elements = text.rpartition(".")
    match, positions = _SEGMENT.fullmatch(segment), span(elements)
    if match is None or match[4] or match[6] or not positions:
        desk.mistakes.add(line, spot, f"`{text}` is no place; write it like `MAN[CP].02`")
        return None
    address = Address(tag=match[1], position=int(match[2] or 1), code=match[3] or "")
    return Place(address=address, elements=positions)


def _first_of(entry: Entry, desk: Desk) -> tuple[list[SegmentPlan], list[FirstOf]]:
    """Compile places to read and, with `write:`, the one segment to write."""
    block, spot = entry.tree, entry.key
    if not isinstance(block, Block):
        desk.mistakes.add(entry.line, spot, "needs `read:` with places", ("at", "read", "write"))
        return [], []
    for word in block.entries:
        if word.key not in ("at", "read", "write"):
            desk.mistakes.add(word.line, spot, f"`{word.key}`?", ("at", "read", "write"))
    leaves = block.get("read")
    texts = leaves.rows if isinstance(leaves, Rows) else ()
    found = [_place(leaf.text, leaf.line, spot, desk) for leaf in texts if isinstance(leaf, Leaf)]
    places = tuple(place for place in found if place is not None)
    if not places:
        desk.mistakes.add(entry.line, spot, "`read:` must list places, one a row")
        return [], []
    text = entry.key.removeprefix("first_of ")
    value = compile_value(places[0].elements, text, line=entry.line, spot=spot, desk=desk)
    if value is None:
        return [], []
    levels = tuple(block.text("at").split("/")) if block.get("at") else ()
    written = _place(block.text("write"), block.line, spot, desk) if block.get("write") else None
    slot: tuple[Slot, ...] = (value,)
    segments = [_written(written, slot)] if written else []
    return segments, [FirstOf(value=value, places=places, levels=levels)]


def _written(place: Place, slots: tuple[Slot, ...]) -> SegmentPlan:
    return SegmentPlan(address=place.address, optional=True, most=1, slots=slots, read=False)


def _tree(entry: Entry, desk: Desk) -> TreePlan | None:
    """Compile a hierarchy; levels in brackets may be absent or skipped."""
    words = entry.key.split(" ")
    if len(words) != 3 or not isinstance(entry.tree, Block):
        desk.mistakes.add(entry.line, entry.key, "write `tree HL S/O/[T]/[P]/I:` and its levels")
        return None
    optional = {code.strip("[]"): code.startswith("[") for code in words[2].split("/")}
    levels: list[LevelPlan] = []
    inner = desk
    for level in entry.tree.entries:
        match = _LEVEL.fullmatch(level.key)
        if match is None or match[1] not in optional:
            desk.mistakes.add(level.line, level.key, "is no level of this tree", optional)
            continue
        if match[2]:
            known = inner.field(match[2], level.line, level.key)
            if known is None or known.kind != "records" or known.cls is None:
                desk.mistakes.add(level.line, level.key, f"`{match[2]}` is not a list of records")
                continue
            inner = inner.of(known.cls)
        levels.append(_level(match, level, inner, optional=optional[match[1]]))
    return TreePlan(tag=words[1], order=tuple(optional), levels=tuple(levels))


def _level(match: re.Match[str], entry: Entry, desk: Desk, *, optional: bool) -> LevelPlan:
    parts, firsts = _rows(entry.tree, desk)
    return LevelPlan(
        code=match[1],
        optional=optional,
        field=match[2] or "",
        cls=desk.cls if match[2] else None,
        parts=parts,
        firsts=firsts,
    )
