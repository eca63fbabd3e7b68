"""Directories on this machine: the partner's drop folder, a mounted share, the other end of rsync.

What lives here: reading an inbox, writing an outbox, moving taken files to an archive. What does
not: judging whether a file is complete (formats and the inbound river do), remembering what was
seen (the store). Names of inbound files are only ever used as names inside the inbox.
"""

import errno
import hashlib
import logging
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hub.errors import TransportError
from hub.transports import IN_PROGRESS, Globs, RemoteFile, Reply, Transport, archive_names, own_name

CHUNK = 1 << 20

# Waiting does not cure these: a person has to change the page or the directory.
NEEDS_A_PERSON = frozenset(
    {
        errno.EACCES,
        errno.EISDIR,
        errno.ELOOP,
        errno.ENAMETOOLONG,
        errno.ENOENT,
        errno.ENOTDIR,
        errno.EPERM,
        errno.EROFS,
        errno.EXDEV,
    }
)
NO_HARD_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})

logger = logging.getLogger(__name__)


class Config(BaseModel):
    """What a partner page says under `settings:` of a channel whose transport is `folder`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    inbox: Path = Field(description="directory we read from")
    outbox: Path = Field(description="directory we write to")
    archive: Path | None = Field(
        default=None, description="taken files move here, on the inbox's file system; else removed"
    )
    pattern: Globs = Field(default=("*",), description="only names that match one of these globs")
    ignore: Globs = Field(default=IN_PROGRESS, description="names of files still being written")
    max_listing: int = Field(
        default=10_000, ge=1, le=100_000, description="files taken at once; the rest comes later"
    )

    @model_validator(mode="after")
    def _apart(self) -> "Config":
        if self.archive is not None and self.archive == self.inbox:
            raise ValueError("archive must be another directory than inbox; name a new one")
        return self


def connect(config: Config, *, secrets: Callable[[str], str]) -> Transport:
    """Return a transport over two directories.

    It touches neither and asks for no secret (a folder has none).
    """
    del secrets
    return Folder(config)


class Folder:
    """The `Transport` over directories. Not for two threads at once."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._told: set[str] = set()

    def list(self) -> Sequence[RemoteFile]:
        """Return the regular files of the inbox that match, oldest first.

        At most `max_listing` come back; the rest comes when these are taken. Names in progress,
        links, pipes and devices are left out; the odd ones are logged once.
        """
        inbox = self._config.inbox
        with _explained(f"cannot list {str(inbox)!r}"), os.scandir(inbox) as entries:
            seen = (self._seen(entry) for entry in entries if self._wanted(entry.name))
            found = list(islice((file for file in seen if file), self._config.max_listing))
        return sorted(found, key=lambda file: (file.mtime, file.path))

    def fetch(self, file: RemoteFile, into: BinaryIO) -> RemoteFile:
        """Copy the bytes behind one handle and return what that handle says.

        Size and mtime (seconds) are those after the last byte, so that a file that changed between
        listing and reading differs from `file`; one equal to `file` was copied whole. A file that
        grew shows by its size.
        """
        path = self._inside(file)
        with _explained(f"cannot read {str(path)!r}"), _open_regular(path) as (source, size):
            got = 0
            while got < size and (chunk := source.read(min(CHUNK, size - got))):
                into.write(chunk)
                got += len(chunk)
            after = os.fstat(source.fileno())
        seen = RemoteFile(path=file.path, size=after.st_size, mtime=int(after.st_mtime))
        if seen == file and got != seen.size:
            raise TransportError(
                f"{file.path!r} gave {got} of {seen.size} bytes; it will be tried again"
            )
        return seen

    def put(self, name: str, body: BinaryIO, *, size: int) -> Reply | None:
        """Write under a temporary name, sync, and link the whole file to `name`.

        The same bytes already there are fine; other bytes there raise and stay untouched.
        """
        final = self._config.outbox / own_name(name)
        with _explained(f"cannot write {str(final)!r}"):
            temporary = final.with_name(f".{name}.tmp")
            if final.exists() or final.is_symlink():
                _same_or_raise(final, _digest(body))
                temporary.unlink(missing_ok=True)
                return None
            digest = _write_whole(temporary, body, size=size)
            try:
                _publish(temporary, final)
            except FileExistsError:
                _same_or_raise(final, digest)
            finally:
                temporary.unlink(missing_ok=True)
            _sync_directory(self._config.outbox)
        return None

    def remove(self, file: RemoteFile) -> None:
        """Remove a taken file or move it to the archive.

        A file already gone is fine; one changed since `file` was read stays, and the next listing
        brings it as new.
        """
        path = self._inside(file)
        with _explained(f"cannot remove {str(path)!r}"):
            now = path.lstat() if os.path.lexists(path) else None
            if now is None or (now.st_size, int(now.st_mtime)) != (file.size, file.mtime):
                return
            if self._config.archive is not None:
                _keep(self._config.archive, path, now)
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Do nothing: directories need no connection."""

    def _wanted(self, name: str) -> bool:
        config = self._config
        return any(fnmatchcase(name, glob) for glob in config.pattern) and not any(
            fnmatchcase(name.lower(), glob) for glob in config.ignore
        )

    def _seen(self, entry: os.DirEntry[str]) -> RemoteFile | None:
        try:
            found = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            return None
        if stat.S_ISREG(found.st_mode) and _is_text(entry.name):
            return RemoteFile(path=entry.path, size=found.st_size, mtime=int(found.st_mtime))
        if not stat.S_ISDIR(found.st_mode) and entry.path not in self._told:
            self._told.add(entry.path)
            logger.warning("left out %r: not a regular file with a UTF-8 name", entry.path)
        return None

    def _inside(self, file: RemoteFile) -> Path:
        path = Path(file.path)
        if path.parent != self._config.inbox or path.name in {"", ".."}:
            raise TransportError(
                f"{file.path!r} is not a file of the inbox {str(self._config.inbox)!r}; list it "
                "again with the page as it is now",
                permanent=True,
            )
        return path


@contextmanager
def _explained(doing: str) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        reason = os.strerror(fault.errno) if fault.errno else str(fault)
        permanent = fault.errno in NEEDS_A_PERSON
        step = "correct the directory or its rights" if permanent else "it will be tried again"
        raise TransportError(f"{doing}: {reason}; {step}", permanent=permanent) from fault


@contextmanager
def _open_regular(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    # O_NONBLOCK: a pipe put where the file was would block the open for ever.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        handle = os.open(path, flags)
    except OSError as fault:
        if fault.errno not in {errno.ENOENT, errno.ELOOP, errno.ENXIO}:
            raise
        raise TransportError(
            f"{str(path)!r} is no longer the file that was listed; list again"
        ) from fault
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):
        os.close(handle)
        raise TransportError(f"{str(path)!r} is no longer a regular file; list again")
    with os.fdopen(handle, "rb") as source:
        yield source, found.st_size


def _is_text(name: str) -> bool:
    # os.scandir turns bytes that are not UTF-8 into lone surrogates, which no store would take.
    return not any("\ud800" <= sign <= "\udfff" for sign in name)


def _digest(source: BinaryIO) -> bytes:
    digest = hashlib.sha256()
    while chunk := source.read(CHUNK):
        digest.update(chunk)
    return digest.digest()


def _same_or_raise(final: Path, digest: bytes) -> None:
    with _open_regular(final) as (there, _):
        if _digest(there) == digest:
            return
    raise TransportError(
        f"{str(final)!r} exists with other bytes and was not touched; find out who wrote it, move "
        "it away, then resume the channel",
        permanent=True,
    )


def _write_whole(temporary: Path, body: BinaryIO, *, size: int) -> bytes:
    # O_EXCL on a fresh name: a left-over may be a second link to a file already delivered.
    temporary.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    digest = hashlib.sha256()
    with os.fdopen(os.open(temporary, flags, 0o644), "wb") as target:
        while chunk := body.read(CHUNK):
            digest.update(chunk)
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
        written = os.fstat(target.fileno()).st_size
    if written != size:
        temporary.unlink(missing_ok=True)
        raise TransportError(
            f"{str(temporary)!r} holds {written} bytes where {size} were announced; nothing was "
            "published",
            permanent=True,
        )
    return digest.digest()


def _publish(temporary: Path, final: Path) -> None:
    try:
        os.link(temporary, final, follow_symlinks=False)
    except OSError as fault:
        if fault.errno not in NO_HARD_LINKS:
            raise
        # No hard links (CIFS, some FUSE): the check a moment ago is all that guards the name.
        temporary.rename(final)


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _keep(archive: Path, path: Path, now: os.stat_result) -> None:
    # A link never replaces what lies there; after a crash the same inode is simply found again.
    for name in archive_names(path.name, int(now.st_mtime)):
        target = archive / name
        try:
            os.link(path, target, follow_symlinks=False)
        except FileExistsError:
            if not os.path.samestat(target.lstat(), now):
                continue
        return
    raise TransportError(f"no free name for {path.name!r} in {str(archive)!r}; clear the archive")
