"""The operator's first page: whether everything flows, and what does not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from hub.domain.exchange import Direction
from hub.flow.pageless import is_pageless
from hub.flow.parts import Parts
from hub.ops.desk.awaited import ACKNOWLEDGEMENTS, Due, acks_due
from hub.ops.desk.causes import Cause, grouped
from hub.ops.desk.expiring import Expiring, expiring
from hub.ops.desk.feeds import FeedAge, feed_ages
from hub.ops.desk.shown import partner_name
from hub.ops.desk.signs import Sign, counted
from hub.ops.health import LONGEST_SILENCE, Life
from hub.store import LaneRow, Transaction
from hub.store.queue import MOST_GROUPED

SOON = timedelta(days=30)
MOST_CAUSES = 6
"""So many are named on the page; `causes_count` says how many there are."""
MOST_DUE = 5
DISK_LOW = 0.10  # of the disk
CLOCK_OFF = timedelta(seconds=5)
MAILS = "mail"
"""What the names of lanes of mails begin with; no partner is called so."""
QUIET = timedelta(seconds=60)
"""What has waited longer than this, no worker looks at: it looks every second or two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One channel, or the mails of a brand: what waits, since when, when it last worked.

    It is told as well why it is paused.

    `sign` is `no` while it is paused, or owes something that nobody works on because no page has
    it any more (`pageless`); `warning` while something is parked or waits for a while.
    A lane that is no partner's, as that of mails, has no page to be `shown`.
    """

    name: str
    partner: str
    partner_name: str
    shown: bool
    pageless: bool
    waiting: int
    parked: int
    oldest: datetime | None
    last_in: datetime | None
    last_out: datetime | None
    paused_until: datetime | None
    paused_why: str
    failures: int
    sign: Sign


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """The disk of the archive, in bytes; `low` when a tenth or less is free."""

    free: int
    size: int

    @property
    def low(self) -> bool:
        """Whether it is time to make room."""
        return self.free <= self.size * DISK_LOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One process of the hub: whether it lives, in words."""

    kind: str
    alive: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Everything at one moment. `acks_overdue` counts, `acks_worst` are the longest overdue.

    `causes` are the most frequent of `causes_count`. `clock_off` is how far the database's clock is
    ahead of ours; on SQLite they are one. `today` counts papers since `midnight`, the viewer's, by
    their sign; a delivery that no paper could be found in counts as one that failed. `processes` is
    empty where nobody told of them.
    """

    at: datetime
    lanes: tuple[Lane, ...]
    causes: tuple[Cause, ...]
    causes_count: int
    open_exceptions: int
    acks_overdue: int
    acks_worst: tuple[Due, ...]
    feeds: tuple[FeedAge, ...]
    disk: Disk
    expiring: tuple[Expiring, ...]
    clock_off: timedelta
    clock_wrong: bool
    worker: Process
    processes: tuple[Process, ...]
    midnight: datetime
    today: Mapping[Sign, int]


def overview(parts: Parts, *, lives: Sequence[Life] = (), zone: tzinfo = UTC) -> Overview:
    """Return everything that the first page shows, with the day as it is in a zone.

    `lives` is what processes told, if anybody.
    """
    now = parts.now()
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    with parts.store.read() as tx:
        lanes = tuple(_lane(parts, tx, row, now) for row in _rows(parts, tx))
        queued = tx.queue.newest()
        causes = grouped(tx, parts, queued)
        overdue = sum(tx.desk.overdue(kind.value, now=now) for kind in ACKNOWLEDGEMENTS)
        feeds = feed_ages(parts, tx)
        ending = expiring(parts, tx, within=SOON)
        clock_off = tx.desk.clock() - datetime.now(UTC)
        worker = _worker(tx, now)
        today = _today(tx, midnight)
        total = len(queued) if len(queued) < MOST_GROUPED else sum(tx.queue.counts().values())
    free, size = parts.store.archive.room()
    late = [one for one in acks_due(parts, limit=MOST_DUE).rows if one.late is not None]
    return Overview(
        at=now,
        lanes=lanes,
        causes=causes[:MOST_CAUSES],
        causes_count=len(causes),
        open_exceptions=total,
        acks_overdue=overdue,
        acks_worst=tuple(late),
        feeds=feeds,
        disk=Disk(free=free, size=size),
        expiring=ending,
        clock_off=clock_off,
        clock_wrong=abs(clock_off) > CLOCK_OFF,
        worker=worker,
        processes=tuple(_process(life) for life in lives),
        midnight=midnight,
        today=today,
    )


def _rows(parts: Parts, tx: Transaction) -> list[LaneRow]:
    """Every lane that there is, and those of pages over which nothing went yet."""
    there = {row.name: row for row in tx.duties.lanes()}
    for partner in parts.partners.all:
        for channel in partner.channels:
            there.setdefault(channel.lane, _unused(channel.lane))
    return [there[name] for name in sorted(there)]


def _unused(name: str) -> LaneRow:
    return LaneRow(
        name=name,
        owner="",
        token=0,
        lease_until=datetime.fromtimestamp(0, UTC),
        paused_until=None,
        paused_reason="",
        failures=0,
        depth=0,
        oldest_due=None,
        parked=0,
    )


def _lane(parts: Parts, tx: Transaction, row: LaneRow, now: datetime) -> Lane:
    partner, _, channel = row.name.partition("/")
    name = _mails_of(parts, channel) if partner == MAILS else partner_name(parts, partner)
    paused = row.paused_until is not None and row.paused_until > now
    late = row.oldest_due is not None and now - row.oldest_due > QUIET and row.depth > row.parked
    troubled = row.parked or late or row.failures
    pageless = is_pageless(parts, row.name)
    sign = Sign.NO if paused else Sign.WARNING if troubled else Sign.YES
    if pageless:
        sign = Sign.NO if row.waiting or row.parked else Sign.NONE
    return Lane(
        name=row.name,
        partner=partner,
        partner_name=name,
        shown=any(one.id == partner for one in parts.partners.all),
        pageless=pageless,
        waiting=row.waiting,
        parked=row.parked,
        oldest=row.oldest,
        last_in=tx.desk.last(partner=partner, channel=channel, direction=Direction.IN),
        last_out=tx.duties.mailed(row.name)
        if partner == MAILS
        else tx.desk.last(partner=partner, channel=channel, direction=Direction.OUT),
        paused_until=row.paused_until if paused else None,
        paused_why=row.paused_reason if paused else "",
        failures=row.failures,
        sign=sign,
    )


def _mails_of(parts: Parts, brand: str) -> str:
    if brand in parts.brands:
        return f"Mails of {parts.brands[brand].name}"
    return "Mails to people with accounts"


def _worker(tx: Transaction, now: datetime) -> Process:
    """Tell of a worker by its work, and by when one was last heard of."""
    heard = tx.duties.heard()
    if tx.desk.is_worked_on():
        return Process(kind="work", alive=True, text="a worker is at it now")
    if tx.desk.is_left_undone(before=now - QUIET):
        text = "no worker seems to run: what is due has waited for more than a minute"
        return Process(kind="work", alive=False, text=text)
    if heard is None:
        return Process(kind="work", alive=True, text="nothing waits for a worker")
    silent = (now - heard).total_seconds()
    text = f"last heard of {max(silent, 0):.0f} seconds ago"
    if silent > QUIET.total_seconds():
        text = f"no worker runs: the last was heard of {silent / 60:.0f} minutes ago"
    return Process(kind="work", alive=silent <= QUIET.total_seconds(), text=text)


def _process(life: Life) -> Process:
    if life.pid is None:
        return Process(kind=life.kind, alive=False, text="it does not run")
    if life.silent is None:
        return Process(kind=life.kind, alive=False, text="it is starting")
    if life.silent > LONGEST_SILENCE:
        text = f"it has not been heard of for {life.silent:.0f} seconds"
        return Process(kind=life.kind, alive=False, text=text)
    return Process(kind=life.kind, alive=True, text="it runs")


def _today(tx: Transaction, midnight: datetime) -> dict[Sign, int]:
    found = dict.fromkeys((Sign.YES, Sign.WAITING, Sign.WARNING, Sign.NO), 0)
    for row in tx.desk.since(midnight):
        sign = counted(row)
        found[sign] = found.get(sign, 0) + row.count
    found[Sign.NO] += tx.desk.unsplit(since=midnight)
    return found
