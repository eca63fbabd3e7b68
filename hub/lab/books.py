"""What a simulated supplier remembers across restarts: files, orders, its shelf, papers due."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from hub.lab.asked import AskedLine, AskedOrder
from hub.lab.post import put
from hub.lab.voice import Kind, Spoiled


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One paper on a purchase order, `order`, and when it is to be written.

    A ship notice has a `wave` and no body before it is written. `file` and `control` are empty
    until then; `put` says that it lay in the outbox, `void` that there was nothing left to write.
    `spoiled` is how it is wrong, `corrected` says that it was said again without its mistake.
    """

    kind: Kind
    order: str
    at: datetime
    body: str = ""
    wave: int = 0
    spoiled: Spoiled = Spoiled.NOT
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

    order: AskedOrder
    taken_back: dict[str, int] = field(default_factory=dict)


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
            self.orders[number] = Kept(order=_order(row["order"]), taken_back=row["taken_back"])
        for row in kept["papers"]:
            kinds = {"kind": Kind(row["kind"]), "spoiled": Spoiled(row["spoiled"])}
            at = datetime.fromisoformat(row["at"])
            self.papers.append(Due(**{**row, **kinds, "at": at}))

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
        """Plan a spoiled paper anew without its mistake; None when that was done before."""
        if paper.corrected:
            return None
        again = Due(kind=paper.kind, order=paper.order, at=at, body=paper.body, wave=paper.wave)
        self.papers.append(again)
        self.changed(paper, replace(paper, corrected=True))
        return again

    def changed(self, before: Due, after: Due) -> Due:
        """Put a paper in place of its former self, and keep everything."""
        self.papers[self.papers.index(before)] = after
        self.write()
        return after


def _order(row: dict[str, Any]) -> AskedOrder:
    lines = [AskedLine(**{**one, "products": tuple(one["products"])}) for one in row["lines"]]
    return AskedOrder(**{**row, "lines": tuple(lines)})
