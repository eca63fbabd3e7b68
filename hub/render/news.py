"""What a mail of news says beside the order's number and link: drawn from how the order is now.

A mail is owed with what it is about, by ids; when it is written the order is looked at again, and
what is no longer true is not said: a shipment taken back, a day that moved there and back.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from hub.domain import carriers
from hub.domain.orders import (
    ChangeKind,
    ChangeState,
    Order,
    OrderChange,
    Package,
    PromiseKind,
    Shipment,
)
from hub.domain.wishes import Outcome, Why
from hub.partners import Brand
from hub.render import words

Document = Mapping[str, Any]
Body = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Why a mail is written: the order and its status document as they are, and what is owed.

    `owed` are the bodies of the duties that the mail fulfils, oldest first.
    """

    order: Order
    document: Document
    brand: Brand
    owed: Sequence[Body]

    def ids(self, key: str) -> frozenset[str]:
        """Return the ids that the duties name under that key."""
        return frozenset(
            str(one) for body in self.owed for one in _list(body.get(key)) if one is not None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What fills a brand's text, and the addresses of the net in it that can be clicked."""

    words: Mapping[str, str]
    links: frozenset[str] = frozenset()


def spoken(news: News, kind: str, hear: Callable[[str], str]) -> News:
    """Return news with its sentences as `hear` says them; goods and numbers stay as they are."""
    told = _SENTENCES | {"goods"} if kind == "declined" else _SENTENCES
    found = {
        name: words.unquoted("\n".join(map(hear, text.split("\n")))) if name in told else text
        for name, text in news.words.items()
    }
    return News(words=found, links=news.links)


_SENTENCES = frozenset(("arrival", "was", "now", "reason", "rest", "what", "changes"))


def confirmed(at: Occasion) -> News | None:
    """Return what was ordered and when it comes; None once nothing of it is to come."""
    goods = [(line.id, line.kept) for line in at.order.lines if line.kept]
    if not goods:
        return None
    days = [
        day
        for one in _coming(at.document)
        if (day := words.day_of(one["now"], at.brand.clock)) is not None
    ]
    arrival = f"It arrives by {words.day(max(days))}." if days else ""
    return News(words={"goods": _rows(at.order, goods), "arrival": arrival})


def moved(at: Occasion) -> News | None:
    """Return how the last day of arrival moved in all since it was told; None when it did not."""
    found = []
    for fulfillment_id, told in _was(at.owed).items():
        promise = _promise(at, fulfillment_id)
        was = words.day_of(told, at.brand.clock)
        now = words.day_of(promise["now"], at.brand.clock) if promise else None
        if promise and was and now and was != now:
            found.append((now, was, _why(promise, later=now > was)))
    if not found:
        return None
    now, was, why = max(found, key=lambda one: one[:2])
    reason = words.reason(why, was=was, now=now)
    return News(words={"was": words.day(was), "now": words.day(now), "reason": reason})


def _was(owed: Sequence[Body]) -> Mapping[str, object]:
    """The first day from which each part's arrival moved."""
    first: dict[str, object] = {}
    for body in owed:
        was = body.get("was")
        for fulfillment_id, day in was.items() if isinstance(was, dict) else ():
            first.setdefault(str(fulfillment_id), day)
    return first


def _promise(at: Occasion, fulfillment_id: str) -> Document | None:
    """The promise of arrival that stands for a part, which customers know by its place."""
    parts = [part.id for part in at.order.fulfillments]
    if fulfillment_id not in parts:
        return None
    place = parts.index(fulfillment_id) + 1
    return next((one for one in _coming(at.document) if one.get("part") == place), None)


def _coming(document: Document) -> list[Document]:
    promises = document.get("promises") or ()
    return [one for one in promises if one["kind"] == PromiseKind.DELIVER_BY and one["open"]]


def _why(promise: Document, *, later: bool) -> object:
    moves = promise["moves"]
    same_way = [one for one in moves if (one["to"] > one["from"]) is later]
    return (same_way or moves or [{"reason": ""}])[-1]["reason"]


def shipped(at: Occasion) -> News | None:
    """Return what is known of the parcels that left; None when they were taken back."""
    wanted = at.ids("shipments")
    found = [
        (shipment, package)
        for shipment in at.order.shipments
        if shipment.id in wanted
        for package in shipment.packages
    ]
    rest = any(line.buckets.open for line in at.order.lines)
    return _parcels(
        at, found, rest="The rest follows; we write again when it leaves." if rest else ""
    )


def delivered(at: Occasion) -> News | None:
    """Return which parcels arrived; None when there are none of them any more."""
    wanted = at.ids("packages")
    found = [
        (shipment, package)
        for shipment in at.order.shipments
        for package in shipment.packages
        if package.id in wanted
    ]
    coming = any(line.kept > line.buckets.delivered for line in at.order.lines)
    rest = "The rest of your order is still to come." if coming else "Your order is complete."
    return _parcels(at, found, rest=rest)


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
    goods = words.listed(_goods(order, units), language)
    tracking = words.plain(package.tracking)
    carrier = carriers.public(tracking, named=shipment.carrier)
    link = _link(shipment, package)
    number = f"{carriers.name(carrier)} {tracking}" if link and carrier else tracking
    return [row for row in (goods, number, link) if row]


def _link(shipment: Shipment, package: Package) -> str:
    return carriers.link(shipment.carrier, package.tracking) or ""


def cancelled(at: Occasion) -> News | None:
    """Return what was cancelled; what is left goes on."""
    units: dict[str, int] = {}
    for body in at.owed:
        for line_id, quantity in _units(body):
            units[line_id] = units.get(line_id, 0) + quantity
    goods = [
        (line.id, min(units[line.id], line.buckets.cancelled))
        for line in at.order.lines
        if line.id in units
    ]
    if not any(quantity for _, quantity in goods):
        return None
    left = any(line.kept for line in at.order.lines)
    return News(
        words={
            "what": "a part" if left else "all",
            "goods": _rows(at.order, goods),
            "rest": "The rest of your order goes on." if left else "Nothing is left of the order.",
        }
    )


def changed(at: Occasion) -> News | None:
    """Return what was changed as it was asked for; None when nothing of it came true."""
    rows = [
        row
        for change in _changes(at)
        if change.state is not ChangeState.REQUESTED
        for action in change.actions
        if action["outcome"] != Outcome.TOO_LATE and (row := _change(at.order, change, action))
    ]
    return News(words={"changes": "\n".join(dict.fromkeys(rows))}) if rows else None


_GROUPS = {
    "address": "The delivery address.",
    "method": "The way in which it is sent.",
    "gift": "The words on the gift card.",
    "date": "The day on which it is wanted.",
}


def _change(order: Order, change: OrderChange, action: Body) -> str:
    """What one action did; of what a partner declined nothing is said."""
    if action["outcome"] == Outcome.ASKED and change.state is not ChangeState.CONFIRMED:
        return ""
    kind = str(action["action"])
    if kind in _GROUPS:
        return _GROUPS[kind]
    numbers = {line.number: words.plain(line.description) or line.sku for line in order.lines}
    article = numbers.get(str(action.get("new_line") or action.get("line")), "")
    if not article:
        return ""
    said = {"add": "Added", "swap": "Exchanged, now", "cancel": "Cancelled", "remove": "Cancelled"}
    goods = words.quoted(f"{action.get('quantity')} × {article}")
    return f"{said.get(kind, 'Quantity')}: {goods}."


def declined(at: Occasion) -> News | None:
    """Return what came too late and why; None when a later answer said yes after all."""
    late = [change for change in _changes(at) if change.state is ChangeState.DECLINED]
    if not late:
        return None
    shipped = any(line.buckets.shipped for line in at.order.lines)
    reason = words.WHYS[Why.SHIPPED if shipped else Why.NO_CHANGES]
    kind = late[-1].kind
    return News(
        words={
            "what": "cancellation" if kind is ChangeKind.CANCELLATION else "change",
            "goods": "Your order goes on as it was.",
            "reason": reason,
            "returns": at.brand.returns if shipped else "",
        }
    )


def _changes(at: Occasion) -> list[OrderChange]:
    wanted = {str(body.get("change")) for body in at.owed}
    return [change for change in at.order.changes if change.id in wanted]


def _goods(order: Order, units: Iterable[tuple[str, int]]) -> list[str]:
    names = {line.id: words.plain(line.description) or line.sku for line in order.lines}
    return [f"{count} × {names.get(line_id, '')}" for line_id, count in units if count]


def _rows(order: Order, units: Iterable[tuple[str, int]]) -> str:
    return "\n".join(_goods(order, units))


def _units(body: Body) -> Iterator[tuple[str, int]]:
    for row in _list(body.get("lines")):
        if isinstance(row, dict) and isinstance(row.get("quantity"), int):
            yield str(row.get("line")), row["quantity"]


def _list(found: object) -> Sequence[object]:
    return found if isinstance(found, list | tuple) else ()


NEWS: Mapping[str, Callable[[Occasion], News | None]] = MappingProxyType(
    {
        "confirmed": confirmed,
        "moved": moved,
        "shipped": shipped,
        "delivered": delivered,
        "cancelled": cancelled,
        "changed": changed,
        "declined": declined,
    }
)
