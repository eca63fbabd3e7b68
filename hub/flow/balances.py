"""A warehouse's balance (846) held against our book: differences are shown, never overwritten.

A balance of goods that are ours is not news but a check. Where it says another number than our book
it waits for a person, unless the page trusts it; either way the difference becomes a row of the
book. What may have left without our having heard (asked for, not told shipped) is no difference.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from hub.domain.exchange import told
from hub.domain.facts import Stuck
from hub.domain.feeds import Counted
from hub.domain.telling import foremost
from hub.domain.warehouse_stock import Difference, Kind, Movement, event_id, unlike
from hub.flow.parts import Parts
from hub.store import DocumentRow, Feed, Transaction

DIFFERS = "differs"
"""The code of the problem of one article of which a paper says another number than expected."""


@dataclass(slots=True, kw_only=True)
class Balance:
    """What one report says of every article, and how that differs from our book."""

    partner: str
    rule: Literal["ask", "trust"]
    told: dict[str, int] = field(default_factory=dict)
    unlike: tuple[Difference, ...] = ()
    unbooked: tuple[str, ...] = ()

    def add(self, row: Counted) -> None:
        """Add what a row says; an article lies in several places."""
        self.told[row.sku] = self.told.get(row.sku, 0) + row.quantity


def begun(parts: Parts, partner_id: str) -> Balance | None:
    """Return an empty balance of a warehouse that holds what is ours, None for other partners."""
    partner = parts.partners.get(partner_id)
    if not partner.holds_ours:
        return None
    return Balance(partner=partner_id, rule=partner.warehouse.balance)


def waits(parts: Parts, balance: Balance | None, feed: Feed) -> bool:
    """Hold a balance against the book, and say whether a person has to decide."""
    if balance is None:
        return False
    with parts.store.read() as tx:
        book = tx.depot.book(balance.partner, as_of=feed.as_of)
        reserved = tx.reservations.of(book)
    asked = {
        sku: sum(one.quantity for one in rows if one.event_at is None)
        for (partner, sku), rows in reserved.items()
        if partner == balance.partner
    }
    balance.unlike = tuple(unlike(book, balance.told, asked=asked, full=feed.full))
    balance.unbooked = tuple(sorted(balance.told.keys() - book.keys()))
    if not balance.unlike or balance.rule == "trust":
        return False
    return not parts.store.write_levels(lambda desk: desk.accepted(feed.feed))


def stuck(balance: Balance, row: DocumentRow) -> Stuck:
    """Return what is told of a balance that waits, an article each."""
    rows = tuple(one.problem() for one in balance.unlike)
    return Stuck(
        hold=balance_hold(row.partner),
        kind="balance-differs",
        partner=row.partner,
        text=f"{row.set_id} {row.number} from {row.partner} differs from our book in "
        f"{len(rows)} articles: {told([one.text for one in rows])}. It waits, the levels stay as "
        "they are.",
        next_step=f"Have it counted; if the warehouse is right: `hub depot accept {row.id}`. Else "
        "ask for a new balance; the next one takes its place.",
        problems=foremost(rows),
    )


def balance_hold(partner: str) -> str:
    """Return what a warehouse's balance is held under while it differs."""
    return f"balance:{partner}"


def book(
    tx: Transaction, balance: Balance | None, feed: Feed, *, row: DocumentRow, now: datetime
) -> None:
    """Book what a balance brought: articles it begins with, and each difference that counts now."""
    if balance is None:
        return
    before = feed.as_of - timedelta(microseconds=1)  # a balance of that moment knows it
    rows = [(Kind.OPENING, sku, balance.told[sku]) for sku in balance.unbooked]
    rows += [(Kind.BALANCE, one.sku, one.by) for one in balance.unlike]
    tx.depot.add(
        [
            Movement(
                id=event_id(row.partner, "balance", row.id, sku, 0),
                partner=row.partner,
                sku=sku,
                kind=kind,
                quantity=units,
                at_least=before,
                at_most=before,
                reason="",
                reference=row.number,
                document_id=row.id,
            )
            for kind, sku, units in rows
        ],
        at=now,
    )
    tx.exceptions.clear(balance_hold(row.partner), at=now, by=row.id)


def book_by_hand(
    tx: Transaction, partner: str, level: Counted, *, input_id: str, now: datetime
) -> None:
    """Book by how much a person's count of one article differs from the book, if it does."""
    standing = tx.depot.book(partner, as_of=now).get(level.sku)
    by = level.quantity - (standing.units if standing else 0)
    if standing is not None and not by:
        return
    before = now - timedelta(microseconds=1)
    counted = Movement(
        id=event_id(partner, "by-hand", input_id, level.sku, 0),
        partner=partner,
        sku=level.sku,
        kind=Kind.BALANCE if standing else Kind.OPENING,
        quantity=by,
        at_least=before,
        at_most=before,
        reason="counted by hand",
        reference="",
        document_id=input_id,
    )
    tx.depot.add([counted], at=now)
