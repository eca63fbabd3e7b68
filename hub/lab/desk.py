"""How a simulated supplier works on an order: which papers follow from it, and what is in them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hub.lab.asked import AskedChange, AskedOrder
from hub.lab.books import Books, Due, Kept
from hub.lab.misdeeds import Misdeed, bent
from hub.lab.terms import (
    ANY,
    FIRST,
    LATE,
    REST,
    SLOW,
    Answered,
    Departure,
    Pace,
    Terms,
    answer,
    departure,
    is_among,
)
from hub.lab.voice import Bill, Count, Kind, Shelved, Spoiled, Voice
from hub.lab.x12 import Company

WHOLE, CHANGES = 1, 2  # the two kinds of stock report, as waves


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """Who a simulated supplier is: short name, name on paper, envelope names, terms, goods.

    `kind` is that of its page, `speaks` its language. `misdeeds` bend the terms of some orders;
    `seed` decides by lot which. `pace`, `limits` and `silence` are its own where they are given.
    One that does not `count` has everything, always.
    `change_limit` is how long its page waits for an answer to a change. One that `collects` gets
    its orders together, long after the demo; the others get each at once.
    """

    key: str
    name: str
    company: Company
    terms: Terms
    kind: str = "supplier"
    speaks: str = "x12"
    articles: tuple[Shelved, ...] = ()
    change_limit: str = "1h"
    collects: bool = False
    misdeeds: tuple[Misdeed, ...] = ()
    seed: int = 0
    pace: Pace | None = None
    limits: Mapping[str, str] = field(default_factory=dict)
    silence: str = "decline"
    counts: bool = True

    def terms_of(self, order: str) -> Terms:
        """Return the terms for a purchase order of that number."""
        return bent(self.terms, self.misdeeds, firm=self.key, order=order, seed=self.seed)


class Desk:
    """One supplier's desk over its books; it plans papers and writes none."""

    def __init__(self, firm: Firm, voice: Voice, books: Books, pace: Pace) -> None:
        self._firm = firm
        self._voice = voice
        self._books = books
        self._pace = pace

    # --- the shelf ------------------------------------------------------------------------------

    def open(self, stock: dict[str, int], now: datetime) -> None:
        """Begin the day: the whole shelf is counted."""
        if not self._books.shelf:
            self._books.shelf = dict(stock)
        self._plan(Kind.STOCK, "", now, wave=WHOLE)
        self._books.write()

    def restock(self, now: datetime) -> None:
        """Let come in what its terms say, and tell of it; a second time nothing comes."""
        known = any(due.kind is Kind.STOCK and due.wave == CHANGES for due in self._books.papers)
        if self._firm.terms.arriving and not known:
            self._plan(Kind.STOCK, "", now, wave=CHANGES)
            self._books.write()

    def count_again(self, now: datetime) -> None:
        """Tell of the whole shelf once more."""
        self._plan(Kind.STOCK, "", now, wave=WHOLE)
        self._books.write()

    def _counted(self, due: Due, now: datetime) -> str:
        arriving = self._firm.terms.arriving
        shelf = self._books.shelf
        changes = due.wave == CHANGES
        for sku, packs in arriving.items() if changes else ():
            shelf[sku] += packs
        count = Count(
            name=f"ST-{self._books.last_number}",
            articles=[one for one in self._firm.articles if not changes or one.sku in arriving],
            shelf=shelf,
            changes=changes,
        )
        return self._voice.count(count, at=now)

    # --- an order -------------------------------------------------------------------------------

    def ordered(self, order: AskedOrder, now: datetime) -> None:
        """Plan what follows from a purchase order that was not seen before."""
        number, pace = order.number, self._pace
        terms = self._firm.terms_of(number)
        self._books.orders[number] = Kept(order=order)
        answers = _answers(order, terms)
        skus = {one.line.sku for one in answers}
        name = f"{self._firm.key.upper()}-{len(self._books.taken):05d}"
        said_at = now + (pace.rest if skus & terms.late else pace.response)
        body = self._voice.response(order, answers, name=name, at=now)
        self._plan(Kind.RESPONSE, number, said_at, body)
        for wave in sorted(
            {wave for one in answers for wave, packs in one.leaving.items() if packs}
        ):
            self._plan(Kind.NOTICE, number, now + self._after(wave, skus, terms), wave=wave)
        self._tell_more(order, terms, answers, said_at + pace.report)

    def _after(self, wave: int, skus: set[str], terms: Terms) -> timedelta:
        """How long after the order a wave leaves."""
        pace = self._pace
        waves = {FIRST: pace.shipping, REST: pace.rest, LATE: pace.late, SLOW: pace.slowest}
        by = [more for sku, more in terms.delayed.items() if sku in skus or sku == ANY]
        return pace.shipping + max(by) if wave == LATE and by else waves[wave]

    def _tell_more(
        self, order: AskedOrder, terms: Terms, answers: Sequence[Answered], at: datetime
    ) -> None:
        put_off = [
            (one.line, (at + timedelta(days=terms.put_off[one.line.sku])).date())
            for one in answers
            if one.line.sku in terms.put_off
        ]
        if put_off:
            body = self._voice.report(order, put_off, at=at)
            self._plan(Kind.REPORT, order.number, at, body)
        if any(one.line.sku in terms.advised for one in answers):
            self._plan(Kind.ADVICE, order.number, at, self._voice.advice(order, at=at))

    # --- a change -------------------------------------------------------------------------------

    def changed(self, change: AskedChange, now: datetime) -> None:
        """Plan the answer to a change; units given back leave no more."""
        number = change.order
        kept = self._books.orders.get(number)
        if kept is None:
            return
        lines = {line.number: line for line in kept.order.lines}
        every = dict.fromkeys(lines, 0) if change.whole or change.complete else {}
        stands = {**every, **{line: n for line, n in change.stands.items() if line in lines}}
        skus = {lines[line].sku for line in stands}
        self._hurry(number, now + self._pace.late)
        terms = self._firm.terms_of(number)
        if any(is_among(sku, terms.silent) for sku in skus):
            return
        back = {line: lines[line].quantity - packs for line, packs in stands.items()}
        yes = not any(is_among(sku, terms.packed) for sku in skus)
        yes = yes and self._has_still(number, kept, back)
        if yes:
            kept.taken_back |= back
        body = self._voice.change_answer(change, yes=yes, at=now)
        self._plan(Kind.CHANGE_ANSWER, number, now + self._pace.response, body)

    def _hurry(self, number: str, at: datetime) -> None:
        """Nothing is waited for any more: what is slow leaves then."""
        for due in self._books.of_order(number):
            if due.wave == SLOW and due.waits and due.at > at:
                self._books.changed(due, replace(due, at=at))

    def _has_still(self, number: str, kept: Kept, back: dict[str, int]) -> bool:
        """Whether nothing that is wanted back has left."""
        gone = {
            due.wave for due in self._books.of_order(number) if due.kind is Kind.NOTICE and due.file
        }
        for one in _answers(kept.order, self._firm.terms_of(number)):
            left = one.left(back.get(one.line.number, 0))
            if any(left[wave] < one.leaving[wave] for wave in gone & one.leaving.keys()):
                return False
        return True

    # --- papers ---------------------------------------------------------------------------------

    def composed(self, due: Due, now: datetime) -> Due:
        """Return a paper that is due with its body, or void; what follows from it is planned.

        Until then nobody knows what of a departure is taken back.
        """
        if due.body or due.void:
            return due
        if due.kind is Kind.STOCK:
            return self._books.changed(due, replace(due, body=self._counted(due, now)))
        leaving = self._departure(due) if due.kind is Kind.NOTICE else None
        if leaving is None:
            return self._books.changed(due, replace(due, void=True))
        for line, packs in leaving.lines:
            if line.sku in self._books.shelf:
                self._books.shelf[line.sku] -= packs
        order = self._books.orders[due.order].order
        body = self._voice.notice(order, leaving, place=self._firm.name, at=now)
        spoiled = Spoiled.MISPRINT if leaving.misprinted else due.spoiled
        full = replace(due, body=body, spoiled=spoiled)
        if not full.spoiled:
            self.follow(full, now)
        return self._books.changed(due, full)

    def follow(self, notice: Due, now: datetime) -> None:
        """Plan what follows a ship notice that can be read: the invoice, and its drivers' word."""
        leaving = self._departure(notice) if notice.kind is Kind.NOTICE else None
        if leaving is None:
            return
        order, pace = self._books.orders[notice.order].order, self._pace
        terms = self._firm.terms_of(notice.order)
        skus = {line.sku for line, _ in leaving.lines}
        dearer = frozenset(sku for sku in skus if is_among(sku, terms.overcharged))
        bill = Bill(departure=leaving, dearer=dearer, wrong=terms.mistotalled)
        body = self._voice.invoice(order, bill, at=now)
        self._plan(Kind.INVOICE, notice.order, now + pace.invoice, body)
        if any(line.sku in terms.carried for line, _ in leaving.lines):
            at = now + pace.driving
            body = self._voice.brought(order, leaving, at=at)
            self._plan(Kind.DELIVERY, notice.order, at, body)

    def _departure(self, due: Due) -> Departure | None:
        kept, terms = self._books.orders[due.order], self._firm.terms_of(due.order)
        answers = _answers(kept.order, terms)
        return departure(due.order, due.wave, answers, kept.taken_back, terms)

    def _plan(self, kind: Kind, order: str, at: datetime, body: str = "", *, wave: int = 0) -> None:
        terms = self._firm.terms_of(order)
        if kind in terms.unsaid:
            return
        spoiled = Spoiled.COUNT if kind in terms.miscounted else Spoiled.NOT
        due = Due(kind=kind, order=order, at=at, body=body, wave=wave, spoiled=spoiled)
        self._books.papers.append(due)

    def due(self, now: datetime) -> Iterator[Due]:
        """Return the papers that are to be written by now, ready; what is void is left out."""
        for planned in [one for one in self._books.papers if one.waits and one.at <= now]:
            ready = self.composed(planned, now)
            if not ready.void:
                yield ready


def _answers(order: AskedOrder, terms: Terms) -> list[Answered]:
    return [answer(line, terms) for line in order.lines]
