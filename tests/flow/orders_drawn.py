"""Orders of any shape that the domain allows, for Hypothesis."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from hub.domain.messages import ProductId
from hub.domain.orders import (
    Buckets,
    FulfillmentLine,
    FulfillmentOrder,
    FulfillmentState,
    Order,
    OrderChannel,
    OrderLine,
    Package,
    PackedLine,
    ShipGroup,
    Shipment,
)

EPOCH = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
moments = st.integers(0, 10**15).map(lambda n: EPOCH + timedelta(microseconds=n))
# PostgreSQL takes every character but NUL; lone surrogates are no text at all.
words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
cents = st.integers(0, 10**12)
units = st.integers(0, 50)
days = st.none() | st.dates()
ids = st.lists(st.tuples(st.sampled_from(["sku", "gtin", "vendor"]), words), max_size=3)
products = ids.map(lambda pairs: tuple(ProductId(kind=k, value=v) for k, v in pairs))


@st.composite
def buckets(draw):
    still, cancelled, shipped = draw(units), draw(units), draw(units)
    return Buckets(
        ordered=still + cancelled + shipped,
        open=still,
        cancelled=cancelled,
        shipped=shipped,
        accepted=draw(units),
        backordered=draw(units),
        rejected=draw(units),
        delivered=draw(units),
        returned=draw(units),
        unexpected=draw(units),
    )


@st.composite
def groups(draw, *, key, person):
    return ShipGroup(
        id=f"group-{key}",
        number=draw(words),
        person_id=person,
        method_asked=draw(words),
        method_final=draw(words),
        carrier=draw(words),
        signature=draw(st.booleans()),
        deliver_by=draw(days),
        gift=draw(st.booleans()),
        hide_prices=draw(st.booleans()),
    )


@st.composite
def lines(draw, *, key, number, group):
    return OrderLine(
        id=f"line-{key}-{number}",
        group_id=group.id,
        number=str(number),
        sku=draw(words),
        description=draw(words),
        unit_price=draw(cents),
        discount=draw(cents),
        tax=draw(cents),
        buckets=draw(buckets()),
        personalization_hash=draw(words),
    )


@st.composite
def fulfillments(draw, *, key, order_lines):
    asked = draw(st.lists(st.sampled_from(order_lines), min_size=1, max_size=4))
    return FulfillmentOrder(
        id=f"part-{key}",
        group_id=asked[0].group_id,
        partner=draw(st.sampled_from(["acme", "nordic", "mill"])),
        number=f"P{key}",
        state=draw(st.sampled_from(FulfillmentState)),
        currency="USD",
        created_at=draw(moments),
        ship_by=draw(st.none() | moments),
        lines=tuple(
            FulfillmentLine(
                id=f"part-{key}-{place}",
                line_id=line.id,
                number=str(place + 1),
                sku=line.sku,
                products=draw(products),
                unit=draw(st.sampled_from(["EA", "CA"])),
                units_per_pack=draw(st.integers(1, 12)),
                cost=draw(cents),
                buckets=draw(buckets()),
            )
            for place, line in enumerate(asked)
        ),
    )


@st.composite
def shipments(draw, *, key, part):
    count = draw(st.integers(0, 3))
    return Shipment(
        id=f"ship-{key}",
        fulfillment_id=part.id,
        notice=draw(words),
        shipped_at=draw(moments),
        carrier=draw(words),
        service=draw(words),
        packages=tuple(draw(packages(key=f"{key}-{n}", part=part)) for n in range(count)),
    )


@st.composite
def packages(draw, *, key, part):
    packed = draw(st.lists(st.sampled_from(part.lines), max_size=3))
    return Package(
        id=f"box-{key}",
        tracking=draw(words),
        label=draw(words),
        lines=tuple(
            PackedLine(
                fulfillment_line_id=line.id,
                line_id=line.line_id,
                quantity=draw(units),
                unexpected=draw(units),
            )
            for line in packed
        ),
    )


@st.composite
def orders(draw, *, key, customer, person):
    """A whole order; `key` makes its names different from those of every other."""
    some_groups = [
        draw(groups(key=f"{key}-{n}", person=person)) for n in range(draw(st.integers(1, 3)))
    ]
    some_lines = [
        draw(lines(key=key, number=n, group=draw(st.sampled_from(some_groups))))
        for n in range(draw(st.integers(1, 12)))
    ]
    parts = [
        draw(fulfillments(key=f"{key}-{n}", order_lines=some_lines))
        for n in range(draw(st.integers(0, 3)))
    ]
    sent = [
        draw(shipments(key=f"{key}-{n}", part=draw(st.sampled_from(parts))))
        for n in range(draw(st.integers(0, 2)) if parts else 0)
    ]
    return Order(
        id=f"order-{key}",
        brand=draw(st.sampled_from(["juniper", "harbor"])),
        number=f"N{key}",
        channel=draw(st.sampled_from(OrderChannel)),
        customer_id=customer,
        currency="USD",
        placed_at=draw(moments),
        shipping=draw(cents),
        discount=draw(cents),
        tax=draw(cents),
        total=draw(cents),
        groups=tuple(some_groups),
        lines=tuple(some_lines),
        fulfillments=tuple(parts),
        shipments=tuple(sent),
        revision=draw(st.integers(1, 9)),
    )
