"""Texts of partner pages → `Partners`, or every mistake in all of them."""

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from pydantic import BaseModel

from hub.errors import ConfigError
from hub.partners.fields import (
    FILE_NAME,
    TRANSIT,
    WORK_DAYS,
    ChannelKeys,
    PartnerKeys,
    StockKeys,
    duration,
)
from hub.partners.model import (
    Channel,
    Limits,
    Partner,
    Partners,
    StockRules,
    Territory,
    WarehouseRules,
)
from hub.partners.page import Page, choices
from hub.partners.wording import Path, shown
from hub.partners.working_time import Calendar

FOLDER = "partner_configs"
GOOD_ID = re.compile(r"[a-z][a-z0-9-]{0,30}")


@runtime_checkable
class Carrying(Protocol):
    """A map that says what it carries (`hub.mapping.Page`)."""

    @property
    def dialect(self) -> str:
        """What papers it reads and writes: `trees` or `segments`."""

    @property
    def ids(self) -> tuple[Collection[str], int] | None:
        """The kinds of ids of an article that it writes, and how many; None if it writes none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """What the hub can do: handed in, so that a new transport or format needs no edit here."""

    transports: Mapping[str, type[BaseModel]]
    formats: Mapping[str, type[BaseModel]]
    maps: Collection[str]


def load(
    pages: Mapping[str, str],
    *,
    transports: Mapping[str, type[BaseModel]],
    formats: Mapping[str, type[BaseModel]],
    maps: Collection[str],
    folder: str = FOLDER,
) -> Partners:
    """Return the partners that the pages describe.

    `pages` gives a page's text by its name (`acme` or `acme.yaml`: the id is the file's stem);
    `transports` and `formats` the `Config` of each by name; `maps` the names of all maps; `folder`
    what to call the pages' directory when one of them is spoken of. Where `maps` gives the maps
    themselves (`Carrying`), a page that promises more ids than they carry is wrong too. It touches
    no file, resolves no secret and connects to nobody. Raises `ConfigError` with all mistakes of
    all pages, each as `partner_configs/acme.yaml:14 channels[0].maps.850: what is wrong and the way
    out`.
    """
    parts = _Parts(transports=transports, formats=formats, maps=maps)
    opened = [(Page(f"{folder}/{stem}.yaml", text), stem, text) for stem, text in _stems(pages)]
    partners = [_partner(page, stem, text, parts=parts) for page, stem, text in opened]
    mistakes = sorted(mistake for page, _, _ in opened for mistake in page.mistakes)
    if mistakes:
        raise ConfigError([str(mistake) for mistake in mistakes])
    return Partners(all=tuple(partner for partner in partners if partner is not None))


def _stems(pages: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted((name.removesuffix(".yaml"), text) for name, text in pages.items())


def _partner(page: Page, stem: str, text: str, *, parts: _Parts) -> Partner | None:
    """Read one page to its end, noting every mistake on it."""
    if not GOOD_ID.fullmatch(stem):
        page.wrong((), "rename the file: the partner's id is its name, a-z 0-9 and - only")
    if not page.readable:
        return None
    keys = page.fit(PartnerKeys)
    written = page.at(("channels",))
    count = len(written) if isinstance(written, list) else 0
    rooms = list(_rooms(page, count, parts.maps))
    _check_products(page, rooms)
    channels = [_channel(page, ("channels", index), stem, parts=parts) for index in range(count)]
    _refuse_doubles(page, count)
    if page.at(("warehouse",)) is not None and page.at(("kind",)) != "warehouse":
        page.wrong(("warehouse",), "is for `kind: warehouse` alone; remove it, or say that kind")
    if keys is None or page.mistakes:
        return None
    ready = tuple(channel for channel in channels if channel is not None)
    return Partner(
        id=stem,
        name=keys.name,
        kind=keys.kind,
        channels=ready,
        limits=Limits(
            receipt=keys.limits.receipt,
            response=keys.limits.response,
            ship=keys.limits.ship,
            change=keys.limits.change,
        ),
        calendar=_calendar(keys),
        priority=keys.sourcing.priority,
        products=_products(page, keys, rooms),
        stock=_stock(keys.stock),
        territory=Territory(to=keys.sourcing.ships_to, not_to=keys.sourcing.not_to),
        transit=MappingProxyType({**TRANSIT, **keys.transit}),
        silence=keys.changes.silence,
        changes_by=keys.changes.by,
        warehouse=WarehouseRules(
            short=keys.warehouse.short,
            balance=keys.warehouse.balance,
            cutoff=keys.changes.cutoff,
        ),
        digest=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        notice=tuple(
            f"{page.file} channel {channel.name}: {words}"
            for channel in ready
            for words in _notices(channel)
        )
        + tuple(_unwritten(page, keys, rooms)),
    )


def _calendar(keys: PartnerKeys) -> Calendar:
    return Calendar(
        zone=keys.calendar.zone,
        work_days=frozenset(WORK_DAYS.index(name) for name in keys.calendar.work_days),
        holidays=frozenset(keys.calendar.holidays),
        cutoff=keys.calendar.cutoff,
    )


def _stock(keys: StockKeys) -> StockRules:
    return StockRules(
        level=keys.level,
        includes=keys.report_includes,
        safety=keys.safety,
        trust=keys.trust,
        use_stale=keys.when_stale == "use",
        guard=keys.guard,
        preorder=keys.preorder,
    )


def _channel(page: Page, path: Path, partner: str, *, parts: _Parts) -> Channel | None:
    """Read one channel, None when something in it is wrong.

    Its settings and profile are judged even then, so that the writer sees everything at once.
    """
    keys = page.fit(ChannelKeys, path)
    settings = _leaf(page, path, "transport", "settings", parts.transports)
    profile = _leaf(page, path, "format", "profile", parts.formats)
    _check_sets(page, path, parts.maps)
    _check_dialect(page, path, profile, parts.maps)
    if keys is None or settings is None or profile is None:
        return None
    is_cron = " " in keys.poll
    return Channel(
        partner=partner,
        name=keys.name,
        transport=keys.transport,
        settings=settings,
        format=keys.format,
        profile=profile,
        maps=MappingProxyType(dict(keys.maps)),
        sends=keys.send,
        receives=keys.receive,
        poll_seconds=None if is_cron else duration(keys.poll).total_seconds(),
        poll_cron=keys.poll if is_cron else None,
        cutoffs=tuple(sorted(keys.cutoff)),
        batch_limit=keys.batch_limit,
        file_name=keys.file_name or f"{FILE_NAME}{getattr(profile, 'ending', '.edi')}",
        partner_resets_numbers=keys.partner_resets_numbers,
        settle_seconds=max(1, round(keys.settle.total_seconds())),
    )


def _leaf(
    page: Page, path: Path, kind: str, under: str, configs: Mapping[str, type[BaseModel]]
) -> BaseModel | None:
    """Read `settings` by the transport's Config, `profile` by the format's."""
    name = page.at((*path, kind))
    if not isinstance(name, str):
        return None  # missing or a list: noted with the channel's own keys
    config = configs.get(name)
    if config is None:
        page.wrong((*path, kind), f"no {kind} {shown(name)}; {choices(name, configs)}")
        return None
    return page.fit(config, (*path, under))


def _check_sets(page: Page, path: Path, known: Collection[str]) -> None:
    """See that sets, directions and maps of one channel belong together."""
    maps = page.at((*path, "maps"))
    maps = maps if isinstance(maps, dict) else {}
    used: set[str] = set()
    for direction in ("send", "receive"):
        for set_id, place in _sets(page, (*path, direction)):
            used.add(set_id)
            if set_id not in maps:
                page.wrong(
                    place,
                    f"no map for {shown(set_id)}; add it under maps"
                    " (receipts such as 997 need no entry: the format reads them itself)",
                )
    for set_id, name in maps.items():
        place = (*path, "maps", set_id)
        if isinstance(name, str) and name not in known:
            page.wrong(place, f"no map {shown(name)}; {choices(name, known)}")
        if set_id not in used:
            page.wrong(place, f"neither sent nor received; add {shown(set_id)} to send or receive")
    if not used and isinstance(page.at(path), dict):
        page.wrong(path, "sends and receives nothing; add `send: [850]` or `receive: [855]`")


def _check_dialect(
    page: Page, path: Path, profile: BaseModel | None, known: Collection[str]
) -> None:
    """See that maps read what the format makes of a file."""
    maps, dialect = page.at((*path, "maps")), getattr(profile, "dialect", "")
    for set_id, name in maps.items() if isinstance(maps, dict) and dialect else ():
        found = known.get(name) if isinstance(known, Mapping) and isinstance(name, str) else None
        if isinstance(found, Carrying) and found.dialect != dialect:
            page.wrong(
                (*path, "maps", set_id),
                f"{name} reads and writes {found.dialect}, and a channel with `format: "
                f"{page.at((*path, 'format'))}` has {dialect}; name a map of that format",
            )


def _sets(page: Page, path: Path) -> list[tuple[str, Path]]:
    value = page.at(path)
    if isinstance(value, str):
        return [(value, path)]
    listed = enumerate(value) if isinstance(value, list) else ()
    return [(text, (*path, index)) for index, text in listed if isinstance(text, str)]


# --- ids of articles ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """What the map of a set that is sent carries of an article's ids."""

    set_id: str
    map: str
    kinds: Collection[str]
    most: int

    def of(self, kinds: Sequence[str]) -> list[str]:
        """Return those kinds for which there is a place."""
        return [kind for kind in kinds if kind in self.kinds]


