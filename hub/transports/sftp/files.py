"""SFTP version 3 over one SSH channel (draft-ietf-secsh-filexfer-02): as little as a hub needs.

Why not paramiko's own client: with pipelining it never looks at the answers to the last writes,
one name that is not UTF-8 ends a listing, answers out of order hang it, its bounded prefetch runs
in a thread that outlives a lost connection, and it hides which extensions the server has. Here
every answer is awaited and checked, and no thread is started.

What does not live here: SSH, retries, names on our side, sentences for people.
"""

import stat
import struct
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

from paramiko import Channel, SSHException
from paramiko import sftp as wire

VERSION = 3
CHUNK = 32_768  # bytes; every server must take packets of this size (§3)
WINDOW = 64  # requests in flight: 2 MiB, as OpenSSH's own client has
LARGEST_PACKET = 1 << 20  # bytes; a longer answer is garbage or an attack
OTHER_KINDS = (b"d", b"l", b"p", b"s", b"b", b"c")  # first letter of `ls -l`, all but regular

HAS_SIZE, HAS_OWNER, HAS_MODE, HAS_TIMES, HAS_EXTENDED = 0x1, 0x2, 0x4, 0x8, 0x80000000  # §5
POSIX_RENAME = b"posix-rename@openssh.com"
FSYNC = b"fsync@openssh.com"


class Lost(Exception):
    """The channel ended, stayed silent too long or said something that is not SFTP."""


class Declined(Exception):
    """The server answered a request with a status other than OK (§7)."""

    def __init__(self, code: int, text: str) -> None:
        self.code = code
        super().__init__(text)


class Sink(Protocol):
    """Anything that takes bytes: a file, a hash."""

    def write(self, chunk: bytes, /) -> object:
        """Take the next bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """What a server tells of a file: size in bytes, mtime in seconds; absent words are 0."""

    regular: bool
    directory: bool
    size: int
    mtime: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a listing; the name is the server's bytes, not yet believed."""

    name: bytes
    attributes: Attributes


