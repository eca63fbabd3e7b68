"""How a supplier's people want to hear of new work: each of them for themselves."""

from enum import StrEnum

from hub.flow.parts import Parts


class Notice(StrEnum):
    """When somebody is mailed of new orders."""

    IMMEDIATE = "immediate"
    DAYTIME = "daytime"
    DIGEST = "digest"
    NONE = "none"


UNSAID = Notice.IMMEDIATE
"""What holds for those who never said: an order that nobody hears of is late."""


def wish(parts: Parts, account_id: str) -> Notice:
    """Return how an account wants to hear of new work."""
    with parts.store.read() as tx:
        said = tx.supplying.notice(account_id)
    return UNSAID if said is None else Notice(said)


def set_wish(parts: Parts, account_id: str, notice: Notice) -> None:
    """Keep how an account wants to hear of new work."""
    now = parts.now()
    parts.store.write(lambda tx: tx.supplying.set_notice(account_id, notice, at=now))
