"""A purchase order as it is to stand, for those who hear of a change by the whole order. Pure.

A warehouse hears it so before it picks, and of what is open alone (`hub.domain.warehouse_orders`);
a supplier at any time, so that what left already is in the order as well.
"""

from collections.abc import Sequence
from dataclasses import replace

from hub.domain.hearing import set_buckets
from hub.domain.messages import ChangeResponse, OrderResponse
from hub.domain.orders import Order
from hub.domain.warehouse_orders import as_asked


def as_it_is_to_stand(order: Order, fulfillment_id: str, asks: Sequence[str]) -> Order:
    """Return the order as a partner is to know it: all that it keeps is open, what left among it.

    None of it is kept; it is for composing a paper alone.
    """
    stands = as_asked(order, asks)
    for line in stands.fulfillment(fulfillment_id).lines:
        kept = line.buckets.open + line.buckets.shipped
        whole = replace(line.buckets, open=kept, shipped=0)
        stands = set_buckets(stands, fulfillment_id, line.id, whole)
    return stands


def change_answer(response: OrderResponse, change: str) -> ChangeResponse:
    """Return what a partner says of a purchase order as its answer to that change of it."""
    return ChangeResponse(
        purpose=response.purpose,
        number=response.number,
        change=change,
        answered_on=response.answered_on,
        whole=response.whole,
        lines=response.lines,
    )
