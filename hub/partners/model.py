"""What a partner's page says, checked: the values that flow, api and portal work with."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel

from hub.partners.own import NothingSet, Own, Owned
from hub.partners.working_time import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a partner may take, in its working time, before silence becomes an exception.

    `receipt` runs from our delivery to the 997, `response` to the 855, `ship` to the 856, `change`
    to the answer to a change or cancellation.
    """

    receipt: timedelta
    response: timedelta
    ship: timedelta
    change: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRules:
    """What is known of a partner's stock and how far it is trusted.

    `level` is where levels come from: `reports`, `by_hand`, or `unlimited` (everything listed is
    there). `includes` is the event after which a report no longer counts a unit: `shipped` or
    `acknowledged`. `safety` units of each article are never sold. A level older than `trust` is
    stale; then it is sold from only if `use_stale`. A full report in which more than `guard`
    percent of the articles that had stock have none waits for a person. With `preorder` units of
    the next announced delivery may be sold.
    """

    level: Literal["reports", "by_hand", "unlimited"]
    includes: Literal["shipped", "acknowledged"]
    safety: int
    trust: timedelta
    use_stale: bool
    guard: int
    preorder: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseRules:
    """How a warehouse that holds our goods is dealt with.

    What it picks `short` is rejected (somebody else fills it) or backordered. A `balance` that
    differs from our book waits for a person (`ask`) or counts (`trust`). From the next `cutoff` of
    its working day on it takes no changes of an order it has; None means always.
    """

    short: Literal["reject", "backorder"] = "reject"
    balance: Literal["ask", "trust"] = "ask"
    cutoff: time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Territory:
    """Where a partner ships: countries (`US`) and regions (`US-AK`); empty `to` is everywhere."""

    to: tuple[str, ...]
    not_to: tuple[str, ...]

    def covers(self, *, country: str, region: str) -> bool:
        """Say whether a parcel may go there; a region outweighs its country."""
        place = f"{country}-{region}"
        if place in self.not_to or (country in self.not_to and place not in self.to):
            return False
        return not self.to or country in self.to or place in self.to


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One way to and from a partner: transport + format + maps.

    `settings` and `profile` are the `Config` of the transport and the format named. `maps` gives
    the map for a set ("850" → "acme/850"). `cutoffs` are times of day in the partner's zone at
    which waiting documents leave together, at most `batch_limit` in one interchange; without any,
    each leaves at once. A file that is not whole is taken as it is after `settle_seconds` without
    change.
    """

    partner: str
    name: str
    transport: str
    settings: BaseModel
    format: str
    profile: BaseModel
    maps: Mapping[str, str]
    sends: tuple[str, ...]
    receives: tuple[str, ...]
    poll_seconds: float | None
    poll_cron: str | None
    cutoffs: tuple[time, ...]
    batch_limit: int
    file_name: str
    partner_resets_numbers: bool
    settle_seconds: int

    @property
    def lane(self) -> str:
        """The name under which duties of this channel are claimed: `acme/edi`."""
        return f"{self.partner}/{self.name}"

    def next_cutoff(self, now: datetime, calendar: Calendar) -> datetime | None:
        """Return the next moment at which waiting documents leave, in UTC.

        It is later than `now`; None means that each leaves at once. Days off have no cut-off.
        """
        return calendar.next_of(self.cutoffs, after=now)

    def outgoing_name(self, *, set_id: str, number: int, on: date, order: str = "") -> str:
        """Return the name of the file that carries interchange `number`.

        The number is written with 9 digits as in ISA13; of the purchase order's, the first in the
        file, only letters, digits, dash and point are kept. The same values give the same name.
        """
        return self.file_name.format(
            set=set_id,
            partner=self.partner,
            number=f"{number:09d}",
            date=f"{on:%Y%m%d}",
            order=re.sub(r"[^A-Za-z0-9.-]+", "-", order)[:60] or "none",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """One supplier or warehouse.

    `digest` is the SHA-256 of its page, `notice` what is allowed there but worth a warning.
    `products` are the kinds of article ids we send, in that order. `transit` gives the working days
    to the customer's door by ship method, "other" for the rest. `silence` is what no answer to a
    change means: `decline` or `confirm`; `changes_by` whether a change is a paper of its own or the
    order again, whole. `carriers` are those that its people usually give parcels to, none for any.
    """

    id: str
    name: str
    kind: str
    channels: tuple[Channel, ...]
    limits: Limits
    calendar: Calendar
    priority: int
    products: tuple[str, ...]
    stock: StockRules
    territory: Territory
    transit: Mapping[str, int]
    silence: Literal["decline", "confirm"]
    digest: str
    notice: tuple[str, ...]
    warehouse: WarehouseRules = WarehouseRules()
    changes_by: Literal["paper", "order"] = "paper"
    carriers: tuple[str, ...] = ()

    @property
    def holds_ours(self) -> bool:
        """Whether the goods there are our own: a warehouse, whose stock we keep a book of."""
        return self.kind == "warehouse"

    def picks_at(self, given: datetime) -> datetime | None:
        """Return when it begins to pick an order it was given then, None when it never says."""
        at = self.warehouse.cutoff
        return None if at is None else self.calendar.next_of((at,), after=given)

    def transit_days(self, method: str) -> int:
        """Return the working days from this partner's dock to the customer's door."""
        return self.transit.get(method, self.transit["other"])

    def with_own(self, own: Own | None) -> "Partner":
        """Return the partner as its page and its own settings make it.

        Its `digest` tells both: what was done under other settings was done under another page.
        """
        if own is None or own == Own():
            return self
        said = [own.zone, *map(str, sorted(own.closed)), "/", *map(str, sorted(own.opened))]
        words = "\n".join([self.digest, *said, "/", *own.carriers])
        calendar = replace(
            self.calendar,
            zone=own.zone or self.calendar.zone,
            holidays=(self.calendar.holidays - own.opened) | own.closed,
        )
        return replace(
            self,
            calendar=calendar,
            carriers=own.carriers or self.carriers,
            digest=hashlib.sha256(words.encode()).hexdigest(),
        )


_NOTHING = NothingSet()


@dataclass(frozen=True, slots=True, kw_only=True)
class Partners:
    """Every partner there is, by id; `all` as their pages say, `get` with what they set since.

    `own` knows what partners set for themselves while the hub runs.
    """

    all: tuple[Partner, ...]
    own: Owned = _NOTHING
    _by_id: Mapping[str, Partner] = field(init=False, repr=False, compare=False)
    _by_lane: Mapping[str, Channel] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        lanes = {channel.lane: channel for partner in self.all for channel in partner.channels}
        by_id = {partner.id: partner for partner in self.all}
        object.__setattr__(self, "_by_id", MappingProxyType(by_id))
        object.__setattr__(self, "_by_lane", MappingProxyType(lanes))

    def get(self, partner_id: str) -> Partner:
        """Return the partner as it is set now; raises KeyError when no page names it."""
        return self._by_id[partner_id].with_own(self.own.known().get(partner_id))

    def page(self, partner_id: str) -> Partner:
        """Return the partner as its page says, whatever it set; raises KeyError."""
        return self._by_id[partner_id]

    def channel(self, lane: str) -> Channel:
        """Return the channel of a lane (`acme/edi`); raises KeyError."""
        return self._by_lane[lane]
