"""Coming in and going: by password, by a link that was mailed, with a second factor.

What is asked for is answered alike, and costs alike, whether such an account exists or not. A
browser gets a new cookie at every step; only hashes of cookies and links are kept.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hub.access import House
from hub.domain.names import Names
from hub.flow import accounts_passwords as passwords
from hub.flow.accounts_common import (
    NOBODY,
    Account,
    LinkKind,
    account_of,
    address_bucket,
    email_bucket,
    forgive,
    may_try,
    new_token,
    owe_mail,
    record,
)
from hub.flow.accounts_factors import is_second
from hub.flow.accounts_notices import Notice, came_from, owe_notice
from hub.flow.parts import Parts
from hub.store import AccountRow, NewSession, SessionRow, Transaction

IDLE = timedelta(minutes=30)
AT_MOST = {House.DESK: timedelta(hours=12), House.PORTAL: timedelta(hours=8)}
SECOND_WITHIN = timedelta(minutes=10)
SECOND_TRIES = 5
SEEN_EVERY = timedelta(minutes=1)


class Step(StrEnum):
    """What follows from an attempt to come in."""

    IN = "in"
    SECOND = "second"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """What came of it; `cookie` is the browser's new one, empty for NO.

    `problems` speak against the password that was to be set, in words; the link still works.
    """

    step: Step
    cookie: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who is in. `seal` is what this session's forms carry.

    With `needs_totp` nothing is theirs before they have a second factor; `by_link` says that they
    came by a link and need not know their password to set another.
    """

    id: str
    account: Account
    seal: str
    began_at: datetime
    seen_at: datetime
    needs_totp: bool
    by_link: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Peeked:
    """What a link would do. `email` is masked; with `needs_password` one has to be set."""

    kind: LinkKind
    email: str
    name: str
    needs_password: bool


_NO = SignedIn(step=Step.NO)


def sign_in(parts: Parts, *, house: House, email: str, password: str, address: str) -> SignedIn:
    """Let a person in by e-mail and password; SECOND when a code is wanted as well.

    NO says nothing more: unknown, wrong, disabled, of the other house, or tried too often.
    """
    now = parts.now()
    counted = (email_bucket("in", house, email), address_bucket("in", address))

    def look(tx: Transaction) -> tuple[bool, AccountRow | None]:
        if not may_try(tx, counted, now=now):
            return False, None
        return True, tx.accounts.by_email(house=house, email=email)

    allowed, row = parts.store.write(look)
    if not allowed:
        return _NO
    good = passwords.fits(row.password_hash if row else "", password)
    if row is None or not good or row.disabled_at is not None:
        _refused(parts, row, "password", now=now)
        return _NO
    entered = _enter(parts, row, counted, address, now=now)
    if passwords.is_old(row.password_hash):
        fresh = passwords.hashed(password)
        parts.store.write(
            lambda tx: tx.accounts.rehash(row.id, was=row.password_hash, hashed=fresh)
        )
    return entered


def _refused(parts: Parts, row: AccountRow | None, by: str, *, now: datetime) -> None:
    """Who is nobody's leaves a row as well: it must not be told by the time it takes."""
    seed, account_id = parts.fresh(), NOBODY if row is None else row.id
    parts.store.write(
        lambda tx: record(
            tx,
            parts,
            Names(seed),
            account_id=account_id,
            body={"sign_in": "refused", "by": by},
            who=NOBODY,
            now=now,
        )
    )


def _enter(
    parts: Parts, seen: AccountRow, counted: tuple[str, str], address: str, *, now: datetime
) -> SignedIn:
    seed, cookie = parts.fresh(), new_token(parts)

    def work(tx: Transaction) -> SignedIn:
        row = tx.accounts.locked(seen.id)
        if row.epoch != seen.epoch:
            return _NO  # its password was changed, or it was closed, while this one was compared
        forgive(tx, account=counted[0], address=counted[1], now=now)
        names = Names(seed)
        begun = _begun(tx, parts, row, cookie=cookie, by_link=False, names=names, now=now)
        if begun.step is Step.IN:
            came_from(tx, parts, address, account_id=row.id, names=names, now=now)
        return begun

    return parts.store.write(work)


