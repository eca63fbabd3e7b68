"""Lanes on which something waits and that no partner's page has any more: nobody works on them.

A page is taken away while papers wait, or gets another name; what waits would wait in silence.
Lanes of mails belong to brands and are not looked at.
"""

from collections.abc import Collection

from hub.domain.facts import Stuck
from hub.domain.names import at_moment
from hub.flow.owed_mails import mail_lane
from hub.flow.parts import Parts
from hub.store import Transaction

_HOLD = "page:"
_MAILS = mail_lane("")


def look_after(parts: Parts) -> int:
    """Tell of each such lane once, and close that when its page is back or nothing waits any more.

    Returns how many exceptions were opened and closed.
    """
    with parts.store.read() as tx:
        rows = tx.duties.owing(hold=_HOLD)
        waiting = {f"{partner}/{channel}" for partner, channel in tx.exchange.lanes_waiting()}
    waiting |= {lane for lane, owes, _ in rows if owes}
    told = {lane for lane, _, held in rows if held}
    gone = {lane for lane in waiting if is_pageless(parts, lane)}
    lost, back = sorted(gone - told), sorted(told - gone)
    if lost or back:
        parts.store.write(lambda tx: _tell(tx, parts, lost, back))
    return len(lost) + len(back)


def is_pageless(parts: Parts, lane: str) -> bool:
    """Say whether a lane is a partner's and on no page."""
    try:
        parts.partners.channel(lane)
    except KeyError:
        return not lane.startswith(_MAILS)
    return False


def _tell(tx: Transaction, parts: Parts, lost: Collection[str], back: Collection[str]) -> None:
    now = parts.now()
    for lane in lost:
        stuck = _stuck(lane)
        tx.exceptions.open(stuck, at=now, names=at_moment(stuck.hold, now))
    for lane in back:
        tx.exceptions.clear(f"{_HOLD}{lane}", at=now, by=lane)


def _stuck(lane: str) -> Stuck:
    partner, _, channel = lane.partition("/")
    return Stuck(
        hold=f"{_HOLD}{lane}",
        kind="no-page",
        partner=partner,
        text=f"Papers wait on {lane}, and no page has that channel any more: nothing of it moves.",
        next_step=f"Put the page of {partner} back with its channel {channel} and start the hub "
        "again: what waits leaves then by itself, and this closes.",
    )
