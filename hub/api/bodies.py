"""Bodies that are papers of any kind: streamed to a place beside memory, with an end to both."""

import asyncio
from http import HTTPStatus
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from hub.api.answers import Declined
from hub.api.asking import BODY_SECONDS

SLOWEST = 32 * 1024  # bytes a second; whoever is slower for long is not heard out
BLOCK = 1 << 20
CLOSED = {"Connection": "close"}


class Sink(Protocol):
    """Where a body goes."""

    def write(self, block: bytes, /) -> object:
        """Take a block of it."""


class Nowhere:
    """Takes a body that is heard and not kept."""

    def write(self, block: bytes, /) -> None:
        """Forget a block."""


async def spooled(request: Request, into: Sink, *, most: int) -> int:
    """Copy the body into `into` and return its size.

    Raises Declined with 415 for a compressed one, 413 as soon as it has more than `most` bytes, 408
    when nothing comes for BODY_SECONDS or it comes too slowly, 400 when it is empty.
    """
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Declined(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "media-type",
            "send the paper as it is, not compressed",
            headers=CLOSED,
        )
    announced = request.headers.get("content-length", "0")
    if announced.isascii() and announced.isdigit() and int(announced[:19]) > most:
        raise _too_long(most)
    try:
        size = await _copied(request, into, most)
    except TimeoutError:
        raise Declined(
            HTTPStatus.REQUEST_TIMEOUT,
            "too-slow",
            f"nothing came for {BODY_SECONDS} seconds, or it came slower than {SLOWEST:,} bytes a "
            "second; nothing was kept, send it again",
            headers=CLOSED,
        ) from None
    if size == 0:
        raise Declined(HTTPStatus.BAD_REQUEST, "empty", "the body is empty; send the paper in it")
    return size


async def _copied(request: Request, into: Sink, most: int) -> int:
    clock = asyncio.get_running_loop().time
    began, size, block = clock(), 0, bytearray()
    async with asyncio.timeout(BODY_SECONDS) as patience:
        async for part in request.stream():
            size += len(part)
            if size > most:
                raise _too_long(most)
            block += part
            if len(block) >= BLOCK:
                await run_in_threadpool(into.write, bytes(block))
                block.clear()
            earned = began + BODY_SECONDS + size / SLOWEST
            patience.reschedule(min(earned, clock() + BODY_SECONDS))
    await run_in_threadpool(into.write, bytes(block))
    return size


def _too_long(most: int) -> Declined:
    return Declined(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "too-long",
        f"a paper of this channel has at most {most:,} bytes; split it",
        headers=CLOSED,
    )
