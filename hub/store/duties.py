"""Duties in their lanes: what is owed to a partner, in order, done by one worker at a time.

A lane is a leased row with a fencing token; its duties are numbered by a counter that is taken in
the transaction that makes them, so their order is the order of the commits. Leases run on the
database's own clock: no two machines need to agree on the time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    Text,
    and_,
    bindparam,
    case,
    delete,
    exists,
    false,
    func,
    insert,
    null,
    or_,
    select,
    true,
    update,
)

from hub.domain.exchange import Direction, TransmissionState
from hub.domain.facts import Duty, DutyKind
from hub.errors import Conflict
from hub.store.statements import (
    Connection,
    Row,
    Statement,
    canonical,
    micros,
    moment,
    moment_or_none,
    now_micros,
    parsed,
)
from hub.store.tables import counter, duty, exception, lane, schedule_fire, transmission
from hub.store.upserts import insert_if_absent, upsert, upsert_returning

LEDGER_LANE = "ledger"
"""The lane whose row the sealer locks; it never holds duties and is not listed."""
_FIRES_KEPT = timedelta(days=1)

_LANE = bindparam("lane", type_=Text)
_NEW_LANE = insert_if_absent(lane)
_HAS_DUTY = Statement(select(duty.c.id).where(duty.c.id == bindparam("id")))
_TAKE_SEQ = Statement(
    update(lane)
    .where(lane.c.name == _LANE)
    .values(next_seq=lane.c.next_seq + 1)
    .returning(lane.c.next_seq)
)
_ADD_DUTY = Statement(insert(duty))

_LEASE_END = now_micros() + bindparam("micros", type_=BigInteger)
_FREE = and_(
    lane.c.name == _LANE,
    or_(lane.c.owner.in_(["", bindparam("owner", type_=Text)]), lane.c.lease_until < now_micros()),
)
_CLAIMED = {
    "owner": bindparam("owner", type_=Text),
    "token": lane.c.token + 1,
    "lease_until": _LEASE_END,
}
# A lane that another worker is just claiming is passed over instead of waited for.
_CLAIM = Statement(
    update(lane)
    .where(
        lane.c.name.in_(
            select(lane.c.name).where(_FREE).with_for_update(key_share=True, skip_locked=True)
        )
    )
    .values(_CLAIMED)
    .returning(lane.c.token)
)
# A free lane is also locked for moments by those who add duties to it; under a steady stream of
# orders it would be passed over for ever, so the second try waits its turn.
_CLAIM_IN_TURN = Statement(update(lane).where(_FREE).values(_CLAIMED).returning(lane.c.token))
_HELD = and_(
    lane.c.name == _LANE,
    lane.c.owner == bindparam("holder", type_=Text),
    lane.c.token == bindparam("held_token", type_=BigInteger),
)
_HOLD = Statement(update(lane).where(_HELD).values(lease_until=_LEASE_END))
_RELEASE = Statement(update(lane).where(_HELD).values(owner="", lease_until=0))

_earlier = duty.alias("earlier")
_NOT_HELD_BACK = ~exists().where(
    _earlier.c.lane == duty.c.lane,
    _earlier.c.parked == true(),
    _earlier.c.order_id == duty.c.order_id,
    _earlier.c.seq < duty.c.seq,
)
_DUE_NOW = and_(
    duty.c.parked == false(),
    duty.c.due_at <= bindparam("now", type_=BigInteger),
    _NOT_HELD_BACK,
)
_WAITING = select(
    duty.c.id,
    duty.c.lane,
    duty.c.kind,
    duty.c.set_id,
    duty.c.subject,
    duty.c.order_id,
    duty.c.due_at,
    duty.c.body,
    duty.c.seq,
    duty.c.attempts,
    duty.c.parked,
).order_by(duty.c.seq)
_OF_ORDER = Statement(_WAITING.where(duty.c.order_id == bindparam("order_id")))
_DUE_OF_LANE = _WAITING.where(duty.c.lane == _LANE, _DUE_NOW).limit(
    bindparam("limit", type_=Integer)
)
_DUE = Statement(_DUE_OF_LANE.where(duty.c.seq > bindparam("after", type_=BigInteger)))
_DUE_OF_SET = Statement(_DUE_OF_LANE.where(duty.c.set_id == bindparam("set_id", type_=Text)))
_ONE = duty.c.id == bindparam("duty_id", type_=Text)
_ATTEMPT = Statement(update(duty).where(_ONE).values(attempts=duty.c.attempts + 1))
_DONE = Statement(delete(duty).where(_ONE))
_PARK = Statement(update(duty).where(_ONE).values(parked=true()))
_PUT_OFF = Statement(update(duty).where(_ONE).values(due_at=bindparam("until", type_=BigInteger)))
_UNPARK = Statement(update(duty).where(_ONE).values(parked=false()))

_PAUSE = Statement(
    update(lane)
    .where(lane.c.name == _LANE)
    .values(
        paused_until=bindparam("until", type_=BigInteger),
        paused_reason=bindparam("reason", type_=Text),
        failures=lane.c.failures + 1,
    )
    .returning(lane.c.failures)
)
_RESUME = Statement(
    update(lane)
    .where(lane.c.name == _LANE, lane.c.paused_until.is_not(None))
    .values(paused_until=null(), paused_reason="", failures=0)
)
_LANES = Statement(
    select(
        lane.c.name,
        lane.c.owner,
        lane.c.token,
        lane.c.lease_until,
        lane.c.paused_until,
        lane.c.paused_reason,
        lane.c.failures,
        func.count(duty.c.id),
        func.min(duty.c.due_at),
        func.count(case((duty.c.parked == true(), duty.c.id))),
    )
    .select_from(lane.outerjoin(duty))
    .where(lane.c.name != LEDGER_LANE)
    .group_by(lane.c.name)
    .order_by(lane.c.name)
)
_UNSENT = Statement(
    select(
        transmission.c.partner,
        transmission.c.channel,
        func.count(),
        func.min(transmission.c.at),
    )
    .where(
        transmission.c.direction == Direction.OUT.value,
        transmission.c.state == TransmissionState.READY.value,
    )
    .group_by(transmission.c.partner, transmission.c.channel)
)
_TROUBLED = Statement(
    select(lane.c.name, lane.c.paused_until, lane.c.failures).where(
        or_(lane.c.failures > 0, lane.c.paused_until.is_not(None))
    )
)
_LANES_DUE = Statement(
    select(lane.c.name)
    .where(
        or_(
            lane.c.paused_until.is_(None),
            lane.c.paused_until <= bindparam("now", type_=BigInteger),
        ),
        exists().where(duty.c.lane == lane.c.name, _DUE_NOW),
    )
    .order_by(lane.c.name)
)
_TOLD = exists().where(exception.c.hold == bindparam("hold", type_=Text).concat(lane.c.name))
_OWING = Statement(select(lane.c.name, exists().where(duty.c.lane == lane.c.name), _TOLD))

_COUNT = bindparam("count", type_=BigInteger)
_NEXT_NUMBER = upsert_returning(
    counter,
    on=["name"],
    setting={
        "value": case(
            (counter.c.value + _COUNT > bindparam("ceiling", type_=BigInteger), _COUNT),
            else_=counter.c.value + _COUNT,
        )
    },
    returning="value",
)
_WORKERS = "worker/heard"
_MAILED = "mailed/"
"""The counter that holds the microsecond at which a worker was last heard of."""
_BEAT = upsert(counter, on=["name"], setting=["value"])
_HEARD = Statement(select(counter.c.value).where(counter.c.name == bindparam("name")))
_FIRE = insert_if_absent(schedule_fire)
_FORGET_FIRES = Statement(
    delete(schedule_fire).where(
        schedule_fire.c.schedule == bindparam("schedule"),
        schedule_fire.c.due_at < bindparam("before", type_=BigInteger),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to work on a lane; `token` rises with each claim and fences off earlier holders."""

    lane: str
    owner: str
    token: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingDuty(Duty):
    """A duty in its lane: its place in the order, how often it was tried, whether it is parked."""

    seq: int
    attempts: int
    parked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneRow:
    """One lane: who holds it until when, whether it is paused, how much waits and since when.

    `depth` counts all duties, `parked` those of them that wait for a person. `unsent` are files
    that were written and did not leave yet, `unsent_since` when the oldest of them was written.
    """

    name: str
    owner: str
    token: int
    lease_until: datetime
    paused_until: datetime | None
    paused_reason: str
    failures: int
    depth: int
    oldest_due: datetime | None
    parked: int
    unsent: int = 0
    unsent_since: datetime | None = None

    @property
    def waiting(self) -> int:
        """How much waits to leave by itself, written or not; what waits for a person does not."""
        return self.depth - self.parked + self.unsent

    @property
    def oldest(self) -> datetime | None:
        """Since when the oldest waits: due and not written, or written and not sent."""
        return min((at for at in (self.oldest_due, self.unsent_since) if at), default=None)

    @property
    def paused(self) -> bool:
        """Whether the lane waits after a failure of the transport."""
        return self.paused_until is not None


