"""Counts every request by the template of its route; the path itself is never looked at."""

from collections.abc import Awaitable
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.ops.traffic import Row, Traffic, count

NO_ROUTE = "none"


def template_of(scope: Scope) -> str:
    """Return the template of the route that a request took, `none` when it took none.

    The endpoint tells it: FastAPI's router does not note the route of a plain Starlette route.
    """
    endpoint = scope.get("endpoint")
    for route in scope["app"].router.routes if endpoint is not None else ():
        if getattr(route, "endpoint", None) == endpoint:
            return str(route.path)
    return NO_ROUTE


class Counted:
    """An app whose answers are counted."""

    def __init__(self, app: ASGIApp, *, traffic: Traffic) -> None:
        self._app = app
        self._traffic = traffic
        self._rows: dict[object, list[Row]] = {None: traffic.rows(NO_ROUTE)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on (ASGI 3) and count it when it was answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500  # what is told of an exception that passes through here

        def noting(message: Message) -> Awaitable[None]:
            nonlocal status
            if "status" in message:  # the start of a response, and nothing else, has one
                status = message["status"]
            return send(message)

        began = perf_counter()
        try:
            await self._app(scope, receive, noting)
        finally:
            took = perf_counter() - began
            rows = self._rows.get(scope.get("endpoint")) or self._learn(scope)
            count(rows, status, took)

    def _learn(self, scope: Scope) -> list[Row]:
        rows = self._rows[scope["endpoint"]] = self._traffic.rows(template_of(scope))
        return rows
