"""Orders with everything in them, and the status document that storefronts read."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Column,
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    insert,
    select,
    tuple_,
    update,
)

from hub.domain.facts import Candidate
from hub.domain.names import Names
from hub.domain.orders import FulfillmentOrder, Order, Shipment
from hub.errors import Conflict
from hub.store import order_rows, sums
from hub.store.statements import (
    ByKeys,
    Connection,
    Row,
    Statement,
    micros,
    micros_or_none,
    moment_or_none,
)
from hub.store.tables import (
    candidate,
    fulfillment,
    fulfillment_line,
    order,
    order_line,
    package,
    ship_group,
    shipment,
    status,
)
from hub.store.tables_figures import order_sum, part_sum
from hub.store.tables_promises import order_change, promise
from hub.store.upserts import upsert

_HEADS = [order.c[name] for name in order_rows.HEAD]
_BY_NUMBER = select(*_HEADS).where(
    order.c.brand == bindparam("brand"), order.c.number == bindparam("number")
)
_BY_ID = select(*_HEADS).where(order.c.id == bindparam("id"))
# Two workers with papers of one order settle them one after the other (PostgreSQL; SQLite has one
# writer anyway). NO KEY: rows that only point at the order may still be written.
_FIND = {False: Statement(_BY_NUMBER), True: Statement(_BY_NUMBER.with_for_update(key_share=True))}
_LOAD = {False: Statement(_BY_ID), True: Statement(_BY_ID.with_for_update(key_share=True))}
_PURCHASE_ORDER = Statement(
    select(fulfillment.c.order_id, fulfillment.c.id).where(
        fulfillment.c.partner == bindparam("partner"), fulfillment.c.number == bindparam("number")
    )
)


def _heads(keys: list[BindParameter[str]]) -> Select[Any]:
    return select(*_HEADS).where(order.c.id.in_(keys))


_SEVERAL = ByKeys(_heads)
_CONTENT = Statement(
    select(order.c.content_hash).where(
        order.c.brand == bindparam("brand"), order.c.number == bindparam("number")
    )
)


def _page(*, brand: bool, before: bool) -> Statement:
    page = select(*_HEADS).order_by(order.c.placed_at.desc(), order.c.id.desc())
    if brand:
        page = page.where(order.c.brand == bindparam("brand"))
    if before:
        last = tuple_(bindparam("before_at", type_=BigInteger), bindparam("before_id", type_=Text))
        page = page.where(tuple_(order.c.placed_at, order.c.id) < last)
    return Statement(page.limit(bindparam("limit", type_=Integer)))


_PAGES = {(b, p): _page(brand=b, before=p) for b in (False, True) for p in (False, True)}


def _children(table: Table, names: Sequence[str], parent: Column[Any]) -> ByKeys:
    columns = [table.c[name] for name in names]

    def build(keys: list[BindParameter[str]]) -> Select[Any]:
        return select(*columns).where(parent.in_(keys)).order_by(parent, table.c.ordinal)

    return ByKeys(build)


_GROUPS = _children(ship_group, order_rows.GROUP, ship_group.c.order_id)
_LINES = _children(order_line, order_rows.LINE, order_line.c.order_id)
_FULFILLMENTS = _children(fulfillment, order_rows.FULFILLMENT, fulfillment.c.order_id)
_FULFILLMENT_LINES = _children(
    fulfillment_line, order_rows.FULFILLMENT_LINE, fulfillment_line.c.fulfillment_id
)
_SHIPMENTS = _children(shipment, order_rows.SHIPMENT, shipment.c.order_id)
_PACKAGES = _children(package, order_rows.PACKAGE, package.c.shipment_id)
_PROMISES = _children(promise, order_rows.PROMISE, promise.c.order_id)
_CHANGES = _children(order_change, order_rows.CHANGE, order_change.c.order_id)


def _replacing(table: Table) -> Statement:
    # Whole rows are replaced by id; the WHERE value has a name of its own beside the column `id`.
    columns = {c.name: bindparam(c.name, type_=c.type) for c in table.c if c.name != "id"}
    return Statement(update(table).where(table.c.id == bindparam("row_id")).values(columns))


_INSERTS = {
    table.name: Statement(insert(table))
    for table in (
        order, ship_group, order_line, fulfillment, fulfillment_line, shipment, package, candidate,
        promise, order_change, order_sum, part_sum,
    )
}  # fmt: skip
_UPDATES = {
    table.name: _replacing(table)
    for table in (
        ship_group, order_line, fulfillment, fulfillment_line, shipment, package, promise,
        order_change,
    )
}  # fmt: skip
# A process of a version before them may have left an order without: they are made anew.
_SUMS = {
    table.name: upsert(table, on=["id"], setting=[c.name for c in table.c if c.name != "id"])
    for table in (order_sum, part_sum)
}
_RAISE = Statement(
    update(order)
    .where(order.c.id == bindparam("order_id"), order.c.version == bindparam("seen"))
    .values(
        channel=bindparam("channel"),
        customer_id=bindparam("customer_id"),
        currency=bindparam("currency"),
        shipping=bindparam("shipping"),
        discount=bindparam("discount"),
        tax=bindparam("tax"),
        total=bindparam("total"),
        revision=bindparam("revision"),
        version=bindparam("version"),
    )
)

_STATUS_COLUMNS = [
    status.c.order_id,
    status.c.brand,
    status.c.number,
    status.c.version,
    status.c.body,
    status.c.word,
    status.c.next_change_at,
    status.c.position,
]
STATUS = Statement(
    select(*_STATUS_COLUMNS).where(
        status.c.brand == bindparam("brand"), status.c.number == bindparam("number")
    )
)
_STATUSES = Statement(
    select(*_STATUS_COLUMNS)
    .where(status.c.brand == bindparam("brand"), status.c.position > bindparam("after"))
    .order_by(status.c.position)
    .limit(bindparam("limit", type_=Integer))
)
STATUS_AFTER = Statement(
    select(status.c.position)
    .where(status.c.brand == bindparam("brand"), status.c.position > bindparam("after"))
    .limit(1)
)
# The position stays: only the sealer moves it.
_WRITE_STATUS = upsert(
    status, on=["order_id"], setting=["version", "body", "word", "next_change_at"]
)
_CANDIDATES = Statement(
    select(
        candidate.c.line_id,
        candidate.c.partner,
        candidate.c.won,
        candidate.c.quantity,
        candidate.c.reason,
    )
    .where(candidate.c.order_id == bindparam("order_id"))
    .order_by(candidate.c.at, candidate.c.ordinal)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRow:
    """The status document of one order as served; `position` is None until its facts are sealed."""

    order_id: str
    brand: str
    number: str
    version: int
    body: str
    word: str
    next_change_at: datetime | None
    position: int | None


def status_read(row: Row) -> StatusRow:
    """Read a row of the statement `STATUS`."""
    return StatusRow(
        order_id=row[0],
        brand=row[1],
        number=row[2],
        version=row[3],
        body=row[4],
        word=row[5],
        next_change_at=moment_or_none(row[6]),
        position=row[7],
    )


class Orders:
    """Orders by number, id and purchase order; in a writing transaction what is read is locked."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, *, brand: str, number: str) -> Order | None:
        """Return the brand's order of that number, or None."""
        statement = _FIND[self._connection.writing]
        head = self._connection.row(statement, {"brand": brand, "number": number})
        return None if head is None else self._assembled([head])[0]

    def load(self, order_id: str) -> Order:
        """Return the order of that id; KeyError when there is none."""
        head = self._connection.row(_LOAD[self._connection.writing], {"id": order_id})
        if head is None:
            raise KeyError(order_id)
        return self._assembled([head])[0]

    def several(self, order_ids: Collection[str]) -> dict[str, Order]:
        """Return the orders of these ids that there are, as they are, without locking."""
        found = self._assembled(self._connection.keyed(_SEVERAL, order_ids))
        return {order.id: order for order in found}

    def for_purchase_order(self, *, partner: str, number: str) -> tuple[Order, str] | None:
        """Return the order and fulfillment id of a purchase order number."""
        found = self._connection.row(_PURCHASE_ORDER, {"partner": partner, "number": number})
        return None if found is None else (self.load(found[0]), found[1])

    def content_hash(self, *, brand: str, number: str) -> bytes | None:
        """Return the hash of what was posted under that number, or None."""
        found = self._connection.row(_CONTENT, {"brand": brand, "number": number})
        return None if found is None else bytes(found[0])

    def page(
        self, *, brand: str | None, limit: int, before: tuple[datetime, str] | None
    ) -> list[Order]:
        """Return whole orders, newest first, older than (placed_at, id)."""
        values: dict[str, Any] = {"limit": limit}
        if brand is not None:
            values["brand"] = brand
        if before is not None:
            values |= {"before_at": micros(before[0]), "before_id": before[1]}
        statement = _PAGES[brand is not None, before is not None]
        return self._assembled(self._connection.rows(statement, values))

    def _assembled(self, heads: Sequence[Row]) -> list[Order]:
        ids = [head[0] for head in heads]
        groups = self._by_parent(_GROUPS, ids)
        lines = self._by_parent(_LINES, ids)
        fulfillments = self._by_parent(_FULFILLMENTS, ids)
        parts = self._by_parent(_FULFILLMENT_LINES, _row_ids(fulfillments))
        shipments = self._by_parent(_SHIPMENTS, ids)
        packages = self._by_parent(_PACKAGES, _row_ids(shipments))
        promises = self._by_parent(_PROMISES, ids)
        changes = self._by_parent(_CHANGES, ids)
        return [
            order_rows.order_read(
                head,
                groups=groups[head[0]],
                lines=lines[head[0]],
                fulfillments=[
                    order_rows.fulfillment_read(row, parts[row[1]]) for row in fulfillments[head[0]]
                ],
                shipments=[
                    order_rows.shipment_read(row, packages[row[1]]) for row in shipments[head[0]]
                ],
                promises=promises[head[0]],
                changes=changes[head[0]],
            )
            for head in heads
        ]

    def _by_parent(self, statement: ByKeys, parents: Collection[str]) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self._connection.keyed(statement, parents):
            found[row[0]].append(row)
        return found

    def insert(self, order: Order, *, content_hash: bytes) -> None:
        """Store a new order whole; Conflict when (brand, number) is taken."""
        head = order_rows.head_values(order) | {"content_hash": content_hash}
        self._connection.change(_INSERTS["customer_order"], head)
        for name, rows in _rows_of(order).items():
            self._connection.change_all(_INSERTS[name], [*rows.values()])

    def save(self, before: Order, after: Order) -> Order:
        """Write the rows in which `after` differs and return it one version up.

        Conflict when the stored version is not `before.version`. Parts are never removed:
        ValueError.
        """
        raised = replace(after, version=before.version + 1)
        self._raise_version(before, raised)
        was, now = _rows_of(before), _rows_of(raised)
        for name, rows in now.items():
            old = was[name]
            if not old.keys() <= rows.keys():
                gone = sorted(old.keys() - rows.keys())
                raise ValueError(
                    f"order {after.id}: {name} {gone} vanished; parts are never removed"
                )
            if name in _SUMS:
                continue
            changed = [
                row | {"row_id": key} for key, row in rows.items() if key in old and old[key] != row
            ]
            self._connection.change_all(
                _INSERTS[name], [r for k, r in rows.items() if k not in old]
            )
            if changed:
                self._connection.change_all(_UPDATES[name], changed)
        if any(was[name] != now[name] for name in _SUMS):
            for name, statement in _SUMS.items():
                self._connection.change_all(statement, [*now[name].values()])
        return raised

    def _raise_version(self, before: Order, raised: Order) -> None:
        head = order_rows.head_values(raised)
        values = {
            "order_id": before.id,
            "seen": before.version,
            **{name: head[name] for name in _HEAD_CHANGES},
        }
        if self._connection.change(_RAISE, values) != 1:
            raise Conflict(f"order {before.id} is no longer at version {before.version}")

    def write_status(
        self, *, order: Order, body: str, word: str, next_change_at: datetime | None
    ) -> None:
        """Store the status document; the sealer alone moves its position."""
        values = {
            "order_id": order.id,
            "brand": order.brand,
            "number": order.number,
            "version": order.version,
            "body": body,
            "word": word,
            "next_change_at": micros_or_none(next_change_at),
            "position": None,
        }
        self._connection.change(_WRITE_STATUS, values)

    def status(self, *, brand: str, number: str) -> StatusRow | None:
        """Return the stored status document of an order, or None."""
        row = self._connection.row(STATUS, {"brand": brand, "number": number})
        return None if row is None else status_read(row)

    def statuses(self, *, brand: str, after: int, limit: int) -> list[StatusRow]:
        """Return what changed after that ledger position, oldest first."""
        values = {"brand": brand, "after": after, "limit": limit}
        return [status_read(row) for row in self._connection.rows(_STATUSES, values)]

    def add_candidates(
        self, *, order_id: str, candidates: Sequence[Candidate], at: datetime, names: Names
    ) -> None:
        """Keep who could have filled the lines and why each won or lost."""
        when = micros(at)
        rows = [
            {
                "id": names.new("cand"),
                "order_id": order_id,
                "ordinal": ordinal,
                "line_id": one.line_id,
                "partner": one.partner,
                "won": one.won,
                "quantity": one.quantity,
                "reason": one.reason,
                "at": when,
            }
            for ordinal, one in enumerate(candidates)
        ]
        self._connection.change_all(_INSERTS["candidate"], rows)

    def candidates(self, order_id: str) -> list[Candidate]:
        """Return every candidate of every sourcing, oldest first."""
        return [
            Candidate(
                line_id=line, partner=partner, won=bool(won), quantity=quantity, reason=reason
            )
            for line, partner, won, quantity, reason in self._connection.rows(
                _CANDIDATES, {"order_id": order_id}
            )
        ]


