"""A simulated supplier that lives in its SFTP home: reads `in`, answers into `out`.

For every 850 it writes a 997, an 855 and one or two 856. The same purchase order seen again gets
the same papers again, byte for byte. It never answers a 997.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hub.lab import papers
from hub.lab.books import Books, Due, put
from hub.lab.terms import Pace, Terms, answer, asked_lines, departures
from hub.lab.x12 import Company, Group, Paper, Segment, is_whole, read, write


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """Who a simulated supplier is: short name, name on paper, envelope names, terms."""

    key: str
    name: str
    company: Company
    terms: Terms


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
        self._finish()

    def step(self) -> int:
        """Take in new files and write what is due; returns how many of both."""
        now = self._clock()
        taken = sum(self._take(path, now) for path in sorted(self.inbox.iterdir()))
        if taken:
            self._books.write()
        return taken + sum(self._write(paper) for paper in self._due(now))

    def owes(self) -> int:
        """Return how many papers are still to be written."""
        return sum(not paper.file for paper in self._books.papers)

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
        self._plan("997", "", papers.receipt(group), now + self._pace.receipt)
        for paper in group.papers:
            if paper.set_id == "850":
                self._ordered(paper, now)

    def _ordered(self, order: Paper, now: datetime) -> None:
        number = order.first("BEG")[3]
        known = self._books.of_order(number)
        if known:
            for paper in known:
                self._put_again(paper)
            return
        terms, pace = self.firm.terms, self._pace
        answers = [answer(line, terms) for line in asked_lines(order)]
        name = f"{self.firm.key.upper()}-{len(self._books.taken):05d}"
        self._plan(
            "855", number, papers.response(order, answers, name=name, at=now), now + pace.response
        )
        leaving = departures(number, answers, terms)
        for departure in leaving:
            first = departure.notice.endswith("-1")
            at = now + (pace.shipping if first else pace.rest)
            rows = papers.notice(order, departure, place=self.firm.name, at=at)
            self._plan("856", number, rows, at, misprinted=departure.misprinted)

    def _plan(
        self,
        set_id: str,
        order: str,
        rows: list[Segment],
        at: datetime,
        *,
        misprinted: bool = False,
    ) -> None:
        self._books.papers.append(
            Due(set_id=set_id, order=order, at=at, segments=tuple(rows), misprinted=misprinted)
        )

    def _receipted(self, receipt: Paper, now: datetime) -> None:
        """A rejected paper of ours is corrected and sent again under new numbers."""
        verdict = next((row[1] for row in receipt.segments if row[0] == "AK5"), "A")
        control = int(receipt.first("AK1")[2])
        for paper in list(self._books.papers):
            if paper.control == control and paper.misprinted and verdict == "R":
                self._books.correct(paper, at=now + self._pace.response)

    # --- writing --------------------------------------------------------------------------------

    def _due(self, now: datetime) -> Iterator[Due]:
        return iter([p for p in self._books.papers if not p.file and p.at <= now])

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
