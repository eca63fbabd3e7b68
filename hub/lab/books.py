"""What a simulated supplier remembers across restarts: files, orders, its shelf, papers due."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from hub.lab.x12 import Paper, Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One paper on a purchase order, `order`, and when it is to be written.

    A ship notice has a `wave` and no segments before it is written. `file` and `control` are empty
    until then; `put` says that it lay in the outbox, `void` that there was nothing left to write.
    """

    set_id: str
    order: str
    at: datetime
    segments: tuple[Segment, ...] = ()
    wave: int = 0
    misprinted: bool = False
    corrected: bool = False
    file: str = ""
    control: int = 0
    put: bool = False
    void: bool = False

    @property
    def waits(self) -> bool:
        """Whether it is still to be written."""
        return not self.file and not self.void


@dataclass(slots=True, kw_only=True)
class Kept:
    """A purchase order as it came, with the packs of each line that were taken back since."""

    segments: tuple[Segment, ...]
    taken_back: dict[str, int] = field(default_factory=dict)

    @property
    def paper(self) -> Paper:
        """The 850."""
        return Paper(set_id="850", number="", segments=self.segments)


class Books:
    """A small file beside the supplier's folders, replaced whole at every change."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.taken: dict[str, str] = {}
        self.papers: list[Due] = []
        self.orders: dict[str, Kept] = {}
        self.shelf: dict[str, int] = {}
        self.last_number = 0
        if path.exists():
            self._read(json.loads(path.read_text()))

    def _read(self, kept: dict[str, Any]) -> None:
        self.taken, self.last_number = kept["taken"], kept["last_number"]
        self.shelf = kept["shelf"]
        for number, row in kept["orders"].items():
            self.orders[number] = Kept(**{**row, "segments": _segments(row["segments"])})
        for row in kept["papers"]:
            at = datetime.fromisoformat(row["at"])
            self.papers.append(Due(**{**row, "segments": _segments(row["segments"]), "at": at}))

    def write(self) -> None:
        """Keep everything; a reader sees the former books or these, never half."""
        kept = {
            "last_number": self.last_number,
            "taken": self.taken,
            "shelf": self.shelf,
            "orders": {number: asdict(order) for number, order in self.orders.items()},
            "papers": [{**asdict(paper), "at": paper.at.isoformat()} for paper in self.papers],
        }
        put(self._path, json.dumps(kept, indent=1))

    def take(self, name: str, text: str) -> bool:
        """Note a file; False when just this one was taken before."""
        digest = hashlib.sha256(text.encode()).hexdigest()
        if self.taken.get(name) == digest:
            return False
        self.taken[name] = digest
        return True

    def of_order(self, order: str) -> list[Due]:
        """Return every paper on a purchase order, written or not."""
        return [paper for paper in self.papers if paper.order == order]

    def number(self) -> int:
        """Return the next control number."""
        self.last_number += 1
        return self.last_number

    def written(self, paper: Due, *, file: str, control: int) -> Due:
        """Keep under which name and number a paper is to leave."""
        return self.changed(paper, replace(paper, file=file, control=control))

    def seen(self, paper: Due) -> Due:
        """Keep that a paper lay in the outbox."""
        return self.changed(paper, replace(paper, put=True))

    def correct(self, paper: Due, *, at: datetime) -> Due | None:
        """Plan a misprinted paper anew without its mistake; None when that was done before."""
        if paper.corrected:
            return None
        again = Due(set_id=paper.set_id, order=paper.order, at=at, segments=paper.segments)
        self.papers.append(again)
        self.changed(paper, replace(paper, corrected=True))
        return again

    def changed(self, before: Due, after: Due) -> Due:
        """Put a paper in place of its former self, and keep everything."""
        self.papers[self.papers.index(before)] = after
        self.write()
        return after


def _segments(rows: list[list[str]]) -> tuple[Segment, ...]:
    return tuple(tuple(row) for row in rows)


def put(path: Path, text: str) -> None:
    """Write a file that appears whole: under a hidden name first, then renamed."""
    hidden = path.with_name(f".{path.name}")
    hidden.write_text(text, newline="")
    hidden.rename(path)
