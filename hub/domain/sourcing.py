"""Which partners fill which lines, and why.

Minimises unfilled units, then the units that have to wait for a delivery, then the number of
partners, then of pieces (a line is split only where it must be), then the sum of priorities, then
cost, then partner ids. Exact for up to six candidates (up to cost, and for quantities of the kind
that customers order: see `MOST_STATES`); beyond that the six best by priority are weighed, and the
others fill what only they can. Choosing never reserves anything.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from hub.domain.allotting import Pick, Share, Stand, Worth, best_within, picks, plus, shares
from hub.domain.catalog import PartnerItem
from hub.domain.facts import Candidate
from hub.domain.stock import UNLIMITED, Availability

MOST_WEIGHED = 6

Stock = Mapping[tuple[str, str], Availability]
"""What may be sold, by (partner, SKU); whoever is not in it has everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Units of one order line that look for a partner; only for `partner` if it names one."""

    line_id: str
    sku: str
    quantity: int
    currency: str
    partner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced:
    """The choice: what is asked of whom for each line, and every candidate with its reason.

    A line that is not in `chosen`, or with fewer units than wanted, found nobody for the rest.
    """

    chosen: Mapping[str, tuple[Pick, ...]]
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a choice goes by.

    `priorities` are the partners' own, added to the offer's; a partner not in it is not configured.
    `without` names for a line the partners that may not be asked (they declined it), `closed` the
    partners that cannot serve this place, with the reason.
    """

    priorities: Mapping[str, int]
    without: Mapping[str, Collection[str]]
    closed: Mapping[str, str]
    stock: Stock
    today: date


def choose(
    wanted: Sequence[Wanted],
    *,
    offers: Mapping[str, Sequence[PartnerItem]],
    priorities: Mapping[str, int],
    without: Mapping[str, Collection[str]],
    today: date,
    stock: Stock | None = None,
    closed: Mapping[str, str] | None = None,
) -> Sourced:
    """Pick partners for the lines of one ship group."""
    terms = Terms(
        priorities=priorities,
        without=without,
        closed=closed or {},
        stock=stock or {},
        today=today,
    )
    barred = {
        (line.line_id, offer.partner): reason
        for line in wanted
        for offer in offers.get(line.sku, ())
        if (reason := _barred(line, offer, terms))
    }
    chosen: dict[str, tuple[Pick, ...]] = {}
    partners = _ranked(wanted, offers, barred, terms)
    # Whoever was not weighed still fills what only they can.
    for first in range(0, len(partners), MOST_WEIGHED):
        left = [one for line in wanted if (one := _rest(line, chosen)).quantity]
        if not left:
            break
        weighed = sorted(partners[first : first + MOST_WEIGHED])
        for line_id, more in _team(left, offers, weighed, barred, terms).items():
            chosen[line_id] = (*chosen.get(line_id, ()), *more)
    reasons = (
        _candidate(line, offer, chosen.get(line.line_id, ()), barred, terms)
        for line in wanted
        for offer in offers.get(line.sku, ())
    )
    return Sourced(chosen=chosen, candidates=tuple(reasons))


def _rest(line: Wanted, chosen: Mapping[str, tuple[Pick, ...]]) -> Wanted:
    found = sum(pick.quantity for pick in chosen.get(line.line_id, ()))
    return replace(line, quantity=line.quantity - found) if found else line


def _barred(line: Wanted, offer: PartnerItem, terms: Terms) -> str:
    partner = offer.partner
    if partner not in terms.priorities:
        return "has no page in the partner configuration"
    if line.partner and partner != line.partner:
        return f"is not {line.partner}, whom the line names"
    if partner in terms.without.get(line.line_id, ()):
        return "declined this line"
    if partner in terms.closed:
        return terms.closed[partner]
    if offer.valid_from is not None and offer.valid_from > terms.today:
        return f"offers it only from {offer.valid_from.isoformat()}"
    if line.quantity < offer.units_per_pack:
        return f"sells it in packs of {offer.units_per_pack}, {line.quantity} do not divide"
    return _short(line, offer, terms)


