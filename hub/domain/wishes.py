"""What may be wanted of an order that is there, and what comes of it: the words of a change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.domain.facts import Change
from hub.domain.orders import OrderChange


class Outcome(StrEnum):
    """What became of one thing wanted, known at once."""

    DONE = "done"
    ASKED = "asked"
    TOO_LATE = "too_late"


class Why(StrEnum):
    """Why something cannot be done any more."""

    SHIPPED = "shipped"
    CANCELLED = "cancelled"
    NO_CHANGES = "no_changes"  # who has it in hand takes no changes
    PACKS = "packs"  # what was ordered from the partner in packs goes back in whole packs
    RUNNING = "running"  # another change of the same is being asked
    GIVEN_UP = "given_up"  # it was to be exchanged; then it was to be cancelled
    WANTED = "wanted"  # it was to be cancelled; then it was wanted after all


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a partner is asked for a change, and when its silence is taken for an answer."""

    partner: str
    lane: str
    set_id: str
    due_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far an order's papers are: parts not written yet, and how the others are asked.

    A written part without `terms` belongs to a partner that takes no changes.
    """

    unsent: frozenset[str]
    terms: Mapping[str, Terms]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fewer:
    """Units of a line cancelled; without a quantity everything that is open of it."""

    line: str
    quantity: int | None = None
    action: str = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """The number of units the customer wants of a line in all, those already shipped included.

    `discount` and `tax` are for units added; without a tax they are taxed as the line is.
    """

    line: str
    quantity: int
    discount: int = 0
    tax: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUnits:
    """A line to be put on an order; `person_id` are the words with its personalization, if any."""

    line_id: str
    number: str
    group: str
    sku: str
    description: str
    quantity: int
    unit_price: int
    discount: int = 0
    tax: int = 0
    personalization_hash: str = ""
    person_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Add:
    """A new line."""

    new: NewUnits


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """Units of a line exchanged for as many of another article; without a quantity all open ones.

    The new line comes when the old units are taken back, and not before; nothing is exchanged when
    some of them cannot be taken back any more.
    """

    line: str
    new: NewUnits
    quantity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Regroup:
    """Something of a whole ship group: `address`, `method`, `gift` or `date`.

    `sets` is what the group gets: `person` (the id of sealed words), `method`, `gift`,
    `hide_prices`, `deliver_by` (an ISO day or None).
    """

    action: str
    group: str
    sets: Mapping[str, object]


Wish = Fewer | Quantity | Add | Swap | Regroup
GROUP_ACTIONS = ("address", "method", "gift", "date")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What came of a request: the Change to write, the change that was appended, and its rows.

    `made` is None when the same is being asked already: `running` names that change then.
    """

    change: Change
    made: OrderChange | None
    rows: tuple[Mapping[str, object], ...]
    running: str = ""
