"""What a simulated partner hears, whatever language it was said in."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedLine:
    """One line of an order: `products` are its pairs of qualifier and id as they came."""

    number: str
    quantity: int
    unit: str
    cost: str
    products: tuple[str, ...]
    sku: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOrder:
    """A purchase order; `words` are what its language wants to hear again in answers."""

    number: str
    day: str
    lines: tuple[AskedLine, ...]
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedChange:
    """A change of an order: how many packs of which lines are to stand; `whole` cancels it.

    Of a `complete` one the lines that are not named are cancelled.
    `words` are what its language wants to hear again in the answer.
    """

    order: str
    whole: bool
    stands: Mapping[str, int]
    complete: bool = False
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the hub says of a paper with that control number: whether it could be read."""

    control: int
    good: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one message of the hub says; `receipts` are the bodies of those it is owed."""

    orders: tuple[AskedOrder, ...] = ()
    changes: tuple[AskedChange, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    receipts: tuple[str, ...] = ()
