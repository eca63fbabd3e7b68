"""The protocol of files against a server that is as difficult as the protocol allows.

`Difficult` speaks SFTP version 3 over its own bytes: it answers in any order and with less than was
asked, as the draft permits, or with whatever bytes a test gives it.
"""

import hashlib
import io
import random
import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paramiko import sftp as wire

from hub.transports.sftp.files import CHUNK, Declined, Lost, Session

GREETING = struct.pack(">IBI", 5, wire.CMD_VERSION, 3)


class Difficult:
    """The server's end of a channel, holding one file."""

    def __init__(self, *, content: bytes, seed: int, refuse_write: int | None = None) -> None:
        self.content = bytearray(content)
        self.open_handles = 0
        self._random = random.Random(seed)
        self._waiting: list[bytes] = []
        self._ready = bytearray()
        self._refuse_write = refuse_write

    def sendall(self, packet: bytes) -> None:
        (length,) = struct.unpack(">I", packet[:4])
        assert length == len(packet) - 4
        kind, body = packet[4], packet[5:]
        if kind == wire.CMD_INIT:
            self._ready += GREETING
            return
        number, fields = body[:4], body[4:]
        answer = number + self._answer(kind, fields)
        answer = answer[4:5] + number + answer[5:]
        self._waiting.append(struct.pack(">I", len(answer)) + answer)

    def recv(self, size: int) -> bytes:
        if not self._ready:
            if not self._waiting:
                return b""
            self._random.shuffle(self._waiting)
            self._ready += self._waiting.pop()
        part = bytes(self._ready[: self._random.randint(1, size)])
        del self._ready[: len(part)]
        return part

    def _answer(self, kind: int, fields: bytes) -> bytes:
        if kind == wire.CMD_OPEN:
            self.open_handles += 1
            if int.from_bytes(fields[-8:-4]) & wire.SFTP_FLAG_TRUNC:
                self.content.clear()
            return bytes([wire.CMD_HANDLE]) + struct.pack(">I", 1) + b"h"
        if kind == wire.CMD_CLOSE:
            self.open_handles -= 1
        if kind == wire.CMD_FSTAT:
            return bytes([wire.CMD_ATTRS]) + struct.pack(">IQ", 1, len(self.content))
        if kind == wire.CMD_READ:
            return self._read(*struct.unpack(">QI", fields[5:]))
        if kind == wire.CMD_WRITE:
            return self._write(*struct.unpack(">QI", fields[5:17]), fields[17:])
        return _status(wire.SFTP_OK)

    def _read(self, offset: int, length: int) -> bytes:
        part = bytes(self.content[offset : offset + self._random.randint(1, length)])
        if not part:
            return _status(wire.SFTP_EOF)
        return bytes([wire.CMD_DATA]) + struct.pack(">I", len(part)) + part

    def _write(self, offset: int, length: int, part: bytes) -> bytes:
        assert length == len(part)
        if self._refuse_write == offset // CHUNK:
            return _status(wire.SFTP_FAILURE)
        self.content[offset:offset] = bytes(max(0, offset - len(self.content)))
        self.content[offset : offset + length] = part
        return _status(wire.SFTP_OK)


class Tape:
    """A server's end that says what is on the tape and then hangs up."""

    def __init__(self, tape: bytes) -> None:
        self._tape = io.BytesIO(tape)

    def sendall(self, packet: bytes) -> None: ...

    def recv(self, size: int) -> bytes:
        return self._tape.read(size)


def _status(code: int) -> bytes:
    return bytes([wire.CMD_STATUS]) + struct.pack(">III", code, 0, 0)


