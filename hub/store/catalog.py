"""The catalogue: articles, and who offers them under which ids, in which pack, at what cost."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Integer, Select, Text, bindparam, or_, select

from hub.domain.catalog import Item, PartnerItem
from hub.store.held import held, pattern
from hub.store.order_rows import products_read, products_text
from hub.store.statements import ByKeys, Connection, Row, Statement, day, iso_day
from hub.store.tables import catalog_item, partner_item
from hub.store.upserts import upsert

MOST_WORDS = 6
"""So many words of an article are looked for."""
_ITEM = [catalog_item.c.sku, catalog_item.c.gtin, catalog_item.c.title, catalog_item.c.description]
_OFFER = [
    partner_item.c.sku,
    partner_item.c.partner,
    partner_item.c.products,
    partner_item.c.unit,
    partner_item.c.units_per_pack,
    partner_item.c.cost,
    partner_item.c.currency,
    partner_item.c.priority,
    partner_item.c.valid_from,
]


def _items(keys: list[BindParameter[str]]) -> Select[Any]:
    return select(*_ITEM).where(catalog_item.c.sku.in_(keys))


def _offers(keys: list[BindParameter[str]]) -> Select[Any]:
    return (
        select(*_OFFER)
        .where(partner_item.c.sku.in_(keys))
        .order_by(partner_item.c.sku, partner_item.c.priority, partner_item.c.partner)
    )


_ITEMS = ByKeys(_items)
_OFFERS = ByKeys(_offers)
_PAGE = Statement(
    select(*_ITEM)
    .where(catalog_item.c.sku > bindparam("after"))
    .order_by(catalog_item.c.sku)
    .limit(bindparam("limit", type_=Integer))
)
_OF_PARTNER = Statement(
    select(*_OFFER, catalog_item.c.gtin)
    .select_from(partner_item.join(catalog_item))
    .where(partner_item.c.partner == bindparam("partner"), partner_item.c.sku > bindparam("after"))
    .order_by(partner_item.c.sku)
    .limit(bindparam("limit", type_=Integer))
)
_PUT_ITEM = upsert(catalog_item, on=["sku"], setting=["gtin", "title", "description"])
_PUT_OFFER = upsert(
    partner_item,
    on=["sku", "partner"],
    setting=[
        "products", "unit", "units_per_pack", "cost", "currency", "priority", "valid_from",
    ],
)  # fmt: skip


@cache
def _said(count: int) -> Statement:
    """Find articles of which every word stands in the title or the SKU."""
    found = select(*_ITEM)
    for n in range(count):
        word = bindparam(f"word_{n}", type_=Text)
        found = found.where(
            or_(
                held(catalog_item.c.title, word),
                held(catalog_item.c.sku, word),
            )
        )
    return Statement(found.order_by(catalog_item.c.sku).limit(bindparam("limit", type_=Integer)))


class Catalog:
    """Articles by SKU and the offers for them."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, items: Sequence[Item], offers: Sequence[PartnerItem]) -> None:
        """Add articles and offers or replace those with the same key.

        It removes nothing. An offer's article must be among `items` or stored already.
        """
        self._connection.change_all(_PUT_ITEM, [_item_values(one) for one in items])
        self._connection.change_all(_PUT_OFFER, [_offer_values(one) for one in offers])

    def items(self, skus: Collection[str]) -> dict[str, Item]:
        """Return the known ones among these articles."""
        return {row[0]: _item_read(row) for row in self._connection.keyed(_ITEMS, skus)}

    def offers(self, skus: Collection[str]) -> dict[str, list[PartnerItem]]:
        """Return the offers for these articles, first choice first."""
        found: dict[str, list[PartnerItem]] = defaultdict(list)
        for row in self._connection.keyed(_OFFERS, skus):
            found[row[0]].append(_offer_read(row))
        return dict(found)

    def said(self, words: Sequence[str], *, limit: int) -> list[Item]:
        """Return articles of which each of these words stands in the title or SKU, by SKU.

        Letter case does not count where the database knows the letter (SQLite: ASCII). It looks
        at every article: some ten milliseconds in a hundred thousand.
        """
        asked = list(dict.fromkeys(word.lower() for word in words))[:MOST_WORDS]
        if not asked:
            return []
        values: dict[str, Any] = {f"word_{n}": pattern(word) for n, word in enumerate(asked)}
        rows = self._connection.rows(_said(len(asked)), values | {"limit": limit})
        return [_item_read(row) for row in rows]

    def of_partner(self, partner: str, *, after: str, limit: int) -> list[tuple[PartnerItem, str]]:
        """Return one partner's offers with the article's GTIN in order of SKU, after that one."""
        values = {"partner": partner, "after": after, "limit": limit}
        rows = self._connection.rows(_OF_PARTNER, values)
        return [(_offer_read(row), row[len(_OFFER)]) for row in rows]

    def page(self, *, after: str, limit: int) -> list[tuple[Item, list[PartnerItem]]]:
        """Return articles with their offers in order of SKU, after that one."""
        rows = self._connection.rows(_PAGE, {"after": after, "limit": limit})
        offers = self.offers([row[0] for row in rows])
        return [(_item_read(row), offers.get(row[0], [])) for row in rows]


def _item_values(one: Item) -> dict[str, Any]:
    return {
        "sku": one.sku,
        "gtin": one.gtin,
        "title": one.title,
        "description": one.description,
    }


def _item_read(row: Row) -> Item:
    return Item(sku=row[0], gtin=row[1], title=row[2], description=row[3])


def _offer_values(offer: PartnerItem) -> dict[str, Any]:
    return {
        "partner": offer.partner,
        "sku": offer.sku,
        "products": products_text(offer.products),
        "unit": offer.unit,
        "units_per_pack": offer.units_per_pack,
        "cost": offer.cost,
        "currency": offer.currency,
        "priority": offer.priority,
        "valid_from": iso_day(offer.valid_from),
    }


def _offer_read(row: Row) -> PartnerItem:
    valid_from: date | None = day(row[8])
    return PartnerItem(
        sku=row[0],
        partner=row[1],
        products=products_read(row[2]),
        unit=row[3],
        units_per_pack=row[4],
        cost=row[5],
        currency=row[6],
        priority=row[7],
        valid_from=valid_from,
    )
