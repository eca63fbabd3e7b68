"""One lane's turn, under its lease: send what is owed, collect, settle what was kept.

Each of the three is a step behind the wall (`hub.flow.walls`): what nobody foresaw there pauses
this lane and ends neither the worker nor another lane's turn.
"""

from collections.abc import Callable
from datetime import datetime

from hub.errors import ConfigError, Conflict, TransportError
from hub.flow.collecting import Arrivals, Door, collect
from hub.flow.inbound import process
from hub.flow.outbound import compose, deliver, failed, owes, recovered
from hub.flow.parts import Parts
from hub.flow.receiving import LEASE_SECONDS
from hub.flow.walls import close, fault_hold, is_told, lane_fell, walled
from hub.partners import Channel
from hub.store import Lease, Transaction
from hub.transports import Timed, Transport

SENDING, COLLECTING, SETTLING = "sending", "collecting", "settling"


class LaneTurn:
    """A channel with its open wire in one worker; `take` is called by one thread at a time.

    `gone` tells of a lane's holder whether that worker surely lives no more, so that after a crash
    nobody waits for its lease to run out.
    """

    def __init__(
        self,
        parts: Parts,
        channel: Channel,
        *,
        owner: str,
        gone: Callable[[str], bool] = lambda owner: False,
    ) -> None:
        self._gone = gone
        self._parts = parts
        self._channel = channel
        self._owner = owner
        self._arrivals = Arrivals()
        self._wire: Transport | None = None
        self._lease: Lease | None = None
        self._leased_at = 0.0
        self._told = True  # by this worker or another before it; the first success looks
        self._fell: set[str] = set()
        self._stood: set[str] = set()  # steps that did what they should, and were looked after

    @property
    def channel(self) -> Channel:
        """The channel this lane belongs to."""
        return self._channel

    def take(self, *, poll: bool) -> int:
        """Do what can be done on the lane now; returns how much was done.

        Nothing when another worker holds the lane. A failing wire pauses it and is not raised, nor
        is a fault of ours.
        """
        lease = self._claim()
        if lease is None:
            return 0
        done = 0
        try:
            done += self._settled() + self._sent(lease)
            if poll and not self._paused():
                done += self._step(COLLECTING, lambda: self._collected(lease))
                done += self._settled() + self._sent(lease)
        except TransportError as fault:
            self.close()
            self._told = True
            failed(self._parts, self._channel, fault)
        except ConfigError as fault:  # a key or password that the page names cannot be had
            self.close()
            self._told = True
            failed(self._parts, self._channel, TransportError(str(fault), permanent=True))
        except Conflict:
            self._lease = None
            return done  # the lane or a row was taken by somebody else; the next turn looks again
        return done

    def _step(self, name: str, work: Callable[[], int]) -> int:
        """Take one step of a turn; a fault of ours pauses the lane until its time is over."""
        if self._fell and self._paused():
            return 0
        lane = self._channel.lane
        done = walled(work, where=lane, fell=lambda trace: self._fallen(name, trace))
        if done is not None and name not in self._stood and not self._paused():
            self._stands(name)
        return done or 0

    def _fallen(self, name: str, trace: str) -> None:
        self.close()
        self._fell.add(name)
        self._stood.discard(name)
        channel = self._channel
        lane_fell(self._parts, channel.lane, step=name, partner=channel.partner, trace=trace)

    def _stands(self, name: str) -> None:
        """The step works: what was told of it, by whichever process, is over."""
        lane, hold = self._channel.lane, fault_hold(self._channel.lane, name)
        if name in self._fell or is_told(self._parts, hold, partner=self._channel.partner):
            close(self._parts, hold, by=lane)
        self._stood.add(name)
        if name in self._fell:
            self._fell.discard(name)
            self._told = True
            self._works()

    def _settled(self) -> int:
        return self._step(SETTLING, lambda: process(self._parts, self._channel))

    def _sent(self, lease: Lease) -> int:
        return self._step(SENDING, lambda: self._send(lease))

    def _collected(self, lease: Lease) -> int:
        done = collect(self._door(lease))
        self._works()
        return done

    def close(self) -> None:
        """End the lane's connection; the next turn opens another."""
        wire, self._wire = self._wire, None
        if wire is not None:  # whatever ending it meets, it is not used any more
            walled(wire.close, where=self._channel.lane, fell=lambda trace: None)

    def release(self) -> None:
        """Close the wire and give the lane back, so that nobody waits for it."""
        self.close()
        lease = self._claim()
        if lease is not None:
            self._parts.store.write(lambda tx: tx.duties.release(lease))
            self._lease = None

    def _claim(self) -> Lease | None:
        """A lease half used up is renewed; the fencing of the next write notices a lost one."""
        now = self._parts.now().timestamp()
        if self._lease is None or not 0 <= now - self._leased_at < LEASE_SECONDS / 2:
            self._leased_at = now
            self._lease = self._parts.store.write(self._claimed)
        return self._lease

    def _claimed(self, tx: Transaction) -> Lease | None:
        lane = self._channel.lane
        if self._lease is None:
            tx.duties.open_lane(lane)  # a partner that was never asked for anything is polled too
        lease = tx.duties.claim(lane=lane, owner=self._owner, seconds=LEASE_SECONDS)
        if lease is None:
            for row in tx.duties.lanes():
                if row.name == lane and self._gone(row.owner):
                    tx.duties.release(Lease(lane=lane, owner=row.owner, token=row.token))
                    lease = tx.duties.claim(lane=lane, owner=self._owner, seconds=LEASE_SECONDS)
        return lease

    def _trouble(self) -> tuple[datetime | None, int]:
        """Until when the lane is paused, and how often its wire failed in a row."""
        with self._parts.store.read() as tx:
            return tx.duties.troubled().get(self._channel.lane, (None, 0))

    def _paused(self) -> bool:
        until, _ = self._trouble()
        return until is not None and until > self._parts.now()

    def _works(self) -> None:
        """The wire did what it was asked for: what was told of its failures is over.

        Not while a step meets a fault of ours: its pauses would begin again with the shortest.
        """
        if self._fell:
            return
        if self._told or self._trouble() != (None, 0):
            recovered(self._parts, self._channel)
            self._told = False

    def _door(self, lease: Lease) -> Door:
        return Door(
            parts=self._parts,
            channel=self._channel,
            wire=self._open(),
            lease=lease,
            arrivals=self._arrivals,
        )

    def _open(self) -> Transport:
        if self._wire is None:
            wire = self._parts.wires[self._channel.transport]
            self._wire = wire.connect(self._channel.settings, secrets=self._parts.secret)
            if isinstance(self._wire, Timed):
                self._wire.keep_time(self._parts.now)
        return self._wire

    def _send(self, lease: Lease) -> int:
        done = 0
        while owes(self._parts, self._channel) and compose(self._parts, self._channel, lease):
            done += 1
        while not self._paused() and deliver(self._parts, self._channel, self._open(), lease):
            self._works()
            done += 1
        return done
