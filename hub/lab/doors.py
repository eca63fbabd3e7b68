"""The hub's REST door as those outside see it: over the net, or within this process."""

import asyncio
import json
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any, Protocol

import httpx

SECONDS = 30
NOBODY = 503  # nobody answers: come again
JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the door answered."""

    status: int
    body: bytes

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
    ) -> Said:
        """Send one request: `token` is an API key, `kind` the body's media type.

        `key` says which requests are the same one.
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
    ) -> Said:
        """Send one request on a connection of its own; without an answer it is as good as 503."""
        connection = HTTPConnection(self._host, self._port, timeout=SECONDS)
        try:
            head = headings(token=token, body=body, kind=kind, key=key)
            connection.request(method, path, body or None, head)
            response = connection.getresponse()
            return Said(status=response.status, body=response.read())
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
    ) -> Said:
        """Send one request and wait for its answer."""
        head = headings(token=token, body=body, kind=kind, key=key)
        request = self._client.request(method, path, content=body, headers=head)
        response = self._runner.run(request)
        return Said(status=response.status_code, body=response.content)

    def close(self) -> None:
        """End it."""
        self._runner.run(self._client.aclose())
        self._runner.close()
