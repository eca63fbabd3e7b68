"""HTTPS to a partner's endpoint: documents sent by POST or PUT, feeds fetched when they changed.

What lives here: the `Transport` (this file), what a page may say (`config`), how we prove who we
are (`proofs`), and the one guarded way to make a call (`client`), which webhooks use too. What does
not: when to poll, what to do after a failure, what the bytes mean.
"""

import io
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import BinaryIO
from urllib.parse import quote, urlsplit

from hub.domain.exchange import Problem
from hub.errors import TransportError
from hub.transports import (
    Limits,
    RefusedCall,
    RefusedPaper,
    RemoteFile,
    Reply,
    Transport,
    own_name,
)
from hub.transports.http.client import CHUNK, Call, Head, Net, exchange, place, post, refusal
from hub.transports.http.config import Config, Pull
from hub.transports.http.proofs import Proofs
from hub.transports.http.wording import told

__all__ = ["Config", "HttpWire", "Net", "connect", "post", "refusal"]

# The other side may take the very same thing later; everything else it will refuse again.
LATER = frozenset({408, 425, 429})
# Said of this one paper; the next may well be taken (RFC 9110 §15.5).
OF_THE_PAPER = frozenset({400, 406, 409, 413, 422})
CONFLICT = 409
LOOKED_AT = 64 * 1024  # bytes of what is answered instead of a document


def connect(config: Config, *, secrets: Callable[[str], str]) -> Transport:
    """Return a transport to the endpoint.

    Nothing is opened and no secret is asked for before the first call. `secrets` turns a reference
    of the page into its text.
    """
    return HttpWire(config, secrets=secrets)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pulled:
    """A document that was fetched and not taken in yet, with what names this state of it."""

    file: RemoteFile
    body: BinaryIO
    marks: Mapping[str, str]


