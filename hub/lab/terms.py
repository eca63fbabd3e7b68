"""How a simulated supplier decides: what it says to a purchase order and what it packs when.

Everything follows from the purchase order and the supplier's terms; nothing is drawn by lot.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeVar

from hub.lab.asked import AskedLine
from hub.lab.tracking import CARRIERS, Carrier, tracking

ANY = "*"
"""In place of a SKU: all of them."""
NEVER: frozenset[str] = frozenset()
T = TypeVar("T")
FIRST, REST, LATE, SLOW = 1, 2, 3, 4  # departures of one purchase order


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is special about a supplier's goods, by SKU; all else is accepted and sent.

    To an order: `refused` it cannot fill, `waited_for` come in after so many days, `elsewhere`
    leave another storeroom later, `late` later still and are answered late and without a day.
    `slow` leave some time after a change of their order came. `held` do not leave while the demo
    runs, nor do `put_off`, for which it reports another day, so many days on. Of more than
    `most_at_once` of one article the rest is back-ordered for a week.

    To a change: `packed` goods are not given back, `silent` ones get no answer.

    In its papers: `misprinted` get a first ship notice with a mistake in it, `overcharged` a wrong
    price, `advised` an application's word on the order, `carried` are brought by its own drivers,
    of whom it tells. `arriving` are the packs that come in once while the demo runs.

    Worse than that: of `short` goods so many packs never leave though they were accepted,
    `delayed` ones leave so much later than they were promised for, papers that are `unsaid` are
    never written, `doubled` ones are said again in a message of their own, `repeated` ones come
    twice in the same bytes, `miscounted` ones have a wrong count at first. `mistotalled` invoices
    do not add up. `ANY` stands for every SKU.
    """

    refused: frozenset[str] = NEVER
    waited_for: Mapping[str, int] = field(default_factory=dict)
    elsewhere: frozenset[str] = NEVER
    late: frozenset[str] = NEVER
    slow: frozenset[str] = NEVER
    held: frozenset[str] = NEVER
    put_off: Mapping[str, int] = field(default_factory=dict)
    most_at_once: int = 6
    packed: frozenset[str] = NEVER
    silent: frozenset[str] = NEVER
    misprinted: frozenset[str] = NEVER
    overcharged: frozenset[str] = NEVER
    advised: frozenset[str] = NEVER
    carried: frozenset[str] = NEVER
    arriving: Mapping[str, int] = field(default_factory=dict)
    short: Mapping[str, int] = field(default_factory=dict)
    delayed: Mapping[str, timedelta] = field(default_factory=dict)
    unsaid: frozenset[str] = NEVER
    doubled: frozenset[str] = NEVER
    repeated: frozenset[str] = NEVER
    miscounted: frozenset[str] = NEVER
    mistotalled: bool = False


def is_among(sku: str, skus: Collection[str]) -> bool:
    """Return whether the SKU is one of these, or they stand for every one."""
    return sku in skus or ANY in skus


