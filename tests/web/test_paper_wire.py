"""Large papers pass the web process's wire where their door is, when their length was announced."""

import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from hub.cli.wire import LONGEST_FORM, LONGEST_MESSAGE, PAPERS, BoundedHttp

LARGE = LONGEST_MESSAGE + 1_000_000


async def _count(scope: Scope, receive: Receive, send: Send) -> None:
    size = 0
    async for piece in Request(scope, receive).stream():
        size += len(piece)
    await PlainTextResponse(f"took {size}")(scope, receive, send)


@pytest.fixture(scope="module")
def door() -> Iterator[int]:
    config = uvicorn.Config(_count, http=BoundedHttp, log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join()


def _said(port: int, head: str, *pieces: bytes) -> bytes:
    heard = b""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        try:
            line.sendall(f"{head}\r\nHost: x\r\nConnection: close\r\n".encode())
            for piece in pieces:
                line.sendall(piece)
            while got := line.recv(65_536):
                heard += got
        except (ConnectionResetError, BrokenPipeError):
            pass
    return heard


def _announced(size: int) -> list[bytes]:
    return [f"Content-Length: {size}\r\n\r\n".encode(), b"x" * size]


def test_an_announced_paper_passes_at_its_door_and_nowhere_else(door: int) -> None:
    for path in PAPERS:
        heard = _said(door, f"POST {path}one HTTP/1.1", *_announced(LARGE))
        assert f"took {LARGE}".encode() in heard
    assert b"took" not in _said(door, "POST /v1/orders HTTP/1.1", *_announced(LARGE))


def test_a_paper_in_pieces_has_the_bound_of_every_message(door: int) -> None:
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    head = "POST /v1/partner/documents/edi HTTP/1.1"
    pieces = [b"Transfer-Encoding: chunked\r\n\r\n", *([chunk] * (LARGE // 65_536)), b"0\r\n\r\n"]
    assert b"took" not in _said(door, head, *pieces)
    few = [pieces[0], chunk, pieces[-1]]
    assert b"took 65536" in _said(door, head, *few)


def test_an_announced_form_passes_so_that_its_page_can_say_it_is_too_long(door: int) -> None:
    for kind in ("multipart/form-data; boundary=x", "application/x-www-form-urlencoded"):
        head = f"POST /upload HTTP/1.1\r\nContent-Type: {kind}"
        assert f"took {LARGE}".encode() in _said(door, head, *_announced(LARGE))
        endless = _announced(LONGEST_FORM + 1_000_000)
        assert b"took" not in _said(door, head, *endless)
