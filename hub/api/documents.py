"""`/v1/partner/documents`: a partner's paper in its own language, kept here and read by the worker.

The answer leaves when the bytes are safe, before anybody looked into them; what became of them is
asked for by the name in the answer. A partner sees what it sent itself, and nothing else.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import BinaryIO

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from hub.access import Action, Caller
from hub.api import asking
from hub.api.answers import RETRY_SECONDS, Declined, answer, dumped
from hub.api.bodies import CLOSED, spooled
from hub.api.documents_shown import sent_view
from hub.api.keyring import Keyring
from hub.api.partner_asking import required_key
from hub.domain.exchange import Direction
from hub.flow.caps import largest
from hub.flow.parts import Parts
from hub.flow.receiving import Delivery, digest, keep, spool
from hub.partners import Channel

DOCUMENTS = "/v1/partner/documents"
MOST_AT_ONCE = 4
"""Papers that one partner may be sending at the same time, to one process."""

_SENT = re.compile(r"tra_[A-Za-z0-9_-]{1,80}")


class Crowd:
    """How many papers each partner is sending now."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._here: Counter[str] = Counter()

    @contextmanager
    def place(self, who: str) -> Iterator[None]:
        """Take a place for as long as the block runs; raises Declined with 429 for one too many."""
        if self._here[who] >= self._most:
            raise Declined(
                HTTPStatus.TOO_MANY_REQUESTS,
                "too-many",
                f"{self._most} papers are on their way already; send one after another",
                headers={"Retry-After": RETRY_SECONDS, **CLOSED},
            )
        self._here[who] += 1
        try:
            yield
        finally:
            self._here[who] -= 1


class Documents:
    """Takes a partner's papers in and tells what became of them."""

    def __init__(self, parts: Parts, keyring: Keyring) -> None:
        self._parts = parts
        self._keyring = keyring
        self._crowd = Crowd(MOST_AT_ONCE)

    async def either(self, request: Request) -> Response:
        """Take a paper in (POST), or tell what became of one (GET)."""
        return await (self._post(request) if request.method == "POST" else self._read(request))

    async def _post(self, request: Request) -> Response:
        """Keep one paper of the key's partner; raises Declined with what is wrong."""
        caller = await self._keyring.caller(request, Action.SEND_DOCUMENT)
        asking.no_query(request)
        key = required_key(request)
        channel = self._channel(caller, request.path_params["name"])
        with self._crowd.place(caller.partner), spool() as stream:
            await spooled(request, stream, most=largest(self._parts, channel))
            name = await run_in_threadpool(self._kept, channel, key, stream)
        href = f"{DOCUMENTS}/{name}"
        body = dumped({"id": name, "href": href})
        return answer(body, status=HTTPStatus.ACCEPTED, headers={"Location": href})

    def _channel(self, caller: Caller, name: str) -> Channel:
        page = next((one for one in self._parts.partners.all if one.id == caller.partner), None)
        for channel in page.channels if page else ():
            if channel.name == name and channel.receives:
                return channel
        raise Declined(
            HTTPStatus.NOT_FOUND,
            "no-channel",
            f"you have no channel {name[:40]!r} that receives papers; ask the operator which",
            headers=CLOSED,
        )

    def _kept(self, channel: Channel, key: str, stream: BinaryIO) -> str:
        size, sha = digest(stream)
        delivery = Delivery(name=key, key=f"door/{key}", size=size, sha256=sha, stream=stream)
        name = keep(self._parts, channel, delivery)
        with self._parts.store.read() as tx:
            there = tx.exchange.transmission(name)
        if there.sha256 != sha:
            raise Declined(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "idempotency-key-reused",
                "this Idempotency-Key came before with another body; use a new key for another "
                "paper",
            )
        return name

    async def _read(self, request: Request) -> Response:
        """Tell the state and problems of what the key's partner sent."""
        caller = await self._keyring.caller(request, Action.READ_SENT)
        asking.no_query(request)
        name = request.path_params["name"]
        body = await run_in_threadpool(self._sent, caller, name) if _SENT.fullmatch(name) else None
        if body is None:
            raise Declined(
                HTTPStatus.NOT_FOUND,
                "no-document",
                f"you sent nothing that is called {name[:60]!r}; check the id of the answer",
            )
        return answer(body)

    def _sent(self, caller: Caller, name: str) -> bytes | None:
        with self._parts.store.read() as tx:
            try:
                row = tx.exchange.transmission(name)
            except KeyError:
                return None
            if row.partner != caller.partner or row.direction is not Direction.IN:
                return None
            papers = tx.exchange.documents(transmission_id=row.id)
        return dumped(sent_view(row, papers))
