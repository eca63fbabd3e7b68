"""The archive: large bodies, written once, each under a data key of its own.

An object is named by the SHA-256 of its plain bytes and lies at `archive/ab/cd/<name>`:

    8 bytes   magic `HUBARCH1`
    60 bytes  its data key, wrapped by the master key and bound to the name
    frames    each 64 KiB of plain text under AES-256-GCM, 16 bytes of tag behind it

A frame's nonce is its number and one last byte that is 1 on the last frame only, so frames can be
neither swapped, dropped nor cut off (the STREAM construction). The key is used for this one object,
so counting nonces never repeats one. An object without a row in the database is harmless: the
process that wrote it died before its commit.
"""

import hashlib
import io
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.store.seals import KEY_BYTES, TAG_BYTES, WRAPPED_BYTES, Damaged, Erased, Vault

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAGIC = b"HUBARCH1"
FRAME = 65_536
_SEALED_FRAME = FRAME + TAG_BYTES
_HEADER = len(MAGIC) + WRAPPED_BYTES
_DIGITS = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An object in the archive: SHA-256 of its plain bytes, their number, its wrapped data key."""

    name: str
    size: int
    wrapped_key: bytes


class Archive:
    """Write-once bytes below one directory; whoever may read it still needs the master key."""

    __slots__ = ("_root", "_vault")

    def __init__(self, root: Path, vault: Vault) -> None:
        self._root = root
        self._vault = vault

    def room(self) -> tuple[int, int]:
        """Return how many bytes are free on the disk that the archive lies on, and its size."""
        place = self._root
        while not place.exists():  # made with the first large body
            place = place.parent
        usage = shutil.disk_usage(place)
        return usage.free, usage.total

    def keep(self, stream: BinaryIO) -> Kept:
        """Store what is left in the stream, in constant memory, durably.

        File and directories are synced before it returns. Bytes that are there already are not
        written again; their own key is returned.
        """
        drafts = self._root / "drafts"
        _make_directory(drafts)
        draft = drafts / f"{os.getpid()}-{os.urandom(8).hex()}"
        try:
            name = self._write(draft, stream)
            place = self._place(name)
            _make_directory(place.parent)
            _give_name(draft, place)
        finally:
            draft.unlink(missing_ok=True)
        return self.kept(name)

    def _write(self, draft: Path, stream: BinaryIO) -> str:
        key = os.urandom(KEY_BYTES)
        cipher = AESGCM(key)
        digest = hashlib.sha256()
        fresh = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fresh, "wb") as file:
            file.write(bytes(_HEADER))
            for number, (plain, last) in enumerate(_frames(stream)):
                digest.update(plain)
                file.write(cipher.encrypt(_nonce(number, last=last), plain, None))
            name = digest.hexdigest()
            file.seek(0)
            file.write(MAGIC + self._vault.wrap(key, context=name))
            file.flush()
            os.fsync(file.fileno())
        return name

    def kept(self, name: str) -> Kept:
        """Describe an object; KeyError when it is not here, Damaged if torn."""
        try:
            with self._place(name).open("rb") as file:
                header = file.read(_HEADER)
                size = _plain_size(os.fstat(file.fileno()).st_size, name)
        except FileNotFoundError as error:
            raise KeyError(name) from error
        if not header.startswith(MAGIC):
            raise Damaged(f"archive object {name} does not begin as one; restore it from a backup")
        return Kept(name=name, size=size, wrapped_key=header[len(MAGIC) :])

    def open(self, name: str, *, wrapped_key: bytes) -> BinaryIO:
        """Return the plain bytes as a seekable stream that reads what is asked.

        Reading raises Damaged where bytes were changed; KeyError here when there is no such object.
        """
        key = self._vault.unwrapped(wrapped_key, context=name)
        try:
            file = self._place(name).open("rb")
        except FileNotFoundError as error:
            raise KeyError(name) from error
        return io.BufferedReader(_Plain(file, key=key, name=name), buffer_size=FRAME)

    def destroy(self, name: str) -> None:
        """Erase an object: first its key in the header, then the file."""
        place = self._place(name)
        if not place.exists():
            raise Erased(f"archive object {name} is not here any more")
        with place.open("r+b") as file:
            file.write(bytes(_HEADER))
            file.flush()
            os.fsync(file.fileno())
        place.unlink()
        _sync(place.parent)

    def sweep(self, *, known: Callable[[str], bool]) -> list[Path]:
        """List the files that nothing points at: orphans and torn drafts.

        It removes nothing: the file may belong to a delivery that is just being committed.
        """
        orphans = [file for file in self._objects() if not known(file.name)]
        return sorted(orphans) + sorted((self._root / "drafts").glob("*"))

    def _objects(self) -> Iterator[Path]:
        return self._root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*")

    def _place(self, name: str) -> Path:
        # A name comes from the database; it must never lead out of the archive.
        if len(name) != 64 or not _DIGITS.issuperset(name):
            raise ValueError(f"{name!r} is not the name of an archive object")
        return self._root / name[:2] / name[2:4] / name


class _Plain(io.RawIOBase):
    """The plain text of one object; remembers the frame it read last."""

    def __init__(self, file: BinaryIO, *, key: bytes, name: str) -> None:
        self._file = file
        self._name = name
        self._cipher = AESGCM(key)
        self._size = _plain_size(os.fstat(file.fileno()).st_size, name)
        self._last = max(0, (self._size - 1) // FRAME)
        self._at = 0
        self._frame_number = -1
        self._frame = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError(f"seek to {start + offset}, before the beginning of {self._name}")
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: "WriteableBuffer") -> int:
        if self._at >= self._size:
            if self._size == 0:
                self._read_frame(0)  # an empty object proves itself too
            return 0
        number, start = divmod(self._at, FRAME)
        if number != self._frame_number:
            self._frame, self._frame_number = self._read_frame(number), number
        target = memoryview(buffer).cast("B")
        part = self._frame[start : start + len(target)]
        target[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _read_frame(self, number: int) -> bytes:
        self._file.seek(_HEADER + number * _SEALED_FRAME)
        sealed = self._file.read(_SEALED_FRAME)
        try:
            return self._cipher.decrypt(_nonce(number, last=number == self._last), sealed, None)
        except (InvalidTag, ValueError) as error:
            raise Damaged(
                f"archive object {self._name} was changed or cut off at frame {number}; "
                "restore it from a backup"
            ) from error

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


def _frames(stream: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """The stream in frames, each with whether it is the last; nothing at all is one empty frame."""
    frame = _full(stream)
    while following := _full(stream):
        yield frame, False
        frame = following
    yield frame, True


def _full(stream: BinaryIO) -> bytes:
    # A socket or pipe may give less than asked; only the end of the stream may make a short frame.
    frame = stream.read(FRAME)
    while len(frame) < FRAME and (more := stream.read(FRAME - len(frame))):
        frame += more
    return frame


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def _plain_size(sealed_size: int, name: str) -> int:
    frames, rest = divmod(sealed_size - _HEADER, _SEALED_FRAME)
    if sealed_size < _HEADER + TAG_BYTES or 0 < rest < TAG_BYTES:
        raise Damaged(f"archive object {name} is cut off; restore it from a backup")
    return frames * FRAME + (rest - TAG_BYTES if rest else 0)


def _give_name(draft: Path, place: Path) -> None:
    # A link never replaces: who comes second with the same bytes leaves the first one's key valid.
    with suppress(FileExistsError):
        os.link(draft, place)
    _sync(place.parent)


def _make_directory(path: Path) -> None:
    missing = [part for part in (path, *path.parents) if not part.exists()]
    for part in reversed(missing):
        part.mkdir(mode=0o700, exist_ok=True)
    for made in missing:
        _sync(made.parent)


def _sync(directory: Path) -> None:
    opened = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
