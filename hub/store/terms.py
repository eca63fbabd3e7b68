"""Finding customers by what is hashed of them: telephones, and words of names with postcodes."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, LargeBinary, Text, bindparam, delete, exists, select, update

from hub.store.seals import Vault
from hub.store.statements import Connection, Statement, moment
from hub.store.tables import customer, fulfillment, order, package, person, shipment
from hub.store.tables_desk import person_term
from hub.store.upserts import insert_if_absent

TERM_BYTES = 16
MOST_CUSTOMERS = 50
_LIMIT = bindparam("limit", type_=Integer)
_ADD = insert_if_absent(person_term)
_FORGET = Statement(
    delete(person_term).where(person_term.c.customer_id == bindparam("of_customer", type_=Text))
)
_BRAND = Statement(select(customer.c.brand).where(customer.c.id == bindparam("id")))
_BY_EMAIL = Statement(
    select(customer.c.id).where(
        customer.c.brand == bindparam("brand"),
        customer.c.email_index == bindparam("email_index", type_=LargeBinary),
    )
)
_ORDERS = Statement(
    select(order.c.id, order.c.placed_at)
    .where(order.c.customer_id == bindparam("customer_id"))
    .order_by(order.c.placed_at.desc(), order.c.id.desc())
    .limit(_LIMIT)
)
_CUSTOMER = Statement(
    select(customer.c.standing, customer.c.created_at).where(customer.c.id == bindparam("id"))
)
_MARK = Statement(
    update(customer)
    .where(
        customer.c.id == bindparam("customer_id", type_=Text), customer.c.wrapped_key.is_not(None)
    )
    .values(standing=bindparam("stands"))
)
_BY_PART = Statement(
    select(fulfillment.c.order_id)
    .where(fulfillment.c.number == bindparam("number"))
    .order_by(fulfillment.c.created_at.desc())
    .limit(_LIMIT)
)
_BY_TRACKING = Statement(
    select(shipment.c.order_id)
    .select_from(shipment.join(package, package.c.shipment_id == shipment.c.id))
    .where(package.c.tracking_plain == bindparam("tracking"))
    .order_by(shipment.c.shipped_at.desc())
    .limit(_LIMIT)
)
_PEOPLE = Statement(
    select(person.c.id, person.c.customer_id)
    .select_from(person.join(customer))
    .where(person.c.id > bindparam("after"), customer.c.wrapped_key.is_not(None))
    .order_by(person.c.id)
    .limit(_LIMIT)
)


@cache
def _holding(count: int) -> Statement:
    """Find customers of whom all these terms are kept; the first is looked up, the rest proved."""
    found = select(person_term.c.customer_id).where(
        person_term.c.term == bindparam("term_0", type_=LargeBinary)
    )
    for n in range(1, count):
        other = person_term.alias(f"other_{n}")
        found = found.where(
            exists().where(
                other.c.term == bindparam(f"term_{n}", type_=LargeBinary),
                other.c.customer_id == person_term.c.customer_id,
            )
        )
    return Statement(found.order_by(person_term.c.customer_id.desc()).limit(_LIMIT))


class Terms:
    """By what customers are found; nothing can be read back out of it."""

    __slots__ = ("_connection", "_vault")

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def add(self, customer_id: str, terms: Sequence[str], *, brand: str = "") -> None:
        """Keep that the customer is to be found by these; what is kept already stays.

        The brand is looked up where it is not given.
        """
        if not terms:
            return
        named = brand or str(self._connection.returned(_BRAND, {"id": customer_id})[0])
        rows = [{"term": self._hashed(named, term), "customer_id": customer_id} for term in terms]
        self._connection.change_all(_ADD, rows)

    def forget(self, customer_id: str) -> None:
        """Let a customer be found no more."""
        self._connection.change(_FORGET, {"of_customer": customer_id})

    def customers(self, *, brand: str, terms: Sequence[str]) -> list[str]:
        """Return at most fifty of the brand's customers of whom all these terms are kept."""
        values: dict[str, Any] = {
            f"term_{n}": self._hashed(brand, term) for n, term in enumerate(terms)
        }
        rows = self._connection.rows(_holding(len(terms)), values | {"limit": MOST_CUSTOMERS})
        return [str(row[0]) for row in rows]

    def by_email(self, *, brand: str, email: str) -> str | None:
        """Return the brand's customer of that e-mail; letter case does not count."""
        index = self._vault.index(f"{brand}\x1f{email.strip().lower()}")
        row = self._connection.row(_BY_EMAIL, {"brand": brand, "email_index": index})
        return None if row is None else str(row[0])

    def orders(self, customer_id: str, *, limit: int) -> list[tuple[str, datetime]]:
        """Return a customer's orders with when they were placed, newest first."""
        rows = self._connection.rows(_ORDERS, {"customer_id": customer_id, "limit": limit})
        return [(str(row[0]), moment(row[1])) for row in rows]

    def standing(self, customer_id: str) -> tuple[str, datetime]:
        """Return how a customer stands (`good`, flags, `erased`), and since when they are known."""
        row = self._connection.returned(_CUSTOMER, {"id": customer_id})
        return str(row[0]), moment(row[1])

    def mark(self, customer_id: str, standing: str) -> bool:
        """Keep how a customer stands; False when they were erased."""
        values = {"customer_id": customer_id, "stands": standing}
        return self._connection.change(_MARK, values) == 1

    def by_purchase_order(self, number: str, *, limit: int) -> list[str]:
        """Return the orders of which a part has that purchase order number, newest first."""
        rows = self._connection.rows(_BY_PART, {"number": number, "limit": limit})
        return [str(row[0]) for row in rows]

    def by_tracking(self, plain: str, *, limit: int) -> list[str]:
        """Return the orders with a parcel of that number, capital letters and digits only."""
        rows = self._connection.rows(_BY_TRACKING, {"tracking": plain, "limit": limit})
        return [str(row[0]) for row in rows]

    def people_after(self, person_id: str, *, limit: int) -> list[tuple[str, str]]:
        """Return (person, customer) of those not erased, by id, for the making of terms anew."""
        rows = self._connection.rows(_PEOPLE, {"after": person_id, "limit": limit})
        return [(str(row[0]), str(row[1])) for row in rows]

    def _hashed(self, brand: str, term: str) -> bytes:
        return self._vault.index(f"term\x1f{brand}\x1f{term}")[:TERM_BYTES]