def _bytes(size: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(size)


sizes = st.one_of(
    st.integers(0, 300), st.sampled_from([CHUNK - 1, CHUNK, CHUNK + 1, 70 * CHUNK, 131 * CHUNK + 5])
)


@given(size=sizes, seed=st.integers(0, 2**32))
def test_reading_gives_the_files_bytes_in_order_whatever_order_answers_come_in(
    size: int, seed: int
) -> None:
    content = _bytes(size, seed)
    server = Difficult(content=content, seed=seed)
    into = io.BytesIO()
    got, seen = Session(server).read("a", into)
    assert (got, seen.size) == (size, size)
    assert hashlib.sha256(into.getvalue()).digest() == hashlib.sha256(content).digest()
    assert server.open_handles == 0


@given(size=sizes, seed=st.integers(0, 2**32))
def test_writing_makes_the_file_hold_exactly_the_bytes(size: int, seed: int) -> None:
    content = _bytes(size, seed)
    server = Difficult(content=b"something longer that was there before" * 9, seed=seed)
    chunks = [content[at : at + CHUNK] for at in range(0, size, CHUNK)]
    assert Session(server).write("a", chunks) == size
    assert bytes(server.content) == content
    assert server.open_handles == 0


@given(chunks=st.integers(1, 200), refused=st.integers(0, 199), seed=st.integers(0, 2**32))
def test_one_refused_write_among_many_in_flight_is_never_missed(
    chunks: int, refused: int, seed: int
) -> None:
    refused %= chunks
    server = Difficult(content=b"", seed=seed, refuse_write=refused)
    session = Session(server)
    with pytest.raises(Declined):
        session.write("a", [bytes(CHUNK)] * chunks)
    assert server.open_handles == 0
    server._refuse_write = None
    assert session.write("a", [b"again"]) == 5
    assert bytes(server.content) == b"again"


@given(tape=st.binary(max_size=200), greets=st.booleans())
def test_whatever_a_server_says_is_lost_or_declined_and_nothing_else(
    tape: bytes, greets: bool
) -> None:
    for act in (
        lambda session: list(session.names("in")),
        lambda session: session.lstat("a"),
        lambda session: session.read("a", io.BytesIO()),
        lambda session: session.write("a", [b"x" * 10]),
    ):
        with suppress(Lost, Declined):
            act(Session(Tape(GREETING + tape if greets else tape)))


packets = st.lists(
    st.tuples(
        st.sampled_from([wire.CMD_STATUS, wire.CMD_HANDLE, wire.CMD_DATA, wire.CMD_NAME, 105]),
        st.integers(1, 4),
        st.binary(max_size=60),
    ),
    max_size=6,
)


@given(said=packets)
def test_wellformed_packets_with_nonsense_inside_are_lost_or_declined(
    said: list[tuple[int, int, bytes]],
) -> None:
    tape = b"".join(
        struct.pack(">IBI", len(rest) + 5, kind, number) + rest for kind, number, rest in said
    )
    for act in (
        lambda session: list(session.names("in")),
        lambda session: session.lstat("a"),
        lambda session: session.read("a", io.BytesIO()),
    ):
        with suppress(Lost, Declined):
            act(Session(Tape(GREETING + tape)))


@pytest.mark.parametrize(
    ("tape", "says"),
    [
        (b"", "closed"),
        (struct.pack(">IBI", 5, wire.CMD_VERSION, 2), "version 2"),
        (struct.pack(">I", 1 << 31), "not SFTP"),
        (b"Last login: Monday from here", "not SFTP"),
        (struct.pack(">IB", 1, wire.CMD_VERSION), "shorter"),
    ],
)
def test_a_server_that_greets_wrongly_is_described(tape: bytes, says: str) -> None:
    with pytest.raises(Lost, match=says):
        Session(Tape(tape))


def _name(name: bytes, longname: bytes, attributes: bytes) -> bytes:
    return b"".join(struct.pack(">I", len(part)) + part for part in (name, longname)) + attributes


def test_kinds_are_known_by_mode_or_else_by_the_long_line() -> None:
    lines = [
        _name(b"file", b"", struct.pack(">II", 4, 0o100644)),
        _name(b"link", b"", struct.pack(">II", 4, 0o120777)),
        _name(b"dir", b"", struct.pack(">II", 4, 0o040755)),
        _name(b"file-by-line", b"-rw-r--r-- 1 a", struct.pack(">I", 0)),
        _name(b"link-by-line", b"lrwxrwxrwx 1 a", struct.pack(">II", 4, 0o777)),
        _name(b"dir-by-line", b"drwxr-xr-x 1 a", struct.pack(">I", 0)),
        _name(b"dos", b"11-21-26 10:00PM 5 dos", struct.pack(">IQ", 1, 5)),
        _name(b"..", b"", struct.pack(">I", 0)),
    ]
    listing = struct.pack(">BII", wire.CMD_NAME, 2, len(lines)) + b"".join(lines)
    packets = [
        struct.pack(">BII", wire.CMD_HANDLE, 1, 1) + b"h",
        listing,
        struct.pack(">BIIII", wire.CMD_STATUS, 3, wire.SFTP_EOF, 0, 0),
        struct.pack(">BIIII", wire.CMD_STATUS, 4, wire.SFTP_OK, 0, 0),
    ]
    tape = GREETING + b"".join(struct.pack(">I", len(packet)) + packet for packet in packets)
    seen = {
        entry.name.decode(): (entry.attributes.regular, entry.attributes.directory)
        for entry in Session(Tape(tape)).names("in")
    }
    assert seen == {
        "file": (True, False),
        "link": (False, False),
        "dir": (False, True),
        "file-by-line": (True, False),
        "link-by-line": (False, False),
        "dir-by-line": (False, True),
        "dos": (True, False),
    }
