"""A real receiver of webhooks on this machine, and the wire that leads every name to it."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from urllib.parse import urlsplit

from hub.flow.parts import Parts
from hub.transports import Answer, Limits
from hub.transports.http import post as real_post


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One call as it arrived; `place` is the host it was meant for and its path."""

    place: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """Its webhook-id."""
        return self.headers["webhook-id"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """How a receiver answers; `drips` sends the status line sign by sign, `after` waits first."""

    status: int = 204
    headers: Mapping[str, str] = field(default_factory=dict)
    after: float = 0.0
    drips: float = 0.0


Script = Callable[[Received, int], Says]
"""Decides by the call and by how many calls came before it."""


class Receiver:
    """Keeps every call and answers by its script; calls may come at once."""

    def __init__(self) -> None:
        self.script: Script = lambda call, before: Says()
        self.calls: list[Received] = []
        self.taken: list[Received] = []
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _answering(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def heard(self, call: Received) -> Says:
        """Keep a call and say what it gets."""
        with self._lock:
            before = len(self.calls)
            self.calls.append(call)
            says = self.script(call, before)
            if 200 <= says.status < 300 and not says.drips and says.after < 1:
                self.taken.append(call)
        return says

    def close(self) -> None:
        """Stop listening; what still drips is cut off."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _answering(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            says = receiver.heard(Received(place=self.path, headers=headers, body=body))
            if says.after and receiver.closing.wait(says.after):
                return
            try:
                self._say(says)
            except OSError:
                self.close_connection = True  # the caller had enough

        def _say(self, says: Says) -> None:
            if says.drips:
                for sign in b"HTTP/1.1 200 OK\r\nx: " + b"y" * 10_000:
                    self.wfile.write(bytes([sign]))
                    self.wfile.flush()
                    if receiver.closing.wait(says.drips):
                        return
            self.send_response(says.status)
            for name, value in says.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Answering


def led_to(parts: Parts, receiver: Receiver, *, seconds: float = 2.0) -> Parts:
    """Return parts whose wire calls the receiver for every name, by the real client.

    `seconds` is how long a call may take in all.
    """

    def post(url: str, body: bytes, headers: Mapping[str, str], *, limits: Limits) -> Answer:
        place = urlsplit(url)
        here = f"http://127.0.0.1:{receiver.port}/{place.hostname}{place.path}"
        near = replace(limits, private=True, total_seconds=min(seconds, limits.total_seconds))
        return real_post(here, body, headers, limits=near)

    def refusal(url: str, *, limits: Limits) -> str:
        return ""

    wire = SimpleNamespace(post=post, refusal=refusal)
    return replace(parts, wires={**parts.wires, "http": wire})


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Open a receiver for a test."""
    receiver = Receiver()
    try:
        yield receiver
    finally:
        receiver.close()


def until(true: Callable[[], bool]) -> None:
    """Wait until something that other threads do is done; a test that waits in vain fails."""
    for _ in range(1000):
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("it did not happen within 20 seconds")