class Duties:
    """What is owed, numbered, leased, tried and done; and the counters that number papers."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def want(self, duty: Duty) -> None:
        """Add a duty at the end of its lane; one of that id is left alone."""
        if self._connection.row(_HAS_DUTY, {"id": duty.id}) is not None:
            return
        seq = self._connection.row(_TAKE_SEQ, {"lane": duty.lane})
        if seq is None:
            self._connection.change(_NEW_LANE, fresh_lane(duty.lane))
            seq = self._connection.returned(_TAKE_SEQ, {"lane": duty.lane})
        values = {
            "id": duty.id,
            "lane": duty.lane,
            "seq": seq[0],
            "kind": duty.kind.value,
            "set_id": duty.set_id,
            "subject": duty.subject,
            "order_id": duty.order_id,
            "due_at": micros(duty.due_at),
            "attempts": 0,
            "parked": False,
            "body": canonical(duty.body),
        }
        self._connection.change(_ADD_DUTY, values)

    def owing(self, *, hold: str) -> list[tuple[str, bool, bool]]:
        """Return each lane, whether it owes anything, and whether `hold` and its name is held."""
        rows = self._connection.rows(_OWING, {"hold": hold})
        return [(str(row[0]), bool(row[1]), bool(row[2])) for row in rows]

    def beat(self, *, at: datetime) -> None:
        """Note that a worker lives."""
        self._connection.change(_BEAT, {"name": _WORKERS, "value": micros(at)})

    def heard(self) -> datetime | None:
        """Return when a worker was last heard of, None when none ever was."""
        row = self._connection.row(_HEARD, {"name": _WORKERS})
        return None if row is None else moment(row[0])

    def note_mail(self, lane: str, *, at: datetime) -> None:
        """Note that a mail left over a lane of mails: nothing else that stays tells when."""
        self._connection.change(_BEAT, {"name": f"{_MAILED}{lane}", "value": micros(at)})

    def mailed(self, lane: str) -> datetime | None:
        """Return when a mail last left over a lane, None when none did since that is noted."""
        row = self._connection.row(_HEARD, {"name": f"{_MAILED}{lane}"})
        return None if row is None else moment(row[0])

    def open_lane(self, name: str) -> None:
        """Make the lane of a channel that owes nothing yet: its polls need a lease as well."""
        self._connection.change(_NEW_LANE, fresh_lane(name))

    def claim(self, *, lane: str, owner: str, seconds: int) -> Lease | None:
        """Lease a lane that is free, expired or the owner's own, else give None.

        Every claim raises the token, so a lease taken before, by whomever, holds no longer.
        """
        values = {"lane": lane, "owner": owner, "micros": seconds * 1_000_000}
        token = self._connection.row(_CLAIM, values) or self._connection.row(_CLAIM_IN_TURN, values)
        return None if token is None else Lease(lane=lane, owner=owner, token=token[0])

    def hold(self, lease: Lease, *, seconds: int) -> None:
        """Renew a lease; Conflict when somebody claimed the lane since.

        Called in the transaction that writes the outcome, it keeps a late worker from writing.
        """
        values = _held(lease) | {"micros": seconds * 1_000_000}
        if self._connection.change(_HOLD, values) != 1:
            raise Conflict(f"the lease of {lease.owner} on lane {lease.lane} was lost")

    def release(self, lease: Lease) -> None:
        """Give a lane back; a lease that was lost is left alone."""
        self._connection.change(_RELEASE, _held(lease))

    def due(self, *, lane: str, now: datetime, limit: int, after: int = -1) -> list[WaitingDuty]:
        """Return what is due in a lane, in order, from behind the duty with the number `after`.

        A parked duty holds back the later ones of the same order, and no others.
        """
        values = {"lane": lane, "now": micros(now), "limit": limit, "after": after}
        return [_waiting(row) for row in self._connection.rows(_DUE, values)]

    def due_of_set(self, set_id: str, *, lane: str, now: datetime, limit: int) -> list[WaitingDuty]:
        """Return what is due of one kind of paper or mail, as `due` does."""
        values = {"lane": lane, "now": micros(now), "limit": limit, "set_id": set_id}
        return [_waiting(row) for row in self._connection.rows(_DUE_OF_SET, values)]

    def of_order(self, order_id: str) -> list[WaitingDuty]:
        """Return everything that is still owed because of an order, parked or not."""
        return [_waiting(row) for row in self._connection.rows(_OF_ORDER, {"order_id": order_id})]

    def count_attempts(self, duty_ids: Sequence[str]) -> None:
        """Count one more attempt for each; to be committed before trying."""
        self._connection.change_all(_ATTEMPT, _each(duty_ids))

    def done(self, duty_ids: Sequence[str]) -> None:
        """Delete duties that were fulfilled."""
        self._connection.change_all(_DONE, _each(duty_ids))

    def park(self, duty_id: str) -> None:
        """Set a duty aside until a person releases it."""
        self._connection.change(_PARK, {"duty_id": duty_id})

    def put_off(self, duty_id: str, *, until: datetime) -> None:
        """Leave a duty alone until then; it holds back no other."""
        self._connection.change(_PUT_OFF, {"duty_id": duty_id, "until": micros(until)})

    def unpark(self, duty_id: str) -> bool:
        """Put a parked duty back in its old place; False when there is no such duty any more."""
        return self._connection.change(_UNPARK, {"duty_id": duty_id}) == 1

    def pause(self, *, lane: str, until: datetime, reason: str) -> int:
        """Stop a lane until then and return how often it failed in a row."""
        self._connection.change(_NEW_LANE, fresh_lane(lane))
        values = {"lane": lane, "until": micros(until), "reason": reason}
        return int(self._connection.returned(_PAUSE, values)[0])

    def resume(self, *, lane: str) -> bool:
        """Let a lane run again; False when it was not paused."""
        return self._connection.change(_RESUME, {"lane": lane}) == 1

    def lanes(self) -> list[LaneRow]:
        """Return every lane with what waits in it, by name."""
        unsent = {f"{row[0]}/{row[1]}": row[2:] for row in self._connection.rows(_UNSENT)}
        return [_lane_row(row, *unsent.get(row[0], ())) for row in self._connection.rows(_LANES)]

    def troubled(self) -> dict[str, tuple[datetime | None, int]]:
        """Return the lanes that are paused or failed lately: until when, and how often in a row."""
        rows = self._connection.rows(_TROUBLED)
        return {name: (moment_or_none(until), failures) for name, until, failures in rows}

    def lanes_due(self, *, now: datetime) -> list[str]:
        """Return the lanes in which something can be done now, by name."""
        return [row[0] for row in self._connection.rows(_LANES_DUE, {"now": micros(now)})]

    def next_number(self, counter: str, *, count: int = 1, ceiling: int = 999_999_999) -> int:
        """Take `count` numbers in a row and return the first, from 1 upwards.

        After `ceiling` it starts at 1 again. A transaction that is rolled back gives them back.
        """
        values = {"name": counter, "value": count, "count": count, "ceiling": ceiling}
        return int(self._connection.returned(_NEXT_NUMBER, values)[0]) - count + 1

    def fire(self, *, schedule: str, due_at: datetime) -> bool:
        """Take one ring of a schedule; False when somebody else took it.

        Rings of the same schedule that are more than a day older are forgotten.
        """
        values = {"schedule": schedule, "due_at": micros(due_at)}
        if self._connection.change(_FIRE, values) != 1:
            return False
        forgotten = {"schedule": schedule, "before": micros(due_at - _FIRES_KEPT)}
        self._connection.change(_FORGET_FIRES, forgotten)
        return True


def _each(duty_ids: Sequence[str]) -> list[dict[str, str]]:
    return [{"duty_id": duty_id} for duty_id in duty_ids]


def _held(lease: Lease) -> dict[str, Any]:
    return {"lane": lease.lane, "holder": lease.owner, "held_token": lease.token}


def fresh_lane(name: str, *, free_from: int = 0) -> dict[str, Any]:
    """Write the row of a lane that nobody holds and in which nothing waits."""
    return {
        "name": name,
        "next_seq": 0,
        "owner": "",
        "token": 0,
        "lease_until": free_from,
        "paused_until": None,
        "paused_reason": "",
        "failures": 0,
    }


def _waiting(row: Row) -> WaitingDuty:
    return WaitingDuty(
        id=row[0],
        lane=row[1],
        kind=DutyKind(row[2]),
        set_id=row[3],
        subject=row[4],
        order_id=row[5],
        due_at=moment(row[6]),
        body=parsed(row[7]),
        seq=row[8],
        attempts=row[9],
        parked=bool(row[10]),
    )


def _lane_row(row: Row, unsent: int = 0, since: int | None = None) -> LaneRow:
    return LaneRow(
        name=row[0],
        owner=row[1],
        token=row[2],
        lease_until=moment(row[3]),
        paused_until=moment_or_none(row[4]),
        paused_reason=row[5],
        failures=row[6],
        depth=row[7],
        oldest_due=moment_or_none(row[8]),
        parked=row[9],
        unsent=unsent,
        unsent_since=moment_or_none(since),
    )
