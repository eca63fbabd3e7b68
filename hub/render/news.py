"""What a mail of news says beside the order's number and link: drawn from how the order is now.

A mail is owed with what it is about, by ids; when it is written the order is looked at again, and
what is no longer true is not said: a shipment taken back, a day that moved there and back.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from hub.domain import carriers
from hub.domain.messages import CarrierMoment
from hub.domain.orders import Order, Package, Shipment
from hub.domain.status import to_arrive
from hub.partners import Brand
from hub.render import news_changes, news_days, words
from hub.render.news_days import goods
from hub.render.occasion import News, Occasion


def spoken(news: News, kind: str, hear: Callable[[str], str]) -> News:
    """Return news with its sentences as `hear` says them; goods and numbers stay as they are."""
    told = _SENTENCES | {"goods"} if kind == "declined" else _SENTENCES
    found = {
        name: words.unquoted("\n".join(map(hear, text.split("\n")))) if name in told else text
        for name, text in news.words.items()
    }
    return replace(news, words=found)


_SENTENCES = frozenset(("arrival", "was", "now", "reason", "rest", "what", "changes"))


def shipped(at: Occasion) -> News | None:
    """Return what is known of the parcels that left; None when none of them is under way.

    A shipment may have been taken back, or heard of so late that a parcel has reached its end.
    """
    wanted = at.ids("shipments")
    found = [
        (shipment, package)
        for shipment in at.order.shipments
        if shipment.id in wanted
        for package in shipment.packages
        if not _is_over(package, at.brand)
    ]
    rest = any(line.buckets.open for line in at.order.lines)
    return _parcels(
        at, found, rest="The rest follows; we write again when it leaves." if rest else ""
    )


def _is_over(package: Package, brand: Brand) -> bool:
    """Whether it is no longer news that a parcel left: another mail says more, or it comes back."""
    if package.moment is CarrierMoment.DELIVERED:
        return "delivered" in brand.mails
    return package.moment is CarrierMoment.RETURNED


def delivered(at: Occasion) -> News | None:
    """Return which parcels arrived; None when there are none of them any more."""
    wanted = at.ids("packages")
    found = [
        (shipment, package)
        for shipment in at.order.shipments
        for package in shipment.packages
        if package.id in wanted
    ]
    return _parcels(at, found, rest=_rest(at.order))


def _rest(order: Order) -> str:
    """What becomes of the units that were not delivered."""
    if all(line.kept <= line.buckets.delivered for line in order.lines):
        return "Your order is complete."
    back = any(
        package.moment is CarrierMoment.RETURNED
        for shipment in order.shipments
        for package in shipment.packages
    )
    coming = any(line.buckets.open for line in order.lines) or any(
        to_arrive(order, part) for part in order.fulfillments
    )
    if back and not coming:
        return "The rest of your order comes back to us."
    return "The rest of your order is still to come."


def _parcels(at: Occasion, found: Sequence[tuple[Shipment, Package]], *, rest: str) -> News | None:
    if not found:
        return None
    told = [_parcel(at.order, *one, at.brand.language) for one in found]
    # Only the carriers' own pages: a partner's words may look like an address as well.
    links = frozenset(link for one in found if (link := _link(*one)))
    parcels = "\n\n".join("\n".join(rows) for rows in told if rows)
    return News(words={"parcels": parcels, "rest": rest}, links=links)


def _parcel(order: Order, shipment: Shipment, package: Package, language: str) -> list[str]:
    units = [(one.line_id, one.quantity) for one in package.lines]
    packed = words.listed(goods(order, units), language)
    tracking = words.plain(package.tracking)
    carrier = carriers.public(tracking, named=shipment.carrier)
    link = _link(shipment, package)
    number = f"{carriers.name(carrier)} {tracking}" if link and carrier else tracking
    return [row for row in (packed, number, link) if row]


def _link(shipment: Shipment, package: Package) -> str:
    return carriers.link(shipment.carrier, package.tracking) or ""


NEWS: Mapping[str, Callable[[Occasion], News | None]] = MappingProxyType(
    {
        **news_days.NEWS,
        "shipped": shipped,
        "delivered": delivered,
        **news_changes.NEWS,
    }
)
