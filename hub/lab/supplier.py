"""A simulated supplier that lives in its SFTP home: reads `in`, answers into `out`.

For every 850 it writes a 997, an 855, ship notices and invoices, and what its terms add; an 860
gets a 997 and an 865. The same purchase order seen again gets the same papers again, byte for byte.
It never answers a 997.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from hub.lab import papers
from hub.lab.books import Books, Due, put
from hub.lab.desk import Desk, Firm
from hub.lab.terms import Pace
from hub.lab.x12 import Company, Group, Paper, is_whole, read, write


class X12Supplier:
    """One supplier; `step` does what is due and returns at once. Not for two threads at once."""

    def __init__(
        self,
        home: Path,
        *,
        firm: Firm,
        customer: Company,
        clock: Callable[[], datetime],
        pace: Pace,
    ) -> None:
        self.firm = firm
        self.inbox, self.outbox = home / "in", home / "out"
        self._kept = home / "books"
        for folder in (self.inbox, self.outbox, self._kept):
            folder.mkdir(parents=True, exist_ok=True)
        self._customer = customer
        self._clock = clock
        self._pace = pace
        self._books = Books(self._kept / "books.json")
        self._desk = Desk(firm, self._books, pace)
        self._finish()

    def open(self, stock: Mapping[str, int]) -> None:
        """Begin to count its shelf, of which `stock` is what it had on its first day."""
        self._desk.open(dict(stock), self._clock())

    def restock(self) -> None:
        """Let come in what its terms say, once, and tell of it."""
        self._desk.restock(self._clock())

    def step(self) -> int:
        """Take in new files and write what is due; returns how many of both."""
        now = self._clock()
        taken = sum(self._take(path, now) for path in sorted(self.inbox.iterdir()))
        if taken:
            self._books.write()
        return taken + sum(self._write(paper) for paper in self._desk.due(now))

    def owes(self) -> int:
        """Return how many papers are still to be written."""
        return sum(paper.waits for paper in self._books.papers)

    def untaken(self) -> int:
        """Return how many papers lie in the outbox."""
        return sum(path.suffix == ".edi" for path in self.outbox.iterdir())

    # --- reading --------------------------------------------------------------------------------

    def _take(self, path: Path, now: datetime) -> int:
        if path.name.startswith(".") or path.suffix != ".edi" or not path.is_file():
            return 0
        text = path.read_text()
        if not is_whole(text) or not self._books.take(path.name, text):
            return 0
        for group in read(text).groups:
            self._read_group(group, now)
        return 1

    def _read_group(self, group: Group, now: datetime) -> None:
        if group.function == "FA":  # no receipt for a receipt
            for paper in group.papers:
                self._receipted(paper, now)
            return
        receipt = Due(
            set_id="997",
            order="",
            at=now + self._pace.receipt,
            segments=tuple(papers.receipt(group)),
        )
        self._books.papers.append(receipt)
        for paper in group.papers:
            if paper.set_id == "850":
                self._ordered(paper, now)
            elif paper.set_id == "860":
                self._desk.changed(paper, now)

    def _ordered(self, order: Paper, now: datetime) -> None:
        known = self._books.of_order(order.first("BEG")[3])
        for paper in known:
            self._put_again(paper)
        if not known:
            self._desk.ordered(order, now)

    def _receipted(self, receipt: Paper, now: datetime) -> None:
        """A rejected paper of ours is corrected and sent again under new numbers."""
        verdict = next((row[1] for row in receipt.segments if row[0] == "AK5"), "A")
        control = int(receipt.first("AK1")[2])
        for paper in list(self._books.papers):
            if paper.control == control and paper.misprinted and verdict == "R":
                at = now + self._pace.response
                if self._books.correct(paper, at=at) is not None:
                    self._desk.follow(paper, at)

    # --- writing --------------------------------------------------------------------------------

    def _write(self, paper: Due) -> int:
        number = self._books.number()
        rows = papers.misprint(paper.segments) if paper.misprinted else list(paper.segments)
        text = write(
            [Paper(set_id=paper.set_id, number="0001", segments=tuple(rows))],
            function=papers.FUNCTIONS[paper.set_id],
            sender=self.firm.company,
            receiver=self._customer,
            number=number,
            at=self._clock(),
        )
        file = f"{self.firm.key}_{paper.set_id}_{number:09d}.edi"
        put(self._kept / file, text)
        written = self._books.written(paper, file=file, control=number)
        put(self.outbox / file, text)
        self._books.seen(written)
        return 1

    def _put_again(self, paper: Due) -> None:
        if paper.file:
            put(self.outbox / paper.file, (self._kept / paper.file).read_text())

    def _finish(self) -> None:
        """What was numbered but perhaps never seen is put out, unchanged."""
        for paper in list(self._books.papers):
            if paper.file and not paper.put:
                self._put_again(paper)
                self._books.seen(paper)
