"""A simulated partner: reads what the hub sent and says what its desk has planned.

For every order it writes a response, ship notices and invoices, and what its terms add; a change
gets its answer. Where its language has receipts, it receipts what it reads, and never a receipt.
The same purchase order seen again gets the same papers again, byte for byte.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from hub.lab.asked import AskedOrder, Heard, Verdict
from hub.lab.books import Books, Due
from hub.lab.desk import Desk, Firm
from hub.lab.post import Post, put
from hub.lab.terms import Pace
from hub.lab.voice import Kind, Spoiled, Voice


class Supplier:
    """One partner; `step` does what is due and returns at once. Not for two threads at once."""

    def __init__(
        self,
        home: Path,
        *,
        firm: Firm,
        voice: Voice,
        post: Post,
        clock: Callable[[], datetime],
        pace: Pace,
    ) -> None:
        self.firm = firm
        self._kept = home / "books"
        self._kept.mkdir(parents=True, exist_ok=True)
        self._voice = voice
        self._post = post
        self._clock = clock
        self._pace = pace
        self._books = Books(self._kept / "books.json")
        self._desk = Desk(firm, voice, self._books, pace)
        self._finish()

    def open(self, stock: Mapping[str, int]) -> None:
        """Begin to count its shelf, of which `stock` is what it had on its first day."""
        self._desk.open(dict(stock), self._clock())

    def restock(self) -> None:
        """Let come in what its terms say, once, and tell of it."""
        self._desk.restock(self._clock())

    def count_again(self) -> None:
        """Tell of its whole shelf once more."""
        self._desk.count_again(self._clock())

    def step(self) -> int:
        """Take in new messages and say what is due; returns how many of both."""
        now = self._clock()
        taken = sum(self._take(name, text, now) for name, text in self._post.arrived())
        if taken:
            self._books.write()
        return taken + sum(self._write(paper) for paper in self._desk.due(now))

    def next_at(self) -> datetime | None:
        """Return when it will say something next; None when it owes nothing."""
        return min((paper.at for paper in self._books.papers if paper.waits), default=None)

    def said(self) -> Counter[str]:
        """Count what it has said so far, by kind."""
        return Counter(str(paper.kind) for paper in self._books.papers if paper.put)

    def owes(self) -> int:
        """Return how many papers are still to be written."""
        return sum(paper.waits for paper in self._books.papers)

    def untaken(self) -> int:
        """Return how many papers lie in the outbox."""
        return self._post.untaken()

    # --- reading --------------------------------------------------------------------------------

    def _take(self, name: str, text: str, now: datetime) -> int:
        if not self._voice.whole(text) or not self._books.take(name, text):
            return 0
        heard = self._voice.read(text)
        self._receipt(heard, now)
        for order in heard.orders:
            self._ordered(order, now)
        for change in heard.changes:
            self._desk.changed(change, now)
        for verdict in heard.verdicts:
            self._judged(verdict, now)
        return 1

    def _receipt(self, heard: Heard, now: datetime) -> None:
        asked = [one.number for one in heard.orders] + [one.order for one in heard.changes]
        if any(Kind.RECEIPT in self.firm.terms_of(order).unsaid for order in asked):
            return
        at = now + self._pace.receipt
        for body in heard.receipts:
            self._books.papers.append(Due(kind=Kind.RECEIPT, order="", at=at, body=body))

    def _ordered(self, order: AskedOrder, now: datetime) -> None:
        known = self._books.of_order(order.number)
        for paper in known:
            self._send_again(paper)
        if not known:
            self._desk.ordered(order, now)

    def _judged(self, verdict: Verdict, now: datetime) -> None:
        """A rejected paper of ours is corrected and sent again under new numbers."""
        for paper in list(self._books.papers):
            if paper.control == verdict.control and paper.spoiled and not verdict.good:
                self._correct(paper, now + self._pace.response)

    def _correct(self, paper: Due, at: datetime) -> None:
        if self._books.correct(paper, at=at) is not None:
            self._desk.follow(paper, at)

    # --- writing --------------------------------------------------------------------------------

    def _write(self, paper: Due) -> int:
        written = self._numbered(paper)
        self._post.send(written.file, (self._kept / written.file).read_text())
        seen = self._books.seen(written)
        terms = self.firm.terms_of(paper.order)
        if paper.kind in terms.repeated:
            self._post.send(f"again_{written.file}", (self._kept / written.file).read_text())
        if paper.kind in terms.doubled:
            self._double(seen)
        if paper.spoiled and not self._voice.receipts:  # nobody will tell it: it finds out itself
            self._correct(seen, self._clock() + self._pace.response)
        return 1

    def _numbered(self, paper: Due) -> Due:
        """Put a paper into its envelope, keep both, and note under which name and number."""
        number = self._books.number()
        body = paper.body
        if paper.spoiled is Spoiled.MISPRINT:
            body = self._voice.misprinted(paper.kind, body)
        text = self._voice.enveloped(paper.kind, body, number=number, at=self._clock())
        if paper.spoiled is Spoiled.COUNT:
            text = self._voice.miscounted(paper.kind, text)
        set_id = self._voice.named(paper.kind)
        file = f"{self.firm.key}_{set_id}_{number:09d}{self._voice.suffix}"
        put(self._kept / file, text)
        return self._books.written(paper, file=file, control=number)

    def _double(self, paper: Due) -> None:
        """Say a paper again, in a message of its own."""
        copy = Due(
            kind=paper.kind, order=paper.order, at=paper.at, body=paper.body, wave=paper.wave
        )
        self._books.papers.append(copy)
        again = self._numbered(copy)
        self._post.send(again.file, (self._kept / again.file).read_text())
        self._books.seen(again)

    def _send_again(self, paper: Due) -> None:
        if paper.file:
            self._post.send(paper.file, (self._kept / paper.file).read_text())

    def _finish(self) -> None:
        """What was numbered but perhaps never seen is put out, unchanged."""
        for paper in list(self._books.papers):
            if paper.file and not paper.put:
                self._send_again(paper)
                self._books.seen(paper)
