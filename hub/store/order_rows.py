"""The rows of an order: how each part is written, and how parts are put together again.

Every function here turns one domain value into one dictionary of driver values, or rows of the
columns listed beside it into domain values. No statement runs here.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from hub.domain import carriers, finding
from hub.domain.messages import CarrierMoment, ProductId
from hub.domain.orders import (
    Ask,
    AskedUnits,
    Buckets,
    ChangeKind,
    ChangeState,
    Evidence,
    FulfillmentLine,
    FulfillmentOrder,
    FulfillmentState,
    Order,
    OrderChange,
    OrderChannel,
    OrderLine,
    Package,
    PackedLine,
    Promise,
    PromiseKind,
    ShipGroup,
    Shipment,
)
from hub.store.statements import (
    Row,
    canonical,
    day,
    iso_day,
    micros,
    micros_or_none,
    moment,
    moment_or_none,
    parsed,
)

HEAD = (
    "id brand number channel customer_id currency placed_at shipping discount tax total "
    "revision version"
).split()
GROUP = (
    "order_id id number person_id method_asked method_final carrier signature deliver_by gift "
    "hide_prices"
).split()
BUCKETS = (
    "ordered open cancelled shipped accepted backordered rejected delivered returned unexpected"
).split()
LINE = (
    "order_id id group_id number sku description unit_price discount tax personalization_hash "
    "partner"
).split() + BUCKETS
FULFILLMENT = (
    "order_id id group_id partner number state currency created_at ship_by next_due"
).split()
FULFILLMENT_LINE = (
    "fulfillment_id id line_id number sku products unit units_per_pack cost"
).split() + BUCKETS
SHIPMENT = "order_id id fulfillment_id notice shipped_at carrier service heard_at voided_at".split()
PACKAGE = "shipment_id id tracking label lines moment moment_at expected_on".split()
PROMISE = "order_id id fulfillment_id kind due day evidence reason made_at".split()
CHANGE = ("order_id id kind state requested_at requested_by actions asks reason decided_at").split()


def head_values(order: Order) -> dict[str, Any]:
    """Write the head of an order, its content hash left out."""
    return {
        "id": order.id,
        "brand": order.brand,
        "number": order.number,
        "number_plain": finding.plain_number(order.number),
        "number_digits": finding.number_digits(order.number),
        "channel": order.channel.value,
        "customer_id": order.customer_id,
        "currency": order.currency,
        "placed_at": micros(order.placed_at),
        "shipping": order.shipping,
        "discount": order.discount,
        "tax": order.tax,
        "total": order.total,
        "revision": order.revision,
        "version": order.version,
    }


def group_values(group: ShipGroup, *, order_id: str, ordinal: int) -> dict[str, Any]:
    """Write one ship group; `ordinal` is its place in the order."""
    return {
        "id": group.id,
        "order_id": order_id,
        "ordinal": ordinal,
        "number": group.number,
        "person_id": group.person_id,
        "method_asked": group.method_asked,
        "method_final": group.method_final,
        "carrier": group.carrier,
        "signature": group.signature,
        "deliver_by": iso_day(group.deliver_by),
        "gift": group.gift,
        "hide_prices": group.hide_prices,
    }


def line_values(line: OrderLine, *, order_id: str, ordinal: int) -> dict[str, Any]:
    """Write one line of the customer's order."""
    return {
        "id": line.id,
        "order_id": order_id,
        "ordinal": ordinal,
        "group_id": line.group_id,
        "number": line.number,
        "sku": line.sku,
        "description": line.description,
        "unit_price": line.unit_price,
        "discount": line.discount,
        "tax": line.tax,
        "personalization_hash": line.personalization_hash,
        "partner": line.partner,
        **_bucket_values(line.buckets),
    }


def fulfillment_values(
    fulfillment: FulfillmentOrder, *, order_id: str, ordinal: int
) -> dict[str, Any]:
    """Write the head of one partner's part; its lines are rows of their own."""
    return {
        "id": fulfillment.id,
        "order_id": order_id,
        "ordinal": ordinal,
        "group_id": fulfillment.group_id,
        "partner": fulfillment.partner,
        "number": fulfillment.number,
        "number_plain": finding.plain_number(fulfillment.number),
        "state": fulfillment.state.value,
        "currency": fulfillment.currency,
        "created_at": micros(fulfillment.created_at),
        "ship_by": micros_or_none(fulfillment.ship_by),
        "next_due": micros_or_none(fulfillment.next_due),
    }


