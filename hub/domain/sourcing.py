"""Which partner fills which line, and why.

Minimises unfilled units, then the number of partners, then the sum of priorities, then partner ids;
exact for up to six candidates; beyond that the six best by priority
are weighed, and the others fill what only they can.
A line goes whole to one partner. Choosing never reserves anything.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from hub.domain.catalog import PartnerItem
from hub.domain.facts import Candidate

MOST_WEIGHED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Units of one order line that look for a partner."""

    line_id: str
    sku: str
    quantity: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced:
    """The choice: an offer for each line that found one, and every candidate with its reason."""

    chosen: Mapping[str, PartnerItem]
    candidates: tuple[Candidate, ...]


def choose(
    wanted: Sequence[Wanted],
    *,
    offers: Mapping[str, Sequence[PartnerItem]],
    priorities: Mapping[str, int],
    without: Mapping[str, Collection[str]],
    today: date,
) -> Sourced:
    """Pick a partner for each line of one ship group.

    `priorities` are the partners' own, added to the offer's; a partner not in it is not configured.
    `without` names for a line the partners that may not be asked (they declined it).
    """
    barred = {
        (line.line_id, offer.partner): reason
        for line in wanted
        for offer in offers.get(line.sku, ())
        if (reason := _barred(line, offer, priorities, without, today))
    }
    able = {
        line.line_id: {
            offer.partner: offer
            for offer in offers.get(line.sku, ())
            if (line.line_id, offer.partner) not in barred
        }
        for line in wanted
    }
    team = _best_team(wanted, able, priorities)
    # Whoever was not weighed still fills what only they can.
    chosen = {
        line.line_id: offer
        for line in wanted
        if (offer := _pick(able[line.line_id], team, priorities))
        or (offer := _pick(able[line.line_id], priorities, priorities))
    }
    reasons = [
        _candidate(line, offer, chosen.get(line.line_id), barred, priorities)
        for line in wanted
        for offer in offers.get(line.sku, ())
    ]
    return Sourced(chosen=chosen, candidates=tuple(reasons))


def _barred(
    line: Wanted,
    offer: PartnerItem,
    priorities: Mapping[str, int],
    without: Mapping[str, Collection[str]],
    today: date,
) -> str:
    if offer.partner not in priorities:
        return "has no page in the partner configuration"
    if offer.partner in without.get(line.line_id, ()):
        return "declined this line"
    if offer.valid_from is not None and offer.valid_from > today:
        return f"offers it only from {offer.valid_from.isoformat()}"
    if line.quantity % offer.units_per_pack:
        return f"sells it in packs of {offer.units_per_pack}, {line.quantity} do not divide"
    return ""


def _rank(offer: PartnerItem, priorities: Mapping[str, int]) -> tuple[int, str]:
    return (priorities[offer.partner] + offer.priority, offer.partner)


def _best_team(
    wanted: Sequence[Wanted],
    able: Mapping[str, Mapping[str, PartnerItem]],
    priorities: Mapping[str, int],
) -> frozenset[str]:
    best: dict[str, tuple[int, str]] = {}
    for offers in able.values():
        for offer in offers.values():
            rank = _rank(offer, priorities)
            best[offer.partner] = min(best.get(offer.partner, rank), rank)
    partners = sorted(best, key=lambda partner: best[partner])[:MOST_WEIGHED]
    teams = (
        frozenset(team)
        for size in range(len(partners) + 1)
        for team in combinations(sorted(partners), size)
    )
    return min(teams, key=lambda team: _cost(team, wanted, able, priorities))


def _cost(
    team: frozenset[str],
    wanted: Sequence[Wanted],
    able: Mapping[str, Mapping[str, PartnerItem]],
    priorities: Mapping[str, int],
) -> tuple[int, int, int, tuple[str, ...]]:
    picks = [(line, _pick(able[line.line_id], team, priorities)) for line in wanted]
    unfilled = sum(line.quantity for line, offer in picks if offer is None)
    weight = sum(_rank(offer, priorities)[0] for _, offer in picks if offer is not None)
    used = {offer.partner for _, offer in picks if offer is not None}
    return (unfilled, len(used), weight, tuple(sorted(team)))


def _pick(
    offers: Mapping[str, PartnerItem], team: Collection[str], priorities: Mapping[str, int]
) -> PartnerItem | None:
    able = [offer for partner, offer in offers.items() if partner in team]
    return min(able, key=lambda offer: _rank(offer, priorities)) if able else None


def _candidate(
    line: Wanted,
    offer: PartnerItem,
    winner: PartnerItem | None,
    barred: Mapping[tuple[str, str], str],
    priorities: Mapping[str, int],
) -> Candidate:
    won = winner is not None and winner.partner == offer.partner
    reason = barred.get((line.line_id, offer.partner), "")
    if not reason:
        weight = _rank(offer, priorities)[0]
        if won:
            reason = f"fills the order with the fewest partners; priority {weight}"
        else:
            reason = (
                f"{winner.partner if winner else 'another'} was better placed; priority {weight}"
            )
    return Candidate(
        line_id=line.line_id,
        partner=offer.partner,
        won=won,
        quantity=line.quantity if won else 0,
        reason=reason,
    )
