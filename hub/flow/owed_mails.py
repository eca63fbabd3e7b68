"""Which mails follow from what happened to an order: one duty each, in the brand's mail lane."""

from datetime import datetime

from hub.domain.facts import Change, Duty, DutyKind, Fact, FactKind
from hub.domain.names import Names
from hub.domain.orders import PromiseKind
from hub.flow.parts import Parts

MAILED = {FactKind.PROMISE_MOVED: "moved", FactKind.ORDER_SHIPPED: "shipped"}
"""The facts that customers are told of by mail, if the brand's page says so; of promises only the
day of arrival: the day of leaving is between us and those who pack."""


def mail_lane(brand: str) -> str:
    """Return the lane in which a brand's mails go out."""
    return f"mail/{brand}"


def with_mails(parts: Parts, change: Change, *, names: Names, now: datetime) -> Change:
    """Return the change with the mails that its facts call for, each kind once.

    None are owed by a hub that has no way to send mails: then the storefront tells its customers.
    """
    brand = change.order.brand
    if parts.mail is None:
        return change
    wanted = {MAILED[fact.kind] for fact in change.facts if _is_told(fact)}
    duties = [
        Duty(
            id=names.new("dut"),
            lane=mail_lane(brand),
            kind=DutyKind.MAIL,
            set_id=mail,
            subject=change.order.id,
            order_id=change.order.id,
            due_at=now,
            body={},
        )
        for mail in sorted(wanted & set(parts.brands[brand].mails))
    ]
    return change.then(Change(order=change.order, duties=tuple(duties))) if duties else change


def _is_told(fact: Fact) -> bool:
    inward = (FactKind.PROMISE_MOVED, PromiseKind.SHIP_BY)
    return fact.kind in MAILED and (fact.kind, fact.body.get("kind")) != inward
