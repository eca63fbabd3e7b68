"""Second factors: codes by time, recovery codes, and how a person gets and loses them.

Codes are RFC 6238 with SHA-1, six digits and thirty seconds: what every app for them takes. One of
the step before or after is taken as well, none is taken twice.
"""

import base64
import hmac
from datetime import datetime
from urllib.parse import quote, urlencode

from hub.domain.names import Names
from hub.flow.accounts_common import may_try, record
from hub.flow.accounts_notices import Notice, owe_notice
from hub.flow.parts import Parts
from hub.store import Transaction

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20  # RFC 4226 §4: 160 bits are recommended
RECOVERY_CODES = 10
RECOVERY_BYTES = 10  # 80 random bits, sixteen letters and digits
ISSUER = "Supplier hub"


def code_at(secret: bytes, step: int, *, digits: int = DIGITS) -> str:
    """Return the code of a step of thirty seconds since 1970 (RFC 4226 §5.3, RFC 6238 §4)."""
    digest = hmac.digest(secret, step.to_bytes(8), "sha1")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFF_FFFF
    return f"{number % 10**digits:0{digits}d}"


def step_of(now: datetime) -> int:
    """Return the step of thirty seconds that a moment is in."""
    return int(now.timestamp()) // STEP_SECONDS


def matching_step(secret: bytes, code: str, *, now: datetime) -> int | None:
    """Return the step whose code this is: now's, the one before or the one after; else None."""
    here = step_of(now)
    for step in (here, here - 1, here + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            return step
    return None


def is_second(tx: Transaction, account_id: str, code: str, *, now: datetime) -> bool:
    """Take a code or a recovery code of an account, once; say whether it was good."""
    typed = "".join(sign for sign in code if sign.isalnum()).lower()
    secret = tx.accounts.totp(account_id)
    if secret is None or not typed.isascii():
        return False
    step = matching_step(secret, typed, now=now)
    if step is not None:
        return tx.accounts.take_step(account_id, step)
    return tx.accounts.take_recovery(account_id, typed)


def begin_totp(parts: Parts, *, account_id: str, session_id: str = "") -> tuple[str, str]:
    """Return a secret as text and as otpauth address; it counts once a code was shown.

    The one that the session began already, if it did: a mistyped code or a page fetched again must
    not make a scanned key worthless. Another session is shown another one.

    Raises ValueError when the account has a second factor, KeyError when there is no account.
    """
    fresh = parts.random(SECRET_BYTES)

    def work(tx: Transaction) -> tuple[str, bytes]:
        row = tx.accounts.locked(account_id)
        if row.has_totp:
            raise ValueError("there is a second factor; end it first")
        begun = tx.accounts.begun_totp(account_id, session_id=session_id)
        if begun is None:
            tx.accounts.begin_totp(account_id, fresh, session_id=session_id)
        return row.email, begun or fresh

    email, secret = parts.store.write(work)
    text = base64.b32encode(secret).decode().rstrip("=")
    words = {"secret": text, "issuer": ISSUER, "algorithm": "SHA1", "digits": DIGITS}
    return text, f"otpauth://totp/{quote(f'{ISSUER}:{email}')}?{urlencode(words, quote_via=quote)}"


def confirm_totp(
    parts: Parts, *, account_id: str, code: str, session_id: str = ""
) -> tuple[str, ...]:
    """Let the begun second factor count and return recovery codes, shown once; () for a wrong code.

    It is the one that the session `session_id` began; every other one ends, as begun without it.
    """
    seed, now = parts.fresh(), parts.now()
    codes = tuple(_recovery_code(parts) for _ in range(RECOVERY_CODES))

    def work(tx: Transaction) -> tuple[str, ...]:
        row = tx.accounts.locked(account_id)
        secret = tx.accounts.begun_totp(account_id, session_id=session_id)
        if secret is None or row.has_totp:
            return ()
        if not may_try(tx, [f"second\x1f{account_id}"], now=now):
            return ()
        step = matching_step(secret, "".join(code.split()), now=now)
        if step is None or not tx.accounts.confirm_totp(account_id, secret, step=step):
            return ()
        tx.sessions.forgive(f"second\x1f{account_id}")
        tx.sessions.end_all(account_id, but=session_id)
        tx.accounts.give_recovery(account_id, [each.replace("-", "") for each in codes])
        body, names = {"totp": "confirmed"}, Names(seed)
        record(tx, parts, names, account_id=account_id, body=body, who=account_id, now=now)
        owe_notice(tx, parts, Notice.FACTOR, account_id=account_id, names=names, now=now)
        return codes

    return parts.store.write(work)


def _recovery_code(parts: Parts) -> str:
    text = base64.b32encode(parts.random(RECOVERY_BYTES)).decode().lower()
    return "-".join(text[n : n + 4] for n in range(0, len(text), 4))


def end_totp(parts: Parts, *, account_id: str, code: str) -> bool:
    """Forget the second factor of a person who shows a code of it; every session ends."""
    seed, now = parts.fresh(), parts.now()

    def work(tx: Transaction) -> bool:
        tx.accounts.locked(account_id)
        counted = f"second\x1f{account_id}"
        if not may_try(tx, [counted], now=now) or not is_second(tx, account_id, code, now=now):
            return False
        tx.sessions.forgive(counted)
        _forget(tx, parts, account_id, Names(seed), who=account_id, now=now)
        return True

    return parts.store.write(work)


def reset_totp(parts: Parts, *, account_id: str, who: str) -> None:
    """Forget the second factor of a person who lost it; every session ends. KeyError."""
    seed, now = parts.fresh(), parts.now()

    def work(tx: Transaction) -> None:
        tx.accounts.locked(account_id)
        tx.sessions.forgive(f"second\x1f{account_id}")
        _forget(tx, parts, account_id, Names(seed), who=who, now=now)

    parts.store.write(work)


def _forget(
    tx: Transaction, parts: Parts, account_id: str, names: Names, *, who: str, now: datetime
) -> None:
    tx.accounts.end_totp(account_id)
    tx.sessions.end_all(account_id)
    body = {"totp": "ended"}
    record(tx, parts, names, account_id=account_id, body=body, who=who, now=now)
    owe_notice(tx, parts, Notice.FACTOR, account_id=account_id, names=names, now=now)
