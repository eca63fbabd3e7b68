"""Passwords of people: what may be one, how it is kept (argon2id, RFC 9106), how it is compared.

Making and comparing a hash takes some fifty milliseconds and 64 MiB on purpose: never do it within
a transaction, nor for many at once.
"""

import unicodedata
from functools import cache
from importlib.resources import files
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

SHORTEST = 8  # signs; fifteen and more are advised
LONGEST = 256
AT_ONCE = 3  # hashes made or compared at the same time in this process

TOO_SHORT = f"Use at least {SHORTEST} characters; a sentence of 15 and more is better."
TOO_LONG = f"Use at most {LONGEST} characters."
TOO_COMMON = "This is one of the passwords that are tried first; choose another."
TOO_NEAR = "Do not use your name or your e-mail address as the password."
WRONG = "The password you have now is not right."
TOO_OFTEN = "Too many tries; wait a while and try again."

_places = BoundedSemaphore(AT_ONCE)


def problems(password: str, *, email: str, name: str) -> list[str]:
    """Return what speaks against a new password, in words; empty when nothing does.

    Length, the commonest ones and one's own name count; which kinds of signs it has does not.
    """
    text = _normal(password)
    found = []
    if len(text) < SHORTEST:
        found.append(TOO_SHORT)
    if len(text) > LONGEST:
        found.append(TOO_LONG)
    folded = text.casefold()
    if folded in _common():
        found.append(TOO_COMMON)
    address = email.strip().casefold()
    if folded in {address, address.partition("@")[0], name.strip().casefold()}:
        found.append(TOO_NEAR)
    return found


def hashed(password: str) -> str:
    """Return the argon2id hash to keep, with its own salt and costs in it."""
    with _places:
        return _hasher().hash(_normal(password))


def fits(kept: str, password: str) -> bool:
    """Say whether a password is the one that was kept; it takes as long when none was."""
    text = _normal(password)
    with _places:
        nobodys = _nobodys()
        try:
            good = _hasher().verify(kept or nobodys, text if len(text) <= LONGEST else "")
        except VerificationError:
            return False
    return good and kept != ""


def is_old(kept: str) -> bool:
    """Say whether a hash was made with lower costs than hashes are made with now."""
    return _hasher().check_needs_rehash(kept)


def _normal(password: str) -> str:
    """One keyboard sends é as one sign, another as two (NIST SP 800-63B §5.1.1.2: NFKC)."""
    return unicodedata.normalize("NFKC", password)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)


@cache
def _nobodys() -> str:
    """Compared with when there is no account or no password: it costs as much as any."""
    return _hasher().hash("")


@cache
def _common() -> frozenset[str]:
    text = files("hub.flow").joinpath("common_passwords.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))
