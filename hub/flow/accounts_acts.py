"""Links that let their holder do one act on one purchase order, once, without an account.

Looking at one changes nothing, however often a mail program does; using it is a step of its own.
"""

from dataclasses import dataclass
from datetime import datetime

from hub.access import House
from hub.domain.names import Names, stable
from hub.flow.accounts_common import new_token, record
from hub.flow.parts import Parts
from hub.partners import Channel
from hub.store import ActRow, Transaction

_ADDRESS = "adr"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActLink:
    """A link to one act, shown once; only its hash is kept."""

    id: str
    url: str
    token: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What a link's holder may do: this `purpose`, for this partner, on this `subject`, once.

    `id` is the same at every look: a good name for what is posted with it. It begins with whoever
    the link was handed to, where that is known.
    """

    id: str
    partner: str
    purpose: str
    subject: str
    until: datetime

    @property
    def holder(self) -> str:
        """Whom the link was handed to; empty for nobody in particular."""
        return self.id.rpartition(".")[0]


def act_link(
    tx: Transaction,
    parts: Parts,
    *,
    partner: str,
    purpose: str,
    subject: str,
    until: datetime,
    names: Names,
    holder: str = "",
) -> ActLink:
    """Keep a link to an act within a transaction and return it; who may mail it is not asked.

    `holder` is the account or address that it is handed to: when that is closed, or off the
    partner's page, the link is over.
    """
    act_id, token = names.new("act"), new_token(parts)
    act_id = f"{holder}.{act_id}" if holder else act_id
    tx.sessions.add_act(
        act_id=act_id,
        token=token,
        partner=partner,
        purpose=purpose,
        subject=subject,
        expires_at=until,
    )
    url = parts.room(House.PORTAL, f"/a/{token}")
    return ActLink(id=act_id, url=url, token=token, until=until)


def peek_act(parts: Parts, *, token: str) -> Act | None:
    """Return what a link allows, None when nothing (any more); it changes nothing."""
    with parts.store.read() as tx:
        row = tx.sessions.act(token)
    return None if row is None or not _works(parts, row) else _act(row)


def use_act(parts: Parts, *, token: str) -> Act | None:
    """Use a link up and return what it allowed; None when somebody did before, or it is over.

    When what it was used for came to nothing, `reopen_act` gives it back.
    """
    seed, now = parts.fresh(), parts.now()

    def work(tx: Transaction) -> Act | None:
        row = tx.sessions.act(token)
        if row is None or not _works(parts, row) or not tx.sessions.use_act(row.id, now=now):
            return None
        body = {"act": row.purpose, "partner": row.partner, "on": row.subject}
        record(tx, parts, Names(seed), account_id=row.id, body=body, who=row.partner, now=now)
        return _act(row)

    return parts.store.write(work)


def reopen_act(parts: Parts, *, act_id: str) -> None:
    """Let a link be used after all: what was tried with it changed nothing."""
    parts.store.write(lambda tx: tx.sessions.reopen_act(act_id))


def end_acts(tx: Transaction, *, partner: str, subject: str, now: datetime) -> int:
    """End every link of a partner on a subject within a transaction; return how many."""
    return tx.sessions.end_acts(partner=partner, subject=subject, at=now)


def address_holder(channel: Channel) -> str:
    """Return who holds the links that are mailed over a channel: its one address, by a hash."""
    return stable(_ADDRESS, channel.lane, str(getattr(channel.settings, "to", "")))


def _works(parts: Parts, row: ActRow) -> bool:
    return row.used_at is None and parts.now() < row.expires_at and _is_held(parts, _act(row))


def _is_held(parts: Parts, act: Act) -> bool:
    """Whether the address that a link was mailed to still stands on the partner's page."""
    if not act.holder.startswith(f"{_ADDRESS}_"):
        return True
    page = next((one for one in parts.partners.all if one.id == act.partner), None)
    return page is not None and act.holder in map(address_holder, page.channels)


def _act(row: ActRow) -> Act:
    return Act(
        id=row.id,
        partner=row.partner,
        purpose=row.purpose,
        subject=row.subject,
        until=row.expires_at,
    )
