"""What partners' messages do to an order: the door to the decisions, pure.

`apply` takes in a message on one purchase order and returns a Change. Nothing here reads a clock,
makes a random name or knows a standard. How partners are asked is in `hub.domain.asking`.
"""

import hashlib
from datetime import datetime

from hub.domain.answering import answered
from hub.domain.change_answers import change_answered
from hub.domain.change_settling import overtaken
from hub.domain.exchange import Problem, Purpose
from hub.domain.facts import Change
from hub.domain.hearing import Subject
from hub.domain.messages import ChangeResponse, OrderReport, OrderResponse, ShipNotice
from hub.domain.orders import notice_name
from hub.domain.reopening import with_taken
from hub.domain.reporting import reported
from hub.domain.voiding import noticed

__all__ = ["Spoken", "Subject", "apply", "business_key"]

TAKES_BACK = "takes-back"

Spoken = OrderResponse | ShipNotice | ChangeResponse | OrderReport
"""What a partner says of one purchase order."""


def apply(subject: Subject, message: Spoken, *, now: datetime, key: str = "") -> Change:
    """Take in one partner's message on one purchase order.

    Problems on the Change name lines that could not be used; the rest is applied. Effects that the
    business key already had are not repeated; the same key with other words is a problem. Of papers
    that take back an earlier one only ship notices do so. `key` is what makes two papers one event,
    where that is not the message's own business key.
    """
    if message.purpose is Purpose.CANCEL and not isinstance(message, ShipNotice):
        return Change(order=subject.order, problems=(_CANCEL,))
    part = subject.order.fulfillment(subject.fulfillment_id)
    key = key or business_key(part.partner, message)
    match message:
        case OrderResponse():
            change = answered(subject, message, key=key)
        case ShipNotice():
            change = noticed(subject, message, key=key, now=now)
        case ChangeResponse():
            return change_answered(subject, message, key=key, now=now)
        case OrderReport():
            change = reported(subject, message, key=key)
    # What was asked to be given back may be decided by it: shipped now, or rejected anyway.
    after = overtaken(subject.order, change, part.id, now=now)
    if isinstance(message, ShipNotice):
        after = with_taken(subject, change, after, key=key)
    return after


_CANCEL = Problem(
    code=TAKES_BACK,
    text="the paper takes back an earlier one (purpose 01); what was recorded stays. "
    "Ask the partner what is true now and put it right by hand",
)


LONGEST_KEY = 200
"""Characters; what makes a longer one is hashed, since indexes take no row of any length."""


def business_key(partner: str, message: Spoken) -> str:
    """Return what makes two papers the same event, whatever carried them; never very long."""
    key = _event(partner, message)
    if len(key) <= LONGEST_KEY:
        return key
    digest = hashlib.blake2b(key.encode(), digest_size=16).hexdigest()
    return f"{key[: LONGEST_KEY // 2]}#{digest}"


def _event(partner: str, message: Spoken) -> str:
    if isinstance(message, OrderResponse):
        day = message.answered_on.isoformat() if message.answered_on else ""
        return f"{partner}/response/{message.number}/{day}"
    if isinstance(message, ChangeResponse):
        day = message.answered_on.isoformat() if message.answered_on else ""
        return f"{partner}/change-response/{message.number}/{message.change or day}"
    if isinstance(message, OrderReport):
        return f"{partner}/report/{message.number}/{message.report}"
    notice = notice_name(message.notice, [parcel.tracking for parcel in message.parcels])
    return f"{partner}/ship-notice/{message.number}/{notice}"
