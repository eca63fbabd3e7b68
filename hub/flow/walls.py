"""The wall around one turn: a fault that nobody foresaw stays with the lane or endpoint it met.

It is the boundary of lanes, as the rivers have one of papers: the only place that catches
everything, with four gates. Sending, collecting and settling of a lane (`hub.flow.lanes`), a
brand's mails (`hub.flow.mailing`), one endpoint's turn (`hub.flow.webhook_rounds`). What means
something passes through it: a lost race, a failing wire, a wrong page, a store that is away, an
end that was asked for.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from hub.domain.exchange import Problem
from hub.domain.facts import Stuck
from hub.domain.names import at_moment
from hub.errors import ConfigError, Conflict, TransportError
from hub.flow.faults import trace_of
from hub.flow.parts import Parts
from hub.store import Transaction, is_away

FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=10)

_log = logging.getLogger("hub.flow")

T = TypeVar("T")


def walled(turn: Callable[[], T], *, where: str, fell: Callable[[str], None]) -> T | None:
    """Take a turn; None when a fault of ours ended it, after it was logged and `fell` was told.

    The log gets the places of the fault and no message, `fell` the trace without what it quotes.
    `where` names the lane or endpoint. Conflict, TransportError, ConfigError and whatever says that
    the store is away are raised, and so is what `fell` raises.
    """
    try:
        return turn()
    except (Conflict, TransportError, ConfigError):
        raise
    except Exception as fault:  # the one boundary of lanes and endpoints
        if is_away(fault):
            raise
        _log.error("a turn met a fault of ours", exc_info=fault, extra={"ids": {"lane": where}})
        trace = trace_of(fault)
    fell(trace)
    return None


def pause_after(failures: int) -> timedelta:
    """Return how long is waited after so many failures in a row before this one."""
    return min(FIRST_PAUSE * (1 << min(failures, 12)), LONGEST_PAUSE)


def lane_fell(parts: Parts, lane: str, *, step: str, partner: str, trace: str) -> None:
    """Pause a lane whose turn met a fault of ours, ever longer, and tell the operator at once."""
    last = trace.strip().rsplit("\n", 1)[-1]
    stuck = Stuck(
        hold=fault_hold(lane, step),
        kind="our-fault",
        partner=partner,
        text=f"{step.capitalize()} on {lane} met a fault of ours: {last}",
        next_step="The lane is tried again by itself, and other lanes go on; this closes when it "
        f"works. Report the fault with its text; after an upgrade: `hub lane resume {lane}`.",
        problems=(Problem(code="our-fault", text=trace),),
    )

    def work(tx: Transaction) -> None:
        now = parts.now()
        _, before = tx.duties.troubled().get(lane, (None, 0))
        tx.duties.pause(lane=lane, until=now + pause_after(before), reason=last)
        tx.exceptions.open(stuck, at=now, names=at_moment(stuck.hold, now))

    parts.store.write(work)


def is_told(parts: Parts, hold: str, *, partner: str) -> bool:
    """Say whether an exception of that hold is open; a look that writes nothing."""
    with parts.store.read() as tx:
        rows = tx.exceptions.page(open_only=True, limit=MOST_LOOKED_AT, partner=partner)
    return any(row.hold == hold for row in rows)


MOST_LOOKED_AT = 100_000


def close(parts: Parts, hold: str, *, by: str) -> None:
    """Close what was told of a fault: the step that met it works again."""
    parts.store.write(lambda tx: tx.exceptions.clear(hold, at=parts.now(), by=by))


def fault_hold(lane: str, step: str) -> str:
    """Return under which hold stands what is told of a step of a lane."""
    return f"fault:{lane}:{step}"
