"""What a supplier's own pages read beside its work: its articles, how it kept its word, its wishes.

Every statement is of one partner. Never a price, a cost or anybody's words.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    Select,
    Text,
    bindparam,
    func,
    or_,
    select,
)

from hub.domain.exchange import Direction
from hub.domain.messages import ProductId
from hub.domain.orders import PromiseKind
from hub.domain.stock import StockLevel
from hub.store.held import held, held_in_id, pattern
from hub.store.order_rows import products_read
from hub.store.statements import Connection, Row, Statement, micros, moment, moment_or_none
from hub.store.tables import (
    catalog_item,
    document,
    fulfillment,
    fulfillment_line,
    order,
    partner_item,
    shipment,
)
from hub.store.tables_notices import account_notice
from hub.store.tables_promises import promise
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

_GIVEN = (
    select(
        document.c.fulfillment_id.label("part"),
        func.min(document.c.delivered_at).label("given_at"),
        func.min(document.c.answered_at).label("answered_at"),
    )
    .where(
        document.c.at >= bindparam("since", type_=BigInteger),
        document.c.partner == _PARTNER,
        document.c.direction == Direction.OUT.value,
        document.c.delivered_at.is_not(None),
    )
    .group_by(document.c.fulfillment_id)
    .subquery("given")
)


def _of_part(column: Any, *where: Any) -> Any:
    return select(column).where(*where).correlate(fulfillment).scalar_subquery()


_KEPT = Statement(
    select(
        fulfillment.c.number,
        order.c.number,
        fulfillment.c.state,
        func.min(_GIVEN.c.given_at),
        func.min(_GIVEN.c.answered_at),
        func.coalesce(
            _of_part(
                func.min(promise.c.due),
                promise.c.order_id == fulfillment.c.order_id,
                promise.c.fulfillment_id == fulfillment.c.id,
                promise.c.kind == PromiseKind.SHIP_BY.value,
            ),
            fulfillment.c.ship_by,
        ),
        _of_part(
            func.max(shipment.c.shipped_at),
            shipment.c.order_id == fulfillment.c.order_id,
            shipment.c.fulfillment_id == fulfillment.c.id,
            shipment.c.voided_at.is_(None),
        ),
        func.sum(fulfillment_line.c.ordered),
        func.sum(fulfillment_line.c.open),
        func.sum(fulfillment_line.c.rejected),
        func.sum(fulfillment_line.c.cancelled),
        func.sum(fulfillment_line.c.unexpected),
    )
    .select_from(
        _GIVEN.join(fulfillment, fulfillment.c.id == _GIVEN.c.part)
        .join(order, order.c.id == fulfillment.c.order_id)
        .join(fulfillment_line, fulfillment_line.c.fulfillment_id == fulfillment.c.id)
    )
    .where(
        fulfillment.c.partner == _PARTNER,
        _GIVEN.c.given_at >= bindparam("since", type_=BigInteger),
        fulfillment.c.created_at >= bindparam("since", type_=BigInteger),
    )
    # By the keys alone, on which the other columns depend: ten thousand short keys sort fast.
    .group_by(fulfillment.c.id, order.c.id)
    .order_by(func.min(_GIVEN.c.given_at).desc(), fulfillment.c.number)
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


# Neither frozen nor with moments made before they are looked at: a scorecard is ten thousand rows.
@dataclass(slots=True, eq=False)
class KeptRow:
    """One part of an order and how its partner kept its word; quantities are single pieces.

    `due` is until when it was first promised to leave, `left` when the last of it left. These
    four are microseconds since 1970; as moments they are `given_at` and so on.
    """

    number: str
    order_number: str
    state: str
    given: int
    answered: int | None
    due: int | None
    left: int | None
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

    def kept(self, *, partner: str, since: datetime) -> list[KeptRow]:
        """Return every part that was given to the partner since then, the newest first."""
        rows = self._connection.rows(_KEPT, {"partner": partner, "since": micros(since)})
        return [KeptRow(*row) for row in rows]

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
