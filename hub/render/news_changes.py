"""What the mail of a change says when it has ended: what was done of it, and what was not.

One mail for each end of a change, of one kind: `change_mail` says which. What somebody is still
asked for is not told, nor what a later answer has decided otherwise.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from hub.domain.change_ends import (
    CANCEL,
    GIVEN_UP,
    KEEP,
    MORE,
    Known,
    Piece,
    answers,
    is_over,
    pieces,
)
from hub.domain.destinations import left_before
from hub.domain.orders import ChangeKind, Order, OrderChange, Shipment
from hub.domain.wishes import GROUP_ACTIONS, Outcome, Why
from hub.partners import Brand
from hub.render import words
from hub.render.occasion import Body, News, Occasion

_OFF = frozenset({CANCEL, GIVEN_UP})

_GROUPS = {
    "address": "The delivery address",
    "method": "The way in which it is sent",
    "gift": "The text on the gift card",
    "date": "The day on which it is wanted",
}
_OTHERS = {
    "address": "It is too late for another address",
    "method": "It is too late for another way to send it",
    "gift": "It is too late for another text on the gift card",
    "date": "It is too late for another day",
}


_AS_IT_WAS = "Your order goes on as it was."


def change_told(change: OrderChange, facts: Sequence[Known]) -> dict[str, object]:
    """Return what a mail of the end of a change is about, as its duty keeps it.

    A mail that is written after yet another answer says nothing: that one has its own.
    """
    return {"changes": {change.id: answers(facts, change.id)}}


def change_mail(order: Order, change: OrderChange, facts: Sequence[Known], brand: Brand) -> str:
    """Return the mail that tells how a change ended, of those that the brand sends, or nothing.

    There is none of one that came to nothing at once: that was said where it was asked for.
    """
    if not is_over(change):
        return ""
    found = _pieces(order, change, facts)
    done = {one.action for one in found if _is_done(one)}
    late = any(one.outcome is Outcome.TOO_LATE for one in found)
    can_tell = {
        "changed": bool(done - {CANCEL}),
        "cancelled": bool(done & _OFF),
        "declined": late and bool(done or change.asks),
    }
    return next((kind for kind, can in can_tell.items() if can and kind in brand.mails), "")


def tells_of_parcels(order: Order, change: OrderChange, facts: Sequence[Known]) -> bool:
    """Say whether the mail of how a change ended says that something has left."""
    return any(_left(one) or _former_parcels(order, one) for one in _pieces(order, change, facts))


def cancelled(at: Occasion) -> News | None:
    """Return what was cancelled and what was not; what is left goes on."""
    found = _told(at)
    units: dict[str, int] = {}
    for one in found:
        if _is_done(one) and one.action in _OFF:
            for line_id, count in one.units.items():
                units[line_id] = units.get(line_id, 0) + count
    gone = {
        line.id: min(units[line.id], line.buckets.cancelled)
        for line in at.order.lines
        if line.id in units
    }
    if not any(gone.values()):
        return None
    left = any(line.kept for line in at.order.lines)
    rest = "The rest of your order goes on." if left else "Nothing is left of the order."
    return News(
        words={
            "what": "a part" if left else "all",
            "goods": "\n".join(_listed(at.order, gone)),
            "rest": "\n".join((*_refused(at, found), rest)),
        }
    )


def changed(at: Occasion) -> News | None:
    """Return what was changed as it was asked for, and what was not; None when nothing was."""
    found = _told(at)
    rows = [row for one in found if _is_done(one) and (row := _done(at, one))]
    if not rows:
        return None
    told = ["\n".join(dict.fromkeys(rows)), "\n".join(_refused(at, found))]
    return News(words={"changes": "\n\n".join(filter(None, told))})


def declined(at: Occasion) -> News | None:
    """Return what came too late and why; None where another mail says it, or a later yes did."""
    found = [
        one
        for change in _ended(at)
        if change_mail(at.order, change, at.facts, at.brand) == "declined"
        for one in _pieces(at.order, change, at.facts)
    ]
    late = [one for one in found if one.outcome is Outcome.TOO_LATE]
    if not late:
        return None
    done = [row for one in found if _is_done(one) and (row := _done(at, one))]
    whys = [_reason(one.why) for one in late]
    kind = _ended(at)[-1].kind
    shipped = any(_left(one) for one in late)
    return News(
        words={
            "what": "cancellation" if kind is ChangeKind.CANCELLATION else "change",
            "goods": "\n".join((*_refused(at, found), *done) if done else (_AS_IT_WAS,)),
            "reason": whys[-1],
            "returns": at.brand.returns if shipped else "",
        }
    )


# --- which changes, and what they came to ---------------------------------------------------------


def _told(at: Occasion) -> list[Piece]:
    return [one for change in _ended(at) for one in _pieces(at.order, change, at.facts)]


def _ended(at: Occasion) -> list[OrderChange]:
    """The changes that the mail is about, as far as this end of theirs is the last."""
    seen = _seen(at.owed)
    return [
        change
        for change in at.order.changes
        if change.id in seen
        and is_over(change)
        and answers(at.facts, change.id) <= (seen[change.id] or answers(at.facts, change.id))
    ]


def _seen(owed: Sequence[Body]) -> Mapping[str, int]:
    """How often each change was answered when its mail was owed; 0 where a duty does not say."""
    found: dict[str, int] = {}
    for body in owed:
        named = body.get("changes")
        counts = named if isinstance(named, Mapping) else {body.get("change"): 0}
        for change_id, count in counts.items():
            found[str(change_id)] = max(found.get(str(change_id), 0), int(count))
    return found


def _pieces(order: Order, change: OrderChange, facts: Sequence[Known]) -> list[Piece]:
    """What its own rows came to: what waited for another change is told with that one.

    Nothing is said of what was too late at once and did not leave after all: it can be asked for
    again. Nor of what the customer wanted otherwise meanwhile.
    """
    rows = [row for row in change.actions if "running" not in row]
    found = pieces(order, change.id, rows, facts)
    wished = [one for one in found if one.why not in (Why.GIVEN_UP, Why.WANTED)]
    return [one for one in wished if not _came_back(order, one)]


def _came_back(order: Order, one: Piece) -> bool:
    if not _left(one):
        return False
    groups = {group.id for group in order.groups if group.number == one.row.get("group")}
    named = one.row.get("line")
    told = [line for line in order.lines if line.number == named or line.group_id in groups]
    return bool(told) and not any(line.buckets.shipped or line.buckets.unexpected for line in told)


def _left(one: Piece) -> bool:
    return one.outcome is Outcome.TOO_LATE and one.why == Why.SHIPPED


def _is_done(one: Piece) -> bool:
    """Whether something was done: units that there were already are nothing."""
    return one.outcome is Outcome.DONE and bool(one.units or one.action in GROUP_ACTIONS)


# --- words ----------------------------------------------------------------------------------------


def _done(at: Occasion, one: Piece) -> str:
    goods = _goods(at, one.units)
    if one.action in _GROUPS:
        name = _GROUPS[one.action]
        if former := _gone_before(at, one):
            return f"{name}. What has left already goes to the former one: {former}."
        return f"{name}, only for {goods}." if goods else f"{name}."
    said: Mapping[str, Callable[[], str]] = {
        "add": lambda: f"Added: {goods}.",
        MORE: lambda: f"Added: {goods}.",
        KEEP: lambda: f"Not cancelled after all: {goods}.",
        CANCEL: lambda: f"Cancelled: {goods}.",
        GIVEN_UP: lambda: f"Cancelled, and nothing comes in its place: {goods}.",
        "swap": lambda: f"Exchanged, now: {_exchanged(at, one)}.",
    }
    return said[one.action]() if one.action in said else ""


def _gone_before(at: Occasion, one: Piece) -> str:
    """The goods that went to the address that a change replaced, as far as they stand."""
    units: Counter[str] = Counter()
    for shipment in _former_parcels(at.order, one):
        for packed in (row for box in shipment.known_packages for row in box.lines):
            units[packed.line_id] += packed.quantity
    return _goods(at, units)


def _former_parcels(order: Order, one: Piece) -> Sequence[Shipment]:
    return tuple(left_before(order, one.row)) if one.action == "address" else ()


def _exchanged(at: Occasion, one: Piece) -> str:
    line = next((line for line in at.order.lines if line.number == one.article), None)
    return _goods(at, {line.id: sum(one.units.values())}) if line else _goods(at, one.units)


def _refused(at: Occasion, found: Sequence[Piece]) -> Sequence[str]:
    return list(dict.fromkeys(_too_late(at, found)))


def _too_late(at: Occasion, found: Sequence[Piece]) -> Iterator[str]:
    for one in found:
        if one.outcome is not Outcome.TOO_LATE:
            continue
        goods, why = _goods(at, one.units), _reason(one.why)
        if one.action in _GROUPS and goods:
            yield f"{_GROUPS[one.action]} stays as it was for {goods}: {why}."
        elif one.action in _GROUPS:
            yield f"{_OTHERS[one.action]}: {why}."
        elif one.action == "swap":
            yield f"It is too late to exchange {goods}: {why}."
        elif goods:
            yield f"It is too late for {goods}: {why}."
        else:
            yield f"It is too late to add something: {why}."


def _reason(why: str) -> str:
    return words.WHYS[Why(why)] if why in set(Why) else words.WHYS[Why.NO_CHANGES]


def _goods(at: Occasion, units: Mapping[str, int]) -> str:
    return words.quoted(words.listed(_listed(at.order, units), at.brand.language))


def _listed(order: Order, units: Mapping[str, int]) -> list[str]:
    names = {line.id: words.plain(line.description) or line.sku for line in order.lines}
    return [f"{count} × {names.get(line_id, '')}" for line_id, count in units.items() if count]


NEWS: Mapping[str, Callable[[Occasion], News | None]] = MappingProxyType(
    {"cancelled": cancelled, "changed": changed, "declined": declined}
)
