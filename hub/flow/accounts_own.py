"""What people do with their own account: another password, and what they left half typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.access import House
from hub.domain.names import Names
from hub.flow import accounts_passwords as passwords
from hub.flow.accounts_common import may_try, record
from hub.flow.accounts_notices import Notice, owe_notice
from hub.flow.accounts_signing import IDLE, Session
from hub.flow.parts import Parts
from hub.store import AccountRow, Transaction

DRAFT_FOR = timedelta(days=7)
LARGEST_DRAFT = 64 * 1024  # characters of names and fields together
LONGEST_FORM = 100
ENDED = "Your session is over; sign in again."


def set_password(parts: Parts, *, session: Session, old: str, new: str) -> list[str]:
    """Set a person's password and end their other sessions; return what speaks against it.

    `old` is the one they have; it is not asked of who has none or came in by a link.
    """
    account_id = session.account.id
    counted = f"old\x1f{account_id}"

    def look(tx: Transaction) -> AccountRow | None:
        if not may_try(tx, [counted], now=parts.now()):
            return None
        return tx.accounts.get(account_id)

    row = parts.store.write(look)
    if row is None:
        return [passwords.TOO_OFTEN]
    knows = session.by_link or row.password_hash == "" or passwords.fits(row.password_hash, old)
    if not knows:
        return [passwords.WRONG]
    problems = passwords.problems(new, email=row.email, name=row.name)
    if problems:
        parts.store.write(lambda tx: tx.sessions.forgive(counted))
        return problems
    return [] if _set(parts, session, row, passwords.hashed(new), counted) else [ENDED]


def _set(parts: Parts, session: Session, seen: AccountRow, hashed: str, counted: str) -> bool:
    seed, now = parts.fresh(), parts.now()

    def work(tx: Transaction) -> bool:
        row = tx.accounts.locked(seen.id)
        if row.epoch != seen.epoch or not tx.sessions.stands(session.id):
            return False
        tx.accounts.set_password(row.id, hashed)
        tx.sessions.end_all(row.id, but=session.id)
        tx.sessions.renew(session.id, epoch=row.epoch + 1)
        tx.sessions.forgive(counted)
        body, names = {"password": "changed"}, Names(seed)
        record(tx, parts, names, account_id=row.id, body=body, who=row.id, now=now)
        if row.password_hash:
            owe_notice(tx, parts, Notice.PASSWORD, account_id=row.id, names=names, now=now)
        return True

    return parts.store.write(work)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """One browser in which a person is signed in; `is_here` is the one that asks."""

    began_at: datetime
    seen_at: datetime
    by_link: bool
    is_here: bool


def open_sessions(parts: Parts, *, session: Session) -> tuple[OpenSession, ...]:
    """Return where a person is signed in, the one that asks first, then the last looked at."""
    now = parts.now()
    with parts.store.read() as tx:
        rows = tx.sessions.of_account(session.account.id)
    found = [
        OpenSession(
            began_at=row.began_at,
            seen_at=row.seen_at,
            by_link=row.by_link,
            is_here=row.id == session.id,
        )
        for row in rows
        if row.full and (row.id == session.id or now < row.seen_at + IDLE)
    ]
    return tuple(sorted(found, key=lambda one: (one.is_here, one.seen_at), reverse=True))


def end_others(parts: Parts, *, session: Session) -> int:
    """End every session of a person but the one that asks, and their links; return how many."""
    seed, now, account_id = parts.fresh(), parts.now(), session.account.id

    def work(tx: Transaction) -> int:
        tx.accounts.locked(account_id)
        ended = tx.sessions.end_all(account_id, but=session.id)
        body = {"end_sessions": ended}
        record(tx, parts, Names(seed), account_id=account_id, body=body, who=account_id, now=now)
        return ended

    return parts.store.write(work)


def holder(parts: Parts, *, house: House, cookie: str) -> str:
    """Return whose session a cookie is, or was until its time was over; empty for nobody's.

    It lets nobody in. Nobody's is what was signed out, ended by its account, or looked at again
    after its time.
    """
    with parts.store.read() as tx:
        row = tx.sessions.by_cookie(house=house, cookie=cookie) if cookie else None
    return row.account_id if row is not None and row.full else ""


def keep_draft(parts: Parts, *, account_id: str, form: str, fields: Mapping[str, str]) -> None:
    """Keep what was typed into a form, sealed, for seven days; what was kept before is replaced.

    Raises ValueError for more than 64 Ki characters, KeyError for no such account.
    """
    size = sum(len(name) + len(text) for name, text in fields.items())
    if size > LARGEST_DRAFT or len(form) > LONGEST_FORM:
        raise ValueError("this is too much to be kept as a draft")
    now = parts.now()
    parts.store.write(lambda tx: tx.accounts.keep_draft(account_id, form, fields, at=now))


def draft(parts: Parts, *, account_id: str, form: str) -> dict[str, str]:
    """Return what was typed into a form in the last seven days; empty when nothing was."""
    with parts.store.read() as tx:
        return tx.accounts.draft(account_id, form, since=parts.now() - DRAFT_FOR)


def drop_draft(parts: Parts, *, account_id: str, form: str) -> None:
    """Forget what was typed into a form."""
    parts.store.write(lambda tx: tx.accounts.drop_draft(account_id, form))
