"""What an exception's next step names as a command is a button at the desk: one act, then done.

Which act it is, is read from the step that was written when the exception opened; nobody types it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from hub.flow import levels, transfers, webhooks
from hub.flow.parts import Parts
from hub.ops import again
from hub.store import Transaction
from hub.store.queue import QueuedRow

_COMMAND = re.compile(
    r"`hub (lane resume|duty retry|stock accept|depot accept|doc retry|webhook resume"
    r"|webhook replay) ([\w/-]+)`"
)


class Remedy(StrEnum):
    """What can be done about an exception by one button."""

    RESUME_LANE = "lane resume"
    RETRY_DUTY = "duty retry"
    ACCEPT_STOCK = "stock accept"
    ACCEPT_DEPOT = "depot accept"
    RERUN = "doc retry"
    RESUME_WEBHOOK = "webhook resume"
    REPLAY_WEBHOOK = "webhook replay"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One act and what it is done to: a lane, a duty, a paper or an endpoint."""

    remedy: Remedy
    subject: str


def offered(next_step: str) -> Offer | None:
    """Return the act that a next step names, as it was written; None when there is none."""
    found = _COMMAND.search(next_step)
    return None if found is None else Offer(remedy=Remedy(found[1]), subject=found[2])


def do(parts: Parts, exception_id: str, *, who: str) -> None:
    """Do what the next step of an open exception names.

    Raises KeyError when there is none open of that id, it offers nothing, or what it was about is
    gone; Refused when another try cannot help.
    """
    with parts.store.read() as tx:
        row = _open(tx, exception_id)
    offer = offered(row.next_step)
    if offer is None:
        raise KeyError(exception_id)
    _ACTS[offer.remedy](parts, offer.subject, who)


def resume_lane(parts: Parts, lane: str, *, who: str) -> None:
    """Let a paused lane go on at once; KeyError when there is none of that name."""
    again.resume_lane(parts, lane, who=who)


def _open(tx: Transaction, exception_id: str) -> QueuedRow:
    row = tx.queue.one(exception_id)
    if row.hold is None:
        raise KeyError(exception_id)
    return row


def _replay(parts: Parts, subject: str, who: str) -> None:
    webhooks.replay(parts, None, subject, [], who=who)


_ACTS: Mapping[Remedy, Callable[[Parts, str, str], object]] = MappingProxyType(
    {
        Remedy.RESUME_LANE: lambda parts, subject, who: again.resume_lane(parts, subject, who=who),
        Remedy.RETRY_DUTY: lambda parts, subject, who: again.retry_duty(parts, subject, who=who),
        Remedy.ACCEPT_STOCK: lambda parts, subject, who: levels.accept(parts, subject, who=who),
        Remedy.ACCEPT_DEPOT: lambda parts, subject, who: transfers.accept(parts, subject, who=who),
        Remedy.RERUN: lambda parts, subject, who: again.retry(parts, subject, who=who),
        Remedy.RESUME_WEBHOOK: lambda parts, subject, who: webhooks.resume(
            parts, None, subject, who=who
        ),
        Remedy.REPLAY_WEBHOOK: _replay,
    }
)
