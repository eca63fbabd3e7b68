"""What mails say of days of arrival: of a whole order, or of a part where no day is the whole's.

A day that another mail tells later is not told before: it may still be taken back.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from hub.domain.orders import FulfillmentOrder, Order, PromiseKind
from hub.domain.pieces import put_off
from hub.domain.promise_rows import predecessor
from hub.domain.status import to_arrive, unfilled
from hub.render import words
from hub.render.occasion import Body, Document, News, Occasion, named


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """Where a part's days of arrival stood: of all of it, or `late` of those units of each line.

    `next` is then the day of the others; None where one day counted for all.
    """

    day: object
    next: object = None
    late: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """The day by which goods of a part of an order arrive, and where it stood before.

    `part` is the part's id. A part of which pieces were put off, now or before, may have several.
    """

    part: str
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
    days = list(arrivals(at, lambda promise, part: None))
    return News(words={"goods": "\n".join(rows), "arrival": _arrival(at, days)})


def _arrival(at: Occasion, days: Sequence[Arrival]) -> str:
    """When it comes; of what nobody is asked for no day is known."""
    first, last = (one((each.now for each in days), default=None) for one in (min, max))
    day = words.day(last) if last else ""
    nobodys = Counter({line.id: max(0, at.order.unsourced(line)) for line in at.order.lines})
    for part_id in named(at.later, "found"):
        nobodys.update(to_arrive(at.order, at.order.fulfillment(part_id)))
    missing = _listed(at, nobodys.items())
    if missing and day:
        return f"A part of it arrives by {day}; for {missing} no day is known yet."
    if missing:
        return "We are finding out when it arrives."
    if first and last and first != last and len(days) > len({one.part for one in days}):
        return f"A part of it arrives by {words.day(first)}, the rest by {day}."
    return f"It arrives by {day}." if day else ""


def moved(at: Occasion) -> News | None:
    """Return how the day of arrival moved in all since it was told; None when it did not.

    Of goods that had none their first day is told.
    """
    told, found = _was(at.owed), at.ids("found")
    days = list(arrivals(at, lambda promise, part: _first(at.order, told, part)))
    first = [one for one in days if one.part in found]
    changed = [one for one in days if one.part not in found and one.now != one.was]
    if first:
        return _found(at, days, first, changed)
    return arriving(at, days, changed, part="moved_part")


def _found(
    at: Occasion, days: Sequence[Arrival], first: Sequence[Arrival], changed: Sequence[Arrival]
) -> News:
    """The first day of a whole order, or of parts of it beside those whose day moved."""
    last = max(changed or first, key=lambda one: (one.now, one.was))
    told = {"was": words.day(last.was), "now": words.day(last.now)}
    one_day_each = len({one.part for one in first}) == len(days)
    if one_day_each and not unfilled(at.order):
        return News(words=told, text="found")
    rows = [f"{one.goods}: arrives by {words.day(one.now)}." for one in first]
    told["changes"] = "\n".join((*rows, *_moves(changed)))
    return News(words=told, text="moved_part" if changed else "found_part")


def _first(order: Order, told: Mapping[str, Stood], part_id: str) -> Stood | None:
    """Where the day of a part's goods stood first, in the part that lost them or in it."""
    stood = told.get(part_id)
    former = predecessor(order, order.fulfillment(part_id)) if stood else None
    if former is None or former.id not in told:
        return stood
    return Stood(day=told[former.id].day)


def _was(owed: Sequence[Body]) -> Mapping[str, Stood]:
    """Where each part's days stood before the first move of them."""
    first: dict[str, Stood] = {}
    for body in owed:
        was, others, late = (_of_parts(body, key) for key in ("was", "next", "late"))
        for part, day in was.items():
            units = Counter(_of_parts(late, part))
            first.setdefault(part, Stood(day=day, next=others.get(part), late=units))
    return first


