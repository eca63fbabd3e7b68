"""What mails say of days of arrival: of a whole order, or of a part where no day is the whole's."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from hub.domain.orders import Order, PromiseKind
from hub.domain.status import to_arrive, unfilled
from hub.render import words
from hub.render.occasion import Body, Document, News, Occasion


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """The day by which a part of an order arrives, and where it stood before."""

    was: date
    now: date
    goods: str
    moves: Sequence[Document]

    @property
    def reason(self) -> str:
        """Why it moved, in words: the last move the other way does not explain it."""
        later = self.now > self.was
        same_way = [one for one in self.moves if (one["to"] > one["from"]) is later]
        code = (same_way or self.moves or [{"reason": ""}])[-1]["reason"]
        return words.reason(code, was=self.was, now=self.now)


def confirmed(at: Occasion) -> News | None:
    """Return what was ordered and when it comes; None once nothing of it is to come."""
    rows = goods(at.order, [(line.id, line.kept) for line in at.order.lines])
    if not rows:
        return None
    days = [one.now for one in arrivals(at, lambda promise, part: promise["now"])]
    arrival = _arrival(at, words.day(max(days)) if days else "")
    return News(words={"goods": "\n".join(rows), "arrival": arrival})


def _arrival(at: Occasion, day: str) -> str:
    """When it comes; of what nobody is asked for no day is known."""
    missing = _listed(at, [(line.id, max(0, at.order.unsourced(line))) for line in at.order.lines])
    if missing and day:
        return f"A part of it arrives by {day}; for {missing} no day is known yet."
    if missing:
        return "We are finding out when it arrives."
    return f"It arrives by {day}." if day else ""


def moved(at: Occasion) -> News | None:
    """Return how the day of arrival moved in all since it was told; None when it did not."""
    told = _was(at.owed)
    days = list(arrivals(at, lambda promise, part: told.get(part, promise["now"])))
    return arriving(at, days, [one for one in days if one.now != one.was], part="moved_part")


def _was(owed: Sequence[Body]) -> Mapping[str, object]:
    """The first day from which each part's arrival moved."""
    first: dict[str, object] = {}
    for body in owed:
        was = body.get("was")
        for fulfillment_id, day in was.items() if isinstance(was, dict) else ():
            first.setdefault(str(fulfillment_id), day)
    return first


def arrivals(at: Occasion, before: Callable[[Document, str], object]) -> Iterator[Arrival]:
    """Yield each part of which something is to arrive.

    `before` says where its day stood, from its promise and its id.
    """
    for promise in at.document.get("promises") or ():
        if promise["kind"] != PromiseKind.DELIVER_BY or not promise["open"]:
            continue
        part = at.order.fulfillments[promise["part"] - 1]
        was, now = (
            words.day_of(one, at.brand.clock) for one in (before(promise, part.id), promise["now"])
        )
        if was and now:
            coming = _listed(at, to_arrive(at.order, part).items())
            yield Arrival(was=was, now=now, goods=coming, moves=promise["moves"])


def arriving(
    at: Occasion, days: Sequence[Arrival], changed: Sequence[Arrival], *, part: str
) -> News | None:
    """Return how the day moved on which the last of an order arrives; None when nothing changed.

    Where that day stays, or nobody knows it, the parts that changed are told, in the text `part`.
    """
    if not changed:
        return None
    was, now = max(one.was for one in days), max(one.now for one in days)
    causes = [one for one in changed if (one.now == now if now > was else one.was == was)]
    if causes and was != now and not unfilled(at.order):
        whole = replace(causes[0], was=was, now=now)
        return News(words={"was": words.day(was), "now": words.day(now), "reason": whole.reason})
    last = max(changed, key=lambda one: (one.now, one.was))
    rows = [
        f"{one.goods}: now by {words.day(one.now)}, not by {words.day(one.was)}: {one.reason}."
        for one in changed
    ]
    told = {"was": words.day(last.was), "now": words.day(last.now), "changes": "\n".join(rows)}
    return News(words=told, text=part)


def goods(order: Order, units: Iterable[tuple[str, int]]) -> list[str]:
    """Return how many of which article, of units of lines by id; without those that are none."""
    names = {line.id: words.plain(line.description) or line.sku for line in order.lines}
    return [f"{count} × {names.get(line_id, '')}" for line_id, count in units if count]


def _listed(at: Occasion, units: Iterable[tuple[str, int]]) -> str:
    """Goods within a sentence."""
    return words.quoted(words.listed(goods(at.order, units), at.brand.language))


NEWS: Mapping[str, Callable[[Occasion], News | None]] = MappingProxyType(
    {"confirmed": confirmed, "moved": moved}
)
