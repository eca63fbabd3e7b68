"""A mail server that delivers nowhere (RFC 5321, as much as one sender needs): each mail is a file.

It listens on the loopback address, without TLS or password, and keeps one recipient's mails as well
as another's.
"""

import logging
import threading
from contextlib import suppress
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from itertools import count
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

LOCAL = "127.0.0.1"
LONGEST_LINE = 1000  # octets, RFC 5321 4.5.3.1.6
MOST_MAIL = 10 * 1024 * 1024  # octets

_log = logging.getLogger(__name__)


class MailSink:
    """The server and the folder it keeps mails in, numbered on from those that lie there."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self._folder = folder
        self._numbers = count(1 + len(list(folder.glob("*.eml"))))
        self._lock = threading.Lock()
        self._server = _Server((LOCAL, 0), self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="mail sink", daemon=True
        )

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._server.server_address[1]
        return port

    def start(self) -> None:
        """Begin to take mails."""
        self._thread.start()

    def stop(self) -> None:
        """End; connections that are open are cut."""
        if self._thread.ident is not None:
            self._server.shutdown()
        self._server.server_close()

    def keep(self, body: bytes) -> None:
        """Write one mail to a file that appears whole, for its owner only."""
        with self._lock:
            path = self._folder / f"{next(self._numbers):04d}.eml"
        hidden = path.with_name(f".{path.name}")
        hidden.touch(mode=0o600)
        hidden.write_bytes(body)
        hidden.rename(path)
        subject = message_from_bytes(body, _class=EmailMessage, policy=SMTP)["Subject"]
        _log.info("mail %s: %s", path.name, subject)


class _Server(ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], sink: MailSink) -> None:
        self.sink = sink
        super().__init__(address, _Session)


class _Session(StreamRequestHandler):
    """One connection: commands in, three digits and a word back."""

    timeout = 300

    def handle(self) -> None:
        """Answer until the sender leaves, or says nothing for so long that it has left."""
        with suppress(TimeoutError, ConnectionError):
            self._converse()

    def _converse(self) -> None:
        self._say("220 demo")
        while line := self.rfile.readline(LONGEST_LINE):
            match line[:4].upper().strip():
                case b"EHLO" | b"HELO" | b"MAIL" | b"RCPT" | b"RSET" | b"NOOP":
                    self._say("250 good")
                case b"DATA":
                    self._say("354 go on, end with a point")
                    self._take()
                case b"QUIT":
                    self._say("221 good-bye")
                    return
                case _:
                    self._say("502 not here")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode("ascii"))

    def _take(self) -> None:
        body = bytearray()
        while (line := self.rfile.readline(LONGEST_LINE)) not in (b".\r\n", b""):
            body += line[1:] if line.startswith(b".") else line
            if len(body) > MOST_MAIL:
                self._say("552 too long")
                self.connection.close()
                return
        if not line:
            return  # cut off: the sender still has it
        assert isinstance(self.server, _Server)  # noqa: S101  # a fault of ours
        self.server.sink.keep(bytes(body))
        self._say("250 kept")
