"""What carriers tell: the newest that happened stands, delivered is the end."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.domain import delivery
from hub.domain.exchange import Purpose
from hub.domain.facts import FactKind
from hub.domain.messages import CarrierEvent, CarrierMoment
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
    Shipment,
)

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
NUMBER = "1Z999AA10123456784"


def shipped(*, unexpected: int = 0) -> Order:
    buckets = Buckets(ordered=3, open=0, shipped=3, unexpected=unexpected)
    return Order(
        id="ord_1",
        brand="juniper",
        number="1001",
        channel=OrderChannel.WEB,
        customer_id="cus_1",
        currency="USD",
        placed_at=START,
        shipping=0,
        discount=0,
        tax=0,
        total=3,
        groups=(),
        lines=(_line(buckets),),
        fulfillments=(_part(buckets),),
        shipments=(_shipment(unexpected),),
    )


def _line(buckets: Buckets) -> OrderLine:
    return OrderLine(
        id="lin_1",
        group_id="grp_1",
        number="1",
        sku="MUG",
        description="",
        unit_price=1,
        discount=0,
        tax=0,
        buckets=buckets,
    )


def _part(buckets: Buckets) -> FulfillmentOrder:
    line = FulfillmentLine(
        id="fln_1",
        line_id="lin_1",
        number="1",
        sku="MUG",
        products=(),
        unit="EA",
        units_per_pack=1,
        cost=1,
        buckets=buckets,
    )
    return FulfillmentOrder(
        id="ful_1",
        group_id="grp_1",
        partner="acme",
        number="JUN-1-1",
        state=FulfillmentState.CLOSED,
        currency="USD",
        created_at=START,
        ship_by=None,
        lines=(line,),
    )


def _shipment(unexpected: int) -> Shipment:
    packed = PackedLine(
        fulfillment_line_id="fln_1", line_id="lin_1", quantity=3 + unexpected, unexpected=unexpected
    )
    package = Package(id="pkg_1", tracking="1z999 aa10123456784", label="", lines=(packed,))
    return Shipment(
        id="shp_1",
        fulfillment_id="ful_1",
        notice="S1",
        shipped_at=START,
        carrier="ups",
        service="",
        packages=(package,),
    )


def event(moment: CarrierMoment, *, hours: int = 1, tracking: str = NUMBER) -> CarrierEvent:
    return CarrierEvent(
        purpose=Purpose.ORIGINAL,
        event="",
        tracking=tracking,
        moment=moment,
        at=START + timedelta(hours=hours),
    )


def package_of(order: Order) -> Package:
    return order.shipments[0].packages[0]


def test_delivered_moves_the_units_that_were_asked_for():
    change = delivery.told(shipped(unexpected=2), [event(CarrierMoment.DELIVERED)], of={"ful_1"})
    assert package_of(change.order).moment is CarrierMoment.DELIVERED
    assert change.order.lines[0].buckets.delivered == 3
    assert change.order.fulfillments[0].lines[0].buckets.delivered == 3
    assert [fact.kind for fact in change.facts] == [FactKind.PARCEL_DELIVERED]


def test_a_parcel_of_another_part_or_number_is_left_alone():
    order = shipped()
    for told in (
        delivery.told(order, [event(CarrierMoment.DELIVERED)], of={"ful_2"}),
        delivery.told(order, [event(CarrierMoment.DELIVERED, tracking="X")], of={"ful_1"}),
    ):
        assert told.order == order
        assert told.facts == ()


def test_trouble_waits_for_a_person_until_the_parcel_moves_on():
    troubled = delivery.told(shipped(), [event(CarrierMoment.EXCEPTION)], of={"ful_1"})
    assert [one.hold for one in troubled.stuck] == ["parcel:pkg_1"]
    onward = event(CarrierMoment.OUT_FOR_DELIVERY, hours=2)
    assert delivery.told(troubled.order, [onward], of={"ful_1"}).cleared == ("parcel:pkg_1",)


MOMENTS = st.lists(
    st.tuples(st.sampled_from(CarrierMoment), st.integers(0, 50)), min_size=1, max_size=8
)


@given(MOMENTS, st.randoms())
def test_any_order_and_any_repetition_of_events_ends_the_same(rows, random):
    events = [event(moment, hours=hours) for moment, hours in rows]
    once = shipped()
    for one in events:
        once = delivery.told(once, [one], of={"ful_1"}).order
    mixed = [*events, *events]
    random.shuffle(mixed)
    other = shipped()
    for one in mixed:
        other = delivery.told(other, [one], of={"ful_1"}).order
    moments = {moment for moment, _ in rows}
    end = {CarrierMoment.DELIVERED, CarrierMoment.RETURNED} & moments
    assert (CarrierMoment.RETURNED in moments) == (
        package_of(other).moment is CarrierMoment.RETURNED
    )
    if end:
        assert package_of(other).moment is package_of(once).moment
    else:
        assert package_of(other).moment_at == package_of(once).moment_at
    delivered = other.lines[0].buckets.delivered
    assert delivered in (0, 3)
