"""The pictures of a brand's articles: files in `pictures` of its folder, named by their SKU.

They are read when a page shows them, so a file that is put there, replaced or taken away counts at
once. A file that is none of the kinds named here, or is too large, is told in the log, once, and is
not shown.
"""

import hashlib
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from hub.ops.brand_logos import PNG

FOLDER = "pictures"
LARGEST_PICTURE = 200_000  # bytes
_TYPES: Mapping[str, str] = {
    ".webp": "image/webp",
    ".jpg": "image/jpeg",
    ".png": "image/png",
}
_BEGINS = {
    ".webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
    ".jpg": re.compile(rb"\xff\xd8\xff"),
    ".png": re.compile(re.escape(PNG)),
}
_NAME = re.compile(r"[A-Za-z0-9_~%-][A-Za-z0-9._~%-]{0,199}(\.webp|\.jpg|\.png)")
_DIGEST_SIGNS = 20  # of hexadecimal: who does not know the bytes cannot ask for them
_REMEMBERED = 10_000  # digests of files, about 200 bytes each

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture that may be shown: its file's name in the folder, and the digest of its bytes."""

    name: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The bytes of a picture and what they are."""

    body: bytes
    media_type: str


def file_names(sku: str) -> tuple[str, ...]:
    """Return the names that the file of an article's picture may have, the best first.

    Every sign of the SKU but letters, digits, `-`, `_`, `.` and `~` is written as in an address:
    `A/B` is `A%2FB.png`. Without names is a SKU that begins with a dot, or is longer than a name.
    """
    try:
        stem = quote(sku, safe="")
    except UnicodeEncodeError:  # half of a sign is no text that a file could be named by
        return ()
    names = tuple(f"{stem}{ending}" for ending in _TYPES)
    return tuple(name for name in names if stem and _NAME.fullmatch(name))


def find(folder: Path, sku: str) -> Shown | None:
    """Return the picture of an article, None where there is none that can be shown."""
    for name in file_names(sku):
        path = folder / name
        try:
            seen = path.stat()
        except OSError:
            continue
        digest = _digest(path, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)
        if digest:
            return Shown(name=name, digest=digest)
    return None


def read(folder: Path, name: str, digest: str) -> Served | None:
    """Return a picture's bytes by what `find` told; None for any other name or digest.

    `name` may be anything: only a plain name is looked for, and only in the folder.
    """
    if not _NAME.fullmatch(name):
        return None
    try:
        body = _judged(folder / name)
    except ValueError:
        return None
    if _digest_of(body) != digest:
        return None
    return Served(body=body, media_type=_TYPES[Path(name).suffix])


@lru_cache(maxsize=_REMEMBERED)
def _digest(path: Path, *_seen: int) -> str:
    """The digest of a file as it was seen, empty when it cannot be shown."""
    try:
        return _digest_of(_judged(path))
    except ValueError as fault:
        _log.warning("the picture %s is not shown: %s", path, fault)
        return ""


def _digest_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:_DIGEST_SIGNS]


def _judged(path: Path) -> bytes:
    """The bytes of a picture; raises ValueError with why it cannot be one."""
    if not path.is_file():  # a pipe would never end
        raise ValueError("it is no file")
    try:
        with path.open("rb") as stream:
            body = stream.read(LARGEST_PICTURE + 1)
    except OSError as fault:
        raise ValueError(f"it cannot be read: {fault.strerror}") from None
    if len(body) > LARGEST_PICTURE:
        raise ValueError(f"it is larger than {LARGEST_PICTURE} bytes; make it smaller")
    if not _BEGINS[path.suffix].match(body):
        raise ValueError(f"its bytes are no {path.suffix[1:]}; save it as one")
    return body