def of(sku: str, amounts: Mapping[str, T], otherwise: T) -> T:
    """Return what is said of this SKU, or else of every one."""
    return amounts.get(sku, amounts.get(ANY, otherwise))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long after a purchase order its papers follow; real ones take hours and days.

    `report`, `invoice` and `driving` are after the paper they follow. Goods that are slow leave
    `late` after a change, or `slowest` after an order that nobody changes.
    """

    receipt: timedelta = timedelta(seconds=0.3)
    response: timedelta = timedelta(seconds=1.2)
    shipping: timedelta = timedelta(seconds=3)
    rest: timedelta = timedelta(seconds=7)
    late: timedelta = timedelta(seconds=12)
    slowest: timedelta = timedelta(seconds=90)
    report: timedelta = timedelta(seconds=1)
    invoice: timedelta = timedelta(seconds=1.5)
    driving: timedelta = timedelta(seconds=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A line in packs: accepted, back-ordered for so many `days`, refused; and when they leave.

    `leaving` are the packs of each departure, by its ordinal; what is not in it stays. `dated` says
    whether the answer names a day.
    """

    line: AskedLine
    accepted: int = 0
    waiting: int = 0
    refused: int = 0
    days: int = 0
    leaving: Mapping[int, int] = field(default_factory=dict)
    dated: bool = True

    def left(self, taken_back: int) -> Mapping[int, int]:
        """Return what leaves after so many packs were taken back, those that stay first."""
        back = taken_back - (self.accepted + self.waiting - sum(self.leaving.values()))
        rest: dict[int, int] = {}
        for wave, packs in sorted(self.leaving.items(), reverse=True):
            rest[wave] = packs - max(0, min(back, packs))
            back -= packs - rest[wave]
        return rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One parcel: its tracking number and (line, packs) in it."""

    tracking: str
    lines: tuple[tuple[AskedLine, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """Parcels that leave together; `nested` writes them as S-O-P-I, else S-O-I."""

    notice: str
    carrier: Carrier
    boxes: tuple[Box, ...]
    nested: bool
    misprinted: bool

    @property
    def lines(self) -> Sequence[tuple[AskedLine, int]]:
        """Every line with the packs of it in all boxes."""
        packs: dict[AskedLine, int] = {}
        for box in self.boxes:
            for line, quantity in box.lines:
                packs[line] = packs.get(line, 0) + quantity
        return list(packs.items())


def answer(line: AskedLine, terms: Terms) -> Answered:
    """Return what the supplier does about one line."""
    said = _said(line, terms)
    lacking = of(line.sku, terms.short, 0)
    return replace(said, leaving=_less(said.leaving, lacking)) if lacking else said


def _less(leaving: Mapping[int, int], packs: int) -> Mapping[int, int]:
    """What leaves when so many packs of it stay, the last departures first."""
    rest: dict[int, int] = {}
    for wave, count in sorted(leaving.items(), reverse=True):
        rest[wave] = count - min(packs, count)
        packs -= count - rest[wave]
    return rest


def _said(line: AskedLine, terms: Terms) -> Answered:
    sku, quantity = line.sku, line.quantity
    if is_among(sku, terms.refused):
        return Answered(line=line, refused=quantity)
    stays = is_among(sku, terms.held) or sku in terms.put_off
    days = of(sku, terms.waited_for, 0)
    if days:
        leaving = {} if stays else {REST: quantity}
        return Answered(line=line, waiting=quantity, days=days, leaving=leaving)
    if stays:
        return Answered(line=line, accepted=quantity)
    wave = _wave(sku, terms)
    if wave > FIRST:
        dated = sku not in terms.late
        return Answered(line=line, accepted=quantity, leaving={wave: quantity}, dated=dated)
    at_once = min(quantity, terms.most_at_once)
    rest = {REST: quantity - at_once} if quantity > at_once else {}
    return Answered(
        line=line,
        accepted=at_once,
        waiting=quantity - at_once,
        days=7,
        leaving={FIRST: at_once, **rest},
    )


def _wave(sku: str, terms: Terms) -> int:
    if sku in terms.late or is_among(sku, terms.delayed):
        return LATE
    if sku in terms.slow:
        return SLOW
    return REST if sku in terms.elsewhere else FIRST


def departure(
    number: str,
    wave: int,
    answers: Sequence[Answered],
    taken_back: Mapping[str, int],
    terms: Terms,
) -> Departure | None:
    """Return what leaves for a purchase order in one wave, None when nothing does (any more)."""
    left = [(one.line, one.left(taken_back.get(one.line.number, 0))) for one in answers]
    packed = [(line, packs[wave]) for line, packs in left if packs.get(wave)]
    return _departure(number, wave, packed, terms) if packed else None


def _departure(
    number: str, ordinal: int, packed: Sequence[tuple[AskedLine, int]], terms: Terms
) -> Departure:
    notice = f"S-{number}-{ordinal}"
    lot = _lot(notice)
    carrier = CARRIERS[lot % len(CARRIERS)]
    contents = _boxed(packed, lot)
    boxes = [
        Box(tracking=tracking(carrier, _lot(f"{notice}/{n}") % 10_000_000), lines=tuple(lines))
        for n, lines in enumerate(contents)
    ]
    return Departure(
        notice=notice,
        carrier=carrier,
        boxes=tuple(boxes),
        nested=len(boxes) > 1 or lot % 4 > 0,
        misprinted=any(is_among(line.sku, terms.misprinted) for line, _ in packed),
    )


def _boxed(
    packed: Sequence[tuple[AskedLine, int]], lot: int
) -> Sequence[Sequence[tuple[AskedLine, int]]]:
    """Sometimes two boxes: lines apart, or half of many pieces in each."""
    if len(packed) > 1 and lot % 2:
        return [packed[:1], packed[1:]]
    (line, quantity), *others = packed
    if not others and quantity > 3:
        half = quantity // 2
        return [[(line, half)], [(line, quantity - half)]]
    return [packed]


def _lot(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6])
