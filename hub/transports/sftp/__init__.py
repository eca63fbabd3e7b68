"""SFTP to a partner's server: login by key or password, the host key pinned on the partner's page.

What lives here: the `Transport` (this file), the SSH connection under it (`ssh`) and the protocol
of files on it (`files`). What does not: when to poll, what to do after a failure, whether a file is
complete. Paths are the server's own; we never follow a link or leave the directories of the page.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from fnmatch import fnmatchcase
from posixpath import join, split
from typing import Annotated, BinaryIO, TypeVar

import paramiko.sftp as wire
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from hub.errors import TransportError
from hub.transports import IN_PROGRESS, Globs, RemoteFile, Reply, Transport, archive_names, own_name
from hub.transports.sftp.files import (
    CHUNK,
    POSIX_RENAME,
    Attributes,
    Declined,
    Entry,
    Lost,
    Session,
)
from hub.transports.sftp.ssh import Link, Login, Server, dial, pinned

LISTED_PER_WANTED = 10  # a listing may hold ten entries for each one that we would take

# Waiting does not cure these: a person has to change the page or the server.
NEEDS_A_PERSON = frozenset({wire.SFTP_NO_SUCH_FILE, wire.SFTP_PERMISSION_DENIED})

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")


SecretRef = Annotated[str, StringConstraints(pattern=r"^(file:.+|env:[A-Za-z_][A-Za-z0-9_]*)$")]
Directory = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^\x00-\x1f]*$")]


class Config(BaseModel):
    """What a partner page says under `settings:` of a channel whose transport is `sftp`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(min_length=1, description="name or address of the partner's server")
    port: int = Field(default=22, ge=1, le=65_535)
    user: str = Field(min_length=1)
    host_key: str = Field(description="`ssh-ed25519 AAAA...` or `SHA256:...`; never learned")
    key_file: SecretRef | None = Field(
        default=None, description="our private key: `file:/path` or `env:NAME`"
    )
    passphrase: SecretRef | None = Field(default=None, description="of the key, where it has one")
    password: SecretRef | None = Field(default=None, description="`file:/path` or `env:NAME`")
    inbox: Directory = Field(description="directory we read from")
    outbox: Directory = Field(description="directory we write to")
    archive: Directory | None = Field(
        default=None, description="taken files move here by rename; else they are removed"
    )
    pattern: Globs = Field(default=("*",), description="only names that match one of these globs")
    ignore: Globs = Field(default=IN_PROGRESS, description="names of files still being written")
    direct: bool = Field(
        default=False, description="write the final name at once; for servers without rename"
    )
    connect_seconds: float = Field(default=10, gt=0, le=120)
    io_seconds: float = Field(default=30, gt=0, le=600)
    max_listing: int = Field(default=10_000, ge=1, le=100_000)

    @field_validator("host_key")
    @classmethod
    def _readable_pin(cls, host_key: str) -> str:
        pinned(host_key)
        return host_key.strip()

    @model_validator(mode="after")
    def _proof_and_places(self) -> "Config":
        if self.key_file is None and self.password is None:
            raise ValueError("key_file or password is missing; give at least one by reference")
        if self.archive is not None and self.archive.rstrip("/") == self.inbox.rstrip("/"):
            raise ValueError("archive must be another directory than inbox; name a new one")
        return self

    @property
    def warnings(self) -> tuple[str, ...]:
        """What `partner check` should tell the operator although the page is valid."""
        if not self.direct:
            return ()
        half = (
            "direct: files are written under their final names, so the partner can see half a "
            "file; agree with the partner that they wait until a file stops growing"
        )
        return (half,)


def connect(config: Config, *, secrets: Callable[[str], str]) -> Transport:
    """Return a transport to the server.

    Nothing is opened and no secret is asked for before the first call. `secrets` turns a reference
    of the page into its text.
    """
    return Sftp(config, secrets=secrets)


