"""OpenSSH's own server on a free loopback port, with its own keys: the partner's SFTP door.

`internal-sftp` only, key login only, Ed25519 only. As root the account is `nobody`, locked into a
folder by `ChrootDirectory`; otherwise it is the account that runs the tests, and paths are those
of the file system (see `Sshd.remote`). One server for each test process; it ends with it.
"""

import os
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from pwd import getpwuid

import pytest

from tests.rigs import free_port, program, when_gone

FOLDERS = ("in", "out", "archive")

SETTINGS = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {etc}/host_key
HostKeyAlgorithms ssh-ed25519
PidFile {etc}/sshd.pid
AuthorizedKeysFile {etc}/authorized_keys
AllowUsers {user}
AuthenticationMethods publickey
PubkeyAcceptedAlgorithms ssh-ed25519
StrictModes no
UsePAM no
UseDNS no
PermitRootLogin prohibit-password
LogLevel VERBOSE
MaxStartups 100
Subsystem sftp internal-sftp
ForceCommand internal-sftp
DisableForwarding yes
PermitTTY no
{chroot}
"""


@dataclass(slots=True, kw_only=True)
class Sshd:
    """One OpenSSH server and the one account it lets in.

    `root` is the folder that the client sees as `/`, with `in`, `out` and `archive` inside, all
    writable by the account; `host_key` is the server's public key as an OpenSSH line.
    """

    host: str
    port: int
    user: str
    key_path: Path
    host_key: str
    root: Path
    log_path: Path
    etc: Path
    binary: Path
    chrooted: bool
    process: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def pid(self) -> int:
        """The listening process; asking a stopped server is a mistake in the test."""
        assert self.process is not None, "the server is stopped"
        return self.process.pid

    def remote(self, path: str) -> str:
        """Return how the client must name `path` (as in "/in/a.edi")."""
        return path if self.chrooted else f"{self.root}{path}"

    def log(self) -> str:
        """Return what the server has logged since it was made."""
        return self.log_path.read_text(errors="replace")

    def start(self) -> None:
        """Start the server on the same port and return when it listens."""
        assert self.process is None, "the server is running"
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [str(self.binary), "-D", "-e", "-f", str(self.etc / "sshd_config")],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while not self._listens():
            if self.process.poll() is not None:
                raise RuntimeError(f"sshd ended at once:\n{self.log()}")

    def stop(self) -> None:
        """End the listener and every session; stopping twice is fine."""
        if self.process is not None:
            self.kill_sessions()
            self.process.terminate()
            self.process.wait()
            self.process = None

    def kill_sessions(self) -> int:
        """Kill every open session and return how many processes that were.

        The listener goes on: the next connection is served.
        """
        victims = _descendants(self.pid)
        for pid in victims:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue  # it ended by itself between the listing and the kill
        return len(victims)

    def new_host_key(self) -> None:
        """Give the server another host key and start it anew."""
        running = self.process is not None
        self.stop()
        self.host_key = _key(self.etc / "host_key")
        if running:
            self.start()

    def sweep(self) -> None:
        """Make the server as on the first day, its host key excepted."""
        if self.process is None:
            self.start()
        self.kill_sessions()
        for path in self.root.iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        for name in FOLDERS:
            (self.root / name).mkdir(mode=0o755)
            if self.chrooted:
                shutil.chown(self.root / name, user=self.user)

    def _listens(self) -> bool:
        """Say whether the server greets; the log shows no login for it."""
        try:
            with socket.create_connection((self.host, self.port), timeout=10) as line:
                return line.recv(4) == b"SSH-"
        except OSError:
            return False


def _descendants(root: int) -> list[int]:
    """Return the processes below `root`, nearest first."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            # proc(5): "pid (name) state ppid ..."; a name may hold blanks and parentheses.
            parent = int(entry.read_text(errors="replace").rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we read
        children.setdefault(parent, []).append(int(entry.parent.name))
    found = list(children.get(root, ()))
    for pid in found:
        found += children.get(pid, ())
    return found


def _key(path: Path) -> str:
    """Make a new Ed25519 key at `path` and return its public line."""
    path.unlink(missing_ok=True)
    keygen = program("ssh-keygen", package="openssh-client")
    subprocess.run(
        [str(keygen), "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)],
        check=True,
        input=b"y\n",
    )
    kind, body = path.with_suffix(".pub").read_text().split()[:2]
    return f"{kind} {body}"


def _folder(*, rooted: bool) -> Path:
    """Make the server's folder where sshd agrees to lock an account in.

    sshd_config(5), ChrootDirectory: every part of the path belongs to root and nobody else may
    write there, which rules out /tmp.
    """
    if not rooted:
        return Path(tempfile.mkdtemp(prefix="hub-sshd-"))
    for parent in (Path("/srv"), Path("/var/lib"), Path("/opt")):
        state = parent.stat() if parent.is_dir() else None
        if state and state.st_uid == 0 and not state.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            return Path(tempfile.mkdtemp(prefix="hub-sshd-", dir=parent))
    raise RuntimeError("no folder that only root may write to: make /srv belong to root, mode 755")


def _new_sshd() -> Sshd:
    """Lay out folder, keys and settings of a server that is not yet running."""
    rooted = os.geteuid() == 0
    binary = program("sshd", package="openssh-server", places=[Path("/usr/sbin")])
    base = _folder(rooted=rooted)
    base.chmod(0o755)
    for name in ("etc", "root"):
        (base / name).mkdir(mode=0o755)
    user = "nobody" if rooted else getpwuid(os.geteuid()).pw_name
    etc = base / "etc"
    server = Sshd(
        host="127.0.0.1",
        port=free_port(),
        user=user,
        key_path=etc / "client_key",
        host_key=_key(etc / "host_key"),
        root=base / "root",
        log_path=base / "log",
        etc=etc,
        binary=binary,
        chrooted=rooted,
    )
    (etc / "authorized_keys").write_text(_key(server.key_path) + "\n")
    chroot = f"ChrootDirectory {server.root}" if rooted else ""
    (etc / "sshd_config").write_text(
        SETTINGS.format(port=server.port, etc=etc, user=user, chroot=chroot)
    )
    prepare_root()
    return server


def prepare_root() -> None:
    """Make what sshd asks for when root calls it, even for a look at its settings alone."""
    if os.geteuid() == 0:
        # Where it parks its unprivileged half; Debian makes it when the system's own one starts.
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)


@pytest.fixture(scope="session")
def sshd() -> Iterator[Sshd]:
    """An OpenSSH server for this test process, its folders empty at the start."""
    server = _new_sshd()
    base = str(server.root.parent)
    when_gone(os.getpid(), 'kill "$(cat "$1/etc/sshd.pid")"; rm -rf "$1"', base)
    server.sweep()
    yield server
    server.stop()
    shutil.rmtree(base)


@pytest.fixture
def clean_sshd(sshd: Sshd) -> Sshd:
    """The same server for one test: running, no session open, its folders empty."""
    sshd.sweep()
    return sshd
