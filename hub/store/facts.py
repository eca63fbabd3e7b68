"""Inputs, facts and their ledger, and the replies that a repeated request gets again.

Facts are written without a position, so no writer waits for another. One sealer at a time appends
committed facts to the ledger: position and hash chain. A poller that asks by position misses none,
however late a writer committed.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    Text,
    bindparam,
    false,
    func,
    insert,
    select,
    true,
    update,
)

from hub.domain.facts import Fact
from hub.domain.names import Names
from hub.domain.orders import Order
from hub.store.duties import LEDGER_LANE, fresh_lane
from hub.store.seals import Vault
from hub.store.statements import (
    ByKeys,
    Connection,
    Row,
    Statement,
    canonical,
    micros,
    moment,
    parsed,
)
from hub.store.tables import fact, input_, lane, ledger, order, reply, status
from hub.store.upserts import insert_if_absent

_VERIFIED_AT_ONCE = 1000

_ADD_INPUT = Statement(insert(input_))
_COMMANDS = Statement(
    select(input_.c.id, input_.c.at, input_.c.who, input_.c.body, input_.c.sealed)
    .where(input_.c.subject == bindparam("subject"), input_.c.kind == "command")
    .order_by(input_.c.at, input_.c.id)
)
_ADD_FACT = Statement(insert(fact))
_SEALED = [
    ledger.c.position,
    fact.c.id,
    fact.c.kind,
    fact.c.at,
    fact.c.brand,
    fact.c.order_id,
    order.c.number,
    fact.c.body,
]


def _page(*, brand: bool) -> Statement:
    page = (
        select(*_SEALED)
        .select_from(ledger.join(fact).outerjoin(order, order.c.id == fact.c.order_id))
        .where(ledger.c.position > bindparam("after"))
        .order_by(ledger.c.position)
        .limit(bindparam("limit", type_=Integer))
    )
    return Statement(page.where(ledger.c.brand == bindparam("brand")) if brand else page)


_PAGES = {brand: _page(brand=brand) for brand in (False, True)}
_OF_ORDER = Statement(
    select(*_SEALED)
    .select_from(
        fact.outerjoin(ledger, ledger.c.fact_id == fact.c.id).outerjoin(
            order, order.c.id == fact.c.order_id
        )
    )
    .where(fact.c.order_id == bindparam("order_id"))
    .order_by(fact.c.at, fact.c.order_version, fact.c.ordinal, fact.c.id)
)
_BEHIND = Statement(
    select(fact.c.id, fact.c.document_id, input_.c.kind, input_.c.who)
    .select_from(fact.outerjoin(input_, input_.c.id == fact.c.input_id))
    .where(fact.c.order_id == bindparam("order_id"))
)
_SAID_BY = ByKeys(
    lambda keys: select(input_.c.subject, input_.c.who).where(
        input_.c.kind == "delivery", input_.c.subject.in_(keys)
    )
)

_HASHED = [
    fact.c.id,
    fact.c.kind,
    fact.c.at,
    fact.c.brand,
    fact.c.order_id,
    fact.c.order_version,
    fact.c.ordinal,
    fact.c.body,
    fact.c.input_id,
    fact.c.document_id,
]
_UNSEALED = Statement(
    select(*_HASHED)
    .where(fact.c.sealed == false())
    .order_by(fact.c.at, fact.c.order_version, fact.c.ordinal, fact.c.id)
    .limit(bindparam("limit", type_=Integer))
)
_LANE_THERE = insert_if_absent(lane)
_LOCK_LANE = Statement(
    select(lane.c.name).where(lane.c.name == LEDGER_LANE).with_for_update(key_share=True)
)
_LAST = Statement(
    select(ledger.c.position, ledger.c.hash).order_by(ledger.c.position.desc()).limit(1)
)
_APPEND = Statement(insert(ledger))
_MARK = Statement(
    update(fact).where(fact.c.id == bindparam("fact_id", type_=Text)).values(sealed=true())
)
_MOVE_STATUS = Statement(
    update(status)
    .where(status.c.order_id == bindparam("of_order", type_=Text))
    .values(position=bindparam("position", type_=BigInteger))
)
_CHAIN = Statement(
    select(ledger.c.position, ledger.c.hash, ledger.c.brand, *_HASHED)
    .select_from(ledger.outerjoin(fact))
    .where(ledger.c.position > bindparam("after"))
    .order_by(ledger.c.position)
    .limit(_VERIFIED_AT_ONCE)
)
_COUNT_SEALED = Statement(select(func.count()).select_from(fact).where(fact.c.sealed == true()))

_REPLY = Statement(
    select(reply.c.body_hash, reply.c.status, reply.c.sealed, reply.c.at).where(
        reply.c.scope == bindparam("scope"), reply.c.key == bindparam("key")
    )
)
_REPLIED = ByKeys(
    lambda keys: select(reply.c.key).where(
        reply.c.scope == bindparam("scope", type_=Text), reply.c.key.in_(keys)
    )
)
_ADD_REPLY = Statement(insert(reply))


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedFact:
    """One fact as others see it; `position` is its place in the ledger, None while unsealed."""

    position: int | None
    id: str
    kind: str
    at: datetime
    brand: str
    order_id: str | None
    order_number: str | None
    body: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What a fact comes from: the paper, "" for none, and the kind of input with who gave it."""

    document_id: str
    kind: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReply:
    """What was answered to a request that carried a key, and the hash of what was asked."""

    scope: str
    key: str
    body_hash: bytes
    status: int
    body: bytes
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command as it was kept; `sealed` is what of it is about people, if anything."""

    id: str
    at: datetime
    who: str
    body: Mapping[str, object]
    sealed: bytes | None


class Facts:
    """What came in, what happened, and in which order others get to see it."""

    __slots__ = ("_connection", "_count", "_vault")

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault
        self._count = 0

    def record_input(
        self,
        *,
        input_id: str,
        kind: str,
        at: datetime,
        who: str,
        subject: str,
        body: object | None,
        sealed: bytes | None,
        hashes: Mapping[str, str],
    ) -> None:
        """Store one input; a replay reads only these rows.

        `sealed` is for a body that holds people's data and was sealed by the caller.
        """
        values = {
            "id": input_id,
            "kind": kind,
            "at": micros(at),
            "who": who,
            "subject": subject,
            "body": None if body is None else canonical(body),
            "sealed": sealed,
            "hashes": canonical(hashes),
        }
        self._connection.change(_ADD_INPUT, values)

    def commands(self, subject: str) -> list[Command]:
        """Return the commands about a subject, oldest first."""
        return [
            Command(id=row[0], at=moment(row[1]), who=row[2], body=_body(row[3]), sealed=row[4])
            for row in self._connection.rows(_COMMANDS, {"subject": subject})
        ]

    def record(
        self,
        facts: Sequence[Fact],
        *,
        at: datetime,
        brand: str,
        order: Order | None,
        input_id: str,
        document_id: str | None,
        names: Names,
    ) -> None:
        """Store facts in their order, without a position in the ledger."""
        when = micros(at)
        rows = []
        for one in facts:
            self._count += 1
            rows.append(
                {
                    "id": names.new("fact"),
                    "kind": one.kind.value,
                    "at": when,
                    "brand": brand,
                    "order_id": None if order is None else order.id,
                    "order_version": 0 if order is None else order.version,
                    "ordinal": self._count,
                    "body": canonical(one.body),
                    "input_id": input_id,
                    "document_id": document_id,
                    "sealed": False,
                }
            )
        self._connection.change_all(_ADD_FACT, rows)

    def page(self, *, brand: str | None, after: int, limit: int) -> list[SealedFact]:
        """Return sealed facts after that ledger position, in ledger order."""
        values: dict[str, Any] = {"after": after, "limit": limit}
        if brand is not None:
            values["brand"] = brand
        return [
            _sealed_fact(row) for row in self._connection.rows(_PAGES[brand is not None], values)
        ]

    def of_order(self, order_id: str) -> list[SealedFact]:
        """Return an order's facts, sealed or not, oldest first."""
        rows = self._connection.rows(_OF_ORDER, {"order_id": order_id})
        return [_sealed_fact(row) for row in rows]

    def behind(self, order_id: str) -> dict[str, Behind]:
        """Return what each of an order's facts comes from, by the fact's id."""
        return {
            row[0]: Behind(document_id=row[1] or "", kind=row[2] or "", who=row[3] or "")
            for row in self._connection.rows(_BEHIND, {"order_id": order_id})
        }

    def said_by(self, transmissions: Collection[str]) -> dict[str, str]:
        """Return who brought each of these deliveries to us: an account, a key, or a lane."""
        return {
            row[0]: row[1]
            for statement, values in _SAID_BY.parts(transmissions)
            for row in self._connection.rows(statement, values)
        }

    def waiting(self) -> bool:
        """Whether any committed fact is not in the ledger yet."""
        return self._connection.row(_UNSEALED, {"limit": 1}) is not None

    def seal(self, *, now: datetime, limit: int = 1000) -> int:
        """Append committed facts to the ledger and return how many there were.

        Sealers come one after the other; each reads only after it has the lane. `now` is when the
        lane is first made. Orders' status documents get the position of their newest fact.
        """
        self._lock(now)
        facts = self._connection.rows(_UNSEALED, {"limit": limit})
        if not facts:
            return 0
        position, chain = self._connection.row(_LAST) or (0, b"")
        appended, moved = [], {}
        for row in facts:
            position += 1
            chain = _link(chain, position, row)
            appended.append(
                {"position": position, "fact_id": row[0], "brand": row[3], "hash": chain}
            )
            if row[4] is not None:
                moved[row[4]] = position
        self._connection.change_all(_APPEND, appended)
        self._connection.change_all(_MARK, [{"fact_id": row[0]} for row in facts])
        statuses = [{"of_order": key, "position": moved[key]} for key in sorted(moved)]
        self._connection.change_all(_MOVE_STATUS, statuses)
        return len(facts)

    def _lock(self, now: datetime) -> None:
        if self._connection.row(_LOCK_LANE) is not None:
            return
        self._connection.change(_LANE_THERE, fresh_lane(LEDGER_LANE, free_from=micros(now)))
        self._connection.row(_LOCK_LANE)

    def verify(self) -> int | None:
        """Return the first position of the ledger that does not hold, or None.

        Noticed are a changed fact, a changed or missing row of the ledger, and a cut-off end.
        """
        position, chain = 0, b""
        while rows := self._connection.rows(_CHAIN, {"after": position}):
            for row in rows:
                position += 1
                chain = _link(chain, position, row[3:])
                if (row[0], bytes(row[1]), row[2]) != (position, chain, row[6]):
                    return position
        count = self._connection.row(_COUNT_SEALED)
        return position + 1 if count is None or count[0] != position else None

    def reply(self, *, scope: str, key: str) -> StoredReply | None:
        """Return what was answered to that key in that scope, or None."""
        row = self._connection.row(_REPLY, {"scope": scope, "key": key})
        if row is None:
            return None
        return StoredReply(
            scope=scope,
            key=key,
            body_hash=bytes(row[0]),
            status=row[1],
            body=self._vault.replies.open(bytes(row[2]), context=f"{scope}\x1f{key}"),
            at=moment(row[3]),
        )

    def replied(self, *, scope: str, keys: Collection[str]) -> set[str]:
        """Return those of these keys to which something was answered in that scope."""
        return {
            str(row[0])
            for statement, values in _REPLIED.parts(keys)
            for row in self._connection.rows(statement, values | {"scope": scope})
        }

    def keep_reply(
        self, *, scope: str, key: str, body_hash: bytes, status: int, body: bytes, at: datetime
    ) -> None:
        """Seal and store an answer; Conflict when the key has one already."""
        values = {
            "scope": scope,
            "key": key,
            "body_hash": body_hash,
            "status": status,
            "sealed": self._vault.replies.seal(body, context=f"{scope}\x1f{key}"),
            "at": micros(at),
        }
        self._connection.change(_ADD_REPLY, values)


def _link(chain: bytes, position: int, fact_row: Row) -> bytes:
    """The hash of a ledger row: SHA-256 over the hash before it and the fact in canonical JSON."""
    return hashlib.sha256(chain + canonical([position, *fact_row]).encode()).digest()


def _sealed_fact(row: Row) -> SealedFact:
    return SealedFact(
        position=row[0],
        id=row[1],
        kind=row[2],
        at=moment(row[3]),
        brand=row[4],
        order_id=row[5],
        order_number=row[6],
        body=parsed(row[7]),
    )


def _body(written: str | None) -> Mapping[str, object]:
    body = {} if written is None else parsed(written)
    return body if isinstance(body, dict) else {}
