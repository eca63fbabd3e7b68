"""People: one sealed blob each, under a data key per customer that the master key wraps."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Text, bindparam, insert, select, update

from hub.domain import finding
from hub.domain.facts import FactKind
from hub.domain.names import Names
from hub.domain.placing import address_of
from hub.store.seals import Sealer, Vault
from hub.store.statements import ByKeys, Connection, Statement, canonical, micros, parsed
from hub.store.tables import customer, fact, input_, order, person
from hub.store.terms import Terms, email_values

_KEY = Statement(select(customer.c.wrapped_key).where(customer.c.id == bindparam("id")))
_ADD_CUSTOMER = Statement(insert(customer))
_ADD_PERSON = Statement(insert(person))
_PERSON = Statement(
    select(person.c.customer_id, person.c.sealed).where(person.c.id == bindparam("id"))
)
_PERSONS = ByKeys(
    lambda keys: (
        select(person.c.id, person.c.customer_id, person.c.sealed, customer.c.wrapped_key)
        .select_from(person.join(customer, customer.c.id == person.c.customer_id))
        .where(person.c.id.in_(keys))
    )
)
_PLACED = Statement(
    select(order.c.customer_id, input_.c.id, input_.c.sealed)
    .select_from(
        fact.join(input_, input_.c.id == fact.c.input_id).join(order, order.c.id == fact.c.order_id)
    )
    .where(fact.c.order_id == bindparam("order_id"), fact.c.kind == FactKind.ORDER_PLACED.value)
)
_ERASE = Statement(
    update(customer)
    .where(customer.c.id == bindparam("customer_id", type_=Text))
    .values(wrapped_key=None, email_index=None, standing="erased")
)


class People:
    """Names, addresses and words of customers, unreadable without the master key."""

    __slots__ = ("_brands", "_connection", "_sealers", "_terms", "_vault")

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault
        self._sealers: dict[str, Sealer] = {}
        self._brands: dict[str, str] = {}
        self._terms = Terms(connection, vault)

    def customer(self, *, brand: str, email: str, at: datetime, names: Names) -> str:
        """Return the id of the brand's customer of that e-mail, new if need be.

        However it is written, see `finding.email`; without an e-mail the customer is always new.
        Conflict when somebody made the same customer at the same time.
        """
        if not finding.email(email):
            return self._new_customer(brand=brand, index=None, at=at, names=names)
        found = self._terms.by_email(brand=brand, email=email)
        if found is not None:
            self._brands[found] = brand
            return found
        index = email_values(self._vault, brand=brand, email=email)["email_now"]
        return self._new_customer(brand=brand, index=index, at=at, names=names)

    def _new_customer(self, *, brand: str, index: bytes | None, at: datetime, names: Names) -> str:
        customer_id = names.new("cus")
        sealer, wrapped = self._vault.new_key(context=customer_id)
        self._sealers[customer_id] = sealer
        self._brands[customer_id] = brand
        values = {
            "id": customer_id,
            "brand": brand,
            "email_index": index,
            "wrapped_key": wrapped,
            "standing": "good",
            "created_at": micros(at),
        }
        self._connection.change(_ADD_CUSTOMER, values)
        return customer_id

    def add(
        self, *, customer_id: str, person_id: str, role: str, words: Mapping[str, object]
    ) -> None:
        """Seal the words of one person; Erased when the customer was erased.

        The customer is found by their telephone, and by name and postcode, from then on; by their
        e-mail however it is written, also when they were kept by fewer ways of writing it.
        """
        sealed = self._sealer(customer_id).seal(canonical(words).encode(), context=person_id)
        values = {"id": person_id, "customer_id": customer_id, "role": role, "sealed": sealed}
        self._connection.change(_ADD_PERSON, values)
        self.make_findable(customer_id, words)

    def make_findable(self, customer_id: str, words: Mapping[str, object]) -> None:
        """Keep hashes of what somebody may name the customer by, from these words."""
        said = address_of(words)
        found = finding.terms(name=said.name, code=said.postal_code, telephones=(said.phone,))
        brand = self._brands.get(customer_id, "")
        self._terms.add(customer_id, found, brand=brand)
        self._terms.index_email(customer_id, said.email, brand=brand)

    def opened(self, *, customer_id: str, context: str, sealed: bytes) -> bytes:
        """Open what `seal` sealed; Erased for an erased customer, Damaged for changed bytes."""
        return self._sealer(customer_id).open(sealed, context=context)

    def seal(self, *, customer_id: str, context: str, body: bytes) -> bytes:
        """Seal a customer's words under their key, bound to `context`."""
        return self._sealer(customer_id).seal(body, context=context)

    def get(self, person_id: str) -> dict[str, object]:
        """Return the words of one person.

        KeyError for an unknown id, Erased for an erased customer, Damaged for changed bytes.
        """
        found = self._connection.row(_PERSON, {"id": person_id})
        if found is None:
            raise KeyError(person_id)
        plain = self._sealer(found[0]).open(found[1], context=person_id)
        words: dict[str, object] = parsed(plain.decode())
        return words

    def several(self, person_ids: Collection[str]) -> dict[str, dict[str, object]]:
        """Return the words of these persons by their ids, without those of erased customers.

        Damaged for changed bytes.
        """
        found: dict[str, dict[str, object]] = {}
        for person_id, customer_id, sealed, wrapped in self._connection.keyed(_PERSONS, person_ids):
            if wrapped is None:
                continue
            sealer = self._sealers.get(customer_id)
            if sealer is None:
                sealer = self._vault.unwrap(wrapped, context=customer_id)
                self._sealers[customer_id] = sealer
            found[person_id] = parsed(sealer.open(sealed, context=person_id).decode())
        return found

    def placed(self, order_id: str) -> bytes:
        """Return the body with which an order was placed.

        KeyError when none was kept, Erased for an erased customer, Damaged for changed bytes.
        """
        found = self._connection.row(_PLACED, {"order_id": order_id})
        if found is None or found[2] is None:
            raise KeyError(order_id)
        return self._sealer(found[0]).open(found[2], context=found[1])

    def erase(self, customer_id: str) -> None:
        """Destroy the customer's key; orders and quantities stay."""
        self._sealers.pop(customer_id, None)
        self._connection.change(_ERASE, {"customer_id": customer_id})
        self._terms.forget(customer_id)

    def _sealer(self, customer_id: str) -> Sealer:
        ready = self._sealers.get(customer_id)
        if ready is None:
            found = self._connection.row(_KEY, {"id": customer_id})
            if found is None:
                raise KeyError(customer_id)
            ready = self._vault.unwrap(found[0], context=customer_id)
            self._sealers[customer_id] = ready
        return ready
