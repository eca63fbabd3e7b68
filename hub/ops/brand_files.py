"""A brand's page put in the place of the one before, for the hub to read at its next start.

Whoever asks, by page or by command line, comes through here. The text is checked together with
the pages of all other brands first; a wrong one is not written.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hub import settings
from hub.domain.names import Names
from hub.errors import ConfigError
from hub.flow.parts import Parts
from hub.partners import Brand, load_brands

PAGE = "brand.yaml"
BEFORE = ".before"
"""What the name of the page before ends in; it is kept once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A new logo: the name of its file beside the page, and its bytes, judged already."""

    name: str
    body: bytes


def judged(folder: Path, brand_id: str, text: str) -> Brand:
    """Return the brand that a text makes beside the others of the folder.

    Raises ConfigError with every mistake.
    """
    pages = {**settings.read_pages(folder), f"{brand_id}/brand": text}
    return load_brands(pages)[brand_id]


def publish(
    parts: Parts,
    folder: Path,
    brand_id: str,
    text: str,
    *,
    logo: Picture | None = None,
    who: str,
) -> Brand:
    """Write a brand's page, and its logo first, in place of those before; return the brand.

    The hub goes on with what it read when it started. Raises ConfigError with every mistake, or
    with a sentence when nothing can be written there; KeyError for a brand that there is not.
    """
    if not (folder / brand_id / PAGE).is_file():
        raise KeyError(brand_id)
    brand = judged(folder, brand_id, text)
    try:
        if logo is not None:
            _write(folder / brand_id / logo.name, logo.body)
        before = (folder / brand_id / PAGE).read_bytes()
        _write(folder / brand_id / (PAGE + BEFORE), before)
        _write(folder / brand_id / PAGE, text.encode())
    except OSError as fault:
        what = f"brands/{brand_id}/{PAGE}: cannot be written: {fault.strerror}"
        raise ConfigError([what]) from None
    _record(parts, brand_id, text, logo, who=who)
    return brand


def _write(path: Path, body: bytes) -> None:
    """Whoever reads the file meanwhile reads the one before, whole."""
    fresh = path.with_name(path.name + ".fresh")
    with fresh.open("wb") as stream:
        stream.write(body)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(path)


def _record(parts: Parts, brand_id: str, text: str, logo: Picture | None, *, who: str) -> None:
    seed, now = parts.fresh(), parts.now()
    body = {
        "published": hashlib.sha256(text.encode()).hexdigest(),
        "logo": "" if logo is None else hashlib.sha256(logo.body).hexdigest(),
    }
    parts.store.write(
        lambda tx: tx.facts.record_input(
            input_id=Names(seed).new("inp"),
            kind="command",
            at=now,
            who=who,
            subject=f"brand/{brand_id}",
            body=body,
            sealed=None,
            hashes={"code": parts.code},
        )
    )


def waiting(folder: Path, brands: Mapping[str, Brand]) -> frozenset[str]:
    """Return the brands whose page is another now than the hub read when it started."""
    try:
        there = load_brands(settings.read_pages(folder))
    except ConfigError:  # told by `hub partner check`, and by the next start
        return frozenset(brands)
    return frozenset(each for each, brand in brands.items() if there.get(each) != brand)
