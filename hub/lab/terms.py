"""How a simulated supplier decides: what it says to a purchase order and what it packs when.

Everything follows from the purchase order and the supplier's terms; nothing is drawn by lot.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from hub.lab.tracking import CARRIERS, Carrier, tracking
from hub.lab.x12 import Paper, Segment, element


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is special about a supplier's stock, by SKU; all else is accepted and sent.

    `refused` it cannot fill, `waited_for` come in after so many days, `elsewhere` leave another
    storeroom later, `misprinted` get a first ship notice with a mistake in it. Of more than
    `most_at_once` of one article the rest is back-ordered for a week.
    """

    refused: frozenset[str] = frozenset()
    waited_for: Mapping[str, int] = field(default_factory=dict)
    elsewhere: frozenset[str] = frozenset()
    misprinted: frozenset[str] = frozenset()
    most_at_once: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long after a purchase order its papers follow; real ones take hours and days."""

    receipt: timedelta = timedelta(seconds=0.3)
    response: timedelta = timedelta(seconds=1.2)
    shipping: timedelta = timedelta(seconds=3)
    rest: timedelta = timedelta(seconds=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedLine:
    """One PO1: `products` are its pairs of qualifier and id as they came."""

    number: str
    quantity: int
    unit: str
    cost: str
    products: Segment
    sku: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A line and where its packs go: leaving now, leaving later, back-ordered, refused."""

    line: AskedLine
    now: int = 0
    later: int = 0
    waiting: int = 0
    refused: int = 0
    days: int = 0


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


def asked_lines(order: Paper) -> tuple[AskedLine, ...]:
    """Return the lines of an 850."""
    return tuple(_asked(row) for row in order.segments if row[0] == "PO1")


def _asked(row: Segment) -> AskedLine:
    products = row[6:]
    pairs = dict(zip(products[::2], products[1::2], strict=False))
    return AskedLine(
        number=row[1],
        quantity=int(row[2]),
        unit=row[3],
        cost=element(row, 4),
        products=products,
        sku=pairs.get("SK", ""),
    )


def answer(line: AskedLine, terms: Terms) -> Answered:
    """Return what the supplier does about one line."""
    if line.sku in terms.refused:
        return Answered(line=line, refused=line.quantity)
    if line.sku in terms.waited_for:
        return Answered(line=line, waiting=line.quantity, days=terms.waited_for[line.sku])
    if line.sku in terms.elsewhere:
        return Answered(line=line, later=line.quantity)
    at_once = min(line.quantity, terms.most_at_once)
    return Answered(line=line, now=at_once, waiting=line.quantity - at_once, days=7)


def departures(number: str, answers: Sequence[Answered], terms: Terms) -> tuple[Departure, ...]:
    """Return what leaves for a purchase order, first and later, at most two of them."""
    first = [(one.line, one.now) for one in answers if one.now]
    rest = [(one.line, one.later + one.waiting) for one in answers if one.later + one.waiting]
    return tuple(
        _departure(number, ordinal, packed, terms)
        for ordinal, packed in enumerate((first, rest), start=1)
        if packed
    )


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
        misprinted=any(line.sku in terms.misprinted for line, _ in packed),
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
