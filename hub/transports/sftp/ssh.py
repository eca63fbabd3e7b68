"""One SSH connection to a partner: socket, algorithms, host key, login, the SFTP channel.

Nothing is trusted on first sight: the partner's page pins the host key. The lists below are what we
accept, not what we forbid, so a new weak algorithm in a library cannot slip in.
What does not live here: files and what is done with them.
"""

import base64
import hashlib
import io
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import paramiko

from hub.errors import TransportError
from hub.transports.sftp.files import Lost, Session

KEEPALIVE_SECONDS = 30  # a connection kept between polls must outlive a router's memory
LOG_CHANNEL = f"{__name__}.paramiko"

KEX = (
    "mlkem768x25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group-exchange-sha256",
    "diffie-hellman-group14-sha256",
)
CIPHERS = (
    "aes256-gcm@openssh.com",
    "aes128-gcm@openssh.com",
    "aes256-ctr",
    "aes192-ctr",
    "aes128-ctr",
)
MACS = (
    "hmac-sha2-512-etm@openssh.com",
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512",
    "hmac-sha2-256",
)
HOST_KEYS = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
)
LOGIN_KEYS = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Who we are at the partner's server; texts, already fetched from where they are kept."""

    user: str
    key: str | None = field(default=None, repr=False)
    passphrase: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where the partner's server is, how it proves itself, and how long we wait (seconds)."""

    host: str
    port: int
    host_key: str
    connect_seconds: float
    io_seconds: float

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Link:
    """An open connection with its one SFTP session."""

    def __init__(self, ssh: paramiko.Transport, wire: socket.socket, session: Session) -> None:
        self._ssh = ssh
        self._wire = wire
        self.session = session

    def alive(self) -> bool:
        """Tell whether both sides still held the connection a moment ago."""
        return self._ssh.is_active()

    def close(self) -> None:
        """End the connection and wait until its thread is gone."""
        _hang_up(self._ssh, self._wire)


def fingerprint(key: bytes) -> str:
    """Return a public key's fingerprint as OpenSSH prints it.

    `SHA256:` and base64 without padding.
    """
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def pinned(host_key: str) -> tuple[str | None, str]:
    """Read a pin and return the key's kind and its fingerprint.

    A pin is `ssh-ed25519 AAAA...` or `SHA256:...`; the latter has no kind (None). Raises ValueError
    with the two forms.
    """
    words = host_key.split()
    if len(words) == 1 and words[0].startswith("SHA256:") and len(words[0]) == 50:
        return None, words[0]
    if len(words) >= 2:
        blob = base64.b64decode(words[1], validate=True)
        kind = words[0].encode()
        if blob.startswith(len(kind).to_bytes(4) + kind):  # RFC 4253 §6.6
            return words[0], fingerprint(blob)
    raise ValueError(
        "must be the server's public key as `ssh-ed25519 AAAA...` or its fingerprint as "
        "`SHA256:` and 43 signs; ask the partner for it, or compare `ssh-keyscan` with them"
    )


def dial(server: Server, login: Login) -> Link:
    """Connect, check the host key, log in and open the SFTP session.

    Raises `TransportError`, permanent where a person has to act. No login is tried before the host
    key has matched.
    """
    key = _login_key(server, login)
    wire = _reach(server)
    ssh = _transport(wire, server)
    try:
        with _deadline(server.connect_seconds + server.io_seconds, wire):
            _negotiate(ssh, server)
            _check_host_key(ssh, server)
            _log_in(ssh, server, login, key)
            return Link(ssh, wire, _open_session(ssh, server))
    except BaseException:
        _hang_up(ssh, wire)
        raise


def _reach(server: Server) -> socket.socket:
    try:
        wire = socket.create_connection((server.host, server.port), timeout=server.connect_seconds)
    except OSError as fault:
        raise TransportError(
            f"{server} cannot be reached ({fault.strerror or fault}); it will be tried again; if "
            "it lasts, check host, port and firewall with the partner"
        ) from fault
    # Without it each small request waits for the other side's delayed ACK: 6.2 ms instead of 0.1.
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return wire


def _transport(wire: socket.socket, server: Server) -> paramiko.Transport:
    ssh = paramiko.Transport(wire)
    options = ssh.get_security_options()
    options.kex, options.ciphers, options.digests = KEX, CIPHERS, MACS
    # The pinned kind first: a server with several keys then shows the one we know.
    kind, _ = pinned(server.host_key)
    family = {"ssh-rsa": "rsa-sha2"}.get(kind or "", kind or "")
    options.key_types = tuple(sorted(HOST_KEYS, key=lambda name: not name.startswith(family)))
    ssh.banner_timeout = ssh.handshake_timeout = server.connect_seconds
    ssh.auth_timeout = ssh.channel_timeout = server.io_seconds
    # Everything that matters becomes a TransportError; the library's tracebacks would go to stderr.
    ssh.set_log_channel(LOG_CHANNEL)
    channel_log = logging.getLogger(LOG_CHANNEL)
    if not channel_log.handlers:
        channel_log.addHandler(logging.NullHandler())
    return ssh


