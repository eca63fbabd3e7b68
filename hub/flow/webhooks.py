"""Endpoints that want to be told: registered, rotated, tried, replayed and removed by their owner.

An endpoint belongs to one brand or to one partner and is told of nothing else. Its secret is shown
once and kept wrapped. Which facts it gets to see is decided in `hub.domain.webhooks`; sending is
`hub.flow.webhook_turns`.
"""

import base64
import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, cast

from hub.domain.addresses import url_refusal
from hub.domain.exchange import Problem, Where
from hub.domain.names import Names
from hub.domain.webhooks import (
    BRAND_TYPES,
    PARTNER_TYPES,
    SECRET_BYTES,
    SECRET_PREFIX,
    Batch,
    trial,
)
from hub.errors import Refused
from hub.flow.noting import note_command
from hub.flow.parts import Parts
from hub.store import DeadMessage, SecretRow, Transaction, WebhookRow
from hub.transports import Answer, Limits

CALL = Limits(connect_seconds=5, read_seconds=10, total_seconds=15, most_bytes=4096)
"""How an endpoint is called: Standard Webhooks asks for 15 to 30 seconds in all."""
ONE_BY_ONE = Batch()
OVERLAP = timedelta(hours=24)
LONGEST_OVERLAP = timedelta(days=7)
MOST_WEBHOOKS = 20  # of one owner
MOST_SECRETS = 4  # that sign at once
MOST_REVIVED = 1000  # of a dead list at once
MOST_TESTS = 5  # of one endpoint within TEST_SPAN
TEST_SPAN = timedelta(minutes=1)


class Calls(Protocol):
    """What the wire `http` offers beside its channels: guarded calls to anybody's URL."""

    def post(self, url: str, body: bytes, headers: Mapping[str, str], *, limits: Limits) -> Answer:
        """POST and return the answer; TransportError when there is none."""

    def refusal(self, url: str, *, limits: Limits) -> str:
        """Return why this URL would not be called now, empty when it would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose endpoints: one of the two is set, the other is empty."""

    brand: str = ""
    partner: str = ""

    @property
    def types(self) -> tuple[str, ...]:
        """The types of events that the owner may be told of."""
        return BRAND_TYPES if self.brand else PARTNER_TYPES


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWebhook:
    """What an endpoint is to be told: no types are all; `after` begins at an earlier position."""

    url: str
    types: tuple[str, ...] = ()
    batch: Batch = ONE_BY_ONE
    after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An endpoint as its owner sees it: what waits, what is dead, which secrets sign."""

    row: WebhookRow
    waiting: int
    dead: int
    secrets: tuple[SecretRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An endpoint with the secret that was just made for it; nobody can show it again."""

    seen: Seen
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """What proves that the same was asked before, and how the door answers when it was not.

    The answer is kept sealed with the key, the secret in it too: who asks again after an answer
    that was lost is shown the same secret.
    """

    key: str
    body: bytes
    render: Callable[[Made], tuple[int, bytes]]

    @property
    def body_hash(self) -> bytes:
        """The SHA-256 of what was posted."""
        return hashlib.sha256(self.body).digest()


class KeyReused(Refused):
    """An Idempotency-Key came before with another body."""


