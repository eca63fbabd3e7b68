"""Builds the store, the registry, the pages and the doors once; the only place that names parts.

The file names below `hub.formats` and `hub.transports` are the registry: a new standard or a new
way to move bytes is a new file there and no edit here.
"""

import os
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

import hub.formats
import hub.transports
from hub import mapping, partners, settings
from hub.domain.facts import Stuck
from hub.domain.messages import PurchaseOrder
from hub.domain.names import at_moment, timed_seed
from hub.errors import ConfigError
from hub.flow.parts import Parts, Route
from hub.mapping import Library
from hub.partners import Partners
from hub.settings import Settings
from hub.store import Store

MASTER_KEY = "master.key"
WRONG_PAGES = "pages"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Return the settings of an environment; raises ConfigError with all mistakes."""
    return settings.load(environment, share=settings.share_folder())


def build(environment: Mapping[str, str], *, migrate: bool = False) -> Parts:
    """Open the store and read every page; the caller closes `parts.store`.

    With `migrate` the store is brought up to date first; without, one that is behind is refused.
    Raises ConfigError with every mistake of every page.
    """
    chosen = read_settings(environment)
    chosen.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = open_store(chosen)
    try:
        _up_to_date(store, migrate=migrate)
        return _parts(_pages_or_tell(chosen, store), store, environment)
    except BaseException:
        store.close()
        raise


def _pages_or_tell(chosen: Settings, store: Store) -> "Pages":
    """Wrong pages stop the hub; the exception tells those who were not looking when it started."""
    now = datetime.now(UTC)
    try:
        pages = read_pages(chosen)
    except ConfigError as fault:
        stuck = Stuck(
            hold=WRONG_PAGES,
            kind="wrong-pages",
            text="; ".join(fault.mistakes),
            next_step="Correct them; `hub partner check` tells all. Nothing starts before.",
        )
        names = at_moment(WRONG_PAGES, now)
        store.write(lambda tx: tx.exceptions.open(stuck, at=now, names=names))
        raise
    with store.read() as tx:
        told = any(
            row.hold == WRONG_PAGES for row in tx.exceptions.page(open_only=True, limit=1000)
        )
    if told:
        store.write(lambda tx: tx.exceptions.clear(WRONG_PAGES, at=now, by="pages"))
    return pages


class Pages:
    """Everything that configuration pages say, read and checked together; needs no store."""

    def __init__(self, chosen: Settings) -> None:
        self.formats = registry(hub.formats)
        self.wires = registry(hub.transports)
        self.maps: Library = mapping.load(settings.read_pages(chosen.mappings))
        self.brands = partners.load_brands(settings.read_pages(chosen.brands))
        self.partners: Partners = partners.load(
            settings.read_pages(chosen.partner_configs),
            transports={name: module.Config for name, module in self.wires.items()},
            formats={name: module.Config for name, module in self.formats.items()},
            maps=self.maps.pages,
            folder=str(chosen.partner_configs),
        )


def read_pages(chosen: Settings) -> Pages:
    """Read maps, brands and partners; raises ConfigError with every mistake."""
    return Pages(chosen)


def registry(room: ModuleType) -> dict[str, ModuleType]:
    """Return the modules of a room by name: the file name is the registry."""
    return {
        found.name: import_module(f"{room.__name__}.{found.name}")
        for found in iter_modules(room.__path__)
    }


def open_store(chosen: Settings) -> Store:
    """Open the database and archive that the settings name, without migrating."""
    return Store.open(chosen.database_url, data_dir=chosen.data_dir, master_key=_master_key(chosen))


def _up_to_date(store: Store, *, migrate: bool) -> None:
    if migrate:
        store.migrate()
    elif store.behind():
        raise ConfigError(["the database is older than this program; run `hub migrate`"])


def _parts(pages: Pages, store: Store, environment: Mapping[str, str]) -> Parts:
    return Parts(
        store=store,
        partners=pages.partners,
        brands=pages.brands,
        maps=pages.maps,
        formats=pages.formats,
        wires=pages.wires,
        routes=_routes(pages),
        secret=lambda reference: settings.secret(reference, environment=environment),
        now=lambda: datetime.now(UTC),
        fresh=lambda: timed_seed(datetime.now(UTC), secrets.token_bytes(6)),
        code=code_version(),
    )


def _routes(pages: Pages) -> dict[str, Route]:
    """How each partner is asked: the first set on its page whose map writes a purchase order."""
    routes: dict[str, Route] = {}
    for partner in pages.partners.all:
        for channel in partner.channels:
            for set_id in channel.sends:
                name = channel.maps.get(set_id)
                if name and pages.maps.page(name).message is PurchaseOrder:
                    routes.setdefault(
                        partner.id, Route(partner=partner, channel=channel, set_id=set_id)
                    )
    return routes


def code_version() -> str:
    """Return the version of the installed package, kept beside what it did."""
    try:
        return version("supplier-hub")
    except PackageNotFoundError:
        return "unpackaged"


def _master_key(chosen: Settings) -> bytes:
    """The key that wraps every other; made once, readable by the owner only, fsynced before use."""
    if chosen.master_key is not None:
        return chosen.master_key
    path = chosen.data_dir / MASTER_KEY
    if not path.exists():
        _write_key(path)
    return path.read_bytes()


def _write_key(path: Path) -> None:
    fresh = path.with_name(f"{MASTER_KEY}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(settings.MASTER_KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)  # two first starts at once: one key wins, both use it
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
