"""A partner that works at the portal and of whose people nobody can be told: the operator is.

The card closes by itself as soon as somebody is invited or let in again, and with the next order
that comes when a program of the partner's has got a key.
"""

from datetime import datetime

from hub.domain.facts import Stuck
from hub.domain.names import at_moment
from hub.flow.parts import DESK, Parts
from hub.store import AccountRow, Transaction


def look_whom_to_tell(tx: Transaction, parts: Parts, partner: str, *, now: datetime) -> None:
    """Open the card of a partner whose work nobody is told of, or close it.

    Nothing is told of a partner without a desk, nor while no work lies with it.
    """
    page = next((one for one in parts.partners.all if one.id == partner), None)
    if page is None or not any(channel.transport == DESK for channel in page.channels):
        return
    hold = f"untold:{partner}"
    people = tx.accounts.page(partner=partner)
    if _hears(tx, people, partner, now):
        tx.exceptions.clear(hold, at=now, by=partner)
    elif _has_work(tx, partner, now):
        stuck = _stuck(hold, partner, page.name, are_closed=bool(people))
        tx.exceptions.open(stuck, at=now, names=at_moment(hold, now))


def _hears(tx: Transaction, people: list[AccountRow], partner: str, now: datetime) -> bool:
    """Whether anybody may sign in, or a program of the partner's may ask."""
    if any(one.disabled_at is None for one in people):
        return True
    return any(key.partner == partner and key.is_good(now) for key in tx.keys.page())


def _has_work(tx: Transaction, partner: str, now: datetime) -> bool:
    counts = tx.shelves.counts(partner=partner, now=now)
    return counts.confirm + counts.ship > 0


def _stuck(hold: str, partner: str, name: str, *, are_closed: bool) -> Stuck:
    why = "every account of its people is closed" if are_closed else "nobody of it is invited"
    return Stuck(
        hold=hold,
        kind="nobody-told",
        partner=partner,
        text=f"Nobody is told of {name}'s orders: it works at the portal, and {why}.",
        next_step="Invite somebody, under Settings and People or with `hub users invite "
        f"NAME@EXAMPLE.COM --name NAME --role supplier_admin --partner {partner}`; then this "
        "closes by itself.",
    )