_HEAD_CHANGES = (
    "channel customer_id currency shipping discount tax total revision version"
).split()

Rows = dict[str, dict[str, Any]]


def _row_ids(rows: dict[str, list[Row]]) -> list[str]:
    return [row[1] for some in rows.values() for row in some]


def _rows_of(order: Order) -> dict[str, Rows]:
    """Every row below the head by table, parents first, and by id, in the order's own sequence."""
    return {
        "ship_group": _rows(order_rows.group_values, order.groups, order.id),
        "order_line": _rows(order_rows.line_values, order.lines, order.id),
        "fulfillment": _rows(order_rows.fulfillment_values, order.fulfillments, order.id),
        "fulfillment_line": _part_rows(order.fulfillments),
        "shipment": _rows(order_rows.shipment_values, _shipments(order), order.id),
        "package": _package_rows(_shipments(order)),
        "promise": _rows(order_rows.promise_values, order.promises, order.id),
        "order_change": _rows(order_rows.change_values, order.changes, order.id),
        "order_sum": sums.order_sums(order),
        "part_sum": sums.part_sums(order),
    }


def _shipments(order: Order) -> Sequence[Shipment]:
    """Every shipment, those that stand before those that were taken back."""
    return (*order.shipments, *order.voided)


def _rows(write: Callable[..., dict[str, Any]], parts: Sequence[Any], order_id: str) -> Rows:
    return {
        part.id: write(part, order_id=order_id, ordinal=ordinal)
        for ordinal, part in enumerate(parts)
    }


def _part_rows(fulfillments: Sequence[FulfillmentOrder]) -> Rows:
    return {
        line.id: order_rows.fulfillment_line_values(
            line, fulfillment_id=fulfillment.id, ordinal=ordinal
        )
        for fulfillment in fulfillments
        for ordinal, line in enumerate(fulfillment.lines)
    }


def _package_rows(shipments: Sequence[Shipment]) -> Rows:
    return {
        box.id: order_rows.package_values(box, shipment_id=shipment.id, ordinal=ordinal)
        for shipment in shipments
        for ordinal, box in enumerate(shipment.packages)
    }