def _begun(
    tx: Transaction,
    parts: Parts,
    row: AccountRow,
    *,
    cookie: str,
    by_link: bool,
    names: Names,
    now: datetime,
) -> SignedIn:
    """Begin a session, or the half of one when a second factor is to be shown."""
    session = NewSession(
        id=names.new("ses"),
        cookie=cookie,
        account_id=row.id,
        epoch=row.epoch,
        full=not row.has_totp,
        by_link=by_link,
    )
    tx.sessions.begin(session, at=now)
    step = Step.SECOND if row.has_totp else Step.IN
    if step is Step.IN:
        tx.accounts.seen(row.id, at=now)
    body = {"sign_in": step, "by": "link" if by_link else "password"}
    record(tx, parts, names, account_id=row.id, body=body, who=row.id, now=now)
    return SignedIn(step=step, cookie=cookie)


def second(parts: Parts, *, house: House, cookie: str, code: str, address: str = "") -> SignedIn:
    """Let a person in whose password or link was good, by a code or a recovery code.

    Each counts once; there are five tries and ten minutes. The cookie at success is a new one. A
    place they never came in from is told by mail.
    """
    seed, now, fresh = parts.fresh(), parts.now(), new_token(parts)

    def work(tx: Transaction) -> SignedIn:
        half = tx.sessions.by_cookie(house=house, cookie=cookie) if cookie else None
        if half is None or half.full or now >= half.began_at + SECOND_WITHIN:
            return _NO
        row = tx.accounts.locked(half.account_id)
        counted = f"second\x1f{row.id}"
        names = Names(seed)
        tried = tx.sessions.count_try(half.id, most=SECOND_TRIES)
        if not tried or not may_try(tx, [counted], now=now) or row.epoch != half.epoch:
            return _NO
        if not is_second(tx, row.id, code, now=now) or not tx.sessions.end(half.id):
            body = {"sign_in": "refused", "by": "second"}
            record(tx, parts, names, account_id=row.id, body=body, who=NOBODY, now=now)
            return _NO
        tx.sessions.forgive(counted)
        came_from(tx, parts, address, account_id=row.id, names=names, now=now)
        return _completed(tx, parts, row, half, cookie=fresh, names=names, now=now)

    return parts.store.write(work)


def _completed(
    tx: Transaction,
    parts: Parts,
    row: AccountRow,
    half: SessionRow,
    *,
    cookie: str,
    names: Names,
    now: datetime,
) -> SignedIn:
    session = NewSession(
        id=names.new("ses"),
        cookie=cookie,
        account_id=row.id,
        epoch=row.epoch,
        full=True,
        by_link=half.by_link,
    )
    tx.sessions.begin(session, at=now)
    tx.accounts.seen(row.id, at=now)
    body = {"sign_in": Step.IN, "by": "second"}
    record(tx, parts, names, account_id=row.id, body=body, who=row.id, now=now)
    return SignedIn(step=Step.IN, cookie=cookie)


def ask_link(parts: Parts, *, house: House, email: str, address: str, next_page: str = "") -> None:
    """Mail a person of a supplier a link to come in by, one of ours one to set a new password.

    Whether anything is mailed is not told; it works once, for a quarter of an hour. It leads on to
    `next_page`, a path of the house without a query: what was searched for stands in no mail.
    """
    seed, now = parts.fresh(), parts.now()
    counted = (email_bucket("ask", house, email), address_bucket("ask", address))
    kind = LinkKind.LINK if house is House.PORTAL else LinkKind.RESET

    def work(tx: Transaction) -> None:
        if not may_try(tx, counted, now=now):
            return  # whoever asks too often owes nothing and delays nobody
        names = Names(seed)
        row = tx.accounts.by_email(house=house, email=email)
        account_id = NOBODY if row is None or row.disabled_at is not None else row.id
        owe_mail(tx, kind, account_id=account_id, next_page=next_page, names=names, now=now)
        body = {"ask_link": kind}
        record(tx, parts, names, account_id=account_id, body=body, who=NOBODY, now=now)

    parts.store.write(work)


def peek(parts: Parts, *, house: House, token: str) -> Peeked | None:
    """Return what a link would do, None when it does nothing (any more); it changes nothing."""
    with parts.store.read() as tx:
        found = tx.sessions.link(house=house, token=token, now=parts.now())
        row = None if found is None else tx.accounts.get(found.account_id)
    if found is None or row is None:
        return None
    kind = LinkKind(found.kind)
    return Peeked(
        kind=kind,
        email=_masked(row.email),
        name=row.name,
        needs_password=house is House.DESK and kind is not LinkKind.LINK,
    )