class Sftp:
    """The `Transport` over one kept connection. Not for two threads at once.

    A kept connection may have died since the last call; that shows at the first request of the next
    one, which is then made once more on a new connection. Whatever fails later is the caller's to
    try again: every call may be repeated safely.
    """

    def __init__(self, config: Config, *, secrets: Callable[[str], str]) -> None:
        self._config = config
        self._secrets = secrets
        self._link: Link | None = None
        self._told: set[bytes] = set()

    def list(self) -> Sequence[RemoteFile]:
        """Return the regular files of the inbox that match, oldest first.

        At most `max_listing` come back; the rest comes when these are taken. Names in progress,
        links, pipes and devices are left out; the odd ones are logged once. A listing that does not
        end raises.
        """
        with self._explained(f"cannot list {self._config.inbox!r}"):
            found = self._first(self._waiting)
        return sorted(found, key=lambda file: (file.mtime, file.path))

    def fetch(self, file: RemoteFile, into: BinaryIO) -> RemoteFile:
        """Copy the bytes behind one handle and return what that handle says.

        Size and mtime (seconds) are those after the last byte, so that a file that changed between
        listing and reading differs from `file`; one equal to `file` was copied whole. A file that
        grew shows by its size.
        """
        path = self._inside(file)
        with self._explained(f"cannot read {path!r}"):
            listed = self._first(lambda session: session.lstat(path))
            if listed is None or not listed.regular:
                raise TransportError(
                    f"{self._place()}: {path!r} is no longer the file that was listed; list again"
                )
            got, after = self._session().read(path, into)
        seen = RemoteFile(path=file.path, size=after.size, mtime=after.mtime)
        if seen == file and got != seen.size:
            raise TransportError(
                f"{self._place()}: {path!r} gave {got} of {seen.size} bytes; it will be tried again"
            )
        return seen

    def put(self, name: str, body: BinaryIO, *, size: int) -> Reply | None:
        """Upload under a temporary name, check the size and rename to `name`.

        The same bytes already there are fine; other bytes there raise and stay untouched. With
        `direct` it writes `name` itself and finishes one that is too short.
        """
        final = join(self._config.outbox, own_name(name))
        with self._explained(f"cannot write {final!r}"):
            there = self._first(lambda session: session.lstat(final))
            if there is None or (self._config.direct and there.regular and there.size < size):
                self._send(final, body, size=size)
            else:
                self._same_or_raise(final, there, _digest(body), size=size)
        return None

    def remove(self, file: RemoteFile) -> None:
        """Remove a taken file or move it to the archive.

        A file already gone is fine; one changed since `file` was read stays, and the next listing
        brings it as new.
        """
        path = self._inside(file)
        with self._explained(f"cannot remove {path!r}"):
            now = self._first(lambda session: session.lstat(path))
            if now is None or (now.size, now.mtime) != (file.size, file.mtime):
                return
            try:
                if self._config.archive is None:
                    self._session().remove(path)
                else:
                    self._keep(self._config.archive, path, now.mtime)
            except Declined:
                if self._session().lstat(path) is not None:
                    raise

    def close(self) -> None:
        """End the connection; the next call opens a new one."""
        link, self._link = self._link, None
        if link is not None:
            link.close()

    # -- the connection

    def _session(self) -> Session:
        if self._link is not None and not self._link.alive():
            self.close()
        if self._link is None:
            config = self._config
            self._link = dial(
                Server(
                    host=config.host,
                    port=config.port,
                    host_key=config.host_key,
                    connect_seconds=config.connect_seconds,
                    io_seconds=config.io_seconds,
                ),
                self._login(),
            )
        return self._link.session

    def _login(self) -> Login:
        config = self._config
        key, passphrase, password = (
            None if reference is None else self._secrets(reference)
            for reference in (config.key_file, config.passphrase, config.password)
        )
        return Login(user=config.user, key=key, passphrase=passphrase, password=password)

    def _first(self, request: Callable[[Session], Answer]) -> Answer:
        kept = self._link
        try:
            return request(self._session())
        except Lost:
            if kept is None or kept is not self._link:
                raise
            self.close()
            return request(self._session())

    @contextmanager
    def _explained(self, doing: str) -> Iterator[None]:
        try:
            yield
        except Declined as no:
            permanent = no.code in NEEDS_A_PERSON
            step = (
                "check path and rights with the partner" if permanent else "it will be tried again"
            )
            raise TransportError(
                f"{self._place()}: {doing}: the server answered {str(no)[:200]!r}; {step}",
                permanent=permanent,
            ) from no
        except Lost as end:
            self.close()
            raise TransportError(
                f"{self._place()}: {doing}: {end}; it will be tried again"
            ) from end
        except OSError:
            # Ours, not the wire's: answers of the server are still under way on this connection.
            self.close()
            raise

    def _place(self) -> str:
        return f"sftp {self._config.user}@{self._config.host}:{self._config.port}"

    # -- reading

    def _waiting(self, session: Session) -> Sequence[RemoteFile]:
        limit = self._config.max_listing
        found: list[RemoteFile] = []
        with closing(session.names(self._config.inbox)) as entries:
            for count, entry in enumerate(entries):
                if count == limit * LISTED_PER_WANTED:
                    raise TransportError(
                        f"{self._place()}: {self._config.inbox!r} has over {count} entries; ask "
                        "the partner to clear it, or raise max_listing",
                        permanent=True,
                    )
                if (file := self._wanted(entry)) is not None:
                    found.append(file)
                if len(found) == limit:
                    break
        return found

    def _wanted(self, entry: Entry) -> RemoteFile | None:
        config, seen = self._config, entry.attributes
        name = entry.name.decode("utf-8", "replace")
        if not any(fnmatchcase(name, glob) for glob in config.pattern):
            return None
        if any(fnmatchcase(name.lower(), glob) for glob in config.ignore):
            return None
        # A slash in a listed name is a server trying to lead us elsewhere.
        if seen.regular and "/" not in name and "\0" not in name and name.encode() == entry.name:
            return RemoteFile(path=join(config.inbox, name), size=seen.size, mtime=seen.mtime)
        if not seen.directory and entry.name not in self._told:
            self._told.add(entry.name)
            logger.warning("%s: left out %r: not a regular file", self._place(), entry.name)
        return None

    def _inside(self, file: RemoteFile) -> str:
        name = split(file.path)[1]
        if join(self._config.inbox, name) != file.path or name in {"", ".", ".."}:
            raise TransportError(
                f"{self._place()}: {file.path!r} is not a file of the inbox "
                f"{self._config.inbox!r}; list it again with the page as it is now",
                permanent=True,
            )
        return file.path

    def _keep(self, archive: str, path: str, mtime: int) -> None:
        session = self._session()
        for name in archive_names(split(path)[1], mtime):
            target = join(archive, name)
            if session.lstat(target) is None:
                _move(session, path, target)
                return
        raise TransportError(
            f"{self._place()}: no free name for {path!r} in {archive!r}; clear the archive"
        )

    # -- writing

    def _send(self, final: str, body: BinaryIO, *, size: int) -> None:
        directory, name = split(final)
        path = final if self._config.direct else join(directory, f".{name}.tmp")
        session = self._session()
        digest = hashlib.sha256()
        sent = session.write(path, _chunks(body, digest.update))
        if sent != size:
            session.remove(path)
            raise TransportError(
                f"{self._place()}: the bytes for {final!r} are {sent} where {size} were "
                "announced; nothing was published",
                permanent=True,
            )
        kept = session.lstat(path)
        if kept is None and self._config.direct:
            return  # the partner was quick and took it
        if kept is None or kept.size != size:
            raise TransportError(
                f"{self._place()}: {path!r} holds {kept.size if kept else 0} of {size} bytes "
                "after the upload; nothing was published and it will be tried again"
            )
        if not self._config.direct:
            self._publish(session, path, final, digest.digest(), size=size)

    def _publish(
        self, session: Session, temporary: str, final: str, digest: bytes, *, size: int
    ) -> None:
        try:
            _move(session, temporary, final)
        except Declined as no:
            there = session.lstat(final)
            if there is None:
                raise TransportError(
                    f"{self._place()}: the server would not rename {temporary!r} to {final!r} "
                    f"({str(no)[:200]!r}); it will be tried again; if it never allows it, agree "
                    "with the partner on `direct: true`",
                    permanent=no.code == wire.SFTP_OP_UNSUPPORTED,
                ) from no
            self._same_or_raise(final, there, digest, size=size)
            session.remove(temporary)

    def _same_or_raise(self, final: str, there: Attributes, digest: bytes, *, size: int) -> None:
        if there.regular and there.size == size:
            remote = hashlib.sha256()
            try:
                self._session().read(final, _Hashing(remote.update))
            except Declined as no:
                # A drop box that may be written but not read: our name and our size must do.
                if no.code == wire.SFTP_PERMISSION_DENIED:
                    return
                raise
            if remote.digest() == digest:
                return
        raise TransportError(
            f"{self._place()}: {final!r} exists with other bytes and was not touched; find out who "
            "wrote it, have it moved away, then resume the channel",
            permanent=True,
        )


class _Hashing:
    def __init__(self, update: Callable[[bytes], None]) -> None:
        self.write = update


def _move(session: Session, old: str, new: str) -> None:
    # Callers have seen that the new name is free; the plain rename is for servers that lack ours.
    if POSIX_RENAME in session.extensions:
        session.posix_rename(old, new)
    else:
        session.rename(old, new)


def _chunks(body: BinaryIO, seen: Callable[[bytes], None]) -> Iterator[bytes]:
    while chunk := body.read(CHUNK):
        seen(chunk)
        yield chunk


def _digest(body: BinaryIO) -> bytes:
    digest = hashlib.sha256()
    for _ in _chunks(body, digest.update):
        pass
    return digest.digest()
