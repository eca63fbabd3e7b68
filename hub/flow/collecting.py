"""Steps 1 and 2 of the inbound river: what lies at a partner's door is fetched, kept, then removed.

One file that cannot be read, or that is too large, becomes an exception of its own and holds back
no other; a wire that fails altogether is raised.
"""

from collections.abc import Collection
from dataclasses import dataclass

from hub.domain.facts import Stuck
from hub.domain.names import at_moment
from hub.errors import TransportError
from hub.flow.caps import largest
from hub.flow.parts import Parts
from hub.flow.receiving import fetched, keep, spool
from hub.partners import Channel
from hub.store import Lease, Transaction
from hub.transports import Remaining, RemoteFile, Transport

MOST_FAULTS = 3  # a wire that failed so often in one listing is not asked further


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Since when a file has looked just so, and whether it was found unfinished."""

    since: float
    unfinished: bool = False


class Arrivals:
    """What is known of files that still lie there; a restart forgets it, harmlessly."""

    def __init__(self) -> None:
        self._waiting: dict[RemoteFile, _Waiting] = {}
        self.told: set[str] = set()

    def unchanged_for(self, file: RemoteFile, *, now: float) -> float:
        """Return for how many seconds the file has looked just so."""
        return now - self._waiting.setdefault(file, _Waiting(now)).since

    def is_unfinished(self, file: RemoteFile) -> bool:
        """Whether the file was read just so before and was not whole."""
        return file in self._waiting and self._waiting[file].unfinished

    def unfinished(self, file: RemoteFile) -> None:
        """Remember that there is no use in reading it again before it changes."""
        self._waiting[file] = _Waiting(self._waiting[file].since, True)

    def forget_others(self, files: Collection[RemoteFile]) -> None:
        """Drop what no longer lies there."""
        here = set(files)
        self._waiting = {file: seen for file, seen in self._waiting.items() if file in here}


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One look at a partner's door: everything that taking a file needs."""

    parts: Parts
    channel: Channel
    wire: Transport
    lease: Lease
    arrivals: Arrivals


def collect(door: Door) -> int:
    """Take in every whole file at the partner's door; returns how many.

    Raises TransportError when the wire fails altogether; what was taken before it is safe.
    """
    files = list(door.wire.list())
    door.arrivals.forget_others(files)
    taken: list[RemoteFile] = []
    faults: dict[str, TransportError] = {}
    for file in files:
        try:
            if _take(door, file):
                taken.append(file)
        except TransportError as fault:
            faults[file.path] = fault
            if len(faults) == MOST_FAULTS:
                break
    _look_back(door, files, taken)
    if len(faults) == MOST_FAULTS and not taken:
        raise next(iter(faults.values()))
    for path, found in faults.items():
        _tell(door, path, f"cannot be taken in: {found}")
    return len(taken)


def _take(door: Door, file: RemoteFile) -> bool:
    waited = door.arrivals.unchanged_for(file, now=door.parts.now().timestamp())
    settled = waited >= door.channel.settle_seconds
    most = largest(door.parts, door.channel)
    if file.size > most:
        _tell(door, file.path, f"has {file.size} bytes and is not fetched; {most} is most")
        return False
    if door.arrivals.is_unfinished(file) and not settled:
        return False
    with spool() as stream:
        delivery = fetched(door.parts, door.channel, door.wire, file, stream)
        if delivery.seen != file:
            return False  # it changed while we read; the next listing tells its new size
        if not door.parts.formats[door.channel.format].whole(stream) and not settled:
            door.arrivals.unfinished(file)
            return False
        keep(door.parts, door.channel, delivery, lease=door.lease)
    door.wire.remove(file)
    return True


def _look_back(door: Door, files: Collection[RemoteFile], taken: Collection[RemoteFile]) -> None:
    """Mark what is gone, so that the same name is a new delivery when it comes again."""
    parts, channel = door.parts, door.channel
    here = {file.path for file in files} - {file.path for file in taken}
    if isinstance(door.wire, Remaining):
        here |= set(door.wire.unchanged())
    with parts.store.read() as tx:
        gone = tx.exchange.present(partner=channel.partner, channel=channel.name) - here
    well = {path for path in door.arrivals.told if path not in here}

    def work(tx: Transaction) -> None:
        tx.exchange.absent(partner=channel.partner, channel=channel.name, present_paths=here)
        for path in well:
            tx.exceptions.clear(_hold(channel, path), at=parts.now(), by=channel.lane)

    if gone or well:
        parts.store.write(work)
        door.arrivals.told -= well


def _hold(channel: Channel, path: str) -> str:
    return f"file:{channel.lane}:{path}"


def _tell(door: Door, path: str, why: str) -> None:
    """Open one exception for a file that stays where it is; told once while it lies there."""
    if path in door.arrivals.told:
        return
    channel, now = door.channel, door.parts.now()
    stuck = Stuck(
        hold=_hold(channel, path),
        kind="file",
        partner=channel.partner,
        text=f"{path!r} at {channel.lane} {why}",
        next_step="Ask the partner to put it right or take it away; the other files go on.",
    )
    names = at_moment(stuck.hold, now)
    door.parts.store.write(lambda tx: tx.exceptions.open(stuck, at=now, names=names))
    door.arrivals.told.add(path)
