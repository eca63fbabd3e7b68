"""A brand's page put in the place of the one before, for the hub to read at its next start.

Whoever asks, by page or by command line, comes through here. The text is checked together with
the pages of all other brands first; a wrong one is not written.
"""

import hashlib
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hub import settings
from hub.domain.names import Names
from hub.errors import ConfigError
from hub.flow.noting import note_command
from hub.flow.parts import Parts
from hub.ops.brand_logos import read_logo
from hub.partners import Brand, load_brands
from hub.partners.brands import GOOD_ID

PAGE = "brand.yaml"
BEFORE = ".before"
"""What the name of the page before ends in; it is kept once."""

MEANWHILE = "somebody published another page meanwhile: open the form anew and change that one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A new logo: the name of its file beside the page, and its bytes, judged already."""

    name: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Houses:
    """The names under which suppliers' and our own people's rooms are: no brand has one of them."""

    portal: Sequence[str]
    desk: Sequence[str]


def judged(
    folder: Path, brand_id: str, text: str, *, houses: Houses, logo: Picture | None = None
) -> Brand:
    """Return the brand that a text makes beside the others of the folder, judged as at the start.

    `logo` is one that will be put into the brand's folder with it. Raises ConfigError with every
    mistake.
    """
    pages = {**settings.read_pages(folder), f"{brand_id}/brand": text}
    brands = load_brands(pages)
    mistakes = taken_hosts(brands, houses)
    for brand in brands.values():
        fresh = logo if brand.id == brand_id else None
        if fresh is None or fresh.name != brand.logo:
            mistakes += _unusable_logo(folder, brand)
    if mistakes:
        raise ConfigError(mistakes)
    return brands[brand_id]


def taken_hosts(brands: Mapping[str, Brand], houses: Houses) -> list[str]:
    """Name the brands that have the name of a house: the host alone decides whose page it is."""
    taken = dict.fromkeys(houses.portal, "HUB_PORTAL_HOSTS")
    taken |= dict.fromkeys(houses.desk, "HUB_DESK_HOSTS")
    return [
        f"brands/{brand.id}/brand.yaml hosts: {host} is a name of {taken[host]}; customers and "
        "staff need names of their own: change one of the two"
        for _, brand in sorted(brands.items())
        for host in brand.hosts
        if host in taken
    ]


def _unusable_logo(folder: Path, brand: Brand) -> list[str]:
    if not brand.logo:
        return []
    try:
        read_logo(folder / brand.id / brand.logo)
    except ValueError as fault:
        where = f"brands/{brand.id}/brand.yaml logo: {brand.logo}: {fault}"
        return [f"{where}; put the file into the brand's folder first, or name one that is there"]
    return []


def unfit_id(brand_id: str, taken: Collection[str]) -> str:
    """Return why no new brand can be called that beside those ids, empty when one can."""
    if not GOOD_ID.fullmatch(brand_id) or brand_id == settings.EXAMPLES:
        return "choose another: a letter first, then a-z, 0-9 and -, at most 31 of them"
    if brand_id in taken:
        return f"there is a brand {brand_id} already; choose another, or change that one"
    return ""


def create(parts: Parts, folder: Path, brand_id: str, text: str, *, who: str) -> Brand:
    """Put the first page of a new brand into a folder of its own; return the brand.

    It is checked as a published one is, and counts from the hub's next start. A logo that it names
    lies in the brand's folder already. Raises ConfigError with every mistake, or with a sentence
    when there is such a brand or nothing can be written there.
    """
    if why := unfit_id(brand_id, [path.parent.name for path in folder.glob(f"*/{PAGE}")]):
        raise ConfigError([f"brands/{brand_id}: {why}"])
    houses = Houses(portal=parts.portal_hosts, desk=parts.desk_hosts)
    brand = judged(folder, brand_id, text, houses=houses)
    page = folder / brand_id / PAGE
    try:
        page.parent.mkdir(exist_ok=True)
        _keep(folder)
        _write(page, text.encode(), fresh=parts.fresh(), put=os.link)
    except FileExistsError:  # somebody else made it meanwhile
        raise ConfigError([f"brands/{brand_id}: {unfit_id(brand_id, [brand_id])}"]) from None
    except OSError as fault:
        what = f"brands/{brand_id}/{PAGE}: cannot be written: {fault.strerror}"
        raise ConfigError([what]) from None
    _record(parts, brand_id, text, None, who=who)
    return brand


