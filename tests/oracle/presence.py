"""What every loop must hold. pyx12 overlooks it where a loop is followed by its own repeat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pyx12.map_if import loop_if, segment_if

from tests.oracle.finding import Finding


@dataclass(slots=True, kw_only=True)
class _Instance:
    """One run through a loop: where it began and which children were met."""

    loop: loop_if
    ordinal: int
    met: set[str] = field(default_factory=set)


class Presence:
    """The loops that are open now; each is checked when it ends."""

    def __init__(self) -> None:
        self._open: list[_Instance] = []

    def meet(self, node: segment_if, ordinal: int) -> Iterator[Finding]:
        """Note a segment found at `node`; yield what is missing in the loops that end before it."""
        loops = _loops(node)
        kept = self._shared(loops)
        if node.is_first_seg_in_loop():
            kept = min(kept, len(loops) - 1)
        yield from self._end(kept)
        for loop in loops[kept:]:
            if self._open:
                self._open[-1].met.add(loop.id or "")
            self._open.append(_Instance(loop=loop, ordinal=ordinal))
        self._open[-1].met.add(node.id or "")

    def end(self) -> Iterator[Finding]:
        """End every open loop; yield what is missing in them."""
        yield from self._end(0)

    def _shared(self, loops: list[loop_if]) -> int:
        depth = 0
        for instance, loop in zip(self._open, loops, strict=False):
            if instance.loop.get_path() != loop.get_path():
                break
            depth += 1
        return depth

    def _end(self, kept: int) -> Iterator[Finding]:
        while len(self._open) > kept:
            yield from _missing(self._open.pop())


def _loops(node: segment_if) -> list[loop_if]:
    """List the loops around a segment, outermost first."""
    loops: list[loop_if] = []
    parent = node.get_parent()
    while isinstance(parent, loop_if):
        loops.append(parent)
        parent = parent.get_parent()
    return loops[::-1]


def _missing(instance: _Instance) -> Iterator[Finding]:
    for child in instance.loop.childIterator():
        if child.usage != "R" or child.id in instance.met:
            continue
        first = child.get_first_seg() if isinstance(child, loop_if) else child
        tag = "" if first is None else first.id or ""
        text = f"{tag} is missing in the {instance.loop.id} that begins here"
        yield Finding(
            segment=tag, ordinal=instance.ordinal, element="", code="segment-3", text=text
        )
