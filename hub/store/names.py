"""What partners' papers call our articles: said once by a person, kept until taken back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, bindparam, delete, or_, select, update
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Boolean

from hub.errors import Conflict
from hub.store.order_rows import products_read
from hub.store.statements import Connection, Row, Statement, micros, moment
from hub.store.tables import catalog_item, partner_item
from hub.store.tables_names import partner_name, partner_name_ever
from hub.store.upserts import insert_if_absent

_COLUMNS = [
    partner_name.c.partner,
    partner_name.c.name,
    partner_name.c.sku,
    partner_name.c.said_at,
    partner_name.c.who,
]
_ADD = insert_if_absent(partner_name)
_ADD_EVER = insert_if_absent(partner_name_ever)
_REPLACE = Statement(
    update(partner_name)
    .where(
        partner_name.c.partner == bindparam("of_partner"),
        partner_name.c.name == bindparam("words"),
        partner_name.c.sku == bindparam("former"),
    )
    .values(sku=bindparam("sku"), said_at=bindparam("said_at"), who=bindparam("who"))
)
_OF = Statement(
    select(*_COLUMNS)
    .where(partner_name.c.partner == bindparam("of_partner"))
    .order_by(partner_name.c.name)
)
_ONE = Statement(
    select(*_COLUMNS).where(
        partner_name.c.partner == bindparam("of_partner"),
        partner_name.c.name == bindparam("words"),
    )
)
_EVER = Statement(
    select(partner_name_ever.c.name, partner_name_ever.c.sku).where(
        partner_name_ever.c.partner == bindparam("of_partner")
    )
)
_FORGET = Statement(
    delete(partner_name).where(
        partner_name.c.partner == bindparam("of_partner"),
        partner_name.c.name == bindparam("words"),
    )
)


class has_name(FunctionElement[bool]):  # noqa: N801  # it is a function in SQL
    """Whether one of the ids in a column of products is a name that people said, of a partner."""

    type = Boolean()
    inherit_cache = True


@compiles(has_name, "sqlite")
def _sqlite(element: has_name, compiler: SQLCompiler, **_kw: Any) -> str:
    column, partner = (compiler.process(one) for one in element.clauses)
    pairs, value = f"json_each({column}) AS pair", "json_extract(pair.value, '$[1]')"
    return _among(pairs, value, partner)


@compiles(has_name, "postgresql")
def _postgresql(element: has_name, compiler: SQLCompiler, **_kw: Any) -> str:
    column, partner = (compiler.process(one) for one in element.clauses)
    pairs = f"json_array_elements(CAST({column} AS json)) AS pair(value)"
    return _among(pairs, "pair.value ->> 1", partner)


def _among(pairs: str, value: str, partner: str) -> str:
    said = f"said.partner = {partner} AND said.name = {value}"
    return f"EXISTS (SELECT 1 FROM {pairs}, partner_name AS said WHERE {said})"  # noqa: S608


_SAID = select(partner_name.c.name).where(partner_name.c.partner == bindparam("of_partner"))
_GIVEN = Statement(
    select(partner_item.c.sku, catalog_item.c.gtin, partner_item.c.products)
    .select_from(partner_item.join(catalog_item, catalog_item.c.sku == partner_item.c.sku))
    .where(
        partner_item.c.partner == bindparam("of_partner"),
        or_(
            partner_item.c.sku.in_(_SAID),
            catalog_item.c.gtin.in_(_SAID),
            has_name(partner_item.c.products, bindparam("of_partner", type_=Text)),
        ),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NameRow:
    """One name that a partner's papers have for an article of ours, and who said so."""

    partner: str
    name: str
    sku: str
    said_at: datetime
    who: str


class PartnerNames:
    """What each partner's papers call our articles beside the names of the catalogue."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, row: NameRow, *, former: str) -> None:
        """Keep what a name means in place of what it meant, a SKU or "" for nothing.

        Raises Conflict when it means something else than `former` by now.
        """
        said = {"sku": row.sku, "said_at": micros(row.said_at), "who": row.who}
        if former:
            which = {"of_partner": row.partner, "words": row.name, "former": former}
            done = self._connection.change(_REPLACE, said | which)
        else:
            which = {"partner": row.partner, "name": row.name}
            done = self._connection.change(_ADD, said | which)
        if not done:
            raise Conflict(f"somebody else said just now what {row.name} means")
        for sku in filter(None, (former, row.sku)):
            meant = {"partner": row.partner, "name": row.name, "sku": sku}
            self._connection.change(_ADD_EVER, meant)

    def of(self, partner: str) -> list[NameRow]:
        """Return a partner's names by their letters."""
        return [_row(row) for row in self._connection.rows(_OF, {"of_partner": partner})]

    def given(self, partner: str) -> dict[str, set[str]]:
        """Return the articles whose own id a name is at the partner by now: SKUs by name.

        It looks at all its offers: some ten milliseconds in ten thousand.
        """
        found: dict[str, set[str]] = {}
        for sku, gtin, products in self._connection.rows(_GIVEN, {"of_partner": partner}):
            for value in (sku, gtin, *(one.value for one in products_read(products))):
                found.setdefault(value, set()).add(sku)
        return found

    def one(self, *, partner: str, name: str) -> NameRow | None:
        """Return what a name means; None when nobody ever said it."""
        row = self._connection.row(_ONE, {"of_partner": partner, "words": name})
        return None if row is None else _row(row)

    def ever(self, partner: str) -> dict[str, frozenset[str]]:
        """Return every SKU that each name was said to mean, also those taken back since."""
        found: dict[str, set[str]] = {}
        for name, sku in self._connection.rows(_EVER, {"of_partner": partner}):
            found.setdefault(name, set()).add(sku)
        return {name: frozenset(skus) for name, skus in found.items()}

    def forget(self, *, partner: str, name: str) -> bool:
        """Forget what a name means, not what it ever meant; False when it means nothing."""
        return bool(self._connection.change(_FORGET, {"of_partner": partner, "words": name}))


def _row(row: Row) -> NameRow:
    partner, name, sku, said_at, who = row
    return NameRow(partner=partner, name=name, sku=sku, said_at=moment(said_at), who=who)
