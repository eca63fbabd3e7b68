"""The pictures of a brand's articles: files in `pictures` of its folder, named by their SKU.

They are read when a page shows them, so a file that is put there, replaced or taken away counts at
once. A file that is none of the kinds named here, or is too large, is told in the log, once, and is
not shown.
"""

import hashlib
import logging
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, unquote

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
_MEANT = {".jpeg": ".jpg", ".jpe": ".jpg", ".jfif": ".jpg"}
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


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverShown:
    """A file of the folder that no page will ever show: why, and what to do.

    `name` is empty where the folder itself is meant.
    """

    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What lies in a folder: how many articles have a picture, and which files are never shown."""

    shown: int
    never_shown: tuple[NeverShown, ...]


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


def sku_of(name: str) -> str:
    """Return the SKU whose picture a file is by its name, empty when no page looks for the name."""
    try:
        sku = unquote(Path(name).stem, errors="strict")
    except UnicodeDecodeError:
        return ""
    return sku if name in file_names(sku) else ""


def some(folder: Path, most: int) -> tuple[tuple[str, Shown], ...]:
    """Return the first articles in the folder that have a picture, by SKU; at most so many."""
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError:
        return ()
    found: dict[str, Shown] = {}
    for name in names:
        if len(found) == most:
            break
        sku = sku_of(name)
        if sku and (shown := find(folder, sku)):
            found[sku] = shown
    return tuple(found.items())


def survey(folder: Path) -> Survey:
    """Look at every file of the folder as a page would; a folder that is not there is empty.

    It knows no articles: the SKU of a file need not be any's. Files of other programs, which begin
    with a dot and are no picture by their names, are left out.
    """
    try:
        there = sorted(path.name for path in folder.iterdir())
    except FileNotFoundError:
        there = []
    except OSError as fault:
        text = f"it cannot be read as a folder: {fault.strerror}; put the pictures into a folder"
        return Survey(shown=0, never_shown=(NeverShown(name="", why=text),))
    names = [name for name in there if not name.startswith(".") or _kind(name)]
    wrong = {name: why for name in names if (why := _why_never(folder / name))}
    wrong |= dict(_behind_others({name for name in names if name not in wrong}))
    never = tuple(NeverShown(name=name, why=wrong[name]) for name in names if name in wrong)
    return Survey(shown=len(names) - len(never), never_shown=never)


def _why_never(path: Path) -> str:
    """Why no page shows a file, empty when one does."""
    if path.is_dir():
        return "it is a folder; put what is in it beside it"
    if not sku_of(path.name):
        return _misnamed(path.name)
    try:
        _judged(path)
    except ValueError as fault:
        return str(fault)
    return ""


def _misnamed(name: str) -> str:
    ending = _kind(name)
    if not ending:
        return f"its name ends in none of {', '.join(_TYPES)}; save it as one of these"
    try:
        sku = unquote(Path(name).stem, errors="strict")
    except UnicodeDecodeError:
        sku = ""
    if better := [one for one in file_names(sku) if one.endswith(ending)]:
        return f"no page looks for this name; rename it to {better[0]}"
    return (
        "no page looks for this name; name it by the article's SKU, written as in an address: at "
        "most 200 signs, the first of them no dot"
    )


def _kind(name: str) -> str:
    """The ending that a picture's name should have, empty when it seems to be none of ours."""
    ending = Path(name).suffix.lower()
    ending = _MEANT.get(ending, ending)
    return ending if ending in _TYPES else ""


def _behind_others(names: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the files in whose place another of the same article is shown."""
    for name in names:
        first = next(one for one in file_names(sku_of(name)) if one in names)
        if first != name:
            yield name, f"{first} is shown in its place; delete one of the two"


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