class HttpWire:
    """The `Transport` over one endpoint; each call is a connection of its own.

    Not for two threads at once. What was fetched last and taken in is asked for conditionally
    (RFC 9110 §13.1); a new wire asks for all of it once.
    """

    def __init__(
        self, config: Config, *, secrets: Callable[[str], str], net: Net | None = None
    ) -> None:
        self._config = config
        self._proofs = Proofs(config, secrets=secrets)
        self._net = net or Net()
        self._pulled: _Pulled | None = None
        self._marks: Mapping[str, str] = {}
        self._taken = False

    def keep_time(self, now: Callable[[], datetime]) -> None:
        """Take the clock that signatures go by."""
        self._proofs.keep_time(now)

    # -- sending

    def put(self, name: str, body: BinaryIO, *, size: int) -> Reply | None:
        """Send one document; returns what was answered when the page says that this is a document.

        Its name is the Idempotency-Key, the same at every attempt. Raises RefusedPaper when the
        partner says no to this very document, else TransportError, permanent for an answer that
        would be the same tomorrow. What is raised tells no word of the answer, it carries it.
        """
        config = self._config
        if config.url is None:
            raise TransportError("the page gives no url to send to; add it", permanent=True)
        key = quote(own_name(name), safe=" !#$&'()*+,:;=?@[]")
        headers = {
            **config.headers,
            "Content-Type": config.content_type,
            "Idempotency-Key": key,
            **self._proofs.headers(body, size=size),
        }
        call = Call(method=config.method, url=config.url, headers=headers, body=body, size=size)
        into = io.BytesIO()
        head = self._exchange(call, into, most_bytes=config.max_reply)
        answered = into.getvalue()
        if head.status not in config.expect:
            # "In work already" with a time to ask again is no refusal: the first answer got lost.
            waits = head.status == CONFLICT and "retry-after" in head.headers
            if head.status in OF_THE_PAPER and not waits:
                problem = Problem(
                    code=f"http-{head.status}", text=self._told(config.url, head, answered)
                )
                raise RefusedPaper([problem], reply=self._kept(head, answered))
            raise self._refused(config.url, head, answered)
        if config.reply != "document" or not answered:
            return None
        if not head.whole:
            raise TransportError(
                f"{_place(config.url)} took {name!r} and answered with more than "
                f"{config.max_reply} bytes; raise max_reply",
                permanent=True,
            )
        return Reply(body=answered, content_type=head.headers.get("content-type", ""))

    # -- fetching

    def list(self) -> Sequence[RemoteFile]:
        """Return the document of `pull` if it changed since it was taken in, else nothing.

        It is fetched here: only its bytes tell what a server does not.
        """
        self._drop()
        pull = self._config.pull
        if pull is None:
            return ()
        body = tempfile.TemporaryFile()  # noqa: SIM115  # lives until it is taken in
        try:
            head = self._asked(pull, body)
            if head is None:
                body.close()
                return ()
        except BaseException:
            body.close()
            raise
        file = RemoteFile(path=pull.name, size=body.tell(), mtime=_changed_at(head))
        self._pulled = _Pulled(file=file, body=body, marks=_marks(head))
        return (file,)

    def _asked(self, pull: Pull, into: BinaryIO) -> Head | None:
        """Ask for the document; None when there is none, or none but the one that we have."""
        headers = {**self._config.headers, "Accept": pull.accept, **self._marks}
        headers |= self._proofs.headers(io.BytesIO(), size=0)
        call = Call(method="GET", url=pull.url, headers=headers)
        head = self._exchange(call, into, most_bytes=pull.max_bytes, seconds=pull.seconds)
        if head.status == 204 or (head.status == 304 and self._marks):
            return None
        if head.status != 200:
            into.seek(0)
            raise self._refused(pull.url, head, into.read(LOOKED_AT))
        if not head.whole:
            raise TransportError(
                f"{_place(pull.url)}: {pull.name!r} has more than {pull.max_bytes} bytes; raise "
                "max_bytes if that is right",
                permanent=True,
            )
        if head.headers.get("content-encoding", "identity") != "identity":
            raise TransportError(
                f"{_place(pull.url)}: {pull.name!r} comes compressed though that was not asked "
                "for; have the partner mend it",
                permanent=True,
            )
        return head

    def fetch(self, file: RemoteFile, into: BinaryIO) -> RemoteFile:
        """Copy the bytes that `list` fetched, and return what it said of them."""
        pulled = self._pulled
        if pulled is None or pulled.file != file:
            raise TransportError(f"{file.path!r} is not what was listed; list again")
        pulled.body.seek(0)
        while chunk := pulled.body.read(CHUNK):
            into.write(chunk)
        return pulled.file

    def remove(self, file: RemoteFile) -> None:
        """Remember that this state of the document was taken in; nothing changes over there."""
        if self._pulled is not None and self._pulled.file == file:
            self._marks, self._taken = self._pulled.marks, True
            self._drop()

    def unchanged(self) -> Collection[str]:
        """Return the name of the document that was taken in and has not changed since."""
        pull = self._config.pull
        return (pull.name,) if pull is not None and self._taken else ()

    def close(self) -> None:
        """Drop what was fetched and not taken in; there is no connection to end."""
        self._drop()

    def _drop(self) -> None:
        pulled, self._pulled = self._pulled, None
        if pulled is not None:
            pulled.body.close()

    # -- the call

    def _exchange(
        self, call: Call, into: BinaryIO, *, most_bytes: int, seconds: float | None = None
    ) -> Head:
        config = self._config
        limits = Limits(
            connect_seconds=config.connect_seconds,
            read_seconds=config.io_seconds,
            total_seconds=config.total_seconds if seconds is None else seconds,
            most_bytes=most_bytes,
            private=config.allow_private,
        )
        return exchange(call, limits=limits, into=into, trust=self._proofs.trust(), net=self._net)

    def _told(self, url: str, head: Head, said: bytes) -> str:
        """Tell what an unwelcome answer was, in none of its words."""
        return f"{_place(url)} answered {self._proofs.masked(told(head, said))}"

    def _kept(self, head: Head, said: bytes) -> Reply:
        """Return an unwelcome answer as it was, but for our own secrets."""
        words = self._proofs.masked(said.decode("utf-8", "surrogateescape"))
        body = words.encode("utf-8", "surrogateescape")
        return Reply(body=body, content_type=head.headers.get("content-type", ""))

    def _refused(self, url: str, head: Head, said: bytes) -> TransportError:
        """Say what an unwelcome status means for the wire."""
        what, reply = self._told(url, head, said), self._kept(head, said)
        waits = head.status == CONFLICT and "retry-after" in head.headers
        if head.status in LATER or head.status >= 500 or waits:
            return RefusedCall(
                f"{what}; it will be tried again", reply=reply, retry_seconds=_retry_seconds(head)
            )
        return RefusedCall(f"{what}; {_step(head)}", reply=reply, permanent=True)


def _step(head: Head) -> str:
    if head.status < 300:
        return "the page does not expect this status; add it under expect if it means yes"
    if head.status < 400:
        target = _host(head.headers.get("location", ""))
        elsewhere = f" (to {target[:80]!r})" if target else ""
        return f"redirects are not followed{elsewhere}; put the right address on the page"
    if head.status in (401, 403, 407):
        return "check with the partner how we prove who we are, and the page's auth and tls"
    return "find out with the partner what is wrong, then resume the channel"


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _retry_seconds(head: Head) -> float:
    """Read Retry-After (RFC 9110 §10.2.3): seconds, or a date by the partner's own clock."""
    asked = head.headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return float(asked[:9])
    until, now = _moment(asked), _moment(head.headers.get("date", ""))
    return max(0.0, (until - now).total_seconds()) if until and now else 0.0


def _changed_at(head: Head) -> int:
    changed = _moment(head.headers.get("last-modified", ""))
    return int(changed.timestamp()) if changed else 0


def _moment(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo is not None else None


def _marks(head: Head) -> Mapping[str, str]:
    """Return the headers that ask whether this state still stands, if the server named any."""
    pairs = {"If-None-Match": "etag", "If-Modified-Since": "last-modified"}
    return {
        asked: head.headers[name]
        for asked, name in pairs.items()
        if name in head.headers and head.headers[name].isascii()
    }


def _place(url: str) -> str:
    return place(urlsplit(url))