def _short(line: Wanted, offer: PartnerItem, terms: Terms) -> str:
    """Why not even one pack can be had; empty when one can."""
    has = terms.stock.get((offer.partner, line.sku), UNLIMITED)
    if has.now is None or has.now + has.later >= offer.units_per_pack:
        return ""
    if has.as_of is None:
        return "has not reported any stock of it"
    if has.stale and not has.now:
        days = max(1, (terms.today - has.as_of.date()).days)
        return f"cannot be relied on: its stock report is {days} day{'s' * (days > 1)} old"
    more = f", more is announced for {has.next_on.isoformat()}" if has.next_on else ""
    packs = f" and sells packs of {offer.units_per_pack}" if has.now else ""
    return f"has {has.now} of {line.quantity}{packs}{more}"


def _rank(offer: PartnerItem, terms: Terms) -> tuple[int, str]:
    return (terms.priorities[offer.partner] + offer.priority, offer.partner)


def _ranked(
    wanted: Sequence[Wanted],
    offers: Mapping[str, Sequence[PartnerItem]],
    barred: Mapping[tuple[str, str], str],
    terms: Terms,
) -> list[str]:
    """Whoever may fill something, by the best priority of its offers."""
    best: dict[str, tuple[int, str]] = {}
    for line in wanted:
        for offer in offers.get(line.sku, ()):
            if (line.line_id, offer.partner) not in barred:
                rank = _rank(offer, terms)
                best[offer.partner] = min(best.get(offer.partner, rank), rank)
    return sorted(best, key=lambda partner: best[partner])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lot:
    """The lines that want one article, and what the weighed partners can give of it."""

    lines: tuple[Wanted, ...]
    stands: tuple[Stand, ...]
    best: Sequence[Share]
    bits: tuple[int, ...]  # the place of each stand's partner in the team's mask

    def share(self, team: int) -> Share:
        """What is best for a team, given as a mask over all who are weighed."""
        mask = sum(1 << at for at, bit in enumerate(self.bits) if team >> bit & 1)
        return self.best[mask]


def _team(
    wanted: Sequence[Wanted],
    offers: Mapping[str, Sequence[PartnerItem]],
    partners: Sequence[str],
    barred: Mapping[tuple[str, str], str],
    terms: Terms,
) -> dict[str, tuple[Pick, ...]]:
    """What the best team among these partners gives, by line."""
    lots = [
        _lot([line for line in wanted if line.sku == sku], offers, partners, barred, terms)
        for sku in dict.fromkeys(line.sku for line in wanted)
    ]

    def weighed(team: int) -> tuple[int, int, int, int, int, int, list[str]]:
        worth: Worth = (0, 0, 0, 0, 0)
        for lot in lots:
            worth = plus(worth, lot.share(team).worth)
        members = [partner for at, partner in enumerate(partners) if team >> at & 1]
        unfilled, later, *rest = worth
        return (unfilled, later, len(members), rest[0], rest[1], rest[2], members)

    team = min(range(1 << len(partners)), key=weighed)
    return {
        lot.lines[at].line_id: each
        for lot in lots
        for at, each in picks(lot.share(team), lot.stands).items()
    }


def _lot(
    lines: Sequence[Wanted],
    offers: Mapping[str, Sequence[PartnerItem]],
    partners: Sequence[str],
    barred: Mapping[tuple[str, str], str],
    terms: Terms,
) -> _Lot:
    sku = lines[0].sku
    able: list[tuple[PartnerItem, frozenset[int]]] = []
    for offer in sorted(offers.get(sku, ()), key=lambda offer: offer.partner):
        may = frozenset(
            at for at, line in enumerate(lines) if (line.line_id, offer.partner) not in barred
        )
        if may and offer.partner in partners:
            able.append((offer, may))
    one_currency = len({offer.currency for offer, _ in able}) == 1
    demands = [line.quantity for line in lines]
    stands = tuple(
        _stand(offer, may, sum(demands), one_currency=one_currency, terms=terms)
        for offer, may in able
    )
    return _Lot(
        lines=tuple(lines),
        stands=stands,
        best=best_within(shares(demands, stands), len(stands)),
        bits=tuple(partners.index(offer.partner) for offer, _ in able),
    )


