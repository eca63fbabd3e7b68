"""One call over HTTP/1.1 to an address that was judged before, with an end to everything.

A name is looked up once, every address it stands for is judged, and the connection is made to one
of those, so that a second answer of the name server changes nothing; TLS and Host still go by the
name. No redirect is followed, no proxy of the environment is used, no connection is kept.
"""

import http.client
import io
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO
from urllib.parse import SplitResult, urlsplit

from hub.domain.addresses import address_refusal, is_loopback, url_refusal
from hub.errors import TransportError
from hub.transports import Answer, Limits

CHUNK = 64 * 1024
MOST_ADDRESSES = 8  # of one name; each may cost a whole wait
LOOK_UP_SECONDS = 5.0  # a resolver may take half a minute by itself
NOT_PUBLIC = (
    "it is not called: its name has to be known on the net, and to stand for public addresses alone"
)
"""All that a stranger is told of a name: why it is refused would tell what there is inside."""
PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is asked; `body` holds `size` bytes from where it stands, None is no body."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: BinaryIO | None = None
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """How an answer began; `whole` says that all of its body was read."""

    status: int
    headers: Mapping[str, str]
    whole: bool


def looked_up(host: str, port: int) -> Sequence[str]:
    """Return the addresses that a name stands for now."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def dialled(address: str, port: int, seconds: float) -> socket.socket:
    """Return a connection to one address."""
    return socket.create_connection((address, port), timeout=seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Net:
    """The two doors to the net: looking a name up, and connecting to an address."""

    look_up: Callable[[str, int], Sequence[str]] = looked_up
    dial: Callable[[str, int, float], socket.socket] = dialled


@cache
def _of_machine() -> ssl.SSLContext:
    """Read this machine's authorities once: it takes longer than a call."""
    return trusting()


def trusting(authorities: str = "") -> ssl.SSLContext:
    """Return a TLS context that verifies names by these authorities (PEM), else this machine's."""
    context = ssl.create_default_context(cadata=authorities or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context


class NotPublic(TransportError):
    """A name that cannot be looked up in time, or stands for an address that is not called."""


def refusal(url: str, *, limits: Limits, net: Net | None = None) -> str:
    """Return why this URL would not be called now, empty when it would; the name is looked up.

    Of a name it says nothing but NOT_PUBLIC, whatever is wrong with it.
    """
    why = url_refusal(url, private=limits.private)
    if why:
        return why
    try:
        _judged(urlsplit(url), limits, net or Net())
    except NotPublic:
        return NOT_PUBLIC
    return ""


def exchange(
    call: Call, *, limits: Limits, into: BinaryIO, trust: ssl.SSLContext | None, net: Net
) -> Head:
    """Make one call; its answer's body goes into `into`, up to `limits.most_bytes`.

    Without `trust` this machine's authorities decide. Raises TransportError for everything but an
    answer: permanent for an address or a certificate that waiting does not cure.
    """
    why = url_refusal(call.url, private=limits.private)
    if why:
        raise TransportError(f"this URL is not called: {why}", permanent=True)
    parts = urlsplit(call.url)
    until = time.monotonic() + limits.total_seconds
    with _explained(parts):
        addresses = _judged(parts, limits, net)
        with _connected(parts, addresses, limits, until, trust, net) as sock:
            return _talk(sock, parts, call, limits, until, into)


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, limits: Limits, net: Net | None = None
) -> Answer:
    """POST a body and return what was answered, whatever the status; see `exchange`.

    The URL is a stranger's, who may be shown what is raised: of a name it says NOT_PUBLIC alone.
    """
    call = Call(method="POST", url=url, headers=headers, body=io.BytesIO(body), size=len(body))
    into = io.BytesIO()
    try:
        head = exchange(call, limits=limits, into=into, trust=None, net=net or Net())
    except NotPublic as fault:
        raise TransportError(NOT_PUBLIC, permanent=fault.permanent) from None
    return Answer(status=head.status, headers=head.headers, body=into.getvalue())


def place(parts: SplitResult) -> str:
    """Return scheme, host and port of a URL: paths and queries may hold what is not for logs."""
    return f"{parts.scheme}://{parts.netloc}"


def _judged(parts: SplitResult, limits: Limits, net: Net) -> Sequence[str]:
    """Look the name up and judge every address; one that is refused refuses the name."""
    host, port = parts.hostname or "", _port(parts)
    try:
        addresses = _in_time(net, host, port, min(LOOK_UP_SECONDS, limits.total_seconds))
    except (OSError, UnicodeError) as fault:
        raise NotPublic(f"{host!r} cannot be looked up: {_short(fault)}") from None
    if not addresses:
        raise NotPublic(f"{host!r} stands for no address")
    for address in addresses:
        why = address_refusal(address, private=limits.private)
        if not why and parts.scheme == "http" and not is_loopback(address):
            why = f"{address} is another machine, and only https:// is spoken with those"
        if why:
            raise NotPublic(f"{host!r} is not called: {why}", permanent=True)
    return addresses[:MOST_ADDRESSES]


def _in_time(net: Net, host: str, port: int, seconds: float) -> Sequence[str]:
    """Look a name up, or raise TimeoutError; what the system asks for too long is left behind.

    Nothing interrupts getaddrinfo: its thread ends when the resolver gives up by itself.
    """
    found: Future[Sequence[str]] = Future()

    def look_up() -> None:
        try:
            found.set_result(net.look_up(host, port))
        except (OSError, ValueError) as fault:
            found.set_exception(fault)

    threading.Thread(target=look_up, name="look-up", daemon=True).start()
    return found.result(timeout=seconds)