@contextmanager
def _deadline(seconds: float, wire: socket.socket) -> Iterator[None]:
    # A server that drips a byte now and then, or never answers the subsystem request, would hold
    # us for ever: the library waits there without a limit.
    timer = threading.Timer(seconds, _cut, [wire])
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def _negotiate(ssh: paramiko.Transport, server: Server) -> None:
    done = threading.Event()
    ssh.start_client(event=done)
    answered = done.wait(server.connect_seconds)
    if answered and ssh.is_active():
        return
    fault = ssh.get_exception()
    if isinstance(fault, paramiko.ssh_exception.IncompatiblePeer):
        raise TransportError(
            f"{server} offers only algorithms that we refuse as too weak or do not know ({fault}); "
            "ask the partner to enable current ones (curve25519, AES-GCM or AES-CTR, SHA-2)",
            permanent=True,
        ) from fault
    why = f"{fault or 'connection closed'}" if answered else f"{server.connect_seconds:g} s passed"
    raise TransportError(
        f"{server} did not complete the SSH greeting ({why}); it will be tried again; if it lasts, "
        "check that the port is the partner's SFTP port"
    ) from fault


def _check_host_key(ssh: paramiko.Transport, server: Server) -> None:
    shown = ssh.get_remote_server_key()
    kind, known = pinned(server.host_key)
    seen = fingerprint(shown.asbytes())
    if seen == known:
        return
    raise TransportError(
        f"{server} shows the host key {shown.get_name()} {seen}, but the page pins "
        f"{f'{kind} {known}' if kind else known}. Nothing was sent and no login was tried. Ask the "
        "partner, not by this connection, whether the key was changed; if so put the new one under "
        "host_key, if not treat it as an attack",
        permanent=True,
    )


def _log_in(
    ssh: paramiko.Transport, server: Server, login: Login, key: paramiko.PKey | None
) -> None:
    tries: list[Callable[[], list[str]]] = []
    if key is not None:
        tries.append(lambda: ssh.auth_publickey(login.user, key))
    if login.password is not None:
        password = login.password
        tries.append(lambda: ssh.auth_password(login.user, password))
    try:
        # A server that wants both says after the first which one is still missing (RFC 4252 §5.1).
        missing = next((more for attempt in tries if not (more := attempt())), ["another proof"])
    except (paramiko.SSHException, EOFError, OSError) as fault:
        raise _login_fault(ssh, server, login, fault) from fault
    if missing:
        raise TransportError(
            f"{server} wants more than the page gives for user {login.user!r}; add a key or a "
            "password",
            permanent=True,
        )


def _login_fault(
    ssh: paramiko.Transport, server: Server, login: Login, fault: Exception
) -> TransportError:
    # The library calls a lost connection "authentication failed" too: only a live one means no.
    refused = isinstance(fault, paramiko.AuthenticationException) and ssh.is_active()
    if not refused or "timeout" in str(fault).lower():
        return TransportError(
            f"{server} ended or held the connection while {login.user!r} logged in; it will be "
            "tried again"
        )
    ways = ", ".join(getattr(fault, "allowed_types", []))
    return TransportError(
        f"{server} refused the login of user {login.user!r}"
        f"{f' (it accepts {ways})' if ways else ''}; check user, key and password on the page with "
        "the partner",
        permanent=True,
    )


def _open_session(ssh: paramiko.Transport, server: Server) -> Session:
    try:
        channel = ssh.open_session(timeout=server.io_seconds)
        channel.settimeout(server.io_seconds)
        channel.invoke_subsystem("sftp")
        session = Session(channel)
    except (paramiko.SSHException, EOFError, OSError, Lost) as fault:
        refused = isinstance(fault, paramiko.ChannelException)
        refused = refused or (str(fault) == "Channel closed." and ssh.is_active())
        raise TransportError(
            f"{server} opened no SFTP session after the login ({fault or 'closed'}); "
            + ("ask the partner to allow it" if refused else "it will be tried again"),
            permanent=refused,
        ) from fault
    ssh.set_keepalive(KEEPALIVE_SECONDS)
    return session


def _login_key(server: Server, login: Login) -> paramiko.PKey | None:
    if login.key is None:
        return None
    for kind in LOGIN_KEYS:
        try:
            return kind.from_private_key(io.StringIO(login.key), password=login.passphrase)
        except paramiko.PasswordRequiredException:
            break
        except (paramiko.SSHException, ValueError, IndexError):
            continue
    raise TransportError(
        f"the private key for {login.user!r} at {server} cannot be read: it must be an OpenSSH or "
        "PEM key (Ed25519, ECDSA, RSA) and its passphrase, if it has one, must be on the page",
        permanent=True,
    )


def _cut(wire: socket.socket) -> None:
    with suppress(OSError):  # the other side may have been first
        wire.shutdown(socket.SHUT_RDWR)


def _hang_up(ssh: paramiko.Transport, wire: socket.socket) -> None:
    # Shut first: the library's thread wakes at once instead of at its next tenth of a second.
    _cut(wire)
    ssh.packetizer.complete_handshake()  # else its timer lives on after a greeting that failed
    ssh.close()
    if ssh.is_alive():
        ssh.join(timeout=5)
    wire.close()