def _of_parts(body: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = body.get(key)
    return found if isinstance(found, dict) else {}


def arrivals(at: Occasion, before: Callable[[Document, str], Stood | None]) -> Iterator[Arrival]:
    """Yield the goods of each part of which something is to arrive, those of a day together.

    `before` says where the part's days stood, from its promise and its id; None for where they
    stand. What another mail tells later has not happened yet.
    """
    waits, untold = _was(at.later), named(at.later, "found")
    doors: dict[int, list[Document]] = {}
    for promise in at.document.get("promises") or ():
        if promise["kind"] == PromiseKind.DELIVER_BY and promise["open"]:
            doors.setdefault(promise["part"], []).append(promise)
    for ordinal, promises in doors.items():
        part = at.order.fulfillments[ordinal - 1]
        if part.id in untold:
            continue
        stands = waits.get(part.id) or _stands(part, promises)
        yield from _of_part(at, part, promises, before(promises[-1], part.id) or stands, stands)


def _stands(part: FulfillmentOrder, promises: Sequence[Document]) -> Stood:
    """Where its days stand now: the later one comes last."""
    if len(promises) == 1:
        return Stood(day=promises[0]["now"])
    return Stood(day=promises[-1]["now"], next=promises[0]["now"], late=put_off(part))


def _of_part(
    at: Occasion,
    part: FulfillmentOrder,
    promises: Sequence[Document],
    stood: Stood,
    stands: Stood,
) -> Iterator[Arrival]:
    """The goods of a part by where their day stood and stands."""
    coming = to_arrive(at.order, part)
    now_late, was_late = (_late(one, coming) for one in (stands, stood))
    both = now_late & was_late
    sooner = coming - (now_late | was_late)
    groups: dict[tuple[date, date], Counter[str]] = {}
    for was, now, units in (
        (stood.next or stood.day, stands.next or stands.day, sooner),
        (stood.day, stands.next or stands.day, was_late - both),
        (stood.next or stood.day, stands.day, now_late - both),
        (stood.day, stands.day, both),
    ):
        days = words.day_of(was, at.brand.clock), words.day_of(now, at.brand.clock)
        if days[0] and days[1] and units:
            groups.setdefault((days[0], days[1]), Counter()).update(units)
    for (day, later), units in groups.items():
        goods_of = _listed(at, [(line, units[line]) for line in coming])
        moves = _until(_moves_to(promises, later), later.isoformat())
        yield Arrival(part=part.id, was=day, now=later, goods=goods_of, moves=moves)


def _late(one: Stood, coming: Counter[str]) -> Counter[str]:
    """Which of the units to come had the part's own day: all where one day counted for all."""
    return coming & one.late if one.next else coming


def _moves_to(promises: Sequence[Document], day: date) -> Sequence[Document]:
    """The moves of the promise with that day; of the last one where none has it."""
    found = [one for one in promises if one["now"] == day.isoformat()]
    return (found or promises)[-1]["moves"]  # type: ignore[no-any-return]


def _until(moves: Sequence[Document], day: object) -> Sequence[Document]:
    """The moves up to the one that came to a day."""
    ends = [count for count, one in enumerate(moves, start=1) if one["to"] == day]
    return moves[: ends[-1]] if ends else ()


def arriving(
    at: Occasion, days: Sequence[Arrival], changed: Sequence[Arrival], *, part: str
) -> News | None:
    """Return how the day moved on which the last of an order arrives; None when nothing changed.

    Where that day stays, or nobody knows it, or only some pieces of a part have it, what changed
    is told, in the text `part`.
    """
    if not changed:
        return None
    was, now = max(one.was for one in days), max(one.now for one in days)
    causes = [one for one in changed if (one.now == now if now > was else one.was == was)]
    of_parts = Counter(one.part for one in days)
    if causes and was != now and not unfilled(at.order) and of_parts[causes[0].part] == 1:
        whole = replace(causes[0], was=was, now=now)
        return News(words={"was": words.day(was), "now": words.day(now), "reason": whole.reason})
    last = max(changed, key=lambda one: (one.now, one.was))
    told = {"was": words.day(last.was), "now": words.day(last.now)}
    return News(words={**told, "changes": "\n".join(_moves(changed))}, text=part)


def _moves(changed: Iterable[Arrival]) -> list[str]:
    return [
        f"{one.goods}: now by {words.day(one.now)}, not by {words.day(one.was)}: {one.reason}."
        for one in changed
    ]


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
