"""What a partner has of an article by its newest report, what is spoken for, what may be sold.

A reservation is released by a report, not by a shipment: it counts until a level is known that is
later than the event after which the partner's reports leave the unit out. Pure: nothing here reads
levels, takes reservations or knows a page; the moment is always passed in.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Protocol

from hub.domain.orders import Buckets


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    """What a partner had of an article, in our units.

    `as_of` is the moment for which that holds: the later of the row's own report and the partner's
    newest full one. `heard_at` is when we were told. `next_quantity` more are announced for
    `next_on`.
    """

    partner: str
    sku: str
    quantity: int
    as_of: datetime
    heard_at: datetime
    next_on: date | None = None
    next_quantity: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """Units that are spoken for.

    `event_at` is when what the partner's reports include happened to them (acknowledged or
    shipped); None while it has not.
    """

    quantity: int
    event_at: datetime | None = None

    def counts(self, as_of: datetime) -> bool:
        """Say whether a level of that moment may still hold these units."""
        return self.event_at is None or self.event_at >= as_of


class StockTerms(Protocol):
    """What a partner's page says of its stock (`hub.partners.StockRules`)."""

    @property
    def level(self) -> str:
        """Where levels come from: `reports`, `by_hand` or `unlimited`."""

    @property
    def safety(self) -> int:
        """Units of each article that are never sold."""

    @property
    def trust(self) -> timedelta:
        """How long a report is believed."""

    @property
    def use_stale(self) -> bool:
        """Whether an older one is sold from all the same."""

    @property
    def preorder(self) -> bool:
        """Whether units of the next announced delivery may be sold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """What may be sold of one partner's article.

    `now` is None when nobody counts. `later` more may be sold for `later_on`. `as_of` is None when
    nothing was ever reported. `stale` tells that the level is older than the page trusts, whether
    or not it is sold from. `next_on` is the announced delivery's day, sold from or not.
    """

    now: int | None
    later: int = 0
    later_on: date | None = None
    stale: bool = False
    as_of: datetime | None = None
    next_on: date | None = None

    def less(self, units: int, *, later: bool) -> "Availability":
        """Return what is left after so many more, at hand or of the next delivery, were given."""
        if self.now is None:
            return self
        if later:
            return replace(self, later=self.later - units)
        return replace(self, now=self.now - units)


UNLIMITED = Availability(now=None)


def available(
    level: StockLevel | None,
    reserved: Iterable[Reserved],
    *,
    rules: StockTerms,
    now: datetime,
) -> Availability:
    """Return what may be sold: the level, less what counts against it, less the safety stock.

    No level means that nothing is there, unless nobody counts. A level kept by hand never grows
    stale. What was sold beyond the level was sold from the next delivery; a delivery whose day has
    passed without a new report is not counted on. Days are days of UTC.
    """
    if rules.level == "unlimited":
        return UNLIMITED
    if level is None:
        return Availability(now=0)
    stale = rules.level == "reports" and now - level.as_of > rules.trust
    if stale and not rules.use_stale:
        return Availability(now=0, stale=True, as_of=level.as_of, next_on=level.next_on)
    counted = sum(one.quantity for one in reserved if one.counts(level.as_of))
    free = level.quantity - rules.safety - counted
    at_hand = max(0, free)
    later = max(0, free + _announced(level, rules, now.date())) - at_hand
    return Availability(
        now=at_hand,
        later=later,
        later_on=level.next_on if later else None,
        stale=stale,
        as_of=level.as_of,
        next_on=level.next_on,
    )


def _announced(level: StockLevel, rules: StockTerms, today: date) -> int:
    promised = rules.preorder and level.next_on is not None and level.next_on >= today
    return level.next_quantity if promised else 0


FARTHEST = timedelta(days=14)
"""A shipment said to leave later than this is a slip of the pen: it counts as leaving now."""


def happened(buckets: Buckets, *, includes: str) -> int:
    """Return of how many units of a partner's line its reports know already, or soon will.

    `includes` is `shipped` or `acknowledged` (what ships was acknowledged, said or not). Units
    shipped beyond what was open left the shelf as well.
    """
    return _done(buckets, includes) + buckets.unexpected


def held(buckets: Buckets, *, includes: str) -> int:
    """Return how many units of a partner's line its reports know nothing of."""
    return buckets.ordered - buckets.cancelled - _done(buckets, includes)


def _done(buckets: Buckets, includes: str) -> int:
    if includes == "shipped":
        return buckets.shipped
    return max(buckets.shipped, min(buckets.accepted, buckets.ordered - buckets.cancelled))


DAY_ONLY = time(12, 0, 0, 1)
"""Where a day without a time stands on its own wall: so it is that day in other zones as well."""


def left_at(stated: datetime, *, zone: tzinfo, now: datetime) -> datetime:
    """Return the moment at which a shipment has left the shelf for sure; too late is safe.

    `DAY_ONLY` or midnight on the partner's wall is a day without a time: its end counts, today's
    as well, for a notice is often written before the goods are fetched. Without seconds the
    minute's end counts. A moment to come is believed (`FARTHEST`).
    """
    if stated > now + FARTHEST:
        return now
    here = stated.astimezone(zone)
    if here.time() in (time(), DAY_ONLY):
        end = datetime.combine(here.date() + timedelta(days=1), time(), tzinfo=zone)
        return end.astimezone(stated.tzinfo)
    if here.second == 0 and here.microsecond == 0:
        return stated + timedelta(seconds=59, microseconds=999_999)
    return stated
