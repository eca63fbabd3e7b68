"""Builds the store, the registry, the pages and the doors once; the only place that names parts.

The file names below `hub.formats` and `hub.transports` are the registry: a new standard or a new
way to move bytes is a new file there and no edit here.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

from pydantic import BaseModel
from starlette.types import ASGIApp, Receive, Scope, Send

import hub.formats
import hub.transports
from hub import mapping, partners, settings
from hub.domain.facts import Stuck
from hub.domain.messages import PurchaseOrder, PurchaseOrderChange
from hub.domain.names import at_moment, timed_seed
from hub.domain.warehouse import WarehouseOrder
from hub.errors import ConfigError
from hub.flow.own_settings import following
from hub.flow.parts import Parts, Route
from hub.mapping import Library, Reading
from hub.ops import sandbox
from hub.ops.brand_files import Houses, taken_hosts
from hub.ops.brands_gone import refuse_brands_gone
from hub.partners import Brand, Partners
from hub.settings import Settings
from hub.store import Store

MASTER_KEY = "master.key"
MAIL = "mail"  # the wire that customers are written over, and partners who want it
MAIL_PASSWORD = "HUB_SMTP_PASSWORD"  # noqa: S105  # the variable's name
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
        return following(_parts(_pages_or_tell(chosen, store), store, chosen, environment))
    except BaseException:
        store.close()
        raise


def build_to_run(environment: Mapping[str, str], *, migrate: bool = False) -> Parts:
    """Do as `build` for what moves orders: a door, a worker.

    Raises ConfigError also when orders of a brand that has no page any more are still open.
    """
    parts = build(environment, migrate=migrate)
    try:
        refuse_brands_gone(parts, read_settings(environment).brands)
    except BaseException:
        parts.store.close()
        raise
    return parts


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
        self.transform = sandbox.transform
        self.wires = registry(hub.transports)
        self.maps: Library = mapping.load(settings.read_pages(chosen.mappings))
        self.brands = partners.load_brands(settings.read_pages(chosen.brands))
        _refuse_taken_hosts(chosen, self.brands)
        self.partners: Partners = partners.load(
            settings.read_pages(chosen.partner_configs),
            transports=partners_wires(),
            formats=partners_formats(chosen),
            maps=self.maps.pages,
            folder=str(chosen.partner_configs),
        )


def _refuse_taken_hosts(chosen: Settings, brands: Mapping[str, Brand]) -> None:
    """The host alone decides whose page it is: a brand's is no house's as well."""
    houses = Houses(portal=chosen.portal_hosts, desk=chosen.desk_hosts)
    if mistakes := taken_hosts(brands, houses):
        raise ConfigError(mistakes)


def read_pages(chosen: Settings) -> Pages:
    """Read maps, brands and partners; raises ConfigError with every mistake."""
    return Pages(chosen)


def registry(room: ModuleType) -> dict[str, ModuleType]:
    """Return the modules of a room by name: the file name is the registry."""
    return {
        found.name: import_module(f"{room.__name__}.{found.name}")
        for found in iter_modules(room.__path__)
    }


def partners_wires() -> dict[str, type[BaseModel]]:
    """Return what partners' channels may be moved over, by name."""
    return {name: wire.Config for name, wire in registry(hub.transports).items()}


def partners_formats(chosen: Settings) -> dict[str, type[BaseModel]]:
    """Return the profiles of channels by format; who needs files beside the maps is given them."""
    texts = settings.read_texts(chosen.mappings, endings=(".xsd", ".xsl"))
    return {
        name: module.configured(texts) if hasattr(module, "configured") else module.Config
        for name, module in registry(hub.formats).items()
    }


def open_store(chosen: Settings) -> Store:
    """Open the database and archive that the settings name, without migrating."""
    return Store.open(chosen.database_url, data_dir=chosen.data_dir, master_key=_master_key(chosen))


def _up_to_date(store: Store, *, migrate: bool) -> None:
    if migrate:
        store.migrate()
    elif store.behind():
        raise ConfigError(["the database is older than this program; run `hub migrate`"])


def _parts(pages: Pages, store: Store, chosen: Settings, environment: Mapping[str, str]) -> Parts:
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
        public_url=chosen.public_url,
        mail=_mail(pages, chosen),
        posted=_posted,
        transform=sandbox.transform,
        portal_hosts=chosen.portal_hosts,
        desk_hosts=chosen.desk_hosts,
        mail_from=chosen.mail_from or _first_sender(pages),
        heard=heard,
    )


def heard(language: str, text: str) -> str:
    """Return what the hub says in a language; English, which it speaks, as it is."""
    if language == "en":
        return text
    from portal.web.ground.heard import heard as said  # catalogs are read where one is needed

    return said(language, text)


def _first_sender(pages: Pages) -> str:
    """Who writes to users when no setting says so: the first brand, in the order of their names."""
    return next((brand.mail_from for _, brand in sorted(pages.brands.items())), "")


def _posted(set_id: str, number: str, body: bytes) -> Reading:
    """Read a body as the REST door reads it; a worker needs that only to settle one again."""
    from hub.api.partner_reading import read_posted  # the door's libraries are slow to import

    return read_posted(set_id, number, body)


def _mail(pages: Pages, chosen: Settings) -> BaseModel | None:
    """How mails go out, None when no server is named."""
    server = chosen.mail_server
    if server is None:
        return None
    password = f"env:{MAIL_PASSWORD}" if server.user else ""
    config: BaseModel = pages.wires[MAIL].Server(**asdict(server), password=password)
    return config


def doors(chosen: Settings, parts: Parts, api: ASGIApp) -> ASGIApp:
    """Return the REST door and the brands' pages as one app; the Host decides.

    Under a brand's host there are its pages alone. Under any other name there is the REST door, and
    nothing else: 421. Raises ConfigError for a logo that cannot be used.
    """
    from portal import web  # templates are slow to import, and only this process shows pages

    sites = web.sites(parts.brands.values(), chosen.brands)
    document = getattr(api, "openapi", dict)  # what the door says of itself, for our own people
    # Only a folder of the operator's own is written.
    folder = settings.own_brands(chosen)
    houses = web.Houses(parts, sites, chosen.desk_from, document, folder)

    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        here = scope["type"] == "http" and houses.are_asked(scope)
        await (houses if here else api)(scope, receive, send)

    return door


def _routes(pages: Pages) -> dict[str, Route]:
    """How each partner is asked: the first sets on its page whose maps write orders and changes.

    One set asks a warehouse for both, and those who hear of changes by the whole order. Raises
    ConfigError where that one cannot say so.
    """
    routes: dict[str, Route] = {}
    for partner in pages.partners.all:
        ways = {
            pages.maps.page(channel.maps[set_id]).message: (channel, set_id)
            for channel in reversed(partner.channels)
            for set_id in reversed(channel.sends)
            if set_id in channel.maps
        }
        asks = WarehouseOrder if WarehouseOrder in ways else PurchaseOrder
        if asks in ways:
            channel, set_id = ways[asks]
            whole = asks is WarehouseOrder or partner.changes_by == "order"
            change = asks if whole else PurchaseOrderChange
            if whole and (said := pages.maps.page(channel.maps[set_id]).purpose):
                text = f"{partner.id}: changes.by: the map of {set_id} can only say `{said}`"
                raise ConfigError([f"{text}; name one that can replace and cancel, or `by: paper`"])
            changes, change_set = ways.get(change, (None, ""))
            routes[partner.id] = Route(
                partner=partner,
                channel=channel,
                set_id=set_id,
                change_channel=changes,
                change_set=change_set,
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
