"""What an endpoint was told: events of the ledger up to its cursor, and telling them again.

A message that was taken is not kept: that it was is told by its place before the cursor and by its
not waiting any more. Other types than now may have been told before they were chosen.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.domain.names import Names
from hub.domain.webhooks import Batch, Event, Happened, bundled
from hub.flow.parts import Parts
from hub.flow.webhook_turns import events_of
from hub.flow.webhooks import (
    Owner,
    Seen,
    dead_hold,
    judge_types,
    own,
    record_command,
    seen,
)
from hub.store import Transaction, WebhookRow

WINDOW = 500
"""So many facts of the ledger are looked through at once."""
MOST_WINDOWS = 20
MOST_SHOWN = 50
MOST_AGAIN = 100


class Taking(StrEnum):
    """How far an endpoint came with an event."""

    TAKEN = "taken"
    WAITING = "waiting"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event of an endpoint: its place in the ledger, its type, when it happened, the state."""

    position: int
    type: str
    at: datetime
    order: str
    taking: Taking


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldPage:
    """Events newest first; `before` is where the next page begins, 0 at the end.

    A page may be empty and not the last: so many facts are looked through for one, and no more.
    """

    rows: tuple[Told, ...]
    before: int


def told(parts: Parts, owner: Owner | None, webhook_id: str, *, before: int = 0) -> ToldPage:
    """Return what an endpoint was told since it was registered, newest first.

    `before` is that of an earlier page. KeyError when the owner has no such endpoint.
    """
    with parts.store.read() as tx:
        row = own(tx, owner, webhook_id)
        top = min(before, row.cursor + 1) if before else row.cursor + 1
        kept = tx.webhooks.kept(row.id)
        events: list[Event] = []
        low, ended = top - 1, False
        for low, facts in _windows(tx, row, top):
            events = [*events_of(row, facts), *events]
            ended = not low or (bool(facts) and all(one.at < row.made_at for one in facts))
            if ended or len(_since(row, events)) > MOST_SHOWN:
                break
        states = _states([*_begun_before(tx, row, kept, low), *events], kept)
    found = [_told(event, states) for event in reversed(_since(row, events))]
    shown = tuple(found[:MOST_SHOWN])
    if len(found) > MOST_SHOWN:
        return ToldPage(rows=shown, before=shown[-1].position)
    return ToldPage(rows=shown, before=0 if ended else low + 1)


def _since(row: WebhookRow, events: Sequence[Event]) -> list[Event]:
    """Those that happened since the endpoint was registered."""
    return [event for event in events if event.at >= row.made_at]


def _windows(tx: Transaction, row: WebhookRow, top: int) -> Iterator[tuple[int, list[Happened]]]:
    """Go back through the ledger from before `top`, window by window; each in its own order.

    With each comes the place up to which nothing was looked at yet, 0 at the ledger's beginning.
    """
    for _ in range(MOST_WINDOWS):
        low = max(0, top - 1 - WINDOW)
        found = tx.webhooks.facts(brand=row.brand, after=low, limit=WINDOW)
        yield low, [fact for fact in found if low < fact.position < top]
        if not low:
            return
        top = low + 1


def _begun_before(
    tx: Transaction, row: WebhookRow, kept: Sequence[tuple[int, int, bool]], low: int
) -> list[Event]:
    """The events up to `low` of the last call that begins there: its others may come after it."""
    begun = [(position, count) for position, count, _ in kept if position <= low and count > 1]
    events: list[Event] = []
    if not begun:
        return events
    position, count = max(begun)
    after = position - 1
    for _ in range(MOST_WINDOWS):
        facts = tx.webhooks.facts(brand=row.brand, after=after, limit=WINDOW)
        events += events_of(row, [fact for fact in facts if fact.position <= low])
        if len(events) >= count or not facts or facts[-1].position >= low:
            break
        after = facts[-1].position
    return events


def _states(events: Sequence[Event], kept: Sequence[tuple[int, int, bool]]) -> dict[int, Taking]:
    """How far each event came that is not taken: a message has its first and those after it."""
    places = {event.position: n for n, event in enumerate(events)}
    states: dict[int, Taking] = {}
    for position, count, dead in kept:
        if position in places:
            for event in events[places[position] :][:count]:
                states[event.position] = Taking.DEAD if dead else Taking.WAITING
    return states


def _told(event: Event, states: Mapping[int, Taking]) -> Told:
    return Told(
        position=event.position,
        type=event.type,
        at=event.at,
        order=str(event.content.get("order") or ""),
        taking=states.get(event.position, Taking.TAKEN),
    )


def tell_again(
    parts: Parts, owner: Owner | None, webhook_id: str, positions: Sequence[int], *, who: str
) -> int:
    """Send the events at these places of the ledger once more, each in a call of its own.

    Each has the `webhook-id` of a call that tells it alone: a receiver that keeps them knows it.
    Returns how many there were. KeyError when there is no such endpoint, or a position at which it
    was told of nothing.
    """
    seed, now = parts.fresh(), parts.now()

    def work(tx: Transaction) -> int:
        row = own(tx, owner, webhook_id)
        events = [_event_at(tx, row, position) for position in dict.fromkeys(positions)]
        plan = bundled(events, Batch(), endpoint=row.id, cursor=row.cursor, now=now)
        for message in plan.messages:
            tx.webhooks.revive(row.id, message.id, at=now)
        tx.webhooks.enqueue(row.id, plan.messages, at=now)
        body = {"told_again": [event.position for event in events]}
        record_command(tx, parts, Names(seed), row.id, body, who)
        if not tx.webhooks.has_dead(row.id):
            tx.exceptions.clear(dead_hold(row.id), at=now, by=who)
        return len(events)

    return parts.store.write(work)


def _event_at(tx: Transaction, row: WebhookRow, position: int) -> Event:
    if not 0 < position <= row.cursor:
        raise KeyError(position)
    facts = tx.webhooks.facts(brand=row.brand, after=position - 1, limit=1)
    found = [one for one in events_of(row, facts) if one.position == position]
    if not found:
        raise KeyError(position)
    return found[0]


def choose_types(
    parts: Parts, owner: Owner | None, webhook_id: str, types: Sequence[str], *, who: str
) -> Seen:
    """Tell an endpoint of these events from now on, of all with none.

    What waits already still goes out. Raises KeyError when there is no such endpoint, Refused for
    types that its owner is not told of.
    """
    seed = parts.fresh()

    def work(tx: Transaction) -> Seen:
        row = own(tx, owner, webhook_id)
        judge_types(Owner(brand=row.brand, partner=row.partner), types)
        chosen = tuple(dict.fromkeys(types))
        tx.webhooks.tell_of(row.id, chosen)
        record_command(tx, parts, Names(seed), row.id, {"types": list(chosen)}, who)
        return seen(tx, parts, own(tx, owner, webhook_id))

    return parts.store.write(work)
