"""One endpoint's turn: draw from the ledger, claim what is due, send, note what came of it.

The ledger is the queue: what an endpoint was not told of yet stays there behind its cursor, and
what it cannot take now waits as messages, a bounded number, each tried by itself. A try is counted
and committed before anything is sent; after a crash the same message goes out again with the same
`webhook-id`. No order waits for any of this.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

from standardwebhooks import Webhook

from hub.domain.exchange import Problem
from hub.domain.facts import Stuck
from hub.domain.names import Names, at_moment
from hub.domain.webhooks import (
    GIVEN_UP_AFTER,
    Bundled,
    Event,
    Happened,
    Heard,
    asked_wait,
    bundled,
    for_brand,
    for_partner,
    heard,
    next_wait,
    trial,
)
from hub.errors import TransportError
from hub.flow.parts import Parts
from hub.flow.walls import close, is_told
from hub.flow.webhooks import CALL, calls, dead_hold, ended_hold, fault_hold, own, record_command
from hub.store import Picked, Transaction, WebhookRow

IN_FLIGHT = 8  # messages of one turn, all under way at once: a turn ends when the slowest does
READ_AT_ONCE = 500  # facts
MOST_WAITING = 1000  # messages of one endpoint; more stays in the ledger
LAG = READ_AT_ONCE  # facts that are passed over before the cursor is written
FULL_PAUSE = timedelta(seconds=1)
CLAIMED_FOR = timedelta(seconds=4 * CALL.total_seconds)
"""How long a claimed message is nobody else's: longer than a whole turn can take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """What a turn came to.

    How many calls there were, where the cursor stands, up to where the ledger was read, whether
    more of it may be read at once, and else when to look again without anything new.
    """

    calls: int = 0
    cursor: int = 0
    read_to: int = 0
    more: bool = False
    look_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What a turn is to send, and under which secrets."""

    url: str
    secrets: Sequence[bytes]
    picked: Sequence[Picked]
    cursor: int
    cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of one try; `asked` is how long the endpoint wants to be left alone."""

    picked: Picked
    heard: Heard
    why: str
    asked: timedelta | None = None


def take_turn(parts: Parts, webhook_id: str, *, due: bool = True) -> Turned:
    """Tell an endpoint what it was not told yet, a turn's worth of it.

    Never raises for what an endpoint does. Without `due` messages the store is written to only
    when the ledger holds something new for it.
    """
    row, plan, head = _planned(parts, webhook_id)
    if row is None or row.ended:
        return Turned(read_to=head)
    if not due and not plan.messages and plan.cursor - row.cursor < LAG:
        return Turned(cursor=row.cursor, read_to=head, look_at=plan.look_at)
    claimed = parts.store.write(lambda tx: _claim(tx, parts, row, plan))
    tried = _all_sent(parts, claimed)
    if tried:
        parts.store.write(lambda tx: _note(tx, parts, webhook_id, tried))
    return Turned(
        calls=len(tried),
        cursor=claimed.cursor,
        read_to=head if plan.look_at else plan.cursor,
        more=row.cursor < claimed.cursor < head and not plan.look_at,
        look_at=parts.now() + FULL_PAUSE if claimed.cut else plan.look_at,
    )


def try_now(parts: Parts, webhook_id: str, *, who: str) -> Tried:
    """Send a test event at once, outside of any turn, and return what came of it.

    Nothing follows from it; that it was asked for is kept. KeyError when there is no such endpoint.
    """
    now = parts.now()
    with parts.store.read() as tx:
        row = own(tx, None, webhook_id)
        secrets = tx.webhooks.secrets(row.id, now=now)
    message = trial(row.id, message_id=Names(parts.fresh()).new("msg"), at=now)
    picked = Picked(id=message.id, body=message.body, tries=1, position=0)
    names, body = Names(parts.fresh()), {"tried": message.id}
    parts.store.write(lambda tx: record_command(tx, parts, names, row.id, body, who))
    return _sent(parts, Claimed(url=row.url, secrets=secrets, picked=[picked], cursor=0), picked)


def fell(parts: Parts, webhook_id: str, trace: str) -> None:
    """Tell the operator of a turn that met a fault of ours; nothing for an endpoint removed."""

    def work(tx: Transaction) -> None:
        row, now = tx.webhooks.get(webhook_id), parts.now()
        if row is None:
            return
        stuck = Stuck(
            hold=fault_hold(row.id),
            kind="our-fault",
            partner=row.partner,
            text=f"{_named(row)} could not be told: a fault of ours: "
            + trace.strip().rsplit("\n", 1)[-1],
            next_step="It is tried again by itself, and others are told meanwhile; this closes "
            "when it works. Report the fault with its text.",
            problems=(Problem(code="our-fault", text=trace),),
        )
        tx.exceptions.open(stuck, at=now, names=at_moment(stuck.hold, now))

    parts.store.write(work)


def stands_again(parts: Parts, webhook_id: str, turned: Turned) -> bool:
    """Say whether a turn shows that the endpoint can be told, and close what was told of a fault.

    A turn that told nothing shows it only where nothing waits.
    """
    with parts.store.read() as tx:
        row = tx.webhooks.get(webhook_id)
        waits = row is not None and not turned.calls and tx.webhooks.waiting(row.id) > 0
    if row is None or waits:
        return False
    hold = fault_hold(row.id)
    if is_told(parts, hold, partner=row.partner):
        close(parts, hold, by="webhooks")
    return True


# --- from the ledger to messages ---------------------------------------------------------------


def _planned(parts: Parts, webhook_id: str) -> tuple[WebhookRow | None, Bundled, int]:
    """What the ledger holds for the endpoint behind its cursor, and where the ledger ends."""
    with parts.store.read() as tx:
        head = tx.webhooks.head()
        row = tx.webhooks.get(webhook_id)
        if row is None:
            return None, Bundled(messages=(), cursor=0), head
        found = tx.webhooks.facts(brand=row.brand, after=row.cursor, limit=READ_AT_ONCE)
    facts = [fact for fact in found if fact.position <= head]
    reached = facts[-1].position if len(facts) == READ_AT_ONCE else max(head, row.cursor)
    plan = bundled(
        events_of(row, facts), row.batch, endpoint=row.id, cursor=reached, now=parts.now()
    )
    return row, plan, head


def events_of(row: WebhookRow, facts: Sequence[Happened]) -> list[Event]:
    """Return what an endpoint is told of these facts, as its owner may hear it."""
    told = [_event(row, fact) for fact in facts]
    return [event for event in told if event and (not row.types or event.type in row.types)]


def _event(row: WebhookRow, fact: Happened) -> Event | None:
    if row.brand:
        return for_brand(fact)
    return for_partner(fact) if fact.partner == row.partner else None


def _claim(tx: Transaction, parts: Parts, row: WebhookRow, plan: Bundled) -> Claimed:
    """Keep what was planned as messages, and claim those that are due.

    Somebody who was faster moved the cursor: then nothing is kept here, and it is the same.
    """
    now = parts.now()
    room = max(0, MOST_WAITING - tx.webhooks.waiting(row.id))
    messages, cursor = plan.messages[:room], plan.cursor
    if len(plan.messages) > room:
        cursor = plan.messages[room].position - 1
    moved = cursor > row.cursor and tx.webhooks.move(row.id, was=row.cursor, position=cursor)
    if moved:
        tx.webhooks.enqueue(row.id, messages, at=now)
    picked = tx.webhooks.pick(row.id, now=now, until=now + CLAIMED_FOR, limit=IN_FLIGHT)
    return Claimed(
        url=row.url,
        secrets=tx.webhooks.secrets(row.id, now=now),
        picked=picked,
        cursor=cursor if moved else row.cursor,
        cut=len(plan.messages) > room,
    )


# --- the calls ---------------------------------------------------------------------------------


def _all_sent(parts: Parts, claimed: Claimed) -> list[Tried]:
    """Send what was claimed, a few at a time; each is answered or runs out of its time."""
    if not claimed.picked:
        return []
    send = partial(_sent, parts, claimed)
    if len(claimed.picked) == 1:
        return [send(claimed.picked[0])]
    with ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="webhook") as flight:
        return list(flight.map(send, claimed.picked))


def _sent(parts: Parts, claimed: Claimed, picked: Picked) -> Tried:
    now = parts.now()
    headers = signed(picked, claimed.secrets, at=now) | {
        "content-type": "application/json",
        "user-agent": f"supplier-hub/{parts.code}",
    }
    try:
        answer = calls(parts).post(claimed.url, picked.body.encode(), headers, limits=CALL)
    except TransportError as fault:
        return Tried(picked=picked, heard=Heard.FAILED, why=str(fault))
    asked = answer.headers.get("retry-after", "")
    return Tried(
        picked=picked,
        heard=heard(answer.status),
        why=f"it answered {answer.status}",
        asked=asked_wait(asked, now) if asked else None,
    )


def signed(picked: Picked, secrets: Sequence[bytes], *, at: datetime) -> dict[str, str]:
    """Return id, time and signatures of a try: one for each secret that signs now.

    The time is that of the try, so that a late one is not taken for an old one played again.
    """
    marks = [
        Webhook(secret).sign(msg_id=picked.id, timestamp=at, data=picked.body) for secret in secrets
    ]
    return {
        "webhook-id": picked.id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(marks),
    }


# --- what came of them -------------------------------------------------------------------------


def _note(tx: Transaction, parts: Parts, webhook_id: str, tried: Sequence[Tried]) -> None:
    """Write down what came of a turn; nothing for an endpoint that was removed meanwhile.

    What a test came to says nothing against the endpoint: its owner may just be building it.
    """
    row = tx.webhooks.get(webhook_id)
    if row is None:
        return
    now = parts.now()
    counted = [one for one in tried if one.picked.position > 0]
    if any(one.heard is Heard.TAKEN for one in tried):
        tx.webhooks.works(row.id)
    elif counted:
        tx.webhooks.fails(row.id, at=now)
    for one in tried:
        _settle(tx, parts, row, one, now)
    asked = [one.asked for one in counted if one.asked and one.heard is Heard.FAILED]
    if asked:
        tx.webhooks.hold(row.id, until=now + max(asked))
    if counted:
        _given_up(tx, row, counted, now)


def _settle(tx: Transaction, parts: Parts, row: WebhookRow, one: Tried, now: datetime) -> None:
    """A test is tried once; everything else until it is taken or its tries are used up."""
    if one.heard is Heard.TAKEN or one.picked.position == 0:
        tx.webhooks.taken(one.picked.id)
        return
    jitter = int.from_bytes(parts.random(2)) / 65_536
    wait = next_wait(one.picked.tries, jitter=jitter, asked=one.asked)
    if one.heard is Heard.GONE and wait is None:
        wait = timedelta(0)  # it is kept for whoever calls the endpoint again
    if wait is not None:
        tx.webhooks.later(one.picked, due=now + wait, why=one.why)
        return
    tx.webhooks.bury(one.picked, at=now, why=one.why)
    tx.exceptions.open(_dead(row, one), at=now, names=at_moment(dead_hold(row.id), now))


def _given_up(tx: Transaction, row: WebhookRow, tried: Sequence[Tried], now: datetime) -> None:
    """An endpoint that wants no more, or took nothing for days, is called no more."""
    taken = any(one.heard is Heard.TAKEN for one in tried)
    since = None if taken else row.failing_since
    if any(one.heard is Heard.GONE for one in tried):
        why = "it answered 410: it wants no more"
    elif since is not None and now - since >= GIVEN_UP_AFTER:
        why = f"it took nothing since {since:%Y-%m-%d %H:%M} UTC"
    else:
        return
    if tx.webhooks.end(row.id, why=why):
        names = at_moment(ended_hold(row.id), now)
        tx.exceptions.open(_ended(row, why), at=now, names=names)


def _named(row: WebhookRow) -> str:
    return f"The endpoint of {row.brand or row.partner} at {urlsplit(row.url).hostname} ({row.id})"


def _dead(row: WebhookRow, one: Tried) -> Stuck:
    return Stuck(
        hold=dead_hold(row.id),
        kind="webhook-dead",
        partner=row.partner,
        text=f"{_named(row)} did not take a message in {one.picked.tries} tries over three days; "
        f"the last time {one.why}. There may be more.",
        next_step=f"Ask its owner; `hub webhook dead {row.id}` lists what was not taken, "
        f"`hub webhook replay {row.id}` sends it once more.",
        problems=(Problem(code="webhook-dead", text=one.why),),
    )


def _ended(row: WebhookRow, why: str) -> Stuck:
    return Stuck(
        hold=ended_hold(row.id),
        kind="webhook-ended",
        partner=row.partner,
        text=f"{_named(row)} is not called any more: {why}.",
        next_step=f"Ask its owner; `hub webhook resume {row.id}` calls it again and tells it what "
        f"it missed, `hub webhook remove {row.id}` forgets it.",
    )
