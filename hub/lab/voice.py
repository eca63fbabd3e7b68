"""What every simulated partner's language can say; one file beside this is one language."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from hub.lab.asked import AskedChange, AskedLine, AskedOrder, Heard
from hub.lab.terms import Answered, Departure


class Kind(StrEnum):
    """The papers of the trade, as every language knows them or does not."""

    RECEIPT = "receipt"
    RESPONSE = "response"
    NOTICE = "ship notice"
    STOCK = "stock report"
    INVOICE = "invoice"
    CHANGE_ANSWER = "change answer"
    REPORT = "order report"
    ADVICE = "application advice"
    DELIVERY = "delivery report"


class Spoiled(StrEnum):
    """How a paper can be wrong: a quantity in words, or a count that is not what it counts."""

    NOT = ""
    MISPRINT = "misprint"
    COUNT = "count"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """An article as its supplier knows it; `products` are pairs of qualifier and id."""

    sku: str
    unit: str
    products: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What is on the shelf of each article; `changes` says that the others are as they were."""

    name: str
    articles: Sequence[Shelved]
    shelf: Mapping[str, int]
    changes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What left together, to be paid; `dearer` SKUs cost more than was agreed.

    `wrong` says that the total is not what the lines come to.
    """

    departure: Departure
    dearer: frozenset[str]
    wrong: bool


class Voice(Protocol):
    """A language: reads the hub's messages, writes bodies and puts them into their envelopes.

    A body that is empty means that the language has no such paper. `suffix` ends its files' names;
    `receipts` says whether both sides acknowledge papers by receipts.
    """

    suffix: str
    receipts: bool

    def whole(self, text: str) -> bool:
        """Return whether a message has come to its last sign."""

    def read(self, text: str) -> Heard:
        """Return what a whole message says."""

    def named(self, kind: Kind) -> str:
        """Return what the language calls a paper; files are named by it."""

    def response(
        self, order: AskedOrder, answers: Sequence[Answered], *, name: str, at: datetime
    ) -> str:
        """Answer an order: every line once."""

    def notice(self, order: AskedOrder, departure: Departure, *, place: str, at: datetime) -> str:
        """Tell of parcels that leave `place`."""

    def invoice(self, order: AskedOrder, bill: Bill, *, at: datetime) -> str:
        """Ask to be paid."""

    def count(self, count: Count, *, at: datetime) -> str:
        """Tell what is on the shelf."""

    def change_answer(self, change: AskedChange, *, yes: bool, at: datetime) -> str:
        """Say yes to all of a change, or no."""

    def report(
        self, order: AskedOrder, lines: Iterable[tuple[AskedLine, date]], *, at: datetime
    ) -> str:
        """Put lines off to other days."""

    def advice(self, order: AskedOrder, *, at: datetime) -> str:
        """Say that the order was taken into the books."""

    def brought(self, order: AskedOrder, departure: Departure, *, at: datetime) -> str:
        """Say that its own drivers delivered every parcel."""

    def enveloped(self, kind: Kind, body: str, *, number: int, at: datetime) -> str:
        """Return the message that carries a body."""

    def misprinted(self, kind: Kind, body: str) -> str:
        """Return the body with a quantity that is no number."""

    def miscounted(self, kind: Kind, text: str) -> str:
        """Return the message with a count that is wrong."""
