"""HTTP/1.1 with an end to everything: uvicorn's protocol bounds neither a head nor its time."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 15
LONGEST_HEAD = 64 * 1024  # bytes, beyond what came with the last piece
LONGEST_MESSAGE = 4_000_000
"""Bytes of head, body and what follows a body; a body that may be taken is far shorter."""
PAPERS = ("/v1/partner/documents/", "/v1/cxml/")
"""Paths that take papers of any size that was announced: their own door counts them."""
LONGEST_PAPER = LONGEST_MESSAGE + (2 << 30)
FORMS = (b"multipart/form-data", b"application/x-www-form-urlencoded")
LONGEST_FORM = LONGEST_MESSAGE + (64 << 20)
"""Of a form whose length was announced: its page counts it, and says so when it is too long."""
_PAPERS = tuple(path.encode() for path in PAPERS)


class BoundedHttp(HttpToolsProtocol):
    """Closes a connection whose request has no end; what is let through is uvicorn's to answer."""

    _heading = True
    _taken = 0
    _most = LONGEST_MESSAGE
    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a first head."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._heard()
        super().connection_lost(exc)

    def data_received(self, piece: bytes) -> None:
        """Pass a piece on, as long as its message may still become one."""
        if self._heading and self._patience is None:
            self._wait()
        self._taken += len(piece)
        super().data_received(piece)
        if self._taken > (LONGEST_HEAD if self._heading else self._most):
            self.transport.close()

    def on_headers_complete(self) -> None:
        """Take the rest of the message for its body."""
        self._heading = False
        self._heard()
        # What follows a body in pieces has no length of its own: large papers announce theirs.
        announced = all(name != b"transfer-encoding" for name, _ in self.headers)
        self._most = self._longest() if announced else LONGEST_MESSAGE
        super().on_headers_complete()

    def _longest(self) -> int:
        if self.url.startswith(_PAPERS):
            return LONGEST_PAPER
        kinds = [value for name, value in self.headers if name == b"content-type"]
        return LONGEST_FORM if any(one.startswith(FORMS) for one in kinds) else LONGEST_MESSAGE

    def on_message_complete(self) -> None:
        """Take what follows for another head."""
        self._heading, self._taken = True, 0
        super().on_message_complete()

    def _wait(self) -> None:
        self._patience = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _heard(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
