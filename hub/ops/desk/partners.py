"""Partners on the operator's desk: how each fares, and everything its page says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO

from pydantic import BaseModel

from hub.domain.exchange import Direction, Problem
from hub.errors import Refused
from hub.flow.parts import Parts
from hub.ops.desk.awaited import ACKNOWLEDGEMENTS
from hub.ops.desk.expiring import certificate_end
from hub.ops.desk.feeds import FeedAge, feed_ages
from hub.ops.desk.setting_words import setting_name
from hub.ops.desk.signs import Sign
from hub.ops.dry_run import Tried, dry_run
from hub.ops.explain import receipts_wanted
from hub.partners import Channel, Partner
from hub.store import Transaction
from hub.store.desk import FileRow

MOST_SHOWN = 200  # envelopes and papers of a file that is tried
MOST_TRIED = 4 * 1024 * 1024
MOST_FILES = 20
LONGEST_AWAITED = 200
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SECRETS = frozenset({"certificate", "private_key", "key_file", "passphrase", "password"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How one partner fares; `why` says in words what `sign` shows, "" when all is well."""

    partner: str
    name: str
    kind: str
    sign: Sign
    why: str
    channels: tuple[str, ...]
    waiting: int
    exceptions: int
    acks_overdue: int
    paused: tuple[str, ...]
    last_in: datetime | None
    last_out: datetime | None
    feed: FeedAge | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing a page says: a label and its value. `ours` are words of the hub and no setting."""

    label: str
    value: str
    ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key or certificate by which a channel is opened; `ends_at` where that is known."""

    name: str
    kept: str
    ends_at: datetime | None
    left: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPage:
    """One channel of a partner: its wire, who it says we both are, its maps, its last files."""

    name: str
    lane: str
    transport: str
    format: str
    settings: tuple[Fact, ...]
    identities: tuple[Fact, ...]
    keys: tuple[Key, ...]
    sends: tuple[str, ...]
    receives: tuple[str, ...]
    maps: tuple[Fact, ...]
    schedule: tuple[Fact, ...]
    receipts: bool
    files: tuple[FileRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerProfile:
    """Everything about one partner. `digest` tells one state of its page from another."""

    health: Health
    rules: tuple[Fact, ...]
    channels: tuple[ChannelPage, ...]
    api_keys: tuple[Key, ...]
    notice: tuple[str, ...]
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What is known of all partners at one moment."""

    open: Mapping[str, int]
    overdue: Mapping[str, int]
    feeds: Mapping[str, FeedAge]
    waiting: Mapping[str, int]
    paused: Mapping[str, str]


def partners(parts: Parts) -> tuple[Health, ...]:
    """Return how every partner fares, those with trouble first."""
    with parts.store.read() as tx:
        look = _look(parts, tx)
        found = [_health(tx, look, one) for one in parts.partners.all]
    bad = (Sign.NO, Sign.OVERDUE, Sign.WARNING)
    return tuple(
        sorted(found, key=lambda one: (bad.index(one.sign) if one.sign in bad else 9, one.name))
    )


def partner(parts: Parts, partner_id: str) -> PartnerProfile:
    """Return everything about one partner; raises KeyError when no page names it."""
    page = parts.partners.get(partner_id)
    with parts.store.read() as tx:
        health = _health(tx, _look(parts, tx), page)
        channels = tuple(_channel(parts, tx, one) for one in page.channels)
        api_keys = tuple(_api_keys(parts, tx, page.id))
    return PartnerProfile(
        health=health,
        rules=tuple(_rules(page)),
        channels=channels,
        api_keys=api_keys,
        notice=page.notice,
        digest=page.digest,
    )


def try_file(parts: Parts, partner_id: str, body: bytes, *, channel: str = "") -> Tried:
    """Say what a file would do if the partner sent it; nothing is written.

    Over the channel of that name, or the first; of a long file only its beginning. Raises KeyError
    for no such partner or channel, Refused for more than 4 MB.
    """
    if len(body) > MOST_TRIED:
        text = f"the file has {len(body):,} bytes; try one of at most {MOST_TRIED:,}"
        raise Refused([Problem(code="too-long", text=text)])
    page = parts.partners.get(partner_id)
    found = next((one for one in page.channels if channel in ("", one.name)), None)
    if found is None:
        raise KeyError(f"{partner_id}/{channel}")
    stream, now = BytesIO(body), parts.now()
    return dry_run(parts, found, stream, store=parts.store, now=now, most=MOST_SHOWN)


def _look(parts: Parts, tx: Transaction) -> _Look:
    now = parts.now()
    opened: dict[str, int] = {}
    for (name, _), count in tx.queue.counts().items():
        opened[name] = opened.get(name, 0) + count
    overdue: dict[str, int] = {}
    for kind in ACKNOWLEDGEMENTS:
        for row in tx.desk.awaited(kind.value, after=None, limit=LONGEST_AWAITED):
            if row.due_at <= now:
                overdue[row.partner] = overdue.get(row.partner, 0) + 1
    lanes = tx.duties.lanes()
    paused = [row for row in lanes if row.paused_until is not None and row.paused_until > now]
    return _Look(
        open=opened,
        overdue=overdue,
        feeds={age.partner: age for age in feed_ages(parts, tx)},
        waiting={row.name: row.waiting for row in lanes},
        paused={row.name: row.paused_reason for row in paused},
    )


def _health(tx: Transaction, look: _Look, page: Partner) -> Health:
    lanes = [channel.lane for channel in page.channels]
    paused = tuple(lane for lane in lanes if lane in look.paused)
    feed, overdue = look.feeds.get(page.id), look.overdue.get(page.id, 0)
    opened = look.open.get(page.id, 0)
    sign, why = _judged(look, paused, feed, overdue, opened)
    return Health(
        partner=page.id,
        name=page.name,
        kind=page.kind,
        sign=sign,
        why=why,
        channels=tuple(channel.name for channel in page.channels),
        waiting=sum(look.waiting.get(lane, 0) for lane in lanes),
        exceptions=opened,
        acks_overdue=overdue,
        paused=paused,
        last_in=_last(tx, page, Direction.IN),
        last_out=_last(tx, page, Direction.OUT),
        feed=feed,
    )


def _judged(
    look: _Look, paused: tuple[str, ...], feed: FeedAge | None, overdue: int, opened: int
) -> tuple[Sign, str]:
    """The worst that is known, and all of it in words."""
    told = [f"{lane} is paused: {look.paused[lane]}" for lane in paused]
    sign = Sign.NO if paused else Sign.YES
    if overdue:
        told.append(f"{overdue} overdue " + ("answer" if overdue == 1 else "answers"))
        sign = sign if paused else Sign.OVERDUE
    if feed is not None and feed.stale and feed.as_of is not None:
        told.append("its stock report is too old")
    if opened:
        told.append(f"{opened} " + ("thing waits" if opened == 1 else "things wait"))
    if told and sign is Sign.YES:
        sign = Sign.WARNING
    return sign, "; ".join(told)


def _last(tx: Transaction, page: Partner, way: Direction) -> datetime | None:
    moments = (
        tx.desk.last(partner=page.id, channel=channel.name, direction=way.value)
        for channel in page.channels
    )
    return max((one for one in moments if one is not None), default=None)


# --- what its page says ------------------------------------------------------------------------


def _channel(parts: Parts, tx: Transaction, channel: Channel) -> ChannelPage:
    files = [
        one
        for way in Direction
        for one in tx.desk.files(
            partner=channel.partner, channel=channel.name, direction=way.value, limit=MOST_FILES
        )
    ]
    files.sort(key=lambda one: one.at, reverse=True)
    return ChannelPage(
        name=channel.name,
        lane=channel.lane,
        transport=channel.transport,
        format=channel.format,
        settings=tuple(_settings(channel.settings)),
        identities=tuple(_settings(channel.profile)),
        keys=tuple(_keys(parts, channel)),
        sends=channel.sends,
        receives=channel.receives,
        maps=tuple(Fact(label=name, value=page) for name, page in sorted(channel.maps.items())),
        schedule=tuple(_schedule(channel)),
        receipts=receipts_wanted(parts, channel.partner, channel.name),
        files=tuple(files[:MOST_FILES]),
    )


def _settings(model: BaseModel) -> Iterator[Fact]:
    """Yield what a page sets; a secret is only named there, and not even its name is shown here."""
    for label, value in _flat(model.model_dump(mode="json"), ()):
        name = setting_name(label)
        if label[-1] in _SECRETS:
            continue
        if isinstance(value, bool):
            yield Fact(label=name, value="yes" if value else "no", ours=True)
        elif not _is_reference(value):
            yield Fact(label=name, value=value)


def _flat(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str | bool]]:
    if isinstance(value, Mapping):
        for name, inside in value.items():
            yield from _flat(inside, (*path, str(name)))
    elif isinstance(value, list):
        if value and not any(isinstance(one, Mapping | list) for one in value):
            yield path, ", ".join(str(one) for one in value)
    elif value not in (None, "") and path:
        yield path, value if isinstance(value, bool) else str(value)


def _is_reference(value: str) -> bool:
    return value.startswith(("file:", "env:"))


def _keys(parts: Parts, channel: Channel) -> Iterator[Key]:
    ends_at = certificate_end(parts, channel)
    for path, value in _flat(channel.settings.model_dump(mode="json"), ()):
        if isinstance(value, str) and _is_reference(value):
            ending = ends_at if path[-1] == "certificate" else None
            yield Key(
                name=setting_name(path),
                kept="in a file" if value.startswith("file:") else "in the environment",
                ends_at=ending,
                left=None if ending is None else ending - parts.now(),
            )


def _api_keys(parts: Parts, tx: Transaction, partner_id: str) -> Iterator[Key]:
    for key in tx.keys.page():
        if key.partner == partner_id and key.revoked_at is None:
            ends_at = key.expires_at
            left = None if ends_at is None else ends_at - parts.now()
            yield Key(name=f"API key {key.label}", kept="as a hash", ends_at=ends_at, left=left)


def _schedule(channel: Channel) -> Iterator[Fact]:
    if channel.poll_cron:
        yield Fact(label="Looks for files", value=f"at {channel.poll_cron} (cron)", ours=True)
    elif channel.poll_seconds:
        often = f"every {channel.poll_seconds:g} seconds"
        value = "every second" if channel.poll_seconds == 1 else often
        yield Fact(label="Looks for files", value=value, ours=True)
    if channel.cutoffs:
        times = ", ".join(f"{at:%H:%M}" for at in channel.cutoffs)
        value = f"{times}, at most {channel.batch_limit} together"
        yield Fact(label="Sends at", value=value, ours=True)
    else:
        yield Fact(label="Sends", value="at once", ours=True)


def _rules(page: Partner) -> Iterator[Fact]:
    limits, calendar = page.limits, page.calendar
    days = ", ".join(_DAYS[day] for day in sorted(calendar.work_days))
    yield Fact(label="Time zone", value=calendar.zone)
    yield Fact(label="Works on", value=days, ours=True)
    if calendar.cutoff is not None:
        yield Fact(label="Orders count for the day until", value=f"{calendar.cutoff:%H:%M}")
    for label, limit in (
        ("Receipt within", limits.receipt),
        ("Answer within", limits.response),
        ("Ships within", limits.ship),
        ("Answers a change within", limits.change),
    ):
        yield Fact(label=label, value=f"{_long(limit)} of working time", ours=True)
    yield Fact(label="Silence on a change means", value=page.silence, ours=True)
    yield Fact(label="Stock comes from", value=page.stock.level.replace("_", " "), ours=True)
    yield Fact(label="Stock is trusted for", value=_long(page.stock.trust), ours=True)
    if page.stock.safety:
        yield Fact(label="Never sold of each article", value=str(page.stock.safety))
    if page.territory.to:
        yield Fact(label="Ships to", value=", ".join(page.territory.to))
    if page.territory.not_to:
        yield Fact(label="Does not ship to", value=", ".join(page.territory.not_to))


def _long(time: timedelta) -> str:
    hours = time.total_seconds() / 3600
    if hours >= 48 and hours % 24 == 0:
        return f"{hours / 24:g} days"
    return f"{hours:g} hours" if hours >= 1 else f"{hours * 60:g} minutes"
