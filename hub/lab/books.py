"""What a simulated supplier remembers across restarts: files taken, numbers used, papers due."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from hub.lab.x12 import Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One paper on a purchase order, `order`, and when it is to be written.

    `file` and `control` are empty until it is; `put` says that it then lay in the outbox.
    """

    set_id: str
    order: str
    at: datetime
    segments: tuple[Segment, ...]
    misprinted: bool = False
    corrected: bool = False
    file: str = ""
    control: int = 0
    put: bool = False


class Books:
    """A small file beside the supplier's folders, replaced whole at every change."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.taken: dict[str, str] = {}
        self.papers: list[Due] = []
        self.last_number = 0
        if path.exists():
            self._read(json.loads(path.read_text()))

    def _read(self, kept: dict[str, Any]) -> None:
        self.taken, self.last_number = kept["taken"], kept["last_number"]
        for row in kept["papers"]:
            segments = tuple(tuple(segment) for segment in row["segments"])
            at = datetime.fromisoformat(row["at"])
            self.papers.append(Due(**{**row, "segments": segments, "at": at}))

    def write(self) -> None:
        """Keep everything; a reader sees the former books or these, never half."""
        rows = [{**asdict(paper), "at": paper.at.isoformat()} for paper in self.papers]
        kept = {"last_number": self.last_number, "taken": self.taken, "papers": rows}
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
        return self._changed(paper, replace(paper, file=file, control=control))

    def seen(self, paper: Due) -> Due:
        """Keep that a paper lay in the outbox."""
        return self._changed(paper, replace(paper, put=True))

    def correct(self, paper: Due, *, at: datetime) -> None:
        """Plan a misprinted paper anew without its mistake, the first time this is asked."""
        if paper.corrected:
            return
        self.papers.append(
            Due(set_id=paper.set_id, order=paper.order, at=at, segments=paper.segments)
        )
        self._changed(paper, replace(paper, corrected=True))

    def _changed(self, before: Due, after: Due) -> Due:
        self.papers[self.papers.index(before)] = after
        self.write()
        return after


def put(path: Path, text: str) -> None:
    """Write a file that appears whole: under a hidden name first, then renamed."""
    hidden = path.with_name(f".{path.name}")
    hidden.write_text(text, newline="")
    hidden.rename(path)
