"""Whose key a request carries. The key itself is neither kept nor logged, only its SHA-256."""

import hashlib
from collections.abc import Callable
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from hub import access
from hub.access import Action, Caller, Role
from hub.api.answers import Declined
from hub.flow.parts import Parts
from hub.store import KeyRow, Store

REMEMBERED_SECONDS = 4.0  # a revoked key is dead in less than five
MOST_REMEMBERED = 10_000


class Keyring:
    """Looks keys up in the store and remembers good ones for a few seconds; bad ones never."""

    def __init__(self, store: Store, *, seconds: Callable[[], float]) -> None:
        self._store = store
        self._seconds = seconds
        self._known: dict[bytes, tuple[Caller, float]] = {}

    async def caller(self, request: Request, action: Action) -> Caller:
        """Return who asks; raises Declined with 401 for no good key, 403 for what it may not do.

        The brand or the partner comes from the key alone. Keys are taken from the header only,
        never from the URL.
        """
        shown = request.headers.getlist("authorization")
        if len(shown) != 1:
            raise _nobody("send one header `Authorization: Bearer hub_live_…` with your API key")
        # The whole header's hash finds a known caller without looking at the key's form again.
        seal = hashlib.sha256(shown[0].encode()).digest()
        caller = self._remembered(seal) or await self._found(seal, _key_hash(shown[0]))
        if not access.may(caller, action):
            raise Declined(
                HTTPStatus.FORBIDDEN,
                "not-allowed",
                f"this key may not {action.replace('_', ' ')}; use one that may",
            )
        return caller

    def known(self, shown: bytes, action: Action) -> Caller | None:
        """Return who showed this one header, if that key is remembered and may; else None."""
        caller = self._remembered(hashlib.sha256(shown).digest())
        return caller if caller is not None and access.may(caller, action) else None

    def _remembered(self, seal: bytes) -> Caller | None:
        caller, until = self._known.get(seal, (None, 0.0))
        return caller if self._seconds() < until else None

    async def _found(self, seal: bytes, digest: bytes) -> Caller:
        asked_at = self._seconds()
        row = await run_in_threadpool(self._row, digest)
        if row is None:
            self._known.pop(seal, None)
            raise _nobody("the API key is unknown or revoked; `hub keys add` makes one")
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        caller = _caller(row)
        self._known[seal] = (caller, asked_at + REMEMBERED_SECONDS)
        return caller

    def _row(self, digest: bytes) -> KeyRow | None:
        with self._store.read() as tx:
            return tx.keys.find(digest)


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