def _port(parts: SplitResult) -> int:
    return parts.port or PORTS[parts.scheme]


@contextmanager
def _connected(
    parts: SplitResult,
    addresses: Sequence[str],
    limits: Limits,
    until: float,
    trust: ssl.SSLContext | None,
    net: Net,
) -> Iterator[socket.socket]:
    """Connect to the first address that takes us, and speak TLS with the name."""
    sock = _first(addresses, _port(parts), limits, until, net)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if parts.scheme == "https":
            sock.settimeout(min(limits.connect_seconds, _left(until)))
            name = (parts.hostname or "").rstrip(".")
            # It takes the connection over: from here on there is only one to close.
            sock = (trust or _of_machine()).wrap_socket(sock, server_hostname=name)
        yield sock
    finally:
        sock.close()


def _first(
    addresses: Sequence[str], port: int, limits: Limits, until: float, net: Net
) -> socket.socket:
    trouble: OSError | None = None
    for address in addresses:
        try:
            return net.dial(address, port, min(limits.connect_seconds, _left(until)))
        except OSError as fault:
            trouble = trouble or fault
    raise trouble or TimeoutError("no address was tried")


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("it took longer than it may in all")
    return left


def _talk(
    sock: socket.socket,
    parts: SplitResult,
    call: Call,
    limits: Limits,
    until: float,
    into: BinaryIO,
) -> Head:
    connection = http.client.HTTPConnection(parts.hostname or "")
    connection.sock = _Line(sock, limits.read_seconds, until, limits.most_bytes)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.putrequest(call.method, path, skip_host=True, skip_accept_encoding=True)
    own = {"Host": parts.netloc, "Accept-Encoding": "identity", "Connection": "close"}
    if call.body is not None:
        own["Content-Length"] = str(call.size)
    for name, value in {**own, **call.headers}.items():
        connection.putheader(name, value)
    try:
        connection.endheaders()
        _send(connection, call)
    except (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
        pass  # it may have said no before it heard us out; then that is the answer
    answer = connection.getresponse()
    with answer:
        whole = _copied(answer, into, limits.most_bytes)
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Head(status=answer.status, headers=headers, whole=whole)


def _send(connection: http.client.HTTPConnection, call: Call) -> None:
    left = call.size if call.body is not None else 0
    while call.body is not None and left:
        chunk = call.body.read(min(CHUNK, left))
        if not chunk:
            raise TransportError(
                f"the body ended {left} bytes before the {call.size} that were announced",
                permanent=True,
            )
        connection.send(chunk)
        left -= len(chunk)


def _copied(answer: http.client.HTTPResponse, into: BinaryIO, most: int) -> bool:
    """Copy the body; False when there is more of it than `most` bytes."""
    left = most
    while chunk := answer.read(min(CHUNK, left + 1)):
        into.write(chunk[:left])
        if len(chunk) > left:
            return False
        left -= len(chunk)
    if answer.length:  # read() itself does not tell a body that ended early
        raise http.client.IncompleteRead(b"", answer.length)
    return True


AROUND = 1 << 20  # bytes that heads and framing may have around a body


class _Line:
    """A socket as `http.client` wants it, each of whose waits has an end."""

    def __init__(self, sock: socket.socket, seconds: float, until: float, most: int) -> None:
        self._sock = sock
        self._seconds = seconds
        self._until = until
        self._most = most + AROUND

    def sendall(self, body: bytes) -> None:
        """Send all of it, or raise TimeoutError."""
        self._sock.settimeout(min(self._seconds, _left(self._until)))
        self._sock.sendall(body)

    def recv_into(self, buffer: memoryview) -> int:
        """Read what is there, or raise TimeoutError."""
        self._sock.settimeout(min(self._seconds, _left(self._until)))
        read = self._sock.recv_into(buffer)
        self._most -= read
        if self._most < 0:  # whatever its framing says of itself
            raise OSError("its answer is longer than agreed")
        return read

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return what is to be read, as a file."""
        del mode  # http.client reads bytes
        return io.BufferedReader(_Reading(self), CHUNK)

    def close(self) -> None:
        """Do nothing: whoever connected ends the connection, after the body was read."""


class _Reading(io.RawIOBase):
    def __init__(self, line: _Line) -> None:
        self._line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        return self._line.recv_into(buffer)


@contextmanager
def _explained(parts: SplitResult) -> Iterator[None]:
    """Turn what can go wrong on the way into TransportError, without path, query or headers."""
    where = place(parts)
    try:
        yield
    except ssl.SSLCertVerificationError as fault:
        raise TransportError(
            f"{where}: its certificate is not believed: {fault.verify_message}", permanent=True
        ) from None
    except ssl.SSLError as fault:
        words = fault.reason or type(fault).__name__
        ours = any(word in words for word in ("CERTIFICATE", "UNKNOWN_CA"))
        raise TransportError(f"{where}: TLS failed: {words}", permanent=ours) from None
    except (OSError, EOFError) as fault:
        raise TransportError(f"{where}: {_short(fault)}; it will be tried again") from None
    except (http.client.HTTPException, ValueError, TypeError) as fault:
        # A chunk of negative size is a ValueError to the library, a PEM with odd signs a TypeError.
        raise TransportError(f"{where}: this is no HTTP: {type(fault).__name__}") from None


def _short(fault: Exception) -> str:
    if isinstance(fault, TimeoutError) and not fault.args:
        return "timed out"
    if isinstance(fault, OSError) and fault.strerror:
        return fault.strerror
    return str(fault) or type(fault).__name__