def _stand(
    offer: PartnerItem, may: frozenset[int], most: int, *, one_currency: bool, terms: Terms
) -> Stand:
    has = terms.stock.get((offer.partner, offer.sku), UNLIMITED)
    pack = offer.units_per_pack
    now = most if has.now is None else min(has.now, most)
    every = min((now if has.now is None else has.now) + has.later, 2 * most) // pack
    return Stand(
        offer=offer,
        weight=_rank(offer, terms)[0],
        cost=offer.cost if one_currency else 0,
        now=-(-most // pack) if has.now is None else now // pack,
        later=max(0, every - now // pack) if has.now is not None else 0,
        later_on=has.later_on,
        lines=may,
    )


def _candidate(
    line: Wanted,
    offer: PartnerItem,
    found: Sequence[Pick],
    barred: Mapping[tuple[str, str], str],
    terms: Terms,
) -> Candidate:
    mine = [pick for pick in found if pick.offer.partner == offer.partner]
    reason = barred.get((line.line_id, offer.partner), "")
    if mine:
        reason = _won(line, mine, terms)
    elif not reason:
        reason = _lost(line, offer, found, terms)
    return Candidate(
        line_id=line.line_id,
        partner=offer.partner,
        won=bool(mine),
        quantity=sum(pick.quantity for pick in mine),
        reason=reason,
    )


def _won(line: Wanted, mine: Sequence[Pick], terms: Terms) -> str:
    offer = mine[0].offer
    units = sum(pick.quantity for pick in mine)
    why = "fills the order with the fewest partners"
    if units < line.quantity:
        why = f"fills {units} of {line.quantity}, with the fewest partners"
    later = "".join(
        f"; {pick.quantity} of them from the delivery of {pick.ships_on.isoformat()}"
        for pick in mine
        if pick.ships_on
    )
    return f"{why}{later}; {_stands_at(line, offer, terms)}priority {_rank(offer, terms)[0]}"


def _lost(line: Wanted, offer: PartnerItem, found: Sequence[Pick], terms: Terms) -> str:
    weight = _rank(offer, terms)[0]
    has = terms.stock.get((offer.partner, line.sku), UNLIMITED)
    if has.now is not None and has.now < line.quantity:
        return f"has {has.now} of {line.quantity}{_more(has)}; priority {weight}"
    if line.quantity % offer.units_per_pack:
        pack = offer.units_per_pack
        return f"sells it in packs of {pack}, {line.quantity} do not divide; priority {weight}"
    winners = _names(pick.offer.partner for pick in found)
    same = [pick.offer for pick in found if _rank(pick.offer, terms)[0] == weight]
    if same and all(_dearer(offer, other) for other in same):
        return f"costs more than {winners}; priority {weight}"
    return f"{winners or 'another'} was better placed; priority {weight}"


def _stands_at(line: Wanted, offer: PartnerItem, terms: Terms) -> str:
    has = terms.stock.get((offer.partner, line.sku), UNLIMITED)
    return "" if has.now is None else f"has {has.now} of {line.quantity}; "


def _more(has: Availability) -> str:
    return f" and {has.later} more on {has.later_on.isoformat()}" if has.later_on else ""


def _names(partners: Iterable[str]) -> str:
    return " and ".join(dict.fromkeys(partners))


def _dearer(offer: PartnerItem, other: PartnerItem) -> bool:
    if offer.currency != other.currency:
        return False
    return offer.cost * other.units_per_pack > other.cost * offer.units_per_pack
