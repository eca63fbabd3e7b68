"""The short way for what storefronts ask again and again: a status, and whether any changed.

In one step it does what router, request and response would do: for a key that is remembered, an
order that is there, a cursor after which nothing came. Whatever else a request is goes the long
way, which says what is wrong with it; both ways answer with the same bytes.
"""

from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from hub.access import Action
from hub.api.answers import NO_STORE, REVALIDATED, headed
from hub.api.asking import possible_cursor, possible_number
from hub.api.keyring import COUNTED, Keyring
from hub.api.reads import Reads, no_news, same_tag
from hub.api.views import ORDERS

STATUSES = "/v1/statuses"
_BEFORE, _AFTER = f"{ORDERS}/", "/status"
_CURSOR = b"after="

Answer = tuple[int, list[tuple[bytes, bytes]], bytes]


class Polls:
    """An app before another: it answers polls itself and passes everything else on."""

    def __init__(self, app: ASGIApp, *, keyring: Keyring, reads: Reads) -> None:
        self._app = app
        self._keyring = keyring
        self._reads = reads
        self._status, self._statuses = reads.status, reads.statuses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a poll, or pass the request on (ASGI 3)."""
        found = self._answer(scope) if scope["type"] == "http" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        status, headers, body = found
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _answer(self, scope: Scope) -> Answer | None:
        if scope["method"] != "GET":
            return None
        path: str = scope["path"]
        if path == STATUSES:
            return self._nothing_new(scope)
        if not path.endswith(_AFTER) or not path.startswith(_BEFORE) or scope["query_string"]:
            return None
        number = path[len(_BEFORE) : -len(_AFTER)]
        return self._one(scope, number) if possible_number(number) else None

    def _one(self, scope: Scope, number: str) -> Answer | None:
        brand, named = self._asker(scope)
        if not brand:
            return None
        scope["endpoint"] = self._status  # as the router does, for those who count
        found = self._reads.found(brand, number)
        if found is None:
            return None
        tag, document = found
        if named is not None and same_tag(named.decode("latin-1"), tag):
            return HTTPStatus.NOT_MODIFIED, headed(None, cache=REVALIDATED, etag=tag), b""
        body = document.encode()
        return HTTPStatus.OK, headed(len(body), cache=REVALIDATED, etag=tag), body

    def _nothing_new(self, scope: Scope) -> Answer | None:
        query: bytes = scope["query_string"]
        cursor = query.removeprefix(_CURSOR).decode("latin-1")
        if not query.startswith(_CURSOR) or not possible_cursor(cursor):
            return None
        brand, _ = self._asker(scope)
        if not brand:
            return None
        scope["endpoint"] = self._statuses
        if self._reads.anything_after(brand, int(cursor)):
            return None
        body = no_news(int(cursor))
        return HTTPStatus.OK, headed(len(body), cache=NO_STORE), body

    def _asker(self, scope: Scope) -> tuple[str, bytes | None]:
        """The brand of a key that is remembered and may read, and what If-None-Match names.

        No brand when anything about the key or the tag is unusual.
        """
        shown = named = None
        for name, value in scope["headers"]:
            if name == b"authorization":
                if shown is not None:
                    return "", None
                shown = value
            elif name == b"if-none-match":
                if named is not None:
                    return "", None
                named = value
        caller = self._keyring.known(shown, Action.READ_STATUS) if shown else None
        if caller is None:
            return "", named
        scope[COUNTED] = True  # whoever takes it from here need not count it again
        return caller.brand, named
