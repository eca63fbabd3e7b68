"""`POST /v1/cxml/{partner}/{channel}`: cXML as its senders post it, answered with a cXML Response.

There is no API key: who sends is proved by the credentials inside of the paper, and whoever is not
known hears the same whatever was wrong: at a path that does not exist too, whose bodies are heard
and forgotten. What is let in is kept first and read by the worker; the answer leaves when the bytes
are safe.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, BinaryIO, Protocol, cast, runtime_checkable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from hub.api.answers import Declined, answer
from hub.api.bodies import Nowhere, spooled
from hub.api.documents import Crowd
from hub.errors import ConfigError
from hub.flow.caps import LARGEST_PAPER
from hub.flow.parts import Parts
from hub.flow.receiving import Delivery, digest, keep, spool
from hub.partners import Channel

CXML = "/v1/cxml"
MEDIA = "text/xml; charset=utf-8"
MOST_AT_ONCE = 4
"""Posts to one channel from one address that a process hears out at a time.

Many senders may stand behind one address (a proxy, a network of suppliers) and do not take one
another's places; nor does a stranger from elsewhere, who may post to any path. Paths that lead
nowhere share the places of their address.
"""
READ_AT_ONCE = 2
UNKNOWN = "no credentials that are known here were found in the post; see that it is whole cXML"
WAIT = "other posts are being read; send the same one again"


class _Judged(Protocol):
    status: int
    text: str
    payload_id: str


@runtime_checkable
class Greeter(Protocol):
    """What a format offers whose papers prove by themselves who sent them."""

    def judged(self, body: bytes, *, profile: Any) -> _Judged:
        """Say whether a post may be kept."""

    def answer(self, *, status: int, text: str, payload_id: str, at: datetime) -> bytes:
        """Return the document that answers a post."""


class CxmlDoor:
    """Takes cXML in and answers in cXML, whatever comes of it."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._crowd = Crowd(MOST_AT_ONCE)
        self._readers = asyncio.Semaphore(READ_AT_ONCE)

    async def post(self, request: Request) -> Response:
        """Keep one paper; the answer's status is the Response's, 200 for every good one."""
        path = request.path_params
        channel = self._channel(path["partner"], path["channel"])
        address = request.client.host if request.client else ""
        who = f"{channel.lane if channel is not None else ''} {address}"
        with spool() as stream:
            try:
                with self._crowd.place(who):
                    into = stream if channel is not None else Nowhere()
                    await spooled(request, into, most=LARGEST_PAPER)
                    if channel is None:
                        return self._said(401, UNKNOWN)
                    async with self._readers:
                        return await run_in_threadpool(self._taken, channel, stream)
            except Declined as no:
                return self._declined(no)

    def _declined(self, no: Declined) -> Response:
        if no.status is HTTPStatus.TOO_MANY_REQUESTS:
            return self._said(560, WAIT, headers=no.headers)
        return self._said(int(no.status), no.detail, headers=no.headers)

    def _taken(self, channel: Channel, stream: BinaryIO) -> Response:
        size, sha = digest(stream)
        body = stream.read()
        try:
            profile = self._parts.profile(channel)
        except ConfigError:  # the operator is told by the lane, the sender only to come again
            return self._said(560, "the paper cannot be taken just now; send the same one again")
        found = cast(Greeter, self._parts.formats[channel.format]).judged(body, profile=profile)
        if found.status == HTTPStatus.UNAUTHORIZED or not found.payload_id:
            return self._said(401, UNKNOWN)
        if found.status >= HTTPStatus.BAD_REQUEST:
            return self._said(found.status, found.text)
        delivery = Delivery(
            name=found.payload_id,
            # The same id with other bytes is a delivery too: the river puts it aside and tells.
            key=f"cxml/{found.payload_id}\n{sha.hex()}",
            size=size,
            sha256=sha,
            stream=stream,
        )
        return self._said(201, found.text, named=keep(self._parts, channel, delivery))

    def _channel(self, partner: str, name: str) -> Channel | None:
        """The channel of this path, if it takes papers that prove who sent them."""
        try:
            channel = self._parts.partners.channel(f"{partner}/{name}")
        except KeyError:
            return None
        greets = isinstance(self._parts.formats[channel.format], Greeter)
        enveloped = getattr(channel.profile, "envelope", "") == "cxml"
        return channel if greets and enveloped and channel.receives else None

    def _said(
        self, status: int, text: str, *, named: str = "", headers: Mapping[str, str] | None = None
    ) -> Response:
        """Answer in cXML; all that greets says it the same way, so any of them will do."""
        greeter = next(one for one in self._parts.formats.values() if isinstance(one, Greeter))
        payload_id = f"{named or self._parts.fresh()}@hub"
        body = greeter.answer(status=status, text=text, payload_id=payload_id, at=self._parts.now())
        http = 503 if status == 560 else 200 if status < HTTPStatus.BAD_REQUEST else status
        return answer(body, status=http, media_type=MEDIA, headers=headers)
