"""A head without end, or that never comes, costs the web process neither memory nor a place."""

import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from hub.cli import wire
from hub.cli.wire import BoundedHttp

HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"


async def _echo(scope: Scope, receive: Receive, send: Send) -> None:
    size = len(await Request(scope, receive).body())
    await PlainTextResponse(f"took {size}")(scope, receive, send)


@pytest.fixture
def door() -> Iterator[int]:
    config = uvicorn.Config(_echo, http=BoundedHttp, log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join()


def _said(port: int, *pieces: bytes) -> bytes:
    """Send pieces until the other end has enough, and return what came back until it closed."""
    heard = b""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        try:
            for piece in pieces:
                line.sendall(piece)
            while got := line.recv(65536):
                heard += got
        except (ConnectionResetError, BrokenPipeError):
            pass
    return heard


def test_a_head_without_end_is_hung_up_on(door: int) -> None:
    assert _said(door, HEAD + b"X: ", *([b"a" * 16_384] * 200)) == b""


def test_lines_of_a_chunked_body_s_end_are_bounded_too(door: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: "
    assert b"took" not in _said(door, head, *([b"a" * 65_536] * 100))


def test_a_head_that_never_ends_is_not_waited_for(
    door: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "HEAD_SECONDS", 0.05)
    assert _said(door) == b""
    assert _said(door, HEAD + b"X: ") == b""
    several = _said(door, HEAD + b"\r\n", HEAD + b"X: ")
    assert several.count(b"200 OK") == 1


def test_requests_one_after_the_other_are_answered_as_ever(door: int) -> None:
    body = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n" + b"a" * 900_000
    last = HEAD + b"Connection: close\r\n\r\n"
    heard = _said(door, *([body] * 6), *([HEAD + b"\r\n"] * 3), last)
    assert heard.count(b"took 900000") == 6
    assert heard.count(b"took 0") == 4
