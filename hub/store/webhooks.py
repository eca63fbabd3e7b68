"""Webhooks: who is told of facts, under which secrets, and what was not taken yet.

A message is claimed by moving its due time past the longest call and counting the try, committed
before anything is sent: whoever dies over it leaves a message that is due again later, with the
same id. Secrets are kept wrapped under the master key.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
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

from hub.domain.webhooks import Happened, Message
from hub.store.facts import Facts
from hub.store.seals import Vault
from hub.store.statements import (
    ByKeys,
    Connection,
    Statement,
    canonical,
    micros,
    moment,
    moment_or_none,
)
from hub.store.tables import fulfillment, ledger
from hub.store.tables_webhooks import webhook, webhook_message, webhook_secret, webhook_test
from hub.store.upserts import insert_if_absent
from hub.store.webhook_rows import (
    DeadMessage,
    Looked,
    Picked,
    SecretRow,
    WebhookRow,
    dead_read,
    webhook_read,
)

_THIS = webhook.c.id == bindparam("webhook", type_=Text)
_ITS = webhook_message.c.webhook_id == bindparam("webhook", type_=Text)
_ONE = webhook_message.c.id == bindparam("message", type_=Text)
_NOW = bindparam("now", type_=BigInteger)

_ADD = Statement(insert(webhook))
_COLUMNS = [
    webhook.c.id,
    webhook.c.brand,
    webhook.c.partner,
    webhook.c.url,
    webhook.c.types,
    webhook.c.batch_events,
    webhook.c.batch_seconds,
    webhook.c.cursor,
    webhook.c.ended,
    webhook.c.made_at,
    webhook.c.failing_since,
    webhook.c.held_until,
]
_GET = Statement(select(*_COLUMNS).where(_THIS))
_ALL = Statement(select(*_COLUMNS).order_by(webhook.c.made_at, webhook.c.id))
_MOVE = Statement(
    update(webhook)
    .where(_THIS, webhook.c.cursor == bindparam("was", type_=BigInteger))
    .values(cursor=bindparam("position", type_=BigInteger))
)
_WORKS = Statement(
    update(webhook)
    .where(_THIS, or_(webhook.c.failing_since.is_not(None), webhook.c.held_until.is_not(None)))
    .values(failing_since=null(), held_until=null())
)
_FAILS = Statement(
    update(webhook).where(_THIS, webhook.c.failing_since.is_(None)).values(failing_since=_NOW)
)
_HOLD = Statement(update(webhook).where(_THIS).values(held_until=_NOW))
_END = Statement(update(webhook).where(_THIS, webhook.c.ended == "").values(ended=bindparam("why")))
_RESUME = Statement(
    update(webhook)
    .where(_THIS, webhook.c.ended != "")
    .values(ended="", failing_since=null(), held_until=null())
)
_AGAIN = Statement(
    update(webhook_message)
    .where(_ITS, webhook_message.c.dead == false())
    .values(tries=0, due_at=_NOW)
)
_REMOVE = Statement(delete(webhook).where(_THIS))
_TELL_OF = Statement(update(webhook).where(_THIS).values(types=bindparam("told_of")))

_ADD_SECRET = Statement(insert(webhook_secret))
_OF_WEBHOOK = webhook_secret.c.webhook_id == bindparam("webhook", type_=Text)
_LIVE = and_(_OF_WEBHOOK, or_(webhook_secret.c.ends_at.is_(None), webhook_secret.c.ends_at > _NOW))
_SECRETS = Statement(
    select(
        webhook_secret.c.id,
        webhook_secret.c.wrapped,
        webhook_secret.c.made_at,
        webhook_secret.c.ends_at,
    )
    .where(_LIVE)
    .order_by(webhook_secret.c.made_at.desc(), webhook_secret.c.id)
)
_RETIRE = Statement(
    update(webhook_secret)
    .where(
        _OF_WEBHOOK,
        or_(
            webhook_secret.c.ends_at.is_(None),
            webhook_secret.c.ends_at > bindparam("ends", type_=BigInteger),
        ),
    )
    .values(ends_at=bindparam("ends", type_=BigInteger))
)
_FORGET = Statement(
    delete(webhook_secret).where(
        _OF_WEBHOOK, webhook_secret.c.ends_at.is_not(None), webhook_secret.c.ends_at <= _NOW
    )
)

_HEAD = Statement(select(func.max(ledger.c.position)))
_OWNERS = ByKeys(
    lambda keys: select(fulfillment.c.id, fulfillment.c.partner, fulfillment.c.number).where(
        fulfillment.c.id.in_(keys)
    )
)
_ADD_MESSAGE = insert_if_absent(webhook_message)
_DUE = and_(webhook_message.c.dead == false(), webhook_message.c.due_at <= _NOW)
_CALLED = and_(
    webhook.c.ended == "", or_(webhook.c.held_until.is_(None), webhook.c.held_until <= _NOW)
)
_LOOK = Statement(
    select(
        webhook.c.id,
        webhook.c.cursor,
        webhook.c.failing_since,
        exists().where(webhook_message.c.webhook_id == webhook.c.id, _DUE, _CALLED),
    )
    .where(webhook.c.ended == "")
    .order_by(webhook.c.id)
)
# A message that another worker is just claiming is passed over.
_PICK = Statement(
    update(webhook_message)
    .where(
        webhook_message.c.id.in_(
            select(webhook_message.c.id)
            .where(_ITS, _DUE, exists().where(_THIS, _CALLED))
            .order_by(webhook_message.c.due_at, webhook_message.c.position)
            .limit(bindparam("limit", type_=Integer))
            .with_for_update(skip_locked=True, of=webhook_message)
        )
    )
    .values(
        tries=webhook_message.c.tries + 1,
        due_at=bindparam("until", type_=BigInteger),
        tried_at=_NOW,
    )
    .returning(
        webhook_message.c.id,
        webhook_message.c.body,
        webhook_message.c.tries,
        webhook_message.c.position,
    )
)
_TAKEN = Statement(delete(webhook_message).where(_ONE))
_LATER = Statement(
    update(webhook_message)
    .where(_ONE, webhook_message.c.tries == bindparam("tried", type_=Integer))
    .values(
        due_at=bindparam("due", type_=BigInteger),
        dead=bindparam("is_dead", type_=Boolean),
        told=bindparam("why"),
    )
)
_REVIVE = Statement(
    update(webhook_message)
    .where(_ITS, _ONE, webhook_message.c.dead == true())
    .values(dead=false(), tries=0, due_at=_NOW)
)
_DEAD = Statement(
    select(
        webhook_message.c.id,
        webhook_message.c.position,
        webhook_message.c.events,
        webhook_message.c.made_at,
        webhook_message.c.tried_at,
        webhook_message.c.tries,
        webhook_message.c.told,
        webhook_message.c.body,
    )
    .where(_ITS, webhook_message.c.dead == true())
    .order_by(webhook_message.c.position, webhook_message.c.id)
    .limit(bindparam("limit", type_=Integer))
)
_ANY_DEAD = Statement(
    select(webhook_message.c.id).where(_ITS, webhook_message.c.dead == true()).limit(1)
)
_TESTED = webhook_test.c.webhook_id == bindparam("webhook", type_=Text)
_ADD_TEST = Statement(insert(webhook_test))
_TESTS = Statement(
    select(webhook_test.c.at)
    .where(_TESTED, webhook_test.c.at > bindparam("since", type_=BigInteger))
    .order_by(webhook_test.c.at)
)
_FORGET_TESTS = Statement(
    delete(webhook_test).where(_TESTED, webhook_test.c.at <= bindparam("since", type_=BigInteger))
)
_COUNTS = Statement(
    select(
        webhook_message.c.webhook_id,
        func.count(case((webhook_message.c.dead == false(), webhook_message.c.id))),
        func.count(case((webhook_message.c.dead == true(), webhook_message.c.id))),
    ).group_by(webhook_message.c.webhook_id)
)
_KEPT = Statement(
    select(webhook_message.c.position, webhook_message.c.events, webhook_message.c.dead)
    .where(_ITS, webhook_message.c.position > 0)
    .order_by(webhook_message.c.position)
)
_WAITING = Statement(
    select(func.count()).select_from(webhook_message).where(_ITS, webhook_message.c.dead == false())
)


class Webhooks:
    """Endpoints, secrets and messages."""

    __slots__ = ("_connection", "_vault")

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    # --- endpoints ------------------------------------------------------------------------------

    def add(self, row: WebhookRow) -> None:
        """Store an endpoint; Conflict when its owner has one with that URL."""
        values = {
            "id": row.id,
            "brand": row.brand,
            "partner": row.partner,
            "url": row.url,
            "types": canonical(list(row.types)),
            "batch_events": row.batch.events,
            "batch_seconds": row.batch.seconds,
            "cursor": row.cursor,
            "ended": row.ended,
            "made_at": micros(row.made_at),
            "failing_since": None,
            "held_until": None,
        }
        self._connection.change(_ADD, values)

    def get(self, webhook_id: str) -> WebhookRow | None:
        """Return an endpoint, whosever it is."""
        row = self._connection.row(_GET, {"webhook": webhook_id})
        return None if row is None else webhook_read(row)

    def page(self) -> list[WebhookRow]:
        """Return every endpoint, oldest first; they are few."""
        return [webhook_read(row) for row in self._connection.rows(_ALL)]

    def tell_of(self, webhook_id: str, types: Sequence[str]) -> None:
        """Tell an endpoint of these events from now on; none are all."""
        told_of = canonical(list(types))
        self._connection.change(_TELL_OF, {"webhook": webhook_id, "told_of": told_of})

    def kept(self, webhook_id: str) -> list[tuple[int, int, bool]]:
        """Return what was not taken yet: position of the first fact, events, whether it is dead."""
        rows = self._connection.rows(_KEPT, {"webhook": webhook_id})
        return [(int(row[0]), int(row[1]), bool(row[2])) for row in rows]

    def remove(self, webhook_id: str) -> None:
        """Remove an endpoint, its secrets and what it was not told yet."""
        self._connection.change(_REMOVE, {"webhook": webhook_id})

    def move(self, webhook_id: str, *, was: int, position: int) -> bool:
        """Move the cursor; False when somebody else moved it or the endpoint is gone."""
        values = {"webhook": webhook_id, "was": was, "position": position}
        return self._connection.change(_MOVE, values) == 1

    def works(self, webhook_id: str) -> None:
        """Note that the endpoint took something."""
        self._connection.change(_WORKS, {"webhook": webhook_id})

    def fails(self, webhook_id: str, *, at: datetime) -> None:
        """Note that the endpoint fails, from then on unless it did before."""
        self._connection.change(_FAILS, {"webhook": webhook_id, "now": micros(at)})

    def hold(self, webhook_id: str, *, until: datetime) -> None:
        """Leave an endpoint alone until then, with all its messages."""
        self._connection.change(_HOLD, {"webhook": webhook_id, "now": micros(until)})

    def end(self, webhook_id: str, *, why: str) -> bool:
        """Call an endpoint no more; False when that was said before."""
        return self._connection.change(_END, {"webhook": webhook_id, "why": why}) == 1

    def resume(self, webhook_id: str, *, at: datetime) -> bool:
        """Call an endpoint again, what waits as if it were new; False when it is called."""
        if self._connection.change(_RESUME, {"webhook": webhook_id}) != 1:
            return False
        self._connection.change(_AGAIN, {"webhook": webhook_id, "now": micros(at)})
        return True

    # --- secrets --------------------------------------------------------------------------------

    def add_secret(self, webhook_id: str, *, secret_id: str, secret: bytes, at: datetime) -> None:
        """Keep a secret wrapped; it signs until it is retired."""
        values = {
            "id": secret_id,
            "webhook_id": webhook_id,
            "wrapped": self._vault.wrap(secret, context=_context(webhook_id, secret_id)),
            "made_at": micros(at),
            "ends_at": None,
        }
        self._connection.change(_ADD_SECRET, values)

    def retire(self, webhook_id: str, *, ends_at: datetime, now: datetime) -> None:
        """Let every secret end then, unless it ends before; those that ended are destroyed."""
        values: dict[str, Any] = {"webhook": webhook_id, "ends": micros(ends_at)}
        self._connection.change(_RETIRE, values)
        self._connection.change(_FORGET, {"webhook": webhook_id, "now": micros(now)})

    def secrets(self, webhook_id: str, *, now: datetime) -> list[bytes]:
        """Return the secrets that sign now, the newest first."""
        rows = self._connection.rows(_SECRETS, {"webhook": webhook_id, "now": micros(now)})
        return [
            self._vault.unwrapped(bytes(row[1]), context=_context(webhook_id, row[0]))
            for row in rows
        ]

    def secret_rows(self, webhook_id: str, *, now: datetime) -> list[SecretRow]:
        """Return since when and until when secrets sign, never the secrets."""
        rows = self._connection.rows(_SECRETS, {"webhook": webhook_id, "now": micros(now)})
        return [
            SecretRow(id=row[0], made_at=moment(row[2]), ends_at=moment_or_none(row[3]))
            for row in rows
        ]

    # --- facts ----------------------------------------------------------------------------------

    def head(self) -> int:
        """Return the newest position of the ledger."""
        row = self._connection.row(_HEAD)
        return 0 if row is None or row[0] is None else int(row[0])

    def facts(self, *, brand: str, after: int, limit: int) -> list[Happened]:
        """Return facts after that position in ledger order, of one brand or of all (empty).

        Those about a part of an order name its partner and its purchase order.
        """
        found = Facts(self._connection, self._vault).page(
            brand=brand or None, after=after, limit=limit
        )
        owners = {} if brand else self._owners({_part(fact.body) for fact in found} - {""})
        return [
            Happened(
                position=fact.position or 0,
                id=fact.id,
                kind=fact.kind,
                at=fact.at,
                order=fact.order_number,
                body=fact.body,
                partner=owners.get(_part(fact.body), ("", ""))[0],
                purchase_order=owners.get(_part(fact.body), ("", ""))[1],
            )
            for fact in found
        ]

    def _owners(self, parts: Collection[str]) -> dict[str, tuple[str, str]]:
        return {row[0]: (row[1], row[2]) for row in self._connection.keyed(_OWNERS, parts)}

    # --- messages -------------------------------------------------------------------------------

    def look(self, *, now: datetime) -> list[Looked]:
        """Return the endpoints that are called, and whether something is due at each."""
        rows = self._connection.rows(_LOOK, {"now": micros(now)})
        return [
            Looked(id=row[0], cursor=row[1], failing=row[2] is not None, due=bool(row[3]))
            for row in rows
        ]

    def enqueue(self, webhook_id: str, messages: Sequence[Message], *, at: datetime) -> None:
        """Add messages that are due at once; one of that id is left alone."""
        for message in messages:
            values = {
                "id": message.id,
                "webhook_id": webhook_id,
                "position": message.position,
                "events": message.events,
                "body": message.body,
                "made_at": micros(at),
                "due_at": micros(at),
                "tries": 0,
                "dead": False,
                "tried_at": None,
                "told": "",
            }
            self._connection.change(_ADD_MESSAGE, values)

    def tests(self, webhook_id: str, *, since: datetime) -> list[datetime]:
        """Return when test events were asked for after that moment, the oldest first."""
        rows = self._connection.rows(_TESTS, {"webhook": webhook_id, "since": micros(since)})
        return [moment(row[0]) for row in rows]

    def add_test(self, webhook_id: str, message_id: str, *, at: datetime, since: datetime) -> None:
        """Note a test event, and forget those of that moment and before."""
        self._connection.change(_FORGET_TESTS, {"webhook": webhook_id, "since": micros(since)})
        values = {"id": message_id, "webhook_id": webhook_id, "at": micros(at)}
        self._connection.change(_ADD_TEST, values)

    def waiting(self, webhook_id: str) -> int:
        """Return how many messages are still tried."""
        return int(self._connection.returned(_WAITING, {"webhook": webhook_id})[0])

    def pick(self, webhook_id: str, *, now: datetime, until: datetime, limit: int) -> list[Picked]:
        """Claim due messages of an endpoint until then, each for one try more.

        Nothing when it ended or is to be left alone.
        """
        values = {
            "webhook": webhook_id,
            "now": micros(now),
            "until": micros(until),
            "limit": limit,
        }
        rows = self._connection.rows(_PICK, values)
        picked = [Picked(id=row[0], body=row[1], tries=row[2], position=row[3]) for row in rows]
        return sorted(picked, key=lambda one: (one.position, one.id))

    def taken(self, message_id: str) -> None:
        """Delete a message that was taken."""
        self._connection.change(_TAKEN, {"message": message_id})

    def later(self, picked: Picked, *, due: datetime, why: str) -> None:
        """Try a message again then; left alone when somebody tried it since."""
        self._put_off(picked, due, why, is_dead=False)

    def bury(self, picked: Picked, *, at: datetime, why: str) -> None:
        """Put a message on the dead list; left alone when somebody tried it since."""
        self._put_off(picked, at, why, is_dead=True)

    def _put_off(self, picked: Picked, due: datetime, why: str, *, is_dead: bool) -> None:
        values: Mapping[str, Any] = {
            "message": picked.id,
            "tried": picked.tries,
            "due": micros(due),
            "is_dead": is_dead,
            "why": why,
        }
        self._connection.change(_LATER, values)

    def revive(self, webhook_id: str, message_id: str, *, at: datetime) -> bool:
        """Take a message off the dead list, to be tried as if it were new; False when not there."""
        values = {"webhook": webhook_id, "message": message_id, "now": micros(at)}
        return self._connection.change(_REVIVE, values) == 1

    def dead(self, webhook_id: str, *, limit: int) -> list[DeadMessage]:
        """Return the dead list of an endpoint, oldest facts first."""
        rows = self._connection.rows(_DEAD, {"webhook": webhook_id, "limit": limit})
        return [dead_read(row) for row in rows]

    def has_dead(self, webhook_id: str) -> bool:
        """Say whether anything is on the dead list."""
        return self._connection.row(_ANY_DEAD, {"webhook": webhook_id}) is not None

    def counts(self) -> dict[str, tuple[int, int]]:
        """Return how many messages are still tried and how many are dead, by endpoint."""
        return {row[0]: (row[1], row[2]) for row in self._connection.rows(_COUNTS)}


def _context(webhook_id: str, secret_id: str) -> str:
    return f"webhook/{webhook_id}/{secret_id}"


def _part(body: Mapping[str, object]) -> str:
    part = body.get("fulfillment")
    return part if isinstance(part, str) else ""
