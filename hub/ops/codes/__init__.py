"""The catalogue of error codes: where each is met, what it means and what to do about it.

What lives here: the entries of every code that no format has of its own, and the catalogue of all.
What does not: the sentence of one problem with its place and values; that comes with the problem.
Who may come in: whoever shows codes to people or programs.
"""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hub.domain.meanings import FAMILY, Meaning, Met
from hub.ops.codes import maps, requests, settings, several, trade, uploads

_OURS = (maps, requests, settings, several, trade, uploads)
_TOLD = re.compile(r"[0-9A-Za-z]{1,4}", re.ASCII)
LONGEST = 60  # signs of a code that is looked up


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Every code there is, by its name."""

    entries: Mapping[str, Meaning]

    def find(self, code: str) -> Meaning | None:
        """Return what a code means, by its family where it has no entry; None for no code."""
        if code in self.entries:
            return self.entries[code]
        start, dash, last = code[:LONGEST].rpartition("-")
        return self.entries.get(start + dash + FAMILY) if _TOLD.fullmatch(last) else None

    def __contains__(self, code: object) -> bool:
        """Say whether a code has an entry, or is of a family that has one."""
        return isinstance(code, str) and self.find(code) is not None

    def grouped(self) -> Iterator[tuple[Met, Sequence[Meaning]]]:
        """Yield the entries by where they are met first, in the order of `Met`."""
        for met in Met:
            rows = [one for one in self.entries.values() if one.met[0] is met]
            yield met, sorted(rows, key=_in_order)

    def near(self, code: str) -> str:
        """Return the code that was probably meant, "" when none is like it."""
        close = difflib.get_close_matches(code.lower()[:LONGEST], self.entries, n=1)
        return close[0] if close else ""


def catalogue(formats: Mapping[str, object]) -> Catalogue:
    """Return the catalogue with what the formats (`hub.formats`) say of their own codes."""
    rooms = (*_OURS, *formats.values())
    entries: Sequence[Meaning] = [one for room in rooms for one in getattr(room, "MEANINGS", ())]
    return Catalogue(entries={one.code: one for one in entries})


def _in_order(one: Meaning) -> tuple[str, int, str]:
    """Codes that end in a number stand by it."""
    start, _, last = one.code.rpartition("-")
    return (start, int(last), "") if last.isdecimal() else (one.code, -1, "")
