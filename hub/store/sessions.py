"""Sessions of people who signed in, one-use links, and how often somebody tried.

Neither cookies nor tokens can be read back: they are found by their hash. What belongs to an epoch
of its account that is over counts for nothing, wherever the row may still stand.
"""

import hashlib
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    LargeBinary,
    Text,
    bindparam,
    delete,
    insert,
    select,
    true,
    update,
)

from hub.store.seals import Vault
from hub.store.statements import Connection, Row, Statement, micros, moment, moment_or_none
from hub.store.tables_accounts import account, account_link, account_session, account_try, act_link
from hub.store.upserts import upsert

_ADD = Statement(insert(account_session))
_STANDS = (account.c.disabled_at.is_(None), account.c.epoch == account_session.c.epoch)
_BY_COOKIE = Statement(
    select(
        account_session.c.id,
        account_session.c.account_id,
        account_session.c.full,
        account_session.c.by_link,
        account_session.c.epoch,
        account_session.c.began_at,
        account_session.c.seen_at,
    )
    .select_from(account_session.join(account))
    .where(
        account_session.c.cookie_hash == bindparam("cookie_hash", type_=LargeBinary),
        account.c.house == bindparam("house", type_=Text),
        *_STANDS,
    )
)
_OF_ACCOUNT = Statement(
    select(
        account_session.c.id,
        account_session.c.account_id,
        account_session.c.full,
        account_session.c.by_link,
        account_session.c.epoch,
        account_session.c.began_at,
        account_session.c.seen_at,
    )
    .select_from(account_session.join(account))
    .where(account_session.c.account_id == bindparam("of_account", type_=Text), *_STANDS)
)
_THIS = account_session.c.id == bindparam("session_id", type_=Text)
_TRY = Statement(
    update(account_session)
    .where(_THIS, account_session.c.tries < bindparam("most", type_=Integer))
    .values(tries=account_session.c.tries + 1)
)
_SEE = Statement(update(account_session).where(_THIS).values(seen_at=bindparam("at")))
_RENEW = Statement(
    update(account_session).where(_THIS).values(epoch=bindparam("now_epoch", type_=Integer))
)
_END = Statement(delete(account_session).where(_THIS))
_END_BY_COOKIE = Statement(
    delete(account_session)
    .where(account_session.c.cookie_hash == bindparam("cookie_hash", type_=LargeBinary))
    .returning(account_session.c.account_id)
)
_STANDING = Statement(
    select(account_session.c.id)
    .select_from(account_session.join(account))
    .where(_THIS, account_session.c.full == true(), *_STANDS)
)
_END_OTHERS = Statement(
    delete(account_session).where(
        account_session.c.account_id == bindparam("of_account", type_=Text),
        account_session.c.id != bindparam("kept", type_=Text),
    )
)
_FORGET = Statement(
    delete(account_session).where(
        account_session.c.began_at < bindparam("before", type_=BigInteger)
    )
)

_ADD_LINK = Statement(insert(account_link))
_LINK = Statement(
    select(account_link.c.id, account_link.c.account_id, account_link.c.kind)
    .select_from(account_link.join(account))
    .where(
        account_link.c.token_hash == bindparam("token_hash", type_=LargeBinary),
        account_link.c.expires_at > bindparam("now", type_=BigInteger),
        account.c.house == bindparam("house", type_=Text),
        account.c.disabled_at.is_(None),
        account.c.epoch == account_link.c.epoch,
    )
)
# Of two who bring one link at once, one finds the row gone.
_USE_LINK = Statement(
    delete(account_link).where(account_link.c.id == bindparam("link_id", type_=Text))
)
_DROP_LINKS = Statement(
    delete(account_link).where(account_link.c.account_id == bindparam("of_account", type_=Text))
)
_FORGET_LINKS = Statement(
    delete(account_link).where(account_link.c.expires_at < bindparam("before", type_=BigInteger))
)

_ADD_ACT = Statement(insert(act_link))
_ACT = Statement(
    select(
        act_link.c.id,
        act_link.c.partner,
        act_link.c.purpose,
        act_link.c.subject,
        act_link.c.expires_at,
        act_link.c.used_at,
    ).where(act_link.c.token_hash == bindparam("token_hash", type_=LargeBinary))
)
_THIS_ACT = act_link.c.id == bindparam("act_id", type_=Text)
_USE_ACT = Statement(
    update(act_link)
    .where(
        _THIS_ACT,
        act_link.c.used_at.is_(None),
        act_link.c.expires_at > bindparam("now", type_=BigInteger),
    )
    .values(used_at=bindparam("now", type_=BigInteger))
)
_REOPEN_ACT = Statement(update(act_link).where(_THIS_ACT).values(used_at=None))
_END_ACTS = Statement(
    update(act_link)
    .where(
        act_link.c.partner == bindparam("of_partner", type_=Text),
        act_link.c.subject == bindparam("of_subject", type_=Text),
        act_link.c.used_at.is_(None),
    )
    .values(used_at=bindparam("at"))
)
_END_ACTS_OF = Statement(
    update(act_link)
    .where(
        act_link.c.id.like(bindparam("held", type_=Text), escape="\\"),
        act_link.c.used_at.is_(None),
    )
    .values(used_at=bindparam("at"))
)
_FORGET_ACTS = Statement(
    delete(act_link).where(act_link.c.expires_at < bindparam("before", type_=BigInteger))
)

