"""How a simulated supplier works on an order: which papers follow from it, and what is in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub.lab import accounts, news, papers
from hub.lab.accounts import DELTA, FULL, Shelved
from hub.lab.books import Books, Due, Kept
from hub.lab.terms import (
    FIRST,
    LATE,
    REST,
    SLOW,
    Answered,
    Departure,
    Pace,
    Terms,
    answer,
    asked_lines,
    departure,
)
from hub.lab.x12 import Company, Paper, Segment

WHOLE, CHANGES = 1, 2  # the two kinds of stock report, as waves


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """Who a simulated supplier is: short name, name on paper, envelope names, terms, goods.

    `change_limit` is how long its page waits for an answer to a change. One that `collects` gets
    its orders together, long after the demo; the others get each at once.
    """

    key: str
    name: str
    company: Company
    terms: Terms
    articles: tuple[Shelved, ...] = ()
    change_limit: str = "1h"
    collects: bool = False


class Desk:
    """One supplier's desk over its books; it plans papers and writes none."""

    def __init__(self, firm: Firm, books: Books, pace: Pace) -> None:
        self._firm = firm
        self._books = books
        self._pace = pace

    # --- the shelf ------------------------------------------------------------------------------

    def open(self, stock: dict[str, int], now: datetime) -> None:
        """Begin the day: the whole shelf is counted."""
        if not self._books.shelf:
            self._books.shelf = dict(stock)
        self._plan("846", "", now, wave=WHOLE)
        self._books.write()

    def restock(self, now: datetime) -> None:
        """Let come in what its terms say, and tell of it; a second time nothing comes."""
        known = any(due.set_id == "846" and due.wave == CHANGES for due in self._books.papers)
        if self._firm.terms.arriving and not known:
            self._plan("846", "", now, wave=CHANGES)
            self._books.write()

    def _counted(self, due: Due, now: datetime) -> list[Segment]:
        arriving = self._firm.terms.arriving
        shelf = self._books.shelf
        changes = due.wave == CHANGES
        for sku, packs in arriving.items() if changes else ():
            shelf[sku] += packs
        return accounts.count(
            [one for one in self._firm.articles if not changes or one.sku in arriving],
            shelf,
            purpose=DELTA if changes else FULL,
            name=f"ST-{self._books.last_number}",
            at=now,
        )

    # --- an order -------------------------------------------------------------------------------

    def ordered(self, order: Paper, now: datetime) -> None:
        """Plan what follows from a purchase order that was not seen before."""
        number, terms, pace = order.first("BEG")[3], self._firm.terms, self._pace
        self._books.orders[number] = Kept(segments=order.segments)
        answers = _answers(order, terms)
        skus = {one.line.sku for one in answers}
        name = f"{self._firm.key.upper()}-{len(self._books.taken):05d}"
        said_at = now + (pace.rest if skus & terms.late else pace.response)
        rows = papers.response(order, answers, name=name, at=now)
        self._plan("855", number, said_at, rows)
        waves = {FIRST: pace.shipping, REST: pace.rest, LATE: pace.late, SLOW: pace.slowest}
        for wave in sorted({wave for one in answers for wave in one.leaving}):
            self._plan("856", number, now + waves[wave], wave=wave)
        self._tell_more(order, number, answers, said_at + pace.report)

    def _tell_more(
        self, order: Paper, number: str, answers: Sequence[Answered], at: datetime
    ) -> None:
        terms = self._firm.terms
        put_off = [
            (one.line, (at + timedelta(days=terms.put_off[one.line.sku])).date())
            for one in answers
            if one.line.sku in terms.put_off
        ]
        if put_off:
            self._plan("870", number, at, news.report(order, put_off, at=at))
        if any(one.line.sku in terms.advised for one in answers):
            self._plan("824", number, at, news.advice(order, at=at))

    # --- a change -------------------------------------------------------------------------------

    def changed(self, change: Paper, now: datetime) -> None:
        """Plan the answer to a change; units given back leave no more."""
        number = change.first("BCH")[3]
        kept = self._books.orders.get(number)
        if kept is None:
            return
        lines = {line.number: line for line in asked_lines(kept.paper)}
        stands = {row[1]: int(row[3]) for row in change.segments if row[0] == "POC"}
        skus = {lines[line].sku for line in stands if line in lines}
        self._hurry(number, now + self._pace.late)
        terms = self._firm.terms
        if skus & terms.silent:
            return
        back = {line: lines[line].quantity - packs for line, packs in stands.items()}
        yes = not skus & terms.packed and self._has_still(number, kept, back)
        if yes:
            kept.taken_back |= back
        rows = news.change_answer(change, yes=yes, at=now)
        self._plan("865", number, now + self._pace.response, rows)

    def _hurry(self, number: str, at: datetime) -> None:
        """Nothing is waited for any more: what is slow leaves then."""
        for due in self._books.of_order(number):
            if due.wave == SLOW and due.waits and due.at > at:
                self._books.changed(due, replace(due, at=at))

    def _has_still(self, number: str, kept: Kept, back: dict[str, int]) -> bool:
        """Whether nothing that is wanted back has left."""
        gone = {
            due.wave for due in self._books.of_order(number) if due.set_id == "856" and due.file
        }
        for one in _answers(kept.paper, self._firm.terms):
            left = one.left(back.get(one.line.number, 0))
            if any(left[wave] < one.leaving[wave] for wave in gone & one.leaving.keys()):
                return False
        return True

    # --- papers ---------------------------------------------------------------------------------

    def composed(self, due: Due, now: datetime) -> Due:
        """Return a paper that is due with its segments, or void; what follows from it is planned.

        Until then nobody knows what of a departure is taken back.
        """
        if due.segments or due.void:
            return due
        if due.set_id == "846":
            return self._books.changed(due, replace(due, segments=tuple(self._counted(due, now))))
        leaving = self._departure(due)
        if leaving is None:
            return self._books.changed(due, replace(due, void=True))
        order = self._books.orders[due.order].paper
        for line, packs in leaving.lines:
            if line.sku in self._books.shelf:
                self._books.shelf[line.sku] -= packs
        rows = papers.notice(order, leaving, place=self._firm.name, at=now)
        full = replace(due, segments=tuple(rows), misprinted=leaving.misprinted)
        if not full.misprinted:
            self.follow(full, now)
        return self._books.changed(due, full)

    def follow(self, notice: Due, now: datetime) -> None:
        """Plan what follows a ship notice that can be read: the invoice, and its drivers' word."""
        leaving = self._departure(notice)
        if leaving is None:
            return
        order, terms, pace = self._books.orders[notice.order].paper, self._firm.terms, self._pace
        rows = accounts.invoice(order, leaving, overcharged=terms.overcharged, at=now)
        self._plan("810", notice.order, now + pace.invoice, rows)
        if any(line.sku in terms.carried for line, _ in leaving.lines):
            at = now + pace.driving
            self._plan("214", notice.order, at, news.brought(order, leaving, at=at))

    def _departure(self, due: Due) -> Departure | None:
        kept, terms = self._books.orders[due.order], self._firm.terms
        answers = _answers(kept.paper, terms)
        return departure(due.order, due.wave, answers, kept.taken_back, terms)

    def _plan(
        self, set_id: str, order: str, at: datetime, rows: Sequence[Segment] = (), *, wave: int = 0
    ) -> None:
        due = Due(set_id=set_id, order=order, at=at, segments=tuple(rows), wave=wave)
        self._books.papers.append(due)

    def due(self, now: datetime) -> Iterator[Due]:
        """Return the papers that are to be written by now, ready; what is void is left out."""
        for planned in [one for one in self._books.papers if one.waits and one.at <= now]:
            ready = self.composed(planned, now)
            if not ready.void:
                yield ready


def _answers(order: Paper, terms: Terms) -> list[Answered]:
    return [answer(line, terms) for line in asked_lines(order)]
