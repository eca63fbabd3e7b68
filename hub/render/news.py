"""What a mail of news says beside the order's number and link: drawn from how the order is now.

A mail is owed with what it is about, by ids; when it is written the order is looked at again, and
what is no longer true is not said: a shipment taken back, a day that moved there and back.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from hub.domain import carriers, told_parcels
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

    A shipment may have been taken back, or heard of so late that a parcel has reached its end. What
    came in place of something that was mailed says so, as does what was mailed and did not leave.
    """
    mailed = told_parcels.mailed(at.mails)
    left = [one for one in _left(at, mailed) if one.boxes]
    stayed = _stayed(at, mailed)
    if not left:
        return _not_left(at, stayed) if stayed else None
    found = [(one.shipment, box) for one in left for box in one.boxes]
    put_right = [row for one in left if one.former for row in _now(one.former, one.shipment)]
    open_ones = any(line.buckets.open for line in at.order.lines)
    rest = [*_none_left(stayed), *([_FOLLOWS] if open_ones else [])]
    corrected = all(one.former for one in left)
    rest = rest if corrected else [*put_right, *rest]
    news = _parcels(at, found, rest="\n".join(rest))
    told = _told([one.shipment for one in left], stayed)
    if news is None or not corrected:
        return news and replace(news, told=told)
    more = {**news.words, "changes": "\n".join(dict.fromkeys(put_right))}
    return replace(news, words=more, text=_CORRECTED, told={**told, "said": _CORRECTED})


_CORRECTED, _STAYED = "corrected", "stayed"
_FOLLOWS = "The rest follows; we write again when it leaves."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Left:
    """A shipment that left, its parcels under way, and what was mailed of it before, if it was."""

    shipment: Shipment
    boxes: Sequence[Package]
    former: Shipment | None


def _left(at: Occasion, mailed: Collection[str]) -> Iterator[_Left]:
    """The shipments of the mail, but for those that are as they were mailed before."""
    wanted = at.ids(told_parcels.LEFT)
    for one in at.order.shipments:
        if one.id in wanted:
            before = told_parcels.told_before(at.order, one, mailed)
            former = before[-1] if before else None
            boxes = [box for box in one.packages if not _is_over(box, at.brand)]
            if former is None or _said(former) != _said(one):
                yield _Left(shipment=one, boxes=boxes, former=former)


def _said(shipment: Shipment) -> object:
    """What a mail says of a shipment."""
    return [(shipment.carrier, box.tracking, _packed(box)) for box in shipment.packages]


def _packed(box: Package) -> list[tuple[str, int]]:
    return sorted((one.line_id, one.quantity) for one in box.lines)


def _now(former: Shipment, shipment: Shipment) -> Iterator[str]:
    """What holds now instead of what was mailed; other numbers alone are told one by one."""
    pairs = list(zip(former.packages, shipment.packages, strict=False))
    same = len(former.packages) == len(shipment.packages)
    numbers = [(old.tracking, new.tracking) for old, new in pairs if old.tracking != new.tracking]
    if not same or not numbers or any(_packed(old) != _packed(new) for old, new in pairs):
        numbers = [("", "")]
    for old, new in numbers:
        was, now = (words.quoted(words.plain(number)) for number in (old, new))
        if was and now:
            yield f"The tracking number of your parcel is now {now}. It replaces {was}."
        else:
            yield "What we wrote to you of a parcel was not right; this holds now."


def _stayed(at: Occasion, mailed: Collection[str]) -> list[tuple[Shipment, ...]]:
    """What was mailed of each shipment that did not leave after all, oldest first."""
    wanted = at.ids(told_parcels.STAYED)
    found: dict[tuple[str, str], tuple[Shipment, ...]] = {}
    for gone in at.order.voided:
        again = any(told_parcels.is_same(one, gone) for one in at.order.shipments)
        if gone.id in wanted and not again:
            told = told_parcels.told_before(at.order, gone, mailed)
            found |= {(gone.fulfillment_id, gone.name): told} if told else {}
    return list(found.values())


def _none_left(stayed: Sequence[Sequence[Shipment]]) -> Iterator[str]:
    for *_, last in stayed:
        for box in last.packages:
            number = words.quoted(words.plain(box.tracking))
            yield (
                f"We wrote to you of the parcel {number} by mistake: it has not left."
                if number
                else "We wrote to you of a parcel by mistake: it has not left."
            )


def _not_left(at: Occasion, stayed: Sequence[Sequence[Shipment]]) -> News:
    """Return what was mailed and did not leave; nobody is led to where its number is followed."""
    found = [(last, box) for *_, last in stayed for box in last.packages]
    lines = {one.line_id for _, box in found for one in box.lines}
    coming = any(line.buckets.open for line in at.order.lines if line.id in lines)
    rest = "It is still to be sent; we write again when it leaves." if coming else ""
    told = [
        "\n".join(row for row in _parcel(at.order, *one, at.brand.language) if row != _link(*one))
        for one in found
    ]
    return News(
        words={"parcels": "\n\n".join(filter(None, told)), "rest": rest},
        text=_STAYED,
        told={**_told((), stayed), "said": _STAYED},
    )


def _told(left: Sequence[Shipment], stayed: Sequence[Sequence[Shipment]]) -> dict[str, object]:
    """What is kept of a mail of parcels."""
    ids = {
        told_parcels.LEFT: [one.id for one in left],
        told_parcels.STAYED: [one.id for each in stayed for one in each],
    }
    return {name: value for name, value in ids.items() if value}


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