def _rooms(page: Page, count: int, maps: Collection[str]) -> Iterator[_Room]:
    for index in range(count):
        for set_id, _ in _sets(page, ("channels", index, "send")):
            name = page.at(("channels", index, "maps", set_id))
            known = maps.get(name) if isinstance(maps, Mapping) and isinstance(name, str) else None
            if isinstance(known, Carrying) and known.ids is not None:
                kinds, most = known.ids
                yield _Room(set_id=set_id, map=str(name), kinds=kinds, most=most)


def _check_products(page: Page, rooms: Sequence[_Room]) -> None:
    """See that every id that the page promises has its place in what is sent."""
    path: Path = ("products",)
    promised = [kind for kind, _ in _sets(page, path)]
    for room in rooms if promised else ():
        fits = room.of(promised)
        if len(fits) > room.most:
            what = (
                f"{room.set_id} is written by {room.map}, which has room for {room.most} ids of an "
                f"article and not for {len(fits)}; keep those that the partner goes by, such as "
                f"[{', '.join(fits[: room.most])}]"
            )
        elif not fits:
            what = f"{room.set_id} is written by {room.map}, which has places for none of them; "
            what += choices(promised[0], room.kinds)
        else:
            continue
        page.wrong(path, what)


def _unwritten(page: Page, keys: PartnerKeys, rooms: Sequence[_Room]) -> Iterator[str]:
    """Yield what is worth a notice: an id that is promised and has no place in what is sent."""
    for room in rooms if page.at(("products",)) is not None else ():
        lost = [kind for kind in keys.products if kind not in room.kinds]
        if lost:
            line = page.line_of(("products",))
            yield (
                f"{page.file}:{line} products: {room.set_id} goes out without {', '.join(lost)}, "
                f"for which {room.map} has no place"
            )


def _products(page: Page, keys: PartnerKeys, rooms: Sequence[_Room]) -> tuple[str, ...]:
    """Return the ids that are sent: what the page names, else of the usual ones those that fit."""
    if page.at(("products",)) is not None:
        return keys.products
    return keys.products[: min((room.most for room in rooms), default=None)]


def _refuse_doubles(page: Page, count: int) -> None:
    """See that channel names differ and that each set leaves by one channel."""
    names: dict[str, int] = {}
    senders: dict[str, int] = {}
    for index in range(count):
        path: Path = ("channels", index)
        name = page.at((*path, "name"))
        if isinstance(name, str) and names.setdefault(name, index) != index:
            page.wrong(
                (*path, "name"), f"{shown(name)} is channels[{names[name]}]; name it otherwise"
            )
        for set_id, place in _sets(page, (*path, "send")):
            if senders.setdefault(set_id, index) != index:
                first = senders[set_id]
                page.wrong(place, f"{shown(set_id)} is sent by channels[{first}]; send it by one")


def _notices(channel: Channel) -> list[str]:
    """Collect what a Config calls valid but worth a `warnings` entry."""
    return [
        words
        for leaf in (channel.settings, channel.profile)
        for words in getattr(leaf, "warnings", ())
    ]
