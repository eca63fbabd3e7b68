"""Texts of partner pages → `Partners`, or every mistake in all of them."""

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pydantic import BaseModel

from hub.errors import ConfigError
from hub.partners.fields import (
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
    what to call the pages' directory when one of them is spoken of. It touches no file, resolves no
    secret and connects to nobody. Raises `ConfigError` with all mistakes of all pages, each as
    `partner_configs/acme.yaml:14 channels[0].maps.850: what is wrong and the way out`.
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
    channels = [_channel(page, ("channels", index), stem, parts=parts) for index in range(count)]
    _refuse_doubles(page, count)
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
        products=keys.products,
        stock=_stock(keys.stock),
        territory=Territory(to=keys.sourcing.ships_to, not_to=keys.sourcing.not_to),
        transit=MappingProxyType({**TRANSIT, **keys.transit}),
        silence=keys.changes.silence,
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
        ),
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
        file_name=keys.file_name,
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


def _sets(page: Page, path: Path) -> list[tuple[str, Path]]:
    value = page.at(path)
    if isinstance(value, str):
        return [(value, path)]
    listed = enumerate(value) if isinstance(value, list) else ()
    return [(text, (*path, index)) for index, text in listed if isinstance(text, str)]


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
