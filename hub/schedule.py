"""The clock: rings lanes when they are due and what did not come in time; holds no business state.

One thread for each lane takes its turns; a partner that hangs holds up nobody else. Every worker's
clock rings; of several on one store, the one that holds the lane's lease polls.
"""

import threading
from collections.abc import Callable
from datetime import UTC
from functools import partial
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from hub.flow.accounts import forget
from hub.flow.accounts_common import USERS_LANE
from hub.flow.accounts_mails import UserMailTurn
from hub.flow.lanes import LaneTurn
from hub.flow.mailing import MailTurn
from hub.flow.owed_mails import mail_lane
from hub.flow.pageless import look_after
from hub.flow.parts import Parts
from hub.flow.watching import ring
from hub.flow.webhook_rounds import Rounds
from hub.partners import Channel

LOOK_EVERY = 0.1  # seconds between two looks for lanes with duties that are due
SEAL_EVERY = 0.1
RING_EVERY = 2.0  # seconds between two looks for what did not come in time, and for lost lanes
PUSH_EVERY = 0.25  # seconds between two looks for what endpoints are to be told
BEAT_EVERY = 15  # seconds between two signs of life
FORGET_MINUTES = 20  # between two looks for sessions, links and drafts that are over
MOST_IDLE_TURNS = 3  # `until_idle` ends after so many rounds in which nothing was done


class Bell:
    """Rung when a lane should take a turn; remembers that a poll was asked for."""

    def __init__(self) -> None:
        self._rung = threading.Event()
        self._poll = False
        self._lock = threading.Lock()

    def ring(self, *, poll: bool) -> None:
        """Wake the lane; a poll asked for once is not forgotten by other rings."""
        with self._lock:
            self._poll = self._poll or poll
        self._rung.set()

    def wait(self, seconds: float) -> tuple[bool, bool]:
        """Wait for a ring and return (rung, poll asked for)."""
        rung = self._rung.wait(seconds)
        with self._lock:
            self._rung.clear()
            poll, self._poll = self._poll, False
        return rung or poll, poll


