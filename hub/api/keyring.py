"""Whose key a request carries, and how often it may ask.

The key itself is neither kept nor logged, only its SHA-256.
"""

import hashlib
import logging
import math
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from hub import access
from hub.access import Action, Caller, Role
from hub.api.answers import Declined
from hub.api.rates import Purse, Rates
from hub.flow.parts import Parts
from hub.store import KeyRow, Store

REMEMBERED_SECONDS = 4.0  # a revoked key is dead in less than five
MOST_REMEMBERED = 10_000
NOTED_EVERY = timedelta(minutes=1)
COUNTED = "hub.counted"
"""Stands in a request's scope when its key was counted on the short way already."""

_log = logging.getLogger("hub.api")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """A key that was good a moment ago: whose it is, until when that is believed, how it asks."""

    caller: Caller
    until: float
    purse: Purse


class Keyring:
    """Looks keys up in the store and remembers good ones for a few seconds; bad ones never.

    That a key was used is noted about once a minute, beside the request and never in its way.
    """

    def __init__(
        self,
        store: Store,
        *,
        seconds: Callable[[], float],
        now: Callable[[], datetime],
        rates: Rates,
    ) -> None:
        self._store = store
        self._seconds = seconds
        self._now = now
        self._rates = rates
        self._known: dict[bytes, _Known] = {}
        self._purses: dict[str, Purse] = {}

    async def caller(self, request: Request, action: Action) -> Caller:
        """Return who asks; raises Declined with 401 for no good key, 403 for what it may not do.

        And with 429 for a key that asks too often; `known` may have counted the request already.
        The brand or the partner comes from the key alone. Keys are taken from the header only,
        never from the URL.
        """
        shown = request.headers.getlist("authorization")
        if len(shown) != 1:
            raise _nobody("send one header `Authorization: Bearer hub_live_…` with your API key")
        # The whole header's hash finds a known caller without looking at the key's form again.
        seal = hashlib.sha256(shown[0].encode()).digest()
        known = self._remembered(seal) or await self._found(seal, _key_hash(shown[0]))
        if not request.scope.pop(COUNTED, False):
            self._count(known.purse, reads=request.method in ("GET", "HEAD"))
        if not access.may(known.caller, action):
            raise Declined(
                HTTPStatus.FORBIDDEN,
                "not-allowed",
                f"this key may not {action.replace('_', ' ')}; use one that may",
            )
        return known.caller

    def known(self, shown: bytes, action: Action) -> Caller | None:
        """Return who showed this one header, if that key is remembered, may, and is in time.

        Counts a reading; else None, and nothing is counted.
        """
        known = self._known.get(hashlib.sha256(shown).digest())
        if known is None or not access.may(known.caller, action):
            return None
        now, reads = self._seconds(), known.purse.reads
        if now >= known.until or (reads is not None and reads.take(now)):
            return None
        return known.caller

    def _count(self, purse: Purse, *, reads: bool) -> None:
        bucket = purse.reads if reads else purse.writes
        wait = bucket.take(self._seconds()) if bucket is not None else 0.0
        if wait:
            kind = "reads" if reads else "writes"
            raise Declined(
                HTTPStatus.TOO_MANY_REQUESTS,
                "too-often",
                f"this key {kind} more often than is agreed; send it again after the seconds of "
                "Retry-After, and ask for many things at once where there is a list",
                headers={"Retry-After": str(math.ceil(wait))},
            )

    def _remembered(self, seal: bytes) -> _Known | None:
        known = self._known.get(seal)
        return known if known is not None and self._seconds() < known.until else None

    async def _found(self, seal: bytes, digest: bytes) -> _Known:
        asked_at = self._seconds()
        row = await run_in_threadpool(self._row, digest)
        now = self._now()
        if row is None or not row.is_good(now):
            self._known.pop(seal, None)
            raise _nobody(
                "the API key is unknown, revoked or expired; `hub keys add` makes one, and `hub "
                "keys list` shows those there are"
            )
        self._note_use(row, now)
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        left = (row.expires_at - now).total_seconds() if row.expires_at else REMEMBERED_SECONDS
        until = asked_at + min(REMEMBERED_SECONDS, left)
        known = _Known(caller=_caller(row), until=until, purse=self._purse(row.id))
        self._known[seal] = known
        return known

    def _purse(self, key_id: str) -> Purse:
        if len(self._purses) >= MOST_REMEMBERED:
            self._purses.clear()
        return self._purses.setdefault(key_id, Purse(self._rates, now=self._seconds()))

    def _note_use(self, row: KeyRow, now: datetime) -> None:
        """Have it written that the key is used, about once a minute; nobody waits for that."""
        if row.used_at is None or now - row.used_at >= NOTED_EVERY:
            self._store.submit(lambda tx: tx.keys.used(row.id, at=now)).add_done_callback(_noted)

    def _row(self, digest: bytes) -> KeyRow | None:
        with self._store.read() as tx:
            return tx.keys.find(digest)


def _noted(done: Future[None]) -> None:
    fault = None if done.cancelled() else done.exception()
    if fault is not None:
        _log.warning("the last use of a key could not be noted", exc_info=fault)


def sells(parts: Parts, caller: Caller) -> None:
    """See that the caller's brand has a page; raises Declined with 403."""
    if caller.brand not in parts.brands:
        raise Declined(
            HTTPStatus.FORBIDDEN,
            "no-brand",
            f"brand {caller.brand!r} of this key has no page in the configuration any more",
        )


def _caller(row: KeyRow) -> Caller:
    role = Role.PARTNER_CLIENT if row.partner else Role.API_CLIENT
    return Caller(role=role, brand=row.brand, key_id=row.id, partner=row.partner)


def _key_hash(shown: str) -> bytes:
    scheme, _, key = shown.partition(" ")
    digest = access.key_hash(key.strip()) if scheme.lower() == "bearer" else None
    if digest is None:
        raise _nobody("this is no API key of the hub; send `Authorization: Bearer hub_live_…`")
    return digest


def _nobody(detail: str) -> Declined:
    return Declined(
        HTTPStatus.UNAUTHORIZED,
        "no-key",
        detail,
        headers={"WWW-Authenticate": 'Bearer realm="supplier hub"'},
    )