def publish(
    parts: Parts,
    folder: Path,
    brand_id: str,
    text: str,
    *,
    logo: Picture | None = None,
    instead_of: str = "",
    who: str,
) -> Brand:
    """Write a brand's page, and its logo first, in place of those before; return the brand.

    The hub goes on with what it read when it started. `instead_of` is the `digest` of the page
    that the writer saw, empty for whichever there is. Raises ConfigError with every mistake, or
    with a sentence when another page came meanwhile or nothing can be written there; KeyError for
    a brand that there is not.
    """
    if not (folder / brand_id / PAGE).is_file():
        raise KeyError(brand_id)
    houses = Houses(portal=parts.portal_hosts, desk=parts.desk_hosts)
    brand = judged(folder, brand_id, text, houses=houses, logo=logo)
    if instead_of not in ("", digest(folder, brand_id)):
        raise ConfigError([MEANWHILE])
    try:
        if logo is not None:
            _write(folder / brand_id / logo.name, logo.body, fresh=parts.fresh())
        before = (folder / brand_id / PAGE).read_bytes()
        _write(folder / brand_id / (PAGE + BEFORE), before, fresh=parts.fresh())
        _write(folder / brand_id / PAGE, text.encode(), fresh=parts.fresh())
    except OSError as fault:
        what = f"brands/{brand_id}/{PAGE}: cannot be written: {fault.strerror}"
        raise ConfigError([what]) from None
    _record(parts, brand_id, text, logo, who=who)
    return brand


def _write(
    path: Path, body: bytes, *, fresh: str, put: Callable[[Path, Path], None] = os.replace
) -> None:
    """Whoever reads the file meanwhile reads the one before, whole; so does whoever writes it.

    `fresh` is a name that nobody else has; `put` brings what was written there to its place. What
    was written outlives a power cut.
    """
    beside = path.with_name(f".{path.name}.{fresh}")
    try:
        with beside.open("xb") as stream:
            stream.write(body)
            stream.flush()
            os.fsync(stream.fileno())
        put(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    _keep(path.parent)


def _keep(folder: Path) -> None:
    """See that what was put into a folder outlives a power cut."""
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


def _record(parts: Parts, brand_id: str, text: str, logo: Picture | None, *, who: str) -> None:
    seed, now = parts.fresh(), parts.now()
    body = {
        "published": hashlib.sha256(text.encode()).hexdigest(),
        "logo": "" if logo is None else hashlib.sha256(logo.body).hexdigest(),
    }
    parts.store.write(
        lambda tx: note_command(
            tx,
            parts,
            body,
            subject=f"brand/{brand_id}",
            who=who,
            input_id=Names(seed).new("inp"),
            at=now,
        )
    )


def digest(folder: Path, brand_id: str) -> str:
    """Return the SHA-256 of a brand's page as it is now; empty when it cannot be read."""
    try:
        return hashlib.sha256((folder / brand_id / PAGE).read_bytes()).hexdigest()
    except OSError:
        return ""


def on_disk(folder: Path) -> Mapping[str, Brand]:
    """Return the brands as their pages are now; raises ConfigError with every mistake."""
    return load_brands(settings.read_pages(folder))


def waiting(folder: Path, brands: Mapping[str, Brand]) -> frozenset[str]:
    """Return the brands whose page is another now than the hub read when it started.

    Those that were made since are among them.
    """
    try:
        there = on_disk(folder)
    except ConfigError:  # told by `hub partner check`, and by the next start
        return frozenset(brands)
    every = brands.keys() | there.keys()
    return frozenset(each for each in every if there.get(each) != brands.get(each))
