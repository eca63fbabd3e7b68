"""The list of a partner's orders as a table to keep: a line a row, with where it goes.

What it holds is what the pages show; never a price. The longest is MOST orders, and it says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from hub.domain.messages import Address
from hub.domain.orders import FulfillmentLine, FulfillmentState
from hub.domain.placing import address_of
from hub.flow import supplier_room
from hub.flow.partner_work import Work
from hub.flow.parts import Parts
from hub.flow.supplier_sheets import written
from hub.store import Shelf, Sieve

MOST = 5_000
_AT_ONCE = 500

_COLUMNS = (
    "Purchase order", "Customer order", "Buyer", "State", "Given (UTC)", "Ship by (UTC)", "Line",
    "SKU", "Article number", "Description", "Ordered", "Open", "Confirmed", "Later", "Shipped",
    "Refused", "Cancelled", "Gift", "Method", "Name", "Name 2", "Street", "Street 2", "City",
    "Region", "Postal code", "Country", "Tracking numbers",
)  # fmt: skip
_STATES = {
    FulfillmentState.OPEN: "to confirm",
    FulfillmentState.IN_PROGRESS: "to ship",
    FulfillmentState.SHIPPED: "part shipped",
    FulfillmentState.CLOSED: "closed",
    FulfillmentState.CANCELLED: "cancelled",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A table, and whether it ends before the list does."""

    body: bytes
    is_cut: bool


def export(parts: Parts, partner: str, *, shelf: Shelf, sieve: Sieve, book: bool) -> Exported:
    """Return a list of orders as CSV or as a workbook, in the list's own order."""
    rows: list[tuple[str, ...]] = [_COLUMNS]
    after: tuple[int, str] | None = None
    for _ in range(MOST // _AT_ONCE):
        found = supplier_room.listed(
            parts, partner, shelf=shelf, sieve=sieve, after=after, limit=_AT_ONCE
        )
        rows += [row for work in found.works for row in _rows(work)]
        after = found.next
        if after is None:
            break
    if after is not None:
        rows.append((f"The table ends after {MOST} orders: choose fewer days.",))
    return Exported(body=written(parts, rows, book=book), is_cut=after is not None)


def _rows(work: Work) -> Iterator[tuple[str, ...]]:
    address = address_of(work.words) if work.words is not None else None
    group = work.order.group(work.part.group_id)
    before = (
        work.part.number,
        work.order.number,
        work.voice.buyer,
        _STATES[work.part.state],
        f"{work.part.created_at:%Y-%m-%d %H:%M}",
        f"{work.part.due:%Y-%m-%d %H:%M}" if work.part.due else "",
    )
    behind = (
        "yes" if group.gift else "",
        group.method_final or group.method_asked,
        *_place(address),
        " ".join(
            package.tracking or package.label
            for sent in work.shipments
            for package in sent.shipment.packages
        ),
    )
    for line in work.part.lines:
        yield (*before, *_line(work, line), *behind)


def _line(work: Work, line: FulfillmentLine) -> tuple[str, ...]:
    buckets = line.buckets
    return (
        line.number,
        line.sku,
        next((one.value for one in line.products if one.kind == "vendor"), ""),
        work.order.line(line.line_id).description,
        str(buckets.ordered),
        str(buckets.open),
        str(buckets.accepted),
        str(buckets.backordered),
        str(buckets.shipped),
        str(buckets.rejected),
        str(buckets.cancelled - buckets.rejected),
    )


def _place(address: Address | None) -> tuple[str, ...]:
    if address is None:
        return ("",) * 8
    first, *more = [*address.lines, ""]
    return (
        address.name,
        address.name2,
        first,
        ", ".join(filter(None, more)),
        address.city,
        address.region,
        address.postal_code,
        address.country,
    )