class Session:
    """One SFTP conversation. Requests are numbered, so answers may come in any order."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._number = 0
        self._early: dict[int, tuple[int, _Fields]] = {}
        self.extensions = self._greet()

    def names(self, directory: str) -> Generator[Entry, None, None]:
        """Yield every entry but `.` and `..`, as the server orders them.

        It can be closed at any point.
        """
        with self._opened(wire.CMD_OPENDIR, _text(directory)) as handle:
            while (fields := self._next_names(handle)) is not None:
                for _ in range(fields.number()):
                    name, longname = fields.string(), fields.string()
                    entry = Entry(name=name, attributes=fields.attributes(longname))
                    if name not in (b".", b".."):
                        yield entry

    def lstat(self, path: str) -> Attributes | None:
        """Return the attributes of the name itself, or None without one.

        No link is followed.
        """
        try:
            kind, fields = self._ask(wire.CMD_LSTAT, _text(path))
        except Declined as no:
            if no.code == wire.SFTP_NO_SUCH_FILE:
                return None
            raise
        return _expect(kind, wire.CMD_ATTRS, fields).attributes(b"")

    def read(self, path: str, into: Sink) -> tuple[int, Attributes]:
        """Copy the file into `into` and return the count and the handle's state.

        It copies as many bytes as the file held when it was opened, fewer if it shrank; the
        attributes are those after the last byte.
        """
        opening = _text(path) + struct.pack(">II", wire.SFTP_FLAG_READ, 0)
        with self._opened(wire.CMD_OPEN, opening) as handle:
            got = self._drain(handle, self._fstat(handle).size, into)
            return got, self._fstat(handle)

    def write(self, path: str, chunks: Iterable[bytes]) -> int:
        """Make the file hold exactly these bytes and return their count.

        It is synced where the server can do that. Every write's answer has been seen when it
        returns.
        """
        flags = wire.SFTP_FLAG_WRITE | wire.SFTP_FLAG_CREATE | wire.SFTP_FLAG_TRUNC
        with self._opened(wire.CMD_OPEN, _text(path) + struct.pack(">II", flags, 0)) as handle:
            sent = self._pour(handle, chunks)
            if FSYNC in self.extensions:
                self._ask(wire.CMD_EXTENDED, _string(FSYNC) + _string(handle))
            return sent

    def rename(self, old: str, new: str) -> None:
        """Rename onto a free name; OpenSSH declines a taken one (§6.5)."""
        self._ask(wire.CMD_RENAME, _text(old) + _text(new))

    def posix_rename(self, old: str, new: str) -> None:
        """Rename at one stroke, replacing what had the new name."""
        self._ask(wire.CMD_EXTENDED, _string(POSIX_RENAME) + _text(old) + _text(new))

    def remove(self, path: str) -> None:
        """Remove one file; `Declined` when it is not there."""
        self._ask(wire.CMD_REMOVE, _text(path))

    # -- requests in flight

    def _drain(self, handle: bytes, size: int, into: Sink) -> int:
        spans = ((offset, min(CHUNK, size - offset)) for offset in range(0, size, CHUNK))
        flying: deque[tuple[int, int, int]] = deque()
        got = 0
        try:
            while self._ask_ahead(handle, spans, flying):
                number, offset, length = flying.popleft()
                chunk = self._whole_span(number, handle, offset, length)
                into.write(chunk)
                got += len(chunk)
                if len(chunk) < length:
                    break
        except Declined:
            self._forget(number for number, _, _ in flying)
            raise
        self._forget(number for number, _, _ in flying)
        return got

    def _ask_ahead(
        self,
        handle: bytes,
        spans: Iterator[tuple[int, int]],
        flying: deque[tuple[int, int, int]],
    ) -> bool:
        while len(flying) < WINDOW and (span := next(spans, None)) is not None:
            flying.append((self._send_read(handle, *span), *span))
        return bool(flying)

    def _whole_span(self, number: int, handle: bytes, offset: int, length: int) -> bytes:
        # A server may answer a read with less than was asked although more is there (§6.4).
        chunk = self._bytes(number)
        while chunk and len(chunk) < length:
            more = self._bytes(self._send_read(handle, offset + len(chunk), length - len(chunk)))
            if not more:
                break
            chunk += more
        if len(chunk) > length:
            raise Lost(f"it answered a read of {length} bytes with {len(chunk)}")
        return chunk

    def _send_read(self, handle: bytes, offset: int, length: int) -> int:
        return self._send(wire.CMD_READ, _string(handle) + struct.pack(">QI", offset, length))

    def _bytes(self, number: int) -> bytes:
        try:
            kind, fields = self._answer(number)
        except Declined as no:
            if no.code == wire.SFTP_EOF:
                return b""
            raise
        return _expect(kind, wire.CMD_DATA, fields).string()

    def _pour(self, handle: bytes, chunks: Iterable[bytes]) -> int:
        flying: deque[int] = deque()
        offset = 0
        try:
            for chunk in chunks:
                place = _string(handle) + struct.pack(">Q", offset)
                flying.append(self._send(wire.CMD_WRITE, place + _string(chunk)))
                offset += len(chunk)
                if len(flying) >= WINDOW:
                    self._answer(flying.popleft())
            while flying:
                self._answer(flying.popleft())
        except Declined:
            self._forget(flying)
            raise
        return offset

    def _forget(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            with suppress(Declined):
                self._answer(number)

    # -- single requests

    def _next_names(self, handle: bytes) -> "_Fields | None":
        try:
            kind, fields = self._ask(wire.CMD_READDIR, _string(handle))
        except Declined as no:
            if no.code == wire.SFTP_EOF:
                return None
            raise
        return _expect(kind, wire.CMD_NAME, fields)

    def _fstat(self, handle: bytes) -> Attributes:
        kind, fields = self._ask(wire.CMD_FSTAT, _string(handle))
        return _expect(kind, wire.CMD_ATTRS, fields).attributes(b"")

    @contextmanager
    def _opened(self, kind: int, payload: bytes) -> Iterator[bytes]:
        answer, fields = self._ask(kind, payload)
        handle = _expect(answer, wire.CMD_HANDLE, fields).string()
        try:
            yield handle
        except (Declined, GeneratorExit):
            with suppress(Declined):
                self._ask(wire.CMD_CLOSE, _string(handle))
            raise
        # Checked: some servers say only now that the disk was full.
        self._ask(wire.CMD_CLOSE, _string(handle))

    # -- packets

    def _greet(self) -> frozenset[bytes]:
        self._send_packet(struct.pack(">BI", wire.CMD_INIT, VERSION))
        kind, fields = self._receive()
        version = _expect(kind, wire.CMD_VERSION, fields).number()
        if version != VERSION:
            raise Lost(f"it speaks SFTP version {version}, not {VERSION}")
        extensions = set()
        while fields.left():
            extensions.add(fields.string())
            fields.string()
        return frozenset(extensions)

    def _ask(self, kind: int, payload: bytes) -> "tuple[int, _Fields]":
        return self._answer(self._send(kind, payload))

    def _send(self, kind: int, payload: bytes) -> int:
        self._number = (self._number + 1) % (1 << 32)
        self._send_packet(struct.pack(">BI", kind, self._number) + payload)
        return self._number

    def _answer(self, number: int) -> "tuple[int, _Fields]":
        while number not in self._early:
            kind, fields = self._receive()
            self._early[fields.number()] = kind, fields
            if len(self._early) > 2 * WINDOW:
                raise Lost("it answers requests that were never made")
        kind, fields = self._early.pop(number)
        if kind == wire.CMD_STATUS and (code := fields.number()) != wire.SFTP_OK:
            text = fields.string().decode("utf-8", "replace") if fields.left() else ""
            raise Declined(code, text or f"status {code}")
        return kind, fields

    def _send_packet(self, packet: bytes) -> None:
        try:
            self._channel.sendall(struct.pack(">I", len(packet)) + packet)
        except TimeoutError as silence:
            raise Lost("it took nothing more within the time limit") from silence
        except (OSError, EOFError, SSHException) as end:
            raise Lost(f"the connection ended ({end or 'closed'})") from end

    def _receive(self) -> "tuple[int, _Fields]":
        (length,) = struct.unpack(">I", self._exactly(4))
        if not 1 <= length <= LARGEST_PACKET:
            raise Lost(f"it sent a packet of {length} bytes, which is not SFTP")
        packet = self._exactly(length)
        return packet[0], _Fields(packet)

    def _exactly(self, length: int) -> bytes:
        packet = bytearray()
        while len(packet) < length:
            try:
                part = self._channel.recv(length - len(packet))
            except TimeoutError as silence:
                raise Lost("it did not answer within the time limit") from silence
            except (OSError, EOFError, SSHException) as end:
                raise Lost(f"the connection ended ({end or 'closed'})") from end
            if not part:
                raise Lost("it closed the session")
            packet += part
        return bytes(packet)


class _Fields:
    """A packet read from left to right; anything short is `Lost`, never an index error."""

    def __init__(self, packet: bytes) -> None:
        self._packet = packet
        self._at = 1  # after the type

    def left(self) -> int:
        return len(self._packet) - self._at

    def number(self) -> int:
        return int.from_bytes(self._take(4))

    def string(self) -> bytes:
        return self._take(self.number())

    def attributes(self, longname: bytes) -> Attributes:
        flags = self.number()
        size = int.from_bytes(self._take(8)) if flags & HAS_SIZE else 0
        if flags & HAS_OWNER:
            self._take(8)
        mode = self.number() if flags & HAS_MODE else 0
        mtime = int.from_bytes(self._take(8)[4:]) if flags & HAS_TIMES else 0
        if flags & HAS_EXTENDED:
            for _ in range(2 * self.number()):
                self.string()
        # Servers outside Unix may leave the type out of the mode: the listing's line tells it then.
        known = bool(stat.S_IFMT(mode))
        return Attributes(
            regular=stat.S_ISREG(mode) if known else not longname.startswith(OTHER_KINDS),
            directory=stat.S_ISDIR(mode) if known else longname.startswith(b"d"),
            size=size,
            mtime=mtime,
        )

    def _take(self, length: int) -> bytes:
        if length > self.left():
            raise Lost("it sent a packet shorter than it says, which is not SFTP")
        self._at += length
        return self._packet[self._at - length : self._at]


def _expect(kind: int, wanted: int, fields: _Fields) -> _Fields:
    if kind != wanted:
        raise Lost(f"it sent packet type {kind} where {wanted} was due, which is not SFTP")
    return fields


def _string(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def _text(path: str) -> bytes:
    return _string(path.encode())
