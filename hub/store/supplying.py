"""What a supplier's own pages read beside its work: its articles, how it kept its word, its wishes.

Every statement is of one partner. Never a price, a cost or anybody's words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Integer,
    Select,
    Text,
    bindparam,
    case,
    func,
    or_,
    select,
)

from hub.domain.exchange import Direction
from hub.domain.messages import ProductId
from hub.domain.orders import FulfillmentState
from hub.domain.stock import StockLevel
from hub.store.held import held, held_in_id, pattern
from hub.store.order_rows import products_read
from hub.store.statements import (
    ByKeys,
    Connection,
    Row,
    Statement,
    micros,
    moment,
    moment_or_none,
)
from hub.store.tables import (
    catalog_item,
    document,
    fulfillment,
    order,
    partner_item,
)
from hub.store.tables_figures import part_sum
from hub.store.tables_notices import account_notice
from hub.store.upserts import upsert

_PARTNER = bindparam("partner", type_=Text)
_LIMIT = bindparam("limit", type_=Integer)


def _offers(*, searched: bool) -> Select[Any]:
    found = (
        select(
            partner_item.c.sku,
            catalog_item.c.title,
            catalog_item.c.gtin,
            partner_item.c.products,
            partner_item.c.unit,
            partner_item.c.units_per_pack,
        )
        .select_from(partner_item.join(catalog_item, catalog_item.c.sku == partner_item.c.sku))
        .where(partner_item.c.partner == _PARTNER, partner_item.c.sku > bindparam("after"))
        .order_by(partner_item.c.sku)
        .limit(_LIMIT)
    )
    if not searched:
        return found
    like = bindparam("like", type_=Text)
    columns = (
        partner_item.c.sku,
        catalog_item.c.title,
        catalog_item.c.gtin,
    )
    ids = held_in_id(partner_item.c.products, like)
    return found.where(or_(*(held(one, like) for one in columns), ids))


_OFFERS = {searched: Statement(_offers(searched=searched)) for searched in (False, True)}

_SINCE = bindparam("since", type_=BigInteger)
_NOW = bindparam("now", type_=BigInteger)
_GIVEN_AT = func.min(document.c.delivered_at)
_ANSWERED_AT = func.min(document.c.answered_at)
_DUE = func.coalesce(part_sum.c.promised_at, part_sum.c.ship_by)


class Shipped(IntEnum):
    """How a part shipped; NEVER is one of which nothing will, and one without a day for it."""

    LATE = 0
    IN_TIME = 1
    NEVER = 2


# A part left when nothing of it is open. What may still leave in time is NULL.
_LEFT = (part_sum.c.open == 0) & part_sum.c.left_at.is_not(None)
_SHIPPED = case(
    (_DUE.is_(None) | (part_sum.c.state == FulfillmentState.CANCELLED.value), int(Shipped.NEVER)),
    (_LEFT & (part_sum.c.left_at <= _DUE), int(Shipped.IN_TIME)),
    (_LEFT | (_DUE < _NOW), int(Shipped.LATE)),
)


def _given(*columns: Any) -> Select[Any]:
    """Ask for parts that were given to the partner since then, by its papers that reached it."""
    return (
        select(*columns)
        .select_from(part_sum.join(document, document.c.fulfillment_id == part_sum.c.id))
        .where(
            part_sum.c.partner == _PARTNER,
            part_sum.c.created_at >= _SINCE,
            document.c.partner == _PARTNER,
            document.c.direction == Direction.OUT.value,
            document.c.delivered_at.is_not(None),
            document.c.at >= _SINCE,
        )
        # As the index goes, so that nothing need be sorted into groups.
        .group_by(part_sum.c.created_at, part_sum.c.id)
        .having(_GIVEN_AT >= _SINCE)
    )


_MARKED = Statement(
    _given(
        part_sum.c.id,
        _GIVEN_AT,
        func.coalesce(_ANSWERED_AT, part_sum.c.left_at),
        _SHIPPED,
        part_sum.c.rejected,
        part_sum.c.unexpected,
    ).order_by(_GIVEN_AT.desc(), part_sum.c.number)
)
_KEPT = ByKeys(
    lambda keys: _given(
        part_sum.c.id,
        part_sum.c.number,
        part_sum.c.order_number,
        part_sum.c.brand,
        _GIVEN_AT,
        _ANSWERED_AT,
        _DUE,
        part_sum.c.left_at,
        _SHIPPED,
        part_sum.c.ordered,
        part_sum.c.open,
        part_sum.c.rejected,
        part_sum.c.cancelled,
        part_sum.c.unexpected,
    ).where(part_sum.c.id.in_(keys))
)
_WORKS_FOR = Statement(
    select(fulfillment.c.id)
    .select_from(fulfillment.join(order, order.c.id == fulfillment.c.order_id))
    .where(
        fulfillment.c.partner == _PARTNER,
        order.c.brand == bindparam("brand", type_=Text),
    )
    .limit(1)
)
_NOTICE = Statement(
    select(account_notice.c.mode).where(
        account_notice.c.account_id == bindparam("account_id", type_=Text)
    )
)
_PUT_NOTICE = upsert(account_notice, on=["account_id"], setting=["mode", "set_at"])


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRow:
    """An article that a partner offers, by its ids; `level` is what is known of its stock."""

    sku: str
    title: str
    gtin: str
    products: tuple[ProductId, ...]
    unit: str
    units_per_pack: int
    level: StockLevel | None = None


Marked = tuple[str, int, int | None, int | None, int, int]
"""One part: its id, when it was given, when it was answered or left, how it shipped (`Shipped`,
None while it may still leave in time), and the pieces that were refused and that nobody expected.