_TRIED = Statement(
    select(account_try.c.tries, account_try.c.tried_at, account_try.c.free_at).where(
        account_try.c.bucket == bindparam("counted", type_=LargeBinary)
    )
)
_COUNT_TRY = upsert(account_try, on=["bucket"], setting=["tries", "tried_at", "free_at"])
_DROP_TRIES = Statement(
    delete(account_try).where(account_try.c.bucket == bindparam("counted", type_=LargeBinary))
)
_FORGET_TRIES = Statement(
    delete(account_try).where(
        account_try.c.tried_at < bindparam("before", type_=BigInteger),
        account_try.c.free_at < bindparam("before", type_=BigInteger),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """One browser of one account; one that is not `full` waits for the second factor."""

    id: str
    account_id: str
    full: bool
    by_link: bool
    epoch: int
    began_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """A session that is to be kept; `epoch` is the account's when it was let in."""

    id: str
    cookie: str
    account_id: str
    epoch: int
    full: bool
    by_link: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """What a link that works is for."""

    id: str
    account_id: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRow:
    """What the holder of a link may do once, without an account."""

    id: str
    partner: str
    purpose: str
    subject: str
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """How often was tried lately, when last, and from when it may be tried again."""

    count: int
    last: datetime
    free_at: datetime


class Sessions:
    """Who is in, who may come in by a link, and who tried too often."""

    __slots__ = ("_connection", "_vault")

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    # --- sessions -------------------------------------------------------------------------------

    def begin(self, new: NewSession, *, at: datetime) -> None:
        """Keep that this browser is in, or waits for its second factor."""
        values = {
            "id": new.id,
            "cookie_hash": _hashed(new.cookie),
            "account_id": new.account_id,
            "epoch": new.epoch,
            "full": new.full,
            "by_link": new.by_link,
            "tries": 0,
            "began_at": micros(at),
            "seen_at": micros(at),
        }
        self._connection.change(_ADD, values)

    def by_cookie(self, *, house: str, cookie: str) -> SessionRow | None:
        """Return the session of a cookie in a house, unless its account ended it."""
        values = {"cookie_hash": _hashed(cookie), "house": house}
        row = self._connection.row(_BY_COOKIE, values)
        return None if row is None else _session(row)

    def of_account(self, account_id: str) -> list[SessionRow]:
        """Return the sessions of an account that are not over by anything but time."""
        rows = self._connection.rows(_OF_ACCOUNT, {"of_account": account_id})
        return [_session(row) for row in rows]

    def seal(self, cookie: str) -> str:
        """Return what forms of this session carry; from it nobody learns the cookie."""
        return b32encode(self._vault.index(f"seal\x1f{cookie}")[:20]).decode().lower()

    def count_try(self, session_id: str, *, most: int) -> bool:
        """Count that a code was tried; False when it was tried `most` times before."""
        return self._connection.change(_TRY, {"session_id": session_id, "most": most}) == 1

    def see(self, session_id: str, *, at: datetime) -> bool:
        """Note that the session goes on; False when it was ended."""
        return self._connection.change(_SEE, {"session_id": session_id, "at": micros(at)}) == 1

    def renew(self, session_id: str, *, epoch: int) -> None:
        """Let one session go on in a new epoch of its account."""
        self._connection.change(_RENEW, {"session_id": session_id, "now_epoch": epoch})

    def end(self, session_id: str) -> bool:
        """End a session; its cookie opens nothing any more. False when it was over."""
        return self._connection.change(_END, {"session_id": session_id}) == 1

    def end_by_cookie(self, cookie: str) -> str:
        """End the session of a cookie and return whose it was; empty when there is none."""
        row = self._connection.row(_END_BY_COOKIE, {"cookie_hash": _hashed(cookie)})
        return "" if row is None else str(row[0])

    def stands(self, session_id: str) -> bool:
        """Say whether a session is not over by anything but time."""
        return self._connection.row(_STANDING, {"session_id": session_id}) is not None

    def end_all(self, account_id: str, *, but: str = "") -> int:
        """Remove an account's links and its sessions but one; return how many sessions."""
        self._connection.change(_DROP_LINKS, {"of_account": account_id})
        return self._connection.change(_END_OTHERS, {"of_account": account_id, "kept": but})

    def forget(self, *, sessions: datetime, others: datetime) -> int:
        """Remove sessions that began before, and links and tries that were over; how many."""
        before = {"before": micros(others)}
        statements = (_FORGET_LINKS, _FORGET_ACTS, _FORGET_TRIES)
        gone = sum(self._connection.change(each, before) for each in statements)
        return gone + self._connection.change(_FORGET, {"before": micros(sessions)})

    # --- links ----------------------------------------------------------------------------------

    def add_link(
        self,
        *,
        link_id: str,
        token: str,
        account_id: str,
        epoch: int,
        kind: str,
        expires_at: datetime,
    ) -> None:
        """Keep that this token lets its holder in once, until then."""
        values = {
            "id": link_id,
            "token_hash": _hashed(token),
            "account_id": account_id,
            "epoch": epoch,
            "kind": kind,
            "expires_at": micros(expires_at),
        }
        self._connection.change(_ADD_LINK, values)

    def link(self, *, house: str, token: str, now: datetime) -> LinkRow | None:
        """Return what a token is for; None when it is unknown, another house's, used or over."""
        values = {"token_hash": _hashed(token), "house": house, "now": micros(now)}
        row = self._connection.row(_LINK, values)
        return None if row is None else LinkRow(id=row[0], account_id=row[1], kind=row[2])

    def use_link(self, link_id: str) -> bool:
        """Use a link up; False when somebody else did."""
        return self._connection.change(_USE_LINK, {"link_id": link_id}) == 1

    # --- acts -----------------------------------------------------------------------------------

    def add_act(
        self,
        *,
        act_id: str,
        token: str,
        partner: str,
        purpose: str,
        subject: str,
        expires_at: datetime,
    ) -> None:
        """Keep that this token allows one act on one subject, until then."""
        values = {
            "id": act_id,
            "token_hash": _hashed(token),
            "partner": partner,
            "purpose": purpose,
            "subject": subject,
            "expires_at": micros(expires_at),
            "used_at": None,
        }
        self._connection.change(_ADD_ACT, values)

    def act(self, token: str) -> ActRow | None:
        """Return what a token allows, or allowed."""
        row = self._connection.row(_ACT, {"token_hash": _hashed(token)})
        if row is None:
            return None
        return ActRow(
            id=row[0],
            partner=row[1],
            purpose=row[2],
            subject=row[3],
            expires_at=moment(row[4]),
            used_at=moment_or_none(row[5]),
        )

    def use_act(self, act_id: str, *, now: datetime) -> bool:
        """Use an act up; False when it was used or is over."""
        return self._connection.change(_USE_ACT, {"act_id": act_id, "now": micros(now)}) == 1

    def reopen_act(self, act_id: str) -> None:
        """Let an act be done after all: what was tried with it changed nothing."""
        self._connection.change(_REOPEN_ACT, {"act_id": act_id})

    def end_acts(self, *, partner: str, subject: str, at: datetime) -> int:
        """End every act of a partner on a subject and return how many there were."""
        values = {"of_partner": partner, "of_subject": subject, "at": micros(at)}
        return self._connection.change(_END_ACTS, values)

    def end_acts_of(self, holder: str, *, at: datetime) -> int:
        """End every act whose link was handed to a holder and return how many there were."""
        plain = holder.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return self._connection.change(_END_ACTS_OF, {"held": f"{plain}.%", "at": micros(at)})

    # --- how often ------------------------------------------------------------------------------

    def tried(self, what: str) -> Tries | None:
        """Return how often this was tried lately, None when it was not."""
        row = self._connection.row(_TRIED, {"counted": self._bucket(what)})
        if row is None:
            return None
        return Tries(count=row[0], last=moment(row[1]), free_at=moment(row[2]))

    def count(self, what: str, tries: Tries) -> None:
        """Keep how often this was tried."""
        values: dict[str, Any] = {
            "bucket": self._bucket(what),
            "tries": tries.count,
            "tried_at": micros(tries.last),
            "free_at": micros(tries.free_at),
        }
        self._connection.change(_COUNT_TRY, values)

    def forgive(self, what: str) -> None:
        """Forget how often this was tried."""
        self._connection.change(_DROP_TRIES, {"counted": self._bucket(what)})

    def _bucket(self, what: str) -> bytes:
        return self._vault.index(f"tried\x1f{what}")


def _hashed(held: str) -> bytes:
    """SHA-256 is enough: what is held has 160 random bits."""
    return hashlib.sha256(held.encode()).digest()


def _session(row: Row) -> SessionRow:
    return SessionRow(
        id=row[0],
        account_id=row[1],
        full=bool(row[2]),
        by_link=bool(row[3]),
        epoch=row[4],
        began_at=moment(row[5]),
        seen_at=moment(row[6]),
    )
