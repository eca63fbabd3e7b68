"""The book of what is ours in a warehouse: what moved, what should be there, what differs. Pure.

A movement counts towards what may be sold until a balance of a later moment is known: exactly as a
reservation does (`hub.domain.stock`), with the other sign. Papers name days, so that a movement has
an earliest and a latest moment. What comes in counts from the earliest on, what goes out to the
latest: too few is sold then at worst, never too much.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from hub.domain.exchange import Problem, Where
from hub.domain.names import stable
from hub.domain.warehouse import AdjustedLine, Adjusting, ReceivedLine


class Kind(StrEnum):
    """Why the book changes."""

    RECEIVED = "received"
    ADJUSTED = "adjusted"
    HELD = "held"
    SHIPPED = "shipped"
    OPENING = "opening"
    BALANCE = "balance"


COUNTS = (Kind.RECEIVED, Kind.ADJUSTED, Kind.HELD)
"""What changes how much may be sold; shipments are reservations, balances are levels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """By how many units more (or fewer) may be sold, between two moments. `id` is its event's."""

    id: str
    partner: str
    sku: str
    kind: Kind
    quantity: int
    at_least: datetime
    at_most: datetime
    reason: str
    reference: str
    document_id: str

    @property
    def counts_at(self) -> datetime:
        """The moment that is safe to count from."""
        return self.at_least if self.quantity > 0 else self.at_most


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What should be there of an article: `units`, of which `less` may have gone or `more` come."""

    units: int
    less: int = 0
    more: int = 0

    def differs(self, told: int, *, asked: int = 0) -> int:
        """Return by how much a count is outside of what it may be, 0 when it is not.

        `asked` units were asked for and may have left without our having heard.
        """
        lowest, highest = self.units - self.less - asked, self.units + self.more
        if told < lowest:
            return told - lowest
        return max(0, told - highest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An article of which a paper says another number than expected."""

    sku: str
    expected: int
    told: int
    by: int
    why: str = ""

    def problem(self) -> Problem:
        """Return it as a sentence with its SKU as the place."""
        why = f" ({self.why})" if self.why else ""
        return Problem(
            code="differs",
            text=f"{self.sku}: {self.expected} expected, {self.told} told, {self.by:+d}{why}",
            where=Where(path=f"sku:{self.sku}", value=self.sku[:99]),
        )


def day_of(on: date, *, zone: tzinfo, heard: datetime) -> tuple[datetime, datetime]:
    """Return the first and last moment of a day there; what was heard happened before."""
    start = datetime.combine(on, time(), tzinfo=zone)
    end = datetime.combine(on + timedelta(days=1), time(), tzinfo=zone)
    least = min(start, heard)
    return least, max(least, min(end, heard))


MOVEMENT = "mov"
"""What every event's name begins with, before its underscore."""


def event_id(partner: str, kind: str, reference: str, sku: str, ordinal: int) -> str:
    """Return the one name of an event: the same paper in another envelope books nothing twice."""
    return stable(MOVEMENT, partner, kind, reference, sku, str(ordinal))


def not_good(line: ReceivedLine) -> str:
    """Say in words what of a received line is not in good order."""
    return ", ".join(f"{one.quantity} {one.condition}" for one in line.discrepancies)


def adjusted(line: AdjustedLine) -> tuple[Kind, int]:
    """Return what an adjusted line does to what may be sold, in the warehouse's units.

    Goods put on hold are still there and cannot be sold, whatever sign the partner writes.
    """
    match line.adjusting:
        case Adjusting.HOLD:
            return Kind.HELD, -abs(line.quantity)
        case Adjusting.RELEASE:
            return Kind.HELD, abs(line.quantity)
        case Adjusting.COUNT:
            return Kind.ADJUSTED, line.quantity


def unlike(
    book: Mapping[str, Standing],
    told: Mapping[str, int],
    *,
    asked: Mapping[str, int],
    full: bool,
) -> Iterator[Difference]:
    """Yield the articles of which a balance differs from our book; one never booked cannot.

    A full balance says that what it does not list is not there.
    """
    for sku, standing in sorted(book.items()):
        if sku not in told and not full:
            continue
        count = told.get(sku, 0)
        by = standing.differs(count, asked=asked.get(sku, 0))
        if by:
            yield Difference(sku=sku, expected=count - by, told=count, by=by)


def received_otherwise(
    sent: Mapping[str, int], received: Mapping[str, int], why: Mapping[str, str]
) -> Iterator[Difference]:
    """Yield the articles of which other numbers were received than were sent."""
    for sku in sorted({*sent, *received}):
        expected, told = sent.get(sku, 0), received.get(sku, 0)
        if expected != told:
            by = told - expected
            yield Difference(sku=sku, expected=expected, told=told, by=by, why=why.get(sku, ""))
