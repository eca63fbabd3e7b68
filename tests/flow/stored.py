"""Small things that the store's tests put into a store."""

from datetime import UTC, datetime, timedelta

from hub.domain.exchange import Direction, DocumentState, TransmissionState
from hub.domain.facts import Duty, DutyKind, Fact, FactKind
from hub.domain.names import Names
from hub.domain.orders import Buckets, Order, OrderChannel, OrderLine, ShipGroup
from hub.store import DocumentRow, InterchangeRow, Transaction, TransmissionRow

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def simple_order(
    tx: Transaction, number: str, *, brand: str = "juniper", quantity: int = 5
) -> Order:
    """An order of one line, its customer stored, itself not yet."""
    names = Names(f"{brand}/{number}")
    customer = tx.people.customer(brand=brand, email=f"{number}@example.com", at=NOON, names=names)
    person = names.new("person")
    tx.people.add(customer_id=customer, person_id=person, role="recipient", words={"name": "Maya"})
    group = ShipGroup(id=names.new("group"), number="1", person_id=person, method_asked="ground")
    line = OrderLine(
        id=names.new("line"),
        group_id=group.id,
        number="1",
        sku="LAMP-01",
        description="A lamp",
        unit_price=1000,
        discount=0,
        tax=0,
        buckets=Buckets.new(quantity),
    )
    return Order(
        id=names.new("order"),
        brand=brand,
        number=number,
        channel=OrderChannel.WEB,
        customer_id=customer,
        currency="USD",
        placed_at=NOON,
        shipping=0,
        discount=0,
        tax=0,
        total=1000 * quantity,
        groups=(group,),
        lines=(line,),
    )


def insert_order(tx: Transaction, number: str, *, brand: str = "juniper") -> Order:
    """A stored order with its status document."""
    order = simple_order(tx, number, brand=brand)
    tx.orders.insert(order, content_hash=number.encode())
    tx.orders.write_status(order=order, body="{}", word="placed", next_change_at=None)
    return order


def record_facts(tx: Transaction, order: Order, count: int, *, seed: str) -> None:
    """So many facts of one order, numbered in their bodies."""
    facts = [Fact(kind=FactKind.ORDER_PLACED, body={"n": n, "seed": seed}) for n in range(count)]
    tx.facts.record(
        facts,
        at=NOON,
        brand=order.brand,
        order=order,
        input_id=seed,
        document_id=None,
        names=Names(seed),
    )


def a_duty(key: str, *, lane: str = "acme/edi", order_id: str | None = None) -> Duty:
    """Something owed to Acme since noon."""
    return Duty(
        id=key,
        lane=lane,
        kind=DutyKind.SEND,
        set_id="850",
        subject=f"part of {key}",
        order_id=order_id,
        due_at=NOON,
        body={"key": key},
    )


def a_delivery(
    key: str, *, direction: Direction = Direction.IN, object_name: str | None = None
) -> TransmissionRow:
    """A delivery of Acme's that was just taken in, or one of ours that is ready."""
    inward = direction is Direction.IN
    return TransmissionRow(
        id=key,
        partner="acme",
        channel="edi",
        direction=direction,
        name=f"{key}.x12",
        size=3,
        sha256=key.encode(),
        delivery_key=f"delivery of {key}",
        state=TransmissionState.RECEIVED if inward else TransmissionState.READY,
        at=NOON,
        object_name=object_name,
    )


def an_interchange(key: str, transmission: str, *, number: str = "000000007") -> InterchangeRow:
    """The envelope of a delivery of Acme's."""
    return InterchangeRow(
        id=key,
        transmission_id=transmission,
        partner="acme",
        direction=Direction.IN,
        sender="01:123456789",
        receiver="12:5550100200",
        number=number,
        usage="P",
        sha256=key.encode(),
        offset=0,
        length=3,
    )


def a_document(
    key: str,
    *,
    transmission: str,
    interchange: str,
    ordinal: int = 1,
    direction: Direction = Direction.IN,
    fulfillment_id: str | None = None,
    order_id: str | None = None,
) -> DocumentRow:
    """A paper in that envelope."""
    inward = direction is Direction.IN
    return DocumentRow(
        id=key,
        transmission_id=transmission,
        interchange_id=interchange,
        ordinal=ordinal,
        partner="acme",
        channel="edi",
        direction=direction,
        set_id="856" if inward else "850",
        version="004010",
        function="SH" if inward else "PO",
        group_number="7",
        number="0001",
        offset=0,
        length=3,
        syntax="*~>",
        state=DocumentState.RECEIVED if inward else DocumentState.COMPOSED,
        at=NOON,
        fulfillment_id=fulfillment_id,
        order_id=order_id,
        hashes={"map": "abc"},
    )
