"""What simulated partners do wrong, by name, and how that bends the terms of an order."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from hub.lab.terms import ANY, Terms
from hub.lab.voice import Kind

ORDER_PAPERS = frozenset(
    {Kind.RECEIPT, Kind.RESPONSE, Kind.NOTICE, Kind.INVOICE, Kind.CHANGE_ANSWER, Kind.REPORT}
)
"""What a partner that never answers does not say."""


class Does(StrEnum):
    """The misbehaviours. `goes offline` is a partner's door that is shut for a while."""

    REJECT_LINE = "reject line"
    SHORT_SHIP = "short ship"
    LATE = "late"
    BACK_ORDER = "back-order"
    NEVER_ANSWERS = "never answers"
    DUPLICATE = "duplicate"
    REPEAT = "repeat"
    CORRUPT_COUNTS = "corrupt counts"
    MISPRINT = "misprint"
    WRONG_TOTAL = "wrong total"
    WRONG_PRICE = "wrong price"
    REFUSES_CHANGES = "refuses changes"
    GOES_OFFLINE = "goes offline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Misdeed:
    """One misbehaviour: of one SKU or `ANY`, in one order or, empty, in all.

    `packs` stay behind, `by` is how much later, `papers` are what is unsaid, doubled or wrong.
    `chance` is in how many orders of a hundred it happens; the seed decides in which.
    """

    does: Does
    sku: str = ANY
    order: str = ""
    packs: int = 1
    by: timedelta = timedelta()
    papers: frozenset[Kind] = frozenset({Kind.NOTICE})
    chance: int = 100

    def happens(self, *, firm: str, order: str, seed: int) -> bool:
        """Return whether it happens to a purchase order; the same for the same seed, always."""
        if self.order and f"-{self.order}-" not in f"-{order}-":
            return False
        lot = hashlib.sha256(f"{seed}/{firm}/{order}/{self.does}/{self.sku}".encode()).digest()
        return int.from_bytes(lot[:4]) % 100 < self.chance


def bent(terms: Terms, misdeeds: Sequence[Misdeed], *, firm: str, order: str, seed: int) -> Terms:
    """Return the terms of a purchase order, bent by every misdeed that happens to it."""
    for misdeed in misdeeds:
        if misdeed.happens(firm=firm, order=order, seed=seed):
            terms = _bent(terms, misdeed)
    return terms


def _bent(terms: Terms, misdeed: Misdeed) -> Terms:
    sku, papers = misdeed.sku, misdeed.papers
    match misdeed.does:
        case Does.REJECT_LINE:
            return replace(terms, refused=terms.refused | {sku})
        case Does.SHORT_SHIP:
            return replace(terms, short={**terms.short, sku: misdeed.packs})
        case Does.LATE:
            return replace(terms, delayed={**terms.delayed, sku: misdeed.by})
        case Does.BACK_ORDER:
            return replace(terms, waited_for={**terms.waited_for, sku: max(1, misdeed.by.days)})
        case Does.MISPRINT:
            return replace(terms, misprinted=terms.misprinted | {sku})
        case Does.WRONG_PRICE:
            return replace(terms, overcharged=terms.overcharged | {sku})
        case Does.REFUSES_CHANGES:
            return replace(terms, packed=terms.packed | {sku})
    return _unsaid(terms, misdeed.does, papers)


def _unsaid(terms: Terms, does: Does, papers: frozenset[Kind]) -> Terms:
    match does:
        case Does.NEVER_ANSWERS:
            return replace(terms, unsaid=terms.unsaid | papers)
        case Does.DUPLICATE:
            return replace(terms, doubled=terms.doubled | papers)
        case Does.REPEAT:
            return replace(terms, repeated=terms.repeated | papers)
        case Does.CORRUPT_COUNTS:
            return replace(terms, miscounted=terms.miscounted | papers)
        case Does.WRONG_TOTAL:
            return replace(terms, mistotalled=True)
    return terms