class Worker:
    """All lanes of a store in this process: start it, stop it, or run it until nothing is left.

    `broken` says that a thread ended by a fault of ours; the process is to end and be started anew.
    """

    def __init__(
        self, parts: Parts, *, owner: str, gone: Callable[[str], bool] = lambda owner: False
    ) -> None:
        self._parts = parts
        self._owner = owner
        self._stopping = threading.Event()
        self.broken = False
        channels = [channel for partner in parts.partners.all for channel in partner.channels]
        self._lanes: dict[str, LaneTurn | MailTurn] = {
            c.lane: LaneTurn(parts, c, owner=owner, gone=gone) for c in channels
        }
        for brand in parts.brands.values():
            turn = MailTurn(parts, brand, owner=owner, gone=gone)
            self._lanes[mail_lane(brand.id)] = turn
        self._lanes[USERS_LANE] = UserMailTurn(parts, owner=owner, gone=gone)
        self._bells = {lane: Bell() for lane in self._lanes}
        self._threads: list[threading.Thread] = []
        self._clock = BackgroundScheduler(timezone=UTC)
        self._webhooks = Rounds(parts)

    def start(self) -> None:
        """Start the clock, a thread for each lane, the look-out, the watch and the sealer."""
        for lane, turn in self._lanes.items():
            self._thread(f"lane {lane}", partial(self._tend, lane, turn))
            if isinstance(turn, LaneTurn):
                self._wind(turn.channel)
            self._bells[lane].ring(poll=True)
        self._thread("look-out", self._look_out)
        self._thread("sealer", self._seal)
        self._thread("watch", self._watch)
        self._thread("webhooks", self._push)
        beat = IntervalTrigger(seconds=BEAT_EVERY, timezone=UTC)
        self._clock.add_job(self._beat, beat, id="beat", coalesce=True)
        every = IntervalTrigger(minutes=FORGET_MINUTES, timezone=UTC)
        self._clock.add_job(forget, every, args=[self._parts], id="forget", coalesce=True)
        self._clock.start()
        self._beat()

    def stop(self) -> None:
        """End every turn under way, give the lanes back and return when all is quiet."""
        self._stopping.set()
        self._clock.shutdown(wait=True)
        for bell in self._bells.values():
            bell.ring(poll=False)
        for thread in self._threads:
            thread.join()
        self._webhooks.close()
        for turn in self._lanes.values():
            turn.release()
        self._parts.store.write(lambda tx: tx.facts.seal(now=self._parts.now()))

    def _beat(self) -> None:
        """Tell those who look at the overview that a worker lives."""
        self._parts.store.write(lambda tx: tx.duties.beat(at=self._parts.now()))

    def until_idle(self) -> int:
        """Take turns in this thread until nothing is left to do; returns how much.

        A lane whose wire fails is paused and counts as idle.
        """
        done = quiet = 0
        while quiet < MOST_IDLE_TURNS:
            turn = self.turn()
            done += turn
            quiet = 0 if turn else quiet + 1
        self.rest()
        return done

    def turn(self) -> int:
        """Take one turn on every lane in this thread, ring and seal; returns how much was done."""
        done = sum(lane.take(poll=True) for lane in self._lanes.values())
        done += ring(self._parts) + look_after(self._parts)
        done += self._parts.store.write(lambda tx: tx.facts.seal(now=self._parts.now()))
        return done + self._webhooks.until_idle()

    def rest(self) -> None:
        """Close every lane's wire and give the lanes back; a later turn takes them again."""
        for lane in self._lanes.values():
            lane.release()

    def _thread(self, name: str, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=partial(self._run, work), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _run(self, work: Callable[[], None]) -> None:
        """A fault that no river caught ends the worker, not one thread of it in silence."""
        try:
            work()
        except BaseException:
            self.broken = True
            self._stopping.set()
            raise

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the worker is asked to stop or broke; say whether it did within `seconds`."""
        return self._stopping.wait(seconds)

    def _wind(self, channel: Channel) -> None:
        """Ask the clock to ring this channel's polls."""
        # By the page: its writer thinks of one zone, and the clock is wound once.
        zone = ZoneInfo(self._parts.partners.page(channel.partner).calendar.zone)
        if channel.poll_cron:
            trigger = CronTrigger.from_crontab(channel.poll_cron, timezone=zone)
        elif channel.poll_seconds:
            trigger = IntervalTrigger(seconds=channel.poll_seconds, timezone=UTC)
        else:
            return
        self._clock.add_job(
            self._due,
            trigger,
            args=[channel.lane],
            id=f"poll {channel.lane}",
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )

    def _due(self, lane: str) -> None:
        self._bells[lane].ring(poll=True)

    def _tend(self, lane: str, turn: LaneTurn | MailTurn) -> None:
        while not self._stopping.is_set():
            rung, poll = self._bells[lane].wait(1.0)
            if not rung or self._stopping.is_set():
                continue
            turn.take(poll=poll)

    def _look_out(self) -> None:
        while not self._stopping.wait(LOOK_EVERY):
            for lane in self._waiting():
                if lane in self._bells:
                    self._bells[lane].ring(poll=False)

    def _waiting(self) -> set[str]:
        """Lanes with something to do that no poll tells of: owed, composed, kept or accepted."""
        now = self._parts.now()
        with self._parts.store.read() as tx:
            due = tx.duties.lanes_due(now=now)
            kept = [f"{partner}/{channel}" for partner, channel in tx.exchange.lanes_waiting()]
            trouble = tx.duties.troubled() if kept else {}
        paused = {lane for lane, (until, _) in trouble.items() if until is not None and until > now}
        return {*due, *kept} - paused

    def _watch(self) -> None:
        while not self._stopping.wait(RING_EVERY):
            ring(self._parts)
            look_after(self._parts)

    def _push(self) -> None:
        while not self._stopping.wait(PUSH_EVERY):
            self._webhooks.look()

    def _seal(self) -> None:
        while not self._stopping.wait(SEAL_EVERY):
            with self._parts.store.read() as tx:
                waiting = tx.facts.waiting()
            if waiting:  # an idle store writes nothing
                self._parts.store.write(lambda tx: tx.facts.seal(now=self._parts.now()))
