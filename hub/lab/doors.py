"""The hub's REST door as those outside see it: over the net, or within this process."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any, Protocol

import httpx

SECONDS = 30
NOBODY = 503  # nobody answers: come again
JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the door answered; the names in `head` are in small letters."""

    status: int
    body: bytes
    head: Mapping[str, str] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Whether it did what was asked."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """Return the body as values."""
        return json.loads(self.body)


class Door(Protocol):
    """Where the hub answers."""

    def ask(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        body: bytes = b"",
        kind: str = JSON,
        key: str = "",
        head: Mapping[str, str] | None = None,
    ) -> Said:
        """Send one request: `token` is an API key, `kind` the body's media type.

        `key` says which requests are the same one; `head` is what else its header says.
        """


def headings(*, token: str, body: bytes, kind: str, key: str) -> dict[str, str]:
    """Return the header of a request."""
    return {
        **({"Authorization": f"Bearer {token}"} if token else {}),
        **({"Content-Type": kind} if body else {}),
        **({"Idempotency-Key": key} if key else {}),
    }


class NetDoor:
    """The door behind a port of this machine."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port

    def ask(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        body: bytes = b"",
        kind: str = JSON,
        key: str = "",
        head: Mapping[str, str] | None = None,
    ) -> Said:
        """Send one request on a connection of its own; without an answer it is as good as 503."""
        connection = HTTPConnection(self._host, self._port, timeout=SECONDS)
        try:
            sent = {**headings(token=token, body=body, kind=kind, key=key), **(head or {})}
            connection.request(method, path, body or None, sent)
            response = connection.getresponse()
            found = {name.lower(): text for name, text in response.getheaders()}
            return Said(status=response.status, body=response.read(), head=found)
        except (OSError, HTTPException):
            return Said(status=NOBODY, body=b"")
        finally:
            connection.close()


class AppDoor:
    """The same door without a net: requests go straight to the application; close it after."""

    def __init__(self, app: Any) -> None:
        self._runner = asyncio.Runner()
        wire = httpx.ASGITransport(app=app)
        self._client = httpx.AsyncClient(transport=wire, base_url="http://127.0.0.1")

    def ask(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        body: bytes = b"",
        kind: str = JSON,
        key: str = "",
        head: Mapping[str, str] | None = None,
    ) -> Said:
        """Send one request and wait for its answer."""
        sent = {**headings(token=token, body=body, kind=kind, key=key), **(head or {})}
        request = self._client.request(method, path, content=body, headers=sent)
        response = self._runner.run(request)
        return Said(status=response.status_code, body=response.content, head=dict(response.headers))

    def close(self) -> None:
        """End it."""
        self._runner.run(self._client.aclose())
        self._runner.close()
