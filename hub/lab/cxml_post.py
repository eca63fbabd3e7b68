"""How Kiln's messages travel: a small HTTP server takes orders, answers are posted to the hub."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from hub.lab.cxml_voice import responded, status_of
from hub.lab.doors import Door
from hub.lab.post import put
from hub.lab.xml_words import Unread, tree

LOOPBACK = "127.0.0.1"
MOST_BYTES = 10 * 1024 * 1024
MEDIA = "text/xml; charset=utf-8"


class CxmlPost:
    """Both sides of the wire; what is posted to it lies in `in`, what was posted in `out/taken`."""

    def __init__(self, home: Path, *, path: str, clock: Callable[[], datetime]) -> None:
        self._inbox, self._outbox = home / "in", home / "out" / "taken"
        for folder in (self._inbox, self._outbox):
            folder.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._clock = clock
        self._door: Door | None = None
        self._waiting: dict[str, str] = {}
        self._server: ThreadingHTTPServer | None = None
        self._listening: threading.Thread | None = None
        self.port = 0
        self.refusals: list[str] = []

    def connect(self, door: Door) -> None:
        """From now on post to that hub."""
        self._door = door

    def open(self) -> None:
        """Listen; at the same port as before, if there was one."""
        server = _Server((LOOPBACK, self.port), _Asked)
        server.post = self
        self.port = server.server_port
        self._listening = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._listening.start()
        self._server = server

    def close(self) -> None:
        """Listen no more."""
        server, self._server = self._server, None
        if server is not None and self._listening is not None:
            server.shutdown()
            self._listening.join()
            server.server_close()

    def took(self, text: str) -> str:
        """Keep a message of the hub and return what answers it."""
        at = self._clock()
        try:
            payload = str(tree(text).get("payloadID"))
        except Unread:
            return responded(status=406, text="Not Acceptable", payload_id="none@kiln", at=at)
        name = hashlib.sha256(payload.encode()).hexdigest()[:16]
        put(self._inbox / f"{at:%Y%m%d%H%M%S}-{name}.xml", text)
        return responded(status=200, text="OK", payload_id=f"r-{name}@kiln.example", at=at)

    def arrived(self) -> Iterator[tuple[str, str]]:
        """Yield every message, in the order of coming."""
        for name, text in list(self._waiting.items()):
            self.send(name, text)
        for path in sorted(self._inbox.glob("[!.]*.xml")):
            yield path.name, path.read_text()

    def send(self, name: str, text: str) -> None:
        """Post a message; what cannot be taken now waits, what is refused is noted."""
        self._waiting[name] = text
        if self._door is None:
            return
        said = self._door.ask("POST", self._path, body=text.encode(), kind=MEDIA)
        if said.status >= 500 or said.status == 429:
            return
        del self._waiting[name]
        put(self._outbox / name, text)
        code = status_of(said.body.decode())
        if not 200 <= code < 300:
            self.refusals.append(f"{name}: {code}")

    def untaken(self) -> int:
        """Return how many messages wait to be posted."""
        return len(self._waiting)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    post: CxmlPost


class _Asked(BaseHTTPRequestHandler):
    """One request of the hub."""

    def do_POST(self) -> None:  # the library's name for it
        """Take a message and answer it."""
        assert isinstance(self.server, _Server)  # noqa: S101  # a fault of ours
        size = min(int(self.headers.get("Content-Length", 0)), MOST_BYTES)
        answer = self.server.post.took(self.rfile.read(size).decode()).encode()
        self.send_response(200)
        self.send_header("Content-Type", MEDIA)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:  # the library's
        """Say nothing."""
