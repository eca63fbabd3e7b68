"""What partners' messages do to an order: the door to the decisions, pure.

`apply` takes in a message on one purchase order and returns a Change. Nothing here reads a clock,
makes a random name or knows a standard. How partners are asked is in `hub.domain.asking`.
"""

from datetime import datetime

from hub.domain.answering import answered
from hub.domain.exchange import Problem, Purpose
from hub.domain.facts import Change
from hub.domain.hearing import Subject
from hub.domain.messages import OrderResponse, ShipNotice
from hub.domain.shipping import shipped

__all__ = ["Subject", "apply", "business_key"]

TAKES_BACK = "takes-back"


def apply(subject: Subject, message: OrderResponse | ShipNotice, *, now: datetime) -> Change:
    """Take in one partner's message on one purchase order.

    Problems on the Change name lines that could not be used; the rest is applied. Effects that the
    business key already had are not repeated; the same key with other words is a problem. A paper
    that takes back an earlier one changes nothing.
    """
    if message.purpose is Purpose.CANCEL:
        return Change(order=subject.order, problems=(_CANCEL,))
    part = subject.order.fulfillment(subject.fulfillment_id)
    key = business_key(part.partner, message)
    if isinstance(message, OrderResponse):
        return answered(subject, message, key=key)
    return shipped(subject, message, key=key, now=now)


_CANCEL = Problem(
    code=TAKES_BACK,
    text="the paper takes back an earlier one (purpose 01); what was recorded stays. "
    "Ask the partner what is true now and put it right by hand",
)


def business_key(partner: str, message: OrderResponse | ShipNotice) -> str:
    """Return what makes two papers the same event, whatever carried them."""
    if isinstance(message, OrderResponse):
        day = message.answered_on.isoformat() if message.answered_on else ""
        return f"{partner}/response/{message.number}/{day}"
    notice = message.notice or ",".join(parcel.tracking for parcel in message.parcels)
    return f"{partner}/ship-notice/{message.number}/{notice}"