class TooOften(Refused):
    """More test events were asked for than an endpoint is sent; `seconds` to wait."""

    def __init__(self, problems: Sequence[Problem], *, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(problems)


def calls(parts: Parts) -> Calls:
    """Return the guarded way to call somebody's URL."""
    return cast(Calls, parts.wires["http"])


def register(parts: Parts, owner: Owner, new: NewWebhook, *, who: str) -> Made:
    """Register an endpoint and return its secret, this once.

    Raises Refused naming all that is wrong: an address that is not called, types that its owner
    is not told of, a URL that is registered, too many endpoints. The endpoint is not called.
    """
    _see_that_it_may(parts, owner, new)
    seed, secret = parts.fresh(), parts.random(SECRET_BYTES)
    return parts.store.write(lambda tx: _registered(tx, parts, owner, new, seed, secret, who))


def register_once(
    parts: Parts, owner: Owner, new: NewWebhook, once: Once, *, who: str
) -> tuple[int, bytes]:
    """Do the same for a request that may come again; returns the door's answer, each time the same.

    Raises KeyReused besides, for a key that came before with another body.
    """
    with parts.store.read() as tx:
        earlier = _earlier(tx, owner, once)
    if earlier is not None:  # before its address is judged: names change what they stand for
        return earlier
    _see_that_it_may(parts, owner, new)
    seed, secret = parts.fresh(), parts.random(SECRET_BYTES)

    def work(tx: Transaction) -> tuple[int, bytes]:
        there = _earlier(tx, owner, once)
        if there is not None:
            return there
        status, body = once.render(_registered(tx, parts, owner, new, seed, secret, who))
        tx.facts.keep_reply(
            scope=_scope(owner),
            key=once.key,
            body_hash=once.body_hash,
            status=status,
            body=body,
            at=parts.now(),
        )
        return status, body

    return parts.store.write(work)


def _see_that_it_may(parts: Parts, owner: Owner, new: NewWebhook) -> None:
    problems = [*_wrong_url(parts, new.url), *_wrong_types(owner, new.types)]
    if problems:
        raise Refused(problems)


def judge_types(owner: Owner, types: Sequence[str]) -> None:
    """Raise Refused naming every type that the owner is not told of."""
    problems = _wrong_types(owner, types)
    if problems:
        raise Refused(problems)


def _earlier(tx: Transaction, owner: Owner, once: Once) -> tuple[int, bytes] | None:
    kept = tx.facts.reply(scope=_scope(owner), key=once.key)
    if kept is None:
        return None
    if kept.body_hash != once.body_hash:
        text = "this Idempotency-Key came before with another body; use a new key for another one"
        raise KeyReused([Problem(code="idempotency-key-reused", text=text)])
    return kept.status, kept.body


def _scope(owner: Owner) -> str:
    return f"webhook/brand/{owner.brand}" if owner.brand else f"webhook/partner/{owner.partner}"


def _registered(
    tx: Transaction,
    parts: Parts,
    owner: Owner,
    new: NewWebhook,
    seed: str,
    secret: bytes,
    who: str,
) -> Made:
    now, names = parts.now(), Names(seed)
    _room(tx, owner, new.url)
    head = tx.webhooks.head()
    row = WebhookRow(
        id=names.new("wh"),
        brand=owner.brand,
        partner=owner.partner,
        url=new.url,
        types=tuple(dict.fromkeys(new.types)),
        batch=new.batch,
        cursor=head if new.after is None else min(new.after, head),
        ended="",
        made_at=now,
    )
    tx.webhooks.add(row)
    tx.webhooks.add_secret(row.id, secret_id=names.new("whs"), secret=secret, at=now)
    record_command(tx, parts, names, row.id, {"registered": list(row.types)}, who)
    return Made(seen=seen(tx, parts, row), secret=shown(secret))


def _wrong_url(parts: Parts, url: str) -> list[Problem]:
    why = url_refusal(url) or calls(parts).refusal(url, limits=CALL)
    return [Problem(code="url", text=why, where=Where(path="/url"))] if why else []


def _wrong_types(owner: Owner, types: Sequence[str]) -> list[Problem]:
    allowed = ", ".join(owner.types)
    return [
        Problem(
            code="type",
            text=f"there is no such event for you; there are: {allowed}",
            where=Where(path=f"/types/{n}", value=one[:99]),
        )
        for n, one in enumerate(types)
        if one not in owner.types
    ]


def _room(tx: Transaction, owner: Owner, url: str) -> None:
    own = [row for row in tx.webhooks.page() if _owner(row) == owner]
    for row in own:
        if row.url == url:
            text = f"this URL is endpoint {row.id} already; rotate its secret if you lost it"
            raise Refused([Problem(code="url-taken", text=text, where=Where(path="/url"))])
    if len(own) >= MOST_WEBHOOKS:
        text = f"there are {MOST_WEBHOOKS} endpoints, the most there may be; remove one first"
        raise Refused([Problem(code="too-many", text=text)])


def shown(secret: bytes) -> str:
    """Return a secret as it is shown and as libraries take it (Standard Webhooks 1.0)."""
    return SECRET_PREFIX + base64.b64encode(secret).decode()


def endpoints(parts: Parts, owner: Owner | None) -> list[Seen]:
    """Return the endpoints of an owner, of everybody without one, oldest first."""
    with parts.store.read() as tx:
        return [seen(tx, parts, row) for row in tx.webhooks.page() if owner in (None, _owner(row))]


def endpoint(parts: Parts, owner: Owner | None, webhook_id: str) -> Seen:
    """Return one endpoint; KeyError when its owner has none of that id."""
    with parts.store.read() as tx:
        return seen(tx, parts, own(tx, owner, webhook_id))


def dead_list(
    parts: Parts, owner: Owner | None, webhook_id: str, *, limit: int
) -> list[DeadMessage]:
    """Return what an endpoint did not take, oldest facts first; KeyError when there is none."""
    with parts.store.read() as tx:
        return tx.webhooks.dead(own(tx, owner, webhook_id).id, limit=limit)


def own(tx: Transaction, owner: Owner | None, webhook_id: str) -> WebhookRow:
    """Return an endpoint of that owner, of anybody without one; KeyError when there is none."""
    row = tx.webhooks.get(webhook_id)
    if row is None or owner not in (None, _owner(row)):
        raise KeyError(webhook_id)
    return row


def seen(tx: Transaction, parts: Parts, row: WebhookRow) -> Seen:
    """Return an endpoint with what waits for it."""
    waiting, dead = tx.webhooks.counts().get(row.id, (0, 0))
    secrets = tx.webhooks.secret_rows(row.id, now=parts.now())
    return Seen(row=row, waiting=waiting, dead=dead, secrets=tuple(secrets))


def _owner(row: WebhookRow) -> Owner:
    return Owner(brand=row.brand, partner=row.partner)


def rotate(
    parts: Parts,
    owner: Owner | None,
    webhook_id: str,
    *,
    overlap: timedelta = OVERLAP,
    who: str,
) -> Made:
    """Make a new secret; those before it sign beside it until `overlap` is over, then end.

    KeyError when there is no such endpoint; Refused while MOST_SECRETS sign already.
    """
    seed, secret = parts.fresh(), parts.random(SECRET_BYTES)

    def work(tx: Transaction) -> Seen:
        now, names = parts.now(), Names(seed)
        row = own(tx, owner, webhook_id)
        tx.webhooks.retire(row.id, ends_at=now + overlap, now=now)
        if len(tx.webhooks.secret_rows(row.id, now=now)) >= MOST_SECRETS:
            text = f"{MOST_SECRETS} secrets sign already; rotate with an overlap of 0 to end them"
            raise Refused([Problem(code="too-many-secrets", text=text)])
        tx.webhooks.add_secret(row.id, secret_id=names.new("whs"), secret=secret, at=now)
        body = {"rotated": int(overlap.total_seconds())}
        record_command(tx, parts, names, row.id, body, who)
        return seen(tx, parts, row)

    return Made(seen=parts.store.write(work), secret=shown(secret))


def remove(parts: Parts, owner: Owner | None, webhook_id: str, *, who: str) -> None:
    """Remove an endpoint and all that it was not told yet; KeyError when there is none."""
    seed = parts.fresh()

    def work(tx: Transaction) -> None:
        row = own(tx, owner, webhook_id)
        tx.webhooks.remove(row.id)
        record_command(tx, parts, Names(seed), row.id, {"removed": row.cursor}, who)
        for hold in (ended_hold(row.id), dead_hold(row.id), fault_hold(row.id)):
            tx.exceptions.clear(hold, at=parts.now(), by=who)

    parts.store.write(work)


def resume(parts: Parts, owner: Owner | None, webhook_id: str, *, who: str) -> bool:
    """Call an endpoint again that was ended; what waited goes out. False when it is called."""
    seed = parts.fresh()

    def work(tx: Transaction) -> bool:
        row = own(tx, owner, webhook_id)
        if not tx.webhooks.resume(row.id, at=parts.now()):
            return False
        record_command(tx, parts, Names(seed), row.id, {"resumed": row.cursor}, who)
        tx.exceptions.clear(ended_hold(row.id), at=parts.now(), by=who)
        return True

    return parts.store.write(work)


def try_out(parts: Parts, owner: Owner | None, webhook_id: str, *, who: str) -> str:
    """Have a test event sent, once and signed like any other; returns its webhook-id.

    KeyError when there is no such endpoint; TooOften after MOST_TESTS within TEST_SPAN.
    """
    seed = parts.fresh()

    def work(tx: Transaction) -> str:
        now, names = parts.now(), Names(seed)
        row = own(tx, owner, webhook_id)
        _see_that_it_may_be_tried(tx, row, now)
        message = trial(row.id, message_id=names.new("msg"), at=now)
        tx.webhooks.add_test(row.id, message.id, at=now, since=now - TEST_SPAN)
        tx.webhooks.enqueue(row.id, [message], at=now)
        record_command(tx, parts, names, row.id, {"tried": message.id}, who)
        return message.id

    return parts.store.write(work)


def _see_that_it_may_be_tried(tx: Transaction, row: WebhookRow, now: datetime) -> None:
    lately = tx.webhooks.tests(row.id, since=now - TEST_SPAN)
    if len(lately) >= MOST_TESTS:
        wait = max(1, math.ceil((lately[-MOST_TESTS] + TEST_SPAN - now).total_seconds()))
        text = f"{MOST_TESTS} test events a minute are most; ask for the next in {wait} s"
        raise TooOften([Problem(code="too-often", text=text)], seconds=wait)


def replay(
    parts: Parts, owner: Owner | None, webhook_id: str, message_ids: Sequence[str], *, who: str
) -> int:
    """Send dead messages once more, as if they were new; all of them when none is named.

    Returns how many there were. KeyError when there is no such endpoint, or one that is named is
    not on its dead list.
    """
    seed = parts.fresh()

    def work(tx: Transaction) -> int:
        now, row = parts.now(), own(tx, owner, webhook_id)
        chosen = message_ids or [one.id for one in tx.webhooks.dead(row.id, limit=MOST_REVIVED)]
        for message_id in chosen:
            if not tx.webhooks.revive(row.id, message_id, at=now):
                raise KeyError(message_id)
        record_command(tx, parts, Names(seed), row.id, {"replayed": list(chosen)}, who)
        _living(tx, parts, row.id, who)
        return len(chosen)

    return parts.store.write(work)


def replay_since(
    parts: Parts, owner: Owner | None, webhook_id: str, position: int, *, who: str
) -> int:
    """Tell everything after a ledger position once more, dead messages too.

    What is told again has the id it had. Returns the position told of before. KeyError when there
    is no such endpoint; ValueError for a position that it was not told of yet.
    """
    seed = parts.fresh()

    def work(tx: Transaction) -> int:
        now, row = parts.now(), own(tx, owner, webhook_id)
        if not 0 <= position <= row.cursor:
            raise ValueError(f"it was told of facts up to {row.cursor}; nothing came after")
        tx.webhooks.move(row.id, was=row.cursor, position=position)
        for one in tx.webhooks.dead(row.id, limit=MOST_REVIVED):
            if one.position > position:
                tx.webhooks.revive(row.id, one.id, at=now)
        record_command(tx, parts, Names(seed), row.id, {"since": position}, who)
        _living(tx, parts, row.id, who)
        return row.cursor

    return parts.store.write(work)


def _living(tx: Transaction, parts: Parts, webhook_id: str, who: str) -> None:
    if not tx.webhooks.has_dead(webhook_id):
        tx.exceptions.clear(dead_hold(webhook_id), at=parts.now(), by=who)


def ended_hold(webhook_id: str) -> str:
    """Return the hold of what is told of an endpoint that is not called any more."""
    return f"webhook:{webhook_id}"


def dead_hold(webhook_id: str) -> str:
    """Return the hold of what is told of an endpoint's dead list."""
    return f"webhook-dead:{webhook_id}"


def fault_hold(webhook_id: str) -> str:
    """Return the hold of what is told of an endpoint whose turn met a fault of ours."""
    return f"webhook-fault:{webhook_id}"


def record_command(
    tx: Transaction,
    parts: Parts,
    names: Names,
    webhook_id: str,
    body: Mapping[str, object],
    who: str,
) -> None:
    """Keep what was done with an endpoint.

    The URL stays out: its query may hold what only its owner should know.
    """
    note_command(tx, parts, body, subject=webhook_id, who=who, input_id=names.new("inp"))
