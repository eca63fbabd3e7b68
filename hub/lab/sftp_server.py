"""A small SFTP server for the demo and the simulated partners: one account, one directory.

What lives here: an SSH server on a loopback port whose SFTP is locked into a directory. What does
not: a server for real partners (OpenSSH with ChrootDirectory is that), quotas, several accounts.
Every path is walked from the root directory part by part without following links, so that neither
`..` nor a link leads out.
"""

import errno
import hmac
import io
import os
import socket
import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from posixpath import normpath
from typing import TYPE_CHECKING

import paramiko
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from paramiko import sftp as wire
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_SUCCEEDED,
)
from paramiko.sftp_attr import SFTPAttributes as Attributes

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

LOOPBACK = "127.0.0.1"
POLL_SECONDS = 0.2  # how soon the listener sees that it was stopped
DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
CREATED_MODE = 0o644


class SftpServer:
    """One listening server; `start` before use, `stop` after. Not for networks beyond this host."""

    def __init__(
        self,
        root: Path,
        *,
        user: str,
        authorized_key: str | None = None,
        password: str | None = None,
        host_key_path: Path | None = None,
        port: int = 0,
        posix_rename: bool = True,
    ) -> None:
        if authorized_key is None and password is None:
            raise ValueError("authorized_key or password is missing; nobody could log in")
        self.host = LOOPBACK
        self.port = port
        self._root = root
        self._door = _Door(user=user, authorized_key=authorized_key, password=password)
        self._host_key = _host_key(host_key_path)
        self._posix_rename = posix_rename
        self._listener: socket.socket | None = None
        self._accepting: threading.Thread | None = None
        self._sessions: list[paramiko.Transport] = []

    @property
    def host_key_line(self) -> str:
        """The server's public key as a partner page pins it: `ssh-ed25519 AAAA...`."""
        return f"{self._host_key.get_name()} {self._host_key.get_base64()}"

    def start(self) -> None:
        """Listen on the loopback address; `port` is then the real one."""
        self._listener = socket.create_server((LOOPBACK, self.port), backlog=50)
        self._listener.settimeout(POLL_SECONDS)
        self.port = self._listener.getsockname()[1]
        self._accepting = threading.Thread(
            target=self._accept, args=[self._listener], name=f"sftp-lab-{self.port}", daemon=True
        )
        self._accepting.start()

    def stop(self) -> None:
        """Stop listening and end every session; stopping twice is fine."""
        listener, self._listener = self._listener, None
        if listener is not None and self._accepting is not None:
            with suppress(OSError):  # wakes the listener at once where the system allows it
                listener.shutdown(socket.SHUT_RDWR)
            self._accepting.join()
            listener.close()
        self.drop_sessions()

    def drop_sessions(self) -> None:
        """Cut every open session, as a failing network would, and go on."""
        sessions, self._sessions = self._sessions, []
        for session in sessions:
            _hang_up(session)

    def _accept(self, listener: socket.socket) -> None:
        while self._listener is listener:
            try:
                client, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._sessions = [session for session in self._sessions if session.is_active()]
            self._sessions.append(self._serve(client))

    def _serve(self, client: socket.socket) -> paramiko.Transport:
        session = paramiko.Transport(client)
        session.add_server_key(self._host_key)
        session.set_subsystem_handler(
            "sftp",
            _Subsystem if self._posix_rename else paramiko.SFTPServer,
            _Jail,
            root=self._root,
        )
        session.start_server(event=threading.Event(), server=self._door)
        return session


class _Door(paramiko.ServerInterface):
    """Who may come in, and that there is nothing but files behind it."""

    def __init__(self, *, user: str, authorized_key: str | None, password: str | None) -> None:
        self._user = user
        self._authorized = authorized_key.split()[1] if authorized_key else None
        self._password = password

    def get_allowed_auths(self, username: str) -> str:
        ways = {"publickey": self._authorized, "password": self._password}
        return ",".join(way for way, proof in ways.items() if proof is not None)

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        known = self._authorized is not None and key.get_base64() == self._authorized
        return AUTH_SUCCESSFUL if username == self._user and known else AUTH_FAILED

    def check_auth_password(self, username: str, password: str) -> int:
        known = self._password is not None and hmac.compare_digest(
            password.encode(), self._password.encode()
        )
        return AUTH_SUCCESSFUL if username == self._user and known else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED if kind == "session" else OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED


class _Subsystem(paramiko.SFTPServer):
    """The library's server, telling clients about the rename that it has but never mentions."""

    def _send_server_version(self) -> int:
        kind, packet = self._read_packet()  # type: ignore[attr-defined]
        if kind != wire.CMD_INIT:
            raise wire.SFTPError("the first packet is not SSH_FXP_INIT")
        greeting = paramiko.Message()
        greeting.add_int(3)
        for word in ("posix-rename@openssh.com", "1"):
            greeting.add_string(word)
        self._send_packet(wire.CMD_VERSION, greeting)  # type: ignore[attr-defined]
        return int.from_bytes(packet[:4])


