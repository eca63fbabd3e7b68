"""What left for the customer, as a clerk tells it on the telephone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.domain import carriers
from hub.domain.messages import CarrierMoment
from hub.flow.parts import Parts
from hub.ops.desk.order import OrderPaper
from hub.ops.desk.shown import partner_name
from portal.web.ground.words import Words

_TONES = {CarrierMoment.DELIVERED: "good", CarrierMoment.EXCEPTION: "bad"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownParcel:
    """One parcel: who sent it when, by which carrier, what is in it, and what became of it.

    The customer sees none that is not `known` to be the order's.
    """

    partner: str
    shipped_at: datetime
    carrier: str
    tracking: str
    link: str
    goods: tuple[str, ...]
    moment: str
    moment_at: datetime | None
    tone: str
    known: bool


def parcels_of(parts: Parts, order: OrderPaper, words: Words) -> tuple[ShownParcel, ...]:
    """Return the order's parcels, the newest last."""
    articles = {line.number: line.description or line.sku for line in order.lines}
    moments = _moments(words)
    return tuple(
        ShownParcel(
            partner=partner_name(parts, one.partner),
            shipped_at=one.shipped_at,
            carrier=carriers.name(carriers.carrier_of(one.tracking, named=one.carrier)),
            tracking=one.tracking,
            link=carriers.link(one.carrier, one.tracking) or "",
            goods=tuple(f"{units} × {articles.get(number, number)}" for number, units in one.lines),
            moment=moments.get(one.moment, ""),
            moment_at=one.moment_at,
            tone=_TONES.get(CarrierMoment(one.moment), "plain") if one.moment else "plain",
            known=one.known,
        )
        for one in order.parcels
    )


def _moments(words: Words) -> Mapping[str, str]:
    return {
        CarrierMoment.PICKED_UP: words.say("picked up"),
        CarrierMoment.IN_TRANSIT: words.say("on its way"),
        CarrierMoment.OUT_FOR_DELIVERY: words.say("out for delivery"),
        CarrierMoment.ATTEMPTED: words.say("delivery attempted"),
        CarrierMoment.DELIVERED: words.say("delivered"),
        CarrierMoment.EXCEPTION: words.say("in trouble"),
        CarrierMoment.RETURNED: words.say("comes back"),
    }
