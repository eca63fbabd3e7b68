"""Finding customers by what is hashed of them: telephones, and words of names with postcodes."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    LargeBinary,
    Text,
    bindparam,
    case,
    delete,
    exists,
    or_,
    select,
    update,
)

from hub.domain import finding
from hub.store.seals import Vault
from hub.store.statements import Connection, Row, Statement, moment
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


def has_email() -> ColumnElement[bool]:
    """A customer's e-mail is the one of `email_now` and `email_before`, see `email_values`."""
    now, before = (bindparam(name, type_=LargeBinary) for name in ("email_now", "email_before"))
    return or_(customer.c.email_index == now, customer.c.email_index == before)


_AS_NOW = case((customer.c.email_index == bindparam("email_now", type_=LargeBinary), 0), else_=1)
_BY_EMAIL = Statement(
    select(customer.c.id)
    .where(
        customer.c.brand == bindparam("brand"),
        has_email(),
    )
    .order_by(_AS_NOW)
    .limit(1)
)
# The e-mail proves itself by the hash it was kept under; who has the new one already keeps it.
_other = customer.alias("other")
_INDEX_EMAIL = Statement(
    update(customer)
    .where(
        customer.c.id == bindparam("of_customer", type_=Text),
        customer.c.email_index == bindparam("email_before", type_=LargeBinary),
        ~exists().where(
            _other.c.brand == customer.c.brand,
            _other.c.email_index == bindparam("email_now", type_=LargeBinary),
        ),
    )
    .values(email_index=bindparam("email_now", type_=LargeBinary))
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
_TYPED = select(order.c.id, order.c.number).where(order.c.brand == bindparam("brand"))
_NEWEST = (order.c.placed_at.desc(), order.c.id.desc())
_BY_NUMBER = Statement(
    _TYPED.where(order.c.number_plain == bindparam("plain")).order_by(*_NEWEST).limit(_LIMIT)
)
_BY_DIGITS = Statement(
    _TYPED.where(order.c.number_digits == bindparam("digits")).order_by(*_NEWEST).limit(_LIMIT)
)
_BY_PART = Statement(
    select(fulfillment.c.order_id, fulfillment.c.number)
    .where(fulfillment.c.number_plain == bindparam("plain"))
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


def email_values(vault: Vault, *, brand: str, email: str) -> dict[str, bytes]:
    """Return what `has_email` asks for: the hashes of an e-mail's form now, and of that before."""
    now, before = (vault.index(f"{brand}\x1f{form}") for form in finding.email_forms(email))
    return {"email_now": now, "email_before": before}


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
        named = self._brand(customer_id, brand)
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
        """Return the brand's customer of that e-mail, however it is written, or None.

        Whom it was kept of as it is hashed now comes before whom it was kept of as it was before.
        """
        values = email_values(self._vault, brand=brand, email=email)
        row = self._connection.row(_BY_EMAIL, {"brand": brand, **values})
        return None if row is None else str(row[0])

    def index_email(self, customer_id: str, email: str, *, brand: str = "") -> None:
        """Let a customer who was kept under the former form of this e-mail be found by the new one.

        Nothing happens for an e-mail that is not the customer's, or when somebody else of the brand
        has it in the new form. The brand is looked up where it is not given.
        """
        now, before = finding.email_forms(email)
        if now and now != before:
            values = email_values(self._vault, brand=self._brand(customer_id, brand), email=email)
            self._connection.change(_INDEX_EMAIL, {"of_customer": customer_id, **values})

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

    def by_number(self, *, brand: str, number: str, limit: int) -> list[str]:
        """Return the brand's orders that a number may mean, newest first.

        The number is written anyhow, or it is the digits of one alone. What is written as one order
        has it, letter case aside, means only that.
        """
        plain = finding.plain_number(number)
        values = {"brand": brand, "plain": plain, "limit": limit}
        found = _meant(self._connection.rows(_BY_NUMBER, values), number)
        if not found and plain.isdecimal():
            digits = {"brand": brand, "digits": finding.number_digits(number), "limit": limit}
            found = [str(row[0]) for row in self._connection.rows(_BY_DIGITS, digits)]
        return found

    def by_purchase_order(self, number: str, *, limit: int) -> list[str]:
        """Return the orders with a part of that purchase order number, written anyhow.

        Newest first. What is written as one part has it, letter case aside, means only that.
        """
        values = {"plain": finding.plain_number(number), "limit": limit}
        return _meant(self._connection.rows(_BY_PART, values), number)

    def by_tracking(self, plain: str, *, limit: int) -> list[str]:
        """Return the orders with a parcel of that number, capital letters and digits only."""
        rows = self._connection.rows(_BY_TRACKING, {"tracking": plain, "limit": limit})
        return [str(row[0]) for row in rows]

    def people_after(self, person_id: str, *, limit: int) -> list[tuple[str, str]]:
        """Return (person, customer) of those not erased, by id, for the making of terms anew."""
        rows = self._connection.rows(_PEOPLE, {"after": person_id, "limit": limit})
        return [(str(row[0]), str(row[1])) for row in rows]

    def _brand(self, customer_id: str, given: str) -> str:
        return given or str(self._connection.returned(_BRAND, {"id": customer_id})[0])

    def _hashed(self, brand: str, term: str) -> bytes:
        return self._vault.index(f"term\x1f{brand}\x1f{term}")[:TERM_BYTES]


def _meant(rows: Sequence[Row], number: str) -> list[str]:
    """The orders of rows of (order, number); of those in which it stands so alone, if any do."""
    exact = [row for row in rows if row[1].upper() == number.strip().upper()]
    return [str(row[0]) for row in exact or rows]
