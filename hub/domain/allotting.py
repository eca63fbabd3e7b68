"""How much of one article each partner gives to each line that wants it. Pure.

For every set of partners the best way to share is found, so that `hub.domain.sourcing` can weigh
teams. The best way leaves the fewest units unfilled, then the fewest that have to wait for a
delivery, then the fewest pieces (a line is split only where it must be), then the lowest sum of
priorities, then the lowest cost. Partners give whole packs.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from math import prod

from hub.domain.catalog import PartnerItem

MOST_STATES = 50_000
"""Beyond so many steps lines are filled one after the other, from the largest stock first."""

MOST_LINES = 8
"""Beyond so many lines of one article not every set of partners is tried any more."""

Worth = tuple[int, int, int, int, int]
"""Unfilled units, units of a later delivery, pieces, priorities, cost: less is better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """Units of one line asked of one partner; with `ships_on` they come from that delivery."""

    offer: PartnerItem
    quantity: int
    ships_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """What one partner can give of an article: packs at hand, and packs of its next delivery.

    `weight` is its priority, `cost` is by pack and 0 where costs cannot be compared. `lines` are
    the places of the lines that it may fill.
    """

    offer: PartnerItem
    weight: int
    cost: int
    now: int
    later: int
    later_on: date | None
    lines: frozenset[int]

    @property
    def pack(self) -> int:
        """Our units in one of its packs."""
        return self.offer.units_per_pack

    def whole(self, line: int, units: int) -> bool:
        """Say whether it can give a line all of it from what is at hand."""
        return line in self.lines and units % self.pack == 0 and self.now * self.pack >= units


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One way to share: what it is worth, and who gives which line how many packs now and later."""

    worth: Worth
    gives: tuple[tuple[int, int, int, int], ...] = ()  # (line, stand, packs now, packs later)


def shares(demands: Sequence[int], stands: Sequence[Stand]) -> dict[int, Share]:
    """Return the best share for sets of partners, by bit mask over `stands`.

    A set that is missing does no better than its subsets.
    """
    wanted = sum(demands)
    everybody = all(stand.now * stand.pack >= wanted for stand in stands)
    if everybody or len(demands) == 1:
        return _line_by_line(demands, stands)
    if _states(demands, stands) <= MOST_STATES:
        return _searched(demands, stands, range(len(stands)))
    return _one_after_the_other(demands, stands, range(len(stands)))


def picks(share: Share, stands: Sequence[Stand]) -> dict[int, tuple[Pick, ...]]:
    """Return what a share asks of whom, by line."""
    found: dict[int, list[Pick]] = {}
    for line, at, now, later in share.gives:
        stand = stands[at]
        each = ((now, None), (later, stand.later_on))
        found.setdefault(line, []).extend(
            Pick(offer=stand.offer, quantity=packs * stand.pack, ships_on=day)
            for packs, day in each
            if packs
        )
    return {line: tuple(each) for line, each in found.items()}


def plus(one: Worth, other: Worth) -> Worth:
    """Return what two shares are worth together."""
    return (
        one[0] + other[0],
        one[1] + other[1],
        one[2] + other[2],
        one[3] + other[3],
        one[4] + other[4],
    )


def best_within(found: Mapping[int, Share], size: int) -> list[Share]:
    """Return for every mask over `size` partners the best share that needs nobody else."""
    best: list[Share] = []
    for mask in range(1 << size):
        shares = [best[mask & ~(1 << bit)] for bit in range(size) if mask >> bit & 1]
        if mask in found:
            shares.append(found[mask])
        best.append(min(shares, key=lambda share: (share.worth, share.gives)))
    return best


def _line_by_line(demands: Sequence[int], stands: Sequence[Stand]) -> dict[int, Share]:
    """Lines that need not compete are filled each by itself, and the shares laid together."""
    alone = [_one_line(at, units, stands) for at, units in enumerate(demands)]
    if len(alone) == 1:
        return alone[0]
    size = len(stands)
    within = [best_within(found, size) for found in alone]
    return {
        mask: Share(
            worth=_sum(each[mask].worth for each in within),
            gives=tuple(give for each in within for give in each[mask].gives),
        )
        for mask in range(1 << size)
    }


def _sum(worths: Iterator[Worth]) -> Worth:
    total: Worth = (0, 0, 0, 0, 0)
    for worth in worths:
        total = plus(total, worth)
    return total


def _one_line(line: int, units: int, stands: Sequence[Stand]) -> dict[int, Share]:
    """Whoever has all of it is a set of its own; only those who have a part are combined."""
    found = {0: Share(worth=(units, 0, 0, 0, 0))}
    partial = []
    for at, stand in enumerate(stands):
        if stand.whole(line, units):
            packs = units // stand.pack
            worth = (0, 0, 1, stand.weight, packs * stand.cost)
            found[1 << at] = Share(worth=worth, gives=((line, at, packs, 0),))
        elif line in stand.lines and stand.pack <= units:
            partial.append(at)
    if not partial:
        return found
    demands = [units if at == line else 0 for at in range(line + 1)]
    rest = [stands[at] for at in partial]
    some = _searched if _states(demands, rest) <= MOST_STATES else _one_after_the_other
    return {**some(demands, stands, partial), **found}


def _states(demands: Sequence[int], stands: Sequence[Stand]) -> int:
    """How many steps a full search takes at most."""
    options = sum(
        prod(min(units // stand.pack, stand.now + stand.later) + 1 for units in demands)
        for stand in stands
    )
    return options * prod(units + 1 for units in demands) << max(0, len(stands) - 1)


_State = tuple[int, tuple[int, ...]]


def _searched(
    demands: Sequence[int], stands: Sequence[Stand], among: Collection[int]
) -> dict[int, Share]:
    """Every way to share, partner after partner; of equal rests only the best way is kept."""
    states: dict[_State, Share] = {(0, tuple(demands)): Share(worth=(0, 0, 0, 0, 0))}
    for at in among:
        further = dict(states)
        for (mask, rest), share in states.items():
            for left, worth, gives in _options(at, stands[at], rest):
                state = (mask | 1 << at, left)
                later = Share(worth=plus(share.worth, worth), gives=share.gives + gives)
                known = further.get(state)
                if known is None or (later.worth, later.gives) < (known.worth, known.gives):
                    further[state] = later
        states = further
    found: dict[int, Share] = {}
    for (mask, rest), share in states.items():
        done = Share(worth=plus(share.worth, (sum(rest), 0, 0, 0, 0)), gives=share.gives)
        known = found.get(mask)
        if known is None or (done.worth, done.gives) < (known.worth, known.gives):
            found[mask] = done
    return found


_Option = tuple[tuple[int, ...], Worth, tuple[tuple[int, int, int, int], ...]]


def _options(at: int, stand: Stand, rest: tuple[int, ...]) -> Iterator[_Option]:
    """Yield every way in which one partner gives something: the rest, its worth, who gets it."""
    for counts in _counts(stand, rest, 0, stand.now + stand.later):
        if not any(counts):
            continue
        at_hand = stand.now
        gives = []
        for line, packs in enumerate(counts):
            now = min(packs, at_hand)
            at_hand -= now
            if packs:
                gives.append((line, at, now, packs - now))
        left = tuple(units - packs * stand.pack for units, packs in zip(rest, counts, strict=True))
        later = sum(give[3] for give in gives) * stand.pack
        pieces = len(gives)
        yield (
            left,
            (0, later, pieces, pieces * stand.weight, sum(counts) * stand.cost),
            tuple(gives),
        )


def _counts(
    stand: Stand, rest: tuple[int, ...], line: int, packs: int
) -> Iterator[tuple[int, ...]]:
    if line == len(rest):
        yield ()
        return
    most = min(rest[line] // stand.pack, packs) if line in stand.lines else 0
    for count in range(most + 1):
        for others in _counts(stand, rest, line + 1, packs - count):
            yield (count, *others)


def _one_after_the_other(
    demands: Sequence[int], stands: Sequence[Stand], among: Collection[int]
) -> dict[int, Share]:
    """Large quantities: each line in turn, whole if somebody has it, else the largest first."""
    members = sorted(among, key=lambda at: (-stands[at].now * stands[at].pack, at))
    if len(demands) > MOST_LINES:
        teams = [members[:size] for size in range(len(members) + 1)]
    else:
        sizes = range(len(members) + 1)
        teams = [list(team) for size in sizes for team in combinations(members, size)]
    masks = [sum(1 << at for at in team) for team in teams]
    return {mask: _filled(demands, stands, mask) for mask in masks}


def _filled(demands: Sequence[int], stands: Sequence[Stand], mask: int) -> Share:
    team = [at for at in range(len(stands)) if mask >> at & 1]
    now = {at: stands[at].now for at in team}
    later = {at: stands[at].later for at in team}
    gives: list[tuple[int, int, int, int]] = []
    unfilled = 0
    for line, units in enumerate(demands):
        given: dict[int, list[int]] = {}
        for kind, left in enumerate((now, later)):
            for at in _by_size(team, stands, left, line, units):
                packs = min(units // stands[at].pack, left[at])
                if packs:
                    left[at] -= packs
                    units -= packs * stands[at].pack
                    given.setdefault(at, [0, 0])[kind] += packs
        unfilled += units
        gives.extend((line, at, packs[0], packs[1]) for at, packs in sorted(given.items()))
    worth = (
        unfilled,
        sum(give[3] * stands[give[1]].pack for give in gives),
        len(gives),
        sum(stands[give[1]].weight for give in gives),
        sum((give[2] + give[3]) * stands[give[1]].cost for give in gives),
    )
    return Share(worth=worth, gives=tuple(gives))


def _by_size(
    team: Sequence[int], stands: Sequence[Stand], left: Mapping[int, int], line: int, units: int
) -> list[int]:
    able = [at for at in team if line in stands[at].lines]

    def rank(at: int) -> tuple[int, int, int]:
        return (-min(left[at] * stands[at].pack, units), stands[at].weight, at)

    return sorted(able, key=rank)