def _masked(email: str) -> str:
    user, _, host = email.partition("@")
    return f"{user[:1]}…@{host}"


def use_link(
    parts: Parts, *, house: House, token: str, password: str = "", address: str
) -> SignedIn:
    """Let a person in by a link, once; an invitation or a reset sets the password when given.

    Our own people must set one. What speaks against it is told, and the link works on.
    """
    now, bucket = parts.now(), address_bucket("link", address)

    def look(tx: Transaction) -> tuple[LinkKind, AccountRow] | None:
        if not may_try(tx, [bucket], now=now):
            return None
        found = tx.sessions.link(house=house, token=token, now=now)
        if found is None:
            return None
        tx.sessions.forgive(bucket)
        return LinkKind(found.kind), tx.accounts.get(found.account_id)

    looked = parts.store.write(look)
    if looked is None:
        return _NO
    kind, row = looked
    hashed = ""
    if kind is not LinkKind.LINK and (password or house is House.DESK):
        problems = passwords.problems(password, email=row.email, name=row.name)
        if problems:
            return SignedIn(step=Step.NO, problems=tuple(problems))
        hashed = passwords.hashed(password)
    return _enter_by_link(parts, house, token, hashed, address, now=now)


def _enter_by_link(
    parts: Parts, house: House, token: str, hashed: str, address: str, *, now: datetime
) -> SignedIn:
    seed, cookie = parts.fresh(), new_token(parts)

    def work(tx: Transaction) -> SignedIn:
        found = tx.sessions.link(house=house, token=token, now=now)
        row = None if found is None else tx.accounts.locked(found.account_id)
        if found is None or row is None or row.disabled_at is not None:
            return _NO
        if not tx.sessions.use_link(found.id):
            return _NO
        names, had = Names(seed), bool(row.password_hash)
        if hashed:
            tx.accounts.set_password(row.id, hashed)
            tx.sessions.end_all(row.id)
            row = tx.accounts.get(row.id)
        tx.sessions.forgive(email_bucket("in", house, row.email))
        begun = _begun(tx, parts, row, cookie=cookie, by_link=True, names=names, now=now)
        if hashed and had:
            owe_notice(tx, parts, Notice.PASSWORD, account_id=row.id, names=names, now=now)
        if begun.step is Step.IN:
            came_from(tx, parts, address, account_id=row.id, names=names, now=now)
        return begun

    return parts.store.write(work)


def session(parts: Parts, *, house: House, cookie: str) -> Session | None:
    """Return who holds a cookie of this house, None when nobody does (any more).

    Half an hour without a look ends it, and so do eight hours at the suppliers', twelve at ours.
    """
    now, found = parts.now(), watching(parts, house=house, cookie=cookie)
    if found is None or now - found.seen_at < SEEN_EVERY:
        return found
    # None when it ended while it was looked at.
    return found if parts.store.write(lambda tx: tx.sessions.see(found.id, at=now)) else None


def watching(parts: Parts, *, house: House, cookie: str) -> Session | None:
    """Do as `session` for a page that asks by itself: that is no look, and keeps nobody in."""
    now = parts.now()
    with parts.store.read() as tx:
        row = tx.sessions.by_cookie(house=house, cookie=cookie) if cookie else None
        if row is None or not row.full:
            return None
        account, seal = tx.accounts.get(row.account_id), tx.sessions.seal(cookie)
    if now >= min(row.seen_at + IDLE, row.began_at + AT_MOST[house]):
        parts.store.write(lambda tx: tx.sessions.end(row.id))
        return None
    return Session(
        id=row.id,
        account=account_of(account),
        seal=seal,
        began_at=row.began_at,
        seen_at=row.seen_at,
        needs_totp=house is House.DESK and not account.has_totp,
        by_link=row.by_link,
    )


def sign_out(parts: Parts, *, cookie: str) -> None:
    """End the session of a cookie; nothing happens when there is none."""
    seed, now = parts.fresh(), parts.now()

    def work(tx: Transaction) -> None:
        account_id = tx.sessions.end_by_cookie(cookie)
        if account_id:
            body = {"sign_out": True}
            record(
                tx, parts, Names(seed), account_id=account_id, body=body, who=account_id, now=now
            )

    parts.store.write(work)
