"""The operator's door: `/healthz`, `/readyz` and `/metrics`, on an address of its own.

It has no keys, so it belongs on loopback. A page that a browser loaded from elsewhere may try to
read it under a name of its own (DNS rebinding): it answers only to addresses and to known names.
"""

import asyncio
import ipaddress
import json
from collections.abc import Callable, Collection
from datetime import datetime
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hub.ops import metrics
from hub.ops.health import Lives, reasons
from hub.store import Store

PATIENCE = 5.0  # seconds that the store has to answer
LATE = f"the store did not answer within {PATIENCE:g} seconds"


class Watch:
    """What is asked for at the door: looked up anew at each asking, changing nothing."""

    def __init__(
        self,
        store: Store,
        *,
        lives: Lives,
        now: Callable[[], datetime],
        seconds: Callable[[], float],
        sets: Collection[str],
        code: str,
    ) -> None:
        self._store = store
        self._lives = lives
        self._now = now
        self._sets = sets
        self._code = code
        self._look = metrics.StoreLook(store, seconds=seconds)

    def reasons(self) -> list[str]:
        """Return why the hub is not ready; asks the store, so it may take its time."""
        return reasons(self._store, self._lives())

    def seen(self) -> metrics.Seen | None:
        """Return what the store counts; may take its time."""
        return self._look.look()

    def exposition(self, seen: metrics.Seen | None) -> bytes:
        """Return the metrics as text."""
        return metrics.exposition(
            seen, self._lives(), now=self._now(), sets=self._sets, code=self._code
        )


class Door:
    """The ASGI app over a watch; `names` are the host names it answers to beside addresses."""

    def __init__(self, watch: Watch, *, names: Collection[str]) -> None:
        self._watch = watch
        self._names = frozenset(names)
        self._ready: asyncio.Task[list[str]] | None = None
        self._seen: asyncio.Task[metrics.Seen | None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI 3); anything but HTTP is left unanswered."""
        if scope["type"] == "http":
            response = await self._answer(Request(scope))
            await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        paths = {"/healthz": self._alive, "/readyz": self._readiness, "/metrics": self._metrics}
        if not answers_to(request.headers.get("host", ""), self._names):
            return _told(HTTPStatus.MISDIRECTED_REQUEST, "this host name is not answered to")
        answer = paths.get(request.url.path)
        if answer is None:
            return _told(HTTPStatus.NOT_FOUND, f"there are {', '.join(paths)}")
        if request.method != "GET":
            return _told(HTTPStatus.METHOD_NOT_ALLOWED, "only GET is answered", allow="GET")
        return await answer()

    async def _alive(self) -> Response:
        return _told(HTTPStatus.OK)

    async def _readiness(self) -> Response:
        # One asking at a time: a store that hangs holds one thread, however often it is asked for.
        if self._ready is None or self._ready.done():
            self._ready = asyncio.create_task(run_in_threadpool(self._watch.reasons))
        try:
            found = await asyncio.wait_for(asyncio.shield(self._ready), PATIENCE)
        except TimeoutError:
            found = [LATE]
        return _told(HTTPStatus.SERVICE_UNAVAILABLE if found else HTTPStatus.OK, *found)

    async def _metrics(self) -> Response:
        if self._seen is None or self._seen.done():
            self._seen = asyncio.create_task(run_in_threadpool(self._watch.seen))
        try:
            seen = await asyncio.wait_for(asyncio.shield(self._seen), PATIENCE)
        except TimeoutError:
            seen = None
        text = await run_in_threadpool(self._watch.exposition, seen)
        return Response(text, media_type=metrics.CONTENT_TYPE, headers=_HEADERS)


_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def _told(status: HTTPStatus, *reasons: str, allow: str = "") -> Response:
    said = {"status": "ok" if status is HTTPStatus.OK else "no", "reasons": list(reasons)}
    headers = _HEADERS | ({"Allow": allow} if allow else {})
    return Response(
        json.dumps(said), status_code=status, media_type="application/json", headers=headers
    )


def answers_to(host: str, names: Collection[str]) -> bool:
    """Whether a Host header (RFC 9110 §7.2) names this door: an address, or one of the names.

    Nobody can make an address mean another machine in a browser, so every address is fine.
    """
    name, bracket, rest = host.strip().lower().partition("]")
    if bracket:
        return name.startswith("[") and _is_port(rest) and _is_address(name[1:])
    name, _, port = name.partition(":")
    return (not port or port.isdigit()) and (name in names or _is_address(name))


def _is_port(rest: str) -> bool:
    return not rest or (rest[0] == ":" and rest[1:].isdigit())


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