def fulfillment_line_values(
    line: FulfillmentLine, *, fulfillment_id: str, ordinal: int
) -> dict[str, Any]:
    """Write one line of a partner's part."""
    return {
        "id": line.id,
        "fulfillment_id": fulfillment_id,
        "ordinal": ordinal,
        "line_id": line.line_id,
        "number": line.number,
        "sku": line.sku,
        "products": products_text(line.products),
        "unit": line.unit,
        "units_per_pack": line.units_per_pack,
        "cost": line.cost,
        **_bucket_values(line.buckets),
    }


def shipment_values(shipment: Shipment, *, order_id: str, ordinal: int) -> dict[str, Any]:
    """Write the head of one shipment; its packages are rows of their own."""
    return {
        "id": shipment.id,
        "order_id": order_id,
        "ordinal": ordinal,
        "fulfillment_id": shipment.fulfillment_id,
        "notice": shipment.notice,
        "shipped_at": micros(shipment.shipped_at),
        "carrier": shipment.carrier,
        "service": shipment.service,
        "heard_at": micros_or_none(shipment.heard_at),
        "voided_at": micros_or_none(shipment.voided_at),
    }


def package_values(package: Package, *, shipment_id: str, ordinal: int) -> dict[str, Any]:
    """Write one parcel with what is in it."""
    lines = [
        [line.fulfillment_line_id, line.line_id, line.quantity, line.unexpected]
        for line in package.lines
    ]
    return {
        "id": package.id,
        "shipment_id": shipment_id,
        "ordinal": ordinal,
        "tracking": package.tracking,
        "tracking_plain": carriers.plain(package.tracking),
        "label": package.label,
        "lines": canonical(lines),
        "moment": package.moment.value if package.moment else None,
        "moment_at": micros_or_none(package.moment_at),
        "expected_on": iso_day(package.expected_on),
    }


def promise_values(promise: Promise, *, order_id: str, ordinal: int) -> dict[str, Any]:
    """Write one promise; its place among them says which stands."""
    return {
        "id": promise.id,
        "order_id": order_id,
        "ordinal": ordinal,
        "fulfillment_id": promise.fulfillment_id,
        "kind": promise.kind.value,
        "due": micros(promise.due),
        "day": iso_day(promise.day),
        "evidence": promise.evidence.value,
        "reason": promise.reason,
        "made_at": micros(promise.made_at),
    }


def change_values(change: OrderChange, *, order_id: str, ordinal: int) -> dict[str, Any]:
    """Write one change with what each partner was asked of it."""
    asks = [
        {
            "id": ask.id,
            "fulfillment": ask.fulfillment_id,
            "number": ask.number,
            "state": ask.state.value,
            "until": micros_or_none(ask.until),
            "lines": [[line.fulfillment_line_id, line.quantity] for line in ask.lines],
            "reason": ask.reason,
        }
        for ask in change.asks
    ]
    return {
        "id": change.id,
        "order_id": order_id,
        "ordinal": ordinal,
        "kind": change.kind.value,
        "state": change.state.value,
        "requested_at": micros(change.requested_at),
        "requested_by": change.requested_by,
        "actions": canonical([dict(action) for action in change.actions]),
        "asks": canonical(asks),
        "reason": change.reason,
        "decided_at": micros_or_none(change.decided_at),
    }


def products_text(products: Iterable[ProductId]) -> str:
    """Write product ids as JSON pairs, in their order."""
    return canonical([[product.kind, product.value] for product in products])


def products_read(text: str) -> tuple[ProductId, ...]:
    """Read what `products_text` wrote."""
    return tuple(ProductId(kind=kind, value=value) for kind, value in parsed(text))


def _bucket_values(buckets: Buckets) -> dict[str, int]:
    return {
        "ordered": buckets.ordered,
        "open": buckets.open,
        "cancelled": buckets.cancelled,
        "shipped": buckets.shipped,
        "accepted": buckets.accepted,
        "backordered": buckets.backordered,
        "rejected": buckets.rejected,
        "delivered": buckets.delivered,
        "returned": buckets.returned,
        "unexpected": buckets.unexpected,
    }


def _buckets(row: Row) -> Buckets:
    return Buckets(
        ordered=row[0],
        open=row[1],
        cancelled=row[2],
        shipped=row[3],
        accepted=row[4],
        backordered=row[5],
        rejected=row[6],
        delivered=row[7],
        returned=row[8],
        unexpected=row[9],
    )


def group_read(row: Row) -> ShipGroup:
    """Read a row of the columns `GROUP`."""
    return ShipGroup(
        id=row[1],
        number=row[2],
        person_id=row[3],
        method_asked=row[4],
        method_final=row[5],
        carrier=row[6],
        signature=bool(row[7]),
        deliver_by=day(row[8]),
        gift=bool(row[9]),
        hide_prices=bool(row[10]),
    )


