"""One lane's turn, under its lease: send what is owed, collect, settle what was kept."""

from datetime import datetime

from hub.errors import ConfigError, Conflict, TransportError
from hub.flow.inbound import Arrivals, collect, process
from hub.flow.outbound import LEASE_SECONDS, compose, deliver, failed
from hub.flow.parts import Parts
from hub.partners import Channel
from hub.store import Lease, Transaction
from hub.transports import Transport


class LaneTurn:
    """A channel with its open wire in one worker; `take` is called by one thread at a time."""

    def __init__(self, parts: Parts, channel: Channel, *, owner: str) -> None:
        self._parts = parts
        self._channel = channel
        self._owner = owner
        self._arrivals = Arrivals()
        self._wire: Transport | None = None
        self._lease: Lease | None = None
        self._leased_at = 0.0

    @property
    def channel(self) -> Channel:
        """The channel this lane belongs to."""
        return self._channel

    def take(self, *, poll: bool) -> int:
        """Do what can be done on the lane now; returns how much was done.

        Nothing when another worker holds the lane. A failing wire pauses it and is not raised.
        """
        lease = self._claim()
        if lease is None:
            return 0
        done = 0
        try:
            done += process(self._parts, self._channel)
            done += self._send(lease)
            if poll and not self._paused():
                done += collect(self._parts, self._channel, self._open(), self._arrivals)
                self._recovered()
                done += process(self._parts, self._channel)
                done += self._send(lease)
        except TransportError as fault:
            self.close()
            failed(self._parts, self._channel, fault)
        except ConfigError as fault:  # a key or password that the page names cannot be had
            self.close()
            failed(self._parts, self._channel, TransportError(str(fault), permanent=True))
        except Conflict:
            self._lease = None
            return done  # the lane or a row was taken by somebody else; the next turn looks again
        return done

    def close(self) -> None:
        """End the lane's connection; the next turn opens another."""
        if self._wire is not None:
            self._wire.close()
            self._wire = None

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
            self._lease = self._parts.store.write(
                lambda tx: tx.duties.claim(
                    lane=self._channel.lane, owner=self._owner, seconds=LEASE_SECONDS
                )
            )
        return self._lease

    def _paused(self) -> bool:
        until = self._paused_until()
        return until is not None and until > self._parts.now()

    def _paused_until(self) -> datetime | None:
        with self._parts.store.read() as tx:
            rows = [row for row in tx.duties.lanes() if row.name == self._channel.lane]
        return rows[0].paused_until if rows else None

    def _recovered(self) -> None:
        """A wire that could be polled works again, even where nothing waits to be sent."""
        if self._paused_until() is None:
            return
        lane, now = self._channel.lane, self._parts.now()

        def work(tx: Transaction) -> None:
            if tx.duties.resume(lane=lane):
                tx.exceptions.clear(f"lane:{lane}", at=now, by=lane)

        self._parts.store.write(work)

    def _open(self) -> Transport:
        if self._wire is None:
            wire = self._parts.wires[self._channel.transport]
            self._wire = wire.connect(self._channel.settings, secrets=self._parts.secret)
        return self._wire

    def _send(self, lease: Lease) -> int:
        done = 0
        while compose(self._parts, self._channel, lease):
            done += 1
        while not self._paused() and deliver(self._parts, self._channel, self._open(), lease):
            done += 1
        return done