Moments are microseconds since 1970. A plain row: a scorecard is ten thousand of them.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRow:
    """One part of an order and how its partner kept its word; quantities are single pieces.

    `due` is until when it was first promised to leave, `left` when the last of it left, `shipped`
    how that was, None while it may still leave in time. The moments are microseconds since 1970; as
    such they are `given_at` and so on.
    """

    id: str
    number: str
    order_number: str
    brand: str
    given: int
    answered: int | None
    due: int | None
    left: int | None
    shipped: Shipped | None
    ordered: int
    open: int
    rejected: int
    cancelled: int
    unexpected: int

    @property
    def given_at(self) -> datetime:
        """When it was handed over."""
        return moment(self.given)

    @property
    def answered_at(self) -> datetime | None:
        """When it was first answered."""
        return moment_or_none(self.answered)

    @property
    def due_at(self) -> datetime | None:
        """Until when it was first promised to leave."""
        return moment_or_none(self.due)

    @property
    def left_at(self) -> datetime | None:
        """When the last of it left."""
        return moment_or_none(self.left)


class Supplying:
    """What one partner's people look at."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def offers(self, *, partner: str, text: str, after: str, limit: int) -> list[OfferRow]:
        """Return a page of the partner's articles by SKU, of those that hold the text in an id.

        Letter case does not count. Levels are not looked up.
        """
        values: dict[str, Any] = {"partner": partner, "after": after, "limit": limit}
        wanted = text.strip()
        if wanted:
            values["like"] = pattern(wanted)
        rows = self._connection.rows(_OFFERS[bool(wanted)], values)
        return [_offer(row) for row in rows]

    def marked(self, *, partner: str, since: datetime, now: datetime) -> list[Marked]:
        """Return what marks every part that was given to the partner since then, newest first."""
        values = {"partner": partner, "since": micros(since), "now": micros(now)}
        return cast(list[Marked], self._connection.rows(_MARKED, values))

    def kept(
        self, parts: Sequence[str], *, partner: str, since: datetime, now: datetime
    ) -> list[KeptRow]:
        """Return these of the parts that `marked` returns, in the order of their ids here."""
        values = {"partner": partner, "since": micros(since), "now": micros(now)}
        found = {
            row[0]: _kept(row)
            for statement, keys in _KEPT.parts(parts)
            for row in self._connection.rows(statement, keys | values)
        }
        return [found[part] for part in parts if part in found]

    def works_for(self, *, partner: str, brand: str) -> bool:
        """Say whether the partner was ever given work of the brand's."""
        return self._connection.row(_WORKS_FOR, {"partner": partner, "brand": brand}) is not None

    def notice(self, account_id: str) -> str | None:
        """Return how an account wants to hear of new work; None when it never said."""
        row = self._connection.row(_NOTICE, {"account_id": account_id})
        return None if row is None else str(row[0])

    def set_notice(self, account_id: str, mode: str, *, at: datetime) -> None:
        """Keep how an account wants to hear of new work."""
        values = {"account_id": account_id, "mode": mode, "set_at": micros(at)}
        self._connection.change(_PUT_NOTICE, values)


def _offer(row: Row) -> OfferRow:
    return OfferRow(
        sku=row[0],
        title=row[1],
        gtin=row[2],
        products=products_read(row[3]),
        unit=row[4],
        units_per_pack=int(row[5]),
    )


def _kept(row: Row) -> KeptRow:
    *moments, shipped, ordered, open_, rejected, cancelled, unexpected = row[4:]
    given, answered, due, left = moments
    return KeptRow(
        id=row[0],
        number=row[1],
        order_number=row[2],
        brand=row[3],
        given=given,
        answered=answered,
        due=due,
        left=left,
        shipped=None if shipped is None else Shipped(shipped),
        ordered=ordered,
        open=open_,
        rejected=rejected,
        cancelled=cancelled,
        unexpected=unexpected,
    )