def line_read(row: Row) -> OrderLine:
    """Read a row of the columns `LINE`."""
    return OrderLine(
        id=row[1],
        group_id=row[2],
        number=row[3],
        sku=row[4],
        description=row[5],
        unit_price=row[6],
        discount=row[7],
        tax=row[8],
        personalization_hash=row[9],
        partner=row[10],
        buckets=_buckets(row[11:]),
    )


def fulfillment_read(row: Row, lines: Iterable[Row]) -> FulfillmentOrder:
    """Read a row of `FULFILLMENT` with its rows of `FULFILLMENT_LINE`."""
    return FulfillmentOrder(
        id=row[1],
        group_id=row[2],
        partner=row[3],
        number=row[4],
        state=FulfillmentState(row[5]),
        currency=row[6],
        created_at=moment(row[7]),
        ship_by=moment_or_none(row[8]),
        next_due=moment_or_none(row[9]),
        lines=tuple(_fulfillment_line(line) for line in lines),
    )


def _fulfillment_line(row: Row) -> FulfillmentLine:
    return FulfillmentLine(
        id=row[1],
        line_id=row[2],
        number=row[3],
        sku=row[4],
        products=products_read(row[5]),
        unit=row[6],
        units_per_pack=row[7],
        cost=row[8],
        buckets=_buckets(row[9:]),
    )


def shipment_read(row: Row, packages: Iterable[Row]) -> Shipment:
    """Read a row of the columns `SHIPMENT` with its `PACKAGE` rows."""
    return Shipment(
        id=row[1],
        fulfillment_id=row[2],
        notice=row[3],
        shipped_at=moment(row[4]),
        carrier=row[5],
        service=row[6],
        packages=tuple(_package(package) for package in packages),
        heard_at=moment_or_none(row[7]),
        voided_at=moment_or_none(row[8]),
    )


def _package(row: Row) -> Package:
    return Package(
        id=row[1],
        tracking=row[2],
        label=row[3],
        lines=tuple(
            PackedLine(
                fulfillment_line_id=part, line_id=line, quantity=quantity, unexpected=unexpected
            )
            for part, line, quantity, unexpected in parsed(row[4])
        ),
        moment=CarrierMoment(row[5]) if row[5] else None,
        moment_at=moment_or_none(row[6]),
        expected_on=day(row[7]),
    )


def promise_read(row: Row) -> Promise:
    """Read a row of the columns `PROMISE`."""
    return Promise(
        id=row[1],
        fulfillment_id=row[2],
        kind=PromiseKind(row[3]),
        due=moment(row[4]),
        day=date.fromisoformat(str(row[5])),
        evidence=Evidence(row[6]),
        reason=row[7],
        made_at=moment(row[8]),
    )


def change_read(row: Row) -> OrderChange:
    """Read a row of the columns `CHANGE`."""
    return OrderChange(
        id=row[1],
        kind=ChangeKind(row[2]),
        state=ChangeState(row[3]),
        requested_at=moment(row[4]),
        requested_by=row[5],
        actions=tuple(parsed(row[6])),
        asks=tuple(_ask(ask) for ask in parsed(row[7])),
        reason=row[8],
        decided_at=moment_or_none(row[9]),
    )


def _ask(written: dict[str, Any]) -> Ask:
    return Ask(
        id=written["id"],
        fulfillment_id=written["fulfillment"],
        number=written["number"],
        state=ChangeState(written["state"]),
        until=moment_or_none(written["until"]),
        lines=tuple(
            AskedUnits(fulfillment_line_id=line, quantity=units) for line, units in written["lines"]
        ),
        reason=written["reason"],
    )


def order_read(
    head: Row,
    *,
    groups: Iterable[Row],
    lines: Iterable[Row],
    fulfillments: Iterable[FulfillmentOrder],
    shipments: Sequence[Shipment],
    promises: Iterable[Row],
    changes: Iterable[Row],
) -> Order:
    """Read a row of the columns `HEAD` with everything that belongs to it."""
    return Order(
        id=head[0],
        brand=head[1],
        number=head[2],
        channel=OrderChannel(head[3]),
        customer_id=head[4],
        currency=head[5],
        placed_at=moment(head[6]),
        shipping=head[7],
        discount=head[8],
        tax=head[9],
        total=head[10],
        revision=head[11],
        version=head[12],
        groups=tuple(group_read(row) for row in groups),
        lines=tuple(line_read(row) for row in lines),
        fulfillments=tuple(fulfillments),
        shipments=tuple(one for one in shipments if one.voided_at is None),
        promises=tuple(promise_read(row) for row in promises),
        changes=tuple(change_read(row) for row in changes),
        voided=tuple(one for one in shipments if one.voided_at is not None),
    )