class _Jail(paramiko.SFTPServerInterface):
    """Files under one directory. Answers are SFTP status codes where they are not values."""

    def __init__(self, server: paramiko.ServerInterface, *, root: Path) -> None:
        super().__init__(server)
        self._root = root

    def open(self, path: str, flags: int, attr: Attributes) -> paramiko.SFTPHandle | int:
        try:
            with self._parent(path) as (directory, name):
                # O_NONBLOCK: opening a pipe must not hold the session.
                safe = flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
                return _OpenFile(os.open(name, safe, CREATED_MODE, dir_fd=directory))
        except OSError as fault:
            return _status(fault)

    def list_folder(self, path: str) -> list[Attributes] | int:
        try:
            with self._directory(_parts(path)) as directory, os.scandir(directory) as entries:
                found = [(entry.name, _lstat(entry.name, directory)) for entry in entries]
            return [Attributes.from_stat(state, name) for name, state in found if state]
        except OSError as fault:
            return _status(fault)

    def lstat(self, path: str) -> Attributes | int:
        try:
            with self._parent(path) as (directory, name):
                return Attributes.from_stat(os.stat(name, dir_fd=directory, follow_symlinks=False))
        except OSError as fault:
            return _status(fault)

    def stat(self, path: str) -> Attributes | int:
        return self.lstat(path)

    def remove(self, path: str) -> int:
        return self._change(path, lambda name, within: os.unlink(name, dir_fd=within))

    def mkdir(self, path: str, attr: Attributes) -> int:
        return self._change(path, lambda name, within: os.mkdir(name, 0o755, dir_fd=within))

    def rmdir(self, path: str) -> int:
        return self._change(path, lambda name, within: os.rmdir(name, dir_fd=within))

    def rename(self, oldpath: str, newpath: str) -> int:
        # As OpenSSH does it: a taken name is declined (draft-ietf-secsh-filexfer-02 §6.5).
        def onto_a_free_name(old: str, old_within: int, new: str, new_within: int) -> None:
            os.link(old, new, src_dir_fd=old_within, dst_dir_fd=new_within, follow_symlinks=False)
            os.unlink(old, dir_fd=old_within)

        return self._move(oldpath, newpath, onto_a_free_name)

    def posix_rename(self, oldpath: str, newpath: str) -> int:
        return self._move(
            oldpath,
            newpath,
            lambda old, old_within, new, new_within: os.rename(
                old, new, src_dir_fd=old_within, dst_dir_fd=new_within
            ),
        )

    def canonicalize(self, path: str) -> str:
        return "/" + "/".join(_parts(path))

    def _change(self, path: str, act: Callable[[str, int], None]) -> int:
        try:
            with self._parent(path) as (directory, name):
                act(name, directory)
        except OSError as fault:
            return _status(fault)
        return wire.SFTP_OK

    def _move(self, old: str, new: str, act: Callable[[str, int, str, int], None]) -> int:
        try:
            with self._parent(old) as (source, name), self._parent(new) as (target, other):
                act(name, source, other, target)
        except OSError as fault:
            return _status(fault)
        return wire.SFTP_OK

    @contextmanager
    def _parent(self, path: str) -> Iterator[tuple[int, str]]:
        parts = _parts(path)
        with self._directory(parts[:-1]) as directory:
            yield directory, parts[-1] if parts else "."

    @contextmanager
    def _directory(self, parts: Sequence[str]) -> Iterator[int]:
        handle = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for part in parts:
                below = os.open(part, DIRECTORY, dir_fd=handle)
                os.close(handle)
                handle = below
            yield handle
        finally:
            os.close(handle)


class _OpenFile(paramiko.SFTPHandle):
    """A regular file by its descriptor; anything else is refused when it is opened."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            self.close()
            raise PermissionError(errno.EACCES, "not a regular file")

    def close(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def read(self, offset: int, length: int) -> bytes | int:
        try:
            return os.pread(self._descriptor, length, offset)
        except OSError as fault:
            return _status(fault)

    def write(self, offset: int, chunk: "ReadableBuffer", /) -> int:
        try:
            rest = memoryview(chunk)
            while rest:
                written = os.pwrite(self._descriptor, rest, offset)
                rest, offset = rest[written:], offset + written
        except OSError as fault:
            return _status(fault)
        return wire.SFTP_OK

    def stat(self) -> Attributes | int:
        return Attributes.from_stat(os.fstat(self._descriptor))


def _parts(path: str) -> list[str]:
    # normpath swallows every `..` at the root, so what is left only leads downwards.
    return [part for part in normpath(f"/{path}").split("/") if part]


def _lstat(name: str, directory: int) -> os.stat_result | None:
    try:
        name.encode()  # the library can send no other names
        return os.stat(name, dir_fd=directory, follow_symlinks=False)
    except (FileNotFoundError, UnicodeEncodeError):
        return None  # it went while the directory was read, or cannot be named


def _status(fault: OSError) -> int:
    if fault.errno in {errno.ELOOP, errno.EACCES, errno.EPERM}:
        return wire.SFTP_PERMISSION_DENIED
    return paramiko.SFTPServer.convert_errno(fault.errno or 0)


def _host_key(path: Path | None) -> paramiko.Ed25519Key:
    if path is not None and path.exists():
        return paramiko.Ed25519Key(filename=path)
    made = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()
    )
    if path is not None:
        path.touch(mode=0o600, exist_ok=False)
        path.write_bytes(made)
    return paramiko.Ed25519Key(file_obj=io.StringIO(made.decode()))


def _hang_up(session: paramiko.Transport) -> None:
    # Shut first: the library's thread wakes at once instead of at its next tenth of a second.
    with suppress(OSError):
        session.sock.shutdown(socket.SHUT_RDWR)
    session.packetizer.complete_handshake()  # else its timer lives on after a failed greeting
    session.close()
    if session.is_alive():
        session.join(timeout=5)
    session.sock.close()
